//! The second half of the end: the builtin pointers that the program returned, and the final sizes of the
//! segments of a proof.

use std::collections::HashMap;

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use cairo_vm::vm::runners::cairo_pie::BuiltinAdditionalData;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use cairo_vm::vm::vm_core::VirtualMachine;

use crate::vm::RunFailure;
use crate::vm::error_text::Value;
use crate::vm::shape::RunShape;

/// Reads the builtin pointers that the program returned and checks them.
pub(crate) fn read_return_values(
    runner: &mut CairoRunner,
    shape: &RunShape,
) -> Result<(), RunFailure> {
    let vm = &runner.vm;
    let mut pointer = Value::from(vm.get_ap());
    for name in shape.program_builtins.iter().rev() {
        pointer = before(pointer);
        let found = vm
            .builtin_runners
            .iter()
            .find(|builtin| builtin.name() == *name);
        let value = load(vm, pointer)?;
        match found {
            Some(builtin) => check_stop_pointer(vm, builtin, &value)?,
            None if !shape.allow_missing_builtins => {
                return Err(RunFailure::assertion("Missing builtin."));
            }
            None if value != MaybeRelocatable::Int(Felt252::ZERO) => {
                return Err(RunFailure::assertion(format!(
                    "The stop pointer of the missing builtin \"{}\" must be 0.",
                    name.to_str()
                )));
            }
            None => {}
        }
    }
    runner
        .read_return_values(shape.allow_missing_builtins)
        .map_err(|error| RunFailure::assertion(error.to_string()))
}

fn before(pointer: Value) -> Value {
    pointer.moved(-1)
}

fn load(vm: &VirtualMachine, address: Value) -> Result<MaybeRelocatable, RunFailure> {
    address
        .address()
        .and_then(|address| vm.get_maybe(&address))
        .ok_or_else(|| RunFailure::unknown_memory(address))
}

fn check_stop_pointer(
    vm: &VirtualMachine,
    builtin: &BuiltinRunner,
    found: &MaybeRelocatable,
) -> Result<(), RunFailure> {
    let used = vm.get_segment_used_size(builtin.base()).unwrap_or(0);
    let (start, used) = match builtin {
        BuiltinRunner::Output(output) => (output.base_offset, used),
        builtin => (
            0,
            used.next_multiple_of(builtin.cells_per_instance().max(1) as usize),
        ),
    };
    let expected = Relocatable::from((builtin.base() as isize, start + used));
    if *found != MaybeRelocatable::from(expected) {
        let name = builtin.name().to_str();
        return Err(RunFailure::assertion(format!(
            "Invalid stop pointer for {name}. Expected: {expected}, found: {found}"
        )));
    }
    Ok(())
}

/// Gives the segments the sizes that the proof has room for, and fixes the public memory.
pub(crate) fn finalize_segments(
    runner: &mut CairoRunner,
    shape: &RunShape,
) -> Result<(), RunFailure> {
    for builtin in &runner.vm.builtin_runners {
        let (_, size) = shape.used_and_allocated(&runner.vm, builtin)?;
        if builtin.name() == BuiltinName::output {
            check_pages(builtin, size)?;
        }
    }
    runner
        .finalize_segments()
        .map_err(|error| RunFailure::assertion(error.to_string()))
}

fn check_pages(builtin: &BuiltinRunner, size: u64) -> Result<(), RunFailure> {
    let BuiltinAdditionalData::Output(data) = builtin.get_additional_data() else {
        return Ok(());
    };
    let mut owners: HashMap<usize, usize> = HashMap::new();
    for (id, page) in data.pages {
        let end = page.start.checked_add(page.size);
        let Some(end) = end.filter(|end| *end as u64 <= size) else {
            return Err(RunFailure::assertion(format!(
                "Page {id} is out of bounds."
            )));
        };
        for offset in page.start..end {
            if *owners.entry(offset).or_insert(id) != id {
                return Err(RunFailure::assertion(format!(
                    "Offset {offset} was already assigned a page."
                )));
            }
        }
    }
    Ok(())
}
