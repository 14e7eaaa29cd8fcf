//! The smallest and the largest 16-bit value that a run has to range-check: the offsets of its
//! instructions and the parts of its range-checked cells. `cairo-vm` counts parts that 96-bit range checks
//! do not have.

use std::collections::HashSet;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use num_traits::ToPrimitive;

use crate::vm::cells;
use crate::vm::slices::{self, Slices};

/// The smallest and the largest value; nothing for a run without steps.
pub(crate) async fn range_check_limits(
    runner: &CairoRunner,
    slices: Slices<'_>,
) -> Option<(u16, u16)> {
    let vm = &runner.vm;
    let mut limits = Extremes::default();
    let executed: HashSet<Relocatable> = executed(runner, slices).await;
    for pc in executed {
        let word = vm.get_integer(pc).ok().and_then(|word| word.to_u64());
        let word = word.unwrap_or_default();
        for shift in [0, 16, 32] {
            limits.add((word >> shift) as u16);
        }
    }
    for builtin in &vm.builtin_runners {
        let parts = match builtin {
            BuiltinRunner::RangeCheck(builtin) => builtin.n_parts(),
            BuiltinRunner::RangeCheck96(builtin) => builtin.n_parts(),
            _ => continue,
        };
        for offsets in cells::parts(vm, builtin.base(), 0..usize::MAX) {
            slices.look().await;
            let found = cells::cells_in(vm, builtin.base(), offsets);
            add_cells(found, parts as usize, &mut limits);
        }
    }
    limits.0
}

/// The places of all instructions that ran.
async fn executed(runner: &CairoRunner, slices: Slices<'_>) -> HashSet<Relocatable> {
    let trace = runner.get_relocatable_trace().unwrap_or_default();
    // Most are in the program, where a list of flags is faster than a set.
    let mut in_program = vec![false; runner.get_program().data_len()];
    let mut elsewhere = HashSet::new();
    for (step, entry) in trace.iter().enumerate() {
        if step % slices::CELLS == 0 {
            slices.look().await;
        }
        match in_program.get_mut(entry.pc.offset) {
            Some(flag) if entry.pc.segment_index == 0 => *flag = true,
            _ => {
                elsewhere.insert(entry.pc);
            }
        }
    }
    let offsets = (0..in_program.len()).filter(|&offset| in_program[offset]);
    elsewhere.extend(offsets.map(|offset| Relocatable::from((0, offset))));
    elsewhere
}

fn add_cells(
    cells: impl Iterator<Item = (Relocatable, MaybeRelocatable)>,
    parts: usize,
    limits: &mut Extremes,
) {
    for (_, value) in cells {
        let MaybeRelocatable::Int(value) = value else {
            continue;
        };
        for part in value.to_bytes_le().chunks_exact(2).take(parts) {
            limits.add(u16::from_le_bytes([part[0], part[1]]));
        }
    }
}

#[derive(Default)]
struct Extremes(Option<(u16, u16)>);

impl Extremes {
    fn add(&mut self, value: u16) {
        let (min, max) = self.0.unwrap_or((value, value));
        self.0 = Some((min.min(value), max.max(value)));
    }
}
