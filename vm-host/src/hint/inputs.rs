//! What a session gets that does not come from the program. Must not know how it reaches the engine.

use std::path::PathBuf;
use std::time::Duration;

use hint_proto::v1::WasmInputs;

use super::limits::Limits;
use crate::placement::Surroundings;
use crate::worker::site_packages;

/// Inputs of a session that do not come from the program.
#[derive(Clone, Debug, Default)]
pub struct SessionInputs {
    /// `program_input`, JSON.
    pub program_input_json: String,
    /// Further hint locals, a JSON object.
    pub hint_locals_json: String,
    /// Static locals, a JSON object.
    pub static_locals_json: String,
    /// `module:callable` of the syscall handler.
    pub syscall_handler: String,
    /// `module:callable` that returns further hint locals, which may be any objects.
    pub hint_locals_callable: String,
    /// Folders that hints import from.
    pub import_paths: Vec<String>,
    /// The virtual environment that hints import from, as far as the host knows it.
    pub python_env: Option<PathBuf>,
    /// What hints in the host stand in for: `PythonInputs.relied_on`.
    pub relied_on: Vec<String>,
    /// Modules that hints in WebAssembly call, and what these may use up.
    pub wasm: WasmInputs,
    /// Longest run of one hint.
    pub hint_timeout: Option<Duration>,
    /// Caps on what hints may do.
    pub limits: Limits,
}

impl SessionInputs {
    /// What hints find beside the program, for those who place them. `foreign_objects` says whether there
    /// are objects of the client, whose code does anything.
    pub(crate) fn surroundings(&self, foreign_objects: bool) -> Surroundings {
        let locals = [
            self.hint_locals_json.as_str(),
            self.static_locals_json.as_str(),
        ];
        let mut surroundings = Surroundings::of_locals(&locals);
        if surroundings.variables.insert("program_input".to_owned()) {
            // Without an input hints find an empty one.
            let text = match self.program_input_json.as_str() {
                "" => "{}",
                text => text,
            };
            surroundings.program_input = Some(text.to_owned());
        }
        surroundings.foreign_objects |= foreign_objects;
        surroundings.made_objects = self.calls_for_objects();
        let paths = self.import_paths.iter().map(PathBuf::from);
        let of_the_shell = std::env::var_os("PYTHONPATH").unwrap_or_default();
        let environment = self.python_env.as_deref().and_then(site_packages);
        surroundings.import_folders = paths
            .chain(std::env::split_paths(&of_the_shell))
            .chain(environment)
            .collect();
        surroundings
    }

    /// Whether code of the user's makes objects for the hints before the first of them runs.
    pub(crate) fn calls_for_objects(&self) -> bool {
        !self.syscall_handler.is_empty() || !self.hint_locals_callable.is_empty()
    }
}
