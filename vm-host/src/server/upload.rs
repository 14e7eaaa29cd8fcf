//! Receiving a program: declared before it is sent, checked against its declaration, within bounds of
//! size, time and memory. What was declared takes no room before it is sent, so that nobody can reserve it.

use std::sync::Arc;
use std::time::Duration;

use hint_proto::v1::UploadProgramRequest;
use hint_proto::v1::upload_program_request::Part;
use tokio::sync::{Semaphore, SemaphorePermit};
use tonic::{Status, Streaming};

use super::error::{Over, Problem, Reason, internal, invalid, over};
use super::options::ServeOptions;
use super::programs::StoredProgram;
use super::quota::too_many;
use super::tenants::{Resource, Share, Tenant};

/// Largest chunk.
const MAX_CHUNK: usize = 1 << 20;
/// Bytes of all programs that are being uploaded.
const MAX_IN_FLIGHT: usize = 512 << 20;
/// What they are counted in.
const UNIT: usize = 1 << 10;
/// How long a client may take for the next chunk.
const CHUNK_TIMEOUT: Duration = Duration::from_secs(10);
/// How long it may take for all of them, and for each mebibyte that it declared besides.
const UPLOAD_TIMEOUT: (Duration, Duration) = (Duration::from_secs(30), Duration::from_secs(16));

/// The uploads that go on.
#[derive(Debug)]
pub(super) struct Uploads {
    limit: u64,
    /// Bytes of memory that a program may take.
    max_memory: usize,
    room: Semaphore,
}

impl Uploads {
    pub(super) fn new(options: &ServeOptions) -> Self {
        let limit = options
            .max_program_bytes
            .min(crate::program::MAX_PROGRAM_BYTES as u64);
        Self {
            limit,
            // One that is larger could not be kept.
            max_memory: usize::try_from(options.program_cache_bytes).unwrap_or(usize::MAX),
            room: Semaphore::new(MAX_IN_FLIGHT / UNIT),
        }
    }

    /// Receives and parses a program of a tenant.
    pub(super) async fn receive(
        &self,
        tenant: &Tenant,
        mut parts: Streaming<UploadProgramRequest>,
    ) -> Result<Arc<StoredProgram>, Status> {
        let share = tenant.take(Resource::Uploads);
        let _share = share.map_err(|full| too_many(tenant, Resource::Uploads, full))?;
        let declared = match next(&mut parts).await? {
            Some(Part::Declaration(declaration)) => declaration.size_bytes,
            _ => {
                let text = "the first message must declare the size";
                return Err(invalid("declaration", Reason::NoDeclaration, text));
            }
        };
        let limit = self.limit.min(tenant.limits.max_program_bytes);
        if declared > limit {
            let text =
                format!("the program has `{declared}` bytes, more than the limit of `{limit}`");
            let problem = Problem::new(Reason::ProgramTooLarge, text);
            return Err(problem
                .field("declaration.size_bytes")
                .with("limit", limit)
                .into());
        }
        let mebibytes = u32::try_from(declared >> 20).unwrap_or(u32::MAX);
        let whole = UPLOAD_TIMEOUT.0 + UPLOAD_TIMEOUT.1.saturating_mul(mebibytes);
        let (json, _rooms) =
            tokio::time::timeout(whole, self.receive_all(tenant, declared, &mut parts))
                .await
                .map_err(|_| {
                    let text = format!(
                        "the program was not sent within `{}` seconds",
                        whole.as_secs()
                    );
                    Problem::new(Reason::UploadStalled, text)
                })??;
        // A larger one could not be kept.
        let own = usize::try_from(tenant.limits.max_program_bytes).unwrap_or(usize::MAX);
        let max_memory = self.max_memory.min(own);
        let parsed =
            tokio::task::spawn_blocking(move || StoredProgram::parse(json, max_memory)).await;
        match parsed.map_err(internal)? {
            Ok(program) => Ok(Arc::new(program)),
            Err(error) => Err(invalid("chunk", Reason::BadProgram, error)),
        }
    }

    /// The bytes that were declared, and the room that they take.
    async fn receive_all(
        &self,
        tenant: &Tenant,
        declared: u64,
        parts: &mut Streaming<UploadProgramRequest>,
    ) -> Result<(Vec<u8>, (SemaphorePermit<'_>, Share)), Status> {
        let full = |full| too_many(tenant, Resource::UploadBytes, full);
        let mut own = tenant.take_none(Resource::UploadBytes).map_err(full)?;
        let mut room = self.room(0)?;
        let mut counted = 0;
        let mut json: Vec<u8> = Vec::new();
        loop {
            match next(parts).await? {
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
                    tenant.grow(&mut own, chunk.len() as u64).map_err(full)?;
                    let units = json.len().div_ceil(UNIT);
                    room.merge(self.room(units - counted)?);
                    counted = units;
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
        Ok((json, (room, own)))
    }

    fn room(&self, units: usize) -> Result<SemaphorePermit<'_>, Status> {
        let units = u32::try_from(units).unwrap_or(u32::MAX);
        self.room.try_acquire_many(units).map_err(|_| {
            let free = self.room.available_permits() * UNIT;
            let over_all = Over {
                name: "upload_bytes",
                limit: MAX_IN_FLIGHT as u64,
                used: MAX_IN_FLIGHT.saturating_sub(free) as u64,
                retry: Some(Duration::from_secs(1)),
            };
            let text = "too many programs are uploaded at the same time";
            over(Reason::TooManyUploads, &over_all, text)
        })
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
