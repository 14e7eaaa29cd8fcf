//! Programs made at random from calls of the standard library and hints of their own, which share
//! variables, scopes and dictionaries with it or do not: `--hints auto` and `--hints python` leave the
//! same behind, byte for byte. The seed is fixed; `CAIROHINTS_TEST_SEED` takes another.

use std::env;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use hint_tests::compiler;
use hint_tests::run::{finish, vm_host_placed};
use serde_json::Value;

const PROGRAMS: usize = 16;
const STATEMENTS: u64 = 14;
const DEADLINE: Duration = Duration::from_secs(120);
pub(crate) const WORKERS: usize = 2;

/// Names that hints of the library use, and some that they do not.
const VARIABLES: &[&str] = &[
    "n",
    "key",
    "keys",
    "value",
    "i",
    "a",
    "x",
    "excluded",
    "positions",
    "last_pos",
    "access_indices",
    "assert_integer",
    "initial_dict",
    "root",
    "own",
    "mine",
];

/// A linear congruential generator: the same programs on every machine.
pub(crate) struct Random(pub(crate) u64);

impl Random {
    pub(crate) fn below(&mut self, bound: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % bound
    }

    pub(crate) fn one_in(&mut self, bound: u64) -> bool {
        self.below(bound) == 0
    }

    fn variable(&mut self) -> &'static str {
        // Names of the program's own are the most common.
        if self.one_in(2) {
            return "own";
        }
        VARIABLES[self.below(VARIABLES.len() as u64) as usize]
    }
}

/// One program while it is written.
struct Writer {
    random: Random,
    body: String,
    names: usize,
    /// For each open scope, the dictionaries that were made in it.
    scopes: Vec<Vec<String>>,
}

impl Writer {
    fn name(&mut self, stem: &str) -> String {
        self.names += 1;
        format!("{stem}{}", self.names)
    }

    fn line(&mut self, text: &str) {
        let _ = writeln!(self.body, "    {text}");
    }

    fn hint(&mut self, code: &str) {
        self.line("%{");
        for line in code.lines() {
            let _ = writeln!(self.body, "        {line}");
        }
        self.line("%}");
    }

    fn output(&mut self, value: &str) {
        self.line(&format!("serialize_word({value});"));
    }

    /// One statement, or two that belong together.
    fn statement(&mut self) {
        match self.random.below(26) {
            22..=25 => self.shared_objects(),
            0 => self.own_hint(),
            1 => self.own_scope(),
            2 => self.known_scope(),
            3 => self.leave(),
            4..=6 => self.dictionary(),
            7..=10 => self.use_dictionary(),
            11 => self.squash(),
            12 => {
                let (count, array) = (1 + self.random.below(4), self.array());
                self.line(&format!("memset({array} + 9, {count}, {count});"));
                self.output(&format!("{array}[9]"));
            }
            13 => {
                let (count, array) = (1 + self.random.below(4), self.array());
                self.line(&format!("memcpy({array} + 9, {array}, {count});"));
                self.output(&format!("{array}[9]"));
            }
            14 => {
                let array = self.array();
                let (length, sorted) = (self.name("length"), self.name("sorted"));
                self.line(&format!(
                    "let ({length}, {sorted}, _) = usort(input_len=4, input={array});"
                ));
                self.output(&format!("{sorted}[0]"));
            }
            15 => self.search(),
            16 => {
                let bits = self.random.below(250);
                self.line(&format!("assert_le_felt({}, 2 ** {bits} + 7);", bits % 8));
            }
            17 => {
                let (value, divisor) = (self.random.below(1000), 1 + self.random.below(9));
                let (q, r) = (self.name("q"), self.name("r"));
                self.line(&format!(
                    "let ({q}, {r}) = unsigned_div_rem({value}, {divisor});"
                ));
                self.output(&q);
            }
            18 => {
                let (value, root) = (self.random.below(10_000), self.name("root"));
                self.line(&format!("let {root} = sqrt({value});"));
                self.output(&root);
            }
            19 => {
                let (value, root) = (self.random.below(10_000), self.name("root"));
                self.line(&format!(
                    "let ({root}) = uint256_sqrt(Uint256({value}, 0));"
                ));
                self.output(&format!("{root}.low"));
            }
            _ => self.own_hint(),
        }
    }

    /// A new array of four numbers.
    fn array(&mut self) -> String {
        let array = self.name("array");
        self.line(&format!("let (local {array}: felt*) = alloc();"));
        for index in 0..4 {
            let value = self.random.below(5);
            self.line(&format!("assert {array}[{index}] = {value};"));
        }
        array
    }

    fn search(&mut self) {
        let array = self.array();
        // An address is something that cairo-vm does not compare.
        let first = if self.random.one_in(3) { 0 } else { 5 };
        let last = if first == 0 {
            format!("cast({array}, felt)")
        } else {
            "77".to_owned()
        };
        self.line(&format!("assert {array}[4] = {last};"));
        self.line(&format!("assert {array}[5] = 99;"));
        let element = self.name("element");
        self.line(&format!(
            "let ({element}) = find_element(array_ptr={array}, elm_size=1, n_elms=6, key=99);"
        ));
        self.output(&format!("[{element}]"));
    }

    fn dictionary(&mut self) {
        let (start, dict) = (self.name("start"), self.name("dict"));
        let default = self.random.below(9);
        self.line(&format!(
            "let (local {start}: DictAccess*) = default_dict_new({default});"
        ));
        self.line(&format!("local {dict}: DictAccess* = {start};"));
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(format!("{start} {dict}"));
        }
    }

    fn use_dictionary(&mut self) {
        let Some(pair) = self.scopes.last_mut().and_then(Vec::pop) else {
            return self.dictionary();
        };
        let (start, old) = pair.split_once(' ').unwrap();
        let (dict, key) = (self.name("dict"), self.random.below(4));
        self.line(&format!("let dict_ptr = {old};"));
        if self.random.one_in(2) {
            let value = self.name("value");
            self.line("with dict_ptr {");
            self.line(&format!("let ({value}) = dict_read({key});"));
            self.line("}");
            self.line(&format!("local {dict}: DictAccess* = dict_ptr;"));
            self.output(&value.clone());
        } else {
            let value = self.random.below(100);
            self.line("with dict_ptr {");
            self.line(&format!("dict_write({key}, {value});"));
            self.line("}");
            self.line(&format!("local {dict}: DictAccess* = dict_ptr;"));
        }
        let pair = format!("{start} {dict}");
        if let Some(scope) = self.scopes.last_mut() {
            scope.push(pair);
        }
    }

    fn squash(&mut self) {
        let Some(pair) = self.scopes.last_mut().and_then(Vec::pop) else {
            return;
        };
        let (start, end) = pair.split_once(' ').unwrap();
        let (squashed, last) = (self.name("squashed"), self.name("last"));
        self.line(&format!(
            "let ({squashed}, {last}) = dict_squash({start}, {end});"
        ));
        self.output(&format!("{last} - {squashed}"));
    }

    fn own_scope(&mut self) {
        let variable = self.random.variable();
        let value = self.random.below(9);
        let code = match self.random.below(4) {
            0 => "vm_enter_scope()".to_owned() + "\nown = 1",
            1 => format!("vm_enter_scope({{'{variable}': {value}}})"),
            2 => format!("vm_enter_scope({{'own': 1, 'mine': {value}}})"),
            _ => format!(
                "kept = {value}\nnames = dict(mine=kept)\n\
                 for name in ('bump', 'table', 'seen', 'look'):\n    \
                 if name == 'table' and 'table' in globals(): names[name] = table\n    \
                 if name == 'bump' and 'bump' in globals(): names[name] = bump\n\
                 vm_enter_scope(names)"
            ),
        };
        self.hint(&code);
        self.scopes.push(Vec::new());
    }

    fn known_scope(&mut self) {
        self.hint("vm_enter_scope()");
        self.scopes.push(Vec::new());
    }

    fn leave(&mut self) {
        // Sometimes there is nothing to leave.
        if self.scopes.len() > 1 || self.random.one_in(20) {
            if self.random.one_in(2) {
                self.hint("vm_exit_scope()");
            } else {
                self.hint("own = 5\nvm_exit_scope()\nown = 6");
            }
            self.scopes.pop();
            if self.scopes.is_empty() {
                self.scopes.push(Vec::new());
            }
        }
    }

    /// Functions, dictionaries and lists that hints share, some of which only Python runs.
    fn shared_objects(&mut self) {
        let value = self.random.below(9);
        let code = match self.random.below(16) {
            0 => "seen = []\ndef bump(k, by=2):\n    seen.append(k)\n    print('bump', k, by, own)\n    return k + by\nown = 1"
                .to_owned(),
            1 | 2 => format!("if 'bump' in globals():\n    own = {value}\n    print(bump({value}), bump(k=1, by=own))"),
            3 => format!("table = {{'a': [{value}], {value}: None}}\nother = table\nprint(table)"),
            4 => format!("if 'table' in globals():\n    table[{value}] = table.get({value}, 0) or {value}\n    print(table, len(table))"),
            5 => "if 'table' in globals() and 'other' in globals():\n    print(other is table, other == table)".to_owned(),
            6 => "if 'table' in globals() and 'a' in table:\n    table['a'].append(len(table['a']))\n    seen = table['a']".to_owned(),
            // Only Python has floats.
            7 => "if 'table' in globals():\n    table['half'] = 0.5\n    print(table)".to_owned(),
            8 => "if 'bump' in globals():\n    print(bump(1.5), sorted(seen), bump.__name__)".to_owned(),
            9 => "print([type(globals()[name]).__name__ for name in ('bump', 'table', 'seen') if name in globals()])".to_owned(),
            10 => "look = lambda: (str(ap), str(fp), current_step)\nprint(look()[1] == str(fp))".to_owned(),
            11 => "if 'look' in globals():\n    print(look()[1] == str(fp), look()[2] == current_step)".to_owned(),
            12 => "if 'look' in globals():\n    print(0.5, *look())".to_owned(),
            13 => format!("try:\n    print(bump({value}))\nexcept NameError as error:\n    print(error)\nfinally:\n    own = {value}"),
            14 => "first, *rest = [own, 2, 3] if 'own' in globals() else [0]\nprint(first, rest, end='.\\n')".to_owned(),
            _ => "names = {}\nfor name in ('bump', 'look'):\n    if name == 'bump' and 'bump' in globals(): names[name] = bump\n    if name == 'look' and 'look' in globals(): names[name] = look\nvm_enter_scope(names)\nvm_exit_scope()"
                .to_owned(),
        };
        self.hint(&code);
    }

    fn own_hint(&mut self) {
        let name = self.random.variable();
        let value = self.random.below(100);
        let show = format!(
            "found = globals().get('{name}')\n\
             print('{name}', found if isinstance(found, int) else type(found).__name__)"
        );
        let code = match self.random.below(24) {
            0..=5 => format!("own = {value}\nprint(own)"),
            6..=8 => format!("{name} = {value}"),
            9..=11 => show,
            12 => format!("for {name} in range(3):\n    pass"),
            13 => format!("for {name} in range(3):\n    print({name})"),
            14 => format!("print([{name} for {name} in range(3)])"),
            15 => format!("if '{name}' in globals():\n    del {name}"),
            16 => format!("{name} = {value}\nprint({name} + 1)"),
            17 => "import json\nprint(json.dumps({'step': current_step}))".to_owned(),
            18 => "from starkware.cairo.common.math_utils import assert_integer\nassert_integer(5)"
                .to_owned(),
            19 => "def show():\n    return str(fp), own\nown = 3\nprint(*show())".to_owned(),
            20 => "manager = globals().get('__dict_manager')\n\
                   print(manager is None or len(manager.trackers))"
                .to_owned(),
            21 if self.random.one_in(3) => format!("exec('{name} = {value}')"),
            22 if self.random.one_in(3) => {
                "print(sorted(k for k in globals() if k[0] != '_'))".to_owned()
            }
            _ => format!("own = globals().get('own', 0) + 1\nprint('own', own, {value})"),
        };
        self.hint(&code);
    }
}

fn program(seed: u64) -> String {
    let mut random = Random(seed);
    random.below(2);
    let mut writer = Writer {
        random,
        body: String::new(),
        names: 0,
        scopes: vec![Vec::new()],
    };
    let count = 4 + writer.random.below(STATEMENTS);
    for _ in 0..count {
        writer.statement();
    }
    // Mostly every scope is left.
    while writer.scopes.len() > 1 && !writer.random.one_in(30) {
        writer.hint("vm_exit_scope()");
        writer.scopes.pop();
    }
    format!(
        "%builtins output range_check
from starkware.cairo.common.alloc import alloc
from starkware.cairo.common.default_dict import default_dict_new
from starkware.cairo.common.dict import dict_read, dict_squash, dict_write
from starkware.cairo.common.dict_access import DictAccess
from starkware.cairo.common.find_element import find_element
from starkware.cairo.common.math import assert_le_felt, sqrt, unsigned_div_rem
from starkware.cairo.common.memcpy import memcpy
from starkware.cairo.common.memset import memset
from starkware.cairo.common.serialize import serialize_word
from starkware.cairo.common.uint256 import Uint256, uint256_sqrt
from starkware.cairo.common.usort import usort

func main{{output_ptr: felt*, range_check_ptr}}() {{
    alloc_locals;
{}    return ();
}}
",
        writer.body
    )
}

/// What a run leaves behind: exit code, stdout, stderr, trace and memory.
pub(crate) type Left = (
    Option<i32>,
    String,
    String,
    Option<Vec<u8>>,
    Option<Vec<u8>>,
);

/// A number in the environment.
pub(crate) fn number_of(name: &str) -> Option<u64> {
    env::var(name).ok().and_then(|text| text.parse().ok())
}

pub(crate) fn run(program: &Path, placement: &str) -> (Left, Value) {
    let folder = tempfile::TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let mut command = vm_host_placed(program, placement);
    command.args(["--layout", "small", "--print_output"]);
    command.arg("--trace_file").arg(file("trace"));
    command.arg("--memory_file").arg(file("memory"));
    command.arg("--stats").arg(file("stats"));
    let finished = finish(&mut command, DEADLINE).unwrap();
    let stats =
        fs::read(file("stats")).map_or(Value::Null, |text| serde_json::from_slice(&text).unwrap());
    let left = (
        finished.exit_code(),
        finished.stdout_text(),
        finished.stderr_text(),
        fs::read(file("trace")).ok(),
        fs::read(file("memory")).ok(),
    );
    (left, stats)
}

#[test]
fn generated_programs_leave_the_same_behind() {
    let seed = number_of("CAIROHINTS_TEST_SEED").unwrap_or(20_231);
    let count = number_of("CAIROHINTS_TEST_PROGRAMS").map_or(PROGRAMS, |count| count as usize);
    let sources: Vec<(String, String)> = (0..count)
        .map(|index| {
            (
                format!("p{index}"),
                program(seed.wrapping_mul(1000) + index as u64),
            )
        })
        .collect();
    let folder = tempfile::TempDir::new().unwrap();
    let programs = compiler::compile(folder.path(), &sources).unwrap();
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let ended = AtomicUsize::new(0);
    let mixed = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                while let Some(index) = programs
                    .get(next.fetch_add(1, Ordering::Relaxed))
                    .map(|path| programs.iter().position(|other| other == path).unwrap())
                {
                    let (python, _) = run(&programs[index], "python");
                    let (auto, stats) = run(&programs[index], "auto");
                    if auto.0 == Some(0) {
                        ended.fetch_add(1, Ordering::Relaxed);
                    }
                    let (native, all) = (&stats["hints_native"], &stats["hints_executed"]);
                    if native.as_u64() > Some(0) && native != all {
                        mixed.fetch_add(1, Ordering::Relaxed);
                    }
                    if auto != python {
                        failures.lock().unwrap().push(format!(
                            "seed {seed}, program {index}:\n{}\npython: {:?}\n{}\n{}\nauto: {:?}\n{}\n{}",
                            sources[index].1, python.0, python.1, python.2, auto.0, auto.1, auto.2
                        ));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    assert!(
        failures.is_empty(),
        "{} differ:\n{}",
        failures.len(),
        failures[0]
    );
    let (ended, mixed) = (ended.into_inner(), mixed.into_inner());
    println!("{count} programs: {ended} ended well, {mixed} ran hints in both languages");
    // Programs that all fail early, or all run in Python, would show nothing.
    assert!(ended * 2 > count, "only {ended} of {count} end well");
    assert!(
        mixed * 8 > count,
        "only {mixed} of {count} use both languages"
    );
}
