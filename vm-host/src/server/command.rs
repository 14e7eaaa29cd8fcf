//! The command `vm-host serve`: listen, say where, serve until a signal.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::oneshot;

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
    let (first, signalled) = oneshot::channel::<()>();
    let parent = arguments.exit_with_parent.then(parent_gone).transpose();
    let mut parent = parent.map_err(internal)?;
    let drain = async {
        // Dropping the sender does it, too.
        let _ = signalled.await;
    };
    let end = async move {
        let mut first = Some(first);
        loop {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
                () = async { match &mut parent {
                    // Its thread drops the sender.
                    Some(parent) => drop(parent.await),
                    None => std::future::pending().await,
                } } => return,
            }
            if first.take().is_none() {
                return;
            }
        }
    };
    run(options, listeners, drain, end)
        .await
        .map_err(|error| RunError::new(ExitCode::Internal, error))
}

/// Done when standard input ends. A process that starts a server keeps the other end open; the kernel closes
/// it when that process ends, however it does.
fn parent_gone() -> std::io::Result<oneshot::Receiver<()>> {
    let (tell, told) = oneshot::channel();
    std::thread::Builder::new()
        .name("parent".to_owned())
        .spawn(move || {
            let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
            drop(tell);
        })?;
    Ok(told)
}

/// Whoever waits for the file must never see half of it.
fn write_whole(path: &std::path::Path, text: &str) -> std::io::Result<()> {
    let mut name = path.as_os_str().to_owned();
    name.push(".part");
    std::fs::write(&name, text)?;
    std::fs::rename(&name, path)
}
