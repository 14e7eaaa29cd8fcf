//! Why a run failed, as its page shows it.

use maud::{Markup, html};

use super::room::Room;
use crate::run::Failure;

/// Most characters of each part.
const TEXT: usize = 40_000;

/// Why a run failed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct ReportedFailure {
    /// In one word, if it was the run that failed.
    reason: Option<&'static str>,
    /// The message with the place and its line.
    text: String,
    cairo_traceback: String,
    python_traceback: String,
}

impl ReportedFailure {
    /// Something that is no failure of the run itself.
    pub(crate) fn new(text: String) -> Self {
        Self {
            text,
            ..Self::default()
        }
    }

    /// That of a run.
    pub(crate) fn of(failure: &Failure) -> Self {
        let python = failure
            .raised
            .as_ref()
            .and_then(|raised| raised.python.as_ref());
        let python = python.map_or("", |python| python.traceback.trim_end());
        let mut text = failure.text();
        // They stand in the text, too.
        for part in [failure.cairo_traceback.trim_end(), python] {
            if let Some(start) = text.find(part).filter(|_| !part.is_empty()) {
                text.replace_range(start..start + part.len(), "");
            }
        }
        Self {
            reason: Some(failure.reason.as_str()),
            text: text.trim_end().to_owned(),
            cairo_traceback: failure.cairo_traceback.trim_end().to_owned(),
            python_traceback: python.to_owned(),
        }
    }

    pub(super) fn section(&self, room: &Room) -> Markup {
        let text = match self.text.trim() {
            "" => "the run did not start; what was printed on stderr says why",
            text => text,
        };
        html! {
            section #failure {
                h2 { "Why it failed" }
                @if let Some(reason) = self.reason { p.failed { (reason) } }
                pre.error tabindex="0" aria-label="the error" { (room.fit(text, TEXT)) }
                @for (title, text) in [
                    ("Cairo traceback", &self.cairo_traceback),
                    ("Python traceback", &self.python_traceback),
                ] {
                    @if !text.is_empty() {
                        h3 { (title) }
                        pre tabindex="0" aria-label=(title) { (room.fit(text, TEXT)) }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::run::FailureReason;
    use hint_proto::v1::{Failed, PythonException};

    #[test]
    fn each_part_of_a_failure_stands_once() {
        let failed = Failed {
            python: Some(PythonException {
                traceback: "Traceback (most recent call last):\nValueError: <b>\n".to_owned(),
                ..PythonException::default()
            }),
            ..Failed::default()
        };
        let message = "a.cairo:3:5: Error at pc=0:2:\nGot an exception while executing a hint.\n    %{\n    ^^\n\
             Cairo traceback (most recent call last):\nUnknown location (pc=0:8)\n\n\
             Traceback (most recent call last):\nValueError: <b>\n";
        let failure = Failure {
            cairo_traceback:
                "Cairo traceback (most recent call last):\nUnknown location (pc=0:8)\n".to_owned(),
            raised: Some(Box::new(failed)),
            ..Failure::new(FailureReason::HintRaised, message)
        };
        let reported = ReportedFailure::of(&failure);
        assert!(
            reported.text.ends_with("    %{\n    ^^"),
            "{}",
            reported.text
        );
        let page = reported.section(&Room::default()).into_string();
        assert_eq!(page.matches("Unknown location").count(), 1);
        assert_eq!(page.matches("ValueError: &lt;b&gt;").count(), 1);
        assert!(page.contains("HINT_RAISED"));
    }
}
