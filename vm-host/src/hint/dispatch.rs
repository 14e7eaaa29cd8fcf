//! Which engine runs a hint: the one place where that is decided. The engines inside the host are asked
//! first; what they decline goes to Python. Scopes are kept in step over all of them. Must not know the
//! loop.

use std::sync::Arc;
use std::time::{Duration, Instant};

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::{Scope, ScopeChange};

use super::builtins;
use super::peer::Peer;
use super::running::RunningHint;
use super::session::{HintError, HintSession, SessionInputs};
use super::statistics::HintCost;
use super::table::HintTable;
use crate::engines::Attempt;
use crate::engines::twins::{Compiled, Twins};
use crate::program::CompiledProgram;
use crate::worker::{Launch, LaunchError, Turn};

/// Most scopes that may be open at once. Python itself has no bound; the host must.
const MAX_SCOPES: usize = 1 << 20;

/// What Python raises where a hint imports from a cairo-lang that is not there.
const MODULE_NOT_FOUND: &str = "builtins.ModuleNotFoundError";
const NO_CAIRO_LANG: &str = "No module named 'starkware";

/// The hints of a run and the engines that run them.
#[derive(Debug)]
pub(crate) struct Dispatch {
    twins: Twins,
    python: Python,
    /// What a session is opened with.
    opening: Opening,
    /// The hint that runs now: its place at its pc, and its id.
    running: Option<(usize, u32)>,
    /// The same for others to look at.
    shown: RunningHint,
    /// How long the start of Python took.
    starting: Duration,
}

/// The engine of the hints that no engine in the host takes.
#[derive(Debug)]
enum Python {
    /// There is none, for good or until a client attaches itself.
    Absent(HintTable),
    /// A worker, which starts when the first hint needs it.
    Asleep(HintTable, Launch),
    /// A worker or a client.
    Open(Box<HintSession>),
}

#[derive(Debug)]
struct Opening {
    program: Arc<CompiledProgram>,
    base: Relocatable,
    program_json: Arc<[u8]>,
    inputs: SessionInputs,
    turn: Turn,
}

/// Why a hint did not run.
#[derive(Debug)]
pub(crate) enum NotRun {
    /// It ran, or would have, and failed.
    Failed(HintError),
    /// An engine in the host declined it, and there is no Python.
    NeedsPython,
    /// Python did not start.
    NoPython(NoPython),
}

/// Why there is no session with Python.
#[derive(Debug)]
pub(crate) enum NoPython {
    /// The worker did not start.
    Launch(LaunchError),
    /// The session did not open, or a hint does not compile.
    Session(HintError),
}

/// What the hints leave for the end of the run.
#[derive(Debug, Default)]
pub(crate) struct HintsEnded {
    /// Open scopes; 1 when every one that was entered was left.
    pub(crate) scope_depth: usize,
    /// The first integer address that a hint wrote, decimal.
    pub(crate) pure_address: Option<String>,
    /// Output attributes that a PIE would lack, a JSON text.
    pub(crate) output_attributes: Option<String>,
}

impl Dispatch {
    /// The hints of `program`, whose code starts at `base`. `compiled` is what the twins run; the rest goes
    /// to the worker of `launch`, or to whoever is given to [`Dispatch::open`].
    pub(crate) fn new(
        (program, base, program_json): (Arc<CompiledProgram>, Relocatable, Arc<[u8]>),
        compiled: Vec<Option<Compiled>>,
        inputs: SessionInputs,
        launch: Option<Launch>,
    ) -> Self {
        let mut table = HintTable::default();
        let shown = RunningHint::default();
        shown.knows(table.add(Arc::clone(&program), base));
        Self {
            twins: Twins::new(compiled),
            python: match launch {
                Some(launch) => Python::Asleep(table, launch),
                None => Python::Absent(table),
            },
            opening: Opening {
                program,
                base,
                program_json,
                inputs,
                turn: Turn::default(),
            },
            running: None,
            shown,
            starting: Duration::ZERO,
        }
    }

    /// From now on, long waits give `turn` to other VMs.
    pub(crate) fn share(&mut self, turn: Turn) {
        if let Python::Open(session) = &mut self.python {
            session.share(turn.clone());
        }
        self.opening.turn = turn;
    }

    /// Where the hints are.
    #[inline]
    pub(crate) fn table(&self) -> &HintTable {
        match &self.python {
            Python::Absent(table) | Python::Asleep(table, _) => table,
            Python::Open(session) => session.table(),
        }
    }

    /// The session with Python, once there is one.
    pub(crate) fn session(&self) -> Option<&HintSession> {
        match &self.python {
            Python::Open(session) => Some(session),
            Python::Absent(_) | Python::Asleep(..) => None,
        }
    }

    /// The same, to call rules with.
    pub(crate) fn session_mut(&mut self) -> Option<&mut HintSession> {
        match &mut self.python {
            Python::Open(session) => Some(session),
            Python::Absent(_) | Python::Asleep(..) => None,
        }
    }

    /// How many hints ran in the host and in Python.
    pub(crate) fn executed(&self) -> (u64, u64) {
        let python = self
            .session()
            .map_or(0, |session| session.statistics().hints);
        (self.twins.executed(), python)
    }

    /// The hint that runs now, or in which the run stopped: its place among those of its pc, and its id.
    pub(crate) fn running(&self) -> Option<(usize, u32)> {
        self.running
    }

    /// A view on the hint that runs now, for whoever looks while it runs.
    pub(crate) fn shown(&self) -> RunningHint {
        self.shown.clone()
    }

    /// How long it took to start a worker, if there is one.
    pub(crate) fn starting(&self) -> Duration {
        self.starting
    }

    /// What each hint cost so far, by its id. The time of hints in the host is not measured.
    pub(crate) fn costs(&self) -> impl Iterator<Item = (u32, HintCost)> + '_ {
        let python = |id| {
            self.session()
                .map_or_else(HintCost::default, |session| session.cost(id))
        };
        (0..self.table().len() as u32).map(move |id| {
            let mut cost = python(id);
            cost.count += self.twins.executions(id);
            (id, cost)
        })
    }

    /// How many scopes are open, in all engines.
    pub(crate) fn scope_depth(&self) -> usize {
        self.twins.depth()
    }

    /// Starts the worker, unless that was done or there is none to start.
    ///
    /// # Errors
    /// [`NoPython`] when it does not start or a hint does not compile.
    pub(crate) async fn wake(&mut self, vm: &mut VirtualMachine) -> Result<(), NoPython> {
        let Python::Asleep(_, launch) = &self.python else {
            return Ok(());
        };
        let started = Instant::now();
        let (link, process) = launch.start().await.map_err(NoPython::Launch)?;
        let opened = self.open(Peer::Worker { link, process }, vm).await;
        self.starting += started.elapsed();
        opened.map_err(NoPython::Session)
    }

    /// Opens the session with whoever runs the hints in Python.
    ///
    /// # Errors
    /// [`HintError`] when it does not open or a hint does not compile.
    pub(crate) async fn open(
        &mut self,
        peer: Peer,
        vm: &mut VirtualMachine,
    ) -> Result<(), HintError> {
        let Opening {
            program,
            base,
            program_json,
            inputs,
            turn,
        } = &self.opening;
        let builtins: &[BuiltinName] = program.builtins();
        let builtins = builtins::describe(vm, builtins);
        let main = (Arc::clone(program), *base, Arc::clone(program_json));
        let mut session = HintSession::start(peer, inputs.clone(), builtins, main, vm).await?;
        session.share(turn.clone());
        self.python = Python::Open(Box::new(session));
        Ok(())
    }

    /// Runs the hints at the VM's pc. On failure also says which one it was: its place among them.
    pub(crate) async fn run_all(&mut self, vm: &mut VirtualMachine) -> Result<(), (usize, NotRun)> {
        let pc = vm.get_pc();
        // A hint may load a program here, with other hints: not more than stood here run.
        for index in 0..self.table().at(pc).len() {
            let Some(id) = self.table().at(pc).get(index).copied() else {
                break;
            };
            self.running = Some((index, id));
            self.shown.begins(id, vm.get_current_step() as u64);
            let programs = self.table().programs().len();
            self.run(vm, id).await.map_err(|error| (index, error))?;
            for loaded in self.table().programs().get(programs..).unwrap_or_default() {
                self.shown.knows(loaded);
            }
        }
        self.running = None;
        self.shown.ends();
        Ok(())
    }

    /// Runs one hint in the first engine that takes it.
    pub(crate) async fn run(&mut self, vm: &mut VirtualMachine, id: u32) -> Result<(), NotRun> {
        match self.twins.execute(vm, id) {
            Attempt::Done => Ok(()),
            Attempt::Declined => self.run_in_python(vm, id).await,
            Attempt::Failed(reason) => {
                let ran = self.run_in_python(vm, id).await;
                ran.map_err(|error| self.with_reason(error, &reason))
            }
        }
    }

    /// The error of a hint that failed in the host for that `reason`, and then in Python. A text that does
    /// not get as far as its own check, for want of cairo-lang, would hide why the program is wrong.
    fn with_reason(&self, error: NotRun, reason: &str) -> NotRun {
        let NotRun::Failed(HintError::Raised(mut failed)) = error else {
            return error;
        };
        if failed.class_path == MODULE_NOT_FOUND && failed.message.starts_with(NO_CAIRO_LANG) {
            let version = self.opening.program.compiler_version();
            let version = version.map_or_else(String::new, |version| format!(" {version}"));
            failed.class_path = "builtins.Exception".to_owned();
            failed.message = reason.to_owned();
            failed.traceback = format!(
                "{reason}\n\
                 hint: install cairo-lang{version} into the Python environment of the hints for the full text"
            );
        }
        NotRun::Failed(HintError::Raised(failed))
    }

    async fn run_in_python(&mut self, vm: &mut VirtualMachine, id: u32) -> Result<(), NotRun> {
        if matches!(self.python, Python::Asleep(..)) {
            self.wake(vm).await.map_err(NotRun::NoPython)?;
        }
        self.tell_python();
        let Python::Open(session) = &mut self.python else {
            return Err(NotRun::NeedsPython);
        };
        session.execute(vm, id).await.map_err(NotRun::Failed)?;
        if let Some(change) = session.take_scope_change() {
            self.follow_python(change).map_err(NotRun::Failed)?;
        }
        Ok(())
    }

    /// Tells the session what hints in the host did to the scopes; it goes along with the next request.
    fn tell_python(&mut self) {
        if let Python::Open(session) = &mut self.python {
            let (change, variables_json) = self.twins.take_change();
            session.follow_scopes(change, variables_json);
        }
    }

    /// Leaves and enters scopes in the host as a hint in Python did.
    fn follow_python(&mut self, change: ScopeChange) -> Result<(), HintError> {
        let (left, entered) = (change.left as usize, change.entered as usize);
        let depth = self.scope_depth();
        if left >= depth || depth - left + entered > MAX_SCOPES {
            return Err(HintError::Protocol(format!(
                "it left `{left}` and entered `{entered}` of `{depth}` scopes"
            )));
        }
        self.twins.follow(change);
        Ok(())
    }

    /// The variables of the hint scopes, as far as Python has them; each text at most so long.
    ///
    /// # Errors
    /// [`HintError`] when Python is gone.
    pub(crate) async fn read_scopes(
        &mut self,
        vm: &mut VirtualMachine,
        max_text_bytes: u32,
    ) -> Result<Vec<Scope>, HintError> {
        self.tell_python();
        match self.session_mut() {
            Some(session) => session.read_scopes(vm, max_text_bytes).await,
            None => Ok(Vec::new()),
        }
    }

    /// Asks for what the hints leave for the end of the run.
    ///
    /// # Errors
    /// [`HintError`] when Python is gone.
    pub(crate) async fn end(&mut self, vm: &mut VirtualMachine) -> Result<HintsEnded, HintError> {
        self.tell_python();
        let Python::Open(session) = &mut self.python else {
            return Ok(HintsEnded {
                scope_depth: self.scope_depth(),
                ..HintsEnded::default()
            });
        };
        let depth = session.end_run(vm).await?;
        Ok(HintsEnded {
            scope_depth: depth as usize,
            pure_address: session.pure_address().map(str::to_owned),
            output_attributes: session.unheld_attributes().map(str::to_owned),
        })
    }
}
