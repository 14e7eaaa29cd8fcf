//! What modules may use up: each limit stops the hint that reaches it, by name, and no other.

use std::time::{Duration, Instant};

use hint_proto::v1::WasmLimits;

use crate::host::{felt, local};
use crate::session::{LOCALS, Session, Setting, kind_and_text};

const GREEDY: &str = r#"(module
    (memory (export "memory") 1)
    (table $table 1 funcref)
    (func (export "spin") (loop $more (br $more)))
    (func (export "grow") (param i32) (result i32) (memory.grow (local.get 0)))
    (func (export "widen") (param i32) (result i32) (table.grow $table (ref.null func) (local.get 0)))
    (func $deep (export "deep") (param i32) (result i32)
        (if (result i32) (local.get 0)
            (then (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))
            (else (i32.const 0))))
    (func (export "one") (result i32) i32.const 1))"#;

fn session(limits: WasmLimits) -> Session {
    Setting::of(GREEDY)
        .name("a", local(0))
        .name("b", local(1))
        .limits(limits)
        .open()
        .unwrap()
}

/// The hint fails like this, and the next one runs.
#[track_caller]
fn check(limits: WasmLimits, line: &str, kind: &str, expected: &str) {
    let mut session = session(limits);
    let failed = session.fail(line);
    let (found, text) = kind_and_text(&failed);
    assert_eq!(found, kind, "{text}");
    let start = format!("line 1: `{line}`: {expected}");
    assert!(text.starts_with(&start), "{text}");
    let expected = [((LOCALS, 0), felt(1))].into();
    assert_eq!(session.run("ids.a = m.one()"), expected, "after {line}");
}

#[test]
fn an_endless_loop_uses_up_its_fuel() {
    let limits = WasmLimits {
        fuel: 100_000,
        ..WasmLimits::default()
    };
    check(
        limits,
        "m.spin()",
        "FuelLimitError",
        "the fuel limit of `100000` was reached\n    in ",
    );
}

#[test]
fn an_endless_loop_uses_up_its_time() {
    let limits = WasmLimits {
        time_millis: 50,
        ..WasmLimits::default()
    };
    let started = Instant::now();
    check(
        limits,
        "m.spin()",
        "TimeLimitError",
        "the time limit of `0.05` seconds was reached",
    );
    assert!(started.elapsed() >= Duration::from_millis(50));
}

#[test]
fn time_is_kept_after_the_clock_has_slept() {
    let limits = WasmLimits {
        time_millis: 30,
        ..WasmLimits::default()
    };
    let mut session = session(limits);
    session.fail("m.spin()");
    std::thread::sleep(Duration::from_millis(1200));
    assert_eq!(kind_and_text(&session.fail("m.spin()")).0, "TimeLimitError");
}

#[test]
fn fuel_is_that_of_one_hint() {
    let limits = WasmLimits {
        fuel: 10_000,
        ..WasmLimits::default()
    };
    let mut session = session(limits);
    let id = session.load("m.deep(100)").unwrap();
    for _ in 0..100 {
        session.execute(id).unwrap();
    }
    // All lines of a hint share it.
    let many = "m.deep(100)\n".repeat(100);
    assert_eq!(kind_and_text(&session.fail(&many)).0, "FuelLimitError");
}

#[test]
fn memory_is_bounded() {
    let limits = WasmLimits {
        memory_bytes: 4 << 16,
        ..WasmLimits::default()
    };
    check(
        limits,
        "m.grow(4)",
        "MemoryLimitError",
        "the memory limit of `262144` bytes was reached: `327680` bytes are wanted",
    );
    let mut session = session(limits);
    assert_eq!(
        session.run("ids.a = m.grow(3)"),
        [((LOCALS, 0), felt(1))].into()
    );
    assert_eq!(
        kind_and_text(&session.fail("m.grow(1)")).0,
        "MemoryLimitError"
    );
    check(
        WasmLimits::default(),
        "m.grow(65535)",
        "MemoryLimitError",
        "the memory limit of `268435456` bytes was reached: `4294967296` bytes are wanted",
    );
}

#[test]
fn memories_of_all_modules_count() {
    let limits = WasmLimits {
        memory_bytes: 3 << 16,
        ..WasmLimits::default()
    };
    let two = r#"(module (memory 2) (func (export "f")))"#;
    let setting = Setting {
        modules: vec![
            crate::session::module("a", two),
            crate::session::module("b", two),
        ],
        limits,
        ..Setting::default()
    };
    let mut session = setting.open().unwrap();
    session.run("a.f()");
    assert_eq!(kind_and_text(&session.fail("b.f()")).0, "MemoryLimitError");
    session.run("a.f()");
}

#[test]
fn tables_are_bounded() {
    let limits = WasmLimits {
        table_elements: 10,
        ..WasmLimits::default()
    };
    check(
        limits,
        "m.widen(10)",
        "TableLimitError",
        "the table limit of `10` elements was reached: `11` elements are wanted",
    );
    check(
        WasmLimits::default(),
        "m.widen(-1)",
        "TableLimitError",
        "the table limit of `1048576` elements was reached",
    );
}

#[test]
fn a_table_that_is_huge_from_the_start_is_refused_when_it_is_made() {
    let text = r#"(module (table 10000000 funcref) (func (export "f")))"#;
    let failed = Setting::of(text).open().unwrap().fail("m.f()");
    let expected = "line 1: `m.f()`: the table limit of `1048576` elements was reached: `10000000` elements are wanted\n\
                    hint: raise it with --wasm-limits table=ELEMENTS";
    assert_eq!(kind_and_text(&failed), ("TableLimitError", expected));
}

#[test]
fn calls_are_bounded_in_depth() {
    check(
        WasmLimits::default(),
        "m.deep(100000000)",
        "StackLimitError",
        "the stack limit of `1048576` bytes was reached\n    in ",
    );
    let limits = WasmLimits {
        stack_bytes: 64 << 10,
        ..WasmLimits::default()
    };
    check(
        limits,
        "m.deep(100000)",
        "StackLimitError",
        "the stack limit of `65536` bytes was reached",
    );
    assert_eq!(
        session(WasmLimits::default()).run("ids.b = m.deep(1000)"),
        [((LOCALS, 1), felt(1000))].into()
    );
}
