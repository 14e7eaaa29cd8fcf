use super::names::Names;
use super::twins::{DIFFERENT, find};
use cairo_vm::hint_processor::builtin_hint_processor::hint_code;

fn shared(python: &str, twin: &str) -> Option<String> {
    Names::of(python)
        .shared_with(&Names::of(twin))
        .map(str::to_owned)
}

#[test]
fn a_variable_in_both_is_shared() {
    assert_eq!(
        shared("print(value)", hint_code::SQRT).as_deref(),
        Some("value")
    );
    assert_eq!(shared("x = ids.value  # value", hint_code::SQRT), None);
    assert_eq!(shared("value = 3", hint_code::SQRT), None);
    assert_eq!(
        shared("value = value + 3", hint_code::SQRT).as_deref(),
        Some("value")
    );
    assert_eq!(
        shared("if ids.x:\n    value = 3\nprint(value)", hint_code::SQRT).as_deref(),
        Some("value")
    );
    assert_eq!(
        shared("value = 3\nf = lambda: value", hint_code::SQRT).as_deref(),
        Some("value")
    );
    assert_eq!(
        shared("print(f'{root} {value}')", hint_code::SQRT).as_deref(),
        Some("value")
    );
}

#[test]
fn a_hint_that_reaches_everything_shares_everything() {
    assert!(shared("globals()['val' + 'ue'] = 1", hint_code::SQRT).is_some());
    assert_eq!(
        shared(hint_code::ASSERT_NN, hint_code::ASSERT_NOT_ZERO),
        None
    );
    assert!(shared("from module import *", hint_code::SQRT).is_some());
    assert_eq!(shared("exec('x = 1')", hint_code::ADD_SEGMENT), None);
}

#[test]
fn a_function_that_is_replaced_is_shared() {
    assert_eq!(
        shared("def int(x): return 0", hint_code::SPLIT_INT).as_deref(),
        Some("int")
    );
    assert_eq!(
        shared("int = float", "ids.x = int(ids.y) if int else 0").as_deref(),
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
