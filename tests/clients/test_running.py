"""Driving a VM of the real server from Python: `S2`, `S3`, `S4`, `O2`, `G2` of the specification."""

import io
import json
import os
import re
import subprocess
import sys
import threading
import time
import zipfile
from pathlib import Path

import cairohints
import pytest
from cairohints import Artifact, RelocatableValue, StopReason, VmState, server_process
from compiling import compiled
from conftest import PROGRAMS
from programs import ENDLESS, FAILING, STATEFUL, SUM
from reference_vm import registers_by_step
from terminal import on_a_terminal, read_until


def pairs(registers):
    return tuple((value.segment_index, value.offset) for value in registers)


def wait_for(condition, seconds=60):
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


@pytest.fixture
def make(client):
    """Makes VMs on the real server and frees them."""
    made = []

    def vm(program, **options):
        if isinstance(program, str):
            program = compiled(program)
        made.append(cairohints.Vm(program, client=client, **options))
        return made[-1]

    yield vm
    for vm in made:
        vm.close()


def test_one_call_runs_a_program(client):
    program = compiled(STATEFUL)
    artifacts = list(Artifact)[:3]
    result = cairohints.run(program, client=client, layout="small", artifacts=artifacts)
    assert result.output[0] == 8 * 8 + 8
    assert len(result.trace()) == result.steps == result.resources.steps
    assert result.resources.builtin_instances["range_check"] == 1


def test_the_command_and_the_module_do_the_same(client, tmp_path):
    """G2: byte for byte the files of `vm-host run`, from Python."""
    program = tmp_path / "program.json"
    program.write_bytes(compiled(STATEFUL))
    files = {name: tmp_path / name for name in ("trace", "memory", "pie")}
    subprocess.run(
        [str(server_process.find_vm_host()), "run", str(program), "--layout", "small"]
        + ["--trace_file", str(files["trace"]), "--memory_file", str(files["memory"])]
        + ["--cairo_pie_output", str(files["pie"]), "--python-env", sys.prefix],
        check=True,
    )
    with cairohints.Vm(program, client=client, layout="small", trace=True) as vm:
        assert vm.run() is StopReason.ENDED
        assert vm.artifact(Artifact.TRACE) == files["trace"].read_bytes()
        assert vm.memory_bytes() == files["memory"].read_bytes()
        ours, theirs = (zipfile.ZipFile(f) for f in (io.BytesIO(vm.pie()), files["pie"]))
        assert {name: ours.read(name) for name in ours.namelist()} == {
            name: theirs.read(name) for name in theirs.namelist()
        }
        trace = vm.trace()
        assert len(trace) == vm.current_step
        assert (
            trace[0].pc
            == 1 + json.loads(program.read_bytes())["identifiers"]["__main__.main"]["pc"]
        )


def test_registers_after_every_number_of_steps(make):
    """S3: hints that stand elsewhere than at the entry run when they should, at every stop."""
    expected = registers_by_step(compiled(STATEFUL), "small")
    vm = make(STATEFUL, layout="small")
    assert pairs(vm.registers) == expected[0]
    for step in range(1, len(expected) - 1):
        assert vm.run_for_steps(1) is StopReason.REACHED
        assert (vm.current_step, pairs(vm.registers)) == (step, expected[step])
    assert vm.run_for_steps(1) is StopReason.ENDED
    # After the last step cairo-vm has no segment for fp.
    assert pairs(vm.registers)[:2] == expected[-1][:2]
    for steps in range(0, len(expected) - 1, 7):
        other = make(STATEFUL, layout="small")
        other.run_for_steps(steps)
        assert (other.current_step, pairs(other.registers)) == (steps, expected[steps])
        other.close()


def outcome(vm):
    return vm.output, vm.artifact(Artifact.TRACE), vm.memory_bytes(), vm.scopes()


def test_a_pause_at_every_step_changes_nothing(make):
    """S4: generators, the random number generator, scopes and the worker live on."""
    whole = make(STATEFUL, layout="small", trace=True)
    whole.run()
    expected = outcome(whole)
    steps = whole.current_step
    for pause in range(1, steps, 5):
        vm = make(STATEFUL, layout="small", trace=True)
        worker = vm.worker_process_id
        assert vm.run_for_steps(pause) is StopReason.REACHED and vm.state is VmState.PAUSED
        vm.scopes()
        assert vm.run() is StopReason.ENDED and vm.worker_process_id == worker
        assert outcome(vm) == expected
        vm.close()
    vm = make(STATEFUL, layout="small", trace=True)
    while vm.run_for_steps(1) is StopReason.REACHED:
        pass
    assert outcome(vm) == expected


def test_loaded_programs_survive_pauses(make, monkeypatch):
    """S4: hints of a program that was loaded at run time are there after every pause."""
    program = json.loads((PROGRAMS / "load" / "run_loaded_program.json").read_bytes())
    path = json.dumps(str(PROGRAMS / "load" / "inner.json"))
    for group in program["hints"].values():
        for hint in group:
            hint["code"] = hint["code"].replace('"load/inner.json"', path)
    whole = make(program, layout="small", trace=True)
    whole.run()
    vm = make(program, layout="small", trace=True)
    while vm.run_for_steps(1) is StopReason.REACHED:
        pass
    assert vm.hints_executed == whole.hints_executed > 3
    assert vm.artifact(Artifact.TRACE) == whole.artifact(Artifact.TRACE)
    assert vm.memory_bytes() == whole.memory_bytes()


def test_another_thread_pauses_a_running_vm(make):
    vm = make(ENDLESS)
    reasons = []
    for _ in range(3):
        before = vm.current_step
        thread = threading.Thread(target=lambda: reasons.append(vm.run()))
        thread.start()
        wait_for(lambda: vm.state is VmState.RUNNING)
        time.sleep(0.05)
        vm.pause()
        thread.join(20)
        assert vm.state is VmState.PAUSED and vm.current_step > before
    assert reasons == [StopReason.PAUSED] * 3


def test_a_run_that_times_out_pauses(make):
    vm = make(ENDLESS)
    with pytest.raises(cairohints.DeadlineExceeded, match="hint: .*run it again"):
        vm.run(timeout=0.2)
    wait_for(lambda: vm.state is VmState.PAUSED)
    assert vm.run_for_steps(5) is StopReason.REACHED


def test_stopping_at_a_label_a_pc_and_an_address(make):
    vm = make(SUM, layout="small", entry_point="total", args=[3, [5, 6, 7]])
    assert vm.run_until("total") is StopReason.REACHED
    start = vm.registers.pc
    assert vm.run_until(start.offset) is StopReason.REACHED and vm.current_step == 0
    for _ in range(3):
        vm.run_for_steps(1)
        assert vm.run_until(start) is StopReason.REACHED and vm.registers.pc == start
    steps = vm.current_step
    assert steps > 10
    with pytest.raises(cairohints.InvalidArgument, match="no label or function `nowhere`"):
        vm.run_until("nowhere")
    assert vm.run() is StopReason.ENDED and vm.current_step > steps


def test_a_function_with_arguments(make, capfd):
    vm = make(SUM, layout="small", entry_point="total", args=[3, [5, -6, 7]])
    vm.run()
    assert vm.return_values(2) == (6, 3)
    range_check, *results = vm.return_values(3)
    assert isinstance(range_check, RelocatableValue) and results == [6, 3]
    negative = cairohints.PRIME - 6
    assert capfd.readouterr().out.split("\n") == ["adding 5", f"adding {negative}", "adding 7", ""]


def test_memory_is_written_before_and_read_at_any_time(make):
    vm = make(SUM, layout="small", entry_point="total", args=[0, 0])
    base = vm.segments.add()
    vm.memory[base : base + 3] = [1, -1, base]
    vm.memory[base + 4] = 9
    assert vm.memory[base : base + 5] == [1, cairohints.PRIME - 1, base, None, 9]
    assert base + 3 not in vm.memory and vm.memory.get(base + 3, 4) == 4
    with pytest.raises(cairohints.UnknownMemory, match="is empty"):
        vm.memory[base + 3]
    with pytest.raises(cairohints.InvalidArgument, match="already"):
        vm.memory[base] = 2
    vm.memory[base] = 1  # The same value again is no change.
    vm.run_for_steps(1)
    with pytest.raises(cairohints.WrongState, match="has started"):
        vm.memory[base + 3] = 5
    with pytest.raises(cairohints.WrongState, match="has started"):
        vm.segments.add()
    registers = vm.registers
    assert vm.memory[0, 0] == int(json.loads(compiled(SUM))["data"][0], 16)
    assert vm.memory.get_range(registers.fp - 2, 2)[1] is not None
    large = vm.memory.get_range((0, 0), 200_000)
    assert len(large) == 200_000 and large[-1] is None


def test_segments_are_listed(make):
    vm = make(STATEFUL, layout="small")
    assert [(segment.base.segment_index, segment.role) for segment in vm.segments.list()] == [
        (0, "program"),
        (1, "execution"),
        (2, "output"),
        (3, "range_check"),
        (4, ""),
        (5, ""),
    ]
    vm.run()
    found = vm.segments.list()
    assert len(found) == 6 + 1 + 8 and found[2].length == 2
    for segment in found:
        cells = vm.memory.get_range(segment.base, segment.length + 1)
        assert cells[-1] is None and (segment.length == 0 or cells[-2] is not None)


def test_arguments_may_point_into_written_memory(make):
    vm = make(SUM, layout="small", entry_point="total", args=[2, RelocatableValue(5, 0)])
    base = vm.segments.add()
    assert base == RelocatableValue(5, 0)
    vm.memory[base : base + 2] = [30, 12]
    vm.run()
    assert vm.return_values(2) == (42, 2)


def test_inputs_of_hints(make, capfd):
    source = """\
func main() {
    %{
        print(program_input['n'], local['x'], shared, 'local' in globals())
        vm_enter_scope()
    %}
    [ap] = 1, ap++;
    %{
        print(shared, 'local' in globals(), 'program_input' in globals())
        vm_exit_scope()
    %}
    [ap] = 1, ap++;
    ret;
}
"""
    vm = make(
        source,
        program_input={"n": 2**70},
        hint_locals={"local": {"x": [1, None]}},
        static_locals={"shared": "everywhere"},
    )
    vm.run()
    printed = f"{2**70} [1, None] everywhere True\neverywhere False False\n"
    assert capfd.readouterr().out == printed


def test_a_syscall_handler_of_the_worker(make, capfd):
    source = """\
func main() {
    %{ first = syscall_handler.next() %}
    [ap] = 1, ap++;
    %{ print(first, syscall_handler.next(), type(syscall_handler).__module__) %}
    [ap] = 1, ap++;
    ret;
}
"""
    vm = make(source, syscall_handler="service_handlers:make_counter")
    vm.run()
    assert capfd.readouterr().out == "1 2 service_handlers\n"
    (scope,) = vm.scopes()
    assert ("first", "int", "1") in scope
    names = {variable.name: variable.type_name for variable in scope}
    assert names["syscall_handler"] == "Counter"
    bad = make(source, syscall_handler="service_handlers:nothing")
    with pytest.raises(cairohints.HintFailed, match="no attribute 'nothing'") as info:
        bad.run()
    assert info.value.exception_class == "builtins.AttributeError"


@pytest.mark.parametrize("attached", [False, True])
def test_hint_locals_are_made_where_the_hints_run(make, capfd, monkeypatch, attached):
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "modules"))
    source = """\
func main() {
    %{ print(start, counter.next(), type(counter).__module__) %}
    [ap] = 1, ap++;
    ret;
}
"""
    options = {"hints": cairohints.here()} if attached else {}
    given = "service_handlers:make_locals"
    make(source, hint_locals=given, program_input={"start": 5}, **options).run()
    assert capfd.readouterr().out == "5 1 service_handlers\n"
    if attached:
        with pytest.raises(AttributeError, match="the hint locals `service_handlers:nothing`"):
            make(source, hint_locals="service_handlers:nothing", **options)
    else:
        bad = make(source, hint_locals="service_handlers:nothing")
        with pytest.raises(
            cairohints.HintFailed, match="the hint locals `service_handlers:nothing`"
        ):
            bad.run()


def test_scopes_are_read_at_every_pause(make):
    vm = make(STATEFUL, layout="small")
    depths, seen = set(), []
    while vm.run_for_steps(1) is StopReason.REACHED:
        scopes = vm.scopes(max_text_bytes=64)
        depths.add(len(scopes))
        seen += [item for item in scopes[-1] if item.name == "inner"]
        assert all(len(item.text.encode()) <= 64 + 3 for scope in scopes for item in scope)
    assert depths == {1, 2} and set(seen) == {("inner", "int", "8")}


def test_hints_are_listed_with_their_places(make):
    vm = make(FAILING)
    (placed,) = vm.hints()
    assert placed.hint.filename == "test.cairo" and placed.hint.line == 16
    assert placed.first_line.startswith("limit = 2") and placed.placement == "native"
    assert placed.pc.segment_index == 0 and placed.reason


def test_a_failing_hint_is_a_typed_exception(make):
    vm = make(FAILING)
    with pytest.raises(cairohints.HintFailed) as info:
        vm.run()
    error = info.value
    assert (error.reason, error.exception_class) == ("HINT_RAISED", "builtins.LookupError")
    assert error.exception_message == "too many: 3"
    assert error.pc == vm.hints()[0].pc
    assert (error.hint.filename, error.hint.line, error.hint.index) == ("test.cairo", 16, 0)
    assert error.cairo_traceback.startswith("Cairo traceback (most recent call last):\n")
    assert error.cairo_traceback.count("test.cairo:") == 2
    assert 'File "test.cairo", line 19, in <module>' in error.python_traceback
    assert error.python_traceback.rstrip().endswith("LookupError: too many: 3")
    assert "Error message: outer got 3" in str(error)
    assert "Got an exception while executing a hint." in str(error)
    assert error.exception is None and vm.state is VmState.FAILED
    assert type(vm.failure) is cairohints.HintFailed and str(vm.failure) == str(error)
    # A failed VM can be read.
    assert vm.memory[vm.registers.fp - 3] == 3
    with pytest.raises(cairohints.WrongState, match="has ended"):
        vm.run()


@pytest.mark.parametrize(
    ("hint", "cls", "attributes"),
    [
        ("raise SystemExit(3)", cairohints.HintExited, {"exit_code": 3}),
        ("import os; os._exit(4)", cairohints.WorkerDied, {}),
        ("import ctypes; ctypes.string_at(0)", cairohints.WorkerDied, {}),
        ("while True: pass", cairohints.HintTimeout, {}),
        ("memory[ap + 2 ** 40] = 1", cairohints.EffectsRefused, {}),
        ("vm_enter_scope()", cairohints.EndOfRunFailed, {}),
        ("memory[ap] = 7", cairohints.CairoError, {}),
        ("1 +", cairohints.HintFailed, {"exception_class": "builtins.IndentationError"}),
    ],
)
def test_each_way_to_fail_has_its_class(make, hint, cls, attributes):
    source = f"func main() {{\n    %{{ {hint} %}}\n    [ap] = 6, ap++;\n    ret;\n}}\n"
    vm = make(source, hint_timeout=1.5)
    with pytest.raises(cls) as info:
        vm.run()
    assert type(info.value) is cls and info.value.message
    for name, value in attributes.items():
        assert getattr(info.value, name) == value
    assert type(vm.failure) is cls


def test_the_steps_of_a_vm_are_limited(make):
    vm = make(ENDLESS, max_steps=1000)
    with pytest.raises(cairohints.StepLimit, match="hint: give a larger `max_steps`"):
        vm.run()
    assert vm.current_step == 1000


def test_proof_mode_gives_air_inputs(client):
    program = PROGRAMS / "proof"
    compiled_program = next(iter(sorted(program.glob("*.json"))))
    record = json.loads(compiled_program.read_bytes())
    assert "__start__" in json.dumps(list(record["identifiers"]))
    with cairohints.Vm(compiled_program, client=client, layout="small", proof_mode=True) as vm:
        vm.run()
        public = json.loads(vm.artifact(Artifact.AIR_PUBLIC_INPUT))
        private = json.loads(vm.artifact(Artifact.AIR_PRIVATE_INPUT))
        assert private.pop("trace_path") == private.pop("memory_path") == ""
        named = json.loads(vm.air_private_input("trace.bin", "/tmp/memory.bin"))
        assert named.pop("trace_path") == os.path.abspath("trace.bin")
        assert named.pop("memory_path") == "/tmp/memory.bin" and named == private
    assert public["layout"] == "small" and public["n_steps"] == vm.current_step
    assert "range_check" in private


def test_artifacts_that_there_are_not(make):
    vm = make(STATEFUL, layout="small")
    with pytest.raises(cairohints.WrongState, match="has not run to its end"):
        vm.memory_bytes()
    vm.run()
    with pytest.raises(cairohints.WrongState, match="kept no trace"):
        vm.trace()
    with pytest.raises(cairohints.WrongState, match="AIR inputs"):
        vm.artifact(Artifact.AIR_PUBLIC_INPUT)


def test_watching_a_vm(make):
    source = """\
func main() {
    %{ print('from a hint') %}
    [ap] = 1, ap++;
    %{ import sys; print('to stderr', file=sys.stderr) %}
    [ap] = 1, ap++;
    ret;
}
"""
    vm = make(source, hint_output=False)
    events = vm.watch()
    first = next(events)
    assert (first.kind, first.state) == ("state", VmState.CREATED)
    vm.run_for_steps(1)
    vm.run()
    seen = []
    for event in events:
        seen.append(event)
        if event.state is VmState.SUCCEEDED:
            break
    states = [event.state for event in seen if event.kind == "state"]
    assert states == [VmState.RUNNING, VmState.PAUSED, VmState.RUNNING, VmState.SUCCEEDED]
    printed = {"stdout": b"", "stderr": b""}
    for event in seen:
        if event.kind == "output":
            printed[event.stream] += event.data
    assert printed == {"stdout": b"from a hint\n", "stderr": b"to stderr\n"}
    # Output arrives before the state of the stop that follows it.
    kinds = [event.kind if event.kind == "output" else event.state for event in seen]
    assert kinds.index("output") < kinds.index(VmState.PAUSED)


def test_progress_is_reported_while_a_vm_runs(make):
    vm = make(ENDLESS)
    events = vm.watch()
    next(events)
    thread = threading.Thread(target=vm.run)
    thread.start()
    progress = []
    for event in events:
        if event.kind == "progress":
            progress.append(event.current_step)
            if len(progress) == 2:
                break
    vm.pause()
    thread.join(20)
    assert 0 < progress[0] < progress[1] <= vm.current_step


def test_a_progress_bar(unix_address, tmp_path):
    """On a terminal, while the VM runs; gone afterwards."""
    (tmp_path / "endless.json").write_bytes(compiled(ENDLESS))
    code = f"""if True:
        import cairohints
        client = cairohints.Client({unix_address!r})
        vm = cairohints.Vm({str(tmp_path / "endless.json")!r}, client=client)
        try:
            vm.run(progress=True, timeout=1.5)
        except cairohints.DeadlineExceeded:
            print("over", vm.current_step > 0)
        """
    with on_a_terminal(code) as terminal:
        shown = read_until(terminal, "over True")
    counts = {int(text.replace(",", "")) for text in re.findall(r"([0-9,]+) steps, 1 hints", shown)}
    assert len(counts) > 1 and max(counts) > 0


async def test_the_async_twin(unix_address):
    program = compiled(SUM)
    options = {"address": unix_address, "layout": "small", "entry_point": "total", "trace": True}
    async with cairohints.AsyncVm(program, args=[2, RelocatableValue(5, 0)], **options) as vm:
        base = await vm.segments.add()
        await vm.memory.load(base, [4, 5])
        assert await vm.memory[base : base + 3] == [4, 5, None]
        assert await vm.run_for_steps(3) is StopReason.REACHED and vm.current_step == 3
        assert await vm.run_until("total") is StopReason.REACHED
        assert await vm.run() is StopReason.ENDED
        assert await vm.return_values(2) == (9, 2)
        assert len(await vm.trace()) == vm.current_step == vm.resources.steps
        assert [hint.placement for hint in await vm.hints()] == ["native"]
        assert [segment.role for segment in await vm.segments.list()][2:4] == [
            "output",
            "range_check",
        ]
        assert ("__builtins__" in {v.name for v in (await vm.scopes())[0]}) is False
    async with cairohints.AsyncVm(compiled(FAILING), address=unix_address) as vm:
        with pytest.raises(cairohints.HintFailed, match="too many: 3"):
            await vm.run()


async def test_async_vms_run_side_by_side(unix_address):
    import asyncio

    async with (
        cairohints.AsyncVm(compiled(ENDLESS), address=unix_address) as one,
        cairohints.AsyncVm(compiled(ENDLESS), address=unix_address) as two,
    ):
        runs = [asyncio.ensure_future(vm.run()) for vm in (one, two)]
        await asyncio.sleep(0.3)
        await one.pause()
        await two.pause()
        assert await asyncio.gather(*runs) == [StopReason.PAUSED] * 2
        assert one.current_step > 0 and two.current_step > 0


def test_the_servers_own_python_is_told(make):
    """N3: hints can tell which interpreter runs them: that of the environment, CPython."""
    source = """\
func main() {
    %{ import platform, sys; what = (platform.python_implementation(), sys.prefix) %}
    ret;
}
"""
    vm = make(source)
    vm.run()
    (scope,) = vm.scopes()
    (what,) = [item.text for item in scope if item.name == "what"]
    assert what == repr(("CPython", os.environ.get("VIRTUAL_ENV", sys.prefix)))


PLACED = """\
%builtins range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.math import assert_nn

func main{range_check_ptr}() {
    alloc_locals;
    let (local cells: felt*) = alloc();
    assert_nn(5);
    local a;
    %{
        class Mine:
            n = 7
        ids.a = Mine.n
    %}
    assert cells[0] = a;
    return ();
}
"""


def test_hints_are_placed_on_request(make):
    """S5: with `auto`, stdlib hints run in Rust, the others in Python; the run is the same."""
    seen = []
    for hints in ("python", "auto", cairohints.here(placement="auto")):
        vm = make(PLACED, layout="small", hints=hints, trace=True)
        placements = [(p.placement, p.first_line, p.reason) for p in vm.hints()]
        vm.run()
        seen.append((vm.artifact(Artifact.TRACE), vm.memory_bytes()))
        assert "n" not in {variable.name for variable in vm.scopes()[0]}
        own = [line for placement, line, _ in placements if placement == "python"]
        if hints == "auto":
            assert len(own) == 1 and own[0].startswith("class Mine"), placements
        else:
            # The client's own objects may see anything.
            assert len(own) == len(placements) == 3
    assert seen[0] == seen[1] == seen[2]
    with pytest.raises(cairohints.CairoHintsError, match="hint: "):
        make(PLACED, layout="small", hints="native").run()
