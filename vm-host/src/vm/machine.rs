//! One VM: the Cairo loop, with its hints.
//!
//! The loop is ours because a hint is a point to wait at, and because cairo-vm's own loops run the
//! hints of the pc they started from.

use std::pin::Pin;

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::errors::vm_errors::VirtualMachineError;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;

use super::error_text::{END_NOT_REACHED, END_REACHED, Registers};
use super::rules::Rules;
use crate::hint::{HintError, HintSession};
use crate::placement::NativeHints;

/// Steps between two looks at the world outside.
const QUANTUM: u64 = 1 << 16;

/// Starts the engine of a run's hints when the first one needs it.
pub trait EngineStarter {
    /// Starts it, for a VM that may be in the middle of its run.
    ///
    /// # Errors
    /// Whatever keeps it from starting.
    fn start<'a>(self: Box<Self>, runner: &'a mut CairoRunner) -> StartedEngine<'a>;
}

/// What an [`EngineStarter`] promises.
pub type StartedEngine<'a> =
    Pin<Box<dyn Future<Output = Result<HintSession, Box<dyn std::error::Error>>> + 'a>>;

/// Called now and then with the number of steps and hints done.
pub type Observer<'a> = &'a mut dyn FnMut(u64, u64);

/// A VM in the middle of its run.
pub struct Machine {
    /// cairo-vm's state.
    pub runner: CairoRunner,
    /// The engine of the hints; absent when none needs it, so far.
    pub session: Option<HintSession>,
    /// Starts it when one does.
    pub starter: Option<Box<dyn EngineStarter>>,
    /// The hints that run in Rust; absent when all run in the engine.
    pub natives: Option<NativeHints>,
    final_pc: Option<Relocatable>,
    rules: Rules,
}

impl std::fmt::Debug for Machine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        // cairo-vm's runner cannot be printed; where it stands is what one wants to see.
        formatter
            .debug_struct("Machine")
            .field("pc", &self.runner.vm.get_pc())
            .field("step", &self.runner.vm.get_current_step())
            .finish_non_exhaustive()
    }
}

/// Where and why a run stopped.
#[derive(Debug)]
pub struct StepError {
    /// The registers before the step.
    pub before: Registers,
    /// Why.
    pub cause: StepCause,
}

/// Why a run stopped.
#[derive(Debug)]
pub enum StepCause {
    /// The instruction.
    Instruction(VirtualMachineError),
    /// A hint, the `hint_index`-th at its pc.
    Hint {
        /// Its place among the hints of that pc.
        hint_index: usize,
        /// What happened.
        error: HintError,
    },
    /// A hint that was placed in Rust has to run in Python, and there may be no engine.
    NeedsPython,
    /// The engine did not start.
    NoEngine(Box<dyn std::error::Error>),
    /// A rule that a hint registered refused a cell or raised.
    Rule(HintError),
    /// The reference VM's checks around the loop, in its words.
    Loop(&'static str),
}

impl Machine {
    /// A VM at its first step. `final_pc` is where it must not go on.
    #[must_use]
    pub fn new(
        runner: CairoRunner,
        session: Option<HintSession>,
        final_pc: Option<Relocatable>,
    ) -> Self {
        Self {
            runner,
            session,
            starter: None,
            natives: None,
            final_pc,
            rules: Rules::default(),
        }
    }

    /// Runs until pc is `end`, at most `steps` steps.
    ///
    /// # Errors
    /// [`StepError`] when a step fails or the steps are used up.
    pub async fn run_until_pc(
        &mut self,
        end: Relocatable,
        steps: Option<u64>,
        observer: Observer<'_>,
    ) -> Result<(), StepError> {
        let mut left = steps.unwrap_or(u64::MAX);
        let mut quantum = QUANTUM;
        loop {
            let plain = self.run_plainly(end, left.min(quantum))?;
            left -= plain;
            quantum -= plain;
            if self.runner.vm.get_pc() == end {
                return Ok(());
            }
            if left == 0 {
                return Err(self.stop(StepCause::Loop(END_NOT_REACHED)));
            }
            if quantum > 0 {
                self.step().await?;
                left -= 1;
                quantum -= 1;
            }
            if quantum == 0 {
                quantum = QUANTUM;
                self.observe(observer).await;
            }
        }
    }

    /// Steps with nothing to wait for, until pc is `end` or has hints, at most `steps`. How many.
    fn run_plainly(&mut self, end: Relocatable, steps: u64) -> Result<u64, StepError> {
        let mut done = 0;
        while done < steps && !self.has_rules() {
            let pc = self.runner.vm.get_pc();
            if pc == end || !self.hints_at(pc).is_empty() {
                break;
            }
            self.step_instruction()?;
            done += 1;
        }
        Ok(done)
    }

    /// Runs exactly `steps` steps.
    ///
    /// # Errors
    /// [`StepError`] when a step fails or the program ends first.
    pub async fn run_for_steps(
        &mut self,
        steps: u64,
        observer: Observer<'_>,
    ) -> Result<(), StepError> {
        for step in 0..steps {
            if self.final_pc == Some(self.runner.vm.get_pc()) {
                return Err(self.stop(StepCause::Loop(END_REACHED)));
            }
            self.step().await?;
            if step % QUANTUM == QUANTUM - 1 {
                self.observe(observer).await;
            }
        }
        Ok(())
    }

    /// Runs until `steps` steps were run since the start.
    ///
    /// # Errors
    /// As [`Machine::run_for_steps`].
    pub async fn run_until_steps(
        &mut self,
        steps: u64,
        observer: Observer<'_>,
    ) -> Result<(), StepError> {
        let done = self.runner.vm.get_current_step() as u64;
        self.run_for_steps(steps.saturating_sub(done), observer)
            .await
    }

    /// One step: the hints at pc, then its instruction.
    ///
    /// # Errors
    /// [`StepError`] when it fails.
    #[inline]
    pub async fn step(&mut self) -> Result<(), StepError> {
        let hints = self.hints_at(self.runner.vm.get_pc()).len();
        if hints > 0 {
            let done = self.run_natively(0);
            if done < hints {
                self.run_hints(done, hints).await?;
            }
        }
        if self.has_rules() {
            return self.step_with_rules().await;
        }
        self.step_instruction()
    }

    #[inline]
    fn step_instruction(&mut self) -> Result<(), StepError> {
        let before = Registers::of(&self.runner.vm);
        self.runner
            .vm
            .step_instruction()
            .map_err(|error| StepError {
                before,
                cause: StepCause::Instruction(error),
            })
    }

    #[inline]
    fn has_rules(&self) -> bool {
        let session = self.session.as_ref();
        session.is_some_and(|session| !session.rules().is_empty())
    }

    #[inline]
    fn hints_at(&self, pc: Relocatable) -> &[u32] {
        match (&self.session, &self.natives) {
            (Some(session), _) => session.table().at(pc),
            (None, Some(natives)) => natives.at(pc),
            (None, None) => &[],
        }
    }

    /// Runs the hints at pc from the `first` on in Rust; returns the place of the one that needs Python,
    /// or their number.
    fn run_natively(&mut self, first: usize) -> usize {
        let pc = self.runner.vm.get_pc();
        let mut index = first;
        while let Some(id) = self.hints_at(pc).get(index).copied() {
            let natives = self.natives.as_mut();
            if !natives.is_some_and(|natives| natives.execute(&mut self.runner.vm, id)) {
                break;
            }
            index += 1;
        }
        index
    }

    /// Runs the hints at pc from the `first` on, which needs Python. There are `count` now.
    async fn run_hints(&mut self, first: usize, count: usize) -> Result<(), StepError> {
        if self.session.is_none() {
            let Some(starter) = self.starter.take() else {
                return Err(self.stop(StepCause::NeedsPython));
            };
            match starter.start(&mut self.runner).await {
                Ok(session) => self.session = Some(session),
                Err(error) => return Err(self.stop(StepCause::NoEngine(error))),
            }
        }
        let pc = self.runner.vm.get_pc();
        let mut hint_index = first;
        while hint_index < count {
            // A hint may load a program here, with other hints.
            let Some(id) = self.hints_at(pc).get(hint_index).copied() else {
                break;
            };
            if let Err(error) = self.run_in_engine(id).await {
                return Err(self.stop(StepCause::Hint { hint_index, error }));
            }
            hint_index = self.run_natively(hint_index + 1);
        }
        Ok(())
    }

    async fn run_in_engine(&mut self, id: u32) -> Result<(), HintError> {
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        if let Some(natives) = &mut self.natives {
            let (change, variables_json) = natives.take_news();
            session.follow_scopes(change, variables_json);
        }
        session.execute(&mut self.runner.vm, id).await?;
        if let Some(natives) = &mut self.natives
            && let Some(change) = session.take_scope_change()
        {
            natives.follow(change)?;
        }
        Ok(())
    }

    async fn step_with_rules(&mut self) -> Result<(), StepError> {
        let before = Registers::of(&self.runner.vm);
        let at = |cause| StepError { before, cause };
        let vm = &mut self.runner.vm;
        let Some(session) = &mut self.session else {
            return Ok(());
        };
        let fresh = self
            .rules
            .before(vm, session)
            .await
            .map_err(|error| at(StepCause::Rule(error)))?;
        vm.step_instruction()
            .map_err(|error| at(StepCause::Instruction(error)))?;
        self.rules
            .after(vm, session, fresh)
            .await
            .map_err(|error| at(StepCause::Rule(error)))
    }

    /// Checks the rules that hints registered against the whole memory, as the run's end requires.
    /// The inner result is the reference VM's complaint.
    ///
    /// # Errors
    /// [`HintError`] when a rule raises.
    pub async fn verify_rules(&mut self) -> Result<Result<(), String>, HintError> {
        match &mut self.session {
            Some(session) => self.rules.verify(&mut self.runner.vm, session).await,
            None => Ok(Ok(())),
        }
    }

    /// The error for a run that stops before the next step.
    #[must_use]
    pub fn stop(&self, cause: StepCause) -> StepError {
        StepError {
            before: Registers::of(&self.runner.vm),
            cause,
        }
    }

    /// How many hints ran, in either language.
    #[must_use]
    pub fn hints_executed(&self) -> u64 {
        let session = self.session.as_ref();
        session.map_or(0, |session| session.statistics().hints)
            + self.natives.as_ref().map_or(0, NativeHints::executed)
    }

    async fn observe(&self, observer: Observer<'_>) {
        observer(
            self.runner.vm.get_current_step() as u64,
            self.hints_executed(),
        );
        tokio::task::yield_now().await;
    }
}
