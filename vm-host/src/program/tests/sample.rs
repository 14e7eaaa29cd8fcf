//! A small program that has a bit of everything.

use serde_json::{Value, json};

/// The program, as the compiler would write it.
pub(super) fn sample() -> Value {
    let location = |line: u32| {
        json!({
            "start_line": line, "start_col": 5, "end_line": line, "end_col": 9,
            "input_file": { "filename": "a.cairo" },
        })
    };
    let mut expanded = location(3);
    expanded["parent_location"] = json!([location(2), "While expanding the reference 'x' in:"]);
    let scopes = json!(["__main__", "__main__.main"]);
    let flow = json!({
        "ap_tracking": { "group": 0, "offset": 2 },
        "reference_ids": {
            "__main__.main.x": 0, "__main__.main.p": 1, "__main__.main.s": 2, "__main__.main.m": 3,
        },
    });
    let hint = |code: &str| json!({ "code": code, "accessible_scopes": scopes, "flow_tracking_data": flow });
    let reference = |value: &str| json!({ "pc": 0, "value": value, "ap_tracking_data": { "group": 0, "offset": 1 } });
    let named = |name: &str| {
        json!({
            "type": "reference", "full_name": format!("__main__.main.{name}"),
            "cairo_type": "felt", "references": [],
        })
    };
    json!({
        "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
        "builtins": ["output", "range_check"],
        "data": ["0x480680017fff8000", "0x5", "0x208b7fff7fff7ffe"],
        "main_scope": "__main__",
        "compiler_version": "0.14.0.1",
        "identifiers": {
            "__main__.main": { "type": "function", "pc": 0, "decorators": [] },
            "__main__.main.end": { "type": "label", "pc": 2 },
            "__main__.C": { "type": "const", "value": -5 },
            "__main__.A": { "type": "alias", "destination": "__main__.C" },
            "__main__.N": { "type": "namespace" },
            "__main__.N.D": { "type": "const", "value": 7 },
            "__main__.T": { "type": "type_definition", "cairo_type": "(a: felt, b: felt*)" },
            "__main__.S": {
                "type": "struct", "full_name": "__main__.S", "size": 2,
                "members": {
                    "next": { "offset": 1, "cairo_type": "__main__.S*" },
                    "value": { "offset": 0, "cairo_type": "felt" },
                },
            },
            "__main__.main.x": named("x"),
            "__main__.main.p": named("p"),
            "__main__.main.s": named("s"),
            "__main__.main.m": named("m"),
        },
        "reference_manager": {
            "references": [
                reference("[cast(ap + (-1), felt*)]"),
                reference("cast([fp + 3], felt*)"),
                reference("[cast(fp, __main__.S*)]"),
                reference("cast(fp, __main__.S*)[1].next.value * 2 - 'a'"),
            ],
        },
        "hints": { "0": [hint("first"), hint("second")], "2": [hint("third")] },
        "attributes": [{
            "name": "error_message", "value": "x is {x}, p is {p}", "start_pc": 0, "end_pc": 2,
            "accessible_scopes": scopes, "flow_tracking_data": flow,
        }],
        "debug_info": {
            "file_contents": { "a.cairo": "one\ntwo line\nthree line\nfour line\n" },
            "instruction_locations": {
                "0": {
                    "inst": expanded, "accessible_scopes": scopes, "flow_tracking_data": flow,
                    "hints": [{ "location": location(4), "n_prefix_newlines": 1 }, null],
                },
                "2": { "inst": location(4), "hints": [] },
            },
        },
    })
}
