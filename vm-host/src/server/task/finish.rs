//! The end of a run: what the reference VM checks, and what clients see of a VM that has ended.

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use hint_proto::v1::{ExecutionResources, LogLevel, VmState};

use super::{VmTask, state};
use crate::vm::finish::{
    self, FinishError, end_run, finalize_segments, read_return_values, verify_secure,
    verify_secure_function,
};
use crate::vm::{Failure, FailureReason, end_hints, outputs};

impl VmTask {
    /// Ends the run.
    pub(super) async fn finish(&mut self) -> Result<(), Failure> {
        end_hints(&mut self.machine, &mut self.ended).await?;
        let runner = &mut self.machine.runner;
        end_run(runner, &self.shape, &self.ended, &mut std::io::sink()).map_err(
            |error| match error {
                FinishError::Step(failure) => {
                    Failure::of_instruction(&runner.vm, &self.context, &failure)
                }
                FinishError::Run(failure) => failure.into(),
                error => Failure::new(FailureReason::Internal, error.to_string()),
            },
        )?;
        if self.is_main {
            read_return_values(runner, &self.shape)?;
            if self.options.proof_mode {
                finalize_segments(runner, &self.shape)?;
            }
            if self.options.secure_run {
                verify_secure(&runner.vm, &self.shape, false)?;
            }
        } else if self.options.secure_run {
            let size = match self.program_segment_size {
                0 => self.shape.program_size,
                size => usize::try_from(size).unwrap_or(usize::MAX),
            };
            verify_secure_function(&runner.vm, size, self.ended.keeps_temporary_segments)?;
        }
        if !self.ended.keeps_temporary_segments {
            finish::check_relocation(&runner.vm)?;
        }
        let resources = runner
            .get_execution_resources()
            .ok()
            .map(|resources| ExecutionResources {
                steps: resources.n_steps as u64,
                // cairo-vm does not count those of segments that no instruction touched.
                memory_holes: outputs::memory_holes(&runner.vm, &self.shape),
                builtin_instances: resources
                    .builtin_instance_counter
                    .iter()
                    .map(|(name, count)| (name.to_str().to_owned(), *count as u64))
                    .collect(),
            });
        let output = self.output();
        let progress = state::progress(&self.machine);
        let session = self.machine.session.as_ref();
        let waiting = session.map_or_else(Default::default, |s| s.statistics().waiting);
        let text = format!(
            "ended after `{}` steps and `{}` hints; those in Python took {waiting:.1?}",
            self.machine.runner.vm.get_current_step(),
            self.machine.hints_executed(),
        );
        self.shared.log(LogLevel::Info, text);
        self.shared.publish(|vm| {
            progress(vm);
            vm.output = output;
            vm.execution_resources = resources;
            vm.set_state(VmState::Succeeded);
        });
        Ok(())
    }

    /// What the program wrote to its output.
    fn output(&self) -> Vec<String> {
        let vm = &self.machine.runner.vm;
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
        (0..size).map(cell).collect()
    }
}
