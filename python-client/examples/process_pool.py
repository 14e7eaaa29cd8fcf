"""Runs programs in a pool of processes, each with a server of its own; results and errors come back.

From the root of the checkout: `python python-client/examples/process_pool.py`. It prints:

    (10, 1)
    (20, 1)
    TypeError: object of type 'NoneType' has no len()
"""

import concurrent.futures
import multiprocessing

import cairohints

PROGRAM = "tests/programs/example/quick_start.json"
DAYS = [[[1, 10]], [[1, 15], [2, 5], [1, 0]], None]


def run(day):
    sales = {"sales": day}
    return cairohints.run(PROGRAM, layout="small", program_input=sales, hint_output=False)


if __name__ == "__main__":
    spawn = multiprocessing.get_context("spawn")
    with concurrent.futures.ProcessPoolExecutor(2, mp_context=spawn) as pool:
        for future in [pool.submit(run, day) for day in DAYS]:
            try:
                print(future.result().output)
            except cairohints.HintFailed as error:
                print(f"{error.exception_class.split('.')[-1]}: {error.exception_message}")
