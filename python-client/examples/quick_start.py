"""Runs a program; then once more, with a look at it on the way.

From the root of the checkout: `python python-client/examples/quick_start.py`. It prints:

    sold article 1 for 30
    sold article 2 for 12
    sold article 1 for 30
    3 sales, article 1 was sold 2 times, sum 72
    (72, 1) 32
    sold article 1 for 30
    sold article 2 for 12
    sold article 1 for 30
    0:12 0:11 [Variable(name='till', ...]
    3 sales, article 1 was sold 2 times, sum 72
    (72, 1) 32
"""

import cairohints

result = cairohints.run("tests/programs/example/quick_start.json", layout="small")
print(result.output, result.resources.steps)

with cairohints.Vm("tests/programs/example/quick_start.json", layout="small", trace=True) as vm:
    vm.run_for_steps(20)
    print(vm.registers.pc, vm.memory[vm.registers.fp - 1], vm.scopes()[-1])
    vm.run()  # goes on where it stopped
    print(vm.output, len(vm.trace()))
