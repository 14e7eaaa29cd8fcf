//! Python hints for programs that drive cairo-vm themselves: a hint processor to put in the place of
//! cairo-vm's own. It blocks; everything asynchronous stays inside.
//!
//! What the trait has no place for cannot be done this way: rules that hints register on segments, and
//! what the output builtin keeps beside its cells. A hint that registers a rule is an error.

use std::any::Any;
use std::cell::Cell;
use std::collections::{BTreeSet, HashMap};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use cairo_vm::Felt252;
use cairo_vm::hint_processor::hint_processor_definition::{
    HintExtension, HintProcessorLogic, HintReference,
};
use cairo_vm::serde::deserialize_program::ApTracking;
use cairo_vm::types::exec_scope::ExecutionScopes;
use cairo_vm::vm::errors::hint_errors::HintError as VmHintError;
use cairo_vm::vm::errors::vm_errors::VirtualMachineError;
use cairo_vm::vm::runners::cairo_runner::{ResourceTracker, RunResources};
use cairo_vm::vm::vm_core::VirtualMachine;
use tokio::runtime::{Builder, Runtime};

use crate::hint::HintError;
use crate::hint::dispatch::{Dispatch, NoPython, NotRun};
use crate::hint::inputs::SessionInputs;
use crate::placement::{Plan, plan};
use crate::program::{CompiledProgram, ProgramError};
use crate::run::{PROGRAM_BASE, ProgramText};
use crate::worker::{Launch, PythonEnvironment, Sleeper};

const DEFAULT_TIMEOUT: Duration = Duration::from_secs(600);

/// How hints are run.
#[derive(Clone, Debug)]
pub struct ProcessorOptions {
    /// Whether known hints run in Rust where nobody can tell; else all run in Python.
    pub place_known_hints: bool,
    /// The virtual environment that hints import from.
    pub python_env: Option<PathBuf>,
    /// The worker's binary, if it is not beside the executable.
    pub worker: Option<PathBuf>,
    /// `program_input`, hint locals, folders to import from and limits.
    pub inputs: SessionInputs,
    /// How many steps the run may make.
    pub run_resources: RunResources,
}

impl Default for ProcessorOptions {
    fn default() -> Self {
        Self {
            place_known_hints: true,
            python_env: None,
            worker: None,
            inputs: SessionInputs {
                hint_timeout: Some(DEFAULT_TIMEOUT),
                ..SessionInputs::default()
            },
            run_resources: RunResources::default(),
        }
    }
}

/// Why there is no processor.
#[derive(Debug, thiserror::Error)]
pub enum ProcessorError {
    /// The program cannot be used.
    #[error("cannot use the program: {0}")]
    Program(#[from] ProgramError),
    /// The system gives no event loop.
    #[error("cannot make an event loop: `{0}`")]
    Runtime(#[from] std::io::Error),
}

/// Runs the hints of one run of one program; the worker starts with the first hint that needs it and ends
/// with this value.
///
/// Use it wherever cairo-vm takes `&mut dyn HintProcessor`, for the program that it was made with, and
/// call [`PythonHintProcessor::end_run`] before `CairoRunner::end_run`.
pub struct PythonHintProcessor {
    options: ProcessorOptions,
    program: Arc<CompiledProgram>,
    hints: Dispatch,
    /// The hint that cairo-vm compiles next: it says neither pc nor index, but goes in order.
    next: Cell<usize>,
    // The session's connection lives on it, so it goes last.
    runtime: Runtime,
}

impl std::fmt::Debug for PythonHintProcessor {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("PythonHintProcessor")
            .field("options", &self.options)
            .field("hints", &self.hints)
            .finish_non_exhaustive()
    }
}

/// What cairo-vm keeps for a hint: its number.
struct HintNumber(u32);

impl PythonHintProcessor {
    /// A processor for the program whose compiled JSON this is.
    ///
    /// # Errors
    /// [`ProcessorError`] when the program cannot be used.
    pub fn new(program_json: &[u8], options: ProcessorOptions) -> Result<Self, ProcessorError> {
        let ProgramText { program, json } = ProgramText::read(program_json)?;
        let mut options = options;
        options.inputs.python_env.clone_from(&options.python_env);
        let plan = if options.place_known_hints {
            plan(
                &program,
                &options.inputs.surroundings(false),
                &BTreeSet::new(),
            )
        } else {
            Plan::python(&program, &BTreeSet::new())
        };
        let launch = Launch {
            binary: options.worker.clone(),
            environment: PythonEnvironment::of(options.python_env.clone(), None),
            ..Launch::default()
        };
        let main = (Arc::clone(&program), PROGRAM_BASE, json);
        let inputs = options.inputs.clone();
        Ok(Self {
            hints: Dispatch::new(main, plan.native, inputs, Some(Sleeper::Own(launch))),
            program,
            next: Cell::new(0),
            runtime: Builder::new_current_thread().enable_all().build()?,
            options,
        })
    }

    /// How many hints ran in Rust and in Python.
    #[must_use]
    pub fn executed(&self) -> (u64, u64) {
        self.hints.executed()
    }

    /// Gives the VM what hints in Python kept for the end of the run. Call it before
    /// `CairoRunner::end_run`.
    ///
    /// # Errors
    /// [`VmHintError`] when the worker is gone or the scopes are not all left.
    pub fn end_run(&mut self, vm: &mut VirtualMachine) -> Result<(), VmHintError> {
        let ended = self.runtime.block_on(self.hints.end(vm));
        let ended = ended.map_err(|error| failure(&error))?;
        if let Some(address) = ended.pure_address {
            let text = "Expected memory address to be relocatable value. Found:";
            return Err(custom(&format!("{text} {address}.")));
        }
        if ended.scope_depth != 1 {
            let text = "Every enter_scope() requires a corresponding exit_scope().";
            return Err(custom(text));
        }
        Ok(())
    }

    fn execute(&mut self, vm: &mut VirtualMachine, id: u32) -> Result<HintExtension, VmHintError> {
        let known = self.hints.table().programs().len();
        let run = self.runtime.block_on(self.hints.run(vm, id));
        run.map_err(|error| match error {
            NotRun::Failed(error) | NotRun::NoPython(NoPython::Session(error)) => failure(&error),
            NotRun::NoPython(NoPython::Launch(error)) => custom(&error.to_string()),
            NotRun::NeedsPython => custom("there is no engine for the hint"),
            NotRun::Declined(reason) => custom(&format!("no engine took the hint: {reason}")),
        })?;
        if !self.hints.rules().is_empty() {
            return Err(custom(
                "a hint registered a rule for a segment, which a hint processor cannot keep\n\
                 hint: drive the VM with `vm_host::Run`",
            ));
        }
        // Hints of programs that this one loaded.
        let mut extension = HintExtension::new();
        for loaded in &self.hints.table().programs()[known..] {
            for (number, hint) in (loaded.first_hint..).zip(loaded.program.hints()) {
                let mut pc = loaded.base;
                pc.offset += hint.pc;
                let hints = extension.entry(pc).or_default();
                hints.push(Box::new(HintNumber(number)));
            }
        }
        Ok(extension)
    }
}

fn custom(text: &str) -> VmHintError {
    VmHintError::CustomHint(text.into())
}

/// An exception with the reference VM's traceback, or what became of the worker.
fn failure(error: &HintError) -> VmHintError {
    custom(error.to_string().trim_end())
}

impl HintProcessorLogic for PythonHintProcessor {
    /// Finds the hint that cairo-vm means.
    fn compile_hint(
        &self,
        hint_code: &str,
        _: &ApTracking,
        _: &HashMap<String, usize>,
        _: &[HintReference],
        _: &[String],
        _: Arc<HashMap<String, Felt252>>,
    ) -> Result<Box<dyn Any>, VirtualMachineError> {
        let hints = self.program.hints();
        // Every run of the loop compiles all hints again, in the order of their pcs.
        let index = self.next.get() % hints.len().max(1);
        self.next.set(index + 1);
        match hints.get(index) {
            Some(hint) if hint.code == hint_code => Ok(Box::new(HintNumber(hint.id))),
            _ => Err(VirtualMachineError::CompileHintFail(hint_code.into())),
        }
    }

    fn execute_hint(
        &mut self,
        vm: &mut VirtualMachine,
        exec_scopes: &mut ExecutionScopes,
        hint_data: &Box<dyn Any>,
    ) -> Result<(), VmHintError> {
        self.execute_hint_extensive(vm, exec_scopes, hint_data)
            .map(|_| ())
    }

    fn execute_hint_extensive(
        &mut self,
        vm: &mut VirtualMachine,
        exec_scopes: &mut ExecutionScopes,
        hint_data: &Box<dyn Any>,
    ) -> Result<HintExtension, VmHintError> {
        let number = hint_data.downcast_ref::<HintNumber>();
        let HintNumber(id) = number.ok_or(VmHintError::WrongHintData)?;
        let extension = self.execute(vm, *id)?;
        // cairo-vm counts the scopes at the end of the run.
        let scopes = &mut exec_scopes.data;
        scopes.resize_with(self.hints.scope_depth(), HashMap::new);
        Ok(extension)
    }
}

impl ResourceTracker for PythonHintProcessor {
    fn consumed(&self) -> bool {
        self.options.run_resources.consumed()
    }

    fn consume_step(&mut self) {
        self.options.run_resources.consume_step();
    }

    fn get_n_steps(&self) -> Option<usize> {
        self.options.run_resources.get_n_steps()
    }

    fn run_resources(&self) -> &RunResources {
        &self.options.run_resources
    }
}
