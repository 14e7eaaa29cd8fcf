//! What a run is configured with.

use cairo_vm::types::relocatable::Relocatable;

use crate::hint::inputs::SessionInputs;
use crate::placement::Surroundings;
use crate::vm::VmConfig;

/// Where a program's code starts.
pub const PROGRAM_BASE: Relocatable = Relocatable {
    segment_index: 0,
    offset: 0,
};

/// Where hints run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum HintPlacement {
    /// In Rust where that cannot be observed, else in Python.
    Auto,
    /// Every hint in Python.
    Python,
    /// Every hint in Rust; a hint that needs Python is an error.
    Native,
}

/// How a program is run.
#[derive(Clone, Debug)]
pub struct RunConfig {
    /// Layout, builtins, proof mode, trace.
    pub vm: VmConfig,
    /// Whether the run is verified to be secure.
    pub secure_run: bool,
    /// Whether the end of the program need not be reached: nothing is read from where it would have been.
    pub no_end: bool,
    /// Most steps of the run.
    pub max_steps: u64,
    /// Cells that the program's segment may have in the end of a verified function; 0 for the program's own.
    pub program_segment_size: usize,
    /// Whether steps are counted by call stack, for a profile or a report.
    pub counts_steps: bool,
    /// Where hints run.
    pub placement: HintPlacement,
    /// Whether the program's debug information is wanted as it was read, for which its text is kept.
    pub debug_info: bool,
    /// Whether objects of a client, whose code does anything, are among what hints find.
    pub foreign_objects: bool,
    /// What hints find, import and may do.
    pub hints: SessionInputs,
}

impl Default for RunConfig {
    /// As `cairo-run` without options; no limits.
    fn default() -> Self {
        Self {
            vm: VmConfig::default(),
            secure_run: true,
            no_end: false,
            max_steps: u64::MAX,
            program_segment_size: 0,
            counts_steps: false,
            placement: HintPlacement::Auto,
            debug_info: false,
            foreign_objects: false,
            hints: SessionInputs::default(),
        }
    }
}

impl RunConfig {
    /// What the hints of this run find beside the program.
    pub(crate) fn surroundings(&self) -> Surroundings {
        self.hints.surroundings(self.foreign_objects)
    }
}
