//! The command `vm-host health`: asks a server whether it serves, as a health check of a container does.

use std::time::Duration;

use tonic_health::pb::HealthCheckRequest;
use tonic_health::pb::health_check_response::ServingStatus;
use tonic_health::pb::health_client::HealthClient;

use super::remote::RemoteArgs;
use super::{CommandError, ExitCode};

/// Asks a server whether it takes new VMs; exits with 1 when it does not.
#[derive(Clone, Debug, clap::Args)]
pub(super) struct HealthArgs {
    #[command(flatten)]
    pub server: RemoteArgs,
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
    let address = &arguments.server.address;
    let failed = |what: &dyn std::fmt::Display| {
        CommandError::new(ExitCode::ProgramFailed, format!("`{address}` {what}"))
    };
    let endpoint = arguments.server.endpoint()?;
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
