//! Where the binaries under test and the Python environment for hints are. Nothing is skipped and nothing is
//! built when one is missing: the message says what to do. It must not start cargo, which waits for whoever
//! else builds.

use std::env;
use std::path::{Path, PathBuf};

/// Overrides the path of `vm-host`, and with it the folder of `hint-worker`.
pub const VM_HOST_VARIABLE: &str = "CAIROHINTS_VM_HOST";
/// The Python environment for hints that import cairo-lang.
pub const PYTHON_ENV_VARIABLE: &str = "CAIROHINTS_TEST_PYTHON_ENV";
/// The placement of hints (`--hints`); `python` unless set.
pub const PLACEMENT_VARIABLE: &str = "CAIROHINTS_TEST_PLACEMENT";

/// What builds everything that this module looks for.
const BUILD: &str = "cargo build --workspace --bins --examples";

/// The `vm-host` binary: from the environment, or of the same build as this test.
///
/// # Panics
/// If it does not exist.
pub fn vm_host() -> PathBuf {
    match env::var_os(VM_HOST_VARIABLE) {
        // Some tests change their working directory.
        Some(path) => existing(&std::path::absolute(path).unwrap_or_default()),
        None => existing(&build_folder().join("vm-host")),
    }
}

/// The `hint-worker` binary beside [`vm_host`].
///
/// # Panics
/// If it does not exist.
pub fn hint_worker() -> PathBuf {
    existing(&vm_host().with_file_name("hint-worker"))
}

/// An example of a crate of the workspace, of the same build as this test.
///
/// # Panics
/// If it does not exist.
pub fn example(name: &str) -> PathBuf {
    existing(&build_folder().join("examples").join(name))
}

/// `target/<profile>`: the running test is in `deps` below it.
fn build_folder() -> PathBuf {
    let test = env::current_exe().expect("a running test has a path");
    let folder = test.parent().and_then(Path::parent);
    folder.expect("a test lies in `deps`").to_owned()
}

fn existing(path: &Path) -> PathBuf {
    assert!(
        path.is_file(),
        "there is no `{}`\n\
         hint: run `{BUILD}` with the profile of this test first, or name vm-host with {VM_HOST_VARIABLE}",
        path.display()
    );
    path.to_owned()
}

/// The Python environment to pass on, if one is set.
pub fn python_env() -> Option<PathBuf> {
    env::var_os(PYTHON_ENV_VARIABLE).map(PathBuf::from)
}

/// The Python environment of a test that cannot do without cairo-lang.
///
/// # Errors
/// If none is set; the text says what to do.
pub fn cairo_lang_env() -> Result<PathBuf, String> {
    python_env().ok_or_else(|| {
        format!(
            "there is no cairo-lang\nhint: set {PYTHON_ENV_VARIABLE} to an environment that has it, as `tests/run` does"
        )
    })
}

/// What `--hints` gets.
pub fn placement() -> String {
    env::var(PLACEMENT_VARIABLE).unwrap_or_else(|_| "python".to_owned())
}
