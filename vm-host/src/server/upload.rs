//! Receiving a program: declared before it is sent, checked against its declaration, within bounds of
//! size, time and memory.

use std::sync::Arc;
use std::time::Duration;

use hint_proto::v1::UploadProgramRequest;
use hint_proto::v1::upload_program_request::Part;
use tokio::sync::Semaphore;
use tonic::{Status, Streaming};

use super::error::{Problem, Reason, exhausted, internal, invalid};
use super::programs::StoredProgram;

/// Largest chunk.
const MAX_CHUNK: usize = 1 << 20;
/// Bytes of all programs that are being uploaded.
const MAX_IN_FLIGHT: usize = 512 << 20;
/// What they are counted in.
const UNIT: u64 = 1 << 10;
/// How long a client may take for the next chunk.
const CHUNK_TIMEOUT: Duration = Duration::from_secs(10);

/// The uploads that go on.
#[derive(Debug)]
pub(super) struct Uploads {
    limit: u64,
    room: Semaphore,
}

impl Uploads {
    pub(super) fn new(max_program_bytes: u64) -> Self {
        let limit = max_program_bytes.min(crate::program::MAX_PROGRAM_BYTES as u64);
        Self {
            limit,
            room: Semaphore::new(MAX_IN_FLIGHT / UNIT as usize),
        }
    }

    /// Receives and parses a program.
    pub(super) async fn receive(
        &self,
        mut parts: Streaming<UploadProgramRequest>,
    ) -> Result<Arc<StoredProgram>, Status> {
        let declared = match next(&mut parts).await? {
            Some(Part::Declaration(declaration)) => declaration.size_bytes,
            _ => {
                let text = "the first message must declare the size";
                return Err(invalid("declaration", Reason::NoDeclaration, text));
            }
        };
        if declared > self.limit {
            let text = format!(
                "the program has `{declared}` bytes, more than the limit of `{}`",
                self.limit
            );
            let problem = Problem::new(Reason::ProgramTooLarge, text);
            return Err(problem
                .field("declaration.size_bytes")
                .with("limit", self.limit)
                .into());
        }
        let units = u32::try_from(declared.div_ceil(UNIT)).unwrap_or(u32::MAX);
        let _room = self.room.try_acquire_many(units).map_err(|_| {
            exhausted(
                Reason::TooManyUploads,
                MAX_IN_FLIGHT,
                "too many programs are uploaded at the same time",
            )
        })?;
        let mut json: Vec<u8> = Vec::new();
        loop {
            match next(&mut parts).await? {
                None => break,
                Some(Part::Declaration(_)) => {
                    let text = "the size is declared once";
                    return Err(invalid("declaration", Reason::SecondDeclaration, text));
                }
                Some(Part::Chunk(chunk)) if chunk.len() > MAX_CHUNK => {
                    let text = format!("a chunk has at most `{MAX_CHUNK}` bytes");
                    return Err(invalid("chunk", Reason::ChunkTooLarge, text));
                }
                Some(Part::Chunk(chunk)) => {
                    if (json.len() + chunk.len()) as u64 > declared {
                        let text = format!("more than the declared `{declared}` bytes were sent");
                        return Err(invalid("chunk", Reason::SizeMismatch, text));
                    }
                    json.extend_from_slice(&chunk);
                }
            }
        }
        if json.len() as u64 != declared {
            let text = format!(
                "`{}` of the declared `{declared}` bytes were sent",
                json.len()
            );
            return Err(invalid("chunk", Reason::SizeMismatch, text));
        }
        let parsed = tokio::task::spawn_blocking(move || StoredProgram::parse(json)).await;
        match parsed.map_err(internal)? {
            Ok(program) => Ok(Arc::new(program)),
            Err(error) => Err(invalid("chunk", Reason::BadProgram, error)),
        }
    }
}

async fn next(parts: &mut Streaming<UploadProgramRequest>) -> Result<Option<Part>, Status> {
    match tokio::time::timeout(CHUNK_TIMEOUT, parts.message()).await {
        Ok(Ok(Some(UploadProgramRequest { part: Some(part) }))) => Ok(Some(part)),
        Ok(Ok(Some(_))) => Err(invalid(
            "part",
            Reason::EmptyPart,
            "a message of the upload is empty",
        )),
        Ok(Ok(None)) => Ok(None),
        Ok(Err(status)) => Err(super::calls::explain(&status)),
        Err(_) => {
            let text = format!("nothing was sent for `{}` seconds", CHUNK_TIMEOUT.as_secs());
            Err(Problem::new(Reason::UploadStalled, text).into())
        }
    }
}
