"""Hears what hints log and print.

From the root of the checkout: `python python-client/examples/hint_log.py`. It prints:

    output sold article 1 for 30 {}
    output sold article 2 for 12 {}
    output sold article 1 for 30 {}
    output 3 sales, article 1 was sold 2 times, sum 72 {}
"""

import cairohints

program = "tests/programs/example/quick_start.json"
with cairohints.Vm(program, layout="small", hint_output=False) as vm:
    vm.on_log(lambda record: print(record.levelname, record.message, record.fields), level="output")
    vm.run()
