//! TLS of the TCP listener: the server's certificate, and the authority whose client certificates count. The files
//! are read again when they change, as certificates are renewed every few weeks.

use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;

use tokio::net::TcpStream;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::crypto::ring;
use tokio_rustls::rustls::pki_types::pem::PemObject as _;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::server::WebPkiClientVerifier;
use tokio_rustls::rustls::{RootCertStore, ServerConfig};
use tokio_rustls::server::TlsStream;

/// Names of one certificate that are looked at.
const MAX_NAMES: usize = 64;

/// The files of TLS cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// One cannot be read.
    #[error("cannot read `{}`: {}\nhint: it must be a PEM file", .0.display(), .1)]
    Read(PathBuf, String),
    /// They do not fit each other.
    #[error("cannot use the certificate `{}` with the key `{}`: {}", .0.display(), .1.display(), .2)]
    Unfit(PathBuf, PathBuf, String),
    /// The authority is none.
    #[error("cannot use the authority `{}`: {}", .0.display(), .1)]
    Authority(PathBuf, String),
}

/// How often the files are looked at.
const LOOK: Duration = Duration::from_secs(5);

/// What makes a TLS connection of a TCP connection. Clones are the same.
#[derive(Clone)]
pub struct Tls(Arc<Inner>);

struct Inner {
    files: Files,
    acceptor: RwLock<TlsAcceptor>,
}

/// Where certificates and keys are.
#[derive(Clone, Debug)]
struct Files {
    certificate: PathBuf,
    key: PathBuf,
    client_authority: Option<PathBuf>,
}

impl std::fmt::Debug for Tls {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        std::fmt::Debug::fmt(&self.0.files, formatter)
    }
}

impl Tls {
    /// Reads the server's certificates and key. With an authority, a client may show a certificate, which must
    /// be the authority's; who shows none needs a token.
    ///
    /// # Errors
    /// [`TlsError`] when a file cannot be used.
    pub fn open(
        certificate: &Path,
        key: &Path,
        client_authority: Option<&Path>,
    ) -> Result<Self, TlsError> {
        let files = Files {
            certificate: certificate.to_path_buf(),
            key: key.to_path_buf(),
            client_authority: client_authority.map(Path::to_path_buf),
        };
        let acceptor = RwLock::new(files.acceptor()?);
        Ok(Self(Arc::new(Inner { files, acceptor })))
    }

    /// Reads the files again whenever they have changed, for ever. What cannot be used is said in the log, and
    /// changes nothing.
    pub(in super::super) async fn follow(&self) {
        let Inner { files, acceptor } = &*self.0;
        let mut read = files.read();
        loop {
            tokio::time::sleep(LOOK).await;
            let now = files.read();
            if now == read {
                continue;
            }
            read = now;
            match files.acceptor() {
                Ok(renewed) => {
                    *acceptor.write().unwrap_or_else(PoisonError::into_inner) = renewed;
                    tracing::info!("read `{}` again", files.certificate.display());
                }
                Err(error) => tracing::warn!("{error}; the certificate stays as it is"),
            }
        }
    }

    /// Shakes hands; the connection, and the names in the client's certificate.
    pub(super) async fn accept(
        &self,
        stream: TcpStream,
    ) -> std::io::Result<(Box<TlsStream<TcpStream>>, Vec<String>)> {
        let acceptor = self.0.acceptor.read();
        let accepting = acceptor
            .unwrap_or_else(PoisonError::into_inner)
            .accept(stream);
        let stream = accepting.await?;
        let (_, session) = stream.get_ref();
        let leaf = session.peer_certificates().and_then(|chain| chain.first());
        let names = leaf.map(names_of).unwrap_or_default();
        Ok((Box::new(stream), names))
    }
}

impl Files {
    /// What is in them; nothing of those that cannot be read.
    fn read(&self) -> [Option<Vec<u8>>; 3] {
        let read = |path: &Path| std::fs::read(path).ok();
        [
            read(&self.certificate),
            read(&self.key),
            self.client_authority.as_deref().and_then(read),
        ]
    }

    fn acceptor(&self) -> Result<TlsAcceptor, TlsError> {
        let Self {
            certificate,
            key,
            client_authority,
        } = self;
        let provider = Arc::new(ring::default_provider());
        let builder = ServerConfig::builder_with_provider(Arc::clone(&provider));
        let unfit = |error: &dyn std::fmt::Display| {
            TlsError::Unfit(certificate.clone(), key.clone(), error.to_string())
        };
        let builder = builder
            .with_safe_default_protocol_versions()
            .map_err(|error| unfit(&error))?;
        let builder = match client_authority {
            None => builder.with_no_client_auth(),
            Some(path) => {
                let bad = |error: &dyn std::fmt::Display| {
                    TlsError::Authority(path.clone(), error.to_string())
                };
                let mut roots = RootCertStore::empty();
                for root in certificates(path)? {
                    roots.add(root).map_err(|error| bad(&error))?;
                }
                let verifier =
                    WebPkiClientVerifier::builder_with_provider(Arc::new(roots), provider);
                let verifier = verifier.allow_unauthenticated().build();
                builder.with_client_cert_verifier(verifier.map_err(|error| bad(&error))?)
            }
        };
        let private = PrivateKeyDer::from_pem_file(key)
            .map_err(|error| TlsError::Read(key.clone(), error.to_string()))?;
        let mut config = builder
            .with_single_cert(certificates(certificate)?, private)
            .map_err(|error| unfit(&error))?;
        config.alpn_protocols = vec![b"h2".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(config)))
    }
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, TlsError> {
    let bad = |error: &dyn std::fmt::Display| TlsError::Read(path.to_path_buf(), error.to_string());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path)
        .map_err(|error| bad(&error))?
        .collect();
    let found = found.map_err(|error| bad(&error))?;
    match found.is_empty() {
        true => Err(bad(&"it has no certificate")),
        false => Ok(found),
    }
}

/// The DNS names and URIs that a certificate is for.
fn names_of(certificate: &CertificateDer<'_>) -> Vec<String> {
    let Ok(certificate) = webpki::EndEntityCert::try_from(certificate) else {
        return Vec::new();
    };
    let names = certificate.valid_dns_names();
    let uris = certificate.valid_uri_names();
    names
        .chain(uris)
        .take(MAX_NAMES)
        .map(str::to_owned)
        .collect()
}
