// Megabytes of output arrive whole and in order.
func main() {
    %{
        for number in range(20000):
            print(f"{number:050d}")
    %}
    ap += 1;
    %{ print("x" * 100000) %}
    return ();
}
