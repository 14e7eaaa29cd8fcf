// The Cairo traceback of nested calls.
namespace Space {
    func third(x: felt) -> (y: felt) {
        %{ raise ValueError(f"x = {ids.x}") %}
        return (y=x);
    }
}

func second(x: felt) -> (y: felt) {
    let (y) = Space.third(x=x * 2);
    return (y=y + 1);
}

func first() {
    let (a) = second(
        x=3
    );
    assert a = 7;
    return ();
}

func main() {
    first();
    return ();
}
