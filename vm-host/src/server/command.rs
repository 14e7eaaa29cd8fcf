//! The command `vm-host serve`: listen, say where, serve until a signal.

use tokio::signal::unix::{SignalKind, signal};

use super::{Listeners, run};
use crate::cli::{ExitCode, ServeArgs};
use crate::run::RunError;

/// Serves as the arguments say.
///
/// # Errors
/// [`RunError`] with what to print and the exit code.
pub async fn serve(arguments: &ServeArgs) -> Result<(), RunError> {
    let options = arguments
        .options()
        .map_err(|error| RunError::new(ExitCode::Environment, error))?;
    let internal = |error: std::io::Error| RunError::new(ExitCode::Internal, error);
    let mut terminate = signal(SignalKind::terminate()).map_err(internal)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(internal)?;
    let listeners = Listeners::bind(arguments.listen, arguments.unix.as_deref())
        .await
        .map_err(|error| RunError::new(ExitCode::CannotWrite, error))?;
    if let Some(address) = listeners.address() {
        eprintln!("listening on {address}");
        if let Some(path) = &arguments.address_file {
            write_whole(path, &format!("{address}\n")).map_err(|error| {
                let text = format!("cannot write `{}`: `{error}`", path.display());
                RunError::new(ExitCode::CannotWrite, text)
            })?;
        }
    }
    if let Some(path) = &arguments.unix {
        eprintln!("listening on unix:{}", path.display());
    }
    let shutdown = async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    };
    run(options, listeners, shutdown)
        .await
        .map_err(|error| RunError::new(ExitCode::Internal, error))
}

/// Whoever waits for the file must never see half of it.
fn write_whole(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    std::fs::write(&name, text)?;
    std::fs::rename(&name, path)
}
