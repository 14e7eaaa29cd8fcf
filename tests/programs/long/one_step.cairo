// What a run costs before its first step.
func main() {
    return ();
}
