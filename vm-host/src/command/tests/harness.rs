//! Runs of the command inside the test process, with stdout in memory.

use std::fs;
use std::path::Path;

use tokio::runtime::{Builder, Runtime};

use crate::command::interrupt::Interrupts;
use crate::command::options::RunOptions;
use crate::command::output_files::OutputFiles;
use crate::command::outputs::write_outputs;
use crate::command::printer::Printer;
use crate::command::run::{advance, load, run_printing};
use crate::command::{CommandError, RunArgs};
use crate::run::Run;

/// The options of a command line.
pub(super) fn options(words: &[String]) -> RunOptions {
    let words = std::iter::once("run".to_string()).chain(words.iter().cloned());
    let args = RunArgs::of_words(words).unwrap();
    RunOptions::resolve(args, |_| None).unwrap()
}

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// A whole run. `before` is what a hint before the first step would do.
pub(super) fn run(
    words: &[String],
    before: impl FnOnce(&mut Run),
    stdout: &mut Vec<u8>,
) -> Result<(), CommandError> {
    let options = options(words);
    runtime().block_on(run_printing(
        &options,
        before,
        Printer::new(stdout),
        &Interrupts::default(),
    ))
}

/// A run after its last step, before its end.
pub(super) fn ran(options: &RunOptions) -> (Run, Result<(), CommandError>) {
    runtime().block_on(async {
        let (mut run, goal) = load(options, None, None).unwrap();
        run.start_hints().await.unwrap();
        let advanced = advance(&mut run, goal, &Interrupts::default(), None).await;
        if advanced.is_ok() {
            run.end_hints().await.unwrap();
        }
        // What the tests change now is what hints in Python would have done.
        run.ended_mut().addresses_exist = false;
        (run, advanced.map_err(CommandError::from))
    })
}

/// Ends a run and writes what was asked for; gives what was printed.
pub(super) fn end(mut run: Run, options: &RunOptions) -> Result<String, String> {
    let mut files = OutputFiles::prepare(&options.outputs).unwrap();
    let mut stdout = Vec::new();
    let ended = runtime().block_on(run.end(&mut stdout));
    ended
        .map_err(CommandError::from)
        .and_then(|()| write_outputs(&run, options, &mut files, &mut stdout))
        .map_err(|error| error.to_string())?;
    files.publish().unwrap();
    Ok(String::from_utf8(stdout).unwrap())
}

/// What stderr shows, without our own advice.
pub(super) fn reference_words(error: &CommandError) -> String {
    let mut text = error.to_string();
    // A PIE that cannot be read is named here, and exits otherwise.
    if let Some((_, reason)) = text.split_once("cannot use the Cairo PIE `")
        && let Some((_, reason)) = reason.split_once("`: ")
    {
        text = format!("Error: {reason}");
    }
    match text.split_once("\nhint: ") {
        Some((words, _)) => words.to_owned(),
        None => text,
    }
}

/// Writes a file and gives its path as a word of a command line.
pub(super) fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_string()
}
