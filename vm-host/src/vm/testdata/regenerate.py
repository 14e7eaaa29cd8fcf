"""Runs the programs of this folder on the reference VM and records what it does.

Run it with the Python of an environment that has cairo-lang 0.14 (Python 3.9):
`python regenerate.py`. It writes `failing.json`, `layouts.json` and `runs.json`.
"""

import base64
import io
import json
import subprocess
import sys
import tempfile
import zipfile
import zlib
from pathlib import Path

from failing import LOW_LEVEL, RAW
from runs import CASES, LAYOUT_PARAMS, PROGRAMS, SEGMENTS, SIGNED
from starkware.cairo.lang.cairo_constants import DEFAULT_PRIME
from starkware.cairo.lang.compiler.cairo_compile import compile_cairo
from starkware.cairo.lang.instances import LAYOUTS
from starkware.cairo.lang.vm.cairo_runner import CairoRunner
from starkware.cairo.lang.vm.vm_exceptions import VmException
from starkware.crypto.signature.signature import private_to_stark_key, sign

FOLDER = Path(__file__).parent
CAIRO_RUN = Path(sys.executable).with_name("cairo-run")


def program_json(data, builtins, main=0, labels=None):
    """The least compiled program that both VMs load."""
    identifiers = {}
    if main is not None:
        identifiers["__main__.main"] = {"decorators": [], "pc": main, "type": "function"}
    for name, pc in (labels or {}).items():
        identifiers[f"__main__.{name}"] = {"pc": pc, "type": "label"}
    return {
        "attributes": [],
        "builtins": builtins,
        "compiler_version": "0.14.0.1",
        "data": [hex(value) for value in data],
        "debug_info": None,
        "hints": {},
        "identifiers": identifiers,
        "main_scope": "__main__",
        "prime": hex(DEFAULT_PRIME),
        "reference_manager": {"references": []},
    }


class RawProgram:
    """As much of a program as the reference runner needs."""

    def __init__(self, data):
        self.prime = DEFAULT_PRIME
        self.data = data
        self.builtins = []
        self.main = 0


def failure(program, layout):
    """Where and with which text the run fails."""
    runner = CairoRunner(program=program, layout=layout)
    runner.initialize_segments()
    end = runner.initialize_main_entrypoint()
    runner.initialize_zero_segment()
    runner.initialize_vm(hint_locals={})
    try:
        runner.run_until_pc(end)
    except VmException as error:
        return {"pc": str(error.pc), "text": str(error.inner_exc)}
    raise AssertionError("the run does not fail")


def failing_runs():
    """All failing programs with their failures."""
    for name, (builtins, layout, body) in LOW_LEVEL.items():
        arguments = f"{builtins}_ptr" if builtins else ""
        directive = f"%builtins {builtins}\n" if builtins else ""
        implicit = f"{{{arguments}}}" if builtins else ""
        code = f"{directive}func main{implicit}() {{\n" + body.replace(";", ";\n") + "}\n"
        program = compile_cairo(code=code, prime=DEFAULT_PRIME)
        yield {
            "name": name,
            "layout": layout,
            "program": program_json(program.data, program.builtins, program.main),
            **failure(program, layout),
        }
    for name, data in RAW.items():
        yield {
            "name": name,
            "layout": "plain",
            "program": program_json(data, []),
            **failure(RawProgram(data), "plain"),
        }


def layouts():
    """The layouts as far as a run depends on them."""
    for name, layout in LAYOUTS.items():
        if name == "dynamic":
            continue
        pool = layout.diluted_pool_instance_def
        yield {
            "name": name,
            "range_check_units": layout.rc_units,
            "memory_units": layout.memory_units_per_step,
            "public_memory_fraction": layout.public_memory_fraction,
            "diluted_pool": pool and [pool.log_units_per_step, pool.spacing, pool.n_bits],
            "builtins": [
                [builtin, None if builtin == "output" else definition.ratio]
                for builtin, definition in layout.builtins.items()
            ],
        }


def signature():
    """A public key, a message, and its signature."""
    key, message = 0x1234567890ABCDEF, 1000
    r, s = sign(msg_hash=message, priv_key=key, seed=1)
    return {"public_key": private_to_stark_key(key), "message": message, "r": r, "s": s}


def signed_programs(values):
    """The programs whose only hint gives the signature."""
    code = SIGNED
    for word in ["SIGNATURE_R", "SIGNATURE_S", "MESSAGE", "PUBLIC_KEY"]:
        code = code.replace(word, str(values[word.lower().replace("signature_", "")]))
    return {
        "signed": compile_cairo(code=code, prime=DEFAULT_PRIME),
        "signed_proof": compile_cairo(code=code, prime=DEFAULT_PRIME, add_start=True),
    }


def compiled_programs():
    """Name -> the compiled program."""
    programs = {}
    for name, (code, with_proof) in PROGRAMS.items():
        program = compile_cairo(code=code, prime=DEFAULT_PRIME)
        programs[name] = program_json(program.data, program.builtins, program.main)
        if with_proof:
            program = compile_cairo(code=code, prime=DEFAULT_PRIME, add_start=True)
            labels = {label: program.get_label(label) for label in ["__start__", "__end__"]}
            programs[f"{name}_proof"] = program_json(
                program.data, program.builtins, program.main, labels
            )
    for name, program in signed_programs(signature()).items():
        labels = {}
        if name.endswith("_proof"):
            labels = {label: program.get_label(label) for label in ["__start__", "__end__"]}
        programs[name] = program_json(program.data, program.builtins, program.main, labels)
    programs["disordered"] = program_json([0x208B7FFF7FFF7FFE], ["pedersen", "output"])
    programs["no_main"] = program_json([0x208B7FFF7FFF7FFE], [], None)
    return programs


def changed_pie(pie, part, change):
    """The zip file with one part changed."""
    result = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(pie)) as old, zipfile.ZipFile(
        result, "w", compression=zipfile.ZIP_DEFLATED
    ) as new:
        for name in old.namelist():
            content = old.read(name)
            if name == part:
                content = change(content)
            new.writestr(zipfile.ZipInfo(name), content, zipfile.ZIP_DEFLATED)
    return result.getvalue()


def changed_json(change):
    """A change of a JSON part."""

    def apply(content):
        value = json.loads(content)
        change(value)
        return json.dumps(value).encode()

    return apply


def changed_cell(segment, offset, value):
    """A change of one cell of the memory; appends it where it is missing."""
    address = (2**63 + segment * 2**47 + offset).to_bytes(8, "little")

    def apply(content):
        cells = [content[i : i + 40] for i in range(0, len(content), 40)]
        cells = [cell for cell in cells if cell[:8] != address]
        return b"".join(cells) + address + value.to_bytes(32, "little")

    return apply


def pies(folder):
    """Name -> a Cairo PIE."""
    program = compile_cairo(code=SEGMENTS, prime=DEFAULT_PRIME)
    (folder / "segments.json").write_text(json.dumps(program.Schema().dump(program)))
    subprocess.run(
        [CAIRO_RUN, "--program", folder / "segments.json", "--layout", "small"]
        + ["--cairo_pie_output", folder / "segments.zip"],
        check=True,
    )
    pie = (folder / "segments.zip").read_bytes()
    metadata, memory = "metadata.json", "memory.bin"
    resources, data = "execution_resources.json", "additional_data.json"
    return {
        "pie": pie,
        "pie_memory": changed_pie(pie, memory, changed_cell(2, 1, 7)),
        "pie_extra_cell": changed_pie(
            changed_pie(pie, memory, changed_cell(7, 2, 7)),
            metadata,
            changed_json(lambda value: value["extra_segments"][0].update(size=3)),
        ),
        "pie_resources": changed_pie(
            pie,
            resources,
            changed_json(lambda value: value["builtin_instance_counter"].update(output_builtin=9)),
        ),
        "pie_steps": changed_pie(
            pie, resources, changed_json(lambda value: value.update(n_steps=value["n_steps"] - 1))
        ),
        "pie_attribute": changed_pie(
            pie,
            data,
            changed_json(lambda value: value["output_builtin"]["attributes"].update(more=1)),
        ),
        "pie_segment_index": changed_pie(
            pie, metadata, changed_json(lambda value: value["ret_fp_segment"].update(index=9))
        ),
        "pie_pointer": changed_pie(pie, memory, changed_cell(7, 1, 2**255 + 2**47 * 77)),
        "pie_builtins": changed_pie(
            pie, metadata, changed_json(lambda value: value["program"].update(builtins=["output"]))
        ),
        "pie_version": changed_pie(
            pie, "version.json", changed_json(lambda value: value.update(cairo_pie="2.0"))
        ),
    }


def digest(content):
    """A short form of a large file."""
    return {"length": len(content), "crc32": zlib.crc32(content)}


def sorted_cells(content):
    """The cells of a memory file in the order of their addresses."""
    cells = [content[i : i + 40] for i in range(0, len(content), 40)]
    return b"".join(sorted(cells, key=lambda cell: int.from_bytes(cell[:8], "little")))


def recorded_files(folder):
    """What the run wrote, in a form that can be compared."""
    files = {}
    for path in sorted(folder.iterdir()):
        content = path.read_bytes()
        if not content:
            continue
        if path.name == "trace":
            files["trace"] = digest(content)
        elif path.name == "memory":
            files["memory"] = digest(sorted_cells(content))
        elif path.name == "pie":
            with zipfile.ZipFile(path) as pie:
                parts = {name: pie.read(name) for name in pie.namelist()}
            memory = digest(sorted_cells(parts.pop("memory.bin")))
            files["pie"] = {name: text.decode() for name, text in parts.items()}
            files["pie"]["memory.bin"] = memory
        elif len(content) > 3000:
            files[path.name] = digest(content)
        else:
            files[path.name] = content.decode().replace(str(folder), "FOLDER")
    return files


def last_words(stderr):
    """What remains of stderr without the Python traceback."""
    if not stderr.startswith("Traceback"):
        return stderr.strip()
    lines = stderr.rstrip().splitlines()
    start = max(i for i, line in enumerate(lines) if line.startswith("  "))
    return "\n".join(lines[start + 1 :])


def recorded_run(inputs, program, arguments):
    """Runs one command line."""
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        names = ["trace", "memory", "pie", "air_public", "air_private"]
        words = arguments.format(
            params=inputs / "params.json", **{name: folder / name for name in names}
        )
        option = "--run_from_cairo_pie" if program.startswith("pie") else "--program"
        result = subprocess.run(
            [CAIRO_RUN, option, inputs / program, *words.split()], capture_output=True, text=True
        )
        return {
            "program": program,
            "arguments": arguments,
            "exit": result.returncode,
            "stdout": result.stdout,
            "stderr": last_words(result.stderr),
            "files": recorded_files(folder) if result.returncode == 0 else {},
        }


def whole_runs():
    """All programs and what their runs print and write."""
    programs = compiled_programs()
    with tempfile.TemporaryDirectory() as folder:
        folder = Path(folder)
        zips = pies(folder)
        for name, program in programs.items():
            (folder / name).write_text(json.dumps(program))
        for name, program in signed_programs(signature()).items():
            (folder / name).write_text(json.dumps(program.Schema().dump(program)))
        for name, pie in zips.items():
            (folder / name).write_bytes(pie)
        (folder / "params.json").write_text(json.dumps(LAYOUT_PARAMS))
        cases = [recorded_run(folder, program, arguments) for program, arguments in CASES]
    return {
        "programs": programs,
        "pies": {name: base64.b64encode(pie).decode() for name, pie in zips.items()},
        "layout_params": LAYOUT_PARAMS,
        "signature": {name: str(value) for name, value in signature().items()},
        "cases": cases,
    }


def write_lines(name, values):
    """A JSON list with one value on each line."""
    lines = ",\n".join(json.dumps(value) for value in values)
    (FOLDER / name).write_text(f"[\n{lines}\n]\n")


def write_runs(runs):
    """`runs.json`, one program or case on each line."""
    sections = []
    for key in ["programs", "pies"]:
        lines = ",\n".join(f"{json.dumps(k)}: {json.dumps(v)}" for k, v in runs[key].items())
        sections.append(f'"{key}": {{\n{lines}\n}}')
    for key in ["layout_params", "signature"]:
        sections.append(f'"{key}": {json.dumps(runs[key])}')
    lines = ",\n".join(json.dumps(case) for case in runs["cases"])
    sections.append(f'"cases": [\n{lines}\n]')
    (FOLDER / "runs.json").write_text("{\n" + ",\n".join(sections) + "\n}\n")


if __name__ == "__main__":
    write_lines("failing.json", failing_runs())
    write_lines("layouts.json", layouts())
    write_runs(whole_runs())
