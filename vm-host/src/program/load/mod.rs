//! Loading a compiled program: takes the JSON apart and checks everything it says.

mod attributes;
mod code;
mod debug_info;
mod hints;
mod identifiers;
pub(super) mod json;
mod other_kind;
mod raw;
mod shared;

use super::compiled::{CompiledProgram, Reference};
use super::error::{ProgramError, excerpt};
use super::expression::parse_expression;
use super::names::ScopedName;
use super::structs::StructClosures;
use crate::account;
use attributes::attribute;
use code::{builtins, check_prime, data};
use debug_info::debug_info;
use hints::hints;
use identifiers::identifiers;
pub(crate) use json::{Entries, Text};
use other_kind::{not_a_program, other_kind};
use raw::{RawProgram, RawReference};
use shared::{Shared, ap_tracking};

/// The largest compiled program that is read. The largest that people compile have some 50 MB.
pub(crate) const MAX_PROGRAM_BYTES: usize = 256 << 20;

impl CompiledProgram {
    /// Loads the output of the compiler.
    ///
    /// # Errors
    /// [`ProgramError`] when it is not a Cairo 0 program that this VM can run.
    pub fn from_json(bytes: &[u8]) -> Result<Self, ProgramError> {
        if bytes.len() > MAX_PROGRAM_BYTES {
            return Err(ProgramError::TooLarge {
                size: bytes.len(),
                limit: MAX_PROGRAM_BYTES,
            });
        }
        let raw = serde_json::from_slice::<RawProgram<'_>>(bytes);
        // What was no longer taken apart says nothing about the program.
        account::check()?;
        let raw = raw.map_err(|error| not_a_program(bytes, &error))?;
        load(raw, bytes)
    }
}

/// The order of the checks decides which of several errors is told.
fn load(raw: RawProgram<'_>, bytes: &[u8]) -> Result<CompiledProgram, ProgramError> {
    let missing = missing_members(&raw);
    if !missing.is_empty() {
        return Err(other_kind(bytes).unwrap_or(ProgramError::MissingFields(missing)));
    }
    check_prime(raw.prime)?;
    let builtins = builtins(&raw.builtins.unwrap_or_default().0)?;
    let data = data(&raw.data.unwrap_or_default().0)?;
    let references = raw.reference_manager.and_then(|manager| manager.references);
    let references = references.unwrap_or_default().0;
    let references = references.iter().enumerate().map(|(index, raw)| {
        account::check()?;
        reference(index, raw)
    });
    let references = references.collect::<Result<Vec<_>, _>>()?;
    let identifiers = identifiers(raw.identifiers.unwrap_or_default(), data.len())?;
    let debug_info = raw.debug_info.map(debug_info);
    let mut shared = Shared::new(references.len());
    let mut attributes = Vec::new();
    for raw in raw.attributes.unwrap_or_default().0 {
        account::check()?;
        attributes.push(attribute(&mut shared, raw)?);
    }
    let raw_hints = raw.hints.unwrap_or_default();
    let (hints, hints_by_pc) = hints(raw_hints, data.len(), debug_info.as_ref(), &mut shared)?;
    let main_scope = raw
        .main_scope
        .map_or_else(|| "__main__".into(), |text| text.0);
    Ok(CompiledProgram {
        builtins,
        data,
        main_scope: ScopedName::of_program(&main_scope)?,
        compiler_version: raw.compiler_version.map(|text| text.0.into_owned()),
        hints,
        hints_by_pc,
        struct_closures: StructClosures::new(identifiers.len()),
        identifiers,
        references,
        attributes,
        debug_info,
    })
}

fn missing_members(raw: &RawProgram<'_>) -> Vec<&'static str> {
    let members = [
        ("prime", raw.prime.is_none()),
        ("builtins", raw.builtins.is_none()),
        ("data", raw.data.is_none()),
        ("identifiers", raw.identifiers.is_none()),
        ("hints", raw.hints.is_none()),
        ("reference_manager", raw.reference_manager.is_none()),
    ];
    members
        .iter()
        .filter(|(_, missing)| *missing)
        .map(|(name, _)| *name)
        .collect()
}

fn reference(index: usize, raw: &RawReference<'_>) -> Result<Reference, ProgramError> {
    let Some(text) = &raw.value else {
        return Err(ProgramError::Malformed(format!(
            "reference `{index}` has no value"
        )));
    };
    let value = parse_expression(&text.0).map_err(|error| ProgramError::Reference {
        index,
        text: excerpt(&text.0),
        reason: error.to_string(),
    })?;
    Ok(Reference {
        value,
        ap_tracking: ap_tracking(raw.ap_tracking_data.as_ref()),
    })
}
