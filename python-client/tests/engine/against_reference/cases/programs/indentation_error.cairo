// A hint with wrong indentation.
func main() {
    %{
        if True:
        y = 1
    %}
    [ap] = 1, ap++;
    ret;
}
