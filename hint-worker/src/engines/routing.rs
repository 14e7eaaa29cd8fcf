//! Owns which engine of the worker gets a request: the one of its language. Must not know what the request
//! holds beside that, nor which languages there are.

use std::collections::BTreeMap;

use hint_proto::PYTHON;
use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{Effects, HintsLoaded, LoadHints, Start, Started};
use rustix::process::Pid;

use super::{Broken, CallError, Engine, Fork, LanguageRuntime};
use crate::link::SharedLink;

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

    /// Forks the process; returns the id of the new process, and nothing in that.
    ///
    /// # Errors
    /// [`Broken`] when there is no new process.
    pub fn fork(&self) -> Result<Option<Pid>, Broken> {
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
            engines.of(first)?.describe(&mut started)?;
        }
        Ok((engines, started))
    }

    fn languages(&self) -> impl Iterator<Item = &'static str> {
        self.places.iter().map(|place| place.runtime.language())
    }

    /// The engine of a language, which starts if it has not.
    fn of(&mut self, language: &str) -> Result<&mut dyn Engine, CallError> {
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
        match engine {
            Some(engine) => Ok(engine.as_mut()),
            None => Ok(engine
                .insert(runtime.open(&self.start, self.link.clone())?)
                .as_mut()),
        }
    }

    /// Has the engine of its language answer a request.
    ///
    /// # Errors
    /// [`CallError`]
    pub fn answer(&mut self, request: Request) -> Result<Response, CallError> {
        match request {
            Request::ExecuteHint(hint) => {
                let engine = self.of(&hint.language)?;
                engine.execute_hint(hint).map(Response::Done)
            }
            Request::LoadHints(hints) => self.load_hints(hints).map(Response::HintsLoaded),
            Request::CallRule(rule) => {
                let engine = self.of(&rule.language)?;
                engine.call_rule(rule).map(Response::RuleResult)
            }
            Request::EndRun(end) => {
                let engine = self.of(&end.language)?;
                engine.end_run(end).map(Response::RunEnded)
            }
            Request::ReadScopes(read) => {
                let engine = self.of(&read.language)?;
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
            let loaded = self.of(&language)?.load_hints(hints)?;
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
fn out_of_order(message: &str) -> CallError {
    CallError::Refused(format!("the host sent `{message}` where it may not"))
}
