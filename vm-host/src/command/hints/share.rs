//! How many different texts of hints run in Rust, and what keeps the others in Python. Must not know how it is asked for.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use crate::placement::{EngineKind, Placement};
use crate::program::Hint;

/// The texts of the hints of programs. One that stands at several places counts once: as compiled where any is, else as
/// a twin's where any is.
#[derive(Debug, Default)]
pub(super) struct Share {
    programs: usize,
    hints: usize,
    texts: BTreeMap<Box<str>, Found>,
}

#[derive(Debug)]
struct Found {
    engine: EngineKind,
    /// What keeps the first place of it in Python.
    reason: String,
}

impl Share {
    pub(super) fn count_program(&mut self) {
        self.programs += 1;
    }

    pub(super) fn count(&mut self, hint: &Hint, placement: &Placement) {
        self.hints += 1;
        let rank = |engine| match engine {
            EngineKind::Compiled => 0,
            EngineKind::Twin => 1,
            EngineKind::Python => 2,
            EngineKind::Apart => 3,
        };
        let found = self
            .texts
            .entry(hint.code.as_str().into())
            .or_insert_with(|| Found {
                engine: placement.engine,
                reason: construct(&placement.reason).to_owned(),
            });
        if rank(placement.engine) < rank(found.engine) {
            found.engine = placement.engine;
        }
    }

    fn of(&self, engine: EngineKind) -> usize {
        let texts = self.texts.values();
        texts.filter(|found| found.engine == engine).count()
    }

    fn percent(&self, count: usize) -> f64 {
        // Fewer than there are bits for.
        100.0 * count as f64 / self.texts.len().max(1) as f64
    }

    fn in_rust(&self) -> usize {
        self.of(EngineKind::Compiled) + self.of(EngineKind::Twin)
    }

    /// How many texts each reason keeps in Python, most first.
    fn reasons(&self) -> Vec<(&str, usize)> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for found in self.texts.values() {
            if found.engine == EngineKind::Python {
                *counts.entry(&found.reason).or_default() += 1;
            }
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by_key(|(reason, count)| (std::cmp::Reverse(*count), *reason));
        counts
    }

    pub(super) fn to_text(&self) -> String {
        let (texts, rust) = (self.texts.len(), self.in_rust());
        let mut text = format!(
            "{rust} of {texts} texts run in Rust, {:.1} % ({} hints, {} programs)\n",
            self.percent(rust),
            self.hints,
            self.programs
        );
        let sides = [
            ("compiled", EngineKind::Compiled),
            ("twin", EngineKind::Twin),
            ("python", EngineKind::Python),
            ("other languages", EngineKind::Apart),
        ];
        for (name, engine) in sides {
            let count = self.of(engine);
            if count > 0 {
                let percent = self.percent(count);
                // Writing to a string does not fail.
                let _ = writeln!(text, "{count:>6}  {percent:>5.1} %  {name}");
            }
        }
        let reasons = self.reasons();
        if !reasons.is_empty() {
            text.push_str("\nwhat keeps the others in Python:\n");
        }
        for (reason, count) in reasons {
            let _ = writeln!(text, "{count:>6}  {reason}");
        }
        text
    }

    pub(super) fn to_json(&self) -> serde_json::Value {
        let reasons = self.reasons().into_iter();
        let reasons: Vec<_> = reasons
            .map(|(reason, texts)| json!({ "reason": reason, "texts": texts }))
            .collect();
        json!({
            "programs": self.programs,
            "hints": self.hints,
            "texts": self.texts.len(),
            "compiled": self.of(EngineKind::Compiled),
            "twin": self.of(EngineKind::Twin),
            "python": self.of(EngineKind::Python),
            "other": self.of(EngineKind::Apart),
            "native_percent": self.percent(self.in_rust()),
            "reasons": reasons,
        })
    }
}

/// What keeps a text from being compiled, without its line and what is said of twins.
fn construct(reason: &str) -> &str {
    let compiled = match reason.split_once("it is not compiled, either: ") {
        Some((_, compiled)) => compiled,
        None => reason.split("; ").next().unwrap_or(reason),
    };
    match compiled.rsplit_once(" in line ") {
        Some((construct, line)) if line.bytes().all(|byte| byte.is_ascii_digit()) => construct,
        _ => compiled,
    }
}
