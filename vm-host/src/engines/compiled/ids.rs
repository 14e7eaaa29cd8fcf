//! What a hint reaches through `ids`, resolved by the program when the hint is lowered: a constant, a cell at a
//! path, a struct at a path. Must not know Python's grammar.

use std::collections::HashMap;

use hint_proto::v1;
use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};

use super::tree::{Expression, Layout, Member, MemberKind, Target};
use super::value::{Integer, Value};
use crate::program::{CellPath, CompiledProgram, Hint};

/// Most structs that a program's hints lead to.
const MAX_LAYOUTS: usize = 4096;
/// What every object behind `ids` has beside its Cairo names.
const OWN_NAMES: &[&str] = &[
    "get_or_set_value",
    "instruction_offset_",
    "type_",
    "_context",
    "_accessible_scopes",
    "_path",
    "_struct_definition",
    "_reference_value",
];

/// The structs that the hints of a program lead to.
#[derive(Debug, Default)]
pub(crate) struct Layouts {
    layouts: Vec<Layout>,
    numbers: HashMap<String, usize>,
}

impl Layouts {
    /// From now on names are those of another program's structs.
    pub(crate) fn begin_program(&mut self) {
        self.numbers.clear();
    }

    /// A struct by its number.
    pub(crate) fn get(&self, number: usize) -> &Layout {
        &self.layouts[number]
    }

    /// The number of a struct of the program, with all that its members lead to.
    fn number(&mut self, program: &CompiledProgram, full_name: &str) -> Option<usize> {
        if let Some(number) = self.numbers.get(full_name) {
            return Some(*number);
        }
        let mut open = vec![full_name.to_owned()];
        // Members refer to structs by number, so all get theirs first.
        let mut found = Vec::new();
        while let Some(name) = open.pop() {
            if self.numbers.contains_key(&name) {
                continue;
            }
            let definition = program.struct_definition(&name)?;
            let number = self.layouts.len();
            if number >= MAX_LAYOUTS {
                return None;
            }
            self.numbers.insert(name, number);
            self.layouts.push(Layout {
                size: definition.size,
                members: Vec::new(),
            });
            let names = definition.members.iter().map(|member| &member.struct_name);
            open.extend(names.filter(|name| !name.is_empty()).cloned());
            found.push((number, definition));
        }
        for (number, definition) in found {
            let member = |member: v1::StructMember| {
                let target = self.numbers.get(&member.struct_name).copied();
                let kind = match (v1::MemberKind::try_from(member.kind), target) {
                    (Ok(v1::MemberKind::Value), _) => MemberKind::Value,
                    (Ok(v1::MemberKind::Struct), Some(target)) => MemberKind::Struct(target),
                    (Ok(v1::MemberKind::StructPointer), Some(target)) => {
                        MemberKind::Pointer(target)
                    }
                    _ => MemberKind::Other,
                };
                Member {
                    name: member.name.into(),
                    offset: member.offset,
                    kind,
                }
            };
            self.layouts[number].members = definition.members.into_iter().map(member).collect();
        }
        self.numbers.get(full_name).copied()
    }
}

/// What a chain of names behind `ids` is, and how many of the names it took.
pub(super) enum Reached {
    /// A value; further names are attributes of it.
    Value(Expression, usize),
    /// A struct at a path; it took all names.
    Struct(usize, CellPath),
}

/// Resolves `ids.NAME…` for reading.
pub(super) fn reach(
    program: &CompiledProgram,
    hint: &Hint,
    layouts: &mut Layouts,
    names: &[&str],
) -> Option<Reached> {
    let mut scope = String::new();
    for (index, name) in names.iter().enumerate() {
        let rest = &names[index + 1..];
        match resolve(program, hint, &scope, name)? {
            Access::Constant(decimal) => {
                let value = Integer::from_decimal(&decimal)?;
                return Some(Reached::Value(
                    Expression::Constant(Value::Integer(value)),
                    index + 1,
                ));
            }
            Access::ScopeAccess(access) => scope = access.full_name,
            Access::StructName(full_name) => {
                let definition = program.struct_definition(&full_name)?;
                let value = match *rest.first()? {
                    "SIZE" => definition.size,
                    name => {
                        let mut members = definition.members.iter();
                        members.find(|member| member.name == name)?.offset
                    }
                };
                let value = Value::Integer(Integer::from(value));
                return Some(Reached::Value(Expression::Constant(value), index + 2));
            }
            Access::Reference(reference) => match reference.get? {
                Get::Value(value) => {
                    let path = CellPath::of(&value)?;
                    return Some(Reached::Value(Expression::Path(path), index + 1));
                }
                Get::StructReference(pointer) => {
                    let path = CellPath::of(pointer.address.as_ref()?)?;
                    let layout = layouts.number(program, &pointer.struct_name)?;
                    return walk(layouts, layout, path, rest, index + 1);
                }
                Get::GetRaised(_) => return None,
            },
            Access::Raised(_) => return None,
        }
    }
    None
}

/// Resolves `ids.NAME…` for writing.
pub(super) fn reach_cell(
    program: &CompiledProgram,
    hint: &Hint,
    layouts: &mut Layouts,
    names: &[&str],
) -> Option<Target> {
    let (last, before) = names.split_last()?;
    if !before.is_empty()
        && let Some(Reached::Struct(layout, path)) = reach(program, hint, layouts, before)
    {
        let member = layouts.get(layout).member(last)?;
        return Some(Target::Cell(path.plus(i64::try_from(member.offset).ok()?)));
    }
    let mut scope = String::new();
    for name in before {
        let Access::ScopeAccess(access) = resolve(program, hint, &scope, name)? else {
            return None;
        };
        scope = access.full_name;
    }
    let Access::Reference(reference) = resolve(program, hint, &scope, last)? else {
        return None;
    };
    let Set::Address(address) = reference.set? else {
        return None;
    };
    Some(Target::Cell(CellPath::of(&address)?))
}

/// Whether a name behind `ids` can be one of Cairo's alone.
pub(super) fn is_of_cairo(name: &str) -> bool {
    !name.starts_with("__") && !OWN_NAMES.contains(&name)
}

fn resolve(program: &CompiledProgram, hint: &Hint, scope: &str, name: &str) -> Option<Access> {
    if !is_of_cairo(name) {
        return None;
    }
    program.resolve(hint, scope, name).definition.access
}

/// Follows members from a struct.
fn walk(
    layouts: &Layouts,
    mut layout: usize,
    mut path: CellPath,
    names: &[&str],
    mut taken: usize,
) -> Option<Reached> {
    for name in names {
        taken += 1;
        if *name == "address_" {
            return Some(Reached::Value(Expression::Path(path), taken));
        }
        if name.starts_with("__") || OWN_NAMES.contains(name) {
            return None;
        }
        let member = layouts.get(layout).member(name)?;
        let at = path.plus(i64::try_from(member.offset).ok()?);
        match member.kind {
            MemberKind::Value => {
                return Some(Reached::Value(Expression::Cell(at), taken));
            }
            MemberKind::Struct(inner) => (layout, path) = (inner, at),
            MemberKind::Pointer(inner) => {
                (layout, path) = (inner, CellPath::Pointer(Box::new(at), 0));
            }
            MemberKind::Other => return None,
        }
    }
    Some(Reached::Struct(layout, path))
}
