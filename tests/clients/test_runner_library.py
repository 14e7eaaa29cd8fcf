"""Functions of the standard library, called as cairo-lang's own unit tests call them, on both runners."""

import copy
import functools

import cairohints
import pytest
from reference_imports import importable
from runner_comparison import played

with importable():
    from starkware.cairo.common.structs import CairoStructFactory
    from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
    from starkware.cairo.lang.compiler.cairo_compile import compile_cairo, get_module_reader
    from starkware.cairo.lang.compiler.preprocessor.default_pass_manager import (
        default_pass_manager,
    )
    from starkware.cairo.lang.compiler.scoped_name import ScopedName
    from starkware.crypto.signature.signature import private_to_stark_key, sign

COMMON = "starkware.cairo.common"
#: Each with one of its functions: the file must be imported for something.
MODULES = {
    "bitwise": "bitwise_and",
    "builtin_keccak.keccak": "keccak",
    "builtin_poseidon.poseidon": "poseidon_hash",
    "cairo_secp.ec": "ec_negate",
    "copy_indices": "copy_indices",
    "default_dict": "default_dict_new",
    "dict": "dict_new",
    "ec": "recover_y",
    "find_element": "find_element",
    "hash_chain": "hash_chain",
    "hash_state": "hash_felts",
    "log2_ceil": "log2_ceil",
    "math": "sqrt",
    "math_cmp": "is_nn",
    "memcpy": "memcpy",
    "merkle_update": "merkle_update",
    "pow": "pow",
    "set": "set_add",
    "signature": "check_ecdsa_signature",
    "small_merkle_tree": "small_merkle_tree_update",
    "squash_dict": "squash_dict",
    "uint256": "uint256_add",
    "usort": "usort",
}
OWN = """\
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin, HashBuiltin
from starkware.cairo.common.cairo_keccak.keccak import cairo_keccak_felts, finalize_keccak
from starkware.cairo.common.cairo_sha256.sha256_utils import finalize_sha256
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.default_dict import default_dict_finalize, default_dict_new
from starkware.cairo.common.dict import dict_new, dict_read, dict_squash, dict_update, dict_write
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.segments import relocate_segment
from starkware.cairo.common.small_merkle_tree import small_merkle_tree_update
from starkware.cairo.common.uint256 import Uint256

func finalized_keccak{range_check_ptr, bitwise_ptr: BitwiseBuiltin*}(n, elements: felt*) -> (
    res: Uint256
) {
    alloc_locals;
    let (local start: felt*) = alloc();
    let keccak_ptr = start;
    with keccak_ptr {
        let (local res) = cairo_keccak_felts(n, elements);
    }
    finalize_keccak(start, keccak_ptr);
    return (res=res);
}

func given_dict{range_check_ptr}() -> (sum: felt, squashed: felt) {
    alloc_locals;
    let (local start: DictAccess*) = dict_new();
    let dict = start;
    let (seven) = dict_read{dict_ptr=dict}(7);
    dict_write{dict_ptr=dict}(7, seven + 1);
    dict_update{dict_ptr=dict}(8, 5, 6);
    let (again) = dict_read{dict_ptr=dict}(7);
    let (first, end) = dict_squash(start, dict);
    return (sum=seven + again, squashed=(end - first) / DictAccess.SIZE);
}

func missing_key() -> (value: felt) {
    let (dict) = default_dict_new(3);
    let (three) = dict_read{dict_ptr=dict}(1);
    let (other) = dict_new();
    let (value) = dict_read{dict_ptr=other}(three);
    return (value=value);
}

func tree{hash_ptr: HashBuiltin*, range_check_ptr}(height) -> (before: felt, after: felt) {
    alloc_locals;
    let (local start) = default_dict_new(0);
    let dict = start;
    dict_write{dict_ptr=dict}(2, 30);
    dict_write{dict_ptr=dict}(1, 20);
    let (first, end) = default_dict_finalize(start, dict, 0);
    let (before, after) = small_merkle_tree_update(first, end, height);
    return (before=before, after=after);
}

func moved(source: felt*, target: felt*) -> (pointer: felt*) {
    relocate_segment(source, target);
    return (pointer=source);
}

func sha256_of_nothing{range_check_ptr, bitwise_ptr: BitwiseBuiltin*}() {
    let (nothing) = alloc();
    finalize_sha256(nothing, nothing);
    return ();
}
"""
#: Implicit arguments whose names do not say which builtin they belong to.
BUILTINS = {"hash_ptr": "pedersen"}


@functools.lru_cache(maxsize=1)
def library():
    """All functions of the modules, in one program."""
    lines = [
        f"from {COMMON}.{name} import {function} as one_of_{index}\n"
        for index, (name, function) in enumerate(MODULES.items())
    ]
    passes = default_pass_manager(
        prime=DEFAULT_PRIME,
        read_module=get_module_reader(cairo_path=[]).read,
        additional_scopes_to_compile={
            ScopedName.from_string(f"{COMMON}.{name}") for name in MODULES
        },
    )
    return compile_cairo(
        [("".join(lines) + OWN, "library.cairo")], debug_info=True, pass_manager=passes
    )


def struct(runner, name, *values):
    """A struct of the standard library."""
    path = f"{COMMON}.{name}"
    structs = CairoStructFactory.from_program(runner.program, additional_imports=[path]).structs
    return getattr(structs, name.rpartition(".")[2])(*values)


def call(name, *args, **options):
    """Calls a function with its builtins; arguments that are callables get the runner."""
    path = f"{COMMON}.{name}" if "." in name else f"__main__.{name}"

    def act(runner):
        structs = CairoStructFactory.from_program(runner.program)
        function = ScopedName.from_string(path)
        count = structs.get_implicit_args_length(function)
        names = structs.build_func_args(function)._fields[:count]
        bases = [
            getattr(runner, BUILTINS.get(one, one[: -len("_ptr")]) + "_builtin").base
            for one in names
        ]
        # Hints use some of them up.
        fresh = copy.deepcopy(options)
        given = [one(runner) if callable(one) else one for one in args]
        return runner.run(path, *bases, *given, use_full_name=True, **fresh)

    return act


def uint256(value):
    return lambda runner: struct(runner, "uint256.Uint256", value % 2**128, value >> 128)


def point(x, y):
    return lambda runner: struct(runner, "ec_point.EcPoint", x, y)


def bigint(value):
    parts = [value >> 86 * index & (2**86 - 1) for index in range(3)]
    return lambda runner: struct(runner, "cairo_secp.bigint3.BigInt3", *parts)


def secp_point(x, y):
    return lambda runner: struct(
        runner, "cairo_secp.ec_point.EcPoint", bigint(x)(runner), bigint(y)(runner)
    )


def array(*values):
    return lambda runner: runner.segments.gen_arg(list(values))


def empty(runner):
    return runner.segments.add()


def squash(*accesses):
    """Accesses to a dictionary, from the first to behind the last, and where to put the squashed ones."""

    def act(runner):
        flat = [value for access in accesses for value in access]
        start = runner.segments.gen_arg(flat)
        end = start + len(flat)
        target = runner.segments.add()
        base = runner.range_check_builtin.base
        path = f"{COMMON}.squash_dict.squash_dict"
        _, (squashed,) = runner.run(path, base, start, end, target, use_full_name=True)
        return runner.memory.get_range(target, squashed - target)

    return act


def add_to_set(*element):
    def act(runner):
        start = runner.segments.gen_arg([1, 2, 3, 4])
        base, new = runner.range_check_builtin.base, runner.segments.gen_arg(element)
        return runner.run(
            f"{COMMON}.set.set_add", base, start + 4, start, 2, new, use_full_name=True
        )

    return act


KEY, MESSAGE = 0x5EED, 0xBEEF
SIGNATURE = sign(MESSAGE, KEY)
GENERATOR = (
    0x1EF15C18599971B7BECED415A40F0C7DEACFD9B0D1819E03D723D8BC943CFCA,
    0x5668060AA49730B7BE4801DF46EC62DE53ECD11ABE43A32873000C36E8DC1F,
)
DOUBLE = (
    0x759CA09377679ECD535A81E83039658BF40959283187C654C5416F439403CF5,
    0x6F524A3400E7708D5C01A28598AD272E7455AA88778B19F93B562D7A9646C41,
)
SECP = (
    0x79BE667EF9DCBBAC55A06295CE870B07029BFCDB2DCE28D959F2815B16F81798,
    0x483ADA7726A3C4655DA4FBFC0E1108A8FD17B448A68554199C47D08FFB10D4B8,
)
PRIME = DEFAULT_PRIME

#: Name of the case: the call, and its explicit results if it succeeds and they are easily known.
PASSING = {
    "assert_le": (call("math.assert_le", 3, 7), ()),
    "assert_in_range": (call("math.assert_in_range", 5, -3, 8), ()),
    "assert_le_felt": (call("math.assert_le_felt", 2, PRIME - 5), ()),
    "assert_lt_felt": (call("math.assert_lt_felt", PRIME // 3, PRIME // 2), ()),
    "assert_250_bit": (call("math.assert_250_bit", 2**250 - 1), ()),
    "split_felt": (call("math.split_felt", 2**130 + 9), (4, 9)),
    "split_felt of the largest": (call("math.split_felt", -1), (PRIME >> 128, 0)),
    "split_int": (call("math.split_int", 0x1234, 4, 16, 16, empty), ()),
    "signed_div_rem": (call("math.signed_div_rem", -7, 2, 100), (PRIME - 4, 1)),
    "unsigned_div_rem": (call("math.unsigned_div_rem", 17, 5), (3, 2)),
    "sign": (call("math.sign", -3), (PRIME - 1,)),
    "sqrt": (call("math.sqrt", 10**10), (10**5,)),
    "horner_eval": (call("math.horner_eval", 3, array(1, 2, 3), 10), (321,)),
    "is_quad_residue": (call("math.is_quad_residue", 3), (0,)),
    "is_le_felt": (call("math_cmp.is_le_felt", -1, 5), (0,)),
    "is_in_range": (call("math_cmp.is_in_range", 5, 3, 9), (1,)),
    "pow": (call("pow.pow", 3, 20), (3**20,)),
    "signed_pow": (call("pow.signed_pow", 2, -3), (pow(8, -1, PRIME),)),
    "log2_ceil": (call("log2_ceil.log2_ceil", 1025), (11,)),
    "uint256_mul": (
        call("uint256.uint256_mul", uint256(2**200), uint256(2**100)),
        (0, 0, 2**44, 0),
    ),
    "uint256_sqrt": (call("uint256.uint256_sqrt", uint256(2**240 + 5)), (2**120, 0)),
    "uint256_signed_div_rem": (
        call("uint256.uint256_signed_div_rem", uint256(2**256 - 7), uint256(2)),
        None,
    ),
    "uint256_mul_div_mod": (
        call("uint256.uint256_mul_div_mod", uint256(2**200), uint256(6), uint256(5)),
        None,
    ),
    "uint256_shl": (call("uint256.uint256_shl", uint256(3), uint256(128)), (0, 3)),
    "uint256_reverse_endian": (call("uint256.uint256_reverse_endian", uint256(1)), (0, 2**120)),
    "bitwise_operations": (call("bitwise.bitwise_operations", 12, 10), (8, 6, 14)),
    "ec_add": (call("ec.ec_add", point(*GENERATOR), point(*DOUBLE)), None),
    "ec_double": (call("ec.ec_double", point(*GENERATOR)), DOUBLE),
    "ec_mul": (call("ec.ec_mul", 2, point(*GENERATOR)), DOUBLE),
    "recover_y": (call("ec.recover_y", GENERATOR[0]), None),
    "secp ec_double": (call("cairo_secp.ec.ec_double", secp_point(*SECP)), None),
    "find_element": (call("find_element.find_element", array(7, 1, 8, 2, 9, 3), 2, 3, 9), None),
    "find_element with an index": (
        call(
            "find_element.find_element",
            array(7, 1, 7, 2),
            2,
            2,
            7,
            hint_locals={"__find_element_index": 1},
        ),
        None,
    ),
    "search_sorted": (call("find_element.search_sorted", array(2, 4, 6), 1, 3, 5), None),
    "search_sorted_lower": (
        call("find_element.search_sorted_lower", array(2, 4, 6), 1, 3, 5),
        None,
    ),
    "hash_chain": (call("hash_chain.hash_chain", array(3, 1, 2, 3)), None),
    "hash_felts": (call("hash_state.hash_felts", array(1, 2, 3), 3), None),
    "poseidon_hash_many": (
        call("builtin_poseidon.poseidon.poseidon_hash_many", 3, array(1, 2, 3)),
        None,
    ),
    "keccak": (call("builtin_keccak.keccak.keccak_uint256s", 1, array(1, 2)), None),
    "cairo_keccak": (call("finalized_keccak", 2, array(1, 2)), None),
    "sha256 of nothing": (call("sha256_of_nothing"), ()),
    "verify_ecdsa_signature": (
        call(
            "signature.verify_ecdsa_signature",
            MESSAGE,
            private_to_stark_key(KEY),
            *SIGNATURE,
        ),
        (),
    ),
    "check_ecdsa_signature": (
        call("signature.check_ecdsa_signature", MESSAGE, private_to_stark_key(KEY), *SIGNATURE),
        (1,),
    ),
    "check_ecdsa_signature of another": (
        call("signature.check_ecdsa_signature", MESSAGE + 1, private_to_stark_key(KEY), *SIGNATURE),
        (0,),
    ),
    "dict": (call("given_dict", hint_locals={"initial_dict": {7: 1, 8: 5}}), None),
    "squash_dict": (squash((5, 1, 2), (4, 0, 9), (5, 2, 3)), None),
    "squash_dict of large keys": (squash((2**200, 1, 2), (4, 0, 9), (2**200, 2, 3)), None),
    "small_merkle_tree": (call("tree", 2), None),
    "merkle_update": (
        call("merkle_update.merkle_update", 2, 10, 99, 1, hint_locals={"auth_path": [5, 6]}),
        None,
    ),
    "set_add": (add_to_set(5, 6), ()),
    "set_add of what is there": (add_to_set(3, 4), ()),
    "usort": (call("usort.usort", 5, array(3, 1, 3, 2, 1)), None),
    "memcpy": (call("memcpy.memcpy", empty, array(1, 2, 3), 3), ()),
    "copy_indices": (call("copy_indices.copy_indices", empty, array(5, 6, 7), array(2, 0), 2), ()),
    "relocate_segment": (
        call(
            "moved",
            lambda runner: runner.segments.write_arg(runner.segments.add_temp_segment(), [1]) - 1,
            empty,
        ),
        None,
    ),
}

FAILING = {
    "assert_le": call("math.assert_le", 7, 3),
    "assert_not_zero": call("math.assert_not_zero", 0),
    "assert_not_equal": call("math.assert_not_equal", 5, 5),
    "assert_nn": call("math.assert_nn", -1),
    "assert_250_bit": call("math.assert_250_bit", 2**250),
    "assert_lt_felt": call("math.assert_lt_felt", 5, 5),
    "unsigned_div_rem": call("math.unsigned_div_rem", 1, 0),
    "signed_div_rem": call("math.signed_div_rem", 2**120, 1, 2**10),
    "split_int": call("math.split_int", 0x12345, 4, 16, 16, empty),
    "sqrt": call("math.sqrt", -5),
    "assert_is_power_of_2": call("math.assert_is_power_of_2", 5, 8),
    "uint256_check": call(
        "uint256.uint256_check", lambda r: struct(r, "uint256.Uint256", 2**128, 0)
    ),
    "assert_on_curve": call("ec.assert_on_curve", point(1, 2)),
    "find_element": call("find_element.find_element", array(7, 1), 2, 1, 9),
    "find_element with a wrong index": call(
        "find_element.find_element",
        array(7, 1, 8, 1),
        2,
        2,
        7,
        hint_locals={"__find_element_index": 1},
    ),
    "verify_ecdsa_signature": call(
        "signature.verify_ecdsa_signature", MESSAGE + 1, private_to_stark_key(KEY), *SIGNATURE
    ),
    "dict without hint_locals": call("given_dict"),
    "dict with a wrong value": call("given_dict", hint_locals={"initial_dict": {7: 1, 8: 4}}),
    "missing_key": call("missing_key", hint_locals={"initial_dict": {1: 1}}),
    "squash_dict": squash((5, 1, 2), (5, 3, 3)),
    "merkle_update": call("merkle_update.merkle_update", 1, 1, 2, 5),
    "usort": call("usort.usort", 2, array(-1, 1)),
    "memcpy": call("memcpy.memcpy", empty, array(1, 2), 3),
    "recover_y": call("ec.recover_y", 5),
    "log2_ceil": call("log2_ceil.log2_ceil", 0),
}


@pytest.fixture(scope="module")
def one_client(unix_address):
    with cairohints.Client(unix_address) as client:
        yield client


@pytest.mark.parametrize("name", PASSING)
def test_a_call_is_the_same(one_client, name):
    act, expected = PASSING[name]
    found = played(one_client, library, act, "plain")
    assert "error" not in found, found
    if expected is not None:
        assert found["result"][1] == expected


@pytest.mark.parametrize("name", FAILING)
def test_a_failure_is_the_same(one_client, name):
    found = played(one_client, library, FAILING[name], "plain")
    assert "error" in found
