//! What the compiled hints of a program share: the names of their variables, the structs that they lead to, the
//! functions that they define. Must not know how hints are lowered or run.

use super::ids::Layouts;
use super::scopes::Names;
use super::tree::OwnFunction;
use super::value::Integer;

/// What the compiled hints of a program share.
#[derive(Debug)]
pub(crate) struct Shared {
    pub(crate) names: Names,
    pub(crate) layouts: Layouts,
    pub(crate) functions: Vec<OwnFunction>,
    /// The id that the first hint of the program has in the run.
    pub(crate) first_hint: u32,
    pub(super) prime: Integer,
}

impl Default for Shared {
    fn default() -> Self {
        Self {
            names: Names::default(),
            layouts: Layouts::default(),
            functions: Vec::new(),
            first_hint: 0,
            prime: Integer::prime(),
        }
    }
}
