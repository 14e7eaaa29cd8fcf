//! Owns executing a scenario: each step on the world, a line for each, the end at the first that is not as expected.
//! Must not know JSON.

use std::fmt::Write as _;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use num_bigint::BigUint;

use super::checks::Mismatches;
use super::files::{self, SourceFiles};
use super::json::Document;
use super::model::{Expected, NewBlock, NewState, Step, StepKind, Transaction};
use super::notation::show;
use super::reader::Reader;
use crate::engines::contract::limits::Limits;
use crate::engines::contract::machine::{Unhandled, World};
use crate::engines::contract::world::{Block, Outcome, Record};

/// Files whose steps are steps of others, inside of each other.
const MOST_FILES: usize = 16;
/// Most steps of all files.
const MOST_STEPS: usize = 100_000;

/// How a scenario is run.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Where sources are that are not found beside the scenario.
    pub sources: SourceFiles,
    /// Whether all that transactions do is printed.
    pub trace: bool,
    /// What a transaction may use.
    pub limits: Limits,
}

/// Why a scenario did not pass.
#[derive(Debug, thiserror::Error)]
pub enum ScenarioError {
    /// A file cannot be read.
    #[error("{0}")]
    NoInput(String),
    /// A file is not what it should be, or a contract says what is not handled.
    #[error("{0}")]
    BadInput(String),
    /// Something is not as expected.
    #[error("{0}")]
    Failed(String),
    /// The report cannot be written.
    #[error("cannot write the report: {0}")]
    Report(#[from] io::Error),
}

/// A scenario at work.
struct Run<'o, W: Write> {
    options: &'o Options,
    out: W,
    world: World,
    /// The files that are being executed, the first one first.
    files: Vec<PathBuf>,
    steps: usize,
    gas: bool,
}

/// Runs a scenario file in a new world, and prints its steps.
///
/// # Errors
/// [`ScenarioError`] at the first step that is not as expected.
pub fn run(path: &Path, options: &Options, out: impl Write) -> Result<(), ScenarioError> {
    let mut run = Run {
        options,
        out,
        world: World::new(options.limits),
        files: Vec::new(),
        steps: 0,
        gas: false,
    };
    run.file(path)?;
    let steps = run.steps;
    let gas = match run.gas {
        true => "; gas is not counted, and what the scenario expects of it was not checked",
        false => "; gas is not counted",
    };
    writeln!(run.out, "passed: {steps} steps{gas}")?;
    run.out.flush()?;
    Ok(())
}

/// Sets up a world by the steps of a scenario file, without a report.
///
/// # Errors
/// [`ScenarioError`] at the first step that is not as expected.
pub fn world_of(path: &Path, options: &Options) -> Result<World, ScenarioError> {
    let mut run = Run {
        options,
        out: io::sink(),
        world: World::new(options.limits),
        files: Vec::new(),
        steps: 0,
        gas: false,
    };
    run.file(path)?;
    run.world.forget_figures();
    Ok(run.world)
}

impl<W: Write> Run<'_, W> {
    fn file(&mut self, path: &Path) -> Result<(), ScenarioError> {
        if self.files.len() >= MOST_FILES {
            let text = format!(
                "`{}`: scenarios are steps of each other more than `{MOST_FILES}` deep",
                path.display()
            );
            return Err(ScenarioError::BadInput(text));
        }
        let bytes = files::read(path).map_err(|error| ScenarioError::NoInput(error.to_string()))?;
        let text = String::from_utf8(bytes)
            .map_err(|_| ScenarioError::BadInput(format!("`{}` is not UTF-8", path.display())))?;
        let document = Document {
            name: path.display().to_string().into(),
            text,
        };
        let mut reader = Reader::new(&self.options.sources);
        let read = reader.scenario(path, &document);
        for (source, file) in reader.read {
            self.world.name_source(&source, &file);
        }
        let (name, steps) = read.map_err(|error| ScenarioError::BadInput(error.to_string()))?;
        let indent = "  ".repeat(self.files.len());
        let name = match name.is_empty() {
            true => String::new(),
            false => format!(": {name}"),
        };
        writeln!(self.out, "{indent}{}{name}", path.display())?;
        self.files.push(path.to_owned());
        for step in &steps {
            self.step(step)?;
        }
        self.files.pop();
        Ok(())
    }

    fn step(&mut self, step: &Step) -> Result<(), ScenarioError> {
        if let StepKind::ExternalSteps(path) = &step.kind {
            return self.file(path);
        }
        self.steps += 1;
        if self.steps > MOST_STEPS {
            let text = format!("{}: there are more than `{MOST_STEPS}` steps", step.at);
            return Err(ScenarioError::BadInput(text));
        }
        let mut mismatches = Mismatches::default();
        let done = self.execute(step, &mut mismatches);
        let (summary, records) = done.map_err(|error| match error {
            ScenarioError::Failed(text) => {
                ScenarioError::Failed(format!("{}: {text}", self.title(step)))
            }
            other => other,
        })?;
        let verdict = match mismatches.0.is_empty() {
            true => "",
            false => "  FAILED",
        };
        let indent = "  ".repeat(self.files.len());
        let (number, title) = (self.steps, self.title(step));
        writeln!(
            self.out,
            "{indent}{number:>3}  {title:<32} {summary}{verdict}"
        )?;
        for record in &records {
            writeln!(self.out, "{indent}     {}", describe(record))?;
        }
        match mismatches.0.is_empty() {
            true => Ok(()),
            false => {
                self.out.flush()?;
                let id = self.title(step);
                let text = mismatches.0.join("\n");
                Err(ScenarioError::Failed(format!(
                    "step {number}, {id}, is not as expected:\n{text}"
                )))
            }
        }
    }

    fn title(&self, step: &Step) -> String {
        match step.id.is_empty() {
            true => step.kind.name().to_owned(),
            false => format!("{} `{}`", step.kind.name(), step.id),
        }
    }

    fn execute(
        &mut self,
        step: &Step,
        mismatches: &mut Mismatches,
    ) -> Result<(String, Vec<Record>), ScenarioError> {
        let no_records = |text: String| Ok((text, Vec::new()));
        match &step.kind {
            StepKind::ExternalSteps(_) => no_records(String::new()),
            StepKind::SetState(state) => no_records(self.set_state(state)),
            StepKind::CheckState(expected) => {
                mismatches.state(expected, &self.world.state);
                no_records(format!("{} accounts", expected.accounts.len()))
            }
            StepKind::DumpState => no_records(self.dump()),
            StepKind::Deploy(transaction, expected) => {
                self.pay_gas(step, transaction)?;
                let code: Arc<[u8]> = transaction.code.clone().into();
                let outcome = self.world.deploy(
                    transaction.from,
                    &code,
                    transaction.arguments.clone(),
                    &transaction.value,
                );
                self.finish(step, outcome, expected, mismatches)
            }
            StepKind::Call(transaction, expected) => {
                self.pay_gas(step, transaction)?;
                let outcome = self.world.call(
                    transaction.from,
                    transaction.to,
                    &transaction.function,
                    transaction.arguments.clone(),
                    &transaction.value,
                );
                self.finish(step, outcome, expected, mismatches)
            }
            StepKind::Query(transaction, expected) => {
                let outcome = self.world.query(
                    transaction.to,
                    &transaction.function,
                    transaction.arguments.clone(),
                );
                self.finish(step, outcome, expected, mismatches)
            }
            StepKind::Transfer(transaction) => {
                self.pay_gas(step, transaction)?;
                let Transaction {
                    from, to, value, ..
                } = &**transaction;
                let outcome = self.world.transfer(*from, *to, value);
                if let Err(failure) = &outcome.result {
                    let detail = failure.detail.as_deref().unwrap_or_default();
                    mismatches
                        .0
                        .push(format!("{}: {}; {detail}", step.at, failure.message));
                }
                Ok((format!("to `{to}`"), self.shown(outcome)))
            }
            StepKind::ValidatorReward(to, amount) => {
                self.world.credit(*to, amount);
                let key = b"ELRONDreward".to_vec();
                let before = BigUint::from_bytes_be(&self.world.storage(to, &key));
                let sum: BigUint = before + amount;
                self.world.set_storage(*to, key, sum.to_bytes_be());
                no_records(format!("`{amount}` to `{to}`"))
            }
        }
    }

    fn set_state(&mut self, new: &NewState) -> String {
        let state = &mut self.world.state;
        for (address, account) in &new.accounts {
            state.place(*address, account.clone());
        }
        for (creator, nonce, address) in &new.new_addresses {
            state.new_addresses.insert((*creator, *nonce), *address);
        }
        set_block(&mut state.previous_block, &new.previous_block);
        set_block(&mut state.current_block, &new.current_block);
        format!("{} accounts", new.accounts.len())
    }

    /// The sender pays for all gas before anything else, and nothing comes back.
    fn pay_gas(&mut self, step: &Step, transaction: &Transaction) -> Result<(), ScenarioError> {
        let Transaction { from, gas_cost, .. } = transaction;
        let failed = |text: String| Err(ScenarioError::Failed(format!("{}: {text}", step.at)));
        if self.world.state.account(from).is_none() {
            return failed(format!("the sender `{from}` has no account"));
        }
        match self.world.state.take_balance(*from, gas_cost) {
            Ok(()) => Ok(()),
            Err(_) => failed(format!(
                "the sender `{from}` has `{}` EGLD, and its gas costs `{gas_cost}`",
                self.world.state.balance(from)
            )),
        }
    }

    fn finish(
        &mut self,
        step: &Step,
        outcome: Result<Outcome, Unhandled>,
        expected: &Expected,
        mismatches: &mut Mismatches,
    ) -> Result<(String, Vec<Record>), ScenarioError> {
        self.gas |= expected.gas;
        let outcome = outcome.map_err(|error| {
            ScenarioError::BadInput(format!("{error}\nin {} at {}", self.title(step), step.at))
        })?;
        mismatches.outcome(expected, &outcome);
        let mut summary = match &outcome.result {
            Ok(results) if results.is_empty() => "ok".to_owned(),
            Ok(results) => {
                let shown: Vec<String> = results.iter().map(|result| show(result)).collect();
                format!("ok: {}", shown.join(", "))
            }
            Err(failure) => format!("status {}: {}", outcome.status(), failure.message),
        };
        if let Some(address) = outcome.deployed {
            let _ = write!(summary, " at `{address}`");
        }
        for record in &outcome.records {
            if let Record::Print(text) = record {
                writeln!(self.out, "{text}")?;
            }
        }
        Ok((summary, self.shown(outcome)))
    }

    /// What the report has of what a transaction did: its events, or everything.
    fn shown(&self, outcome: Outcome) -> Vec<Record> {
        match self.options.trace {
            true => outcome.records,
            false => outcome.logs.into_iter().map(Record::Log).collect(),
        }
    }

    fn dump(&self) -> String {
        let mut text = String::new();
        for (address, account) in self.world.state.accounts() {
            let _ = write!(
                text,
                "\n       {address}: nonce {}, balance {}",
                account.nonce, account.balance
            );
            for ((token, nonce), instance) in &account.tokens {
                let _ = write!(
                    text,
                    "\n         {} (nonce {nonce}): {}",
                    show(token),
                    instance.balance
                );
            }
            for (key, value) in &account.storage {
                let _ = write!(text, "\n         {} = {}", show(key), show(value));
            }
        }
        text
    }
}

fn set_block(block: &mut Block, new: &NewBlock) {
    let set = |place: &mut u64, value: Option<u64>| {
        if let Some(value) = value {
            *place = value;
        }
    };
    set(&mut block.timestamp, new.timestamp);
    set(&mut block.nonce, new.nonce);
    set(&mut block.round, new.round);
    set(&mut block.epoch, new.epoch);
    if let Some(seed) = &new.random_seed {
        block.random_seed.clone_from(seed);
    }
}

/// A line for one thing that a transaction did.
#[must_use]
pub fn describe(record: &Record) -> String {
    let list = |values: &[Vec<u8>]| {
        let shown: Vec<String> = values.iter().map(|value| show(value)).collect();
        shown.join(", ")
    };
    match record {
        Record::Call {
            from,
            to,
            endpoint,
            arguments,
        } => {
            let endpoint = String::from_utf8_lossy(endpoint);
            format!(
                "call `{endpoint}` of `{to}` from `{from}`: {}",
                list(arguments)
            )
        }
        Record::Return { from, status } => format!("return from `{from}`: {status:?}"),
        Record::Read {
            address,
            key,
            value,
        } => {
            format!("read {} of `{address}`: {}", show(key), show(value))
        }
        Record::Write {
            address,
            key,
            value,
        } => {
            format!("write {} of `{address}`: {}", show(key), show(value))
        }
        Record::Log(entry) => {
            let endpoint = String::from_utf8_lossy(&entry.endpoint);
            let (topics, data) = (list(&entry.topics), list(&entry.data));
            format!(
                "log of `{}` in `{endpoint}`: {topics}; data {data}",
                entry.address
            )
        }
        Record::Print(text) => format!("print: {text}"),
    }
}
