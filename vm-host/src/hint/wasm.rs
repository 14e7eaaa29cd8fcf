//! The modules that hints in WebAssembly call, as they come with a run: checked as far as that needs no
//! compiler. Must not know what runs them.

use std::collections::BTreeSet;

use hint_proto::v1::{WasmInputs, WasmLimits, WasmModule};

/// Largest module, in bytes; an engine takes no larger one.
pub(crate) const MODULE_BYTES: usize = 32 << 20;
/// Most modules of a run; an engine takes no more.
const MODULES: usize = 64;
/// What every module in the binary format begins with.
const MAGIC: &[u8] = b"\0asm";

/// A module or a limit that cannot be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WasmInputError {
    /// A name by which hints cannot call a module.
    #[error(
        "`{0}` is no name of a WebAssembly module\nhint: use letters, digits and `_`, no digit first, and not `ids`"
    )]
    Name(String),
    /// A name that is given twice.
    #[error("the WebAssembly module `{0}` is given twice")]
    Twice(String),
    /// Too many modules.
    #[error("`{0}` WebAssembly modules are given, more than the limit of `{MODULES}`")]
    TooMany(usize),
    /// A module that is too large.
    #[error(
        "the WebAssembly module `{name}` has `{bytes}` bytes, more than the limit of `{MODULE_BYTES}`"
    )]
    TooLarge {
        /// Its name.
        name: String,
        /// Its size.
        bytes: usize,
    },
    /// Something else than a module.
    #[error(
        "the WebAssembly module `{0}` does not begin with `\\0asm`\nhint: give a module in the binary format, as `rustc --target wasm32-wasi` or `wat2wasm` makes it"
    )]
    NoModule(String),
    /// A limit that there is not.
    #[error(
        "`{0}` is no limit of WebAssembly modules\nhint: give fuel=UNITS, memory=BYTES, table=ELEMENTS, stack=BYTES or time=SECONDS, with commas between them"
    )]
    Limit(String),
}

/// Checks what an engine would refuse, before there is one.
///
/// # Errors
/// [`WasmInputError`] for the first that cannot be used.
pub fn check(inputs: &WasmInputs) -> Result<(), WasmInputError> {
    let modules = &inputs.modules;
    if modules.len() > MODULES {
        return Err(WasmInputError::TooMany(modules.len()));
    }
    let mut names = BTreeSet::new();
    for WasmModule { name, code } in modules {
        let letters = |part: char| part.is_ascii_alphanumeric() || part == '_';
        let digit_first = name.starts_with(|first: char| first.is_ascii_digit());
        if name.is_empty() || name == "ids" || digit_first || !name.chars().all(letters) {
            return Err(WasmInputError::Name(name.clone()));
        }
        if !names.insert(name) {
            return Err(WasmInputError::Twice(name.clone()));
        }
        if code.len() > MODULE_BYTES {
            return Err(WasmInputError::TooLarge {
                name: name.clone(),
                bytes: code.len(),
            });
        }
        if !code.starts_with(MAGIC) {
            return Err(WasmInputError::NoModule(name.clone()));
        }
    }
    Ok(())
}

/// The limits in a text such as `fuel=1000000,time=0.5`; of one that is not there the default.
///
/// # Errors
/// [`WasmInputError::Limit`] with the part that is none.
pub fn limits(text: &str) -> Result<WasmLimits, WasmInputError> {
    let mut limits = WasmLimits::default();
    for part in text.split(',') {
        let error = || WasmInputError::Limit(part.to_owned());
        let (name, value) = part.trim().split_once('=').ok_or_else(error)?;
        let number = || match value.replace('_', "").parse() {
            Ok(number @ 1..) => Ok(number),
            _ => Err(error()),
        };
        match name {
            "fuel" => limits.fuel = number()?,
            "memory" => limits.memory_bytes = number()?,
            "table" => limits.table_elements = number()?,
            "stack" => limits.stack_bytes = number()?,
            "time" => {
                let seconds: f64 = value.parse().map_err(|_| error())?;
                let millis = (seconds * 1000.0).round();
                if !(1.0..=1e15).contains(&millis) {
                    return Err(error());
                }
                limits.time_millis = millis as u64;
            }
            _ => return Err(error()),
        }
    }
    Ok(limits)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn inputs(modules: &[(&str, &[u8])]) -> WasmInputs {
        let module = |(name, code): &(&str, &[u8])| WasmModule {
            name: (*name).to_owned(),
            code: code.to_vec().into(),
        };
        WasmInputs {
            modules: modules.iter().map(module).collect(),
            limits: None,
        }
    }

    #[test]
    fn modules_are_refused_by_name_and_by_what_they_begin_with() {
        let refused = |modules: &[(&str, &[u8])]| {
            let error = check(&inputs(modules)).expect_err("a refusal");
            error
                .to_string()
                .lines()
                .next()
                .unwrap_or_default()
                .to_owned()
        };
        assert_eq!(
            check(&inputs(&[("a", b"\0asm"), ("b_2", b"\0asm")])),
            Ok(())
        );
        for name in ["", "2b", "a-b", "ids", "é", "a.b"] {
            let text = refused(&[(name, b"\0asm")]);
            assert_eq!(text, format!("`{name}` is no name of a WebAssembly module"));
        }
        assert_eq!(
            refused(&[("a", b"\0asm"), ("a", b"\0asm")]),
            "the WebAssembly module `a` is given twice"
        );
        assert_eq!(
            refused(&[("a", b"(module)")]),
            "the WebAssembly module `a` does not begin with `\\0asm`"
        );
        let large = vec![0; MODULE_BYTES + 1];
        assert_eq!(
            refused(&[("a", &large)]),
            "the WebAssembly module `a` has `33554433` bytes, more than the limit of `33554432`"
        );
        let many: Vec<String> = (0..=MODULES).map(|number| format!("m{number}")).collect();
        let many: Vec<(&str, &[u8])> = many.iter().map(|name| (name.as_str(), MAGIC)).collect();
        assert_eq!(
            refused(&many),
            "`65` WebAssembly modules are given, more than the limit of `64`"
        );
    }

    #[test]
    fn limits_are_named() {
        let given = limits("fuel=1_000_000, memory=65536,table=10,stack=4096,time=0.25");
        let expected = WasmLimits {
            fuel: 1_000_000,
            memory_bytes: 65536,
            table_elements: 10,
            stack_bytes: 4096,
            time_millis: 250,
        };
        assert_eq!(given, Ok(expected));
        for part in [
            "",
            "fuel",
            "fuel=",
            "fuel=0",
            "fuel=-1",
            "fuel=x",
            "time=nan",
            "time=0",
            "time=1e99",
            "gas=1",
        ] {
            assert_eq!(limits(part), Err(WasmInputError::Limit(part.to_owned())));
        }
    }
}
