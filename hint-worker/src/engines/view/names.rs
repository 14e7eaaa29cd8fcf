//! Owns `ids`: the names that hints reach, and the way from a path of them to a cell. Must not know how
//! the host resolves a name.

use std::collections::HashMap;

use hint_proto::v1::{Definition, MemberKind, ResolveName, StructDefinition};

use super::Registers;
use super::error::ViewError;
use super::felt::{Felt, Field};
use super::meaning::{Meaning, Reading, Writing};
use super::memory::Memory;
use super::structs::Structs;
use super::value::{Address, Value};

/// The names of a session's hints.
#[derive(Debug, Default)]
pub(super) struct Names {
    structs: Structs,
    hints: HashMap<u32, HintNames>,
}

/// What the names of one hint stand for.
#[derive(Debug, Default)]
struct HintNames {
    /// Right behind `ids.`.
    outer: HashMap<String, Meaning>,
    /// In a scope: its full name, then the name.
    inner: HashMap<String, HashMap<String, Meaning>>,
}

impl HintNames {
    fn in_scope(&self, scope: &str) -> Option<&HashMap<String, Meaning>> {
        if scope.is_empty() {
            Some(&self.outer)
        } else {
            self.inner.get(scope)
        }
    }

    fn in_scope_mut(&mut self, scope: &str) -> &mut HashMap<String, Meaning> {
        if scope.is_empty() {
            &mut self.outer
        } else {
            self.inner.entry(scope.to_owned()).or_default()
        }
    }
}

/// Where a path led so far.
enum Place {
    /// A value, and what to say of who looks for a name in it.
    Value(Value),
    /// A struct in memory.
    Struct { address: Value, full_name: String },
    /// The definition of a struct.
    Definition(String),
}

impl Names {
    pub(super) fn define_structs(
        &mut self,
        definitions: &[StructDefinition],
    ) -> Result<(), ViewError> {
        definitions
            .iter()
            .try_for_each(|definition| self.structs.define(definition))
    }

    pub(super) fn define(
        &mut self,
        hint: u32,
        definition: &Definition,
        field: &Field,
    ) -> Result<(), ViewError> {
        let meaning = Meaning::of_wire(definition, field)?;
        let names = self.hints.entry(hint).or_default();
        names
            .in_scope_mut(&definition.scope)
            .insert(definition.name.clone(), meaning);
        Ok(())
    }

    /// See [`View::get`](super::View::get).
    pub(super) fn get(
        &mut self,
        hint: u32,
        path: &[&str],
        memory: &mut Memory,
        registers: Registers,
    ) -> Result<Value, ViewError> {
        let (place, rest) = self.enter(hint, path, memory, registers)?;
        match self.walk(place, rest, path, memory)? {
            Place::Value(value) => Ok(value),
            Place::Struct { full_name, .. } => Err(ViewError::refused(format!(
                "`{}` is a struct, `{full_name}`: name one of its members, or `{0}.address_`",
                text(path)
            ))),
            Place::Definition(full_name) => Err(ViewError::refused(format!(
                "`{}` is the definition of a struct, `{full_name}`: name one of its members, or `{0}.SIZE`",
                text(path)
            ))),
        }
    }

    /// See [`View::set`](super::View::set).
    pub(super) fn set(
        &mut self,
        hint: u32,
        path: &[&str],
        value: Value,
        memory: &mut Memory,
        registers: Registers,
    ) -> Result<(), ViewError> {
        let address = self.cell(hint, path, memory, registers)?;
        memory.write(address, value)
    }

    /// The cell that a path stands for.
    fn cell(
        &mut self,
        hint: u32,
        path: &[&str],
        memory: &mut Memory,
        registers: Registers,
    ) -> Result<Address, ViewError> {
        let fixed = || ViewError::refused(format!("`{}` cannot be assigned", text(path)));
        let (scope, rest) = self.scope(hint, path, memory)?;
        let way = match (rest, self.meaning(hint, &scope, rest[0])?) {
            ([_], Meaning::Reference { set, .. }) => {
                return match set {
                    Writing::Cell(address) => match address.evaluate(memory, registers)? {
                        Value::Address(address) => Ok(address),
                        Value::Felt(felt) => Err(not_an_address(path, felt)),
                    },
                    Writing::Raised(raised) => Err(ViewError::of_wire(raised)),
                };
            }
            (_, Meaning::Raised(raised)) => return Err(ViewError::of_wire(raised)),
            ([_, way @ ..], Meaning::Reference { .. }) => way,
            _ => return Err(fixed()),
        };
        let Some((name, way)) = way.split_last() else {
            return Err(fixed());
        };
        let start = self.place(hint, &scope, rest[0], path, memory, registers)?;
        match self.walk(start, way, path, memory)? {
            Place::Struct { address, full_name } => {
                let member = self.structs.member(&full_name, name)?;
                member_address(path, address, member.offset)
            }
            _ => Err(fixed()),
        }
    }

    /// The place that the first name of a path that is not a scope leads to, and the names behind it.
    fn enter<'a>(
        &mut self,
        hint: u32,
        path: &'a [&'a str],
        memory: &mut Memory,
        registers: Registers,
    ) -> Result<(Place, &'a [&'a str]), ViewError> {
        let (scope, rest) = self.scope(hint, path, memory)?;
        let place = self.place(hint, &scope, rest[0], path, memory, registers)?;
        Ok((place, &rest[1..]))
    }

    /// The innermost scope of a path, and the names behind it, at least one.
    fn scope<'a>(
        &mut self,
        hint: u32,
        path: &'a [&'a str],
        memory: &mut Memory,
    ) -> Result<(String, &'a [&'a str]), ViewError> {
        let mut scope = String::new();
        let mut rest = path;
        while let [name, behind @ ..] = rest {
            self.know(hint, &scope, name, memory)?;
            match self.meaning(hint, &scope, name)? {
                Meaning::Scope(full_name) if !behind.is_empty() => {
                    scope = full_name.clone();
                    rest = behind;
                }
                _ => return Ok((scope, rest)),
            }
        }
        Err(ViewError::refused("a path without a name"))
    }

    fn place(
        &self,
        hint: u32,
        scope: &str,
        name: &str,
        path: &[&str],
        memory: &mut Memory,
        registers: Registers,
    ) -> Result<Place, ViewError> {
        match self.meaning(hint, scope, name)? {
            Meaning::Constant(felt) => Ok(Place::Value(Value::Felt(*felt))),
            Meaning::Scope(full_name) => Err(ViewError::refused(format!(
                "`{}` is a scope, `{full_name}`, and has no value",
                text(path)
            ))),
            Meaning::Struct(full_name) => Ok(Place::Definition(full_name.clone())),
            Meaning::Raised(raised) => Err(ViewError::of_wire(raised)),
            Meaning::Reference { get, .. } => match get {
                Reading::Value(value) => Ok(Place::Value(value.evaluate(memory, registers)?)),
                Reading::Struct(address, full_name) => Ok(Place::Struct {
                    address: address.evaluate(memory, registers)?,
                    full_name: full_name.clone(),
                }),
                Reading::Raised(raised) => Err(ViewError::of_wire(raised)),
            },
        }
    }

    /// Goes on through the members of structs.
    fn walk(
        &self,
        start: Place,
        names: &[&str],
        path: &[&str],
        memory: &mut Memory,
    ) -> Result<Place, ViewError> {
        let mut place = start;
        for name in names {
            place = match place {
                Place::Value(_) => {
                    return Err(ViewError::refused(format!(
                        "`{}` is no struct: it has no `{name}`",
                        text(&path[..path.len() - 1])
                    )));
                }
                Place::Struct { address, .. } if *name == "address_" => Place::Value(address),
                Place::Struct { address, full_name } => {
                    let member = self.structs.member(&full_name, name)?;
                    let address = member_address(path, address, member.offset)?;
                    match member.kind {
                        MemberKind::Struct => Place::Struct {
                            address: Value::Address(address),
                            full_name: member.struct_name,
                        },
                        MemberKind::StructPointer => Place::Struct {
                            address: memory.read(address)?,
                            full_name: member.struct_name,
                        },
                        MemberKind::Value => Place::Value(memory.read(address)?),
                        MemberKind::Other | MemberKind::Unspecified => {
                            return Err(ViewError::Raised {
                                class_path: "builtins.AssertionError".to_owned(),
                                message: "Type must be of the form T*.".to_owned(),
                            });
                        }
                    }
                }
                Place::Definition(full_name) => {
                    let number = match *name {
                        "SIZE" => self.structs.get(&full_name)?.size,
                        name => self.structs.member(&full_name, name)?.offset,
                    };
                    Place::Value(Value::Felt(Felt::of_u64(number)))
                }
            };
        }
        Ok(place)
    }

    /// Asks the host what a name stands for, unless that is known.
    fn know(
        &mut self,
        hint: u32,
        scope: &str,
        name: &str,
        memory: &mut Memory,
    ) -> Result<(), ViewError> {
        let names = self.hints.entry(hint).or_default();
        if names
            .in_scope(scope)
            .is_some_and(|names| names.contains_key(name))
        {
            return Ok(());
        }
        let resolved = memory.resolve(ResolveName {
            hint_id: hint,
            scope: scope.to_owned(),
            name: name.to_owned(),
        })?;
        let definition = resolved.definition;
        let definition = definition.ok_or(ViewError::Malformed("answer"))?;
        let meaning = Meaning::of_wire(&definition, &memory.field)?;
        names.in_scope_mut(scope).insert(name.to_owned(), meaning);
        self.define_structs(&resolved.structs)
    }

    /// What a name stands for that is known.
    fn meaning(&self, hint: u32, scope: &str, name: &str) -> Result<&Meaning, ViewError> {
        let names = self
            .hints
            .get(&hint)
            .and_then(|names| names.in_scope(scope));
        let meaning = names.and_then(|names| names.get(name));
        meaning.ok_or(ViewError::Malformed("definition"))
    }
}

fn text(path: &[&str]) -> String {
    format!("ids.{}", path.join("."))
}

fn not_an_address(path: &[&str], felt: Felt) -> ViewError {
    ViewError::refused(format!(
        "`{}` is at `{felt}`, which is no address",
        text(path)
    ))
}

fn member_address(path: &[&str], base: Value, offset: u64) -> Result<Address, ViewError> {
    let cells = i64::try_from(offset).map_err(|_| ViewError::Malformed("member of a struct"))?;
    match base {
        Value::Felt(felt) => Err(not_an_address(path, felt)),
        Value::Address(address) => address.plus(cells).ok_or_else(|| {
            ViewError::refused(format!("`{}` is out of range of its segment", text(path)))
        }),
    }
}
