//! What `ids.name` and `ids.scope.name` stand for at a hint.

use std::sync::Arc;

use hint_proto::v1;
use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::{Get, Set};
use num_bigint::BigInt;

use super::compiled::CompiledProgram;
use super::expression::{
    Expression, Node, Notes, Value, format_expression, lower, sequence, simplify_types,
    struct_definition, translate_ap,
};
use super::hint::Hint;
use super::names::{CairoType, Definition, IdentifierError, ScopedName, Search};
use super::raised::{Class, Raised};
use super::structs::{self, StructNames};

/// What a name stands for, and the structs that a hint can reach through it.
#[derive(Clone, Debug)]
pub struct Resolution {
    /// The message for the engine.
    pub definition: v1::Definition,
    /// Full names of the structs, each once.
    pub structs: StructNames,
}

/// The class of what hints get from `ids` and the path by which they got there.
struct Place {
    /// Where names are looked up.
    scopes: Arc<[ScopedName]>,
    /// The attributes from `ids` to here.
    path: ScopedName,
}

impl CompiledProgram {
    /// What a name stands for at a hint. The scope is empty for `ids.name`; for a name inside a
    /// namespace, function or label it is the `full_name` that resolving that one gave, which is the
    /// path of attributes behind `ids`, because error texts show that path.
    pub fn resolve(&self, hint: &Hint, scope: &str, name: &str) -> Resolution {
        let place = self.place(hint, scope);
        let (access, structs) = match self.access(hint, &place, name) {
            Ok(resolved) => resolved,
            Err(raised) => (Access::Raised(raised.to_wire()), Arc::default()),
        };
        let definition = v1::Definition {
            scope: scope.to_owned(),
            name: name.to_owned(),
            access: Some(access),
        };
        Resolution {
            definition,
            structs,
        }
    }

    fn place(&self, hint: &Hint, scope: &str) -> Place {
        let mut scopes = hint.accessible_scopes.clone();
        let mut path = ScopedName::empty();
        for part in scope.split('.').filter(|part| !part.is_empty()) {
            let inner = match self.identifiers.search(&scopes, part) {
                Ok(Search::Scope(name)) => Some(name),
                Ok(Search::Identifier(found)) => match &found.entry.definition {
                    Definition::Label { .. }
                    | Definition::Function { .. }
                    | Definition::Namespace => Some(found.entry.name.clone()),
                    _ => None,
                },
                Err(_) => None,
            };
            let Some(inner) = inner else {
                // Not a path from this hint: a canonical full name.
                let name = ScopedName::parse(scope).unwrap_or_else(ScopedName::empty);
                return Place {
                    scopes: Arc::from([name.clone()]),
                    path: name,
                };
            };
            scopes = Arc::from([inner]);
            path = path.join(part);
        }
        Place { scopes, path }
    }

    fn access(
        &self,
        hint: &Hint,
        place: &Place,
        name: &str,
    ) -> Result<(Access, StructNames), Raised> {
        if !name.is_empty() && name.split('.').any(str::is_empty) {
            return Err(Raised::new(
                Class::Assertion,
                "Empty namespace is not supported.",
            ));
        }
        let search = self
            .identifiers
            .search(&place.scopes, name)
            .map_err(|error| match error {
                IdentifierError::Missing { name } => {
                    let name = place.path.join(name.as_str());
                    IdentifierError::Missing { name }.to_raised()
                }
                other => other.to_raised(),
            })?;
        let scope_access = |instruction_offset| {
            let full_name = place.path.join(name).as_str().to_owned();
            Access::ScopeAccess(v1::ScopeAccess {
                full_name,
                instruction_offset,
            })
        };
        let found = match search {
            Search::Scope(_) => return Ok((scope_access(None), Arc::default())),
            Search::Identifier(found) => found,
        };
        let canonical_name = found.canonical_name().map_err(|error| error.to_raised())?;
        Ok(match &found.entry.definition {
            Definition::Const { value } => (Access::Constant(value.to_string()), Arc::default()),
            Definition::Label { pc } | Definition::Function { pc } => {
                (scope_access(Some(*pc)), Arc::default())
            }
            Definition::Namespace => (scope_access(None), Arc::default()),
            Definition::Struct(_) => (
                Access::StructName(canonical_name.to_string()),
                self.struct_closures.behind(found, &self.identifiers),
            ),
            Definition::Reference { full_name } => {
                let (access, structs) = self.reference(hint, name, canonical_name, full_name);
                (Access::Reference(access), structs)
            }
            Definition::Alias { .. } | Definition::Type { .. } | Definition::Other { .. } => {
                return Err(Raised::new(
                    Class::NotImplemented,
                    format!(
                        "Unsupported identifier type '{}' of identifier '{}'.",
                        found.entry.definition.kind(),
                        place.path.join(name)
                    ),
                ));
            }
        })
    }

    fn reference(
        &self,
        hint: &Hint,
        name: &str,
        canonical_name: &ScopedName,
        full_name: &ScopedName,
    ) -> (v1::ReferenceAccess, StructNames) {
        let revoked = || {
            Raised::new(
                Class::FlowTracking,
                format!("Reference '{name}' is revoked."),
            )
        };
        let reference = hint.flow_tracking.reference_ids.get(full_name.as_str());
        let Some(reference) = reference.and_then(|id| self.references.get(*id)) else {
            let raised = revoked().to_wire();
            let access = v1::ReferenceAccess {
                get: Some(Get::GetRaised(raised.clone())),
                set: Some(Set::SetRaised(raised)),
            };
            return (access, Arc::default());
        };
        let now = hint.flow_tracking.ap_tracking;
        let difference = now.difference(reference.ap_tracking).map(BigInt::from);
        let translate = |expression: &Expression| {
            translate_ap(expression, difference.as_ref()).ok_or_else(revoked)
        };
        let get = translate(&reference.value).and_then(|value| self.read(&value));
        let (get, structs) = match get {
            Ok(read) => read,
            Err(raised) => (Get::GetRaised(raised.to_wire()), Arc::default()),
        };
        let set = match self.address(name, canonical_name, &reference.value, translate) {
            Ok(address) => Set::Address(address.to_wire()),
            Err(raised) => Set::SetRaised(raised.to_wire()),
        };
        (
            v1::ReferenceAccess {
                get: Some(get),
                set: Some(set),
            },
            structs,
        )
    }

    /// How a translated reference is read.
    fn read(&self, value: &Expression) -> Result<(Get, StructNames), Raised> {
        let identifiers = Some(&self.identifiers);
        let (mut expression, mut cairo_type) = simplify_types(value, identifiers)?;
        if matches!(cairo_type, CairoType::Struct { .. }) {
            let Node::Deref { address, .. } = expression.node else {
                let message =
                    format!("Expected expression of type '{cairo_type}' to have an address.");
                return Err(Raised::new(Class::Assertion, message));
            };
            expression = *address;
            cairo_type = cairo_type.pointer();
        }
        let value = lower(&expression, identifiers)?;
        if cairo_type.is_simple() {
            return Ok((Get::Value(value.to_wire()), Arc::default()));
        }
        let pointed = cairo_type
            .pointed_struct()
            .ok_or_else(|| Raised::new(Class::Assertion, "Type must be of the form T*."));
        let found = pointed.and_then(|name| struct_definition(identifiers, name));
        Ok(match found {
            Ok((found, _)) => {
                let struct_name = found.entry.name.to_string();
                let address = Some(value.to_wire());
                let reference = v1::StructReference {
                    address,
                    struct_name,
                };
                (
                    Get::StructReference(reference),
                    self.struct_closures.behind(found, &self.identifiers),
                )
            }
            // The value is read before the type is looked at.
            Err(raised) => (
                Get::Value(sequence(vec![value], raised).to_wire()),
                Arc::default(),
            ),
        })
    }

    /// Where a reference is written. Types are looked at before the move to the hint's place.
    fn address(
        &self,
        name: &str,
        canonical_name: &ScopedName,
        value: &Expression,
        translate: impl Fn(&Expression) -> Result<Expression, Raised>,
    ) -> Result<Value, Raised> {
        if canonical_name.last() != name {
            return Err(Raised::new(
                Class::Assertion,
                "Expecting scope to end with name.",
            ));
        }
        let (expression, cairo_type) = simplify_types(value, Some(&self.identifiers))?;
        let Node::Deref { address, .. } = expression.node else {
            let text = format_expression(&expression)?;
            let message = format!(
                "{canonical_name} (= {text}) does not reference memory and cannot be assigned."
            );
            return Err(Raised::new(Class::Assertion, message));
        };
        let node = Node::Cast {
            inner: address,
            dest_type: Box::new(cairo_type),
            notes: Notes::default(),
        };
        let address = translate(&Expression::new(node, None))?;
        lower(&address, Some(&self.identifiers))
    }

    /// A struct by its full name.
    pub fn struct_definition(&self, full_name: &str) -> Option<v1::StructDefinition> {
        structs::to_wire(&self.identifiers, full_name)
    }
}
