//! Runs the hints that were placed in Rust, with cairo-vm's own implementation of each.

use std::sync::Arc;

use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::{
    BuiltinHintProcessor, HintProcessorData,
};
use cairo_vm::hint_processor::hint_processor_definition::HintProcessorLogic as _;
use cairo_vm::types::exec_scope::ExecutionScopes;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::{Compiled, Placement, Plan, plan};
use crate::hint::table::HintTable;
use crate::program::CompiledProgram;

/// The hints of a program that run in Rust.
pub struct NativeHints {
    processor: BuiltinHintProcessor,
    scopes: ExecutionScopes,
    table: HintTable,
    placements: Vec<Placement>,
    compiled: Vec<Option<Compiled>>,
}

impl std::fmt::Debug for NativeHints {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hint processor cannot be printed.
        formatter
            .debug_struct("NativeHints")
            .field("placements", &self.placements)
            .finish_non_exhaustive()
    }
}

impl NativeHints {
    /// Places the hints of a program whose code starts at `base`.
    #[must_use]
    pub fn new(program: &Arc<CompiledProgram>, base: Relocatable) -> Self {
        let Plan {
            placements,
            compiled,
        } = plan(program);
        let mut table = HintTable::default();
        table.add(Arc::clone(program), base);
        Self {
            processor: BuiltinHintProcessor::new_empty(),
            scopes: ExecutionScopes::new(),
            table,
            placements,
            compiled,
        }
    }

    /// Where each hint runs.
    #[must_use]
    pub fn placements(&self) -> &[Placement] {
        &self.placements
    }

    /// Whether no hint needs Python.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.compiled.iter().all(Option::is_some)
    }

    /// The hints at a pc, by id.
    #[must_use]
    #[inline]
    pub fn at(&self, pc: Relocatable) -> &[u32] {
        self.table.at(pc)
    }

    /// Runs a hint. `false` when it has to run in Python: it is placed there, or its twin failed and only
    /// Python's own error is the right one. What the twin wrote before it failed, Python writes too.
    pub fn execute(&mut self, vm: &mut VirtualMachine, id: u32) -> bool {
        let Some(Some(Compiled { twin, data })) = self.compiled.get(id as usize) else {
            return false;
        };
        if let Some(guard) = twin.guard
            && !data
                .downcast_ref::<HintProcessorData>()
                .is_some_and(|data| guard(vm, data))
        {
            return false;
        }
        self.processor
            .execute_hint(vm, &mut self.scopes, data)
            .is_ok()
    }
}
