//! A program that drives cairo-vm itself and gets Python hints by another hint processor.
//!
//!     cargo run -p vm-host --example hint_processor -- program.json [layout]

use std::error::Error;

use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::types::program::Program;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use vm_host::PythonHintProcessor;
use vm_host::processor::ProcessorOptions;

/// Runs `main` of a compiled program; returns what it wrote to the output builtin.
///
/// # Errors
/// Whatever keeps it from running, the exception of a hint included.
pub(crate) fn run(
    program_json: &[u8],
    layout: LayoutName,
    options: ProcessorOptions,
) -> Result<(String, PythonHintProcessor), Box<dyn Error>> {
    let program = Program::from_bytes(program_json, Some("main"))?;
    // Where there was `BuiltinHintProcessor::new_empty()`.
    let mut hints = PythonHintProcessor::new(program_json, options)?;

    let mut runner = CairoRunner::new(&program, layout, None, false, false, false)?;
    let end = runner.initialize(false)?;
    runner.run_until_pc(end, &mut hints)?;
    hints.end_run(&mut runner.vm)?;
    runner.end_run(false, false, &mut hints, false)?;
    runner.read_return_values(false)?;

    let mut output = String::new();
    runner.vm.write_output(&mut output)?;
    Ok((output, hints))
}

#[allow(dead_code, reason = "the test uses the rest")]
fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let path = arguments
        .next()
        .ok_or("usage: hint_processor PROGRAM.json [LAYOUT]")?;
    let layout = match arguments.next() {
        Some(name) => serde_json::from_value(name.into())?,
        None => LayoutName::small,
    };
    let options = ProcessorOptions {
        python_env: std::env::var_os("VIRTUAL_ENV").map(Into::into),
        ..ProcessorOptions::default()
    };
    let (output, hints) = run(&std::fs::read(path)?, layout, options)?;
    print!("{output}");
    let (rust, python) = hints.executed();
    eprintln!("{rust} hints in Rust, {python} in Python");
    Ok(())
}
