//! The public state of a VM, read from its run.

use hint_proto::v1::{self, HintReference, Vm};

use super::VmTask;
use crate::run::{Failure, FailureReason, Run, StandingHint};
use crate::vm::wire;

/// What a run changes all the time.
pub(super) fn progress(run: &Run) -> impl FnOnce(&mut Vm) + use<> {
    let vm = run.vm();
    let (pc, ap, fp) = (vm.get_pc(), vm.get_ap(), vm.get_fp());
    let steps = vm.get_current_step() as u64;
    let hints = run.hints_executed();
    move |vm| {
        vm.pc = Some(wire::relocatable(pc));
        vm.ap = Some(wire::relocatable(ap));
        vm.fp = Some(wire::relocatable(fp));
        vm.current_step = steps;
        vm.hints_executed = hints;
    }
}

/// A failure as clients get it.
pub(super) fn failure(task: &VmTask, failure: Failure) -> v1::Failure {
    let mut message = v1::Failure {
        reason: failure.reason.as_str().to_owned(),
        message: failure.text(),
        pc: failure.pc.map(wire::relocatable),
        cairo_traceback: failure.cairo_traceback,
        ..v1::Failure::default()
    };
    if let (Some(pc), Some(index)) = (failure.pc, failure.hint_index) {
        message.hint = task.run.hint_at(pc, index).map(|hint| reference(&hint));
    }
    if let Some(raised) = failure.raised {
        let python = raised.python.unwrap_or_default();
        message.python_traceback = python.traceback;
        message.exception_class = python.class_path;
        message.exception_message = raised.message;
        if failure.reason == FailureReason::Exit {
            message.exit_code = Some(python.exit_code);
        }
    }
    let limits = task.run.config().hints.limits;
    for text in [
        &mut message.message,
        &mut message.cairo_traceback,
        &mut message.python_traceback,
        &mut message.exception_class,
        &mut message.exception_message,
    ] {
        limits.cut(text);
    }
    message
}

/// A hint's place.
pub(super) fn reference(standing: &StandingHint<'_>) -> HintReference {
    let location = standing.hint.to_wire().location.unwrap_or_default();
    HintReference {
        hint_id: standing.id,
        index: u32::try_from(standing.hint.index).unwrap_or(u32::MAX),
        filename: location.filename,
        line: location.start_line,
    }
}
