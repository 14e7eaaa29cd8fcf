//! The command `vm-host health`: asks a server whether it serves, as a health check of a container does.

use std::time::Duration;

use tonic::transport::Endpoint;
use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::{CommandError, ExitCode};

/// Asks a server whether it takes new VMs; exits with 1 when it does not.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct HealthArgs {
    /// `host:port`, or `unix:/path`
    pub address: String,
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
        false => format!("http://{address}"),
    };
    let endpoint = Endpoint::from_shared(uri).map_err(|_| {
        let text = format!("`{address}` is no address\nhint: use host:port or unix:/path");
        CommandError::new(ExitCode::Usage, text)
    })?;
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
