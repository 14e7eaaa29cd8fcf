//! Verification that a run is secure: that another program may take over its memory. Every cell lies where
//! the run may write, every value is one that can be relocated, and every builtin instance is whole.

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::secure_mod::check_mod_builtin;
use crate::vm::pie::{self, SegmentInfo};
use crate::vm::shape::RunShape;
use crate::vm::{RunFailure, cells, error_text};

/// Verifies that the run is secure. Values are not looked at when every address in memory is one of a segment
/// that exists (`addresses_exist`), unless there are temporary segments.
pub(crate) fn verify_secure(
    vm: &VirtualMachine,
    shape: &RunShape,
    addresses_exist: bool,
) -> Result<(), RunFailure> {
    let skip_values = addresses_exist && vm.segments.num_temp_segments() == 0;
    let builtins = pie::builtin_segments(vm)?;
    verify(vm, &builtins, shape.program_size, skip_values, false)
}

/// Verifies that a run of a single function is secure. It returns no builtin pointers, so nothing bounds
/// the builtins' segments; that of the program may have so many cells. Values may point into temporary
/// segments if those may stay.
pub(crate) fn verify_secure_function(
    vm: &VirtualMachine,
    program_size: usize,
    keeps_temporary_segments: bool,
) -> Result<(), RunFailure> {
    verify(vm, &[], program_size, false, keeps_temporary_segments)
}

fn verify(
    vm: &VirtualMachine,
    builtins: &[(BuiltinName, SegmentInfo)],
    program_size: usize,
    skip_values: bool,
    temporary: bool,
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
        if !skip_values
            && let Some((address, value)) =
                cells::cells_in(vm, segment, 0..end).find(|(_, value)| !is_valid(value))
        {
            return Err(RunFailure::security(format!(
                "Invalid memory value at address {address}: {value}."
            )));
        }
        if let Some((address, _)) = cells::cells_in(vm, segment, end..usize::MAX).next() {
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
        check_builtin(vm, builtin).map_err(RunFailure::security)?;
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
fn check_builtin(vm: &VirtualMachine, builtin: &BuiltinRunner) -> Result<(), String> {
    let inputs = match builtin {
        BuiltinRunner::Output(_) | BuiltinRunner::SegmentArena(_) => return Ok(()),
        BuiltinRunner::Mod(_) => 7,
        BuiltinRunner::RangeCheck(_) | BuiltinRunner::RangeCheck96(_) => 1,
        BuiltinRunner::Hash(_) | BuiltinRunner::Bitwise(_) | BuiltinRunner::Signature(_) => 2,
        BuiltinRunner::Poseidon(_) => 3,
        BuiltinRunner::EcOp(_) => 5,
        BuiltinRunner::Keccak(_) => 8,
    };
    check_cells(vm, builtin, inputs)?;
    match builtin {
        BuiltinRunner::Mod(modulo) => check_mod_builtin(vm, modulo),
        _ => Ok(()),
    }
}

fn check_cells(vm: &VirtualMachine, builtin: &BuiltinRunner, inputs: usize) -> Result<(), String> {
    let name = builtin.name().to_str();
    let base = builtin.base();
    let cells = builtin.cells_per_instance() as usize;
    let size = vm.get_segment_used_size(base).unwrap_or(0);
    let set = cells::cells(vm, base).count();
    let instances = size.div_ceil(cells);
    if instances > set / inputs {
        return Err(format!("Missing memory cells for {name}."));
    }
    let address = |offset| Relocatable::from((base as isize, offset));
    let missing: Vec<_> = (0..instances)
        .flat_map(|instance| (0..inputs).map(move |input| instance * cells + input))
        .filter(|&offset| vm.get_maybe(&address(offset)).is_none())
        .collect();
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
        for output in inputs..cells {
            let address = address(instance * cells + output);
            if vm.get_maybe(&address).is_none() {
                error_text::deduce(vm, builtin, address)?;
            }
        }
    }
    Ok(())
}
