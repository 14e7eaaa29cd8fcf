"""Owns the evaluation of references: expressions over `ap`, `fp` and memory.

An expression is a nested tuple that the host resolved (see `Expression`). It is turned into a
straight-line Python function of a frame, so that its depth costs no stack. Evaluates exactly as
the reference VM: numbers are kept signed between operations, the result is reduced.
"""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Optional, Tuple

from .arithmetic import div_mod
from .errors import EXPRESSION_EVALUATOR, SIMPLIFIER, raised, raised_at
from .memory import Memory
from .relocatable import RelocatableValue

#: Expressions with more nodes are refused.
MOST_NODES = 10_000
#: Constants up to this are added to offsets as they are.
_SMALL = 2**62
_OPERATORS = ("+", "-", "*", "/")

#: `("const", value)`, `("ap",)`, `("fp",)`, `("deref", address, error prefix, error suffix)`,
#: `(operator, left, right)` or `("raised", class path, message)`.
Expression = Tuple[Any, ...]


class Frame:
    """The registers of one execution of a hint, and the cells around them."""

    __slots__ = (
        "memory",
        "ap_segment",
        "ap_offset",
        "ap_cells",
        "fp_segment",
        "fp_offset",
        "fp_cells",
        "context",
    )

    def __init__(self, memory: Memory) -> None:
        self.memory = memory
        self.ap_segment = self.ap_offset = self.fp_segment = self.fp_offset = 0
        self.ap_cells: Dict[int, Any] = {}
        self.fp_cells: Dict[int, Any] = {}
        #: `ids._context`, once it was asked for.
        self.context: Any = None


class DeadCells(Dict[int, Any]):
    """The cells of a frame whose hint is over: holds none, and lets none be added."""

    def __contains__(self, offset: Any) -> bool:
        return True


def register_offset(expression: Expression) -> Optional[Tuple[str, int]]:
    """`(register, offset)` if the expression is a register plus or minus small constants."""
    added = 0
    for _ in range(8):
        kind = expression[0]
        if kind in ("ap", "fp"):
            return (kind, added) if -_SMALL < added < _SMALL else None
        if kind == "+" and expression[2][0] == "const":
            added += expression[2][1]
            expression = expression[1]
        elif kind == "+" and expression[1][0] == "const":
            added += expression[1][1]
            expression = expression[2]
        elif kind == "-" and expression[2][0] == "const":
            added -= expression[2][1]
            expression = expression[1]
        else:
            return None
    return None


def compile_expression(expression: Expression, prime: int) -> Callable[[Frame], Any]:
    """The function that evaluates an expression in a frame."""
    return _Compiler(prime).compile(expression)


def evaluate_lazily(expression: Expression, prime: int) -> Callable[[Frame], Any]:
    """The same, compiled when it is called first."""
    compiled: List[Callable[[Frame], Any]] = []

    def evaluate(frame: Frame) -> Any:
        if not compiled:
            compiled.append(compile_expression(expression, prime))
        return compiled[0](frame)

    return evaluate


class _Compiler:
    """Turns one expression into source.

    An operand is `("int", value)`, `("register", name, offset)` or `("name", variable)`.
    """

    def __init__(self, prime: int) -> None:
        self.prime = prime
        self.half = prime // 2
        self.lines: List[str] = []
        self.values: Dict[str, Any] = {
            "P": prime,
            "RelocatableValue": RelocatableValue,
            "dereference": _dereference,
            "divide": _divide,
            "field": self.field,
            "raised": raised,
            "__name__": __name__,
        }

    def compile(self, expression: Expression) -> Callable[[Frame], Any]:
        result = self.lower(expression)
        self.lines.append(f"return {self.text(result)} % P")
        source = "def evaluate(frame):\n" + "".join(f"    {line}\n" for line in self.lines)
        code = compile(source, "<cairohints.engine.expressions>", "exec", dont_inherit=True)
        exec(code, self.values)
        evaluate: Callable[[Frame], Any] = self.values["evaluate"]
        return evaluate

    def lower(self, expression: Expression) -> Tuple[Any, ...]:
        operands: List[Tuple[Any, ...]] = []
        todo: List[Tuple[Expression, bool]] = [(expression, False)]
        nodes = 0
        while todo:
            node, operands_done = todo.pop()
            kind = node[0]
            if not operands_done:
                nodes += 1
                if nodes > MOST_NODES:
                    raise ValueError(
                        f"the reference expression has too many nodes, the limit is `{MOST_NODES}`"
                    )
                if kind in _OPERATORS:
                    todo += [(node, True), (node[2], False), (node[1], False)]
                    continue
                if kind == "deref":
                    todo += [(node, True), (node[1], False)]
                    continue
            if kind == "const":
                operands.append(("int", self.field(int(node[1]))))
            elif kind in ("ap", "fp"):
                operands.append(("register", kind, 0))
            elif kind == "deref":
                operands.append(self.dereference(operands.pop(), node[2], node[3]))
            elif kind == "raised":
                message = self.constant((node[1], node[2]))
                self.lines.append(f"raise raised(*{message})")
                operands.append(("int", 0))
            elif kind in _OPERATORS:
                right = operands.pop()
                operands.append(self.operation(kind, operands.pop(), right))
            else:
                raise ValueError(f"the reference expression has an unknown node: `{kind}`")
        return operands[0]

    def operation(self, kind: str, left: Tuple[Any, ...], right: Tuple[Any, ...]) -> Tuple[Any, ...]:
        if left[0] == right[0] == "int" and kind != "/":
            value = {"+": int.__add__, "-": int.__sub__, "*": int.__mul__}[kind](left[1], right[1])
            return "int", self.field(value)
        if kind == "+" and left[0] == "int" and right[0] == "register":
            left, right = right, left
        if kind in "+-" and left[0] == "register" and right[0] == "int":
            offset = left[2] + (right[1] if kind == "+" else -right[1])
            if -_SMALL < offset < _SMALL:
                return "register", left[1], offset
        if kind == "/":
            return self.assign(f"divide({self.text(left)}, {self.text(right)}, P)")
        return self.assign(f"field({self.text(left)} {kind} {self.text(right)})")

    def dereference(self, address: Tuple[Any, ...], prefix: str, suffix: str) -> Tuple[Any, ...]:
        texts = f"*{self.constant((prefix, suffix))}"
        if address[0] != "register":
            return self.assign(f"dereference(frame.memory, {self.text(address)}, P, {texts})")
        _, register, offset = address
        name = self.name()
        self.lines += [
            f"{name} = frame.{register}_cells.get(frame.{register}_offset + {offset})",
            f"if {name} is None:",
            f"    {name} = dereference(frame.memory, {self.text(address)}, P, {texts})",
            f"elif not ({name}.__class__ is int or {name}.segment_index >= 0):",
            f"    {name} = frame.memory.relocate_value({name})",
        ]
        return "name", name

    def text(self, operand: Tuple[Any, ...]) -> str:
        if operand[0] == "int":
            return f"({operand[1]})"
        if operand[0] == "register":
            _, register, offset = operand
            return f"RelocatableValue(frame.{register}_segment, frame.{register}_offset + {offset})"
        name: str = operand[1]
        return name

    def assign(self, text: str) -> Tuple[Any, ...]:
        name = self.name()
        self.lines.append(f"{name} = {text}")
        return "name", name

    def constant(self, value: Any) -> str:
        name = f"c{len(self.values)}"
        self.values[name] = value
        return name

    def name(self) -> str:
        return f"t{len(self.lines)}"

    def field(self, value: Any) -> Any:
        """The representative of a number (or of an address's offset) around zero."""
        return (value + self.half) % self.prime - self.half


def _dereference(memory: Memory, address: Any, prime: int, prefix: str, suffix: str) -> Any:
    memory.check_turn()
    try:
        return memory.read(address % prime)
    except Exception as error:
        # The reference does not say `from` either: the first error stays above in the traceback.
        raise raised_at(EXPRESSION_EVALUATOR, str(error), prefix, suffix)  # noqa: B904


def _divide(left: Any, right: Any, prime: int) -> Any:
    if right == 0 or right % prime == 0:
        raise raised(SIMPLIFIER, "Division by zero.")
    return div_mod(left, right, prime)
