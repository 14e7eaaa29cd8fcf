// Data that is no instruction.
func main() {
    jmp data;

    data:
    dw 0xffffffffffffffffffffff;
}
