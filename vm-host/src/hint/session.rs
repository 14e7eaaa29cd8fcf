//! The session with the engine that runs one VM's hints: load them, run one, answer its questions,
//! apply what it did.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::PROTOCOL_VERSION;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::definition::Access;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    self, CallRule, EndRun, ExecuteHint, Failed, LoadHints, ScopeChange, Start, Started,
    StructDefinition,
};
use tokio::time::Instant;

use super::effects::{Applied, Applier, Refusal, RegisteredRule};
use super::known::KnownCells;
use super::limits::Limits;
use super::peer::Peer;
use super::reads::Pointer;
use super::snapshot::Expectation;
use super::statistics::{HintCost, Statistics};
use super::struct_names::StructPrefix;
use super::table::HintTable;
use crate::placement::Surroundings;
use crate::program::{CompiledProgram, Frame, ProgramParts};
use crate::vm::wire;
use crate::worker::{Death, LinkError, Traffic, Turn};

/// How long the engine may take for anything that is not a hint.
const BOOKKEEPING_TIMEOUT: Duration = Duration::from_secs(60);

/// Why a hint did not end normally.
#[derive(Debug, thiserror::Error)]
pub enum HintError {
    /// The hint raised an exception.
    #[error("{}", .0.traceback)]
    Raised(Box<Failed>),
    /// The engine's process ended.
    #[error("the hint worker died while it ran a hint: {death}")]
    Died {
        /// How.
        death: Death,
    },
    /// The hint ran too long; its engine was killed.
    #[error("the hint ran longer than the limit of `{}` seconds", .limit.as_secs_f64())]
    Timeout {
        /// How long it may run.
        limit: Duration,
    },
    /// The engine broke the rules of the session.
    #[error("the hint engine broke the protocol: {0}")]
    Protocol(String),
    /// What the hint did is refused.
    #[error(transparent)]
    Diff(#[from] Refusal),
}

/// What a rule said.
#[derive(Debug)]
pub enum RuleOutcome {
    /// The value of the cell, if the rule applies.
    Value(Option<MaybeRelocatable>),
    /// The cells that are valid now.
    Validated(Vec<Relocatable>),
}

/// Inputs of a session that do not come from the program.
#[derive(Clone, Debug, Default)]
pub struct SessionInputs {
    /// `program_input`, JSON.
    pub program_input_json: String,
    /// Further hint locals, a JSON object.
    pub hint_locals_json: String,
    /// Static locals, a JSON object.
    pub static_locals_json: String,
    /// `module:callable` of the syscall handler.
    pub syscall_handler: String,
    /// `module:callable` that returns further hint locals, which may be any objects.
    pub hint_locals_callable: String,
    /// Folders that hints import from.
    pub import_paths: Vec<String>,
    /// Longest run of one hint.
    pub hint_timeout: Option<Duration>,
    /// Caps on what hints may do.
    pub limits: Limits,
}

impl SessionInputs {
    /// What hints find beside the program, for those who place them. `foreign_objects` says whether there
    /// are objects of the client, whose code does anything.
    pub(crate) fn surroundings(&self, foreign_objects: bool) -> Surroundings {
        let locals = [
            self.hint_locals_json.as_str(),
            self.static_locals_json.as_str(),
        ];
        let mut surroundings = Surroundings::of_locals(&locals);
        surroundings.variables.insert("program_input".to_owned());
        surroundings.foreign_objects |= foreign_objects || self.calls_for_objects();
        surroundings
    }

    /// Whether code of the user's makes objects for the hints before the first of them runs.
    pub(crate) fn calls_for_objects(&self) -> bool {
        !self.syscall_handler.is_empty() || !self.hint_locals_callable.is_empty()
    }
}

/// What the session knows about one hint.
#[derive(Debug, Default)]
struct HintState {
    names: Vec<String>,
    defined: bool,
    pub(super) expectation: Expectation,
    cost: HintCost,
}

/// The engine of one VM.
#[derive(Debug)]
pub struct HintSession {
    peer: Peer,
    started: Started,
    inputs: SessionInputs,
    pub(super) table: HintTable,
    hints: Vec<HintState>,
    structs: HashMap<String, StructDefinition>,
    structs_sent: HashSet<String>,
    pub(super) applier: Applier,
    /// The cells that the engine holds.
    pub(super) known: KnownCells,
    /// The VM's place among the others.
    turn: Turn,
    /// Room for addresses, kept between hints.
    scratch: Vec<Relocatable>,
    pub(super) program_json: Arc<[u8]>,
    /// Where its parts are, once somebody asked for one.
    pub(super) program_parts: Option<ProgramParts>,
    rules: Vec<RegisteredRule>,
    pure_address: Option<String>,
    unheld_attributes: Option<String>,
    statistics: Statistics,
    /// What the engine has to be told of the hint scopes with the next hint.
    untold_scopes: ScopeChange,
    variables_json: String,
    /// What the hints in the engine did to the scopes since the last [`HintSession::take_scope_change`].
    scopes_here: Option<ScopeChange>,
}

/// What is known while one request is being answered.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) hint_id: Option<u32>,
    pub(super) frame: Frame,
    /// The pointers that lead to cells, once somebody asked.
    pub(super) pointers: Option<Vec<Pointer>>,
    pub(super) deadline: Option<Instant>,
    /// The time that the deadline stands for.
    limit: Duration,
    pub(super) questions: u64,
}

impl Exchange {
    /// Lets a hint run so long, or for ever.
    fn limit_to(&mut self, limit: Option<Duration>) {
        self.deadline = limit.map(|limit| Instant::now() + limit);
        self.limit = limit.unwrap_or_default();
    }
}

impl HintSession {
    /// Opens the session with `peer` and loads the hints of `program`, whose code starts at `base`.
    ///
    /// # Errors
    /// [`HintError`] when the engine does not start or a hint does not compile.
    pub async fn start(
        peer: Peer,
        inputs: SessionInputs,
        builtins: Vec<v1::Builtin>,
        (program, base, program_json): (Arc<CompiledProgram>, Relocatable, Arc<[u8]>),
        vm: &mut VirtualMachine,
    ) -> Result<Self, HintError> {
        let start = Start {
            protocol_version: PROTOCOL_VERSION,
            prime: wire::PRIME.to_vec().into(),
            builtins,
            program_input_json: inputs.program_input_json.clone(),
            hint_locals_json: inputs.hint_locals_json.clone(),
            static_locals_json: inputs.static_locals_json.clone(),
            syscall_handler: inputs.syscall_handler.clone(),
            import_paths: inputs.import_paths.clone(),
            segment_count: u32::try_from(vm.segments.num_segments()).unwrap_or(u32::MAX),
            hint_locals_callable: inputs.hint_locals_callable.clone(),
        };
        let mut session = Self {
            peer,
            started: Started::default(),
            applier: Applier::new(inputs.limits),
            known: KnownCells::default(),
            turn: Turn::default(),
            scratch: Vec::new(),
            inputs,
            table: HintTable::default(),
            hints: Vec::new(),
            structs: HashMap::new(),
            structs_sent: HashSet::new(),
            program_json,
            program_parts: None,
            rules: Vec::new(),
            pure_address: None,
            unheld_attributes: None,
            statistics: Statistics::default(),
            untold_scopes: ScopeChange::default(),
            variables_json: String::new(),
            scopes_here: None,
        };
        let mut exchange = session.exchange_of(vm, None);
        match session
            .converse(vm, Request::Start(start), &mut exchange)
            .await?
        {
            Response::Started(started) if started.protocol_version == PROTOCOL_VERSION => {
                session.started = started;
            }
            Response::Started(started) => {
                return Err(HintError::Protocol(format!(
                    "it speaks version `{}`, this host speaks `{PROTOCOL_VERSION}`",
                    started.protocol_version
                )));
            }
            Response::Failed(failed) => return Err(HintError::Raised(Box::new(failed))),
            _ => return Err(out_of_order()),
        }
        let hints = session.load(program, base);
        match session
            .converse(vm, Request::LoadHints(hints), &mut exchange)
            .await?
        {
            Response::HintsLoaded(loaded) => {
                for names in loaded.hints {
                    if let Some(state) = session.hints.get_mut(names.hint_id as usize) {
                        state.names = names.names;
                    }
                }
                if let Some(effects) = &loaded.effects {
                    session.apply(vm, effects)?;
                }
                // What the start takes is no waiting for hints.
                session.statistics.waiting = Duration::ZERO;
                Ok(session)
            }
            Response::Failed(failed) => Err(HintError::Raised(Box::new(failed))),
            _ => Err(out_of_order()),
        }
    }

    /// From now on, long waits give `turn` to other VMs.
    pub(crate) fn share(&mut self, turn: Turn) {
        turn.accompany(self.process_id());
        self.turn = turn;
    }

    /// Registers the hints of a program; what the engine is told of them.
    pub(super) fn load(&mut self, program: Arc<CompiledProgram>, base: Relocatable) -> LoadHints {
        let loaded = self.table.add(program, base);
        let first = loaded.first_hint;
        let hints = loaded
            .program
            .hints()
            .iter()
            .map(|hint| {
                let mut wire = loaded.program.to_wire(hint);
                wire.id += first;
                wire
            })
            .collect();
        self.hints.resize_with(self.table.len(), HintState::default);
        LoadHints { hints }
    }

    /// Runs one hint and applies what it did.
    ///
    /// # Errors
    /// [`HintError`] when it does not end normally.
    pub async fn execute(&mut self, vm: &mut VirtualMachine, id: u32) -> Result<(), HintError> {
        let mut exchange = self.exchange_of(vm, Some(id));
        exchange.limit_to(self.inputs.hint_timeout);
        let (definitions, structs) = self.define(id);
        let expectation = &self.hints[id as usize].expectation;
        let frame = &exchange.frame;
        let cells = expectation.cells(vm, frame, &mut self.known, &mut self.scratch);
        let lengths = expectation.lengths(vm, frame);
        let request = ExecuteHint {
            hint_id: id,
            pc: Some(wire::relocatable(vm.get_pc())),
            ap: Some(wire::relocatable(exchange.frame.ap)),
            fp: Some(wire::relocatable(exchange.frame.fp)),
            current_step: vm.get_current_step() as u64,
            segment_count: u32::try_from(vm.segments.num_segments()).unwrap_or(u32::MAX),
            temporary_segment_count: u32::try_from(vm.segments.num_temp_segments())
                .unwrap_or(u32::MAX),
            cells,
            lengths,
            definitions,
            structs,
            scopes: self.take_untold_scopes(),
            variables_json: std::mem::take(&mut self.variables_json),
        };
        self.statistics.hints += 1;
        let started = self.statistics;
        let response = self
            .converse(vm, Request::ExecuteHint(request), &mut exchange)
            .await;
        let cost = &mut self.hints[id as usize].cost;
        if cost.count > 0 {
            self.statistics.repeated_hints += 1;
            self.statistics.repeated_round_trips +=
                self.statistics.round_trips - started.round_trips;
        }
        cost.count += 1;
        cost.time += self.statistics.waiting - started.waiting;
        match response? {
            Response::Done(done) => {
                let effects = done.effects.unwrap_or_default();
                self.apply(vm, &effects)
            }
            Response::Failed(mut failed) => {
                if let Some(effects) = failed.effects.take() {
                    // The hint may have raised because of the very write that is refused here, so its
                    // exception comes first.
                    let _ = self.apply(vm, &effects);
                }
                Err(HintError::Raised(Box::new(failed)))
            }
            _ => Err(out_of_order()),
        }
    }

    fn apply(&mut self, vm: &mut VirtualMachine, effects: &v1::Effects) -> Result<(), HintError> {
        self.statistics.python += Duration::from_nanos(effects.python_nanos);
        self.scopes_here = effects.scopes;
        let Applied {
            rules,
            pure_address,
            unheld_attributes,
        } = self.applier.apply(vm, effects)?;
        for run in &effects.writes {
            self.known.insert_run(run);
        }
        self.rules.extend(rules);
        if self.pure_address.is_none() {
            self.pure_address = pure_address;
        }
        if unheld_attributes.is_some() {
            self.unheld_attributes = unheld_attributes;
        }
        Ok(())
    }

    /// Calls a rule that a hint registered.
    ///
    /// # Errors
    /// [`HintError`] when it does not end normally.
    pub async fn call_rule(
        &mut self,
        vm: &mut VirtualMachine,
        rule: RegisteredRule,
        address: Relocatable,
    ) -> Result<RuleOutcome, HintError> {
        let mut exchange = self.exchange_of(vm, None);
        exchange.limit_to(self.inputs.hint_timeout);
        let cells = wire::cell_run(vm, address, 1);
        self.known.insert_run(&cells);
        let request = CallRule {
            rule_id: rule.id,
            address: Some(wire::relocatable(address)),
            cells: vec![cells],
        };
        match self
            .converse(vm, Request::CallRule(request), &mut exchange)
            .await?
        {
            Response::RuleResult(result) if rule.kind == v1::RuleKind::AutoDeduction => {
                let value = match result.value {
                    None => None,
                    Some(bytes) => {
                        let cell: &[u8; CELL_BYTES] = bytes
                            .as_ref()
                            .try_into()
                            .map_err(|_| HintError::Protocol("a malformed cell".to_owned()))?;
                        Some(wire::value(cell).map_err(|cell| {
                            HintError::Protocol(format!("a rule returned {cell}"))
                        })?)
                    }
                };
                Ok(RuleOutcome::Value(value))
            }
            Response::RuleResult(result) => Ok(RuleOutcome::Validated(
                result.validated.iter().filter_map(wire::address).collect(),
            )),
            Response::Failed(failed) => Err(HintError::Raised(Box::new(failed))),
            _ => Err(out_of_order()),
        }
    }

    /// Takes note of what hints that ran elsewhere did to the scopes, and of the variables that the engine
    /// takes over from them, JSON; it is told with the next hint.
    pub(crate) fn follow_scopes(&mut self, change: ScopeChange, variables_json: String) {
        let ScopeChange { left, entered } = change;
        let known = &mut self.untold_scopes;
        known.left += left.saturating_sub(known.entered);
        known.entered = known.entered.saturating_sub(left) + entered;
        if !variables_json.is_empty() {
            self.variables_json = variables_json;
        }
    }

    /// What the last hint did to the scopes.
    pub fn take_scope_change(&mut self) -> Option<ScopeChange> {
        self.scopes_here.take()
    }

    pub(super) fn take_untold_scopes(&mut self) -> Option<ScopeChange> {
        let change = std::mem::take(&mut self.untold_scopes);
        (change != ScopeChange::default()).then_some(change)
    }

    /// Hands the relocation rules of the hints so far to the VM, which applies them when it relocates.
    ///
    /// # Errors
    /// [`HintError`] when a rule does not hold.
    pub fn flush_relocation_rules(&mut self, vm: &mut VirtualMachine) -> Result<(), HintError> {
        Ok(self.applier.flush_relocation_rules(vm)?)
    }

    /// The number of hint scopes at the end of the run.
    ///
    /// # Errors
    /// [`HintError`] when the engine is gone.
    pub async fn end_run(&mut self, vm: &mut VirtualMachine) -> Result<u32, HintError> {
        self.applier.flush_relocation_rules(vm)?;
        let mut exchange = self.exchange_of(vm, None);
        match self
            .converse(vm, Request::EndRun(EndRun {}), &mut exchange)
            .await?
        {
            Response::RunEnded(ended) => {
                let ScopeChange { left, entered } = self.untold_scopes;
                Ok(ended.scope_depth.saturating_sub(left) + entered)
            }
            _ => Err(out_of_order()),
        }
    }

    pub(super) fn exchange_of(&self, vm: &VirtualMachine, hint_id: Option<u32>) -> Exchange {
        Exchange {
            hint_id,
            frame: Frame {
                ap: vm.get_ap(),
                fp: vm.get_fp(),
            },
            pointers: None,
            deadline: Some(Instant::now() + BOOKKEEPING_TIMEOUT),
            limit: BOOKKEEPING_TIMEOUT,
            questions: 0,
        }
    }

    /// Sends a request and answers the engine's questions until it responds.
    pub(super) async fn converse(
        &mut self,
        vm: &mut VirtualMachine,
        mut request: Request,
        exchange: &mut Exchange,
    ) -> Result<Response, HintError> {
        loop {
            let sent = Instant::now();
            let response = self
                .peer
                .exchange(request, exchange.deadline, &self.turn)
                .await;
            self.statistics.waiting += sent.elapsed();
            self.statistics.round_trips += 1;
            match response {
                Ok(Response::Ask(ask)) => {
                    self.statistics.sub_requests += 1;
                    exchange.questions += 1;
                    if exchange.questions > self.applier.limits().questions_per_hint {
                        self.peer.end();
                        return Err(HintError::Protocol(format!(
                            "a hint asked more than `{}` questions",
                            self.applier.limits().questions_per_hint
                        )));
                    }
                    let mut parts = self.answer(vm, ask, exchange)?;
                    let last = parts.pop().unwrap_or_default();
                    for part in parts {
                        if let Err(error) = self.peer.send_part(Request::Answer(part)).await {
                            return Err(self.broken(error, exchange).await);
                        }
                    }
                    request = Request::Answer(last);
                }
                Ok(response) => return Ok(response),
                Err(error) => return Err(self.broken(error, exchange).await),
            }
        }
    }

    async fn broken(&mut self, error: LinkError, exchange: &Exchange) -> HintError {
        match error {
            LinkError::Deadline => {
                self.peer.end();
                HintError::Timeout {
                    limit: exchange.limit,
                }
            }
            LinkError::Closed => HintError::Died {
                death: self.peer.death().await,
            },
            error => {
                self.peer.end();
                HintError::Protocol(error.to_string())
            }
        }
    }

    /// What the names in a hint's code stand for, for its first execution.
    fn define(&mut self, id: u32) -> (Vec<v1::Definition>, Vec<StructDefinition>) {
        let state = &self.hints[id as usize];
        if state.defined {
            return Default::default();
        }
        let mut definitions = Vec::new();
        let mut structs = Vec::new();
        let names = state.names.clone();
        for name in &names {
            let resolved = self.resolve(id, "", name);
            let Some((definition, new_structs)) = resolved else {
                continue;
            };
            if !is_missing(&definition) {
                definitions.push(definition);
                structs.extend(new_structs);
            }
        }
        self.hints[id as usize].defined = true;
        (definitions, structs)
    }

    /// The meaning of a name in a hint, with the structs that the engine does not know yet. The cells
    /// behind it are expected from now on.
    pub(super) fn resolve(
        &mut self,
        id: u32,
        scope: &str,
        name: &str,
    ) -> Option<(v1::Definition, Vec<StructDefinition>)> {
        let (loaded, hint) = self.table.hint(id)?;
        let mut resolution = loaded.program.resolve(hint, scope, name);
        let prefix = StructPrefix::of(loaded.first_hint);
        prefix.qualify(&mut resolution.definition);
        let mut new_structs = Vec::new();
        for own_name in resolution.structs.iter() {
            let full_name = prefix.name(own_name);
            if !self.structs.contains_key(&full_name)
                && let Some(mut definition) = loaded.program.struct_definition(own_name)
            {
                prefix.qualify_struct(&mut definition);
                self.structs.insert(full_name.clone(), definition);
            }
            if let Some(definition) = self.structs.get(&full_name)
                && self.structs_sent.insert(full_name)
            {
                new_structs.push(definition.clone());
            }
        }
        let HintState {
            names, expectation, ..
        } = &mut self.hints[id as usize];
        let structs = &self.structs;
        expectation.name(&resolution.definition, names, |full_name| {
            structs.get(full_name)
        });
        Some((resolution.definition, new_structs))
    }

    /// What is expected of a hint's next execution.
    pub(super) fn expectation(&mut self, id: u32) -> Option<&mut Expectation> {
        Some(&mut self.hints.get_mut(id as usize)?.expectation)
    }

    /// The hints and where they stand.
    #[must_use]
    pub fn table(&self) -> &HintTable {
        &self.table
    }

    /// The rules that hints registered.
    #[must_use]
    pub fn rules(&self) -> &[RegisteredRule] {
        &self.rules
    }

    /// The first integer address that a hint wrote.
    #[must_use]
    pub fn pure_address(&self) -> Option<&str> {
        self.pure_address.as_deref()
    }

    /// Output attributes that a PIE would lack, a JSON text.
    #[must_use]
    pub fn unheld_attributes(&self) -> Option<&str> {
        self.unheld_attributes.as_deref()
    }

    /// What the hints cost so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// What a hint cost so far.
    #[must_use]
    pub fn cost(&self, id: u32) -> HintCost {
        let hint = self.hints.get(id as usize);
        hint.map_or_else(HintCost::default, |hint| hint.cost)
    }

    /// Bytes to and from the engine.
    #[must_use]
    pub fn traffic(&self) -> Traffic {
        self.peer.traffic()
    }

    /// The process id of the engine, if it is a worker of ours.
    #[must_use]
    pub fn process_id(&self) -> Option<u32> {
        self.peer.process_id()
    }

    /// What the engine said about itself.
    #[must_use]
    pub fn engine(&self) -> &Started {
        &self.started
    }
}

/// Whether a definition only says that there is no such name: the engine asks if it needs to know.
fn is_missing(definition: &v1::Definition) -> bool {
    match &definition.access {
        Some(Access::Raised(raised)) => raised.class_path.ends_with(".MissingIdentifierError"),
        Some(_) => false,
        None => true,
    }
}

pub(super) fn out_of_order() -> HintError {
    HintError::Protocol("a response that does not fit the request".to_owned())
}
