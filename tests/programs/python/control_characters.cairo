// A text with an escaped null byte is fine; so are other control characters.
func main() {
    %{ print(repr("a\0b\x01"), len("\0")) %}
    return ();
}
