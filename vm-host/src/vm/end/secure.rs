//! Verification that a run is secure: that another program may take over its memory. Every cell lies where
//! the run may write, every value is one that can be relocated, and every builtin instance is whole.

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::secure_mod::check_mod_builtin;
use crate::vm::pie::{self, SegmentInfo};
use crate::vm::shape::RunShape;
use crate::vm::slices::{self, Slices};
use crate::vm::{RunFailure, cells, error_text};

/// Verifies that the run is secure. Values are not looked at when every address in memory is one of a segment
/// that exists (`addresses_exist`), unless there are temporary segments.
pub(crate) async fn verify_secure(
    vm: &VirtualMachine,
    shape: &RunShape,
    addresses_exist: bool,
    slices: Slices<'_>,
) -> Result<(), RunFailure> {
    let skip_values = addresses_exist && vm.segments.num_temp_segments() == 0;
    let builtins = pie::builtin_segments(vm)?;
    verify(
        vm,
        &builtins,
        shape.program_size,
        skip_values,
        false,
        slices,
    )
    .await
}

/// Verifies that a run of a single function is secure. It returns no builtin pointers, so nothing bounds
/// the builtins' segments; that of the program may have so many cells. Values may point into temporary
/// segments if those may stay.
pub(crate) async fn verify_secure_function(
    vm: &VirtualMachine,
    program_size: usize,
    keeps_temporary_segments: bool,
    slices: Slices<'_>,
) -> Result<(), RunFailure> {
    let temporary = keeps_temporary_segments;
    verify(vm, &[], program_size, false, temporary, slices).await
}

async fn verify(
    vm: &VirtualMachine,
    builtins: &[(BuiltinName, SegmentInfo)],
    program_size: usize,
    skip_values: bool,
    temporary: bool,
    slices: Slices<'_>,
) -> Result<(), RunFailure> {
    let is_valid = |value: &MaybeRelocatable| is_valid_value(vm, value, temporary);
    for segment in cells::segments(vm) {
        let builtin = builtins
            .iter()
            .find(|(_, info)| info.index == segment as u64);
        let end = match builtin {
            Some((_, info)) => usize::try_from(info.size).unwrap_or(usize::MAX),
            None if segment == 0 => program_size,
            None => usize::MAX,
        };
        for part in cells::parts(vm, segment, 0..end).filter(|_| !skip_values) {
            slices.look().await;
            let mut values = cells::cells_in(vm, segment, part);
            if let Some((address, value)) = values.find(|(_, value)| !is_valid(value)) {
                return Err(RunFailure::security(format!(
                    "Invalid memory value at address {address}: {value}."
                )));
            }
        }
        for part in cells::parts(vm, segment, end..usize::MAX) {
            slices.look().await;
            let Some((address, _)) = cells::cells_in(vm, segment, part).next() else {
                continue;
            };
            return Err(RunFailure::security(match builtin {
                Some((name, _)) => format!(
                    "Out of bounds access to builtin segment {} at {address}.",
                    name.to_str()
                ),
                None => format!("Out of bounds access to program segment at {address}."),
            }));
        }
    }
    for builtin in &vm.builtin_runners {
        let checked = check_builtin(vm, builtin, slices).await;
        checked.map_err(RunFailure::security)?;
    }
    Ok(())
}

fn is_valid_value(vm: &VirtualMachine, value: &MaybeRelocatable, temporary: bool) -> bool {
    let MaybeRelocatable::RelocatableValue(address) = value else {
        return true;
    };
    match usize::try_from(address.segment_index) {
        Ok(segment) => segment < vm.segments.num_segments(),
        Err(_) => {
            temporary && address.segment_index.unsigned_abs() <= vm.segments.num_temp_segments()
        }
    }
}

/// The checks of one builtin. The error is the text of what the reference VM raises.
async fn check_builtin(
    vm: &VirtualMachine,
    builtin: &BuiltinRunner,
    slices: Slices<'_>,
) -> Result<(), String> {
    let inputs = match builtin {
        BuiltinRunner::Output(_) | BuiltinRunner::SegmentArena(_) => return Ok(()),
        BuiltinRunner::Mod(_) => 7,
        BuiltinRunner::RangeCheck(_) | BuiltinRunner::RangeCheck96(_) => 1,
        BuiltinRunner::Hash(_) | BuiltinRunner::Bitwise(_) | BuiltinRunner::Signature(_) => 2,
        BuiltinRunner::Poseidon(_) => 3,
        BuiltinRunner::EcOp(_) => 5,
        BuiltinRunner::Keccak(_) => 8,
    };
    check_cells(vm, builtin, inputs, slices).await?;
    match builtin {
        BuiltinRunner::Mod(modulo) => check_mod_builtin(vm, modulo, slices).await,
        _ => Ok(()),
    }
}

async fn check_cells(
    vm: &VirtualMachine,
    builtin: &BuiltinRunner,
    inputs: usize,
    slices: Slices<'_>,
) -> Result<(), String> {
    let name = builtin.name().to_str();
    let base = builtin.base();
    let cells = builtin.cells_per_instance() as usize;
    let size = vm.get_segment_used_size(base).unwrap_or(0);
    let mut set = 0;
    for part in cells::parts(vm, base, 0..usize::MAX) {
        slices.look().await;
        set += cells::cells_in(vm, base, part).count();
    }
    let instances = size.div_ceil(cells);
    if instances > set / inputs {
        return Err(format!("Missing memory cells for {name}."));
    }
    let address = |offset| Relocatable::from((base as isize, offset));
    let offsets =
        (0..instances).flat_map(|instance| (0..inputs).map(move |input| instance * cells + input));
    let mut missing = Vec::new();
    for (count, offset) in offsets.enumerate() {
        if count % slices::CELLS == 0 {
            slices.look().await;
        }
        if vm.get_maybe(&address(offset)).is_none() {
            missing.push(offset);
        }
    }
    if !missing.is_empty() {
        let shown: Vec<_> = missing.iter().take(20).map(usize::to_string).collect();
        let dots = if missing.len() > 20 { "..." } else { "." };
        return Err(format!(
            "Missing memory cells for {name}: {}{dots}",
            shown.join(", ")
        ));
    }
    // Cells that have a value were checked when the run ended; the others must at least be deducible.
    for instance in 0..instances {
        if instance % slices::CELLS == 0 {
            slices.look().await;
        }
        for output in inputs..cells {
            let address = address(instance * cells + output);
            if vm.get_maybe(&address).is_none() {
                slices.look().await;
                error_text::deduce(vm, builtin, address)?;
            }
        }
    }
    Ok(())
}
