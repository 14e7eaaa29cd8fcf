"""Compiles the corpus and records what the reference VM does with it.

    python record.py                  compile and record what is missing or out of date
    python record.py --only PATTERN   the cases whose name contains PATTERN
    python record.py --all            everything again
    python record.py --check          change nothing; fail if a program or a record differs
    python record.py --check --sample 20 [--seed 7]    the same for 20 cases, others each time

Run it with the Python of an environment that has cairo-lang (see SPECIFICATION.md for the version).
"""

import argparse
import concurrent.futures
import json
import random
import secrets
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

from cases import PROGRAMS, RECORDS, Case, cases, sources
from compile_corpus import CompilationError, compile_program
from reference_run import NoReferenceError, record, require_reference

WORKERS = 2


def main() -> int:
    """Returns the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--only", default="", help="only cases whose name contains this")
    parser.add_argument("--all", action="store_true", help="also what is up to date")
    parser.add_argument("--check", action="store_true", help="compare, write nothing")
    parser.add_argument("--sample", type=int, metavar="N", help="only N cases, chosen at random")
    parser.add_argument("--seed", type=int, help="choose those of an earlier run with this seed")
    arguments = parser.parse_args()
    if arguments.sample is not None and (arguments.sample < 1 or not arguments.check):
        parser.error("--sample takes a number of cases above 0, and goes with --check")
    if arguments.seed is not None and arguments.sample is None:
        parser.error("--seed goes with --sample")
    try:
        require_reference()
    except NoReferenceError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    chosen = [case for case in cases() if arguments.only in case.name]
    if arguments.sample is not None:
        chosen = sample(chosen, arguments.sample, arguments.seed)
    if not chosen:
        parser.error(f"no case is named `{arguments.only}`")
    programs = {case.program for case in chosen}
    everything = not arguments.only and arguments.sample is None
    chosen_sources = [
        path for path in sources() if everything or str(path.with_suffix(".json")) in programs
    ]
    problems: List[str] = []
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        again = arguments.all or arguments.check
        compiled = pool.map(lambda path: compile_one(path, again, arguments.check), chosen_sources)
        problems += [problem for problem in compiled if problem is not None]
        recorded = pool.map(lambda case: record_one(case, again, arguments.check), chosen)
        problems += [problem for problem in recorded if problem is not None]
    if not arguments.only:
        # Costs nothing, so that a sample looks at all files.
        problems += leftovers(arguments.check)
    for problem in problems:
        print(problem, file=sys.stderr)
    print(f"{len(chosen)} cases, {len(problems)} problems")
    return 1 if problems else 0


def sample(choice: List[Case], count: int, seed: Optional[int]) -> List[Case]:
    """At most `count` of the cases. The seed, which decides which, is printed."""
    if seed is None:
        seed = secrets.randbelow(1_000_000)
    chosen = random.Random(seed).sample(choice, min(count, len(choice)))
    print(f"seed {seed}: {', '.join(case.name for case in chosen)}", flush=True)
    return chosen


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
        return f"{case.name}: the reference run differs from the record in {differences(old, new)}"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(new, indent=1, ensure_ascii=False) + "\n")
    print(f"{case.name}: exit code {new['outcome']['exit_code']}", flush=True)
    return None


def differences(old: Dict[str, Any], new: Dict[str, Any]) -> str:
    """The names of the parts of two records that differ, and both values of short ones."""
    found: List[str] = []
    for part in ("run", "outcome"):
        before, after = old.get(part, {}), new[part]
        for key in sorted({*before, *after}):
            values = (before.get(key), after.get(key))
            if values[0] != values[1]:
                texts = [json.dumps(value, ensure_ascii=False)[:2000] for value in values]
                found.append(f"`{part}.{key}`\n  recorded: {texts[0]}\n  now:      {texts[1]}")
    return "; ".join(found)


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
