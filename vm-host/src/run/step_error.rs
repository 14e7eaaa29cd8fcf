//! Where and why a run stopped that should have gone on.

use cairo_vm::vm::errors::vm_errors::VirtualMachineError;

use crate::account::{self, OverLimit};
use crate::hint::HintError;
use crate::hint::dispatch::NotRun;
use crate::hint::limits::TooManySegments;
use crate::vm::error_text::Registers;
use crate::worker::Death;

const SIGINT: i32 = 2;

/// Where and why a run stopped. [`Run::explain`](super::Run::explain) says it in the reference VM's words.
#[derive(Debug)]
pub struct StepError {
    /// The registers before the step.
    pub(crate) before: Registers,
    /// Why.
    pub(crate) cause: StepCause,
}

impl StepError {
    /// Whether the worker died of an interrupt, which a terminal sends to everybody.
    pub(crate) fn is_interrupt(&self) -> bool {
        matches!(
            &self.cause,
            StepCause::Hint {
                error: NotRun::Failed(HintError::Died {
                    death: Death::Signal(SIGINT),
                }),
                ..
            } | StepCause::Rule(HintError::Died {
                death: Death::Signal(SIGINT),
            })
        )
    }
}

/// Why a run stopped.
#[derive(Debug)]
pub(crate) enum StepCause {
    /// The instruction.
    Instruction(VirtualMachineError),
    /// A hint, the `hint_index`-th at its pc.
    Hint { hint_index: usize, error: NotRun },
    /// A rule that a hint registered refused a cell or raised.
    Rule(HintError),
    /// It took more host memory than it may.
    OverLimit(OverLimit),
    /// It has more segments than it may.
    TooManySegments(TooManySegments),
    /// The steps are used up before the end.
    EndNotReached,
    /// The run should go on after the end.
    EndReached,
}

impl StepCause {
    /// An instruction that failed, perhaps for want of memory that the run may not have.
    pub(crate) fn of_instruction(error: VirtualMachineError) -> Self {
        match account::check() {
            Ok(()) => Self::Instruction(error),
            Err(over) => Self::OverLimit(over),
        }
    }
}

impl From<OverLimit> for StepCause {
    fn from(over: OverLimit) -> Self {
        Self::OverLimit(over)
    }
}
