//! Which hints are compiled: those whose text is in the subset, and that share with hints in Python only what both
//! sides can have. Decides what is handed over and asked for around each hint that runs in Python. Must not know
//! twins.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hint_proto::PYTHON;

use super::Surroundings;
use super::python_text::PythonText;
use crate::engines::compiled::{
    Engine, Lowered, Parsed, Refusal, Shared, Sharing, Value, loads, lower, modules_that_fit, parse,
};
use crate::program::CompiledProgram;

/// The variable of the first scope that the user gives.
const PROGRAM_INPUT: &str = "program_input";
/// Most hints of a program that are compiled.
const MAX_HINTS: usize = 50_000;
/// Most bytes of all their texts.
const MAX_BYTES: usize = 8 << 20;

/// The compiled hints of a program.
#[derive(Debug, Default)]
pub(crate) struct Compilation {
    pub(crate) shared: Shared,
    /// By the hints' ids.
    pub(crate) hints: Vec<Option<Lowered>>,
    /// What each hint shares with the compiled ones when it runs in Python.
    sharing: Vec<Rc<Sharing>>,
    lingering: BTreeSet<usize>,
    /// Whether functions may see the registers that scopes keep.
    keeps_registers: bool,
    /// What hints find as `program_input` in the first scope.
    program_input: Option<Value>,
    /// Why each of the others is not compiled.
    pub(super) reasons: Vec<String>,
    /// Why nothing is, if it is because of one hint.
    pub(super) spoiled: Option<String>,
}

impl Compilation {
    /// Whether a hint is compiled.
    pub(super) fn has(&self, id: usize) -> bool {
        self.hints.get(id).is_some_and(Option::is_some)
    }

    /// Leaves a hint to another engine.
    pub(super) fn leave(&mut self, id: usize) {
        self.hints[id] = None;
    }

    /// The engine that runs the hints, if there are any.
    pub(super) fn into_engine(self) -> Option<Engine> {
        let any = self.hints.iter().any(Option::is_some);
        any.then(|| {
            let input = self
                .shared
                .names
                .find(PROGRAM_INPUT)
                .zip(self.program_input);
            let mut engine = Engine::new(
                self.shared,
                self.hints,
                self.sharing,
                self.lingering,
                self.keeps_registers,
            );
            if let Some((slot, value)) = input {
                engine.mirror.bind(0, slot, Some(value));
            }
            engine
        })
    }

    /// Of the hints of a program that are not `taken` by the client.
    pub(super) fn of(
        program: &CompiledProgram,
        surroundings: &Surroundings,
        taken: &BTreeSet<u32>,
    ) -> Self {
        let mut compilation = Self::default();
        let mut texts = Texts::default();
        let bytes: usize = program.hints().iter().map(|hint| hint.code.len()).sum();
        if program.hints().len() > MAX_HINTS || bytes > MAX_BYTES {
            let reason = "the program has more hints than are looked into".to_owned();
            compilation
                .hints
                .resize_with(program.hints().len(), || None);
            compilation.reasons = vec![reason; program.hints().len()];
            return compilation;
        }
        for hint in program.hints() {
            let ours = hint.language() == PYTHON && !taken.contains(&hint.id);
            let lowered = match ours {
                true => {
                    let text = texts.number(&hint.code);
                    texts.all[text].hints.push(hint.id as usize);
                    match &texts.all[text].parsed {
                        Ok(parsed) => {
                            let shared = &mut compilation.shared;
                            lower((program, hint), parsed, shared)
                                .map_err(|refusal| refusal.to_string())
                        }
                        Err(refusal) => Err(refusal.to_string()),
                    }
                }
                false => Err(String::new()),
            };
            let (lowered, reason) = match lowered {
                Ok(lowered) => (Some(lowered), String::new()),
                Err(reason) => (None, reason),
            };
            compilation.hints.push(lowered);
            compilation.reasons.push(reason);
        }
        let around = Around::of(&texts.all);
        if compilation.shared.names.find(PROGRAM_INPUT).is_some() {
            let text = surroundings.program_input.as_deref();
            compilation.program_input = text.and_then(loads);
        }
        let mut lowered = compilation.hints.iter().flatten();
        if lowered.any(|hint| hint.binds_any) {
            // Which variables it gives to a scope shows when it runs.
            for name in texts.all.iter().flat_map(|text| &text.python.names) {
                compilation.shared.names.slot(name);
            }
        }
        compilation.keep_what_can_share(&texts, &around, surroundings);
        compilation.sharing = vec![Rc::default(); program.hints().len()];
        let all: BTreeSet<usize> = (0..compilation.shared.names.len()).collect();
        let slots = |names: &BTreeSet<String>| -> BTreeSet<usize> {
            let shared = &compilation.shared.names;
            names.iter().filter_map(|name| shared.find(name)).collect()
        };
        compilation.lingering = match around.lingers_on_all {
            true => all.clone(),
            false => slots(&around.lingering),
        };
        compilation.keeps_registers = around.keeps_registers;
        for text in &texts.all {
            let sharing = Rc::new(Sharing {
                mentions: match text.python.sees_all {
                    true => all.clone(),
                    false => slots(&text.python.names),
                },
                binds: slots(&text.python.binds),
                moves: text.python.moves,
                tampers: text.python.tampers,
            });
            for id in &text.hints {
                compilation.sharing[*id] = Rc::clone(&sharing);
            }
        }
        compilation
    }

    /// Moves hints to Python that could see, or be seen by, a hint there in a way that cannot be told it.
    fn keep_what_can_share(
        &mut self,
        texts: &Texts<'_>,
        around: &Around,
        surroundings: &Surroundings,
    ) {
        if surroundings.foreign_objects {
            let reason = "objects of the client may see and change anything";
            return self.spoil(reason.to_owned());
        }
        // Any hint may come to run in Python.
        let mut wild = texts
            .all
            .iter()
            .filter_map(|text| text.python.wild.as_ref());
        if let Some(reason) = wild.next() {
            return self.spoil(format!("a hint uses {reason}"));
        }
        if (around.keeps_registers || around.lingers_on_all) && around.registers_rules {
            let reason = "a rule may see registers of other hints";
            return self.spoil(reason.to_owned());
        }
        let mut hints = self.hints.iter().flatten();
        // Their files are read for nobody else.
        let modules = match hints.any(|hint| !hint.modules.is_empty()) {
            true => modules_that_fit(&surroundings.import_folders),
            false => BTreeSet::new(),
        };
        for id in 0..self.hints.len() {
            let Some(hint) = &self.hints[id] else {
                continue;
            };
            let unknown = hint
                .modules
                .iter()
                .find(|module| !modules.contains(*module));
            let reason = match unknown {
                Some(module) => Some(format!(
                    "`{module}` is not the file that was compared, or not there"
                )),
                None => self.refused(hint, around, surroundings),
            };
            if let Some(reason) = reason {
                self.refuse(id, reason);
            }
        }
    }

    /// Why a hint cannot share what it does.
    fn refused(
        &self,
        hint: &Lowered,
        around: &Around,
        surroundings: &Surroundings,
    ) -> Option<String> {
        let names = &self.shared.names;
        for slot in &hint.slots {
            let name = names.name(*slot);
            if surroundings.variables.contains(name)
                && !(name == PROGRAM_INPUT && self.program_input.is_some())
            {
                return Some(format!("`{name}` is a variable of the client"));
            }
            if around.globals.contains(name) {
                return Some(format!("a function binds `{name}` as `global`"));
            }
            let known = names.function(*slot).is_some() || name == PROGRAM_INPUT;
            if !known && !around.bound.contains(name) {
                return Some(format!("`{name}` is no function that is compiled"));
            }
            if hint.binds.contains(slot)
                && around.registers_rules
                && around.lingering.contains(name)
            {
                return Some(format!("a rule may see variable `{name}`"));
            }
        }
        if hint.binds_any
            && (!around.globals.is_empty()
                || (around.registers_rules && !around.lingering.is_empty()))
        {
            return Some("code that was left behind may see variables of a new scope".to_owned());
        }
        for slot in &hint.defines {
            let name = names.name(*slot);
            if around.mentions.get(name).is_some_and(|texts| *texts > 1) {
                return Some(format!("function `{name}` may be seen by another hint"));
            }
        }
        None
    }

    fn refuse(&mut self, id: usize, reason: String) {
        self.hints[id] = None;
        self.reasons[id] = reason;
    }

    fn spoil(&mut self, reason: String) {
        for id in 0..self.hints.len() {
            if self.hints[id].is_some() {
                self.refuse(id, reason.clone());
            }
        }
        self.spoiled = Some(reason);
    }
}

/// The texts of a program's hints.
#[derive(Default)]
struct Texts<'a> {
    all: Vec<Text>,
    numbers: BTreeMap<&'a str, usize>,
}

struct Text {
    parsed: Result<Parsed, Refusal>,
    python: PythonText,
    /// The hints with this text, by id.
    hints: Vec<usize>,
}

impl<'a> Texts<'a> {
    fn number(&mut self, code: &'a str) -> usize {
        if let Some(number) = self.numbers.get(code) {
            return *number;
        }
        let number = self.all.len();
        self.numbers.insert(code, number);
        let parsed = parse(code);
        self.all.push(Text {
            python: match &parsed {
                Ok(parsed) => PythonText::of_body(&parsed.module.body),
                Err(_) => PythonText::of(code),
            },
            parsed,
            hints: Vec::new(),
        });
        number
    }
}

/// What hints in Python do to all others.
#[derive(Default)]
struct Around {
    registers_rules: bool,
    /// Whether a function mentions registers.
    keeps_registers: bool,
    globals: BTreeSet<String>,
    /// Whether such code sees which variables there are.
    lingers_on_all: bool,
    /// Names in code that may run in later hints.
    lingering: BTreeSet<String>,
    /// In how many texts each name is.
    mentions: BTreeMap<String, usize>,
    /// Names that some text may bind.
    bound: BTreeSet<String>,
}

impl Around {
    fn of(texts: &[Text]) -> Self {
        let mut around = Self::default();
        for text in texts.iter().map(|text| &text.python) {
            around.registers_rules |= text.registers_rules;
            around.keeps_registers |= text.keeps_registers;
            around.lingers_on_all |= text.leaves_seeing_all;
            around.globals.extend(text.globals.iter().cloned());
            around.bound.extend(text.binds.iter().cloned());
            if text.leaves_code {
                around.lingering.extend(text.names.iter().cloned());
            }
            for name in &text.names {
                *around.mentions.entry(name.clone()).or_default() += 1;
            }
        }
        around
    }
}
