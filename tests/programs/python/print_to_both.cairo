// Output of hints: stdout, stderr, without line ends, flushed, in several encodings' characters.
func main() {
    %{
        import sys
        print("one", end="")
        print("two", 3, sep="-", flush=True)
        sys.stdout.write("written\n")
        sys.stderr.write("error one\n")
        print("error two", file=sys.stderr)
    %}
    ap += 1;
    %{
        print("grün ✓ 𝄞")
        sys.stdout.buffer.write(b"raw\n") if sys.stdout.flush() is None else None
        print()
        print("\ttab\rreturn")
        print("last without line end", end="")
    %}
    return ();
}
