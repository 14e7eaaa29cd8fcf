//! The program as `cairo-vm` sees it: code, builtins and entry points, nothing else.
//!
//! `cairo-vm` parses references and constants more weakly than the compiler writes them, so it gets
//! neither, and no hints: the host owns those.

use std::collections::{BTreeMap, HashMap};

use cairo_vm::serde::deserialize_program::{Identifier, ProgramJson, parse_program_json};
use cairo_vm::types::program::Program;
use cairo_vm::types::relocatable::MaybeRelocatable;

use super::compiled::CompiledProgram;
use super::error::{ProgramError, excerpt};

impl CompiledProgram {
    /// The program for `cairo-vm`. The entry point is a label or function of the main scope; without
    /// one it is `main` if there is any.
    ///
    /// # Errors
    /// [`ProgramError::NoEntrypoint`] when the program has no such label.
    pub fn cairo_vm_program(&self, entrypoint: Option<&str>) -> Result<Program, ProgramError> {
        let entry = match entrypoint {
            Some(name) => {
                let pc = self.label(name);
                Some(pc.ok_or_else(|| ProgramError::NoEntrypoint(excerpt(name)))?)
            }
            None => self.main().ok(),
        };
        let mut identifiers = HashMap::new();
        let labels = [
            ("__main__.main", entry),
            ("__main__.__start__", self.label("__start__")),
            ("__main__.__end__", self.end()),
        ];
        for (name, pc) in labels {
            if let Some(pc) = pc {
                identifiers.insert(name.to_owned(), label(pc));
            }
        }
        let program = ProgramJson {
            prime: cairo_vm::utils::PRIME_STR.to_owned(),
            builtins: self.builtins().to_vec(),
            data: self
                .data()
                .iter()
                .map(|word| MaybeRelocatable::Int(*word))
                .collect(),
            identifiers,
            hints: BTreeMap::new(),
            reference_manager: Default::default(),
            attributes: Vec::new(),
            debug_info: None,
        };
        let program = parse_program_json(program, entry.map(|_| "main"));
        program.map_err(|error| ProgramError::Vm(error.to_string()))
    }
}

fn label(pc: usize) -> Identifier {
    Identifier {
        pc: Some(pc),
        type_: Some("label".to_owned()),
        value: None,
        full_name: None,
        members: None,
        cairo_type: None,
        size: None,
        destination: None,
    }
}
