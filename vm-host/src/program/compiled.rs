//! A compiled program and what the rest of the host asks it.

use std::collections::HashMap;
use std::ops::Range;
use std::sync::Arc;

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;
use hint_proto::v1;

use super::error::ProgramError;
use super::expression::Expression;
use super::hint::{ApTracking, FlowTracking, Hint};
use super::names::{Definition, Entry, Identifiers, ScopedName};
use super::places::DebugInfo;
use super::structs::StructClosures;

/// A compiled Cairo 0 program.
#[derive(Debug)]
pub struct CompiledProgram {
    pub(super) builtins: Vec<BuiltinName>,
    pub(super) data: Vec<Felt252>,
    pub(super) main_scope: ScopedName,
    pub(super) compiler_version: Option<String>,
    pub(super) hints: Vec<Hint>,
    pub(super) hints_by_pc: HashMap<usize, Range<usize>>,
    pub(super) identifiers: Identifiers,
    pub(super) references: Vec<Reference>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) debug_info: Option<DebugInfo>,
    pub(super) struct_closures: StructClosures,
}

/// A reference: an expression that was true at one place of the program.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) value: Expression,
    pub(super) ap_tracking: ApTracking,
}

/// An attribute of a range of code, such as `error_message`.
#[derive(Debug)]
pub struct Attribute {
    /// What it is.
    pub name: String,
    /// Its text.
    pub value: String,
    /// First pc, relative to the program.
    pub start_pc: i64,
    /// One past the last pc.
    pub end_pc: i64,
    /// The scopes in which its names are looked up.
    pub accessible_scopes: Arc<[ScopedName]>,
    /// The references that are alive, if recorded.
    pub flow_tracking: Option<FlowTracking>,
}

impl CompiledProgram {
    /// The builtins, in the order of the program.
    pub fn builtins(&self) -> &[BuiltinName] {
        &self.builtins
    }

    /// The code.
    pub fn data(&self) -> &[Felt252] {
        &self.data
    }

    /// The version of the compiler, if recorded.
    pub fn compiler_version(&self) -> Option<&str> {
        self.compiler_version.as_deref()
    }

    /// All hints, in the order of their ids.
    pub fn hints(&self) -> &[Hint] {
        &self.hints
    }

    /// The hints of a pc relative to the program, in the order in which they run.
    pub fn hints_at(&self, pc: usize) -> &[Hint] {
        self.hints_by_pc
            .get(&pc)
            .map_or(&[], |range| &self.hints[range.clone()])
    }

    /// The hint's message for the engine.
    pub fn to_wire(&self, hint: &Hint) -> v1::Hint {
        hint.to_wire()
    }

    /// The attributes, in the order of the program.
    pub fn attributes(&self) -> &[Attribute] {
        &self.attributes
    }

    /// The debug information, if the program has it.
    pub fn debug_info(&self) -> Option<&DebugInfo> {
        self.debug_info.as_ref()
    }

    /// Where each function starts, and its full name, in the order of the code.
    #[must_use]
    pub fn functions(&self) -> Vec<(usize, String)> {
        let function = |entry: &Entry| match entry.definition {
            Definition::Function { pc } => {
                Some((usize::try_from(pc).ok()?, entry.name.to_string()))
            }
            _ => None,
        };
        let mut functions: Vec<_> = self.identifiers.iter().filter_map(function).collect();
        functions.sort_unstable();
        functions
    }

    /// The file and line of each instruction, where they are known.
    pub(crate) fn lines(&self) -> Vec<Option<(Arc<str>, u32)>> {
        let mut lines = vec![None; self.data.len()];
        let locations = self
            .debug_info
            .iter()
            .flat_map(|info| &info.instruction_locations);
        for (pc, location) in locations {
            let inst = &location.inst;
            if let (Some(line), Some(file)) = (lines.get_mut(*pc), &inst.input_file.filename) {
                *line = Some((Arc::clone(file), inst.start_line));
            }
        }
        lines
    }

    /// The pc of a label or function, by its name in the main scope or its full name.
    pub fn label(&self, name: &str) -> Option<usize> {
        let in_main = self.label_in(&self.main_scope, name);
        in_main.or_else(|| self.label_in(&ScopedName::empty(), name))
    }

    fn label_in(&self, scope: &ScopedName, name: &str) -> Option<usize> {
        let scopes = std::slice::from_ref(scope);
        let found = self.identifiers.search_identifier(scopes, name).ok()?;
        found.canonical_name().ok()?;
        match found.entry.definition {
            Definition::Label { pc } | Definition::Function { pc } => usize::try_from(pc).ok(),
            _ => None,
        }
    }

    /// The pc of `main`.
    ///
    /// # Errors
    /// [`ProgramError::NoMain`] when the program has none.
    pub fn main(&self) -> Result<usize, ProgramError> {
        self.label_in(&self.main_scope, "main")
            .ok_or(ProgramError::NoMain)
    }

    /// The pc at which a proof starts: `__start__`, or 0.
    pub fn start(&self) -> usize {
        self.label_in(&self.main_scope, "__start__").unwrap_or(0)
    }

    /// The pc at which a proof ends: `__end__`.
    pub fn end(&self) -> Option<usize> {
        self.label_in(&self.main_scope, "__end__")
    }
}
