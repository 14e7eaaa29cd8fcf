//! Which hints run in Rust: decided once when a program is loaded, from all its hints, and only where
//! nobody can tell the difference from running them in Python. Must not know sessions or workers.

mod compiling;
mod python_text;
#[cfg(test)]
mod tests;
mod variables;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use hint_proto::PYTHON;

use crate::engines::compiled::Engine;
use crate::engines::twins::{self, Compiled, Twin};
use crate::program::{CompiledProgram, Hint};
pub(crate) use compiling::Company;
use compiling::Compilation;
use python_text::PythonText;
use variables::Variables;

/// The kinds of engines.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EngineKind {
    /// The hint's own text, compiled in the host.
    Compiled,
    /// cairo-vm's own implementation of the hint, in the host.
    Twin,
    /// Python: a worker process, or the interpreter of the client.
    Python,
    /// Another language, or a hint that the client took for itself: nobody else sees its variables.
    Apart,
}

impl EngineKind {
    /// Whether it is inside of the host.
    pub(crate) fn is_native(self) -> bool {
        matches!(self, Self::Compiled | Self::Twin)
    }
}

/// Where one hint runs, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placement {
    /// The engine that is asked first.
    pub engine: EngineKind,
    /// A short sentence.
    pub reason: String,
}

impl Placement {
    fn compiled() -> Self {
        Self {
            engine: EngineKind::Compiled,
            reason: "its text is compiled".to_owned(),
        }
    }

    fn python(reason: &str) -> Self {
        Self {
            engine: EngineKind::Python,
            reason: reason.to_owned(),
        }
    }

    fn apart(language: &str) -> Self {
        Self {
            engine: EngineKind::Apart,
            reason: format!("its language is `{language}`"),
        }
    }
}

/// What hints find beside the program.
#[derive(Clone, Debug, Default)]
pub struct Surroundings {
    /// Variables that exist before the first hint, in its scope or in all.
    pub variables: BTreeSet<String>,
    /// The JSON text of `program_input` in the first scope, where nothing else of this name can be.
    pub program_input: Option<String>,
    /// Whether there may be objects whose code does anything at any time: those of a client that serves the hints itself.
    pub foreign_objects: bool,
    /// Whether code of the user's makes variables of any name before the first hint, as objects whose code may do anything
    /// when a hint calls it: a syscall handler, further hint locals.
    pub made_objects: bool,
    /// The folders that hints import modules from, in order, as far as the host knows them.
    pub import_folders: Vec<PathBuf>,
}

impl Surroundings {
    /// The variables of JSON objects, `hint_locals` and `static_locals`. What is no object counts as
    /// anything; the engine refuses it.
    #[must_use]
    pub fn of_locals(objects: &[&str]) -> Self {
        let mut surroundings = Self::default();
        for text in objects.iter().filter(|text| !text.is_empty()) {
            match serde_json::from_str::<BTreeMap<String, serde::de::IgnoredAny>>(text) {
                Ok(object) => surroundings.variables.extend(object.into_keys()),
                Err(_) => surroundings.foreign_objects = true,
            }
        }
        surroundings
    }
}

/// What the engines in the host need for the hints of a program.
#[derive(Default)]
pub(crate) struct Native {
    /// What the twins need, by the hints' ids.
    pub(crate) twins: Vec<Option<Compiled>>,
    /// The compiled hints, if there are any.
    pub(crate) compiled: Option<Engine>,
    /// What the hints of loaded programs join, if hints may load some.
    pub(crate) company: Option<Company>,
}

/// Where the hints of a program run.
pub(crate) struct Plan {
    /// By the hints' ids.
    pub(crate) placements: Vec<Placement>,
    /// Those that run in the host.
    pub(crate) native: Native,
    /// Whether every hint that the client has not taken is one of cairo-vm's, so that nobody has to look for
    /// syntax errors before the first step.
    pub(crate) all_known: bool,
}

impl Plan {
    /// All hints in Python, but for those in other languages.
    pub(crate) fn python(program: &CompiledProgram, taken: &BTreeSet<u32>) -> Self {
        let placement = |hint: &Hint| {
            apart(hint, taken).unwrap_or_else(|| Placement::python("all hints run in Python"))
        };
        Self {
            placements: program.hints().iter().map(placement).collect(),
            native: Native::default(),
            all_known: false,
        }
    }

    /// Whether no hint needs an engine outside of the host, as far as can be known before the run.
    pub(crate) fn avoids_python(&self) -> bool {
        let mut placements = self.placements.iter();
        placements.all(|placement| placement.engine.is_native())
    }
}

/// Where every hint of a program runs under `auto`, in the order of their ids.
#[must_use]
pub fn place(program: &CompiledProgram, surroundings: &Surroundings) -> Vec<Placement> {
    plan(program, surroundings, &BTreeSet::new()).placements
}

/// Whether a hint of a program that another one loads may do what the compiled hints of that one could not share.
pub(crate) fn spoils(loaded: &CompiledProgram) -> bool {
    loaded
        .hints()
        .iter()
        .filter(|hint| hint.language() == PYTHON)
        .any(|hint| {
            let text = PythonText::of(&hint.code);
            text.wild.is_some()
                || !text.globals.is_empty()
                || text.registers_rules
                || text.leaves_code
        })
}

/// Where a hint runs that shares nothing with those of the Python of the host and its worker: one in another
/// language, or one that the client has `taken`.
fn apart(hint: &Hint, taken: &BTreeSet<u32>) -> Option<Placement> {
    match hint.language() {
        _ if taken.contains(&hint.id) => Some(Placement {
            engine: EngineKind::Apart,
            reason: "the client runs it itself".to_owned(),
        }),
        PYTHON => None,
        language => Some(Placement::apart(language)),
    }
}

/// The same with what the engines need for it. The client has `taken` some hints for itself.
pub(crate) fn plan(
    program: &CompiledProgram,
    surroundings: &Surroundings,
    taken: &BTreeSet<u32>,
) -> Plan {
    let hints = program.hints();
    let mut texts: Vec<Text> = Vec::new();
    let mut numbers: BTreeMap<&str, usize> = BTreeMap::new();
    let mut all_apart = BTreeMap::new();
    for (id, hint) in hints.iter().enumerate() {
        if let Some(placement) = apart(hint, taken) {
            all_apart.insert(id, placement);
            continue;
        }
        let number = *numbers.entry(&hint.code).or_insert_with(|| {
            texts.push(Text {
                twin: twins::find(&hint.code),
                python: PythonText::default(),
                hints: Vec::new(),
            });
            texts.len() - 1
        });
        texts[number].hints.push(id);
    }
    // Nobody has to know what texts do when there is no twin.
    if texts.iter().any(|text| text.twin.is_ok()) {
        for text in &mut texts {
            text.python = PythonText::of(&hints[text.hints[0]].code);
        }
    }
    let mut sides = Sides {
        program,
        compiled: hints.iter().map(|_| None).collect(),
        reasons: vec![String::new(); hints.len()],
        texts,
        may_enter_scopes: !all_apart.is_empty(),
    };
    sides.compile();
    sides.separate(surroundings);
    let mut compilation = Compilation::of(program, surroundings, taken);
    sides.prefer(&compilation);
    let mut placements = Vec::with_capacity(hints.len());
    for (id, reason) in std::mem::take(&mut sides.reasons).into_iter().enumerate() {
        let placement = match all_apart.remove(&id) {
            Some(placement) => placement,
            None if sides.compiled[id].is_some() => Placement {
                engine: EngineKind::Twin,
                reason,
            },
            None if compilation.has(id) => Placement::compiled(),
            None => Placement::python(&not_in_rust(&hints[id], reason, &compilation, id)),
        };
        if placement.engine != EngineKind::Compiled {
            compilation.leave(id);
        }
        placements.push(placement);
    }
    let all_known = hints.iter().zip(&placements).all(|(hint, placement)| {
        taken.contains(&hint.id)
            || twins::is_known(&hint.code)
            || placement.engine == EngineKind::Compiled
    });
    let (engine, company) = compilation.into_engine();
    Plan {
        placements,
        native: Native {
            twins: sides.compiled,
            compiled: engine,
            company,
        },
        all_known,
    }
}

/// Why a hint is neither compiled nor run by its twin, of which `twin` says why not.
fn not_in_rust(hint: &Hint, twin: String, compilation: &Compilation, id: usize) -> String {
    let compiled = compilation
        .spoiled
        .as_ref()
        .unwrap_or(&compilation.reasons[id]);
    match (compiled.is_empty(), twins::find(&hint.code).is_ok()) {
        (true, _) => twin,
        (false, true) => format!("{twin}; it is not compiled, either: {compiled}"),
        (false, false) => format!("{compiled}; {twin}"),
    }
}

/// A hint's code, which may stand at several places.
struct Text {
    /// Or why there is none.
    twin: Result<&'static Twin, String>,
    python: PythonText,
    /// The hints with this code, by id.
    hints: Vec<usize>,
}

impl Text {
    /// The variables that the twin leaves in the scope.
    fn keeps(&self) -> &'static [&'static str] {
        self.twin.as_ref().map_or(&[], |twin| twin.keeps)
    }

    fn sees(&self, name: &str) -> bool {
        self.python.variables.sees.contains(name)
    }

    /// Why no twin can run beside it, whatever the variables.
    fn excludes_twins(&self, code: &str) -> Option<&'static str> {
        let text = &self.python;
        if text.registers_rules || text.loads_programs || text.has_builtins {
            return Some("changes how memory behaves");
        }
        let any = text.wild.is_some()
            || text.replaces
            || text.sees_all
            || text.leaves_seeing_all
            || text.variables.sets_any;
        // Of cairo-vm's own texts it is known what they do.
        (any && !twins::is_known(code)).then_some("may see and change anything")
    }
}

/// The two sides while hints move from Rust to Python.
struct Sides<'a> {
    program: &'a CompiledProgram,
    texts: Vec<Text>,
    compiled: Vec<Option<Compiled>>,
    reasons: Vec<String>,
    /// Whether there are other hints, which may do anything to the scopes, but share no variable.
    may_enter_scopes: bool,
}

impl Sides<'_> {
    /// Gives every hint its twin, as far as there is one that can stand for it.
    fn compile(&mut self) {
        let left: BTreeSet<&str> = self.texts.iter().flat_map(Text::keeps).copied().collect();
        for text in &self.texts {
            let scoped = text.python.moves
                || !text.keeps().is_empty()
                || left.iter().any(|name| text.sees(name));
            for &id in &text.hints {
                let hint = &self.program.hints()[id];
                let twin = text.twin.clone();
                match twin.and_then(|twin| twins::compile(self.program, hint, twin, scoped)) {
                    Ok(hint) => {
                        let reason = if scoped {
                            "its scope variables are used in Rust only, same effect"
                        } else {
                            "no scope variables shared, same effect"
                        };
                        self.compiled[id] = Some(hint);
                        self.reasons[id] = reason.to_owned();
                    }
                    Err(reason) => self.reasons[id] = reason,
                }
            }
        }
    }

    /// Moves every hint to Python that could see, or be seen by, a hint there, until none does.
    fn separate(&mut self, surroundings: &Surroundings) {
        let hints = self.program.hints();
        let everything = self
            .texts
            .iter()
            .find_map(|text| {
                let id = text.hints[0];
                let what = text.excludes_twins(&hints[id].code)?;
                Some(format!("{} {what}", self.label(id)))
            })
            .or_else(|| {
                let foreign = surroundings.foreign_objects || surroundings.made_objects;
                foreign.then(|| "objects of the client may see and change anything".to_owned())
            });
        if let Some(reason) = everything {
            for number in 0..self.texts.len() {
                self.move_to_python(number, &reason);
            }
            return;
        }
        let scopes_are_entered =
            self.may_enter_scopes || self.texts.iter().any(|text| text.python.moves);
        let mut open: Vec<(Variables, String)> = Vec::new();
        if !surroundings.variables.is_empty() {
            let given = Variables::given(&surroundings.variables);
            open.push((given, "a variable of the client".to_owned()));
        }
        for text in &self.texts {
            if let Some(id) = text.hints.iter().find(|id| self.compiled[**id].is_none()) {
                open.push((text.python.variables.clone(), self.label(*id)));
            }
        }
        // Whatever hint runs last in a scope leaves its registers there.
        let keeper = self.texts.iter().find(|text| text.python.keeps_registers);
        if let Some(keeper) = keeper.filter(|_| scopes_are_entered) {
            let reason = format!(
                "shares scope variable `fp` with {}",
                self.label(keeper.hints[0])
            );
            for number in 0..self.texts.len() {
                self.move_to_python(number, &reason);
            }
            return;
        }
        loop {
            while let Some((python, label)) = open.pop() {
                for number in 0..self.texts.len() {
                    let text = &self.texts[number];
                    if !self.is_native(text) {
                        continue;
                    }
                    let Some(shared) = python.shared_with(&text.python.variables) else {
                        continue;
                    };
                    let reason = format!("shares scope variable `{shared}` with {label}");
                    open.push(self.move_to_python(number, &reason));
                }
            }
            let Some((number, reason)) = self.loses_a_variable() else {
                return;
            };
            open.push(self.move_to_python(number, &reason));
        }
    }

    /// A text in Rust that reads a variable which another one there binds in Python only: its twin does
    /// without.
    fn loses_a_variable(&self) -> Option<(usize, String)> {
        let native = || self.texts.iter().filter(|text| self.is_native(text));
        for (number, reader) in self.texts.iter().enumerate() {
            if !self.is_native(reader) {
                continue;
            }
            for other in native() {
                let keeps = other.keeps();
                let mut sets = other.python.variables.sets.iter();
                let lost = sets.find(|name| reader.sees(name) && !keeps.contains(&name.as_str()));
                if let Some(name) = lost {
                    let label = self.label(other.hints[0]);
                    return Some((
                        number,
                        format!("scope variable `{name}` is bound by {label}, but not by its twin"),
                    ));
                }
            }
        }
        None
    }

    /// Whether some hint with this text still has its twin.
    fn is_native(&self, text: &Text) -> bool {
        text.hints.iter().any(|id| self.compiled[*id].is_some())
    }

    /// Leaves hints that are compiled to that engine, but for those that fill a dictionary, for which a compiled hint
    /// has no time, and those that share variables with hints that have a twin only.
    fn prefer(&mut self, compilation: &Compilation) {
        // The variables of twins that nothing else can run.
        let mut needed: BTreeSet<&str> = BTreeSet::new();
        let mut kept: BTreeSet<usize> = BTreeSet::new();
        let left: BTreeSet<&str> = self.texts.iter().flat_map(Text::keeps).copied().collect();
        loop {
            let before = kept.len();
            for (number, text) in self.texts.iter().enumerate() {
                if !self.is_native(text) {
                    continue;
                }
                let only = text.hints.iter().any(|id| !compilation.has(*id))
                    || text.python.variables.fills_a_dictionary;
                let seen = left.iter().filter(|name| text.sees(name));
                let mut variables: BTreeSet<&str> = seen.copied().collect();
                variables.extend(text.keeps());
                if (only || !variables.is_disjoint(&needed)) && kept.insert(number) {
                    needed.extend(variables);
                }
            }
            if kept.len() == before {
                break;
            }
        }
        for (number, text) in self.texts.iter().enumerate() {
            if !kept.contains(&number) {
                for id in &text.hints {
                    self.compiled[*id] = None;
                }
            }
        }
    }

    /// Takes the twin away from a text; gives what it does to variables, and who it is.
    fn move_to_python(&mut self, number: usize, reason: &str) -> (Variables, String) {
        let text = &self.texts[number];
        for &id in &text.hints {
            if self.compiled[id].take().is_some() {
                reason.clone_into(&mut self.reasons[id]);
            }
        }
        (text.python.variables.clone(), self.label(text.hints[0]))
    }

    fn pc(&self, id: usize) -> usize {
        self.program.hints()[id].pc
    }

    fn label(&self, id: usize) -> String {
        format!("the hint at pc {}", self.pc(id))
    }
}
