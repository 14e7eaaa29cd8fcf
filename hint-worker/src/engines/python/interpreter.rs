//! Owns the start of the embedded CPython, so that it behaves like the user's own interpreter: same
//! environment, same standard library, a fixed hash seed, no signal handlers. Must not know what runs in
//! it.

use std::ffi::CString;
use std::os::unix::ffi::OsStrExt as _;
use std::path::{Path, PathBuf};

use pyo3::ffi;

use super::environment::{EnvironmentError, interpreter_of};

/// The interpreter could not be started.
#[derive(Debug, thiserror::Error)]
pub enum InterpreterError {
    /// The environment does not fit.
    #[error(transparent)]
    Environment(#[from] EnvironmentError),
    /// CPython refused its configuration.
    #[error("cannot start the embedded Python: `{0}`")]
    Python(String),
}

/// The minor version this worker embeds, such as `3.11`.
const EMBEDDED_VERSION: &str = env!("HINT_WORKER_PYTHON_VERSION");

/// Starts CPython as the interpreter of `environment`, or of the installation it was built with. The
/// calling thread holds it then.
///
/// # Errors
/// [`InterpreterError`] when the environment does not fit or CPython does not start.
pub(super) fn start(environment: Option<&Path>) -> Result<(), InterpreterError> {
    let home = library_home().unwrap_or_else(|| PathBuf::from(env!("HINT_WORKER_PYTHON_HOME")));
    let program = match environment {
        Some(folder) => interpreter_of(folder, EMBEDDED_VERSION)?,
        None => {
            let built_with = PathBuf::from(env!("HINT_WORKER_PYTHON"));
            if built_with.starts_with(&home) {
                built_with
            } else {
                home.join(format!("bin/python{EMBEDDED_VERSION}"))
            }
        }
    };
    let program = CString::new(program.as_os_str().as_bytes())
        .map_err(|_| InterpreterError::Python("the path has a NUL byte".to_owned()))?;
    // The standard library must be the linked libpython's own: another build of the same version may
    // have other modules inside. The environment's packages are found through the program's path.
    let home = CString::new(home.as_os_str().as_bytes())
        .map_err(|_| InterpreterError::Python("the path has a NUL byte".to_owned()))?;
    initialize(&program, &home)
}

/// The installation that the libpython of this process belongs to. Another machine may have it elsewhere than
/// where this binary was built.
fn library_home() -> Option<PathBuf> {
    let maps = std::fs::read_to_string("/proc/self/maps").ok()?;
    let name = format!("/libpython{EMBEDDED_VERSION}.so");
    let library = maps.lines().find_map(|line| {
        let path = &line[line.find('/')?..];
        path.contains(&name).then(|| PathBuf::from(path))
    })?;
    let standard_library = format!("lib/python{EMBEDDED_VERSION}/os.py");
    let mut above = library.ancestors().skip(1);
    above
        .find(|folder| folder.join(&standard_library).is_file())
        .map(Path::to_path_buf)
}

#[expect(
    unsafe_code,
    reason = "PyO3 has no safe way to choose the program name before CPython starts"
)]
fn initialize(program: &CString, home: &CString) -> Result<(), InterpreterError> {
    let mut config = std::mem::MaybeUninit::<ffi::PyConfig>::uninit();
    // SAFETY: `PyConfig_InitPythonConfig` fills every field before any is read; the other calls get
    // that initialised configuration, and it is cleared exactly once. CPython is not running yet and
    // this is the only thread.
    unsafe {
        ffi::PyConfig_InitPythonConfig(config.as_mut_ptr());
        let config = config.assume_init_mut();
        config.install_signal_handlers = 0;
        config.parse_argv = 0;
        config.use_hash_seed = 1;
        config.hash_seed = 0;
        let settings = [
            (&raw mut config.program_name, program),
            (&raw mut config.executable, program),
            (&raw mut config.home, home),
        ];
        let mut status = ffi::PyStatus_Ok();
        for (setting, value) in settings {
            if ffi::PyStatus_Exception(status) == 0 {
                status = ffi::PyConfig_SetBytesString(config, setting, value.as_ptr());
            }
        }
        if ffi::PyStatus_Exception(status) == 0 {
            status = ffi::Py_InitializeFromConfig(config);
        }
        ffi::PyConfig_Clear(config);
        if ffi::PyStatus_Exception(status) != 0 {
            let text = if status.err_msg.is_null() {
                "unknown error".to_owned()
            } else {
                std::ffi::CStr::from_ptr(status.err_msg)
                    .to_string_lossy()
                    .into_owned()
            };
            return Err(InterpreterError::Python(text));
        }
    }
    Ok(())
}
