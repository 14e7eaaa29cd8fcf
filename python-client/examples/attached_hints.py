"""Hints in this interpreter: they use an object of this program, and what they raise arrives here.

From the root of the checkout: `python python-client/examples/attached_hints.py`. It prints:

    [72] []
    till.cairo:14: the till is empty True
"""

import cairohints


class Till:
    def __init__(self, prices):
        self.prices = prices

    def sell(self):
        if not self.prices:
            raise LookupError("the till is empty")
        return self.prices.pop(0)


PROGRAM = "python-client/examples/till.json"

till = Till([30, 12, 30, 0])
with cairohints.Vm(PROGRAM, layout="small", hints=cairohints.here({"till": till})) as vm:
    vm.run()  # hints run on this thread; breakpoint() works
    print(list(vm.output), till.prices)

try:
    cairohints.run(PROGRAM, layout="small", hints=cairohints.here({"till": till}))
except cairohints.HintFailed as error:
    place = f"{error.hint.filename}:{error.hint.line}"
    # The very object that was raised.
    print(f"{place}: {error.exception}", isinstance(error.exception, LookupError))
