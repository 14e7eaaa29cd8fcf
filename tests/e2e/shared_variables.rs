//! Programs of hints that are made at random and share variables: numbers, texts, lists, dictionaries and functions, bound
//! in one hint and used in another, under several names, in scopes inside each other; some hints have something that only
//! Python runs. `--hints auto` and `--hints python` leave the same behind. The seed is fixed; `CAIROHINTS_TEST_SEED` takes
//! another, `CAIROHINTS_TEST_PROGRAMS` more.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use serde_json::json;

use crate::generated::{Left, Random, WORKERS, number_of, run};

const PROGRAMS: usize = 10;
const HINTS: u64 = 30;

/// What a variable is while a program is written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Kind {
    Integer,
    Text,
    /// A list of integers, and one of anything.
    Integers,
    List,
    Dict,
    Function,
    Address,
}

const NAMES: &[(Kind, &[&str])] = &[
    (Kind::Integer, &["a", "b", "n"]),
    (Kind::Text, &["s"]),
    (Kind::Integers, &["xs", "ys", "zs"]),
    (Kind::List, &["all", "rest"]),
    (Kind::Dict, &["d", "e", "table"]),
    (Kind::Function, &["f", "g", "bump"]),
    (Kind::Address, &["p", "q"]),
];

/// What only Python runs, and changes nothing.
const PYTHON: &[&str] = &[
    "assert 1j != 1",
    "frozenset((1, 2))",
    "complex(1, 2)",
    "import collections\ncollections.OrderedDict()",
    "class Only: pass",
];

type Scope = BTreeMap<&'static str, Kind>;

struct Writer {
    random: Random,
    scopes: Vec<Scope>,
    /// How many cells of segments were written.
    cells: u64,
    habits: Habits,
}

/// What the hints of a program do, because some of it sends many others to Python.
struct Habits {
    functions: bool,
    globals: bool,
    registers: bool,
    /// Statements that only Python runs.
    odd: bool,
    /// One in so many is for Python.
    python: u64,
}

impl Habits {
    fn new(random: &mut Random) -> Self {
        Self {
            functions: random.one_in(2),
            globals: random.one_in(4),
            registers: random.one_in(6),
            odd: random.one_in(3),
            python: 3 + random.below(40),
        }
    }
}

impl Writer {
    fn below(&mut self, bound: u64) -> u64 {
        self.random.below(bound)
    }

    fn one_of<T: Copy>(&mut self, all: &[T]) -> T {
        let index = self.random.below(all.len() as u64);
        all[index as usize]
    }

    fn scope(&mut self) -> &mut Scope {
        self.scopes.last_mut().unwrap()
    }

    /// A variable of a kind that there is.
    fn known(&mut self, kind: Kind) -> Option<&'static str> {
        let scope = self.scope().iter();
        let names: Vec<&'static str> = scope
            .filter(|(_, found)| **found == kind)
            .map(|(name, _)| *name)
            .collect();
        (!names.is_empty()).then(|| self.one_of(&names))
    }

    /// A name for a variable of a kind, and the variable is there from then on.
    fn named(&mut self, kind: Kind) -> &'static str {
        let (_, names) = NAMES.iter().find(|(found, _)| *found == kind).unwrap();
        // At times that of another kind.
        let name = match self.random.one_in(12) {
            true => {
                let (_, others) = self.one_of(NAMES);
                self.one_of(others)
            }
            false => self.one_of(names),
        };
        self.scope().insert(name, kind);
        name
    }

    fn integer(&mut self) -> String {
        let known = self.known(Kind::Integer);
        match (self.below(6), known) {
            (0, _) => self
                .one_of(&["-1", "2**64", "2**255 - 19", "PRIME - 1", "True"])
                .to_owned(),
            (1 | 2, Some(name)) => name.to_owned(),
            (3, Some(name)) => format!("({name} % 7 + 1)"),
            (4, _) => match (self.known(Kind::Integers), self.known(Kind::Dict)) {
                (Some(list), _) if self.random.one_in(2) => format!("len({list})"),
                (_, Some(dict)) => format!("len({dict})"),
                _ => "4".to_owned(),
            },
            _ => self.below(5).to_string(),
        }
    }

    /// A value that a list or a dictionary may have.
    fn value(&mut self) -> String {
        let kind = self.one_of(&[
            Kind::Text,
            Kind::Integers,
            Kind::List,
            Kind::Dict,
            Kind::Integer,
        ]);
        match self.known(kind) {
            Some(name) if self.random.one_in(2) => name.to_owned(),
            _ => self.integer(),
        }
    }

    /// A statement that binds a variable.
    fn binding(&mut self) -> String {
        let value = self.integer();
        match self.below(20) {
            0..=2 => format!("{} = {value}", self.named(Kind::Integer)),
            3 => {
                let text = self.one_of(&["'ab'", "''", "str(3)", "'l' + 'm'"]);
                format!("{} = {text}", self.named(Kind::Text))
            }
            4 | 5 => format!("{} = [{value}, 7]", self.named(Kind::Integers)),
            6 => match self.known(Kind::Integers) {
                Some(list) => {
                    let how = self.one_of(&["", "[:]", "[::-1]", " + [1]", " * 2"]);
                    format!("{} = {list}{how}", self.named(Kind::Integers))
                }
                None => format!("{} = []", self.named(Kind::Integers)),
            },
            7 => {
                let (one, other) = (self.value(), self.value());
                format!("{} = [{one}, {other}]", self.named(Kind::List))
            }
            8 | 9 => {
                let inner = self.value();
                let key = self.one_of(&["1", "'l'", "(1, 2)", "None"]);
                format!(
                    "{} = {{{key}: {inner}, 2: {value}}}",
                    self.named(Kind::Dict)
                )
            }
            10 => format!("{} = {{}}", self.named(Kind::Dict)),
            11 => match self.known(Kind::Dict) {
                Some(dict) => {
                    let how = self.one_of(&["", ".copy()"]);
                    format!("{} = {dict}{how}", self.named(Kind::Dict))
                }
                None => format!("{} = dict()", self.named(Kind::Dict)),
            },
            12..=15 if !self.habits.functions => {
                format!("{} = {value} % 9", self.named(Kind::Integer))
            }
            12 | 13 => self.function(&value),
            14 => match self.known(Kind::Function) {
                Some(function) => format!("{} = {function}", self.named(Kind::Function)),
                None => self.function(&value),
            },
            15 => match self.known(Kind::Function) {
                Some(function) => format!("{} = {function}({value})", self.named(Kind::Integer)),
                None => self.function(&value),
            },
            16 => format!(
                "{} = segments.gen_arg([{value}, 5])",
                self.named(Kind::Address)
            ),
            17 => match self.known(Kind::Address) {
                Some(address) => format!("{} = memory[{address}]", self.named(Kind::Integer)),
                None => format!("{} = segments.gen_arg([1])", self.named(Kind::Address)),
            },
            18 => match self.known(Kind::Integers) {
                Some(list) => format!("{}, *{list} = [{value}, 4, 5]", self.named(Kind::Integer)),
                None => format!("{} = [i * i for i in range(4)]", self.named(Kind::Integers)),
            },
            _ => format!(
                "{} = [i + {value} for i in range(3) if i]",
                self.named(Kind::Integers)
            ),
        }
    }

    fn function(&mut self, value: &str) -> String {
        let body = match (
            self.below(6),
            self.known(Kind::Integers),
            self.known(Kind::Integer),
        ) {
            (0, Some(list), _) => format!("{list}.append(k)\n    return len({list})"),
            (1, _, Some(number)) => format!("return {number} + k + by"),
            (2, _, Some(number)) if self.habits.globals => {
                format!("global {number}\n    {number} = k\n    return k")
            }
            (3, Some(list), _) => format!("return sum({list}) + k"),
            (4, _, _) => "if k > 2: return by\n    return bump_more(k) if k < -9 else k".to_owned(),
            _ => "return k * by".to_owned(),
        };
        let name = self.named(Kind::Function);
        match self.below(3) {
            0 => format!("{name} = lambda k, by=2: k + by"),
            _ => format!("def {name}(k, by={value}):\n    {body}"),
        }
    }

    /// A statement that changes what a variable is, or shows it.
    fn change(&mut self) -> String {
        let value = self.integer();
        for _ in 0..20 {
            if let Some(text) = self.try_change(&value) {
                return text;
            }
        }
        "print(current_step > 0)".to_owned()
    }

    fn try_change(&mut self, value: &str) -> Option<String> {
        Some(match self.below(30) {
            7 | 9 | 27 if !self.habits.odd => return None,
            0 => format!("{} += {value}", self.known(Kind::Integer)?),
            1 => {
                let (one, other) = (self.known(Kind::Integer)?, self.known(Kind::Integer)?);
                format!("{one}, {other} = {other}, {one}")
            }
            2 => format!("{0} += str({value})", self.known(Kind::Text)?),
            3 | 4 => format!("{}.append({value})", self.known(Kind::Integers)?),
            5 => format!("{} += [{value}]", self.known(Kind::Integers)?),
            6 => {
                let (one, other) = (self.known(Kind::Integers)?, self.known(Kind::Integers)?);
                format!("{one}.extend({other}[:3])")
            }
            7 => format!("{0}[0:1] = [{value}, 3]", self.known(Kind::Integers)?),
            8 => format!("if {0}: {0}[-1] = {value}", self.known(Kind::Integers)?),
            9 => format!("del {}[:1]", self.known(Kind::Integers)?),
            10 => format!("{}.sort()", self.known(Kind::Integers)?),
            11 => {
                let value = self.value();
                format!("{}.append({value})", self.known(Kind::List)?)
            }
            12..=14 => {
                let (inner, dict) = (self.value(), self.known(Kind::Dict)?);
                let key = self.one_of(&["1", "'l'", "(1, 2)", "None", "True", "2**70"]);
                format!("{dict}[{key}] = {inner}")
            }
            15 => format!(
                "{}.setdefault('m', []).append({value})",
                self.known(Kind::Dict)?
            ),
            16 => format!("{}.pop(2, None)", self.known(Kind::Dict)?),
            17 => {
                let (one, other) = (self.known(Kind::Dict)?, self.known(Kind::Dict)?);
                format!("{one}.update({other})")
            }
            18 => format!(
                "for k in {0}:\n    if k == 1: {0}[k] = {value}",
                self.known(Kind::Dict)?
            ),
            19 | 20 => format!("print({}({value}))", self.known(Kind::Function)?),
            21 => {
                let (one, other) = (self.known(Kind::Integers)?, self.known(Kind::Integers)?);
                format!("print({one} is {other}, {one} == {other})")
            }
            22 => {
                let (one, other) = (self.known(Kind::Dict)?, self.known(Kind::Dict)?);
                format!("print({one} is {other}, len({one}))")
            }
            23 => {
                let (dict, list) = (self.known(Kind::Dict)?, self.known(Kind::Integers)?);
                format!("print({dict}.get('l') is {list}, list({dict})[:2])")
            }
            24 => {
                self.cells += 1;
                let place = 10 + self.cells;
                format!("memory[{} + {place}] = {value}", self.known(Kind::Address)?)
            }
            25 => {
                let kind = self.one_of(&[Kind::Integers, Kind::List, Kind::Dict, Kind::Text]);
                format!("print({})", self.known(kind)?)
            }
            26 => {
                let (_, names) = self.one_of(NAMES);
                let name = self.one_of(names);
                format!("print('{name}' in globals())")
            }
            27 => {
                let (_, names) = self.one_of(NAMES);
                let name = self.one_of(names);
                format!(
                    "found = globals().get('{name}', {value})\n\
                     print(found if isinstance(found, int) else type(found).__name__)"
                )
            }
            28 => {
                let kind =
                    self.one_of(&[Kind::Integer, Kind::Integers, Kind::Dict, Kind::Function]);
                let name = self.known(kind)?;
                self.scope().remove(name);
                format!("del {name}")
            }
            _ => format!(
                "print({}, {})",
                self.known(Kind::Integer)?,
                self.known(Kind::Address)?
            ),
        })
    }

    fn statement(&mut self) -> String {
        if self.random.one_in(150) {
            let fails = [
                "print(missing)",
                "{}['key']",
                "[1][9] += 1",
                "assert a == -77",
            ];
            return self.one_of(&fails).to_owned();
        }
        match self.below(14) {
            0..=4 => self.binding(),
            5 => {
                // What is deleted, or is another kind, in one branch only would raise later.
                let before = self.scope().clone();
                let inner = self.change().replace('\n', "\n    ");
                *self.scope() = before;
                let test = match inner.starts_with("del ") {
                    true => "False".to_owned(),
                    false => format!("{} % 2", self.integer()),
                };
                format!("if {test}:\n    {inner}\nelse:\n    print('not')")
            }
            6 => {
                let before = self.scope().clone();
                let inner = self.change().replace('\n', "\n    ");
                *self.scope() = before;
                let times = if inner.starts_with("del ") { 0 } else { 2 };
                format!("for i in range({times}):\n    {inner}")
            }
            7 => {
                let inner = self.change().replace('\n', "\n    ");
                let raises = self.one_of(&["{}[1]", "[][1]", "1 // 0", "int(3)"]);
                format!(
                    "try:\n    {inner}\n    {raises}\nexcept (KeyError, IndexError) as error:\n    \
                     print('raised', error)\nexcept ZeroDivisionError:\n    pass\nfinally:\n    print('end')"
                )
            }
            _ => self.change(),
        }
    }

    fn entered(&mut self) -> String {
        let names: Vec<(&'static str, Kind)> = self
            .scope()
            .iter()
            .map(|(name, kind)| (*name, *kind))
            .collect();
        let mut scope = Scope::new();
        let mut entries = Vec::new();
        for (name, kind) in names {
            if self.random.one_in(3) {
                continue;
            }
            let (_, others) = NAMES.iter().find(|(found, _)| *found == kind).unwrap();
            let new = if self.random.one_in(4) {
                self.one_of(others)
            } else {
                name
            };
            // A function looks its variables up where it was made.
            scope.insert(new, kind);
            entries.push(format!("'{new}': {name}"));
        }
        self.scopes.push(scope);
        format!("vm_enter_scope({{{}}})", entries.join(", "))
    }

    fn hint(&mut self) -> String {
        let mut statements = Vec::new();
        for _ in 0..=self.below(4) {
            statements.push(self.statement());
        }
        match self.below(12) {
            0 | 1 if self.scopes.len() < 4 => statements.push(self.entered()),
            2 if self.scopes.len() > 1 => {
                statements.push("vm_exit_scope()".to_owned());
                self.scopes.pop();
            }
            3 if self.habits.registers => {
                statements.push("look = lambda: (str(ap), str(fp))".to_owned());
            }
            4 if self.habits.registers => {
                statements.push("print(*look() if 'look' in globals() else ())".to_owned());
            }
            _ => {}
        }
        if self.random.one_in(self.habits.python) {
            let only = self.one_of(PYTHON).to_owned();
            let place = self.below(statements.len() as u64 + 1) as usize;
            statements.insert(place, only);
        }
        statements.join("\n")
    }
}

fn hints(seed: u64) -> Vec<String> {
    let mut random = Random(seed);
    random.below(2);
    let mut writer = Writer {
        habits: Habits::new(&mut random),
        random,
        scopes: vec![Scope::new()],
        cells: 0,
    };
    let count = 4 + writer.below(HINTS);
    let mut hints: Vec<String> = (0..count).map(|_| writer.hint()).collect();
    hints.extend(
        writer
            .scopes
            .iter()
            .skip(1)
            .map(|_| "vm_exit_scope()".to_owned()),
    );
    hints
}

/// A compiled program that runs these hints, one before each instruction.
fn program(hints: &[String]) -> String {
    let mut data = Vec::new();
    let mut placed = serde_json::Map::new();
    for code in hints {
        placed.insert(
            data.len().to_string(),
            json!([{
                "code": code,
                "accessible_scopes": ["__main__", "__main__.main"],
                "flow_tracking_data": { "ap_tracking": { "group": 0, "offset": 0 }, "reference_ids": {} },
            }]),
        );
        data.extend(["0x480680017fff8000", "0x0"]);
    }
    data.push("0x208b7fff7fff7ffe");
    json!({
        "prime": "0x800000000000011000000000000000000000000000000000000000000000001",
        "builtins": [],
        "data": data,
        "main_scope": "__main__",
        "compiler_version": "0.14.0.1",
        "identifiers": { "__main__.main": { "type": "function", "pc": 0, "decorators": [] } },
        "reference_manager": { "references": [] },
        "hints": placed,
        "attributes": [],
        "debug_info": null,
    })
    .to_string()
}

/// What a program of these hints leaves behind, in Python and as placed, and how many ran here of how many.
fn both(folder: &Path, hints: &[String]) -> (Left, Left, (u64, u64)) {
    let path = folder.join("program.json");
    fs::write(&path, program(hints)).unwrap();
    let (python, _) = run(&path, "python");
    let (auto, stats) = run(&path, "auto");
    let count = |name: &str| stats[name].as_u64().unwrap_or(0);
    (
        python,
        auto,
        (count("hints_native"), count("hints_executed")),
    )
}

/// As few of the hints as still tell the two apart.
fn smallest(folder: &Path, mut hints: Vec<String>) -> Vec<String> {
    let differ = |hints: &[String]| {
        let (python, auto, _) = both(folder, hints);
        python != auto
    };
    let mut index = 0;
    while index < hints.len() {
        let mut fewer = hints.clone();
        fewer.remove(index);
        if differ(&fewer) {
            hints = fewer;
        } else {
            index += 1;
        }
    }
    for index in 0..hints.len() {
        let mut line = 0;
        while line < hints[index].lines().count() {
            let mut fewer = hints.clone();
            let lines = hints[index].lines().enumerate();
            let kept: Vec<&str> = lines
                .filter(|(at, _)| *at != line)
                .map(|(_, text)| text)
                .collect();
            fewer[index] = kept.join("\n");
            // One that does not parse differs in nothing but its words.
            if differ(&fewer) {
                hints = fewer;
            } else {
                line += 1;
            }
        }
    }
    hints
}

#[test]
fn hints_that_share_variables_leave_the_same_behind() {
    let seed = number_of("CAIROHINTS_TEST_SEED").unwrap_or(77);
    let count = number_of("CAIROHINTS_TEST_PROGRAMS").map_or(PROGRAMS, |count| count as usize);
    let next = AtomicUsize::new(0);
    let failures = Mutex::new(Vec::new());
    let totals = Mutex::new((0, 0, 0, 0));
    thread::scope(|scope| {
        for _ in 0..WORKERS {
            scope.spawn(|| {
                let folder = tempfile::TempDir::new().unwrap();
                loop {
                    let index = next.fetch_add(1, Ordering::Relaxed);
                    if index >= count {
                        return;
                    }
                    let hints = hints(seed.wrapping_mul(100_000) + index as u64);
                    let (python, auto, (native, executed)) = both(folder.path(), &hints);
                    {
                        let mut totals = totals.lock().unwrap();
                        totals.0 += u64::from(python.0 == Some(0));
                        totals.1 += u64::from(native > 0 && native < executed);
                        totals.2 += native;
                        totals.3 += executed;
                    }
                    if python != auto {
                        let hints = smallest(folder.path(), hints);
                        let (python, auto, _) = both(folder.path(), &hints);
                        failures.lock().unwrap().push(format!(
                            "seed {seed}, program {index}:\n{}\npython: {:?}\n{}\n{}\nauto: {:?}\n{}\n{}",
                            hints.join("\n-----\n"),
                            python.0, python.1, python.2, auto.0, auto.1, auto.2
                        ));
                    }
                }
            });
        }
    });
    let failures = failures.into_inner().unwrap();
    let (ended, mixed, native, executed) = totals.into_inner().unwrap();
    println!(
        "{count} programs: {ended} ended well, {mixed} ran hints in both languages, \
         {native} of {executed} hints in Rust"
    );
    let all = failures.join("\n\n==========\n");
    assert!(failures.is_empty(), "{} differ:\n{all}", failures.len());
    // Programs that fail early, or run in one language, would show nothing.
    let count = count as u64;
    assert!(ended * 3 > count, "only {ended} of {count} end well");
    assert!(
        mixed * 3 > count,
        "only {mixed} of {count} use both languages"
    );
}
