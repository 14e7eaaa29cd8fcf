//! The page of a run: HTML that needs nothing else, and no script as far as its tables go. It is bounded: long lists are
//! cut, and said to be. Every text of a program is hostile; the markup escapes it, and the page's policy lets no script
//! run but its own. Must not know how a run is followed.

mod failure;
mod flame;
mod format;
mod hints;
mod memory;
mod room;
mod steps;
mod summary;
mod timeline;

use std::collections::BTreeMap;
use std::io::{self, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use maud::{DOCTYPE, Markup, PreEscaped, html};
use serde::Serialize;
use sha2::{Digest as _, Sha256};

use super::memory::MemoryUse;
use super::recorder::Recorder;
use super::stats::Stats;
use super::text::script_json;
use crate::run::Run;
pub(crate) use failure::ReportedFailure;
use flame::{Frame, Names};
use room::Room;

const STYLE: &str = include_str!("assets/report.css");
const SCRIPT: &str = include_str!("assets/report.js");

/// What a page is made from.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Page<'a> {
    /// How readers call the program, for example the name of its file.
    pub(crate) program: &'a str,
    /// The run, after its end.
    pub(crate) run: &'a Run,
    /// Who followed it.
    pub(crate) recorder: &'a Recorder,
    /// Its counters.
    pub(crate) stats: &'a Stats,
    /// How full its memory is.
    pub(crate) memory: &'a MemoryUse,
    /// Why it failed, if it did.
    pub(crate) failure: Option<&'a ReportedFailure>,
}

/// What the script draws.
#[derive(Serialize)]
struct Drawn<'a> {
    names: &'a [String],
    flames: BTreeMap<&'static str, Graph>,
    timeline: timeline::Moments,
}

/// A flame graph.
#[derive(Serialize)]
struct Graph {
    unit: &'static str,
    root: Frame,
}

impl Page<'_> {
    /// Writes the page.
    ///
    /// # Errors
    /// When it cannot be written.
    pub(crate) fn write(&self, writer: &mut dyn Write) -> io::Result<()> {
        let room = Room::default();
        let mut names = Names::default();
        let rows = hints::rows(self);
        let steps = steps::tree(self, &mut names);
        let time = hints::tree(self, &mut names);
        let functions = steps::functions(self, &steps, &names, &room);
        let moments = timeline::moments(self, &rows, &mut names, &room);
        let hints = hints::section(self, &rows, &room);
        let records = timeline::records(self, &room);
        let body = html! {
            a.skip href="#main" { "Skip to the run" }
            (summary::header(self, &room))
            main #main {
                @if let Some(failure) = self.failure { (failure.section(&room)) }
                (summary::section(self, &room))
                (functions)
                (hints::time_section(time.total()))
                (timeline::section(self, &rows, &room))
                (hints)
                (memory::section(self.memory))
                (records)
            }
        };
        let mut flames = BTreeMap::new();
        for (name, unit, tree) in [("steps", "steps", &steps), ("time", "ns", &time)] {
            if tree.total() > 0 {
                let root = tree.frames();
                flames.insert(name, Graph { unit, root });
            }
        }
        let drawn = Drawn {
            names: &names.within(
                &room,
                flames.values().map(|graph| &graph.root),
                moments.names(),
            ),
            flames,
            timeline: moments,
        };
        let page = self.document(&body, &script_json(&drawn)?);
        writer.write_all(page.into_string().as_bytes())
    }

    fn document(&self, body: &Markup, data: &str) -> Markup {
        let policy = format!(
            "default-src 'none'; style-src {}; script-src {}; base-uri 'none'; form-action 'none'",
            source(STYLE),
            source(SCRIPT)
        );
        html! {
            (DOCTYPE)
            html lang="en" {
                head {
                    meta charset="utf-8";
                    meta http-equiv="Content-Security-Policy" content=(policy);
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    meta name="color-scheme" content="light dark";
                    title { "Run of " (super::text::cut(self.program, 100)) }
                    style { (PreEscaped(STYLE)) }
                }
                body {
                    (body)
                    script id="data" type="application/json" { (PreEscaped(data)) }
                    script { (PreEscaped(SCRIPT)) }
                }
            }
        }
    }
}

/// How the page's policy names a script or a style of its own: by its hash.
fn source(text: &str) -> String {
    format!("'sha256-{}'", STANDARD.encode(Sha256::digest(text)))
}
