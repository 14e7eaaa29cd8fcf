"""The command line `cairohints`, which needs the extra `cli`."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Optional


def main() -> None:
    """Runs the command line."""
    try:
        import typer
        from rich.console import Console
        from rich.table import Table
    except ImportError:
        sys.exit("the command line needs `typer` and `rich`\nhint: pip install 'cairohints[cli]'")
    from . import CairoHintsError, Client, Vm

    app = typer.Typer(add_completion=False, help="Runs Cairo 0 programs with their Python hints.")

    def connected(address: Optional[str]) -> Client:
        return Client(address)

    @app.command()
    def run(
        program: Path,
        layout: str = "plain",
        program_input: Optional[Path] = None,
        hints: str = "python",
        address: Optional[str] = None,
        progress: bool = False,
    ) -> None:
        """Runs a compiled program and prints its output."""
        given = json.loads(program_input.read_text()) if program_input else None
        with (
            connected(address) as client,
            Vm(program, client=client, layout=layout, program_input=given, hints=hints) as vm,
        ):
            vm.run(progress=progress)
            for value in vm.output:
                print("<missing>" if value is None else value)

    @app.command(name="hints")
    def hints_of(
        program: Path, layout: str = "plain", hints: str = "auto", address: Optional[str] = None
    ) -> None:
        """Shows where and why each hint of a program runs."""
        with (
            connected(address) as client,
            Vm(program, client=client, layout=layout, hints=hints) as vm,
        ):
            table = Table("pc", "where", "placement", "reason", "first line")
            for placed in vm.hints():
                place = f"{placed.hint.filename}:{placed.hint.line}"
                table.add_row(str(placed.pc), place, placed.placement, placed.reason, placed.first_line)
            Console().print(table)

    @app.command()
    def watch(program: Path, layout: str = "plain", address: Optional[str] = None) -> None:
        """Runs a program and prints every event as a line of JSON."""
        import threading

        with (
            connected(address) as client,
            Vm(program, client=client, layout=layout, hint_output=False) as vm,
        ):
            events = vm.watch()
            first = next(events)
            print(json.dumps({"kind": first.kind, "step": first.current_step}))

            def follow() -> None:
                for event in events:
                    text = event.data.decode("utf-8", "replace")
                    print(
                        json.dumps({"kind": event.kind, "step": event.current_step, "data": text}),
                        flush=True,
                    )
                    if event.state is not None and event.state.value in ("succeeded", "failed"):
                        return

            follower = threading.Thread(target=follow, daemon=True)
            follower.start()
            vm.run()
            follower.join(2)

    try:
        app()
    except CairoHintsError as error:
        sys.exit(str(error))
