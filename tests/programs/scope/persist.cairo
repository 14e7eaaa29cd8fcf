%builtins output
from probe import finish_probe, start_probe

// Names that a hint defines live on in the later hints of the same scope.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        number = 1
        things = [number]
        import json as decoder
        from collections import OrderedDict

        class Counter:
            total = 0

            def add(self, n):
                self.total += n
                return self.total

        counter = Counter()
        square = lambda x: x * x
    %}
    ap += 1;
    %{
        number += 1
        things.append(number)
        say("values", (number, things, square(4)))
        say("modules", (decoder.dumps([1]), OrderedDict().__class__.__name__))
        say("object", (counter.add(2), counter.add(3)))
        say("class", isinstance(counter, Counter))
    %}
    callee();
    %{
        say("set in callee", from_callee)
        del number
    %}
    ap += 1;
    %{ say("deleted", "number" in globals()) %}
    finish_probe();
    return ();
}

func callee() {
    %{
        from_callee = things + [9]
        say("seen in callee", number)
    %}
    return ();
}
