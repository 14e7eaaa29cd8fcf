"""Gives a program its input, and stops it in a function.

From the root of the checkout: `python python-client/examples/program_input.py`. It prints:

    (72, 1)
    step 4: 3 sales from 5:0 on
    step 8: 2 sales from 5:2 on
    step 12: 1 sales from 5:4 on
    step 16: 0 sales from 5:6 on
    (72, 1) TraceEntry(ap=29, fp=29, pc=15)
"""

import cairohints

program = "tests/programs/example/quick_start.json"
quiet = {"layout": "small", "hint_output": False}

print(cairohints.run(program, program_input={"sales": [[1, 30], [2, 42]]}, **quiet).output)

with cairohints.Vm(program, trace=True, **quiet) as vm:
    # `total` is called for each sale.
    while vm.run_until("total") is not cairohints.StopReason.ENDED:
        sales, left = vm.memory[vm.registers.fp - 4 : vm.registers.fp - 2]
        print(f"step {vm.current_step}: {left} sales from {sales} on")
        vm.run_for_steps(1)
    print(vm.output, vm.trace()[0])
