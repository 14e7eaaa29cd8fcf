"""The engine's check of signatures accepts and refuses what the reference's does, in the same words."""

import random

import pytest
from starkware.crypto.signature import signature as reference

from cairohints.engine import ecdsa

KEY, MESSAGE = 12345, 678
PUBLIC = reference.private_to_stark_key(KEY)
R, S = reference.sign(MESSAGE, KEY)


def outcome(function, *arguments):
    try:
        return function(*arguments)
    except Exception as error:
        return type(error), str(error)


def compare(public_key, message, signature):
    expected = outcome(reference.verify, message, *signature, public_key)
    assert outcome(ecdsa.verify, public_key, message, signature) == expected
    return expected


@pytest.mark.parametrize("seed", range(3))
def test_right_signatures(seed):
    choose = random.Random(seed)
    key, message = choose.randrange(1, reference.EC_ORDER), choose.getrandbits(251)
    signature = reference.sign(message, key)
    assert compare(reference.private_to_stark_key(key), message, signature) is True
    assert compare(reference.private_to_stark_key(key), message ^ 1, signature) is False


@pytest.mark.parametrize(
    "public_key, message, signature",
    [
        (PUBLIC + 1, MESSAGE, (R, S)),
        (PUBLIC, MESSAGE, (R + 1, S)),
        (PUBLIC, 0, (R, S)),
        # Where the builtin's formula meets a point of equal x.
        (reference.SHIFT_POINT[0], MESSAGE, (R, S)),
        (reference.EC_GEN[0], 1, (1, S)),
        (0, MESSAGE, (R, S)),
        (reference.FIELD_PRIME - 1, MESSAGE, (R, S)),
    ],
)
def test_wrong_signatures(public_key, message, signature):
    assert compare(public_key, message, signature) is False


@pytest.mark.parametrize(
    "message, signature",
    [
        (2**251, (R, S)),
        (MESSAGE, (0, S)),
        (MESSAGE, (-1, S)),
        (MESSAGE, (2**251, S)),
        (MESSAGE, (R, 0)),
        (MESSAGE, (R, reference.EC_ORDER)),
        # The inverse of `s` is what does not fit.
        (MESSAGE, (R, reference.inv_mod_curve_size(2**251 + 1))),
        (MESSAGE, (R, S, 1)),
        (MESSAGE, ("r", S)),
    ],
)
def test_numbers_out_of_range(message, signature):
    if len(signature) != 2:
        # The reference takes the pair apart one level above.
        with pytest.raises(ValueError):
            ecdsa.verify(PUBLIC, message, signature)
    else:
        assert compare(PUBLIC, message, signature)[0] in (AssertionError, TypeError)
