//! Which `hint-worker` binary serves the hints of an environment. A worker has one minor version of Python
//! inside; those of several lie beside each other as `hint-worker-3.X`, and `hint-worker` is the one that
//! `cargo build` made.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use super::binary::WorkerOptions;
use super::embedded::{VERSIONED, embedded_version};
use super::environment::{PythonEnvironment, version_of};
use super::sandbox::Sandbox;

const NAME: &str = "hint-worker";

/// No worker binary at the expected place.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot find the hint worker at `{}`\n\
     hint: build it with `cargo build -p hint-worker`, or name it with --hint-worker or CAIROHINTS_WORKER",
    .0.display()
)]
pub struct WorkerNotFound(PathBuf);

/// The worker that hints get.
#[derive(Debug)]
pub struct WorkerChoice {
    /// How it is started.
    pub worker: WorkerOptions,
    /// What the user should know: the active environment is left out, since no worker fits it.
    pub warning: Option<String>,
}

/// Chooses the worker for `environment`: the binary `given`, else the one of the environment's version that
/// lies beside our own executable, else the one without a version in its name. An environment that was named
/// goes to the worker even if it does not fit: the worker refuses it and says why.
///
/// # Errors
/// [`WorkerNotFound`] when there is no binary.
pub fn choose_worker(
    given: Option<&Path>,
    environment: &PythonEnvironment,
) -> Result<WorkerChoice, WorkerNotFound> {
    match given {
        Some(binary) if binary.is_file() => {
            let workers = Workers {
                default: binary.to_path_buf(),
                versioned: BTreeMap::new(),
            };
            Ok(workers.choose(environment))
        }
        Some(binary) => Err(WorkerNotFound(binary.to_path_buf())),
        None => {
            let own = std::env::current_exe().unwrap_or_default();
            let folder = own.parent().unwrap_or(Path::new("."));
            // Test executables live one folder below the binaries.
            let folder = match folder.parent() {
                Some(above) if folder.ends_with("deps") => above,
                _ => folder,
            };
            Ok(Workers::of(folder)?.choose(environment))
        }
    }
}

/// The workers of a folder.
#[derive(Debug)]
struct Workers {
    /// For whoever needs no particular version.
    default: PathBuf,
    /// Minor version of Python, as its two numbers, to binary.
    versioned: BTreeMap<(u32, u32), PathBuf>,
}

impl Workers {
    fn of(folder: &Path) -> Result<Self, WorkerNotFound> {
        let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
        let versioned: BTreeMap<_, _> = entries
            .filter_map(|entry| {
                let name = entry.file_name();
                let version = name.to_str()?.strip_prefix(VERSIONED)?;
                Some((numbers(version)?, entry.path()))
            })
            .filter(|(_, path)| path.is_file())
            .collect();
        let plain = folder.join(NAME);
        let newest = versioned.last_key_value().map(|(_, path)| path.clone());
        let default = Some(plain.clone()).filter(|path| path.is_file());
        match default.or(newest) {
            Some(default) => Ok(Self { default, versioned }),
            None => Err(WorkerNotFound(plain)),
        }
    }

    fn choose(self, environment: &PythonEnvironment) -> WorkerChoice {
        let version = environment.folder().and_then(version_of);
        let numbers = version.as_deref().and_then(numbers);
        if let Some(fitting) = numbers.and_then(|numbers| self.versioned.get(&numbers)) {
            return chosen(fitting, environment.folder(), None);
        }
        match environment {
            PythonEnvironment::Active(folder) => {
                let embedded = embedded_version(&self.default);
                if version.is_some() && version == embedded {
                    return chosen(&self.default, Some(folder), None);
                }
                let warning = unfit(folder, version.as_deref(), embedded.as_deref());
                chosen(&self.default, None, Some(warning))
            }
            _ => chosen(&self.default, environment.folder(), None),
        }
    }
}

fn chosen(binary: &Path, folder: Option<&Path>, warning: Option<String>) -> WorkerChoice {
    WorkerChoice {
        worker: WorkerOptions {
            binary: binary.to_path_buf(),
            python_env: folder.map(Path::to_path_buf),
            sandbox: Sandbox::default(),
        },
        warning,
    }
}

fn unfit(folder: &Path, version: Option<&str>, embedded: Option<&str>) -> String {
    let folder = folder.display();
    let embedded = embedded.unwrap_or("another version");
    match version {
        Some(version) => format!(
            "hints run in Python `{embedded}`, without the packages of the active environment `{folder}`: \
             there is no hint worker for its Python `{version}`\n\
             hint: build one with `vm-host/build-workers`, or name an environment of Python {embedded} \
             with --python-env"
        ),
        None => format!(
            "hints run without `{folder}`, which VIRTUAL_ENV names: it is not a virtual environment\n\
             hint: name an environment of Python {embedded} with --python-env"
        ),
    }
}

/// `3.11` as numbers, which have an order.
fn numbers(version: &str) -> Option<(u32, u32)> {
    let (major, minor) = version.split_once('.')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::fs::PermissionsExt as _;

    /// A folder with these workers, of which the plain one says that it has Python 3.11 inside, and with an
    /// environment for Python `version`.
    fn folder(workers: &[&str], version: &str) -> (tempfile::TempDir, PathBuf) {
        let folder = tempfile::tempdir().expect("temporary folder");
        for name in workers {
            let path = folder.path().join(name);
            std::fs::write(&path, "#!/bin/sh\necho 'hint-worker 9 (Python 3.11)'\n")
                .expect("worker");
            std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755))
                .expect("executable");
        }
        let environment = folder.path().join("environment");
        std::fs::create_dir(&environment).expect("folder");
        std::fs::write(
            environment.join("pyvenv.cfg"),
            format!("version = {version}.1\n"),
        )
        .expect("pyvenv.cfg");
        (folder, environment)
    }

    fn choose(workers: &[&str], version: &str, named: bool) -> (String, bool, Option<String>) {
        let (folder, path) = folder(workers, version);
        let environment = match named {
            true => PythonEnvironment::Named(path),
            false => PythonEnvironment::Active(path),
        };
        let choice = Workers::of(folder.path())
            .expect("a worker")
            .choose(&environment);
        let name = choice.worker.binary.file_name().expect("a name");
        (
            name.to_string_lossy().into_owned(),
            choice.worker.python_env.is_some(),
            choice.warning,
        )
    }

    #[test]
    fn an_environment_gets_the_worker_of_its_version() {
        let workers = ["hint-worker", "hint-worker-3.9", "hint-worker-3.12"];
        for named in [true, false] {
            for (version, expected) in [
                ("3.9", "hint-worker-3.9"),
                ("3.12", "hint-worker-3.12"),
                ("3.11", "hint-worker"),
            ] {
                let choice = choose(&workers, version, named);
                assert_eq!(choice, (expected.to_owned(), true, None));
            }
        }
    }

    #[test]
    fn a_named_environment_that_fits_no_worker_goes_to_the_plain_one() {
        let choice = choose(&["hint-worker", "hint-worker-3.9"], "3.10", true);
        assert_eq!(choice, ("hint-worker".to_owned(), true, None));
    }

    #[test]
    fn an_active_environment_that_fits_no_worker_is_left_out_with_a_warning() {
        let (name, environment, warning) =
            choose(&["hint-worker", "hint-worker-3.9"], "3.10", false);
        assert_eq!((name.as_str(), environment), ("hint-worker", false));
        let warning = warning.expect("a warning");
        assert!(warning.contains("Python `3.10`"), "{warning}");
        assert!(warning.contains("run in Python `3.11`"), "{warning}");
    }

    #[test]
    fn without_a_plain_worker_the_newest_is_the_default() {
        let (folder, _) = folder(
            &["hint-worker-3.9", "hint-worker-3.13", "hint-worker-x"],
            "3",
        );
        let workers = Workers::of(folder.path()).expect("a worker");
        assert!(workers.default.ends_with("hint-worker-3.13"));
    }

    #[test]
    fn a_folder_without_workers_is_an_error_that_names_the_plain_one() {
        let (folder, _) = folder(&["vm-host"], "3.11");
        let error = Workers::of(folder.path()).expect_err("no worker");
        assert_eq!(error.0, folder.path().join("hint-worker"));
    }
}
