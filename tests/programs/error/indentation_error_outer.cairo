// A dedent that matches no outer level.
func main() {
    %{
        if True:
                a = 1
            b = 2
    %}
    return ();
}
