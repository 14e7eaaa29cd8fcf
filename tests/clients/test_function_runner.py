"""`FunctionRunner` beside the class that it stands in for: the same calls, everything compared."""

import dataclasses
import functools
import gc
import json
import weakref

import cairohints
import pytest
from compiling import compiled
from reference_imports import importable
from reference_vm import Program
from runner_comparison import LAYOUT, played

with importable():
    from cairohints import function_runner, runner_programs
    from starkware.cairo.common import cairo_function_runner
    from starkware.cairo.lang.builtins.hash.hash_builtin_runner import HashBuiltinRunner
    from starkware.cairo.lang.builtins.range_check.range_check_builtin_runner import (
        RangeCheckBuiltinRunner,
    )
    from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
    from starkware.cairo.lang.compiler.cairo_compile import compile_cairo
    from starkware.cairo.lang.vm.memory_dict import MemoryDict
    from starkware.cairo.lang.vm.utils import RunResources
    from starkware.crypto.signature.signature import private_to_stark_key, sign

Original = cairo_function_runner.CairoFunctionRunner


def loaded(source, **changes):
    """A program of this source, a new object each time."""
    program = Program.Schema().load(json.loads(compiled(source, "function.cairo")))
    for name, value in changes.items():
        setattr(program, name, value)
    return program


@pytest.fixture
def same(client):
    """Plays on both runners; what ours left, which is what the original left."""
    return functools.partial(played, client)


TOTAL = """\
%builtins range_check
from starkware.cairo.common.math import assert_le

struct Pair {
    a: felt,
    b: felt,
}

func total{range_check_ptr}(n, values: felt*) -> (sum: felt) {
    if (n == 0) {
        return (sum=0);
    }
    let (rest) = total(n - 1, values + 1);
    assert_le([values], 100);
    %{ seen = memory[ids.values]; segments.add() %}
    return (sum=rest + [values]);
}

func scale(pair: Pair, factor) -> (pair: Pair) {
    return (pair=Pair(a=pair.a * factor, b=pair.b * factor));
}

func divide(a, b) -> (q: felt) {
    with_attr error_message("cannot divide {a} by {b}") {
        tempvar q;
        %{ ids.q = ids.a // ids.b %}
        assert q * b = a;
    }
    return (q=q);
}

func unwritten(pointer: felt*) -> (value: felt) {
    return (value=[pointer + 1]);
}

func jump(a) {
    jmp abs a;
}

func loop() {
    jmp rel 0;
}
"""


def call_total(values, **options):
    def act(runner):
        base = runner.range_check_builtin.base
        pointer = runner.segments.gen_arg(values)
        return runner.run("total", range_check_ptr=base, n=len(values), values=pointer, **options)

    return act


def test_a_run_is_the_same(same):
    found = same(lambda: loaded(TOTAL), call_total([5, 6, 7]), LAYOUT)
    assert found["result"][1] == (18,)
    assert found["holes"] == 0
    same(lambda: loaded(TOTAL), call_total([5, 6, 7], verify_implicit_args_segment=True))
    same(lambda: loaded(TOTAL), call_total([], verify_secure=False))


def pair(runner, a, b):
    structs = cairo_function_runner.CairoStructFactory.from_program(runner.program).structs
    return structs.Pair(a=a, b=b)


@pytest.mark.parametrize(
    "act",
    [
        lambda runner: runner.run("scale", pair=pair(runner, 3, -4), factor=2),
        lambda runner: runner.run("__main__.scale", pair(runner, 3, 4), 2, use_full_name=True),
        lambda runner: runner.run("divide", a=12, b=4),
        lambda runner: runner.run("unwritten", [1, [2, -3]]),
    ],
)
def test_arguments_of_all_kinds(same, act):
    assert "result" in same(lambda: loaded(TOTAL), act)


@pytest.mark.parametrize(
    "act",
    [
        call_total([5, 600, 7]),
        lambda runner: runner.run("divide", 12, 0),
        lambda runner: runner.run("divide", 12, 5),
        lambda runner: runner.run("unwritten", [1]),
        lambda runner: runner.run("jump", 5),
        lambda runner: runner.run("nothing"),
        lambda runner: runner.run("divide", 1),
        lambda runner: runner.run_from_entrypoint("loop", run_resources=RunResources(n_steps=10)),
        lambda runner: runner.memory[runner.segments.add() + 3],
        lambda runner: runner.load_data(runner.segments.add(), [-1]),
    ],
)
def test_failures_are_the_same(same, act):
    assert "error" in same(lambda: loaded(TOTAL), act)


def test_a_hint_that_does_not_compile(same):
    source = "func wrong() {\n    %{ x = = 1 %}\n    return ();\n}\n"
    assert "error" in same(lambda: loaded(source), lambda runner: runner.run("wrong"), "plain")


@pytest.mark.parametrize("options", [{}, {"verify_secure": False}])
def test_what_is_not_sound_in_the_end(same, options):
    source = """\
func outside() {
    %{ memory[pc + 1000] = 5 %}
    return ();
}

func inconsistent{poseidon_ptr: felt*}() {
    assert poseidon_ptr[3] = 17;
    assert poseidon_ptr[0] = 0;
    assert poseidon_ptr[1] = 1;
    assert poseidon_ptr[2] = 2;
    let poseidon_ptr = poseidon_ptr + 6;
    return ();
}

func open_scope() {
    %{ vm_enter_scope() %}
    return ();
}

func part{bitwise_ptr: felt*}() {
    assert bitwise_ptr[1] = 17;
    let bitwise_ptr = bitwise_ptr + 5;
    return ();
}
"""
    acts = {
        "outside": lambda runner: runner.run("outside", **options),
        "inconsistent": lambda runner: runner.run(
            "inconsistent", runner.poseidon_builtin.base, **options
        ),
        "open_scope": lambda runner: runner.run("open_scope", **options),
        "part": lambda runner: runner.run("part", runner.bitwise_builtin.base, **options),
    }
    secure = not options
    for name, act in acts.items():
        found = same(lambda: loaded(source), act, "plain")
        assert ("error" in found) == (secure or name in ("inconsistent", "open_scope")), name


def test_a_program_of_a_layout_without_its_builtins_is_refused_as_by_the_original(client):
    messages = []
    for cls in (Original, function_runner.FunctionRunner):
        with pytest.raises(AssertionError) as info:
            cls(loaded(TOTAL), layout="plain")
        messages.append(str(info.value))
    assert messages[0] == messages[1]
    # Nobody chose a layout.
    assert function_runner.FunctionRunner(loaded(TOTAL), client=client)


def test_resources_are_taken_from_the_callers(same):
    def act(runner):
        resources = RunResources(n_steps=1000)
        base = runner.range_check_builtin.base
        runner.run_from_entrypoint("total", base, 2, [3, 4], run_resources=resources)
        return resources.n_steps, runner.get_return_values(2)

    assert same(lambda: loaded(TOTAL), act)["result"][1][1] == 7


def test_the_pieces_of_a_run(same):
    """As tests write it that were made before `run`."""

    def act(runner):
        values = runner.gen_arg([8, 9])
        end = runner.initialize_function_entrypoint(
            "total", [runner.range_check_builtin.base, 2, values]
        )
        runner.load_data(runner.segments.add(), [1, 2, 3])
        runner.initialize_vm(hint_locals={"given": 1}, static_locals={"always": 2})
        runner.run_until_pc(end)
        runner.end_run()
        runner.assert_eq(values, [8, 9])
        return runner.get_return_values(2)[1]

    assert same(lambda: loaded(TOTAL), act)["result"] == 17


def test_first_segments_that_are_made_again_stay_where_they_are(client):
    runner = function_runner.FunctionRunner(loaded(TOTAL), layout=LAYOUT, client=client)
    pointer = runner.gen_arg([4])
    runner.initialize_segments()
    base = runner.range_check_builtin.base
    assert runner.run("total", base, n=1, values=pointer) == ((base + 1,), (4,))


def test_a_function_of_a_file(client, tmp_path):
    path = tmp_path / "total.cairo"
    path.write_text(TOTAL)
    runner = function_runner.FunctionRunner.from_file(str(path), DEFAULT_PRIME, layout="small")
    assert call_total([1, 2])(runner)[1] == (3,)
    runner = function_runner.FunctionRunner.from_file(
        str(path), DEFAULT_PRIME, remove_builtins=True, remove_hints=True
    )
    runner.assert_eq(runner.gen_arg([[1, 2], -3]), [[1, 2], -3])
    assert runner.run("scale", pair(runner, 1, 2), 5)[1] == (5, 10)


BUILTINS = """\
from starkware.cairo.common.cairo_builtins import (
    BitwiseBuiltin, EcOpBuiltin, HashBuiltin, KeccakBuiltin, PoseidonBuiltin, SignatureBuiltin
)
from starkware.cairo.common.ec_point import EcPoint
from starkware.cairo.common.keccak_state import KeccakBuiltinState

func all_of_them{
    output_ptr: felt*, pedersen_ptr: HashBuiltin*, range_check_ptr, range_check96_ptr,
    bitwise_ptr: BitwiseBuiltin*, ec_op_ptr: EcOpBuiltin*, poseidon_ptr: PoseidonBuiltin*,
    keccak_ptr: KeccakBuiltin*
}(a, b, p: EcPoint, q: EcPoint) -> (r: felt) {
    assert [output_ptr] = a;
    let output_ptr = output_ptr + 1;
    assert [range_check_ptr] = a;
    let range_check_ptr = range_check_ptr + 1;
    assert [range_check96_ptr] = b;
    let range_check96_ptr = range_check96_ptr + 1;
    assert pedersen_ptr.x = a;
    assert pedersen_ptr.y = b;
    tempvar hashed = pedersen_ptr.result;
    let pedersen_ptr = pedersen_ptr + HashBuiltin.SIZE;
    assert bitwise_ptr.x = a;
    assert bitwise_ptr.y = b;
    tempvar both = bitwise_ptr.x_and_y;
    let bitwise_ptr = bitwise_ptr + BitwiseBuiltin.SIZE;
    assert ec_op_ptr.p = p;
    assert ec_op_ptr.q = q;
    assert ec_op_ptr.m = a;
    tempvar x = ec_op_ptr.r.x;
    tempvar y = ec_op_ptr.r.y;
    let ec_op_ptr = ec_op_ptr + EcOpBuiltin.SIZE;
    assert poseidon_ptr.input.s0 = a;
    assert poseidon_ptr.input.s1 = b;
    assert poseidon_ptr.input.s2 = 2;
    tempvar permuted = poseidon_ptr.output.s0;
    let poseidon_ptr = poseidon_ptr + PoseidonBuiltin.SIZE;
    assert keccak_ptr.input = KeccakBuiltinState(a, b, 0, 0, 0, 0, 0, 0);
    tempvar sponge = keccak_ptr.output.s3;
    let keccak_ptr = keccak_ptr + KeccakBuiltin.SIZE;
    return (r=hashed + both + x + y + permuted + sponge);
}

func signed{ecdsa_ptr: SignatureBuiltin*}(key, message) {
    assert ecdsa_ptr.pub_key = key;
    assert ecdsa_ptr.message = message;
    let ecdsa_ptr = ecdsa_ptr + SignatureBuiltin.SIZE;
    return ();
}

func signed_in_hint{ecdsa_ptr: SignatureBuiltin*}(key, message) {
    %{ ecdsa_builtin.add_signature(ids.ecdsa_ptr.address_, (r, s)) %}
    return signed(key, message);
}
"""

#: Points of the curve, as in the library's tests of `ec_op`.
P = (
    0x6A4BEAEF5A93425B973179CDBA0C9D42F30E01A5F1E2DB73DA0884B8D6756FC,
    0x72565EC81BC09FF53FBFAD99324A92AA5B39FB58267E395E8ABE36290EBF24F,
)
Q = (
    0x654FD7E67A123DD13868093B3B7777F1FFEF596C2E324F25CEAF9146698482C,
    0x4FAD269CBF860980E38768FE9CB6B0B9AB03EE3FE84CFDE2ECCCE597C874FD8,
)


def test_builtins_that_the_program_does_not_declare(same):
    def act(runner):
        structs = cairo_function_runner.CairoStructFactory.from_program(
            runner.program, additional_imports=["starkware.cairo.common.ec_point.EcPoint"]
        ).structs
        return runner.run(
            "all_of_them",
            output_ptr=runner.output_builtin.base,
            pedersen_ptr=runner.pedersen_builtin.base,
            range_check_ptr=runner.range_check_builtin.base,
            range_check96_ptr=runner.range_check96_builtin.base,
            bitwise_ptr=runner.bitwise_builtin.base,
            ec_op_ptr=runner.ec_op_builtin.base,
            poseidon_ptr=runner.poseidon_builtin.base,
            keccak_ptr=runner.keccak_builtin.base,
            a=21,
            b=13,
            p=structs.EcPoint(*P),
            q=structs.EcPoint(*Q),
        )

    same(lambda: loaded(BUILTINS), act, "plain")


KEY = 0x5EED
MESSAGE = 0xBEEF


@pytest.mark.parametrize("function", ["signed", "signed_in_hint"])
@pytest.mark.parametrize("message", [MESSAGE, MESSAGE + 1])
def test_signatures(same, function, message):
    r, s = sign(MESSAGE, KEY)

    def act(runner):
        if function == "signed":
            runner.ecdsa_builtin.add_signature(runner.ecdsa_builtin.base, (r, s))
        base = runner.ecdsa_builtin.base
        key = private_to_stark_key(KEY)
        runner.run(function, base, key, message, hint_locals={"r": r, "s": s})
        return runner.ecdsa_builtin.signatures

    found = same(lambda: loaded(BUILTINS), act, "plain")
    assert ("error" in found) == (message != MESSAGE)


def test_a_signature_that_is_missing(same):
    found = same(
        lambda: loaded(BUILTINS),
        lambda runner: runner.run("signed", runner.ecdsa_builtin.base, 1, 2),
        "plain",
    )
    assert "Signature hint is missing" in found["error"][1]


def test_what_was_written_to_builtins_before_is_checked(same):
    def act(runner):
        runner.load_data(runner.range_check_builtin.base, [2**128])
        runner.run("signed", runner.ecdsa_builtin.base, 1, 2)

    assert same(lambda: loaded(BUILTINS), act, "plain")["error"][0] is AssertionError


MODULO = """\
from starkware.cairo.common.cairo_builtins import ModBuiltin, UInt384
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.modulo import run_mod_p_circuit

func circuit{range_check96_ptr, add_mod_ptr: ModBuiltin*, mul_mod_ptr: ModBuiltin*}(
    p: UInt384, x: UInt384, y: UInt384
) -> (product: UInt384) {
    alloc_locals;
    let values = cast(range_check96_ptr, UInt384*);
    assert values[0] = x;
    assert values[1] = y;
    let (local add_offsets: felt*) = alloc();
    assert add_offsets[0] = 0;
    assert add_offsets[1] = 4;
    assert add_offsets[2] = 8;
    let (local mul_offsets: felt*) = alloc();
    assert mul_offsets[0] = 8;
    assert mul_offsets[1] = 4;
    assert mul_offsets[2] = 12;
    run_mod_p_circuit(
        p=p,
        values_ptr=values,
        add_mod_offsets_ptr=add_offsets,
        add_mod_n=1,
        mul_mod_offsets_ptr=mul_offsets,
        mul_mod_n=1,
    );
    let range_check96_ptr = range_check96_ptr + 16;
    return (product=values[3]);
}
"""


@pytest.mark.parametrize("declared", ["", "%builtins range_check96 add_mod mul_mod\n"])
def test_programs_with_modulo_builtins(same, declared):
    def act(runner):
        structs = cairo_function_runner.CairoStructFactory.from_program(
            runner.program, additional_imports=["starkware.cairo.common.cairo_builtins.UInt384"]
        ).structs
        return runner.run(
            "circuit",
            runner.range_check96_builtin.base,
            runner.add_mod_builtin.base,
            runner.mul_mod_builtin.base,
            p=structs.UInt384(67, 0, 0, 0),
            x=structs.UInt384(52, 0, 0, 0),
            y=structs.UInt384(38, 0, 0, 0),
        )

    found = same(lambda: loaded(declared + MODULO), act)
    assert found["result"][1] == ((52 + 38) * 38 % 67, 0, 0, 0)


OUTPUT = """\
func show{output_ptr: felt*}(a) {
    assert [output_ptr] = a;
    %{
        output_builtin.add_page(page_id=2, page_start=ids.output_ptr, page_size=1)
        output_builtin.add_attribute("of the hint", [1])
    %}
    let output_ptr = output_ptr + 1;
    return ();
}

func show_plainly{output_ptr: felt*}(a) {
    assert [output_ptr] = a;
    let output_ptr = output_ptr + 1;
    return ();
}

func show_elsewhere{output_ptr: felt*}(a) {
    %{
        old = output_builtin.get_state()
        output_builtin.new_state(base=ids.output_ptr + 1)
        output_builtin.add_attribute("inner", 1)
        if ids.a == 2:
            output_builtin.set_state(old)
    %}
    assert [output_ptr] = a;
    assert [output_ptr + 1] = a;
    let output_ptr = output_ptr + 2;
    return ();
}
"""


@pytest.mark.parametrize("name", ["show", "show_plainly", "show_elsewhere"])
@pytest.mark.parametrize("a", [2, 3])
@pytest.mark.parametrize("before", [False, True])
def test_pages_and_attributes_of_the_output(same, name, a, before):
    def act(runner):
        output = runner.output_builtin
        if before:
            output.add_page(1, output.base + 4, 2)
            output.add_attribute("of the caller", {"x": 1})
        runner.run(name, output.base, a)
        return output.pages, output.attributes, output.base

    found = same(lambda: loaded(OUTPUT), act, "plain")
    assert len(found["result"][0]) == (name == "show") + (
        before and (name != "show_elsewhere" or a == 2)
    )


TEMPORARY = """\
func keep(pointer: felt*) -> (pointer: felt*) {
    return (pointer=pointer);
}

func read(pointer: felt*) -> (value: felt) {
    return (value=[pointer]);
}

func move(pointer: felt*, target: felt*) -> (pointer: felt*) {
    %{
        if move:
            memory.add_relocation_rule(ids.pointer, ids.target)
        more = segments.add_temp_segment()
        memory[more] = 6
        memory.add_relocation_rule(more, segments.add())
    %}
    return (pointer=pointer);
}
"""


def test_temporary_segments_before_the_run(same):
    def act(runner):
        inner, outer = runner.segments.add_temp_segment(), runner.segments.add_temp_segment()
        runner.load_data(inner, [4, 5, outer])
        runner.load_data(outer, [inner + 1])
        target = runner.segments.add()
        runner.memory.add_relocation_rule(inner, target + 2)
        runner.memory.add_relocation_rule(outer, target + 5)
        assert runner.memory[inner + 2] == target + 5
        runner.run("keep", inner)
        return runner.memory.get_range(target + 2, 4), runner.get_return_values(1)

    found = same(lambda: loaded(TEMPORARY), act, "plain")
    assert found["result"][0][:2] == [4, 5]


@pytest.mark.parametrize("moves", [True, False])
@pytest.mark.parametrize("options", [{}, {"allow_tmp_segments": True}])
def test_temporary_segments_that_a_hint_moves(same, moves, options):
    def act(runner):
        pointer = runner.segments.add_temp_segment()
        runner.load_data(pointer, [4, 5])
        target = runner.segments.add()
        result = runner.run("move", pointer, target, hint_locals={"move": moves}, **options)
        return result, runner.memory[pointer if not moves else target]

    found = same(lambda: loaded(TEMPORARY), act, "plain")
    assert ("error" in found) == (not moves and not options)


def test_builtins_of_the_callers_own(same):
    """As StarkNet's own code computes class hashes with another hash function."""

    def act(runner):
        own = HashBuiltinRunner(
            name="own", included=True, ratio=32, hash_func=lambda x, y: x * 1000 + y
        )
        runner.builtin_runners["own_builtin"] = own
        own.initialize_segments(runner)
        return runner.run("hashed", own.base, 4, 5)

    source = """\
from starkware.cairo.common.cairo_builtins import HashBuiltin

func hashed{hash_ptr: HashBuiltin*}(x, y) -> (hash: felt) {
    assert hash_ptr.x = x;
    assert hash_ptr.y = y;
    %{ assert own_builtin.base == ids.hash_ptr.address_ %}
    let hash = hash_ptr.result;
    let hash_ptr = hash_ptr + HashBuiltin.SIZE;
    return (hash=hash);
}
"""
    assert same(lambda: loaded(source), act, "plain")["result"][1] == (4005,)


@pytest.mark.parametrize("used", ["own", "output", "bitwise"])
def test_builtins_of_the_callers_own_factories(same, used):
    """Between others, as the layout has them: every segment keeps its number."""

    def make(name, included):
        return HashBuiltinRunner(name, included, ratio=32, hash_func=lambda x, y: x * 1000 + y)

    builtins = {"range_check": LAYOUT.builtins["range_check"], "own": None}
    layout = dataclasses.replace(LAYOUT, builtins=builtins)

    def act(runner):
        base = runner.builtin_runners[f"{used}_builtin"].base
        return runner.run(f"use_{used}", base, 4, 5), base

    source = """\
from starkware.cairo.common.cairo_builtins import BitwiseBuiltin, HashBuiltin

func use_own{hash_ptr: HashBuiltin*}(x, y) -> (hash: felt) {
    assert hash_ptr.x = x;
    assert hash_ptr.y = y;
    %{ assert own_builtin.base == ids.hash_ptr.address_ %}
    let hash = hash_ptr.result;
    let hash_ptr = hash_ptr + HashBuiltin.SIZE;
    return (hash=hash);
}

func use_output{output_ptr: felt*}(x, y) -> (sum: felt) {
    %{ output_builtin.add_attribute("seen", ids.x) %}
    assert [output_ptr] = x;
    let output_ptr = output_ptr + 1;
    return (sum=x + y);
}

func use_bitwise{bitwise_ptr: BitwiseBuiltin*}(x, y) -> (both: felt) {
    assert bitwise_ptr.x = x;
    assert bitwise_ptr.y = y;
    let both = bitwise_ptr.x_and_y;
    let bitwise_ptr = bitwise_ptr + BitwiseBuiltin.SIZE;
    return (both=both);
}
"""
    found = same(
        lambda: loaded(source, builtins=["range_check", "own"]),
        act,
        layout,
        additional_builtin_factories={"own": make},
    )
    expected = {"own": 4005, "output": 9, "bitwise": 4}
    assert found["result"][0][1] == (expected[used],)


@pytest.mark.parametrize("value, fits", [(2**31, True), (2**32, False)])
def test_a_builtin_in_the_place_of_another(same, value, fits):
    def act(runner):
        own = RangeCheckBuiltinRunner("range_check", True, None, 1, inner_rc_bound=2**16, n_parts=2)
        runner.builtin_runners["range_check_builtin"] = own
        own.initialize_segments(runner)
        return runner.run("checked", runner.range_check_builtin.base, value)

    source = """\
func checked{range_check_ptr}(value) {
    %{ assert range_check_builtin.bound == 2**32 %}
    assert [range_check_ptr] = value;
    let range_check_ptr = range_check_ptr + 1;
    return ();
}
"""
    found = same(lambda: loaded(source), act, "plain")
    assert ("error" not in found) == fits


HANDLED = """\
func work(pointer: felt*) -> (value: felt) {
    %{ handler.work(ids.pointer) %}
    return (value=[pointer]);
}
"""


def test_objects_of_hints_use_the_runners_memory(same):
    """As StarkNet's syscall handlers, which are made with the runner's `segments`."""

    class Handler:
        def __init__(self, runner):
            self.runner = runner
            self.seen = []

        def work(self, pointer):
            segments, memory = self.runner.segments, self.runner.memory
            inner = segments.gen_arg([1, [2, 3]])
            segments.write_arg(pointer, [inner, 9])
            self.seen += [pointer in memory, memory.get(pointer + 7), memory[pointer + 1]]
            self.seen += [memory.get_range(inner, 2), segments.n_segments, len(memory)]
            self.seen.append(segments.add_temp_segment())
            with pytest.raises(AssertionError):
                segments.get_segment_used_size(1)

    def act(runner):
        handler = Handler(runner)
        runner.run("work", runner.segments.add(), static_locals={"handler": handler})
        return handler.seen

    assert same(lambda: loaded(HANDLED), act, "plain")["result"][0] is True


def test_cells_that_somebody_else_uses_are_no_holes(same):
    def act(marks):
        def play(runner):
            pointer = runner.gen_arg([1, 2, 3, 4])
            runner.run("read", pointer)
            for offset, size in marks:
                runner.mark_as_accessed(pointer + offset, size)
            return runner.get_memory_holes()

        return play

    counts = [
        same(lambda: loaded(TEMPORARY), act(marks), "plain")["result"]
        for marks in ([], [(0, 2)], [(1, 3)])
    ]
    assert counts == [3, 2, 0]


def test_a_memory_of_the_callers_own(client):
    for cls, options in ((Original, {}), (function_runner.FunctionRunner, {"client": client})):
        memory = MemoryDict()
        runner = cls(loaded(TEMPORARY), layout="plain", memory=memory, **options)
        assert runner.memory is memory
        runner.run("read", runner.gen_arg([5]))
        assert memory[runner.vm.run_context.ap - 1] == 5


def test_a_program_of_another_field(client):
    program = compile_cairo(
        "func f(a) -> (b: felt) {\n    return (b=a * a);\n}\n", prime=2**64 + 13
    )
    runner = function_runner.FunctionRunner(program, client=client)
    assert runner.run("f", 2**40)[1] == (2**80 % (2**64 + 13),)


def test_what_is_relocated(same):
    def act(runner):
        target = runner.segments.add()
        pointer = runner.segments.add_temp_segment()
        runner.load_data(pointer, [3, pointer])
        runner.memory.add_relocation_rule(pointer, target)
        runner.memory.relocate_memory()
        runner.run("read", target)
        runner.relocate()
        offsets, info = runner.get_segment_offsets(), runner.get_info(True)
        return runner.relocated_memory.items(), runner.relocated_trace, offsets, info

    same(lambda: loaded(TEMPORARY), act, "plain")


def test_what_is_printed_and_looked_up(same, capsys):
    def act(runner):
        call_total([5, 6])(runner)
        runner.relocate()
        runner.print_memory(relocated=True)
        runner.print_memory(relocated=False)
        runner.print_output()
        runner.print_info(relocated=True)
        runner.print_segment_relocation_table()
        debug_info = runner.get_relocated_debug_info()
        return (
            capsys.readouterr().out,
            debug_info.instruction_locations.keys(),
            runner.vm.get_traceback(),
            runner.vm.validated_memory[runner.range_check_builtin.base],
        )

    found = same(lambda: loaded(TOTAL), act)
    assert "Number of steps" in found["result"][0], found


@pytest.mark.parametrize("kept", [True, False])
def test_the_trace_of_code_in_other_segments(same, kept):
    """What a bootloader does, with temporary segments that the run leaves in front of the others."""
    source = """\
func start(code: felt*, n) -> (result: felt) {
    %{
        if kept:
            segments.add_temp_segment()
        segments.add()
    %}
    [ap] = n, ap++;
    call abs code;
    return (result=[ap - 1]);
}
"""
    # [ap] = [fp - 3] * 7, ap++; ret, as data of a segment after an empty one.
    body = compile_cairo("func f(n) -> felt {\n    return n * 7;\n}\n", prime=DEFAULT_PRIME)

    def act(runner):
        runner.segments.add()
        code = runner.segments.gen_arg(body.data)
        return runner.run(
            "start",
            code,
            6,
            hint_locals={"kept": kept},
            allow_tmp_segments=True,
            verify_secure=False,
        )

    found = same(lambda: loaded(source), act, "plain")
    assert found["result"][1] == (42,)
    assert len({entry.pc.segment_index for entry in found["trace"]}) == 2


def test_a_trace_that_was_not_asked_for(client):
    for cls, more in ((Original, {}), (function_runner.FunctionRunner, {"client": client})):
        runner = cls(loaded(TOTAL), layout=LAYOUT, enable_instruction_trace=False, **more)
        call_total([5])(runner)
        with pytest.raises(AssertionError, match="Trace is disabled."):
            print(runner.vm.trace)


def test_a_failure_has_no_trace(client):
    runner = function_runner.FunctionRunner(loaded(TOTAL), layout=LAYOUT, client=client)
    with pytest.raises(Exception, match="out of range"):
        call_total([500])(runner)
    with pytest.raises(cairohints.NotSupported, match="of a run that has succeeded only"):
        print(runner.vm.trace)


def test_in_the_place_of_the_original(monkeypatch, client):
    """In its own module, where everybody takes it from."""
    monkeypatch.setattr(
        cairo_function_runner, "CairoFunctionRunner", function_runner.FunctionRunner
    )
    runner = cairo_function_runner.CairoFunctionRunner(loaded(TOTAL), layout=LAYOUT, client=client)
    assert call_total([5])(runner)[1] == (5,)
    assert isinstance(runner, Original)


@pytest.mark.parametrize("values", [[5, 6], [5, 600]])
def test_a_runner_is_freed_with_its_last_reference(client, values):
    """Also after a failure; otherwise VMs pile up until somebody collects garbage."""
    runner = function_runner.FunctionRunner(loaded(TOTAL), layout=LAYOUT, client=client)
    gc.collect()
    gc.disable()
    try:
        try:
            call_total(values)(runner)
        except Exception as error:
            assert "out of range" in str(error)
        reference = weakref.ref(runner)
        del runner
        assert reference() is None
    finally:
        gc.enable()


def test_the_text_of_a_program_is_made_once(monkeypatch):
    made = []
    original = runner_programs._compiled_json
    monkeypatch.setattr(
        runner_programs, "_compiled_json", lambda *given: made.append(1) or original(*given)
    )
    source = TOTAL + "// of this test only\nfunc more() {\n    return ();\n}\n"
    first = loaded(source)
    text = function_runner.program_text(first)
    assert function_runner.program_text(first) is text
    assert function_runner.program_text(loaded(source)) is text
    assert len(made) == 1
    # What was changed is another program.
    first.hints = {}
    assert function_runner.program_text(first) != text
    assert len(made) == 2
    reference = weakref.ref(first)
    del first
    gc.collect()
    assert reference() is None
