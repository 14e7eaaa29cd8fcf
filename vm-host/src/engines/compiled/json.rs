//! Values of a JSON text, as Python's `json.loads` makes them; none of a text with what is no value here, such as
//! floats. Must not know what they are for.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, MapAccess, SeqAccess, Visitor};

use super::value::{Fuel, Integer, Journal, Value, dict};

/// The longest text that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Most digits that Python reads as a number.
const MAX_DIGITS: usize = 4300;
/// What the parser calls a number, which a text could say as well.
const NUMBER: &str = "$serde_json::private::Number";

/// The value of a text.
pub(crate) fn loads(text: &str) -> Option<Value> {
    if text.len() > MAX_BYTES || text.contains("$serde_json") {
        return None;
    }
    serde_json::from_str(text).ok().map(|Json(value)| value)
}

struct Json(Value);

impl<'de> Deserialize<'de> for Json {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader).map(Self)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Value;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("a value")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::None)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Boolean(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(Value::Integer(value.into()))
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::text(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut values = Vec::new();
        while let Some(Json(value)) = items.next_element()? {
            values.push(value);
        }
        Value::list(values, &mut Fuel::new(u64::MAX)).map_err(|_| A::Error::custom("a list"))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let made = dict::new();
        while let Some(key) = entries.next_key::<String>()? {
            if key == NUMBER {
                return number(&entries.next_value::<String>()?).ok_or(A::Error::custom("a float"));
            }
            let Json(value) = entries.next_value()?;
            // A key that comes again has its first place and its last value.
            let (fuel, journal) = (&mut Fuel::new(u64::MAX), &mut Journal::default());
            dict::set(&made, &Value::text(&key), value, fuel, journal)
                .map_err(|_| A::Error::custom("an entry"))?;
        }
        Ok(Value::Dict(made))
    }
}

fn number(text: &str) -> Option<Value> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let whole = digits.len() <= MAX_DIGITS && digits.bytes().all(|digit| digit.is_ascii_digit());
    whole
        .then(|| Integer::from_decimal(text).map(Value::Integer))
        .flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_are_those_of_python() {
        let shown = |text| loads(text).map(|value| value.repr(&mut Fuel::new(u64::MAX)));
        let cases = [
            ("{}", "{}"),
            (
                "[1, -0, true, null, \"a\\u0041\"]",
                "[1, 0, True, None, 'aA']",
            ),
            (
                "{\"b\": 1, \"a\": {\"c\": []}, \"b\": 2}",
                "{'b': 2, 'a': {'c': []}}",
            ),
            (
                "1606938044258990275541962092341162602522202993782792835301376",
                "1606938044258990275541962092341162602522202993782792835301376",
            ),
            ("-36893488147419103232", "-36893488147419103232"),
        ];
        for (text, repr) in cases {
            assert_eq!(shown(text), Some(Ok(repr.to_owned())), "{text}");
        }
    }

    #[test]
    fn what_is_no_value_here_is_none() {
        let many = "9".repeat(MAX_DIGITS + 1);
        let texts = [
            "1.5",
            "[1e3]",
            "NaN",
            "{",
            "\"\\ud800\"",
            "{\"$serde_json::private::Number\": \"5\"}",
            &many,
        ];
        for text in texts {
            assert!(loads(text).is_none(), "{text}");
        }
    }
}
