//! Results of a run, written to a file that has no name, from which they are sent without the VM.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};
use std::path::Path;

use hint_proto::v1::{Artifact, VmState};
use tonic::Status;

use super::super::error::{internal, invalid, wrong_state};
use super::VmTask;
use crate::vm::finish::RunFailure;
use crate::vm::outputs::{
    Pie, Relocation, write_air_private_input, write_air_public_input, write_memory, write_trace,
};

impl VmTask {
    /// Writes a result; returns the file, at its start, and its size.
    pub(in super::super) fn write_artifact(
        &self,
        artifact: Artifact,
    ) -> Result<(File, u64), Status> {
        let name = &self.shared.name;
        if self.shared.vm().state() != VmState::Succeeded {
            let text = format!("VM `{name}` has not run to its end");
            return Err(wrong_state(name, "VM_NOT_SUCCEEDED", text));
        }
        let refuse = |text: &str| Err(wrong_state(name, "ARTIFACT_UNAVAILABLE", text));
        let proof = self.options.proof_mode;
        match artifact {
            Artifact::Unspecified => {
                return Err(invalid("artifact", "BAD_ARTIFACT", "no artifact is named"));
            }
            Artifact::Trace if !self.options.trace_needed() => {
                return refuse("the run kept no trace; create the VM with `trace`");
            }
            Artifact::CairoPie if proof || !self.is_main => {
                return refuse("a run in proof mode or of another function has no Cairo PIE");
            }
            Artifact::AirPublicInput | Artifact::AirPrivateInput if !proof => {
                return refuse("only a run in proof mode has AIR inputs");
            }
            _ => {}
        }
        let file = tempfile::tempfile().map_err(internal)?;
        let mut writer = BufWriter::new(file);
        self.write(artifact, &mut writer)
            .map_err(internal)?
            .map_err(|failure| wrong_state(name, "ARTIFACT_UNAVAILABLE", failure))?;
        let mut file = writer
            .into_inner()
            .map_err(|error| internal(error.error()))?;
        let size = file.stream_position().map_err(internal)?;
        file.seek(SeekFrom::Start(0)).map_err(internal)?;
        Ok((file, size))
    }

    fn write(
        &self,
        artifact: Artifact,
        writer: &mut BufWriter<File>,
    ) -> std::io::Result<Result<(), RunFailure>> {
        let runner = &self.machine.runner;
        if artifact == Artifact::CairoPie {
            let steps = self
                .ended
                .original_steps
                .unwrap_or(runner.vm.get_current_step() as u64);
            let attributes = self.ended.output_attributes.as_deref();
            return match Pie::of_run(runner, &self.shape, steps, attributes) {
                Ok(pie) => pie
                    .write(writer, false)
                    .and_then(|()| writer.flush())
                    .map(Ok),
                Err(failure) => Ok(Err(failure)),
            };
        }
        let relocation = match Relocation::of(&runner.vm) {
            Ok(relocation) => relocation,
            Err(failure) => return Ok(Err(failure)),
        };
        match artifact {
            Artifact::Trace => {
                let trace = runner.get_relocatable_trace().unwrap_or_default();
                write_trace(writer, trace, &relocation)
            }
            Artifact::Memory => write_memory(writer, &runner.vm, &relocation),
            Artifact::AirPublicInput => {
                write_air_public_input(writer, runner, &self.shape, &relocation)
            }
            Artifact::AirPrivateInput => {
                // The client says where it puts the files.
                let none = Path::new("");
                write_air_private_input(writer, &runner.vm, &self.shape, &relocation, none, none)
            }
            Artifact::CairoPie | Artifact::Unspecified => Ok(Ok(())),
        }
    }
}
