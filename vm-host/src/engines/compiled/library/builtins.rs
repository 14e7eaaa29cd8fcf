//! Python's own functions and types, and those that every hint finds beside them. Must not know modules.

use cairo_vm::types::relocatable::Relocatable;

use super::{Context, Decline, Function, Value, argument, optional};
use crate::engines::compiled::value::{
    Binary, Cursor, Fuel, Integer, Journal, Range, bytes, dict, float,
};

type Run = fn(&mut Context<'_>, &[Option<Value>]) -> Result<Value, Decline>;

const fn function(
    name: &'static str,
    parameters: &'static [&'static str],
    required: usize,
    run: Run,
) -> Function {
    Function {
        required,
        ..Function::of("", name, parameters, run)
    }
}

const fn class(
    name: &'static str,
    parameters: &'static [&'static str],
    required: usize,
    run: Run,
) -> Function {
    Function {
        is_type: true,
        ..function(name, parameters, required, run)
    }
}

const fn variadic(name: &'static str, is_type: bool, run: Run) -> Function {
    Function {
        variadic: true,
        is_type,
        ..function(name, &[], 0, run)
    }
}

pub(super) static ALL: [&Function; 42] = [
    &ABS,
    &ALL_OF,
    &ANY,
    &BIN,
    &BOOL,
    &BYTES,
    &CHR,
    &DICT,
    &DIVMOD,
    &ENUMERATE,
    &FLOAT,
    &FORMAT,
    &GETATTR,
    &HASATTR,
    &HEX,
    &INT,
    &ISINSTANCE,
    &ITER,
    &LEN,
    &LIST,
    &MAP,
    &MAX,
    &MIN,
    &NEXT,
    &OCT,
    &ORD,
    &POW,
    &PRINT,
    &RANGE,
    &REPR,
    &REVERSED,
    &ROUND,
    &SET,
    &SETATTR,
    &SORTED,
    &STR,
    &SUM,
    &TUPLE,
    &TYPE,
    &ZIP,
    &CALLABLE,
    &HASH,
];

static ABS: Function = function("abs", &[""], 1, |context, arguments| {
    match argument(arguments, 0)? {
        Value::Float(number) => Ok(Value::Float(number.abs())),
        value => Ok(value.integer()?.abs(context.fuel)?.into()),
    }
});
static ALL_OF: Function = function("all", &[""], 1, |context, arguments| {
    first_truth(argument(arguments, 0)?, false, context.fuel)
});
static ANY: Function = function("any", &[""], 1, |context, arguments| {
    first_truth(argument(arguments, 0)?, true, context.fuel)
});
static BIN: Function = function("bin", &[""], 1, |context, arguments| {
    radix(arguments, "#b", context)
});
static OCT: Function = function("oct", &[""], 1, |context, arguments| {
    radix(arguments, "#o", context)
});
static HEX: Function = function("hex", &[""], 1, |context, arguments| {
    radix(arguments, "#x", context)
});
static BOOL: Function = class("bool", &[""], 0, |_, arguments| {
    match optional(arguments, 0) {
        None => Ok(Value::FALSE),
        Some(value) => value.truth().map(Value::Boolean),
    }
});
static BYTES: Function = class("bytes", &[""], 0, |context, arguments| {
    let made = match optional(arguments, 0) {
        None => Vec::new(),
        Some(length @ (Value::Integer(_) | Value::Boolean(_))) => {
            let length = length.integer()?.to_usize();
            let length = length.ok_or(Decline("a length of no bytes"))?;
            context.fuel.spend_items(length / 8)?;
            vec![0; length]
        }
        Some(values @ (Value::Bytes(_) | Value::List(_) | Value::Tuple(_) | Value::Range(_))) => {
            bytes::collected(values, context.fuel)?
        }
        Some(_) => return Err(Decline("bytes of other values")),
    };
    Value::bytes(made, context.fuel)
});
static FLOAT: Function = class("float", &[""], 0, |context, arguments| {
    match optional(arguments, 0) {
        None => Ok(Value::Float(0.0)),
        Some(number @ (Value::Float(_) | Value::Integer(_) | Value::Boolean(_))) => {
            Value::binary(Binary::Divide, number, &Value::from(1), context.fuel)
        }
        Some(_) => Err(Decline("a text that may be no number")),
    }
});
static CALLABLE: Function = function("callable", &[""], 1, |_, arguments| {
    match argument(arguments, 0)? {
        Value::Function(_) | Value::Own(_) => Ok(Value::TRUE),
        Value::Struct(_) => Err(Decline("whether a struct is called")),
        _ => Ok(Value::FALSE),
    }
});
static CHR: Function = function("chr", &[""], 1, |_, arguments| {
    let code = argument(arguments, 0)?.integer()?.to_u64();
    let character = code
        .and_then(|code| u32::try_from(code).ok())
        .and_then(char::from_u32);
    let character = character.ok_or(Decline("a number of no character"))?;
    Ok(Value::text(character.encode_utf8(&mut [0; 4])))
});
static DIVMOD: Function = function("divmod", &["", ""], 2, |context, arguments| {
    let (left, right) = (
        argument(arguments, 0)?.integer()?,
        argument(arguments, 1)?.integer()?,
    );
    let (quotient, rest) = left.divmod(&right, context.fuel)?;
    Value::tuple(vec![quotient.into(), rest.into()], context.fuel)
});
static ENUMERATE: Function = class("enumerate", &["iterable", "start"], 1, |_, arguments| {
    let start = match optional(arguments, 1) {
        None => Integer::ZERO,
        Some(Value::Integer(start)) => start.clone(),
        Some(_) => return Err(Decline("a start that is no integer")),
    };
    let cursor = argument(arguments, 0)?.iterate()?.enumerate(start)?;
    Ok(Value::iterator(cursor))
});
static FORMAT: Function = function("format", &["", ""], 1, |context, arguments| {
    let specification = match optional(arguments, 1) {
        None => "",
        Some(Value::Text(specification)) => specification,
        Some(_) => return Err(Decline("a format that is no text")),
    };
    let text = argument(arguments, 0)?.format(specification, context.fuel)?;
    Ok(Value::Text(text.into()))
});
static GETATTR: Function = function("getattr", &["", ""], 2, |_, arguments| {
    match (argument(arguments, 0)?, argument(arguments, 1)?) {
        (value, Value::Text(name)) => value.attribute(name),
        _ => Err(Decline("an attribute without a name")),
    }
});
static HASATTR: Function = function("hasattr", &["", ""], 2, |_, arguments| {
    let Value::Text(name) = argument(arguments, 1)? else {
        return Err(Decline("an attribute without a name"));
    };
    // These are those of an address, and nothing else has them.
    if !matches!(&**name, "segment_index" | "offset") {
        return Err(Decline("an attribute that is not known"));
    }
    match argument(arguments, 0)? {
        Value::Address(_) => Ok(Value::TRUE),
        Value::None
        | Value::Boolean(_)
        | Value::Integer(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::Bytes(_)
        | Value::Tuple(_)
        | Value::List(_)
        | Value::Dict(_)
        | Value::Set(_) => Ok(Value::FALSE),
        _ => Err(Decline("an attribute that is not known")),
    }
});
static SET: Function = class("set", &[""], 0, |context, arguments| {
    Value::set(collected(arguments, context.fuel)?, context.fuel)
});
/// Of objects that compiled hints do not have.
static SETATTR: Function = function("setattr", &["", "", ""], 3, |_, _| {
    Err(Decline("an attribute is set"))
});
static HASH: Function = function("hash", &[""], 1, |_, arguments| {
    // That of a number is the number below this prime; others change with the process.
    match argument(arguments, 0)?.integer()?.to_i64() {
        Some(number @ 0..0x1FFF_FFFF_FFFF_FFFF) => Ok(number.into()),
        _ => Err(Decline("the hash of a value")),
    }
});
pub(super) static INT: Function = class("int", &["", "base"], 0, int);
static ISINSTANCE: Function = function("isinstance", &["", ""], 2, |_, arguments| {
    is_instance(argument(arguments, 0)?, argument(arguments, 1)?, 0).map(Value::Boolean)
});
static ITER: Function = function("iter", &[""], 1, |_, arguments| {
    match argument(arguments, 0)? {
        // An iterator is its own.
        iterator @ Value::Iterator(_) => Ok(iterator.clone()),
        value => Ok(Value::iterator(value.iterate()?)),
    }
});
static NEXT: Function = function("next", &["", ""], 1, |context, arguments| {
    let Value::Iterator(cursor) = argument(arguments, 0)? else {
        return Err(Decline("the next value of no iterator"));
    };
    let next = cursor.borrow_mut().next(context.fuel)?;
    next.or_else(|| optional(arguments, 1).cloned())
        .ok_or(Decline("an iterator at its end"))
});
static LEN: Function = function("len", &[""], 1, |context, arguments| {
    Ok(argument(arguments, 0)?.length(context.fuel)?.into())
});
static DICT: Function = class("dict", &[""], 0, |context, arguments| {
    let made = dict::new();
    if let Some(from) = optional(arguments, 0) {
        // Nothing else has it yet.
        dict::update(&made, from, context.fuel, &mut Journal::default())?;
    }
    Ok(Value::Dict(made))
});
static LIST: Function = class("list", &[""], 0, |context, arguments| {
    Value::list(collected(arguments, context.fuel)?, context.fuel)
});
static TUPLE: Function = class("tuple", &[""], 0, |context, arguments| {
    match optional(arguments, 0) {
        // A tuple is its own.
        Some(tuple @ Value::Tuple(_)) => Ok(tuple.clone()),
        _ => Value::tuple(collected(arguments, context.fuel)?, context.fuel),
    }
});
/// Where its values are taken at once, the tree says so.
static MAP: Function = variadic("map", true, |_, _| {
    Err(Decline("values that are made later"))
});
static MAX: Function = variadic("max", false, |context, arguments| {
    best(
        arguments,
        |value, best, fuel| Ok(value.compare(best, fuel)?.is_gt()),
        context.fuel,
    )
});
static MIN: Function = variadic("min", false, |context, arguments| {
    best(
        arguments,
        |value, best, fuel| Ok(value.compare(best, fuel)?.is_lt()),
        context.fuel,
    )
});
static ORD: Function = function("ord", &[""], 1, |_, arguments| {
    let Value::Text(text) = argument(arguments, 0)? else {
        return Err(Decline("a character that is no text"));
    };
    let mut characters = text.chars();
    match (characters.next(), characters.next()) {
        (Some(character), None) => Ok(i64::from(u32::from(character)).into()),
        _ => Err(Decline("a character of another length")),
    }
});
static POW: Function = function("pow", &["base", "exp", "mod"], 2, |context, arguments| {
    let (base, exponent) = (argument(arguments, 0)?, argument(arguments, 1)?);
    match optional(arguments, 2) {
        None | Some(Value::None) => Value::binary(Binary::Power, base, exponent, context.fuel),
        Some(modulus) => {
            let (base, exponent, modulus) =
                (base.integer()?, exponent.integer()?, modulus.integer()?);
            Ok(base.pow(&exponent, Some(&modulus), context.fuel)?.into())
        }
    }
});
/// The longest text that one hint prints, in bytes.
const MAX_PRINTED: usize = 64 << 10;

static PRINT: Function = Function {
    // Given by name alone, so that the values come behind them.
    parameters: &["*sep", "*end", "*flush"],
    ..variadic("print", false, |context, arguments| {
        const UNUSUAL: Decline = Decline("an unusual way to print");
        let text = |place, usual: &'static str| match optional(arguments, place) {
            None | Some(Value::None) => Ok(std::rc::Rc::from(usual)),
            Some(Value::Text(text)) => Ok(std::rc::Rc::clone(text)),
            Some(_) => Err(UNUSUAL),
        };
        let (between, end) = (text(0, " ")?, text(1, "\n")?);
        let mut printed = String::new();
        for (index, value) in arguments[3..].iter().flatten().enumerate() {
            if index > 0 {
                printed.push_str(&between);
            }
            printed.push_str(&value.to_text(context.fuel)?);
            context.fuel.spend_items(printed.len() / 8)?;
        }
        printed.push_str(&end);
        // Other characters are other bytes elsewhere.
        if !printed.is_ascii() || context.printed.len() + printed.len() > MAX_PRINTED {
            return Err(UNUSUAL);
        }
        context.printed.push_str(&printed);
        Ok(Value::None)
    })
};
static RANGE: Function = class("range", &["", "", ""], 1, |_, arguments| {
    let first = argument(arguments, 0)?.integer()?;
    let step = optional(arguments, 2).map_or(Ok(Integer::ONE), Value::integer)?;
    let range = match optional(arguments, 1) {
        None => Range::new(&Integer::ZERO, &first, &step)?,
        Some(stop) => Range::new(&first, &stop.integer()?, &step)?,
    };
    Ok(Value::Range(range.into()))
});
static REPR: Function = function("repr", &[""], 1, |context, arguments| {
    Ok(Value::Text(
        argument(arguments, 0)?.repr(context.fuel)?.into(),
    ))
});
static REVERSED: Function = class("reversed", &[""], 1, |_, arguments| {
    Ok(Value::iterator(argument(arguments, 0)?.iterate_reversed()?))
});
static ROUND: Function = function("round", &["number"], 1, |_, arguments| {
    match argument(arguments, 0)? {
        Value::Float(number) => Ok(float::whole(number.round_ties_even())?.into()),
        value => Ok(value.integer()?.into()),
    }
});
static SORTED: Function = function("sorted", &["", "*reverse"], 1, |context, arguments| {
    let backwards = match optional(arguments, 1) {
        None => false,
        Some(backwards @ (Value::Boolean(_) | Value::Integer(_))) => backwards.truth()?,
        Some(_) => return Err(Decline("a direction that is no truth")),
    };
    let values = match argument(arguments, 0)? {
        // Whatever their order was: no two of them are equal.
        Value::Set(set) => {
            context.fuel.spend_items(set.borrow().len())?;
            set.borrow().iter().map(|(key, _)| key.clone()).collect()
        }
        values => values.collect(context.fuel)?,
    };
    Value::list(
        Value::sorted(values, backwards, context.fuel)?,
        context.fuel,
    )
});
static STR: Function = class("str", &[""], 0, |context, arguments| {
    match optional(arguments, 0) {
        None => Ok(Value::text("")),
        Some(value) => value.to_text(context.fuel).map(Value::Text),
    }
});
static SUM: Function = function("sum", &["", "start"], 1, |context, arguments| {
    let mut sum = optional(arguments, 1)
        .cloned()
        .unwrap_or_else(|| Value::from(0));
    if let Value::Text(_) = sum {
        return Err(Decline("a sum of text"));
    }
    let mut values = argument(arguments, 0)?.iterate()?;
    while let Some(value) = values.next(context.fuel)? {
        context.fuel.spend_items(3)?;
        sum = Value::binary(Binary::Add, &sum, &value, context.fuel)?;
    }
    Ok(sum)
});
static TYPE: Function = function("type", &[""], 1, |_, arguments| {
    let class = match argument(arguments, 0)? {
        Value::Boolean(_) => &BOOL,
        Value::Integer(_) => &INT,
        Value::Float(_) => &FLOAT,
        Value::Text(_) => &STR,
        Value::Bytes(_) => &BYTES,
        Value::Address(_) => &RELOCATABLE_VALUE,
        Value::Tuple(_) => &TUPLE,
        Value::List(_) => &LIST,
        Value::Dict(_) => &DICT,
        Value::Set(_) => &SET,
        Value::Range(_) => &RANGE,
        _ => return Err(Decline("a type that is not known")),
    };
    Ok(Value::Function(class))
});
static ZIP: Function = variadic("zip", true, |_, arguments| {
    let cursors: Result<Vec<Cursor>, Decline> = (0..arguments.len())
        .map(|place| argument(arguments, place)?.iterate())
        .collect();
    Ok(Value::iterator(Cursor::zip(cursors?)?))
});

/// The class of addresses.
pub(crate) static RELOCATABLE_VALUE: Function = Function {
    module: "starkware.cairo.lang.vm.relocatable",
    name: "RelocatableValue",
    parameters: &["segment_index", "offset"],
    required: 2,
    variadic: false,
    is_type: true,
    run: |_, arguments| {
        const NO_ADDRESS: Decline = Decline("an address of no memory");
        let (Value::Integer(segment), Value::Integer(offset)) =
            (argument(arguments, 0)?, argument(arguments, 1)?)
        else {
            return Err(NO_ADDRESS);
        };
        let segment = segment
            .to_i64()
            .and_then(|segment| isize::try_from(segment).ok());
        let offset = offset
            .to_i64()
            .and_then(|offset| usize::try_from(offset).ok());
        Ok(Relocatable {
            segment_index: segment.ok_or(NO_ADDRESS)?,
            offset: offset.ok_or(NO_ADDRESS)?,
        }
        .into())
    },
};

pub(super) fn int(_: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    const NO_NUMBER: Decline = Decline("a text that may be no number");
    match (optional(arguments, 0), optional(arguments, 1)) {
        (None, None) => Ok(Value::from(0)),
        (Some(value @ (Value::Integer(_) | Value::Boolean(_))), None) => {
            Ok(value.integer()?.into())
        }
        (Some(Value::Float(number)), None) => Ok(float::whole(number.trunc())?.into()),
        (Some(Value::Text(text)), base) => {
            let base = base.map_or(Ok(Integer::from(10)), Value::integer)?;
            let base = base.to_u64().and_then(|base| u32::try_from(base).ok());
            let base = base
                .filter(|base| (2..=36).contains(base))
                .ok_or(NO_NUMBER)?;
            let digits = text.trim_start_matches(['+', '-']);
            let sign = &text[..text.len() - digits.len()];
            let digits = match base {
                2 => digits
                    .strip_prefix("0b")
                    .or_else(|| digits.strip_prefix("0B")),
                8 => digits
                    .strip_prefix("0o")
                    .or_else(|| digits.strip_prefix("0O")),
                16 => digits
                    .strip_prefix("0x")
                    .or_else(|| digits.strip_prefix("0X")),
                _ => None,
            }
            .unwrap_or(digits);
            if sign.len() > 1 || digits.starts_with(['+', '-']) {
                return Err(NO_NUMBER);
            }
            let number = Integer::from_digits(&format!("{sign}{digits}"), base);
            Ok(number.ok_or(NO_NUMBER)?.into())
        }
        _ => Err(Decline("a value that is no number")),
    }
}

fn is_instance(value: &Value, class: &Value, depth: usize) -> Result<bool, Decline> {
    const NO_CLASS: Decline = Decline("a class that is not known");
    match class {
        Value::Tuple(classes) if depth < 4 => {
            for class in classes.iter() {
                if is_instance(value, class, depth + 1)? {
                    return Ok(true);
                }
            }
            Ok(false)
        }
        Value::Function(class) if class.is_type => match value {
            Value::Iterator(_)
            | Value::View(..)
            | Value::Function(_)
            | Value::Module(_)
            | Value::Digest(_)
            | Value::Struct(_)
            | Value::Own(_) => Err(NO_CLASS),
            // A boolean is an integer as well.
            Value::Boolean(_) => Ok(matches!(class.name, "bool" | "int")),
            _ => Ok(value.type_name() == class.name),
        },
        _ => Err(NO_CLASS),
    }
}

/// Whether any value is of this truth, or all of the other: the first that is decides.
fn first_truth(values: &Value, wanted: bool, fuel: &mut Fuel) -> Result<Value, Decline> {
    let mut values = values.iterate()?;
    while let Some(value) = values.next(fuel)? {
        fuel.spend_items(0)?;
        if value.truth()? == wanted {
            return Ok(wanted.into());
        }
    }
    Ok((!wanted).into())
}

fn radix(
    arguments: &[Option<Value>],
    specification: &str,
    context: &mut Context<'_>,
) -> Result<Value, Decline> {
    let number = Value::Integer(argument(arguments, 0)?.integer()?);
    Ok(Value::Text(
        number.format(specification, context.fuel)?.into(),
    ))
}

fn collected(arguments: &[Option<Value>], fuel: &mut Fuel) -> Result<Vec<Value>, Decline> {
    optional(arguments, 0).map_or(Ok(Vec::new()), |values| values.collect(fuel))
}

/// The first of the values, or of the values that the only argument has, that none is better than.
fn best(
    arguments: &[Option<Value>],
    is_better: fn(&Value, &Value, &mut Fuel) -> Result<bool, Decline>,
    fuel: &mut Fuel,
) -> Result<Value, Decline> {
    let values = match arguments {
        [Some(values)] => values.collect(fuel)?,
        _ => arguments.iter().flatten().cloned().collect(),
    };
    let mut best: Option<Value> = None;
    for value in values {
        fuel.spend_items(1)?;
        if match &best {
            None => true,
            Some(best) => is_better(&value, best, fuel)?,
        } {
            best = Some(value);
        }
    }
    best.ok_or(Decline("the best of no values"))
}
