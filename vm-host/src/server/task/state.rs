//! The public state of a VM, read from its run.

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{self, HintReference, Vm};

use super::VmTask;
use crate::hint::wire;
use crate::program::Hint;
use crate::run::{Failure, FailureReason, Run};

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
        message.hint = hint_at(task, pc, index);
    }
    if let Some(raised) = failure.raised {
        message.python_traceback = raised.traceback;
        message.exception_class = raised.class_path;
        message.exception_message = raised.message;
        if failure.reason == FailureReason::Exit {
            message.exit_code = Some(raised.exit_code);
        }
    }
    message
}

fn hint_at(task: &VmTask, pc: Relocatable, index: usize) -> Option<HintReference> {
    let table = task.run.hints()?.table();
    let id = *table.at(pc).get(index)?;
    Some(reference(id, table.hint(id)?.1))
}

/// A hint's place. `id` is the session's number of it.
pub(super) fn reference(id: u32, hint: &Hint) -> HintReference {
    let location = hint.to_wire().location.unwrap_or_default();
    HintReference {
        hint_id: id,
        index: u32::try_from(hint.index).unwrap_or(u32::MAX),
        filename: location.filename,
        line: location.start_line,
    }
}
