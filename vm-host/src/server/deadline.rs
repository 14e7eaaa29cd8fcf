//! The deadline that a client sent with its call. tonic ends a late call without a reason; we end it a
//! little earlier, to say what happened.

use std::time::Duration;

use tonic::codegen::http::HeaderMap;

/// How long the call may take.
pub(super) fn of(headers: &HeaderMap) -> Option<Duration> {
    let text = headers.get("grpc-timeout")?.to_str().ok()?;
    let (digits, unit) = text.split_at_checked(text.len().checked_sub(1)?)?;
    if digits.len() > 8 {
        return None;
    }
    let amount: u64 = digits.parse().ok()?;
    let limit = match unit {
        "H" => Duration::from_secs(amount * 3600),
        "M" => Duration::from_secs(amount * 60),
        "S" => Duration::from_secs(amount),
        "m" => Duration::from_millis(amount),
        "u" => Duration::from_micros(amount),
        "n" => Duration::from_nanos(amount),
        _ => return None,
    };
    let margin = (limit / 10).min(Duration::from_millis(20));
    Some(limit.saturating_sub(margin))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deadline_is_read_and_comes_a_little_early() {
        let of = |text: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert("grpc-timeout", text.parse().unwrap());
            of(&headers)
        };
        assert_eq!(of("10S"), Some(Duration::from_millis(9980)));
        assert_eq!(of("100m"), Some(Duration::from_millis(90)));
        assert_eq!(of("2H"), Some(Duration::from_millis(7_199_980)));
        for text in ["", "S", "10", "-1S", "1000000000S", "1x"] {
            assert_eq!(of(text), None, "{text}");
        }
    }
}
