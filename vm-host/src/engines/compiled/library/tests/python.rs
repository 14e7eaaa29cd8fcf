//! Python, asked what it makes of many pieces of code.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};

use crate::engines::compiled::value::{Decline, Fuel, Value};
use crate::hexadecimal;

/// A piece of code that leaves its answer in `r`, and what we make of it.
pub(super) struct Case {
    /// What it is one of, to see that not all of them were declined.
    pub(super) kind: String,
    pub(super) code: String,
    pub(super) ours: Result<Value, Decline>,
}

/// How many cases of a test: so many, or as many as the environment says.
pub(super) fn cases(usual: usize) -> usize {
    let wanted = std::env::var("CAIROHINTS_FUZZ_EXECUTIONS").ok();
    wanted.map_or(usual, |wanted| wanted.parse().expect("a number of cases"))
}

/// That Python's answers are ours, where ours are any, and that of each kind not more were declined than the
/// share, in percent, allows.
#[track_caller]
pub(super) fn check(cases: &[Case], declined: &[(&str, usize)], usual: usize) {
    let answers = answers(cases);
    assert_eq!(answers.len(), cases.len(), "python gave as many answers");
    let mut wrong = Vec::new();
    let mut counts = std::collections::BTreeMap::<&str, (usize, usize)>::new();
    for (case, answer) in cases.iter().zip(&answers) {
        match &case.ours {
            Ok(value) if canonical(value) == *answer => {}
            Ok(value) => wrong.push(format!(
                "{}\n  ours:   {}\n  python: {answer}",
                case.code,
                canonical(value)
            )),
            Err(_) if answer.starts_with('!') => continue,
            Err(_) => counts.entry(&case.kind).or_default().1 += 1,
        }
        counts.entry(&case.kind).or_default().0 += 1;
    }
    let first: Vec<_> = wrong.iter().take(20).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        cases.len(),
        first.join("\n")
    );
    for (kind, (all, missing)) in counts {
        let share = missing * 100 / all;
        println!("{kind}: {all} answered by python, {share} % of them declined");
        let bound = declined
            .iter()
            .find(|(name, _)| *name == kind)
            .map_or(usual, |(_, bound)| *bound);
        assert!(
            share <= bound,
            "{kind}: {share} % declined, at most {bound} % allowed"
        );
    }
}

/// The Python of the tests' environment, or the machine's.
fn interpreter() -> Command {
    match std::env::var_os("CAIROHINTS_TEST_PYTHON_ENV") {
        Some(environment) => Command::new(Path::new(&environment).join("bin/python3")),
        None => Command::new("python3"),
    }
}

fn answers(cases: &[Case]) -> Vec<String> {
    let lines = cases
        .iter()
        .map(|case| serde_json::to_string(&case.code).expect("a line") + "\n");
    let answers = ask(include_str!("answer.py"), &[], lines.collect());
    answers.lines().map(str::to_owned).collect()
}

/// What a script writes that reads these lines. It finds `values.py` beside it, and the class of addresses as its
/// first argument.
pub(crate) fn ask(script: &str, arguments: &[String], lines: String) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("script.py");
    std::fs::write(&path, script).expect("a script");
    let values = folder.path().join("values.py");
    std::fs::write(values, include_str!("values.py")).expect("a module");
    let class = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../python-client/src/cairohints/engine/relocatable.py"
    );
    let mut python = interpreter()
        .args(["-W", "ignore"])
        .arg(&path)
        .arg(class)
        .args(arguments)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = python.stdin.take().expect("its input");
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().expect("its output");
    let written = writer.join().expect("a thread");
    assert!(output.status.success(), "python ended well");
    written.expect("all was written");
    String::from_utf8(output.stdout).expect("text")
}

/// A value as the script writes it.
pub(super) fn canonical(value: &Value) -> String {
    let joined = |items: &[Value]| items.iter().map(canonical).collect::<Vec<_>>().join(",");
    match value {
        Value::None => "None".to_owned(),
        Value::Boolean(true) => "True".to_owned(),
        Value::Boolean(false) => "False".to_owned(),
        Value::Integer(integer) => hexadecimal(integer),
        Value::Text(text) => {
            let codes: Vec<String> = text
                .chars()
                .map(|character| u32::from(character).to_string())
                .collect();
            format!("s{}", codes.join("."))
        }
        Value::Float(_) => value.repr(&mut Fuel::new(u64::MAX)).expect("a text"),
        Value::Bytes(found) => format!("x{}", hexadecimal::hexadecimal(found)),
        Value::Address(address) => format!("@{}:{}", address.segment_index, address.offset),
        Value::Tuple(items) => format!("({})", joined(items)),
        Value::List(items) => format!("[{}]", joined(&items.borrow())),
        Value::Range(_) => value.repr(&mut Fuel::new(u64::MAX)).expect("a text"),
        Value::Function(function) => function.name.to_owned(),
        Value::Dict(dict) => {
            let dict = dict.borrow();
            let entries = dict.iter();
            let entries: Vec<String> = entries
                .map(|(key, value)| format!("{}:{}", canonical(key), canonical(value)))
                .collect();
            format!("{{{}}}", entries.join(","))
        }
        Value::Module(name) => (*name).to_owned(),
        Value::Set(_)
        | Value::Iterator(_)
        | Value::View(..)
        | Value::Struct(_)
        | Value::Digest(_)
        | Value::Own(_) => {
            panic!("{value:?} is no answer")
        }
    }
}

/// A value as code.
pub(super) fn literal(value: &Value) -> String {
    let joined = |items: &[Value]| {
        items
            .iter()
            .map(|item| literal(item) + ",")
            .collect::<String>()
    };
    match value {
        Value::Integer(integer) => format!("({})", hexadecimal(integer)),
        Value::Address(address) => format!(
            "RelocatableValue({}, {})",
            address.segment_index, address.offset
        ),
        Value::Tuple(items) => format!("({})", joined(items)),
        Value::List(items) => format!("[{}]", joined(&items.borrow())),
        Value::Text(text) => serde_json::to_string(&**text).expect("a text"),
        Value::Float(_) => format!("({})", canonical(value)),
        Value::Bytes(found) => {
            let escaped = found.iter().map(|byte| format!("\\x{byte:02x}"));
            format!("b'{}'", escaped.collect::<String>())
        }
        _ => canonical(value),
    }
}

fn hexadecimal(integer: &crate::engines::compiled::value::Integer) -> String {
    let digits = integer
        .to_radix(16, &mut Fuel::new(u64::MAX))
        .expect("digits");
    match digits.strip_prefix('-') {
        Some(digits) => format!("-0x{digits}"),
        None => format!("0x{digits}"),
    }
}
