//! Owns one session's world of contracts and its hints: every request of the host that is for them. Must not know
//! how messages travel, nor how contracts are executed.

use std::collections::HashMap;
use std::path::{Path as FilePath, PathBuf};
use std::sync::Arc;
use std::time::Instant;

use hint_proto::v1::{Effects, ExecuteHint, HintDone, HintNames, HintsLoaded, LoadHints, Start};
use num_bigint::BigUint;

use super::numbers::{ADDRESS, HintError, argument_bytes, set_bytes, set_text};
use super::source::{Argument, Call, Line, LineKind, Path, parse};
use crate::engines::contract::machine::{Value as Paid, World, on_deep_stack};
use crate::engines::contract::scenario::{self, Options, ScenarioError};
use crate::engines::contract::world::{Address, Outcome};
use crate::engines::view::{Felt, Host, Value, View};
use crate::engines::{CallError, Engine};

/// The engine of one session.
#[derive(Debug)]
pub struct ContractEngine {
    view: View,
    /// Where scenarios are looked for besides the working directory.
    folders: Vec<PathBuf>,
    hints: HashMap<u32, Arc<[Line]>>,
    world: Option<World>,
    caller: Option<Address>,
    trace: bool,
}

impl ContractEngine {
    /// The engine of the session that `start` opens. Questions go to `host`.
    ///
    /// # Errors
    /// [`CallError::Refused`] when the prime is none.
    pub fn open(start: &Start, host: impl Host + 'static) -> Result<Self, CallError> {
        let view = View::new(start, host).map_err(|error| CallError::Refused(error.to_string()))?;
        let folders = start.python.as_ref().map(|python| &python.import_paths);
        Ok(Self {
            view,
            folders: folders.into_iter().flatten().map(PathBuf::from).collect(),
            hints: HashMap::new(),
            world: None,
            caller: None,
            trace: false,
        })
    }

    fn run(&mut self, hint: u32) -> Result<(), HintError> {
        let lines = self.hints.get(&hint).map(Arc::clone);
        let lines = lines.ok_or_else(|| HintError::Text(format!("there is no hint `{hint}`")))?;
        for line in lines.iter() {
            self.line(line).map_err(|error| error.in_line(line))?;
        }
        Ok(())
    }

    fn line(&mut self, line: &Line) -> Result<(), HintError> {
        match &line.kind {
            LineKind::Use(file) => self.use_world(file),
            LineKind::Caller(argument) => {
                self.caller = Some(self.address(argument)?);
                Ok(())
            }
            LineKind::Trace => {
                self.trace = true;
                Ok(())
            }
            LineKind::Call(call) => self.call(call),
        }
    }

    /// Sets up the world, once.
    fn use_world(&mut self, file: &str) -> Result<(), HintError> {
        if self.world.is_some() {
            return Ok(());
        }
        let here = PathBuf::from(file);
        let beside = self.folders.iter().map(|folder| folder.join(file));
        let path = std::iter::once(here.clone())
            .chain(beside)
            .find(|path| path.is_file());
        let path = path.unwrap_or(here);
        let world = deep(|| load(&path))?;
        self.world = Some(
            world.map_err(|error| HintError::Text(format!("the world cannot be used: {error}")))?,
        );
        Ok(())
    }

    fn address(&mut self, argument: &Argument) -> Result<Address, HintError> {
        let bytes = argument_bytes(&mut self.view, argument, Some(ADDRESS))?;
        <[u8; 32]>::try_from(bytes).map(Address).map_err(|bytes| {
            HintError::Text(format!(
                "an address has 32 bytes, and this `{}`",
                bytes.len()
            ))
        })
    }

    fn call(&mut self, call: &Call) -> Result<(), HintError> {
        let caller = self.caller.ok_or_else(|| {
            HintError::Text(
                "nobody calls\nhint: say who with `caller \"address:NAME\"` before".to_owned(),
            )
        })?;
        let Self { world, view, .. } = self;
        let world = world.as_mut().ok_or_else(|| {
            HintError::Text(
                "there is no world\nhint: say which with `use \"FILE.scen.json\"` before"
                    .to_owned(),
            )
        })?;
        let contract = contract_named(world, &call.contract)?;
        let endpoint = call.endpoint.as_bytes();
        let signature = deep(|| world.signature(&contract, endpoint))?;
        let signature = signature.map_err(|refusal| HintError::Text(refusal.to_string()))?;
        let mut arguments = Vec::new();
        for (index, argument) in call.arguments.iter().enumerate() {
            let kind = signature
                .as_ref()
                .and_then(|signature| signature.parameter(index));
            arguments.push(argument_bytes(view, argument, kind)?);
        }
        let mut paid = Paid::default();
        if let Some(argument) = &call.paid {
            paid.egld = BigUint::from_bytes_be(&argument_bytes(view, argument, None)?);
        }
        let outcome = deep(|| world.call(caller, contract, endpoint, arguments, &paid))?;
        let outcome = outcome.map_err(|error| HintError::Text(error.to_string()))?;
        if self.trace {
            for record in &outcome.records {
                eprintln!("contract: {}", scenario::describe(record));
            }
        }
        match call.tries {
            true => self.report(call, &outcome),
            false => self.results(call, outcome),
        }
    }

    /// The results, or the failure as an error.
    fn results(&mut self, call: &Call, outcome: Outcome) -> Result<(), HintError> {
        let results = outcome.result.map_err(|failure| {
            let detail = failure.detail.map_or_else(String::new, |detail| format!("\n  at {detail}"));
            HintError::Text(format!(
                "the call failed with status `{}`: `{}`{detail}\nhint: `ids.status = try …` gives the status instead",
                failure.status as u8, failure.message
            ))
        })?;
        if call.targets.is_empty() {
            return Ok(());
        }
        if results.len() != call.targets.len() {
            return Err(HintError::Text(format!(
                "`{}` returns `{}` results, and `{}` names are there for them",
                call.endpoint,
                results.len(),
                call.targets.len()
            )));
        }
        for (path, result) in call.targets.iter().zip(&results) {
            set_bytes(&mut self.view, path, result)?;
        }
        Ok(())
    }

    /// The status, and then the message as a segment and its length, or the results if it is well.
    fn report(&mut self, call: &Call, outcome: &Outcome) -> Result<(), HintError> {
        let status = Value::Felt(Felt::of_u64(outcome.status().into()));
        let set = |view: &mut View, path: &Path| {
            let names: Vec<&str> = path.iter().map(String::as_str).collect();
            view.set(&names, status)
        };
        match call.targets.as_slice() {
            [path] => set(&mut self.view, path)?,
            [path, text, length] => {
                set(&mut self.view, path)?;
                set_text(&mut self.view, text, length, outcome.message())?;
            }
            _ => {
                return Err(HintError::Text(
                    "`try` gives a status, or a status, a message and its length: one or three names".to_owned(),
                ));
            }
        }
        Ok(())
    }

    fn take_effects(&mut self, arrived: Instant) -> Effects {
        let nanos = u64::try_from(arrived.elapsed().as_nanos()).unwrap_or(u64::MAX);
        Effects {
            hint_nanos: nanos,
            ..self.view.end()
        }
    }
}

fn load(path: &FilePath) -> Result<World, ScenarioError> {
    scenario::world_of(path, &Options::default())
}

fn deep<T: Send>(work: impl FnOnce() -> T + Send) -> Result<T, HintError> {
    on_deep_stack(work)
        .map_err(|error| HintError::Text(format!("there is no thread for the contract: {error}")))
}

/// The contract `sc:NAME`; hyphens in it are underscores in hints.
fn contract_named(world: &World, name: &str) -> Result<Address, HintError> {
    let contracts = world.contracts();
    for name in [name.to_owned(), name.replace('_', "-")] {
        let bytes = scenario::value(&format!("sc:{name}")).unwrap_or_default();
        if let Ok(address) = <[u8; 32]>::try_from(bytes).map(Address)
            && contracts.contains_key(&address)
        {
            return Ok(address);
        }
    }
    let known: Vec<String> = contracts
        .keys()
        .map(|address| format!("`{address}`"))
        .collect();
    let known = match known.is_empty() {
        true => "none".to_owned(),
        false => known.join(", "),
    };
    Err(HintError::Text(format!(
        "there is no contract `sc:{name}`; there is {known}"
    )))
}

impl Engine for ContractEngine {
    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError> {
        let mut loaded = HintsLoaded::default();
        for hint in request.hints {
            let lines = parse(&hint.code).map_err(|error| {
                CallError::not_compiled(hint.id, format!("ContractSyntaxError: {error}"))
            })?;
            loaded.hints.push(HintNames {
                hint_id: hint.id,
                names: names_of(&lines),
            });
            self.hints.insert(hint.id, lines.into());
        }
        Ok(loaded)
    }

    fn execute_hint(&mut self, request: ExecuteHint) -> Result<HintDone, CallError> {
        let arrived = Instant::now();
        let begun = self.view.begin(&request);
        let ran = begun
            .map_err(HintError::from)
            .and_then(|()| self.run(request.hint_id));
        let effects = Some(self.take_effects(arrived));
        match ran {
            Ok(()) => Ok(HintDone { effects }),
            Err(error) => Err(error.tell(effects)),
        }
    }
}

/// The names in a hint, once each.
fn names_of(lines: &[Line]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut add = |path: &Path| {
        for name in path {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    };
    for line in lines {
        match &line.kind {
            LineKind::Caller(Argument::Ids(path)) => add(path),
            LineKind::Call(call) => {
                call.targets.iter().for_each(&mut add);
                for argument in call.arguments.iter().chain(&call.paid) {
                    if let Argument::Ids(path) = argument {
                        add(path);
                    }
                }
            }
            _ => {}
        }
    }
    names
}
