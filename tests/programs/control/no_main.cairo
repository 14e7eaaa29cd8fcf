// A program without main.
func other() {
    %{ print("never") %}
    return ();
}
