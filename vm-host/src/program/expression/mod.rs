//! Cairo expressions, and types as references and identifiers write them.
//!
//! Owns the grammar, the printed form, the type system and the translation into what `ids` evaluates.
//! Locations are kept to the column, because error texts show them. Must not know hints or memory.

mod balance;
mod cursor;
mod encode;
mod format;
mod lexer;
mod lower;
mod nondet;
mod parse_error;
mod parser;
mod short_string;
mod simplify;
mod translate;
mod tree;
mod type_cast;
mod type_parser;
mod type_system;
mod value;

pub(super) use format::format_expression;
pub(super) use lower::lower;
pub(super) use parser::parse_expression;
pub(super) use translate::translate_ap;
pub(super) use tree::{Expression, Node, Notes, Operator};
pub(super) use type_cast::struct_definition;
pub(super) use type_parser::parse_type;
pub(super) use type_system::simplify_types;
pub(super) use value::{Value, sequence};
