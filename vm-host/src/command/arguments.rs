//! The options of `vm-host run` exactly as typed. Every option of `cairo-run` is here under its own name, with
//! underscores, those that cannot work included, so that they are refused with advice rather than as unknown.
//! Our own have hyphens, as those of the other commands; either spelling works for each.

use super::sandbox::SandboxArgs;
use super::version::version;
use crate::run::{HintPlacement, Limits, wasm};
use crate::worker::HintLogLevel;
use cairo_vm::types::layout_name::LayoutName;
use clap::{ArgAction, Args, Command};
use hint_proto::v1::WasmLimits;
use std::ffi::OsString;
use std::path::PathBuf;

/// Runs a compiled Cairo program.
#[derive(Args, Clone, Debug)]
#[command(version = version(), disable_version_flag = true, rename_all = "snake_case")]
pub(crate) struct RunArgs {
    /// Print version
    #[arg(short = 'v', short_alias = 'V', long, action = ArgAction::Version)]
    pub version: Option<bool>,

    /// The compiled program, JSON; `-` for standard input
    #[arg(value_name = "PROGRAM.json")]
    pub program_path: Option<PathBuf>,

    /// The compiled program, JSON (same as the argument)
    #[arg(long, value_name = "FILE")]
    pub program: Option<PathBuf>,

    /// JSON file with the private input of the program, `program_input` in hints; `-` for standard input
    #[arg(long, value_name = "FILE")]
    pub program_input: Option<PathBuf>,

    /// Variables of the first scope of the hints: a JSON file, or `module:callable`, which returns a dict of any
    /// objects, called without arguments or with the program input if it takes one. May be given once as each
    #[arg(long, value_name = "FILE|MODULE:CALLABLE")]
    pub hint_locals: Vec<OsString>,

    /// Run a Cairo PIE instead of a program; with --secure_run this verifies the PIE
    #[arg(long, value_name = "FILE")]
    pub run_from_cairo_pie: Option<PathBuf>,

    /// Function where the run starts
    #[arg(long, value_name = "NAME", default_value = "main")]
    pub entrypoint: String,

    /// Layout of the Cairo AIR: which builtins there are
    #[arg(long, value_enum, value_name = "LAYOUT", default_value = "plain")]
    pub layout: LayoutName,

    /// JSON file with the parameters of the layout `dynamic`
    #[arg(long, value_name = "FILE")]
    pub cairo_layout_params_file: Option<PathBuf>,

    /// Run exactly this number of steps; without it, run to the end (in proof mode, then go on to a
    /// power of two)
    #[arg(long, value_name = "N")]
    pub steps: Option<u64>,

    /// Run at least this number of steps
    #[arg(long, value_name = "N")]
    pub min_steps: Option<u64>,

    /// Do not check that the program reached its end; needs --steps
    #[arg(long)]
    pub no_end: bool,

    /// When the run fails, stop there but still produce the outputs that exist
    #[arg(long)]
    pub debug_error: bool,

    /// Prepare a provable execution trace
    #[arg(long)]
    pub proof_mode: bool,

    /// Verify that the run is secure (the default, except in proof mode)
    #[arg(long, overrides_with = "no_secure_run")]
    pub secure_run: bool,

    /// Do not verify that the run is secure
    #[arg(long, overrides_with = "secure_run")]
    pub no_secure_run: bool,

    /// Run although the layout lacks a builtin of the program (default: in proof mode only)
    #[arg(
        long,
        value_name = "True|False",
        num_args = 0..=1,
        default_missing_value = "True",
        value_parser = parse_python_bool,
        action = ArgAction::Set,
    )]
    pub allow_missing_builtins: Option<bool>,

    /// Print the output of the program
    #[arg(long)]
    pub print_output: bool,

    /// Print steps, registers and builtin usage
    #[arg(long)]
    pub print_info: bool,

    /// Print the memory
    #[arg(long)]
    pub print_memory: bool,

    /// Print the segment relocation table
    #[arg(long)]
    pub print_segments: bool,

    /// Print memory and registers after relocation
    #[arg(long)]
    pub relocate_prints: bool,

    /// Write the trace here
    #[arg(long, value_name = "FILE")]
    pub trace_file: Option<PathBuf>,

    /// Write the memory here
    #[arg(long, value_name = "FILE")]
    pub memory_file: Option<PathBuf>,

    /// Write the Cairo PIE here
    #[arg(long, value_name = "FILE")]
    pub cairo_pie_output: Option<PathBuf>,

    /// Merge the extra segments in the written Cairo PIE
    #[arg(long)]
    pub merge_extra_segments: bool,

    /// Write the public input of the Cairo AIR here, JSON
    #[arg(long, value_name = "FILE")]
    pub air_public_input: Option<PathBuf>,

    /// Write the private input of the Cairo AIR here, JSON
    #[arg(long, value_name = "FILE")]
    pub air_private_input: Option<PathBuf>,

    /// Write a profile of steps and hint time here, for pprof
    #[arg(long, value_name = "FILE")]
    pub profile_output: Option<PathBuf>,

    /// Write counters and times of the run here, JSON
    #[arg(long, value_name = "FILE")]
    pub stats: Option<PathBuf>,

    /// Write a page that shows where the time went here, HTML; also when the run fails
    #[arg(long, value_name = "FILE.html")]
    pub report: Option<PathBuf>,

    /// Write what happens when here, while it happens, for Perfetto
    #[arg(long, value_name = "FILE")]
    pub timeline: Option<PathBuf>,

    /// Print the errors behind an error too
    #[arg(long)]
    pub show_trace: bool,

    /// Where hints run
    #[arg(long, value_enum, default_value = "auto")]
    pub hints: HintPlacement,

    /// Virtual environment that hints import from (default: the active one)
    #[arg(long = "python-env", value_name = "DIR")]
    pub python_env: Option<PathBuf>,

    /// Folder that hints import from, too; may be given several times
    #[arg(long = "import-path", value_name = "DIR")]
    pub import_path: Vec<PathBuf>,

    #[command(flatten)]
    pub sandbox: SandboxArgs,

    /// Longest time for one hint in seconds; 0 for no limit
    #[arg(long = "hint-timeout", value_name = "SECONDS", default_value_t = 600.0)]
    pub hint_timeout: f64,

    /// Show what hints log on stderr from this level on
    #[arg(long = "log-level", value_name = "LEVEL", value_enum, default_value_t = HintLogLevel::Info)]
    pub log_level: HintLogLevel,

    /// The hint worker's executable (default: `hint-worker` beside this executable)
    #[arg(long = "hint-worker", value_name = "FILE", env = "CAIROHINTS_WORKER")]
    pub hint_worker: Option<PathBuf>,

    /// Largest gap, in cells, that a hint may leave in a segment
    #[arg(
        long = "max-memory-gap",
        value_name = "CELLS",
        default_value_t = 1 << 24
    )]
    pub max_memory_gap: u64,

    /// Bytes of memory for the whole run, besides those of the hint worker (default: three quarters of the machine's)
    #[arg(long = "max-memory", value_name = "BYTES", value_parser = clap::value_parser!(u64).range(1..))]
    pub max_memory: Option<u64>,

    /// Most segments of the run
    #[arg(long = "max-segments", value_name = "COUNT", default_value_t = Limits::default().segments)]
    pub max_segments: u64,

    /// A WebAssembly module that hints in the language `wasm` may call by this name; may be repeated
    #[arg(long, value_name = "NAME=FILE", value_parser = parse_wasm_module)]
    pub wasm: Vec<(String, PathBuf)>,

    /// What WebAssembly modules may use up: fuel=UNITS and time=SECONDS for one hint, memory=BYTES,
    /// table=ELEMENTS, stack=BYTES; with commas between them
    #[arg(
        long = "wasm-limits",
        value_name = "NAME=NUMBER,...",
        value_parser = wasm::limits
    )]
    pub wasm_limits: Option<WasmLimits>,

    /// Refused: `cairo-run --tracer`
    #[arg(long, hide = true)]
    pub tracer: bool,

    /// Write the debug information of the run here, JSON, for the tracer of cairo-lang
    #[arg(long, value_name = "FILE")]
    pub debug_info_file: Option<PathBuf>,

    /// Accepted for scripts written for `cairo-run`, where it chooses a build of a library; does nothing
    #[arg(long, value_parser = ["Debug", "Release", "RelWithDebInfo"], hide = true)]
    pub flavor: Option<String>,

    /// Accepted for scripts written for `cairo-run`, where it lists modules for a build system; does nothing
    #[arg(long, hide = true)]
    pub python_dependencies: Option<PathBuf>,

    /// Show no progress line
    #[arg(long)]
    pub quiet: bool,
}

#[cfg(test)]
impl RunArgs {
    /// The arguments of a command line, of which the first word is the command.
    pub(super) fn of_words(words: impl IntoIterator<Item = String>) -> Result<Self, clap::Error> {
        let command = Self::augment_args(Command::new("run")).infer_long_args(true);
        let matches = with_both_spellings(command).try_get_matches_from(words)?;
        clap::FromArgMatches::from_arg_matches(&matches)
    }
}

/// Lets every option of a command and of its subcommands be written with hyphens and with underscores, whichever is
/// documented.
pub(super) fn with_both_spellings(command: Command) -> Command {
    let command = command.mut_args(|arg| {
        let long = arg.get_long().unwrap_or_default().to_owned();
        let others = [long.replace('-', "_"), long.replace('_', "-")];
        let other = others.into_iter().find(|other| *other != long);
        match other {
            Some(other) => arg.alias(other),
            None => arg,
        }
    });
    command.mut_subcommands(with_both_spellings)
}

fn parse_wasm_module(text: &str) -> Result<(String, PathBuf), String> {
    match text.split_once('=') {
        Some((name, file)) if !name.is_empty() && !file.is_empty() => {
            Ok((name.to_owned(), file.into()))
        }
        _ => Err("expected `NAME=FILE`".to_owned()),
    }
}

fn parse_python_bool(text: &str) -> Result<bool, String> {
    match text {
        "True" => Ok(true),
        "False" => Ok(false),
        _ => Err("expected `True` or `False`".to_string()),
    }
}
