// What a hint leaves behind runs in hints that call nothing, and sees their names.
func main() {
    alloc_locals;
    local a;
    %{
        generator = (ids.a + index for index in range(3))

        class Watcher:
            @property
            def step(self):
                return sorted(name for name in globals() if name in ("memory", "segments", "ids", "ap"))

            def __add__(self, other):
                return memory[fp + other]
    %}
    %{ watcher = Watcher() %}
    %{ ids.a = 7 %}
    assert a = 7;
    %{ seen = watcher.step %}
    %{ cell = watcher + 0 %}
    %{ print(seen, cell) %}
    %{
        for number in generator:
            last = number
    %}
    %{ print(last) %}
    return ();
}
