//! The names that a Python hint may read or bind in its scope, found from its tokens alone. Every doubt
//! counts as a use: a name too many only costs speed.

use std::collections::{BTreeMap, BTreeSet};

use super::tokens::{Token, tokens};
use crate::engines::compiled::LASTING;

/// Names that the VM sets before every hint and that cannot carry anything between hints.
const OF_THE_VM: &[&str] = &[
    "ids",
    "memory",
    "segments",
    "ap",
    "fp",
    "pc",
    "PRIME",
    "vm_enter_scope",
    "vm_exit_scope",
];
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "async", "await", "break", "class", "continue",
    "def", "del", "elif", "else", "except", "finally", "for", "from", "global", "if", "import",
    "in", "is", "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while",
    "with", "yield",
];
/// Functions that carry nothing between hints as long as they are only called.
const FUNCTIONS: &[&str] = &[
    "abs",
    "all",
    "any",
    "bytearray",
    "bytes",
    "dict",
    "divmod",
    "enumerate",
    "hex",
    "int",
    "isinstance",
    "len",
    "list",
    "map",
    "max",
    "min",
    "pow",
    "print",
    "range",
    "repr",
    "reversed",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
    "to_felt_or_relocatable",
];
/// Functions that have used up a generator when they return.
const CONSUMERS: &[&str] = &[
    "all",
    "any",
    "dict",
    "list",
    "max",
    "min",
    "set",
    "sorted",
    "sum",
    "tuple",
    "bytes",
    "bytearray",
];
/// Names through which a hint reaches any variable, or what any other hint uses.
const OPAQUE: &[&str] = &[
    "globals",
    "locals",
    "vars",
    "dir",
    "exec",
    "eval",
    "compile",
    "setattr",
    "delattr",
    "breakpoint",
    "vm",
];
/// Those that are as often reached as an attribute.
const OPAQUE_ATTRIBUTES: &[&str] = &[
    "builtins",
    "sys",
    "inspect",
    "gc",
    "pdb",
    "importlib",
    "attrgetter",
    "methodcaller",
];
/// Attributes with two underscores that reach nothing but the object itself.
const PLAIN_ATTRIBUTES: &[&str] = &["__name__", "__len__", "__str__", "__repr__", "__init__"];
/// Modules whose import changes nothing that another hint could see. Any other may do anything.
const QUIET_MODULES: &[&str] = &[
    "abc",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "eth_hash",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "io",
    "itertools",
    "json",
    "math",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pprint",
    "random",
    "re",
    "secrets",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "time",
    "typing",
    "zlib",
];
/// The parts of cairo-lang that do not touch the VM behind its back.
const QUIET_PACKAGES: &[&[&str]] = &[
    &["starkware", "cairo", "common"],
    &["starkware", "cairo", "lang", "vm", "relocatable"],
    &["starkware", "crypto"],
    &["starkware", "python"],
];
/// Whether the import of a module, by its dotted name, changes nothing that another hint could see.
pub(super) fn is_quiet_import(module: &str) -> bool {
    let parts: Vec<&str> = module.split('.').collect();
    let first = parts.first().copied().unwrap_or_default();
    QUIET_MODULES.contains(&first)
        || QUIET_PACKAGES
            .iter()
            .any(|package| parts.starts_with(package))
}

/// Names through which a hint changes what reading or writing a cell does.
const RULES: &[&str] = &[
    "vm_add_validation_rule",
    "vm_add_auto_deduction_rule",
    // Its hints could see what twins do not keep.
    "vm_load_program",
    "builtin_runners",
];

/// What a hint's tokens tell about its scope.
#[derive(Clone, Debug, Default)]
pub(super) struct Names {
    /// Names that it mentions.
    used: BTreeSet<String>,
    called: BTreeSet<String>,
    /// Used names whose value it cannot see when another hint has set it.
    bound_first: BTreeSet<String>,
    /// Whether it may do anything: see and set any variable, and change how memory behaves.
    pub(super) opaque: bool,
    /// Whether code of the hint that runs later may see registers of the hint that ran last.
    keeps_registers: bool,
    /// Whether it enters a scope.
    pub(super) enters_scope: bool,
    /// Whether the hint may change how memory behaves, which all other hints see.
    pub(super) changes_memory_rules: bool,
}

impl Names {
    /// The names in a hint's code.
    pub(super) fn of(code: &str) -> Self {
        let tokens = tokens(code);
        let view = View(&tokens);
        let mut names = Self {
            opaque: view.changes_attributes() || view.imports_unknown(),
            ..Self::default()
        };
        let later = view.reads_later();
        let mut mentions: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut module_path = false;
        for (index, token) in tokens.iter().enumerate() {
            if token.indent.is_some() || token.text == ";" {
                module_path = token.text == "from";
            } else if token.text == "import" {
                module_path = false;
            }
            if module_path && token.text != "import" {
                continue;
            }
            let text = token.text;
            let before = view.before(index);
            if RULES.contains(&text) {
                names.changes_memory_rules = true;
            }
            if text == "globals" && view.names_of_globals(index, &mut names.used) {
                continue;
            }
            if before == "import" && text == "*"
                || (OPAQUE.contains(&text) && before != ".")
                || OPAQUE_ATTRIBUTES.contains(&text)
                // Python knows such a name by another spelling, too.
                || !text.is_ascii()
                || (text == "getattr" && !view.gets_a_known_attribute(index))
                || (text.starts_with("__")
                    && text.ends_with("__")
                    && !PLAIN_ATTRIBUTES.contains(&text))
            {
                names.opaque = true;
            }
            if text == "vm_enter_scope" && before != "." {
                names.enters_scope = true;
                names.opaque |= !view.names_of_new_scope(index, &mut names.used);
            }
            if text == "vm_exit_scope" && view.text(index + 1) != "(" {
                names.opaque = true;
            }
            names.keeps_registers |= later && LASTING.contains(&text) && before != ".";
            let starts_a_name = text
                .chars()
                .next()
                .is_some_and(|first| first.is_alphabetic() || first == '_');
            if !starts_a_name
                || before == "."
                || KEYWORDS.contains(&text)
                || OF_THE_VM.contains(&text)
                || view.is_keyword_argument(index)
            {
                continue;
            }
            let only_called = view.text(index + 1) == "(" && !matches!(before, "def" | "class");
            if only_called && FUNCTIONS.contains(&text) {
                names.called.insert(text.to_owned());
                continue;
            }
            if text.ends_with("_builtin") {
                let only_read = text == "range_check_builtin"
                    && view.text(index + 1) == "."
                    && view.text(index + 2) == "bound"
                    && !(view.text(index + 3) == "=" && view.text(index + 4) != "=");
                names.changes_memory_rules |= !only_read;
                continue;
            }
            mentions.entry(text).or_default().push(index);
        }
        for (name, places) in mentions {
            let fresh = names.used.insert(name.to_owned());
            if fresh && !later && view.is_bound_first(name, &places) {
                names.bound_first.insert(name.to_owned());
            }
        }
        names
    }

    /// The names of variables that exist before the first hint.
    pub(super) fn of_variables<'a>(names: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            used: names.into_iter().map(str::to_owned).collect(),
            ..Self::default()
        }
    }

    /// Whether a variable has a name that the VM itself gives to hints.
    pub(super) fn are_of_the_vm(names: &BTreeSet<String>) -> bool {
        names.iter().any(|name| {
            let name = name.as_str();
            OF_THE_VM.contains(&name)
                || LASTING.contains(&name)
                || RULES.contains(&name)
                || name.ends_with("_builtin")
        })
    }

    /// A variable through which this hint, in Python, and `other`, a known one, would see each other.
    /// `reads` are the variables that `other` may read before it binds them.
    pub(super) fn shared_with<'a>(
        &'a self,
        other: &'a Self,
        reads: &[&str],
        scopes_are_entered: bool,
    ) -> Option<&'a str> {
        if self.keeps_registers && scopes_are_entered {
            // Whatever hint runs last in a scope leaves its registers there.
            return Some("fp");
        }
        let seen = |name: &&String| {
            let name = name.as_str();
            if reads.contains(&name) {
                return self.used.contains(name) || self.called.contains(name);
            }
            (self.used.contains(name) && !self.bound_first.contains(name))
                || self.called.contains(name)
        };
        let called = || other.called.iter().find(|name| self.used.contains(*name));
        other
            .used
            .iter()
            .find(seen)
            .or_else(called)
            .map(String::as_str)
    }

    /// Whether the hint mentions a variable.
    pub(super) fn mentions(&self, name: &str) -> bool {
        self.used.contains(name)
    }
}

/// Questions about the tokens of one hint.
struct View<'a>(&'a [Token<'a>]);

impl<'a> View<'a> {
    fn text(&self, index: usize) -> &'a str {
        self.0.get(index).map_or("", |token| token.text)
    }

    fn before(&self, index: usize) -> &'a str {
        index.checked_sub(1).map_or("", |index| self.text(index))
    }

    /// The first token after `index` for which `ends` holds.
    fn find(&self, index: usize, ends: impl Fn(&Token<'_>) -> bool) -> usize {
        let after = (index + 1).min(self.0.len());
        let found = self.0[after..].iter().position(ends);
        found.map_or(self.0.len(), |distance| after + distance)
    }

    /// Where the bracket around `index` opens, and where it closes.
    fn brackets(&self, index: usize) -> Option<(usize, usize)> {
        let depth = self.0[index].depth.checked_sub(1)?;
        let opens = (0..index)
            .rev()
            .find(|&at| self.0[at].depth == depth && matches!(self.0[at].text, "(" | "[" | "{"))?;
        let closes = self.find(index, |token| {
            token.depth == depth && matches!(token.text, ")" | "]" | "}")
        });
        Some((opens, closes))
    }

    /// Whether code of the hint may read names after it has ended.
    fn reads_later(&self) -> bool {
        self.0
            .iter()
            .enumerate()
            .any(|(index, token)| match token.text {
                "def" | "lambda" | "class" | "yield" | "async" => true,
                "for" if token.indent.is_none() => match self.brackets(index) {
                    Some((opens, _)) if self.text(opens) == "(" => {
                        !CONSUMERS.contains(&self.before(opens))
                    }
                    Some(_) => false,
                    // A statement behind a colon.
                    None => true,
                },
                _ => false,
            })
    }

    /// Whether a statement sets or deletes an attribute of anything but `ids` and `self`.
    fn changes_attributes(&self) -> bool {
        let mut start = 0;
        while start < self.0.len() {
            let depth = self.0[start].depth;
            let end = self.find(start, |token| token.indent.is_some() || token.text == ";");
            // The last `=` of the statement that assigns.
            let assigns = (start + 1..end).rev().find(|&at| {
                self.text(at) == "="
                    && self.0[at].depth == depth
                    && self.text(at + 1) != "="
                    && !matches!(self.before(at), "=" | "!")
                    && !(matches!(self.before(at), "<" | ">")
                        && self.text(at.saturating_sub(2)) != self.before(at))
            });
            let targets = match self.text(start) {
                "del" | "async" => end,
                "for" => self.find(start, |token| token.text == "in"),
                _ => assigns.unwrap_or(start),
            };
            if (start..end).any(|at| {
                self.text(at) == "as" && self.text(at + 2) == "." && self.text(start) == "with"
            }) {
                return true;
            }
            for at in start + 1..targets {
                // `a.b` that is not called, indexed or looked into is the target itself.
                if self.text(at) == "."
                    && self.0[at].depth == depth
                    && !matches!(self.text(at + 2), "." | "(" | "[")
                    && !matches!(self.root(at), "ids" | "self")
                {
                    return true;
                }
            }
            // A bracket around targets.
            if matches!(self.text(start), "(" | "[")
                && targets > start
                && (start..targets)
                    .any(|at| self.text(at) == "." && !matches!(self.root(at), "ids" | "self"))
            {
                return true;
            }
            start = end.max(start + 1);
        }
        false
    }

    /// What the chain of attributes at a dot starts from.
    fn root(&self, dot: usize) -> &'a str {
        let mut at = dot;
        loop {
            let Some(mut before) = at.checked_sub(1) else {
                return "";
            };
            while matches!(self.text(before), "]" | ")") {
                let depth = self.0[before].depth;
                let opens = (0..before)
                    .rev()
                    .find(|&at| self.0[at].depth == depth && matches!(self.text(at), "[" | "("));
                match opens.and_then(|opens| opens.checked_sub(1)) {
                    Some(previous) => before = previous,
                    None => return "",
                }
            }
            if before == 0 || self.text(before - 1) != "." {
                return self.text(before);
            }
            at = before - 1;
        }
    }

    /// Whether a module is imported that may do anything.
    fn imports_unknown(&self) -> bool {
        (0..self.0.len()).any(|at| {
            let starts = self.0[at].indent.is_some() || matches!(self.before(at), ";" | ":");
            match self.text(at) {
                "from" if starts => !self.is_quiet(at + 1),
                "import" if starts => {
                    let end = self.find(at, |token| token.indent.is_some() || token.text == ";");
                    (at..end)
                        .any(|at| matches!(self.text(at), "import" | ",") && !self.is_quiet(at + 1))
                }
                _ => false,
            }
        })
    }

    /// Whether the module named at `index` changes nothing that another hint could see.
    fn is_quiet(&self, index: usize) -> bool {
        let package = |path: &&[&str]| {
            (0..path.len()).all(|part| {
                self.text(index + 2 * part) == path[part]
                    && (part == 0 || self.text(index + 2 * part - 1) == ".")
            })
        };
        QUIET_MODULES.contains(&self.text(index)) || QUIET_PACKAGES.iter().any(package)
    }

    /// Whether `getattr` at `index` is given the name of an attribute that could as well be written out.
    fn gets_a_known_attribute(&self, index: usize) -> bool {
        let Some(open) = self.0.get(index + 1).filter(|token| token.text == "(") else {
            return false;
        };
        let comma = self.find(index + 1, |token| {
            (token.depth == open.depth + 1 && token.text == ",")
                || (token.depth == open.depth && token.text == ")")
        });
        let name = self.0.get(comma + 1).and_then(|token| token.literal);
        matches!(self.text(comma + 2), "," | ")")
            && name.is_some_and(|name| !name.starts_with("__") && !RULES.contains(&name))
    }

    /// `'name' in globals()`, `globals().get('name')`, `globals()['name']`: adds the name. `false` for any
    /// other use.
    fn names_of_globals(&self, index: usize, names: &mut BTreeSet<String>) -> bool {
        if self.text(index + 1) != "(" || self.text(index + 2) != ")" || self.before(index) == "." {
            return false;
        }
        let literal = |at: usize| self.0.get(at).and_then(|token| token.literal);
        let found = if self.text(index + 3) == "." && self.text(index + 4) == "get" {
            // The name, alone or before the default.
            matches!(self.text(index + 7), ")" | ",")
                .then(|| literal(index + 6))
                .flatten()
        } else if self.text(index + 3) == "[" {
            (self.text(index + 5) == "]")
                .then(|| literal(index + 4))
                .flatten()
        } else if self.before(index) == "in" && self.text(index + 3) != "." {
            let not = usize::from(index >= 2 && self.text(index - 2) == "not");
            // Behind anything else the string may be a part of the name.
            index
                .checked_sub(2 + not)
                .filter(|&at| {
                    self.0[at].indent.is_some()
                        || matches!(
                            self.before(at),
                            "if" | "elif" | "while" | "and" | "or" | "not" | "assert" | "(" | "="
                        )
                })
                .and_then(literal)
        } else {
            None
        };
        match found {
            Some(name) => {
                names.insert(name.to_owned());
                true
            }
            None => false,
        }
    }

    /// `vm_enter_scope()`, `vm_enter_scope({'name': ...})`: adds the names. `false` for any other use.
    fn names_of_new_scope(&self, index: usize, names: &mut BTreeSet<String>) -> bool {
        if self.text(index + 1) != "(" {
            return false;
        }
        if self.text(index + 2) == ")" {
            return true;
        }
        // The one known text that makes the dictionary by a call.
        if self.text(index + 2) == "dict" && self.text(index + 3) == "(" {
            let depth = self.0[index + 3].depth + 1;
            let end = self.find(index + 3, |token| {
                token.text == ")" && token.depth + 1 == depth
            });
            let mut keys = (index + 4..end)
                .filter(|&at| self.0[at].depth == depth && matches!(self.before(at), "(" | ","));
            return self.text(end + 1) == ")"
                && keys.all(|at| {
                    let named = self.is_keyword_argument(at);
                    names.insert(self.text(at).to_owned());
                    named
                });
        }
        if self.text(index + 2) != "{" {
            return false;
        }
        let depth = self.0[index + 2].depth + 1;
        let end = self.find(index + 2, |token| {
            token.text == "}" && token.depth + 1 == depth
        });
        let after = end + 1 + usize::from(self.text(end + 1) == ",");
        if self.text(after) != ")" {
            return false;
        }
        (index + 3..end)
            .filter(|&at| self.0[at].depth == depth && matches!(self.before(at), "{" | ","))
            .all(|at| match self.0[at].literal {
                Some(name) if self.text(at + 1) == ":" => {
                    names.insert(name.to_owned());
                    true
                }
                _ => false,
            })
    }

    /// Whether the name before a `=` in a call is the name of a parameter.
    fn is_keyword_argument(&self, index: usize) -> bool {
        self.0[index].depth > 0
            && self.text(index + 1) == "="
            && self.text(index + 2) != "="
            && matches!(self.before(index), "(" | ",")
            && self
                .brackets(index)
                .is_some_and(|(opens, _)| self.text(opens) == "(")
    }

    /// Whether no mention of the name can see what another hint bound to it.
    fn is_bound_first(&self, name: &str, places: &[usize]) -> bool {
        if places
            .iter()
            .any(|&at| self.before(at) == "del" || self.before(at) == "global")
        {
            return false;
        }
        let mut rest: Vec<usize> = Vec::new();
        for &at in places {
            if !self.is_of_a_loop(name, at, places) {
                rest.push(at);
            }
        }
        rest.first()
            .is_none_or(|&first| self.binds(name, first, places))
    }

    /// Whether a mention is the variable of a loop or comprehension around it.
    fn is_of_a_loop(&self, name: &str, at: usize, places: &[usize]) -> bool {
        (0..self.0.len()).any(|start| {
            if self.text(start) != "for" {
                return false;
            }
            let depth = self.0[start].depth;
            let goes_in = self.find(start, |token| token.text == "in" && token.depth == depth);
            let is_target = (start + 1..goes_in).any(|target| {
                self.text(target) == name
                    && !matches!(self.text(target + 1), "." | "[" | "(")
                    && self.before(target) != "."
            });
            if !is_target {
                return false;
            }
            if let Some(indent) = self.0[start].indent {
                let colon = self.find(goes_in, |token| token.text == ":" && token.depth == 0);
                let end = self.find(start, |token| {
                    token.indent.is_some_and(|other| other <= indent)
                });
                let in_iterable = places.iter().any(|place| (goes_in..colon).contains(place));
                return !in_iterable && (start..end).contains(&at);
            }
            let Some((opens, closes)) = self.brackets(start) else {
                return false;
            };
            // The iterable, of this and of further loops, may be evaluated outside.
            let in_iterable = (opens..closes)
                .filter(|&keyword| self.text(keyword) == "in" && self.0[keyword].depth == depth)
                .any(|keyword| {
                    let end = self.find(keyword, |token| {
                        token.depth < depth
                            || (token.depth == depth && matches!(token.text, "if" | "for"))
                    });
                    places.iter().any(|place| (keyword..end).contains(place))
                });
            !in_iterable && (opens..closes).contains(&at)
        })
    }

    /// Whether the name at `index`, the first of its kind, is bound by a statement of the top level before
    /// anything can read it.
    fn binds(&self, name: &str, index: usize, places: &[usize]) -> bool {
        let start = (0..=index)
            .rev()
            .find(|&at| self.0[at].starts())
            .unwrap_or(0);
        let end = self.find(index, |token| token.starts());
        if !self.0[start].starts() {
            return false;
        }
        // Several statements on one line, or a block, may read it first.
        let mentions = places.iter().filter(|place| (start..end).contains(*place));
        if mentions.count() != 1 || (start..end).any(|at| matches!(self.text(at), ";" | ":")) {
            return false;
        }
        match self.text(start) {
            "from" | "import" => {
                let imported = (start..index).any(|at| self.text(at) == "import");
                imported && !matches!(self.text(index + 1), "as" | ".")
            }
            _ => {
                // `name = ...`, also as one of `a, b = ...`.
                let equals = self.find(start, |token| token.text == "=");
                index < equals
                    && self.text(equals + 1) != "="
                    && (start..equals).all(|at| {
                        if (at - start) % 2 == 0 {
                            self.text(at) == name || self.is_word(at)
                        } else {
                            self.text(at) == ","
                        }
                    })
            }
        }
    }

    fn is_word(&self, index: usize) -> bool {
        let text = self.text(index);
        text.starts_with(|first: char| first.is_alphabetic() || first == '_')
            && !KEYWORDS.contains(&text)
    }
}
