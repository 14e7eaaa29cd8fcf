//! Why a VM failed: the reference VM's text, and its parts for those who want them apart. What becomes of
//! it (an exit code, a message to a client) is decided elsewhere.

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::{Failed, FailureKind};

use super::error_text::{StepFailure, explain};
use super::finish::RunFailure;
use super::machine::{Machine, StepCause, StepError};
use crate::hint::HintError;
use crate::program::{ExceptionContext, MemoryView};
use crate::worker::Death;

/// What the reference VM says of a hint that raised.
const HINT_RAISED: &str = "Got an exception while executing a hint.";
/// What the reference VM says of a hint that does not compile.
const HINT_DOES_NOT_COMPILE: &str = "Got an exception while compiling a hint.";

/// A failed run.
#[derive(Clone, Debug)]
pub struct Failure {
    /// In one word.
    pub reason: FailureReason,
    /// The whole text; that of the reference VM where it has one.
    pub message: String,
    /// Where.
    pub pc: Option<Relocatable>,
    /// The place of the hint at fault among the hints of that pc.
    pub hint_index: Option<usize>,
    /// The Cairo traceback.
    pub cairo_traceback: String,
    /// What the engine said of the exception.
    pub raised: Option<Box<Failed>>,
}

/// Why a run failed, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// A hint raised an exception or does not compile.
    HintRaised,
    /// An instruction, or a check of the reference VM around the steps.
    CairoError,
    /// The steps were used up.
    StepsExhausted,
    /// The hint worker died.
    WorkerDied,
    /// The client that served the hints left.
    EngineDetached,
    /// A hint ran into its deadline.
    HintTimeout,
    /// A hint called `sys.exit`.
    Exit,
    /// A hint was interrupted.
    Interrupted,
    /// What a hint did was refused.
    DiffRefused,
    /// The engine broke the protocol.
    Protocol,
    /// The run did not end as it must.
    EndOfRun,
    /// A fault of the host.
    Internal,
}

impl FailureReason {
    /// The word as clients get it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HintRaised => "HINT_RAISED",
            Self::CairoError => "CAIRO_ERROR",
            Self::StepsExhausted => "STEPS_EXHAUSTED",
            Self::WorkerDied => "WORKER_DIED",
            Self::EngineDetached => "ENGINE_DETACHED",
            Self::HintTimeout => "HINT_TIMEOUT",
            Self::Exit => "EXIT",
            Self::Interrupted => "INTERRUPTED",
            Self::DiffRefused => "DIFF_REFUSED",
            Self::Protocol => "PROTOCOL",
            Self::EndOfRun => "END_OF_RUN",
            Self::Internal => "INTERNAL",
        }
    }
}

struct Memory<'a>(&'a VirtualMachine);

impl MemoryView for Memory<'_> {
    fn get(&self, address: Relocatable) -> Option<MaybeRelocatable> {
        self.0.get_maybe(&address)
    }
}

impl Failure {
    /// A failure without a place.
    pub fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            message: message.into(),
            pc: None,
            hint_index: None,
            cairo_traceback: String::new(),
            raised: None,
        }
    }

    /// A step that failed.
    #[must_use]
    pub fn of_step(machine: &Machine, context: &ExceptionContext, error: StepError) -> Self {
        let vm = &machine.runner.vm;
        let fp = Relocatable {
            segment_index: 1,
            offset: error.before.fp,
        };
        let place = |reason, pc, message: &str, hint_index, with_traceback, notes: &[String]| {
            let memory = Memory(vm);
            let text =
                context.vm_exception(pc, fp, message, hint_index, with_traceback, notes, &memory);
            Self {
                pc: Some(pc),
                hint_index,
                cairo_traceback: text.traceback.unwrap_or_default(),
                ..Self::new(reason, text.text)
            }
        };
        let pc = error.before.pc;
        match error.cause {
            StepCause::Instruction(cause) => {
                let failure = explain(vm, error.before, &cause);
                Self::of_instruction_in(vm, context, &failure, fp)
            }
            StepCause::Loop(text) => {
                let reason = if text == super::error_text::END_NOT_REACHED {
                    FailureReason::StepsExhausted
                } else {
                    FailureReason::CairoError
                };
                place(reason, pc, text, None, false, &[])
            }
            StepCause::Hint { hint_index, error } => match error {
                HintError::Raised(failed) if kind(&failed) == FailureKind::Exception => {
                    let notes = [failed.traceback.trim_end_matches('\n').to_owned() + "\n"];
                    let reason = FailureReason::HintRaised;
                    // The reference VM says so of every syntax error, also one that the hint's own
                    // `exec` raised.
                    let syntax = matches!(
                        failed.class_path.as_str(),
                        "builtins.SyntaxError" | "builtins.IndentationError" | "builtins.TabError"
                    );
                    let message = if syntax {
                        HINT_DOES_NOT_COMPILE
                    } else {
                        HINT_RAISED
                    };
                    let mut failure = place(reason, pc, message, Some(hint_index), true, &notes);
                    failure.raised = Some(failed);
                    failure
                }
                error => {
                    let memory = Memory(vm);
                    let text =
                        context.vm_exception(pc, fp, "", Some(hint_index), false, &[], &memory);
                    let place = text.location.map_or_else(
                        || format!("pc={pc}"),
                        |location| location.to_string_with_message(""),
                    );
                    let mut failure = Self::of_hint(error, &format!("the hint at {place}"));
                    failure.pc = Some(pc);
                    failure.hint_index = Some(hint_index);
                    failure
                }
            },
            StepCause::NeedsPython => place(
                FailureReason::HintRaised,
                pc,
                "a hint cannot go on in Rust, and the placement `native` keeps Python from saying why\n\
                 hint: place hints with `auto` for the reference VM's text",
                None,
                true,
                &[],
            ),
            StepCause::NoEngine(error) => Self::new(FailureReason::WorkerDied, error.to_string()),
            StepCause::Rule(HintError::Raised(failed))
                if kind(&failed) == FailureKind::Exception =>
            {
                let reason = FailureReason::HintRaised;
                let mut failure = place(reason, pc, &failed.message, None, true, &[]);
                failure.raised = Some(failed);
                failure
            }
            StepCause::Rule(error) => {
                let mut failure = Self::of_hint(error, &format!("a rule at pc={pc}"));
                failure.pc = Some(pc);
                failure
            }
        }
    }

    /// An instruction that failed after the last step of the program.
    #[must_use]
    pub fn of_instruction(
        vm: &VirtualMachine,
        context: &ExceptionContext,
        failure: &StepFailure,
    ) -> Self {
        Self::of_instruction_in(vm, context, failure, vm.get_fp())
    }

    fn of_instruction_in(
        vm: &VirtualMachine,
        context: &ExceptionContext,
        failure: &StepFailure,
        fp: Relocatable,
    ) -> Self {
        match failure.address {
            Some(pc) => {
                let text =
                    context.vm_exception(pc, fp, &failure.text, None, true, &[], &Memory(vm));
                Self {
                    pc: Some(pc),
                    cairo_traceback: text.traceback.unwrap_or_default(),
                    ..Self::new(FailureReason::CairoError, text.text)
                }
            }
            None => Self::new(
                FailureReason::CairoError,
                format!("Error at pc={}:\n{}", failure.pc, failure.text),
            ),
        }
    }

    /// A hint that does not compile.
    #[must_use]
    pub fn of_compilation(
        context: &ExceptionContext,
        pc: Relocatable,
        hint_index: usize,
        failed: Box<Failed>,
    ) -> Self {
        let notes = [failed.traceback.clone()];
        let text = context
            .compile_error(pc, HINT_DOES_NOT_COMPILE, hint_index, &notes)
            .text;
        Self {
            pc: Some(pc),
            hint_index: Some(hint_index),
            raised: Some(failed),
            ..Self::new(FailureReason::HintRaised, text)
        }
    }

    /// A hint that did not end by raising an exception that the reference VM wraps. `subject` says which.
    #[must_use]
    pub fn of_hint(error: HintError, subject: &str) -> Self {
        match error {
            HintError::Raised(failed) => {
                let (reason, message) = match kind(&failed) {
                    FailureKind::Exit => (FailureReason::Exit, failed.message.clone()),
                    FailureKind::Interrupt => {
                        (FailureReason::Interrupted, failed.traceback.clone())
                    }
                    _ => (FailureReason::HintRaised, failed.traceback.clone()),
                };
                Self {
                    raised: Some(failed),
                    ..Self::new(reason, message)
                }
            }
            HintError::Died {
                death: Death::Detached,
            } => Self::new(
                FailureReason::EngineDetached,
                format!("the client that serves the hints left while it ran {subject}"),
            ),
            HintError::Died { death } => Self::new(
                FailureReason::WorkerDied,
                format!("the hint worker died while it ran {subject}: {death}"),
            ),
            HintError::Timeout { limit } => Self::new(
                FailureReason::HintTimeout,
                format!(
                    "{subject} ran longer than the limit of `{}` seconds",
                    limit.as_secs_f64()
                ),
            ),
            HintError::Protocol(what) => Self::new(
                FailureReason::Protocol,
                format!("the hint worker broke the protocol while it ran {subject}: {what}"),
            ),
            HintError::Diff(error) => Self::new(
                FailureReason::DiffRefused,
                format!("{subject} was refused: {error}"),
            ),
        }
    }
}

impl From<RunFailure> for Failure {
    fn from(failure: RunFailure) -> Self {
        Self::new(FailureReason::EndOfRun, failure.to_string())
    }
}

fn kind(failed: &Failed) -> FailureKind {
    FailureKind::try_from(failed.kind).unwrap_or(FailureKind::Unspecified)
}
