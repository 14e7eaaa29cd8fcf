// A syntax error in a hint that is never reached fails the run as well.
func unused() {
    %{ return 5 %}
    return ();
}

func main() {
    %{ print("never printed") %}
    ap += 1;
    return ();
}
