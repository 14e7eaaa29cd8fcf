"""Owns what a wheel carries besides the package: binaries, or the place of the checkout behind it.

With CAIROHINTS_BINARIES, a folder, set (`build-wheels` does so), the wheel gets what lies there, namely
`vm-host` and hint workers, and is one for this kind of machine; the package itself stays pure Python.
Without, it is an ordinary one that remembers its checkout, whose release build it then finds.
"""

from __future__ import annotations

import os
import sysconfig
import tempfile
from pathlib import Path
from typing import Any, Dict

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class BinariesHook(BuildHookInterface):  # type: ignore[misc]
    """Adds files to the wheel."""

    def initialize(self, version: str, build_data: Dict[str, Any]) -> None:
        """Called by hatchling before it makes a wheel; `version` is `standard` or `editable`."""
        binaries = os.environ.get("CAIROHINTS_BINARIES")
        if binaries and version == "standard":
            build_data["pure_python"] = False
            build_data["tag"] = f"py3-none-{platform_tag()}"
            for path in Path(binaries).iterdir():
                build_data["force_include"][str(path)] = f"cairohints/bin/{path.name}"
        elif version == "standard" and (Path(self.root).parent / "Cargo.toml").exists():
            self._note = tempfile.NamedTemporaryFile("w", encoding="utf-8")
            self._note.write(str(Path(self.root).parent))
            self._note.flush()
            build_data["force_include"][self._note.name] = "cairohints/checkout.txt"


def platform_tag() -> str:
    """The machine and the oldest C library that the binaries run on: the one they are linked with."""
    machine = sysconfig.get_platform().replace("-", "_").replace(".", "_")
    name, _, version = os.confstr("CS_GNU_LIBC_VERSION").partition(" ")
    if name != "glibc":
        return machine
    return f"manylinux_{version.replace('.', '_')}_{machine[len('linux_') :]}"
