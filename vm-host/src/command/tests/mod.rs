//! Whole runs of programs without hints, against what `cairo-run` printed and wrote.

mod edges;
mod harness;

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;

use cairo_vm::Felt252;
use cairo_vm::types::relocatable::Relocatable;
use flate2::Crc;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::run::Run;
use harness::{file, reference_words, run};

#[derive(Deserialize)]
struct Recorded {
    programs: BTreeMap<String, Value>,
    pies: BTreeMap<String, String>,
    layout_params: Value,
    signature: BTreeMap<String, String>,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Case {
    program: String,
    arguments: String,
    exit: i32,
    stdout: String,
    stderr: String,
    files: BTreeMap<String, Value>,
}

fn recorded() -> Recorded {
    serde_json::from_str(include_str!("../../vm/testdata/runs.json")).unwrap()
}

fn decode_base64(text: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    for group in text.trim_end_matches('=').as_bytes().chunks(4) {
        let mut bits = 0_u32;
        for &letter in group {
            let digit = match letter {
                b'A'..=b'Z' => letter - b'A',
                b'a'..=b'z' => letter - b'a' + 26,
                b'0'..=b'9' => letter - b'0' + 52,
                b'+' => 62,
                _ => 63,
            };
            bits = bits << 6 | u32::from(digit);
        }
        bits <<= 6 * (4 - group.len());
        bytes.extend_from_slice(&bits.to_be_bytes()[1..group.len()]);
    }
    bytes
}

fn digest(content: &[u8]) -> Value {
    let mut crc = Crc::new();
    crc.update(content);
    json!({"length": content.len(), "crc32": crc.sum()})
}

/// What the run wrote, in the form of the recording.
fn written(folder: &Path, expected: &BTreeMap<String, Value>) -> BTreeMap<String, Value> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let path = folder.join(&name);
        let content = fs::read(&path).unwrap();
        let value = match expected.get(&name) {
            _ if name == "pie" => pie_parts(&path),
            Some(Value::String(_)) => {
                let text = String::from_utf8(content).unwrap();
                text.replace(folder.to_str().unwrap(), "FOLDER").into()
            }
            _ => digest(&content),
        };
        files.insert(name, value);
    }
    files
}

fn pie_parts(path: &Path) -> Value {
    let mut archive = zip::ZipArchive::new(File::open(path).unwrap()).unwrap();
    let mut parts = serde_json::Map::new();
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let mut content = Vec::new();
        part.read_to_end(&mut content).unwrap();
        let value = if part.name() == "memory.bin" {
            digest(&content)
        } else {
            String::from_utf8(content).unwrap().into()
        };
        parts.insert(part.name().to_string(), value);
    }
    parts.into()
}

/// The reference VM names missing builtins in the order of a set.
fn without_set_order(text: &str) -> String {
    match text.split_once("Error: Builtins {") {
        Some(("", rest)) => {
            let (names, rest) = rest.split_once('}').unwrap();
            let mut names: Vec<_> = names.split(", ").collect();
            names.sort_unstable();
            format!("Error: Builtins {names:?}{rest}")
        }
        _ => text.to_string(),
    }
}

/// The hint of the program `signed`.
fn add_signature(run: &mut Run, signature: &BTreeMap<String, String>) {
    let number = |name: &str| Felt252::from_dec_str(&signature[name]).unwrap();
    let builtin = run.vm_mut().get_signature_builtin().unwrap();
    let address = Relocatable::from((builtin.base() as isize, 0));
    builtin
        .add_signature(address, &(number("r"), number("s")))
        .unwrap();
}

/// Runs one case; says what differs.
fn check(case: &Case, recorded: &Recorded, inputs: &BTreeMap<String, String>) -> Vec<String> {
    let folder = tempfile::tempdir().unwrap();
    let option = match case.program.starts_with("pie") {
        true => "--run_from_cairo_pie",
        false => "--program",
    };
    let mut words = vec![option.to_string(), inputs[&case.program].clone()];
    words.extend(case.arguments.split_whitespace().map(|word| {
        match word
            .strip_prefix('{')
            .and_then(|word| word.strip_suffix('}'))
        {
            Some("params") => inputs["params"].clone(),
            Some(name) => folder.path().join(name).to_str().unwrap().to_string(),
            None => word.to_string(),
        }
    }));
    let mut stdout = Vec::new();
    let hint = |run: &mut Run| {
        if case.program.starts_with("signed") {
            add_signature(run, &recorded.signature);
        }
    };
    let (exit, stderr) = match run(&words, hint, &mut stdout) {
        Ok(()) => (0, String::new()),
        Err(error) => (1, reference_words(&error)),
    };
    // Tracebacks are somebody else's.
    let expected_stderr = case.stderr.split("\nCairo traceback").next().unwrap();
    let mut differences = Vec::new();
    let mut compare = |what: &str, expected: &str, found: &str| {
        if expected != found {
            differences.push(format!(
                "{} {}: {what}\n--- expected\n{expected}\n--- found\n{found}",
                case.program, case.arguments
            ));
        }
    };
    compare("exit", &case.exit.to_string(), &exit.to_string());
    compare(
        "stderr",
        &without_set_order(expected_stderr),
        &without_set_order(&stderr),
    );
    compare("stdout", &case.stdout, &String::from_utf8(stdout).unwrap());
    let found = written(folder.path(), &case.files);
    for name in case.files.keys().chain(found.keys()) {
        let text = |value: Option<&Value>| value.map_or(String::new(), Value::to_string);
        compare(name, &text(case.files.get(name)), &text(found.get(name)));
    }
    differences
}

#[test]
fn runs_print_and_write_what_cairo_run_does() {
    let recorded = recorded();
    let folder = tempfile::tempdir().unwrap();
    let mut inputs = BTreeMap::new();
    for (name, program) in &recorded.programs {
        inputs.insert(name.clone(), file(folder.path(), name, program.to_string()));
    }
    for (name, pie) in &recorded.pies {
        inputs.insert(name.clone(), file(folder.path(), name, decode_base64(pie)));
    }
    let params = recorded.layout_params.to_string();
    inputs.insert("params".to_string(), file(folder.path(), "params", params));
    assert!(recorded.cases.len() > 60);
    let differences: Vec<_> = recorded
        .cases
        .iter()
        .flat_map(|case| check(case, &recorded, &inputs))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n\n"));
}
