// A jump to a number outside of the program.
func main() {
    jmp abs 12345;
}
