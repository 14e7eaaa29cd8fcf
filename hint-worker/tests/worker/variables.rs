//! Variables that hints of the host share with hints in Python: handed over, deleted, reported.

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    Effects, ExecuteHint, Failed, PythonHandover, PythonInputs, ScopeChange, Start, VariableReport,
};

use crate::dialogue::{Line, play, play_one};
use crate::host::module;
use crate::messages::{
    LINE, at_ap, done, execute, execution, felt, load, nothing, pointer, raised_in, start,
};
use Line::{Host as Says, Loaded, Worker as Hears};

/// The execution of a hint that takes variables over.
fn handed(hint_id: u32, variables_json: &str) -> Request {
    Request::ExecuteHint(ExecuteHint {
        python: Some(PythonHandover {
            variables_json: variables_json.to_owned(),
            report: None,
        }),
        ..execution(hint_id)
    })
}

/// The execution of a hint whose variables are asked for.
fn asked(hint_id: u32, names: &[&str], all_scopes: bool) -> Request {
    asks(hint_id, names, all_scopes, false)
}

fn asks(hint_id: u32, names: &[&str], all_scopes: bool, tampering: bool) -> Request {
    Request::ExecuteHint(ExecuteHint {
        python: Some(PythonHandover {
            variables_json: String::new(),
            report: Some(VariableReport {
                names: names.iter().map(|name| (*name).to_owned()).collect(),
                all_scopes,
                tampering,
            }),
        }),
        ..execution(hint_id)
    })
}

fn tells(variables_json: &str) -> Effects {
    Effects {
        variables_json: variables_json.to_owned(),
        ..nothing()
    }
}

#[test]
fn each_kind_is_handed_over() {
    let variables = r#"{
        "scopes": [{"a": {"same": 1}, "b": {"same": 0}, "c": {"tuple": [{"bool": true}, {"same": 0}]},
            "t": {"text": "\u2713\""}, "big": {"int": "-0xffffffffffffffffffffffffffffffffffffffff"},
            "f": {"import": ["builtins", "len"]}, "p": {"address": [1, 5]}, "n": {"none": true}}],
        "lists": [[{"int": "1"}], [{"same": 0}, {"same": 1}]]}"#;
    let code = "assert a[0] is b and a[1] is a and c == (True, [1]) and c[1] is b and t == '\u{2713}\"'\n\
                assert big == 1 - 2**160 and f is len and n is None; memory[ap] = p";
    play([(
        "all kinds",
        vec![
            Says(load([code, "pass"])),
            Loaded,
            Says(handed(0, variables)),
            Hears(done(at_ap(pointer(1, 5)))),
        ],
    )]);
}

#[test]
fn what_was_deleted_is_gone_before_the_hint() {
    let codes = [
        "a = b = 1",
        "memory[ap] = b + ('a' in globals())",
        "assert a == 3 and 'b' not in globals()",
    ];
    play([(
        "deletions and values",
        vec![
            Says(load(codes)),
            Loaded,
            Says(execute(0)),
            Hears(done(nothing())),
            Says(handed(1, r#"{"deleted": [[0, "a"]]}"#)),
            Hears(done(at_ap(felt(1)))),
            Says(handed(
                2,
                r#"{"deleted": [[0, "b"], [0, "a"]], "scopes": [{"a": {"int": "0x3"}}]}"#,
            )),
            Hears(done(nothing())),
        ],
    )]);
}

#[test]
fn variables_are_reported_when_they_are_asked_for() {
    let codes = [
        "a = 17; b = [a]; c = ('x', ap, None, True); del program_input",
        "vm_enter_scope({'a': a + 1}); a = 2**4096",
        "vm_exit_scope(); a = 5",
        "pass",
    ];
    let absent = r#"{"absent":true}"#;
    let elsewhere = r#"{"elsewhere":true}"#;
    let tuple = r#"{"tuple":[{"text":"x"},{"address":[1,10]},{"none":true},{"bool":true}]}"#;
    let first = format!(
        r#"[[0,{{"a":{{"int":"0x11"}},"b":{elsewhere},"c":{tuple},"program_input":{absent}}}]]"#
    );
    let change = |left, entered, variables: &str| {
        done(Effects {
            scopes: Some(ScopeChange { left, entered }),
            ..tells(variables)
        })
    };
    play([(
        "reports",
        vec![
            Says(load(codes)),
            Loaded,
            Says(asked(0, &["a", "b", "c", "program_input"], false)),
            Hears(done(tells(&first))),
            Says(asked(1, &["a"], false)),
            Hears(change(
                0,
                1,
                &format!(r#"[[0,{{"a":{elsewhere}}}],[1,{{"a":{{"int":"0x12"}}}}]]"#),
            )),
            Says(asked(2, &["a"], false)),
            Hears(change(1, 0, "[]")),
            // Nobody asked.
            Says(execute(3)),
            Hears(done(nothing())),
            Says(asked(3, &["a", "b"], true)),
            Hears(done(tells(&format!(
                r#"[[0,{{"a":{elsewhere},"b":{elsewhere}}}]]"#
            )))),
        ],
    )]);
    let raised = raised_in(
        &[(LINE, "<module>")],
        "builtins.ValueError",
        "no",
        at_ap(felt(0)),
    );
    // Of a hint that failed nothing is told.
    play([(
        "a failure",
        vec![
            Says(load([
                "a = 0",
                "memory[ap] = a; raise ValueError('no')",
                "pass",
            ])),
            Loaded,
            Says(execute(0)),
            Hears(done(nothing())),
            Says(asked(1, &["a"], false)),
            Hears(Response::Failed(Failed {
                hint_id: 1,
                ..raised
            })),
            Says(execute(2)),
            Hears(done(nothing())),
        ],
    )]);
}

#[test]
fn what_the_host_relies_on_is_watched() {
    let text = "ORDER = 12\ndef sure(value): return value + ORDER\n";
    let folder = module("relied", text);
    let relied_on = ["builtins:len", "relied:sure", "relied:ORDER=0xc"];
    let start = Start {
        python: Some(PythonInputs {
            import_paths: vec![folder.path().display().to_string()],
            relied_on: relied_on.map(str::to_owned).to_vec(),
            ..PythonInputs::default()
        }),
        ..start()
    };
    let told = |name: &str| {
        done(Effects {
            tampered: name.to_owned(),
            ..tells("[[0,{}]]")
        })
    };
    let codes = [
        "from relied import sure; f = (sure, len)",
        "pass",
        "import relied; relied.ORDER = 13",
        "relied.ORDER = 12; relied.sure = lambda value: value",
        "relied.sure = sure; import builtins; kept = len; builtins.len = max",
        "builtins.len = kept",
    ];
    let both = r#"{"tuple":[{"import":["relied","sure"]},{"import":["builtins","len"]}]}"#;
    play_one(
        "tampering",
        start,
        vec![
            Says(load(codes)),
            Loaded,
            Says(asked(0, &["f"], false)),
            Hears(done(tells(&format!(r#"[[0,{{"f":{both}}}]]"#)))),
            Says(asks(1, &[], false, true)),
            Hears(told("")),
            Says(asks(2, &[], false, true)),
            Hears(told("relied:ORDER")),
            Says(asks(3, &[], false, true)),
            Hears(told("relied:sure")),
            Says(asks(4, &[], false, true)),
            Hears(told("builtins:len")),
            Says(asks(5, &[], false, true)),
            Hears(told("")),
        ],
    );
}
