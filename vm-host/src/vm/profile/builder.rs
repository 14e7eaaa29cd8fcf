//! A profile under construction: its tables of strings, functions and places. Knows nothing of Cairo.

use std::collections::HashMap;

use super::proto::{Function, Line, Location, Mapping, Profile, ValueType};

/// The number of the only mapping.
const PROGRAM: u64 = 1;

/// A profile under construction, with the indices of its strings.
pub(super) struct Builder {
    /// What there is so far.
    pub(super) profile: Profile,
    strings: HashMap<String, i64>,
}

impl Builder {
    /// An empty profile of a program with this name and number of cells.
    pub(super) fn new(program: &str, size: usize) -> Self {
        let mut builder = Self {
            profile: Profile::default(),
            strings: HashMap::new(),
        };
        // The format wants the empty string first.
        builder.string("");
        let filename = builder.string(program);
        // Without one, readers warn that they found no binary; all that they would look for in it is here.
        builder.profile.mapping.push(Mapping {
            id: PROGRAM,
            memory_start: 0,
            memory_limit: size as u64,
            filename,
            has_functions: true,
            has_filenames: true,
            has_line_numbers: true,
        });
        builder
    }

    fn string(&mut self, text: &str) -> i64 {
        if let Some(index) = self.strings.get(text) {
            return *index;
        }
        let index = self.profile.string_table.len() as i64;
        self.profile.string_table.push(text.to_string());
        self.strings.insert(text.to_string(), index);
        index
    }

    /// What a value counts.
    pub(super) fn value_type(&mut self, name: &str, unit: &str) -> ValueType {
        ValueType {
            r#type: self.string(name),
            unit: self.string(unit),
        }
    }

    /// A new function; its number.
    pub(super) fn function(&mut self, name: &str, file: &str, start_line: u32) -> u64 {
        let name = self.string(name);
        let filename = self.string(file);
        let id = self.profile.function.len() as u64 + 1;
        self.profile.function.push(Function {
            id,
            name,
            system_name: name,
            filename,
            start_line: start_line.into(),
        });
        id
    }

    /// A new place; its number.
    pub(super) fn location(&mut self, address: usize, function_id: u64, line: u32) -> u64 {
        let id = self.profile.location.len() as u64 + 1;
        self.profile.location.push(Location {
            id,
            mapping_id: PROGRAM,
            address: address as u64,
            line: vec![Line {
                function_id,
                line: line.into(),
            }],
        });
        id
    }
}
