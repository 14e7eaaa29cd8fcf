//! The identifiers of the JSON.

use super::json::{Entries, Text};
use super::raw::{RawIdentifier, RawMember};
use crate::account;
use crate::program::error::{ProgramError, excerpt};
use crate::program::expression::parse_type;
use crate::program::names::{
    CairoType, Definition, Identifiers, Member, ScopedName, StructDefinition,
};
use crate::program::number::integer;

/// The largest size or offset of a struct: no memory holds as many cells, and sums of such numbers still
/// fit into a word.
const MAX_STRUCT_SIZE: i64 = 1 << 48;

/// No program has more struct members: following them takes time for each name a hint uses.
const MAX_MEMBERS: usize = 1 << 18;

pub(super) fn identifiers(
    raw: Entries<'_, RawIdentifier<'_>>,
    length: usize,
) -> Result<Identifiers, ProgramError> {
    let mut identifiers = Identifiers::default();
    let mut member_count = 0;
    for (name, identifier) in raw.0 {
        account::check()?;
        let definition = definition(&name.0, identifier, length)?;
        if let Definition::Struct(definition) = &definition {
            member_count += definition.members.len();
        }
        if member_count > MAX_MEMBERS {
            let (what, count) = ("struct members", member_count);
            return Err(ProgramError::TooMany {
                what,
                count,
                limit: MAX_MEMBERS,
            });
        }
        identifiers.add(&name.0, definition)?;
    }
    Ok(identifiers)
}

fn definition(
    name: &str,
    raw: RawIdentifier<'_>,
    length: usize,
) -> Result<Definition, ProgramError> {
    let kind = raw.kind.ok_or_else(|| missing(name, "type"))?.0;
    Ok(match &*kind {
        "alias" => {
            let destination = raw
                .destination
                .ok_or_else(|| missing(name, "destination"))?;
            Definition::Alias {
                destination: ScopedName::of_program(&destination.0)?,
            }
        }
        "const" => {
            let value = raw.value.ok_or_else(|| missing(name, "value"))?;
            let not_integer = || {
                ProgramError::Malformed(format!("constant `{}` is not an integer", excerpt(name)))
            };
            Definition::Const {
                value: integer(&value).ok_or_else(not_integer)?,
            }
        }
        "label" => Definition::Label {
            pc: label(name, raw.pc, length)?,
        },
        "function" => Definition::Function {
            pc: label(name, raw.pc, length)?,
        },
        "namespace" => Definition::Namespace,
        "reference" => Definition::Reference {
            full_name: full_name(name, raw.full_name)?,
        },
        "struct" => Definition::Struct(StructDefinition {
            size: number(name, raw.size.ok_or_else(|| missing(name, "size"))?)?,
            members: members(name, raw.members.unwrap_or_default())?,
        }),
        "type_definition" => Definition::Type {
            cairo_type: cairo_type(name, raw.cairo_type)?,
        },
        other => Definition::Other {
            kind: excerpt(other),
        },
    })
}

fn missing(name: &str, what: &str) -> ProgramError {
    ProgramError::Malformed(format!("identifier `{}` has no {what}", excerpt(name)))
}

fn label(name: &str, pc: Option<i64>, length: usize) -> Result<i64, ProgramError> {
    let pc = pc.ok_or_else(|| missing(name, "pc"))?;
    // A label may stand behind the last instruction.
    let inside = usize::try_from(pc).is_ok_and(|pc| pc <= length);
    let outside = || ProgramError::LabelOutside {
        name: excerpt(name),
        pc,
        length,
    };
    inside.then_some(pc).ok_or_else(outside)
}

/// The full name, which old compilers did not write.
fn full_name(name: &str, text: Option<Text<'_>>) -> Result<ScopedName, ProgramError> {
    ScopedName::of_program(text.as_ref().map_or(name, |text| &text.0))
}

fn members(name: &str, raw: Entries<'_, RawMember<'_>>) -> Result<Vec<Member>, ProgramError> {
    let mut members = Vec::new();
    for (member, raw) in raw.0 {
        let full_name = format!("{name}.{}", member.0);
        let offset = raw.offset.ok_or_else(|| missing(&full_name, "offset"))?;
        members.push(Member {
            cairo_type: cairo_type(&full_name, raw.cairo_type)?,
            offset: number(&full_name, offset)?,
            name: member.0.into_owned(),
        });
    }
    members.sort_by_key(|member| member.offset);
    Ok(members)
}

fn number(name: &str, value: i64) -> Result<u64, ProgramError> {
    let valid = (0..=MAX_STRUCT_SIZE).contains(&value);
    let number = u64::try_from(value).ok().filter(|_| valid);
    number.ok_or_else(|| {
        ProgramError::Malformed(format!(
            "`{}` has the size or offset `{value}`",
            excerpt(name)
        ))
    })
}

fn cairo_type(name: &str, text: Option<Text<'_>>) -> Result<CairoType, ProgramError> {
    let text = text.ok_or_else(|| missing(name, "cairo_type"))?.0;
    parse_type(&text).map_err(|error| ProgramError::Type {
        name: excerpt(name),
        text: excerpt(&text),
        reason: error.to_string(),
    })
}
