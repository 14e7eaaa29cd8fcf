"""Cairo programs whose run fails in one instruction, each for another reason.

`LOW_LEVEL` are compiled; `RAW` are words that no compiler writes. `regenerate.py` runs them on the
reference VM and records where and with which text they fail.
"""

from typing import Dict, List, Tuple

# Name -> (builtins, layout, body of main).
LOW_LEVEL: Dict[str, Tuple[str, str, str]] = {
    "assert_int": ("", "plain", "[ap] = 1, ap++; [ap - 1] = 2; ret;"),
    "assert_pointer": ("", "plain", "[ap] = [fp - 1], ap++; [ap - 1] = 5; ret;"),
    "assert_negative": ("", "plain", "[ap] = -1, ap++; [ap - 1] = 2; ret;"),
    "unknown_op0": ("", "plain", "[ap] = [ap + 3] + [ap + 4], ap++; ret;"),
    "unknown_op1": ("", "plain", "[ap] = 4, ap++; [ap] = [ap - 1] + [ap + 4], ap++; ret;"),
    "unknown_dereference": ("", "plain", "[ap] = [[fp - 2]], ap++; ret;"),
    "unknown_double_dereference": ("", "plain", "[ap] = [[ap + 7]], ap++; ret;"),
    "dereference_int": ("", "plain", "[ap] = 5, ap++; [ap] = [[ap - 1]], ap++; ret;"),
    "dereference_int_offset": ("", "plain", "[ap] = 5, ap++; [ap] = [[ap - 1] - 6], ap++; ret;"),
    "unknown_negative_offset": ("", "plain", "[ap] = [fp - 100], ap++; ret;"),
    "multiply_pointer": ("", "plain", "[ap] = [fp - 1] * 2, ap++; ret;"),
    "multiply_pointers": ("", "plain", "[ap] = [fp - 1] * [fp - 2], ap++; ret;"),
    "add_pointers": ("", "plain", "[ap] = [fp - 1] + [fp - 2], ap++; ret;"),
    "subtract_other_segment": ("", "plain", "[fp - 1] = [ap] + [fp - 2], ap++; ret;"),
    "subtract_other_segment_op1": ("", "plain", "[fp - 1] = [fp - 2] + [ap], ap++; ret;"),
    "subtract_pointer_from_int": ("", "plain", "[ap] = 5, ap++; [ap - 1] = [ap] + [fp - 1]; ret;"),
    "divide_by_zero": (
        "",
        "plain",
        "[ap] = 0, ap++; [ap] = 5, ap++; [ap - 1] = [ap] * [ap - 2]; ret;",
    ),
    "divide_zero_by_zero": (
        "",
        "plain",
        "[ap] = 0, ap++; [ap - 1] = [ap] * [ap - 1]; ret;",
    ),
    "divide_op1_by_zero": (
        "",
        "plain",
        "[ap] = 0, ap++; [ap] = 5, ap++; [ap - 1] = [ap - 2] * [ap]; ret;",
    ),
    "jump_relative_pointer": ("", "plain", "jmp rel [fp - 1]; ret;"),
    "jump_relative_pointer_ap": ("", "plain", "[ap] = [fp - 1]; jmp rel [ap], ap++; ret;"),
    "jump_absolute_int": ("", "plain", "[ap] = 5, ap++; jmp abs [ap - 1]; ret;"),
    "jump_absolute_empty": ("", "plain", "jmp abs [fp - 2]; ret;"),
    "jump_relative_before_start": ("", "plain", "jmp rel -10; ret;"),
    "jump_to_pointer": (
        "",
        "plain",
        "call rel 2; [ap] = [ap - 2] - 2, ap++; jmp abs [ap - 1]; ret;",
    ),
    "jump_if_unknown": ("", "plain", "jmp rel 2 if [ap + 5] != 0; ret;"),
    "jump_if_to_pointer": ("", "plain", "[ap] = 1, ap++; jmp rel [fp - 1] if [ap - 1] != 0; ret;"),
    "advance_ap_by_pointer": ("", "plain", "ap += [fp - 1]; ret;"),
    "call_over_dst": ("", "plain", "[ap] = 3; call rel 2; ret;"),
    "call_over_op0": ("", "plain", "[ap + 1] = 3; call rel 2; ret;"),
    "call_relative_pointer": ("", "plain", "call rel [fp - 1]; ret;"),
    "call_absolute_int": ("", "plain", "[ap] = 5, ap++; call abs [ap - 1]; ret;"),
    "range_check_negative": (
        "range_check",
        "small",
        "[ap] = -1, ap++; [ap - 1] = [[fp - 3]]; ret;",
    ),
    "range_check_bound": (
        "range_check",
        "small",
        "[ap] = 2**128, ap++; [ap] = 7, ap++; [ap - 1] = [[fp - 3]]; [ap - 2] = [[fp - 3] + 1]; ret;",
    ),
    "range_check_pointer": ("range_check", "small", "[fp - 1] = [[fp - 3]]; ret;"),
    "bitwise_too_big": (
        "bitwise",
        "starknet",
        "[ap] = -1, ap++; [ap - 1] = [[fp - 3]]; [ap - 1] = [[fp - 3] + 1];"
        "[ap] = [[fp - 3] + 2], ap++; ret;",
    ),
    "bitwise_second_too_big": (
        "bitwise",
        "starknet",
        "[ap] = -1, ap++; [ap] = 3, ap++; [ap - 1] = [[fp - 3]]; [ap - 2] = [[fp - 3] + 1];"
        "[ap] = [[fp - 3] + 4], ap++; ret;",
    ),
    "bitwise_pointer": (
        "bitwise",
        "starknet",
        "[fp - 1] = [[fp - 3]]; [fp - 1] = [[fp - 3] + 1]; [ap] = [[fp - 3] + 2], ap++; ret;",
    ),
    "pedersen_pointer": (
        "pedersen",
        "small",
        "[fp - 1] = [[fp - 3]]; [fp - 1] = [[fp - 3] + 1]; [ap] = [[fp - 3] + 2], ap++; ret;",
    ),
    "pedersen_missing": (
        "pedersen",
        "small",
        "[ap] = 1, ap++; [ap - 1] = [[fp - 3]]; [ap] = [[fp - 3] + 2], ap++; ret;",
    ),
    "poseidon_pointer": (
        "poseidon",
        "starknet",
        "[ap] = 1, ap++; [ap - 1] = [[fp - 3]]; [fp - 1] = [[fp - 3] + 1];"
        "[ap - 1] = [[fp - 3] + 2]; [ap] = [[fp - 3] + 3], ap++; ret;",
    ),
    "keccak_too_big": (
        "keccak",
        "starknet_with_keccak",
        "[ap] = 1, ap++; [ap] = 2**200, ap++;"
        + "".join(f"[ap - 2] = [[fp - 3] + {i}];" for i in range(7))
        + "[ap - 1] = [[fp - 3] + 7]; [ap] = [[fp - 3] + 8], ap++; ret;",
    ),
    "keccak_pointer": (
        "keccak",
        "starknet_with_keccak",
        "[ap] = 1, ap++;"
        + "".join(f"[ap - 1] = [[fp - 3] + {i}];" for i in range(7))
        + "[fp - 2] = [[fp - 3] + 7]; [ap] = [[fp - 3] + 8], ap++; ret;",
    ),
    "ec_op_not_on_curve": (
        "ec_op",
        "starknet",
        "[ap] = 1, ap++;"
        + "".join(f"[ap - 1] = [[fp - 3] + {i}];" for i in range(5))
        + "[ap] = [[fp - 3] + 5], ap++; ret;",
    ),
    "ec_op_pointer": (
        "ec_op",
        "starknet",
        "[ap] = 1, ap++;"
        + "".join(f"[ap - 1] = [[fp - 3] + {i}];" for i in range(4))
        + "[fp - 1] = [[fp - 3] + 4]; [ap] = [[fp - 3] + 6], ap++; ret;",
    ),
    "ec_op_same_x": (
        "ec_op",
        "starknet",
        "[ap] = 0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca, ap++;"
        "[ap] = 0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f, ap++;"
        "[ap] = 34, ap++;"
        "[ap - 3] = [[fp - 3]]; [ap - 2] = [[fp - 3] + 1];"
        "[ap - 3] = [[fp - 3] + 2]; [ap - 2] = [[fp - 3] + 3]; [ap - 1] = [[fp - 3] + 4];"
        "[ap] = [[fp - 3] + 5], ap++; ret;",
    ),
    "ecdsa_no_signature": (
        "ecdsa",
        "small",
        "[ap] = 1, ap++; [ap - 1] = [[fp - 3]]; [ap - 1] = [[fp - 3] + 1]; ret;",
    ),
    "ecdsa_message_first": (
        "ecdsa",
        "small",
        "[ap] = 1, ap++; [ap - 1] = [[fp - 3] + 1]; [ap - 1] = [[fp - 3]]; ret;",
    ),
    "ecdsa_public_key_pointer": (
        "ecdsa",
        "small",
        "[ap] = 1, ap++; [ap - 1] = [[fp - 3] + 1]; [fp - 1] = [[fp - 3]]; ret;",
    ),
    "ecdsa_message_pointer": (
        "ecdsa",
        "small",
        "[ap] = 1, ap++; [ap - 1] = [[fp - 3]]; [fp - 1] = [[fp - 3] + 1]; ret;",
    ),
}

OFFSETS = 0x7FFF7FFF7FFF  # off2 = -1, off1 = -1, off0 = -1.


def word(flags: int, offsets: int = OFFSETS) -> int:
    """An instruction with the given flags."""
    return (flags << 48) | offsets


# Name -> the words of the program.
RAW: Dict[str, List[int]] = {
    "bit_63": [1 << 63],
    "not_64_bit": [1 << 70],
    "two_op1_sources": [word(0b1100)],
    "two_results": [word(0b1101000)],
    "two_jumps": [word(0b110001000)],
    "jump_if_with_result": [word(0b1000101000)],
    "two_ap_updates": [word(0b110000001000)],
    "two_opcodes": [word(0b11000000001000)],
    "call_with_ap_update": [word(0b1010100000100, 0x800180018000), 2],
    "no_immediate": [word(0b100000000000100, 0x800180018000)],
    "immediate_elsewhere": [word(0b100000000000100, 0x800280018000), 7],
    "no_code": [],
}
