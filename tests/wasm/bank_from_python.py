"""The bank of `bank.rs` from Python, by way of PyPI's `wasmtime`: the calls of `bank.cairo`.

`python bank_from_python.py bank.wasm`, or `run(path)` in a hint.
"""

import sys

import wasmtime


class Bank:
    """An instance of the module; each export is a method that takes and returns numbers and texts."""

    def __init__(self, path):
        config = wasmtime.WasiConfig()
        config.inherit_stdout()
        self._store = wasmtime.Store()
        self._store.set_wasi(config)
        linker = wasmtime.Linker(self._store.engine)
        linker.define_wasi()
        module = wasmtime.Module.from_file(self._store.engine, path)
        self._exports = linker.instantiate(self._store, module).exports(self._store)

    def call(self, name, *arguments):
        """Calls a function; texts among the arguments are placed, and freed afterwards."""
        placed = []
        numbers = []
        for argument in arguments:
            if isinstance(argument, str):
                text = argument.encode() + b"\0"
                pointer = self._exports["alloc"](self._store, len(text))
                self._exports["memory"].write(self._store, text, pointer)
                placed.append((pointer, len(text)))
                argument = pointer
            numbers.append(argument)
        result = self._exports[name](self._store, *numbers)
        for pointer, length in placed:
            self._exports["dealloc"](self._store, pointer, length)
        return result

    def text(self, name, *arguments):
        """Calls a function that returns a text."""
        pointer = self.call(name, *arguments)
        memory = self._exports["memory"]
        end = pointer
        while memory.read(self._store, end, end + 1) != b"\0":
            end += 1
        text = memory.read(self._store, pointer, end).decode()
        self._exports["free_string"](self._store, pointer)
        return text


def run(path):
    """Does what `bank.cairo` does; returns the sum and the difference."""
    bank = Bank(path)
    bank.call("add_account", 101, "Alice", 1.0, 1000.0)
    bank.call("add_account", 102, "Bob", 1.0, 1500.0)
    bank.call("add_account", 103, "Charlie", 2.0, 500.0)
    for call in [
        ("custom_greet", "Alice"),
        ("modify_balance", 101, 250.0),
        ("modify_balance", 102, -750.0),
        ("get_balance", 101),
        ("get_balance", 102),
        ("get_balance", 103),
        ("get_balance", 104),
    ]:
        print(bank.text(*call), flush=True)
    total = bank.call("plus", 5, 3)
    return total, bank.call("minus", total, 10)


if __name__ == "__main__":
    run(sys.argv[1])
