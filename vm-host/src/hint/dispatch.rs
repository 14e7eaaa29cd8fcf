//! Which engine runs a hint: the one place where that is decided. The engines inside the host are asked
//! first; what they decline goes to the client that attached itself, then to a worker, as far as they serve
//! its language. Scopes are kept in step over all of them. Must not know the loop.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::{ContractUse, Scope, ScopeChange, Variable};

use super::builtins;
use super::error::HintError;
use super::inputs::SessionInputs;
use super::peer::Peer;
use super::printing::{OwnStdout, Prints};
use super::run_state::{OwnedRule, RuleOwner, RunState};
use super::running::RunningHint;
use super::scopes::merge;
use super::session::{HintSession, Ran, RuleOutcome};
use super::sharing::{self, hand_over, learn};
use super::statistics::{Engine, EngineCounts, HintCost, HostHints, Statistics};
use super::table::HintTable;
use super::variables::{Handover, join_variables};
use super::watch::Watched;
use crate::account::{self, Refusing};
use crate::engines::Attempt;
use crate::engines::compiled;
use crate::engines::twins::Twins;
use crate::placement::{Company, Native, Placement, spoils};
use crate::program::CompiledProgram;
use crate::vm::temporary::Moves;
use crate::worker::{LaunchError, Sleeper, Turn};

/// Most scopes that may be open at once. Python itself has no bound; the host must.
const MAX_SCOPES: usize = 1 << 20;

/// What Python raises where a hint imports from a cairo-lang that is not there.
const MODULE_NOT_FOUND: &str = "builtins.ModuleNotFoundError";
const NO_CAIRO_LANG: &str = "No module named 'starkware";

/// Where the session of the client that attached itself is among the sessions.
const CLIENT: usize = 0;
/// The same of the worker.
const WORKER: usize = 1;

/// Who wrote what compiled hints wrote: no engine outside of the host.
const HOST: RuleOwner = RuleOwner {
    engine: usize::MAX,
    language: 0,
};

/// The hints of a run and the engines that run them.
#[derive(Debug)]
pub(crate) struct Dispatch {
    twins: Twins,
    /// The hints that are compiled in the host.
    compiled: Option<compiled::Engine>,
    /// What the hints of loaded programs join.
    company: Option<Company>,
    /// Where hints run since others joined them, by their ids.
    joined: BTreeMap<usize, Placement>,
    state: RunState,
    /// The engines outside of the host, in the order in which they are asked: the client, the worker.
    sessions: [Option<Box<HintSession>>; 2],
    /// A worker that starts when the first hint needs it.
    asleep: Option<Sleeper>,
    /// What a session is opened with.
    opening: Opening,
    /// Variables of the host's hints that the next hint in Python takes over, JSON.
    handover: String,
    /// What hints in the host did to the scopes since the engines outside were told.
    untold: ScopeChange,
    /// The hint that runs now: its place at its pc, and its id.
    running: Option<(usize, u32)>,
    /// What the engines outside had cost when they were asked to run it, if somebody follows the run.
    cost_before: Option<Statistics>,
    /// The same for others to look at.
    shown: RunningHint,
    /// How long the start of the worker took.
    starting: Duration,
    /// What compiled hints print goes there.
    prints: Box<dyn Prints>,
}

#[derive(Debug)]
struct Opening {
    program: Arc<CompiledProgram>,
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
    /// Every engine of its language declined it; what the last one said.
    Declined(String),
    /// The worker did not start.
    NoPython(NoPython),
}

/// Why there is no session with a worker.
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
    /// Where temporary segments go.
    pub(crate) moves: Moves,
}

impl Dispatch {
    /// The hints of `program`, whose code starts at `base`. `native` is what runs in the host; the rest goes
    /// to `worker`, or to whoever is given to [`Dispatch::open`].
    pub(crate) fn new(
        main: (Arc<CompiledProgram>, Relocatable, Arc<[u8]>),
        native: Native,
        mut inputs: SessionInputs,
        worker: Option<Sleeper>,
    ) -> Self {
        inputs.relied_on = relied_on(&native);
        let program = Arc::clone(&main.0);
        let state = RunState::new(main, inputs.limits);
        let shown = RunningHint::default();
        for loaded in state.table.programs() {
            shown.knows(loaded);
        }
        Self {
            twins: Twins::new(native.twins),
            compiled: native.compiled,
            company: native.company,
            joined: BTreeMap::new(),
            state,
            sessions: [None, None],
            asleep: worker,
            opening: Opening {
                program,
                inputs,
                turn: Turn::default(),
            },
            handover: String::new(),
            untold: ScopeChange::default(),
            running: None,
            cost_before: None,
            shown,
            starting: Duration::ZERO,
            prints: Box::new(OwnStdout),
        }
    }

    /// Has hints in the host print there.
    pub(crate) fn print_to(&mut self, prints: Box<dyn Prints>) {
        self.prints = prints;
    }

    /// Other hints for the engines in the host, before the first step.
    pub(crate) fn replace_native(&mut self, native: Native) {
        self.opening.inputs.relied_on = relied_on(&native);
        self.twins = Twins::new(native.twins);
        self.compiled = native.compiled;
        self.company = native.company;
    }

    /// From now on, whoever that is follows the hints.
    pub(crate) fn watch(&mut self, watched: Watched) {
        self.state.watched = watched;
    }

    /// From now on, long waits give `turn` to other VMs.
    pub(crate) fn share(&mut self, turn: Turn) {
        for session in self.sessions.iter_mut().flatten() {
            session.share(turn.clone());
        }
        self.opening.turn = turn;
    }

    /// Where the hints are.
    #[inline]
    pub(crate) fn table(&self) -> &HintTable {
        &self.state.table
    }

    /// The rules that hints registered.
    pub(crate) fn rules(&self) -> &[OwnedRule] {
        &self.state.rules
    }

    /// Whether there is an engine outside of the host.
    pub(crate) fn has_engine(&self) -> bool {
        self.sessions().next().is_some()
    }

    fn sessions(&self) -> impl Iterator<Item = &HintSession> {
        self.sessions.iter().flatten().map(Box::as_ref)
    }

    /// The process id of the worker, if there is one.
    pub(crate) fn worker_process_id(&self) -> Option<u32> {
        self.sessions[WORKER].as_ref()?.process_id()
    }

    /// What the hints outside of the host cost so far, in all engines.
    pub(crate) fn statistics(&self) -> Statistics {
        let sessions = self.sessions().map(HintSession::statistics);
        sessions.fold(Statistics::default(), Statistics::plus)
    }

    /// Bytes to and from the worker.
    pub(crate) fn traffic(&self) -> (u64, u64) {
        let worker = self.sessions[WORKER].as_ref();
        let traffic = worker.map(|session| session.traffic());
        traffic.map_or((0, 0), |traffic| (traffic.sent(), traffic.received()))
    }

    /// Where a hint runs since a program was loaded, as far as that is news.
    pub(crate) fn joined(&self, id: u32) -> Option<&Placement> {
        self.joined.get(&(id as usize))
    }

    /// How many hints ran in the host and outside of it.
    pub(crate) fn executed(&self) -> (u64, u64) {
        let outside = self.sessions().map(|session| session.statistics().hints);
        let compiled = self.compiled.as_ref().map_or(0, compiled::Engine::executed);
        (self.twins.executed() + compiled, outside.sum())
    }

    /// How many hints ran in each engine so far, and what those outside of the host cost.
    pub(crate) fn counts(&self) -> (HostHints, Vec<(Engine, EngineCounts)>) {
        let host = HostHints {
            twins: self.twins.executed(),
            compiled: self.compiled.as_ref().map_or(0, compiled::Engine::executed),
        };
        let mut outside = Vec::new();
        for (place, session) in self.sessions.iter().enumerate() {
            for (language, counts) in session.iter().flat_map(|session| session.counts()) {
                let engine = match place {
                    CLIENT => Engine::Attached,
                    _ => Engine::of_worker(language),
                };
                outside.push((engine, *counts));
            }
        }
        (host, outside)
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
        (0..self.table().len() as u32).map(move |id| {
            let mut cost = HintCost::default();
            for session in self.sessions() {
                let here = session.cost(id);
                cost.count += here.count;
                cost.time += here.time;
            }
            cost.count += self.twins.executions(id);
            cost.count += self
                .compiled
                .as_ref()
                .map_or(0, |engine| engine.executions(id));
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
        let Some(worker) = &self.asleep else {
            return Ok(());
        };
        let started = Instant::now();
        let (link, process) = worker.start().await.map_err(NoPython::Launch)?;
        let opened = self.open(Peer::Worker { link, process }, vm).await;
        let took = started.elapsed();
        self.starting += took;
        let watched = &self.state.watched;
        watched.tell(|watcher| watcher.started_worker(started, took));
        opened.map_err(NoPython::Session)
    }

    /// Opens the session with an engine, which gets the hints in its languages that no engine before it has
    /// taken. After the worker there is none, so that then every hint must have an engine.
    ///
    /// # Errors
    /// [`HintError`] when it does not open or a hint does not compile.
    pub(crate) async fn open(
        &mut self,
        peer: Peer,
        vm: &mut VirtualMachine,
    ) -> Result<(), HintError> {
        let place = match peer {
            Peer::Attached(_) => CLIENT,
            Peer::Worker { .. } => WORKER,
        };
        let builtins: &[BuiltinName] = self.opening.program.builtins();
        let builtins = builtins::describe(vm, builtins);
        let state = &mut self.state;
        let inputs = &self.opening.inputs;
        let mut session = HintSession::start((place, peer), inputs, builtins, state, vm).await?;
        let hints = 0..self.opening.program.hints().len() as u32;
        if place == WORKER {
            self.asleep = None;
        }
        if self.asleep.is_none() {
            self.all_are_served(&session)?;
        }
        if place == CLIENT {
            // One that left before the first step.
            self.sessions[CLIENT] = None;
        }
        let earlier = match place {
            CLIENT => None,
            _ => self.sessions[CLIENT].as_deref(),
        };
        let free = |id: &u32| !earlier.is_some_and(|earlier| earlier.takes(&self.state, *id));
        let ids: Vec<u32> = hints.filter(free).collect();
        let loaded = session.load(vm, &mut self.state, ids).await;
        loaded.inspect_err(|error| session.end_after(error))?;
        session.share(self.opening.turn.clone());
        // What hints elsewhere entered before there was this engine.
        self.tell_engines();
        let entered = u32::try_from(self.scope_depth() - 1).unwrap_or(u32::MAX);
        session.follow_scopes(ScopeChange { left: 0, entered }, None);
        self.sessions[place] = Some(Box::new(session));
        self.follow_engines()
    }

    /// Refuses hints that neither the `last` engine nor those before it serve.
    fn all_are_served(&self, last: &HintSession) -> Result<(), HintError> {
        for hint in self.opening.program.hints() {
            let language = hint.language();
            let served = || self.sessions().chain([last]).flat_map(HintSession::serves);
            if !served().any(|name| name == language) {
                let served: BTreeSet<String> = served().map(str::to_owned).collect();
                return Err(HintError::Unserved {
                    hint_id: hint.id,
                    language: language.to_owned(),
                    served: served.into_iter().collect(),
                });
            }
        }
        Ok(())
    }

    /// Has a worker started by whoever gets this, when a hint needs it.
    pub(crate) fn sleep(&mut self, worker: Sleeper) {
        self.asleep = Some(worker);
    }

    /// Whether the client that serves hints has done something to the VM already.
    pub(crate) fn client_has_prepared(&self) -> bool {
        let client = self.sessions[CLIENT].as_ref();
        client.is_some_and(|client| client.has_prepared())
    }

    /// The hints of the program that the client has taken for itself, while there may be others.
    pub(crate) fn taken_by_client(&self) -> BTreeSet<u32> {
        let Some(client) = &self.sessions[CLIENT] else {
            return BTreeSet::new();
        };
        let hints = self.opening.program.hints().iter().map(|hint| hint.id);
        hints.filter(|id| client.takes(&self.state, *id)).collect()
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
            let programs = self.table().programs().len();
            let step = vm.get_current_step() as u64;
            self.shown.begins(id, step);
            self.state.watched.tell(|watcher| watcher.begins(id, step));
            let ran = self.run(vm, id).await;
            if self.state.watched.is_any() {
                self.tell_ended(id, ran.is_err());
            }
            ran.map_err(|error| (index, error))?;
            for loaded in self
                .state
                .table
                .programs()
                .get(programs..)
                .unwrap_or_default()
            {
                self.shown.knows(loaded);
                match (&mut self.compiled, &mut self.company) {
                    // Hints of the client are not known here.
                    (Some(engine), Some(company)) if self.sessions[CLIENT].is_none() => {
                        let joined = company.join(engine, &loaded.program);
                        self.joined.extend(joined);
                    }
                    (Some(engine), _) if spoils(&loaded.program) => engine.give_up(),
                    _ => {}
                }
            }
        }
        self.running = None;
        self.shown.ends();
        Ok(())
    }

    /// Tells whoever follows that a hint has ended.
    fn tell_ended(&mut self, id: u32, failed: bool) {
        let watched = &self.state.watched;
        let Some(before) = &self.cost_before else {
            return watched.tell(|watcher| watcher.ends(id, None, failed));
        };
        let used = self.statistics().since(before);
        watched.tell(|watcher| watcher.ends(id, Some(&used), failed));
        self.cost_before = None;
    }

    /// Runs one hint in the first engine that takes it.
    pub(crate) async fn run(&mut self, vm: &mut VirtualMachine, id: u32) -> Result<(), NotRun> {
        let attempt = {
            let _refusing = Refusing::start();
            self.twins.execute(vm, id)
        };
        account::check().map_err(|over| NotRun::Failed(over.into()))?;
        match attempt {
            Attempt::Done => {
                self.take_from_twins();
                Ok(())
            }
            Attempt::Declined if self.run_compiled(vm, id).await? => Ok(()),
            Attempt::Declined => self.run_outside(vm, id).await,
            Attempt::Failed(reason) => {
                let ran = self.run_outside(vm, id).await;
                ran.map_err(|error| self.with_reason(error, &reason))
            }
        }
    }

    /// Runs a hint that is compiled; whether it did.
    async fn run_compiled(&mut self, vm: &mut VirtualMachine, id: u32) -> Result<bool, NotRun> {
        let Some(engine) = &mut self.compiled else {
            return Ok(false);
        };
        let ran = {
            let _refusing = Refusing::start();
            engine.run(vm, self.state.applier.moves(), id)
        };
        account::check().map_err(|over| NotRun::Failed(over.into()))?;
        let Some(ran) = ran else { return Ok(false) };
        let printed = ran.printed.len();
        // A client's hints print where it is.
        if printed > 0 && (self.sessions[CLIENT].is_some() || !self.prints.has_room(printed)) {
            engine.take_back();
            return Ok(false);
        }
        let turn = &self.opening.turn;
        let applied = self.state.apply_own(vm, &ran.effects, HOST, turn).await;
        if applied.is_err() {
            // Python's own error is the right one.
            engine.take_back();
            return Ok(false);
        }
        if printed > 0 {
            let written = self.prints.print(&ran.printed);
            written.map_err(|error| NotRun::Failed(HintError::Print(error.to_string())))?;
        }
        let change = engine.keep(id, ran);
        if change != ScopeChange::default() {
            self.twins.follow(change);
            self.note(change);
        }
        Ok(true)
    }

    /// Takes what twins did to the scopes, and the variables that Python takes over from them.
    fn take_from_twins(&mut self) {
        let (change, variables_json) = self.twins.take_change();
        if change != ScopeChange::default() {
            if let Some(engine) = &mut self.compiled {
                engine.follow(change);
            }
            self.note(change);
        }
        if !variables_json.is_empty() {
            self.handover = joined(std::mem::take(&mut self.handover), variables_json);
        }
    }

    /// Notes what a hint in the host did to the scopes, for the engines outside.
    fn note(&mut self, change: ScopeChange) {
        let unseen = self.untold.entered.min(change.left);
        self.untold.entered = self.untold.entered - unseen + change.entered;
        self.untold.left += change.left - unseen;
    }

    /// The error of a hint that failed in the host for that `reason`, and then in Python. A text that does
    /// not get as far as its own check, for want of cairo-lang, would hide why the program is wrong.
    fn with_reason(&self, error: NotRun, reason: &str) -> NotRun {
        let NotRun::Failed(HintError::Raised(mut failed)) = error else {
            return error;
        };
        if let Some(python) = &mut failed.python
            && python.class_path == MODULE_NOT_FOUND
            && failed.message.starts_with(NO_CAIRO_LANG)
        {
            let version = self.opening.program.compiler_version();
            let version = version.map_or_else(String::new, |version| format!(" {version}"));
            python.class_path = "builtins.Exception".to_owned();
            failed.message = reason.to_owned();
            python.traceback = format!(
                "{reason}\n\
                 hint: install cairo-lang{version} into the Python environment of the hints for the full text"
            );
        }
        NotRun::Failed(HintError::Raised(failed))
    }

    /// Runs a hint in the first engine outside of the host that takes it.
    async fn run_outside(&mut self, vm: &mut VirtualMachine, id: u32) -> Result<(), NotRun> {
        self.tell_engines();
        if self.state.watched.is_any() {
            self.cost_before = Some(self.statistics());
            self.state.watched.tell(|watcher| watcher.leaves());
        }
        let mut declined = None;
        for place in [CLIENT, WORKER] {
            if place == WORKER && self.asleep.is_some() {
                self.wake(vm).await.map_err(NotRun::NoPython)?;
            }
            let Some(session) = &mut self.sessions[place] else {
                continue;
            };
            if !session.takes(&self.state, id) {
                continue;
            }
            let mut report = None;
            if self.state.language(id) == hint_proto::PYTHON {
                let mut handover = Handover::of_json(std::mem::take(&mut self.handover));
                // Hints of the client share nothing with those of the host.
                if let Some(engine) = self.compiled.as_mut().filter(|_| place == WORKER) {
                    let ours = hand_over(engine, id);
                    report = ours.report.clone();
                    handover = Handover {
                        variables_json: joined(handover.variables_json, ours.variables_json),
                        report: ours.report,
                    };
                }
                session.hand_over(handover);
            }
            let ran = session.execute(vm, &mut self.state, id).await;
            let ran = ran.inspect_err(|error| session.end_after(error));
            match ran.map_err(NotRun::Failed)? {
                Ran::Done(told) => {
                    self.follow_engines().map_err(NotRun::Failed)?;
                    if let Some(engine) = self.compiled.as_mut().filter(|_| place == WORKER) {
                        learn(engine, report, told);
                    }
                    return Ok(());
                }
                Ran::Declined { reason, handover } => {
                    if !handover.variables_json.is_empty() {
                        self.handover = handover.variables_json;
                    }
                    declined = Some(reason);
                }
            }
        }
        Err(match declined {
            Some(reason) => NotRun::Declined(reason),
            None if self.has_engine() => NotRun::Failed(self.unserved(id)),
            None => NotRun::NeedsPython,
        })
    }

    /// Leaves and enters scopes in all engines as one of them did since the last time: in a hint, or in rules
    /// of a step.
    pub(crate) fn follow_engines(&mut self) -> Result<(), HintError> {
        for place in [CLIENT, WORKER] {
            let Some(session) = &mut self.sessions[place] else {
                continue;
            };
            for (change, language) in session.take_scope_changes() {
                self.follow(change, Some((place, language)))?;
            }
        }
        Ok(())
    }

    /// A hint of a program that another one loaded, and that nobody can run.
    fn unserved(&self, id: u32) -> HintError {
        let served = self.sessions().flat_map(HintSession::serves);
        HintError::Unserved {
            hint_id: id,
            language: self.state.language(id).to_owned(),
            served: served.map(str::to_owned).collect(),
        }
    }

    /// Tells the engines what hints in the host did to the scopes; it goes along with the next requests.
    fn tell_engines(&mut self) {
        self.take_from_twins();
        let change = std::mem::take(&mut self.untold);
        if change != ScopeChange::default() {
            for session in self.sessions.iter_mut().flatten() {
                session.follow_scopes(change, None);
            }
        }
    }

    /// Leaves and enters scopes in all engines as a hint did in one, in one of its languages.
    fn follow(
        &mut self,
        change: ScopeChange,
        engine: Option<(usize, usize)>,
    ) -> Result<(), HintError> {
        let (left, entered) = (change.left as usize, change.entered as usize);
        let depth = self.scope_depth();
        if left >= depth || depth - left + entered > MAX_SCOPES {
            return Err(HintError::Protocol(format!(
                "it left `{left}` and entered `{entered}` of `{depth}` scopes"
            )));
        }
        self.twins.follow(change);
        if let Some(engine) = &mut self.compiled {
            engine.follow(change);
        }
        for (place, session) in self.sessions.iter_mut().enumerate() {
            let Some(session) = session else { continue };
            let except = engine.filter(|(engine, _)| *engine == place);
            session.follow_scopes(change, except.map(|(_, language)| language));
        }
        Ok(())
    }

    /// Calls a rule that a hint registered.
    ///
    /// # Errors
    /// [`HintError`] when it does not end normally.
    pub(crate) async fn call_rule(
        &mut self,
        vm: &mut VirtualMachine,
        rule: OwnedRule,
        address: Relocatable,
    ) -> Result<RuleOutcome, HintError> {
        match &mut self.sessions[rule.owner.engine] {
            Some(session) => {
                let called = session.call_rule(vm, &mut self.state, rule, address).await;
                called.inspect_err(|error| session.end_after(error))
            }
            None => Err(HintError::Protocol("a rule without an engine".to_owned())),
        }
    }

    /// The variables of the hint scopes, whoever has them; each text at most so long.
    ///
    /// # Errors
    /// [`HintError`] when an engine is gone.
    pub(crate) async fn read_scopes(
        &mut self,
        vm: &mut VirtualMachine,
        max_text_bytes: u32,
    ) -> Result<Vec<Scope>, HintError> {
        self.tell_engines();
        let mut all = Vec::new();
        for session in self.sessions.iter_mut().flatten() {
            let scopes = session.read_scopes(vm, &mut self.state, max_text_bytes);
            let scopes = scopes.await;
            let scopes = scopes.inspect_err(|error| session.end_after(error))?;
            merge(&mut all, scopes, "");
        }
        if let Some(engine) = &self.compiled {
            sharing::describe(engine, &mut all, max_text_bytes as usize);
        }
        let of_twins = self.twins.variables().into_iter().map(|variables| {
            let variables = variables.into_iter().map(|shown| Variable {
                name: shown.name,
                type_name: shown.type_name.to_owned(),
                text: sharing::cut(shown.text, max_text_bytes as usize),
                language: String::new(),
            });
            Scope {
                variables: variables.collect(),
            }
        });
        merge(&mut all, of_twins.collect(), "");
        Ok(all)
    }

    /// What hints did with contracts, as the engines said at the end of the run.
    pub(crate) fn contracts(&self) -> impl Iterator<Item = &ContractUse> {
        let sessions = self.sessions.iter().flatten();
        sessions.flat_map(|session| session.contracts())
    }

    /// Takes the cells that hints wrote into segments with rules that a hint in another language registered.
    pub(crate) fn take_unvalidated(&mut self) -> Vec<(Relocatable, RuleOwner)> {
        std::mem::take(&mut self.state.unvalidated)
    }

    /// Asks for what the hints leave for the end of the run.
    ///
    /// # Errors
    /// [`HintError`] when an engine is gone.
    pub(crate) async fn end(&mut self, vm: &mut VirtualMachine) -> Result<HintsEnded, HintError> {
        self.tell_engines();
        let mut scope_depth = self.scope_depth();
        for session in self.sessions.iter_mut().flatten() {
            // An engine's own count comes first: its variables are what would be lost.
            let ended = session.end_run(vm, &mut self.state).await;
            let ended = ended.inspect_err(|error| session.end_after(error))?;
            if let Some(depth) = ended {
                scope_depth = depth as usize;
            }
        }
        Ok(HintsEnded {
            scope_depth,
            pure_address: self.state.pure_address.clone(),
            output_attributes: self.state.unheld_attributes.clone(),
            moves: self.state.applier.moves().clone(),
        })
    }
}

/// What Python's engine is told that hints in the host rely on.
fn relied_on(native: &Native) -> Vec<String> {
    let engine = native.compiled.as_ref();
    let grows = native.company.is_some();
    engine
        .map(|engine| sharing::relied_on(engine, grows))
        .unwrap_or_default()
}

/// Two texts of variables to take over as one.
fn joined(first: String, second: String) -> String {
    match (first.is_empty(), second.is_empty()) {
        (true, _) => second,
        (_, true) => first,
        _ => join_variables(&first, &second),
    }
}
