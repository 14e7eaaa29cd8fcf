//! The text of one event in Chrome's format. Written by hand: what writes any JSON takes longer for an event than a short
//! hint takes. Must not know what is shown.

/// Bytes of an event, behind those of the events before it.
pub(super) struct Event<'a>(&'a mut Vec<u8>);

impl<'a> Event<'a> {
    /// One behind these.
    pub(super) fn behind(bytes: &'a mut Vec<u8>) -> Self {
        Self(bytes)
    }

    /// A piece of JSON.
    #[inline]
    pub(super) fn json(&mut self, json: &str) -> &mut Self {
        self.0.extend_from_slice(json.as_bytes());
        self
    }

    /// Any text, with its quotes.
    pub(super) fn text(&mut self, text: &str) -> &mut Self {
        self.json(&quoted(text))
    }

    /// A whole number.
    #[inline]
    pub(super) fn number(&mut self, mut number: u64) -> &mut Self {
        // As many as the largest has.
        let mut digits = [0; 20];
        let mut first = digits.len();
        loop {
            first -= 1;
            digits[first] = digit(number % 10);
            number /= 10;
            if number == 0 {
                break;
            }
        }
        self.0.extend_from_slice(&digits[first..]);
        self
    }

    /// A time, in the microseconds that the format counts in.
    #[inline]
    pub(super) fn micros(&mut self, nanos: u64) -> &mut Self {
        let rest = nanos % 1000;
        let rest = [rest / 100, rest / 10 % 10, rest % 10].map(digit);
        self.number(nanos / 1000);
        self.0.extend_from_slice(&[b'.', rest[0], rest[1], rest[2]]);
        self
    }
}

fn digit(digit: u64) -> u8 {
    b'0' + digit as u8
}

/// A text as JSON has it.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn an_event_is_json() {
        let hostile = "a \"quoted\"\n</script>\u{2028}";
        let mut bytes = Vec::new();
        let mut event = Event::behind(&mut bytes);
        event.json(r#"{"name":"#).text(hostile);
        event.json(r#","numbers":["#);
        for number in [0, 9, 10, 1024] {
            event.number(number).json(",");
        }
        event.number(u64::MAX).json(r#"],"times":["#);
        for nanos in [0, 7, 120] {
            event.micros(nanos).json(",");
        }
        event.micros(12_345_067).json("]}");
        let value: Value = serde_json::from_slice(&bytes).unwrap();
        assert_eq!(value["name"], hostile);
        assert_eq!(value["numbers"], json!([0, 9, 10, 1024, u64::MAX]));
        let times = value["times"].as_array().unwrap().iter();
        let times: Vec<f64> = times.map(|time| time.as_f64().unwrap()).collect();
        assert_eq!(times, [0.0, 0.007, 0.12, 12_345.067]);
    }
}
