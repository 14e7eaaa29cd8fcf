//! A hint of the program and the references that are alive at it.

use std::collections::HashMap;
use std::sync::Arc;

use hint_proto::v1;

use super::names::ScopedName;
use super::places::HintLocation;

#[derive(Debug)]
pub struct Hint {
    /// Its number: hints count from 0 in the order of the program file.
    pub id: u32,
    /// Its pc relative to the program.
    pub pc: usize,
    /// Its place among the hints of that pc.
    pub index: usize,
    pub code: String,
    /// The scopes in which its names are looked up, the last one first.
    pub accessible_scopes: Arc<[ScopedName]>,
    /// The references that are alive.
    pub flow_tracking: FlowTracking,
    pub location: Option<HintLocation>,
}

/// Which references are alive at a place of the program, and what is known about ap there.
#[derive(Clone, Debug, Default)]
pub struct FlowTracking {
    pub ap_tracking: ApTracking,
    /// From the full names of references to their numbers.
    pub reference_ids: HashMap<Arc<str>, usize>,
}

/// How far ap is from a point that is not known itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApTracking {
    /// The point; ap values of different groups cannot be compared.
    pub group: i64,
    pub offset: i64,
}

impl ApTracking {
    /// How much ap has grown since an earlier place, if that is known.
    pub fn difference(self, earlier: Self) -> Option<i128> {
        let known = self.group == earlier.group;
        known.then(|| i128::from(self.offset) - i128::from(earlier.offset))
    }
}

impl Hint {
    /// The message for the engine.
    pub fn to_wire(&self) -> v1::Hint {
        v1::Hint {
            id: self.id,
            language: "python".to_owned(),
            code: self.code.clone(),
            location: self.location.as_ref().map(|hint| v1::HintLocation {
                filename: hint
                    .location
                    .input_file
                    .filename
                    .as_deref()
                    .unwrap_or("")
                    .to_owned(),
                start_line: hint.location.start_line,
                prefix_newlines: hint.prefix_newlines,
            }),
        }
    }
}
