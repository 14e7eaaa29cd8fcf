//! A server that a command talks to: where it is, and what encrypts the connection.

use std::path::{Path, PathBuf};

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint, Identity};

use super::{CommandError, ExitCode};

/// Where a server is.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct RemoteArgs {
    /// `host:port`, or `unix:/path`
    pub address: String,

    /// Certificate of the authority of a server with --tls-cert, or that certificate itself, PEM
    #[arg(long = "tls-ca", value_name = "FILE", env = "CAIROHINTS_TLS_CA")]
    pub tls_ca: Option<PathBuf>,
}

impl RemoteArgs {
    /// The way to it.
    ///
    /// # Errors
    /// [`CommandError`] when the address is none, or a certificate cannot be read.
    pub(super) fn endpoint(&self) -> Result<Endpoint, CommandError> {
        self.endpoint_as(None)
    }

    /// The same for a client that says who it is with a certificate and its key.
    ///
    /// # Errors
    /// [`CommandError`] when the address is none, or a file cannot be read.
    pub(super) fn endpoint_as(
        &self,
        identity: Option<(&Path, &Path)>,
    ) -> Result<Endpoint, CommandError> {
        let address = &self.address;
        let is_local = address.starts_with("unix:");
        let is_encrypted = !is_local && (self.tls_ca.is_some() || identity.is_some());
        let uri = match (is_local, is_encrypted) {
            (true, _) => address.clone(),
            (_, true) => format!("https://{address}"),
            _ => format!("http://{address}"),
        };
        let bad = || {
            let text = format!("`{address}` is no address\nhint: use host:port or unix:/path");
            CommandError::new(ExitCode::Usage, text)
        };
        if !is_address(address) {
            return Err(bad());
        }
        let endpoint = Endpoint::from_shared(uri).map_err(|_| bad())?;
        if !is_encrypted {
            return Ok(endpoint);
        }
        let mut tls = ClientTlsConfig::new();
        if let Some(path) = &self.tls_ca {
            tls = tls.ca_certificate(Certificate::from_pem(read(path)?));
        }
        if let Some((certificate, key)) = identity {
            tls = tls.identity(Identity::from_pem(read(certificate)?, read(key)?));
        }
        endpoint.tls_config(tls).map_err(|error| {
            let path = self.tls_ca.as_deref().unwrap_or(Path::new("--tls-cert"));
            unread(path, &error)
        })
    }
}

fn read(path: &Path) -> Result<Vec<u8>, CommandError> {
    std::fs::read(path).map_err(|error| unread(path, &error))
}

fn unread(path: &Path, error: &dyn std::fmt::Display) -> CommandError {
    let text = format!("cannot read `{}`: `{error}`", path.display());
    CommandError::new(ExitCode::NoInput, text)
}

/// Whether it looks like an address: what has no port, or is a URL, would only not answer.
fn is_address(address: &str) -> bool {
    match address.strip_prefix("unix:") {
        Some(path) => !path.is_empty(),
        None => address.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty() && !host.contains('/') && port.parse().is_ok_and(|port: u16| port > 0)
        }),
    }
}
