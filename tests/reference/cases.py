"""The cases of the corpus: which program runs how.

Reads `cases.json` and the tree of `tests/programs`. Knows nothing of how a program is compiled or run.
"""

import dataclasses
import json
from pathlib import Path
from typing import Any, Dict, Iterator, List, Optional

TESTS = Path(__file__).resolve().parent.parent
PROGRAMS = TESTS / "programs"
RECORDS = Path(__file__).resolve().parent / "records"
CASES_FILE = Path(__file__).resolve().parent / "cases.json"


@dataclasses.dataclass(frozen=True)
class Case:
    """One run of one program. The fields are the same as the `run` part of a record."""

    name: str
    # The compiled program, relative to `tests/programs`.
    program: str
    layout: str = "small"
    # The program input, or None for a run without `--program_input`.
    program_input: Optional[Any] = None
    # Further options, the same for `cairo-run` and `vm-host run`.
    options: List[str] = dataclasses.field(default_factory=list)
    environment: Dict[str, str] = dataclasses.field(default_factory=dict)
    # Output files beside trace and memory: "cairo_pie", "air_inputs".
    artefacts: List[str] = dataclasses.field(default_factory=list)

    def run_part(self) -> Dict[str, Any]:
        """The fields as JSON, without those that have their default."""
        result: Dict[str, Any] = {}
        for field in dataclasses.fields(self):
            value = getattr(self, field.name)
            if field.name in ("program", "layout") or value not in (None, [], {}):
                result[field.name] = value
        del result["name"]
        if self.needs_cairo_lang():
            result["needs_cairo_lang"] = True
        return result

    def needs_cairo_lang(self) -> bool:
        """Whether the run needs an environment with cairo-lang.

        Hints that import from it do, and errors that show lines of its Cairo files.
        """
        program = json.loads((PROGRAMS / self.program).read_text())
        hints = [hint["code"] for group in program["hints"].values() for hint in group]
        shown = json.dumps(program["debug_info"]) if self.program.startswith("error/") else ""
        return any("starkware" in text for text in [*hints, shown])


def sources() -> List[Path]:
    """Every program of the corpus, relative to `tests/programs`; modules of programs excluded."""
    settings = json.loads(CASES_FILE.read_text())
    modules = set(settings["modules"])
    found = (path.relative_to(PROGRAMS) for path in PROGRAMS.rglob("*.cairo"))
    return sorted(path for path in found if str(path) not in modules)


def compile_flags(source: Path) -> List[str]:
    """The options of cairo-compile for a program."""
    flags = json.loads(CASES_FILE.read_text())["compile_flags"]
    result: List[str] = []
    for prefix, options in flags.items():
        if str(source).startswith(prefix):
            result += options
    return result


def cases() -> Iterator[Case]:
    """Every case; a program that `cases.json` does not name has one case with the defaults."""
    settings = json.loads(CASES_FILE.read_text())
    for source in sources():
        stem = str(source.with_suffix(""))
        defaults: Dict[str, Any] = {}
        for prefix, values in settings["defaults"].items():
            if stem.startswith(prefix):
                defaults.update(values)
        runs = settings["programs"].get(stem, {"": {}})
        for suffix, values in runs.items():
            name = f"{stem}.{suffix}" if suffix else stem
            yield Case(name=name, program=f"{stem}.json", **{**defaults, **values})
