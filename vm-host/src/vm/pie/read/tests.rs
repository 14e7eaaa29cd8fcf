//! Zip files that are no Cairo PIE.

use std::io::{Cursor, Write};

use zip::ZipWriter;
use zip::write::FileOptions;

use super::*;
use crate::program::fuzzing::fuzz;

fn good_parts() -> Vec<(&'static str, Vec<u8>)> {
    let info = r#"{"index": 0, "size": 0}"#;
    let prime = Felt252::MAX.to_biguint() + 1_u32;
    let metadata = format!(
        r#"{{"program": {{"prime": {prime}, "data": [1], "builtins": [], "main": 0}},
        "program_segment": {info}, "execution_segment": {info}, "ret_fp_segment": {info},
        "ret_pc_segment": {info}, "builtin_segments": {{}}, "extra_segments": []}}"#
    );
    let resources = br#"{"n_steps": 1, "builtin_instance_counter": {}}"#;
    vec![
        (METADATA, metadata.into_bytes()),
        (MEMORY, Vec::new()),
        (ADDITIONAL_DATA, b"{}".to_vec()),
        (EXECUTION_RESOURCES, resources.to_vec()),
        (VERSION, br#"{"cairo_pie": "1.1"}"#.to_vec()),
    ]
}

fn zipped(parts: &[(&str, Vec<u8>)], method: CompressionMethod) -> Vec<u8> {
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let options = FileOptions::default().compression_method(method);
    for (name, content) in parts {
        zip.start_file(*name, options).unwrap();
        zip.write_all(content).unwrap();
    }
    zip.finish().unwrap().into_inner()
}

fn read_bytes(bytes: &[u8]) -> Result<Pie, PieError> {
    read(Cursor::new(bytes), bytes.len() as u64)
}

/// Reads the good parts after `change`.
fn read_changed(change: impl FnOnce(&mut Vec<(&'static str, Vec<u8>)>)) -> Result<Pie, PieError> {
    let mut parts = good_parts();
    change(&mut parts);
    read_bytes(&zipped(&parts, CompressionMethod::Deflated))
}

#[track_caller]
fn check(change: impl FnOnce(&mut Vec<(&'static str, Vec<u8>)>), text: &str) {
    let error = read_changed(change).expect_err("no PIE").to_string();
    assert!(error.contains(text), "{error}");
}

fn part<'a>(parts: &'a mut [(&'static str, Vec<u8>)], name: &str) -> &'a mut Vec<u8> {
    let part = parts.iter_mut().find(|(other, _)| *other == name);
    &mut part.expect("one of the parts").1
}

#[test]
fn good_parts_make_a_pie() {
    assert_eq!(read_changed(|_| {}).unwrap().version, "1.1");
    let old = read_changed(|parts| parts.truncate(4)).unwrap();
    assert_eq!(old.version, "1.0");
}

#[test]
fn other_files_are_refused() {
    for bytes in [&b""[..], b"P", b"{}", b"PK", b"PK\x03\x04 and then nothing"] {
        assert!(read_bytes(bytes).is_err());
    }
    let stored = zipped(&good_parts(), CompressionMethod::Stored);
    let error = read_bytes(&stored).expect_err("not compressed").to_string();
    assert_eq!(error, "Invalid compress type.");
}

#[test]
fn parts_have_fixed_names() {
    let text = "Invalid list of inner files in the CairoPIE zip.";
    check(|parts| parts.push(("more", Vec::new())), text);
    check(|parts| parts[1].0 = "../memory.bin", text);
    check(|parts| drop(parts.remove(0)), text);
    check(|parts| parts[4].0 = MEMORY, text);
    check(|parts| parts.extend(vec![("x", Vec::new()); 1000]), text);
}

#[test]
fn parts_cannot_unpack_to_much_more_than_the_file() {
    check(
        |parts| *part(parts, MEMORY) = vec![0; 40 << 16],
        "invalid `memory.bin`: it unpacks to more than 104",
    );
    check(
        |parts| part(parts, VERSION).resize(20_000, b' '),
        "invalid `version.json`: it unpacks to more than 10000 bytes",
    );
}

#[test]
fn parts_say_what_they_should() {
    let replace = |parts: &mut Vec<(&'static str, Vec<u8>)>, name, old: &str, new: &str| {
        let content = part(parts, name);
        let text = String::from_utf8(content.clone()).unwrap();
        assert!(text.contains(old));
        *content = text.replace(old, new).into_bytes();
    };
    check(
        |parts| replace(parts, VERSION, "1.1", "2.0"),
        "Incompatible Cairo-PIE version.",
    );
    let big = "9".repeat(1_000_000);
    for number in ["-1", "1.5", "1e9", big.as_str()] {
        check(
            |parts| replace(parts, METADATA, "[1]", &format!("[{number}]")),
            "invalid `metadata.json`: a number is not a field element",
        );
    }
    check(
        |parts| replace(parts, METADATA, "\"main\": 0", "\"main\": -1"),
        "invalid `metadata.json`",
    );
    check(
        |parts| {
            replace(
                parts,
                METADATA,
                "\"builtins\": []",
                "\"builtins\": [\"magic\"]",
            )
        },
        "unknown builtin `magic`",
    );
    let nested = "[".repeat(100_000);
    check(
        |parts| {
            let data = format!(r#"{{"output_builtin": {{"attributes": {nested}"#);
            *part(parts, ADDITIONAL_DATA) = data.into();
        },
        "recursion limit exceeded",
    );
    check(
        |parts| part(parts, MEMORY).push(0),
        "Data must consist of pairs",
    );
    check(
        |parts| part(parts, MEMORY).resize(40, 0),
        "Invalid memory cell address.",
    );
    check(
        |parts| {
            let memory = part(parts, MEMORY);
            memory.resize(8, 0);
            memory[7] = 0x80;
            memory.resize(40, 0x7f);
        },
        "a value is not a field element",
    );
    check(
        |parts| {
            let data = r#"{"output_builtin": {"pages": {"1": [0, 5]}, "attributes": {}}}"#;
            *part(parts, ADDITIONAL_DATA) = data.into();
        },
        "Invalid output builtin pages field.",
    );
}

#[test]
fn damaged_pies_are_refused() {
    let good = part(&mut good_parts(), METADATA).clone();
    // The parts, as the archive has a checksum of each.
    fuzz("pie", &[good], |bytes| {
        read_changed(|parts| *part(parts, METADATA) = bytes.to_vec()).is_ok()
    });
}
