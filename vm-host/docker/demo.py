"""Runs a program on a server, first some steps, then to its end: `demo.py HOST:PORT PROGRAM.json`.

The variables of the client say whom it trusts; CAIROHINTS_TOKEN_FILE is the file of its token.
"""

import os
import sys
from pathlib import Path

import cairohints


def main(address: str, program: str) -> None:
    """Prints what happens."""
    secret = os.environ.get("CAIROHINTS_TOKEN_FILE")
    token = Path(secret).read_text(encoding="ascii").strip() if secret else None
    with cairohints.Client(address, token=token) as client:
        with cairohints.Vm(program, client=client, layout="small", trace=True) as vm:
            vm.run_for_steps(3)
            print("after 3 steps:", vm.registers)
            vm.run()
            print("output:", list(vm.output))
            print("trace:", len(vm.artifact(cairohints.Artifact.TRACE)) // 24, "steps")
            print("VMs of this tenant:", len(client.list_vms()))


if __name__ == "__main__":
    main(*sys.argv[1:])
