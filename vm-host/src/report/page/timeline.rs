//! What happened when: what the script draws, the table of the longest executions, and the log.

use std::collections::BTreeMap;

use maud::{Markup, html};
use serde::Serialize;

use super::Page;
use super::flame::{Name, Names};
use super::format::{count, time};
use super::hints::Row;
use super::room::Room;
use crate::report::buckets::Bucket;
use crate::report::longest::{Longest, Span};

/// Rows of the longest executions.
const LONGEST: usize = 20;
/// Characters of a record in the drawing, and in the table.
const DRAWN: usize = 80;
const TEXT: usize = 400;

/// The timeline as the script draws it. Times are nanoseconds since the run began.
#[derive(Debug, Serialize)]
pub(super) struct Moments {
    end: u64,
    /// How long each stretch of the columns is.
    width: u64,
    buckets: BTreeMap<&'static str, Vec<u64>>,
    /// `[began, nanoseconds, id, of its own code, whether outside of the host]`
    hints: Vec<(u64, u64, u32, u64, u8)>,
    waits: Vec<(u64, u64)>,
    questions: Vec<(u64, u64)>,
    starts: Vec<(u64, u64)>,
    /// `[when, level, text]`
    records: Vec<(u64, &'static str, Name)>,
    /// The names of the hints above, by their ids.
    named: BTreeMap<u32, Name>,
}

impl Moments {
    /// The names that it has.
    pub(super) fn names(&self) -> impl Iterator<Item = Name> + '_ {
        let records = self.records.iter().map(|(.., text)| *text);
        self.named.values().copied().chain(records)
    }
}

pub(super) fn moments(page: &Page<'_>, rows: &[Row], names: &mut Names, room: &Room) -> Moments {
    let recorder = page.recorder;
    let column = |of: fn(&Bucket) -> u64| recorder.buckets.all().iter().map(of).collect();
    let pairs = |longest: &Longest| {
        let spans = longest.in_time().into_iter();
        spans.map(|span| (span.began, span.nanos)).collect()
    };
    let hints = recorder.executions.in_time();
    let mut named = BTreeMap::new();
    for row in rows {
        if hints.iter().any(|span| span.id == row.id) {
            named.insert(
                row.id,
                names.number(room.fit(&format!("{} ({})", row.line, row.place), 200)),
            );
        }
    }
    let mut records = Vec::new();
    for record in recorder.records.kept() {
        let text = names.number(room.fit(&record.text, DRAWN));
        records.push((record.nanos, record.level, text));
    }
    Moments {
        end: recorder.duration(),
        width: recorder.buckets.width(),
        buckets: BTreeMap::from([
            ("steps", column(|bucket| bucket.steps)),
            ("host", column(|bucket| bucket.host_hints)),
            ("outside", column(|bucket| bucket.outside_hints)),
            ("waiting", column(|bucket| bucket.waiting)),
            ("python", column(|bucket| bucket.python)),
            ("questions", column(|bucket| bucket.questions)),
            ("records", column(|bucket| bucket.records)),
        ]),
        hints: hints
            .into_iter()
            .map(|span| {
                (
                    span.began,
                    span.nanos,
                    span.id,
                    span.inside,
                    u8::from(span.outside),
                )
            })
            .collect(),
        waits: pairs(&recorder.waits),
        questions: pairs(&recorder.questions),
        starts: recorder
            .starts
            .iter()
            .map(|span| (span.began, span.nanos))
            .collect(),
        records,
        named,
    }
}

pub(super) fn section(page: &Page<'_>, rows: &[Row], room: &Room) -> Markup {
    let recorder = page.recorder;
    let (kept, all) = (recorder.executions.kept(), recorder.executions.count());
    let longest: Vec<Span> = recorder
        .executions
        .by_length()
        .into_iter()
        .take(LONGEST)
        .collect();
    html! {
        section #timeline data-timeline {
            h2 { "Timeline" }
            p.faint {
                "Bars are all that happened in a stretch of time"
                @if kept < all {
                    "; boxes are the longest " (count(kept)) " of " (count(all)) " executions of hints that were timed"
                } @else { "; boxes are single executions of hints" }
                ". Drag to move, double-click or Ctrl and the wheel to zoom."
            }
            div.tools.needs-script {
                button type="button" data-do="in" { "zoom in" }
                button type="button" data-do="out" { "zoom out" }
                button type="button" data-do="previous" { "earlier" }
                button type="button" data-do="next" { "later" }
                button type="button" data-do="all" { "whole run" }
                button type="button" data-do="longest" { "longest hints" }
                span.faint { "keys: + − 0, arrows, n and p for the next and the previous longest hint" }
            }
            div.timeline tabindex="0" role="group" aria-label="Timeline of the run" {}
            p.readout aria-live="polite" {}
            noscript { p.faint { "The drawing needs JavaScript; the tables do not." } }
            div.scroll tabindex="0" role="group" aria-label="Longest executions of hints" {
                table.sortable {
                    caption { "The longest executions of hints" }
                    thead { tr {
                        th scope="col" { "Hint" } th scope="col" { "Place" } th.number scope="col" { "Began at" }
                        th.number scope="col" { "Took" } th.number scope="col" { "In its own code" }
                    } }
                    tbody {
                        @for span in &longest {
                            @let row = rows.iter().find(|row| row.id == span.id);
                            tr {
                                td.code { code { (room.fit(row.map_or("", |row| &row.line), 160)) } }
                                td { (room.fit(row.map_or("", |row| &row.place), 160)) }
                                td.number data-value=(span.began) { (time(span.began)) }
                                td.number data-value=(span.nanos) { (time(span.nanos)) }
                                td.number data-value=(span.inside) { @if span.outside { (time(span.inside)) } }
                            }
                        }
                    }
                }
            }
            p.sorted.faint aria-live="polite" {}
        }
    }
}

pub(super) fn records(page: &Page<'_>, room: &Room) -> Markup {
    let records = &page.recorder.records;
    let left_out = records.left_out();
    html! {
        section #log {
            h2 { "Log" }
            @if records.count() == 0 {
                p { "Hints logged nothing." }
            } @else {
                p.faint {
                    "Records of what hints logged: " (count(records.count()))
                    @if left_out > 0 { ", of which " (count(left_out)) " in the middle are left out" }
                }
                div.scroll tabindex="0" role="group" aria-label="Records of the log" {
                    table.sortable {
                        thead { tr {
                            th.number scope="col" { "At" } th scope="col" { "Level" } th scope="col" { "Record" }
                        } }
                        tbody {
                            @for record in records.kept() {
                                tr {
                                    td.number data-value=(record.nanos) { (time(record.nanos)) }
                                    td { (record.level) }
                                    td { (room.fit(&record.text, TEXT)) }
                                }
                            }
                        }
                    }
                }
                p.sorted.faint aria-live="polite" {}
            }
        }
    }
}
