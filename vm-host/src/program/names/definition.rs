//! What an identifier is.

use num_bigint::BigInt;

use super::cairo_type::CairoType;
use super::scoped_name::ScopedName;

/// An identifier's definition.
#[derive(Debug)]
pub(in crate::program) enum Definition {
    /// Another name for an identifier or scope.
    Alias {
        /// The full name it stands for.
        destination: ScopedName,
    },
    /// A constant, never reduced.
    Const {
        /// Its value.
        value: BigInt,
    },
    /// A label.
    Label {
        /// Relative to the program.
        pc: i64,
    },
    /// A function.
    Function {
        /// Relative to the program.
        pc: i64,
    },
    /// A namespace.
    Namespace,
    /// A reference.
    Reference {
        /// Its full name in the flow tracking data.
        full_name: ScopedName,
    },
    /// A struct.
    Struct(StructDefinition),
    /// Another name for a type.
    Type {
        /// The type.
        cairo_type: CairoType,
    },
    /// A kind that `ids` does not support, such as `member` or `scope`.
    Other {
        /// Its name.
        kind: String,
    },
}

/// A struct.
#[derive(Debug)]
pub(in crate::program) struct StructDefinition {
    /// Its size in cells.
    pub(in crate::program) size: u64,
    /// Its members, in order of offset.
    pub(in crate::program) members: Vec<Member>,
}

/// A member of a struct.
#[derive(Debug)]
pub(in crate::program) struct Member {
    /// Its name.
    pub(in crate::program) name: String,
    /// Its offset in cells.
    pub(in crate::program) offset: u64,
    /// Its type.
    pub(in crate::program) cairo_type: CairoType,
}

impl Definition {
    /// The name of its kind.
    pub(in crate::program) fn kind(&self) -> &str {
        match self {
            Self::Alias { .. } => "alias",
            Self::Const { .. } => "const",
            Self::Label { .. } => "label",
            Self::Function { .. } => "function",
            Self::Namespace => "namespace",
            Self::Reference { .. } => "reference",
            Self::Struct(_) => "struct",
            Self::Type { .. } => "type_definition",
            Self::Other { kind } => kind,
        }
    }
}

impl StructDefinition {
    /// The member of that name.
    pub(in crate::program) fn member(&self, name: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.name == name)
    }
}
