//! Owns one session's modules and hints: every request of the host that is for them. Must not know how
//! messages travel.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Instant;

use hint_proto::v1::{
    ExecuteHint, FailureKind, HintDone, HintNames, HintsLoaded, LoadHints, Start, WasmModule,
};
use wasmtime::{Instance, InstancePre, Store, UpdateDeadline, Val};

use super::arguments::felt_of;
use super::calls::{Callable, Line, Parameter, Targets, check};
use super::clock::Clock;
use super::error::WasmError;
use super::failure::Failure;
use super::guest::Guest;
use super::limits::Limits;
use super::strings::Strings;
use super::{linking, modules, source};
use crate::engines::view::{Host, Value, View};
use crate::engines::{CallError, Engine};

/// The engine of one session.
pub struct WasmEngine {
    store: Store<Guest>,
    clock: Arc<Clock>,
    modules: Vec<Callable>,
    ready: Vec<InstancePre<Guest>>,
    /// Made by the first call.
    instances: Vec<Option<Running>>,
    hints: HashMap<u32, Arc<[Line]>>,
}

/// A module with its memory.
struct Running {
    instance: Instance,
    strings: Strings,
}

impl std::fmt::Debug for WasmEngine {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("WasmEngine")
            .field("modules", &self.modules)
            .finish_non_exhaustive()
    }
}

impl WasmEngine {
    /// The engine of the session that `start` opens. Questions go to `host`.
    ///
    /// # Errors
    /// [`CallError::Failed`] when a module cannot be used.
    pub fn open(start: &Start, host: impl Host + 'static) -> Result<Self, CallError> {
        let view = View::new(start, host).map_err(|error| CallError::Refused(error.to_string()))?;
        // Modules are shared bytes: nothing is copied.
        let inputs = start.wasm.clone().unwrap_or_default();
        let limits = Limits::of_wire(inputs.limits.as_ref());
        Self::with_modules(view, limits, inputs.modules)
            .map_err(|error| Failure::from(error).tell(FailureKind::Exception, 0, None))
    }

    fn with_modules(view: View, limits: Limits, given: Vec<WasmModule>) -> Result<Self, WasmError> {
        modules::check_names(&given)?;
        let engine = modules::engine(&limits)?;
        let names = given.iter().map(|module| module.name.clone()).collect();
        let (mut callables, mut ready) = (Vec::new(), Vec::new());
        for (index, module) in given.into_iter().enumerate() {
            let name = module.name.clone();
            let module = modules::compile(&engine, module)?;
            let linked = linking::link(&engine, &module, index);
            ready.push(linked.map_err(|reason| WasmError::Module {
                module: name.clone(),
                reason,
            })?);
            callables.push(Callable { name, module });
        }
        let clock = Clock::start(engine.clone()).map_err(|error| WasmError::Module {
            module: String::new(),
            reason: format!("the thread of its clock does not start: {error}"),
        })?;
        let clock = Arc::new(clock);
        let mut store = Store::new(&engine, Guest::new(view, limits, names));
        store.limiter(|guest| guest);
        let ticking = Arc::clone(&clock);
        store.epoch_deadline_callback(move |context| {
            let guest = context.data();
            if Instant::now() >= guest.deadline {
                let limit = guest.limits.time;
                return Err(WasmError::Time { limit }.into());
            }
            ticking.keep_ticking();
            Ok(UpdateDeadline::Continue(1))
        });
        Ok(Self {
            store,
            clock,
            instances: callables.iter().map(|_| None).collect(),
            modules: callables,
            ready,
            hints: HashMap::new(),
        })
    }

    fn load(&mut self, code: &str) -> Result<Vec<Line>, WasmError> {
        let source = source::parse(code)?;
        source
            .calls
            .iter()
            .map(|call| check(call, &self.modules))
            .collect()
    }

    /// Runs a hint's lines, as far as they go well.
    fn run(&mut self, hint: u32) -> Result<(), Failure> {
        let limits = self.store.data().limits;
        self.store.data_mut().deadline = Instant::now() + limits.time;
        // Refused only by a store without fuel.
        let _ = self.store.set_fuel(limits.fuel);
        self.store.set_epoch_deadline(1);
        self.clock.keep_ticking();
        let Some(lines) = self.hints.get(&hint).map(Arc::clone) else {
            return Err(WasmError::Call(format!("there is no hint `{hint}`")).into());
        };
        lines.iter().try_for_each(|line| {
            let called = self.call(line);
            called.map_err(|error| Failure::of(error, line, &limits))
        })
    }

    fn call(&mut self, line: &Line) -> wasmtime::Result<()> {
        if self.instances[line.module].is_none() {
            self.instances[line.module] = Some(self.start(line.module)?);
        }
        let Self {
            store, instances, ..
        } = self;
        let Some(Running { instance, strings }) = &mut instances[line.module] else {
            return Ok(());
        };
        let mut parameters = Vec::with_capacity(line.parameters.len());
        for parameter in &line.parameters {
            parameters.push(match parameter {
                Parameter::Constant(value) => *value,
                Parameter::Text(text) => Val::I32(strings.place(store, text)?.cast_signed()),
                Parameter::Ids(path, kind) => {
                    let view = &mut store.data_mut().view;
                    let value = view.get(path).map_err(WasmError::from)?;
                    let value = match value {
                        Value::Felt(felt) => kind
                            .felt(felt, view.field())
                            .ok_or_else(|| view.field().text(felt)),
                        Value::Address(address) => Err(address.to_string()),
                    };
                    value.map_err(|value| {
                        WasmError::Call(format!(
                            "`ids.{}`, `{value}`, does not fit a parameter of type `{}`",
                            path.join("."),
                            kind.name()
                        ))
                    })?
                }
            });
        }
        let function = instance.get_func(&mut *store, &line.function);
        let function =
            function.ok_or_else(|| WasmError::Call("it has no such function".to_owned()))?;
        let mut results: Vec<Val> = line.results.iter().map(|kind| kind.zero()).collect();
        function.call(&mut *store, &parameters, &mut results)?;
        strings.release(store)?;
        match &line.targets {
            Targets::Numbers(paths) => {
                let view = &mut store.data_mut().view;
                for (path, result) in paths.iter().zip(&results) {
                    let felt = felt_of(result, view.field())?;
                    view.set(path, Value::Felt(felt)).map_err(WasmError::from)?;
                }
            }
            Targets::Text(segment, length) => {
                let pointer = results[0].i32().unwrap_or_default();
                let text = strings.take(store, pointer.cast_unsigned())?;
                let view = &mut store.data_mut().view;
                view.set_text(segment, length, &text)
                    .map_err(WasmError::from)?;
            }
        }
        Ok(())
    }

    /// Makes the instance of a module.
    fn start(&mut self, module: usize) -> wasmtime::Result<Running> {
        let instance = self.ready[module].instantiate(&mut self.store)?;
        // What a compiler for WASI calls the start of a library.
        if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut self.store, "_initialize") {
            initialize.call(&mut self.store, ())?;
        }
        let strings = Strings::of(&instance, &mut self.store);
        Ok(Running { instance, strings })
    }
}

impl Engine for WasmEngine {
    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError> {
        let mut loaded = HintsLoaded::default();
        for hint in request.hints {
            let lines = self
                .load(&hint.code)
                .map_err(|error| Failure::from(error).tell(FailureKind::Compile, hint.id, None))?;
            loaded.hints.push(HintNames {
                hint_id: hint.id,
                names: names_of(&lines),
            });
            self.hints.insert(hint.id, lines.into());
        }
        Ok(loaded)
    }

    fn execute_hint(&mut self, request: ExecuteHint) -> Result<HintDone, CallError> {
        let begun = self.store.data_mut().view.begin(&request);
        let ran = begun
            .map_err(Failure::from)
            .and_then(|()| self.run(request.hint_id));
        let effects = Some(self.store.data_mut().view.end());
        match ran {
            Ok(()) => Ok(HintDone { effects }),
            Err(failure) => Err(failure.tell(FailureKind::Exception, request.hint_id, effects)),
        }
    }
}

/// The names in a hint, once each.
fn names_of(lines: &[Line]) -> Vec<String> {
    let mut names = Vec::new();
    for line in lines {
        let read = line
            .parameters
            .iter()
            .filter_map(|parameter| match parameter {
                Parameter::Ids(path, _) => Some(path),
                Parameter::Constant(_) | Parameter::Text(_) => None,
            });
        let written = match &line.targets {
            Targets::Numbers(paths) => paths.iter().collect(),
            Targets::Text(segment, length) => vec![segment, length],
        };
        for name in read.chain(written).flatten() {
            if !names.contains(name) {
                names.push(name.clone());
            }
        }
    }
    names
}
