//! The same hints run by Python, in memory of a script's own.

use std::io::Write as _;
use std::process::Stdio;

use serde_json::{Value, json};

use super::Outcome;
use super::here::{Cell, DATA, FRAME, SEGMENTS, Setting};
use crate::engines::compiled::library::tests::python::interpreter;

/// What Python says of a hint.
pub(super) enum Answer {
    Ended(Outcome),
    Raised(String),
}

pub(super) fn run(settings: &[Setting]) -> Vec<Answer> {
    let folder = tempfile::tempdir().expect("a folder");
    let script = folder.path().join("run_hints.py");
    std::fs::write(&script, include_str!("run_hints.py")).expect("a script");
    let class = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../python-client/src/cairohints/engine/relocatable.py"
    );
    let mut python = interpreter()
        .args(["-W", "ignore"])
        .arg(&script)
        .args([class, &SEGMENTS.to_string()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("python3 starts");
    let mut input = python.stdin.take().expect("its input");
    let lines: String = settings
        .iter()
        .map(|setting| line(setting) + "\n")
        .collect();
    let writer = std::thread::spawn(move || input.write_all(lines.as_bytes()));
    let output = python.wait_with_output().expect("its output");
    let written = writer.join().expect("a thread");
    assert!(output.status.success(), "python ended well");
    written.expect("all was written");
    let text = String::from_utf8(output.stdout).expect("text");
    text.lines().map(answer).collect()
}

fn line(setting: &Setting) -> String {
    let start = |(segment, start): (isize, usize), cells: &[(usize, Cell)]| -> Vec<Value> {
        let cell =
            |(offset, cell): &(usize, Cell)| json!([segment, start + offset, cell.literal()]);
        cells.iter().map(cell).collect()
    };
    let mut cells = start(FRAME, &setting.frame);
    cells.extend(start((DATA, 0), &setting.data));
    let variables = setting.variables.iter();
    let variables: Vec<Value> = variables
        .map(|(name, value)| json!([name, value.literal()]))
        .collect();
    json!({ "code": setting.code, "variables": variables, "cells": cells }).to_string()
}

fn answer(line: &str) -> Answer {
    let answer: Value = serde_json::from_str(line).expect("an answer");
    if let Some(error) = answer["raised"].as_str() {
        return Answer::Raised(error.to_owned());
    }
    let texts = |field: &str| {
        let entries = answer[field].as_object().expect("an object").iter();
        let text = |value: &Value| value.as_str().expect("a text").to_owned();
        entries
            .map(|(name, value)| (name.clone(), text(value)))
            .collect()
    };
    let number =
        |field: &str| usize::try_from(answer[field].as_u64().expect("a number")).expect("few");
    let same = answer["same"].as_array().expect("a list").iter();
    Answer::Ended(Outcome {
        variables: texts("variables"),
        writes: texts("writes"),
        added: (number("added"), number("temporary")),
        same: same
            .map(|pair| pair.as_str().expect("a pair").to_owned())
            .collect(),
    })
}
