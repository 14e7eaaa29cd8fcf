"""Records what cairo-lang's functions make of many arguments, for the ones that compiled hints call.

    tests/reference/library_values.py            writes the record
    tests/reference/library_values.py --check    compares it with the functions of this environment

The host's own functions are compared with the record by its unit tests, which need no cairo-lang.
"""

from __future__ import annotations

import importlib
import random
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Callable, Dict, Iterator, List, Tuple

RECORD = Path(__file__).parents[2] / "vm-host/src/engines/compiled/library/tests/recorded.txt"

COMMON = "starkware.cairo.common.math_utils"
SECP = "starkware.cairo.common.cairo_secp.secp_utils"
SECP256R1 = "starkware.cairo.common.cairo_secp.secp256r1_utils"
PYTHON = "starkware.python.math_utils"
SIGNATURE = "starkware.crypto.signature.signature"
SHA256 = "starkware.cairo.common.cairo_sha256.sha256_utils"
BLAKE2S = "starkware.cairo.common.cairo_blake2s.blake2s_utils"
KECCAK = "starkware.cairo.common.keccak_utils.keccak_utils"
UTILS = "starkware.python.utils"
TREES = "starkware.python.merkle_tree"

CONSTANTS: List[Tuple[str, str]] = [
    (SECP, "BASE"),
    (SECP, "SECP_P"),
    (SECP, "N"),
    (SECP, "ALPHA"),
    (SECP, "BETA"),
    (SECP256R1, "SECP256R1_P"),
    (SECP256R1, "SECP256R1_N"),
    (SECP256R1, "SECP256R1_ALPHA"),
    (SECP256R1, "SECP256R1_BETA"),
    (SIGNATURE, "FIELD_PRIME"),
    (SIGNATURE, "FIELD_GEN"),
    (SIGNATURE, "ALPHA"),
    (SIGNATURE, "BETA"),
    (SIGNATURE, "EC_ORDER"),
    (SHA256, "IV"),
    (SHA256, "ROUND_CONSTANTS"),
    (BLAKE2S, "IV"),
]
CURVES = [SECP + ":SECP256K1", SECP + ":SECP256R1"]
CONSTANTS += [(curve, name) for curve in CURVES for name in ("prime", "alpha", "beta", "order")]

FIELD = 2**251 + 17 * 2**192 + 1
SECP_P = 2**256 - 2**32 - 977
#: The moduli of hints, with primes of each kind: of residues three and five modulo eight, and with many twos.
PRIMES = [2, 3, 5, 7, 13, 17, 97, 65537, 2**61 - 1, FIELD, SECP_P, 2**255 - 19]
PRIMES += [2**256 - 2**224 + 2**192 + 2**96 - 1]
EDGES = [0, 1, -1, 2, -2, 3, 7, 8, 85, 2**31, 2**63 - 1, 2**63, -(2**63), 2**64, 2**86 - 1, 2**86]
EDGES += [
    2**128 - 1,
    2**128,
    FIELD // 2,
    FIELD // 2 + 1,
    FIELD - 1,
    FIELD,
    SECP_P,
    2**256 - 1,
    2**256,
]
EDGES += [True, False]
#: Of the curve of signatures.
CURVE_BETA = 3141592653589793238462643383279502884197169399375105820974944592307816406665

Source = random.Random


def number(source: Source) -> int:
    """An integer of any size, often an edge."""
    if source.random() < 0.4:
        return source.choice(EDGES)
    return source.choice([1, 1, 1, -1]) * source.getrandbits(
        source.choice([3, 64, 86, 128, 252, 256])
    )


def natural(source: Source) -> int:
    return abs(number(source))


def prime(source: Source) -> int:
    return source.choice(PRIMES)


def modulus(source: Source) -> int:
    """A prime, or any other number."""
    return prime(source) if source.random() < 0.7 else number(source)


def field(source: Source) -> int:
    return FIELD


def bound(source: Source) -> int:
    return source.choice([2**128, 2**250, 10, 0])


def limbs(source: Source) -> SimpleNamespace:
    return SimpleNamespace(d0=number(source), d1=number(source), d2=number(source))


def point(source: Source) -> Any:
    return source.choice([tuple, list])([number(source), number(source)])


def coefficients(source: Source) -> Any:
    return source.choice([tuple, list])([number(source) for _ in range(source.randrange(5))])


def word(source: Source) -> int:
    return source.choice([0, 1, 2**32 - 1, source.getrandbits(32), source.getrandbits(32)])


def words(count: int, bits: int = 32) -> Callable[[Source], Any]:
    """That many words, and seldom one too few, too large or below zero."""

    def made(source: Source) -> Any:
        found = [source.getrandbits(bits) for _ in range(count)]
        if source.randrange(8) == 0:
            found[source.randrange(count)] = source.choice([-1, 2**bits, 2**bits - 1, 0])
        if source.randrange(12) == 0:
            found.pop()
        return source.choice([tuple, list, list])(found)

    return made


def node(source: Source) -> Any:
    def child() -> Any:
        return source.choice([None, source.randrange(9), (source.randrange(9), None), (1, 2)])

    return tuple(child() for _ in range(source.choice([2, 2, 2, 2, 2, 1, 3])))


def length(source: Source) -> Any:
    return source.choice([None, 0, 1, 8, 16, 31, 32, 33, 64])


def order(source: Source) -> Any:
    return source.choice([None, "big", "little"])


def flag(source: Source) -> Any:
    return source.choice([None, True, False])


def some_bytes(source: Source) -> bytes:
    return bytes(source.getrandbits(8) for _ in range(source.choice([0, 1, 2, 16, 32, 160])))


FUNCTIONS: List[Tuple[str, str, List[Callable[[Source], Any]]]] = [
    (COMMON, "assert_integer", [number]),
    (COMMON, "as_int", [number, field]),
    (COMMON, "as_int", [number, number]),
    (COMMON, "is_positive", [number, field, bound]),
    (SECP, "pack", [limbs, field]),
    (SECP, "split", [number]),
    (PYTHON, "igcdex", [number, number]),
    (PYTHON, "safe_div", [number, number]),
    (
        PYTHON,
        "safe_div",
        [lambda source: 12 * natural(source), lambda source: source.choice([-3, 4, 12])],
    ),
    (PYTHON, "div_ceil", [number, number]),
    (PYTHON, "div_mod", [number, number, modulus]),
    (PYTHON, "next_power_of_2", [number]),
    (PYTHON, "is_power_of_2", [number]),
    (PYTHON, "prev_power_of_2", [number]),
    (PYTHON, "log2_ceil", [number]),
    (PYTHON, "is_quad_residue", [number, prime]),
    (PYTHON, "is_quad_residue", [lambda source: number(source) ** 2, prime]),
    (PYTHON, "sqrt", [number, prime]),
    (PYTHON, "sqrt", [lambda source: number(source) ** 2, prime]),
    (PYTHON, "isqrt", [number]),
    (PYTHON, "horner_eval", [coefficients, number, modulus]),
    (PYTHON, "line_slope", [point, point, prime]),
    (PYTHON, "ec_add", [point, point, prime]),
    (PYTHON, "ec_double_slope", [point, number, prime]),
    (PYTHON, "ec_double", [point, number, prime]),
    (PYTHON, "y_squared_from_x", [number, number, number, modulus]),
    (PYTHON, "recover_y", [number, number, number, prime]),
    (TREES, "decode_node", [node]),
    (SHA256, "compute_message_schedule", [words(16)]),
    (SHA256, "sha2_compress_function", [words(8), words(64)]),
    (BLAKE2S, "blake2s_compress", [words(8), words(16), word, word, word, word]),
    (KECCAK, "keccak_func", [words(25, 64)]),
    (UTILS, "to_bytes", [number]),
    (UTILS, "to_bytes", [number, length, order, flag]),
    (UTILS, "from_bytes", [some_bytes]),
    (UTILS, "from_bytes", [some_bytes, order, flag]),
    (
        PYTHON,
        "random_ec_point",
        [
            lambda source: FIELD,
            lambda source: 1,
            lambda source: source.choice([CURVE_BETA, natural(source)]),
            some_bytes,
        ],
    ),
]


def written(value: Any) -> str:
    """A value as the record has it."""
    if value is None or value is True or value is False:
        return str(value)
    if type(value) is int:
        return hex(value)
    if type(value) is str:
        return "s" + ".".join(str(ord(character)) for character in value)
    if type(value) is bytes:
        return "x" + value.hex()
    if type(value) is tuple:
        return "(" + ",".join(map(written, value)) + ")"
    if type(value) is list:
        return "[" + ",".join(map(written, value)) + "]"
    if isinstance(value, SimpleNamespace):
        return "<" + ",".join(map(written, (value.d0, value.d1, value.d2))) + ">"
    raise TypeError(f"no form for {value!r}")


def owner(module: str) -> Any:
    """A module, or an object of one behind a colon."""
    module, _, name = module.partition(":")
    imported = importlib.import_module(module)
    return getattr(imported, name) if name else imported


def lines(count: int = 40) -> Iterator[str]:
    for module, name in CONSTANTS:
        yield f"{module} {name} {written(getattr(owner(module), name))}"
    source = random.Random(14)
    for module, name, parameters in FUNCTIONS:
        function = getattr(importlib.import_module(module), name)
        seen: Dict[str, str] = {}
        for _ in range(count):
            arguments = tuple(parameter(source) for parameter in parameters)
            shown = written(arguments)
            try:
                seen[shown] = written(function(*arguments))
            except Exception:
                seen[shown] = "!"
        for shown, result in seen.items():
            yield f"{module} {name} {shown} {result}"


def main() -> int:
    record = "".join(line + "\n" for line in lines())
    if sys.argv[1:] == ["--check"]:
        if RECORD.read_text() != record:
            print(f"{RECORD} is not what the functions of this environment give", file=sys.stderr)
            return 1
        return 0
    RECORD.write_text(record)
    return 0


if __name__ == "__main__":
    sys.exit(main())
