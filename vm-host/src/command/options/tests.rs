//! Arguments in, options or the exact error out.

use super::*;

fn try_parse(line: &str) -> Result<RunArgs, clap::Error> {
    let words = std::iter::once("run").chain(line.split_whitespace());
    RunArgs::of_words(words.map(str::to_owned))
}

fn parse(line: &str) -> RunArgs {
    try_parse(line).unwrap()
}

fn resolve(line: &str) -> Result<RunOptions, OptionError> {
    RunOptions::resolve(parse(line), |_| None)
}

#[track_caller]
fn check_error(line: &str, expected: &str) {
    let error = resolve(line).expect_err("the options contradict each other");
    assert_eq!(error.to_string(), expected, "{line}");
}

#[test]
fn defaults_follow_proof_mode() {
    let plain = resolve("p.json").unwrap();
    assert_eq!(plain.source, ProgramSource::Program("p.json".into()));
    assert!(plain.secure_run && !plain.allow_missing_builtins);
    assert_eq!(plain.layout, LayoutName::plain);
    assert_eq!(plain.hints.timeout, Some(Duration::from_secs(600)));

    let proof = resolve("--program p.json --proof_mode --steps 64").unwrap();
    assert!(!proof.secure_run && proof.allow_missing_builtins);
    assert_eq!(proof.steps, Some(64));
}

#[test]
fn both_spellings_work() {
    let underscores = resolve("p.json --print_output --trace_file t --no_secure_run").unwrap();
    let hyphens = resolve("p.json --print-output --trace-file t --no-secure-run").unwrap();
    for options in [underscores, hyphens] {
        assert!(options.prints.output && !options.secure_run);
        assert_eq!(options.outputs.trace.as_deref(), Some(Path::new("t")));
    }
}

#[test]
fn options_can_be_abbreviated_while_that_is_clear() {
    let short = resolve("p.json --print_o --trace_f t --proof --cairo_layout p").unwrap();
    assert!(short.prints.output && short.proof_mode);
    assert_eq!(short.outputs.trace.as_deref(), Some(Path::new("t")));
    for unclear in ["--print", "--air_p=x", "--no"] {
        assert!(
            try_parse(&format!("p.json {unclear}")).is_err(),
            "{unclear}"
        );
    }
}

#[test]
fn what_does_nothing_here_is_accepted() {
    assert!(
        resolve("p.json --flavor Release --python_dependencies d --quiet")
            .unwrap()
            .quiet
    );
    assert!(try_parse("p.json --flavor Other").is_err());
}

#[test]
fn standard_input_is_read_once() {
    assert!(resolve("- --program_input i").is_ok());
    check_error(
        "--program - --program_input -",
        "only one of the program, --program_input and --hint_locals can be read from standard input",
    );
}

#[test]
fn missing_builtins_flag_takes_an_optional_python_bool() {
    assert!(
        resolve("p.json --allow_missing_builtins")
            .unwrap()
            .allow_missing_builtins
    );
    let off = resolve("--allow_missing_builtins False --program p.json --proof_mode").unwrap();
    assert!(!off.allow_missing_builtins);
    let maybe = "p.json --allow_missing_builtins maybe";
    assert!(try_parse(maybe).is_err());
}

#[test]
fn the_last_secure_run_option_wins() {
    assert!(
        resolve("p.json --no_secure_run --secure_run")
            .unwrap()
            .secure_run
    );
    assert!(
        !resolve("p.json --secure_run --no_secure_run")
            .unwrap()
            .secure_run
    );
}

#[test]
fn contradictions_use_the_reference_texts() {
    let one = "Exactly one of --program, --run_from_cairo_pie must be specified.";
    check_error("", one);
    check_error("p.json --run_from_cairo_pie p.zip", one);
    check_error(
        "--run_from_cairo_pie p.zip --proof_mode",
        "--proof_mode cannot be used with --run_from_cairo_pie.",
    );
    check_error(
        "p.json --steps 3 --min_steps 4",
        "--steps and --min_steps cannot be both specified.",
    );
    check_error(
        "p.json --cairo_pie_output p.zip --no_end",
        "--no_end and --cairo_pie_output cannot be both specified.",
    );
    check_error(
        "p.json --cairo_pie_output p.zip --proof_mode",
        "--proof_mode and --cairo_pie_output cannot be both specified.",
    );
    check_error(
        "p.json --air_public_input x",
        "--air_public_input can only be used in proof_mode.",
    );
    check_error(
        "p.json --air_private_input x",
        "--air_private_input can only be used in proof_mode.",
    );
    check_error(
        "p.json --merge_extra_segments",
        "--merge_extra_segments is applicable only when --cairo_pie_output is specified.",
    );
    check_error(
        "--run_from_cairo_pie p.zip --steps 3",
        "--steps and --min_steps cannot be specified in --run_from_cairo_pie mode.",
    );
    check_error(
        "p.json --no_end",
        "--steps must be specified when running with --no-end.",
    );
    check_error(
        "p.json --proof_mode --air_private_input x",
        "--trace_file must be set when --air_private_input is set.",
    );
    check_error(
        "p.json --proof_mode --air_private_input x --trace_file t",
        "--memory_file must be set when --air_private_input is set.",
    );
}

#[test]
fn a_zero_count_does_not_contradict_another_one() {
    assert!(resolve("p.json --steps 0 --min_steps 4").is_ok());
}

#[test]
fn options_that_cannot_work_are_refused_with_advice() {
    let error = resolve("p.json --tracer").expect_err("refused").to_string();
    assert!(error.contains("is not supported\nhint: "), "{error}");
}

#[test]
fn the_python_environment_says_who_named_it() {
    let active = |name: &str| (name == "VIRTUAL_ENV").then(|| "/venv".into());
    let options = RunOptions::resolve(parse("p.json"), active).unwrap();
    assert_eq!(
        options.hints.python_environment,
        PythonEnvironment::Active("/venv".into())
    );
    let options = RunOptions::resolve(parse("p.json --python-env e"), active).unwrap();
    assert_eq!(
        options.hints.python_environment,
        PythonEnvironment::Named("e".into())
    );
}

#[test]
fn the_timeout_is_a_positive_number_or_zero() {
    assert_eq!(
        resolve("p.json --hint-timeout 0").unwrap().hints.timeout,
        None
    );
    let half = resolve("p.json --hint-timeout 0.5").unwrap();
    assert_eq!(half.hints.timeout, Some(Duration::from_millis(500)));
    for value in ["-1", "nan", "inf", "1e30", "1e-30"] {
        assert!(
            resolve(&format!("p.json --hint-timeout={value}")).is_err(),
            "{value}"
        );
    }
}
