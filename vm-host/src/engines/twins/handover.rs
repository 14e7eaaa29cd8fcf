//! The variables that hints in Rust left in cairo-vm's scopes, written down for the engine of the Python
//! hints, which makes the objects of them that the Python texts would have made.

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
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
                    let renamed = RENAMED.iter().find(|(found, _)| *found == name);
                    let name = renamed.map_or(name.as_str(), |(_, python)| python);
                    Some((name.to_owned(), described?))
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
