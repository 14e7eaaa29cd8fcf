%builtins output
from probe import finish_probe, start_probe

// Exceptions of the VM are the classes that cairo-lang exports.
func main{output_ptr: felt*}() {
    alloc_locals;
    local x = 1;
    start_probe();
    tempvar revoked = 1;
    start_probe();
    %{
        from starkware.cairo.lang.vm.memory_dict import InconsistentMemoryError, UnknownMemoryError

        def catch(kind, action):
            try:
                action()
            except kind as error:
                return type(error) is kind
            return False

        show("unknown", lambda: catch(UnknownMemoryError, lambda: memory[fp + 1000]))
        show("is a KeyError", lambda: issubclass(UnknownMemoryError, KeyError))
        show("inconsistent", lambda: catch(InconsistentMemoryError, lambda: memory.__setitem__(fp, 2)))
        from starkware.cairo.lang.compiler.expression_evaluator import ExpressionEvaluatorError
        from starkware.cairo.lang.compiler.identifier_manager import IdentifierError, MissingIdentifierError
        from starkware.cairo.lang.compiler.references import FlowTrackingError
        show("missing", lambda: catch(MissingIdentifierError, lambda: ids.nothing))
        show("member", lambda: catch(IdentifierError, lambda: ids.main.Args.nothing))
    %}
    finish_probe();
    return ();
}
