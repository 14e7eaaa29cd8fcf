//! The rules that make error texts of two implementations comparable; they are the rules of
//! `tests/reference/normalising.py`, applied to what `vm-host` prints.

use crate::record::programs_directory;

const HEADER: &str = "Traceback (most recent call last):";

/// Applies the rules.
pub fn normalise(stderr: &str) -> String {
    let mut lines = Vec::new();
    let mut dropping = false;
    let mut in_frame = false;
    for line in stderr.split('\n') {
        if let Some(file) = frame_file(line) {
            dropping = file.contains("/starkware/cairo/lang/");
            in_frame = true;
        } else if in_frame && line.starts_with("    ") {
            if line.trim().chars().all(|mark| mark == '^' || mark == '~') {
                continue;
            }
        } else {
            in_frame = false;
            dropping = false;
        }
        if !dropping {
            lines.push(stable_path(line));
        }
    }
    drop_inner_contexts(&lines).join("\n")
}

/// The file of a line `File "...", line N, in NAME`.
fn frame_file(line: &str) -> Option<&str> {
    let rest = line.trim_start().strip_prefix("File \"")?;
    let (file, rest) = rest.split_once('"')?;
    let rest = rest.strip_prefix(", line ")?;
    rest.trim_start_matches(|digit: char| digit.is_ascii_digit())
        .strip_prefix(", in ")?;
    Some(file)
}

fn stable_path(line: &str) -> String {
    let Some(file) = frame_file(line) else {
        return line.to_owned();
    };
    let programs = format!("{}/", programs_directory().display());
    let stable = if let Some(relative) = file.strip_prefix(&programs) {
        relative.to_owned()
    } else if let Some((_, module)) = file.split_once("/site-packages/") {
        format!("<python>/{module}")
    } else if let Some((_, rest)) = file.split_once("/lib/python3.")
        && let Some((_, module)) = rest.split_once('/')
    {
        format!("<python>/{module}")
    } else {
        return line.to_owned();
    };
    line.replacen(file, &stable, 1)
}

/// Drops a traceback without frames that only introduces the next one.
fn drop_inner_contexts(lines: &[String]) -> Vec<String> {
    let mut result = Vec::new();
    let mut index = 0;
    while index < lines.len() {
        if lines[index] == HEADER
            && lines
                .get(index + 1)
                .is_some_and(|line| !line.starts_with(' '))
            && let Some(next) = after_inner_context(&lines[index + 1..])
        {
            index += 1 + next;
            continue;
        }
        result.push(lines[index].clone());
        index += 1;
    }
    result
}

/// The number of lines up to and with the sentence that leads to the next traceback.
fn after_inner_context(lines: &[String]) -> Option<usize> {
    let sentence = lines
        .iter()
        .take_while(|line| *line != HEADER)
        .position(|line| {
            line.starts_with("During handling of the above exception")
                || line.starts_with("The above exception was")
        })?;
    // The sentence has an empty line before and after it.
    Some(sentence + 2)
}

#[cfg(test)]
mod tests {
    use super::normalise;

    #[test]
    fn frames_of_the_vm_and_carets_disappear() {
        let text = "\
Traceback (most recent call last):
  File \"a.cairo\", line 3, in <module>
    x = f(y)
        ^^^^
  File \"/env/lib/python3.11/site-packages/starkware/cairo/lang/vm/memory_dict.py\", line 9, in f
    raise E
  File \"/env/lib/python3.11/site-packages/starkware/python/math_utils.py\", line 5, in g
    raise F
E: text";
        let expected = "\
Traceback (most recent call last):
  File \"a.cairo\", line 3, in <module>
    x = f(y)
  File \"<python>/starkware/python/math_utils.py\", line 5, in g
    raise F
E: text";
        assert_eq!(normalise(text), expected);
    }

    #[test]
    fn carets_of_cairo_and_syntax_errors_stay() {
        let text = "a.cairo:1:1: Error\n    x = = 3\n    ^***^\n  File \"a\", line 1\n    x\n    ^";
        assert_eq!(normalise(text), text);
    }

    #[test]
    fn an_inner_exception_without_frames_disappears() {
        let text = "\
Traceback (most recent call last):
Inner: one

During handling of the above exception, another exception occurred:

Traceback (most recent call last):
  File \"a.cairo\", line 3, in <module>
Outer: two";
        let expected = "\
Traceback (most recent call last):
  File \"a.cairo\", line 3, in <module>
Outer: two";
        assert_eq!(normalise(text), expected);
    }
}
