//! Owns the check of the Python environment that hints import from: a virtual environment of the same
//! minor version. Must not know how an interpreter starts.

use std::path::{Path, PathBuf};

/// An environment the worker cannot use.
#[derive(Debug, thiserror::Error)]
pub enum EnvironmentError {
    /// No `pyvenv.cfg`.
    #[error(
        "`{}` is not a virtual environment: it has no `pyvenv.cfg`\n\
         hint: create one with `python{embedded} -m venv {}`",
        .folder.display(), .folder.display()
    )]
    NotAnEnvironment {
        /// What was given.
        folder: PathBuf,
        /// The minor version it should have.
        embedded: String,
    },
    /// Another minor version.
    #[error(
        "the environment `{}` is for Python `{found}`, this hint-worker embeds Python `{embedded}`\n\
         hint: use an environment of Python {embedded}, or build hint-worker with \
         PYO3_PYTHON set to Python {found}",
        .folder.display()
    )]
    Version {
        /// What was given.
        folder: PathBuf,
        /// Its minor version.
        found: String,
        /// Ours.
        embedded: String,
    },
}

/// The interpreter inside the environment `folder`, checked against the embedded minor version
/// (`major.minor`).
///
/// # Errors
/// [`EnvironmentError`] when the folder is no environment or is one of another version.
pub(super) fn interpreter_of(folder: &Path, embedded: &str) -> Result<PathBuf, EnvironmentError> {
    let not_an_environment = || EnvironmentError::NotAnEnvironment {
        folder: folder.to_path_buf(),
        embedded: embedded.to_owned(),
    };
    let settings =
        std::fs::read_to_string(folder.join("pyvenv.cfg")).map_err(|_| not_an_environment())?;
    let version = settings
        .lines()
        .filter_map(|line| line.split_once('='))
        .find(|(key, _)| matches!(key.trim(), "version" | "version_info"))
        .map(|(_, value)| minor_version(value.trim()))
        .ok_or_else(not_an_environment)?;
    if version != embedded {
        return Err(EnvironmentError::Version {
            folder: folder.to_path_buf(),
            found: version,
            embedded: embedded.to_owned(),
        });
    }
    Ok(folder.join("bin/python"))
}

/// `3.11.7` or `3.11.7.final.0` to `3.11`.
fn minor_version(version: &str) -> String {
    version.split('.').take(2).collect::<Vec<_>>().join(".")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn environment(settings: &str) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("temporary folder");
        std::fs::write(folder.path().join("pyvenv.cfg"), settings).expect("pyvenv.cfg");
        folder
    }

    #[test]
    fn both_spellings_of_the_version_are_read() {
        for settings in [
            "home = /usr/bin\nversion = 3.11.2\n",
            "version_info = 3.11.2.final.0\n",
        ] {
            let folder = environment(settings);
            let python = interpreter_of(folder.path(), "3.11").expect("same version");
            assert_eq!(python, folder.path().join("bin/python"));
        }
    }

    #[test]
    fn another_version_is_named_with_ours() {
        let folder = environment("version = 3.9.18\n");
        let error = interpreter_of(folder.path(), "3.11").expect_err("versions differ");
        let text = error.to_string();
        assert!(
            text.contains("Python `3.9`") && text.contains("Python `3.11`"),
            "{text}"
        );
    }

    #[test]
    fn a_folder_without_settings_is_refused() {
        let folder = tempfile::tempdir().expect("temporary folder");
        let error = interpreter_of(folder.path(), "3.11").expect_err("no pyvenv.cfg");
        assert!(error.to_string().contains("is not a virtual environment"));
    }
}
