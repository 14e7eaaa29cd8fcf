//! The session with one engine that runs hints of a VM: load them, run one, answer its questions, apply what
//! it did. Must not know which other engines there are.

use std::collections::HashSet;
use std::time::Duration;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::cell::CELL_BYTES;
use hint_proto::v1::definition::Access;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    self, CallRule, ContractUse, EndRun, ExecuteHint, Failed, PythonInputs, ScopeChange, Start,
    Started, StructDefinition,
};
use hint_proto::waiting::Forecast;
use hint_proto::{PROTOCOL_VERSIONS, common_version};
use tokio::time::Instant;
use tracing::field::Empty;
use tracing::{Instrument as _, Span};

use super::effects::RegisteredRule;
use super::error::{HintError, failed_start, out_of_order};
use super::inputs::SessionInputs;
use super::language::Language;
use super::peer::{Ending, Peer};
use super::reads::Pointer;
use super::run_state::{OwnedRule, RuleOwner, RunState};
use super::snapshot::Expectation;
use super::statistics::{EngineCounts, HintCost, Statistics};
use super::variables::{Handover, Told};
use crate::account;
use crate::program::Frame;
use crate::spans;
use crate::vm::wire;
use crate::worker::{LinkError, Traffic, Turn};

/// Bytes of hints in one message, so that no message is larger than clients take.
const PART_BYTES: usize = 2 << 20;
/// What a hint takes beside its code, about.
const HINT_BYTES: usize = 512;
/// Most languages of one engine.
const MAX_LANGUAGES: usize = 64;
/// Most endpoints of contracts that an engine tells of.
const MAX_ENDPOINTS: usize = 1001;
/// How long the engine may take for anything that is not a hint.
const BOOKKEEPING_TIMEOUT: Duration = Duration::from_secs(60);

/// What a rule said.
#[derive(Debug)]
pub(crate) enum RuleOutcome {
    /// The value of the cell, if the rule applies.
    Value(Option<MaybeRelocatable>),
    /// The cells that are valid now.
    Validated(Vec<Relocatable>),
}

/// What a session did with a hint that it was given.
#[derive(Debug)]
pub enum Ran {
    /// It ran; this is known of the variables that it left.
    Done(Told),
    /// The engine leaves it to the next one, for this reason.
    Declined {
        /// Why.
        reason: String,
        /// What it was to get beside.
        handover: Handover,
    },
}

/// Whose hint it is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Stage {
    /// The engine has not seen it.
    #[default]
    Unseen,
    /// The engine runs it, as far as it does not decline it when it is asked to.
    Loaded,
    /// The engine does not want it.
    Declined,
}

/// What the session knows about one hint.
#[derive(Debug, Default)]
struct HintState {
    stage: Stage,
    /// Its language, among those of the engine.
    language: usize,
    names: Vec<String>,
    defined: bool,
    expectation: Expectation,
    cost: HintCost,
    waits: Waits,
}

/// How long the engine takes until it says something.
#[derive(Debug, Default)]
struct Waits {
    /// From the request.
    first: Forecast,
    /// From the answer to a question.
    later: Forecast,
}

/// One engine of a VM.
#[derive(Debug)]
pub struct HintSession {
    peer: Peer,
    started: Started,
    /// Its place among the engines of the run.
    place: usize,
    hint_timeout: Option<Duration>,
    hints: Vec<HintState>,
    pub(super) languages: Vec<Language>,
    /// The VM's place among the others.
    turn: Turn,
    /// Room for addresses, kept between hints.
    scratch: Vec<Relocatable>,
    statistics: Statistics,
    /// For requests that run no hint.
    other_waits: Waits,
    /// Whether loading hints did something to the VM.
    prepared: bool,
    /// What the next hint in Python gets beside its request.
    handover: Handover,
    /// The functions and constants of Python that the host named.
    relied_on: HashSet<String>,
    /// What the engine did to the scopes since the last [`HintSession::take_scope_changes`].
    scope_changes: Vec<(ScopeChange, usize)>,
    /// What hints did with contracts, once the run has ended.
    contracts: Vec<ContractUse>,
}

/// What is known while one request is being answered.
#[derive(Debug)]
pub(super) struct Exchange {
    pub(super) hint_id: Option<u32>,
    /// The language of whoever asks, among those of the engine.
    pub(super) language: usize,
    pub(super) frame: Frame,
    /// The pointers that lead to cells, once somebody asked.
    pub(super) pointers: Option<Vec<Pointer>>,
    /// How long it may take, all questions included; else for ever.
    pub(super) limit: Option<Duration>,
    pub(super) questions: u64,
    /// Whether an answer changed the VM.
    pub(super) changed: bool,
}

impl HintSession {
    /// Opens the session with `peer`, the engine of a run at `place` among its engines. Hints are loaded by
    /// [`HintSession::load`].
    ///
    /// # Errors
    /// [`HintError`] when the engine does not start or shares no version of the messages.
    pub async fn start(
        (place, peer): (usize, Peer),
        inputs: &SessionInputs,
        builtins: Vec<v1::Builtin>,
        state: &mut RunState,
        vm: &mut VirtualMachine,
    ) -> Result<Self, HintError> {
        let start = Start {
            protocol_version: *PROTOCOL_VERSIONS.end(),
            min_protocol_version: *PROTOCOL_VERSIONS.start(),
            prime: wire::PRIME.to_vec().into(),
            builtins,
            program_input_json: inputs.program_input_json.clone(),
            segment_count: u32::try_from(vm.segments.num_segments()).unwrap_or(u32::MAX),
            python: Some(PythonInputs {
                hint_locals_json: inputs.hint_locals_json.clone(),
                static_locals_json: inputs.static_locals_json.clone(),
                syscall_handler: inputs.syscall_handler.clone(),
                import_paths: inputs.import_paths.clone(),
                hint_locals_callable: inputs.hint_locals_callable.clone(),
                relied_on: inputs.relied_on.clone(),
            }),
            wasm: (inputs.wasm != v1::WasmInputs::default()).then(|| inputs.wasm.clone()),
        };
        let mut session = Self {
            peer,
            started: Started::default(),
            place,
            hint_timeout: inputs.hint_timeout,
            hints: Vec::new(),
            languages: Vec::new(),
            turn: Turn::default(),
            scratch: Vec::new(),
            statistics: Statistics::default(),
            other_waits: Waits::default(),
            prepared: false,
            handover: Handover::default(),
            relied_on: inputs.relied_on.iter().cloned().collect(),
            scope_changes: Vec::new(),
            contracts: Vec::new(),
        };
        let mut exchange = session.exchange_of(vm, None, 0);
        let response = session
            .converse(vm, state, Request::Start(start), &mut exchange)
            .await?;
        match response {
            Response::Started(started) => session.accept(started)?,
            Response::Failed(failed) => return Err(HintError::Raised(failed_start(failed))),
            _ => return Err(out_of_order()),
        }
        Ok(session)
    }

    /// Takes what the engine says about itself.
    fn accept(&mut self, mut started: Started) -> Result<(), HintError> {
        let (lowest, highest) = (started.min_protocol_version, started.protocol_version);
        if common_version((lowest, highest)).is_none() {
            return Err(HintError::Protocol(format!(
                "it speaks the versions `{}` to `{highest}` of the session, this host `{}` to `{}`",
                if lowest == 0 { highest } else { lowest },
                PROTOCOL_VERSIONS.start(),
                PROTOCOL_VERSIONS.end(),
            )));
        }
        self.peer.accept(started.posture.take())?;
        self.languages = match started.languages.as_slice() {
            [] => vec![Language::new(hint_proto::PYTHON)],
            names if names.len() > MAX_LANGUAGES => {
                return Err(HintError::Protocol(format!(
                    "it serves more than `{MAX_LANGUAGES}` languages"
                )));
            }
            names => names.iter().map(|name| Language::new(name)).collect(),
        };
        self.started = started;
        Ok(())
    }

    /// From now on, long waits give `turn` to other VMs.
    pub(crate) fn share(&mut self, turn: Turn) {
        turn.accompany(self.process_id());
        self.turn = turn;
    }

    /// The languages that the engine serves.
    pub(crate) fn serves(&self) -> impl Iterator<Item = &str> {
        self.languages.iter().map(Language::full_name)
    }

    /// Whether the engine has the hint, or would be given it.
    pub(super) fn takes(&self, state: &RunState, id: u32) -> bool {
        match self.stage(id) {
            Stage::Loaded => true,
            Stage::Declined => false,
            Stage::Unseen => self.language_of(state, id).is_some(),
        }
    }

    fn stage(&self, id: u32) -> Stage {
        let hint = self.hints.get(id as usize);
        hint.map_or(Stage::Unseen, |hint| hint.stage)
    }

    fn language_of(&self, state: &RunState, id: u32) -> Option<usize> {
        let name = state.language(id);
        let mut languages = self.languages.iter();
        languages.position(|language| language.full_name() == name)
    }

    /// Loads hints, which are of one program, as far as they are in the engine's languages. Applies what the
    /// engine prepared.
    ///
    /// # Errors
    /// [`HintError`] when a hint does not compile.
    pub async fn load(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        ids: impl IntoIterator<Item = u32>,
    ) -> Result<(), HintError> {
        let served = |id: &u32| self.language_of(state, *id).is_some();
        let ids: Vec<u32> = ids.into_iter().filter(served).collect();
        let parts = self.announce(state, &ids);
        for request in parts {
            let ids: Vec<u32> = request.hints.iter().map(|hint| hint.id).collect();
            let language = ids
                .first()
                .map_or(0, |id| self.hints[*id as usize].language);
            let mut exchange = self.exchange_of(vm, None, language);
            let response = self
                .converse(vm, state, Request::LoadHints(request), &mut exchange)
                .await?;
            let loaded = match response {
                Response::HintsLoaded(loaded) => loaded,
                Response::Failed(failed) => return Err(HintError::Raised(Box::new(failed))),
                _ => return Err(out_of_order()),
            };
            for names in loaded.hints {
                if let Some(hint) = self.hints.get_mut(names.hint_id as usize) {
                    hint.names = names.names;
                }
            }
            for id in loaded.declined {
                if ids.binary_search(&id).is_err() {
                    return Err(HintError::Protocol(format!(
                        "it declined the hint `{id}`, which it was not asked to load"
                    )));
                }
                self.hints[id as usize].stage = Stage::Declined;
            }
            if let Some(effects) = &loaded.effects {
                let prepares = *effects != v1::Effects::default();
                if self.statistics.hints > 0 && prepares {
                    return Err(HintError::Protocol(
                        "it prepared something after the first step".to_owned(),
                    ));
                }
                self.prepared |= prepares;
                self.apply(vm, state, effects, language).await?;
            }
        }
        // What loading takes is no waiting for hints.
        if self.statistics.hints == 0 {
            self.statistics.waiting = Duration::ZERO;
        }
        Ok(())
    }

    /// Notes that the engine gets these hints; the messages that say so, one at least. The ids are in order.
    pub(super) fn announce(&mut self, state: &RunState, ids: &[u32]) -> Vec<v1::LoadHints> {
        self.hints
            .resize_with(state.table.len(), HintState::default);
        let mut parts = vec![v1::LoadHints::default()];
        let mut room = PART_BYTES;
        for &id in ids {
            let Some((loaded, hint)) = state.table.hint(id) else {
                continue;
            };
            let Some(language) = self.language_of(state, id) else {
                continue;
            };
            self.languages[language].used = true;
            let known = &mut self.hints[id as usize];
            (known.stage, known.language) = (Stage::Loaded, language);
            let mut wire = loaded.program.to_wire(hint);
            wire.id = id;
            let size = HINT_BYTES + wire.code.len();
            let mut part = parts.pop().unwrap_or_default();
            if size > room && !part.hints.is_empty() {
                parts.push(std::mem::take(&mut part));
                room = PART_BYTES;
            }
            room = room.saturating_sub(size);
            part.first_id = loaded.first_hint;
            part.hints.push(wire);
            parts.push(part);
        }
        parts
    }

    /// Runs one hint that the engine takes, and applies what it did.
    ///
    /// # Errors
    /// [`HintError`] when it does not end normally.
    pub async fn execute(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        id: u32,
    ) -> Result<Ran, HintError> {
        if self.stage(id) == Stage::Unseen {
            // One of a program that another language's hint loaded, or one that another engine declined.
            self.load(vm, state, [id]).await?;
            if self.stage(id) != Stage::Loaded {
                let reason = "it did not want the hint".to_owned();
                let handover = std::mem::take(&mut self.handover);
                return Ok(Ran::Declined { reason, handover });
            }
        }
        let index = self.hints[id as usize].language;
        let mut exchange = self.exchange_of(vm, Some(id), index);
        exchange.limit = self.hint_timeout;
        let (definitions, structs) = self.define(state, id);
        let language = &mut self.languages[index];
        let removed_cells = language.take_removed(&state.removed);
        let expectation = &self.hints[id as usize].expectation;
        let frame = &exchange.frame;
        let cells = expectation.cells(vm, frame, &mut language.known, &mut self.scratch);
        let lengths = expectation.lengths(vm, frame);
        let handover = match language.name.is_empty() {
            true => std::mem::take(&mut self.handover),
            false => Handover::default(),
        };
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
            scopes: language.take_untold_scopes(),
            language: language.name.clone(),
            removed_cells,
            python: handover.to_wire(),
        };
        self.statistics.hints += 1;
        let started = self.statistics;
        let span = match spans::is_sampled(self.hints[id as usize].cost.count) {
            true => self.span_of(state, id, index),
            false => Span::none(),
        };
        let response = self
            .converse(vm, state, Request::ExecuteHint(request), &mut exchange)
            .instrument(span)
            .await;
        let round_trips = self.statistics.round_trips - started.round_trips;
        let cost = &mut self.hints[id as usize].cost;
        if cost.count > 0 {
            self.statistics.repeated_hints += 1;
            self.statistics.repeated_round_trips += round_trips;
        }
        cost.count += 1;
        let took = self.statistics.waiting - started.waiting;
        cost.time += took;
        let declined = matches!(response, Ok(Response::Declined(_)));
        let counts = &mut self.languages[index].counts;
        counts.hints += u64::from(!declined);
        counts.round_trips.add(round_trips);
        counts.questions.add(exchange.questions);
        if let Some(nanos) = response.as_ref().ok().and_then(hint_nanos) {
            counts.answered(took, nanos);
        }
        match response? {
            Response::Done(done) => {
                let effects = done.effects.unwrap_or_default();
                let told = Told::of(&effects, handover.report.as_ref(), &self.relied_on)?;
                self.apply(vm, state, &effects, index).await?;
                Ok(Ran::Done(told))
            }
            Response::Failed(failed) => Err(self.failed(vm, state, failed, index).await),
            Response::Declined(_) if exchange.changed => Err(HintError::Protocol(
                "it declined a hint after it had changed the VM".to_owned(),
            )),
            Response::Declined(declined) => {
                self.hints[id as usize].cost.count -= 1;
                self.statistics.hints -= 1;
                Ok(Ran::Declined {
                    reason: declined.reason,
                    handover,
                })
            }
            _ => Err(out_of_order()),
        }
    }

    /// The span of a hint, which belongs to whatever runs it.
    fn span_of(&self, state: &RunState, id: u32, language: usize) -> Span {
        let span = tracing::info_span!(
            target: spans::TARGET,
            "hint",
            hint_id = id,
            language = self.languages[language].full_name(),
            attached = self.peer.is_attached(),
            execution = self.hints[id as usize].cost.count + 1,
            code.filepath = Empty,
            code.lineno = Empty,
        );
        if !span.is_disabled()
            && let Some((_, hint)) = state.table.hint(id)
            && let Some(location) = &hint.location
        {
            let location = &location.location;
            span.record("code.filepath", location.input_file.filename.as_deref());
            span.record("code.lineno", location.start_line);
        }
        span
    }

    async fn apply(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        effects: &v1::Effects,
        language: usize,
    ) -> Result<(), HintError> {
        self.statistics.python += Duration::from_nanos(effects.hint_nanos);
        let change = effects.scopes;
        // A step may call several rules before anybody asks.
        self.scope_changes
            .extend(change.map(|change| (change, language)));
        let owner = RuleOwner {
            engine: self.place,
            language,
        };
        state.apply(vm, effects, owner, &self.turn).await?;
        let known = &mut self.languages[language].known;
        for run in &effects.writes {
            known.insert_run(run);
        }
        Ok(())
    }

    /// Applies what code did before it failed.
    async fn failed(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        mut failed: Failed,
        language: usize,
    ) -> HintError {
        let limits = *state.applier.limits();
        limits.cut(&mut failed.message);
        if let Some(python) = &mut failed.python {
            limits.cut(&mut python.traceback);
            limits.cut(&mut python.class_path);
        }
        if let Some(effects) = failed.effects.take() {
            // The code may have raised because of the very write that is refused here, so its exception
            // comes first.
            let _ = self.apply(vm, state, &effects, language).await;
        }
        HintError::Raised(Box::new(failed))
    }

    /// Calls a rule that a hint of this engine registered.
    ///
    /// # Errors
    /// [`HintError`] when it does not end normally.
    pub(crate) async fn call_rule(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        OwnedRule { rule, owner }: OwnedRule,
        address: Relocatable,
    ) -> Result<RuleOutcome, HintError> {
        let mut exchange = self.exchange_of(vm, None, owner.language);
        exchange.limit = self.hint_timeout;
        let language = &mut self.languages[owner.language];
        let removed_cells = language.take_removed(&state.removed);
        let cells = wire::cell_run(vm, address, 1);
        language.known.insert_run(&cells);
        let request = CallRule {
            rule_id: rule.id,
            address: Some(wire::relocatable(address)),
            cells: vec![cells],
            language: language.name.clone(),
            removed_cells,
            segment_count: u32::try_from(vm.segments.num_segments()).unwrap_or(u32::MAX),
            temporary_segment_count: u32::try_from(vm.segments.num_temp_segments())
                .unwrap_or(u32::MAX),
        };
        match self
            .converse(vm, state, Request::CallRule(request), &mut exchange)
            .await?
        {
            Response::RuleResult(result) => {
                if let Some(effects) = &result.effects {
                    self.apply(vm, state, effects, owner.language).await?;
                }
                rule_outcome(state, rule, result)
            }
            Response::Failed(failed) => Err(self.failed(vm, state, failed, owner.language).await),
            _ => Err(out_of_order()),
        }
    }

    /// Takes note of what hints did to the scopes that the engine did not run, or not in the language
    /// `except`; it is told with the next hint.
    pub(crate) fn follow_scopes(&mut self, change: ScopeChange, except: Option<usize>) {
        for (index, language) in self.languages.iter_mut().enumerate() {
            if except != Some(index) {
                language.follow_scopes(change);
            }
        }
    }

    /// Gives the next hint in Python something beside its request.
    pub fn hand_over(&mut self, handover: Handover) {
        self.handover = handover;
    }

    /// What hints and rules did to the scopes since this was last asked, each with its language among those of
    /// the engine.
    pub(crate) fn take_scope_changes(&mut self) -> Vec<(ScopeChange, usize)> {
        std::mem::take(&mut self.scope_changes)
    }

    /// The number of hint scopes at the end of the run, as far as the engine uses scopes.
    ///
    /// # Errors
    /// [`HintError`] when the engine is gone.
    pub(crate) async fn end_run(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
    ) -> Result<Option<u32>, HintError> {
        let mut depth = None;
        for index in self.used_languages() {
            let mut exchange = self.exchange_of(vm, None, index);
            let language = &mut self.languages[index];
            let request = EndRun {
                language: language.name.clone(),
                scopes: language.take_untold_scopes(),
            };
            let response = self.converse(vm, state, Request::EndRun(request), &mut exchange);
            match response.await? {
                Response::RunEnded(ended) => {
                    self.note_contracts(ended.contracts)?;
                    if ended.scope_depth != 0 {
                        depth.get_or_insert(ended.scope_depth);
                    }
                }
                Response::Failed(failed) => return Err(HintError::Raised(Box::new(failed))),
                _ => return Err(out_of_order()),
            }
        }
        Ok(depth)
    }

    /// Takes note of what hints did with contracts.
    fn note_contracts(&mut self, used: Vec<ContractUse>) -> Result<(), HintError> {
        if self.contracts.len() + used.len() > MAX_ENDPOINTS {
            return Err(HintError::Protocol(format!(
                "it told of more than `{MAX_ENDPOINTS}` endpoints of contracts"
            )));
        }
        self.contracts.extend(used);
        Ok(())
    }

    /// What hints did with contracts, as the engine said at the end of the run.
    pub(crate) fn contracts(&self) -> &[ContractUse] {
        &self.contracts
    }

    /// The languages in which hints were loaded; one that prepared something without hints counts.
    pub(super) fn used_languages(&self) -> Vec<usize> {
        let mut used: Vec<usize> = (0..self.languages.len()).collect();
        used.retain(|index| self.languages[*index].used);
        match used.is_empty() {
            true => vec![0],
            false => used,
        }
    }

    /// How long whoever looks at the hints' variables waits: their own code writes the texts.
    pub(super) fn looking_time(&self) -> Duration {
        let limit = self.hint_timeout.unwrap_or(BOOKKEEPING_TIMEOUT);
        limit.min(BOOKKEEPING_TIMEOUT)
    }

    pub(super) fn exchange_of(
        &self,
        vm: &VirtualMachine,
        hint_id: Option<u32>,
        language: usize,
    ) -> Exchange {
        Exchange {
            hint_id,
            language,
            frame: Frame {
                ap: vm.get_ap(),
                fp: vm.get_fp(),
            },
            pointers: None,
            limit: Some(BOOKKEEPING_TIMEOUT),
            questions: 0,
            changed: false,
        }
    }

    /// Sends a request and answers the engine's questions until it responds.
    pub(super) async fn converse(
        &mut self,
        vm: &mut VirtualMachine,
        state: &mut RunState,
        mut request: Request,
        exchange: &mut Exchange,
    ) -> Result<Response, HintError> {
        let began = Instant::now();
        let mut sent = began;
        loop {
            let deadline = exchange.limit.map(|limit| began + limit);
            let hint = exchange
                .hint_id
                .and_then(|id| self.hints.get_mut(id as usize));
            let waits = hint.map_or(&mut self.other_waits, |hint| &mut hint.waits);
            let forecast = if exchange.questions == 0 {
                &mut waits.first
            } else {
                &mut waits.later
            };
            let response = self
                .peer
                .exchange(request, (sent, deadline), &self.turn, *forecast)
                .await;
            let took = sent.elapsed();
            forecast.learn(took);
            self.statistics.waiting += took;
            self.statistics.round_trips += 1;
            let asked = matches!(response, Ok(Response::Ask(_)));
            let watched = &state.watched;
            watched.tell(|watcher| watcher.waited(sent.into_std(), took, asked));
            account::check()?;
            match response {
                Ok(Response::Ask(ask)) => {
                    self.statistics.sub_requests += 1;
                    exchange.questions += 1;
                    let limit = state.applier.limits().questions_per_hint;
                    if exchange.questions > limit {
                        let text = format!("a hint asked more than `{limit}` questions");
                        return Err(HintError::Protocol(text));
                    }
                    let mut parts = self.answer(vm, state, ask, exchange)?;
                    account::check()?;
                    // A hint that asks in a loop must not keep the others waiting.
                    self.turn.breathe().await;
                    let last = parts.pop().unwrap_or_default();
                    for part in parts {
                        if let Err(error) = self.peer.send_part(Request::Answer(part)).await {
                            return Err(self.broken(error, exchange).await);
                        }
                    }
                    request = Request::Answer(last);
                    sent = Instant::now();
                }
                Ok(response) => return Ok(response),
                Err(error) => return Err(self.broken(error, exchange).await),
            }
        }
    }

    /// Whether somebody can talk with a debugger in a hint.
    pub(super) fn has_terminal(&self) -> bool {
        self.peer.has_terminal()
    }

    pub(super) async fn broken(&mut self, error: LinkError, exchange: &Exchange) -> HintError {
        match error {
            LinkError::Deadline => HintError::Timeout {
                limit: exchange.limit.unwrap_or_default(),
            },
            LinkError::Closed => HintError::Died {
                death: self.peer.death().await,
            },
            LinkError::Stream(status) => HintError::Protocol(format!("`{}`", status.message())),
            error => HintError::Protocol(error.to_string()),
        }
    }

    /// Ends the session when an engine cannot be trusted any more after `error`.
    pub(crate) fn end_after(&mut self, error: &HintError) {
        match error {
            HintError::Timeout { .. } => self.peer.end(Ending::Late(error.to_string())),
            HintError::Protocol(_)
            | HintError::Diff(_)
            | HintError::NotConfined(_)
            | HintError::OverLimit(_)
            | HintError::TooManySegments(_) => {
                self.peer.end(Ending::Refused(error.to_string()));
            }
            // A failed hint may still be asked about.
            HintError::Raised(_)
            | HintError::Died { .. }
            | HintError::Print(_)
            | HintError::Unserved { .. } => {}
        }
    }

    /// What the names in a hint's code stand for, for its first execution.
    fn define(
        &mut self,
        state: &mut RunState,
        id: u32,
    ) -> (Vec<v1::Definition>, Vec<StructDefinition>) {
        let hint = &self.hints[id as usize];
        if hint.defined {
            return Default::default();
        }
        let mut definitions = Vec::new();
        let mut structs = Vec::new();
        let names = hint.names.clone();
        for name in &names {
            let resolved = self.resolve(state, id, "", name);
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

    /// The meaning of a name in a hint that the engine has, with the structs that it does not know yet. The
    /// cells behind it are expected from now on.
    pub(super) fn resolve(
        &mut self,
        state: &mut RunState,
        id: u32,
        scope: &str,
        name: &str,
    ) -> Option<(v1::Definition, Vec<StructDefinition>)> {
        if self.stage(id) != Stage::Loaded {
            return None;
        }
        let resolved = state.resolve(id, scope, name)?;
        let hint = &mut self.hints[id as usize];
        let told = &mut self.languages[hint.language].structs;
        let mut new_structs = Vec::new();
        for full_name in resolved.structs {
            if let Some(definition) = state.struct_definition(&full_name)
                && told.insert(full_name)
            {
                new_structs.push(definition.clone());
            }
        }
        let HintState {
            names, expectation, ..
        } = hint;
        expectation.name(&resolved.definition, names, |full_name| {
            state.struct_definition(full_name)
        });
        Some((resolved.definition, new_structs))
    }

    /// What is expected of a hint's next execution.
    pub(super) fn expectation(&mut self, id: u32) -> Option<&mut Expectation> {
        Some(&mut self.hints.get_mut(id as usize)?.expectation)
    }

    /// Whether loading hints did something to the VM.
    pub(crate) fn has_prepared(&self) -> bool {
        self.prepared
    }

    /// What the hints cost so far.
    #[must_use]
    pub fn statistics(&self) -> Statistics {
        self.statistics
    }

    /// What the hints in each of the engine's languages cost so far.
    pub(crate) fn counts(&self) -> impl Iterator<Item = (&str, &EngineCounts)> {
        let languages = self.languages.iter().filter(|language| language.used);
        languages.map(|language| (language.full_name(), &language.counts))
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

/// How long a hint took by what its engine says; nothing of one that did not run.
fn hint_nanos(response: &Response) -> Option<u64> {
    let effects = match response {
        Response::Done(done) => done.effects.as_ref(),
        Response::Failed(failed) => failed.effects.as_ref(),
        _ => return None,
    };
    Some(effects.map_or(0, |effects| effects.hint_nanos))
}

fn rule_outcome(
    state: &RunState,
    rule: RegisteredRule,
    result: v1::RuleResult,
) -> Result<RuleOutcome, HintError> {
    match rule.kind {
        v1::RuleKind::AutoDeduction => {
            let value = match result.value {
                None => None,
                Some(bytes) => {
                    let cell: &[u8; CELL_BYTES] = bytes
                        .as_ref()
                        .try_into()
                        .map_err(|_| HintError::Protocol("a malformed cell".to_owned()))?;
                    let value = wire::value(cell)
                        .map_err(|cell| HintError::Protocol(format!("a rule returned {cell}")))?;
                    Some(state.applier.moves().value(value))
                }
            };
            Ok(RuleOutcome::Value(value))
        }
        _ => Ok(RuleOutcome::Validated(
            result.validated.iter().filter_map(wire::address).collect(),
        )),
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
