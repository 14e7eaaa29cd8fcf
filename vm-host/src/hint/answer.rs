//! The answers to a running hint's questions. An answer of several parts is sent part by part.

use std::sync::Arc;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::read_program::Part;
use hint_proto::v1::{
    self, Ask, LoadProgram, Memory, ReadMemory, ResolveName, ResolvedName, WriteMemory,
};

use super::effects::Applier;
use super::error::HintError;
use super::known::KnownCells;
use super::reads::Pointer;
use super::run_state::RunState;
use super::session::{Exchange, HintSession};
use crate::account::Refusing;
use crate::program::{CellPath, CompiledProgram, ProgramParts};
use crate::vm::cells::{segment_length, segment_lengths};
use crate::vm::temporary::temporary_length;
use crate::vm::wire::{self, cell_run};

/// A miss is answered with at least this many cells: a struct or a few, in a message of one KiB, which
/// costs no more than an answer of one cell.
const WINDOW: u64 = 32;
/// Most cells of one answer, in all its parts: 32 MiB.
const MAX_CELLS: u64 = 1 << 20;
/// Cells of one part of an answer: 1 MiB, so that neither side holds more of it twice, and clients take it.
const PART_CELLS: usize = 1 << 15;
/// Bytes of one part of the program's text.
const PART_BYTES: usize = 1 << 20;

impl HintSession {
    pub(super) fn answer(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        ask: Ask,
        exchange: &mut Exchange,
    ) -> Result<Vec<v1::Answer>, HintError> {
        let question = ask
            .question
            .ok_or_else(|| HintError::Protocol("an empty question".to_owned()))?;
        let reply = match question {
            Question::ReadMemory(read) => return Ok(self.read_memory(vm, &read, exchange)),
            Question::WriteMemory(write) => {
                exchange.changed = true;
                let known = &mut self.languages[exchange.language].known;
                write_memory(vm, &write, &mut state.applier, known)
            }
            Question::ResolveName(name) => self.resolve_name(state, &name),
            Question::LoadProgram(load) => {
                exchange.changed = true;
                return Ok(self.load_program(state, &load, exchange.language));
            }
            Question::IsAccessed(address) => Reply::Flag(
                wire::address(&address)
                    .is_some_and(|address| vm.is_accessed(&address).unwrap_or(false)),
            ),
            Question::DeleteCell(address) => {
                exchange.changed = true;
                let known = &mut self.languages[exchange.language].known;
                delete_cell(vm, &address, known, &mut state.removed)
            }
            Question::ReadAllMemory(_) => {
                let known = &mut self.languages[exchange.language].known;
                return Ok(answers(all_memory(vm, known)));
            }
            Question::ReadProgram(read) => return Ok(read_program(state, read.part)),
            Question::Debugger(_) if self.has_terminal() => {
                exchange.limit = None;
                Reply::Ok(v1::Ok {})
            }
            // Whoever waits for commands that nobody can give would wait without a limit.
            Question::Debugger(_) => raised("builtins.RuntimeError", NO_TERMINAL),
        };
        Ok(vec![answer(reply)])
    }

    fn read_memory(
        &mut self,
        vm: &mut VirtualMachine,
        read: &ReadMemory,
        exchange: &mut Exchange,
    ) -> Vec<v1::Answer> {
        let empty = || answers(vec![Memory::default()]);
        let (Ok(segment), Ok(offset)) =
            (isize::try_from(read.segment), usize::try_from(read.offset))
        else {
            return empty();
        };
        let first = Relocatable {
            segment_index: segment,
            offset,
        };
        let length = segment_length(vm, segment);
        let mut count = read.count.clamp(WINDOW, MAX_CELLS);
        if let Some(length) = &length {
            count = count.min(length.length.saturating_sub(read.offset));
        } else if segment >= 0 || !temporary_segment_exists(vm, segment) {
            // Nothing lives in a segment that does not exist: every cell of it is empty.
            let length = v1::SegmentLength {
                segment: read.segment,
                length: 0,
            };
            return answers(vec![Memory {
                lengths: vec![length],
                ..Memory::default()
            }]);
        }
        self.learn(vm, first, read.count, count, exchange);
        let count = usize::try_from(count).unwrap_or_default();
        let known = &mut self.languages[exchange.language].known;
        let mut parts = Vec::new();
        for start in (0..count).step_by(PART_CELLS) {
            let Some(offset) = offset.checked_add(start) else {
                break;
            };
            let first = Relocatable {
                segment_index: segment,
                offset,
            };
            let cells = cell_run(vm, first, PART_CELLS.min(count - start));
            known.insert_run(&cells);
            parts.push(Memory {
                cells: vec![cells],
                ..Memory::default()
            });
        }
        let mut last = parts.pop().unwrap_or_default();
        last.lengths = length.into_iter().collect();
        parts.push(last);
        answers(parts)
    }

    /// Remembers a miss, so that the next execution of the hint is sent those cells.
    fn learn(
        &mut self,
        vm: &VirtualMachine,
        first: Relocatable,
        wanted: u64,
        found: u64,
        exchange: &mut Exchange,
    ) {
        let frame = exchange.frame;
        let Some(expectation) = exchange.hint_id.and_then(|id| self.expectation(id)) else {
            return;
        };
        let pointers = exchange
            .pointers
            .get_or_insert_with(|| expectation.pointers(vm, &frame));
        if found == 0 && wanted > 1 {
            expectation.learned.length(first, &frame, pointers);
            return;
        }
        let path = expectation.learned.read(first, wanted, &frame, pointers);
        if let Some(path) = path {
            remember_pointers(vm, first, &path, wanted, pointers);
        }
    }

    fn resolve_name(&mut self, state: &mut RunState, name: &ResolveName) -> Reply {
        match self.resolve(state, name.hint_id, &name.scope, &name.name) {
            Some((definition, structs)) => Reply::ResolvedName(ResolvedName {
                definition: Some(definition),
                structs,
            }),
            None => raised(
                "builtins.RuntimeError",
                &format!("there is no hint `{}`", name.hint_id),
            ),
        }
    }

    /// Loads a program. Its hints in the language of the hint that asks are told at once, the others to their
    /// engines before they run.
    fn load_program(
        &mut self,
        state: &mut RunState,
        load: &LoadProgram,
        language: usize,
    ) -> Vec<v1::Answer> {
        let Some(base) = load.base.as_ref().and_then(wire::address) else {
            let text = "a program is loaded at an address";
            return vec![answer(raised("builtins.AssertionError", text))];
        };
        let program = match CompiledProgram::from_json(load.program_json.as_bytes()) {
            Ok(program) => Arc::new(program),
            Err(error) => {
                return vec![answer(raised("builtins.ValueError", &error.to_string()))];
            }
        };
        let loaded = state.table.add(program, base);
        let first = loaded.first_hint;
        let name = self.languages[language].full_name().to_owned();
        let hints = (first..).zip(loaded.program.hints());
        let own = hints.filter(|(_, hint)| hint.language() == name);
        let ids: Vec<u32> = own.map(|(id, _)| id).collect();
        let mut parts = self.announce(state, &ids);
        let last = parts.len() - 1;
        for (index, part) in parts.iter_mut().enumerate() {
            (part.first_id, part.more) = (first, index < last);
        }
        let parts = parts.into_iter().map(Reply::LoadedProgram);
        parts.map(answer).collect()
    }
}

fn answer(reply: Reply) -> v1::Answer {
    v1::Answer {
        answer: Some(reply),
    }
}

/// The parts of an answer about memory.
fn answers(mut parts: Vec<Memory>) -> Vec<v1::Answer> {
    let last = parts.len().saturating_sub(1);
    for part in &mut parts[..last] {
        part.more = true;
    }
    let parts = parts.into_iter().map(Reply::Memory);
    parts.map(answer).collect()
}

/// The program, or the part of it that was asked for.
fn read_program(state: &mut RunState, part: Option<Part>) -> Vec<v1::Answer> {
    let json = &state.program_json;
    let Some(part) = part else {
        return program_json(json);
    };
    let parts = state
        .program_parts
        .get_or_insert_with(|| ProgramParts::of(json));
    let found = match &part {
        Part::Scope(name) => Ok(parts.scope(json, name)),
        Part::Hint(index) => parts
            .hint(json, *index as usize)
            .ok_or_else(|| format!("hint `{index}`")),
        Part::Member(name) => parts
            .member(json, name)
            .ok_or_else(|| format!("member `{name}`")),
    };
    match found {
        Ok(json) => program_json(json.as_bytes()),
        Err(missing) => {
            let text = format!("the program has no {missing}");
            vec![answer(raised("builtins.LookupError", &text))]
        }
    }
}

/// The program's text, in parts.
fn program_json(json: &[u8]) -> Vec<v1::Answer> {
    if let Err(error) = std::str::from_utf8(json) {
        let text = error.to_string();
        return vec![answer(raised("builtins.UnicodeDecodeError", &text))];
    }
    let mut parts: Vec<&[u8]> = json.chunks(PART_BYTES).collect();
    if parts.is_empty() {
        parts.push(&[]);
    }
    let last = parts.len() - 1;
    let part = |(index, part): (usize, &[u8])| {
        answer(Reply::ProgramJson(v1::ProgramJson {
            part: part.to_vec().into(),
            more: index < last,
        }))
    };
    parts.into_iter().enumerate().map(part).collect()
}

/// Every cell, in parts that the engine gets one after the other.
fn all_memory(vm: &mut VirtualMachine, known: &mut KnownCells) -> Vec<Memory> {
    let lengths = segment_lengths(vm);
    let temporary = (1..=vm.segments.num_temp_segments() as isize)
        .map(|index| (-index, temporary_length(vm, -index)));
    let all: Vec<(isize, usize)> = (0..).zip(lengths).chain(temporary).collect();
    let mut parts: Vec<Memory> = vec![Memory::default()];
    let mut room = PART_CELLS;
    for (segment, length) in &all {
        let (segment, mut offset) = (*segment, 0);
        while offset < *length {
            if room == 0 {
                parts.push(Memory::default());
                room = PART_CELLS;
            }
            let count = room.min(length - offset);
            let first = Relocatable {
                segment_index: segment,
                offset,
            };
            let cells = cell_run(vm, first, count);
            known.insert_run(&cells);
            if let Some(part) = parts.last_mut() {
                part.cells.push(cells);
            }
            offset += count;
            room -= count;
        }
    }
    let mut last = parts.pop().unwrap_or_default();
    last.lengths = all
        .iter()
        .map(|(segment, length)| v1::SegmentLength {
            segment: *segment as i64,
            length: *length as u64,
        })
        .collect();
    parts.push(last);
    parts
}

fn temporary_segment_exists(vm: &VirtualMachine, segment: isize) -> bool {
    segment < 0 && segment.unsigned_abs() <= vm.segments.num_temp_segments()
}

fn remember_pointers(
    vm: &VirtualMachine,
    first: Relocatable,
    path: &CellPath,
    count: u64,
    pointers: &mut Vec<Pointer>,
) {
    for index in 0..usize::try_from(count.min(WINDOW)).unwrap_or_default() {
        let address = Relocatable {
            segment_index: first.segment_index,
            offset: first.offset + index,
        };
        if let Some(MaybeRelocatable::RelocatableValue(target)) = vm.get_maybe(&address) {
            let cell = path.clone().plus(i64::try_from(index).unwrap_or_default());
            pointers.push(Pointer { cell, target });
        }
    }
}

/// Writes one cell whose rule only cairo-vm knows.
fn write_memory(
    vm: &mut VirtualMachine,
    write: &WriteMemory,
    applier: &mut Applier,
    known: &mut KnownCells,
) -> Reply {
    let mut written = || -> Result<(), String> {
        let run = write.cell.as_ref().ok_or("there is no cell to write")?;
        let bytes: &[u8; CELL_BYTES] = run
            .values
            .as_ref()
            .try_into()
            .map_err(|_| "exactly one cell is written at once")?;
        let value = wire::value(bytes).map_err(|cell| cell.to_string())?;
        let address = Relocatable {
            segment_index: isize::try_from(run.segment).map_err(|error| error.to_string())?,
            offset: usize::try_from(run.offset).map_err(|error| error.to_string())?,
        };
        let admitted = applier.admit(vm, run);
        admitted.map_err(|refusal| refusal.to_string())?;
        let was_empty = vm.get_maybe(&address).is_none();
        let value = applier.moves().value(value);
        let inserted = {
            let _refusing = Refusing::start();
            vm.insert_value(address, value)
        };
        match inserted {
            Ok(()) => {
                known.insert_run(run);
                Ok(())
            }
            Err(error) => {
                if was_empty && !write.keep_refused {
                    // cairo-vm writes first and checks then. What it did not even write is not there.
                    let _ = vm.delete_unaccessed(address);
                }
                Err(error.to_string())
            }
        }
    };
    match written() {
        Ok(()) => Reply::Ok(v1::Ok {}),
        Err(message) => raised("builtins.AssertionError", &message),
    }
}

fn delete_cell(
    vm: &mut VirtualMachine,
    address: &v1::Relocatable,
    known: &mut KnownCells,
    removed: &mut Vec<Relocatable>,
) -> Reply {
    let Some(address) = wire::address(address) else {
        return raised("builtins.KeyError", "no such memory cell");
    };
    match vm.delete_unaccessed(address) {
        Ok(()) => {
            known.remove(address);
            removed.push(address);
            Reply::Ok(v1::Ok {})
        }
        Err(error) => raised("builtins.RuntimeError", &error.to_string()),
    }
}

/// Where a debugger has somebody to talk with.
const NO_TERMINAL: &str = "a debugger needs a terminal, and the hints of this VM run in a process without one\n\
     hint: run the program with `vm-host run`, or attach the hints of the VM to your own interpreter";

fn raised(class_path: &str, message: &str) -> Reply {
    Reply::Raised(v1::Raised {
        class_path: class_path.to_owned(),
        message: message.to_owned(),
    })
}

#[cfg(test)]
pub(super) mod tests;
