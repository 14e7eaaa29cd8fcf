//! Owns which engine of the worker gets a request: the one of its language. Must not know what the request
//! holds beside that, nor which languages there are.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hint_proto::PYTHON;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Effects, HintsLoaded, LoadHints, Start, Started};
use rustix::process::Pid;

use super::{Broken, CallError, Engine, Fork, LanguageRuntime};
use crate::link::SharedLink;
use crate::log;

/// The languages that this process runs hints in, and how it forks.
#[derive(Debug)]
pub struct Runtimes<'a> {
    /// In the order in which they are told to the host. The engine of the first one starts with every
    /// session, the others with the first hint in their language.
    pub languages: Vec<&'a dyn LanguageRuntime>,
    /// The one whose process this is.
    pub process: &'a dyn Fork,
}

impl Runtimes<'_> {
    /// Loads what sessions in all languages need.
    ///
    /// # Errors
    /// [`Broken`] when one does not load.
    pub fn preload(&self, modules: &[String]) -> Result<(), Broken> {
        let mut languages = self.languages.iter();
        languages.try_for_each(|runtime| runtime.preload(modules))
    }

    /// Files and folders that sessions read while they run.
    ///
    /// # Errors
    /// [`Broken`] when a runtime cannot say.
    pub fn reads(&self) -> Result<Vec<PathBuf>, Broken> {
        let reads: Result<Vec<_>, _> = self
            .languages
            .iter()
            .map(|runtime| runtime.reads())
            .collect();
        Ok(reads?.concat())
    }

    /// Tells all that a sandbox is around the process from now on.
    ///
    /// # Errors
    /// [`Broken`] when one fails.
    pub fn confined(&self) -> Result<(), Broken> {
        let mut languages = self.languages.iter();
        languages.try_for_each(|runtime| runtime.confined())
    }

    /// Forks the process; returns the id of the new process, and nothing in that.
    ///
    /// # Errors
    /// What the system says when there is no new process.
    pub fn fork(&self) -> std::io::Result<Option<Pid>> {
        self.process.fork()
    }
}

/// The engines of one session.
#[derive(Debug)]
pub struct Engines<'a> {
    start: Start,
    link: SharedLink,
    /// In the order of the runtimes.
    places: Vec<Place<'a>>,
}

#[derive(Debug)]
struct Place<'a> {
    runtime: &'a dyn LanguageRuntime,
    /// Once it is needed.
    engine: Option<Box<dyn Engine>>,
}

impl<'a> Engines<'a> {
    /// The engines of the session that `start` describes, and what the host is told of them.
    ///
    /// # Errors
    /// [`CallError::Failed`] when an input cannot be used.
    pub fn open(
        runtimes: &Runtimes<'a>,
        start: Start,
        link: SharedLink,
    ) -> Result<(Self, Started), CallError> {
        let place = |runtime: &&'a dyn LanguageRuntime| Place {
            runtime: *runtime,
            engine: None,
        };
        let mut engines = Self {
            start,
            link,
            places: runtimes.languages.iter().map(place).collect(),
        };
        let mut started = Started {
            languages: engines.languages().map(str::to_owned).collect(),
            ..Started::default()
        };
        let first = engines.languages().next();
        if let Some(first) = first {
            engines.of(first)?.0.describe(&mut started)?;
        }
        Ok((engines, started))
    }

    fn languages(&self) -> impl Iterator<Item = &'static str> {
        self.places.iter().map(|place| place.runtime.language())
    }

    /// The engine of a language, which starts if it has not, and the language's name.
    fn of(&mut self, language: &str) -> Result<(&mut dyn Engine, &'static str), CallError> {
        let language = if language.is_empty() {
            PYTHON
        } else {
            language
        };
        let mut places = self.places.iter_mut();
        let Some(place) = places.find(|place| place.runtime.language() == language) else {
            return Err(CallError::Refused(format!(
                "the host sent a request in the language `{language}`, which this worker does not serve"
            )));
        };
        let Place { runtime, engine } = place;
        let engine = match engine {
            Some(engine) => engine,
            None => {
                log::no_hint(runtime.language());
                engine.insert(runtime.open(&self.start, self.link.clone())?)
            }
        };
        Ok((engine.as_mut(), runtime.language()))
    }

    /// Has the engine of its language answer a request.
    ///
    /// # Errors
    /// [`CallError`]
    pub fn answer(&mut self, request: Request) -> Result<Response, CallError> {
        match request {
            Request::ExecuteHint(hint) => {
                let (engine, language) = self.of(&hint.language)?;
                log::begin_hint(hint.hint_id, hint.pc, language);
                let done = engine.execute_hint(hint);
                log::end_hint();
                done.map(Response::Done)
            }
            Request::LoadHints(hints) => self.load_hints(hints).map(Response::HintsLoaded),
            Request::CallRule(rule) => {
                let (engine, language) = self.of(&rule.language)?;
                log::no_hint(language);
                engine.call_rule(rule).map(Response::RuleResult)
            }
            Request::EndRun(end) => {
                let (engine, language) = self.of(&end.language)?;
                log::no_hint(language);
                engine.end_run(end).map(Response::RunEnded)
            }
            Request::ReadScopes(read) => {
                let (engine, language) = self.of(&read.language)?;
                log::no_hint(language);
                engine.read_scopes(read).map(Response::Scopes)
            }
            Request::Start(_) => Err(out_of_order("start")),
            Request::Answer(_) => Err(out_of_order("answer")),
        }
    }

    /// Gives each engine the hints in its language.
    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError> {
        let LoadHints {
            hints, first_id, ..
        } = request;
        let mut languages: BTreeMap<String, LoadHints> = BTreeMap::new();
        for hint in hints {
            let language = languages.entry(hint.language.clone()).or_default();
            language.first_id = first_id;
            language.hints.push(hint);
        }
        let mut all = HintsLoaded::default();
        for (language, hints) in languages {
            let loaded = self.of(&language)?.0.load_hints(hints)?;
            all.hints.extend(loaded.hints);
            all.declined.extend(loaded.declined);
            if loaded
                .effects
                .is_some_and(|found| found != Effects::default())
            {
                // Nothing of ours prepares anything; an order of several engines' effects would be needed.
                return Err(CallError::Broken(
                    "an engine of this worker prepared effects".into(),
                ));
            }
        }
        all.hints.sort_by_key(|names| names.hint_id);
        Ok(all)
    }
}

/// A message of the host that may not come now.
pub(crate) fn out_of_order(message: &str) -> CallError {
    CallError::Refused(format!("the host sent `{message}` where it may not"))
}
