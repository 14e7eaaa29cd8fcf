//! The host functions: cells, names, segments and felts in hands of a module.

use hint_proto::v1::ask::Question;

use crate::host::{address, felt, local, negative};
use crate::session::{LOCALS, SEGMENTS, Setting, kind_and_text};

/// All functions, names in memory (`a` at 0, `b` at 1, `nothing` at 2), and values from 64 on, 32 bytes each.
fn module(body: &str) -> String {
    format!(
        r#"(module
        (import "cairo" "ids_get" (func $ids_get (param i32 i32 i32)))
        (import "cairo" "ids_set" (func $ids_set (param i32 i32 i32)))
        (import "cairo" "pc" (func $pc (param i32)))
        (import "cairo" "ap" (func $ap (param i32)))
        (import "cairo" "fp" (func $fp (param i32)))
        (import "cairo" "memory_get" (func $memory_get (param i32 i32) (result i32)))
        (import "cairo" "memory_set" (func $memory_set (param i32 i32)))
        (import "cairo" "memory_get_range" (func $memory_get_range (param i32 i32 i32)))
        (import "cairo" "memory_set_range" (func $memory_set_range (param i32 i32 i32)))
        (import "cairo" "segment_add" (func $segment_add (param i32)))
        (import "cairo" "value_is_address" (func $value_is_address (param i32) (result i32)))
        (import "cairo" "address_add" (func $address_add (param i32 i64 i32)))
        (import "cairo" "address_sub" (func $address_sub (param i32 i32) (result i64)))
        (import "cairo" "felt_add" (func $felt_add (param i32 i32 i32)))
        (import "cairo" "felt_sub" (func $felt_sub (param i32 i32 i32)))
        (import "cairo" "felt_mul" (func $felt_mul (param i32 i32 i32)))
        (import "cairo" "felt_div" (func $felt_div (param i32 i32 i32)))
        (import "cairo" "felt_divmod" (func $felt_divmod (param i32 i32 i32 i32)))
        (import "cairo" "felt_compare" (func $felt_compare (param i32 i32) (result i32)))
        (import "cairo" "felt_from_i64" (func $felt_from_i64 (param i64 i32)))
        (import "cairo" "felt_to_i64" (func $felt_to_i64 (param i32 i32) (result i32)))
        (import "cairo" "log" (func $log (param i32 i32 i32)))
        (memory (export "memory") 16)
        (data (i32.const 0) "abnothing")
        (func $get_a (call $ids_get (i32.const 0) (i32.const 1) (i32.const 64)))
        (func $get_b (call $ids_get (i32.const 1) (i32.const 1) (i32.const 96)))
        (func $set_b (call $ids_set (i32.const 1) (i32.const 1) (i32.const 128)))
        (func $small (param i32) (result i64)
            (drop (call $felt_to_i64 (local.get 0) (i32.const 0)))
            (i64.load (i32.const 0)))
        (func (export "f") {body}))"#
    )
}

fn setting(body: &str) -> Setting {
    Setting::of(&module(body))
        .name("a", local(0))
        .name("b", local(1))
        .name("r", local(2))
}

#[test]
fn felts_are_computed_with() {
    let operate = |operation: &str| {
        format!(
            "(call $get_a) (call $felt_from_i64 (i64.const 5) (i32.const 96)) (call ${operation} (i32.const 64) (i32.const 96) (i32.const 128)) (call $set_b)"
        )
    };
    let cases = [
        (felt(7), "felt_add", felt(12)),
        (felt(3), "felt_sub", negative(2)),
        (negative(4), "felt_mul", negative(20)),
        (felt(35), "felt_div", felt(7)),
    ];
    for (cell, operation, expected) in cases {
        let mut session = setting(&operate(operation)).cell(0, cell).open().unwrap();
        assert_eq!(
            session.run("m.f()"),
            [((LOCALS, 1), expected)].into(),
            "{operation}"
        );
    }
    let body = "(result i64 i64) (call $get_a) (call $felt_from_i64 (i64.const 5) (i32.const 96))
        (call $felt_divmod (i32.const 64) (i32.const 96) (i32.const 128) (i32.const 160))
        (call $small (i32.const 128)) (call $small (i32.const 160))";
    let mut session = setting(body).cell(0, felt(38)).open().unwrap();
    assert_eq!(
        session.run("ids.b, ids.r = m.f()"),
        [((LOCALS, 1), felt(7)), ((LOCALS, 2), felt(3))].into()
    );
    let body = "(result i32 i32) (call $get_a) (call $get_b) (call $felt_compare (i32.const 64) (i32.const 96)) (call $felt_to_i64 (i32.const 96) (i32.const 8))";
    let mut session = setting(body)
        .name("s", local(3))
        .cell(0, felt(1))
        .cell(1, negative(1 << 63))
        .open()
        .unwrap();
    assert_eq!(
        session.run("ids.r, ids.s = m.f()"),
        [((LOCALS, 2), negative(1)), ((LOCALS, 3), felt(1))].into()
    );
    let body = "(result i32) (call $get_a) (call $felt_to_i64 (i32.const 64) (i32.const 0))";
    let mut session = setting(body).cell(0, felt(1 << 63)).open().unwrap();
    assert_eq!(
        session.run("ids.r = m.f()"),
        [((LOCALS, 2), felt(0))].into()
    );
}

#[test]
fn cells_are_read_and_written() {
    let body = "(result i32 i64) (call $get_a)
        (call $address_add (i32.const 64) (i64.const 1) (i32.const 96))
        (call $felt_from_i64 (i64.const -9) (i32.const 128))
        (call $memory_set (i32.const 96) (i32.const 128))
        (call $address_add (i32.const 64) (i64.const 7) (i32.const 160))
        (call $memory_get (i32.const 160) (i32.const 192))
        (drop (call $memory_get (i32.const 96) (i32.const 192)))
        (call $small (i32.const 192))";
    let mut session = setting(body).cell(0, address(2, 3)).open().unwrap();
    let expected = [
        ((2, 4), negative(9)),
        ((LOCALS, 1), felt(0)),
        ((LOCALS, 2), negative(9)),
    ];
    assert_eq!(session.run("ids.b, ids.r = m.f()"), expected.into());
}

#[test]
fn addresses_are_values_too() {
    let body = "(result i64 i32 i32) (call $get_a) (call $fp (i32.const 96)) (call $ap (i32.const 128)) (call $pc (i32.const 160))
        (call $address_sub (i32.const 128) (i32.const 96))
        (call $value_is_address (i32.const 64)) (call $value_is_address (i32.const 160))";
    let mut session = setting(body)
        .name("s", local(3))
        .cell(0, felt(1))
        .open()
        .unwrap();
    let expected = [
        ((LOCALS, 1), felt(100)),
        ((LOCALS, 2), felt(0)),
        ((LOCALS, 3), felt(1)),
    ];
    assert_eq!(session.run("ids.b, ids.r, ids.s = m.f()"), expected.into());
}

#[test]
fn segments_are_added_and_filled() {
    let body = "(call $segment_add (i32.const 64)) (call $segment_add (i32.const 128))
        (call $felt_from_i64 (i64.const 1) (i32.const 256)) (call $felt_from_i64 (i64.const 2) (i32.const 288))
        (call $memory_set_range (i32.const 128) (i32.const 2) (i32.const 256))
        (call $memory_get_range (i32.const 128) (i32.const 2) (i32.const 320))
        (call $memory_set_range (i32.const 64) (i32.const 2) (i32.const 320))
        (call $set_b)";
    let mut session = setting(body).open().unwrap();
    let id = session.load("m.f()").unwrap();
    let effects = session.execute(id).unwrap();
    assert_eq!(effects.added_segments.len(), 2);
    let (first, second) = (i64::from(SEGMENTS), i64::from(SEGMENTS) + 1);
    let expected = [
        ((LOCALS, 1), address(second, 0)),
        ((first, 0), felt(1)),
        ((first, 1), felt(2)),
        ((second, 0), felt(1)),
        ((second, 1), felt(2)),
    ];
    assert_eq!(crate::session::cells(&effects), expected.into());
}

#[test]
fn what_cannot_be_done_ends_the_hint() {
    let nowhere = "(i32.const 1048576)";
    let cases = [
        ("(call $ids_get (i32.const 2) (i32.const 7) (i32.const 64))".to_owned(), "MissingIdentifierError", "Unknown identifier 'nothing'."),
        (format!("(call $ids_get {nowhere} (i32.const 1) (i32.const 64))"), "PointerError", "`ids_get` got a bad pointer: `1` bytes at `1048576` are not within the `1048576` bytes of the module's memory"),
        ("(call $ids_get (i32.const 0) (i32.const -1) (i32.const 64))".to_owned(), "ArgumentError", "`ids_get` got a text of `4294967295` bytes, more than the limit of `1048576`"),
        ("(call $ids_get (i32.const 0) (i32.const 1) (i32.const 1048570))".to_owned(), "PointerError", "`ids_get` got a bad pointer: `32` bytes at `1048570`"),
        ("(i32.store8 (i32.const 0) (i32.const 255)) (call $get_a)".to_owned(), "ArgumentError", "`ids_get` got a text that is not UTF-8"),
        ("(call $get_b)".to_owned(), "ExpressionEvaluatorError", "Unknown value for memory cell at address 1:1."),
        ("(call $felt_from_i64 (i64.const 5) (i32.const 128)) (call $ids_set (i32.const 0) (i32.const 1) (i32.const 128))".to_owned(), "InconsistentMemoryError", "Inconsistent memory assignment at address 1:0. 7 != 5."),
        ("(i64.store (i32.const 152) (i64.const -1)) (call $set_b)".to_owned(), "ArgumentError", "`ids_set` got 32 bytes that are neither a felt nor an address"),
        ("(call $get_a) (drop (call $memory_get (i32.const 64) (i32.const 96)))".to_owned(), "ArgumentError", "`memory_get` got the felt `7` where an address is expected"),
        ("(call $ap (i32.const 64)) (call $felt_add (i32.const 64) (i32.const 64) (i32.const 64))".to_owned(), "ArgumentError", "`felt_add` got the address `1:100` where a felt is expected"),
        ("(call $get_a) (call $felt_div (i32.const 64) (i32.const 128) (i32.const 64))".to_owned(), "ArgumentError", "`felt_div` got the divisor zero"),
        ("(call $ap (i32.const 64)) (call $address_add (i32.const 64) (i64.const -101) (i32.const 64))".to_owned(), "ArgumentError", "`address_add` got `1:100` and `-101`, whose sum is no address"),
        ("(call $ap (i32.const 64)) (call $pc (i32.const 96)) (drop (call $address_sub (i32.const 64) (i32.const 96)))".to_owned(), "ArgumentError", "`address_sub` got `1:100` and `0:7`, which are in different segments"),
        ("(call $ap (i32.const 64)) (call $memory_get_range (i32.const 64) (i32.const 1048577) (i32.const 0))".to_owned(), "ArgumentError", "`memory_get_range` got `1048577` cells, more than the limit of `1048576`"),
        ("(call $ap (i32.const 64)) (call $memory_get_range (i32.const 64) (i32.const 1000000) (i32.const 96))".to_owned(), "PointerError", "`memory_get_range` got a bad pointer: `32000000` bytes at `96`"),
        ("(call $ap (i32.const 64)) (call $memory_get_range (i32.const 64) (i32.const 1) (i32.const 96))".to_owned(), "UnknownMemoryError", "Unknown value for memory cell at address 1:100."),
        ("(call $ap (i32.const 64)) (i64.store (i32.const 72) (i64.const 99)) (call $memory_set (i32.const 64) (i32.const 128))".to_owned(), "ValueError", "the vm has no segment `99`: `99:100`"),
        ("(call $log (i32.const 5) (i32.const 0) (i32.const 1))".to_owned(), "ArgumentError", "`log` got the level `5`, which is not one of 0 to 4"),
    ];
    for (body, kind, expected) in &cases {
        let failed = setting(body).cell(0, felt(7)).open().unwrap().fail("m.f()");
        let (found, text) = kind_and_text(&failed);
        assert_eq!(found, *kind, "{body}: {text}");
        assert!(text.contains(expected), "{body}: {text}");
    }
}

#[test]
fn a_loop_over_cells_asks_seldom() {
    let body = "(result i64) (local $n i32) (local $sum i64)
        (call $get_a)
        (loop $more
            (drop (call $memory_get (i32.const 64) (i32.const 96)))
            (local.set $sum (i64.add (local.get $sum) (call $small (i32.const 96))))
            (call $address_add (i32.const 64) (i64.const 1) (i32.const 64))
            (local.set $n (i32.add (local.get $n) (i32.const 1)))
            (br_if $more (i32.lt_u (local.get $n) (i32.const 10000))))
        local.get $sum";
    let mut setting = setting(body).cell(0, address(2, 0));
    for offset in 0..10_000 {
        setting.table.cells.insert((2, offset), felt(offset));
    }
    let mut session = setting.open().unwrap();
    assert_eq!(
        session.run("ids.b = m.f()"),
        [((LOCALS, 1), felt(49_995_000))].into()
    );
    let questions = session.host.0.questions.lock().unwrap();
    let reads = questions
        .iter()
        .filter(|question| matches!(question, Question::ReadMemory(_)));
    assert!(reads.count() < 25);
    let names = questions
        .iter()
        .filter(|question| matches!(question, Question::ResolveName(_)));
    assert_eq!(names.count(), 2);
}

#[test]
fn what_one_hint_wrote_another_reads() {
    let body = "(result i64) (call $get_a) (call $small (i32.const 64))";
    let mut session = setting(body).open().unwrap();
    let failed = session.fail("m.f()");
    assert_eq!(kind_and_text(&failed).0, "ExpressionEvaluatorError");
    let text = r#"(call $felt_from_i64 (i64.const 4) (i32.const 128)) (call $ids_set (i32.const 0) (i32.const 1) (i32.const 128))"#;
    let modules = vec![
        crate::session::module("w", &module(text)),
        crate::session::module("m", &module(body)),
    ];
    let two = Setting {
        modules,
        ..Setting::default()
    };
    let mut session = two.name("a", local(0)).name("r", local(2)).open().unwrap();
    session.run("w.f()");
    assert_eq!(
        session.run("ids.r = m.f()"),
        [((LOCALS, 2), felt(4))].into()
    );
}
