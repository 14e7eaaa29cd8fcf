// Frames of lambdas and comprehensions.
func main() {
    %{
        check = lambda n: [
            10 // (n - i) for i in range(3)
        ]
        check(1)
    %}
    return ();
}
