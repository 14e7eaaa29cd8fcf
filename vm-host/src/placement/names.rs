//! The names that a Python hint may read or bind in its scope, found from its tokens alone. Every doubt
//! counts as a use: a name too many only costs speed.

use std::collections::BTreeSet;

use super::tokens::{Token, tokens};

/// Names that the VM sets before every hint and that cannot carry anything between hints.
const OF_THE_VM: &[&str] = &["ids", "memory", "segments", "ap", "fp", "pc", "PRIME"];
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
/// Functions that carry nothing between hints as long as they are only called.
const FUNCTIONS: &[&str] = &[
    "abs",
    "all",
    "any",
    "dict",
    "divmod",
    "enumerate",
    "hex",
    "int",
    "isinstance",
    "len",
    "list",
    "max",
    "min",
    "pow",
    "print",
    "range",
    "reversed",
    "set",
    "sorted",
    "str",
    "sum",
    "tuple",
    "zip",
    "to_felt_or_relocatable",
];
/// Names through which a hint reaches any variable.
const OPAQUE: &[&str] = &[
    "globals",
    "locals",
    "vars",
    "dir",
    "exec",
    "eval",
    "compile",
    "__builtins__",
    "builtins",
    "__import__",
    "sys",
    "inspect",
    "gc",
    "setattr",
    "delattr",
    "breakpoint",
    "pdb",
    "importlib",
];
/// Names through which a hint changes what reading or writing a cell does.
const RULES: &[&str] = &[
    "vm_add_validation_rule",
    "vm_add_auto_deduction_rule",
    "vm_load_program",
    "add_relocation_rule",
    "add_temp_segment",
    "builtin_runners",
];

/// What a hint's tokens tell about its scope.
#[derive(Debug, Default)]
pub(super) struct Names {
    used: BTreeSet<String>,
    called: BTreeSet<String>,
    /// Used names that the hint always binds before it reads them.
    bound_first: BTreeSet<String>,
    opaque: bool,
    /// Whether the hint may change how memory behaves, which all other hints see.
    pub(super) changes_memory_rules: bool,
}

impl Names {
    /// The names in a hint's code.
    pub(super) fn of(code: &str) -> Self {
        let tokens = tokens(code);
        let mut names = Self::default();
        // What a function or generator reads, it reads later, perhaps in another hint.
        let reads_later = tokens
            .iter()
            .any(|token| matches!(token.text, "def" | "lambda" | "class" | "yield" | "for"));
        let mut module_path = false;
        for (index, token) in tokens.iter().enumerate() {
            if token.starts {
                module_path = token.text == "from";
            } else if token.text == "import" {
                module_path = false;
            }
            if module_path && token.text != "import" {
                continue;
            }
            let token = token.text;
            let before = index.checked_sub(1).map_or("", |index| tokens[index].text);
            let after =
                |distance: usize| tokens.get(index + distance).map_or("", |token| token.text);
            if RULES.contains(&token) {
                names.changes_memory_rules = true;
            }
            if before == "import" && token == "*" || OPAQUE.contains(&token) {
                names.opaque = true;
            }
            let starts_a_name = token
                .chars()
                .next()
                .is_some_and(|first| first.is_alphabetic() || first == '_');
            if !starts_a_name
                || before == "."
                || KEYWORDS.contains(&token)
                || OF_THE_VM.contains(&token)
            {
                continue;
            }
            let only_called = after(1) == "(" && !matches!(before, "def" | "class");
            if only_called && FUNCTIONS.contains(&token) {
                names.called.insert(token.to_owned());
                continue;
            }
            if token.ends_with("_builtin") {
                let only_read = token == "range_check_builtin"
                    && after(1) == "."
                    && after(2) == "bound"
                    && !(after(3).starts_with('=') && after(4) != "=");
                names.changes_memory_rules |= !only_read;
                continue;
            }
            if names.used.insert(token.to_owned()) && !reads_later && binds(&tokens, index) {
                names.bound_first.insert(token.to_owned());
            }
        }
        names
    }

    /// A name that both may use.
    pub(super) fn shared_with<'a>(&self, other: &'a Self) -> Option<&'a str> {
        let called = other.called.iter().find(|name| self.used.contains(*name));
        let mut names = other.used.iter();
        let found = names.find(|name| {
            let used = self.used.contains(*name) || self.called.contains(*name);
            let apart = self.bound_first.contains(*name) && other.bound_first.contains(*name);
            self.opaque || (used && !apart)
        });
        found.or(called).map(String::as_str)
    }
}

/// Whether the name at `index`, the first of its kind in the hint, is bound by a statement of the top
/// level before anything can read it.
fn binds(tokens: &[Token<'_>], index: usize) -> bool {
    let name = tokens[index].text;
    let start = (0..=index).rev().find(|&at| tokens[at].starts).unwrap_or(0);
    let end = (index + 1..tokens.len())
        .find(|&at| tokens[at].starts)
        .unwrap_or(tokens.len());
    let statement = &tokens[start..end];
    // Several statements on one line, or a block, may read it first.
    let mentions = (start..end).filter(|&at| {
        tokens[at].text == name
            && at
                .checked_sub(1)
                .is_none_or(|before| tokens[before].text != ".")
    });
    if mentions.count() != 1
        || statement
            .iter()
            .any(|token| matches!(token.text, ";" | ":"))
    {
        return false;
    }
    let after = |distance: usize| tokens.get(index + distance).map_or("", |token| token.text);
    match statement[0].text {
        "from" | "import" => {
            let imported = (start..index).any(|at| tokens[at].text == "import");
            imported && !matches!(after(1), "as" | ".")
        }
        _ => index == start && tokens[start].starts && after(1) == "=" && after(2) != "=",
    }
}
