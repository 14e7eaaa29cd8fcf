//! What `--hint_locals` names: a JSON file, something to call, or one of each.

use std::ffi::OsString;
use std::path::PathBuf;

use super::OptionError;

/// Where the variables of the first hint scope come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct HintLocals {
    /// A JSON file.
    pub(crate) file: Option<PathBuf>,
    /// `module:callable`; empty for none.
    pub(crate) callable: String,
}

impl HintLocals {
    /// Tells callables from files by how they are written; a file of such a name is written `./module:callable`.
    pub(super) fn of(words: Vec<OsString>) -> Result<Self, OptionError> {
        let mut locals = Self::default();
        for word in words {
            let twice = match word.to_str().filter(|word| is_callable(word)) {
                Some(callable) => {
                    let before = std::mem::replace(&mut locals.callable, callable.to_owned());
                    !before.is_empty()
                }
                None => locals.file.replace(word.clone().into()).is_some(),
            };
            if twice {
                return Err(OptionError::Value {
                    option: "--hint_locals",
                    value: word.to_string_lossy().into_owned(),
                    advice: "give it once with a file and once with module:callable at most",
                });
            }
        }
        Ok(locals)
    }
}

/// Whether a word is `module:callable`, both perhaps with dots.
fn is_callable(word: &str) -> bool {
    let is_path = |text: &str| {
        text.split('.').all(|name| {
            let mut characters = name.chars();
            let first = characters.next();
            let rest = |character: char| character.is_alphanumeric() || character == '_';
            first.is_some_and(|first| first.is_alphabetic() || first == '_') && characters.all(rest)
        })
    };
    word.split_once(':')
        .is_some_and(|(module, names)| is_path(module) && is_path(names))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(words: &[&str], file: Option<&str>, callable: &str) {
        let found = HintLocals::of(words.iter().map(OsString::from).collect());
        let expected = HintLocals {
            file: file.map(PathBuf::from),
            callable: callable.to_owned(),
        };
        assert_eq!(found.expect("they can be used"), expected, "{words:?}");
    }

    #[test]
    fn files_and_callables_are_told_apart() {
        check(&[], None, "");
        check(&["locals.json"], Some("locals.json"), "");
        check(&["os_inputs:make"], None, "os_inputs:make");
        check(&["a.b_2:C.d", "x.json"], Some("x.json"), "a.b_2:C.d");
        for file in [
            "./a:b", "a:", ":b", "a:b:c", "a:b()", "1a:b", "a..b:c", "C:\\x",
        ] {
            check(&[file], Some(file), "");
        }
    }

    #[test]
    fn each_is_given_once() {
        for words in [["a:b", "c:d"], ["a.json", "b.json"]] {
            let error = HintLocals::of(words.iter().map(OsString::from).collect());
            let text = error.expect_err("it is given twice").to_string();
            assert!(
                text.starts_with(&format!("invalid value `{}` for --hint_locals", words[1])),
                "{text}"
            );
        }
    }
}
