//! A run: the VM, its hints, and what is known of both.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::ContractUse;

use super::config::RunConfig;
use super::decoded::Decoded;
use super::rules::Rules;
use crate::hint::dispatch::Dispatch;
use crate::hint::effects::Applier;
use crate::hint::running::RunningHint;
use crate::hint::statistics::{Engine, EngineCounts, HintCost, HostHints, Statistics};
use crate::hint::table::LoadedProgram;
use crate::hint::watch::{Watched, Watcher};
use crate::placement::Placement;
use crate::program::{CompiledProgram, ExceptionContext, Hint};
use crate::vm::end::Ended;
use crate::vm::profile::StepStacks;
use crate::vm::shape::RunShape;
use crate::vm::slices::Slices;
use crate::vm::start::PreparedRun;
use crate::worker::Turn;

/// One run, from before its first step until after its last.
pub struct Run {
    pub(super) vm: PreparedRun,
    pub(super) config: RunConfig,
    /// What is run, unless it is a PIE.
    pub(super) program: Option<Arc<CompiledProgram>>,
    /// Its compiled JSON, if the debug information is wanted.
    pub(super) program_json: Option<Arc<[u8]>>,
    pub(super) placements: Vec<Placement>,
    /// Whether every hint is one of cairo-vm's.
    pub(super) all_known: bool,
    /// Whether it starts at `main`: then it must return its builtins.
    pub(super) is_main: bool,
    pub(super) hints: Option<Dispatch>,
    pub(super) rules: Rules,
    pub(super) decoded: Decoded,
    /// The steps by call stack, if they are counted.
    pub(super) stacks: Option<Box<StepStacks>>,
    /// Who follows the run.
    pub(super) watched: Watched,
    /// What the client's own writes have used of the limits.
    pub(super) written: Applier,
    pub(super) context: ExceptionContext,
    pub(super) ended: Ended,
    /// Its place among the runs of a server, which goes to the others now and then while the end is worked on.
    pub(super) turn: Option<Turn>,
    /// Whether the hints were asked for their side of the end.
    pub(super) hints_ended: bool,
}

/// What a run has done.
#[derive(Clone, Debug, Default)]
pub struct RunCounts {
    /// Steps.
    pub steps: u64,
    /// Hints inside of the host.
    pub host: HostHints,
    /// Hints outside of it; one engine may be there more than once.
    pub outside: Vec<(Engine, EngineCounts)>,
    /// Bytes to workers.
    pub sent: u64,
    /// Bytes from workers.
    pub received: u64,
}

impl std::fmt::Debug for Run {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // cairo-vm's runner cannot be printed; where it stands is what one wants to see.
        formatter
            .debug_struct("Run")
            .field("pc", &self.vm().get_pc())
            .field("step", &self.current_step())
            .finish_non_exhaustive()
    }
}

impl Run {
    /// cairo-vm's runner.
    #[must_use]
    pub fn runner(&self) -> &CairoRunner {
        &self.vm.runner
    }

    /// cairo-vm's state.
    #[must_use]
    pub fn vm(&self) -> &VirtualMachine {
        &self.vm.runner.vm
    }

    /// The same, to be changed before the first step.
    pub fn vm_mut(&mut self) -> &mut VirtualMachine {
        &mut self.vm.runner.vm
    }

    /// The VM with what stays fixed while it runs.
    pub(crate) fn prepared(&self) -> &PreparedRun {
        &self.vm
    }

    pub(crate) fn shape(&self) -> &RunShape {
        &self.vm.shape
    }

    /// What the run was configured with.
    #[must_use]
    pub fn config(&self) -> &RunConfig {
        &self.config
    }

    /// The program, unless a PIE is run.
    #[must_use]
    pub fn program(&self) -> Option<&Arc<CompiledProgram>> {
        self.program.as_ref()
    }

    /// The program's compiled JSON, unless a PIE is run; kept if the debug information is wanted.
    pub(crate) fn program_json(&self) -> Option<&[u8]> {
        self.program_json.as_deref()
    }

    /// Which engine each hint of the program is given to first, by the hints' ids.
    #[must_use]
    pub fn placements(&self) -> &[Placement] {
        &self.placements
    }

    /// Whether the run starts at `main`, not with a call of another function.
    pub(crate) fn is_main(&self) -> bool {
        self.is_main
    }

    /// What the steps left that the VM does not know.
    pub(crate) fn ended(&self) -> &Ended {
        &self.ended
    }

    #[cfg(test)]
    pub(crate) fn ended_mut(&mut self) -> &mut Ended {
        &mut self.ended
    }

    /// Where the program ends.
    #[must_use]
    pub fn end_address(&self) -> Relocatable {
        self.vm.end
    }

    /// How many steps were made.
    #[must_use]
    pub fn current_step(&self) -> u64 {
        self.vm().get_current_step() as u64
    }

    /// The steps by call stack, if they are counted.
    pub(crate) fn stacks(&self) -> Option<&StepStacks> {
        self.stacks.as_deref()
    }

    /// From now on, that one follows the run.
    pub(crate) fn watch(&mut self, watcher: Rc<RefCell<dyn Watcher>>) {
        self.watched = Watched::by(watcher);
        if let Some(hints) = &mut self.hints {
            hints.watch(self.watched.clone());
        }
    }

    /// How many hints ran, in all engines.
    #[must_use]
    pub fn hints_executed(&self) -> u64 {
        let (host, python) = self.hints_by_side();
        host + python
    }

    /// How many hints ran in the host and in Python.
    #[must_use]
    pub fn hints_by_side(&self) -> (u64, u64) {
        self.hints.as_ref().map_or((0, 0), Dispatch::executed)
    }

    /// Ends the engines in the middle of whatever they do. The run cannot go on; it can be looked at.
    pub(crate) fn abandon(&mut self) {
        self.hints = None;
    }

    /// A view on the hint that runs now, for whoever looks while the run advances.
    pub(crate) fn running_hint(&self) -> RunningHint {
        let hints = self.hints.as_ref();
        hints.map_or_else(RunningHint::default, Dispatch::shown)
    }

    /// How long it took to start a worker for the hints.
    pub(crate) fn time_starting(&self) -> Duration {
        self.hints
            .as_ref()
            .map_or(Duration::ZERO, Dispatch::starting)
    }

    /// Whether there is something to open a session for: hints, or builtins of the caller's own.
    pub(crate) fn has_session(&self) -> bool {
        self.hints.is_some()
    }

    /// What each hint cost so far, with the program that it is from.
    pub(crate) fn hint_costs(&self) -> impl Iterator<Item = (&LoadedProgram, &Hint, HintCost)> {
        let hints = self.hints.as_ref();
        hints.into_iter().flat_map(|hints| {
            hints.costs().filter_map(|(id, cost)| {
                let (loaded, hint) = hints.table().hint(id)?;
                Some((loaded, hint, cost))
            })
        })
    }

    /// What the hints in engines outside of the host cost so far.
    pub(crate) fn hint_statistics(&self) -> Statistics {
        let hints = self.hints.as_ref();
        hints.map_or_else(Statistics::default, Dispatch::statistics)
    }

    /// What the run has done so far, for whoever adds up many runs.
    #[must_use]
    pub fn counts(&self) -> RunCounts {
        let (host, outside) = self
            .hints
            .as_ref()
            .map(Dispatch::counts)
            .unwrap_or_default();
        let (sent, received) = self.hint_traffic();
        RunCounts {
            steps: self.current_step(),
            host,
            outside,
            sent,
            received,
        }
    }

    /// What hints did with contracts, once the run has ended, by contract and endpoint.
    pub(crate) fn contract_use(&self) -> Vec<ContractUse> {
        let hints = self.hints.as_ref();
        hints.map_or_else(Vec::new, |hints| hints.contracts().cloned().collect())
    }

    /// Bytes to the workers of the run and from them.
    pub(crate) fn hint_traffic(&self) -> (u64, u64) {
        self.hints.as_ref().map_or((0, 0), Dispatch::traffic)
    }

    /// From now on, long waits give `turn` to other runs.
    pub(crate) fn share(&mut self, turn: Turn) {
        if let Some(hints) = &mut self.hints {
            hints.share(turn.clone());
        }
        self.turn = Some(turn);
    }

    /// The pauses of long work on it.
    pub(crate) fn slices(&self) -> Slices<'_> {
        slices_of(self.turn.as_ref())
    }
}

/// Those of a turn, if there is one. For work that changes another part of a run.
pub(super) fn slices_of(turn: Option<&Turn>) -> Slices<'_> {
    turn.map_or_else(Slices::held, |turn| Slices::of(turn))
}
