//! Numbers as people read them: with three digits. Must not know what they count.

/// A number with three digits in the unit that suits it: each of the `units` is a thousand of the one before it, and of
/// the first there are no parts.
pub(crate) fn short(number: f64, units: [&str; 4]) -> String {
    let mut number = number;
    let mut unit = 0;
    // What would be rounded to a thousand is one of the next unit.
    while number >= 999.5 && unit + 1 < units.len() {
        number /= 1e3;
        unit += 1;
    }
    let places = match number {
        _ if unit == 0 => 0,
        _ if number < 9.995 => 2,
        _ if number < 99.95 => 1,
        _ => 0,
    };
    format!("{number:.places$}{}", units[unit])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_three_digits() {
        for (number, text) in [
            (0.0, "0"),
            (999.0, "999"),
            (999.6, "1.00k"),
            (1000.0, "1.00k"),
            (9_996.0, "10.0k"),
            (65_536.0, "65.5k"),
            (99_960.0, "100k"),
            (123_456_789.0, "123M"),
            (999_999.0, "1.00M"),
            (5e9, "5.00G"),
            (5e12, "5000G"),
        ] {
            assert_eq!(short(number, ["", "k", "M", "G"]), text);
        }
    }
}
