"""Runs a program on a server, first some steps, then to its end: `demo.py HOST:PORT PROGRAM.json`."""

import sys

import cairohints


def main(address: str, program: str) -> None:
    """Prints what happens."""
    with cairohints.Client(address) as client:
        with cairohints.Vm(program, client=client, layout="small", trace=True) as vm:
            vm.run_for_steps(3)
            print("after 3 steps:", vm.registers)
            vm.run()
            print("output:", list(vm.output))
            print("trace:", len(vm.artifact(cairohints.Artifact.TRACE)) // 24, "steps")


if __name__ == "__main__":
    main(*sys.argv[1:])
