//! Hint scopes: entered and left by hints and by the host's own hints, read, counted at the end.

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    Effects, EndRun, ExecuteHint, Failed, PythonHandover, ReadScopes, RunEnded, ScopeChange,
};

use crate::dialogue::{Line, play};
use crate::messages::{
    AP, LINE, address, at_ap, done, execute, execution, felt, load, nothing, pointer, raised_in,
    read_scopes, run, scopes, writes,
};
use Line::{Host as Says, Loaded, Worker as Hears};

const INPUT: [&str; 3] = ["program_input", "dict", "{}"];

fn change(left: u32, entered: u32) -> Effects {
    Effects {
        scopes: Some(ScopeChange { left, entered }),
        ..nothing()
    }
}

/// The execution of a hint after hints of the host left and entered scopes.
fn execute_after(hint_id: u32, left: u32, entered: u32) -> Request {
    Request::ExecuteHint(ExecuteHint {
        scopes: Some(ScopeChange { left, entered }),
        ..execution(hint_id)
    })
}

fn ends(scope_depth: u32) -> [Line; 2] {
    [
        Says(Request::EndRun(EndRun::default())),
        Hears(Response::RunEnded(RunEnded {
            scope_depth,
            ..RunEnded::default()
        })),
    ]
}

#[test]
fn hints_enter_and_leave_scopes() {
    let mut lines = vec![
        Says(load([
            "n = 1; vm_enter_scope({'n': 2, 'm': [ap]}); k = n",
            "n += 1; memory[ap] = n",
            "vm_exit_scope(); vm_enter_scope(); vm_enter_scope()",
            "vm_exit_scope(); vm_exit_scope()",
            "memory[ap] = n",
            "vm_exit_scope()",
        ])),
        Loaded,
        Says(execute(0)),
        Hears(done(change(0, 1))),
        Says(execute(1)),
        Hears(done(at_ap(felt(3)))),
        Says(read_scopes(1000)),
        Hears(scopes([
            &[INPUT, ["n", "int", "1"], ["k", "int", "1"]],
            &[
                ["n", "int", "3"],
                [
                    "m",
                    "list",
                    "[RelocatableValue(segment_index=1, offset=10)]",
                ],
            ],
        ])),
        Says(execute(2)),
        Hears(done(change(1, 2))),
    ];
    lines.extend(ends(3));
    lines.extend([
        Says(execute(3)),
        Hears(done(change(2, 0))),
        Says(Request::ExecuteHint(ExecuteHint {
            ap: Some(address(1, AP as i64 + 1)),
            ..execution(4)
        })),
        Hears(done(writes([run(1, AP + 1, &[felt(1)])]))),
        Says(execute(5)),
        Hears(Response::Failed(Failed {
            hint_id: 5,
            ..raised_in(
                &[(LINE, "<module>")],
                "builtins.AssertionError",
                "Cannot exit main scope.",
                nothing(),
            )
        })),
    ]);
    lines.extend(ends(1));
    play([("scopes of hints", lines)]);
}

/// Hints that ran in the host have scopes, too: both sides are as deep, variables stay on their side.
#[test]
fn scopes_of_the_host_are_followed() {
    let mut lines = vec![
        Says(load(["n = 5", "memory[ap] = 'n' in globals()"])),
        Loaded,
        Says(execute(0)),
        Hears(done(nothing())),
        Says(execute_after(1, 0, 2)),
        Hears(done(at_ap(felt(0)))),
    ];
    lines.extend(ends(3));
    lines.extend([
        Says(Request::ReadScopes(ReadScopes {
            max_text_bytes: 100,
            scopes: Some(ScopeChange {
                left: 2,
                entered: 1,
            }),
            ..ReadScopes::default()
        })),
        Hears(scopes([&[INPUT, ["n", "int", "5"]], &[]])),
        Says(Request::ExecuteHint(ExecuteHint {
            ap: Some(address(1, AP as i64 + 1)),
            scopes: Some(ScopeChange {
                left: 1,
                entered: 0,
            }),
            ..execution(1)
        })),
        Hears(done(writes([run(1, AP + 1, &[felt(1)])]))),
    ]);
    lines.extend(ends(1));
    play([("scopes of the host's hints", lines)]);
}

#[test]
fn variables_are_handed_over_before_the_hint() {
    let variables = r#"{"dict_managers": [], "scopes": [{"n": {"int": "12"}}, {"p": {"address": [1, 5]},
        "d": {"dict": [[{"int": "1"}, {"list": [{"none": null}]}]]}}]}"#;
    play([(
        "into two scopes",
        vec![
            Says(load(["memory[ap] = p; assert d == {1: [None]}", "pass"])),
            Loaded,
            Says(Request::ExecuteHint(ExecuteHint {
                scopes: Some(ScopeChange {
                    left: 0,
                    entered: 1,
                }),
                python: Some(PythonHandover {
                    variables_json: variables.to_owned(),
                    report: None,
                }),
                ..execution(0)
            })),
            Hears(done(at_ap(pointer(1, 5)))),
            Says(read_scopes(100)),
            Hears(scopes([
                &[INPUT, ["n", "int", "12"]],
                &[
                    [
                        "p",
                        "RelocatableValue",
                        "RelocatableValue(segment_index=1, offset=5)",
                    ],
                    ["d", "dict", "{1: [None]}"],
                ],
            ])),
        ],
    )]);
}

/// Texts are cut to bytes, at the end of a character; a variable whose text cannot be had says why.
#[test]
fn texts_of_variables_are_cut() {
    let code = "class Mute:\n    def __repr__(self): raise OSError('mute')\n\
                a = 'x' * 10**6\nb = '\u{e9}' * 9\nc = Mute()\ndel Mute";
    play([(
        "long texts",
        vec![
            Says(load([code])),
            Loaded,
            Says(execute(0)),
            Hears(done(nothing())),
            Says(read_scopes(6)),
            Hears(scopes([&[
                INPUT,
                ["a", "str", "'xxxxx"],
                ["b", "str", "'\u{e9}\u{e9}"],
                ["c", "Mute", "<repr "],
            ]])),
            Says(read_scopes(0)),
            Hears(scopes([&[
                ["program_input", "dict", ""],
                ["a", "str", ""],
                ["b", "str", ""],
                ["c", "Mute", ""],
            ]])),
        ],
    )]);
}
