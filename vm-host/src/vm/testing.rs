//! What the unit tests of this module share: runners for the programs in `testdata`, and a whole
//! `vm-host run` for programs without hints.

use crate::{
    cli::{ProgramSource, RunArgs, RunOptions},
    vm::{
        error_text::{END_NOT_REACHED, END_REACHED, Registers, explain},
        finish::{
            Ended, FinishError, PreparedRun, RunFailure, finish, initialize, initialize_pie,
            read_layout_params,
        },
        outputs::{OutputFiles, read_pie},
    },
};
use cairo_vm::{
    types::{layout_name::LayoutName, program::Program, relocatable::Relocatable},
    vm::runners::cairo_runner::CairoRunner,
};
use clap::{Parser, ValueEnum};
use std::{error::Error, fs, path::Path};

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

#[derive(Debug, Parser)]
struct Command {
    #[command(flatten)]
    run: RunArgs,
}

/// The options of a command line.
pub(crate) fn options(words: &[String]) -> Result<RunOptions, Box<dyn Error>> {
    let words = std::iter::once("run".to_string()).chain(words.iter().cloned());
    let args = Command::try_parse_from(words)?.run;
    Ok(RunOptions::resolve(args, |_| None)?)
}

/// Builds the run that the options ask for.
pub(crate) fn prepare(options: &RunOptions) -> Result<PreparedRun, Box<dyn Error>> {
    let params = match &options.layout_params_file {
        Some(file) => Some(read_layout_params(file)?),
        None => None,
    };
    match &options.source {
        ProgramSource::Program(path) => {
            let code = fs::read(path)?;
            let text = String::from_utf8_lossy(&code);
            let main = text.contains("__main__.main\"").then_some("main");
            let program = Program::from_bytes(&code, main)?;
            Ok(initialize(&program, options, params)?)
        }
        ProgramSource::CairoPie(path) => Ok(initialize_pie(read_pie(path)?, options, params)?),
    }
}

/// A whole run of a program without hints. `hint` is what a hint before the first step would do.
pub(crate) fn run(
    words: &[String],
    hint: impl FnOnce(&mut PreparedRun),
    stdout: &mut Vec<u8>,
) -> Result<(), Box<dyn Error>> {
    let options = options(words)?;
    let mut files = OutputFiles::prepare(&options.outputs)?;
    let mut prepared = prepare(&options)?;
    hint(&mut prepared);
    let ended = run_steps(&mut prepared, &options)?;
    finish(&mut prepared, &ended, &options, &mut files, stdout)?;
    files.publish()?;
    Ok(())
}

/// The steps of `cairo-run`, without hints.
pub(crate) fn run_steps(
    prepared: &mut PreparedRun,
    options: &RunOptions,
) -> Result<Ended, FinishError> {
    let pie_steps = prepared
        .pie
        .as_ref()
        .map(|pie| pie.execution_resources.n_steps);
    let steps = options.steps.or(pie_steps);
    let steps_to_end = options.steps_to_end().or(pie_steps);
    let mut ended = Ended {
        exact_steps: steps.is_some(),
        ..Ended::default()
    };
    if !options.no_end {
        let end = prepared.end;
        while prepared.runner.vm.get_pc() != end {
            if steps_to_end.is_some_and(|limit| current_step(prepared) >= limit) {
                return Err(failed(prepared, END_NOT_REACHED));
            }
            step(prepared, None)?;
        }
        if options.proof_mode {
            step(prepared, None)?;
        }
        ended.original_steps = Some(current_step(prepared));
    }
    for limit in [options.min_steps, steps].into_iter().flatten() {
        while current_step(prepared) < limit {
            let end = (!options.proof_mode).then_some(prepared.end);
            step(prepared, end)?;
        }
    }
    Ok(ended)
}

fn current_step(prepared: &PreparedRun) -> u64 {
    prepared.runner.vm.get_current_step() as u64
}

/// One step, which is an error at `last`.
fn step(prepared: &mut PreparedRun, last: Option<Relocatable>) -> Result<(), FinishError> {
    let vm = &mut prepared.runner.vm;
    if last == Some(vm.get_pc()) {
        return Err(failed(prepared, END_REACHED));
    }
    let before = Registers::of(vm);
    vm.step_instruction()
        .map_err(|error| FinishError::Step(explain(vm, before, &error)))
}

fn failed(prepared: &PreparedRun, text: &str) -> FinishError {
    let pc = prepared.runner.vm.get_pc();
    FinishError::Step(crate::vm::error_text::StepFailure {
        pc: pc.to_string(),
        address: Some(pc),
        text: text.to_string(),
    })
}

/// What stderr shows, without our own advice.
pub(crate) fn reference_words(error: &(dyn Error + 'static)) -> String {
    let failure = match error.downcast_ref::<FinishError>() {
        Some(FinishError::Run(failure)) => Some(failure),
        _ => error.downcast_ref::<RunFailure>(),
    };
    match failure {
        Some(failure) => RunFailure {
            hint: None,
            ..failure.clone()
        }
        .to_string(),
        None if error.is::<FinishError>() => error.to_string(),
        None => format!("Error: {error}"),
    }
}

/// Writes a file and gives its path as a word of a command line.
pub(crate) fn file(folder: &Path, name: &str, content: impl AsRef<[u8]>) -> String {
    let path = folder.join(name);
    fs::write(&path, content).unwrap();
    path.to_str().unwrap().to_string()
}
