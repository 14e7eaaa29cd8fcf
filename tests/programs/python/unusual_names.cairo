// Names that look like the VM's own, and unusual identifiers.
func main() {
    %{
        __private = 1
        _ = 2
        größe = 3
        print(__private, _, größe)
        class Holder:
            memory = 5
            def ids(self):
                return ids.main.instruction_offset_
        print(Holder.memory, Holder().ids())
        def ap_of(ap):
            return ap
        print(ap_of(7), type(ap).__name__)
        import builtins
        print(builtins.memory if hasattr(builtins, "memory") else "not in builtins")
    %}
    ap += 1;
    %{
        print(__private, _, größe)
        print = lambda *args: __builtins__["print"](*args, "!") if isinstance(__builtins__, dict) else __builtins__.print(*args, "!")
        print("shadowed")
        del print
        print("plain")
    %}
    return ();
}
