//! Memory: builtins and segments with how full they are.

use maud::{Markup, html};

use super::format::{count, percent};
use crate::report::memory::{BuiltinUse, MemoryUse, SegmentUse};

/// Most rows of segments.
const SEGMENTS: usize = 200;

pub(super) fn section(memory: &MemoryUse) -> Markup {
    let mut segments: Vec<&SegmentUse> = memory.segments.iter().collect();
    segments.sort_by_key(|segment| (std::cmp::Reverse(segment.size), segment.index));
    let rest = segments.split_off(segments.len().min(SEGMENTS));
    html! {
        section #memory {
            h2 { "Memory" }
            p {
                @match memory.holes {
                    Some(holes) => {
                        strong data-holes=(holes) { (count(holes)) }
                        " memory holes: cells below the end of their segment that no instruction and no builtin used."
                    }
                    None => "Memory holes are known of runs that end well.",
                }
            }
            (builtins(&memory.builtins))
            h3 { "Segments" }
            div.scroll tabindex="0" role="group" aria-label="Segments" {
                table.sortable {
                    caption {
                        "Segments: " (count(memory.segments.len() as u64))
                        @if !rest.is_empty() { ", of which the " (SEGMENTS) " largest are shown" }
                    }
                    thead { tr {
                        th.number scope="col" { "Segment" } th scope="col" { "For" } th.number scope="col" { "Cells" }
                        th.number scope="col" { "Used" } th.number scope="col" { "Holes" } th scope="col" { "How full" }
                    } }
                    tbody {
                        @for segment in &segments {
                            @let used = segment.used.unwrap_or(segment.size);
                            @let holes = segment.size.saturating_sub(used);
                            tr {
                                td.number data-value=(segment.index) { (segment.index) }
                                td { (segment.name.as_deref().unwrap_or("")) }
                                td.number data-value=(segment.size) { (count(segment.size)) }
                                @if segment.used.is_some() {
                                    td.number data-value=(used) { (count(used)) }
                                    td.number data-value=(holes) { (count(holes)) }
                                    (full(used, segment.size))
                                } @else { td.number {} td.number {} td {} }
                            }
                        }
                    }
                    @if !rest.is_empty() {
                        tfoot { tr {
                            th scope="row" colspan="2" { (count(rest.len() as u64)) " others" }
                            td.number { (count(rest.iter().map(|segment| segment.size).sum())) } td colspan="3" {}
                        } }
                    }
                }
            }
            p.sorted.faint aria-live="polite" {}
        }
    }
}

fn builtins(builtins: &[BuiltinUse]) -> Markup {
    html! {
        h3 { "Builtins" }
        @if builtins.is_empty() {
            p { "The layout has none." }
        } @else {
            div.scroll tabindex="0" role="group" aria-label="Builtins" {
                table {
                    caption { "Room is what the layout gives at this number of steps." }
                    thead { tr {
                        th scope="col" { "Builtin" } th.number scope="col" { "Segment" } th.number scope="col" { "Cells" }
                        th.number scope="col" { "Instances" } th.number scope="col" { "Room" } th scope="col" { "How full" }
                    } }
                    tbody {
                        @for builtin in builtins {
                            tr {
                                th scope="row" { (builtin.name) }
                                td.number { (builtin.segment) }
                                td.number { (count(builtin.cells)) }
                                td.number data-instances=(builtin.instances) { (count(builtin.instances)) }
                                @match builtin.room {
                                    Some(room) => { td.number { (count(room)) } (full(builtin.instances, room)) }
                                    None => { td.number {} td {} }
                                }
                            }
                        }
                    }
                }
            }
        }
    }
}

/// A cell that says how much of something is used.
fn full(used: u64, of: u64) -> Markup {
    let shown = percent(used, of);
    html! {
        td data-value=(if of > 0 { used as f64 / of as f64 } else { 0.0 }) {
            @if of > 0 {
                meter min="0" max=(of) value=(used.min(of)) aria-label=(shown) {} " " (shown)
            }
        }
    }
}
