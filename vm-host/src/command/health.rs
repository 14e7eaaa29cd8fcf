//! The command `vm-host health`: asks a server whether it serves, as a health check of a container does.

use std::path::PathBuf;
use std::time::Duration;

use tonic::transport::{Certificate, ClientTlsConfig, Endpoint};
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{CommandError, ExitCode};

/// Asks a server whether it takes new VMs; exits with 1 when it does not.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct HealthArgs {
    /// `host:port`, or `unix:/path`
    pub address: String,

    /// Certificate of the authority of a server with --tls-cert, or that certificate itself, PEM
    #[arg(long = "tls-ca", value_name = "FILE")]
    pub tls_ca: Option<PathBuf>,
}

/// How long the server may take.
const TIMEOUT: Duration = Duration::from_secs(2);
/// The service that is asked for.
const SERVICE: &str = "cairohints.v1.VmService";

/// Succeeds when the server takes new VMs.
///
/// # Errors
/// [`CommandError`] with what to print and the exit code, when it does not, or does not answer.
pub(super) async fn health(arguments: &HealthArgs) -> Result<(), CommandError> {
    let address = &arguments.address;
    let failed = |what: &dyn std::fmt::Display| {
        CommandError::new(ExitCode::ProgramFailed, format!("`{address}` {what}"))
    };
    let uri = match address.starts_with("unix:") {
        true => address.clone(),
        false if arguments.tls_ca.is_some() => format!("https://{address}"),
        false => format!("http://{address}"),
    };
    let bad = || {
        let text = format!("`{address}` is no address\nhint: use host:port or unix:/path");
        CommandError::new(ExitCode::Usage, text)
    };
    if !is_address(address) {
        return Err(bad());
    }
    let mut endpoint = Endpoint::from_shared(uri).map_err(|_| bad())?;
    if let Some(path) = &arguments.tls_ca {
        let unread = |error: &dyn std::fmt::Display| {
            let text = format!("cannot read `{}`: `{error}`", path.display());
            CommandError::new(ExitCode::NoInput, text)
        };
        let authority = std::fs::read(path).map_err(|error| unread(&error))?;
        let tls = ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority));
        endpoint = endpoint.tls_config(tls).map_err(|error| unread(&error))?;
    }
    let ask = async {
        let channel = endpoint
            .connect()
            .await
            .map_err(|_| failed(&"does not answer"))?;
        let request = HealthCheckRequest {
            service: SERVICE.to_owned(),
        };
        let answer = HealthClient::new(channel)
            .check(request)
            .await
            .map_err(|status| failed(&format!("answers `{}`", status.message())))?;
        match answer.into_inner().status() {
            ServingStatus::Serving => Ok(()),
            _ => Err(failed(&"takes no new VMs")),
        }
    };
    tokio::time::timeout(TIMEOUT, ask)
        .await
        .map_err(|_| failed(&"does not answer in time"))?
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
