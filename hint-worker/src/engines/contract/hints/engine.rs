//! Owns one session's world of contracts and its hints: every request of the host that is for them. Must not know
//! how messages travel, nor how contracts are executed.

use std::collections::HashMap;
use std::path::PathBuf;
use std::sync::Arc;

use hint_proto::v1::{
    EndRun, ExecuteHint, HintDone, HintNames, HintsLoaded, LoadHints, RunEnded, Start,
};
use num_bigint::BigUint;

use super::chain::{Chain, Given, SharedChain};
use super::numbers::{ADDRESS, HintError, argument_bytes, set_bytes};
use super::source::{Argument, Call, Line, LineKind, Path, parse};
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
    chain: SharedChain,
}

impl ContractEngine {
    /// The engine of the session that `start` opens, on the world that `chain` has. Questions go to `host`.
    ///
    /// # Errors
    /// [`CallError::Refused`] when the prime is none.
    pub fn open(
        start: &Start,
        host: impl Host + 'static,
        chain: SharedChain,
    ) -> Result<Self, CallError> {
        let view = View::new(start, host).map_err(|error| CallError::Refused(error.to_string()))?;
        let folders = start.python.as_ref().map(|python| &python.import_paths);
        Ok(Self {
            view,
            folders: folders.into_iter().flatten().map(PathBuf::from).collect(),
            hints: HashMap::new(),
            chain,
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
        let chain = self.chain.clone();
        chain.with(|chain| match &line.kind {
            LineKind::Use(file) => Ok(chain.use_world(file, &self.folders)?),
            LineKind::Caller(argument) => {
                chain.set_caller(self.address(argument)?);
                Ok(())
            }
            LineKind::Trace => {
                chain.trace = true;
                Ok(())
            }
            LineKind::Call(call) => self.call(chain, call),
        })
    }

    fn address(&mut self, argument: &Argument) -> Result<Address, HintError> {
        let bytes = argument_bytes(&mut self.view, argument, Some(ADDRESS))?;
        Ok(Given::Bytes(bytes).address()?)
    }

    fn call(&mut self, chain: &mut Chain, call: &Call) -> Result<(), HintError> {
        let _somebody = chain.caller()?;
        let contract = chain.contract_named(&call.contract)?;
        let endpoint = call.endpoint.as_bytes();
        let signature = chain.signature(&contract, endpoint)?;
        let mut arguments = Vec::new();
        for (index, argument) in call.arguments.iter().enumerate() {
            let kind = signature
                .as_ref()
                .and_then(|signature| signature.parameter(index));
            arguments.push(argument_bytes(&mut self.view, argument, kind)?);
        }
        let egld = match &call.paid {
            Some(paid) => BigUint::from_bytes_be(&argument_bytes(&mut self.view, paid, None)?),
            None => BigUint::ZERO,
        };
        let outcome = chain.call(contract, endpoint, arguments, egld)?;
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
        match call.targets.as_slice() {
            [path] => self.view.set(path, status)?,
            [path, text, length] => {
                self.view.set(path, status)?;
                self.view.set_text(text, length, outcome.message())?;
            }
            _ => {
                return Err(HintError::Text(
                    "`try` gives a status, or a status, a message and its length: one or three names".to_owned(),
                ));
            }
        }
        Ok(())
    }
}

impl Engine for ContractEngine {
    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError> {
        let mut loaded = HintsLoaded::default();
        for hint in request.hints {
            let lines = parse(&hint.code).map_err(|error| {
                CallError::not_compiled(hint.id, format!("ContractSyntaxError: {error}"))
            })?;
            if lines
                .iter()
                .any(|line| matches!(line.kind, LineKind::Use(_)))
            {
                self.chain.with(Chain::expect);
            }
            loaded.hints.push(HintNames {
                hint_id: hint.id,
                names: names_of(&lines),
            });
            self.hints.insert(hint.id, lines.into());
        }
        Ok(loaded)
    }

    fn end_run(&mut self, _request: EndRun) -> Result<RunEnded, CallError> {
        Ok(RunEnded {
            contracts: self.chain.with(|chain| chain.used()),
            ..RunEnded::default()
        })
    }

    fn execute_hint(&mut self, request: ExecuteHint) -> Result<HintDone, CallError> {
        let begun = self.view.begin(&request);
        let ran = begun
            .map_err(HintError::from)
            .and_then(|()| self.run(request.hint_id));
        let effects = Some(self.view.end());
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
