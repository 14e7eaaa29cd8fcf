"""`vm-host run` on a terminal: its progress line moves aside for whatever hints let appear there."""

import os
import select

from cairohints import server_process
from compiling import compiled
from terminal import on_a_terminal, read_until

WAITING = "waiting for the hint at test.cairo:4 (00:01)"

PROGRAM = """\
func main() {{
    alloc_locals;
    local x;
    %{{
        import os, subprocess, sys, time

        def wait_for(step):
            while not os.path.exists({folder!r} + '/' + step):
                time.sleep(0.01)

{code}
        ids.x = 1
    %}}
    ret;
}}
"""


class Screen:
    """What a terminal shows of what it is sent, as far as is used here."""

    def __init__(self):
        self.rows, self.column = [""], 0

    def show(self, text):
        """Takes what was sent; returns the screen."""
        while text:
            if text.startswith("\x1b[K"):
                self.rows[-1] = self.rows[-1][: self.column]
                text = text[3:]
                continue
            if text[0] == "\n":
                self.rows.append("")
            elif text[0] == "\r":
                self.column = 0
            else:
                row = self.rows[-1].ljust(self.column)
                self.rows[-1] = row[: self.column] + text[0] + row[self.column + 1 :]
                self.column += 1
            text = text[1:]
        return self

    def lines(self):
        """What stands there."""
        return [row.rstrip() for row in self.rows]


def run(folder, code, *options):
    """Runs a program with this hint on a terminal."""
    indented = "".join(f"        {line}\n" for line in code.splitlines())
    program = folder / "program.json"
    program.write_bytes(compiled(PROGRAM.format(folder=str(folder), code=indented)))
    command = [
        str(server_process.find_vm_host()),
        "run",
        str(program),
        "--hints",
        "python",
        *options,
    ]
    return on_a_terminal(f"import os\nos.execv({command[0]!r}, {command!r})")


def rest_of(terminal):
    """What a terminal shows until the command has ended."""
    shown = b""
    while True:
        ready, _, _ = select.select([terminal], [], [], 60)
        assert ready, f"the command goes on after {shown!r}"
        try:
            part = os.read(terminal, 4096)
        except OSError:
            return shown.decode()
        if not part:
            return shown.decode()
        shown += part


def is_silent(terminal, seconds):
    """Whether nothing is sent to the terminal for so long."""
    ready, _, _ = select.select([terminal], [], [], seconds)
    return not ready


def test_the_line_moves_aside_for_what_hints_print(tmp_path):
    code = """\
wait_for('line')
print('hello')
wait_for('line again')
print('mid', end='', flush=True)
wait_for('no line')
print('line', file=sys.stderr)
wait_for('last line')"""
    with run(tmp_path, code) as terminal:
        screen = Screen()
        (line,) = screen.show(read_until(terminal, WAITING)).lines()
        assert line.endswith(f"  1 steps  {WAITING}")
        (tmp_path / "line").touch()
        shown = read_until(terminal, "hello") + read_until(terminal, "waiting for the hint")
        assert screen.show(shown).lines()[0] == "hello"
        (tmp_path / "line again").touch()
        screen.show(read_until(terminal, "mid"))
        # What is begun is not drawn over, however long it takes.
        assert is_silent(terminal, 1.5) and screen.lines() == ["hello", "mid"]
        (tmp_path / "no line").touch()
        screen.show(read_until(terminal, "line") + read_until(terminal, "waiting for the hint"))
        (tmp_path / "last line").touch()
        assert screen.show(rest_of(terminal)).lines() == ["hello", "midline", ""]


def test_the_line_stays_away_while_somebody_talks_to_a_hint(tmp_path):
    code = """\
wait_for('line')
name = input('name? ')
print(name)
breakpoint()
subprocess.run(['sh', '-c', 'printf "of a "; sleep 0.5; echo child'])"""
    with run(tmp_path, code) as terminal:
        screen = Screen().show(read_until(terminal, WAITING))
        (tmp_path / "line").touch()
        screen.show(read_until(terminal, "name? "))
        assert is_silent(terminal, 1.5) and screen.lines() == ["name?"]
        os.write(terminal, b"Eve\n")
        screen.show(read_until(terminal, "(Pdb) "))
        assert is_silent(terminal, 1.5)
        os.write(terminal, b"p name\n")
        screen.show(read_until(terminal, "(Pdb) "))
        os.write(terminal, b"c\n")
        lines = screen.show(rest_of(terminal)).lines()
    assert lines[:2] == ["name? Eve", "Eve"]
    assert lines[-5:] == ["(Pdb) p name", "'Eve'", "(Pdb) c", "of a child", ""]


def test_a_quiet_run_shows_what_hints_print_and_no_more(tmp_path):
    with run(tmp_path, "time.sleep(1.5)\nprint('hello')", "--quiet") as terminal:
        assert rest_of(terminal) == "hello\r\n"
