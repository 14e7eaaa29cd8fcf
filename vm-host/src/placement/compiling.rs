//! Which hints are compiled: those whose text is in the subset, and that share with hints in Python only what both
//! sides can have. Decides what is handed over and asked for around each hint that runs in Python, and again when a hint
//! has loaded a further program. Must not know twins.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use hint_proto::PYTHON;

use super::python_text::PythonText;
use super::{Placement, Surroundings};
use crate::engines::compiled::{
    Engine, Lowered, Names, Parsed, Refusal, Shared, Sharing, Slot, Value, loads, lower,
    modules_that_fit, parse,
};
use crate::program::CompiledProgram;

/// The variable of the first scope that the user gives.
const PROGRAM_INPUT: &str = "program_input";
/// Most hints of a run that are compiled.
const MAX_HINTS: usize = 50_000;
/// Most bytes of all their texts.
const MAX_BYTES: usize = 8 << 20;
/// Most programs that are looked into.
const MAX_PROGRAMS: usize = 64;

/// The compiled hints of a program.
#[derive(Debug, Default)]
pub(crate) struct Compilation {
    pub(crate) shared: Shared,
    /// By the hints' ids.
    pub(crate) hints: Vec<Option<Lowered>>,
    /// What is known of all texts.
    pub(super) company: Company,
    /// Why each of the others is not compiled.
    pub(super) reasons: Vec<String>,
    /// Why nothing is, if it is because of one hint.
    pub(super) spoiled: Option<String>,
}

/// Every text of a run's hints in Python, and what else hints find: what decides whether a hint may be compiled.
#[derive(Debug, Default)]
pub(crate) struct Company {
    texts: Texts,
    surroundings: Surroundings,
    /// What hints find as `program_input` in the first scope, if one of them mentions it.
    program_input: Option<Value>,
    /// Whether some compiled hint gives variables to a scope whose names show when it runs.
    binds_any: bool,
    /// Whether the client takes hints for itself.
    client: bool,
    programs: usize,
    hints: usize,
    bytes: usize,
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

    /// The engine that runs the hints, if there are any or may be more, and what further programs join.
    pub(super) fn into_engine(self) -> (Option<Engine>, Option<Company>) {
        let grows = self.company.loads_programs() && self.spoiled.is_none();
        if !grows && !self.hints.iter().any(Option::is_some) {
            return (None, None);
        }
        let names = &self.shared.names;
        let (sharing, lingering) = (self.company.sharing(names), self.company.lingering(names));
        let input = names
            .find(PROGRAM_INPUT)
            .zip(self.company.program_input.clone());
        let keeps = self.company.keeps_registers();
        let mut engine = Engine::new(self.shared, self.hints, sharing, lingering, keeps);
        if self.company.surroundings.made_objects {
            engine.begin_behind_others();
        } else if let Some((slot, value)) = input {
            engine.mirror.bind(0, slot, Some(value));
        }
        (Some(engine), Some(self.company).filter(|_| grows))
    }

    /// Of the hints of a program that are not `taken` by the client.
    pub(super) fn of(
        program: &CompiledProgram,
        surroundings: &Surroundings,
        taken: &BTreeSet<u32>,
    ) -> Self {
        let company = Company {
            surroundings: surroundings.clone(),
            client: !taken.is_empty(),
            ..Company::default()
        };
        let mut compilation = Self {
            company,
            ..Self::default()
        };
        if !compilation.company.admit(program) {
            let reason = "the program has more hints than are looked into".to_owned();
            compilation
                .hints
                .resize_with(program.hints().len(), || None);
            compilation.reasons = vec![reason; program.hints().len()];
            return compilation;
        }
        let lowered = compilation
            .company
            .lower(program, &mut compilation.shared, taken);
        for lowered in lowered {
            let (lowered, reason) = match lowered {
                Ok(lowered) => (Some(lowered), String::new()),
                Err(reason) => (None, reason),
            };
            compilation.hints.push(lowered);
            compilation.reasons.push(reason);
        }
        if compilation.shared.names.find(PROGRAM_INPUT).is_some() {
            let text = surroundings.program_input.as_deref();
            compilation.company.program_input = text.and_then(loads);
        }
        let hints: Vec<Option<&Lowered>> = compilation.hints.iter().map(Option::as_ref).collect();
        match compilation
            .company
            .refused(&hints, &compilation.shared.names)
        {
            Ok(refused) => {
                for (id, reason) in refused {
                    compilation.refuse(id, reason);
                }
            }
            Err(reason) => compilation.spoil(reason),
        }
        compilation
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

impl Company {
    /// Has the hints of a program that was loaded, which have the next ids, compiled in `engine`, and leaves hints there to
    /// Python that cannot share with these. Says where hints run from now on, by their ids, as far as that is news.
    pub(crate) fn join(
        &mut self,
        engine: &mut Engine,
        program: &CompiledProgram,
    ) -> Vec<(usize, Placement)> {
        let first = self.texts.of_hints.len();
        let python = |id, reason: &str| (id, Placement::python(reason));
        if !self.admit(program) {
            engine.give_up();
            let ids = 0..first + program.hints().len();
            let reason = "more is loaded than is looked into";
            return ids.map(|id| python(id, reason)).collect();
        }
        let mut shared = engine.lend();
        shared.layouts.begin_program();
        shared.first_hint = u32::try_from(first).unwrap_or(u32::MAX);
        let mut placements = Vec::new();
        let mut lowered = Vec::with_capacity(program.hints().len());
        let found = self.lower(program, &mut shared, &BTreeSet::new());
        for (id, (found, hint)) in (first..).zip(found.into_iter().zip(program.hints())) {
            placements.push(match &found {
                Ok(_) => (id, Placement::compiled()),
                Err(reason) if hint.language() == PYTHON => python(id, reason),
                Err(_) => (id, Placement::apart(hint.language())),
            });
            lowered.push(found.ok());
        }
        let sharing = self.sharing(&shared.names);
        let lingering = self.lingering(&shared.names);
        let keeps = self.keeps_registers();
        engine.grow(shared, lowered, (sharing, lingering, keeps));
        let hints: Vec<Option<&Lowered>> = engine.lowered().collect();
        match self.refused(&hints, engine.names()) {
            Ok(refused) => {
                for (id, reason) in refused {
                    engine.leave(id);
                    placements.push(python(id, &reason));
                }
            }
            Err(reason) => {
                let ids = hints.iter().enumerate().filter(|(_, hint)| hint.is_some());
                placements.extend(ids.map(|(id, _)| python(id, &reason)));
                engine.give_up();
            }
        }
        placements
    }

    /// Whether some function mentions registers.
    fn keeps_registers(&self) -> bool {
        Around::of(&self.texts.all).keeps_registers
    }

    /// Whether some text may load programs.
    fn loads_programs(&self) -> bool {
        let mut texts = self.texts.all.iter();
        texts.any(|text| text.python.loads_programs)
    }

    /// Counts a further program; whether it is looked into.
    fn admit(&mut self, program: &CompiledProgram) -> bool {
        self.programs += 1;
        self.hints += program.hints().len();
        let bytes: usize = program.hints().iter().map(|hint| hint.code.len()).sum();
        self.bytes += bytes;
        self.programs <= MAX_PROGRAMS && self.hints <= MAX_HINTS && self.bytes <= MAX_BYTES
    }

    /// Lowers the hints of a program, as far as that can be done; of the others says why not.
    fn lower(
        &mut self,
        program: &CompiledProgram,
        shared: &mut Shared,
        taken: &BTreeSet<u32>,
    ) -> Vec<Result<Lowered, String>> {
        let mut all = Vec::with_capacity(program.hints().len());
        for hint in program.hints() {
            if hint.language() != PYTHON || taken.contains(&hint.id) {
                self.texts.of_hints.push(None);
                all.push(Err(String::new()));
                continue;
            }
            let text = self.texts.number(&hint.code);
            self.texts.of_hints.push(Some(text));
            let lowered = match &self.texts.all[text].parsed {
                Ok(parsed) => lower((program, hint), parsed, shared),
                Err(refusal) => Err(refusal.clone()),
            };
            self.binds_any |= lowered.as_ref().is_ok_and(|lowered| lowered.binds_any);
            all.push(lowered.map_err(|refusal| refusal.to_string()));
        }
        if self.binds_any {
            for name in self.texts.all.iter().flat_map(|text| &text.python.names) {
                shared.names.slot(name);
            }
        }
        all
    }

    /// The hints that could see, or be seen by, one in Python in a way that cannot be told it, and why.
    ///
    /// # Errors
    /// Why that holds for all.
    fn refused(
        &self,
        hints: &[Option<&Lowered>],
        names: &Names,
    ) -> Result<Vec<(usize, String)>, String> {
        if self.surroundings.foreign_objects {
            return Err("objects of the client may see and change anything".to_owned());
        }
        // Any hint may come to run in Python.
        let texts = self.texts.all.iter();
        if let Some(reason) = texts.filter_map(|text| text.python.wild.as_ref()).next() {
            return Err(format!("a hint uses {reason}"));
        }
        let mut around = Around::of(&self.texts.all);
        let mut texts = BTreeSet::new();
        for (text, hint) in self.texts.of_hints.iter().zip(hints) {
            let first = text.is_some_and(|text| texts.insert(text));
            for slot in hint.iter().filter(|_| first).flat_map(|hint| &hint.alone) {
                *around.alone.entry(*slot).or_default() += 1;
            }
        }
        if (around.keeps_registers || around.lingers_on_all) && around.registers_rules {
            return Err("a rule may see registers of other hints".to_owned());
        }
        let hints = hints.iter().enumerate();
        let hints = hints.filter_map(|(id, hint)| Some((id, (*hint)?)));
        // Their files are read for nobody else.
        let wanted = hints.clone().flat_map(|(_, hint)| &hint.modules).copied();
        let modules = modules_that_fit(&wanted.collect(), &self.surroundings.import_folders);
        Ok(hints
            .filter_map(|(id, hint)| {
                let mut needed = hint.modules.iter();
                let unknown = needed.find(|module| !modules.contains(*module));
                let reason = match unknown {
                    Some(module) => Some(format!(
                        "`{module}` is not the file that was compared, or not there"
                    )),
                    None => self.why_not(hint, names, &around),
                };
                Some((id, reason?))
            })
            .collect())
    }

    /// Why a hint cannot share what it does.
    fn why_not(&self, hint: &Lowered, names: &Names, around: &Around) -> Option<String> {
        // Only hints in the worker are told of rules.
        if hint.relocates && (around.registers_rules || self.client) {
            return Some("others would not know its relocation rule".to_owned());
        }
        if hint.sizes && (around.asks_sizes || self.surroundings.made_objects) {
            return Some("others would not know the size of its segment".to_owned());
        }
        let given = &self.surroundings.variables;
        if hint.sees_builtins && (around.has_builtins || given.contains(RANGE_CHECK)) {
            return Some("a builtin may be another".to_owned());
        }
        for slot in &hint.slots {
            let name = names.name(*slot);
            let input = name == PROGRAM_INPUT && self.program_input.is_some();
            if given.contains(name) && !input {
                return Some(format!("`{name}` is a variable of the client"));
            }
            if around.globals.contains(name) {
                return Some(format!("a function binds `{name}` as `global`"));
            }
            let bound = around.bound.contains(name)
                || around.loads_programs
                || self.surroundings.made_objects;
            if names.function(*slot).is_none() && !bound && !input {
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
        let texts = |slot: &Slot| around.mentions.get(names.name(*slot)).copied();
        let mut defined = hint.defines.iter();
        let shown = defined.find(|slot| texts(slot) > Some(1) || around.loads_programs);
        if let Some(slot) = shown {
            let name = names.name(*slot);
            return Some(format!("function `{name}` may be seen by another hint"));
        }
        // Every text that has one gets it anew.
        let mut lists = hint.alone.iter();
        let shown = lists.find(|slot| texts(slot) > around.alone.get(slot).copied());
        if let Some(slot) = shown.or(hint.alone.first().filter(|_| around.loads_programs)) {
            let name = names.name(*slot);
            return Some(format!("list `{name}` may be seen by another hint"));
        }
        None
    }

    /// What each hint shares with the compiled ones when it runs in Python, by the hints' ids.
    fn sharing(&self, names: &Names) -> Vec<Rc<Sharing>> {
        let all: BTreeSet<Slot> = (0..names.len()).collect();
        // What functions do that were left behind, whoever calls them does.
        let later = Around::of(&self.texts.all).tampers_later || self.surroundings.made_objects;
        let texts = self.texts.all.iter();
        let of_texts: Vec<Rc<Sharing>> = texts
            .map(|text| {
                Rc::new(Sharing {
                    mentions: match text.python.sees_all {
                        true => all.clone(),
                        false => slots(names, &text.python.names),
                    },
                    binds: slots(names, &text.python.binds),
                    moves: text.python.moves,
                    tampers: text.python.tampers || later,
                })
            })
            .collect();
        let of_hints = self.texts.of_hints.iter();
        of_hints
            .map(|text| text.map_or_else(Rc::default, |text| Rc::clone(&of_texts[text])))
            .collect()
    }

    /// The variables in code that hints leave behind.
    fn lingering(&self, names: &Names) -> BTreeSet<Slot> {
        let around = Around::of(&self.texts.all);
        match around.lingers_on_all {
            true => (0..names.len()).collect(),
            false => slots(names, &around.lingering),
        }
    }
}

/// The slots of those names that compiled hints mention.
fn slots(names: &Names, wanted: &BTreeSet<String>) -> BTreeSet<Slot> {
    wanted.iter().filter_map(|name| names.find(name)).collect()
}

/// The builtin that compiled hints look at.
const RANGE_CHECK: &str = "range_check_builtin";

/// The texts of hints.
#[derive(Debug, Default)]
struct Texts {
    all: Vec<Text>,
    numbers: BTreeMap<Box<str>, usize>,
    /// The text of each hint, by the hints' ids; none for those that run apart.
    of_hints: Vec<Option<usize>>,
}

#[derive(Debug)]
struct Text {
    parsed: Result<Parsed, Refusal>,
    python: PythonText,
}

impl Texts {
    fn number(&mut self, code: &str) -> usize {
        if let Some(number) = self.numbers.get(code) {
            return *number;
        }
        let number = self.all.len();
        self.numbers.insert(code.into(), number);
        let parsed = parse(code);
        self.all.push(Text {
            python: match &parsed {
                Ok(parsed) => PythonText::of_body(&parsed.module.body),
                Err(_) => PythonText::of(code),
            },
            parsed,
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
    /// Whether code that is left behind sees which variables there are.
    lingers_on_all: bool,
    loads_programs: bool,
    /// Whether some text does more with a builtin than what compiled hints do.
    has_builtins: bool,
    /// Whether some text may ask how large segments are.
    asks_sizes: bool,
    /// Whether code that was left behind may change functions that others call.
    tampers_later: bool,
    globals: BTreeSet<String>,
    /// Names in code that may run in later hints.
    lingering: BTreeSet<String>,
    /// In how many texts each name is.
    mentions: BTreeMap<String, usize>,
    /// In how many texts each variable is an object that the text gets anew.
    alone: BTreeMap<Slot, usize>,
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
            around.loads_programs |= text.loads_programs;
            around.asks_sizes |= text.asks_sizes;
            around.has_builtins |= text.has_builtins;
            around.tampers_later |= text.tampers && text.leaves_code;
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
