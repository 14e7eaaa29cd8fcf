//! The variables of the scopes that compiled hints know, as a mirror of Python's: what each is, or that it is
//! nothing, or that only Python knows; and whether Python has it, too. Must not know hints.

use std::collections::{BTreeSet, HashMap};
use std::ops::Range;

use cairo_vm::types::relocatable::Relocatable;

use super::library;
use super::tree::Slot;
use super::value::{Function, Value};
use crate::program::Frame;

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

/// What a hint that runs in Python has to do with the variables of compiled ones, beside those in code that others
/// left behind.
#[derive(Clone, Debug, Default)]
pub(crate) struct Sharing {
    /// The variables that it mentions.
    pub(crate) mentions: BTreeSet<Slot>,
    /// Those of them that it may bind.
    pub(crate) binds: BTreeSet<Slot>,
    /// Whether it enters or leaves scopes, with whatever variables.
    pub(crate) moves: bool,
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
    /// By slot, as far as anything is known; what is behind is absent.
    scopes: Vec<Vec<Entry>>,
    /// The variables that Python does not know, and some that are not there any more.
    news: Vec<(usize, Slot)>,
    /// What each scope keeps of the hint that ran last in it, if that ran here and Python was not told.
    registers: Vec<Option<Registers>>,
}

/// The registers of a hint.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Registers {
    pub(crate) frame: Frame,
    pub(crate) pc: Relocatable,
    pub(crate) step: usize,
}

/// A variable that Python has to take over: its scope, its slot, its value or nothing if it is gone.
pub(crate) type Handed = (usize, Slot, Option<Value>);

impl Mirror {
    /// The main scope before the first hint.
    pub(crate) fn new() -> Self {
        Self {
            scopes: vec![Vec::new()],
            news: Vec::new(),
            registers: Vec::new(),
        }
    }

    /// How many scopes are open.
    pub(crate) fn depth(&self) -> usize {
        self.scopes.len()
    }

    /// A variable of a scope.
    pub(crate) fn get(&self, depth: usize, slot: Slot) -> &State {
        let entry = self.scopes.get(depth).and_then(|scope| scope.get(slot));
        entry.map_or(&State::Absent, |entry| &entry.state)
    }

    /// Whether Python does not know some variable among these.
    pub(crate) fn has_news(&self, among: impl Fn(&Slot) -> bool) -> bool {
        self.news.iter().any(|(_, slot)| among(slot))
    }

    /// A hint ran in a scope, with these registers.
    pub(crate) fn ran(&mut self, depth: usize, registers: Registers) {
        self.registers.resize(self.scopes.len(), None);
        if let Some(kept) = self.registers.get_mut(depth) {
            *kept = Some(registers);
        }
    }

    /// The registers that scopes around the innermost keep, as far as Python was not told. The innermost gets those of
    /// the hint that is handed to.
    pub(crate) fn hand_over_registers(&mut self) -> Vec<(usize, Registers)> {
        self.registers.truncate(self.scopes.len());
        let kept = self.registers.iter_mut().enumerate();
        let told: Vec<_> = kept
            .filter_map(|(depth, kept)| kept.take().map(|registers| (depth, registers)))
            .collect();
        let own = self.scopes.len() - 1;
        told.into_iter().filter(|(depth, _)| *depth < own).collect()
    }

    /// Gives a variable of a scope a value, or takes it away.
    pub(crate) fn bind(&mut self, depth: usize, slot: Slot, value: Option<Value>) {
        let entry = entry(&mut self.scopes[depth], slot);
        entry.state = value.map_or(State::Absent, State::Known);
        if !std::mem::replace(&mut entry.untold, true) {
            self.news.push((depth, slot));
        }
    }

    /// Python has said what a variable is. What it was not told of it cannot know.
    pub(crate) fn learn(&mut self, depth: usize, slot: Slot, state: State) {
        let Some(scope) = self.scopes.get_mut(depth) else {
            return;
        };
        let entry = entry(scope, slot);
        if !entry.untold {
            entry.state = state;
        }
    }

    /// Nobody looked at these variables so far, in any scope.
    pub(crate) fn begin(&mut self, slots: Range<Slot>) {
        for slot in slots {
            self.forget(slot);
        }
    }

    /// Only Python knows what a variable is, in any scope.
    pub(crate) fn forget(&mut self, slot: Slot) {
        for depth in 0..self.scopes.len() {
            self.learn(depth, slot, State::Elsewhere);
        }
    }

    pub(crate) fn enter(&mut self) {
        self.scopes.push(Vec::new());
    }

    pub(crate) fn leave(&mut self) {
        self.scopes.pop();
        let depth = self.scopes.len();
        self.registers.truncate(depth);
        self.news.retain(|(of, _)| *of < depth);
    }

    /// What Python has to be told before a hint that sees the `wanted` variables. Objects live on one side, so
    /// when one goes there, all go.
    pub(crate) fn hand_over(&mut self, wanted: impl Fn(Slot) -> bool) -> Vec<Handed> {
        let mut handed = Vec::new();
        self.hand(&mut handed, |slot, _| wanted(slot));
        if handed
            .iter()
            .any(|(_, _, value)| value.as_ref().is_some_and(has_object))
        {
            self.hand(&mut handed, |_, state| holds_object(state));
        }
        handed
    }

    fn hand(&mut self, handed: &mut Vec<Handed>, wanted: impl Fn(Slot, &State) -> bool) {
        let scopes = &mut self.scopes;
        self.news.retain(|(depth, slot)| {
            let entry = scopes
                .get_mut(*depth)
                .and_then(|scope| scope.get_mut(*slot));
            let Some(entry) = entry.filter(|entry| entry.untold) else {
                return false;
            };
            if !wanted(*slot, &entry.state) {
                return true;
            }
            handed.push((*depth, *slot, known(&entry.state)));
            entry.untold = false;
            if holds_object(&entry.state) {
                entry.state = State::Elsewhere;
            }
            false
        });
    }

    /// The variables that Python does not know, or knows to be something else, with their scopes.
    pub(crate) fn untold(&self) -> impl Iterator<Item = Handed> + '_ {
        self.news.iter().filter_map(|(depth, slot)| {
            let entry = self.scopes.get(*depth)?.get(*slot)?;
            entry.untold.then(|| (*depth, *slot, known(&entry.state)))
        })
    }
}

fn entry(scope: &mut Vec<Entry>, slot: Slot) -> &mut Entry {
    if scope.len() <= slot {
        scope.resize_with(slot + 1, Entry::default);
    }
    &mut scope[slot]
}

fn known(state: &State) -> Option<Value> {
    match state {
        State::Known(value) => Some(value.clone()),
        _ => None,
    }
}

fn holds_object(state: &State) -> bool {
    matches!(state, State::Known(value) if has_object(value))
}

/// Whether the value is or has an object of which it shows that it is not another that is equal.
fn has_object(value: &Value) -> bool {
    match value {
        Value::List(_) | Value::Dict(_) | Value::Own(_) => true,
        Value::Tuple(values) => values.iter().any(has_object),
        _ => false,
    }
}
