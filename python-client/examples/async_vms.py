"""Runs VMs side by side with asyncio, on one connection.

From the root of the checkout: `python python-client/examples/async_vms.py`. It prints:

    [(10, 1), (20, 1), (30, 1), (40, 1)]
"""

import asyncio

import cairohints

PROGRAM = "tests/programs/example/quick_start.json"


async def output_of(price, client):
    sales = {"sales": [[1, price], [1, price]]}
    options = {"layout": "small", "program_input": sales, "hint_output": False}
    async with cairohints.AsyncVm(PROGRAM, client=client, **options) as vm:
        await vm.run()
        return vm.output


async def main():
    async with cairohints.AsyncClient() as client:
        prices = (5, 10, 15, 20)
        print(await asyncio.gather(*(output_of(price, client) for price in prices)))


asyncio.run(main())
