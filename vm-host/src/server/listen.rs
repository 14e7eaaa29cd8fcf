//! Where the server listens: a TCP address, a Unix socket, or both.

use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _};
use std::path::{Path, PathBuf};

use tokio::net::{TcpListener, UnixListener};

/// The server cannot listen.
#[derive(Debug, thiserror::Error)]
pub enum ListenError {
    /// Not on that address.
    #[error("cannot listen on `{0}`: `{1}`")]
    Tcp(SocketAddr, #[source] std::io::Error),
    /// Not on that socket.
    #[error("cannot listen on the socket `{}`: `{}`", .0.display(), .1)]
    Unix(PathBuf, #[source] std::io::Error),
    /// Somebody else does.
    #[error(
        "cannot listen on the socket `{}`: another server does\nhint: end it, or give another path",
        .0.display()
    )]
    InUse(PathBuf),
}

/// The open sockets. Dropping them removes the Unix socket's file.
#[derive(Debug)]
pub struct Listeners {
    pub(super) tcp: Option<TcpListener>,
    pub(super) unix: Option<UnixListener>,
    path: Option<PathBuf>,
    /// Where metrics are asked for.
    pub(super) metrics: Option<Box<Self>>,
}

impl Listeners {
    /// Opens the sockets.
    ///
    /// # Errors
    /// [`ListenError`] when one cannot be opened.
    pub async fn bind(
        address: Option<SocketAddr>,
        path: Option<&Path>,
    ) -> Result<Self, ListenError> {
        let tcp = match address {
            Some(address) => Some(
                TcpListener::bind(address)
                    .await
                    .map_err(|error| ListenError::Tcp(address, error))?,
            ),
            None => None,
        };
        let unix = path.map(bind_unix).transpose()?;
        Ok(Self {
            tcp,
            unix,
            path: path.map(Path::to_path_buf),
            metrics: None,
        })
    }

    /// Lets other users connect to the Unix socket. Who they are is then what decides.
    ///
    /// # Errors
    /// [`ListenError`] when the file's mode cannot be changed.
    pub fn admit_all_users(&self) -> Result<(), ListenError> {
        let Some(path) = &self.path else {
            return Ok(());
        };
        std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o666))
            .map_err(|error| ListenError::Unix(path.clone(), error))
    }

    /// Has the metrics of the server asked for on these sockets, over HTTP.
    pub fn serve_metrics(&mut self, listeners: Self) {
        self.metrics = Some(Box::new(listeners));
    }

    /// The address of the TCP socket, with the port that it got.
    #[must_use]
    pub fn address(&self) -> Option<SocketAddr> {
        self.tcp.as_ref()?.local_addr().ok()
    }
}

impl Drop for Listeners {
    fn drop(&mut self) {
        if let Some(path) = &self.path {
            // It may be gone already.
            let _ = std::fs::remove_file(path);
        }
    }
}

fn bind_unix(path: &Path) -> Result<UnixListener, ListenError> {
    let failed = |error| ListenError::Unix(path.to_path_buf(), error);
    if let Ok(metadata) = std::fs::symlink_metadata(path)
        && metadata.file_type().is_socket()
    {
        // A socket that nobody serves is what a killed server leaves.
        match std::os::unix::net::UnixStream::connect(path) {
            Err(error) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                std::fs::remove_file(path).map_err(failed)?;
            }
            Ok(_) => return Err(ListenError::InUse(path.to_path_buf())),
            Err(error) => return Err(failed(error)),
        }
    }
    // The file must never be open to others, not even between bind and chmod.
    let mask = rustix::process::umask(rustix::fs::Mode::from_raw_mode(0o177));
    let listener = UnixListener::bind(path);
    rustix::process::umask(mask);
    let listener = listener.map_err(failed)?;
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(failed)?;
    Ok(listener)
}
