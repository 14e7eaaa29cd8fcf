//! The engine of the hints that cairo-vm knows: it runs its own implementation of each, its *twin*, where
//! that does what the Python text does. Keeps the variables of those hints in cairo-vm's scopes.

mod compile;
mod guards;
mod handover;
mod table;

pub(crate) use compile::compile;
pub(crate) use handover::Shown;
#[cfg(test)]
pub(crate) use table::all;
pub(crate) use table::{Twin, find, is_known};

use std::any::Any;
use std::cell::Cell;
use std::collections::HashMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Once;

use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::{
    BuiltinHintProcessor, HintProcessorData,
};
use cairo_vm::hint_processor::hint_processor_definition::{HintProcessorLogic as _, HintReference};
use cairo_vm::hint_processor::hint_processor_utils::compute_addr_from_reference;
use cairo_vm::types::exec_scope::ExecutionScopes;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::ScopeChange;

use super::Attempt;
use guards::{Here, is_free};

/// A hint ready to run in Rust.
pub(crate) struct Compiled {
    pub(crate) twin: &'static Twin,
    data: Box<dyn Any>,
    /// Whether what it does depends on other twins, through scopes, or they on it.
    pub(crate) scoped: bool,
    /// The cells behind `ids` that it writes: what starts at a reference, and how far behind it.
    writes: Vec<(HintReference, usize)>,
    /// Whether it writes the cell at ap.
    writes_ap: bool,
}

/// The twins of a run's hints, and their variables.
pub(crate) struct Twins {
    processor: BuiltinHintProcessor,
    scopes: ExecutionScopes,
    /// By the hints' ids; absent where another engine runs the hint.
    compiled: Vec<Option<Compiled>>,
    /// What the twins did to the scopes since others were told.
    change: ScopeChange,
    /// Variables that Python has to take over, once the hints that share them went there.
    handed_over: String,
    /// Whether the hints with variables in scopes are declined from now on.
    scoped_elsewhere: bool,
    executed: u64,
    /// The same of each hint, by its id.
    executions: Vec<u64>,
    /// Room for the cells that a hint writes.
    cells: Vec<Relocatable>,
}

impl std::fmt::Debug for Twins {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // The hint processor cannot be printed.
        formatter
            .debug_struct("Twins")
            .field("executed", &self.executed)
            .finish_non_exhaustive()
    }
}

impl Twins {
    /// The engine of the hints that were compiled for it, by their ids. All others are declined.
    pub(crate) fn new(compiled: Vec<Option<Compiled>>) -> Self {
        silence_twins();
        let executions = vec![0; compiled.len()];
        Self {
            processor: BuiltinHintProcessor::new_empty(),
            scopes: ExecutionScopes::new(),
            compiled,
            change: ScopeChange::default(),
            handed_over: String::new(),
            scoped_elsewhere: false,
            executed: 0,
            executions,
            cells: Vec::new(),
        }
    }

    /// How many hints ran here.
    pub(crate) fn executed(&self) -> u64 {
        self.executed
    }

    /// How often a hint ran here.
    pub(crate) fn executions(&self, id: u32) -> u64 {
        self.executions.get(id as usize).copied().unwrap_or(0)
    }

    /// How many scopes are open.
    pub(crate) fn depth(&self) -> usize {
        self.scopes.data.len()
    }

    /// Runs a hint. It is declined when it was not compiled, when its twin would not do the same as the
    /// text, or when the twin failed: only Python's own error is the right one.
    pub(crate) fn execute(&mut self, vm: &mut VirtualMachine, id: u32) -> Attempt {
        let Some(Some(hint)) = self.compiled.get(id as usize) else {
            return Attempt::Declined;
        };
        if hint.scoped && self.scoped_elsewhere {
            return Attempt::Declined;
        }
        let depth = self.scopes.data.len();
        let attempt = run(
            &mut self.processor,
            &mut self.scopes,
            vm,
            hint,
            &mut self.cells,
        );
        if attempt != Attempt::Done {
            if hint.scoped {
                // Its variables, and those of all hints that may share one with it, go with it.
                self.scoped_elsewhere = true;
                self.handed_over = handover::take(&mut self.scopes);
            }
            return attempt;
        }
        self.executed += 1;
        self.executions[id as usize] += 1;
        match self.scopes.data.len() {
            deeper if deeper > depth => self.change.entered += 1,
            same if same == depth => {}
            _ if self.change.entered > 0 => self.change.entered -= 1,
            _ => self.change.left += 1,
        }
        Attempt::Done
    }

    /// What the twins did to the scopes since this was last asked, and the variables that Python takes over
    /// from them, JSON; empty when there are none.
    pub(crate) fn take_change(&mut self) -> (ScopeChange, String) {
        (
            std::mem::take(&mut self.change),
            std::mem::take(&mut self.handed_over),
        )
    }

    /// The variables of the twins in each scope, outermost first, as Python would show them. Dictionaries are sorted: the
    /// order in which Python has them is not known here.
    pub(crate) fn variables(&self) -> Vec<Vec<Shown>> {
        handover::shown(&self.scopes)
    }

    /// Leaves and enters scopes as a hint elsewhere did. The caller has checked the numbers.
    pub(crate) fn follow(&mut self, change: ScopeChange) {
        let scopes = &mut self.scopes.data;
        scopes.truncate(scopes.len().saturating_sub(change.left as usize));
        scopes.resize_with(scopes.len() + change.entered as usize, HashMap::new);
    }
}

/// Runs a twin where it does what Python does. `cells` is room for the cells that it writes.
fn run(
    processor: &mut BuiltinHintProcessor,
    scopes: &mut ExecutionScopes,
    vm: &mut VirtualMachine,
    hint: &Compiled,
    cells: &mut Vec<Relocatable>,
) -> Attempt {
    let Compiled {
        twin, data, writes, ..
    } = hint;
    let Some(known) = data.downcast_ref::<HintProcessorData>() else {
        return Attempt::Declined;
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
            _ => return Attempt::Declined,
        }
    }
    if !cells.iter().all(|cell| is_free(vm, *cell)) {
        return Attempt::Declined;
    }
    if let Some(guard) = twin.guard {
        let here = Here {
            vm,
            scopes,
            data: known,
        };
        if !guard(here) {
            return Attempt::Declined;
        }
    }
    let executed = without_panic(|| processor.execute_hint(vm, scopes, data));
    if !matches!(executed, Some(Ok(()))) {
        for cell in cells {
            // Only what the twin wrote is there to delete; the rest was empty before, too.
            let _ = vm.delete_unaccessed(*cell);
        }
        return match executed {
            Some(Err(error)) => Attempt::Failed(error.to_string()),
            _ => Attempt::Declined,
        };
    }
    if let Some(after) = twin.after {
        after(vm, scopes, known);
    }
    Attempt::Done
}

thread_local! {
    static IN_A_TWIN: Cell<bool> = const { Cell::new(false) };
}

/// Runs a part of cairo-vm; `None` when it panics, which is not printed.
fn without_panic<T>(run: impl FnOnce() -> T) -> Option<T> {
    IN_A_TWIN.set(true);
    let outcome: Result<T, Box<dyn Any + Send>> = catch_unwind(AssertUnwindSafe(run));
    IN_A_TWIN.set(false);
    outcome.ok()
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
