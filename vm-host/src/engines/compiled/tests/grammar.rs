//! Makes hints: statements and expressions of the subset, of all that hints have and of Python's traps, in
//! settings that fit. Must not know how they are run.

use super::here::{Cell, DATA, Setting, Variable};
use crate::engines::compiled::library::tests::random::Random;

/// The variables of a kind that hints use, which a hint may find or bind.
const INTEGERS: [&str; 5] = ["x", "y", "z", "n", "i"];
const LISTS: [&str; 3] = ["xs", "ys", "zs"];
const TEXTS: [&str; 1] = ["text"];
const DICTS: [&str; 2] = ["table", "other"];
const ADDRESSES: [&str; 2] = ["start", "end"];

const EDGES: [&str; 12] = [
    "2**63 - 1",
    "2**63",
    "-2**63 - 1",
    "2**64",
    "2**86",
    "2**128 - 1",
    "2**251",
    "PRIME - 1",
    "PRIME // 2",
    "2**256",
    "0xfffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    "10**40",
];

const FELTS: [&str; 8] = [
    "0",
    "1",
    "2",
    "7",
    "ffffffffffffffff",
    "100000000000000000000000000000000",
    "800000000000011000000000000000000000000000000000000000000000000",
    "400000000000008800000000000000000000000000000000000000000000001",
];

const WORDS: [&str; 3] = ["", "abc", "it's"];

/// A source of hints.
pub(super) struct Grammar {
    random: Random,
    /// The integer variables that have a value where the text is.
    integers: Vec<String>,
    lists: Vec<String>,
    texts: Vec<String>,
    dicts: Vec<String>,
    addresses: Vec<String>,
    /// Functions of the hint's own, and how many arguments they take.
    functions: Vec<(String, usize)>,
    lines: Vec<String>,
    indent: usize,
    /// The cells that were written: once is enough.
    written: Vec<String>,
    loops: usize,
    names: usize,
}

impl Grammar {
    pub(super) fn new(seed: u64) -> Self {
        Self {
            random: Random::new(seed),
            integers: Vec::new(),
            lists: Vec::new(),
            texts: Vec::new(),
            dicts: Vec::new(),
            addresses: Vec::new(),
            functions: Vec::new(),
            lines: Vec::new(),
            indent: 0,
            written: Vec::new(),
            loops: 0,
            names: 0,
        }
    }

    /// A hint and what it finds.
    pub(super) fn setting(&mut self) -> Setting {
        self.lines.clear();
        self.functions.clear();
        self.written.clear();
        (self.indent, self.loops, self.names) = (0, 0, 0);
        let variables = self.variables();
        let frame = self.frame();
        let data = (0..8).map(|offset| (offset, self.cell())).collect();
        for _ in 0..=self.random.below(5) {
            self.statement(2);
        }
        Setting {
            code: self.lines.join("\n"),
            variables,
            frame,
            data,
        }
    }

    fn chance(&mut self, of: usize) -> bool {
        self.random.below(of) == 0
    }

    fn variables(&mut self) -> Vec<(&'static str, Variable)> {
        let mut variables: Vec<(&'static str, Variable)> = Vec::new();
        for name in INTEGERS {
            if !self.chance(4) {
                let value = match self.random.below(8) {
                    0 => Variable::Boolean(self.chance(2)),
                    1..=4 => Variable::Integer(format!("{:x}", self.random.below(9))),
                    5 => Variable::Integer(format!("-{:x}", self.random.below(9))),
                    _ => Variable::Integer(self.random.one_of(&FELTS).to_string()),
                };
                variables.push((name, value));
            }
        }
        for name in LISTS {
            let given: Vec<&'static str> = variables
                .iter()
                .map(|(name, _)| *name)
                .filter(|name| LISTS.contains(name))
                .collect();
            if self.chance(3) {
                continue;
            }
            let value = if !given.is_empty() && self.chance(3) {
                Variable::Same(given[self.random.below(given.len())])
            } else {
                let count = self.random.below(5);
                Variable::List(
                    (0..count)
                        .map(|_| Variable::Integer(format!("{:x}", self.random.below(300))))
                        .collect(),
                )
            };
            variables.push((name, value));
        }
        if self.chance(2) {
            variables.push((
                "text",
                Variable::Text(WORDS[self.random.below(WORDS.len())]),
            ));
        }
        if self.chance(2) {
            variables.push(("start", Variable::Address(DATA, self.random.below(3))));
        }
        if self.chance(2) {
            let entries = vec![
                (Variable::Integer("1".into()), Variable::None),
                (Variable::Text("a"), Variable::Integer("2".into())),
            ];
            variables.push(("table", Variable::Dict(entries)));
            if self.chance(2) {
                variables.push(("other", Variable::Same("table")));
            }
        }
        if self.chance(4) {
            variables.push(("nothing", Variable::None));
        }
        if self.chance(6) {
            variables.push((
                "pair",
                Variable::Tuple(vec![Variable::Integer("1".into()), Variable::None]),
            ));
        }
        // A builtin that is a variable.
        if self.chance(12) {
            let name = *self.random.one_of(&["len", "range", "sum", "abs", "max"]);
            variables.push((name, Variable::Integer("3".into())));
        }
        let given = |names: &[&str]| -> Vec<String> {
            let known = variables.iter().filter(|(name, _)| names.contains(name));
            known.map(|(name, _)| (*name).to_owned()).collect()
        };
        self.integers = given(&INTEGERS);
        self.lists = given(&LISTS);
        self.texts = given(&TEXTS);
        self.dicts = given(&DICTS);
        self.addresses = given(&ADDRESSES);
        variables
    }

    fn frame(&mut self) -> Vec<(usize, Cell)> {
        let mut frame = vec![
            (0, self.cell()),
            (1, self.cell()),
            (5, self.cell()),
            (6, self.cell()),
            (10, Cell::Address(DATA, 2)),
            (11, Cell::Address(DATA, 0)),
        ];
        if self.chance(8) {
            frame.push((2, Cell::Address(DATA, 5)));
        } else {
            frame.push((2, self.cell()));
        }
        frame
    }

    fn cell(&mut self) -> Cell {
        if self.chance(2) {
            Cell::Felt(format!("{:x}", self.random.below(12)))
        } else {
            Cell::Felt((*self.random.one_of(&FELTS)).to_owned())
        }
    }

    fn line(&mut self, text: &str) {
        let line = "    ".repeat(self.indent) + text;
        self.lines.push(line);
    }

    // Statements.

    /// One statement, with others in it as deep as this.
    fn statement(&mut self, depth: usize) {
        let kinds = if depth == 0 { 18 } else { 27 };
        match self.random.below(kinds) {
            0..=2 => self.assignment(depth),
            3 => self.augmented(),
            4 => self.unpacking(),
            5 => self.of_a_list(),
            6..=7 => self.cell_written(),
            8 => {
                let condition = self.truth(2);
                let message = self.text(1);
                self.line(&format!("assert ({condition}) or True, {message}"));
            }
            9 => {
                let (value, name) = (self.list(2), self.name_of(&LISTS));
                self.line(&format!("{name} = {value}"));
                self.lists.push(name);
            }
            10 => {
                let (value, name) = (self.text(2), self.name_of(&TEXTS));
                self.line(&format!("{name} = {value}"));
                self.texts.push(name);
            }
            11 => {
                let (value, name) = (self.address(1), self.name_of(&ADDRESSES));
                self.line(&format!("{name} = {value}"));
                self.addresses.push(name);
            }
            12 => self.any(),
            13 => self.deletion(),
            14 => self.printed(),
            15 => self.of_a_dict(),
            16 => self.starred(),
            17 => self.dict_made(),
            18..=19 => self.choice(depth),
            20..=21 => self.repetition(depth),
            22 => self.counted(depth),
            23 => self.function(),
            24..=25 => self.attempt(depth),
            _ => self.rarely(),
        }
    }

    fn printed(&mut self) {
        let (number, text, list) = (self.integer(2), self.text(1), self.list(1));
        let line = match self.random.below(6) {
            0 => format!("print({number}, {text}, {list})"),
            1 => format!("print({number}, sep='', end={text})"),
            2 => format!("print(*{list}, sep={text})"),
            3 => format!("print(({number},), None, True, {{{number}: {list}}}, flush=False)"),
            4 => format!("print(f'{{{number}}} {{{list}!r}}')"),
            _ => format!("print(repr({text}), end='')"),
        };
        self.line(&line);
    }

    fn dict_made(&mut self) {
        let (number, text, list) = (self.integer(1), self.text(1), self.list(1));
        let name = self.name_of(&DICTS);
        let value = match self.random.below(7) {
            0 => "{}".to_owned(),
            1 => format!("{{{number}: {list}, {text}: None, True: 1}}"),
            2 => format!("{{x: x * 2 for x in {list} if x != {number}}}"),
            3 => format!("dict(a={number}, b={list})"),
            4 => format!("dict([({number}, 1), ({text}, {list})])"),
            5 => match self.known_dict() {
                Some(dict) => format!("{{**{dict}, 'more': {number}}}"),
                None => format!("{{(1, {number}): {text}}}"),
            },
            _ => match self.known_dict() {
                Some(dict) => dict,
                None => format!("dict({{{text}: {number}}}, c=3)"),
            },
        };
        self.line(&format!("{name} = {value}"));
        self.dicts.push(name);
    }

    fn of_a_dict(&mut self) {
        let Some(dict) = self.known_dict() else {
            return self.dict_made();
        };
        let (number, key, list) = (self.integer(1), self.small(), self.list(1));
        let line = match self.random.below(16) {
            0..=2 => format!("{dict}[{key}] = {number}"),
            3 => format!("{dict}[{key}] = {list}"),
            4 => format!("q = {dict}.get({key}), {dict}.get('a', {number})"),
            5 => format!("q = {dict}.pop({key}, None)"),
            6 => format!("q = {dict}.setdefault({key}, {number})"),
            7 => format!("q = list({dict}), list({dict}.items()), list({dict}.values())"),
            8 => {
                format!("q = {key} in {dict}, len({dict}), bool({dict}), 'a' not in {dict}.keys()")
            }
            9 => format!("if {key} in {dict}: del {dict}[{key}]"),
            10 => format!("{dict}.update({{{key}: {number}, 'z': 1}})"),
            11 => format!("for k, v in {dict}.items(): q = k, v"),
            12 => format!("for k in {dict}: {dict}[k] = {number}"),
            13 => format!("q = {dict}.copy() == {dict}, {dict} is {dict}, f'{{{dict}}}'"),
            14 => format!("{dict}[{key}] = {dict}"),
            _ => format!("{dict}.clear()"),
        };
        self.line(&line);
    }

    fn starred(&mut self) {
        let (first, number, list) = (self.name_of(&INTEGERS), self.integer(1), self.list(1));
        let name = self.name_of(&LISTS);
        let line = match self.random.below(4) {
            0 => format!("{first}, *{name} = [{number}, *{list}]"),
            1 => format!("*{name}, {first} = (*{list}, {number})"),
            2 => format!("{name} = [({first} := {number}), *{list}]"),
            _ => format!("{first}, *{name}, q = {number}, *{list}, 3"),
        };
        self.line(&line);
        self.integers.push(first);
        self.lists.push(name);
    }

    fn attempt(&mut self, depth: usize) {
        self.line("try:");
        self.block(depth);
        match self.random.below(4) {
            0 => {
                self.line("except (ValueError, KeyError) as error:");
                self.block(depth);
            }
            1 => {
                self.line("except Exception:");
                self.block(depth);
                self.line("else:");
                self.block(depth);
            }
            2 => {
                self.line("except ZeroDivisionError:");
                self.line("    q = 'caught'");
                self.line("finally:");
                self.block(depth);
            }
            _ => {
                self.line("finally:");
                self.block(depth);
            }
        }
        if self.chance(4) {
            let condition = self.truth(1);
            self.line(&format!("if not ({condition}): raise ValueError('no')"));
        }
    }

    fn known_dict(&mut self) -> Option<String> {
        (!self.dicts.is_empty()).then(|| self.random.one_of(&self.dicts).clone())
    }

    fn block(&mut self, depth: usize) {
        self.indent += 1;
        // What is bound here may be bound nowhere.
        let before = (
            self.integers.len(),
            self.lists.len(),
            self.texts.len(),
            self.addresses.len(),
        );
        let functions = self.functions.len();
        let dicts = self.dicts.len();
        let written = self.written.len();
        for _ in 0..=self.random.below(3) {
            self.statement(depth - 1);
        }
        self.integers.truncate(before.0);
        self.lists.truncate(before.1);
        self.texts.truncate(before.2);
        self.dicts.truncate(dicts);
        self.addresses.truncate(before.3);
        self.functions.truncate(functions);
        self.written.truncate(written);
        self.indent -= 1;
    }

    fn assignment(&mut self, _: usize) {
        let (value, name) = (self.integer(3), self.name_of(&INTEGERS));
        if self.chance(5) {
            let other = self.name_of(&INTEGERS);
            self.line(&format!("{name} = {other} = {value}"));
            self.integers.push(other);
        } else {
            self.line(&format!("{name} = {value}"));
        }
        self.integers.push(name);
    }

    fn augmented(&mut self) {
        const OPERATORS: [&str; 7] = ["+=", "-=", "*=", "&=", "|=", "^=", ">>="];
        let operator = *self.random.one_of(&OPERATORS);
        let value = if operator == ">>=" {
            "3".to_owned()
        } else {
            self.integer(2)
        };
        if let Some(list) = self.known_list()
            && self.chance(2)
        {
            let index = self.small();
            match self.random.below(3) {
                0 => {
                    let more = self.list(1);
                    self.line(&format!("{list} += {more}"));
                }
                1 => {
                    let times = self.random.below(3);
                    self.line(&format!("{list} *= {times}"));
                }
                _ => self.line(&format!(
                    "if {list}: {list}[{index} % len({list})] {operator} {value}"
                )),
            }
        } else if let Some(name) = self.known_integer() {
            self.line(&format!("{name} {operator} {value}"));
        }
    }

    fn unpacking(&mut self) {
        let (first, second) = (self.name_of(&INTEGERS), self.name_of(&INTEGERS));
        let (left, right) = (self.integer(2), self.integer(2));
        let line = match self.random.below(6) {
            0 => format!("{first}, {second} = divmod({left}, {right} or 1)"),
            1 => format!("[{first}, {second}] = [{left}, {right}]"),
            2 => format!("({first}, q), {second} = ({left}, 1), {right}"),
            3 => format!(
                "{first}, {second} = range({}, {})",
                self.random.below(2),
                2 + self.random.below(2)
            ),
            4 if self.integers.contains(&first) && self.integers.contains(&second) => {
                format!("{first}, {second} = {second}, {first}")
            }
            _ => format!("{first}, {second} = {left}, {right}"),
        };
        self.line(&line);
        self.integers.extend([first, second]);
    }

    fn of_a_list(&mut self) {
        let Some(list) = self.known_list() else {
            return self.assignment(0);
        };
        let (value, index) = (self.integer(2), self.small());
        let other = self.list(1);
        let line = match self.random.below(14) {
            0..=2 => format!("{list}.append({value})"),
            3 => format!("{list}.extend({other})"),
            4 => format!("{list}.insert({index}, {value})"),
            5 => format!("if {list}: q = {list}.pop()"),
            6 => format!("if {list}: q = {list}.pop({index} % len({list}))"),
            7 => format!("{list}.reverse()"),
            8 => format!(
                "{list}.sort({})",
                *self.random.one_of(&["", "reverse=True"])
            ),
            9 => format!("{list}.append({other})"),
            10 => format!("if len({list}) > 1: {list}[{index} % 2] = {value}"),
            11 => format!("q = {list}.count({value}) + {list}.copy().count({index})"),
            12 => format!("{list}.append({list})"),
            _ => format!("if {list}: del {list}[-1]"),
        };
        let refused = line.contains("append([") || line.contains(&format!("append({list})"));
        self.line(&line);
        if refused
            || line.contains(".append(")
                && self
                    .lists
                    .iter()
                    .any(|name| line.ends_with(&format!("({name})")))
        {
            // It is no list of integers any more.
            self.lists.retain(|name| *name != list);
        }
    }

    fn cell_written(&mut self) {
        let value = self.integer(2);
        let targets = [
            "ids.out",
            "ids.more",
            "memory[ap + 20]",
            "memory[fp + 21]",
            "ids.a",
            "ids.pt.x",
            "new",
        ];
        let target = (*self.random.one_of(&targets)).to_owned();
        if self.written.contains(&target) || self.loops > 0 {
            return self.assignment(0);
        }
        match target.as_str() {
            "new" => {
                let values = self.list(1);
                let name = self.name_of(&ADDRESSES);
                match self.random.below(4) {
                    0 => self.line(&format!("{name} = segments.add_temp_segment()")),
                    1 => self.line(&format!("{name} = segments.gen_arg([{value}, {values}])")),
                    2 => {
                        self.line(&format!("{name} = segments.add()"));
                        self.line(&format!("q = segments.write_arg({name}, [{value}])"));
                    }
                    _ => {
                        self.line(&format!("{name} = segments.add()"));
                        self.line(&format!("memory[{name} + 1] = ({value}) % PRIME"));
                    }
                }
                self.addresses.push(name);
            }
            // What it is already.
            "ids.a" => self.line("ids.a = ids.a"),
            "ids.pt.x" => self.line("ids.pt.x = ids.pt.x % PRIME"),
            _ => {
                let value = if self.chance(4) {
                    self.address(1)
                } else {
                    format!("({value}) % PRIME")
                };
                self.line(&format!("{target} = {value}"));
            }
        }
        self.written.push(target);
    }

    fn any(&mut self) {
        let (number, list) = (self.integer(2), self.list(1));
        let value = match self.random.below(9) {
            0 => "None".to_owned(),
            1 => format!("({number}, {list})"),
            2 => format!("({number},)"),
            3 => self.truth(3),
            4 => format!("{number} or {list}"),
            5 => format!("{list} and {number}"),
            6 => format!("[{number}, None, {list}, ({number}, 'a')]"),
            7 => format!("{list} if {} else {number}", self.truth(1)),
            _ => format!("max({list} or [{number}])"),
        };
        self.line(&format!("any_value = {value}"));
    }

    fn deletion(&mut self) {
        let Some(name) = self
            .known_integer()
            .filter(|_| self.loops == 0 && self.indent == 0)
        else {
            return self.assignment(0);
        };
        self.line(&format!("del {name}"));
        self.integers.retain(|known| *known != name);
    }

    fn choice(&mut self, depth: usize) {
        let condition = self.truth(2);
        self.line(&format!("if {condition}:"));
        self.block(depth);
        if self.chance(3) {
            let condition = self.truth(2);
            self.line(&format!("elif {condition}:"));
            self.block(depth);
        }
        if self.chance(2) {
            self.line("else:");
            self.block(depth);
        }
    }

    fn repetition(&mut self, depth: usize) {
        let name = self.name_of(&INTEGERS);
        let list = self.list(1);
        let (from, to, step) = (
            self.random.below(3),
            self.random.below(6),
            1 + self.random.below(3),
        );
        let head = match self.random.below(8) {
            0 => format!("for {name} in range({to}):"),
            1 => format!("for {name} in range({from}, {to}, {step}):"),
            2 => format!("for {name} in range({to}, {from}, -{step}):"),
            3 => format!("for {name}, q in enumerate({list}):"),
            4 => format!("for {name}, q in zip({list}, range({to})):"),
            5 => format!("for {name} in reversed({list}):"),
            6 => format!("for {name} in ({from}, {to}):"),
            _ => format!("for {name} in {list}[:5]:"),
        };
        self.line(&head);
        self.loops += 1;
        let known = self.integers.len();
        self.integers.push(name.clone());
        self.block(depth);
        self.leave_or_go_on();
        self.integers.truncate(known);
        self.loops -= 1;
        if self.chance(4) {
            self.line("else:");
            self.block(depth);
        }
    }

    fn counted(&mut self, depth: usize) {
        let count = self.random.below(5);
        let name = format!("count_{}", self.names);
        self.names += 1;
        self.line(&format!("{name} = 0"));
        self.line(&format!("while {name} < {count}:"));
        self.loops += 1;
        self.indent += 1;
        self.line(&format!("{name} += 1"));
        self.indent -= 1;
        self.block(depth);
        self.leave_or_go_on();
        self.loops -= 1;
        if self.chance(4) {
            self.line("else:");
            self.block(depth);
        }
    }

    fn leave_or_go_on(&mut self) {
        if self.chance(3) {
            let condition = self.truth(1);
            let word = *self.random.one_of(&["break", "continue"]);
            self.indent += 1;
            self.line(&format!("if {condition}: {word}"));
            self.indent -= 1;
        }
    }

    fn function(&mut self) {
        if self.loops > 0 || self.indent > 0 {
            return self.assignment(0);
        }
        let name = format!("f{}", self.names);
        self.names += 1;
        let count = 1 + self.random.below(2);
        let head = if count == 1 { "a" } else { "a, b=2" };
        self.line(&format!("def {name}({head}):"));
        self.indent += 1;
        let (integers, lists) = (self.integers.clone(), self.lists.clone());
        self.integers.push("a".to_owned());
        if count == 2 {
            self.integers.push("b".to_owned());
        }
        if self.chance(2) {
            let value = self.integer(2);
            self.line(&format!("total = {value}"));
            self.integers.push("total".to_owned());
        }
        if self.chance(2) {
            let (condition, value) = (self.truth(1), self.integer(1));
            self.line(&format!("if {condition}: return {value}"));
        }
        let value = self.integer(3);
        self.line(&format!("return {value}"));
        self.indent -= 1;
        (self.integers, self.lists) = (integers, lists);
        self.functions.push((name, count));
    }

    /// What is refused, or seldom written.
    fn rarely(&mut self) {
        let value = self.integer(1);
        let lines: &[&str] = match self.random.below(12) {
            0 => &["len = 3"],
            1 => &["range = 5"],
            2 => &[
                "from math import gcd, isqrt",
                "q = gcd(12, VALUE) + isqrt(abs(VALUE))",
            ],
            3 => &["fs = [lambda: v for v in range(3)]", "q = fs[0]()"],
            4 => &["q = {1: VALUE}"],
            5 => &["q = VALUE is None", "q = q is not True"],
            6 => &["v = 1", "q = [v for v in range(3)]", "q.append(v)"],
            7 => &["q = sum(v * w for v in range(3) for w in range(v) if v != w)"],
            8 => &["q = all(v < VALUE for v in range(3)), any(v == VALUE for v in (1, 2))"],
            9 => &["q = pow(3, -1, 7), pow(VALUE, 5, 11), pow(2, 10)"],
            10 => &["q = f'{VALUE:5d}|{VALUE!r}|{VALUE:x}|{ap}|{[1, None]}'"],
            _ => &["q = (VALUE, 1) < (VALUE, 2), [1] < [1, 0], 'a' < 'b', True + True"],
        };
        for line in lines {
            self.line(&line.replace("VALUE", &format!("({value})")));
        }
    }

    // Expressions.

    fn name_of(&mut self, names: &[&str]) -> String {
        (*self.random.one_of(names)).to_owned()
    }

    fn known_integer(&mut self) -> Option<String> {
        (!self.integers.is_empty()).then(|| self.random.one_of(&self.integers).clone())
    }

    fn known_list(&mut self) -> Option<String> {
        (!self.lists.is_empty()).then(|| self.random.one_of(&self.lists).clone())
    }

    fn small(&mut self) -> String {
        format!(
            "{}{}",
            if self.chance(3) { "-" } else { "" },
            self.random.below(5)
        )
    }

    fn integer(&mut self, depth: usize) -> String {
        if depth == 0 || self.chance(5) {
            return self.simple();
        }
        let (left, right) = (self.integer(depth - 1), self.integer(depth - 1));
        match self.random.below(30) {
            0..=6 => {
                let operator = *self.random.one_of(&["+", "-", "*", "&", "|", "^", "+"]);
                format!("({left} {operator} {right})")
            }
            7..=9 => {
                let operator = *self.random.one_of(&["//", "%"]);
                format!("({left} {operator} ({right} or 1))")
            }
            10 => format!("({left} >> ({right} & 70))"),
            11 => format!("({left} << {})", self.random.below(90)),
            12 => format!("({left} ** {})", self.random.below(4)),
            13 => format!(
                "pow({left}, abs({right}) % 999, {})",
                *self.random.one_of(&["7", "-5", "PRIME", "2**86"])
            ),
            14 => format!("{}({left})", *self.random.one_of(&["-", "abs", "+", "int"])),
            15 => format!("({left} if {} else {right})", self.truth(depth - 1)),
            16 => format!("({left} {} {right})", *self.random.one_of(&["and", "or"])),
            17 => format!("{}({left}, {right})", *self.random.one_of(&["min", "max"])),
            18 => {
                let list = self.list(depth - 1);
                format!("{}({list})", *self.random.one_of(&["len", "sum"]))
            }
            19 => {
                let list = self.list(depth - 1);
                format!(
                    "({list} or [{left}])[{}]",
                    *self.random.one_of(&["0", "-1"])
                )
            }
            20 => format!("divmod({left}, {right} or 1)[{}]", self.random.below(2)),
            21 => {
                let list = self.list(0);
                format!("sum(v * {} for v in {list} if v % 2)", self.small())
            }
            22 => match self.functions.is_empty() {
                true => left,
                false => {
                    let (name, count) = self.random.one_of(&self.functions).clone();
                    match (count, self.random.below(3)) {
                        (2, 0) => format!("{name}({left}, b={right})"),
                        (2, 1) => format!("{name}({left}, {right})"),
                        _ => format!("{name}({left})"),
                    }
                }
            },
            23 => format!("({})", self.truth(depth - 1)),
            24 => format!("({}).bit_length()", left),
            25 => {
                let number = self.float(depth - 1);
                format!(
                    "{}({number})",
                    *self.random.one_of(&["int", "round", "bool"])
                )
            }
            26 => format!("len(repr({}))", self.float(depth - 1)),
            27 => {
                let (order, bytes) = (*self.random.one_of(&["big", "little"]), self.bytes());
                format!("int.from_bytes({bytes}, '{order}')")
            }
            28 => format!(
                "sum(map({}, {}))",
                *self.random.one_of(&["int", "abs", "bool"]),
                self.list(0)
            ),
            _ => {
                let address = self.address(depth - 1);
                match self.random.below(2) {
                    0 => format!("({address}).offset"),
                    _ => format!("(({address} + {}) - {address})", self.random.below(4)),
                }
            }
        }
    }

    /// A number that need not be whole.
    fn float(&mut self, depth: usize) -> String {
        let left = self.integer(depth.min(1));
        let right = *self
            .random
            .one_of(&["2", "0.5", "7", "-1.25", "1e3", "0.1"]);
        let operator = *self.random.one_of(&["/", "*", "+", "-", "//", "%"]);
        match self.random.below(3) {
            0 => format!("float({left})"),
            1 => format!("({left} % 1000 {operator} {right})"),
            _ => format!("({left} {operator} {right})"),
        }
    }

    fn bytes(&mut self) -> String {
        let number = self.integer(1);
        match self.random.below(5) {
            0 => "b'a\\x00z'".to_owned(),
            1 => format!("({number} % 2**64).to_bytes(8, 'big')"),
            2 => format!("(str({number}).encode() + b'.')"),
            3 => format!("bytes([v % 256 for v in {}])", self.list(0)),
            _ => format!("b'abcdef'[{}:]", self.small()),
        }
    }

    fn simple(&mut self) -> String {
        match self.random.below(14) {
            0..=2 => self.small(),
            3 => format!("({})", *self.random.one_of(&EDGES)),
            4..=7 => self.known_integer().unwrap_or_else(|| "4".to_owned()),
            8 => format!("ids.{}", *self.random.one_of(&["a", "b", "SOME", "a"])),
            9 => format!(
                "ids.{}",
                *self.random.one_of(&["pt.x", "pt.y", "ptr.x", "ptr.y"])
            ),
            10 => format!(
                "memory[{}{}]",
                *self
                    .random
                    .one_of(&["ids.arr", "fp + 5 - 5", "ids.arr + 3"]),
                ""
            ),
            11 => (*self.random.one_of(&[
                "PRIME",
                "True",
                "False",
                "ord('a')",
                "int('12')",
                "len('abc')",
            ]))
            .to_owned(),
            12 => "memory.get_range(ids.arr, 3)[1]".to_owned(),
            _ => format!("{}", self.random.below(300)),
        }
    }

    fn truth(&mut self, depth: usize) -> String {
        let (left, right) = if depth == 0 {
            (self.simple(), self.simple())
        } else {
            (self.integer(depth - 1), self.integer(depth - 1))
        };
        let operator = *self.random.one_of(&["==", "!=", "<", "<=", ">", ">="]);
        if depth == 0 {
            return format!("{left} {operator} {right}");
        }
        match self.random.below(11) {
            0..=3 => format!("{left} {operator} {right}"),
            4 => format!("{left} <= {right} {operator} {}", self.simple()),
            5 => format!("not {left}"),
            6 => format!(
                "({} {} {})",
                self.truth(depth - 1),
                *self.random.one_of(&["and", "or"]),
                self.truth(depth - 1)
            ),
            7 => {
                let list = self.list(depth - 1);
                format!("{left} {} {list}", *self.random.one_of(&["in", "not in"]))
            }
            8 => format!("{left} is {}None", *self.random.one_of(&["", "not "])),
            9 => {
                let list = self.list(0);
                format!(
                    "{}(v {operator} {} for v in {list})",
                    *self.random.one_of(&["all", "any"]),
                    self.small()
                )
            }
            _ => format!(
                "isinstance({left}, {})",
                *self.random.one_of(&["int", "bool", "(list, int)", "str"])
            ),
        }
    }

    fn list(&mut self, depth: usize) -> String {
        let known = self.known_list();
        if depth == 0 || self.chance(3) {
            return match known {
                Some(list) if !self.chance(3) => list,
                _ => format!("[{}, {}]", self.simple(), self.small()),
            };
        }
        let list = self.list(depth - 1);
        let (left, right) = (self.integer(depth - 1), self.small());
        match self.random.below(11) {
            0 => format!("[{left}, {right}, {}]", self.simple()),
            1 => format!("[v + {right} for v in {list}]"),
            2 => format!(
                "[v for v in {list} if v {} {right}]",
                *self.random.one_of(&["<", "==", "!="])
            ),
            3 => format!("[v * w for v in {list} for w in range(v % 3)]"),
            4 => format!("{list}[{right}:]"),
            5 => format!(
                "{list}[{}:{right}:{}]",
                self.random.below(3),
                *self.random.one_of(&["1", "2", "-1", ""])
            ),
            6 => format!("({list} + [{left}])"),
            7 => format!("([{left}] * {})", self.random.below(4)),
            8 => match self.random.below(3) {
                0 => format!("sorted(set({list}))"),
                1 => format!("sorted({{v % 5 for v in {list}}})"),
                _ => format!("sorted({list})"),
            },
            9 => format!("list(range({}))", self.random.below(5)),
            _ => format!(
                "list({}({list}))",
                *self.random.one_of(&["reversed", "tuple", "list"])
            ),
        }
    }

    fn text(&mut self, depth: usize) -> String {
        let number = self.integer(depth.min(1));
        match self.random.below(9) {
            7 => format!("str({})", self.float(1)),
            8 => format!("({}).hex()", self.bytes()),
            0 => "'abc'".to_owned(),
            1 => format!(
                "f'{{{number}}} is {{{}}}'",
                self.simple().replace('\'', "\"")
            ),
            2 => format!("str({number})"),
            3 => format!("hex({number})"),
            4 => format!("', '.join([str(v) for v in {}])", self.list(0)),
            5 => self
                .texts
                .first()
                .cloned()
                .unwrap_or_else(|| "'x' * 3".to_owned()),
            _ => format!("('a' + str({number}))"),
        }
        .replace("{ord('a')", "{ord(\"a\")")
    }

    fn address(&mut self, depth: usize) -> String {
        let offset = self.random.below(4);
        if depth > 0 && self.chance(2) {
            return format!("({} + {offset})", self.address(0));
        }
        match self.random.below(7) {
            0 => "ap".to_owned(),
            1 => "fp".to_owned(),
            2 => "ids.arr".to_owned(),
            3 => "ids.pt.address_".to_owned(),
            4 => "ids.ptr.address_".to_owned(),
            _ if !self.addresses.is_empty() => self.random.one_of(&self.addresses).clone(),
            _ => "ids.arr".to_owned(),
        }
    }
}
