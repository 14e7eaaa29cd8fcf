//! The private input of the AIR: where trace and memory are, and the inputs of all builtin instances, as
//! indented JSON.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Component, Path, PathBuf};

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::{
    BuiltinRunner, ModBuiltinRunner, SignatureBuiltinRunner,
};
use cairo_vm::vm::vm_core::VirtualMachine;
use num_bigint::BigUint;
use num_traits::ToPrimitive;

use super::Relocation;
use crate::vm::RunFailure;
use crate::vm::cells::cells;
use crate::vm::error_text::decimal;
use crate::vm::python_json::PythonJson;
use crate::vm::shape::RunShape;
use crate::vm::slices::{self, Slices};

/// The order of the curve of the ecdsa builtin.
const CURVE_ORDER: &str =
    "3618502788666131213697322783095070105526743751716087489154079457884512865583";

const MOD_CELLS: usize = 7;
const MOD_WORDS: usize = 4;

/// The input cells of one instance, in the order of its cells; the name of each.
struct Instances {
    cells: usize,
    names: &'static [&'static str],
}

/// Writes the private input. The paths say where the prover finds the two files.
pub(crate) async fn write_air_private_input(
    writer: &mut dyn Write,
    vm: &VirtualMachine,
    shape: &RunShape,
    relocation: &Relocation,
    trace_path: &str,
    memory_path: &str,
    slices: Slices<'_>,
) -> io::Result<Result<(), RunFailure>> {
    let mut json = PythonJson::indented(&mut *writer);
    json.begin('{')?;
    json.string_entry("trace_path", trace_path)?;
    json.string_entry("memory_path", memory_path)?;
    for builtin in &vm.builtin_runners {
        let name = builtin.name().to_str();
        let written = match builtin {
            BuiltinRunner::Output(_) | BuiltinRunner::SegmentArena(_) => continue,
            BuiltinRunner::Signature(signature) => {
                json.key(name)?;
                write_signatures(&mut json, vm, signature, slices).await?
            }
            BuiltinRunner::Mod(modulo) => {
                json.key(name)?;
                let reader = ModReader {
                    vm,
                    relocation,
                    modulo,
                };
                reader.write(&mut json, shape.zero_segment, slices).await?
            }
            builtin => {
                json.key(name)?;
                write_instances(&mut json, vm, builtin, slices).await?
            }
        };
        if let Err(failure) = written {
            return Ok(Err(failure));
        }
    }
    json.end('}')?;
    writeln!(writer)?;
    Ok(Ok(()))
}

fn instances_of(builtin: &BuiltinRunner) -> Instances {
    let (cells, names): (usize, &[&str]) = match builtin {
        BuiltinRunner::Hash(_) => (3, &["x", "y"]),
        BuiltinRunner::Bitwise(_) => (5, &["x", "y"]),
        BuiltinRunner::EcOp(_) => (7, &["p_x", "p_y", "q_x", "q_y", "m"]),
        BuiltinRunner::Poseidon(_) => (6, &["input_s0", "input_s1", "input_s2"]),
        BuiltinRunner::Keccak(_) => (
            16,
            &[
                "input_s0", "input_s1", "input_s2", "input_s3", "input_s4", "input_s5", "input_s6",
                "input_s7",
            ],
        ),
        _ => (1, &["value"]),
    };
    Instances { cells, names }
}

/// The instances of a builtin whose inputs are the first cells of each.
async fn write_instances<W: Write>(
    json: &mut PythonJson<W>,
    vm: &VirtualMachine,
    builtin: &BuiltinRunner,
    slices: Slices<'_>,
) -> io::Result<Result<(), RunFailure>> {
    let Instances { cells: size, names } = instances_of(builtin);
    let mut inputs: BTreeMap<usize, Vec<Option<Felt252>>> = BTreeMap::new();
    for (count, (address, value)) in cells(vm, builtin.base()).enumerate() {
        if count % slices::CELLS == 0 {
            slices.look().await;
        }
        let (index, cell) = (address.offset / size, address.offset % size);
        if cell >= names.len() {
            continue;
        }
        let MaybeRelocatable::Int(value) = value else {
            return Ok(Err(RunFailure::assertion("")));
        };
        inputs
            .entry(index)
            .or_insert_with(|| vec![None; names.len()])[cell] = Some(value);
    }
    for (index, cells) in &inputs {
        if let Some(cell) = cells.iter().position(Option::is_none) {
            return Ok(Err(missing_input(builtin, names, cell, *index)));
        }
    }
    json.begin('[')?;
    for (index, cells) in inputs {
        slices.look().await;
        json.begin('{')?;
        json.entry("index", index)?;
        for (name, value) in names.iter().zip(cells.into_iter().flatten()) {
            json.string_entry(name, &format!("{value:#x}"))?;
        }
        json.end('}')?;
    }
    json.end(']')?;
    Ok(Ok(()))
}

fn missing_input(builtin: &BuiltinRunner, names: &[&str], cell: usize, index: usize) -> RunFailure {
    let name = builtin.name().to_str();
    let input = match builtin {
        BuiltinRunner::Hash(_) | BuiltinRunner::Bitwise(_) if cell == 0 => {
            "first input".to_string()
        }
        BuiltinRunner::Hash(_) | BuiltinRunner::Bitwise(_) => "second input".to_string(),
        BuiltinRunner::EcOp(_) => format!("input '{}'", names.get(cell).unwrap_or(&"")),
        _ => format!("input #{cell}"),
    };
    RunFailure::assertion(format!("Missing {input} of {name} instance {index}."))
}

async fn write_signatures<W: Write>(
    json: &mut PythonJson<W>,
    vm: &VirtualMachine,
    builtin: &SignatureBuiltinRunner,
    slices: Slices<'_>,
) -> io::Result<Result<(), RunFailure>> {
    // Copied, so that they are not borrowed through a pause.
    let mut sorted: Vec<_> = Vec::new();
    for (address, signature) in builtin.signatures.borrow().iter() {
        sorted.push((*address, signature.r, signature.s));
    }
    sorted.sort_by_key(|(address, ..)| *address);
    json.begin('[')?;
    for (address, r, s) in sorted {
        slices.look().await;
        let message_address = Relocatable::from((address.segment_index, address.offset + 1));
        let load = |address: Relocatable| {
            vm.get_integer(address)
                .map(|value| format!("{:#x}", *value))
                .map_err(|_| RunFailure::unknown_memory(address))
        };
        let inputs = load(address).and_then(|key| Ok((key, load(message_address)?)));
        let (public_key, message) = match inputs {
            Ok(inputs) => inputs,
            Err(failure) => return Ok(Err(failure)),
        };
        let Some(w) = curve_inverse(&s) else {
            return Ok(Err(RunFailure::assertion(format!(
                "the signature at `{address}` has no inverse"
            ))));
        };
        json.begin('{')?;
        json.entry("index", address.offset / 2)?;
        json.string_entry("pubkey", &public_key)?;
        json.string_entry("msg", &message)?;
        json.key("signature_input")?;
        json.begin('{')?;
        json.string_entry("r", &format!("{r:#x}"))?;
        json.string_entry("w", &format!("{w:#x}"))?;
        json.end('}')?;
        json.end('}')?;
    }
    json.end(']')?;
    Ok(Ok(()))
}

fn curve_inverse(s: &Felt252) -> Option<BigUint> {
    let order = BigUint::parse_bytes(CURVE_ORDER.as_bytes(), 10)?;
    s.to_biguint().modinv(&order)
}

struct ModReader<'a> {
    vm: &'a VirtualMachine,
    relocation: &'a Relocation,
    modulo: &'a ModBuiltinRunner,
}

impl ModReader<'_> {
    async fn write<W: Write>(
        &self,
        json: &mut PythonJson<W>,
        zero_segment: Option<usize>,
        slices: Slices<'_>,
    ) -> io::Result<Result<(), RunFailure>> {
        let used = self
            .vm
            .get_segment_used_size(self.modulo.base())
            .unwrap_or(0);
        json.begin('{')?;
        json.key("instances")?;
        json.begin('[')?;
        for instance in 0..used.div_ceil(MOD_CELLS) {
            slices.look().await;
            if let Err(failure) = self.write_instance(json, instance)? {
                return Ok(Err(failure));
            }
        }
        json.end(']')?;
        let zero = zero_segment.and_then(|segment| self.relocation.base(segment));
        let Some(zero) = zero else {
            return Ok(Err(RunFailure::assertion("Uninitialized self.zero_value.")));
        };
        json.entry("zero_value_address", zero)?;
        json.end('}')?;
        Ok(Ok(()))
    }

    fn write_instance<W: Write>(
        &self,
        json: &mut PythonJson<W>,
        instance: usize,
    ) -> io::Result<Result<(), RunFailure>> {
        let names = ["p0", "p1", "p2", "p3", "values_ptr", "offsets_ptr", "n"];
        let mut inputs = Vec::with_capacity(names.len());
        for (cell, name) in names.into_iter().enumerate() {
            let offset = instance * MOD_CELLS + cell;
            let address = Relocatable::from((self.modulo.base() as isize, offset));
            let Some(value) = self.vm.get_maybe(&address) else {
                return Ok(Err(RunFailure::assertion(format!(
                    "Missing input '{name}' of {} instance {instance}.",
                    self.modulo.name().to_str()
                ))));
            };
            inputs.push(value);
        }
        let (Some(values), Some(offsets)) = (pointer(&inputs[4]), pointer(&inputs[5])) else {
            return Ok(Err(RunFailure::assertion("")));
        };
        json.begin('{')?;
        json.entry("index", instance)?;
        json.key("batch")?;
        json.begin('[')?;
        for index in 0..self.modulo.batch_size() {
            json.begin('{')?;
            for (variable, name) in ["a", "b", "c"].into_iter().enumerate() {
                let operand = self.operand(values, offsets, 3 * index + variable);
                let (offset, words) = match operand {
                    Ok(operand) => operand,
                    Err(failure) => return Ok(Err(failure)),
                };
                json.entry(&format!("{name}_offset"), offset)?;
                for (word, value) in words.iter().enumerate() {
                    json.string_entry(&format!("{name}{word}"), &format!("{value:#x}"))?;
                }
            }
            json.end('}')?;
        }
        json.end(']')?;
        for (cell, (name, value)) in names.into_iter().zip(&inputs).enumerate() {
            let value = match self.relocation.value(value) {
                Ok(value) => value,
                Err(failure) => return Ok(Err(failure)),
            };
            if cell < MOD_WORDS {
                json.string_entry(name, &format!("{value:#x}"))?;
            } else {
                json.entry(name, decimal(&value))?;
            }
        }
        json.end('}')?;
        Ok(Ok(()))
    }

    fn operand(
        &self,
        values: Relocatable,
        offsets: Relocatable,
        index: usize,
    ) -> Result<(usize, [Felt252; MOD_WORDS]), RunFailure> {
        let load = |base: Relocatable, offset: usize| {
            let address =
                Relocatable::from((base.segment_index, base.offset.saturating_add(offset)));
            self.vm
                .get_integer(address)
                .map(|value| *value)
                .map_err(|_| RunFailure::unknown_memory(address))
        };
        let offset = load(offsets, index)?;
        let offset = offset
            .to_usize()
            .ok_or_else(|| RunFailure::assertion(format!("the offset `{offset}` is too large")))?;
        let mut words = [Felt252::ZERO; MOD_WORDS];
        for (word, value) in words.iter_mut().enumerate() {
            *value = load(values, offset.saturating_add(word))?;
        }
        Ok((offset, words))
    }
}

fn pointer(value: &MaybeRelocatable) -> Option<Relocatable> {
    match value {
        MaybeRelocatable::RelocatableValue(pointer) => Some(*pointer),
        MaybeRelocatable::Int(_) => None,
    }
}

/// The path from the root, with `.` and `..` taken out by name, as the reference VM writes it.
pub(crate) fn absolute(path: &Path) -> io::Result<PathBuf> {
    let path = if path == Path::new("-") {
        Path::new("/dev/stdout")
    } else {
        path
    };
    let mut result = PathBuf::new();
    for component in std::path::absolute(path)?.components() {
        match component {
            Component::ParentDir => {
                result.pop();
            }
            Component::CurDir => {}
            component => result.push(component),
        }
    }
    Ok(result)
}
