%builtins output
from probe import finish_probe, start_probe

// Classes, decorators, properties, generators, closures, recursion, exceptions of one's own.
func main{output_ptr: felt*}() {
    start_probe();
    %{
        import dataclasses
        import enum
        import functools
        from collections import namedtuple

        @dataclasses.dataclass(order=True)
        class Version:
            major: int
            minor: int = 0

            @property
            def text(self):
                return f"{self.major}.{self.minor}"

            @classmethod
            def parse(cls, text):
                return cls(*map(int, text.split(".")))

            @staticmethod
            def zero():
                return Version(0)

        class Color(enum.Enum):
            RED = 1
            BLUE = 2

        Pair = namedtuple("Pair", "a b")

        class Failure(Exception):
            pass

        class Special(Failure):
            def __str__(self):
                return "special " + str(self.args)

        def twice(function):
            @functools.wraps(function)
            def wrapper(*args, **options):
                return function(*args, **options) * 2
            return wrapper

        @twice
        def add(a, b=1, *rest, c=0, **others):
            return a + b + sum(rest) + c + len(others)

        @functools.lru_cache(maxsize=None)
        def fibonacci(n):
            return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)

        def generate(n):
            value = yield n
            yield from range(value)
            return 9

        def counter():
            count = 0
            def next_count():
                nonlocal count
                count += 1
                return count
            return next_count

        show("dataclass", lambda: (Version.parse("1.2"), Version(1) < Version(1, 2), Version.zero().text))
        show("enum", lambda: (Color(2).name, [c.value for c in Color]))
        show("namedtuple", lambda: Pair(1, b=2))
        show("function", lambda: (add(1), add(1, 2, 3, c=4, d=5), add.__name__))
        show("recursion", lambda: fibonacci(50))
        g = generate(3)
        say("generator", [next(g), g.send(2), next(g), next(g, "end")])
        count = counter()
        say("closure", [count(), count()])
        try:
            raise Special(1, 2)
        except Failure as failure:
            say("exception", failure)
    %}
    ap += 1;
    %{
        show("instances", lambda: isinstance(Version(3), Version))
        say("count", count())
        show("unknown color", lambda: Color["GREEN"])
    %}
    finish_probe();
    return ();
}
