// A function keeps the dictionary of its scope, where VM names exist only while a hint of it runs.
func main() {
    alloc_locals;
    local x = 5;
    %{
        total = 0

        def add(n):
            global total
            total += n
            return total

        def read():
            return ids.x

        def registers():
            return ap, fp

        print(add(1), read())
        here = ap
        vm_enter_scope({"add": add, "read": read, "registers": registers, "here": here})
    %}
    ap += 1;
    %{
        print(add(10))
        for action in (read, lambda: total):
            try:
                print(action())
            except NameError as error:
                print(error)
        print("stale registers", registers()[0] == here, registers()[1] == fp)
        vm_exit_scope()
    %}
    ap += 1;
    %{ print(total, read()) %}
    ap += 1;
    return ();
}
