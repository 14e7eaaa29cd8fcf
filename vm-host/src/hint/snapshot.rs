//! The cells that go with a hint: those behind the `ids` names in its code, then those that earlier
//! executions had to ask for.

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::{CellRun, Definition, MemberKind, SegmentLength, StructDefinition};

use super::known::KnownCells;
use super::reads::{LearnedReads, Pointer};
use crate::program::{CellPath, Frame};
use crate::vm::cells::segment_length;
use crate::vm::wire::cell_run;

/// Most cells of learned reads that one hint is sent along: half a MiB. Beyond it, questions are as fast.
const MAX_CELLS: usize = 1 << 14;
/// Structs inside structs whose members are expected. A list has no end.
const MAX_STRUCTS: u32 = 4;

/// What a hint is expected to need.
#[derive(Debug, Default)]
pub(crate) struct Expectation {
    named: Vec<CellPath>,
    /// What earlier executions had to ask for.
    pub learned: LearnedReads,
}

impl Expectation {
    /// Expects what reading and writing the name behind `definition` takes, including the members
    /// whose names are among `names`.
    pub(crate) fn name<'a>(
        &mut self,
        definition: &Definition,
        names: &[String],
        structs: impl Fn(&str) -> Option<&'a StructDefinition>,
    ) {
        let Some(Access::Reference(reference)) = &definition.access else {
            return;
        };
        match &reference.get {
            Some(Get::Value(value)) => {
                if let Some(path) = CellPath::of(value) {
                    path.visit_cells(&mut |cell| self.cell(cell.clone()));
                }
            }
            Some(Get::StructReference(pointer)) => {
                if let Some(path) = pointer.address.as_ref().and_then(CellPath::of) {
                    path.visit_cells(&mut |cell| self.cell(cell.clone()));
                    self.members(&path, &pointer.struct_name, names, &structs, MAX_STRUCTS);
                }
            }
            Some(Get::GetRaised(_)) | None => {}
        }
        if let Some(Set::Address(address)) = &reference.set
            && let Some(path) = CellPath::of(address)
            // The cell of a struct that stands for its first member is only written by that name.
            && !matches!(&reference.get, Some(Get::StructReference(_)))
        {
            path.visit_cells(&mut |cell| self.cell(cell.clone()));
            self.cell(path);
        }
    }

    fn members<'a>(
        &mut self,
        base: &CellPath,
        struct_name: &str,
        names: &[String],
        structs: &impl Fn(&str) -> Option<&'a StructDefinition>,
        depth: u32,
    ) {
        let Some(definition) = structs(struct_name).filter(|_| depth > 0) else {
            return;
        };
        for member in definition
            .members
            .iter()
            .filter(|member| names.contains(&member.name))
        {
            let path = base
                .clone()
                .plus(i64::try_from(member.offset).unwrap_or(i64::MAX));
            match MemberKind::try_from(member.kind) {
                Ok(MemberKind::Value) => self.cell(path),
                Ok(MemberKind::Struct) => {
                    self.members(&path, &member.struct_name, names, structs, depth - 1);
                }
                Ok(MemberKind::StructPointer) => {
                    self.cell(path.clone());
                    let target = CellPath::Pointer(Box::new(path), 0);
                    self.members(&target, &member.struct_name, names, structs, depth - 1);
                }
                _ => {}
            }
        }
    }

    fn cell(&mut self, path: CellPath) {
        if !self.named.contains(&path) {
            self.named.push(path);
        }
    }

    /// The expected cells that the engine does not hold, empty ones included; it is taken to hold them
    /// from now on. `scratch` is room for their addresses.
    pub(crate) fn cells(
        &self,
        vm: &VirtualMachine,
        frame: &Frame,
        known: &mut KnownCells,
        scratch: &mut Vec<Relocatable>,
    ) -> Vec<CellRun> {
        scratch.clear();
        self.visit(vm, frame, |_, _, address| {
            if !known.contains(address) {
                scratch.push(address);
            }
        });
        runs(vm, scratch, known)
    }

    /// The lengths of segments that are expected to be asked for.
    #[must_use]
    pub(crate) fn lengths(&self, vm: &mut VirtualMachine, frame: &Frame) -> Vec<SegmentLength> {
        let mut lengths = Vec::new();
        for path in &self.learned.lengths {
            if let Some(address) = path.address(vm, frame)
                && let Some(length) = segment_length(vm, address.segment_index)
                && lengths
                    .iter()
                    .all(|known: &SegmentLength| known.segment != length.segment)
            {
                lengths.push(length);
            }
        }
        lengths
    }

    /// The pointers among the expected cells.
    #[must_use]
    pub(crate) fn pointers(&self, vm: &VirtualMachine, frame: &Frame) -> Vec<Pointer> {
        let mut pointers = Vec::new();
        self.visit(vm, frame, |path, index, address| {
            if let Some(MaybeRelocatable::RelocatableValue(target)) = vm.get_maybe(&address) {
                let cell = path.clone().plus(index);
                pointers.push(Pointer { cell, target });
            }
        });
        pointers
    }

    /// Calls `visit` with the address of every expected cell, as a path and cells behind it.
    fn visit(
        &self,
        vm: &VirtualMachine,
        frame: &Frame,
        mut visit: impl FnMut(&CellPath, i64, Relocatable),
    ) {
        for path in &self.named {
            if let Some(address) = path.address(vm, frame) {
                visit(path, 0, address);
            }
        }
        let mut budget = MAX_CELLS;
        for read in &self.learned.reads {
            let Some(first) = read.path.address(vm, frame) else {
                continue;
            };
            let count = usize::try_from(read.count)
                .unwrap_or(usize::MAX)
                .min(budget);
            budget -= count;
            for (offset, index) in (first.offset..).take(count).zip(0..) {
                let address = Relocatable {
                    segment_index: first.segment_index,
                    offset,
                };
                visit(&read.path, index, address);
            }
        }
    }
}

fn runs(
    vm: &VirtualMachine,
    addresses: &mut [Relocatable],
    known: &mut KnownCells,
) -> Vec<CellRun> {
    addresses.sort_unstable_by_key(|address| (address.segment_index, address.offset));
    let follows = |pair: &&[Relocatable]| {
        pair[0].segment_index == pair[1].segment_index && pair[1].offset - pair[0].offset <= 1
    };
    let mut runs = Vec::new();
    let mut rest = &*addresses;
    while let Some(first) = rest.first() {
        let length = 1 + rest.windows(2).take_while(follows).count();
        let last = rest[length - 1];
        let cells = cell_run(vm, *first, last.offset - first.offset + 1);
        known.insert_run(&cells);
        runs.push(cells);
        rest = &rest[length..];
    }
    runs
}

#[cfg(test)]
mod tests;
