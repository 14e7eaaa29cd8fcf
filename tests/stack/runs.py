"""Small runs on the stack's server."""

import threading

import cairohints
from compiling import compiled
from stack import ROOT, until

EXAMPLE = ROOT / "tests/programs/example/quick_start.json"
OPTIONS = {"layout": "small", "hint_output": False}
ENDLESS = compiled("func main() {\n    loop:\n    tempvar n = 1;\n    jmp loop;\n}\n")


def of_hint(code):
    """A program with one hint and a step after it."""
    return compiled("func main() {\n    %{\n" + code + "\n    %}\n    ap += 1;\n    ret;\n}\n")


def run_example(client):
    """Runs the example; its output."""
    with cairohints.Vm(EXAMPLE, client=client, trace=True, **OPTIONS) as vm:
        vm.run()
        assert len(vm.trace()) == vm.current_step
        return list(vm.output)


def until_available(client):
    """Runs the example as soon as the client is connected again; its output."""

    def run():
        try:
            return run_example(client)
        except cairohints.ServerUnavailable:
            return None

    return until("the server answers", run)


def in_background(vm):
    """Runs a VM on a thread; a function that waits for it and returns what it raised."""
    raised = []

    def run():
        try:
            vm.run()
            raised.append(None)
        except cairohints.CairoHintsError as error:
            raised.append(error)

    thread = threading.Thread(target=run)
    thread.start()

    def wait():
        thread.join(60)
        assert raised, "the run does not end"
        return raised[0]

    return wait
