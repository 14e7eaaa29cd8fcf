//! What `--print_memory`, `--print_output`, `--print_info` and `--print_segments` print, byte for byte as
//! the reference VM.

use std::io::{self, Write};

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use num_bigint::BigInt;

use crate::vm::RunFailure;
use crate::vm::cells::{cells, output_base, segments};
use crate::vm::outputs::Relocation;
use crate::vm::shape::RunShape;
use crate::vm::start::PreparedRun;

/// Prints the memory, relocated if `relocation` is given.
pub(crate) fn print_memory(
    writer: &mut dyn Write,
    vm: &VirtualMachine,
    relocation: Option<&Relocation>,
) -> io::Result<Result<(), RunFailure>> {
    writer.write_all(b"Addr  Value\n-----------\n")?;
    let mut next = None;
    for segment in segments(vm) {
        for (address, value) in cells(vm, segment) {
            let shown = match relocation {
                None => Ok((address.to_string(), signed(&value), address)),
                Some(relocation) => relocation.address(address).and_then(|relocated| {
                    let value = signed_felt(&relocation.value(&value)?);
                    // In one segment, so that neighbours are recognised alike.
                    let place = Relocatable::from((0, relocated as usize));
                    Ok((relocated.to_string(), value, place))
                }),
            };
            let (address, value, place) = match shown {
                Ok(shown) => shown,
                Err(failure) => return Ok(Err(failure)),
            };
            if next != Some(place) {
                writeln!(writer, "\u{22ee}")?;
            }
            writeln!(writer, "{address:<5} {value}")?;
            next = (place + 1_usize).ok();
        }
    }
    writeln!(writer)?;
    Ok(Ok(()))
}

/// Prints the output of the program; nothing without the output builtin.
pub(crate) fn print_output(writer: &mut dyn Write, vm: &VirtualMachine) -> io::Result<()> {
    let Some((segment, start)) = output_base(vm) else {
        return Ok(());
    };
    writer.write_all(b"Program output:\n")?;
    let size = vm.get_segment_used_size(segment).unwrap_or(0);
    for index in 0..size {
        match vm.get_maybe(&Relocatable::from((segment as isize, start + index))) {
            Some(value) => writeln!(writer, "  {}", signed(&value))?,
            None => writer.write_all(b"  <missing>\n")?,
        }
    }
    writeln!(writer)
}

/// Prints steps, used memory and registers.
pub(crate) fn print_info(
    writer: &mut dyn Write,
    run: &PreparedRun,
    original_steps: Option<u64>,
    relocation: Option<&Relocation>,
) -> io::Result<Result<(), RunFailure>> {
    let vm = &run.runner.vm;
    let original = original_steps
        .map(|steps| format!("(originally, {steps})"))
        .unwrap_or_default();
    let used: usize = segments(vm).map(|segment| cells(vm, segment).count()).sum();
    let registers = [vm.get_pc(), vm.get_ap(), frame_pointer(run)];
    let shown: Result<Vec<String>, RunFailure> = registers
        .into_iter()
        .map(|register| match relocation {
            Some(relocation) => relocation
                .address(register)
                .map(|address| address.to_string()),
            None => Ok(register.to_string()),
        })
        .collect();
    let registers = match shown {
        Ok(registers) => registers,
        Err(failure) => return Ok(Err(failure)),
    };
    writeln!(
        writer,
        "Number of steps: {} {original}",
        vm.get_current_step()
    )?;
    writeln!(writer, "Used memory cells: {used}")?;
    writeln!(writer, "Register values after execution:")?;
    for (name, register) in ["pc", "ap", "fp"].into_iter().zip(registers) {
        writeln!(writer, "{name} = {register}")?;
    }
    writeln!(writer)?;
    Ok(Ok(()))
}

/// The frame pointer. `cairo-vm` only keeps its offset, but after the last return it points into the
/// segment that was made for that.
fn frame_pointer(run: &PreparedRun) -> Relocatable {
    let vm = &run.runner.vm;
    let fp = vm.get_fp();
    if run.shape.proof_mode || vm.get_pc() != run.end {
        return fp;
    }
    let initial = run.runner.get_initial_fp();
    let returned = initial
        .and_then(|initial| (initial - 2_usize).ok())
        .and_then(|address| vm.get_relocatable(address).ok());
    match returned {
        Some(returned) if returned.offset == fp.offset => returned,
        _ => fp,
    }
}

/// Prints how much of each builtin the run used.
pub(crate) fn print_builtin_usage(
    writer: &mut dyn Write,
    vm: &VirtualMachine,
    shape: &RunShape,
) -> io::Result<Result<(), RunFailure>> {
    if vm.builtin_runners.is_empty() {
        writeln!(writer)?;
        return Ok(Ok(()));
    }
    let mut lines = String::from("\nBuiltin usage:\n");
    for builtin in &vm.builtin_runners {
        let (used, size) = match shape.used_and_allocated(vm, builtin) {
            Ok(cells) => cells,
            Err(failure) => return Ok(Err(failure)),
        };
        let percentage = if size > 0 {
            format!("{:.2}%", used as f64 / size as f64 * 100.0)
        } else {
            "100%".to_string()
        };
        let name = builtin.name().to_str_with_suffix();
        lines += &format!("{name:<30} {percentage:>7} (used {used} cells)\n");
    }
    writeln!(writer, "{lines}")?;
    Ok(Ok(()))
}

/// Prints where each segment starts.
pub(crate) fn print_segments(writer: &mut dyn Write, relocation: &Relocation) -> io::Result<()> {
    writer.write_all(b"Segment relocation table:\n")?;
    for (segment, base) in relocation.bases().iter().enumerate() {
        writeln!(writer, "{segment:<5} {base}")?;
    }
    Ok(())
}

/// A value as the reference VM prints it: an integer between minus and plus half the prime.
fn signed(value: &MaybeRelocatable) -> String {
    match value {
        MaybeRelocatable::Int(value) => signed_felt(value),
        MaybeRelocatable::RelocatableValue(address) => address.to_string(),
    }
}

fn signed_felt(value: &Felt252) -> String {
    let value = BigInt::from(value.to_biguint());
    let prime = BigInt::from(Felt252::MAX.to_biguint()) + 1;
    let signed = if &value + &value > prime {
        value - prime
    } else {
        value
    };
    signed.to_string()
}
