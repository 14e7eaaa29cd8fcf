//! What loads, what does not, and the line that says why.

use cairo_vm::Felt252;
use cairo_vm::hint_processor::builtin_hint_processor::builtin_hint_processor_definition::BuiltinHintProcessor;
use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::layout_name::LayoutName;
use cairo_vm::vm::runners::cairo_runner::CairoRunner;
use hint_proto::v1::definition::Access;
use serde_json::{Value, json};

use super::sample::sample;
use crate::program::{CompiledProgram, MAX_PROGRAM_BYTES, ProgramError};

fn load(document: &Value) -> Result<CompiledProgram, ProgramError> {
    CompiledProgram::from_json(document.to_string().as_bytes())
}

/// The error line of the sample with one place changed.
fn error_with(pointer: &str, value: Value) -> String {
    let mut document = sample();
    *document.pointer_mut(pointer).expect(pointer) = value;
    load(&document).expect_err(pointer).to_string()
}

fn check(bytes: &[u8], expected: &str) {
    let found = CompiledProgram::from_json(bytes)
        .expect_err(expected)
        .to_string();
    assert!(
        found.starts_with(expected),
        "expected {expected}\nfound    {found}"
    );
}

#[test]
fn a_program_loads_whole() {
    let program = load(&sample()).expect("the sample loads");
    assert_eq!(
        program.builtins(),
        [BuiltinName::output, BuiltinName::range_check]
    );
    assert_eq!(program.data()[1], Felt252::from(5));
    assert_eq!(program.compiler_version(), Some("0.14.0.1"));
    assert_eq!(program.main(), Ok(0));
    assert_eq!((program.start(), program.end()), (0, None));
    assert_eq!(program.label("main"), Some(0));
    assert_eq!(program.label("main.end"), Some(2));
    assert_eq!(program.label("__main__.main.end"), Some(2));
    for no_label in ["C", "nope", "", "..", "main.end.x", "S"] {
        assert_eq!(program.label(no_label), None, "{no_label}");
    }
    let hints: Vec<_> = program
        .hints()
        .iter()
        .map(|h| (h.id, h.pc, h.index, &*h.code))
        .collect();
    assert_eq!(
        hints,
        [(0, 0, 0, "first"), (1, 0, 1, "second"), (2, 2, 0, "third")]
    );
    assert_eq!(program.hints_at(0).len(), 2);
    assert_eq!(program.hints_at(1).len(), 0);
    assert_eq!(program.attributes()[0].value, "x is {x}, p is {p}");
    let wire = program.to_wire(&program.hints()[0]);
    let location = wire.location.expect("a location");
    assert_eq!(
        (&*wire.language, &*wire.code, wire.id),
        ("python", "first", 0)
    );
    let place = (
        &*location.filename,
        location.start_line,
        location.prefix_newlines,
    );
    assert_eq!(place, ("a.cairo", 4, 1));
    assert_eq!(
        program.to_wire(&program.hints()[1]).location,
        None,
        "null in the file"
    );
    assert_eq!(
        program.to_wire(&program.hints()[2]).location,
        None,
        "missing in the file"
    );
}

#[test]
fn hints_are_numbered_in_the_order_of_the_file() {
    let text = sample().to_string();
    let hints = sample()["hints"].clone();
    let (zero, two) = (hints["0"].to_string(), hints["2"].to_string());
    let swapped = text.replace(&hints.to_string(), &format!(r#"{{"2":{two},"0":{zero}}}"#));
    assert_ne!(text, swapped);
    let program = CompiledProgram::from_json(swapped.as_bytes()).expect("it loads");
    let hints: Vec<_> = program
        .hints()
        .iter()
        .map(|h| (h.id, h.pc, &*h.code))
        .collect();
    assert_eq!(hints, [(0, 2, "third"), (1, 0, "first"), (2, 0, "second")]);
    assert_eq!(program.hints_at(0)[1].id, 2);
}

#[test]
fn old_and_edited_files_load() {
    let mut document = sample();
    for optional in ["main_scope", "compiler_version", "attributes", "debug_info"] {
        document
            .as_object_mut()
            .expect("an object")
            .remove(optional);
    }
    document["unknown"] = json!({ "anything": [1, 2.5, null] });
    document["hints"]["2"] = sample()["hints"]["2"][0].clone();
    document["identifiers"]["__main__.main.x"] = json!({ "type": "reference" });
    document["identifiers"]["__main__.later"] = json!({ "type": "not yet invented" });
    document["attributes"] = Value::Null;
    let program = load(&document).expect("it loads");
    assert_eq!(program.hints_at(2)[0].code, "third");
    assert_eq!(program.compiler_version(), None);
    assert!(program.debug_info().is_none() && program.attributes().is_empty());

    let twice = document.to_string();
    let twice = format!(
        r#"{},"builtins":["ecdsa"],"hints":{{}}}}"#,
        &twice[..twice.len() - 1]
    );
    let program = CompiledProgram::from_json(twice.as_bytes()).expect("it loads");
    assert_eq!(
        program.builtins(),
        [BuiltinName::ecdsa],
        "the last one counts"
    );
    assert!(program.hints().is_empty());
}

#[test]
fn constants_keep_their_value() {
    let values = [
        ("-5", "-5"),
        ("1e3", "1000"),
        ("1.9", "1"),
        ("-0", "0"),
        (&"9".repeat(100), &"9".repeat(100)),
    ];
    for (written, expected) in values {
        let text = sample()
            .to_string()
            .replace("\"value\":-5", &format!("\"value\":{written}"));
        let program = CompiledProgram::from_json(text.as_bytes()).expect(written);
        let definition = program.resolve(&program.hints()[0], "", "A").definition;
        assert_eq!(
            definition.access,
            Some(Access::Constant(expected.to_owned())),
            "{written}"
        );
    }
    let text = sample()
        .to_string()
        .replace("\"value\":-5", &format!("\"value\":{}", "9".repeat(5000)));
    check(
        text.as_bytes(),
        "malformed program: constant `__main__.C` is not an integer",
    );
    let text = sample()
        .to_string()
        .replace("\"value\":-5", "\"value\":1e999");
    check(
        text.as_bytes(),
        "malformed program: constant `__main__.C` is not an integer",
    );
}

#[test]
fn the_vm_gets_code_and_entry_points_only() {
    let mut document = sample();
    document["identifiers"]["__main__.C"]["value"] = json!(-7);
    document["identifiers"]["__main__.__start__"] = json!({ "type": "label", "pc": 1 });
    document["identifiers"]["__main__.__end__"] = json!({ "type": "label", "pc": 3 });
    document["identifiers"]["__main__.entry"] =
        json!({ "type": "alias", "destination": "__main__.main.end" });
    let program = load(&document).expect("it loads");
    assert_eq!((program.start(), program.end()), (1, Some(3)));
    let vm = program.cairo_vm_program(None).expect("a program");
    assert_eq!((vm.data_len(), vm.builtins_len()), (3, 2));
    assert!(
        vm.shared_program_data
            .hints_collection
            .iter_hints()
            .next()
            .is_none()
    );
    assert!(vm.shared_program_data.reference_manager.is_empty() && vm.constants.is_empty());
    let pc = |name: &str| vm.get_identifier(name).and_then(|identifier| identifier.pc);
    let names = ["__main__.main", "__main__.__start__", "__main__.__end__"];
    assert_eq!(names.map(pc), [Some(0), Some(1), Some(3)]);
    assert_eq!(vm.get_stripped_program().expect("main is set").main, 0);
    let other = program
        .cairo_vm_program(Some("entry"))
        .expect("an alias of a label");
    assert_eq!(other.get_stripped_program().expect("main is set").main, 2);
    let error = program
        .cairo_vm_program(Some("nope"))
        .expect_err("no such function");
    assert_eq!(
        error.to_string(),
        "the program has no function or label `nope`"
    );
    document["identifiers"]
        .as_object_mut()
        .expect("identifiers")
        .remove("__main__.main");
    let program = load(&document).expect("main is not needed to load");
    assert_eq!(program.main(), Err(ProgramError::NoMain));
    let vm = program
        .cairo_vm_program(None)
        .expect("main is not needed to build");
    assert!(vm.get_stripped_program().is_err());
}

#[test]
fn the_vm_runs_what_it_gets() {
    let program = load(&sample()).expect("it loads");
    let program = program.cairo_vm_program(None).expect("a program");
    let runner = CairoRunner::new(&program, LayoutName::small, None, false, false, false);
    let mut runner = runner.expect("a runner");
    let end = runner.initialize(false).expect("it starts");
    let mut hints = BuiltinHintProcessor::new_empty();
    runner.run_until_pc(end, &mut hints).expect("it ends");
    let last = (runner.vm.get_ap() - 1).expect("an address");
    let value = runner.vm.get_integer(last).expect("a felt").into_owned();
    assert_eq!(value, Felt252::from(5));
}

#[test]
fn the_main_scope_is_where_main_is() {
    let mut document = sample();
    let main = document["identifiers"]["__main__.main"].clone();
    document["identifiers"]
        .as_object_mut()
        .expect("identifiers")
        .remove("__main__.main");
    document["identifiers"]["main"] = main;
    let program = load(&document).expect("it loads");
    assert_eq!(program.main(), Err(ProgramError::NoMain));
    assert_eq!(program.label("main"), Some(0), "by its full name");
}

#[test]
fn what_is_no_program_is_named() {
    check(
        b"",
        "the file is empty, not a compiled Cairo 0 program\nhint: pass the output of cairo-compile",
    );
    check(
        b"# a comment\n%lang starknet",
        "the file is Cairo source, not a compiled Cairo 0 program\nhint: compile it with cairo-compile",
    );
    check(
        b"{\"prime\": }",
        "the program is not valid JSON: expected value",
    );
    check(
        b" [{\"type\": \"function\"}]",
        "the file is a JSON list, not a compiled Cairo 0 program",
    );
    check(
        b"null",
        "malformed program: invalid type: null, expected an object",
    );
    check(
        b"{}",
        "not a compiled Cairo 0 program: missing `prime`, `builtins`, `data`",
    );
    check(
        br#"{"prime":"0x1","data":[],"builtins":[],"hints":{}}"#,
        "not a compiled Cairo 0 program: missing `identifiers`, `reference_manager`",
    );
    check(
        b"PK\x03\x04 and so on",
        "the file is a zip archive, not a compiled Cairo 0 program",
    );
    check(
        b"PK\x03\x04 and so on memory.bin and so on",
        "the file is a Cairo PIE, not a compiled Cairo 0 program\nhint: run it with `vm-host run",
    );
    check(b"\x7fELF\x02", "the file is an executable (ELF), not");
    check(b"\x1f\x8b\x08", "the file is compressed (gzip), not");
    check(b"<!DOCTYPE html>", "the file is a web page or XML, not");
    check(b"\x00\xff\xfe", "the file is binary data, not");
    check(
        b"nothing known",
        "the program is not valid JSON: expected ident at line 1",
    );
    let sierra = "the file is a Sierra program (Cairo 1), not a compiled Cairo 0 program";
    check(
        br#"{"sierra_program":["0x1"],"contract_class_version":"0.1.0"}"#,
        sierra,
    );
    check(br#"{"version":1,"program":{"funcs":[]}}"#, sierra);
    check(
        br#"{"type_declarations":[],"libfunc_declarations":[]}"#,
        sierra,
    );
    check(
        br#"{"prime":"0x8","bytecode":["0x1"],"hints":[[0,[]]],"entry_points_by_type":{}}"#,
        "the file is a CASM contract class (Cairo 1)",
    );
    check(
        br#"{"bytecode":["0x1"],"hints":[[0,[]]]}"#,
        "the file is a CASM program (Cairo 1)",
    );
    check(
        br#"{"abi":[],"entry_points_by_type":{},"program":{}}"#,
        "the file is a Starknet contract class",
    );
    let open = r#"{"parent_location":["#.repeat(100);
    let close = r#","m"]}"#.repeat(100);
    let deep = format!(
        r#"{{"debug_info":{{"instruction_locations":{{"0":{{"inst":{open}{{}}{close}}}}}}}}}"#
    );
    check(
        deep.as_bytes(),
        "the program's JSON is nested too deeply: recursion limit exceeded",
    );
    check(
        &vec![0; MAX_PROGRAM_BYTES + 1],
        "the program has `268435457` bytes",
    );
}

#[test]
fn what_is_wrong_is_named() {
    let prime = "0x800000000000011000000000000000000000000000000000000000000000001";
    let errors = [
        (
            "/prime",
            json!("0x11"),
            &*format!("the program's prime is `0x11`, but the VM's is `{prime}`"),
        ),
        ("/builtins/1", json!("sha256"), "unknown builtin `sha256`"),
        (
            "/builtins/1",
            json!("output"),
            "builtin `output` is listed twice",
        ),
        (
            "/data/1",
            json!(prime),
            &*format!("the word at pc `1` is not a felt: `{prime}`"),
        ),
        (
            "/data/1",
            json!("5"),
            "the word at pc `1` is not a felt: `5`",
        ),
        (
            "/data/1",
            json!("0x"),
            "the word at pc `1` is not a felt: `0x`",
        ),
        (
            "/data/1",
            json!("0x-1"),
            "the word at pc `1` is not a felt: `0x-1`",
        ),
        (
            "/data/1",
            json!(5),
            "malformed program: invalid type: integer `5`, expected a string",
        ),
        (
            "/reference_manager/references/1/value",
            json!("[cast(fp + , felt)]"),
            "reference `1` does not parse: unexpected `,` at 1:12 in `[cast(fp + , felt)]`",
        ),
        (
            "/reference_manager/references/0",
            json!({}),
            "malformed program: reference `0` has no value",
        ),
        (
            "/hints/0/0/flow_tracking_data/reference_ids/__main__.main.p",
            json!(4),
            "the hint at pc `0` uses reference `4` of `__main__.main.p`, but the program has `4` references",
        ),
        (
            "/attributes/0/flow_tracking_data/reference_ids/__main__.main.p",
            json!(-1),
            "the attribute at pc `0` uses reference `-1` of `__main__.main.p`, but the program has `4` references",
        ),
        (
            "/hints/0/0/code",
            Value::Null,
            "malformed program: the hint at pc `0` has no code",
        ),
        (
            "/hints/0/0/accessible_scopes/0",
            json!("a..b"),
            "invalid name `a..b`",
        ),
        (
            "/hints/0/0/accessible_scopes",
            json!(vec!["a"; 300]),
            "the program has `300` accessible scopes at one place, more than the limit of `256`",
        ),
        (
            "/identifiers/__main__.S/members/value/cairo_type",
            json!("felt felt"),
            "the type of `__main__.S.value` does not parse: unexpected `felt` at 1:6 in `felt felt`",
        ),
        (
            "/identifiers/__main__.S/size",
            json!(-1),
            "malformed program: `__main__.S` has the size or offset `-1`",
        ),
        (
            "/identifiers/__main__.main.end/pc",
            json!(4),
            "`__main__.main.end` is at pc `4`, outside the program of `3` words",
        ),
        (
            "/identifiers/__main__.N",
            json!({}),
            "malformed program: identifier `__main__.N` has no type",
        ),
        (
            "/identifiers/__main__.A/destination",
            json!(".x"),
            "invalid name `.x`",
        ),
        (
            "/attributes/0/name",
            Value::Null,
            "malformed program: an attribute has no name, value, start or end",
        ),
    ];
    for (pointer, value, expected) in errors {
        let found = error_with(pointer, value);
        assert!(found.starts_with(expected), "{pointer}: {found}");
    }
    for pc in ["3", "-1", "x", "", "99999999999999999999999"] {
        let found = error_with("/hints", json!({ pc: [] }));
        assert_eq!(
            found,
            format!("a hint is at pc `{pc}`, outside the program of `3` words")
        );
    }
    for name in ["", "a..b", ".", &"a.".repeat(300)] {
        let found = error_with("/identifiers", json!({ name: { "type": "namespace" } }));
        assert!(found.starts_with("invalid name `"), "{name}: {found}");
    }
}
