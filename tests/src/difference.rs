//! Differences in a form that a person can read: the first lines that differ, with some context.
//! Knows nothing of what is compared.

use std::fmt::Write as _;

use serde_json::Value;

/// Lines of context before a difference.
const CONTEXT: usize = 3;
/// At most this many differing lines are shown.
const MAX_SHOWN: usize = 12;

/// Describes how two texts differ; `None` when they are equal.
pub fn of_texts(name: &str, expected: &str, found: &str) -> Option<String> {
    let lines = |text: &str| text.split('\n').map(str::to_owned).collect::<Vec<_>>();
    of_lines(name, &lines(expected), &lines(found))
}

/// Describes how two lists of lines differ; `None` when they are equal.
pub fn of_lines(name: &str, expected: &[String], found: &[String]) -> Option<String> {
    if expected == found {
        return None;
    }
    let same = expected
        .iter()
        .zip(found)
        .take_while(|(left, right)| left == right)
        .count();
    let start = same.saturating_sub(CONTEXT);
    let mut text = format!("{name} differs from line {}:\n", same + 1);
    let mut add = |mark: char, lines: &[String]| {
        for line in lines.iter().take(MAX_SHOWN) {
            writeln!(text, "    {mark} {line}").expect("a String takes everything");
        }
        if lines.len() > MAX_SHOWN {
            writeln!(text, "    {mark} ... {} more", lines.len() - MAX_SHOWN)
                .expect("a String takes everything");
        }
    };
    add(' ', &expected[start..same]);
    add('-', &expected[same..]);
    add('+', &found[same..]);
    Some(text)
}

/// Describes where two JSON values differ; `None` when they are equal.
pub fn of_values(path: &str, expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(left), Value::Object(right)) => {
            let mut keys: Vec<&String> = left.keys().chain(right.keys()).collect();
            keys.sort();
            keys.dedup();
            let parts: Vec<String> = keys
                .into_iter()
                .filter_map(|key| {
                    let path = format!("{path}.{key}");
                    match (left.get(key), right.get(key)) {
                        (Some(left), Some(right)) => of_values(&path, left, right),
                        (Some(left), None) => Some(format!("{path} is missing: {left}\n")),
                        (_, right) => Some(format!("{path} is too much: {right:?}\n")),
                    }
                })
                .collect();
            (!parts.is_empty()).then(|| parts.concat())
        }
        (left, right) if left == right => None,
        (left, right) => Some(format!("{path} differs:\n    - {left}\n    + {right}\n")),
    }
}
