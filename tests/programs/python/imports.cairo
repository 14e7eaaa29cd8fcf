%builtins output
from probe import finish_probe, start_probe

// Imports of the standard library; a module is imported once and keeps its state.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        import json, random
        import os.path
        from itertools import *
        from hashlib import sha256 as digest

        random.seed(5)
        drawn = random.random()
        random.seed(5)
        say("random", random.random() == drawn)
        say("json", json.dumps({"b": [1, None], "a": "ü"}, sort_keys=True))
        say("star", list(chain([1], repeat(2, 2))))
        say("alias", digest(b"x").hexdigest()[:8])
        say("submodule", os.path.join("a", "b"))
        json.corpus_state = [1]
        try:
            import no_such_module_anywhere
        except ImportError as error:
            say("missing", f"{type(error).__name__}: {error}")
        try:
            from json import no_such_name
        except ImportError as error:
            say("missing name", type(error).__name__)
    %}
    ap += 1;
    %{
        import json
        say("state", json.corpus_state)
        say("not reimported", json.corpus_state.append(2))
        vm_enter_scope({"say": say})
    %}
    ap += 1;
    %{
        say("names are not inherited", "json" in globals())
        import json
        say("state", json.corpus_state)
        vm_exit_scope()
    %}
    finish_probe();
    return ();
}
