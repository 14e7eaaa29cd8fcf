//! Builds what a twin is given: every name behind `ids` resolved by the program with the whole grammar,
//! then written as one of the shapes that cairo-vm evaluates exactly. cairo-vm's own parser is not used.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::Felt252;
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::HintProcessorData;
use cairo_vm::hint_processor::hint_processor_definition::HintReference;
use cairo_vm::serde::deserialize_program::{ApTracking, OffsetValue};
use cairo_vm::types::instruction::Register;
use hint_proto::v1::MemberKind;
use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};

use super::{Compiled, Twin};
use crate::program::CellPath;
use crate::program::{CompiledProgram, Hint};

/// Where the twins expect the members of structs.
const MEMBERS: &[(&str, u64)] = &[
    ("low", 0),
    ("high", 1),
    ("prev_value", 1),
    ("index_delta_minus1", 0),
    ("should_continue", 3),
    ("start_ptr", 0),
    ("end_ptr", 1),
];

/// The size that the twins take for that of `DictAccess`.
const DICT_ACCESS_SIZE: u64 = 3;

/// Compiles a hint for its twin. It is `scoped` when other twins and it depend on each other through scopes.
///
/// # Errors
/// Why the twin cannot stand for this hint.
pub(crate) fn compile(
    program: &CompiledProgram,
    hint: &Hint,
    twin: &'static Twin,
    scoped: bool,
) -> Result<Compiled, String> {
    let mut ids_data = HashMap::new();
    let mut constants = HashMap::new();
    let mut writes = Vec::new();
    for (name, member) in names(&hint.code) {
        let beyond = || format!("reference `{name}` is beyond cairo-vm's grammar");
        let access = program.resolve(hint, "", name).definition.access;
        if let Some((_, full_name)) = twin
            .constants
            .iter()
            .find(|(constant, _)| *constant == name)
        {
            let value = match &access {
                Some(Access::Constant(value)) => positive(value),
                _ => None,
            };
            let value = value.ok_or_else(|| format!("`{name}` is no constant of the field"))?;
            constants.insert((*full_name).to_owned(), value);
            continue;
        }
        if let (Some(Access::StructName(struct_name)), Some("SIZE")) = (&access, member) {
            let size = program
                .struct_definition(struct_name)
                .map(|found| found.size);
            if size != Some(DICT_ACCESS_SIZE) {
                return Err(format!(
                    "`{name}` has not the size that the twin takes for it"
                ));
            }
            continue;
        }
        let Some(Access::Reference(reference)) = access else {
            return Err(format!("`{name}` is no reference"));
        };
        let written = is_written(&hint.code, name, member);
        let needs_cell = written || twin.cells.contains(&name);
        let is_pointer = twin.pointers.contains(&name);
        let mut offset = 0;
        let found = match (&reference.get, &reference.set, member) {
            (Some(Get::Value(value)), set, None) => {
                let place = match set {
                    Some(Set::Address(address)) => CellPath::of(address).and_then(|path| at(&path)),
                    _ if needs_cell => None,
                    _ => CellPath::of(value).and_then(|path| value_of(&path)),
                };
                place.ok_or_else(beyond)?
            }
            (Some(Get::StructReference(pointer)), _, member) if member.is_some() || is_pointer => {
                let layout = program.struct_definition(&pointer.struct_name);
                if let Some(member) = member.filter(|member| *member != "address_") {
                    let found = layout.and_then(|layout| {
                        let mut members = layout.members.into_iter();
                        members.find(|candidate| {
                            candidate.name == member
                                && candidate.kind == i32::from(MemberKind::Value)
                                && MEMBERS.contains(&(member, candidate.offset))
                        })
                    });
                    let Some(found) = found else {
                        return Err(format!(
                            "`{name}.{member}` is not where the twin looks for it"
                        ));
                    };
                    offset = found.offset;
                }
                let path = pointer.address.as_ref().and_then(CellPath::of);
                let place = if is_pointer { value_of } else { at };
                path.and_then(|path| place(&path)).ok_or_else(beyond)?
            }
            _ => {
                return Err(format!(
                    "reference `{name}` has another type than the twin's"
                ));
            }
        };
        if written {
            writes.push((found.clone(), offset as usize));
        }
        ids_data.insert(name.to_owned(), found);
    }
    let data = HintProcessorData {
        code: hint.code.clone(),
        ap_tracking: ApTracking::default(),
        ids_data,
        accessible_scopes: Vec::new(),
        constants: Arc::new(constants),
    };
    Ok(Compiled {
        twin,
        data: Box::new(data),
        scoped,
        writes,
        writes_ap: hint.code.contains("memory[ap] ="),
    })
}

/// The names after `ids.` in a text, each with the member behind it if there is one.
fn names(code: &str) -> Vec<(&str, Option<&str>)> {
    let mut names = Vec::new();
    for (index, _) in code.match_indices("ids.") {
        let (name, rest) = word(&code[index + 4..]);
        let member = rest.strip_prefix('.').map(|rest| word(rest).0);
        if !name.is_empty() && !names.contains(&(name, member)) {
            names.push((name, member));
        }
    }
    names
}

fn word(text: &str) -> (&str, &str) {
    let end = text.find(|next: char| !next.is_alphanumeric() && next != '_');
    text.split_at(end.unwrap_or(text.len()))
}

/// Whether the text assigns `ids.name`, or the member of it.
fn is_written(code: &str, name: &str, member: Option<&str>) -> bool {
    code.lines().any(|line| {
        let mut parts: Vec<&str> = line.split(" = ").collect();
        parts.pop();
        // The known texts have quotes before a ` = ` in messages only.
        let targets = parts.iter().filter(|part| !part.contains(['\'', '"']));
        targets.flat_map(|part| part.split(',')).any(|target| {
            let Some(target) = target.trim().strip_prefix("ids.") else {
                return false;
            };
            match target.split_once('.') {
                Some((found, rest)) => found == name && member == Some(rest),
                None => target == name && member.is_none(),
            }
        })
    })
}

fn positive(decimal: &str) -> Option<Felt252> {
    let value: num_bigint::BigUint = decimal.parse().ok()?;
    let felt = Felt252::from(&value);
    (felt.to_biguint() == value).then_some(felt)
}

/// A reference whose cell is at a path: reading it gives the cell, its address is the path.
fn at(path: &CellPath) -> Option<HintReference> {
    Some(HintReference {
        outer_dereference: true,
        ..value_of(path)?
    })
}

/// A reference whose value is a path. The path counts from ap at the hint, so the tracking is equal on
/// both sides.
fn value_of(path: &CellPath) -> Option<HintReference> {
    let register = |path: &CellPath, dereference| {
        let (register, offset) = match path {
            CellPath::Ap(offset) => (Register::AP, offset),
            CellPath::Fp(offset) => (Register::FP, offset),
            _ => return None,
        };
        Some(OffsetValue::Reference(
            register,
            i32::try_from(*offset).ok()?,
            dereference,
            true,
        ))
    };
    let (offset1, offset2) = match path {
        CellPath::Ap(_) | CellPath::Fp(_) => (register(path, false)?, OffsetValue::Value(0)),
        CellPath::Pointer(cell, offset) => (
            register(cell, true)?,
            OffsetValue::Value(i32::try_from(*offset).ok()?),
        ),
        CellPath::Constant(felt) => (
            OffsetValue::Immediate(*felt),
            OffsetValue::Immediate(Felt252::ZERO),
        ),
        CellPath::Operation(..) => return None,
    };
    Some(HintReference {
        offset1,
        offset2,
        inner_dereference: false,
        outer_dereference: false,
        ap_tracking_data: Some(ApTracking::default()),
        cairo_type: None,
    })
}
