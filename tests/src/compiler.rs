//! Compiles Cairo programs that a test writes itself, with the cairo-lang of the Python environment for
//! hints. Knows nothing of runs.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::Duration;

use crate::{binaries, process};

const DEADLINE: Duration = Duration::from_secs(300);

/// Compiles all programs named on the command line: one start of Python for all of them.
const COMPILE_ALL: &str = r"
import sys
from starkware.cairo.lang.compiler.cairo_compile import main
for name in sys.argv[1:]:
    sys.argv = ['cairo-compile', name + '.cairo', '--output', name + '.json']
    code = main()
    if code:
        sys.exit(f'{name} does not compile')
";

/// Writes programs, given by name and source, to a folder and compiles them; returns where they are.
///
/// # Errors
/// If there is no environment or a program does not compile; the text says why.
pub fn compile(folder: &Path, programs: &[(String, String)]) -> Result<Vec<PathBuf>, String> {
    let environment = binaries::cairo_lang_env()?;
    for (name, source) in programs {
        let path = folder.join(name).with_extension("cairo");
        fs::write(path, source).map_err(|error| error.to_string())?;
    }
    let python = environment.join("bin/python");
    let compile_part = |part: &[(String, String)]| {
        let mut command = Command::new(&python);
        command.current_dir(folder).args(["-c", COMPILE_ALL]);
        command.args(part.iter().map(|(name, _)| name));
        let finished = process::run(&mut command, DEADLINE).map_err(|error| error.to_string())?;
        match finished.exit_code() {
            Some(0) => Ok(()),
            _ => Err(finished.stderr_text() + &finished.stdout_text()),
        }
    };
    let (first, second) = programs.split_at(programs.len() / 2);
    thread::scope(|scope| {
        let other = (!first.is_empty()).then(|| scope.spawn(|| compile_part(first)));
        let done = compile_part(second);
        let other = other.map_or(Ok(Ok(())), thread::ScopedJoinHandle::join);
        done.and(other.unwrap_or_else(|_| Err("the compiler's thread panicked".to_owned())))
    })?;
    let compiled = programs
        .iter()
        .map(|(name, _)| folder.join(name).with_extension("json"));
    Ok(compiled.collect())
}
