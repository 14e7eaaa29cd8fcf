// An instruction fails inside an error message scope, in a function called from one.
func check(x: felt) {
    with_attr error_message("x must be 5. Got: {x}.") {
        assert x = 5;
    }
    return ();
}

func main() {
    with_attr error_message("checking") {
        check(5);
        check(6);
    }
    return ();
}
