// Scopes, closures and variables that live between hints.
func main() {
    alloc_locals;
    local a;
    %{
        counter = 0
        def bump():
            global counter
            counter += 1
            return counter
        def read_ids():
            return ids.a
        def gen():
            for i in range(10):
                yield i, ap
        g = gen()
        saved = ids
        saved_memory = memory
        segments = 3
        ap_copy = ap
        unused = 1
    %}
    [ap] = 1, ap++;
    %{
        print(bump(), counter, next(g), type(segments).__name__, 'unused' in globals())
        ids.a = 5
        del unused
        print(read_ids(), saved.a, saved_memory is memory, ap_copy)
    %}
    [ap] = 2, ap++;
    %{
        print(bump(), next(g), 'unused' in globals(), saved is ids)
        vm_enter_scope({'inner': 1, 'bump': bump, 'read_ids': read_ids})
        outer_late = 7
        print(sorted(n for n in globals() if n.islower() and '_' not in n and n[0] != 'f'))
    %}
    %{
        print('outer_late' in globals(), inner, bump())
        try:
            read_ids()
        except NameError as e:
            print(e)
        other = 5
    %}
    [ap] = 3, ap++;
    %{
        print('program_input' in globals(), 'g' in globals(), other)
        vm_exit_scope()
        vm_enter_scope({'c': 3})
        still = other
    %}
    [ap] = 4, ap++;
    %{
        print('inner' in globals(), c)
        vm_enter_scope()
    %}
    [ap] = 5, ap++;
    %{ print('c' in globals()); vm_exit_scope(); vm_exit_scope() %}
    [ap] = 6, ap++;
    %{
        print(outer_late, counter, program_input, next(g))
        ap = 0
        current_step = 'x'
        stale = pc
    %}
    [ap] = 7, ap++;
    %{ print(ap, current_step, stale, pc) %}
    [ap] = 8, ap++;
    ret;
}
