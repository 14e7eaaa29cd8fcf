//! The variables of the scopes that compiled hints know, as a mirror of Python's: what each is, or that it is
//! nothing, or that only Python knows; and whether Python has it, too. Must not know hints.

use std::collections::{BTreeSet, HashMap};

use super::library;
use super::tree::Slot;
use super::value::{Function, Value};

/// The names of the variables that compiled hints of a program mention.
#[derive(Debug, Default)]
pub(crate) struct Names {
    slots: HashMap<Box<str>, Slot>,
    names: Vec<Box<str>>,
    /// What a name stands for where the scope has no variable of it.
    functions: Vec<Option<&'static Function>>,
}

impl Names {
    /// The slot of a name.
    pub(crate) fn slot(&mut self, name: &str) -> Slot {
        if let Some(slot) = self.slots.get(name) {
            return *slot;
        }
        let slot = self.names.len();
        self.slots.insert(name.into(), slot);
        self.names.push(name.into());
        self.functions.push(library::builtin(name));
        slot
    }

    /// The slot of a name that some compiled hint mentions.
    pub(crate) fn find(&self, name: &str) -> Option<Slot> {
        self.slots.get(name).copied()
    }

    pub(crate) fn name(&self, slot: Slot) -> &str {
        &self.names[slot]
    }

    pub(crate) fn function(&self, slot: Slot) -> Option<&'static Function> {
        self.functions[slot]
    }

    pub(crate) fn len(&self) -> usize {
        self.names.len()
    }
}

/// What is known of a variable.
#[derive(Clone, Debug, Default)]
pub(crate) enum State {
    /// The scope has none of this name.
    #[default]
    Absent,
    /// Python has one, and what it is cannot be said here.
    Elsewhere,
    Known(Value),
}

/// What a hint that runs in Python has to do with the variables of compiled ones.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sharing {
    /// The variables that it may see.
    pub(crate) sees: BTreeSet<Slot>,
    /// Those that it may change.
    pub(crate) changes: BTreeSet<Slot>,
    /// Whether it may change functions that compiled hints stand in for.
    pub(crate) tampers: bool,
}

#[derive(Clone, Debug, Default)]
struct Entry {
    state: State,
    /// Whether Python does not know it.
    untold: bool,
}

/// The open scopes, outermost first.
#[derive(Debug)]
pub(crate) struct Mirror {
    scopes: Vec<Vec<Entry>>,
    width: usize,
    /// Whether there may be anything that Python was not told.
    news: bool,
}

/// A variable that Python has to take over: its scope, its slot, its value or nothing if it is gone.
pub(crate) type Handed = (usize, Slot, Option<Value>);

impl Mirror {
    /// The main scope before the first hint, with so many slots.
    pub(crate) fn new(width: usize) -> Self {
        Self {
            scopes: vec![vec![Entry::default(); width]],
            width,
            news: false,
        }
    }

    /// How many scopes are open.
    pub(crate) fn depth(&self) -> usize {
        self.scopes.len()
    }

    /// A variable of the innermost scope.
    pub(crate) fn get(&self, slot: Slot) -> &State {
        match self.scopes.last() {
            Some(scope) => &scope[slot].state,
            None => &State::Elsewhere,
        }
    }

    /// Gives a variable of a scope a value, or takes it away.
    pub(crate) fn bind(&mut self, depth: usize, slot: Slot, value: Option<Value>) {
        self.news = true;
        self.scopes[depth][slot] = Entry {
            state: value.map_or(State::Absent, State::Known),
            untold: true,
        };
    }

    /// Python has said what a variable is.
    pub(crate) fn learn(&mut self, depth: usize, slot: Slot, state: State) {
        if let Some(scope) = self.scopes.get_mut(depth) {
            scope[slot] = Entry {
                state,
                untold: false,
            };
        }
    }

    /// Only Python knows what a variable is, in any scope.
    pub(crate) fn forget(&mut self, slot: Slot) {
        for depth in 0..self.scopes.len() {
            self.learn(depth, slot, State::Elsewhere);
        }
    }

    pub(crate) fn enter(&mut self) {
        self.scopes.push(vec![Entry::default(); self.width]);
    }

    pub(crate) fn leave(&mut self) {
        self.scopes.pop();
    }

    /// What Python has to be told before a hint that sees the `wanted` variables. Lists live on one side, so
    /// when one goes there, all go.
    pub(crate) fn hand_over(&mut self, wanted: impl Fn(Slot) -> bool) -> Vec<Handed> {
        if !self.news {
            return Vec::new();
        }
        let mut handed = Vec::new();
        let mut lists = false;
        let mut left = false;
        for (depth, scope) in self.scopes.iter_mut().enumerate() {
            for (slot, entry) in scope.iter_mut().enumerate() {
                if !entry.untold {
                    continue;
                }
                if !wanted(slot) {
                    left = true;
                    continue;
                }
                entry.untold = false;
                handed.push((depth, slot, known(&entry.state)));
                if holds_list(&entry.state) {
                    lists = true;
                    entry.state = State::Elsewhere;
                }
            }
        }
        if lists {
            for (depth, scope) in self.scopes.iter_mut().enumerate() {
                for (slot, entry) in scope.iter_mut().enumerate() {
                    if entry.untold && holds_list(&entry.state) {
                        handed.push((depth, slot, known(&entry.state)));
                        *entry = Entry {
                            state: State::Elsewhere,
                            untold: false,
                        };
                    }
                }
            }
        }
        self.news = left;
        handed
    }
}

fn known(state: &State) -> Option<Value> {
    match state {
        State::Known(value) => Some(value.clone()),
        _ => None,
    }
}

fn holds_list(state: &State) -> bool {
    matches!(state, State::Known(value) if has_list(value))
}

fn has_list(value: &Value) -> bool {
    match value {
        Value::List(_) => true,
        Value::Tuple(values) => values.iter().any(has_list),
        _ => false,
    }
}
