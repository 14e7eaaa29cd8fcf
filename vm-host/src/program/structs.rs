//! Structs as hints reach them: their members, and the structs behind those.

use std::collections::HashSet;
use std::sync::{Arc, OnceLock};

use hint_proto::v1;

use super::expression::struct_definition;
use super::names::{CairoType, Definition, Found, Identifiers, ScopedName};

/// Full names of structs, each once.
pub(crate) type StructNames = Arc<[Arc<str>]>;

/// For each identifier that is a struct what can be reached through it, found when first asked for: many
/// names of a program stand for the same few structs.
#[derive(Debug)]
pub(super) struct StructClosures(Vec<OnceLock<StructNames>>);

impl StructClosures {
    /// Nothing found yet, for so many identifiers.
    pub(super) fn new(identifiers: usize) -> Self {
        Self((0..identifiers).map(|_| OnceLock::new()).collect())
    }

    /// The struct and every struct that its members lead to.
    pub(super) fn behind(&self, found: Found<'_>, identifiers: &Identifiers) -> StructNames {
        let known = self.0.get(found.index);
        known.map_or_else(Arc::default, |known| {
            known.get_or_init(|| closure(found, identifiers)).clone()
        })
    }
}

fn closure(found: Found<'_>, identifiers: &Identifiers) -> StructNames {
    let mut names: Vec<Arc<str>> = Vec::new();
    let mut seen = HashSet::from([found.index]);
    let mut open = vec![found.index];
    while let Some(index) = open.pop() {
        let entry = identifiers.entry(index);
        names.push(entry.name.as_str().into());
        let Definition::Struct(definition) = &entry.definition else {
            continue;
        };
        for member in &definition.members {
            let (_, Some(name)) = member_kind(&member.cairo_type, identifiers) else {
                continue;
            };
            let next = struct_definition(Some(identifiers), &name);
            if let Ok((next, _)) = next
                && seen.insert(next.index)
            {
                open.push(next.index);
            }
        }
    }
    names.into()
}

/// The message for the engine, by the struct's full name.
pub(super) fn to_wire(identifiers: &Identifiers, full_name: &str) -> Option<v1::StructDefinition> {
    let name = ScopedName::parse(full_name)?;
    let (found, definition) = struct_definition(Some(identifiers), &name).ok()?;
    let members = definition.members.iter().map(|member| {
        let (kind, struct_name) = member_kind(&member.cairo_type, identifiers);
        v1::StructMember {
            name: member.name.clone(),
            offset: member.offset,
            kind: kind.into(),
            struct_name: struct_name.map(|name| name.to_string()).unwrap_or_default(),
        }
    });
    Some(v1::StructDefinition {
        full_name: found.entry.name.to_string(),
        size: definition.size,
        members: members.collect(),
    })
}

/// How a member is read, and the struct behind it.
fn member_kind(
    cairo_type: &CairoType,
    identifiers: &Identifiers,
) -> (v1::MemberKind, Option<ScopedName>) {
    let resolved = |name: &ScopedName| {
        let found = struct_definition(Some(identifiers), name);
        found.map_or_else(|_| name.clone(), |(found, _)| found.entry.name.clone())
    };
    match (cairo_type, cairo_type.pointed_struct()) {
        (CairoType::Struct { name, .. }, _) => (v1::MemberKind::Struct, Some(resolved(name))),
        (_, Some(name)) => (v1::MemberKind::StructPointer, Some(resolved(name))),
        _ if cairo_type.is_simple() => (v1::MemberKind::Value, None),
        _ => (v1::MemberKind::Other, None),
    }
}
