//! Turns a failed step, hint or rule into the reference VM's text and an exit code.

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::{Failed, FailureKind};

use super::RunError;
use crate::cli::ExitCode;
use crate::hint::HintError;
use crate::program::{ExceptionContext, MemoryView};
use crate::vm::error_text::{StepFailure, explain};
use crate::vm::{Machine, StepCause, StepError};

/// What the reference VM says of a hint that raised.
const HINT_RAISED: &str = "Got an exception while executing a hint.";
/// What the reference VM says of a hint that does not compile.
const HINT_DOES_NOT_COMPILE: &str = "Got an exception while compiling a hint.";

struct Memory<'a>(&'a VirtualMachine);

impl MemoryView for Memory<'_> {
    fn get(&self, address: Relocatable) -> Option<MaybeRelocatable> {
        self.0.get_maybe(&address)
    }
}

/// The error for a step that failed.
pub(super) fn step(machine: &Machine, context: &ExceptionContext, error: StepError) -> RunError {
    let vm = &machine.runner.vm;
    let fp = Relocatable { segment_index: 1, offset: error.before.fp };
    let vm_exception = |pc, message: &str, hint_index, with_traceback, notes: &[String]| {
        let memory = Memory(vm);
        let text = context
            .vm_exception(pc, fp, message, hint_index, with_traceback, notes, &memory)
            .text;
        RunError::verbatim(ExitCode::ProgramFailed, text)
    };
    let pc = error.before.pc;
    match error.cause {
        StepCause::Instruction(cause) => {
            let failure = explain(vm, error.before, &cause);
            instruction_in(vm, context, &failure, fp)
        }
        StepCause::Loop(text) => vm_exception(pc, text, None, false, &[]),
        StepCause::Hint { hint_index, error } => match error {
            HintError::Raised(failed) if kind(&failed) == FailureKind::Exception => {
                let notes = [failed.traceback.trim_end_matches('\n').to_owned() + "\n"];
                vm_exception(pc, HINT_RAISED, Some(hint_index), true, &notes)
            }
            error => {
                let place = context.vm_exception(pc, fp, "", Some(hint_index), false, &[], &Memory(vm));
                let place = place.location.map_or_else(
                    || format!("pc={pc}"),
                    |location| location.to_string_with_message(""),
                );
                hint(error, &format!("the hint at {place}"))
            }
        },
        StepCause::Rule(HintError::Raised(failed)) if kind(&failed) == FailureKind::Exception => {
            vm_exception(pc, &failed.message, None, true, &[])
        }
        StepCause::Rule(error) => hint(error, &format!("a rule at pc={pc}")),
    }
}

/// The error for an instruction that failed after the last step of the program.
pub(super) fn instruction(
    vm: &VirtualMachine,
    context: &ExceptionContext,
    failure: &StepFailure,
) -> RunError {
    instruction_in(vm, context, failure, vm.get_fp())
}

fn instruction_in(
    vm: &VirtualMachine,
    context: &ExceptionContext,
    failure: &StepFailure,
    fp: Relocatable,
) -> RunError {
    let text = match failure.address {
        Some(pc) => {
            context.vm_exception(pc, fp, &failure.text, None, true, &[], &Memory(vm)).text
        }
        None => format!("Error at pc={}:\n{}", failure.pc, failure.text),
    };
    RunError::verbatim(ExitCode::ProgramFailed, text)
}

/// The error for a hint that does not compile.
pub(super) fn compile(context: &ExceptionContext, pc: Relocatable, hint_index: usize, failed: &Failed) -> RunError {
    let notes = [failed.traceback.clone()];
    let text = context.compile_error(pc, HINT_DOES_NOT_COMPILE, hint_index, &notes).text;
    RunError::verbatim(ExitCode::ProgramFailed, text)
}

/// The error for a hint that did not end by raising an exception. `subject` says which.
pub(super) fn hint(error: HintError, subject: &str) -> RunError {
    match error {
        HintError::Raised(failed) => match kind(&failed) {
            FailureKind::Exit => {
                RunError::verbatim(ExitCode::from_hint(failed.exit_code), failed.message)
            }
            FailureKind::Interrupt => {
                RunError::verbatim(ExitCode::Interrupted, failed.traceback)
            }
            _ => RunError::verbatim(ExitCode::ProgramFailed, failed.traceback),
        },
        HintError::Died { death } => RunError::new(
            ExitCode::WorkerDied,
            format!("the hint worker died while it ran {subject}: {death}"),
        ),
        HintError::Timeout { limit } => RunError::new(
            ExitCode::HintTimeout,
            format!(
                "{subject} ran longer than the limit of `{}` seconds\n\
                 hint: raise the limit with --hint-timeout, or remove it with --hint-timeout 0",
                limit.as_secs_f64()
            ),
        ),
        HintError::Protocol(what) => RunError::new(
            ExitCode::WorkerDied,
            format!("the hint worker broke the protocol while it ran {subject}: {what}"),
        ),
        HintError::Diff(error) => {
            RunError::new(ExitCode::ProgramFailed, format!("{subject} was refused: {error}"))
        }
    }
}

fn kind(failed: &Failed) -> FailureKind {
    FailureKind::try_from(failed.kind).unwrap_or(FailureKind::Unspecified)
}
