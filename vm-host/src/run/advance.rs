//! The one loop: steps with their hints until a goal is reached. The loop is ours because a hint is a point
//! to wait at, and because cairo-vm's own loops run the hints of the pc they started from.

use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::trace::trace_entry::TraceEntry;
use cairo_vm::vm::vm_core::VirtualMachine;

use super::core::{Run, RunCounts};
use super::decoded::Decoded;
use super::step_error::{StepCause, StepError};
use crate::account::{self, Refusing};
use crate::hint::dispatch::Dispatch;
use crate::vm::error_text::Registers;

/// Steps of a slice, some hundred microseconds: after each the world outside is looked at.
const SLICE: u64 = 1 << 12;
/// As how many steps one with hints in Python counts, which takes so much longer.
const HINT_WEIGHT: u64 = 128;

/// How far to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Goal {
    /// To the end of the program.
    End,
    /// To the end, and on until so many steps were made at least.
    AtLeast(u64),
    /// To the end within so many steps, and on until they were made.
    Exactly(u64),
    /// So many steps, of which none need be at the end.
    Within(u64),
    /// So many more steps, or to the end.
    Steps(u64),
    /// To the instruction there, which is not run, or to the end.
    Address(Relocatable),
}

/// Why the loop stopped without a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stop {
    /// The run has ended.
    Ended,
    /// The goal is reached, and the run can go on.
    Reached,
    /// A pause was wanted.
    Paused,
}

/// How far a run has come.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Steps.
    pub steps: u64,
    /// Hints, in all engines.
    pub hints: u64,
}

/// The world outside of a run.
pub trait Pace {
    /// Whether to stop before the next step.
    fn wants_pause(&self) -> bool {
        false
    }

    /// Whether the counts of the run are wanted now. Asked after each slice.
    fn wants_counts(&self) -> bool {
        false
    }

    /// Takes the counts that were wanted.
    fn count(&mut self, _: RunCounts) {}

    /// Called after each slice, some hundred microseconds; may take its time.
    fn rest(&mut self, progress: Progress) -> impl Future<Output = ()>;
}

/// Nobody watches.
#[derive(Clone, Copy, Debug, Default)]
pub struct Unwatched;

impl Pace for Unwatched {
    async fn rest(&mut self, _: Progress) {}
}

impl Run {
    /// Runs until the goal is reached, the run ends, or a pause is wanted. Can be called again.
    ///
    /// # Errors
    /// [`StepError`] when a step fails or the steps are used up.
    pub async fn advance(&mut self, goal: Goal, pace: &mut impl Pace) -> Result<Stop, StepError> {
        let first = self.current_step();
        let mut left = SLICE;
        let mut hints = self.python_hints();
        loop {
            if let Some(stop) = self.arrive(goal, first).await? {
                return Ok(stop);
            }
            if pace.wants_pause() {
                return Ok(Stop::Paused);
            }
            let step = self.current_step();
            if step >= self.config.max_steps {
                return Err(self.stop(StepCause::EndNotReached));
            }
            let plain = self.step_plainly(goal, left.min(self.limit(goal, first) - step))?;
            left -= plain;
            if plain == 0 {
                self.step().await?;
                let done = self.python_hints();
                left = left.saturating_sub(if done == hints { 1 } else { HINT_WEIGHT });
                hints = done;
            }
            if left == 0 {
                left = SLICE;
                // Cells are refused at once; what else grows, the trace above all, is noticed here.
                self.stay_within_limits()
                    .map_err(|cause| self.stop(cause))?;
                let steps = self.current_step();
                self.watched.tell(|watcher| watcher.comes_to(steps));
                if pace.wants_counts() {
                    pace.count(self.counts());
                }
                pace.rest(Progress {
                    steps,
                    hints: self.hints_executed(),
                })
                .await;
            }
        }
    }

    /// Whether the run has not taken more of the host than it may.
    fn stay_within_limits(&self) -> Result<(), StepCause> {
        let steps = self.current_step();
        // cairo-vm's trace doubles when it is full, without asking.
        let room = steps.next_power_of_two();
        let entries = match self.config.vm.trace && steps + SLICE > room {
            true => usize::try_from(room).unwrap_or(usize::MAX),
            false => 0,
        };
        account::require(entries.saturating_mul(size_of::<TraceEntry>()))?;
        let segments = &self.vm().segments;
        let segments = segments.num_segments() + segments.num_temp_segments();
        let limits = &self.config.hints.limits;
        let admitted = limits.admit_segments(segments as u64);
        admitted.map_err(StepCause::TooManySegments)
    }

    /// Whether the loop stops here: at the goal, or at the end.
    async fn arrive(&mut self, goal: Goal, first: u64) -> Result<Option<Stop>, StepError> {
        let pc = self.vm().get_pc();
        // In proof mode the last step is the one at `__end__`.
        let last = u64::from(self.config.vm.proof_mode);
        let to_end = !matches!(goal, Goal::Within(_));
        if to_end && pc == self.vm.end && self.ended.original_steps.is_none() {
            for _ in 0..last {
                self.step().await?;
            }
            self.ended.original_steps = Some(self.current_step());
        }
        let step = self.current_step();
        let ended = self.ended.original_steps.is_some();
        let beyond = match goal {
            Goal::End | Goal::Steps(_) | Goal::Address(_) if ended => return Ok(Some(Stop::Ended)),
            Goal::Steps(steps) if step - first >= steps => return Ok(Some(Stop::Reached)),
            Goal::Address(address) if address == pc => return Ok(Some(Stop::Reached)),
            Goal::Exactly(total) if !ended && step >= total.saturating_sub(last) => {
                return Err(self.stop(StepCause::EndNotReached));
            }
            Goal::AtLeast(total) | Goal::Exactly(total) | Goal::Within(total) => total,
            Goal::End | Goal::Steps(_) | Goal::Address(_) => return Ok(None),
        };
        if !ended && to_end {
            return Ok(None);
        }
        if step >= beyond {
            self.ended.exact_steps = !matches!(goal, Goal::AtLeast(_));
            return Ok(Some(Stop::Ended));
        }
        if last == 0 && self.vm().get_pc() == self.vm.end {
            return Err(self.stop(StepCause::EndReached));
        }
        Ok(None)
    }

    /// The number of steps at which the goal has to be looked at again.
    fn limit(&self, goal: Goal, first: u64) -> u64 {
        let step = self.current_step();
        let ended = self.ended.original_steps.is_some();
        let last = u64::from(self.config.vm.proof_mode);
        let limit = match goal {
            Goal::Steps(steps) => first.saturating_add(steps),
            Goal::Exactly(total) if !ended => total.saturating_sub(last),
            Goal::AtLeast(_) if !ended => u64::MAX,
            Goal::Exactly(total) | Goal::Within(total) | Goal::AtLeast(total) => total,
            Goal::End | Goal::Address(_) => u64::MAX,
        };
        limit.min(self.config.max_steps).max(step)
    }

    /// Steps with nothing to wait for: until a pc with hints, the end if it matters, or the goal's address, at
    /// most `steps`. How many.
    fn step_plainly(&mut self, goal: Goal, steps: u64) -> Result<u64, StepError> {
        if self.has_rules() {
            return Ok(0);
        }
        // In proof mode the instruction at the end jumps to itself once the end was reached.
        let proof = self.config.vm.proof_mode;
        let end = match (goal, self.ended.original_steps) {
            (_, Some(_)) if proof => None,
            (Goal::Within(_), None) if proof => None,
            _ => Some(self.vm.end),
        };
        let address = match goal {
            Goal::Address(address) => Some(address),
            _ => None,
        };
        let table = self.hints.as_ref().map(Dispatch::table);
        let stops = |pc| {
            let has_hints = table.is_some_and(|table| !table.at(pc).is_empty());
            has_hints || Some(pc) == end || Some(pc) == address
        };
        let vm = &mut self.vm.runner.vm;
        let decoded = &mut self.decoded;
        match self.stacks.as_deref_mut() {
            // Nobody pays for what nobody asked for.
            None => step_until(vm, decoded, stops, steps, |_| {}),
            Some(stacks) => step_until(vm, decoded, stops, steps, |at| stacks.count(at.pc, at.fp)),
        }
    }

    /// One step: the hints at pc, then its instruction.
    async fn step(&mut self) -> Result<(), StepError> {
        if let Some(hints) = &mut self.hints
            && let Err((hint_index, error)) = hints.run_all(&mut self.vm.runner.vm).await
        {
            return Err(self.stop(StepCause::Hint { hint_index, error }));
        }
        let before = Registers::of(self.vm());
        let at = |cause| StepError { before, cause };
        let vm = &mut self.vm.runner.vm;
        self.decoded
            .admit(vm.get_pc())
            .map_err(|over| at(over.into()))?;
        let hints = self.hints.as_mut();
        let stacks = &mut self.stacks;
        let mut count = || {
            if let Some(stacks) = stacks {
                stacks.count(before.pc, before.fp);
            }
        };
        let Some(hints) = hints.filter(|hints| !hints.rules().is_empty()) else {
            return step_within_limits(vm).map(|()| count()).map_err(at);
        };
        let rules = &mut self.rules;
        rules
            .after_hints(vm, hints)
            .await
            .map_err(|error| at(StepCause::Rule(error)))?;
        let fresh = rules.before(vm, hints).await.map_err(at)?;
        step_within_limits(vm).map_err(at)?;
        count();
        rules
            .after(vm, hints, fresh)
            .await
            .map_err(|error| at(StepCause::Rule(error)))?;
        hints
            .follow_engines()
            .map_err(|error| at(StepCause::Rule(error)))
    }

    /// Adds steps to the trace of a proof, up to so many. Only the instruction at `__end__` runs, which jumps to
    /// itself; no compiler puts a hint there.
    pub(super) async fn pad(&mut self, steps: u64) -> Result<(), StepError> {
        while self.current_step() < steps {
            self.stay_within_limits()
                .map_err(|cause| self.stop(cause))?;
            if self.current_step() >= self.config.max_steps {
                return Err(self.stop(StepCause::EndNotReached));
            }
            let last = steps.min(self.config.max_steps);
            for _ in 0..SLICE.min(last - self.current_step()) {
                let before = Registers::of(self.vm());
                let stepped = step_within_limits(&mut self.vm.runner.vm);
                stepped.map_err(|cause| StepError { before, cause })?;
            }
            if let Some(turn) = &self.turn {
                turn.pass().await;
            }
            // The end of the VM.
            tokio::task::yield_now().await;
        }
        Ok(())
    }

    fn has_rules(&self) -> bool {
        self.hints
            .as_ref()
            .is_some_and(|hints| !hints.rules().is_empty())
    }

    fn python_hints(&self) -> u64 {
        self.hints.as_ref().map_or(0, |hints| hints.executed().1)
    }

    /// The error of a run that stops before the next step.
    fn stop(&self, cause: StepCause) -> StepError {
        StepError {
            before: Registers::of(self.vm()),
            cause,
        }
    }
}

/// Steps until a pc where one `stops`, at most `steps`; `made` gets the registers before each. How many.
fn step_until(
    vm: &mut VirtualMachine,
    decoded: &mut Decoded,
    stops: impl Fn(Relocatable) -> bool,
    steps: u64,
    mut made: impl FnMut(Registers),
) -> Result<u64, StepError> {
    let _refusing = Refusing::start();
    for done in 0..steps {
        let pc = vm.get_pc();
        if stops(pc) {
            return Ok(done);
        }
        let before = Registers::of(vm);
        let stepped = decoded.admit(pc).map_err(StepCause::from);
        let stepped =
            stepped.and_then(|()| vm.step_instruction().map_err(StepCause::of_instruction));
        stepped.map_err(|cause| StepError { before, cause })?;
        made(before);
    }
    Ok(steps)
}

/// One instruction, which gets as much memory as the run may have.
fn step_within_limits(vm: &mut VirtualMachine) -> Result<(), StepCause> {
    let _refusing = Refusing::start();
    vm.step_instruction().map_err(StepCause::of_instruction)
}
