//! Owns the lines of a hint once they are checked against the modules: which function, which parameters,
//! what becomes of the results. Must not know when they run.

use wasmtime::{ExternType, FuncType, Module, Val};

use super::arguments::Kind;
use super::error::WasmError;
use super::source::{Argument, Call, Path};

/// A module that hints may call.
#[derive(Debug)]
pub(super) struct Callable {
    pub(super) name: String,
    pub(super) module: Module,
}

/// A line, checked.
#[derive(Debug)]
pub(super) struct Line {
    pub(super) number: usize,
    pub(super) text: String,
    /// Its place among the modules.
    pub(super) module: usize,
    pub(super) function: String,
    pub(super) parameters: Vec<Parameter>,
    /// What the function returns.
    pub(super) results: Vec<Kind>,
    pub(super) targets: Targets,
}

/// What a parameter gets.
#[derive(Debug)]
pub(super) enum Parameter {
    Constant(Val),
    /// The felt of this name.
    Ids(Path, Kind),
    /// A C string.
    Text(String),
}

/// What becomes of the results.
#[derive(Debug)]
pub(super) enum Targets {
    /// Each goes to a name.
    Numbers(Vec<Path>),
    /// It points to a C string, whose segment and length go to these.
    Text(Path, Path),
}

/// Checks a line.
///
/// # Errors
/// [`WasmError::Call`] when it calls what is not there, or what does not fit.
pub(super) fn check(call: &Call, modules: &[Callable]) -> Result<Line, WasmError> {
    let refuse =
        |reason: String| WasmError::Call(format!("line {}: `{}`: {reason}", call.line, call.text));
    let named = |callable: &&Callable| callable.name == call.module;
    let callable = modules.iter().find(named).ok_or_else(|| {
        let names: Vec<&str> = modules.iter().map(|callable| callable.name.as_str()).collect();
        let given = match names.as_slice() {
            [] => "none was given".to_owned(),
            names => format!("there are `{}`", names.join("`, `")),
        };
        refuse(format!(
            "there is no module `{0}`: {given}\nhint: give it with --wasm {0}=FILE, or `wasm={{...}}` in Python",
            call.module
        ))
    })?;
    let function = function(callable, &call.function).map_err(&refuse)?;
    let parameters = parameters(call, &function).map_err(&refuse)?;
    let results = kinds(function.results(), "result").map_err(&refuse)?;
    let targets = targets(call, &results).map_err(&refuse)?;
    Ok(Line {
        number: call.line,
        text: call.text.clone(),
        module: modules
            .iter()
            .position(|other| other.name == call.module)
            .unwrap_or_default(),
        function: call.function.clone(),
        parameters,
        results,
        targets,
    })
}

fn function(callable: &Callable, name: &str) -> Result<FuncType, String> {
    let module = &callable.name;
    match callable.module.get_export(name) {
        Some(ExternType::Func(function)) => Ok(function),
        Some(_) => Err(format!("`{name}` of module `{module}` is no function")),
        None => {
            let functions: Vec<String> = callable
                .module
                .exports()
                .filter(|export| matches!(export.ty(), ExternType::Func(_)))
                .map(|export| format!("`{}`", export.name()))
                .take(20)
                .collect();
            let functions = match functions.as_slice() {
                [] => "it has none".to_owned(),
                functions => format!("it has {}", functions.join(", ")),
            };
            Err(format!(
                "module `{module}` has no function `{name}`: {functions}"
            ))
        }
    }
}

fn kinds(types: impl Iterator<Item = wasmtime::ValType>, what: &str) -> Result<Vec<Kind>, String> {
    types
        .map(|kind| {
            Kind::of(&kind)
                .ok_or_else(|| format!("a {what} of type `{kind}` cannot be used in a hint"))
        })
        .collect()
}

fn parameters(call: &Call, function: &FuncType) -> Result<Vec<Parameter>, String> {
    let kinds = kinds(function.params(), "parameter")?;
    if kinds.len() != call.arguments.len() {
        let names: Vec<&str> = kinds.iter().map(|kind| kind.name()).collect();
        return Err(format!(
            "`{}` takes `{}` arguments ({}), `{}` are given",
            call.function,
            kinds.len(),
            names.join(", "),
            call.arguments.len()
        ));
    }
    let parameter = |(argument, kind): (&Argument, Kind)| {
        let misfit =
            |what: String| format!("{what} does not fit a parameter of type `{}`", kind.name());
        match argument {
            Argument::Ids(path) => Ok(Parameter::Ids(path.clone(), kind)),
            Argument::Integer(number) => {
                let value = kind.integer(*number).map(Parameter::Constant);
                value.ok_or_else(|| misfit(format!("`{number}`")))
            }
            Argument::Float(number) => {
                let value = kind.float(*number).map(Parameter::Constant);
                value.ok_or_else(|| misfit(format!("`{number:?}`")))
            }
            Argument::Text(text) if kind == Kind::I32 => Ok(Parameter::Text(text.clone())),
            Argument::Text(_) => Err(misfit("a text".to_owned())),
        }
    };
    call.arguments.iter().zip(kinds).map(parameter).collect()
}

fn targets(call: &Call, results: &[Kind]) -> Result<Targets, String> {
    let paths = &call.targets;
    match (paths.as_slice(), results) {
        ([], _) => Ok(Targets::Numbers(Vec::new())),
        ([text, length], [Kind::I32]) => Ok(Targets::Text(text.clone(), length.clone())),
        _ if paths.len() != results.len() => Err(format!(
            "`{}` returns `{}` results, `{}` names are there for them",
            call.function,
            results.len(),
            paths.len()
        )),
        _ => match results
            .iter()
            .find(|kind| matches!(kind, Kind::F32 | Kind::F64))
        {
            Some(kind) => Err(format!(
                "a result of type `{}` fits no felt\nhint: have the module return an integer or a text",
                kind.name()
            )),
            None => Ok(Targets::Numbers(paths.clone())),
        },
    }
}
