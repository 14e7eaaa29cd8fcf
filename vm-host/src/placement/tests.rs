use super::Text;
use super::python_text::PythonText;
use super::variables::Variables;
use crate::engines::twins::{all, find};
use cairo_vm::hint_processor::builtin_hint_processor::hint_code;

fn variables(code: &str) -> Variables {
    PythonText::of(code).variables
}

/// The variable that keeps a hint and the hint of a twin on one side.
fn shared(python: &str, twin: &str) -> Option<String> {
    let python = variables(python);
    python.shared_with(&variables(twin)).map(str::to_owned)
}

fn excludes_twins(code: &str) -> Option<&'static str> {
    let text = Text {
        twin: find(code),
        python: PythonText::of(code),
        hints: Vec::new(),
    };
    text.excludes_twins(code)
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
    // Python reads it as the same name.
    shares("n", "\u{ff4e} = 3", twin);
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
        "import sys as other",
        "exec('value = 1')",
        "getattr(segments, '__dict__')",
        "set_it = setattr",
        "getattr(x, name)",
        "f = getattr",
        "operator.attrgetter('x')",
        "x.__globals__['y'] = 1",
        "module.isqrt = f",
        "module.part.isqrt = f",
        "del module.isqrt",
        "x, module.isqrt = 1, 2",
        "if x: module.isqrt = f",
        "for module.isqrt in [f]: pass",
        "module.count += 1",
        "with x as module.isqrt: pass",
        "\u{e9} = 3",
        "vm_enter_scope(x)",
        "vm_enter_scope({'a' + 'b': 3})",
        "vm_enter_scope({**x})",
        "vm_enter_scope({x: 3})",
        "enter = vm_enter_scope",
        "leave = vm_exit_scope",
    ] {
        let excludes = excludes_twins(code);
        assert_eq!(excludes, Some("may see and change anything"), "{code}");
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
        "class A:\n    def f(self): self.count += 1",
    ] {
        assert_eq!(excludes_twins(code), None, "{code}");
    }
    apart(hint_code::ASSERT_NN, hint_code::ASSERT_NOT_ZERO);
    apart("x = 1", hint_code::ADD_SEGMENT);
}

#[test]
fn a_function_may_keep_registers() {
    for code in [
        "f = lambda: fp",
        "def f(): return fp",
        "x = (fp for y in z)",
    ] {
        assert!(PythonText::of(code).keeps_registers, "{code}");
    }
    assert!(!PythonText::of("x = fp").keeps_registers);
}

#[test]
fn a_function_that_is_replaced_is_shared() {
    shares("int", "def int(x): return 0", hint_code::SPLIT_INT);
    shares("int", "int = float", hint_code::SPLIT_INT);
    shares("int", "int = float", "ids.x = int(ids.y) if int else 0");
}

#[test]
fn what_is_bound_on_every_way_is_its_own() {
    for code in [
        "if ids.x:\n    value = 3\nelse:\n    value = 4\nprint(value)",
        "if 'value' not in []:\n    value = 3\n    print(value)",
        "import value.part\nprint(value)",
        "value = 3\ndel value",
        "print(sum(value for value in range(3)))",
        "print({value: 1 for value in range(3) if value})",
    ] {
        apart(code, hint_code::SQRT);
    }
    for code in [
        "if ids.x:\n    value = 3\nelif ids.y:\n    value = 4\nprint(value)",
        "try:\n    value = 3\nexcept ValueError:\n    pass\nprint(value)",
        "while ids.x:\n    value = 3\nprint(value)",
        "with x as y:\n    value = 3\nprint(value)",
        "x = ids.x and (value := 3)\nprint(value)",
        "class A:\n    def f(self): return value",
    ] {
        shares("value", code, hint_code::SQRT);
    }
}

#[test]
fn what_fills_a_dictionary_is_seen() {
    for code in [
        hint_code::SQUASH_DICT,
        "d = {}\nfor i in range(ids.n):\n    d[i] = 1",
        "d = dict()\nwhile ids.n:\n    d.setdefault(i, 1)",
    ] {
        assert!(variables(code).fills_a_dictionary, "{code}");
    }
    for code in [
        "d = {}\nd[1] = 2",
        "for i in x:\n    y = {}",
        hint_code::DICT_NEW,
    ] {
        assert!(!variables(code).fills_a_dictionary, "{code}");
    }
}

#[test]
fn rules_change_memory() {
    let changes = Some("changes how memory behaves");
    assert_eq!(excludes_twins("vm_add_validation_rule(1, f)"), changes);
    assert_eq!(excludes_twins("range_check_builtin.bound = 5"), changes);
    assert_eq!(excludes_twins("ecdsa_builtin.add_signature = f"), changes);
    assert_eq!(excludes_twins("ecdsa_builtin.signatures.clear()"), changes);
    assert_eq!(excludes_twins(hint_code::IS_NN), None);
    assert_eq!(excludes_twins(hint_code::VERIFY_ECDSA_SIGNATURE), None);
}

#[test]
fn a_text_without_a_twin_says_so() {
    let unused = find(hint_code::ADD_SEGMENT).err();
    assert_eq!(unused.as_deref(), Some("cairo-vm's twin is not used"));
    assert_eq!(find("x = 1").err().as_deref(), Some("cairo-vm has no twin"));
}

#[test]
fn what_a_twin_reads_is_kept_by_all() {
    for twin in all() {
        assert_eq!(excludes_twins(twin.code), None, "{}", twin.code);
        let text = variables(twin.code);
        for name in twin.keeps {
            let mentions = text.sees.contains(*name) || text.sets.contains(*name);
            assert!(mentions, "{name} in {}", twin.code);
        }
        for reader in all() {
            let seen = variables(reader.code).sees;
            let mut lost = text.sets.intersection(&seen);
            let lost = lost.find(|name| !twin.keeps.contains(&name.as_str()));
            assert_eq!(lost, None, "`{}` in `{}`", reader.code, twin.code);
        }
    }
}

#[test]
fn what_is_done_with_sys_is_looked_at() {
    let wild = |code: &str| PythonText::of(code).wild;
    for code in [
        "import sys",
        "import sys\nprint(1, file=sys.stderr)\nsys.stdout.flush()",
        "sys.setrecursionlimit(10**6)\nx = sys.maxsize",
        "from sys import stderr, maxsize as most",
    ] {
        assert_eq!(wild(code), None, "{code}");
        assert_eq!(excludes_twins(code), None, "{code}");
    }
    // Other files may be imported then.
    let path = "import sys\nsys.path.insert(0, 'x')";
    assert_eq!(wild(path), None);
    assert_eq!(excludes_twins(path), Some("may see and change anything"));
    for code in [
        "import sys as other",
        "sys._getframe()",
        "x = sys",
        "f(sys)",
        "sys.stdout = f",
        "sys.path = []",
        "x = sys.stdout",
        "sys.stdout.buffer.write(b'x')",
        "getattr(sys, 'modules')",
        "from sys import modules",
        "from sys import *",
        "import sys.monitoring",
        "del sys.maxsize",
    ] {
        assert!(wild(code).is_some(), "{code}");
    }
}
