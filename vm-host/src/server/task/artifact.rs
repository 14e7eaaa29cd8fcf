//! Results of a run. Trace and memory can be large: they are made part by part, as the client reads them,
//! from a VM that has ended and does not change any more. The others are made at once, in a file that has no
//! name.

use std::fs::File;
use std::io::{BufWriter, Seek as _, SeekFrom, Write as _};

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{Artifact, ReadArtifactRequest, VmState};
use tonic::Status;

use super::super::error::{Problem, Reason, internal, invalid, io, wrong_state};
use super::VmTask;
use crate::vm::RunFailure;
use crate::vm::outputs::{
    count_cells, memory_part, write_air_private_input, write_air_public_input, write_trace,
};

/// Steps of one part of a trace.
const TRACE_STEPS: usize = (256 << 10) / 24;
/// Cells of one part of a memory.
const MEMORY_CELLS: usize = (256 << 10) / 40;
/// Cells that are counted before other VMs of the thread get their turn.
const COUNTED_CELLS: usize = 1 << 16;
/// Longest path in an AIR private input.
const MAX_PATH_BYTES: usize = 4096;

/// A result to download.
#[derive(Debug)]
pub(in super::super) enum Download {
    /// What is left of a file.
    File(File),
    /// Steps of the trace, from this one on.
    Trace(usize),
    /// Cells of the memory, from this one on.
    Memory(Relocatable),
}

impl VmTask {
    /// Opens a result for reading; returns it with its size.
    pub(in super::super) async fn open_artifact(
        &mut self,
        request: ReadArtifactRequest,
    ) -> Result<(Download, u64), Status> {
        let name = self.shared.name.clone();
        let artifact = Artifact::try_from(request.artifact).map_err(|_| {
            let text = format!("`{}` is no Artifact", request.artifact);
            invalid("artifact", Reason::BadEnum, text)
        })?;
        for (field, path) in [
            ("trace_path", &request.trace_path),
            ("memory_path", &request.memory_path),
        ] {
            if !path.is_empty()
                && (artifact != Artifact::AirPrivateInput || path.len() > MAX_PATH_BYTES)
            {
                let text = "only the AIR private input has paths, of at most 4096 bytes";
                return Err(invalid(field, Reason::BadArtifact, text));
            }
        }
        if artifact == Artifact::Unspecified {
            let text = "no artifact is named";
            return Err(invalid("artifact", Reason::BadArtifact, text));
        }
        let state = self.shared.vm().state();
        if artifact == Artifact::Report {
            return self.open_report(state).await;
        }
        if state != VmState::Succeeded {
            let text = format!("VM `{name}` has not run to its end");
            return Err(wrong_state(&name, Reason::VmNotSucceeded, text));
        }
        let refuse = |text: &str| Err(unavailable(&name, text));
        let proof = self.run.config().vm.proof_mode;
        match artifact {
            Artifact::Trace if !self.run.config().vm.keeps_trace() => {
                return refuse("the run kept no trace; create the VM with `trace`");
            }
            Artifact::CairoPie if proof || !self.run.is_main() => {
                return refuse("a run in proof mode or of another function has no Cairo PIE");
            }
            Artifact::AirPublicInput | Artifact::AirPrivateInput if !proof => {
                return refuse("only a run in proof mode has AIR inputs");
            }
            _ => {}
        }
        match artifact {
            Artifact::Trace => {
                let trace = self.run.runner().get_relocatable_trace();
                let steps = trace.map_or(0, <[_]>::len);
                Ok((Download::Trace(0), 24 * steps as u64))
            }
            Artifact::Memory => {
                let cells = self.count_cells().await;
                Ok((Download::Memory(Relocatable::default()), 40 * cells))
            }
            artifact => {
                let turn = self.turn.clone();
                let _at_work = turn.take().await;
                self.write_whole(artifact, &request).await
            }
        }
    }

    /// The next part of a trace or memory, and where the one after it starts.
    pub(in super::super) async fn read_artifact(
        &self,
        download: Download,
    ) -> Result<(Vec<u8>, Download), Status> {
        let runner = self.run.runner();
        let relocation = self
            .relocation
            .as_ref()
            .ok_or_else(|| internal("the artifact is not open"))?;
        let failed = |failure: RunFailure| unavailable(&self.shared.name, &failure.to_string());
        match download {
            Download::Trace(first) => {
                let trace = runner.get_relocatable_trace().unwrap_or_default();
                let end = trace.len().min(first.saturating_add(TRACE_STEPS));
                let mut part = Vec::with_capacity(24 * TRACE_STEPS);
                let steps = trace.get(first..end).unwrap_or_default();
                write_trace(&mut part, steps, relocation)
                    .map_err(internal)?
                    .map_err(failed)?;
                Ok((part, Download::Trace(end)))
            }
            Download::Memory(first) => {
                let (part, next) = memory_part(
                    &runner.vm,
                    relocation,
                    first,
                    MEMORY_CELLS,
                    self.run.slices(),
                )
                .await
                .map_err(failed)?;
                Ok((part, Download::Memory(next)))
            }
            Download::File(_) => Err(internal("a file is read without the VM")),
        }
    }

    /// The number of cells in memory.
    async fn count_cells(&mut self) -> u64 {
        if let Some(count) = self.cell_count {
            return count;
        }
        let (mut count, mut next) = (0, Some(Relocatable::default()));
        while let Some(first) = next {
            let counted = count_cells(self.run.vm(), first, COUNTED_CELLS);
            count += counted.0;
            next = counted.1;
            tokio::task::yield_now().await;
        }
        self.cell_count = Some(count);
        count
    }

    async fn write_whole(
        &self,
        artifact: Artifact,
        request: &ReadArtifactRequest,
    ) -> Result<(Download, u64), Status> {
        let file = tempfile::tempfile().map_err(|error| io(&error))?;
        let mut writer = BufWriter::new(file);
        self.write(artifact, request, &mut writer)
            .await
            .map_err(|error| io(&error))?
            .map_err(|failure| unavailable(&self.shared.name, &failure.to_string()))?;
        whole(writer)
    }

    async fn write(
        &self,
        artifact: Artifact,
        request: &ReadArtifactRequest,
        writer: &mut BufWriter<File>,
    ) -> std::io::Result<Result<(), RunFailure>> {
        let (runner, slices) = (self.run.runner(), self.run.slices());
        let Some(relocation) = &self.relocation else {
            return Ok(Ok(()));
        };
        match artifact {
            Artifact::CairoPie => match self.run.cairo_pie().await {
                Ok(pie) => pie
                    .write(writer, false, slices)
                    .await
                    .and_then(|()| writer.flush())
                    .map(Ok),
                Err(failure) => Ok(Err(failure)),
            },
            Artifact::AirPublicInput => {
                write_air_public_input(writer, runner, self.run.shape(), relocation, slices).await
            }
            Artifact::AirPrivateInput => {
                let (trace, memory) = (&request.trace_path, &request.memory_path);
                write_air_private_input(
                    writer,
                    &runner.vm,
                    self.run.shape(),
                    relocation,
                    trace,
                    memory,
                    slices,
                )
                .await
            }
            Artifact::Trace | Artifact::Memory | Artifact::Report | Artifact::Unspecified => {
                Ok(Ok(()))
            }
        }
    }
}

/// A file that was written, from its beginning, with its size.
pub(super) fn whole(writer: BufWriter<File>) -> Result<(Download, u64), Status> {
    let mut file = writer.into_inner().map_err(|error| io(error.error()))?;
    let size = file.stream_position().map_err(internal)?;
    file.seek(SeekFrom::Start(0)).map_err(internal)?;
    Ok((Download::File(file), size))
}

pub(super) fn unavailable(name: &str, text: &str) -> Status {
    let problem = Problem::new(Reason::ArtifactUnavailable, text);
    problem.precondition("STATE", name).vm(name).into()
}
