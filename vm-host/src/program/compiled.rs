//! Loading a compiled program: the checks, and what the rest of the host asks it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::{Arc, OnceLock};

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use hint_proto::v1;

use super::debug_info::DebugInfo;
use super::definition::{Definition, Member, StructDefinition};
use super::error::{ProgramError, excerpt};
use super::expression::{CairoType, Expression, parse_expression, parse_type};
use super::hint::{ApTracking, FlowTracking, Hint};
use super::identifier::{Identifiers, ScopedName};
use super::json::{
    Entries, OneOrMany, RawApTracking, RawAttribute, RawFlowTracking, RawHint, RawIdentifier,
    RawProgram, RawReference, Text, member_names,
};
use super::number::{felt, integer};

/// The largest compiled program that is read.
pub const MAX_PROGRAM_BYTES: usize = 256 << 20;

/// No program has more hints: their ids have 32 bits on the wire, and each costs a message.
const MAX_HINTS: usize = 1 << 22;

/// The largest size or offset of a struct.
const MAX_STRUCT_SIZE: i64 = 1 << 48;

/// The prime as programs write it.
const PRIME: &str = "0x800000000000011000000000000000000000000000000000000000000000001";

/// A compiled Cairo 0 program.
#[derive(Debug)]
pub struct CompiledProgram {
    builtins: Vec<BuiltinName>,
    data: Vec<Felt252>,
    main_scope: ScopedName,
    compiler_version: Option<String>,
    hints: Vec<Hint>,
    hints_by_pc: HashMap<usize, Range<usize>>,
    pub(super) identifiers: Identifiers,
    pub(super) references: Vec<Reference>,
    attributes: Vec<Attribute>,
    debug_info: Option<DebugInfo>,
    /// For each struct what can be reached through it, found when first asked for.
    pub(super) struct_closures: Vec<OnceLock<Arc<[Arc<str>]>>>,
}

/// A reference: an expression that was true at one place of the program.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) value: Expression,
    pub(super) ap_tracking: ApTracking,
}

/// An attribute of a range of code, such as `error_message`.
#[derive(Debug)]
pub struct Attribute {
    /// What it is.
    pub name: String,
    /// Its text.
    pub value: String,
    /// First pc, relative to the program.
    pub start_pc: i64,
    /// One past the last pc.
    pub end_pc: i64,
    /// The scopes in which its names are looked up.
    pub accessible_scopes: Arc<[ScopedName]>,
    /// The references that are alive, if recorded.
    pub flow_tracking: Option<FlowTracking>,
}

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

    /// The builtins, in the order of the program.
    pub fn builtins(&self) -> &[BuiltinName] {
        &self.builtins
    }

    /// The code.
    pub fn data(&self) -> &[Felt252] {
        &self.data
    }

    /// The version of the compiler, if recorded.
    pub fn compiler_version(&self) -> Option<&str> {
        self.compiler_version.as_deref()
    }

    /// All hints, in the order of their ids.
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The hints of a pc relative to the program, in the order in which they run.
    pub fn hints_at(&self, pc: usize) -> &[Hint] {
        self.hints_by_pc
            .get(&pc)
            .map_or(&[], |range| &self.hints[range.clone()])
    }

    /// The hint's message for the engine.
    pub fn to_wire(&self, hint: &Hint) -> v1::Hint {
        hint.to_wire()
    }

    /// The attributes, in the order of the program.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The debug information, if the program has it.
    pub fn debug_info(&self) -> Option<&DebugInfo> {
        self.debug_info.as_ref()
    }

    /// The pc of a label or function, by its name in the main scope or its full name.
    pub fn label(&self, name: &str) -> Option<usize> {
        let scopes = [self.main_scope.clone()];
        let in_main = self.identifiers.search_identifier(&scopes, name);
        let found = in_main.or_else(|_| {
            self.identifiers
                .search_identifier(&[ScopedName::empty()], name)
        });
        let found = found.ok()?;
        found.canonical_name().ok()?;
        match found.entry.definition {
            Definition::Label { pc } | Definition::Function { pc } => usize::try_from(pc).ok(),
            _ => None,
        }
    }

    /// The pc of `main`.
    ///
    /// # Errors
    /// [`ProgramError::NoMain`] when the program has none.
    pub fn main(&self) -> Result<usize, ProgramError> {
        self.label("main").ok_or(ProgramError::NoMain)
    }

    /// The pc at which a proof starts: `__start__`, or 0.
    pub fn start(&self) -> usize {
        self.label("__start__").unwrap_or(0)
    }

    /// The pc at which a proof ends: `__end__`.
    pub fn end(&self) -> Option<usize> {
        self.label("__end__")
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
        let debug_info = raw.debug_info.map(DebugInfo::from_raw);
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
            main_scope: scoped_name(&main_scope)?,
            compiler_version: raw.compiler_version.map(|text| text.0.into_owned()),
            hints,
            hints_by_pc,
            struct_closures: (0..identifiers.len()).map(|_| OnceLock::new()).collect(),
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
            .ok_or_else(|| malformed(format!("{} has no code", place())))?;
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
            return Err(malformed(
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
        let texts: Vec<String> = raw.into_iter().map(|text| text.0.into_owned()).collect();
        if let Some(scopes) = self.scopes.get(&texts) {
            return Ok(scopes.clone());
        }
        let scopes = texts
            .iter()
            .map(|text| scoped_name(text))
            .collect::<Result<Vec<_>, _>>()?;
        let scopes: Arc<[ScopedName]> = scopes.into();
        self.scopes.insert(texts, scopes.clone());
        Ok(scopes)
    }
}

fn malformed(reason: String) -> ProgramError {
    ProgramError::Malformed(reason)
}

fn scoped_name(text: &str) -> Result<ScopedName, ProgramError> {
    ScopedName::parse(text).ok_or_else(|| ProgramError::Name(excerpt(text)))
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
        return Err(malformed(format!("reference `{index}` has no value")));
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

fn identifiers(
    raw: Entries<'_, RawIdentifier<'_>>,
    length: usize,
) -> Result<Identifiers, ProgramError> {
    let mut identifiers = Identifiers::default();
    for (name, identifier) in raw.0 {
        let definition = definition(&name.0, identifier, length)?;
        identifiers.add(&name.0, definition)?;
    }
    Ok(identifiers)
}

fn definition(
    name: &str,
    raw: RawIdentifier<'_>,
    length: usize,
) -> Result<Definition, ProgramError> {
    let missing = |what: &str| malformed(format!("identifier `{}` has no {what}", excerpt(name)));
    let kind = raw.kind.ok_or_else(|| missing("type"))?.0;
    let label = |pc: Option<i64>| {
        let pc = pc.ok_or_else(|| missing("pc"))?;
        // A label may stand behind the last instruction.
        let inside = usize::try_from(pc).is_ok_and(|pc| pc <= length);
        let outside = || ProgramError::LabelOutside {
            name: excerpt(name),
            pc,
            length,
        };
        inside.then_some(pc).ok_or_else(outside)
    };
    Ok(match &*kind {
        "alias" => {
            let destination = raw.destination.ok_or_else(|| missing("destination"))?;
            Definition::Alias {
                destination: scoped_name(&destination.0)?,
            }
        }
        "const" => {
            let value = raw.value.ok_or_else(|| missing("value"))?;
            let value = integer(&value);
            let value = value.ok_or_else(|| {
                malformed(format!("constant `{}` is not an integer", excerpt(name)))
            })?;
            Definition::Const { value }
        }
        "label" => Definition::Label { pc: label(raw.pc)? },
        "function" => Definition::Function { pc: label(raw.pc)? },
        "namespace" => Definition::Namespace,
        "reference" => {
            let full_name = raw.full_name.map_or_else(|| name.into(), |text| text.0);
            Definition::Reference {
                full_name: scoped_name(&full_name)?,
            }
        }
        "struct" => {
            let full_name = raw.full_name.map_or_else(|| name.into(), |text| text.0);
            let size = struct_number(name, raw.size.ok_or_else(|| missing("size"))?)?;
            let mut members = Vec::new();
            for (member, raw) in raw.members.unwrap_or_default().0 {
                let full = format!("{name}.{}", member.0);
                let offset = raw.offset.ok_or_else(|| missing("member offset"))?;
                members.push(Member {
                    cairo_type: cairo_type(&full, raw.cairo_type)?,
                    offset: struct_number(&full, offset)?,
                    name: member.0.into_owned(),
                });
            }
            members.sort_by_key(|member| member.offset);
            Definition::Struct(StructDefinition {
                full_name: scoped_name(&full_name)?,
                size,
                members,
            })
        }
        "type_definition" => Definition::Type {
            cairo_type: cairo_type(name, raw.cairo_type)?,
        },
        other => Definition::Other {
            kind: excerpt(other),
        },
    })
}

fn struct_number(name: &str, value: i64) -> Result<u64, ProgramError> {
    let valid = (0..=MAX_STRUCT_SIZE).contains(&value);
    let number = u64::try_from(value).ok().filter(|_| valid);
    number.ok_or_else(|| {
        malformed(format!(
            "`{}` has the size or offset `{value}`",
            excerpt(name)
        ))
    })
}

fn cairo_type(name: &str, text: Option<Text<'_>>) -> Result<CairoType, ProgramError> {
    let text = text
        .ok_or_else(|| malformed(format!("`{}` has no type", excerpt(name))))?
        .0;
    parse_type(&text).map_err(|error| ProgramError::Type {
        name: excerpt(name),
        text: excerpt(&text),
        reason: error.to_string(),
    })
}

/// Why the bytes could not be read as a program.
fn not_a_program(bytes: &[u8], error: &serde_json::Error) -> ProgramError {
    use serde_json::error::Category;
    if bytes.starts_with(b"PK") {
        return ProgramError::OtherKind {
            found: "a zip archive, perhaps a Cairo PIE",
            hint: "pass the output of cairo-compile, or run a PIE as such",
        };
    }
    if error.to_string().starts_with("recursion limit exceeded") {
        return ProgramError::NestedTooDeeply(error.to_string());
    }
    match error.classify() {
        Category::Data => other_kind(bytes).unwrap_or_else(|| malformed(error.to_string())),
        Category::Syntax | Category::Eof | Category::Io => ProgramError::NotJson(error.to_string()),
    }
}

/// What the JSON is instead, if it is something that people often pass by mistake.
fn other_kind(bytes: &[u8]) -> Option<ProgramError> {
    let names = member_names(bytes);
    let has = |name: &str| names.iter().any(|candidate| candidate == name);
    let cairo_1 = "this VM runs Cairo 0 programs, the output of cairo-compile";
    let (found, hint) = if has("sierra_program") || has("type_declarations") {
        ("a Sierra program (Cairo 1)", cairo_1)
    } else if has("version") && has("program") && !has("abi") {
        ("a Sierra program (Cairo 1)", cairo_1)
    } else if has("bytecode") && has("entry_points_by_type") {
        ("a CASM contract class (Cairo 1)", cairo_1)
    } else if has("bytecode") {
        ("a CASM program (Cairo 1)", cairo_1)
    } else if has("program") && has("entry_points_by_type") {
        (
            "a Starknet contract class",
            "its member `program` is the compiled program",
        )
    } else {
        return None;
    };
    Some(ProgramError::OtherKind { found, hint })
}
