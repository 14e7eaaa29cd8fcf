//! Runs the hints that were placed in Rust, with cairo-vm's own implementation of each, and keeps their
//! scopes in step with those of the hints in Python.

use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, Once};

use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::{
    BuiltinHintProcessor, HintProcessorData,
};
use cairo_vm::hint_processor::hint_processor_definition::HintProcessorLogic as _;
use cairo_vm::hint_processor::hint_processor_utils::compute_addr_from_reference;
use cairo_vm::types::exec_scope::ExecutionScopes;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::ScopeChange;

use super::guards::{Here, is_free};
use super::{Compiled, Placement, Plan, Surroundings, handover, plan, twins};
use crate::hint::HintError;
use crate::hint::table::HintTable;
use crate::program::CompiledProgram;

/// Most scopes that may be open at once. Python itself has no bound; the host must.
const MAX_SCOPES: usize = 1 << 20;

/// The hints of a program that run in Rust.
pub struct NativeHints {
    processor: BuiltinHintProcessor,
    scopes: ExecutionScopes,
    table: HintTable,
    placements: Vec<Placement>,
    compiled: Vec<Option<Compiled>>,
    all_known: bool,
    /// What the engine has not been told yet.
    change: ScopeChange,
    /// Variables that the engine has to take over, once the hints that share them went to Python.
    handed_over: String,
    /// Whether the hints with variables in scopes run in Python from now on.
    scoped_in_python: bool,
    executed: u64,
    /// Room for the cells that a hint writes.
    cells: Vec<Relocatable>,
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
    /// Places the hints of a program whose code starts at `base`, where hints find what `surroundings`
    /// says.
    #[must_use]
    pub fn new(
        program: &Arc<CompiledProgram>,
        base: Relocatable,
        surroundings: &Surroundings,
    ) -> Self {
        let Plan {
            placements,
            compiled,
        } = plan(program, surroundings);
        let mut table = HintTable::default();
        table.add(Arc::clone(program), base);
        silence_twins();
        Self {
            processor: BuiltinHintProcessor::new_empty(),
            scopes: ExecutionScopes::new(),
            table,
            placements,
            compiled,
            all_known: program
                .hints()
                .iter()
                .all(|hint| twins::is_known(&hint.code)),
            change: ScopeChange::default(),
            handed_over: String::new(),
            scoped_in_python: false,
            executed: 0,
            cells: Vec::new(),
        }
    }

    /// Places every hint in Python. What is left is the count of the scopes.
    #[must_use]
    pub fn none(program: &Arc<CompiledProgram>, base: Relocatable) -> Self {
        let mut natives = Self::new(program, base, &Surroundings::default());
        for (hint, placement) in natives.compiled.iter_mut().zip(&mut natives.placements) {
            *hint = None;
            placement.native = false;
            placement.reason = "all hints run in Python".to_owned();
        }
        natives
    }

    /// Where each hint runs.
    #[must_use]
    pub fn placements(&self) -> &[Placement] {
        &self.placements
    }

    /// Whether no hint needs Python, as far as can be known before the run.
    #[must_use]
    pub fn is_everything(&self) -> bool {
        self.compiled.iter().all(Option::is_some)
    }

    /// Whether every hint is one of cairo-vm's, so that no engine has to look for syntax errors before
    /// the first step.
    #[must_use]
    pub fn all_known(&self) -> bool {
        self.all_known
    }

    /// How many hints ran in Rust.
    #[must_use]
    pub fn executed(&self) -> u64 {
        self.executed
    }

    /// How many scopes are open, on both sides.
    #[must_use]
    pub fn depth(&self) -> usize {
        self.scopes.data.len()
    }

    /// The hints at a pc, by id.
    #[must_use]
    #[inline]
    pub fn at(&self, pc: Relocatable) -> &[u32] {
        self.table.at(pc)
    }

    /// Runs a hint. `false` when it has to run in Python: it is placed there, or its twin would not do
    /// the same, or failed, and only Python's own error is the right one. Then it has changed nothing
    /// that Python would not change too.
    pub fn execute(&mut self, vm: &mut VirtualMachine, id: u32) -> bool {
        let Some(Some(hint)) = self.compiled.get(id as usize) else {
            return false;
        };
        if hint.scoped && self.scoped_in_python {
            return false;
        }
        let depth = self.scopes.data.len();
        if !run(
            &mut self.processor,
            &mut self.scopes,
            vm,
            hint,
            &mut self.cells,
        ) {
            if hint.scoped {
                // Its variables, and those of all hints that may share one with it, go with it.
                self.scoped_in_python = true;
                self.handed_over = handover::take(&mut self.scopes);
            }
            return false;
        }
        self.executed += 1;
        match self.scopes.data.len() {
            deeper if deeper > depth => self.change.entered += 1,
            same if same == depth => {}
            _ if self.change.entered > 0 => self.change.entered -= 1,
            _ => self.change.left += 1,
        }
        true
    }

    /// What the engine must know before its next hint: the scopes that were left and entered, and the
    /// variables it takes over, JSON. It is told once.
    pub fn take_news(&mut self) -> (Option<ScopeChange>, String) {
        let change = std::mem::take(&mut self.change);
        let change = (change != ScopeChange::default()).then_some(change);
        (change, std::mem::take(&mut self.handed_over))
    }

    /// Leaves and enters scopes as a hint in Python did.
    ///
    /// # Errors
    /// [`HintError`] when that cannot be what a hint did.
    pub fn follow(&mut self, change: ScopeChange) -> Result<(), HintError> {
        let left = change.left as usize;
        let entered = change.entered as usize;
        if left >= self.depth() || self.depth() - left + entered > MAX_SCOPES {
            return Err(HintError::Protocol(format!(
                "it left `{left}` and entered `{entered}` of `{}` scopes",
                self.depth()
            )));
        }
        let scopes = &mut self.scopes.data;
        scopes.truncate(scopes.len() - left);
        scopes.resize_with(scopes.len() + entered, HashMap::new);
        Ok(())
    }
}

/// Runs a twin where it does what Python does; `false` when it does not, or fails. `cells` is room for the
/// cells that it writes.
fn run(
    processor: &mut BuiltinHintProcessor,
    scopes: &mut ExecutionScopes,
    vm: &mut VirtualMachine,
    hint: &Compiled,
    cells: &mut Vec<Relocatable>,
) -> bool {
    let Compiled {
        twin, data, writes, ..
    } = hint;
    let Some(known) = data.downcast_ref::<HintProcessorData>() else {
        return false;
    };
    cells.clear();
    if hint.writes_ap {
        cells.push(vm.get_ap());
    }
    for (reference, offset) in writes {
        match compute_addr_from_reference(reference, vm, &known.ap_tracking)
            .and_then(|cell| (cell + *offset).ok())
        {
            // Two names of one cell would be written in cairo-vm's order.
            Some(cell) if !cells.contains(&cell) => cells.push(cell),
            _ => return false,
        }
    }
    if !cells.iter().all(|cell| is_free(vm, *cell)) {
        return false;
    }
    if let Some(guard) = twin.guard {
        let here = Here {
            vm,
            scopes,
            data: known,
        };
        if !guard(here) {
            return false;
        }
    }
    if !without_panic(|| processor.execute_hint(vm, scopes, data).is_ok()) {
        for cell in cells {
            // Only what the twin wrote is there to delete; the rest was empty before, too.
            let _ = vm.delete_unaccessed(*cell);
        }
        return false;
    }
    if let Some(after) = twin.after {
        after(vm, scopes, known);
    }
    true
}

thread_local! {
    static IN_A_TWIN: Cell<bool> = const { Cell::new(false) };
}

/// Runs a part of cairo-vm; a panic there counts as failure, and is not printed.
fn without_panic(run: impl FnOnce() -> bool) -> bool {
    IN_A_TWIN.set(true);
    let outcome: Result<bool, Box<dyn Any + Send>> = catch_unwind(AssertUnwindSafe(run));
    IN_A_TWIN.set(false);
    outcome.unwrap_or(false)
}

/// Keeps panics of twins, which are caught, from being printed.
fn silence_twins() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let previous = std::panic::take_hook();
        std::panic::set_hook(Box::new(move |information| {
            if !IN_A_TWIN.get() {
                previous(information);
            }
        }));
    });
}
