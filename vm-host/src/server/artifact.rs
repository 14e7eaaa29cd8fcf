//! Sending a result in chunks, no faster than the client reads.

use std::io::Read as _;
use std::sync::Arc;

use futures_util::{FutureExt as _, Stream};
use hint_proto::v1::ReadArtifactResponse;
use tonic::Status;

use super::activity::AtWork;
use super::error::{internal, io};
use super::handle::VmHandle;
use super::task::Download;

/// Bytes of one chunk of a file.
const CHUNK: u64 = 256 << 10;

struct Sending {
    handle: Arc<VmHandle>,
    download: Download,
    left: u64,
    /// The size, until it was told.
    announced: Option<u64>,
    /// A server that is about to end waits for downloads.
    _at_work: AtWork,
}

/// The chunks of a result; the first message says how large it is.
pub(super) fn chunks(
    handle: Arc<VmHandle>,
    (download, size): (Download, u64),
    at_work: AtWork,
) -> impl Stream<Item = Result<ReadArtifactResponse, Status>> + Send {
    let sending = Sending {
        handle,
        download,
        left: size,
        announced: Some(size),
        _at_work: at_work,
    };
    futures_util::stream::unfold(Some(sending), |sending| async {
        let mut sending = sending?;
        if sending.left == 0 && sending.announced.is_none() {
            return None;
        }
        match next(&sending.handle, sending.download).await {
            Ok((chunk, download)) => {
                sending.download = download;
                sending.left = match chunk.len() as u64 {
                    // There is less than there was; the client knows the size and sees it.
                    0 => 0,
                    size => sending.left.saturating_sub(size),
                };
                let message = ReadArtifactResponse {
                    chunk: chunk.into(),
                    size_bytes: sending.announced.take(),
                };
                Some((Ok(message), Some(sending)))
            }
            Err(status) => Some((Err(status), None)),
        }
    })
}

async fn next(handle: &VmHandle, download: Download) -> Result<(Vec<u8>, Download), Status> {
    let Download::File(file) = download else {
        return handle
            .call(|task| async { task.read_artifact(download).await }.boxed_local())
            .await;
    };
    let read = tokio::task::spawn_blocking(move || {
        let mut chunk = Vec::new();
        (&file)
            .take(CHUNK)
            .read_to_end(&mut chunk)
            .map(|_| (chunk, Download::File(file)))
    });
    read.await.map_err(internal)?.map_err(|error| io(&error))
}
