//! What a file is that is not a compiled program.

use super::json::member_names;
use crate::program::error::ProgramError;
use crate::program::file_kind::file_kind;

/// Why the bytes could not be read as a program.
pub(super) fn not_a_program(bytes: &[u8], error: &serde_json::Error) -> ProgramError {
    use serde_json::error::Category;
    if error.to_string().starts_with("recursion limit exceeded") {
        return ProgramError::NestedTooDeeply(error.to_string());
    }
    match error.classify() {
        Category::Data => {
            other_kind(bytes).unwrap_or_else(|| ProgramError::Malformed(error.to_string()))
        }
        Category::Syntax | Category::Eof | Category::Io => match file_kind(bytes) {
            Some(found) => ProgramError::OtherKind {
                found,
                hint: match found {
                    "a Cairo PIE" => "run it with `vm-host run --run_from_cairo_pie`",
                    "Cairo source" => "compile it with cairo-compile, and pass its output",
                    _ => "pass the output of cairo-compile",
                },
            },
            None => ProgramError::NotJson(error.to_string()),
        },
    }
}

/// What the JSON is instead, if it is something that people often pass by mistake.
pub(super) fn other_kind(bytes: &[u8]) -> Option<ProgramError> {
    if bytes.trim_ascii_start().starts_with(b"[") {
        return Some(ProgramError::OtherKind {
            found: "a JSON list",
            hint: "pass the output of cairo-compile; what --abi wrote is not it",
        });
    }
    let names = member_names(bytes);
    let has = |name: &str| names.iter().any(|candidate| candidate == name);
    let cairo_1 = "this VM runs Cairo 0 programs, the output of cairo-compile";
    let sierra_file = has("version") && has("program") && !has("abi");
    let sierra = has("sierra_program") || has("type_declarations") || sierra_file;
    let (found, hint) = if sierra {
        ("a Sierra program (Cairo 1)", cairo_1)
    } else if has("bytecode") && has("entry_points_by_type") {
        ("a CASM contract class (Cairo 1)", cairo_1)
    } else if has("bytecode") {
        ("a CASM program (Cairo 1)", cairo_1)
    } else if has("program") && has("entry_points_by_type") {
        (
            "a Starknet contract class",
            "its member `program` is the compiled program",
        )
    } else {
        return None;
    };
    Some(ProgramError::OtherKind { found, hint })
}
