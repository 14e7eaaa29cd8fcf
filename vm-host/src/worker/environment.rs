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
    // `venv` writes the one, `virtualenv` the other.
    let version = setting(folder, &["version", "version_info"])?;
    let mut parts = version.split('.');
    Some(format!("{}.{}", parts.next()?, parts.next()?))
}

/// The folder of the packages of the environment `folder`; nothing when the folder is no environment.
pub(crate) fn site_packages(folder: &Path) -> Option<PathBuf> {
    let version = version_of(folder)?;
    Some(folder.join(format!("lib/python{version}/site-packages")))
}

/// The folder of the libpython that belongs to the environment `folder`, if it has one where installations of
/// their own have it.
pub(super) fn library_folder(folder: &Path) -> Option<PathBuf> {
    let library = format!("libpython{}.so.1.0", version_of(folder)?);
    let libraries = Path::new(&setting(folder, &["home"])?)
        .parent()?
        .join("lib");
    libraries.join(library).is_file().then_some(libraries)
}

fn setting(folder: &Path, names: &[&str]) -> Option<String> {
    let settings = std::fs::read_to_string(folder.join("pyvenv.cfg")).ok()?;
    let mut pairs = settings.lines().filter_map(|line| line.split_once('='));
    let (_, value) = pairs.find(|(key, _)| names.contains(&key.trim()))?;
    Some(value.trim().to_owned())
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
