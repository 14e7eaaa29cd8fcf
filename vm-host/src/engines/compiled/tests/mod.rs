//! Whole hints, run here and by Python on the same memory and variables: the same variables and effects, or
//! declined here.

mod damaged;
mod grammar;
mod here;
mod python;
mod traps;

use std::collections::{BTreeMap, BTreeSet};

use grammar::Grammar;
use here::{OWN_FUNCTION, Setting};
use python::Answer;

use super::{Engine, Shared};

/// What a hint did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Outcome {
    /// Each variable that the hint mentions, as [`here`] and the script write values.
    variables: BTreeMap<String, String>,
    /// The cells that were written.
    writes: BTreeMap<String, String>,
    /// How many segments were added, and how many temporary ones.
    added: (usize, usize),
    /// Which variables are the same list or dictionary.
    same: Vec<String>,
    /// What it prints.
    printed: String,
}

/// How many hints of all kinds are compared: so many, or as many as the environment says.
fn executions(usual: usize) -> usize {
    let wanted = std::env::var("CAIROHINTS_FUZZ_EXECUTIONS").ok();
    wanted.map_or(usual, |wanted| {
        wanted.parse().expect("a number of executions")
    })
}

/// Compares hints, and gives how many Python ran to their ends, and how many of those were declined.
#[track_caller]
fn compare(settings: &[Setting]) -> (usize, BTreeMap<String, usize>) {
    let answers = python::run(settings);
    assert_eq!(answers.len(), settings.len(), "python gave as many answers");
    let mut wrong = Vec::new();
    let mut ended = 0;
    let mut declined = BTreeMap::new();
    for (setting, answer) in settings.iter().zip(answers) {
        let ours = here::run(setting);
        match (ours, answer) {
            (Ok(ours), Answer::Ended(theirs)) => {
                ended += 1;
                let theirs = theirs.of(&ours);
                if ours != theirs {
                    wrong.push(format!(
                        "{setting}\n  ours:   {ours:?}\n  python: {theirs:?}"
                    ));
                }
            }
            (Ok(ours), Answer::Raised(error)) => {
                wrong.push(format!(
                    "{setting}\n  ours:   {ours:?}\n  python: raises {error}"
                ));
            }
            (Err(reason), Answer::Ended(_)) => {
                ended += 1;
                *declined.entry(reason).or_default() += 1;
            }
            (Err(_), Answer::Raised(_)) => {}
        }
    }
    let first: Vec<_> = wrong.iter().take(5).map(String::as_str).collect();
    assert!(
        wrong.is_empty(),
        "{} of {} differ:\n{}",
        wrong.len(),
        settings.len(),
        first.join("\n\n")
    );
    (ended, declined)
}

impl Outcome {
    /// The part of this that the other one speaks of: variables that our hint does not mention are as they were.
    fn of(mut self, other: &Self) -> Self {
        self.variables
            .retain(|name, _| other.variables.contains_key(name));
        for (name, value) in &other.variables {
            if value == OWN_FUNCTION
                && self
                    .variables
                    .get(name)
                    .is_none_or(|theirs| theirs == "function")
            {
                self.variables.insert(name.clone(), value.clone());
            }
            self.variables
                .entry(name.clone())
                .or_insert_with(|| "absent".to_owned());
        }
        self.same.retain(|pair| {
            pair.split(' ')
                .all(|name| other.variables.contains_key(name))
        });
        self
    }
}

#[test]
fn hints_do_what_they_do_in_python() {
    let mut grammar = Grammar::new(14);
    let (mut ended, mut declined, mut compared) = (0, BTreeMap::new(), 0);
    let all = executions(4000);
    while compared < all {
        let settings: Vec<Setting> = (0..(all - compared).min(20_000))
            .map(|_| grammar.setting())
            .collect();
        compared += settings.len();
        let (these, reasons) = compare(&settings);
        ended += these;
        for (reason, count) in reasons {
            *declined.entry(reason).or_insert(0) += count;
        }
    }
    let share = declined.values().sum::<usize>() * 100 / ended.max(1);
    println!(
        "{compared} hints, of which python ran {ended}, and {share} % of those were declined here:"
    );
    for (reason, count) in &declined {
        println!("  {count} {reason}");
    }
    // Else this would compare nothing.
    assert!(
        ended * 2 > compared,
        "{ended} of {compared} hints raise nothing"
    );
    assert!(share <= 25, "{share} % are declined");
}

#[test]
fn an_engine_that_asks_for_nothing_gives_up() {
    let nothing = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut engine = Engine::new(Shared::default(), nothing.0, nothing.1, nothing.2, false);
    for _ in 1..4096 {
        engine.has_asked();
    }
    assert!(engine.asked(0).is_some());
    engine.has_asked();
    assert!(engine.asked(0).is_none());
}
