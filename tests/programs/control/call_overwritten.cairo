// A call finds other values where it would write the way back.
func callee() {
    return ();
}

func main() {
    %{ memory[ap] = 5 %}
    callee();
    return ();
}
