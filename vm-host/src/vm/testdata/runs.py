"""Whole runs: programs without hints, and the `cairo-run` command lines for them.

`regenerate.py` records what each prints and writes.
"""

from typing import Dict, List, Tuple

ARITHMETIC = """
%builtins output pedersen range_check bitwise
from starkware.cairo.common.bitwise import bitwise_and
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin, HashBuiltin
from starkware.cairo.common.hash import hash2

func fibonacci(a, b, n) -> (res: felt) {
    if (n == 0) {
        return (res=a);
    }
    return fibonacci(b, a + b, n - 1);
}

func main{
    output_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr, bitwise_ptr: BitwiseBuiltin*
}() {
    let (x) = fibonacci(0, 1, 10);
    assert [output_ptr] = x;
    assert [output_ptr + 1] = -5;
    let output_ptr = output_ptr + 2;
    assert [range_check_ptr] = x;
    let range_check_ptr = range_check_ptr + 1;
    let (h) = hash2{hash_ptr=pedersen_ptr}(x, 7);
    let (b) = bitwise_and(12, 10);
    assert [output_ptr] = h;
    assert [output_ptr + 1] = b;
    let output_ptr = output_ptr + 2;
    ap += 3;
    return ();
}
"""

HASHES = """
%builtins output pedersen range_check ecdsa bitwise ec_op keccak poseidon
from starkware.cairo.common.cairo_builtins import (
    BitwiseBuiltin, EcOpBuiltin, HashBuiltin, KeccakBuiltin, PoseidonBuiltin, SignatureBuiltin
)

func main{
    output_ptr: felt*,
    pedersen_ptr: HashBuiltin*,
    range_check_ptr,
    ecdsa_ptr: SignatureBuiltin*,
    bitwise_ptr: BitwiseBuiltin*,
    ec_op_ptr: EcOpBuiltin*,
    keccak_ptr: KeccakBuiltin*,
    poseidon_ptr: PoseidonBuiltin*,
}() {
    assert poseidon_ptr.input.s0 = 1;
    assert poseidon_ptr.input.s1 = 2;
    assert poseidon_ptr.input.s2 = 3;
    assert [output_ptr] = poseidon_ptr.output.s1;
    let poseidon_ptr = poseidon_ptr + PoseidonBuiltin.SIZE;
    assert keccak_ptr.input.s0 = 2 ** 199;
    assert keccak_ptr.input.s1 = 1;
    assert keccak_ptr.input.s2 = 2;
    assert keccak_ptr.input.s3 = 3;
    assert keccak_ptr.input.s4 = 4;
    assert keccak_ptr.input.s5 = 5;
    assert keccak_ptr.input.s6 = 6;
    assert keccak_ptr.input.s7 = 7;
    assert [output_ptr + 1] = keccak_ptr.output.s7;
    let keccak_ptr = keccak_ptr + KeccakBuiltin.SIZE;
    assert ec_op_ptr.p.x = 0x49ee3eba8c1600700ee1b87eb599f16716b0b1022947733551fde4050ca6804;
    assert ec_op_ptr.p.y = 0x3ca0cfe4b3bc6ddf346d49d06ea0ed34e621062c0e056c1d0405d266e10268a;
    assert ec_op_ptr.q.x = 0x1ef15c18599971b7beced415a40f0c7deacfd9b0d1819e03d723d8bc943cfca;
    assert ec_op_ptr.q.y = 0x5668060aa49730b7be4801df46ec62de53ecd11abe43a32873000c36e8dc1f;
    assert ec_op_ptr.m = 34;
    assert [output_ptr + 2] = ec_op_ptr.r.x;
    let ec_op_ptr = ec_op_ptr + EcOpBuiltin.SIZE;
    assert [output_ptr + 3] = 2 ** 250;
    let output_ptr = output_ptr + 4;
    return ();
}
"""

MODULO = """
%builtins range_check96 add_mod mul_mod
from starkware.cairo.common.cairo_builtins import ModBuiltin, UInt384
from starkware.cairo.common.registers import get_fp_and_pc

func main{range_check96_ptr: felt*, add_mod_ptr: ModBuiltin*, mul_mod_ptr: ModBuiltin*}() {
    alloc_locals;
    let (__fp__, _) = get_fp_and_pc();
    local values: (UInt384, UInt384, UInt384, UInt384) = (
        UInt384(8, 0, 0, 0), UInt384(4, 0, 0, 0), UInt384(1, 0, 0, 0), UInt384(10, 0, 0, 0)
    );
    local offsets: (felt, felt, felt, felt, felt, felt) = (0, 4, 8, 0, 4, 12);
    assert [range_check96_ptr] = 2 ** 96 - 1;
    let range_check96_ptr = range_check96_ptr + 1;
    assert add_mod_ptr.p = UInt384(11, 0, 0, 0);
    assert add_mod_ptr.values_ptr = cast(&values, UInt384*);
    assert add_mod_ptr.offsets_ptr = cast(&offsets, felt*);
    assert add_mod_ptr.n = 1;
    assert mul_mod_ptr.p = UInt384(11, 0, 0, 0);
    assert mul_mod_ptr.values_ptr = cast(&values, UInt384*);
    assert mul_mod_ptr.offsets_ptr = cast(&offsets, felt*) + 3;
    assert mul_mod_ptr.n = 1;
    let add_mod_ptr = add_mod_ptr + ModBuiltin.SIZE;
    let mul_mod_ptr = mul_mod_ptr + ModBuiltin.SIZE;
    return ();
}
"""

# Name -> (code, whether it is compiled for proofs too).
PROGRAMS: Dict[str, Tuple[str, bool]] = {
    "empty": ("func main() {\n    return ();\n}\n", True),
    "arithmetic": (ARITHMETIC, True),
    "hashes": (HASHES, True),
    "modulo": (MODULO, True),
    "modulo_wrong": (MODULO.replace("UInt384(1, 0, 0, 0)", "UInt384(2, 0, 0, 0)"), False),
    "modulo_out_of_range": (MODULO.replace("UInt384(1, 0, 0, 0)", "UInt384(23, 0, 0, 0)"), False),
    "modulo_n": (MODULO.replace("mul_mod_ptr.n = 1", "mul_mod_ptr.n = 2"), False),
    "modulo_no_prime": (MODULO.replace("UInt384(11, 0, 0, 0)", "UInt384(0, 0, 0, 0)"), False),
    "modulo_wide": (MODULO.replace("UInt384(4, 0, 0, 0)", "UInt384(4, 2 ** 96, 0, 0)"), False),
    "output_gap": (
        "%builtins output\nfunc main{output_ptr: felt*}() {\n    assert [output_ptr + 1] = 3;\n"
        "    let output_ptr = output_ptr + 2;\n    return ();\n}\n",
        True,
    ),
    "holes": (
        "func main() {\n    [ap + 4] = 7;\n    ap += 6;\n    return ();\n}\n",
        True,
    ),
    "wrong_output_pointer": (
        "%builtins output\nfunc main{output_ptr: felt*}() {\n    assert [output_ptr] = 3;\n"
        "    return ();\n}\n",
        False,
    ),
    "number_as_output_pointer": (
        "%builtins output\nfunc main{output_ptr: felt*}() {\n    assert [output_ptr] = 3;\n"
        "    let output_ptr = cast(5, felt*);\n    return ();\n}\n",
        False,
    ),
    "other_pointer_as_pedersen": (
        "%builtins output pedersen\nfunc main{output_ptr: felt*, pedersen_ptr: felt*}() {\n"
        "    let pedersen_ptr = output_ptr;\n    return ();\n}\n",
        False,
    ),
    "write_after_program": (
        "from starkware.cairo.common.registers import get_fp_and_pc\n"
        "func main() {\n    let (_, pc) = get_fp_and_pc();\n    assert [pc + 100] = 5;\n"
        "    return ();\n}\n",
        False,
    ),
    "unused_builtin": (
        "%builtins output bitwise\nfunc main{output_ptr: felt*, bitwise_ptr: felt*}() {\n"
        "    assert [output_ptr] = 3;\n    let output_ptr = output_ptr + 1;\n    return ();\n}\n",
        False,
    ),
    "moved_unused_builtin": (
        "%builtins output bitwise\nfunc main{output_ptr: felt*, bitwise_ptr: felt*}() {\n"
        "    let bitwise_ptr = bitwise_ptr + 5;\n    return ();\n}\n",
        False,
    ),
    "missing_bitwise_input": (
        "%builtins bitwise\nfunc main{bitwise_ptr: felt*}() {\n    assert [bitwise_ptr] = 3;\n"
        "    let bitwise_ptr = bitwise_ptr + 5;\n    return ();\n}\n",
        False,
    ),
    "missing_pedersen_input": (
        "%builtins pedersen\nfunc main{pedersen_ptr: felt*}() {\n    assert [pedersen_ptr] = 3;\n"
        "    assert [pedersen_ptr + 1] = 3;\n    tempvar h = [pedersen_ptr + 2];\n"
        "    assert [pedersen_ptr + 4] = 3;\n"
        "    let pedersen_ptr = pedersen_ptr + 6;\n    return ();\n}\n",
        False,
    ),
    "wrong_pedersen_output": (
        "%builtins pedersen\nfunc main{pedersen_ptr: felt*}() {\n    assert [pedersen_ptr] = 3;\n"
        "    assert [pedersen_ptr + 2] = 3;\n    assert [pedersen_ptr + 1] = 3;\n"
        "    let pedersen_ptr = pedersen_ptr + 3;\n    return ();\n}\n",
        False,
    ),
    "unused_bitwise_too_big": (
        "%builtins bitwise\nfunc main{bitwise_ptr: felt*}() {\n    assert [bitwise_ptr] = -1;\n"
        "    assert [bitwise_ptr + 1] = 3;\n    let bitwise_ptr = bitwise_ptr + 5;\n    return ();\n}\n",
        False,
    ),
    "assertion": (
        "func main() {\n    tempvar x = 4;\n    assert x = 5;\n    return ();\n}\n",
        False,
    ),
    "loop": (
        "func main() {\n    jmp rel 0;\n}\n",
        False,
    ),
}

SIGNED = """
%builtins output ecdsa
from starkware.cairo.common.cairo_builtins import SignatureBuiltin

func main{output_ptr: felt*, ecdsa_ptr: SignatureBuiltin*}() {
    %{ ecdsa_builtin.add_signature(ids.ecdsa_ptr.address_, (SIGNATURE_R, SIGNATURE_S)) %}
    assert ecdsa_ptr.message = MESSAGE;
    assert ecdsa_ptr.pub_key = PUBLIC_KEY;
    let ecdsa_ptr = ecdsa_ptr + SignatureBuiltin.SIZE;
    return ();
}
"""

# A program with hints, of which only the PIE is used.
SEGMENTS = """
%builtins output pedersen range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.cairo_builtins import HashBuiltin
from starkware.cairo.common.hash import hash2

func main{output_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr}() {
    alloc_locals;
    let (local first: felt*) = alloc();
    let (local second: felt*) = alloc();
    assert first[0] = 3;
    assert first[1] = cast(second, felt);
    assert second[0] = cast(first, felt);
    assert second[1] = 5;
    %{
        output_builtin.add_page(page_id=1, page_start=output_builtin.base + 1, page_size=2)
        output_builtin.add_attribute("tree", {"depth": [1, 2], "name": "caf\\u00e9"})
    %}
    let (h) = hash2{hash_ptr=pedersen_ptr}(first[0], second[1]);
    assert [output_ptr] = h;
    assert [output_ptr + 1] = 1;
    assert [output_ptr + 2] = 2;
    let output_ptr = output_ptr + 3;
    return ();
}
"""

ALL = "--print_output --print_info --print_memory --print_segments"
FILES = "--trace_file {trace} --memory_file {memory}"
AIR = "--air_public_input {air_public} --air_private_input {air_private}"

# (program, arguments). `_proof` in a name means the one compiled for proofs. A program that starts with
# `pie` is a Cairo PIE.
CASES: List[Tuple[str, str]] = [
    ("empty", f"{ALL} {FILES} --cairo_pie_output {{pie}}"),
    ("arithmetic", f"--layout starknet {ALL} {FILES} --cairo_pie_output {{pie}}"),
    ("arithmetic", f"--layout starknet {ALL} --relocate_prints"),
    ("arithmetic", "--layout small"),
    ("arithmetic", "--layout plain"),
    ("unused_builtin", "--layout small --allow_missing_builtins --print_output --cairo_pie_output {pie}"),
    ("moved_unused_builtin", "--layout small --allow_missing_builtins"),
    ("arithmetic", "--layout starknet --steps 10"),
    ("arithmetic", "--layout starknet --steps 10 --no_end --no_secure_run --print_output --print_info"),
    ("arithmetic", "--layout starknet --steps 10 --no_end"),
    ("arithmetic", "--layout starknet --steps 1000"),
    ("arithmetic", "--layout starknet --min_steps 1000"),
    ("arithmetic", "--layout starknet --min_steps 10 --print_info"),
    ("arithmetic", "--layout starknet --proof_mode"),
    ("hashes", f"--layout starknet_with_keccak {ALL} --cairo_pie_output {{pie}}"),
    ("modulo", f"--layout dynamic --cairo_layout_params_file {{params}} {ALL} --cairo_pie_output {{pie}}"),
    ("modulo_wrong", "--layout dynamic --cairo_layout_params_file {params}"),
    ("modulo_out_of_range", "--layout dynamic --cairo_layout_params_file {params}"),
    ("modulo_n", "--layout dynamic --cairo_layout_params_file {params}"),
    ("modulo_no_prime", "--layout dynamic --cairo_layout_params_file {params}"),
    ("modulo_wide", "--layout dynamic --cairo_layout_params_file {params}"),
    ("output_gap", "--layout small --print_output --print_info --print_memory"),
    ("holes", "--cairo_pie_output {pie} --print_info"),
    ("wrong_output_pointer", "--layout small"),
    ("number_as_output_pointer", "--layout small"),
    ("other_pointer_as_pedersen", "--layout small"),
    ("write_after_program", ""),
    ("missing_bitwise_input", "--layout starknet"),
    ("missing_pedersen_input", "--layout small"),
    ("wrong_pedersen_output", "--layout small"),
    ("unused_bitwise_too_big", "--layout starknet"),
    ("assertion", ""),
    ("loop", "--steps 7 --no_end --no_secure_run --print_info"),
    ("loop", "--steps 7"),
    ("disordered", "--layout small"),
    ("no_main", ""),
    ("empty_proof", f"--proof_mode {ALL} {FILES} {AIR}"),
    ("empty_proof", f"--proof_mode --layout small {ALL} {FILES} {AIR}"),
    ("empty_proof", f"--proof_mode --steps 64 {ALL} {FILES} {AIR}"),
    ("empty_proof", "--proof_mode --layout small --steps 64"),
    ("empty_proof", "--proof_mode --layout small --steps 4096 --secure_run"),
    ("empty_proof", "--proof_mode --min_steps 100 --print_info"),
    ("arithmetic_proof", f"--proof_mode --layout starknet {ALL} {FILES} {AIR}"),
    ("arithmetic_proof", f"--proof_mode --layout recursive --print_info {FILES} {AIR}"),
    ("arithmetic_proof", f"--proof_mode --layout all_solidity --print_info {FILES} {AIR}"),
    ("arithmetic_proof", "--proof_mode --layout starknet --steps 200"),
    ("arithmetic_proof", "--proof_mode --layout recursive_large_output --print_info"),
    ("arithmetic_proof", "--proof_mode --layout recursive_with_poseidon --relocate_prints --print_info"),
    ("hashes_proof", f"--proof_mode --layout starknet_with_keccak --print_info {FILES} {AIR}"),
    ("modulo_proof", f"--proof_mode --layout dynamic --cairo_layout_params_file {{params}} --print_info {FILES} {AIR}"),
    ("holes_proof", "--proof_mode --layout small --print_info"),
    ("output_gap_proof", "--proof_mode --layout small --air_public_input {air_public}"),
    ("signed", "--layout small --print_info --cairo_pie_output {pie}"),
    ("signed_proof", f"--proof_mode --layout small --print_info {FILES} {AIR}"),
    ("pie", f"--layout small {ALL} --cairo_pie_output {{pie}}"),
    ("pie", "--layout small --cairo_pie_output {pie} --merge_extra_segments"),
    ("pie", "--layout small --no_secure_run --print_info"),
    ("pie", "--layout plain"),
    ("pie_memory", "--layout small"),
    ("pie_extra_cell", "--layout small"),
    ("pie_resources", "--layout small"),
    ("pie_steps", "--layout small"),
    ("pie_attribute", "--layout small"),
    ("pie_segment_index", "--layout small"),
    ("pie_pointer", "--layout small"),
    ("pie_builtins", "--layout small"),
    ("pie_version", "--layout small"),
]

LAYOUT_PARAMS = {
    "rc_units": 4,
    "log_diluted_units_per_step": 4,
    "cpu_component_step": 8,
    "memory_units_per_step": 8,
    "uses_pedersen_builtin": 1,
    "pedersen_ratio": 256,
    "uses_range_check_builtin": 1,
    "range_check_ratio": 8,
    "uses_ecdsa_builtin": 1,
    "ecdsa_ratio": 2048,
    "uses_bitwise_builtin": 1,
    "bitwise_ratio": 16,
    "uses_ec_op_builtin": 0,
    "ec_op_ratio": 0,
    "uses_keccak_builtin": 1,
    "keccak_ratio": 2048,
    "uses_poseidon_builtin": 1,
    "poseidon_ratio": 256,
    "uses_range_check96_builtin": 1,
    "range_check96_ratio": 8,
    "range_check96_ratio_den": 1,
    "uses_add_mod_builtin": 1,
    "add_mod_ratio": 128,
    "add_mod_ratio_den": 1,
    "uses_mul_mod_builtin": 1,
    "mul_mod_ratio": 256,
    "mul_mod_ratio_den": 1,
}
