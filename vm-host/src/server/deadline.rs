//! The deadline that a client sent with its call. tonic ends a late call as cancelled; calls that may take
//! long end themselves a little earlier, to say what happened.

use std::time::Duration;

use tonic::metadata::MetadataMap;

/// How long the call may take.
pub(super) fn of(metadata: &MetadataMap) -> Option<Duration> {
    let text = metadata.get("grpc-timeout")?.to_str().ok()?;
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
