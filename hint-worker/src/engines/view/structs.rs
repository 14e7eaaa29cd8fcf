//! Owns the structs that the host defined. Must not know who walks through them.

use std::collections::HashMap;

use hint_proto::v1::{self, MemberKind};

use super::error::ViewError;

/// A struct.
#[derive(Debug)]
pub(super) struct Struct {
    pub(super) size: u64,
    members: HashMap<String, Member>,
}

/// A member of a struct.
#[derive(Clone, Debug)]
pub(super) struct Member {
    pub(super) offset: u64,
    pub(super) kind: MemberKind,
    /// Of the struct that the member is or points to.
    pub(super) struct_name: String,
}

/// The structs of a session by full name.
#[derive(Debug, Default)]
pub(super) struct Structs(HashMap<String, Struct>);

impl Structs {
    pub(super) fn define(&mut self, definition: &v1::StructDefinition) -> Result<(), ViewError> {
        let mut members = HashMap::new();
        for member in &definition.members {
            let kind = match MemberKind::try_from(member.kind) {
                Ok(MemberKind::Unspecified) | Err(_) => {
                    return Err(ViewError::Malformed("member of a struct"));
                }
                Ok(kind) => kind,
            };
            let own = Member {
                offset: member.offset,
                kind,
                struct_name: member.struct_name.clone(),
            };
            members.insert(member.name.clone(), own);
        }
        let size = definition.size;
        self.0
            .insert(definition.full_name.clone(), Struct { size, members });
        Ok(())
    }

    /// The struct of this full name.
    pub(super) fn get(&self, full_name: &str) -> Result<&Struct, ViewError> {
        let found = self.0.get(full_name);
        found.ok_or(ViewError::Malformed("definition without its struct"))
    }

    /// The member of a struct.
    pub(super) fn member(&self, full_name: &str, name: &str) -> Result<Member, ViewError> {
        let member = self.get(full_name)?.members.get(name).cloned();
        member.ok_or_else(|| ViewError::Raised {
            class_path: "starkware.cairo.lang.compiler.identifier_manager.IdentifierError"
                .to_owned(),
            message: format!("'{name}' is not a member of '{full_name}'."),
        })
    }
}
