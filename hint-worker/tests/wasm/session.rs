//! Owns one session of the engine: modules in, hints run, what they did as cells. Must not know a case.

use std::collections::BTreeMap;
use std::sync::Arc;

use hint_proto::cell::{CELL_BYTES, Cell};
use hint_proto::v1::definition::Access;
use hint_proto::v1::{
    Definition, Effects, ExecuteHint, Failed, Hint, LoadHints, Relocatable, Start,
    StructDefinition, WasmInputs, WasmLimits, WasmModule,
};
use hint_worker::engines::wasm::WasmEngine;
use hint_worker::engines::{CallError, Engine as _};

use crate::host::{PRIME, Shared, Table};

/// The segment of `fp`, whose cells are the locals.
pub(crate) const LOCALS: i64 = 1;
/// Segments of the VM before the first hint.
pub(crate) const SEGMENTS: u32 = 4;

/// What a session begins with.
#[derive(Default)]
pub(crate) struct Setting {
    pub(crate) table: Table,
    pub(crate) modules: Vec<WasmModule>,
    pub(crate) limits: WasmLimits,
}

/// A session.
pub(crate) struct Session {
    pub(crate) engine: WasmEngine,
    pub(crate) host: Shared,
    hints: u32,
}

/// A module of this name in the text format.
pub(crate) fn module(name: &str, text: &str) -> WasmModule {
    WasmModule {
        name: name.to_owned(),
        code: wat::parse_str(text).unwrap().into(),
    }
}

impl Setting {
    /// With one module, `m`.
    pub(crate) fn of(text: &str) -> Self {
        Self {
            modules: vec![module("m", text)],
            ..Self::default()
        }
    }

    pub(crate) fn name(mut self, name: &str, access: Access) -> Self {
        let definition = Definition {
            scope: String::new(),
            name: name.to_owned(),
            access: Some(access),
        };
        self.table
            .names
            .insert((String::new(), name.to_owned()), definition);
        self
    }

    pub(crate) fn cell(mut self, offset: u64, cell: Cell) -> Self {
        self.table.cells.insert((LOCALS, offset), cell);
        self
    }

    pub(crate) fn structure(mut self, definition: StructDefinition) -> Self {
        self.table.structs.push(definition);
        self
    }

    pub(crate) fn limits(mut self, limits: WasmLimits) -> Self {
        self.limits = limits;
        self
    }

    pub(crate) fn open(self) -> Result<Session, Box<Failed>> {
        let host = Shared(Arc::new(self.table));
        let start = Start {
            prime: PRIME.to_vec().into(),
            segment_count: SEGMENTS,
            wasm: Some(WasmInputs {
                modules: self.modules,
                limits: Some(self.limits),
            }),
            ..Start::default()
        };
        match WasmEngine::open(&start, host.clone()) {
            Ok(engine) => Ok(Session {
                engine,
                host,
                hints: 0,
            }),
            Err(error) => Err(expect_failed(error)),
        }
    }
}

#[track_caller]
fn expect_failed(error: CallError) -> Box<Failed> {
    match error {
        CallError::Failed(failed) => failed,
        other => panic!("the engine broke: {other:?}"),
    }
}

impl Session {
    /// Loads a hint; its id.
    pub(crate) fn load(&mut self, code: &str) -> Result<u32, Box<Failed>> {
        let id = self.hints;
        self.hints += 1;
        let hint = Hint {
            id,
            language: "wasm".to_owned(),
            code: code.to_owned(),
            location: None,
        };
        let request = LoadHints {
            hints: vec![hint],
            ..LoadHints::default()
        };
        self.engine.load_hints(request).map_err(expect_failed)?;
        Ok(id)
    }

    /// Runs a hint that is loaded.
    pub(crate) fn execute(&mut self, id: u32) -> Result<Effects, Box<Failed>> {
        let at = |segment, offset| Some(Relocatable { segment, offset });
        let request = ExecuteHint {
            hint_id: id,
            pc: at(0, 7),
            ap: at(LOCALS, 100),
            fp: at(LOCALS, 0),
            segment_count: SEGMENTS,
            ..ExecuteHint::default()
        };
        let done = self.engine.execute_hint(request).map_err(expect_failed)?;
        Ok(done.effects.unwrap())
    }

    /// Loads a hint and runs it; the cells that it wrote.
    #[track_caller]
    pub(crate) fn run(&mut self, code: &str) -> BTreeMap<(i64, u64), Cell> {
        match self.load(code).and_then(|id| self.execute(id)) {
            Ok(effects) => cells(&effects),
            Err(failed) => panic!("`{code}` failed: {}", failed.message),
        }
    }

    /// Loads a hint and runs it, which must fail.
    #[track_caller]
    pub(crate) fn fail(&mut self, code: &str) -> Box<Failed> {
        match self.load(code).and_then(|id| self.execute(id)) {
            Ok(effects) => panic!("`{code}` did not fail: {effects:?}"),
            Err(failed) => failed,
        }
    }
}

/// The cells that a hint wrote.
pub(crate) fn cells(effects: &Effects) -> BTreeMap<(i64, u64), Cell> {
    let mut cells = BTreeMap::new();
    for run in &effects.writes {
        let (values, rest) = run.values.as_chunks::<CELL_BYTES>();
        assert!(rest.is_empty());
        for (offset, value) in (run.offset..).zip(values) {
            let cell = Cell::decode(value).unwrap();
            assert_eq!(cells.insert((run.segment, offset), cell), None);
        }
    }
    cells
}

/// The kind of a failure, and its text.
pub(crate) fn kind_and_text(failed: &Failed) -> (&str, &str) {
    failed.message.split_once(": ").unwrap()
}
