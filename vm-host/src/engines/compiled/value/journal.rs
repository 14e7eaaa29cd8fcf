//! What a hint has changed in lists and dictionaries, so that Python finds them as they were when it has to run the hint after
//! all. Must not know why.

use std::rc::Rc;

use indexmap::IndexMap;

use super::dict::Key;
use super::{Dict, List, Value};

/// The changes of a run of a hint, in order.
#[derive(Debug, Default)]
pub(crate) struct Journal(Vec<Change>);

#[derive(Debug)]
enum Change {
    /// The list had so many values, and got more at its end.
    Grown(List, usize),
    /// The list got a value there.
    Inserted(List, usize),
    /// The list had this value there, and has it no more.
    Removed(List, usize, Value),
    /// The list had this value there, and has another.
    Replaced(List, usize, Value),
    /// The list had these.
    Rewritten(List, Vec<Value>),
    /// The dictionary got a key at its end.
    Added(Dict),
    /// The key there stood for this.
    ReplacedIn(Dict, usize, Value),
    /// The dictionary had this entry there.
    RemovedFrom(Dict, usize, Key, (Value, Value)),
    /// The dictionary had these.
    Cleared(Dict, IndexMap<Key, (Value, Value)>),
}

impl Journal {
    /// Makes all lists what they were.
    pub(crate) fn undo(&mut self) {
        for change in self.0.drain(..).rev() {
            match change {
                Change::Grown(list, length) => list.borrow_mut().truncate(length),
                Change::Inserted(list, index) => drop(list.borrow_mut().remove(index)),
                Change::Removed(list, index, value) => list.borrow_mut().insert(index, value),
                Change::Replaced(list, index, value) => list.borrow_mut()[index] = value,
                Change::Rewritten(list, values) => **list.borrow_mut() = values,
                Change::Added(dict) => dict.borrow_mut().drop_last(),
                Change::ReplacedIn(dict, place, value) => {
                    dict.borrow_mut().put_back(place, value);
                }
                Change::RemovedFrom(dict, place, key, entry) => {
                    dict.borrow_mut().insert_at(place, key, entry);
                }
                Change::Cleared(dict, map) => dict.borrow_mut().map = map,
            }
        }
    }

    /// Leaves the lists as they are.
    pub(crate) fn clear(&mut self) {
        self.0.clear();
    }

    /// Adds at the end of a list.
    pub(super) fn grow(&mut self, list: &List, values: impl IntoIterator<Item = Value>) {
        let mut items = list.borrow_mut();
        // Growing again needs no second note.
        if !matches!(self.0.last(), Some(Change::Grown(last, _)) if Rc::ptr_eq(last, list)) {
            self.0.push(Change::Grown(Rc::clone(list), items.len()));
        }
        items.extend(values);
    }

    pub(super) fn insert(&mut self, list: &List, index: usize, value: Value) {
        list.borrow_mut().insert(index, value);
        self.0.push(Change::Inserted(Rc::clone(list), index));
    }

    pub(super) fn remove(&mut self, list: &List, index: usize) -> Value {
        let value = list.borrow_mut().remove(index);
        self.0
            .push(Change::Removed(Rc::clone(list), index, value.clone()));
        value
    }

    pub(super) fn replace(&mut self, list: &List, index: usize, value: Value) {
        let earlier = std::mem::replace(&mut list.borrow_mut()[index], value);
        self.0
            .push(Change::Replaced(Rc::clone(list), index, earlier));
    }

    pub(super) fn rewrite(&mut self, list: &List, values: Vec<Value>) {
        let earlier = std::mem::replace(&mut **list.borrow_mut(), values);
        self.0.push(Change::Rewritten(Rc::clone(list), earlier));
    }

    pub(super) fn added_to(&mut self, dict: &Dict) {
        self.0.push(Change::Added(Rc::clone(dict)));
    }

    pub(super) fn replaced_in(&mut self, dict: &Dict, place: usize, earlier: Value) {
        let dict = Rc::clone(dict);
        self.0.push(Change::ReplacedIn(dict, place, earlier));
    }

    pub(super) fn removed_from(
        &mut self,
        dict: &Dict,
        place: usize,
        key: Key,
        entry: (Value, Value),
    ) {
        let dict = Rc::clone(dict);
        self.0.push(Change::RemovedFrom(dict, place, key, entry));
    }

    pub(super) fn cleared(&mut self, dict: &Dict, earlier: IndexMap<Key, (Value, Value)>) {
        self.0.push(Change::Cleared(Rc::clone(dict), earlier));
    }
}
