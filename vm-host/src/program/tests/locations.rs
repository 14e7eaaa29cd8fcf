//! Places in sources: every row of `testdata/locations.json`, recorded from the reference VM.

use std::sync::Arc;

use serde_json::Value;

use crate::program::places::{InputFile, Location, SourceFiles};
use crate::program::raised::trim_end;

const TABLE: &str = include_str!("../testdata/locations.json");

fn location(content: Option<&str>, filename: &str, place: [u32; 4]) -> Location {
    let [start_line, start_col, end_line, end_col] = place;
    let filename = Some(filename.into());
    let input_file = Arc::new(InputFile {
        filename,
        content: content.map(Arc::from),
    });
    Location {
        start_line,
        start_col,
        end_line,
        end_col,
        input_file,
        parent_location: None,
    }
}

#[test]
fn places_are_shown_as_the_reference_vm_shows_them() {
    let table: Value = serde_json::from_str(TABLE).expect("the table is JSON");
    let rows = table["places"].as_array().expect("rows");
    assert!(rows.len() >= 200, "only {} rows", rows.len());
    for row in rows {
        let place: Vec<u32> = serde_json::from_value(row[1].clone()).expect("a place");
        let place = place.try_into().expect("four numbers");
        let location = location(row[0].as_str(), "a.cairo", place);
        let found = location.to_string_with_content("message", SourceFiles::Ignored);
        assert_eq!(row[2].as_str(), Some(found.as_str()), "{row}");
    }
}

#[test]
fn white_space_is_stripped_as_python_strips_it() {
    let table: Value = serde_json::from_str(TABLE).expect("the table is JSON");
    for row in table["spaces"].as_array().expect("rows") {
        let code = row[0]
            .as_u64()
            .and_then(|code| u32::try_from(code).ok())
            .expect("a code");
        let text = format!("x{}", char::from_u32(code).expect("a character"));
        assert_eq!(row[1], trim_end(&text) == "x", "{code:#x}");
    }
}

#[test]
fn files_are_read_only_when_allowed() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("a.cairo");
    std::fs::write(&path, "one\ntwo\n").expect("a file");
    let path = path.to_str().expect("a path");
    let place = [2, 1, 2, 4];
    let shown = |name: &str, files| location(None, name, place).to_string_with_content("m", files);
    assert_eq!(
        shown(path, SourceFiles::Read),
        format!("{path}:2:1: m\ntwo\n^*^")
    );
    assert_eq!(shown(path, SourceFiles::Ignored), format!("{path}:2:1: m"));
    for unreadable in ["", "no/such/file", "/", "/dev/zero", "a\0b"] {
        assert_eq!(
            shown(unreadable, SourceFiles::Read),
            format!("{unreadable}:2:1: m")
        );
    }
    std::fs::write(path, [b'a', 0xff, b'\n', b'b']).expect("a file");
    assert_eq!(
        shown(path, SourceFiles::Read),
        format!("{path}:2:1: m"),
        "not UTF-8"
    );
}

#[test]
fn claims_without_measure_stay_small() {
    let line = "x".repeat(1 << 20);
    let place = [1, u32::MAX - 1, 1, u32::MAX];
    let shown =
        location(Some(&line), &line, place).to_string_with_content("m", SourceFiles::Ignored);
    assert!(shown.len() < 1 << 18, "{} bytes", shown.len());
}
