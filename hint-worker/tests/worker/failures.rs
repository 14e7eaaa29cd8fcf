//! Hints that raise: the traceback in the Cairo file, the class, the kind, and what was done before.

use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Effects, Failed, FailureKind, ScopeChange};

use crate::dialogue::{Line, play, run_each};
use crate::messages::{
    AP, LINE, at_ap, done, execute, felt, load, missing_lines, nothing, raised, raised_in, run,
    start, with_exception, writes,
};
use Line::{Host as Says, Loaded, Worker as Hears};

/// A failure of another kind than an exception.
fn of_kind(kind: FailureKind, exit_code: i32, failed: Failed) -> Response {
    Response::Failed(Failed {
        kind: kind.into(),
        ..with_exception(failed, |exception| exception.exit_code = exit_code)
    })
}

fn exit(exit_code: i32, shown: &str, message: &str) -> Response {
    let failed = raised_in(
        &[(LINE, "<module>")],
        "builtins.SystemExit",
        shown,
        nothing(),
    );
    of_kind(
        FailureKind::Exit,
        exit_code,
        Failed {
            message: message.to_owned(),
            ..failed
        },
    )
}

#[test]
fn exceptions_have_class_text_and_place() {
    run_each(
        &start(),
        [
            (
                "int('one')",
                raised(
                    "builtins.ValueError",
                    "invalid literal for int() with base 10: 'one'",
                ),
            ),
            ("raise ValueError", raised("builtins.ValueError", "")),
            (
                "nobody",
                raised("builtins.NameError", "name 'nobody' is not defined"),
            ),
            (
                "class E(Exception): pass\nraise E('a\\nb')",
                Response::Failed(with_exception(
                    raised_in(&[(LINE + 1, "<module>")], "E", "a\nb", nothing()),
                    |exception| exception.class_path = "builtins.E".to_owned(),
                )),
            ),
            (
                "def f(n):\n    return g(n)\ndef g(n):\n    raise KeyError(n)\n\nf(4)",
                Response::Failed(raised_in(
                    &[(LINE + 5, "<module>"), (LINE + 1, "f"), (LINE + 3, "g")],
                    "builtins.KeyError",
                    "4",
                    nothing(),
                )),
            ),
            (
                "memory[ap] = 'text'",
                raised(
                    "builtins.TypeError",
                    "not all arguments converted during string formatting",
                ),
            ),
            // What the wire cannot carry is replaced.
            (
                "raise ValueError('\\udc80')",
                raised("builtins.ValueError", "\u{fffd}\u{fffd}\u{fffd}"),
            ),
        ],
    );
}

#[test]
fn what_was_done_before_the_exception_is_told() {
    play([(
        "a hint that raises, then one that sees what it left",
        vec![
            Says(load([
                "n = 3; memory[ap] = n; vm_enter_scope(); raise OSError('full')",
                "memory[ap + 1] = memory[ap]",
            ])),
            Loaded,
            Says(execute(0)),
            Hears(Response::Failed(raised_in(
                &[(LINE, "<module>")],
                "builtins.OSError",
                "full",
                Effects {
                    scopes: Some(ScopeChange {
                        left: 0,
                        entered: 1,
                    }),
                    ..at_ap(felt(3))
                },
            ))),
            Says(execute(1)),
            Hears(done(writes([run(1, AP + 1, &[felt(3)])]))),
        ],
    )]);
}

/// As the reference VM shows them: only the last one is located in the Cairo file.
#[test]
fn chained_exceptions_are_shown() {
    let code =
        "try: memory.nothing\nexcept AttributeError as error: raise OSError('no') from error";
    let traceback = "Traceback (most recent call last):\n  \
         File \"<hint0>\", line 1, in <module>\n\
         AttributeError: 'MemoryDict' object has no attribute 'nothing'\n\n\
         The above exception was the direct cause of the following exception:\n\n\
         Traceback (most recent call last):\n  \
         File \"main.cairo\", line 12, in <module>\n\
         OSError: no\n";
    let failed = raised_in(&[], "builtins.OSError", "no", nothing());
    run_each(
        &start(),
        [(
            code,
            Response::Failed(with_exception(failed, |exception| {
                exception.missing_lines = missing_lines(traceback);
                exception.traceback = traceback.to_owned();
            })),
        )],
    );
}

#[test]
fn what_is_no_exception_has_its_kind() {
    let interrupt = raised_in(
        &[(LINE, "<module>")],
        "builtins.KeyboardInterrupt",
        "",
        nothing(),
    );
    let exits = raised_in(
        &[(LINE, "<module>")],
        "builtins.GeneratorExit",
        "",
        nothing(),
    );
    let cleanup = raised_in(&[], "builtins.KeyError", "'memory'", nothing());
    run_each(
        &start(),
        [
            ("raise SystemExit", exit(0, "", "")),
            ("raise SystemExit(3)", exit(3, "3", "")),
            ("raise SystemExit(-1)", exit(-1, "-1", "")),
            ("raise SystemExit(2**40 + 5)", exit(5, "1099511627781", "")),
            ("raise SystemExit('tired')", exit(1, "tired", "tired")),
            (
                "raise KeyboardInterrupt",
                of_kind(FailureKind::Interrupt, 0, interrupt),
            ),
            ("raise GeneratorExit", of_kind(FailureKind::Raw, 0, exits)),
            ("del memory", of_kind(FailureKind::Raw, 0, cleanup)),
        ],
    );
}
