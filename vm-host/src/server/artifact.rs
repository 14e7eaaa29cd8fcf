//! Sending a result in chunks, no faster than the client reads.

use std::fs::File;
use std::io::Read as _;

use futures_util::Stream;
use hint_proto::v1::ReadArtifactResponse;
use tonic::Status;

use super::error::internal;

/// Bytes of one chunk.
const CHUNK: u64 = 256 << 10;

/// The chunks of `file`; the first message says how large it is.
pub(super) fn chunks(
    file: File,
    size: u64,
) -> impl Stream<Item = Result<ReadArtifactResponse, Status>> + Send {
    futures_util::stream::unfold(Some((file, size, Some(size))), |left| async move {
        let (file, size, announced) = left?;
        if size == 0 && announced.is_none() {
            return None;
        }
        let read = tokio::task::spawn_blocking(move || {
            let mut chunk = Vec::new();
            (&file)
                .take(CHUNK)
                .read_to_end(&mut chunk)
                .map(|_| (file, chunk))
        });
        match read
            .await
            .map_err(internal)
            .and_then(|read| read.map_err(internal))
        {
            Ok((file, chunk)) => {
                let size = size.saturating_sub(chunk.len() as u64);
                let message = ReadArtifactResponse {
                    chunk: chunk.into(),
                    size_bytes: announced,
                };
                Some((Ok(message), Some((file, size, None))))
            }
            Err(status) => Some((Err(status), None)),
        }
    })
}
