//! Lines of hints: what functions get, and what becomes of what they return.

use hint_proto::v1::{MemberKind, StructDefinition, StructMember};

use crate::host::{address, felt, local, local_struct, negative};
use crate::session::{LOCALS, SEGMENTS, Setting, kind_and_text, module};

const NUMBERS: &str = r#"(module
    (func (export "plus") (param i32 i32) (result i32) local.get 0 local.get 1 i32.add)
    (func (export "long") (param i64) (result i64) local.get 0)
    (func (export "truncate") (param f64) (result i64) local.get 0 i64.trunc_f64_s)
    (func (export "single") (param f32) (result i32) local.get 0 i32.trunc_f32_s)
    (func (export "double") (result f64) f64.const 0.5)
    (func (export "both") (result i32 i64) i32.const -1 i64.const 2)
    (func (export "vector") (param v128))
    (global (export "state") (mut i32) (i32.const 0))
    (func (export "count") (result i32)
        (global.set 0 (i32.add (global.get 0) (i32.const 1)))
        (global.get 0)))"#;

/// A module with texts: `measure` returns a text's length, `echo` a copy of the text itself, and what it
/// allocated and freed is counted.
fn texts(allocator: &str) -> String {
    format!(
        r#"(module
        (memory (export "memory") 1)
        (global $next (mut i32) (i32.const 1024))
        (global $freed (mut i32) (i32.const 0))
        (global $given_back (mut i32) (i32.const 0))
        (func $take (param i32) (result i32)
            global.get $next
            (global.set $next (i32.add (global.get $next) (local.get 0))))
        {allocator}
        (func (export "free_string") (param i32)
            (global.set $given_back (i32.add (global.get $given_back) (i32.const 1))))
        (func $measure (export "measure") (param $text i32) (result i32) (local $n i32)
            (loop $more
                (if (i32.load8_u (i32.add (local.get $text) (local.get $n)))
                    (then (local.set $n (i32.add (local.get $n) (i32.const 1))) (br $more))))
            local.get $n)
        (func (export "echo") (param $text i32) (result i32) (local $copy i32) (local $n i32)
            (local.set $n (i32.add (call $measure (local.get $text)) (i32.const 1)))
            (local.set $copy (call $take (local.get $n)))
            (memory.copy (local.get $copy) (local.get $text) (local.get $n))
            local.get $copy)
        (func (export "where") (param i32) (result i32) local.get 0)
        (func (export "longer") (param i32 i32) (result i32)
            (i32.sub (call $measure (local.get 0)) (call $measure (local.get 1))))
        (func (export "freed") (result i32) global.get $freed)
        (func (export "given_back") (result i32) global.get $given_back)
        (func (export "pages") (result i32) memory.size)
        (func (export "null") (result i32) i32.const 0)
        (data (i32.const 512) "\ff\fe\00")
        (func (export "broken") (result i32) i32.const 512))"#
    )
}

const MALLOC: &str = r#"(func (export "malloc") (param i32) (result i32) (call $take (local.get 0)))
    (func (export "free") (param i32) (global.set $freed (i32.add (global.get $freed) (i32.const 1))))"#;
const ALLOC: &str = r#"(func (export "alloc") (param i32) (result i32) (call $take (local.get 0)))
    (func (export "dealloc") (param i32 i32) (global.set $freed (i32.add (global.get $freed) (i32.const 1))))"#;
const REALLOC: &str = r#"(func (export "cabi_realloc") (param i32 i32 i32 i32) (result i32)
    (if (result i32) (local.get 3)
        (then (call $take (local.get 3)))
        (else (global.set $freed (i32.add (global.get $freed) (i32.const 1))) (i32.const 0))))"#;

fn numbers() -> Setting {
    Setting::of(NUMBERS)
        .name("a", local(0))
        .name("b", local(1))
        .name("c", local(2))
}

#[test]
fn integers_go_in_and_come_out() {
    let cases = [
        ("m.plus(2, 3)", felt(5)),
        ("m.plus(2, -3)", negative(1)),
        ("m.plus(0x7fffffff, 1)", negative(1 << 31)),
        ("m.plus(4294967295, 0)", negative(1)),
        ("m.long(9223372036854775807)", felt(i64::MAX as u64)),
        ("m.long(18446744073709551615)", negative(1)),
        ("m.long(-9223372036854775808)", negative(1 << 63)),
        ("m.truncate(7.9)", felt(7)),
        ("m.truncate(-7)", negative(7)),
        ("m.single(2.5)", felt(2)),
    ];
    for (call, expected) in cases {
        let written = numbers()
            .open()
            .unwrap()
            .run(&format!("# lang: wasm\nids.a = {call}"));
        assert_eq!(written, [((LOCALS, 0), expected)].into(), "{call}");
    }
}

#[test]
fn felts_are_numbers_around_zero() {
    let cases = [
        (felt(2), "m.plus(ids.b, 1)", felt(3)),
        (negative(2), "m.plus(ids.b, 1)", negative(1)),
        (felt(u32::MAX.into()), "m.plus(ids.b, 0)", negative(1)),
        (felt(u64::MAX), "m.long(ids.b)", negative(1)),
        (negative(1 << 63), "m.long(ids.b)", negative(1 << 63)),
        (negative(1 << 53), "m.truncate(ids.b)", negative(1 << 53)),
    ];
    for (cell, call, expected) in cases {
        let mut session = numbers().cell(1, cell).open().unwrap();
        let written = session.run(&format!("ids.a = {call}"));
        assert_eq!(written, [((LOCALS, 0), expected)].into(), "{cell:?} {call}");
    }
}

#[test]
fn felts_that_do_not_fit_are_named() {
    let cases = [
        (
            felt(1 << 32),
            "m.plus(ids.b, 1)",
            "`ids.b`, `4294967296`, does not fit a parameter of type `i32`",
        ),
        (
            negative((1 << 31) + 1),
            "m.plus(ids.b, 1)",
            "`ids.b`, `-2147483649`, does not fit a parameter of type `i32`",
        ),
        (
            felt((1 << 53) + 1),
            "m.truncate(ids.b)",
            "`ids.b`, `9007199254740993`, does not fit a parameter of type `f64`",
        ),
        (
            address(2, 5),
            "m.long(ids.b)",
            "`ids.b`, `2:5`, does not fit a parameter of type `i64`",
        ),
    ];
    for (cell, call, expected) in cases {
        let mut session = numbers().cell(1, cell).open().unwrap();
        let failed = session.fail(&format!("# lang: wasm\n\nids.a = {call}"));
        let text = format!("line 3: `ids.a = {call}`: {expected}");
        assert_eq!(kind_and_text(&failed), ("CallError", text.as_str()));
    }
}

#[test]
fn several_results_go_to_several_names_in_order() {
    let mut session = numbers().open().unwrap();
    let written = session.run("ids.b, ids.a = m.both()");
    assert_eq!(
        written,
        [((LOCALS, 1), negative(1)), ((LOCALS, 0), felt(2))].into()
    );
}

#[test]
fn what_was_done_before_a_failing_line_stays() {
    let mut session = numbers().cell(2, felt(9)).open().unwrap();
    let failed = session.fail("ids.a = m.plus(1, 1)\nids.c = m.plus(1, 1)\nids.b = m.plus(1, 1)");
    let text =
        "line 2: `ids.c = m.plus(1, 1)`: Inconsistent memory assignment at address 1:2. 9 != 2.";
    assert_eq!(kind_and_text(&failed), ("InconsistentMemoryError", text));
    let effects = failed.effects.as_ref().unwrap();
    assert_eq!(
        crate::session::cells(effects),
        [((LOCALS, 0), felt(2))].into()
    );
}

#[test]
fn the_same_value_may_be_written_again() {
    let mut session = numbers().cell(0, felt(5)).open().unwrap();
    assert!(
        session
            .run("ids.a = m.plus(2, 3)\nids.b = m.long(1)\nids.b = m.long(1)")
            .len()
            == 1
    );
}

#[test]
fn an_empty_cell_cannot_be_read() {
    let mut session = numbers().open().unwrap();
    let failed = session.fail("m.long(ids.b)");
    let text =
        "line 1: `m.long(ids.b)`: before Unknown value for memory cell at address 1:1. after";
    assert_eq!(kind_and_text(&failed), ("ExpressionEvaluatorError", text));
}

#[test]
fn instances_live_as_long_as_the_vm() {
    let mut session = numbers().open().unwrap();
    let id = session.load("m.count()").unwrap();
    for _ in 0..3 {
        session.execute(id).unwrap();
    }
    assert_eq!(
        session.run("ids.a = m.count()"),
        [((LOCALS, 0), felt(4))].into()
    );
}

#[test]
fn modules_are_apart() {
    let setting = Setting {
        modules: vec![module("one", NUMBERS), module("two", NUMBERS)],
        ..Setting::default()
    };
    let mut session = setting.name("a", local(0)).open().unwrap();
    session.run("one.count()\none.count()");
    assert_eq!(
        session.run("ids.a = two.count()"),
        [((LOCALS, 0), felt(1))].into()
    );
}

#[test]
fn members_of_structs_are_names_like_others() {
    let member = |name: &str, offset, kind: MemberKind, struct_name: &str| StructMember {
        name: name.to_owned(),
        offset,
        kind: kind.into(),
        struct_name: struct_name.to_owned(),
    };
    let point = StructDefinition {
        full_name: "main.Point".to_owned(),
        size: 2,
        members: vec![
            member("x", 0, MemberKind::Value, ""),
            member("y", 1, MemberKind::Value, ""),
        ],
    };
    let line = StructDefinition {
        full_name: "main.Line".to_owned(),
        size: 3,
        members: vec![
            member("start", 0, MemberKind::Struct, "main.Point"),
            member("end", 2, MemberKind::StructPointer, "main.Point"),
        ],
    };
    let setting = Setting::of(NUMBERS)
        .structure(point)
        .structure(line)
        .name("line", local_struct(10, "main.Line"))
        .name("a", local(0))
        .cell(11, felt(4))
        .cell(12, address(LOCALS, 20))
        .cell(20, felt(6));
    let mut session = setting.open().unwrap();
    let written = session.run(
        "ids.a = m.plus(ids.line.start.y, ids.line.end.x)\n\
         ids.line.start.x = m.long(1)\n\
         ids.line.end.y = m.long(2)",
    );
    let expected = [
        ((LOCALS, 0), felt(10)),
        ((LOCALS, 10), felt(1)),
        ((LOCALS, 21), felt(2)),
    ];
    assert_eq!(written, expected.into());
    let cases = [
        (
            "m.long(ids.line.start)",
            "`ids.line.start` is a struct, `main.Point`: name one of its members, or `ids.line.start.address_`",
        ),
        ("m.long(ids.line.z)", "'z' is not a member of 'main.Line'."),
        ("m.long(ids.a.x)", "`ids.a` is no struct: it has no `x`"),
        ("ids.line = m.long(1)", "Cannot cast 'felt' to a struct."),
        ("ids.nothing = m.long(1)", "Unknown identifier 'nothing'."),
    ];
    for (line, expected) in cases {
        let failed = session.fail(line);
        let text = format!("line 1: `{line}`: {expected}");
        assert_eq!(kind_and_text(&failed).1, text);
    }
}

#[test]
fn texts_travel_both_ways_with_every_allocator() {
    for (allocator, freed) in [(MALLOC, 2), (ALLOC, 2), (REALLOC, 2), ("", 0)] {
        let setting = Setting::of(&texts(allocator));
        let names = ["text", "length", "measured", "freed", "back"];
        let setting = names
            .iter()
            .zip(0..)
            .fold(setting, |setting, (name, offset)| {
                setting.name(name, local(offset))
            });
        let mut session = setting.open().unwrap();
        let written = session.run(
            "ids.measured = m.measure(\"héllo\")\n\
             ids.text, ids.length = m.echo(\"grüß\")\n\
             ids.freed = m.freed()\n\
             ids.back = m.given_back()",
        );
        let segment = i64::from(SEGMENTS);
        let mut expected = vec![
            ((LOCALS, 0), address(segment, 0)),
            ((LOCALS, 1), felt(4)),
            ((LOCALS, 2), felt(6)),
            ((LOCALS, 3), felt(freed)),
            ((LOCALS, 4), felt(1)),
        ];
        let characters = "grüß"
            .chars()
            .map(|character| felt(u32::from(character).into()));
        expected.extend((0..).map(|offset| (segment, offset)).zip(characters));
        assert_eq!(written, expected.into_iter().collect(), "{allocator}");
    }
}

#[test]
fn texts_without_an_allocator_do_not_use_up_memory() {
    let setting = Setting::of(&texts(""))
        .name("pages", local(0))
        .name("difference", local(1));
    let mut session = setting.open().unwrap();
    let long = "x".repeat(100_000);
    let code = format!("m.longer(\"{long}\", \"{long}\")");
    let id = session.load(&code).unwrap();
    for _ in 0..50 {
        session.execute(id).unwrap();
    }
    let written = session.run(&format!(
        "ids.difference = m.longer(\"{long}\", \"abc\")\nids.pages = m.pages()"
    ));
    assert_eq!(written[&(LOCALS, 1)], felt(99_997));
    let hint_proto::cell::Cell::Felt(pages) = written[&(LOCALS, 0)] else {
        panic!("no number");
    };
    assert!(pages[0] < 12 && pages[1..] == [0; 31], "{pages:?}");
}

#[test]
fn an_empty_text_has_a_segment_of_its_own() {
    let setting = Setting::of(&texts(""))
        .name("text", local(0))
        .name("length", local(1));
    let written = setting
        .open()
        .unwrap()
        .run("ids.text, ids.length = m.echo(\"\")");
    let segment = i64::from(SEGMENTS);
    assert_eq!(
        written,
        [((LOCALS, 0), address(segment, 0)), ((LOCALS, 1), felt(0))].into()
    );
}

#[test]
fn texts_that_are_none_are_refused() {
    let setting = Setting::of(&texts(""))
        .name("text", local(0))
        .name("length", local(1));
    let mut session = setting.open().unwrap();
    let cases = [
        (
            "null",
            "TextError",
            "the function returned a null pointer, which is no text",
        ),
        (
            "broken",
            "TextError",
            "the text that the function returned is not UTF-8: invalid utf-8 sequence of 1 bytes from index 0",
        ),
    ];
    for (function, kind, text) in cases {
        let line = format!("ids.text, ids.length = m.{function}()");
        let failed = session.fail(&line);
        let text = format!("line 1: `{line}`: {text}");
        assert_eq!(kind_and_text(&failed), (kind, text.as_str()));
    }
    for pointer in ["65536", "-1"] {
        let line = format!("ids.text, ids.length = m.where({pointer})");
        let failed = session.fail(&line);
        let (kind, text) = kind_and_text(&failed);
        assert_eq!(kind, "PointerError", "{text}");
        assert!(
            text.contains("`the text that a function returned` got a bad pointer: `1` bytes at"),
            "{text}"
        );
    }
}

#[test]
fn a_hint_is_checked_against_the_modules_when_it_is_loaded() {
    let cases = [
        (
            "n.f()",
            "there is no module `n`: there are `m`\nhint: give it with --wasm n=FILE, or `wasm={...}` in Python",
        ),
        (
            "m.f()",
            "module `m` has no function `f`: it has `plus`, `long`, `truncate`, `single`, `double`, `both`, `vector`, `count`",
        ),
        ("m.state()", "`state` of module `m` is no function"),
        (
            "m.plus(1)",
            "`plus` takes `2` arguments (i32, i32), `1` are given",
        ),
        (
            "m.plus(1, 2.5)",
            "`2.5` does not fit a parameter of type `i32`",
        ),
        (
            "m.plus(1, 4294967296)",
            "`4294967296` does not fit a parameter of type `i32`",
        ),
        (
            "m.long(18446744073709551616)",
            "`18446744073709551616` does not fit a parameter of type `i64`",
        ),
        (
            "m.long(\"x\")",
            "a text does not fit a parameter of type `i64`",
        ),
        (
            "m.vector(1)",
            "a parameter of type `v128` cannot be used in a hint",
        ),
        (
            "ids.a = m.double()",
            "a result of type `f64` fits no felt\nhint: have the module return an integer or a text",
        ),
        (
            "ids.a, ids.b = m.long(1)",
            "`long` returns `1` results, `2` names are there for them",
        ),
        (
            "ids.a = m.both()",
            "`both` returns `2` results, `1` names are there for them",
        ),
    ];
    for (line, expected) in cases {
        let failed = numbers()
            .open()
            .unwrap()
            .load(&format!("# lang: wasm\n{line}"))
            .unwrap_err();
        assert_eq!(failed.kind(), hint_proto::v1::FailureKind::Compile);
        let text = format!("line 2: `{line}`: {expected}");
        assert_eq!(kind_and_text(&failed), ("CallError", text.as_str()));
    }
    let failed = numbers()
        .open()
        .unwrap()
        .load("# lang: wasm\nimport os")
        .unwrap_err();
    let text = "line 2: `import os`: `.` and the name of a function of module `import` are expected at `os`";
    assert_eq!(kind_and_text(&failed), ("SyntaxError", text));
}
