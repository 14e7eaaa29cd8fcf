//! A program with one hint before its first instruction, written as `cairo-compile` writes it, so that
//! a test can say what the hint does where it checks what happens.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};
use tempfile::TempDir;

/// The JSON of a program whose `main` allocates one local, `x`, runs `code`, and returns.
pub(crate) fn json_of(code: &str) -> Value {
    json_of_hints(&[code])
}

/// The same with several hints, one after the other.
fn json_of_hints(codes: &[&str]) -> Value {
    let reference = json!({
        "ap_tracking_data": {"group": 0, "offset": 1}, "pc": 2, "value": "[cast(fp, felt*)]"
    });
    let hint = |code: &&str| {
        json!({
            "accessible_scopes": ["__main__", "__main__.main"], "code": code,
            "flow_tracking_data": {
                "ap_tracking": {"group": 0, "offset": 1},
                "reference_ids": {"__main__.main.x": 0}
            }
        })
    };
    json!({
        "attributes": [], "builtins": [], "compiler_version": "0.14.0.1",
        "data": ["0x40780017fff7fff", "0x1", "0x208b7fff7fff7ffe"],
        "debug_info": null,
        "hints": {"2": codes.iter().map(hint).collect::<Vec<_>>()},
        "identifiers": {
            "__main__.main": {"decorators": [], "pc": 0, "type": "function"},
            "__main__.main.x": {
                "cairo_type": "felt", "full_name": "__main__.main.x",
                "references": [reference.clone()], "type": "reference"
            }
        },
        "main_scope": "__main__",
        "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
        "reference_manager": {"references": [reference]}
    })
}

/// A program in a folder of its own.
pub(crate) struct HintProgram {
    folder: TempDir,
}

impl HintProgram {
    /// The program whose hint is `code`.
    pub(crate) fn new(code: &str) -> Self {
        Self::of(&json_of(code).to_string())
    }

    /// The program with these hints, one after the other.
    pub(crate) fn of_hints(codes: &[&str]) -> Self {
        Self::of(&json_of_hints(codes).to_string())
    }

    /// A program file with this text.
    pub(crate) fn of(text: &str) -> Self {
        let folder = TempDir::new().unwrap();
        std::fs::write(folder.path().join("program.json"), text).unwrap();
        Self { folder }
    }

    /// The program file.
    pub(crate) fn path(&self) -> PathBuf {
        self.folder.path().join("program.json")
    }

    /// Its folder.
    pub(crate) fn folder(&self) -> &Path {
        self.folder.path()
    }
}
