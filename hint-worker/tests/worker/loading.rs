//! `LoadHints`: the names that a hint's code mentions, and code that does not compile.

use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Failed, FailureKind, Hint, HintNames, HintsLoaded, PythonException};

use crate::dialogue::{Line, play};
use crate::messages::{at_ap, done, execute, felt, hint, load, load_request, loaded};
use Line::{Host as Says, Worker as Hears};

fn not_compiled(hint_id: u32, class_path: &str, message: &str, traceback: &str) -> Response {
    Response::Failed(Failed {
        kind: FailureKind::Compile.into(),
        hint_id,
        message: message.to_owned(),
        python: Some(PythonException {
            traceback: traceback.to_owned(),
            class_path: class_path.to_owned(),
            exit_code: 0,
            missing_lines: Vec::new(),
        }),
        ..Failed::default()
    })
}

#[test]
fn names_are_those_that_the_code_mentions() {
    play([
        ("no hints", vec![Says(load([])), Hears(loaded([]))]),
        (
            "each hint has its own, each name is there once, nested functions count",
            vec![
                Says(load([
                    "pass",
                    "ids.x = memory[ap] + memory[ids.y]",
                    "def f(a):\n    return [a.b.c for _ in d()]",
                ])),
                Hears(loaded([
                    &[],
                    &["memory", "ap", "ids", "y", "x"],
                    &["f", "d", "b", "c"],
                ])),
            ],
        ),
        (
            "hints may come in parts",
            vec![
                Says(load(["memory[ap] = 1"])),
                Hears(loaded([&["memory", "ap"]])),
                Says(load_request(vec![hint(9, "memory[ap] = 2")])),
                Hears(Response::HintsLoaded(HintsLoaded {
                    hints: vec![HintNames {
                        hint_id: 9,
                        names: vec!["memory".to_owned(), "ap".to_owned()],
                    }],
                    ..HintsLoaded::default()
                })),
                Says(execute(9)),
                Hears(done(at_ap(felt(2)))),
            ],
        ),
    ]);
}

#[test]
fn code_that_does_not_compile_is_located_in_the_cairo_file() {
    play([
        (
            "a syntax error, and then hints that are right",
            vec![
                Says(load(["pass", "x = 1\nx = )"])),
                Hears(not_compiled(
                    1,
                    "builtins.IndentationError",
                    "unmatched ')' (main.cairo, line 12)",
                    "  File \"main.cairo\", line 12\n    x = )\n        ^\n\
                     SyntaxError: unmatched ')'\n",
                )),
                Says(load(["memory[ap] = 1"])),
                Hears(loaded([&["memory", "ap"]])),
                Says(execute(0)),
                Hears(done(at_ap(felt(1)))),
            ],
        ),
        (
            "a hint without a place",
            vec![
                Says(load_request(vec![Hint {
                    location: None,
                    ..hint(3, "x = )")
                }])),
                Hears(not_compiled(
                    3,
                    "builtins.SyntaxError",
                    "unmatched ')' (<hint3>, line 1)",
                    "  File \"<hint3>\", line 1\n    x = )\n        ^\n\
                     SyntaxError: unmatched ')'\n",
                )),
            ],
        ),
    ]);
}
