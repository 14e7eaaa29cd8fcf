//! Child processes: where the measured binaries are, how long a child takes.

use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::Instant;

use wait4::Wait4 as _;

use super::Error;

/// A built binary: `vm-host`, `hint-worker` or `examples/echo`.
pub(crate) fn binary(name: &str) -> Result<PathBuf, Error> {
    let own = std::env::current_exe()?;
    let folder = own.parent().and_then(Path::parent).ok_or("no folder")?;
    let path = folder.join(name);
    if path.is_file() {
        return Ok(path);
    }
    Err(format!(
        "there is no `{}`\nhint: run `cargo build --release --workspace --bins --examples` first",
        path.display()
    )
    .into())
}

/// A program of the test corpus.
pub(crate) fn program(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/programs/{name}.json"))
}

/// This binary again, in another role.
pub(crate) fn role(name: &str) -> Result<Command, Error> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["--child", name]);
    Ok(command)
}

/// Runs a process to its end; the seconds it took.
pub(crate) fn seconds(command: &mut Command) -> Result<f64, Error> {
    let start = Instant::now();
    let status = command.stdout(Stdio::null()).status()?;
    let seconds = start.elapsed().as_secs_f64();
    succeeded(command, status)?;
    Ok(seconds)
}

/// Runs a process to its end; what it printed.
pub(crate) fn output(command: &mut Command) -> Result<String, Error> {
    let output = command.stderr(Stdio::inherit()).output()?;
    succeeded(command, output.status)?;
    Ok(String::from_utf8(output.stdout)?)
}

/// Runs a process to its end, however that is: its processor time in milliseconds, with that of the processes that it
/// waited for.
pub(crate) fn processor_time(command: &mut Command) -> Result<(ExitStatus, f64), Error> {
    let used = command.stdout(Stdio::null()).spawn()?.wait4()?;
    let time = used.rusage.utime + used.rusage.stime;
    Ok((used.status, time.as_secs_f64() * 1e3))
}

pub(crate) fn succeeded(command: &Command, status: ExitStatus) -> Result<(), Error> {
    if status.success() {
        return Ok(());
    }
    let program = Path::new(command.get_program()).display();
    Err(format!("`{program}` failed with `{status}`").into())
}
