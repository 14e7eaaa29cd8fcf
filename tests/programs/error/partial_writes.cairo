// A hint writes and fails; an earlier hint's try shows that what it wrote stays.
func main() {
    alloc_locals;
    local x;
    local y;
    %{
        def work():
            ids.x = 1
            raise ValueError("after the write")

        try:
            work()
        except ValueError as error:
            print(error, ids.x)
    %}
    assert y = x + 1;
    %{
        print(ids.x, ids.y)
        raise ValueError("not caught")
    %}
    return ();
}
