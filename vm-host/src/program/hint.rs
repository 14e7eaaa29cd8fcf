//! A hint of the program and the references that are alive at it.

use std::collections::HashMap;
use std::sync::Arc;

use hint_proto::{PYTHON, v1};

use super::names::ScopedName;
use super::places::HintLocation;

#[derive(Debug)]
pub struct Hint {
    /// Its number: hints count from 0 in the order of the program file.
    pub id: u32,
    /// Its pc relative to the program.
    pub pc: usize,
    /// Its place among the hints of that pc.
    pub index: usize,
    pub code: String,
    /// The scopes in which its names are looked up, the last one first.
    pub accessible_scopes: Arc<[ScopedName]>,
    /// The references that are alive.
    pub flow_tracking: FlowTracking,
    pub location: Option<HintLocation>,
}

/// Which references are alive at a place of the program, and what is known about ap there.
#[derive(Clone, Debug, Default)]
pub struct FlowTracking {
    pub ap_tracking: ApTracking,
    /// From the full names of references to their numbers.
    pub reference_ids: HashMap<Arc<str>, usize>,
}

/// How far ap is from a point that is not known itself.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ApTracking {
    /// The point; ap values of different groups cannot be compared.
    pub group: i64,
    pub offset: i64,
}

impl ApTracking {
    /// How much ap has grown since an earlier place, if that is known.
    pub fn difference(self, earlier: Self) -> Option<i128> {
        let known = self.group == earlier.group;
        known.then(|| i128::from(self.offset) - i128::from(earlier.offset))
    }
}

/// What a hint's first line begins with when it names a language.
const LANGUAGE: &str = "# lang: ";

impl Hint {
    /// The language of the code: the NAME of a first line `# lang: NAME`, else Python. Blank lines before it
    /// and blanks around it do not count. A line with anything else in the place of a name is a comment in
    /// Python.
    pub fn language(&self) -> &str {
        let first = self
            .code
            .lines()
            .map(str::trim)
            .find(|line| !line.is_empty());
        let name = first.and_then(|line| line.strip_prefix(LANGUAGE));
        let is_name = |name: &&str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"_-.+".contains(&byte);
            !name.is_empty() && name.bytes().all(allowed)
        };
        name.map(str::trim).filter(is_name).unwrap_or(PYTHON)
    }

    /// The message for the engine.
    pub fn to_wire(&self) -> v1::Hint {
        v1::Hint {
            id: self.id,
            language: self.language().to_owned(),
            code: self.code.clone(),
            location: self.location.as_ref().map(|hint| v1::HintLocation {
                filename: hint
                    .location
                    .input_file
                    .filename
                    .as_deref()
                    .unwrap_or("")
                    .to_owned(),
                start_line: hint.location.start_line,
                code_line: hint.location.start_line + hint.prefix_newlines,
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_the_whole_first_line() {
        let language = |code: &str| {
            let hint = Hint {
                id: 0,
                pc: 0,
                index: 0,
                code: code.to_owned(),
                accessible_scopes: Arc::new([]),
                flow_tracking: FlowTracking::default(),
                location: None,
            };
            hint.language().to_owned()
        };
        for code in [
            "# lang: wasm",
            "# lang: wasm\nx()",
            " \n\t# lang:  wasm \r\nx()",
        ] {
            assert_eq!(language(code), "wasm", "{code:?}");
        }
        assert_eq!(language("# lang: c++20_x-y.z"), "c++20_x-y.z");
        assert_eq!(language("# lang: python\nx = 1"), "python");
        for code in [
            "",
            "x = 1",
            "x = 1\n# lang: wasm",
            "# a\n# lang: wasm",
            "#lang: wasm",
            "# lang:wasm",
            "# Lang: wasm",
            "# lang: ",
            "# lang: two words",
            "# lang: wäsm",
            "x = 1 # lang: wasm",
        ] {
            assert_eq!(language(code), "python", "{code:?}");
        }
    }
}
