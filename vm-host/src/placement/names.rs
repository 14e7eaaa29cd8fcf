//! The names that a Python hint may read or bind in its scope, found from its tokens alone. Every doubt
//! counts as a use: a name too many only costs speed.

use std::collections::BTreeSet;

/// Names that the VM sets before every hint and that cannot carry anything between hints.
const OF_THE_VM: &[&str] = &["ids", "memory", "segments", "ap", "fp", "pc", "PRIME"];
const KEYWORDS: &[&str] = &[
    "False", "None", "True", "and", "as", "assert", "break", "class", "continue", "def", "del",
    "elif", "else", "except", "finally", "for", "from", "global", "if", "import", "in", "is",
    "lambda", "nonlocal", "not", "or", "pass", "raise", "return", "try", "while", "with", "yield",
];
/// Functions that carry nothing between hints as long as they are only called.
const FUNCTIONS: &[&str] = &[
    "abs", "all", "any", "dict", "divmod", "enumerate", "hex", "int", "isinstance", "len", "list",
    "max", "min", "pow", "print", "range", "reversed", "set", "sorted", "str", "sum", "tuple", "zip",
    "to_felt_or_relocatable",
];
/// Names through which a hint reaches any variable.
const OPAQUE: &[&str] = &[
    "globals", "locals", "vars", "dir", "exec", "eval", "compile", "__builtins__", "builtins",
    "__import__", "sys", "inspect", "gc", "setattr", "delattr", "breakpoint", "pdb", "importlib",
];
/// Names through which a hint changes what reading or writing a cell does.
const RULES: &[&str] = &[
    "vm_add_validation_rule", "vm_add_auto_deduction_rule", "vm_load_program",
    "add_relocation_rule", "add_temp_segment", "builtin_runners",
];

/// What a hint's tokens tell about its scope.
#[derive(Debug, Default)]
pub(super) struct Names {
    used: BTreeSet<String>,
    called: BTreeSet<String>,
    opaque: bool,
    /// Whether the hint may change how memory behaves, which all other hints see.
    pub(super) changes_memory_rules: bool,
}

impl Names {
    /// The names in a hint's code.
    pub(super) fn of(code: &str) -> Self {
        let tokens = tokens(code);
        let mut names = Self::default();
        for (index, token) in tokens.iter().enumerate() {
            let token = *token;
            let before = index.checked_sub(1).map_or("", |index| tokens[index]);
            let after = |distance: usize| tokens.get(index + distance).copied().unwrap_or("");
            if RULES.contains(&token) {
                names.changes_memory_rules = true;
            }
            if before == "import" && token == "*" || OPAQUE.contains(&token) {
                names.opaque = true;
            }
            let starts_a_name = token.chars().next().is_some_and(|first| first.is_alphabetic() || first == '_');
            if !starts_a_name || before == "." || KEYWORDS.contains(&token) || OF_THE_VM.contains(&token) {
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
            names.used.insert(token.to_owned());
        }
        names
    }

    /// A name that both may use.
    pub(super) fn shared_with<'a>(&self, other: &'a Self) -> Option<&'a str> {
        let called = other.called.iter().find(|name| self.used.contains(*name));
        let mut names = other.used.iter();
        let found = names.find(|name| {
            self.opaque || self.used.contains(*name) || self.called.contains(*name)
        });
        found.or(called).map(String::as_str)
    }
}

/// Words and single characters. Strings and comments are read as code, which only adds names; names
/// inside f-strings are found that way.
fn tokens(code: &str) -> Vec<&str> {
    let mut tokens = Vec::new();
    let mut characters = code.char_indices().peekable();
    while let Some((start, first)) = characters.next() {
        let is_word = |character: char| character.is_alphanumeric() || character == '_';
        let mut end = start + first.len_utf8();
        if is_word(first) {
            while let Some((index, next)) = characters.next_if(|(_, next)| is_word(*next)) {
                end = index + next.len_utf8();
            }
        } else if first.is_whitespace() {
            continue;
        }
        tokens.push(&code[start..end]);
    }
    tokens
}
