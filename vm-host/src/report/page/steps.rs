//! Steps by function: the flame graph, and the table that says the same.

use maud::{Markup, html};

use super::Page;
use super::flame::{Names, Tree};
use super::format::{count, percent};
use super::room::Room;

/// Most rows of functions.
const FUNCTIONS: usize = 250;
/// How code outside of all functions is called.
const NO_FUNCTION: &str = "no function";

/// The names of the program's functions by their indices, from 1.
pub(super) fn function_names(page: &Page<'_>) -> Vec<String> {
    let functions = page.run.program().map(|program| program.functions());
    let functions = functions
        .unwrap_or_default()
        .into_iter()
        .map(|(_, name)| name);
    std::iter::once(NO_FUNCTION.to_owned())
        .chain(functions)
        .collect()
}

/// The steps by call stack.
pub(super) fn tree(page: &Page<'_>, names: &mut Names) -> Tree {
    let functions = function_names(page);
    let mut tree = Tree::new(names.number("all steps".to_owned()));
    let Some(steps) = page.run.stacks() else {
        return tree;
    };
    let numbers: Vec<_> = functions
        .into_iter()
        .map(|name| names.number(name))
        .collect();
    let function = |place: &u32| steps.code().place(*place).function as usize;
    for (stack, count) in steps.iter() {
        let stack = stack
            .iter()
            .rev()
            .filter_map(|place| numbers.get(function(place)).copied());
        tree.add(stack, count);
    }
    tree
}

pub(super) fn functions(page: &Page<'_>, tree: &Tree, names: &Names, room: &Room) -> Markup {
    let functions = tree.by_name();
    let total = tree.total();
    html! {
        section #steps data-flame="steps" {
            h2 { "Steps by function" }
            p.faint {
                "Each box is a function below its caller, as wide as its steps with those of what it calls."
            }
            (graph("Steps by call stack", "search for a function"))
            div.scroll tabindex="0" role="group" aria-label="Functions" {
                table.sortable {
                    caption {
                        "Functions with the most steps"
                        @if functions.len() > FUNCTIONS {
                            ": " (count(FUNCTIONS as u64)) " of " (count(functions.len() as u64))
                        }
                        @if page.run.stacks().is_none() { " (steps were not counted)" }
                    }
                    thead { tr {
                        th scope="col" { "Function" }
                        th.number scope="col" { "Own steps" } th.number scope="col" { "of all" }
                        th.number scope="col" { "With what it calls" } th.number scope="col" { "of all" }
                    } }
                    tbody {
                        @for (name, totals) in functions.iter().take(FUNCTIONS) {
                            tr {
                                td { code { (room.fit(&names.all()[*name as usize], 200)) } }
                                @for part in [totals.own, totals.total] {
                                    td.number data-value=(part) { (count(part)) }
                                    td.number data-value=(part) { (percent(part, total)) }
                                }
                            }
                        }
                    }
                }
            }
            p.sorted.faint aria-live="polite" {}
        }
    }
}

/// The room that the script draws a flame graph in, with what one does to it.
pub(super) fn graph(label: &str, search: &str) -> Markup {
    html! {
        div.tools.needs-script {
            input type="search" placeholder=(search) aria-label=(search);
            button type="button" data-reset { "whole graph" }
            span.faint { "arrows move, Enter zooms, Escape shows all" }
        }
        div.flame role="tree" aria-label=(label) {}
        p.readout aria-live="polite" {}
        noscript { p.faint { "The graph needs JavaScript; the tables do not." } }
    }
}
