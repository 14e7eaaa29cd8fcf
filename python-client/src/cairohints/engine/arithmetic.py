"""Owns the field arithmetic that hints find in their scope: `fadd` to `safe_div`.

Pure functions over a prime field; they fail as the reference VM's do.
"""

from __future__ import annotations

from typing import Any, Dict, List

from .relocatable import RelocatableValue


def div_mod(n: Any, m: Any, p: int) -> int:
    """The x below p with m * x = n."""
    try:
        inverse: int = pow(m, -1, p)
    except ValueError:
        # The reference asserts without a text that m is invertible.
        raise AssertionError from None
    quotient: int = (n * inverse) % p
    return quotient


def is_quad_residue(n: int, p: int) -> bool:
    """Whether n is a square."""
    n %= p
    return n < 2 or p < 3 or pow(n, (p - 1) // 2, p) == 1


def sqrt(n: int, p: int) -> int:
    """The smaller square root of n."""
    return min(_square_roots(n % p, p))


def safe_div(x: Any, y: Any) -> int:
    """The quotient of x and y, which must be a whole number."""
    if not (isinstance(x, int) and isinstance(y, int)):
        raise AssertionError
    if y == 0:
        raise AssertionError
    if x % y != 0:
        raise AssertionError(f"{x} is not divisible by {y}.")
    return x // y


def field_functions(prime: int) -> Dict[str, Any]:
    """The constant names of every hint, in the order in which the reference VM defines them."""
    return {
        "PRIME": prime,
        "fadd": lambda a, b, p=prime: (a + b) % p,
        "fsub": lambda a, b, p=prime: (a - b) % p,
        "fmul": lambda a, b, p=prime: (a * b) % p,
        "fdiv": lambda a, b, p=prime: div_mod(a, b, p),
        "fpow": lambda a, b, p=prime: pow(a, b, p),
        "fis_quad_residue": lambda a, p=prime: is_quad_residue(a, p),
        "fsqrt": lambda a, p=prime: sqrt(a, p),
        "safe_div": safe_div,
        "to_felt_or_relocatable": RelocatableValue.to_felt_or_relocatable,
    }


def _square_roots(n: int, p: int) -> List[int]:
    """Both roots by the algorithm of Tonelli and Shanks; none when n is not a square."""
    if n == 0:
        return [0]
    if p == 2:
        return [n]
    if not is_quad_residue(n, p):
        return []
    odd = p - 1
    twos = 0
    while odd % 2 == 0:
        odd //= 2
        twos += 1
    non_residue = next(z for z in range(2, p) if not is_quad_residue(z, p))
    generator = pow(non_residue, odd, p)
    root = pow(n, (odd + 1) // 2, p)
    error = pow(n, odd, p)
    while error != 1:
        # The order of the error is 2**order; multiplying the root by the right power of the
        # generator lowers it.
        order = 0
        square = error
        while square != 1:
            square = square * square % p
            order += 1
        factor = pow(generator, 1 << (twos - order - 1), p)
        root = root * factor % p
        generator = factor * factor % p
        error = error * generator % p
        twos = order
    return [root, p - root]
