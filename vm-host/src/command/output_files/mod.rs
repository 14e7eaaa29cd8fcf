//! The output files of a run. That a file can be written is found out before the run; its bytes appear
//! under its name only when all outputs are complete, by a rename. A file that exists already stays as it
//! is until then, and for ever when the run fails. Pipes and devices are written directly.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions, Permissions};
use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};

use rustix::fs::{Access, access};
use tempfile::NamedTempFile;

use super::ExitCode;
use super::options::OutputPaths;

/// An output of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Output {
    /// `--cairo_pie_output`.
    CairoPie,
    /// `--trace_file`.
    Trace,
    /// `--memory_file`.
    Memory,
    /// `--air_public_input`.
    AirPublicInput,
    /// `--air_private_input`.
    AirPrivateInput,
    /// `--debug_info_file`.
    DebugInfo,
    /// `--profile_output`.
    Profile,
    /// `--stats`.
    Stats,
    /// `--report`.
    Report,
    /// `--timeline`.
    Timeline,
}

/// An output that cannot be written.
#[derive(Debug, thiserror::Error)]
pub(crate) enum OutputError {
    /// The system refused it.
    #[error("cannot write {option} to `{}`: {}", path.display(), reason(source))]
    Io {
        /// The option that names it.
        option: &'static str,
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: io::Error,
    },
    /// Two outputs have the same file.
    #[error("{first} and {second} name the same file `{}`", path.display())]
    Same {
        /// An option.
        first: &'static str,
        /// The other one.
        second: &'static str,
        /// Their file.
        path: PathBuf,
    },
}

/// The output files of one run.
#[derive(Debug, Default)]
pub(super) struct OutputFiles {
    targets: BTreeMap<Output, Target>,
    /// Complete files that do not have their name yet.
    staged: Vec<(Output, NamedTempFile, PathBuf)>,
}

/// Where an output goes.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Target {
    /// Our own stdout.
    Stdout,
    /// A pipe, a device, or a file in a folder where nothing can be created: written in place.
    InPlace(PathBuf),
    /// A regular file, new or to be replaced; links are resolved.
    File(PathBuf),
}

impl Output {
    /// The option that asks for it.
    pub(super) fn option(self) -> &'static str {
        match self {
            Self::CairoPie => "--cairo_pie_output",
            Self::Trace => "--trace_file",
            Self::Memory => "--memory_file",
            Self::AirPublicInput => "--air_public_input",
            Self::AirPrivateInput => "--air_private_input",
            Self::DebugInfo => "--debug_info_file",
            Self::Profile => "--profile_output",
            Self::Stats => "--stats",
            Self::Report => "--report",
            Self::Timeline => "--timeline",
        }
    }

    fn error(self, path: &Path, source: io::Error) -> OutputError {
        OutputError::Io {
            option: self.option(),
            path: path.to_path_buf(),
            source,
        }
    }
}

impl OutputError {
    /// The command's exit code.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::Io { .. } => ExitCode::CannotWrite,
            Self::Same { .. } => ExitCode::Usage,
        }
    }
}

impl OutputFiles {
    /// Checks that every file can be written. Leaves nothing behind.
    pub(super) fn prepare(paths: &OutputPaths) -> Result<Self, OutputError> {
        let wanted = [
            (Output::CairoPie, &paths.cairo_pie),
            (Output::Trace, &paths.trace),
            (Output::Memory, &paths.memory),
            (Output::AirPublicInput, &paths.air_public_input),
            (Output::AirPrivateInput, &paths.air_private_input),
            (Output::Profile, &paths.profile),
            (Output::DebugInfo, &paths.debug_info),
            (Output::Stats, &paths.stats),
            (Output::Report, &paths.report),
            (Output::Timeline, &paths.timeline),
        ];
        let mut targets: BTreeMap<Output, Target> = BTreeMap::new();
        for (output, path) in wanted {
            let Some(path) = path else { continue };
            let target = Target::of(path).map_err(|source| output.error(path, source))?;
            if let Target::File(file) = &target
                && let Some((first, _)) = targets.iter().find(|(_, other)| **other == target)
            {
                return Err(OutputError::Same {
                    first: first.option(),
                    second: output.option(),
                    path: file.clone(),
                });
            }
            targets.insert(output, target);
        }
        Ok(Self {
            targets,
            staged: Vec::new(),
        })
    }

    /// Whether the output is wanted.
    pub(super) fn wants(&self, output: Output) -> bool {
        self.targets.contains_key(&output)
    }

    /// Writes an output with `write`, if it is wanted. A regular file gets its name in [`Self::publish`].
    pub(super) fn write<E: From<OutputError>>(
        &mut self,
        output: Output,
        write: impl FnOnce(&mut dyn Write) -> Result<Result<(), E>, io::Error>,
    ) -> Result<(), E> {
        let Some(target) = self.targets.get(&output) else {
            return Ok(());
        };
        let fail = |path: &Path| {
            let path = path.to_path_buf();
            move |source| E::from(output.error(&path, source))
        };
        match target.clone() {
            Target::Stdout => {
                let stdout = Path::new("/dev/stdout");
                let mut writer = BufWriter::new(io::stdout().lock());
                write(&mut writer).map_err(fail(stdout))??;
                writer.flush().map_err(fail(stdout))
            }
            Target::InPlace(path) => {
                let file = OpenOptions::new().write(true).truncate(true).open(&path);
                let mut writer = BufWriter::new(file.map_err(fail(&path))?);
                write(&mut writer).map_err(fail(&path))??;
                writer.flush().map_err(fail(&path))
            }
            Target::File(path) => {
                let file = stage(&path).map_err(fail(&path))?;
                let mut writer = BufWriter::with_capacity(1 << 18, file);
                write(&mut writer).map_err(fail(&path))??;
                let file = writer
                    .into_inner()
                    .map_err(|error| fail(&path)(error.into_error()))?;
                self.staged.push((output, file, path));
                Ok(())
            }
        }
    }

    /// Opens an output that is written while the run goes on, under its own name, if it is wanted.
    pub(super) fn stream(&self, output: Output) -> Result<Option<Box<dyn Write>>, OutputError> {
        let (path, file) = match self.targets.get(&output) {
            None => return Ok(None),
            Some(Target::Stdout) => return Ok(Some(Box::new(io::stdout()))),
            Some(Target::InPlace(path)) => (path, OpenOptions::new().write(true).open(path)),
            Some(Target::File(path)) => (path, File::create(path)),
        };
        let file = file.map_err(|source| output.error(path, source))?;
        Ok(Some(Box::new(file)))
    }

    /// The error of an output that was opened by [`Self::stream`].
    pub(super) fn broken(&self, output: Output, source: io::Error) -> OutputError {
        match self.targets.get(&output) {
            Some(Target::InPlace(path) | Target::File(path)) => output.error(path, source),
            _ => output.error(Path::new("/dev/stdout"), source),
        }
    }

    /// Gives one complete file its name and drops the others: what a failed run leaves.
    pub(super) fn publish_only(mut self, output: Output) -> Result<(), OutputError> {
        self.staged.retain(|(staged, ..)| *staged == output);
        self.publish()
    }

    /// Gives the complete files their names.
    pub(super) fn publish(self) -> Result<(), OutputError> {
        for (output, file, path) in self.staged {
            file.persist(&path)
                .map_err(|error| output.error(&path, error.error))?;
        }
        Ok(())
    }
}

impl Target {
    fn of(path: &Path) -> io::Result<Self> {
        let own_stdout = ["-", "/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];
        if own_stdout.iter().any(|name| path == Path::new(name)) {
            return Ok(Self::Stdout);
        }
        match fs::metadata(path) {
            Ok(metadata) if metadata.is_dir() => Err(io::ErrorKind::IsADirectory.into()),
            Ok(metadata) if metadata.is_file() => {
                let file = path.canonicalize()?;
                OpenOptions::new().write(true).open(&file)?;
                Ok(match stage(&file) {
                    Ok(_) => Self::File(file),
                    Err(_) => Self::InPlace(file),
                })
            }
            Ok(_) => {
                // Opening a pipe would wait for its reader.
                access(path, Access::WRITE_OK)?;
                Ok(Self::InPlace(path.to_path_buf()))
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => Self::new_file(path),
            Err(error) => Err(error),
        }
    }

    fn new_file(path: &Path) -> io::Result<Self> {
        // A link to a file that does not exist yet: the file is created, the link stays.
        let mut path = path.to_path_buf();
        for _ in 0..40 {
            match fs::read_link(&path) {
                Ok(target) => path = folder(&path).join(target),
                Err(_) => break,
            }
        }
        let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
        let file = folder(&path).canonicalize()?.join(name);
        stage(&file)?;
        Ok(Self::File(file))
    }
}

/// A new temporary file beside `path`, with the permissions that `path` has or would get.
fn stage(path: &Path) -> io::Result<NamedTempFile> {
    let name = path.file_name().ok_or(io::ErrorKind::InvalidInput)?;
    let prefix = format!(".{}.", name.to_string_lossy());
    let file = tempfile::Builder::new()
        .prefix(prefix.get(..100).unwrap_or(&prefix))
        .suffix(".tmp")
        .permissions(Permissions::from_mode(0o666))
        .tempfile_in(folder(path))?;
    if let Ok(old) = File::open(path).and_then(|old| old.metadata()) {
        file.as_file().set_permissions(old.permissions())?;
    }
    Ok(file)
}

fn folder(path: &Path) -> &Path {
    match path.parent() {
        Some(folder) if folder != Path::new("") => folder,
        _ => Path::new("."),
    }
}

/// The system's words without the number that `io::Error` adds.
fn reason(error: &io::Error) -> String {
    let text = error.to_string();
    match text.split_once(" (os error") {
        Some((words, _)) => words.to_lowercase(),
        None => text.to_lowercase(),
    }
}

#[cfg(test)]
mod tests;
