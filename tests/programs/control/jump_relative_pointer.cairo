// A relative jump by a pointer.
func main() {
    %{ memory[ap] = fp %}
    ap += 1;
    jmp rel [ap - 1];
}
