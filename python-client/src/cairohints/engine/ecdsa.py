"""Owns the check of a signature over the STARK curve, as the ecdsa builtin makes it.

Pure functions over numbers; knows neither cells nor builtins. The builtin adds points by a formula
that fails for points of equal x, so it starts from a fixed point and refuses what would hit one;
this does the same, so that both accept the same signatures.
"""

from __future__ import annotations

from typing import Any, Optional, Tuple

from .arithmetic import is_quad_residue, sqrt

Point = Tuple[int, int]

#: The curve is y**2 = x**3 + x + BETA over this field; it has ORDER points.
FIELD = 2**251 + 17 * 2**192 + 1
ORDER = 0x800000000000010FFFFFFFFFFFFFFFFB781126DCAE7B2321E66A241ADC64D2F
_BETA = 0x6F21413EFBE40DE150E596D72F7A8C5609AD26C15C915C1F4CDFCB99CEE9E89
_GENERATOR = (
    0x1EF15C18599971B7BECED415A40F0C7DEACFD9B0D1819E03D723D8BC943CFCA,
    0x5668060AA49730B7BE4801DF46EC62DE53ECD11ABE43A32873000C36E8DC1F,
)
_START = (
    0x49EE3EBA8C1600700EE1B87EB599F16716B0B1022947733551FDE4050CA6804,
    0x3CA0CFE4B3BC6DDF346D49D06EA0ED34E621062C0E056C1D0405D266E10268A,
)
_MINUS_START = (_START[0], FIELD - _START[1])
#: The builtin multiplies by numbers of so many bits.
_BITS = 251
_BOUND = 2**_BITS


def verify(public_key: int, message: int, signature: Any) -> bool:
    """Whether `signature`, a pair of numbers, is that of a message hash.

    `public_key` is an x coordinate: a signature by either of its two points will do. Raises
    `AssertionError` for numbers out of range, as the reference VM does.
    """
    r, s = signature
    if not 1 <= s < ORDER:
        raise AssertionError(f"s = {s}")
    inverse = pow(s, -1, ORDER)
    for name, least, number in (("r", 1, r), ("w", 1, inverse), ("msg_hash", 0, message)):
        if not least <= number < _BOUND:
            raise AssertionError(f"{name} = {number}")
    square = (public_key**3 + public_key + _BETA) % FIELD
    if not is_quad_residue(square, FIELD):
        return False
    y = sqrt(square, FIELD)
    return any(_signed_by((public_key, root), message, r, inverse) for root in (y, -y % FIELD))


def _signed_by(key: Point, message: int, r: int, inverse: int) -> bool:
    of_message = _multiply(_GENERATOR, message, _MINUS_START)
    of_key = _multiply(key, r, _START)
    total = _add(of_message, of_key)
    found = _add(_multiply(total, inverse, _START), _MINUS_START)
    return found is not None and found[0] == r


def _multiply(point: Optional[Point], factor: int, start: Point) -> Optional[Point]:
    """`start + factor * point`; nothing where the builtin's formula fails."""
    if point is None or factor == 0:
        return None
    total: Optional[Point] = start
    for bit in range(_BITS):
        if total is None or point is None or total[0] == point[0]:
            return None
        if factor >> bit & 1:
            total = _add(total, point)
        point = _double(point)
    return total


def _add(left: Optional[Point], right: Optional[Point]) -> Optional[Point]:
    """The sum of two points; nothing if they have the same x."""
    if left is None or right is None or left[0] == right[0]:
        return None
    slope = (left[1] - right[1]) * pow(left[0] - right[0], -1, FIELD)
    return _third(slope, left, right)


def _double(point: Point) -> Optional[Point]:
    """The sum of a point with itself; nothing if it is its own opposite."""
    if point[1] == 0:
        return None
    slope = (3 * point[0] ** 2 + 1) * pow(2 * point[1], -1, FIELD)
    return _third(slope, point, point)


def _third(slope: int, left: Point, right: Point) -> Point:
    """The opposite of the third point on the line through two."""
    x = (slope * slope - left[0] - right[0]) % FIELD
    return x, (slope * (left[0] - x) - left[1]) % FIELD
