// A hint extends the program's segment, which a secure run does not allow.
func main() {
    %{ memory[pc + 1000] = 1 %}
    return ();
}
