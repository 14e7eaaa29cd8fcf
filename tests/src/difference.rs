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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{of_texts, of_values};

    #[test]
    fn equal_texts_and_values_do_not_differ() {
        assert_eq!(of_texts("stdout", "a\nb\n", "a\nb\n"), None);
        assert_eq!(
            of_values(
                "PIE",
                &json!({"a": [1, {"b": 2}]}),
                &json!({"a": [1, {"b": 2}]})
            ),
            None
        );
    }

    #[test]
    fn the_first_differing_line_is_named() {
        let text = of_texts("stdout", "a\nb\nc\n", "a\nb\nd\n").expect("they differ");
        assert_eq!(
            text,
            "stdout differs from line 3:\n      a\n      b\n    - c\n    - \n    + d\n    + \n"
        );
    }

    #[test]
    fn a_shorter_and_a_longer_text_differ() {
        assert!(of_texts("stdout", "a\n", "a\nb").is_some());
        assert!(of_texts("stdout", "a\nb", "a\n").is_some());
        assert!(of_texts("stdout", "", " ").is_some());
    }

    #[test]
    fn values_that_differ_are_named_with_their_path() {
        let expected = json!({"a": {"b": 1, "c": 2}});
        let found = json!({"a": {"b": 3, "d": 4}});
        let text = of_values("PIE", &expected, &found).expect("they differ");
        for part in [
            "PIE.a.b differs",
            "PIE.a.c is missing: 2",
            "PIE.a.d is too much",
        ] {
            assert!(text.contains(part), "{text}");
        }
    }
}
