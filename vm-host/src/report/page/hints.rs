//! Hints: what each took, where it ran and why, and the flame graph of their time.

use maud::{Markup, html};

use super::Page;
use super::flame::{Names, Tree};
use super::format::{count, time};
use super::room::Room;
use super::steps::{function_names, graph};
use crate::placement::EngineKind;
use crate::report::profile;
use crate::report::recorder::{HintTimes, SAMPLE};
use crate::report::text::first_line;
use crate::vm::profile::hint_stacks;

/// Most rows.
const ROWS: usize = 500;
/// Most characters of a line, a place and a reason.
const TEXT: usize = 160;

/// A hint that ran.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub(super) id: u32,
    pub(super) line: String,
    pub(super) place: String,
    /// Where it was to run, and why.
    placed: &'static str,
    reason: String,
    pub(super) count: u64,
    pub(super) times: HintTimes,
}

impl Row {
    fn mean(&self) -> u64 {
        self.times.total() / self.count.max(1)
    }

    /// What passed in engines outside of the host beside the hint's own code.
    fn beyond(&self) -> u64 {
        self.times.waiting.saturating_sub(self.times.python)
    }
}

/// The hints that ran, those that took longest first.
pub(super) fn rows(page: &Page<'_>) -> Vec<Row> {
    let rows = page.run.hint_costs().filter_map(|(loaded, hint, cost)| {
        let id = loaded.first_hint.saturating_add(hint.id);
        let mut times = page.recorder.times(id);
        let count = cost.count + u64::from(times.unfinished);
        if count == 0 {
            return None;
        }
        let place = hint.location.as_ref().map(|hint| {
            let file = hint.location.input_file.filename.as_deref().unwrap_or("");
            format!("{file}:{}", hint.location.start_line)
        });
        let placement = page.run.placements().get(id as usize);
        times.host = count.saturating_sub(times.outside);
        Some(Row {
            id,
            line: first_line(&hint.code, TEXT),
            place: place.unwrap_or_else(|| format!("pc {}:{}", loaded.base.segment_index, hint.pc)),
            placed: match placement.map(|placement| placement.engine) {
                Some(EngineKind::Compiled) => "compiled",
                Some(EngineKind::Twin) => "twin",
                Some(EngineKind::Apart) => "other engine",
                Some(EngineKind::Python) | None => "python",
            },
            reason: placement.map_or_else(
                || "of a program that a hint loaded".to_owned(),
                |placement| placement.reason.clone(),
            ),
            count,
            times,
        })
    });
    let mut rows: Vec<Row> = rows.collect();
    rows.sort_by_key(|row| (std::cmp::Reverse(row.times.total()), row.id));
    rows
}

/// The time of hints by the call stacks that they ran in.
pub(super) fn tree(page: &Page<'_>, names: &mut Names) -> Tree {
    let mut tree = Tree::new(names.number("all hints".to_owned()));
    let Some(steps) = page.run.stacks() else {
        return tree;
    };
    let functions = function_names(page);
    let functions: Vec<_> = functions
        .into_iter()
        .map(|name| names.number(name))
        .collect();
    let function = |place: &u32| steps.code().place(*place).function as usize;
    let hints = profile::hints(page.run, Some(page.recorder));
    for (hint, stack, spent) in hint_stacks(steps, &hints) {
        let own = names.number(hint.label.clone());
        let stack = stack
            .iter()
            .rev()
            .filter_map(|place| functions.get(function(place)).copied());
        tree.add(stack.chain([own]), spent.nanos);
    }
    tree
}

pub(super) fn time_section(total: u64) -> Markup {
    html! {
        section #time data-flame="time" {
            h2 { "Time of hints by function" }
            p.faint {
                "Each hint below the functions that it ran in, as wide as its time"
                @if total > 0 { ", " (time(total)) " in all" }
                ". A hint's time is divided among its call stacks by how often it ran in each. What the table of the \
                 hints says, this shows by place."
            }
            (graph("Time of hints by call stack", "search for a hint or a function"))
        }
    }
}

pub(super) fn section(page: &Page<'_>, rows: &[Row], room: &Room) -> Markup {
    let rest = rows.get(ROWS..).unwrap_or_default();
    let sampled = rows.iter().any(|row| row.times.host > row.times.timed);
    html! {
        section #hints {
            h2 { "Hints" }
            p.faint {
                "Time in the worker runs from the request to the response; \u{201c}in Python\u{201d} is the part of it in \
                 which the hint's own code ran, as the worker says. "
                @if sampled {
                    "Of hints in Rust, one execution in " (SAMPLE) " was timed after the first " (SAMPLE)
                    "; their totals are estimates (≈), their worst is the worst of those."
                }
            }
            div.scroll tabindex="0" role="group" aria-label="Hints" {
                table.sortable {
                    caption {
                        "Hints that ran: " (count(rows.len() as u64))
                        @if !rest.is_empty() { ", of which the " (ROWS) " that took longest are shown" }
                    }
                    thead { tr {
                        th scope="col" { "Hint and its place" } th scope="col" { "Runs as" }
                        th.number scope="col" { "Count" } th.number scope="col" { "Total" }
                        th.number scope="col" { "Mean" } th.number scope="col" { "Worst" }
                        th.number scope="col" { "In Python" } th.number scope="col" { "Beyond" }
                        th.number scope="col" { "Questions" } th scope="col" { "Why there" }
                    } }
                    tbody {
                        @for row in rows.iter().take(ROWS) { (row_of(row, room)) }
                    }
                    @if !rest.is_empty() {
                        @let executions: u64 = rest.iter().map(|row| row.count).sum();
                        @let total: u64 = rest.iter().map(|row| row.times.total()).sum();
                        tfoot { tr {
                            th scope="row" colspan="2" { (count(rest.len() as u64)) " others" }
                            td.number data-count=(executions) { (count(executions)) }
                            td.number { (time(total)) } td colspan="6" {}
                        } }
                    }
                }
            }
            p.sorted.faint aria-live="polite" {}
            @if page.run.hint_statistics().hints > 0 {
                p.faint { "Calls of rules that hints registered are not in the table." }
            }
        }
    }
}

fn row_of(row: &Row, room: &Room) -> Markup {
    let times = &row.times;
    let about = if times.host > times.timed { "≈ " } else { "" };
    let elsewhere = match row.placed {
        "compiled" | "twin" => times.outside > 0,
        _ => times.host > 0,
    };
    let ran = elsewhere.then(|| {
        format!(
            " ({} in Rust, {} not)",
            count(times.host),
            count(times.outside)
        )
    });
    html! {
        tr {
            td.code {
                code { (room.fit(&row.line, TEXT)) }
                br;
                span.place { (room.fit(&row.place, TEXT)) }
            }
            td {
                (row.placed) (ran.unwrap_or_default())
                @if times.unfinished { br; strong { "running when the run ended" } }
            }
            td.number data-count=(row.count) data-value=(row.count) { (count(row.count)) }
            @for nanos in [times.total(), row.mean()] {
                td.number data-value=(nanos) { (about) (time(nanos)) }
            }
            td.number data-value=(times.worst) { (time(times.worst)) }
            td.number data-value=(times.python) { @if times.outside > 0 { (time(times.python)) } }
            td.number data-value=(row.beyond()) { @if times.outside > 0 { (time(row.beyond())) } }
            td.number data-value=(times.questions) { (count(times.questions)) }
            td.why { (room.fit(&row.reason, TEXT)) }
        }
    }
}
