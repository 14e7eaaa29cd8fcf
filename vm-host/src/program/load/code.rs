//! What the VM runs: the prime, the builtins and the words of the JSON.

use cairo_vm::Felt252;
use cairo_vm::types::builtin_name::BuiltinName;

use super::json::Text;
use crate::program::error::{ProgramError, excerpt};
use crate::program::number::felt;

/// The prime as programs write it.
const PRIME: &str = "0x800000000000011000000000000000000000000000000000000000000000001";

pub(super) fn check_prime(prime: Option<Text<'_>>) -> Result<(), ProgramError> {
    let found = prime.map(|text| text.0.into_owned()).unwrap_or_default();
    let digits = |text: &str| {
        text.trim_start_matches("0x")
            .trim_start_matches('0')
            .to_lowercase()
    };
    if digits(&found) == digits(PRIME) {
        return Ok(());
    }
    Err(ProgramError::OtherPrime {
        found: excerpt(&found),
        expected: PRIME.to_owned(),
    })
}

pub(super) fn builtins(raw: &[Text<'_>]) -> Result<Vec<BuiltinName>, ProgramError> {
    let mut builtins = Vec::new();
    for name in raw {
        let builtin = BuiltinName::from_str(&name.0);
        let builtin = builtin.ok_or_else(|| ProgramError::UnknownBuiltin(excerpt(&name.0)))?;
        if builtins.contains(&builtin) {
            return Err(ProgramError::RepeatedBuiltin(name.0.clone().into_owned()));
        }
        builtins.push(builtin);
    }
    Ok(builtins)
}

pub(super) fn data(raw: &[Text<'_>]) -> Result<Vec<Felt252>, ProgramError> {
    let words = raw.iter().enumerate().map(|(pc, text)| {
        felt(&text.0).ok_or_else(|| ProgramError::NotAFelt {
            pc,
            value: excerpt(&text.0),
        })
    });
    words.collect()
}
