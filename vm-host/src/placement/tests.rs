use super::names::Names;
use crate::engines::twins::{DIFFERENT, all, find};
use cairo_vm::hint_processor::builtin_hint_processor::hint_code;

/// The variable that keeps a hint and the hint of a twin on one side.
fn shared(python: &str, twin: &str) -> Option<String> {
    let reads = find(twin).map_or(&[][..], |twin| twin.reads);
    Names::of(python)
        .shared_with(&Names::of(twin), reads, true)
        .map(str::to_owned)
}

#[track_caller]
fn apart(python: &str, twin: &str) {
    assert_eq!(shared(python, twin), None, "{python}");
}

#[track_caller]
fn shares(name: &str, python: &str, twin: &str) {
    assert_eq!(shared(python, twin).as_deref(), Some(name), "{python}");
}

#[test]
fn a_variable_that_may_be_seen_is_shared() {
    apart("x = ids.value  # value", hint_code::SQRT);
    apart("value = 3", hint_code::SQRT);
    apart("value, other = 3, 4\nprint(value)", hint_code::SQRT);
    for code in [
        "print(value)",
        "value = value + 3",
        "value += 3",
        "if ids.x:\n    value = 3\nprint(value)",
        "value = 3\nf = lambda: value",
        "print(f'{root} {value}')",
        "del value",
        "x = 'value' in globals()",
        "globals()['value'] = 3",
        "x = globals().get('value', 3)",
    ] {
        shares("value", code, hint_code::SQRT);
    }
}

#[test]
fn variables_of_loops_are_their_own() {
    apart("for i in range(3):\n    print(i)", hint_code::FIND_ELEMENT);
    apart("x = [i for i in range(3)]", hint_code::FIND_ELEMENT);
    apart("x = sum(i for i in range(3))", hint_code::FIND_ELEMENT);
    for code in [
        "for i in range(3):\n    pass\nprint(i)",
        "for i in range(i):\n    print(i)",
        "x = (i for i in range(3))",
        "x = [i for j in range(3)]",
        "x = [i for i in range(i)]",
        "for j in range(3):\n    print(i)",
        "for i in []:\n    pass\nelse:\n    print(i)",
    ] {
        shares("i", code, hint_code::FIND_ELEMENT);
    }
}

#[test]
fn a_variable_that_a_twin_reads_is_shared_with_whoever_sets_it() {
    let twin = hint_code::MEMCPY_CONTINUE_COPYING;
    shares("n", "n = 3", twin);
    shares("n", "for n in range(3):\n    pass", twin);
    shares("n", "vm_enter_scope({'n': 3})", twin);
    shares("n", "vm_enter_scope(dict(n=3))", twin);
    shares("n", "vm_enter_scope({'m': 3, 'n': f(1, 2)})", twin);
    apart("vm_enter_scope({'m': 3})", twin);
    apart("vm_enter_scope()", twin);
    apart("vm_exit_scope()", twin);
}

#[test]
fn a_hint_that_may_do_anything_is_seen() {
    for code in [
        "globals()['val' + 'ue'] = 1",
        "x = 'val' + 'ue' in globals()",
        "from module import *",
        "import my_module",
        "import json, my_module",
        "from my_module import x",
        "from . import x",
        "from starkware.cairo.bootloaders.bootloader.utils import load_program",
        "import sys",
        "exec('value = 1')",
        "getattr(segments, '__class__')",
        "getattr(x, name)",
        "f = getattr",
        "operator.attrgetter('x')",
        "x.__globals__['y'] = 1",
        "type(x).__class__",
        "module.isqrt = f",
        "module.part.isqrt = f",
        "del module.isqrt",
        "x, module.isqrt = 1, 2",
        "if x: module.isqrt = f",
        "for module.isqrt in [f]: pass",
        "module.count += 1",
        "with x as module.isqrt: pass",
        "\u{ff4e} = 3",
        "vm_enter_scope(x)",
        "vm_enter_scope({'a' + 'b': 3})",
        "vm_enter_scope({**x})",
        "vm_enter_scope({x: 3})",
        "enter = vm_enter_scope",
        "leave = vm_exit_scope",
    ] {
        assert!(Names::of(code).opaque, "{code}");
    }
    for code in [
        "import json, math",
        "from starkware.python.math_utils import div_mod",
        "import starkware.cairo.common.math_utils as m",
        "x = getattr(a, 'b', 3)",
        "x = getattr(f(1, 2), 'b')",
        "ids.x = 3",
        "ids.x.y = 3",
        "ids.x[0].y = 3",
        "x[a.b] = 3",
        "x = a.b",
        "assert a.b == 3",
        "x = a.b <= 3",
        "x = f(a.b, c=3)",
        "x = re.compile('a')",
        "for x in a.b:\n    print(x)",
        "x = [fp for y in range(3)]",
        "vm_enter_scope({'m': 3})",
        "vm_enter_scope()",
        "vm_exit_scope()",
        "def f(): return fp",
    ] {
        assert!(!Names::of(code).opaque, "{code}");
    }
    apart(hint_code::ASSERT_NN, hint_code::ASSERT_NOT_ZERO);
    apart("x = 1", hint_code::ADD_SEGMENT);
}

#[test]
fn registers_that_a_function_keeps_are_shared() {
    shares("fp", "f = lambda: fp", hint_code::ADD_SEGMENT);
    shares("fp", "def f(): return fp", hint_code::SQRT);
    let without_scopes = Names::of("f = lambda: fp");
    assert_eq!(
        without_scopes.shared_with(&Names::of(hint_code::ADD_SEGMENT), &[], false),
        None
    );
}

#[test]
fn a_function_that_is_replaced_is_shared() {
    shares("int", "def int(x): return 0", hint_code::SPLIT_INT);
    shares("int", "int = float", hint_code::SPLIT_INT);
    assert_eq!(
        Names::of("int = float").shared_with(
            &Names::of("ids.x = int(ids.y) if int else 0"),
            &[],
            false
        ),
        Some("int")
    );
}

#[test]
fn rules_change_memory() {
    assert!(Names::of("vm_add_validation_rule(1, f)").changes_memory_rules);
    assert!(Names::of("range_check_builtin.bound = 5").changes_memory_rules);
    assert!(!Names::of(hint_code::IS_NN).changes_memory_rules);
}

#[test]
fn twins_that_differ_stay_in_python() {
    for (code, reason) in DIFFERENT {
        assert_eq!(find(code).err(), Some(format!("twin differs: {reason}")));
    }
    assert_eq!(find("x = 1").err().as_deref(), Some("cairo-vm has no twin"));
}

#[test]
fn what_a_twin_reads_and_keeps_is_in_its_text() {
    for twin in all() {
        let names = Names::of(twin.code);
        for name in twin.reads.iter().chain(twin.keeps) {
            assert!(names.mentions(name), "{name} in {}", twin.code);
        }
        let kept_elsewhere = |name: &str| all().iter().any(|twin| twin.keeps.contains(&name));
        for reader in all() {
            for name in reader.reads.iter().filter(|name| kept_elsewhere(name)) {
                assert!(
                    !names.mentions(name) || twin.reads.contains(name) || twin.keeps.contains(name),
                    "`{name}` of `{}` is lost in `{}`",
                    reader.code,
                    twin.code
                );
            }
        }
    }
}
