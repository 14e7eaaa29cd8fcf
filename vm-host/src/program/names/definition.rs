//! What an identifier is.

use num_bigint::BigInt;

use super::cairo_type::CairoType;
use super::scoped_name::ScopedName;

#[derive(Debug)]
pub(in crate::program) enum Definition {
    /// Another name for an identifier or scope.
    Alias {
        /// The full name it stands for.
        destination: ScopedName,
    },
    /// A constant, never reduced.
    Const {
        value: BigInt,
    },
    Label {
        /// Relative to the program.
        pc: i64,
    },
    Function {
        /// Relative to the program.
        pc: i64,
    },
    Namespace,
    Reference {
        /// Its full name in the flow tracking data.
        full_name: ScopedName,
    },
    Struct(StructDefinition),
    /// Another name for a type.
    Type {
        cairo_type: CairoType,
    },
    /// A kind that `ids` does not support, such as `member` or `scope`.
    Other {
        kind: String,
    },
}

#[derive(Debug)]
pub(in crate::program) struct StructDefinition {
    /// In cells.
    pub(in crate::program) size: u64,
    /// Its members, in order of offset.
    pub(in crate::program) members: Vec<Member>,
}

#[derive(Debug)]
pub(in crate::program) struct Member {
    pub(in crate::program) name: String,
    /// In cells.
    pub(in crate::program) offset: u64,
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
