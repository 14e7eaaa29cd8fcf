//! The options of one run, resolved and checked: defaults filled in, contradictions refused with the
//! reference VM's texts. Everything after this reads [`RunOptions`], never the raw arguments.

mod hint_locals;

pub(super) use hint_locals::HintLocals;

use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::time::Duration;

use cairo_vm::types::layout_name::LayoutName;
use hint_proto::v1::WasmLimits;

use super::arguments::RunArgs;
use super::sandbox::SandboxArgs;
use crate::account::machine_memory;
use crate::run::HintPlacement;
use crate::worker::{HintLogLevel, PythonEnvironment};

/// What to run and what to produce.
#[derive(Clone, Debug)]
pub(super) struct RunOptions {
    /// What is run.
    pub source: ProgramSource,
    /// JSON file that hints see as `program_input`; `{}` without it.
    pub program_input: Option<PathBuf>,
    /// Variables of the first scope of the hints.
    pub hint_locals: HintLocals,
    /// Function where the run starts.
    pub entrypoint: String,
    /// The layout.
    pub layout: LayoutName,
    /// Parameters of the layout `dynamic`; other layouts ignore them.
    pub layout_params_file: Option<PathBuf>,
    /// Exact number of steps.
    pub steps: Option<u64>,
    /// Least number of steps.
    pub min_steps: Option<u64>,
    /// Whether the end of the program need not be reached. Then `steps` is given.
    pub no_end: bool,
    /// Whether a failed run still produces the outputs that exist.
    pub debug_error: bool,
    /// Whether the trace must be provable.
    pub proof_mode: bool,
    /// Whether the run is verified to be secure.
    pub secure_run: bool,
    /// Whether the layout may lack builtins of the program.
    pub allow_missing_builtins: bool,
    /// What is printed.
    pub prints: Prints,
    /// What is written.
    pub outputs: OutputPaths,
    /// How hints run.
    pub hints: HintOptions,
    /// Bytes of memory for the run.
    pub max_memory: usize,
    /// Whether no progress line is shown.
    pub quiet: bool,
}

/// What is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ProgramSource {
    /// A compiled program, JSON.
    Program(PathBuf),
    /// The run of a Cairo PIE, again.
    CairoPie(PathBuf),
}

impl ProgramSource {
    /// The name of the file, without folders.
    pub(super) fn file_name(&self) -> String {
        let (Self::Program(path) | Self::CairoPie(path)) = self;
        path.file_name()
            .unwrap_or(path.as_os_str())
            .to_string_lossy()
            .into_owned()
    }
}

/// What is printed on stdout after the run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Prints {
    /// The memory.
    pub memory: bool,
    /// The output of the program.
    pub output: bool,
    /// Steps, registers and, in proof mode, builtin usage.
    pub info: bool,
    /// The segment relocation table.
    pub segments: bool,
    /// Whether memory and registers are printed relocated.
    pub relocated: bool,
}

/// The files that the run writes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct OutputPaths {
    /// The trace.
    pub trace: Option<PathBuf>,
    /// The memory.
    pub memory: Option<PathBuf>,
    /// The Cairo PIE.
    pub cairo_pie: Option<PathBuf>,
    /// Whether its extra segments are merged.
    pub merge_extra_segments: bool,
    /// The public input of the AIR.
    pub air_public_input: Option<PathBuf>,
    /// The private input of the AIR.
    pub air_private_input: Option<PathBuf>,
    /// The debug information of the program, relocated.
    pub debug_info: Option<PathBuf>,
    /// The profile.
    pub profile: Option<PathBuf>,
    /// The counters.
    pub stats: Option<PathBuf>,
    /// The page.
    pub report: Option<PathBuf>,
    /// The timeline.
    pub timeline: Option<PathBuf>,
}

/// How hints run.
#[derive(Clone, Debug)]
pub(super) struct HintOptions {
    /// In which language.
    pub placement: HintPlacement,
    /// The worker's executable, if not the one beside ours.
    pub worker: Option<PathBuf>,
    /// What hints import from.
    pub python_environment: PythonEnvironment,
    /// The folders beside these, and beside the program's.
    pub import_paths: Vec<PathBuf>,
    /// From which level on what they log is shown.
    pub log_level: HintLogLevel,
    /// What they are confined to.
    pub sandbox: SandboxArgs,
    /// Longest time for one hint; absent for no limit.
    pub timeout: Option<Duration>,
    /// Largest gap, in cells, that a hint may leave in a segment.
    pub max_memory_gap: u64,
    /// Most segments of the run.
    pub max_segments: u64,
    /// The modules that hints may call, and their files.
    pub wasm: Vec<(String, PathBuf)>,
    /// What these may use up.
    pub wasm_limits: Option<WasmLimits>,
}

/// An option that cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum OptionError {
    /// Options that contradict each other, in the reference VM's words.
    #[error("{0}")]
    Rule(&'static str),
    /// An option of `cairo-run` that is not supported.
    #[error("{option} is not supported\nhint: {advice}")]
    Refused {
        /// The option.
        option: &'static str,
        /// What to do instead.
        advice: &'static str,
    },
    /// A value out of range.
    #[error("invalid value `{value}` for {option}\nhint: {advice}")]
    Value {
        /// The option.
        option: &'static str,
        /// Its value.
        value: String,
        /// What is allowed.
        advice: &'static str,
    },
}

impl RunOptions {
    /// Resolves and checks the arguments. `environment` reads an environment variable.
    pub(super) fn resolve(
        args: RunArgs,
        environment: impl Fn(&str) -> Option<OsString>,
    ) -> Result<Self, OptionError> {
        refuse_unsupported(&args)?;
        let source = source(&args)?;
        check_rules(&args)?;
        let hint_locals = HintLocals::of(args.hint_locals)?;
        let from_stdin = [
            &args.program_input,
            &hint_locals.file,
            &args.program_path,
            &args.program,
        ];
        if from_stdin.into_iter().filter(|path| is_stdin(path)).count() > 1 {
            return Err(OptionError::Rule(
                "only one of the program, --program_input and --hint_locals can be read from standard input",
            ));
        }
        let timeout = timeout(args.hint_timeout)?;
        let python_environment = PythonEnvironment::of(args.python_env, environment("VIRTUAL_ENV"));
        let secure_run = match (args.secure_run, args.no_secure_run) {
            (true, _) => true,
            (_, true) => false,
            _ => !args.proof_mode,
        };
        Ok(Self {
            source,
            program_input: args.program_input,
            hint_locals,
            entrypoint: args.entrypoint,
            layout: args.layout,
            layout_params_file: args.cairo_layout_params_file,
            steps: args.steps,
            min_steps: args.min_steps,
            no_end: args.no_end,
            debug_error: args.debug_error,
            proof_mode: args.proof_mode,
            max_memory: args.max_memory.map_or_else(memory_by_default, |bytes| {
                usize::try_from(bytes).unwrap_or(usize::MAX)
            }),
            quiet: args.quiet,
            secure_run,
            allow_missing_builtins: args.allow_missing_builtins.unwrap_or(args.proof_mode),
            prints: Prints {
                memory: args.print_memory,
                output: args.print_output,
                info: args.print_info,
                segments: args.print_segments,
                relocated: args.relocate_prints,
            },
            outputs: OutputPaths {
                trace: args.trace_file,
                memory: args.memory_file,
                cairo_pie: args.cairo_pie_output,
                merge_extra_segments: args.merge_extra_segments,
                air_public_input: args.air_public_input,
                air_private_input: args.air_private_input,
                debug_info: args.debug_info_file,
                profile: args.profile_output,
                stats: args.stats,
                report: args.report,
                timeline: args.timeline,
            },
            hints: HintOptions {
                placement: args.hints,
                worker: args.hint_worker,
                python_environment,
                log_level: args.log_level,
                import_paths: args.import_path,
                sandbox: args.sandbox,
                timeout,
                max_memory_gap: args.max_memory_gap,
                max_segments: args.max_segments,
                wasm: args.wasm,
                wasm_limits: args.wasm_limits,
            },
        })
    }
}

/// As much as leaves room for the worker and for others.
fn memory_by_default() -> usize {
    machine_memory() / 4 * 3
}

fn is_stdin(path: &Option<PathBuf>) -> bool {
    path.as_deref() == Some(Path::new("-"))
}

fn source(args: &RunArgs) -> Result<ProgramSource, OptionError> {
    let exactly_one =
        OptionError::Rule("Exactly one of --program, --run_from_cairo_pie must be specified.");
    let given = (&args.program_path, &args.program, &args.run_from_cairo_pie);
    match given {
        (Some(path), None, None) | (None, Some(path), None) => {
            Ok(ProgramSource::Program(path.clone()))
        }
        (None, None, Some(path)) => Ok(ProgramSource::CairoPie(path.clone())),
        (Some(_), Some(_), None) => Err(OptionError::Rule(
            "the program is given twice, as an argument and with --program",
        )),
        _ => Err(exactly_one),
    }
}

fn check_rules(args: &RunArgs) -> Result<(), OptionError> {
    let from_pie = args.run_from_cairo_pie.is_some();
    // The reference VM compares truth values: a count of zero is like none.
    let positive = |count: Option<u64>| count.is_some_and(|count| count > 0);
    let dynamic = args.layout == LayoutName::dynamic;
    let rules = [
        (
            args.proof_mode && from_pie,
            "--proof_mode cannot be used with --run_from_cairo_pie.",
        ),
        (
            positive(args.steps) && positive(args.min_steps),
            "--steps and --min_steps cannot be both specified.",
        ),
        (
            args.cairo_pie_output.is_some() && args.no_end,
            "--no_end and --cairo_pie_output cannot be both specified.",
        ),
        (
            args.cairo_pie_output.is_some() && args.proof_mode,
            "--proof_mode and --cairo_pie_output cannot be both specified.",
        ),
        (
            args.air_public_input.is_some() && !args.proof_mode,
            "--air_public_input can only be used in proof_mode.",
        ),
        (
            args.air_private_input.is_some() && !args.proof_mode,
            "--air_private_input can only be used in proof_mode.",
        ),
        (
            dynamic && args.cairo_layout_params_file.is_none(),
            "--cairo_layout_params_file must be specified when --layout is dynamic.",
        ),
        (
            args.merge_extra_segments && args.cairo_pie_output.is_none(),
            "--merge_extra_segments is applicable only when --cairo_pie_output is specified.",
        ),
        (
            from_pie && (args.steps.is_some() || args.min_steps.is_some()),
            "--steps and --min_steps cannot be specified in --run_from_cairo_pie mode.",
        ),
        (
            args.no_end && args.steps.is_none(),
            "--steps must be specified when running with --no-end.",
        ),
        (
            args.air_private_input.is_some() && args.trace_file.is_none(),
            "--trace_file must be set when --air_private_input is set.",
        ),
        (
            args.air_private_input.is_some() && args.memory_file.is_none(),
            "--memory_file must be set when --air_private_input is set.",
        ),
    ];
    for (broken, text) in rules {
        if broken {
            return Err(OptionError::Rule(text));
        }
    }
    Ok(())
}

fn refuse_unsupported(args: &RunArgs) -> Result<(), OptionError> {
    let refused = [(
        args.tracer,
        "--tracer",
        "write --trace_file and --memory_file, then run `python -m starkware.cairo.lang.tracer.tracer` on them",
    )];
    for (given, option, advice) in refused {
        if given {
            return Err(OptionError::Refused { option, advice });
        }
    }
    Ok(())
}

fn timeout(seconds: f64) -> Result<Option<Duration>, OptionError> {
    if seconds == 0.0 {
        return Ok(None);
    }
    let duration = Duration::try_from_secs_f64(seconds);
    match duration {
        Ok(duration) if !duration.is_zero() => Ok(Some(duration)),
        _ => Err(OptionError::Value {
            option: "--hint-timeout",
            value: seconds.to_string(),
            advice: "give a number of seconds, or 0 for no limit",
        }),
    }
}

#[cfg(test)]
mod tests;
