//! The answers to a running hint's questions. An answer of several parts is sent part by part.

use std::sync::Arc;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::answer::Answer as Reply;
use hint_proto::v1::ask::Question;
use hint_proto::v1::read_program::Part;
use hint_proto::v1::{
    self, Ask, CellRun, LoadProgram, Memory, ReadMemory, ResolveName, ResolvedName,
};

use super::known::KnownCells;
use super::reads::Pointer;
use super::session::{Exchange, HintError, HintSession};
use crate::program::{CellPath, CompiledProgram, ProgramParts};
use crate::vm::cells::{segment_length, segment_lengths};
use crate::vm::wire::{self, cell_run};

/// A miss is answered with at least this many cells: a struct or a few, in a message of one KiB, which
/// costs no more than an answer of one cell.
const WINDOW: u64 = 32;
/// Most cells of one answer: 32 MiB, well below the largest message that an engine takes.
const MAX_CELLS: u64 = 1 << 20;
/// Cells of one part when all memory is asked for: 1 MiB, so that neither side holds more of it twice.
const PART_CELLS: usize = 1 << 15;

impl HintSession {
    pub(super) fn answer(
        &mut self,
        vm: &mut VirtualMachine,
        ask: Ask,
        exchange: &mut Exchange,
    ) -> Result<Vec<v1::Answer>, HintError> {
        let question = ask
            .question
            .ok_or_else(|| HintError::Protocol("an empty question".to_owned()))?;
        let reply = match question {
            Question::ReadMemory(read) => self.read_memory(vm, &read, exchange),
            Question::WriteMemory(run) => write_memory(vm, &run, &mut self.known),
            Question::ResolveName(name) => self.resolve_name(&name),
            Question::LoadProgram(load) => self.load_program(&load),
            Question::IsAccessed(address) => Reply::Flag(
                wire::address(&address)
                    .is_some_and(|address| vm.is_accessed(&address).unwrap_or(false)),
            ),
            Question::DeleteCell(address) => delete_cell(vm, &address, &mut self.known),
            Question::ReadAllMemory(_) => return Ok(all_memory(vm, &mut self.known)),
            Question::ReadProgram(read) => self.read_program(read.part),
            Question::Debugger(_) => {
                exchange.deadline = None;
                Reply::Ok(v1::Ok {})
            }
        };
        Ok(vec![v1::Answer {
            answer: Some(reply),
        }])
    }

    fn read_memory(
        &mut self,
        vm: &mut VirtualMachine,
        read: &ReadMemory,
        exchange: &mut Exchange,
    ) -> Reply {
        let (Ok(segment), Ok(offset)) =
            (isize::try_from(read.segment), usize::try_from(read.offset))
        else {
            return Reply::Memory(Memory::default());
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
            return Reply::Memory(Memory {
                lengths: vec![length],
                ..Memory::default()
            });
        }
        self.learn(vm, first, read.count, count, exchange);
        let cells = if count == 0 {
            Vec::new()
        } else {
            let count = usize::try_from(count).unwrap_or_default();
            let cells = cell_run(vm, first, count);
            self.known.insert_run(&cells);
            vec![cells]
        };
        Reply::Memory(Memory {
            cells,
            lengths: length.into_iter().collect(),
            more: false,
        })
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

    fn resolve_name(&mut self, name: &ResolveName) -> Reply {
        match self.resolve(name.hint_id, &name.scope, &name.name) {
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

    fn read_program(&mut self, part: Option<Part>) -> Reply {
        let json = &self.program_json;
        let Some(part) = part else {
            return match std::str::from_utf8(json) {
                Ok(json) => Reply::ProgramJson(json.to_owned()),
                Err(error) => raised("builtins.UnicodeDecodeError", &error.to_string()),
            };
        };
        let parts = self
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
            Ok(json) => Reply::ProgramJson(json),
            Err(missing) => raised(
                "builtins.LookupError",
                &format!("the program has no {missing}"),
            ),
        }
    }

    fn load_program(&mut self, load: &LoadProgram) -> Reply {
        let Some(base) = load.base.as_ref().and_then(wire::address) else {
            return raised(
                "builtins.AssertionError",
                "a program is loaded at an address",
            );
        };
        match CompiledProgram::from_json(load.program_json.as_bytes()) {
            Ok(program) => Reply::LoadedProgram(self.load(Arc::new(program), base)),
            Err(error) => raised("builtins.ValueError", &error.to_string()),
        }
    }
}

/// Every cell, in parts that the engine gets one after the other.
fn all_memory(vm: &mut VirtualMachine, known: &mut KnownCells) -> Vec<v1::Answer> {
    let lengths = segment_lengths(vm);
    let mut parts: Vec<Memory> = vec![Memory::default()];
    let mut room = PART_CELLS;
    for (segment, length) in (0..).zip(&lengths) {
        let mut offset = 0;
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
    let last = parts.len() - 1;
    for part in &mut parts[..last] {
        part.more = true;
    }
    parts[last].lengths = (0..)
        .zip(&lengths)
        .map(|(segment, length)| v1::SegmentLength {
            segment,
            length: *length as u64,
        })
        .collect();
    parts
        .into_iter()
        .map(|part| v1::Answer {
            answer: Some(Reply::Memory(part)),
        })
        .collect()
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
fn write_memory(vm: &mut VirtualMachine, run: &CellRun, known: &mut KnownCells) -> Reply {
    let mut written = || -> Result<(), String> {
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
        let length = segment_length(vm, address.segment_index).map_or(0, |length| length.length);
        if run.offset > length + MAX_CELLS {
            return Err(format!(
                "memory cell `{address}` is too far past the end of its segment"
            ));
        }
        vm.insert_value(address, value)
            .map_err(|error| error.to_string())?;
        known.insert_run(run);
        Ok(())
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
) -> Reply {
    let Some(address) = wire::address(address) else {
        return raised("builtins.KeyError", "no such memory cell");
    };
    match vm.delete_unaccessed(address) {
        Ok(()) => {
            known.remove(address);
            Reply::Ok(v1::Ok {})
        }
        Err(error) => raised("builtins.RuntimeError", &error.to_string()),
    }
}

fn raised(class_path: &str, message: &str) -> Reply {
    Reply::Raised(v1::Raised {
        class_path: class_path.to_owned(),
        message: message.to_owned(),
    })
}

#[cfg(test)]
mod tests;
