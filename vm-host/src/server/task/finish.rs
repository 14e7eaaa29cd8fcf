//! The end of a run: what the reference VM checks, and what clients see of a VM that has ended.

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::runners::builtin_runner::BuiltinRunner;
use hint_proto::v1::{ExecutionResources, LogLevel, StopReason, VmState};

use super::{VmTask, state};
use crate::run::{Failure, FailureReason, NotEnded};
use crate::vm::cells::parts;
use crate::vm::pie::memory_holes;

impl VmTask {
    /// Ends the run.
    pub(super) async fn finish(&mut self) -> Result<(), Failure> {
        let ended = self.run.end(&mut std::io::sink()).await;
        // Hints may speak once more when the run ends.
        self.worker.flush().await;
        match ended {
            Ok(()) => {}
            Err(NotEnded::Failed(failure)) => return Err(*failure),
            Err(NotEnded::Print(error)) => {
                return Err(Failure::new(FailureReason::Internal, error.to_string()));
            }
        }
        self.relocation = Some(self.run.relocation().await?);
        let runner = self.run.runner();
        let vm = &runner.vm;
        // cairo-vm does not count those of segments that no instruction touched.
        let (memory_holes, sound) = memory_holes(vm, self.run.shape(), self.run.slices()).await;
        let instances = |builtin: &BuiltinRunner| {
            let used = builtin.get_used_instances(&vm.segments).ok()?;
            Some((builtin.name().to_str().to_owned(), used as u64))
        };
        let instances: Option<_> = vm.builtin_runners.iter().map(instances).collect();
        let steps = runner
            .get_relocatable_trace()
            .map_or(vm.get_current_step(), <[_]>::len) as u64;
        let resources = instances
            .filter(|_| sound)
            .map(|builtin_instances| ExecutionResources {
                steps,
                memory_holes,
                builtin_instances,
            });
        let output = self.output().await;
        let progress = state::progress(&self.run);
        let waiting = self.run.hint_statistics().waiting;
        let text = format!(
            "ended after `{}` steps and `{}` hints; those in Python took {waiting:.1?}",
            self.run.current_step(),
            self.run.hints_executed(),
        );
        self.shared.log(LogLevel::Info, text);
        self.shared.publish(|vm| {
            progress(vm);
            vm.output = output;
            vm.execution_resources = resources;
            vm.set_state(VmState::Succeeded);
            vm.set_stop_reason(StopReason::Ended);
        });
        Ok(())
    }

    /// What the program wrote to its output.
    async fn output(&self) -> Vec<String> {
        let vm = self.run.vm();
        let mut builtins = vm.builtin_runners.iter();
        let Some(builtin) = builtins.find(|builtin| builtin.name() == BuiltinName::output) else {
            return Vec::new();
        };
        let size = vm.get_segment_used_size(builtin.base()).unwrap_or(0);
        let cell = |offset| {
            let address = Relocatable {
                segment_index: builtin.base() as isize,
                offset,
            };
            match vm.get_maybe(&address) {
                None => String::new(),
                Some(MaybeRelocatable::Int(felt)) => felt.to_string(),
                Some(MaybeRelocatable::RelocatableValue(address)) => address.to_string(),
            }
        };
        let mut output = Vec::new();
        for part in parts(vm, builtin.base(), 0..size) {
            self.run.slices().look().await;
            output.extend(part.map(cell));
        }
        output
    }
}
