//! Which casts the compiler allows, and struct definitions by full name.

use super::tree::{Expression, Node};
use crate::program::names::{
    CairoType, Definition, Found, Identifiers, ScopedName, StructDefinition, TupleMember,
};
use crate::program::places::Location;
use crate::program::raised::{Class, Raised};

/// Longer chains of type definitions are refused: they may lead back to where they started.
const MAX_TYPE_CHAIN: usize = 200;

/// How strictly a cast is checked. References hold explicit ones; their items are assigned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum CastKind {
    Explicit,
    Assign,
}

/// The struct of that full name; type definitions are followed, aliases are not.
pub(in crate::program) fn struct_definition<'a>(
    identifiers: Option<&'a Identifiers>,
    name: &ScopedName,
) -> Result<(Found<'a>, &'a StructDefinition), Raised> {
    let mut current = name;
    for _ in 0..MAX_TYPE_CHAIN {
        let found = identifiers.and_then(|identifiers| identifiers.get_by_full_name(current));
        let Some(found) = found else {
            let message = format!("Unknown identifier '{current}'.");
            return Err(Raised::new(Class::MissingIdentifier, message));
        };
        match &found.entry.definition {
            Definition::Struct(definition) => return Ok((found, definition)),
            Definition::Type {
                cairo_type: CairoType::Struct { name, .. },
            } => current = name,
            other => {
                let message = format!(
                    "Expected '{current}' to be struct. Found: '{}'.",
                    other.kind()
                );
                return Err(Raised::new(Class::Definition, message));
            }
        }
    }
    Err(Raised::new(
        Class::Recursion,
        "maximum recursion depth exceeded",
    ))
}

/// Whether an expression of one type may be cast to another; some failures have texts of their own.
pub(super) fn check_cast(
    identifiers: Option<&Identifiers>,
    source: &CairoType,
    dest: &CairoType,
    kind: CastKind,
    location: Option<&Location>,
    expression: Option<&Expression>,
) -> Result<bool, Raised> {
    let location = expression
        .and_then(|expression| expression.location.as_ref())
        .or(location);
    if source == dest {
        return Ok(true);
    }
    let to_felt_pointer = matches!(dest, CairoType::Pointer(to) if **to == CairoType::Felt);
    if matches!(source, CairoType::Pointer(_)) && to_felt_pointer {
        return Ok(true);
    }
    if let (CairoType::Tuple(members), CairoType::Tuple(dest_members)) = (source, dest) {
        check_members(
            identifiers,
            (source, members),
            (dest, dest_members),
            location,
            expression,
        )?;
        return Ok(true);
    }
    if kind == CastKind::Assign {
        return Ok(false);
    }
    let is_cell =
        |cairo_type: &CairoType| matches!(cairo_type, CairoType::Felt | CairoType::Pointer(_));
    let is_code =
        |cairo_type: &CairoType| matches!(cairo_type, CairoType::Felt | CairoType::Codeoffset);
    if (is_cell(source) && is_cell(dest)) || (is_code(source) && is_code(dest)) {
        return Ok(true);
    }
    if let (CairoType::Tuple(members), CairoType::Struct { name, .. }) = (source, dest) {
        let (_, definition) = struct_definition(identifiers, name)?;
        let dest_members: Vec<TupleMember> = definition
            .members
            .iter()
            .map(|member| TupleMember {
                name: Some(member.name.clone()),
                cairo_type: member.cairo_type.clone(),
            })
            .collect();
        check_members(
            identifiers,
            (source, members),
            (dest, &dest_members),
            location,
            expression,
        )?;
        return Ok(true);
    }
    Ok(false)
}

fn check_members(
    identifiers: Option<&Identifiers>,
    (source, members): (&CairoType, &[TupleMember]),
    (dest, dest_members): (&CairoType, &[TupleMember]),
    location: Option<&Location>,
    expression: Option<&Expression>,
) -> Result<(), Raised> {
    if members.len() != dest_members.len() {
        let message = format!(
            "Cannot cast an expression of type '{source}' to '{dest}'.\n\
             The former has {} members while the latter has {} members.",
            members.len(),
            dest_members.len()
        );
        return Err(Raised::at(Class::CairoType, message, location.cloned()));
    }
    let items = expression.and_then(|expression| match &expression.node {
        Node::Tuple(arguments) => Some(&arguments.items),
        _ => None,
    });
    for (index, (member, dest_member)) in members.iter().zip(dest_members).enumerate() {
        let item = items
            .and_then(|items| items.get(index))
            .map(|item| &item.value);
        let location = item.and_then(|item| item.location.as_ref()).or(location);
        if let (Some(name), Some(dest_name)) = (&member.name, &dest_member.name)
            && name != dest_name
        {
            let message = format!(
                "Cannot cast '{source}' to '{dest}'.\n\
                 Expected argument name '{dest_name}'. Found: '{name}'."
            );
            return Err(Raised::at(Class::CairoType, message, location.cloned()));
        }
        let (from, to) = (&member.cairo_type, &dest_member.cairo_type);
        if !check_cast(identifiers, from, to, CastKind::Assign, location, item)? {
            let message = format!("Cannot cast '{from}' to '{to}'.");
            return Err(Raised::at(Class::CairoType, message, location.cloned()));
        }
    }
    Ok(())
}
