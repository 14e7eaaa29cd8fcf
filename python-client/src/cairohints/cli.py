"""The command line `cairohints`, which needs the extra `cli`. stdout carries data, stderr the rest."""

from __future__ import annotations

import contextlib
import json
import re
import sys
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Iterator, List, Optional

#: A file that cannot be read or written, a server that refuses: nothing was said about the program.
_UNABLE = 2
#: What a shell says of a command that Ctrl-C ended.
_INTERRUPTED = 130


def main() -> None:
    """Runs the command line."""
    try:
        app = _app()
    except ImportError:
        sys.exit("the command line needs `typer` and `rich`\nhint: pip install 'cairohints[cli]'")
    from . import CairoHintsError, HintExited, VmFailed

    try:
        app()
    except HintExited as error:
        sys.exit(error.exit_code)
    except VmFailed as error:
        sys.exit(str(error))
    except (CairoHintsError, OSError, ValueError) as error:
        print(error, file=sys.stderr)
        sys.exit(_UNABLE)


def _app() -> Any:
    import rich
    import typer

    assert rich
    app = typer.Typer(
        add_completion=False,
        pretty_exceptions_enable=False,
        no_args_is_help=True,
        help="Runs Cairo 0 programs with their Python hints on the Rust Cairo VM.",
    )
    shared = SimpleNamespace(
        program=typer.Argument(help="The JSON file that cairo-compile wrote."),
        layout=typer.Option("plain", help="The layout, for example small."),
        program_input=typer.Option(None, help="JSON file: program_input of the hints."),
        hint_locals=typer.Option(
            None,
            help="JSON file with variables of the first hint scope, or module:callable for them.",
        ),
        hints=typer.Option("auto", help="auto, python or native; here: in this process."),
        address=typer.Option(
            None, help="unix:/path or host:port of a server; without it, one is started."
        ),
    )
    for add in (_add_run, _add_hints, _add_watch):
        add(app, typer.Option, shared)
    return app


def _open(client: Any, program: Path, program_input: Optional[Path], hints: str, **options: Any) -> Any:
    from . import Vm, here

    given = json.loads(program_input.read_text()) if program_input else None
    options["hint_locals"] = _hint_locals(options.get("hint_locals"))
    # Of other words, `Vm` says which there are.
    placed: Any = here() if hints == "here" else hints
    return Vm(program, client=client, program_input=given, hints=placed, **options)


def _hint_locals(given: Optional[str]) -> Any:
    """The variables of a JSON file, or the words `module:callable` as they are."""
    if given is None or re.fullmatch(r"[\w.]+:[\w.]+", given):
        return given
    found = json.loads(Path(given).read_text())
    if not isinstance(found, dict):
        raise ValueError(
            f"the hint locals `{given}` are no JSON object\n"
            "hint: give a JSON object of the variables by their names, or module:callable"
        )
    return found


@contextlib.contextmanager
def _interruptible(vm: Any) -> Iterator[None]:
    """Ctrl-C while the VM runs: says where it was."""
    try:
        yield
    except KeyboardInterrupt:
        print(f"interrupted at pc={vm.registers.pc} after {vm.current_step} steps", file=sys.stderr)
        sys.exit(_INTERRUPTED)


def _add_run(app: Any, option: Any, shared: Any) -> None:
    from . import Artifact, Client

    @app.command()  # type: ignore[untyped-decorator]
    def run(
        program: Path = shared.program,
        layout: str = shared.layout,
        program_input: Optional[Path] = shared.program_input,
        hint_locals: Optional[str] = shared.hint_locals,
        hints: str = shared.hints,
        address: Optional[str] = shared.address,
        entry_point: Optional[str] = option(None, help="Function to call instead of main."),
        argument: Optional[List[str]] = option(None, help="An argument of it; JSON."),
        return_values: int = option(0, help="Print this many values that it returned."),
        trace_file: Optional[Path] = option(None, help="Where the trace goes."),
        memory_file: Optional[Path] = option(None, help="Where the memory goes."),
        cairo_pie_output: Optional[Path] = option(None, help="Where the Cairo PIE goes."),
        progress: bool = option(False, help="Show steps and hints while it runs."),
    ) -> None:
        """Runs a program and prints its output, one value a line."""
        files = {
            Artifact.TRACE: trace_file,
            Artifact.MEMORY: memory_file,
            Artifact.CAIRO_PIE: cairo_pie_output,
        }
        options = {
            "layout": layout,
            "hint_locals": hint_locals,
            "trace": trace_file is not None,
            "entry_point": entry_point,
            "args": [json.loads(text) for text in argument or ()],
        }
        with Client(address) as client:
            with _open(client, program, program_input, hints, **options) as vm:
                with _interruptible(vm):
                    vm.run(progress=progress)
                for artifact, path in files.items():
                    if path is not None:
                        path.write_bytes(vm.artifact(artifact))
                for value in (*vm.output, *vm.return_values(return_values)):
                    print("<missing>" if value is None else value)


def _add_hints(app: Any, option: Any, shared: Any) -> None:
    from rich.console import Console
    from rich.table import Table

    from . import Client

    @app.command(name="hints")  # type: ignore[untyped-decorator]
    def hints_of(
        program: Path = shared.program,
        layout: str = shared.layout,
        hints: str = shared.hints,
        address: Optional[str] = shared.address,
        as_json: bool = option(False, "--json", help="A line of JSON for each hint."),
    ) -> None:
        """Shows where and why each hint of a program runs."""
        with Client(address) as client:
            with _open(client, program, None, hints, layout=layout) as vm:
                found = vm.hints()
        table = Table("pc", "where", "placement", "reason", "first line")
        for placed in found:
            place = f"{placed.hint.filename}:{placed.hint.line}"
            row = [str(placed.pc), place, placed.placement, placed.reason, placed.first_line]
            if as_json:
                print(json.dumps(dict(zip(("pc", "where", "placement", "reason", "line"), row))))
            else:
                table.add_row(*row)
        if not as_json:
            Console().print(table)


def _add_watch(app: Any, _: Any, shared: Any) -> None:
    from . import Client, VmState

    @app.command()  # type: ignore[untyped-decorator]
    def watch(
        program: Path = shared.program,
        layout: str = shared.layout,
        program_input: Optional[Path] = shared.program_input,
        hint_locals: Optional[str] = shared.hint_locals,
        hints: str = shared.hints,
        address: Optional[str] = shared.address,
    ) -> None:
        """Runs a program and prints every event as a line of JSON."""
        with Client(address) as client:
            options = {"layout": layout, "hint_locals": hint_locals, "hint_output": False}
            with _open(client, program, program_input, hints, **options) as vm:
                events = vm.watch()
                _print_event(next(events))
                follower = threading.Thread(target=_follow, args=(events,), daemon=True)
                follower.start()
                with _interruptible(vm):
                    try:
                        vm.run()
                    finally:
                        # Of a VM that is only paused, more events may follow for ever.
                        if vm.state in (VmState.SUCCEEDED, VmState.FAILED):
                            follower.join(5)


def _follow(events: Iterator[Any]) -> None:
    from . import CairoHintsError

    try:
        for event in events:
            _print_event(event)
            if event.state is not None and event.state.value in ("succeeded", "failed"):
                return
    except CairoHintsError:
        # The connection is gone; the call that runs the VM says so.
        pass


def _print_event(event: Any) -> None:
    told = {"kind": event.kind}
    if event.kind in ("state", "progress"):
        told.update(step=event.current_step, hints=event.hints_executed)
    if event.state is not None:
        told["state"] = event.state.value
    if event.kind == "output":
        told.update(stream=event.stream, text=event.data.decode("utf-8", "replace"))
    if event.kind == "log":
        told.update(level=event.level, text=event.text)
    if event.kind == "dropped":
        told["dropped"] = event.dropped
    print(json.dumps(told), flush=True)
