//! What a VM is built with.

use cairo_vm::types::layout::CairoLayoutParams;
use cairo_vm::types::layout_name::LayoutName;

/// What a VM is built with.
#[derive(Clone, Debug)]
pub struct VmConfig {
    /// The layout.
    pub layout: LayoutName,
    /// The parameters of the layout `dynamic`; other layouts ignore them.
    pub layout_params: Option<CairoLayoutParams>,
    /// Whether the trace must be provable.
    pub proof_mode: bool,
    /// Whether the layout may lack builtins of the program.
    pub allow_missing_builtins: bool,
    /// Whether the trace is kept. In proof mode it always is: padding and AIR inputs are made from it.
    pub trace: bool,
}

impl VmConfig {
    /// Whether the VM records its trace.
    #[must_use]
    pub fn keeps_trace(&self) -> bool {
        self.trace || self.proof_mode
    }
}

impl Default for VmConfig {
    /// As `cairo-run` without config.
    fn default() -> Self {
        Self {
            layout: LayoutName::plain,
            layout_params: None,
            proof_mode: false,
            allow_missing_builtins: false,
            trace: false,
        }
    }
}
