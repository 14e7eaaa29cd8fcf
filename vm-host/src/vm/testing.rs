//! What the unit tests of this module share: a runner for a program in `testdata`.

use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::program::Program;
use cairo_vm::types::relocatable::Relocatable;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use clap::ValueEnum;

/// A runner that stands before its first step, and where it ends.
pub(crate) fn load(
    program: &serde_json::Value,
    layout: &str,
    proof_mode: bool,
) -> (CairoRunner, Relocatable) {
    let program = Program::from_bytes(program.to_string().as_bytes(), Some("main")).unwrap();
    let layout = LayoutName::from_str(layout, false).unwrap();
    let mut runner = CairoRunner::new(&program, layout, None, proof_mode, true, false).unwrap();
    let end = runner.initialize(proof_mode).unwrap();
    (runner, end)
}
