"""How things look at a prompt, in a notebook, in `help`, and to type checkers."""

import contextlib
import inspect
import io
import sys
import time
import types
import typing

import pytest

import cairohints
from cairohints import RelocatableValue, progress, requests, results
from cairohints.v1 import vm_service_pb2 as pb

THREE = {"hints": {"0": [{"code": "pass"}] * 3}}
AT = RelocatableValue(0, 5)


def placed(number, reason="all hints run in Python"):
    place = cairohints.HintReference(number, 0, "a.cairo", number)
    return results.PlacedHint(place, AT + number, "x = 1 < 2", "python", reason)


def test_a_table_of_hints_is_a_list_and_shown_in_columns():
    table = results.HintTable([placed(1), placed(22)])
    assert table == [placed(1), placed(22)] and table[1].pc == AT + 22
    assert (
        repr(table)
        == str(table)
        == (
            "pc    where       placement  reason                   first line\n"
            "0:6   a.cairo:1   python     all hints run in Python  x = 1 < 2\n"
            "0:27  a.cairo:22  python     all hints run in Python  x = 1 < 2"
        )
    )
    page = table._repr_html_()
    assert page.count("<tr>") == 3 and "x = 1 &lt; 2" in page and "1 < 2" not in page


def test_long_tables_are_cut():
    table = results.HintTable(placed(number, "r" * 100) for number in range(5000))
    assert len(table) == 5000
    assert repr(table).endswith("... and 4,900 more") and repr(table).count("\n") == 101
    assert "r" * 61 not in repr(table) and table._repr_html_().count("<tr>") == 102
    assert repr(results.HintTable()) == "pc  where  placement  reason  first line"


def test_results():
    resources = cairohints.Resources(1234, 0, {"output": 2, "pedersen": 0})
    output = (7, None, AT, *range(100))
    result = cairohints.Result(output, 1234, resources, (1,), {cairohints.Artifact.TRACE: b"x" * 2000})
    shown = repr(result)
    assert shown.startswith("Result(output: 7, -, 0:5, 0, 1,") and "... and 83 more; " in shown
    assert "steps: 1,234; memory holes: 0; builtins: output: 2; return values: 1; " in shown
    assert shown.endswith("artifacts: trace: 2,000 bytes)")
    assert "<td" in result._repr_html_() and "trace: 2,000 bytes" in result._repr_html_()
    assert repr(cairohints.Result((), 0, None)) == "Result(steps: 0)"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        (cairohints.Registers(AT, AT, AT), "Registers(pc=0:5, ap=0:5, fp=0:5)"),
        (cairohints.Segment(AT, 3, "output"), "Segment(base=0:5, length=3, role='output')"),
        (cairohints.Event("progress", current_step=4), "Event(kind='progress', current_step=4)"),
        (
            cairohints.WrongState("the vm has ended\nhint: make another", reason="VM_ENDED"),
            "<WrongState VM_ENDED: the vm has ended>",
        ),
        (cairohints.ServerStartFailed("no"), "<ServerStartFailed: no>"),
        (
            cairohints.HintFailed(
                "a.cairo:7:1: Error at pc=0:5:\nGot an exception",
                reason="HINT_RAISED",
                pc=AT,
                hint=cairohints.HintReference(0, 0, "a.cairo", 7),
                exception_class="builtins.LookupError",
                exception_message="no\nsuch thing",
            ),
            "<HintFailed HINT_RAISED at pc=0:5 (a.cairo:7): LookupError: no>",
        ),
        (
            cairohints.CairoError("Error at pc=0:5:\n1 != 2\n", reason="CAIRO_ERROR", pc=AT),
            "<CairoError CAIRO_ERROR at pc=0:5: 1 != 2>",
        ),
        (cairohints.AsyncVm(THREE), "<AsyncVm that is not made yet>"),
        (cairohints.AsyncClient(), "<AsyncClient of a server that is not started yet>"),
    ],
)
def test_one_line_at_a_prompt(value, shown):
    assert repr(value) == shown


def test_a_vm_and_what_it_has(client):
    vm = cairohints.Vm(THREE, client=client, vm_id="mine")
    assert repr(vm) == "<Vm vms/mine created at pc=0:0, 0 steps>"
    vm.run_for_steps(2)
    assert repr(vm) == "<Vm vms/mine paused at pc=0:0, 2 steps>"
    assert repr(vm.memory) == f"<memory of {vm!r}>" and repr(vm.segments) == f"<segments of {vm!r}>"
    assert repr(client) == f"<Client of {client.address}>"
    memory = vm.memory
    del vm
    assert repr(memory) == "<memory of None>"


@pytest.mark.parametrize("made", [cairohints.Vm, cairohints.AsyncVm, cairohints.run])
def test_signatures_show_every_keyword(made):
    parameters = inspect.signature(made).parameters
    for name, option in requests.VmOptions.__dataclass_fields__.items():
        assert parameters[name].kind is inspect.Parameter.KEYWORD_ONLY
        assert parameters[name].default == option.default
    assert not [each for each in parameters.values() if each.kind is each.VAR_KEYWORD]
    text = io.StringIO()
    with contextlib.redirect_stdout(text):
        help(made)
    assert "hint_timeout: " in text.getvalue() and "'dex_with_bitwise'" in text.getvalue()


def test_placements_are_those_of_the_service():
    names = {name[len("HINT_PLACEMENT_") :].lower() for name in pb.HintPlacement.keys()}
    # Nobody asks for `apart`: it is where hints of other engines are found.
    assert set(typing.get_args(requests.Placement)) == names - {"unspecified", "apart"}


class Notebook:
    """What IPython has in a kernel."""

    def __init__(self, monkeypatch):
        self.pages = []
        ipython = types.ModuleType("IPython")
        ipython.get_ipython = lambda: types.SimpleNamespace(kernel=object())
        ipython.display = types.ModuleType("IPython.display")
        ipython.display.HTML = str
        ipython.display.display = self.display
        monkeypatch.setitem(sys.modules, "IPython", ipython)
        monkeypatch.setitem(sys.modules, "IPython.display", ipython.display)

    def display(self, page, display_id):
        assert display_id is True
        self.pages.append(page)
        return types.SimpleNamespace(update=self.pages.append)


def test_a_notebook_has_a_bar_of_its_own(client, monkeypatch):
    notebook = Notebook(monkeypatch)
    monkeypatch.setattr(progress, "_DRAW_SECONDS", 0)
    monkeypatch.setitem(sys.modules, "rich", None)
    with cairohints.Vm(THREE, client=client) as vm:
        vm.run(progress=True)
    assert notebook.pages[0].startswith("<progress></progress> 0 steps, 0 hints, ")
    assert notebook.pages[-1].startswith("3 steps, 0 hints, ")
    drawn = len(notebook.pages)
    with progress.shown(iter([cairohints.Event("progress", None, 1234, 56)])):
        while len(notebook.pages) < drawn + 2:
            time.sleep(0.01)
    assert notebook.pages[-1].startswith("1,234 steps, 56 hints, ")


def test_elsewhere_the_bar_needs_rich(client, monkeypatch):
    monkeypatch.setitem(sys.modules, "rich.console", None)
    with cairohints.Vm(THREE, client=client) as vm:
        with pytest.raises(cairohints.CairoHintsError, match="hint: pip install"):
            vm.run(progress=True)
