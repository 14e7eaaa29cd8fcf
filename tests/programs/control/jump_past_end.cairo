// A jump past the last instruction.
func main() {
    jmp rel 1000;
}
