// A word with flags that no instruction has.
func main() {
    jmp data;

    data:
    dw 0x7fff7fff80008000;
}
