//! The variables that hints in Rust left in cairo-vm's scopes, written down for the engine of the Python
//! hints, which makes the objects of them that the Python texts would have made.

use std::any::Any;
use std::cell::RefCell;
use std::collections::{BTreeSet, HashMap};
use std::rc::Rc;

use cairo_vm::Felt252;
use cairo_vm::hint_processor::builtin_hint_processor::dict_manager::{
    DictManager, DictTracker, Dictionary,
};
use cairo_vm::types::exec_scope::ExecutionScopes;
use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use num_bigint::BigUint;
use serde_json::{Map, Value, json};

use super::guards::NoLimit;

/// cairo-vm's name of a variable where it is not Python's.
const RENAMED: &[(&str, &str)] = &[("dict_manager", "__dict_manager")];

/// A variable of a twin, for people.
#[derive(Debug)]
pub(crate) struct Shown {
    pub(crate) name: String,
    /// The name of its class in Python.
    pub(crate) type_name: &'static str,
    pub(crate) text: String,
}

/// The variables of all scopes, for people.
pub(super) fn shown(scopes: &ExecutionScopes) -> Vec<Vec<Shown>> {
    let mut managers = Vec::new();
    let of_scope = |scope: &HashMap<String, Box<dyn Any>>| {
        let mut variables: Vec<Shown> = scope
            .iter()
            .filter_map(|(name, value)| {
                let described = describe(value.as_ref(), &mut managers)?;
                let (type_name, text) = python_text(&described)?;
                let name = python_name(name).to_owned();
                Some(Shown {
                    name,
                    type_name,
                    text,
                })
            })
            .collect();
        variables.sort_by(|one, other| one.name.cmp(&other.name));
        variables
    };
    scopes.data.iter().map(of_scope).collect()
}

/// The class and the `repr` of a described variable.
fn python_text(described: &Value) -> Option<(&'static str, String)> {
    let (kind, value) = described.as_object()?.iter().next()?;
    Some(match (kind.as_str(), value) {
        ("none", _) => ("NoneType", "None".to_owned()),
        ("int", Value::String(digits)) => ("int", digits.clone()),
        ("address", Value::Array(place)) => match place.as_slice() {
            [segment, offset] => ("RelocatableValue", format!("{segment}:{offset}")),
            _ => return None,
        },
        ("list", Value::Array(items)) => {
            let items: Option<Vec<String>> = items
                .iter()
                .map(|item| python_text(item).map(|(_, text)| text))
                .collect();
            ("list", format!("[{}]", items?.join(", ")))
        }
        ("dict", Value::Array(entries)) => ("dict", dictionary(entries)?),
        ("dict_of_lists", Value::Array(entries)) => {
            let entries = dictionary(entries)?;
            let text = format!("defaultdict(<class 'list'>, {entries})");
            ("defaultdict", text)
        }
        ("dict_manager", _) => {
            let text = "<starkware.cairo.common.dict.DictManager object>";
            ("DictManager", text.to_owned())
        }
        _ => return None,
    })
}

fn dictionary(entries: &[Value]) -> Option<String> {
    let mut texts = BTreeSet::new();
    for entry in entries {
        let [key, value] = entry.as_array()?.as_slice() else {
            return None;
        };
        let (key, value) = (python_text(key)?.1, python_text(value)?.1);
        // Numbers by their size.
        texts.insert((key.len(), key, value));
    }
    let entries = texts
        .iter()
        .map(|(_, key, value)| format!("{key}: {value}"));
    Some(format!("{{{}}}", entries.collect::<Vec<_>>().join(", ")))
}

/// What Python calls a variable of cairo-vm's.
fn python_name(name: &str) -> &str {
    let renamed = RENAMED.iter().find(|(found, _)| *found == name);
    renamed.map_or(name, |(_, python)| python)
}

/// Takes the variables out of all scopes, as the JSON of `ExecuteHint.variables_json`; empty when there
/// are none. The scopes stay.
pub(super) fn take(scopes: &mut ExecutionScopes) -> String {
    if scopes.data.iter().all(HashMap::is_empty) {
        return String::new();
    }
    let mut managers: Vec<Rc<RefCell<DictManager>>> = Vec::new();
    let described: Vec<Value> = scopes
        .data
        .iter_mut()
        .map(|scope| {
            let variables: Map<String, Value> = scope
                .drain()
                .filter_map(|(name, value)| {
                    let described = describe(value.as_ref(), &mut managers);
                    debug_assert!(described.is_some(), "`{name}` has a type of its own");
                    Some((python_name(&name).to_owned(), described?))
                })
                .collect();
            Value::Object(variables)
        })
        .collect();
    let managers: Vec<Value> = managers
        .iter()
        .map(|manager| {
            let manager = manager.borrow();
            manager.trackers.iter().map(tracker).collect()
        })
        .collect();
    json!({ "scopes": described, "dict_managers": managers }).to_string()
}

fn describe(value: &dyn Any, managers: &mut Vec<Rc<RefCell<DictManager>>>) -> Option<Value> {
    if let Some(felt) = value.downcast_ref::<Felt252>() {
        return Some(integer(felt));
    }
    if let Some(number) = value.downcast_ref::<BigUint>() {
        return Some(json!({ "int": number.to_string() }));
    }
    if let Some(manager) = value.downcast_ref::<Rc<RefCell<DictManager>>>() {
        let known = managers.iter().position(|known| Rc::ptr_eq(known, manager));
        let index = known.unwrap_or_else(|| {
            managers.push(Rc::clone(manager));
            managers.len() - 1
        });
        return Some(json!({ "dict_manager": index }));
    }
    if let Some(list) = value.downcast_ref::<Vec<Felt252>>() {
        return Some(json!({ "list": list.iter().map(integer).collect::<Vec<_>>() }));
    }
    if let Some(list) = value.downcast_ref::<Vec<u64>>() {
        return Some(positions(list));
    }
    if let Some(dict) = value.downcast_ref::<HashMap<MaybeRelocatable, MaybeRelocatable>>() {
        return Some(json!({ "dict": entries(dict) }));
    }
    if let Some(dict) = value.downcast_ref::<HashMap<Felt252, Vec<Felt252>>>() {
        let entries: Vec<Value> = dict
            .iter()
            .map(|(key, list)| {
                json!([integer(key), { "list": list.iter().map(integer).collect::<Vec<_>>() }])
            })
            .collect();
        return Some(json!({ "dict": entries }));
    }
    if let Some(dict) = value.downcast_ref::<HashMap<Felt252, Vec<u64>>>() {
        let entries: Vec<Value> = dict
            .iter()
            .map(|(key, list)| json!([integer(key), positions(list)]))
            .collect();
        return Some(json!({ "dict_of_lists": entries }));
    }
    value
        .downcast_ref::<NoLimit>()
        .map(|_| json!({ "none": true }))
}

fn positions(list: &[u64]) -> Value {
    let numbers: Vec<Value> = list
        .iter()
        .map(|number| json!({ "int": number.to_string() }))
        .collect();
    json!({ "list": numbers })
}

fn integer(felt: &Felt252) -> Value {
    json!({ "int": felt.to_string() })
}

fn address(address: &Relocatable) -> Value {
    json!([address.segment_index, address.offset])
}

fn cell(value: &MaybeRelocatable) -> Value {
    match value {
        MaybeRelocatable::Int(felt) => integer(felt),
        MaybeRelocatable::RelocatableValue(found) => json!({ "address": address(found) }),
    }
}

fn entries(dict: &HashMap<MaybeRelocatable, MaybeRelocatable>) -> Vec<Value> {
    dict.iter()
        .map(|(key, value)| json!([cell(key), cell(value)]))
        .collect()
}

fn tracker((segment, tracker): (&isize, &DictTracker)) -> Value {
    let data = match &tracker.data {
        Dictionary::SimpleDictionary(dict) => json!({ "dict": entries(dict) }),
        Dictionary::DefaultDictionary {
            dict,
            default_value,
        } => json!({ "default_dict": [entries(dict), cell(default_value)] }),
    };
    json!([segment, data, address(&tracker.current_ptr)])
}
