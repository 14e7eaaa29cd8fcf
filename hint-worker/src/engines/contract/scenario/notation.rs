//! Owns the notation of values in scenarios: what bytes a text means. Must not know JSON, nor files other than by
//! the function that it is given.

use num_bigint::{BigInt, BigUint, Sign};

use crate::engines::contract::codec::{encode, keccak256};

/// Reads what `file:` or `mxsc:` names.
pub(super) type Load<'a> = &'a mut dyn FnMut(&str) -> Result<Vec<u8>, String>;

/// Prefixes inside of each other.
const DEEPEST: u32 = 32;

/// The bytes that a text means, or why it means none.
pub(super) fn bytes(text: &str, load: Load<'_>) -> Result<Vec<u8>, String> {
    let mut found = Vec::new();
    for part in text.split('|') {
        found.extend(part_bytes(part, load, 0)?);
    }
    Ok(found)
}

fn part_bytes(text: &str, load: Load<'_>, depth: u32) -> Result<Vec<u8>, String> {
    if depth > DEEPEST {
        return Err(format!("`{text}` has too many prefixes"));
    }
    for prefix in ["str:", "``", "''"] {
        if let Some(rest) = text.strip_prefix(prefix) {
            return Ok(rest.as_bytes().to_vec());
        }
    }
    if let Some((prefix, rest)) = text.split_once(':') {
        return match prefix {
            "address" => Ok(padded(rest, 32)),
            "sc" => contract_address(rest),
            "file" | "mxsc" => load(rest),
            "keccak256" => Ok(keccak256(&part_bytes(rest, load, depth + 1)?).to_vec()),
            "nested" => {
                let inside = part_bytes(rest, load, depth + 1)?;
                Ok([&encode::length(inside.len())[..], &inside].concat())
            }
            "biguint" => {
                let number = unsigned_bytes(&unsigned(rest)?);
                Ok([&encode::length(number.len())[..], &number].concat())
            }
            "u8" => fixed(rest, 1),
            "u16" => fixed(rest, 2),
            "u32" => fixed(rest, 4),
            "u64" => fixed(rest, 8),
            "i8" => fixed_signed(rest, 1),
            "i16" => fixed_signed(rest, 2),
            "i32" => fixed_signed(rest, 4),
            "i64" => fixed_signed(rest, 8),
            _ => Err(format!(
                "`{text}` has an unknown prefix; known are `str:`, `address:`, `sc:`, `file:`, `mxsc:`, \
                 `keccak256:`, `nested:`, `biguint:`, and `u8:` to `i64:`"
            )),
        };
    }
    match text {
        "" | "false" => return Ok(Vec::new()),
        "true" => return Ok(vec![1]),
        _ => {}
    }
    if let Some(rest) = text.strip_prefix('+') {
        return Ok(encode::minimal_signed(&BigInt::from(unsigned(rest)?)));
    }
    if let Some(rest) = text.strip_prefix('-') {
        return Ok(encode::minimal_signed(&-BigInt::from(unsigned(rest)?)));
    }
    match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
        Some(digits) => hexadecimal(digits),
        None => Ok(unsigned_bytes(&unsigned(text)?)),
    }
}

fn padded(word: &str, length: usize) -> Vec<u8> {
    let mut bytes = word.as_bytes().to_vec();
    bytes.resize(length, b'_');
    bytes
}

fn contract_address(word: &str) -> Result<Vec<u8>, String> {
    let (word, last) = match word.rsplit_once('#') {
        Some((word, last)) => (word, Some(hexadecimal(last)?)),
        None => (word, None),
    };
    let mut address = [&[0; 8][..], &padded(word, 24)].concat();
    match last.as_deref() {
        None => {}
        Some([last]) => address[31] = *last,
        Some(_) => {
            return Err(format!(
                "`#` in `sc:{word}` is followed by one byte, as `#a3`"
            ));
        }
    }
    Ok(address)
}

/// The bytes behind `0x`; a first digit may be missing.
fn hexadecimal(digits: &str) -> Result<Vec<u8>, String> {
    let digits: String = digits.chars().filter(|digit| *digit != '_').collect();
    let digits = match digits.len() % 2 {
        0 => digits,
        _ => format!("0{digits}"),
    };
    let wrong = || format!("`0x{digits}` is not hexadecimal");
    let pair = |pair: &[u8]| {
        let text = std::str::from_utf8(pair).ok()?;
        u8::from_str_radix(text, 16)
            .ok()
            .filter(|_| pair[0] != b'+')
    };
    digits
        .as_bytes()
        .chunks(2)
        .map(pair)
        .collect::<Option<_>>()
        .ok_or_else(wrong)
}

fn unsigned(text: &str) -> Result<BigUint, String> {
    let digits: String = text
        .chars()
        .filter(|digit| !matches!(digit, ',' | '_'))
        .collect();
    let wrong = || {
        format!(
            "`{text}` is no value: a number, `0x` with hexadecimal digits, or a prefix such as `str:` is expected"
        )
    };
    if let Some(rest) = digits.strip_prefix("0x") {
        return Ok(BigUint::from_bytes_be(&hexadecimal(rest)?));
    }
    let (digits, radix) = match digits.strip_prefix("0b") {
        Some(digits) => (digits, 2),
        None => (digits.as_str(), 10),
    };
    // Numbers this long are no values, and take long to read.
    if digits.len() > 10_000 {
        return Err("this number has more than 10,000 digits".to_owned());
    }
    if digits.is_empty() || digits.starts_with(['+', '-']) {
        return match text.is_empty() {
            true => Ok(BigUint::ZERO),
            false => Err(wrong()),
        };
    }
    BigUint::parse_bytes(digits.as_bytes(), radix).ok_or_else(wrong)
}

fn unsigned_bytes(number: &BigUint) -> Vec<u8> {
    match *number == BigUint::ZERO {
        true => Vec::new(),
        false => number.to_bytes_be(),
    }
}

fn fixed(text: &str, width: usize) -> Result<Vec<u8>, String> {
    let number = unsigned_bytes(&unsigned(text)?);
    let unused = width.checked_sub(number.len());
    let unused = unused.ok_or_else(|| format!("`{text}` does not fit `{width}` bytes"))?;
    Ok([&vec![0; unused][..], &number].concat())
}

fn fixed_signed(text: &str, width: usize) -> Result<Vec<u8>, String> {
    let number = match text.strip_prefix('-') {
        Some(rest) => -BigInt::from(unsigned(rest)?),
        None => BigInt::from(unsigned(text.strip_prefix('+').unwrap_or(text))?),
    };
    let bytes = encode::minimal_signed(&number);
    let unused = width.checked_sub(bytes.len());
    let unused = unused.ok_or_else(|| format!("`{text}` does not fit `{width}` bytes"))?;
    let fill = match number.sign() {
        Sign::Minus => 0xff,
        _ => 0,
    };
    Ok([&vec![fill; unused][..], &bytes].concat())
}

/// Bytes as a person reads them.
pub(super) fn show(bytes: &[u8]) -> String {
    if bytes.is_empty() {
        return "``".to_owned();
    }
    let mut text = String::from("`0x");
    for byte in bytes.iter().take(64) {
        text += &format!("{byte:02x}");
    }
    text += match bytes.len() > 64 {
        true => "…`",
        false => "`",
    };
    let printable = bytes
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    if printable && bytes.len() > 1 {
        text += &format!(" (`str:{}`)", String::from_utf8_lossy(bytes));
    } else if bytes.len() <= 16 {
        text += &format!(" (`{}`)", BigUint::from_bytes_be(bytes));
    }
    text
}

/// Bytes as scenarios write them: as text if they are one, else hexadecimal; nothing for none.
pub(super) fn written(bytes: &[u8]) -> String {
    let printable = bytes
        .iter()
        .all(|byte| byte.is_ascii_graphic() || *byte == b' ');
    if printable && bytes.len() > 1 {
        return format!("str:{}", String::from_utf8_lossy(bytes));
    }
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    match bytes.is_empty() {
        true => String::new(),
        false => format!("0x{}", digits.collect::<String>()),
    }
}

/// The number that bytes are.
pub(super) fn number(bytes: &[u8]) -> BigUint {
    BigUint::from_bytes_be(bytes)
}
