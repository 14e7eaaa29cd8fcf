//! The cells that go with a hint: those behind the `ids` names in its code, then those that earlier
//! executions had to ask for.

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};
use hint_proto::v1::{CellRun, Definition, MemberKind, SegmentLength, StructDefinition};

use super::learned::{Learned, Pointer};
use super::path::{Path, Registers};
use super::wire;

/// Cells that stand between two needed ones are sent too when they are this few: a run costs more.
const BRIDGE: usize = 4;
/// Most cells that one hint is sent beyond what it asks for.
const MAX_CELLS: usize = 1 << 14;

/// What a hint is expected to need.
#[derive(Debug, Default)]
pub struct Expectation {
    named: Vec<Path>,
    /// What earlier executions asked for.
    pub learned: Learned,
}

/// The cells for one execution.
#[derive(Debug, Default)]
pub struct Snapshot {
    /// The cells, in runs.
    pub cells: Vec<CellRun>,
    /// Lengths of segments.
    pub lengths: Vec<SegmentLength>,
    /// The pointers among the cells.
    pub pointers: Vec<Pointer>,
}

impl Expectation {
    /// Expects what reading and writing the name behind `definition` takes, including the members
    /// whose names are among `names`.
    pub fn name<'a>(
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
                if let Some(path) = Path::of(value) {
                    path.visit_cells(&mut |cell| self.cell(cell.clone()));
                }
            }
            Some(Get::StructReference(pointer)) => {
                if let Some(path) = pointer.address.as_ref().and_then(Path::of) {
                    path.visit_cells(&mut |cell| self.cell(cell.clone()));
                    self.members(&path, &pointer.struct_name, names, &structs, 4);
                }
            }
            Some(Get::GetRaised(_)) | None => {}
        }
        if let Some(Set::Address(address)) = &reference.set
            && let Some(path) = Path::of(address)
            // The cell of a struct that stands for its first member is only written by that name.
            && !matches!(&reference.get, Some(Get::StructReference(_)))
        {
            path.visit_cells(&mut |cell| self.cell(cell.clone()));
            self.cell(path);
        }
    }

    fn members<'a>(
        &mut self,
        base: &Path,
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
                    let target = Path::Pointer(Box::new(path), 0);
                    self.members(&target, &member.struct_name, names, structs, depth - 1);
                }
                _ => {}
            }
        }
    }

    fn cell(&mut self, path: Path) {
        if !self.named.contains(&path) {
            self.named.push(path);
        }
    }

    /// Reads the expected cells from the VM.
    #[must_use]
    pub fn snapshot(&self, vm: &mut VirtualMachine, registers: &Registers) -> Snapshot {
        let mut addresses: Vec<Relocatable> = Vec::with_capacity(self.named.len());
        let mut pointers = Vec::new();
        let mut visit = |path: &Path, address: Relocatable| {
            addresses.push(address);
            if let Some(MaybeRelocatable::RelocatableValue(target)) = vm.get_maybe(&address) {
                pointers.push(Pointer {
                    cell: path.clone(),
                    target,
                });
            }
        };
        for path in &self.named {
            if let Some(address) = path.address(vm, registers) {
                visit(path, address);
            }
        }
        let mut budget = MAX_CELLS;
        for read in &self.learned.reads {
            let Some(first) = read.path.address(vm, registers) else {
                continue;
            };
            let count = usize::try_from(read.count)
                .unwrap_or(usize::MAX)
                .min(budget);
            budget -= count;
            for index in 0..count {
                let address = Relocatable {
                    segment_index: first.segment_index,
                    offset: first.offset + index,
                };
                let path = read
                    .path
                    .clone()
                    .plus(i64::try_from(index).unwrap_or(i64::MAX));
                visit(&path, address);
            }
        }
        let mut lengths = Vec::new();
        for path in &self.learned.lengths {
            if let Some(address) = path.address(vm, registers)
                && let Some(length) = segment_length(vm, address.segment_index)
                && lengths
                    .iter()
                    .all(|known: &SegmentLength| known.segment != length.segment)
            {
                lengths.push(length);
            }
        }
        Snapshot {
            cells: runs(vm, addresses),
            lengths,
            pointers,
        }
    }
}

/// The length of a segment that is not temporary.
pub fn segment_length(vm: &mut VirtualMachine, segment: isize) -> Option<SegmentLength> {
    let index = usize::try_from(segment).ok()?;
    // cairo-vm keeps these sizes for ever once computed; a later write would go unnoticed.
    let length = vm.segments.compute_effective_sizes().get(index).copied();
    vm.segments.segment_used_sizes = None;
    Some(SegmentLength {
        segment: segment as i64,
        length: length? as u64,
    })
}

/// Consecutive cells of the VM as one run.
#[must_use]
pub fn run(vm: &VirtualMachine, first: Relocatable, count: usize) -> CellRun {
    let mut values = Vec::with_capacity(count * hint_proto::cell::CELL_BYTES);
    for index in 0..count {
        let address = Relocatable {
            segment_index: first.segment_index,
            offset: first.offset + index,
        };
        wire::push_cell(&mut values, vm.get_maybe(&address).as_ref());
    }
    CellRun {
        segment: first.segment_index as i64,
        offset: first.offset as u64,
        values: values.into(),
    }
}

fn runs(vm: &VirtualMachine, mut addresses: Vec<Relocatable>) -> Vec<CellRun> {
    addresses.sort_unstable_by_key(|address| (address.segment_index, address.offset));
    let mut runs = Vec::new();
    let mut rest = addresses.as_slice();
    while let Some(first) = rest.first() {
        let length = 1 + rest
            .windows(2)
            .take_while(|pair| {
                pair[0].segment_index == pair[1].segment_index
                    && pair[1].offset - pair[0].offset <= BRIDGE
            })
            .count();
        let last = rest[length - 1];
        runs.push(run(vm, *first, last.offset - first.offset + 1));
        rest = &rest[length..];
    }
    runs
}
