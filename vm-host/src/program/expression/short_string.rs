//! Short strings such as `'abc'`: their value as a number.

use num_bigint::{BigInt, Sign};

/// Longest short string, in characters of its text: as many bytes as a felt holds.
const MAX_LENGTH: usize = 31;

/// The value of a short string from its text with quotes.
pub(super) fn value(token: &str) -> Result<BigInt, String> {
    let text = &token[1..token.len() - 1];
    if text.chars().count() > MAX_LENGTH {
        return Err(format!(
            "a short string has more than `{MAX_LENGTH}` characters"
        ));
    }
    if !text.is_ascii() {
        return Err("a short string is not ASCII".to_owned());
    }
    Ok(BigInt::from_bytes_be(
        Sign::Plus,
        &unescape(text.as_bytes()),
    ))
}

/// Replaces `\x` and two hexadecimal digits by the byte.
fn unescape(text: &[u8]) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = text;
    while let [first, tail @ ..] = rest {
        if let [b'\\', b'x', high, low, after @ ..] = rest
            && let (Some(high), Some(low)) = (digit(*high), digit(*low))
        {
            bytes.push(high * 16 + low);
            rest = after;
            continue;
        }
        bytes.push(*first);
        rest = tail;
    }
    bytes
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).map(|value| value as u8)
}
