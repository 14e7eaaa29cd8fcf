//! Loading a compiled program: takes the JSON apart and checks everything it says.

use std::collections::HashMap;
use std::sync::Arc;

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;

use super::compiled::{Attribute, CompiledProgram, Reference};
use super::error::{ProgramError, excerpt};
use super::expression::parse_expression;
use super::hint::{ApTracking, FlowTracking, Hint};
use super::names::ScopedName;
use super::number::felt;
use super::places::DebugInfo;
use super::structs::StructClosures;

mod debug_info;
mod identifiers;
mod json;
mod other_kind;
mod raw;

use debug_info::debug_info;
use identifiers::identifiers;
use json::{Entries, OneOrMany, Text};
use other_kind::{not_a_program, other_kind};
use raw::{RawApTracking, RawAttribute, RawFlowTracking, RawHint, RawProgram, RawReference};

/// The largest compiled program that is read. The largest that people compile have some 50 MB.
pub const MAX_PROGRAM_BYTES: usize = 256 << 20;

/// No program has more hints: their ids have 32 bits on the wire, and each costs a message.
const MAX_HINTS: usize = 1 << 22;

/// No place of a program has more accessible scopes: every name is looked up in each.
const MAX_SCOPES: usize = 256;

/// The prime as programs write it.
const PRIME: &str = "0x800000000000011000000000000000000000000000000000000000000000001";

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
        let raw = raw.map_err(|error| not_a_program(bytes, &error))?;
        Loader::default().load(raw, bytes)
    }
}

/// Shares what the parts of a program have in common while it is loaded.
#[derive(Default)]
struct Loader {
    scopes: HashMap<Vec<String>, Arc<[ScopedName]>>,
    names: HashMap<String, Arc<str>>,
}

impl Loader {
    fn load(mut self, raw: RawProgram<'_>, bytes: &[u8]) -> Result<CompiledProgram, ProgramError> {
        let missing = missing_members(&raw);
        if !missing.is_empty() {
            return Err(other_kind(bytes).unwrap_or(ProgramError::MissingFields(missing)));
        }
        check_prime(raw.prime)?;
        let builtins = builtins(&raw.builtins.unwrap_or_default())?;
        let data = data(&raw.data.unwrap_or_default())?;
        let references = raw.reference_manager.and_then(|manager| manager.references);
        let references = references.unwrap_or_default();
        let references = references
            .iter()
            .enumerate()
            .map(|(index, raw)| reference(index, raw));
        let references = references.collect::<Result<Vec<_>, _>>()?;
        let identifiers = identifiers(raw.identifiers.unwrap_or_default(), data.len())?;
        let debug_info = raw.debug_info.map(debug_info);
        let mut attributes = Vec::new();
        for attribute in raw.attributes.unwrap_or_default() {
            attributes.push(self.attribute(attribute, references.len())?);
        }
        let mut hints = Vec::new();
        let mut hints_by_pc = HashMap::new();
        for (pc, list) in hints_in_order(raw.hints.unwrap_or_default(), data.len())? {
            let first = hints.len();
            for hint in list {
                let place = (pc, hints.len() - first);
                hints.push(self.hint(
                    hint,
                    hints.len(),
                    place,
                    debug_info.as_ref(),
                    references.len(),
                )?);
            }
            hints_by_pc.insert(pc, first..hints.len());
        }
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

    fn hint(
        &mut self,
        raw: RawHint<'_>,
        number: usize,
        (pc, index): (usize, usize),
        debug_info: Option<&DebugInfo>,
        reference_count: usize,
    ) -> Result<Hint, ProgramError> {
        if number >= MAX_HINTS {
            return Err(ProgramError::TooMany {
                what: "hints",
                count: number + 1,
                limit: MAX_HINTS,
            });
        }
        let id = u32::try_from(number).expect("the number of hints is limited");
        let place = || format!("the hint at pc `{pc}`");
        let code = raw
            .code
            .ok_or_else(|| ProgramError::Malformed(format!("{} has no code", place())))?;
        let flow_tracking = raw.flow_tracking_data.unwrap_or_default();
        Ok(Hint {
            id,
            pc,
            index,
            code: code.0.into_owned(),
            accessible_scopes: self.scopes(raw.accessible_scopes.unwrap_or_default())?,
            flow_tracking: self.flow_tracking(flow_tracking, reference_count, place)?,
            location: debug_info
                .and_then(|info| info.hint_location(pc, index))
                .cloned(),
        })
    }

    fn attribute(
        &mut self,
        raw: RawAttribute<'_>,
        reference_count: usize,
    ) -> Result<Attribute, ProgramError> {
        let (Some(name), Some(value), Some(start_pc), Some(end_pc)) =
            (raw.name, raw.value, raw.start_pc, raw.end_pc)
        else {
            return Err(ProgramError::Malformed(
                "an attribute has no name, value, start or end".to_owned(),
            ));
        };
        let place = || format!("the attribute at pc `{start_pc}`");
        let flow_tracking = match raw.flow_tracking_data {
            Some(raw) => Some(self.flow_tracking(raw, reference_count, place)?),
            None => None,
        };
        Ok(Attribute {
            name: name.0.into_owned(),
            value: value.0.into_owned(),
            start_pc,
            end_pc,
            accessible_scopes: self.scopes(raw.accessible_scopes.unwrap_or_default())?,
            flow_tracking,
        })
    }

    fn flow_tracking(
        &mut self,
        raw: RawFlowTracking<'_>,
        count: usize,
        place: impl Fn() -> String,
    ) -> Result<FlowTracking, ProgramError> {
        let mut reference_ids = HashMap::new();
        for (name, id) in raw.reference_ids.unwrap_or_default().0 {
            let Some(number) = usize::try_from(id).ok().filter(|number| *number < count) else {
                let name = excerpt(&name.0);
                return Err(ProgramError::ReferenceOutside {
                    place: place(),
                    name,
                    id,
                    count,
                });
            };
            let name = self.names.entry(name.0.into_owned());
            let name = name
                .or_insert_with_key(|name| Arc::from(name.as_str()))
                .clone();
            reference_ids.insert(name, number);
        }
        let ap_tracking = ap_tracking(raw.ap_tracking.as_ref());
        Ok(FlowTracking {
            ap_tracking,
            reference_ids,
        })
    }

    fn scopes(&mut self, raw: Vec<Text<'_>>) -> Result<Arc<[ScopedName]>, ProgramError> {
        if raw.len() > MAX_SCOPES {
            let (what, count) = ("accessible scopes at one place", raw.len());
            return Err(ProgramError::TooMany {
                what,
                count,
                limit: MAX_SCOPES,
            });
        }
        let texts: Vec<String> = raw.into_iter().map(|text| text.0.into_owned()).collect();
        if let Some(scopes) = self.scopes.get(&texts) {
            return Ok(scopes.clone());
        }
        let scopes = texts
            .iter()
            .map(|text| ScopedName::of_program(text))
            .collect::<Result<Vec<_>, _>>()?;
        let scopes: Arc<[ScopedName]> = scopes.into();
        self.scopes.insert(texts, scopes.clone());
        Ok(scopes)
    }
}

fn ap_tracking(raw: Option<&RawApTracking>) -> ApTracking {
    let (group, offset) = raw.map_or((None, None), |raw| (raw.group, raw.offset));
    ApTracking {
        group: group.unwrap_or(0),
        offset: offset.unwrap_or(0),
    }
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

fn check_prime(prime: Option<Text<'_>>) -> Result<(), ProgramError> {
    let found = prime.map(|text| text.0.into_owned()).unwrap_or_default();
    let digits = |text: &str| {
        text.trim_start_matches("0x")
            .trim_start_matches('0')
            .to_lowercase()
    };
    if digits(&found) == digits(PRIME) {
        return Ok(());
    }
    Err(ProgramError::OtherPrime {
        found: excerpt(&found),
        expected: PRIME.to_owned(),
    })
}

fn builtins(raw: &[Text<'_>]) -> Result<Vec<BuiltinName>, ProgramError> {
    let mut builtins = Vec::new();
    for name in raw {
        let builtin = BuiltinName::from_str(&name.0);
        let builtin = builtin.ok_or_else(|| ProgramError::UnknownBuiltin(excerpt(&name.0)))?;
        if builtins.contains(&builtin) {
            return Err(ProgramError::RepeatedBuiltin(name.0.clone().into_owned()));
        }
        builtins.push(builtin);
    }
    Ok(builtins)
}

fn data(raw: &[Text<'_>]) -> Result<Vec<Felt252>, ProgramError> {
    let words = raw.iter().enumerate().map(|(pc, text)| {
        felt(&text.0).ok_or_else(|| ProgramError::NotAFelt {
            pc,
            value: excerpt(&text.0),
        })
    });
    words.collect()
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

/// The hints by pc in the order of the file, which numbers them.
fn hints_in_order<'de>(
    raw: Entries<'de, OneOrMany<RawHint<'de>>>,
    length: usize,
) -> Result<Vec<(usize, Vec<RawHint<'de>>)>, ProgramError> {
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut hints: Vec<(usize, Vec<RawHint<'de>>)> = Vec::new();
    for (text, list) in raw.0 {
        let outside = || ProgramError::HintOutside {
            pc: excerpt(&text.0),
            length,
        };
        let pc = text
            .0
            .parse()
            .ok()
            .filter(|pc| *pc < length)
            .ok_or_else(outside)?;
        match places.get(&pc) {
            Some(&place) => hints[place].1 = list.0,
            None => {
                places.insert(pc, hints.len());
                hints.push((pc, list.0));
            }
        }
    }
    Ok(hints)
}
