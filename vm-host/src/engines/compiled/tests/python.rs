//! The same hints run by Python, in memory of a script's own.

use serde_json::{Value, json};

use super::Outcome;
use super::here::{Cell, DATA, FRAME, SEGMENTS, Setting};
use crate::engines::compiled::library::tests::python::ask;

/// What Python says of a hint.
pub(super) enum Answer {
    Ended(Outcome),
    Raised(String),
}

pub(super) fn run(settings: &[Setting]) -> Vec<Answer> {
    let lines = settings.iter().map(|setting| line(setting) + "\n");
    let segments = [SEGMENTS.to_string()];
    let answers = ask(include_str!("run_hints.py"), &segments, lines.collect());
    answers.lines().map(answer).collect()
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
        printed: answer["printed"].as_str().expect("a text").to_owned(),
        added: (number("added"), number("temporary")),
        same: same
            .map(|pair| pair.as_str().expect("a pair").to_owned())
            .collect(),
    })
}
