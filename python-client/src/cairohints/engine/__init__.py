"""Everything that a hint of the reference VM sees, in pure Python.

The engine owns the names of a hint (`memory`, `segments`, `ids`, the builtins, the scopes) and what
a hint did (`effects`). It knows no transport: whoever owns the VM gives it a `host` object. Only
the standard library is imported, so that an embedding interpreter can load these sources from its
own binary, module by module in the order of `MODULES`.
"""

#: The modules of the package; each imports only those before it.
MODULES = (
    "relocatable",
    "errors",
    "identity",
    "effects",
    "mentions",
    "memory",
    "memory_dict",
    "segments",
    "arithmetic",
    "ecdsa",
    "expressions",
    "identifiers",
    "context",
    "structs",
    "ids",
    "builtins",
    "rules",
    "scopes",
    "confined",
    "failure",
    "classes",
    "running",
    "streams",
    "terminal",
    "log",
    "debugger",
    "programs",
    "handover",
    "reliance",
    "reports",
    "host",
    "machine",
    "given",
    "syscalls",
    "session",
)
