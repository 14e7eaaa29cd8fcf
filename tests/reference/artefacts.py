"""The output files of a run in a form that can be compared.

Traces and memories become digests, with the entries themselves when there are few; PIE archives and
AIR inputs become JSON. Knows the file formats, not who wrote the files.
"""

import hashlib
import json
import struct
import zipfile
from pathlib import Path
from typing import Any, Dict, List, Tuple

# A run of at most this many entries is stored entry by entry, so that a difference can be shown.
MAX_LISTED = 200
TRACE_ENTRY_BYTES = 24
MEMORY_CELL_BYTES = 40


def trace_part(path: Path) -> Dict[str, Any]:
    """Steps, digest and (for short runs) the `[pc, ap, fp]` entries of a trace file."""
    data = path.read_bytes()
    assert len(data) % TRACE_ENTRY_BYTES == 0, f"{path} is not a trace"
    steps = len(data) // TRACE_ENTRY_BYTES
    part: Dict[str, Any] = {"steps": steps, "sha256": hashlib.sha256(data).hexdigest()}
    if steps <= MAX_LISTED:
        entries = [struct.unpack_from("<QQQ", data, TRACE_ENTRY_BYTES * i) for i in range(steps)]
        part["entries"] = [f"{pc} {ap} {fp}" for ap, fp, pc in entries]
    return part


def memory_part(path: Path) -> Dict[str, Any]:
    """Cells, digest (of the file sorted by address) and (for small runs) the cells themselves."""
    data = path.read_bytes()
    assert len(data) % MEMORY_CELL_BYTES == 0, f"{path} is not a memory"
    cells = sorted(
        (struct.unpack_from("<Q", data, start)[0], data[start + 8 : start + MEMORY_CELL_BYTES])
        for start in range(0, len(data), MEMORY_CELL_BYTES)
    )
    ordered = b"".join(struct.pack("<Q", address) + value for address, value in cells)
    part: Dict[str, Any] = {"cells": len(cells), "sha256": hashlib.sha256(ordered).hexdigest()}
    if len(cells) <= MAX_LISTED:
        part["values"] = [f"{address} {hex_felt(value)}" for address, value in cells]
    return part


def hex_felt(value: bytes) -> str:
    """A little-endian field element as hexadecimal number."""
    return hex(int.from_bytes(value, "little"))


def pie_part(path: Path) -> Dict[str, Any]:
    """The members of a Cairo PIE; its memory as digest of the cells sorted by address."""
    with zipfile.ZipFile(path) as archive:
        members = {name: archive.read(name) for name in archive.namelist()}
    memory = members.pop("memory.bin")
    cells: List[bytes] = sorted(
        memory[start : start + MEMORY_CELL_BYTES][:8][::-1]
        + memory[start + 8 : start + MEMORY_CELL_BYTES]
        for start in range(0, len(memory), MEMORY_CELL_BYTES)
    )
    part = {name: json.loads(text) for name, text in sorted(members.items())}
    # The code is in the compiled JSON already; a digest is enough to compare it.
    program = part["metadata.json"]["program"]
    text = ",".join(json.dumps(word) for word in program.pop("data"))
    program["data_sha256"] = hashlib.sha256(text.encode()).hexdigest()
    part["memory.bin"] = {
        "cells": len(cells),
        "sha256": hashlib.sha256(b"".join(cells)).hexdigest(),
    }
    return part


def air_part(public: Path, private: Path) -> Dict[str, Any]:
    """The AIR inputs; the public memory as digest, without the paths of the other files."""
    public_input = json.loads(public.read_text())
    memory: List[Tuple[int, int, str]] = [
        (entry["address"], entry.get("page", 0), entry["value"])
        for entry in public_input.pop("public_memory")
    ]
    text = "\n".join(f"{address} {page} {value}" for address, page, value in memory)
    public_input["public_memory"] = {
        "entries": len(memory),
        "sha256": hashlib.sha256(text.encode()).hexdigest(),
    }
    private_input = json.loads(private.read_text())
    for name in ("trace_path", "memory_path"):
        private_input.pop(name)
    return {"public": public_input, "private": private_input}
