//! cairo-lang's functions and constants, compared with the record of them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;

use super::python::canonical;
use crate::engines::compiled::library::modules::MODULES;
use crate::engines::compiled::library::{Context, Export, find};
use crate::engines::compiled::value::bytes::from_hexadecimal;
use crate::engines::compiled::value::{Decline, Fuel, Integer, StructValue, Value};

/// Written by `tests/reference/library_values.py`.
const RECORD: &str = include_str!("recorded.txt");

/// The structs of a line, by their numbers.
type Structs = Rc<RefCell<Vec<[Value; 3]>>>;

#[test]
fn functions_of_cairo_lang_are_as_recorded() {
    let mut wrong = Vec::new();
    let mut counts = BTreeMap::<&str, (usize, usize)>::new();
    for line in RECORD.lines() {
        let [module, name, rest @ ..] = &*line.split(' ').collect::<Vec<_>>() else {
            panic!("a line without a name: {line}");
        };
        let export = find(module, name).unwrap_or_else(|| panic!("nothing for {line}"));
        let (ours, recorded) = match (export, rest) {
            (Export::Constant(constant), [recorded]) => {
                assert_eq!(
                    (constant.module, constant.name),
                    (*module, *name),
                    "a constant in its place"
                );
                let value = constant.number().expect("digits");
                (Ok(Value::Integer(value)), recorded)
            }
            (Export::Words(found), [recorded]) => {
                assert_eq!((found.module, found.name), (*module, *name));
                let words = found.words.iter();
                let words = words.map(|word| Value::from(i64::from(*word))).collect();
                (Value::list(words, &mut Fuel::new(u64::MAX)), recorded)
            }
            (Export::Function(function), [arguments, recorded]) => {
                let structs = Structs::default();
                let Value::Tuple(arguments) = read(arguments, &structs) else {
                    panic!("no arguments: {line}");
                };
                let member = |number: &StructValue, name: &str| {
                    let index = ["d0", "d1", "d2"].iter().position(|known| *known == name);
                    let structs = structs.borrow();
                    index
                        .map(|index| structs[number.layout][index].clone())
                        .ok_or(Decline("no member"))
                };
                let mut fuel = Fuel::new(10_000_000);
                let mut context = Context {
                    fuel: &mut fuel,
                    member: &member,
                    printed: &mut String::new(),
                };
                (function.call(&mut context, &arguments, &[]), recorded)
            }
            _ => panic!("not as it is here: {line}"),
        };
        let count = counts.entry(name).or_default();
        match &ours {
            Ok(value) if canonical(value) == *recorded => count.0 += 1,
            Ok(value) => wrong.push(format!("{line}\n  ours: {}", canonical(value))),
            Err(_) if *recorded == "!" => {}
            Err(_) => count.1 += 1,
        }
    }
    assert!(
        wrong.is_empty(),
        "{} differ:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
    for (name, (same, declined)) in counts {
        println!("{name}: {same} the same, {declined} declined");
        assert!(
            declined * 3 <= same,
            "{name}: {declined} declined, {same} the same"
        );
    }
}

#[test]
fn all_functions_of_cairo_lang_are_recorded() {
    // What is not there: Python's own module, and the class of addresses.
    let elsewhere = ["hashlib", "math", "starkware.cairo.lang.vm.relocatable"];
    for module in MODULES
        .iter()
        .filter(|module| !elsewhere.contains(&module.name))
    {
        let functions = module
            .functions
            .iter()
            .map(|function| (function.module, function.name));
        let constants = module
            .constants
            .iter()
            .map(|constant| (constant.module, constant.name));
        let words = module.words.iter().map(|words| (words.module, words.name));
        for (module, name) in functions.chain(constants).chain(words) {
            let start = format!("{module} {name} ");
            assert!(
                RECORD.lines().any(|line| line.starts_with(&start)),
                "`{module}.{name}` is recorded"
            );
        }
    }
}

/// A value as the record has it.
fn read(text: &str, structs: &Structs) -> Value {
    let (value, rest) = read_value(text, structs);
    assert_eq!(rest, "", "all of it is a value");
    value
}

fn read_value<'a>(text: &'a str, structs: &Structs) -> (Value, &'a str) {
    if let Some(rest) = text.strip_prefix('(') {
        let (items, rest) = read_items(rest, ')', structs);
        return (Value::Tuple(items.into()), rest);
    }
    if let Some(rest) = text.strip_prefix('[') {
        let (items, rest) = read_items(rest, ']', structs);
        let list = Value::list(items, &mut Fuel::new(u64::MAX)).expect("a list");
        return (list, rest);
    }
    if let Some(rest) = text.strip_prefix('<') {
        let (items, rest) = read_items(rest, '>', structs);
        let items: [Value; 3] = items.try_into().expect("three limbs");
        structs.borrow_mut().push(items);
        let address = Relocatable {
            segment_index: 1,
            offset: 0,
        };
        let layout = structs.borrow().len() - 1;
        return (Value::Struct(StructValue { layout, address }), rest);
    }
    let end = text.find([',', ')', ']', '>']).unwrap_or(text.len());
    let (word, rest) = text.split_at(end);
    let value = match word {
        text if text.starts_with('s') => {
            let codes = text[1..].split('.').filter(|code| !code.is_empty());
            let letters = codes.map(|code| code.parse().ok().and_then(char::from_u32));
            Value::text(&letters.collect::<Option<String>>().expect("letters"))
        }
        "None" => Value::None,
        "True" => Value::TRUE,
        "False" => Value::FALSE,
        bytes if bytes.starts_with('x') => {
            from_hexadecimal(&bytes[1..], &mut Fuel::new(u64::MAX)).expect("bytes")
        }
        number => {
            let digits = number.replace("0x", "");
            Value::Integer(Integer::from_hexadecimal(&digits).expect("a number"))
        }
    };
    (value, rest)
}

fn read_items<'a>(mut text: &'a str, end: char, structs: &Structs) -> (Vec<Value>, &'a str) {
    let mut items = Vec::new();
    loop {
        if let Some(rest) = text.strip_prefix(end) {
            return (items, rest);
        }
        let (item, rest) = read_value(text, structs);
        items.push(item);
        text = rest.strip_prefix(',').unwrap_or(rest);
    }
}
