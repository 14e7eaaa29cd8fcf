//! What compiled hints share with one that runs in Python: what that one has to be given, what has to be asked
//! after it, and how both are said. Must not know who says it.

use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use super::execute::Engine;
use super::scopes::State;
use super::tree::Slot;
use super::value::{Integer, List, Value};
use super::{library, scopes::Handed};
use crate::hint::variables::{Handover, ListId, Report, Reported, SharedValue, Told, Variables};

/// What a hint that runs in Python has to do with the variables of compiled ones.
#[derive(Clone, Debug)]
pub(crate) struct Sharing {
    /// The variables that it may see; all when there is no set.
    pub(crate) sees: Option<BTreeSet<Slot>>,
    /// Those that it may change.
    pub(crate) changes: Option<BTreeSet<Slot>>,
    /// Whether it may change functions that compiled hints stand in for.
    pub(crate) tampers: bool,
}

impl Default for Sharing {
    fn default() -> Self {
        Self {
            sees: Some(BTreeSet::new()),
            changes: Some(BTreeSet::new()),
            tampers: false,
        }
    }
}

impl Sharing {
    /// That of a hint of which nothing is known.
    pub(crate) fn everything() -> Self {
        Self {
            sees: None,
            changes: None,
            tampers: true,
        }
    }
}

impl Engine {
    /// What a hint gets that runs in Python now.
    pub(crate) fn hand_over(&mut self, id: u32) -> Handover {
        let everything = Sharing::everything();
        let sharing = self.sharing.get(id as usize).unwrap_or(&everything).clone();
        let handed = self.mirror.hand_over(|slot| {
            sharing
                .sees
                .as_ref()
                .is_none_or(|slots| slots.contains(&slot))
        });
        let variables_json = match handed.is_empty() {
            true => String::new(),
            false => self.written(handed),
        };
        let names = self.names();
        let changes: Vec<String> = match &sharing.changes {
            Some(slots) => slots
                .iter()
                .map(|slot| names.name(*slot).to_owned())
                .collect(),
            None => (0..names.len())
                .map(|slot| names.name(slot).to_owned())
                .collect(),
        };
        let asks = !self.has_given_up() && (!changes.is_empty() || sharing.tampers);
        Handover {
            variables_json,
            report: asks.then(|| Report {
                depth: self.mirror.depth(),
                names: changes,
                all_scopes: sharing.changes.is_none(),
                tampering: sharing.tampers,
            }),
        }
    }

    fn written(&self, handed: Vec<Handed>) -> String {
        let mut writing = Writing::default();
        for (depth, slot, value) in handed {
            let name = self.names().name(slot);
            match value {
                None => writing.variables.delete(depth, name),
                Some(value) => {
                    let value = writing.shared(&value);
                    writing.variables.set(depth, name, &value);
                }
            }
        }
        while let Some((list, id)) = writing.open.pop() {
            let items: Vec<SharedValue> = list
                .borrow()
                .iter()
                .map(|item| writing.shared(item))
                .collect();
            writing.variables.fill(id, &items);
        }
        writing.variables.into_json()
    }

    /// What the engine of a hint in Python said after it, of what it was asked.
    pub(crate) fn learn(&mut self, report: Option<Report>, told: Told) {
        if told.tampered.is_some() {
            self.give_up();
        }
        let Some(report) = report else { return };
        match told.variables {
            Some(variables) => {
                for (depth, name, reported) in variables {
                    if let Some(slot) = self.names().find(&name) {
                        self.mirror.learn(depth, slot, state(reported));
                    }
                }
            }
            None => {
                for depth in 0..self.mirror.depth() {
                    for name in &report.names {
                        if let Some(slot) = self.names().find(name) {
                            self.mirror.learn(depth, slot, State::Elsewhere);
                        }
                    }
                }
            }
        }
    }

    /// What compiled hints stand in for, as `PythonInputs.relied_on`. Functions that others call are among them:
    /// of a module that is used, all.
    pub(crate) fn relied_on(&self) -> Vec<String> {
        let names = self.names();
        let own = (0..names.len()).filter_map(|slot| names.function(slot));
        let own = own.map(|function| format!("builtins:{}", function.name));
        let exports = library::exports().filter(|(module, _)| self.modules.contains(module));
        let of_modules = exports.filter_map(|(module, export)| match export {
            library::Export::Function(function) => Some(format!("{module}:{}", function.name)),
            library::Export::Constant(constant) => {
                let value = Integer::from_decimal(constant.value)?.to_bigint();
                Some(format!("{module}:{}={value:#x}", constant.name))
            }
        });
        own.chain(of_modules).collect()
    }
}

/// Values while they are written down.
#[derive(Default)]
struct Writing {
    variables: Variables,
    lists: HashMap<usize, ListId>,
    /// Lists whose items are not written yet.
    open: Vec<(List, ListId)>,
}

impl Writing {
    fn shared(&mut self, value: &Value) -> SharedValue {
        match value {
            Value::Boolean(value) => SharedValue::Boolean(*value),
            Value::Integer(value) => SharedValue::Integer(value.to_bigint()),
            Value::Text(text) => SharedValue::Text(text.to_string()),
            Value::Address(address) => SharedValue::Address(*address),
            Value::Tuple(values) => {
                SharedValue::Tuple(values.iter().map(|value| self.shared(value)).collect())
            }
            Value::Function(function) => SharedValue::Import {
                module: match function.module {
                    "" => "builtins".to_owned(),
                    module => module.to_owned(),
                },
                name: function.name.to_owned(),
            },
            Value::List(list) => {
                let address = Rc::as_ptr(list).addr();
                if let Some(id) = self.lists.get(&address) {
                    return SharedValue::List(*id);
                }
                let id = self.variables.list();
                self.lists.insert(address, id);
                self.open.push((list.clone(), id));
                SharedValue::List(id)
            }
            // No variable keeps one.
            Value::None
            | Value::Range(_)
            | Value::Iterator(_)
            | Value::Struct(_)
            | Value::Own(_) => SharedValue::None,
        }
    }
}

fn state(reported: Reported) -> State {
    match reported {
        Reported::Absent => State::Absent,
        Reported::Elsewhere => State::Elsewhere,
        Reported::Value(value) => known(value).map_or(State::Elsewhere, State::Known),
    }
}

/// A value of Python's; nothing when it is none of those here.
fn known(value: SharedValue) -> Option<Value> {
    Some(match value {
        SharedValue::None => Value::None,
        SharedValue::Boolean(value) => Value::Boolean(value),
        SharedValue::Integer(value) => Value::Integer(Integer::from(value)),
        SharedValue::Text(text) => Value::text(&text),
        SharedValue::Address(address) => Value::Address(address),
        SharedValue::Tuple(values) => {
            let values: Option<Vec<Value>> = values.into_iter().map(known).collect();
            Value::Tuple(values?.into())
        }
        SharedValue::Import { module, name } => match module.as_str() {
            "builtins" => Value::Function(library::builtin(&name)?),
            module => match library::find(module, &name)? {
                library::Export::Function(function) => Value::Function(function),
                library::Export::Constant(_) => return None,
            },
        },
        SharedValue::List(_) => return None,
    })
}
