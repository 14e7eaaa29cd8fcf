// Observes what hints get back or what is raised: prints it, and folds all of it into one output
// cell, so that a difference shows in stdout as well as in the memory of the run.

// Defines `show(name, action)` and `say(name, value)` for the hints of the current scope.
func start_probe() {
    %{
        import hashlib

        observations = []

        def say(name, value):
            line = f"{name}: {value}"
            print(line)
            observations.append(line)

        def show(name, action):
            try:
                say(name, repr(action()))
            except Exception as error:
                say(name, f"{type(error).__name__}: {error}")
    %}
    return ();
}

// Writes the digest of everything that was observed to the output.
func finish_probe{output_ptr: felt*}() {
    %{ digest = hashlib.sha256("\n".join(observations).encode()).digest() %}
    assert [output_ptr] = nondet %{ int.from_bytes(digest[:15], "little") %};
    let output_ptr = output_ptr + 1;
    return ();
}
