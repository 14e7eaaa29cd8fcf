// A hint's context keeps its registers and its place when it is kept.
func main() {
    tempvar n = 3;
    loop:
    %{
        kept = globals().get("kept", [])
        print([c.evaluator(e) for c, e in kept], kept and ids._context is kept[-1][0])
        c = ids._context
        name = c.identifiers.get_by_full_name(ids._accessible_scopes[-1] + "n").full_name
        reference = c.flow_tracking_data.resolve_reference(c.reference_manager, name)
        kept.append((c, reference.eval(c.flow_tracking_data.ap_tracking)))
        objects = globals().get("objects", []) + [ids]
        print([o.n for o in objects], [str(o._context.pc) for o in objects])
    %}
    tempvar n = n - 1;
    jmp loop if n != 0;
    %{
        print([(str(c.pc), c.evaluator(e)) for c, e in kept], [o.n for o in objects])
        c = ids._context
        print(c.identifiers is ids._context.identifiers, c.flow_tracking_data is c.flow_tracking_data)
        program = vm_enter_scope.__self__.program
        print(program.identifiers.as_dict() == c.identifiers.as_dict(), program.main)
        print(program.reference_manager == c.reference_manager)
        print(ids._context.pc, [o._context is c for o, (c, e) in zip(objects, kept)])
    %}
    ret;
}
