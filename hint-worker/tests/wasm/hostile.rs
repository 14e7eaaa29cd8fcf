//! Modules that are none, or mean harm: an error of a kind, and the session goes on.

use hint_proto::v1::WasmModule;

use crate::host::{felt, local};
use crate::session::{LOCALS, Setting, kind_and_text, module};

/// A session with this module does not open.
#[track_caller]
fn refused(module: WasmModule, expected: &str) {
    let setting = Setting {
        modules: vec![module],
        ..Setting::default()
    };
    let Err(failed) = setting.open() else {
        panic!("the module was taken: {expected}");
    };
    let (kind, text) = kind_and_text(&failed);
    assert_eq!(kind, "ModuleError", "{text}");
    assert!(text.contains(expected), "{text}");
}

fn code(name: &str, code: Vec<u8>) -> WasmModule {
    WasmModule {
        name: name.to_owned(),
        code: code.into(),
    }
}

#[test]
fn what_is_no_module_is_refused() {
    refused(
        code("m", Vec::new()),
        "`m` cannot be used: it is no WebAssembly",
    );
    refused(
        code("m", b"(module)".to_vec()),
        "it is no WebAssembly: it does not begin with `\\0asm`",
    );
    refused(
        code("m", b"\0asm\x01\0\0\0\xff".to_vec()),
        "malformed section id (at offset 0x8)",
    );
    refused(
        code("m", b"\0asm\x0d\0\x01\0".to_vec()),
        "`m` cannot be used: ",
    );
    let mut large = b"\0asm\x01\0\0\0".to_vec();
    large.resize(64 << 20, 0);
    refused(
        code("m", large),
        "it has `67108864` bytes, more than the limit of `33554432`",
    );
}

#[test]
fn names_that_hints_cannot_call_are_refused() {
    for name in ["", "1m", "a-b", "ids", "m.n"] {
        refused(
            module(name, "(module)"),
            &format!("the WebAssembly module `{name}` cannot be used: hints cannot call it"),
        );
    }
    let setting = Setting {
        modules: vec![module("m", "(module)"), module("m", "(module)")],
        ..Setting::default()
    };
    assert!(
        setting
            .open()
            .is_err_and(|failed| failed.message.contains("given twice"))
    );
}

#[test]
fn imports_that_nobody_has_are_refused() {
    refused(
        module(
            "m",
            r#"(module (import "env" "abort" (func)) (import "js" "mem" (memory 1)))"#,
        ),
        "it imports `env.abort`, `js.mem`, which nobody has\nhint: only `wasi_snapshot_preview1` and `cairo` can be imported",
    );
    refused(
        module("m", r#"(module (import "cairo" "nothing" (func)))"#),
        "its imports do not fit: ",
    );
    refused(
        module(
            "m",
            r#"(module (import "cairo" "ids_get" (func (param i64))))"#,
        ),
        "its imports do not fit: ",
    );
    refused(
        module(
            "m",
            r#"(module (import "wasi_snapshot_preview1" "path_open" (func (param i32))))"#,
        ),
        "does not answer an error number",
    );
}

#[test]
fn bytes_that_are_no_module_crash_nobody() {
    let good = module(
        "m",
        r#"(module (memory 1) (func (export "f") (result i32) i32.const 7))"#,
    );
    let mut state = 7_u64;
    for _ in 0..200 {
        let mut bytes = good.code.to_vec();
        for _ in 0..3 {
            state = state
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1);
            let place = (state >> 33) as usize % bytes.len();
            bytes[place] = (state >> 20) as u8;
        }
        let setting = Setting {
            modules: vec![code("m", bytes)],
            ..Setting::default()
        };
        // Most are refused; what is not may run.
        if let Ok(mut session) = setting.open() {
            let _ = session.load("m.f()").and_then(|id| session.execute(id));
        }
    }
}

#[test]
fn traps_name_what_was_forbidden_and_where() {
    let text = r#"(module
        (memory 1) (table 1 funcref)
        (func $innermost (export "give_up") unreachable)
        (func $outer (export "outer") call $innermost)
        (func (export "divide") (param i32) (result i32) (i32.div_s (i32.const 1) (local.get 0)))
        (func (export "overflow") (result i32) (i32.trunc_f64_s (f64.const 1e300)))
        (func (export "read") (param i32) (result i32) (i32.load (local.get 0)))
        (func (export "call") (call_indirect (i32.const 0)))
        (func (export "good") (result i32) (i32.const 1)))"#;
    let cases = [
        (
            "m.give_up()",
            "wasm `unreachable` instruction executed\n    in innermost",
        ),
        (
            "m.outer()",
            "wasm `unreachable` instruction executed\n    in innermost\n    in outer",
        ),
        ("m.divide(0)", "integer divide by zero\n    in "),
        ("m.overflow()", "integer overflow\n    in "),
        ("m.read(65533)", "out of bounds memory access\n    in "),
        ("m.read(-1)", "out of bounds memory access\n    in "),
        ("m.call()", "uninitialized element\n    in "),
    ];
    let mut session = Setting::of(text).name("a", local(0)).open().unwrap();
    for (line, expected) in cases {
        let failed = session.fail(line);
        let (kind, text) = kind_and_text(&failed);
        assert_eq!(kind, "TrapError", "{line}");
        let start = format!("line 1: `{line}`: the module trapped: wasm trap: {expected}");
        assert!(text.starts_with(&start), "{text}");
    }
    assert_eq!(
        session.run("ids.a = m.good()"),
        [((LOCALS, 0), felt(1))].into()
    );
}

#[test]
fn a_start_function_is_bounded_like_a_call() {
    let text = r#"(module (func $spin (loop $more (br $more))) (start $spin) (func (export "f")))"#;
    let limits = hint_proto::v1::WasmLimits {
        fuel: 1000,
        ..Default::default()
    };
    let mut session = Setting::of(text).limits(limits).open().unwrap();
    assert_eq!(kind_and_text(&session.fail("m.f()")).0, "FuelLimitError");
    let text = r#"(module (func (export "_initialize") unreachable) (func (export "f")))"#;
    let failed = Setting::of(text).open().unwrap().fail("m.f()");
    assert_eq!(kind_and_text(&failed).0, "TrapError");
}

#[test]
fn an_allocator_that_lies_is_found_out() {
    let allocator = |result: &str| {
        format!(
            r#"(module (memory (export "memory") 1)
            (func (export "malloc") (param i32) (result i32) {result})
            (func (export "f") (param i32)))"#
        )
    };
    for (result, pointer) in [
        ("i32.const 0", "0"),
        ("i32.const 65534", "65534"),
        ("i32.const -1", "4294967295"),
    ] {
        let mut session = Setting::of(&allocator(result)).open().unwrap();
        let failed = session.fail("m.f(\"abc\")");
        let (kind, text) = kind_and_text(&failed);
        assert_eq!(kind, "PointerError");
        let expected =
            format!("`the place for a text` got a bad pointer: `4` bytes at `{pointer}`");
        assert!(text.contains(&expected), "{text}");
    }
    let without_memory = r#"(module (func (export "f") (param i32)))"#;
    let failed = Setting::of(without_memory)
        .open()
        .unwrap()
        .fail("m.f(\"abc\")");
    let expected =
        "line 1: `m.f(\"abc\")`: the module exports no `memory`, so that it can have no texts";
    assert_eq!(kind_and_text(&failed), ("TextError", expected));
}
