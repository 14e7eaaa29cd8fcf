//! Starting a run: from a program or a PIE to the VM before its first step, with the engines of its hints.

use std::collections::BTreeSet;
use std::sync::Arc;

use hint_proto::PYTHON;
use hint_proto::v1::FailureKind;

use super::config::{HintPlacement, PROGRAM_BASE, RunConfig};
use super::core::Run;
use super::decoded::Decoded;
use super::entry::{Entry, EntryError, enter_function};
use super::failure::Failure;
use super::rules::Rules;
use crate::engines::twins::is_known;
use crate::hint::HintError;
use crate::hint::dispatch::{Dispatch, NoPython};
use crate::hint::effects::Applier;
use crate::hint::peer::Peer;
use crate::hint::printing::Prints;
use crate::hint::watch::Watched;
use crate::placement::{Placement, Plan, Surroundings, plan};
use crate::program::{CompiledProgram, ExceptionContext, Hint, ProgramError, SourceFiles};
use crate::vm::RunFailure;
use crate::vm::end::Ended;
use crate::vm::pie::Pie;
use crate::vm::profile::{CodePlaces, StepStacks};
use crate::vm::start::{PreparedRun, initialize, initialize_pie, prepare};
use crate::worker::{Launch, LaunchError, Sleeper};

/// A program with the text that it was read from.
#[derive(Clone, Debug)]
pub struct ProgramText {
    /// The program.
    pub program: Arc<CompiledProgram>,
    /// Its compiled JSON, which hints may ask for.
    pub json: Arc<[u8]>,
}

impl ProgramText {
    /// Reads a compiled program.
    ///
    /// # Errors
    /// [`ProgramError`] when it is none.
    pub fn read(json: impl Into<Arc<[u8]>>) -> Result<Self, ProgramError> {
        let json = json.into();
        let program = Arc::new(CompiledProgram::from_json(&json)?);
        Ok(Self { program, json })
    }
}

/// Hints that cannot run where all must.
#[derive(Clone, Debug, thiserror::Error)]
#[error("`{}` hints cannot run in Rust", self.0.len())]
pub struct NotPlaced(pub Vec<(usize, Placement)>);

/// Why there is no run.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// The program cannot be used.
    #[error(transparent)]
    Program(#[from] ProgramError),
    /// The program has no `main`, for which the reference VM has words of its own.
    #[error(transparent)]
    MissingMain(ProgramError),
    /// The reference VM would not start it either.
    #[error(transparent)]
    Vm(#[from] RunFailure),
    /// The function cannot be called so.
    #[error(transparent)]
    Entry(#[from] EntryError),
    /// Hints need Python, which was ruled out.
    #[error(transparent)]
    Placement(#[from] NotPlaced),
    /// The worker does not start.
    #[error(transparent)]
    Launch(#[from] LaunchError),
    /// A hint does not compile, or what hints are given cannot be used.
    #[error("{}", .0.message)]
    Hints(Box<Failure>),
}

impl Run {
    /// A run of `text` from `entry`, before its first step. Hints in Python run in the worker of `launch`, or
    /// in what [`Run::open`] is given. `sources` says whether errors show lines of the program's files.
    ///
    /// # Errors
    /// [`StartError`] when the program, the entry point or the placement does not allow it.
    pub fn of_program(
        text: &ProgramText,
        entry: &Entry,
        config: RunConfig,
        launch: Option<Launch>,
        sources: SourceFiles,
    ) -> Result<Self, StartError> {
        let program = &text.program;
        let vm = build_vm(program, entry, &config)?;
        let plan = place(program, &config, &config.surroundings(), &BTreeSet::new());
        let native = config.placement == HintPlacement::Native;
        if native && !plan.avoids_python() {
            let placements = plan.placements.into_iter().enumerate();
            let outside = placements.filter(|(_, found)| !found.engine.is_native());
            return Err(NotPlaced(outside.collect()).into());
        }
        let Plan {
            placements,
            native: in_host,
            all_known,
        } = plan;
        let setup = match entry {
            Entry::Function { setup, .. } => Some(setup),
            Entry::Main(_) => None,
        };
        // Whoever brings builtins of its own also prepares them, which takes a session.
        let prepares = setup.is_some_and(|setup| !setup.builtins.is_empty());
        let hints = (prepares || !program.hints().is_empty()).then(|| {
            // Nothing in a known text asks for the program, which may be large.
            let asks = !all_known || config.foreign_objects || config.hints.calls_for_objects();
            let json = if asks {
                Arc::clone(&text.json)
            } else {
                Arc::default()
            };
            let main = (Arc::clone(program), PROGRAM_BASE, json);
            let worker = launch.filter(|_| !native).map(Sleeper::Own);
            Dispatch::new(main, in_host, config.hints.clone(), worker)
        });
        Ok(Self {
            context: ExceptionContext::new(Arc::clone(program), PROGRAM_BASE, sources),
            stacks: config.counts_steps.then(|| stacks(program)),
            program: Some(Arc::clone(program)),
            program_json: config.debug_info.then(|| Arc::clone(&text.json)),
            is_main: matches!(entry, Entry::Main(_)),
            placements,
            all_known,
            hints,
            ended: Ended {
                keeps_temporary_segments: setup.is_some_and(|setup| setup.keep_temporary_segments),
                ..Ended::default()
            },
            ..Self::before_first_step(vm, config)
        })
    }

    /// The run of a PIE, again: it has no hints and no debug information. `max_gap` bounds the cells that its
    /// memory may lack.
    ///
    /// # Errors
    /// [`RunFailure`] when the PIE is not sound.
    pub(crate) fn of_pie(pie: Pie, config: RunConfig, max_gap: u64) -> Result<Self, RunFailure> {
        let vm = initialize_pie(pie, &config.vm, config.secure_run, max_gap)?;
        let counted = || Box::new(StepStacks::new(CodePlaces::new(&[], 0, &[], [])));
        Ok(Self {
            stacks: config.counts_steps.then(counted),
            ..Self::before_first_step(vm, config)
        })
    }

    fn before_first_step(vm: PreparedRun, config: RunConfig) -> Self {
        Self {
            vm,
            written: Applier::new(config.hints.limits),
            config,
            program: None,
            program_json: None,
            placements: Vec::new(),
            all_known: true,
            is_main: true,
            hints: None,
            rules: Rules::default(),
            decoded: Decoded::default(),
            stacks: None,
            watched: Watched::default(),
            context: ExceptionContext::without_program(),
            ended: Ended::default(),
            turn: None,
            hints_ended: false,
        }
    }

    /// Starts the worker, unless no hint may need it: the reference VM compiles all hints before the first
    /// step, and only texts of cairo-vm are known to compile. What is called for objects is called now, too.
    ///
    /// # Errors
    /// [`StartError`] when it does not start or a hint does not compile.
    pub async fn start_hints(&mut self) -> Result<(), StartError> {
        let now = !self.all_known || self.config.hints.calls_for_objects();
        let Some(hints) = self.hints.as_mut().filter(|_| now) else {
            return Ok(());
        };
        let woken = hints.wake(&mut self.vm.runner.vm).await;
        woken.map_err(|error| match error {
            NoPython::Launch(error) => error.into(),
            NoPython::Session(error) => StartError::Hints(Box::new(self.not_opened(error))),
        })
    }

    /// Opens the session with an engine. The hints that a client leaves are placed anew, as if they were all
    /// that the program has.
    ///
    /// # Errors
    /// [`Failure`] when it does not open or a hint does not compile.
    pub(crate) async fn open(&mut self, peer: Peer) -> Result<(), Failure> {
        let Some(hints) = &mut self.hints else {
            return Ok(());
        };
        let attached = peer.is_attached();
        let opened = hints.open(peer, &mut self.vm.runner.vm).await;
        opened.map_err(|error| self.not_opened(error))?;
        if attached {
            self.place_what_the_client_left().await?;
        }
        Ok(())
    }

    /// Hints in Python that the client does not serve run as if they were all that the program has: their
    /// variables are not those of the client's hints.
    async fn place_what_the_client_left(&mut self) -> Result<(), Failure> {
        let (Some(hints), Some(program)) = (&mut self.hints, &self.program) else {
            return Ok(());
        };
        let taken = hints.taken_by_client();
        let is_left = |hint: &&Hint| !taken.contains(&hint.id);
        let mut left = program.hints().iter().filter(is_left);
        let plan = if left.any(|hint| hint.language() == PYTHON) {
            place(
                program,
                &self.config,
                &self.config.hints.surroundings(false),
                &taken,
            )
        } else {
            // As for a client that takes all hints in Python: its objects may see anything.
            let surroundings = self.config.surroundings();
            place(program, &self.config, &surroundings, &BTreeSet::new())
        };
        hints.replace_native(plan.native);
        (self.placements, self.all_known) = (plan.placements, plan.all_known);
        let mut left = program.hints().iter().filter(is_left);
        if left.all(|hint| is_known(&hint.code)) {
            return Ok(());
        }
        // They are compiled before the first step.
        let woken = hints.wake(&mut self.vm.runner.vm).await;
        woken.map_err(|error| match error {
            NoPython::Launch(error) => Failure::not_launched(error),
            NoPython::Session(error) => self.not_opened(error),
        })
    }

    /// Has the worker started by whoever gets this, when a hint needs it.
    pub(crate) fn sleep(&mut self, worker: Sleeper) {
        if let Some(hints) = &mut self.hints {
            hints.sleep(worker);
        }
    }

    /// Has hints in the host print there, not on the standard output of this process.
    pub(crate) fn print_to(&mut self, prints: Box<dyn Prints>) {
        if let Some(hints) = &mut self.hints {
            hints.print_to(prints);
        }
    }

    /// Whether the client that serves hints has done something to the VM before the first step.
    pub(crate) fn client_has_prepared(&self) -> bool {
        let hints = self.hints.as_ref();
        hints.is_some_and(Dispatch::client_has_prepared)
    }

    /// Why a session did not open.
    pub(super) fn not_opened(&self, error: HintError) -> Failure {
        let place = |id: u32| {
            let hints = self.program.as_ref().map_or(&[][..], |found| found.hints());
            let hint = hints.get(id as usize);
            let (offset, index) = hint.map(|hint| (hint.pc, hint.index)).unwrap_or_default();
            let mut pc = PROGRAM_BASE;
            pc.offset += offset;
            (pc, index)
        };
        match error {
            HintError::Raised(failed) if failed.kind == i32::from(FailureKind::Compile) => {
                let (pc, index) = place(failed.hint_id);
                Failure::of_compilation(&self.context, pc, index, failed)
            }
            error @ HintError::Unserved { hint_id, .. } => {
                let (pc, index) = place(hint_id);
                Failure::of_language(&self.context, pc, index, &error)
            }
            error => Failure::of_hint(error, "the start of the session"),
        }
    }
}

/// Counters of the steps of a program; those that have hints are counted apart.
fn stacks(program: &CompiledProgram) -> Box<StepStacks> {
    let (functions, size) = (program.functions(), program.data().len());
    let hints = program.hints().iter().map(|hint| hint.pc);
    let places = CodePlaces::new(&functions, size, &program.lines(), hints);
    Box::new(StepStacks::new(places))
}

/// Where hints run that the client has not taken.
fn place(
    program: &CompiledProgram,
    config: &RunConfig,
    surroundings: &Surroundings,
    taken: &BTreeSet<u32>,
) -> Plan {
    match config.placement {
        HintPlacement::Python => Plan::python(program, taken),
        // Objects are made in Python, where no hint of a native run goes.
        HintPlacement::Native if surroundings.made_objects => {
            let foreign = Surroundings {
                foreign_objects: true,
                ..surroundings.clone()
            };
            plan(program, &foreign, taken)
        }
        HintPlacement::Auto | HintPlacement::Native => plan(program, surroundings, taken),
    }
}

fn build_vm(
    program: &CompiledProgram,
    entry: &Entry,
    config: &RunConfig,
) -> Result<PreparedRun, StartError> {
    match entry {
        Entry::Main(name) => {
            let proof = config.vm.proof_mode;
            let vm_program = match program.cairo_vm_program(Some(name)) {
                // A proof starts at `__start__`, and need not have a `main`.
                Err(ProgramError::NoEntrypoint(name)) if name == "main" && proof => {
                    program.cairo_vm_program(None)?
                }
                Err(ProgramError::NoEntrypoint(name)) if name == "main" => {
                    return Err(StartError::MissingMain(ProgramError::NoEntrypoint(name)));
                }
                other => other?,
            };
            Ok(initialize(&vm_program, &config.vm)?)
        }
        Entry::Function {
            pc,
            name,
            arguments,
            setup,
        } => {
            // The runner is prepared from some entry point; the real one is set below.
            let mut vm_program = program.cairo_vm_program(None)?;
            if program.label("main").is_none() {
                let label = name.as_deref().unwrap_or_default();
                if let Ok(other) = program.cairo_vm_program(Some(label)) {
                    vm_program = other;
                }
            }
            let mut vm = prepare(&vm_program, &config.vm, &setup.builtins)?;
            for _ in 0..setup.segments {
                vm.runner.vm.add_memory_segment();
            }
            for _ in 0..setup.temporary_segments {
                vm.runner.vm.add_temporary_segment();
            }
            let name = name.as_deref();
            vm.end = enter_function(&mut vm.runner, program, *pc, name, arguments)?;
            Ok(vm)
        }
    }
}
