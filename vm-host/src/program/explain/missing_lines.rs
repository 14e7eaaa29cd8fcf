//! Puts the lines of Cairo files into a traceback whose engine cannot read them. It says where one belongs; which
//! files there are, the program says. Must not trust either: a place that is none is left out.

use hint_proto::v1::MissingLine;

/// Most lines that one traceback gets, and most bytes of them.
const MAX_LINES: usize = 1000;
const MAX_BYTES: usize = 1 << 20;

/// The traceback with its lines. `line` gives one of a file.
pub(super) fn insert(
    traceback: &str,
    missing: &[MissingLine],
    line: impl Fn(&MissingLine) -> Option<String>,
) -> String {
    let mut text = String::with_capacity(traceback.len());
    let mut done = 0;
    for missing in missing.iter().take(MAX_LINES) {
        let at = missing.at as usize;
        let Some(before) = traceback.get(done..at) else {
            continue;
        };
        // It stands below the line that names its place.
        if !before.ends_with('\n') {
            continue;
        }
        let Some(line) = line(missing) else {
            continue;
        };
        if text.len() + line.len() > traceback.len() + MAX_BYTES {
            break;
        }
        text.push_str(before);
        text.push_str(&format!("    {}\n", line.trim()));
        done = at;
    }
    text.push_str(&traceback[done..]);
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn missing(at: u32, line: u32) -> MissingLine {
        MissingLine {
            at,
            filename: "a.cairo".to_owned(),
            line,
        }
    }

    fn numbered(missing: &MissingLine) -> Option<String> {
        (missing.line != 0).then(|| format!("  line {}", missing.line))
    }

    #[test]
    fn each_line_stands_at_its_place() {
        let traceback = "one\ntwo\nErr: ä\n";
        let lines = [missing(4, 1), missing(8, 2)];
        assert_eq!(
            insert(traceback, &lines, numbered),
            "one\n    line 1\ntwo\n    line 2\nErr: ä\n"
        );
    }

    #[test]
    fn places_that_are_none_are_left_out() {
        let traceback = "one\ntwo ä\n";
        let wrong = [0, 3, 9, 10, 12, u32::MAX].map(|at| missing(at, 1));
        assert_eq!(insert(traceback, &wrong, numbered), traceback);
        // Back again, and a line that nobody has.
        let lines = [missing(4, 1), missing(4, 2), missing(0, 3), missing(11, 0)];
        assert_eq!(
            insert(traceback, &lines, numbered),
            "one\n    line 1\ntwo ä\n"
        );
    }

    #[test]
    fn there_is_an_end_of_lines() {
        let traceback = "x\n".repeat(5000);
        let lines: Vec<_> = (1..=5000).map(|line| missing(2 * line, 1)).collect();
        let text = insert(&traceback, &lines, numbered);
        assert_eq!(text.len(), traceback.len() + 1000 * "    line 1\n".len());
    }
}
