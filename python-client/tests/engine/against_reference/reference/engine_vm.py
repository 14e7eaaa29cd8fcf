"""The reference VM with every hint run by the engine.

Its host answers from the reference VM's own memory, and applies effects only after a hint has ended,
as a real host does.
"""

import json

from starkware.cairo.lang.compiler.program import Program
from starkware.cairo.lang.vm.output_builtin_runner import PublicMemoryPage
from starkware.cairo.lang.vm.relocatable import RelocatableValue
from starkware.cairo.lang.vm.vm_core import VirtualMachine
from starkware.cairo.lang.vm.vm_exceptions import VmException, VmExceptionBase

from cairohints.engine.failure import HintFailure
from cairohints.engine.session import Session

from .resolver import Resolver


class EngineHintError(VmExceptionBase):
    """Stands where the reference VM has a `HintException`."""

    def __init__(self, text, failure):
        super().__init__(text)
        self.failure = failure
        self.inner_exc = failure.exception


class MeasuredCells(dict):
    """The reference VM's cells, with the length of each segment."""

    def __init__(self, cells):
        super().__init__()
        self.lengths = {}
        for addr, value in cells.items():
            self.setdefault(addr, value)

    def setdefault(self, addr, value):
        if isinstance(addr, RelocatableValue):
            length = self.lengths.get(addr.segment_index, 0)
            self.lengths[addr.segment_index] = max(length, addr.offset + 1)
        return super().setdefault(addr, value)


class Host:
    """Answers the engine from a reference VM."""

    def __init__(self, vm, eager):
        self.vm = vm
        #: Whether lengths and neighbours are sent along.
        self.eager = eager
        self.session = None
        self.requests = 0

    def read_memory(self, segment, offset, count):
        self.requests += 1
        data = self.vm.run_context.memory.data
        memory = self.session.memory
        cells = memory.known.setdefault(segment, {})
        for position in range(offset, offset + count):
            value = data.get(RelocatableValue(segment, position))
            if value is not None:
                cells[position] = value
            elif not self.eager:
                memory.empty.add((segment, position))
        if self.eager:
            memory.lengths[segment] = data.lengths.get(segment, 0)
            for position in range(offset, offset + count):
                if position not in cells and position < memory.lengths[segment]:
                    memory.empty.add((segment, position))

    def read_all_memory(self):
        for addr, value in self.vm.run_context.memory.data.items():
            self.session.memory.known.setdefault(addr.segment_index, {})[addr.offset] = value

    def write_memory(self, segment, offset, value):
        self.vm.validated_memory[RelocatableValue(segment, offset)] = value

    def delete_cell(self, segment, offset):
        addr = RelocatableValue(segment, offset)
        if addr in self.vm.accessed_addresses:
            raise ValueError(f"the cell was used by Cairo code: `{addr}`")
        del self.vm.run_context.memory.data[addr]

    def is_accessed(self, segment, offset):
        return RelocatableValue(segment, offset) in self.vm.accessed_addresses

    def resolve_name(self, hint_id, scope, name):
        self.requests += 1
        return self.vm.resolvers[hint_id].resolve(scope, name)

    def load_program(self, program_json, base_segment, base_offset):
        program = Program.load(json.loads(program_json))
        first_id = len(self.vm.hint_pc_and_index)
        return first_id, self.vm.take_program(program, RelocatableValue(base_segment, base_offset))

    def read_program(self):
        return json.dumps(Program.Schema().dump(self.vm.program))

    def read_program_part(self, kind, name):
        self.requests += 1
        program = Program.Schema().dump(self.vm.program)
        if kind == "member":
            return json.dumps(program[name])
        if kind == "hint":
            return json.dumps([hint for group in program["hints"].values() for hint in group][name])
        inside = f"{name}." if name else ""
        rests = [
            (full[len(inside) :], full) for full in program["identifiers"] if full.startswith(inside)
        ]
        found = {rest: program["identifiers"][full] for rest, full in rests if "." not in rest}
        scopes = dict.fromkeys(rest.partition(".")[0] for rest, _ in rests if "." in rest)
        return json.dumps({"identifiers": found, "scopes": list(scopes)})

    def debugger(self):
        self.requests += 1


class EngineVm(VirtualMachine):
    """Runs a program as the reference VM does, and its hints with the engine."""

    #: Whether cells, lengths and names are sent before they are asked for.
    eager = True

    def __init__(self, program, run_context, hint_locals, static_locals=None, **options):
        self.session = None
        self.resolvers = {}
        self._options = hint_locals, static_locals
        run_context.memory.data = MeasuredCells(run_context.memory.data)
        super().__init__(program, run_context, hint_locals, static_locals=static_locals, **options)
        if self.session is None:
            self._open_session()

    def _open_session(self):
        hint_locals, static_locals = self._options
        user_locals = dict(static_locals)
        self.real_segments = user_locals.pop("segments")
        self.host = Host(self, self.eager)
        self.session = Session(
            self.host,
            prime=self.prime,
            builtins=[_describe(name, runner) for name, runner in self.builtin_runners.items()],
            segment_count=self.real_segments.n_segments,
            hint_locals=hint_locals,
            static_locals=user_locals,
            own_stdout=False,
        )
        self.host.session = self.session

    def load_hints(self, program, program_base):
        if self.session is None:
            self._open_session()
        try:
            hints = self.take_program(program, program_base, with_debug=False)
            for hint_id, names in self.session.load_hints(hints):
                for name in names if self.eager else ():
                    self.session.define_name(hint_id, self.resolvers[hint_id].resolve("", name))
        except HintFailure as failure:
            raise self._failed(failure, *self.hint_pc_and_index[failure.hint_id]) from None

    def take_program(self, program, base, with_debug=True):
        """Registers a program's hints; returns them as the engine takes them."""
        if with_debug:
            self.load_debug_info(program.debug_info, base)
        tuples = []
        for pc, hints in program.hints.items():
            ids = []
            for index, hint in enumerate(hints):
                hint_id = len(self.hint_pc_and_index)
                self.hint_pc_and_index[hint_id] = (base + pc, index)
                self.resolvers[hint_id] = Resolver(program, hint, self.session.define_struct)
                tuples.append((hint_id, hint.code, *self._location(base + pc, index)))
                ids.append(hint_id)
            self.hints[base + pc] = ids
        return tuples

    def _location(self, pc, index):
        location = self.get_location(pc)
        if location is None or location.hints[index] is None:
            return None, 0, 0
        hint = location.hints[index]
        return (
            hint.location.input_file.filename,
            hint.location.start_line,
            hint.n_prefix_newlines,
        )

    def step(self):
        for index, hint_id in enumerate(self.hints.get(self.run_context.pc, [])):
            self._run_hint(hint_id, index)
        self.run_instruction(self.decode_current_instruction())

    def _run_hint(self, hint_id, index):
        context = self.run_context
        session = self.session
        failure = session.execute(
            hint_id,
            context.pc.segment_index,
            context.pc.offset,
            context.ap.segment_index,
            context.ap.offset,
            context.fp.segment_index,
            context.fp.offset,
            self.current_step,
            self.real_segments.n_segments,
            self.real_segments.n_temp_segments,
        )
        if failure is None:
            self.apply(session.effects)
            session.clear_effects()
            return
        self.apply(session.effects)
        if failure.kind in ("exit", "interrupt", "raw"):
            raise failure.exception
        raise self._failed(failure, context.pc, index)

    def _failed(self, failure, pc, index):
        compiling = isinstance(failure.exception, SyntaxError)
        inner = EngineHintError(
            f"Got an exception while {'compiling' if compiling else 'executing'} a hint.", failure
        )
        if failure.kind == "compile":
            return VmException(
                pc=pc,
                inst_location=self.get_location(pc=pc),
                inner_exc=inner,
                notes=[failure.traceback],
                hint_index=index,
            )
        return self.as_vm_exception(inner, notes=[failure.traceback], hint_index=index)

    def apply(self, effects):
        """Does what a hint did."""
        if effects.only_writes:
            assert not (effects.added_segments or effects.signatures or effects.rules)
        for size in effects.added_segments:
            self.real_segments.add(size)
        for _ in range(effects.added_temporary_segments):
            self.real_segments.add_temp_segment()
        for addr, r, s in effects.signatures:
            self.builtin_runners["ecdsa_builtin"].add_signature(RelocatableValue(*addr), (r, s))
        raw = self.run_context.memory
        for segment, offset, value in effects.writes:
            assert type(value) is int or type(value) is RelocatableValue
            raw[RelocatableValue(segment, offset)] = value
        if effects.pure_address is not None:
            raw[effects.pure_address] = 0
        for source, target in effects.relocation_rules:
            raw.add_relocation_rule(
                RelocatableValue(source, 0),
                target if isinstance(target, int) else RelocatableValue(*target),
            )
        for segment, size, cells in effects.finalized_segments:
            self.real_segments.finalize(segment, size, cells)
        if effects.output_state is not None:
            segment, offset, pages, attributes = effects.output_state
            output = self.builtin_runners["output_builtin"]
            output._base = RelocatableValue(segment, offset)
            output.pages = {page: PublicMemoryPage(start, size) for page, start, size in pages}
            output.attributes = json.loads(attributes)
        for rule_id, kind, segment in effects.rules:
            if kind == "validation":
                self.add_validation_rule(segment, self._validation_rule(rule_id))
            else:
                self.add_auto_deduction_rule(segment, self._auto_deduction_rule(rule_id))

    def _validation_rule(self, rule_id):
        def rule(memory, addr):
            kind, cells = self._call_rule(rule_id, addr)
            assert kind == "validated"
            return {RelocatableValue(*cell) for cell in cells}

        return rule

    def _auto_deduction_rule(self, rule_id):
        def rule(vm, addr):
            kind, value = self._call_rule(rule_id, addr)
            assert kind == "value"
            return value

        return rule

    def _call_rule(self, rule_id, addr):
        result = self.session.call_rule(rule_id, addr.segment_index, addr.offset)
        if isinstance(result, HintFailure):
            raise result.exception
        self.apply(self.session.effects)
        self.session.clear_effects()
        return result

    def end_run(self):
        self.verify_auto_deductions()
        if self.session.end_run() != 1:
            raise VmExceptionBase("Every enter_scope() requires a corresponding exit_scope().")


def _describe(name, runner):
    definition = getattr(runner, "instance_def", None)
    return {
        "name": name[: -len("_builtin")],
        "segment": runner.base.segment_index,
        "included": runner.included,
        "ratio": getattr(runner, "ratio", None),
        "ratio_denominator": getattr(runner, "ratio_den", 1),
        "range_check_parts": getattr(runner, "n_parts", 0),
        "batch_size": getattr(definition, "batch_size", 0),
        "word_bit_length": getattr(definition, "word_bit_len", 0),
    }
