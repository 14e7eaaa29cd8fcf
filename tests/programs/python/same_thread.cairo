// Every hint of a VM runs on one thread of one process.
func main() {
    alloc_locals;
    local x;
    %{
        import os
        import threading
        seen = {(os.getpid(), threading.get_ident())}
    %}
    ap += 1;
    %{ seen.add((os.getpid(), threading.get_ident())) %}
    ap += 1;
    %{
        seen.add((os.getpid(), threading.get_ident()))
        ids.x = len(seen)
        print(ids.x)
    %}
    assert x = 1;
    return ();
}
