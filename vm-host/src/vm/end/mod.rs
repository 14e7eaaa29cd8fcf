//! The end of a run after its last step, in the order of `cairo-run` and with its texts: temporary segments
//! move to their places, deduced cells are checked, hint scopes must be closed, segment sizes are fixed, in
//! proof mode the trace is padded; then the return values, and the verification.

mod padding;
mod return_values;
mod secure;
mod secure_mod;

pub(crate) use return_values::{finalize_segments, read_return_values};
pub(crate) use secure::{verify_secure, verify_secure_function};

use std::io::{self, Write};

use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::BuiltinHintProcessor;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::errors::vm_errors::VirtualMachineError;
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::cells::segment_lengths;
use super::error_text;
use super::outputs::Relocation;
use super::shape::RunShape;
use super::slices::{self, Slices};
use super::temporary::{Moves, move_cells, temporary_length};
use super::{Exception, RunFailure, cells};
use padding::padded_steps;

/// What the steps left that the VM does not know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Ended {
    /// Steps until the end of the program, the one at `__end__` included; absent when the run did not
    /// have to get there (`--no_end`).
    pub(crate) original_steps: Option<u64>,
    /// Whether the number of steps was given (`--steps`, or by a PIE): then the trace is not padded.
    pub(crate) exact_steps: bool,
    /// Depth of the hint scopes; 1 when every scope that was entered was left.
    pub(crate) scope_depth: usize,
    /// The first integer address that a hint wrote, decimal.
    pub(crate) pure_address: Option<String>,
    /// Attributes that hints gave the output builtin: a JSON object as Python writes it.
    pub(crate) output_attributes: Option<String>,
    /// Whether only Cairo code and hints in Rust wrote to memory: every address in it is then one of a
    /// segment that exists, or temporary.
    pub(crate) addresses_exist: bool,
    /// Where temporary segments go.
    pub(crate) moves: Moves,
    /// Whether temporary segments may stay where they are.
    pub(crate) keeps_temporary_segments: bool,
}

impl Default for Ended {
    fn default() -> Self {
        Self {
            original_steps: None,
            exact_steps: false,
            scope_depth: 1,
            pure_address: None,
            output_attributes: None,
            addresses_exist: false,
            moves: Moves::default(),
            keeps_temporary_segments: false,
        }
    }
}

/// Why a run did not end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum EndError {
    /// The run failed as it does under the reference VM.
    #[error("{0}")]
    Run(#[from] RunFailure),
    /// The warnings could not be written.
    #[error("cannot write to stdout: {0}")]
    Print(#[from] io::Error),
}

/// Ends the run. Call it once, after the last step. `writer` gets the warnings of the padding. Returns to how many
/// steps the trace is to be padded.
pub(crate) async fn end_run(
    runner: &mut CairoRunner,
    shape: &RunShape,
    ended: &Ended,
    writer: &mut dyn Write,
    slices: Slices<'_>,
) -> Result<u64, EndError> {
    let vm = &mut runner.vm;
    let moved = move_cells(vm, &ended.moves, slices).await;
    let number = moved.map_err(|error| RunFailure::of_memory(&error))?;
    let lengths = segment_lengths(vm);
    fix_segment_sizes(vm);
    verify_auto_deductions(vm, slices).await?;
    if ended.scope_depth != 1 || runner.exec_scopes.data.len() != 1 {
        return Err(RunFailure::new(
            Exception::Vm,
            "Every enter_scope() requires a corresponding exit_scope().",
        )
        .into());
    }
    let number = number.map(|number| number.to_string());
    if let Some(address) = ended.pure_address.as_ref().or(number.as_ref()) {
        return Err(RunFailure::security(format!(
            "Expected memory address to be relocatable value. Found: {address}."
        ))
        .into());
    }
    if !ended.keeps_temporary_segments
        && let Some(segment) = unrelocated_segment(&runner.vm, slices).await
    {
        return Err(RunFailure::new(Exception::Key, segment.to_string()).into());
    }
    mark_mod_accesses(&mut runner.vm, slices).await;
    // The reference VM checks the deduced cells that are still empty only in a secure run. `cairo-vm`
    // checks them here, so what it refuses now is a failure of that kind.
    let failed = match are_deducible(&runner.vm, &lengths, slices).await {
        true => end_without_builtins(runner).is_err(),
        false => true,
    };
    if failed {
        return Err(match empty_output_cell(&runner.vm, slices).await {
            Some(text) => RunFailure::security(text),
            None => RunFailure::assertion("the run could not be ended"),
        }
        .into());
    }
    if shape.proof_mode && !ended.exact_steps {
        return Ok(padded_steps(runner, shape, writer, slices).await??);
    }
    Ok(runner.vm.get_current_step() as u64)
}

/// Has `cairo-vm` end the run, which checks the cells of builtins once more and in one go, unless there are none.
fn end_without_builtins(runner: &mut CairoRunner) -> Result<(), VirtualMachineError> {
    let builtins = std::mem::take(&mut runner.vm.builtin_runners);
    let ended = runner.end_run(true, false, &mut BuiltinHintProcessor::new_empty(), false);
    runner.vm.builtin_runners = builtins;
    ended
}

/// The check of `cairo-vm` at the end of a run, in slices: whether each cell of a builtin, also one that is empty, has
/// inputs from which it can be deduced, and the value that follows. The segments have those `lengths`.
async fn are_deducible(vm: &VirtualMachine, lengths: &[usize], slices: Slices<'_>) -> bool {
    for builtin in &vm.builtin_runners {
        let segment = builtin.base();
        let length = lengths.get(segment).copied().unwrap_or(0);
        for offset in 0..length {
            slices.look().await;
            let address = Relocatable::from((segment as isize, offset));
            let Ok(deduced) = builtin.deduce_memory_cell(address, &vm.segments.memory) else {
                return false;
            };
            if let Some(deduced) = deduced
                && vm.get_maybe(&address).is_some_and(|value| value != deduced)
            {
                return false;
            }
        }
    }
    true
}

/// Fixes the sizes of the segments: up to their last cell that has a value. `cairo-vm` would count cells
/// that hints deleted.
pub(crate) fn fix_segment_sizes(vm: &mut VirtualMachine) {
    vm.segments.segment_used_sizes = None;
    let mut sizes = vm.segments.compute_effective_sizes().clone();
    for (segment, size) in sizes.iter_mut().enumerate() {
        let is_empty = |offset| {
            vm.get_maybe(&Relocatable::from((segment as isize, offset)))
                .is_none()
        };
        while *size > 0 && is_empty(*size - 1) {
            *size -= 1;
        }
    }
    vm.segments.segment_used_sizes = Some(sizes);
}

/// Checks that cells whose value a builtin deduces have that value.
async fn verify_auto_deductions(vm: &VirtualMachine, slices: Slices<'_>) -> Result<(), RunFailure> {
    for builtin in &vm.builtin_runners {
        for (address, current) in cells::cells(vm, builtin.base()) {
            // A single one may take a tenth of a millisecond.
            slices.look().await;
            let deduced =
                error_text::deduce(vm, builtin, address).map_err(RunFailure::assertion)?;
            if let Some(deduced) = deduced
                && deduced != current
            {
                return Err(RunFailure::new(
                    Exception::InconsistentAutoDeduction,
                    format!(
                        "Inconsistent auto deduction rule at address {address}. {current} != {deduced}."
                    ),
                ));
            }
        }
    }
    Ok(())
}

/// What is wrong with the inputs of an output cell that is still empty.
async fn empty_output_cell(vm: &VirtualMachine, slices: Slices<'_>) -> Option<String> {
    for builtin in &vm.builtin_runners {
        let cells = builtin.cells_per_instance().max(1) as usize;
        let size = vm.get_segment_used_size(builtin.base()).unwrap_or(0);
        for offset in 0..size.next_multiple_of(cells) {
            slices.look().await;
            let address = Relocatable::from((builtin.base() as isize, offset));
            if let Err(text) = error_text::deduce(vm, builtin, address) {
                return Some(text);
            }
        }
    }
    None
}

/// A temporary segment that has cells but was not moved to a real one.
async fn unrelocated_segment(vm: &VirtualMachine, slices: Slices<'_>) -> Option<isize> {
    for index in 1..=vm.segments.num_temp_segments() {
        let segment = -(index as isize);
        for offset in 0..temporary_length(vm, segment) {
            if offset % slices::CELLS == 0 {
                slices.look().await;
            }
            if vm
                .get_maybe(&Relocatable::from((segment, offset)))
                .is_some()
            {
                return Some(segment);
            }
        }
    }
    None
}

/// Marks the cells that mod builtins read outside of their own segments, so that they are no holes.
async fn mark_mod_accesses(vm: &mut VirtualMachine, slices: Slices<'_>) {
    let mut accessed = Vec::new();
    for builtin in &vm.builtin_runners {
        let BuiltinRunner::Mod(modulo) = builtin else {
            continue;
        };
        let base = builtin.base() as isize;
        let size = vm.get_segment_used_size(builtin.base()).unwrap_or(0);
        for instance in 0..size.div_ceil(7) {
            slices.look().await;
            let pointer = |offset| {
                vm.get_relocatable((base, instance * 7 + offset).into())
                    .ok()
            };
            let (Some(values), Some(offsets)) = (pointer(4), pointer(5)) else {
                continue;
            };
            for index in 0..3 * modulo.batch_size() {
                let Ok(cell) = offsets + index else { continue };
                accessed.push(cell);
                if let Some(MaybeRelocatable::Int(offset)) = vm.get_maybe(&cell)
                    && let Ok(value) = values + &offset
                {
                    accessed.extend((0..4_usize).filter_map(|word| (value + word).ok()));
                }
            }
        }
    }
    for (count, address) in accessed.into_iter().enumerate() {
        if count % slices::CELLS == 0 {
            slices.look().await;
        }
        vm.segments.memory.mark_as_accessed(address);
    }
}

/// Checks that every pointer in memory can be relocated.
///
/// # Errors
/// [`RunFailure`] for the first one that cannot.
pub(crate) async fn check_relocatable(
    vm: &VirtualMachine,
    relocation: &Relocation,
    slices: Slices<'_>,
) -> Result<(), RunFailure> {
    for segment in cells::segments(vm) {
        for part in cells::parts(vm, segment, 0..usize::MAX) {
            slices.look().await;
            for (_, value) in cells::cells_in(vm, segment, part) {
                relocation.value(&value)?;
            }
        }
    }
    Ok(())
}
