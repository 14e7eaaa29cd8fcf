//! The Python environment that hints import from: who named it, and which Python it is for. Must not know
//! which workers there are.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

/// The virtual environment that hints import from, and who named it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum PythonEnvironment {
    /// The user, for these hints: nothing else will do.
    Named(PathBuf),
    /// The shell or the program around us, for whatever it starts. Hints can do without it.
    Active(PathBuf),
    /// None: the worker's own Python.
    #[default]
    Default,
}

impl PythonEnvironment {
    /// The one that was `named`, else the `active` one, which is the value of `VIRTUAL_ENV`.
    #[must_use]
    pub fn of(named: Option<PathBuf>, active: Option<OsString>) -> Self {
        match (named, active) {
            (Some(folder), _) => Self::Named(folder),
            (None, Some(folder)) if !folder.is_empty() => Self::Active(folder.into()),
            _ => Self::Default,
        }
    }

    /// Its folder.
    #[must_use]
    pub fn folder(&self) -> Option<&Path> {
        match self {
            Self::Named(folder) | Self::Active(folder) => Some(folder),
            Self::Default => None,
        }
    }
}

/// The minor version of the Python of the environment `folder`, such as `3.11`; nothing when the folder is no
/// environment.
pub(super) fn version_of(folder: &Path) -> Option<String> {
    let settings = std::fs::read_to_string(folder.join("pyvenv.cfg")).ok()?;
    let version = settings
        .lines()
        .filter_map(|line| line.split_once('='))
        // `venv` writes the one, `virtualenv` the other.
        .find(|(key, _)| matches!(key.trim(), "version" | "version_info"))?
        .1;
    let mut parts = version.trim().split('.');
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_environment_that_was_named_goes_before_the_active_one() {
        let named = || Some(PathBuf::from("named"));
        let active = || Some(OsString::from("active"));
        for (environment, expected) in [
            (
                PythonEnvironment::of(named(), active()),
                PythonEnvironment::Named("named".into()),
            ),
            (
                PythonEnvironment::of(None, active()),
                PythonEnvironment::Active("active".into()),
            ),
            (
                PythonEnvironment::of(None, Some(OsString::new())),
                PythonEnvironment::Default,
            ),
        ] {
            assert_eq!(environment, expected);
        }
    }

    #[test]
    fn the_version_is_read_in_every_spelling() {
        let folder = tempfile::tempdir().expect("temporary folder");
        for (settings, version) in [
            ("home = /usr/bin\nversion = 3.11.2\n", Some("3.11")),
            ("version_info = 3.12.1.final.0\n", Some("3.12")),
            ("version_info=3.9.18", Some("3.9")),
            ("version = 3\n", None),
            ("home = /usr/bin\n", None),
        ] {
            std::fs::write(folder.path().join("pyvenv.cfg"), settings).expect("pyvenv.cfg");
            assert_eq!(version_of(folder.path()).as_deref(), version, "{settings}");
        }
        assert_eq!(version_of(&folder.path().join("nowhere")), None);
    }
}
