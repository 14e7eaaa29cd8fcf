"""Compiles the corpus and records what the reference VM does with it.

    python record.py                  compile and record what is missing or out of date
    python record.py --only PATTERN   the cases whose name contains PATTERN
    python record.py --all            everything again
    python record.py --check          change nothing; fail if a program or a record differs

Run it with the Python of an environment that has cairo-lang (see SPECIFICATION.md for the version).
"""

import argparse
import concurrent.futures
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

from cases import PROGRAMS, RECORDS, Case, cases, sources
from compiling import CompilationError, compile_program
from reference_run import record

WORKERS = 2


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--all", action="store_true", help="also what is up to date")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    arguments = parser.parse_args()
    chosen = [case for case in cases() if arguments.only in case.name]
    programs = {case.program for case in chosen}
    chosen_sources = [
        path
        for path in sources()
        if not arguments.only or str(path.with_suffix(".json")) in programs
    ]
    problems: List[str] = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        again = arguments.all or arguments.check
        compiled = pool.map(lambda path: compile_one(path, again, arguments.check), chosen_sources)
        problems += [problem for problem in compiled if problem is not None]
        recorded = pool.map(lambda case: record_one(case, again, arguments.check), chosen)
        problems += [problem for problem in recorded if problem is not None]
    if not arguments.only:
        problems += leftovers(arguments.check)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(chosen)} cases, {len(problems)} problems")
    return 1 if problems else 0


def compile_one(source: Path, again: bool, check: bool) -> Optional[str]:
    """Compiles a program if it is out of date. Returns a problem, if any."""
    target = (PROGRAMS / source).with_suffix(".json")
    if not again and is_newer(target, PROGRAMS / source):
        return None
    try:
        text = compile_program(source)
    except CompilationError as error:
        return str(error)
    if target.exists() and target.read_text() == text:
        return None
    if check:
        return f"{target} differs from what the compiler writes"
    target.write_text(text)
    return None


def record_one(case: Case, again: bool, check: bool) -> Optional[str]:
    """Records a case if it is out of date. Returns a problem, if any."""
    target = RECORDS / f"{case.name}.json"
    program = PROGRAMS / case.program
    if not program.exists():
        return f"{case.name}: not compiled"
    old: Dict[str, Any] = json.loads(target.read_text()) if target.exists() else {}
    if not again and is_newer(target, program) and old.get("run") == case.run_part():
        return None
    new = record(case)
    if new == old:
        return None
    if check:
        return f"{case.name}: the reference run differs from the record"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n")
    print(f"{case.name}: exit code {new['outcome']['exit_code']}", flush=True)
    return None


def is_newer(path: Path, origin: Path) -> bool:
    """Whether `path` exists and was written after `origin`."""
    return path.exists() and path.stat().st_mtime >= origin.stat().st_mtime


def leftovers(check: bool) -> List[str]:
    """Deletes (or, in check mode, reports) records and programs that no case uses."""
    used = {RECORDS / f"{case.name}.json" for case in cases()}
    used |= {(PROGRAMS / source).with_suffix(".json") for source in sources()}
    unused = [path for root in (RECORDS, PROGRAMS) for path in root.rglob("*.json")]
    unused = [path for path in unused if path not in used]
    if check:
        return [f"{path} belongs to no case" for path in unused]
    for path in unused:
        path.unlink()
    return []


if __name__ == "__main__":
    sys.exit(main())
