//! WASI as modules get it. What is printed is looked at by the tests of whole systems.

use crate::host::{felt, local};
use crate::session::{LOCALS, Setting, kind_and_text};

/// A module with these imports of WASI and one function, `f`.
fn module(imports: &str, body: &str) -> String {
    format!(
        r#"(module {imports}
        (memory (export "memory") 1)
        (func (export "f") (result i32) {body}))"#
    )
}

fn import(name: &str, parameters: &str) -> String {
    format!(
        r#"(import "wasi_snapshot_preview1" "{name}" (func ${name} (param {parameters}) (result i32)))"#
    )
}

#[track_caller]
fn answers(name: &str, parameters: &str, body: &str, expected: u64) {
    let text = module(&import(name, parameters), body);
    let written = Setting::of(&text)
        .name("a", local(0))
        .open()
        .unwrap()
        .run("ids.a = m.f()");
    assert_eq!(
        written,
        [((LOCALS, 0), felt(expected))].into(),
        "{name} {body}"
    );
}

#[test]
fn there_are_no_arguments_and_no_environment() {
    for name in ["args_sizes_get", "environ_sizes_get"] {
        let body = format!(
            "(i32.store (i32.const 8) (i32.const 7)) (i32.store (i32.const 12) (i32.const 7))
            (drop (call ${name} (i32.const 8) (i32.const 12)))
            (i32.add (i32.load (i32.const 8)) (i32.load (i32.const 12)))"
        );
        answers(name, "i32 i32", &body, 0);
    }
}

#[test]
fn there_are_no_files() {
    answers(
        "fd_prestat_get",
        "i32 i32",
        "(call $fd_prestat_get (i32.const 3) (i32.const 0))",
        8,
    );
    answers(
        "path_open",
        "i32 i32 i32 i32 i32 i64 i64 i32 i32",
        "(call $path_open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0))",
        52,
    );
    answers("fd_close", "i32", "(call $fd_close (i32.const 1))", 8);
    answers(
        "fd_write",
        "i32 i32 i32 i32",
        "(call $fd_write (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0))",
        8,
    );
    let read = "(drop (call $fd_read (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 8))) (i32.load (i32.const 8))";
    answers("fd_read", "i32 i32 i32 i32", read, 0);
}

#[test]
fn only_the_monotonic_clock_goes() {
    let time =
        |clock| format!("(call $clock_time_get (i32.const {clock}) (i64.const 1) (i32.const 8))");
    answers("clock_time_get", "i32 i64 i32", &time(1), 0);
    for clock in [0, 2, 3, 99] {
        answers("clock_time_get", "i32 i64 i32", &time(clock), 28);
    }
    let goes_on = format!(
        "(local $first i64) (drop {0}) (local.set $first (i64.load (i32.const 8))) (drop {0})
        (i64.ge_u (i64.load (i32.const 8)) (local.get $first))",
        time(1)
    );
    answers("clock_time_get", "i32 i64 i32", &goes_on, 1);
}

#[test]
fn random_numbers_are_there() {
    let body = "(drop (call $random_get (i32.const 8) (i32.const 16)))
        (i64.ne (i64.load (i32.const 8)) (i64.load (i32.const 16)))";
    answers("random_get", "i32 i32", body, 1);
    answers(
        "random_get",
        "i32 i32",
        "(call $random_get (i32.const 0) (i32.const -1))",
        28,
    );
}

#[test]
fn pointers_are_checked() {
    let cases = [
        (
            "fd_write",
            "i32 i32 i32 i32",
            "(call $fd_write (i32.const 1) (i32.const -8) (i32.const 1) (i32.const 0))",
        ),
        (
            "fd_write",
            "i32 i32 i32 i32",
            "(i32.store (i32.const 0) (i32.const 65535)) (i32.store (i32.const 4) (i32.const 2)) (call $fd_write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0))",
        ),
        (
            "random_get",
            "i32 i32",
            "(call $random_get (i32.const 65535) (i32.const 2))",
        ),
        (
            "clock_time_get",
            "i32 i64 i32",
            "(call $clock_time_get (i32.const 1) (i64.const 0) (i32.const 65530))",
        ),
        (
            "environ_sizes_get",
            "i32 i32",
            "(call $environ_sizes_get (i32.const 0) (i32.const -1))",
        ),
    ];
    for (name, parameters, body) in cases {
        let text = module(&import(name, parameters), body);
        let failed = Setting::of(&text).open().unwrap().fail("m.f()");
        let (kind, text) = kind_and_text(&failed);
        assert_eq!(kind, "PointerError", "{text}");
        assert!(
            text.contains(&format!("`{name}` got a bad pointer")),
            "{text}"
        );
    }
}

#[test]
fn a_module_that_exits_ends_its_hint_with_an_error() {
    let text = r#"(module
        (import "wasi_snapshot_preview1" "proc_exit" (func $proc_exit (param i32)))
        (memory (export "memory") 1)
        (func (export "f") (call $proc_exit (i32.const 3))))"#;
    let failed = Setting::of(text).open().unwrap().fail("m.f()");
    let (kind, text) = kind_and_text(&failed);
    assert_eq!(kind, "ExitError");
    assert!(
        text.contains("the module called `proc_exit(3)`, which would end the hint in the middle"),
        "{text}"
    );
}
