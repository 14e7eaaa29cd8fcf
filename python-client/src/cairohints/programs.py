"""Owns what a caller may give as a program, and what the server says about one."""

from __future__ import annotations

import hashlib
import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Iterator, List, Mapping, Tuple, Union

from .errors import InvalidProgram
from .v1 import vm_service_pb2 as pb

#: A path of a compiled program, its JSON text as bytes, or the object itself.
ProgramLike = Union[str, "os.PathLike[str]", bytes, Mapping[str, Any]]
_CHUNK_BYTES = 1 << 20


@dataclass(frozen=True)
class Program:
    """An uploaded program."""

    hash: str
    builtins: Tuple[str, ...]
    data_cells: int
    hints: int
    compiler_version: str


def program_bytes(program: ProgramLike) -> bytes:
    """The JSON text of a program."""
    if isinstance(program, bytes):
        return program
    if isinstance(program, Mapping):
        return json.dumps(program).encode()
    try:
        return Path(program).read_bytes()
    except OSError as error:
        raise InvalidProgram(
            f"cannot read the program `{os.fspath(program)}`: {error.strerror}\n"
            f"hint: {InvalidProgram.advice}"
        ) from error


def lasting(program: ProgramLike) -> ProgramLike:
    """The program; a path means the same file also when the working directory changes."""
    return program if isinstance(program, (bytes, Mapping)) else os.path.abspath(program)


def folders_of(program: ProgramLike) -> List[str]:
    """Where the modules beside a program are, if it is a file."""
    if isinstance(program, (bytes, Mapping)):
        return []
    return [os.path.dirname(os.path.realpath(program))]


def program_hash(data: bytes) -> str:
    """The name under which the server knows a program."""
    return hashlib.sha256(data).hexdigest()


def upload_requests(data: bytes) -> Iterator[pb.UploadProgramRequest]:
    """The parts of an upload."""
    declaration = pb.ProgramDeclaration(size_bytes=len(data))
    yield pb.UploadProgramRequest(declaration=declaration)
    for start in range(0, len(data), _CHUNK_BYTES):
        yield pb.UploadProgramRequest(chunk=data[start : start + _CHUNK_BYTES])


def uploaded(response: pb.UploadProgramResponse) -> Program:
    """The answer to an upload."""
    summary = response.summary
    return Program(
        response.program_hash,
        tuple(summary.builtins),
        summary.data_cells,
        summary.hints,
        summary.compiler_version,
    )
