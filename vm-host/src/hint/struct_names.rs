//! Names of structs on the wire. They keep the structs of programs apart that hints load: two programs may
//! give one name to two structs.

use hint_proto::v1::definition::Access;
use hint_proto::v1::reference_access::Get;
use hint_proto::v1::{Definition, StructDefinition};

/// The part of a struct's name on the wire that says which program it is from: the number of the
/// program's first hint and `#`. Nothing for the program of the run.
#[derive(Debug)]
pub(super) struct StructPrefix(String);

impl StructPrefix {
    /// The prefix of the program whose first hint has this number.
    pub(super) fn of(first_hint: u32) -> Self {
        Self(if first_hint == 0 {
            String::new()
        } else {
            format!("{first_hint}#")
        })
    }

    /// A struct's name on the wire.
    pub(super) fn name(&self, full_name: &str) -> String {
        format!("{}{full_name}", self.0)
    }

    /// Gives the structs that a definition names the prefix.
    pub(super) fn qualify(&self, definition: &mut Definition) {
        match &mut definition.access {
            Some(Access::StructName(name)) => *name = self.name(name),
            Some(Access::Reference(reference)) => {
                if let Some(Get::StructReference(pointer)) = &mut reference.get {
                    pointer.struct_name = self.name(&pointer.struct_name);
                }
            }
            _ => {}
        }
    }

    /// Gives a struct and those of its members the prefix.
    pub(super) fn qualify_struct(&self, definition: &mut StructDefinition) {
        definition.full_name = self.name(&definition.full_name);
        for member in &mut definition.members {
            if !member.struct_name.is_empty() {
                member.struct_name = self.name(&member.struct_name);
            }
        }
    }
}
