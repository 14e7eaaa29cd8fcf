"""The class of addresses, whose file is the first argument, and values as the tests write them."""

import importlib.util
import resource
import sys

spec = importlib.util.spec_from_file_location("relocatable", sys.argv[1])
module = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = module
spec.loader.exec_module(module)
RelocatableValue = module.RelocatableValue
resource.setrlimit(resource.RLIMIT_AS, (1 << 29, 1 << 29))


def canonical(value, other):
    """The value; `other` writes what is none of the plain types, also in lists and tuples."""
    if value is None or value is True or value is False:
        return str(value)
    if type(value) is int:
        return hex(value)
    if type(value) is str:
        return "s" + ".".join(str(ord(character)) for character in value)
    if type(value) is tuple:
        return "(" + ",".join(canonical(item, other) for item in value) + ")"
    if type(value) is list:
        return "[" + ",".join(canonical(item, other) for item in value) + "]"
    if type(value) is dict:
        entries = [f"{canonical(key, other)}:{canonical(item, other)}" for key, item in value.items()]
        return "{" + ",".join(entries) + "}"
    if type(value) is RelocatableValue:
        return f"@{value.segment_index}:{value.offset}"
    if type(value) in (range, float):
        return repr(value)
    if type(value) is bytes:
        return "x" + value.hex()
    return other(value)
