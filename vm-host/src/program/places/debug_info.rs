//! Where each instruction and hint stands in the source.

use std::collections::HashMap;

use super::location::Location;

/// The debug information of a program.
#[derive(Debug, Default)]
pub struct DebugInfo {
    /// By pc relative to the program.
    pub instruction_locations: HashMap<usize, InstructionLocation>,
}

/// Where an instruction and its hints stand.
#[derive(Debug)]
pub struct InstructionLocation {
    pub inst: Location,
    /// The hints of that pc; some may have no place.
    pub hints: Vec<Option<HintLocation>>,
}

#[derive(Clone, Debug)]
pub struct HintLocation {
    /// From the opening bracket on.
    pub location: Location,
    /// Empty lines between the opening bracket and the code.
    pub prefix_newlines: u32,
}

impl DebugInfo {
    /// Where the hint at this pc and index stands.
    pub fn hint_location(&self, pc: usize, index: usize) -> Option<&HintLocation> {
        self.instruction_locations
            .get(&pc)?
            .hints
            .get(index)?
            .as_ref()
    }
}
