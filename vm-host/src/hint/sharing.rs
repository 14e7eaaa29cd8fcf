//! What compiled hints share with one that runs in Python: what that one is given, what is asked after it, and
//! what its answer means. Knows both kinds of values; must not know sessions.

use std::collections::HashMap;
use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;
use hint_proto::v1::{Scope, Variable};

use super::variables::{
    DictId, FunctionId, Handover, HintFunction, ListId, Report, Reported, SharedValue, Told,
    Variables,
};
use crate::engines::compiled::{
    Dict, Engine, Export, Fuel, HandedOver, Integer, List, State, Value, builtin, builtins,
    exports, find,
};

/// What the text of one value may cost, in about nanoseconds.
const LOOK: u64 = 1_000_000;

/// What a hint gets that runs in Python now.
pub(super) fn hand_over(engine: &mut Engine, id: u32) -> Handover {
    let handed = engine.hand_over(id);
    let relocations = engine.take_relocations();
    let report = engine.asked(id).map(|asked| Report {
        depth: engine.mirror.depth(),
        names: asked
            .slots
            .iter()
            .map(|slot| engine.names().name(*slot).to_owned())
            .collect(),
        all_scopes: asked.all_scopes,
        tampering: asked.tampering,
    });
    Handover {
        variables_json: written(engine, handed, relocations),
        report,
    }
}

fn written(engine: &Engine, handed: HandedOver, relocations: Vec<(isize, Relocatable)>) -> String {
    let mut writing = Writing::new(engine);
    for (segment, place) in relocations {
        writing.variables.relocate(segment, place);
    }
    for (depth, registers) in handed.registers {
        let (frame, step) = (registers.frame, registers.step);
        for (name, register) in [("ap", frame.ap), ("fp", frame.fp), ("pc", registers.pc)] {
            let register = SharedValue::Address(register);
            writing.variables.set(depth, name, &register);
        }
        let step = SharedValue::Integer(step.into());
        writing.variables.set(depth, "current_step", &step);
    }
    for (depth, slot, value) in handed.variables {
        let name = engine.names().name(slot);
        match value {
            None => writing.variables.delete(depth, name),
            Some(value) => {
                let value = writing.shared(&value);
                writing.variables.set(depth, name, &value);
            }
        }
    }
    loop {
        if let Some((list, id)) = writing.open.pop() {
            let items: Vec<SharedValue> = list
                .borrow()
                .iter()
                .map(|item| writing.shared(item))
                .collect();
            writing.variables.fill(id, &items);
        } else if let Some((dict, id)) = writing.open_dicts.pop() {
            let entries: Vec<[SharedValue; 2]> = dict
                .borrow()
                .iter()
                .map(|(key, value)| [writing.shared(key), writing.shared(value)])
                .collect();
            writing.variables.fill_dict(id, &entries);
        } else {
            break;
        }
    }
    writing.variables.into_json()
}

/// What the engine of a hint in Python said after it, of what it was asked.
pub(super) fn learn(engine: &mut Engine, report: Option<Report>, told: Told) {
    if told.tampered.is_some() {
        engine.give_up();
    }
    let Some(report) = report else { return };
    engine.has_asked();
    if report.all_scopes && (told.variables.is_some() || report.names.is_empty()) {
        engine.was_told_all();
    }
    match told.variables {
        Some(variables) => {
            for (depth, name, reported) in variables {
                if let Some(slot) = engine.names().find(&name) {
                    engine.mirror.learn(depth, slot, state(reported));
                }
            }
        }
        // Then each may be anything.
        None => {
            for name in &report.names {
                if let Some(slot) = engine.names().find(name) {
                    engine.mirror.forget(slot);
                }
            }
        }
    }
}

/// What compiled hints stand in for, as `PythonInputs.relied_on`. Functions that others call are among them: of a
/// module that is used, all. An engine that `grows` may come to use everything.
pub(super) fn relied_on(engine: &Engine, grows: bool) -> Vec<String> {
    let names = engine.names();
    let own = builtins().filter(|function| grows || names.find(function.name).is_some());
    let own = own.map(|function| format!("builtins:{}", function.name));
    let of_modules = exports().filter(|(module, _)| grows || engine.modules.contains(module));
    let of_modules = of_modules.filter_map(|(module, export)| match export {
        Export::Function(function) => Some(format!("{module}:{}", function.name)),
        Export::Constant(constant) => {
            let value = constant.number()?.to_bigint();
            Some(format!("{module}:{}={value:#x}", constant.name))
        }
        Export::Words(_) | Export::Object(_) => None,
    });
    own.chain(of_modules).collect()
}

/// Puts the variables that Python was not told of into its scopes, for people who look at them.
pub(super) fn describe(engine: &Engine, scopes: &mut Vec<Scope>, max_text_bytes: usize) {
    if scopes.len() < engine.mirror.depth() {
        scopes.resize_with(engine.mirror.depth(), Scope::default);
    }
    for (depth, slot, value) in engine.mirror.untold() {
        let name = engine.names().name(slot);
        let variables = &mut scopes[depth].variables;
        let known = variables
            .iter()
            .position(|variable| variable.name == name && variable.language.is_empty());
        let Some(value) = value else {
            if let Some(known) = known {
                variables.remove(known);
            }
            continue;
        };
        let text = value
            .repr(&mut Fuel::new(LOOK))
            .unwrap_or_else(|_| "...".to_owned());
        let text = cut(text, max_text_bytes);
        let variable = Variable {
            name: name.to_owned(),
            type_name: value.type_name().to_owned(),
            text,
            language: String::new(),
        };
        match known {
            Some(known) => variables[known] = variable,
            None => variables.push(variable),
        }
    }
}

/// The start of a text, so long at most.
pub(super) fn cut(mut text: String, max_bytes: usize) -> String {
    text.truncate(text.floor_char_boundary(max_bytes));
    text
}

/// Values while they are written down.
struct Writing<'a> {
    engine: &'a Engine,
    variables: Variables,
    lists: HashMap<usize, ListId>,
    /// Lists whose items are not written yet.
    open: Vec<(List, ListId)>,
    dicts: HashMap<usize, DictId>,
    open_dicts: Vec<(Dict, DictId)>,
    functions: HashMap<u64, FunctionId>,
}

impl<'a> Writing<'a> {
    fn new(engine: &'a Engine) -> Self {
        Self {
            engine,
            variables: Variables::default(),
            lists: HashMap::new(),
            open: Vec::new(),
            dicts: HashMap::new(),
            open_dicts: Vec::new(),
            functions: HashMap::new(),
        }
    }

    fn shared(&mut self, value: &Value) -> SharedValue {
        match value {
            Value::Boolean(value) => SharedValue::Boolean(*value),
            Value::Integer(value) => SharedValue::Integer(value.to_bigint()),
            Value::Float(number) => SharedValue::Float(*number),
            Value::Text(text) => SharedValue::Text(text.to_string()),
            Value::Bytes(bytes) => SharedValue::Bytes(bytes.to_vec()),
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
            Value::Module(module) => {
                let (module, object) = module.split_once(':').unwrap_or((module, ""));
                SharedValue::Import {
                    module: module.to_owned(),
                    name: object.to_owned(),
                }
            }
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
            Value::Dict(dict) => {
                let address = Rc::as_ptr(dict).addr();
                if let Some(id) = self.dicts.get(&address) {
                    return SharedValue::Dict(*id);
                }
                let id = self.variables.dict();
                self.dicts.insert(address, id);
                self.open_dicts.push((dict.clone(), id));
                SharedValue::Dict(id)
            }
            Value::Own(own) => {
                if let Some(id) = self.functions.get(&own.object) {
                    return SharedValue::Function(*id);
                }
                let function = self.engine.function(own.number);
                let defaults: Vec<SharedValue> = function
                    .defaults
                    .iter()
                    .map(|default| self.shared(default))
                    .collect();
                let annotations: Vec<(&str, SharedValue)> = function
                    .annotations
                    .iter()
                    .map(|(name, value)| (&**name, self.shared(value)))
                    .collect();
                let id = self.variables.function(&HintFunction {
                    hint_id: function.hint,
                    name: &function.name,
                    line: function.line,
                    depth: own.scope,
                    defaults: &defaults,
                    annotations: &annotations,
                });
                self.functions.insert(own.object, id);
                SharedValue::Function(id)
            }
            // No variable keeps one.
            Value::None
            | Value::Range(_)
            | Value::Iterator(_)
            | Value::View(..)
            | Value::Digest(_)
            | Value::Set(_)
            | Value::Struct(_) => SharedValue::None,
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
        SharedValue::Float(number) => Value::Float(number),
        SharedValue::Text(text) => Value::text(&text),
        SharedValue::Bytes(bytes) => Value::Bytes(bytes.into()),
        SharedValue::Address(address) => Value::Address(address),
        SharedValue::Tuple(values) => {
            let values: Option<Vec<Value>> = values.into_iter().map(known).collect();
            Value::Tuple(values?.into())
        }
        SharedValue::Import { module, name } => match module.as_str() {
            "builtins" => Value::Function(builtin(&name)?),
            module => match find(module, &name)? {
                Export::Function(function) => Value::Function(function),
                Export::Constant(_) | Export::Words(_) | Export::Object(_) => return None,
            },
        },
        SharedValue::List(_) | SharedValue::Dict(_) | SharedValue::Function(_) => return None,
    })
}
