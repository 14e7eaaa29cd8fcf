//! Several engines behind one session: each gets what is in its language. Engines of our own make, served in
//! this process.

use std::os::unix::net::UnixStream;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread::JoinHandle;

use hint_proto::v1::session_request::Message as Request;
use hint_proto::v1::session_response::Message as Response;
use hint_proto::v1::{
    CallRule, Declined, Effects, EndRun, ExecuteHint, Failed, FailureKind, Hint, HintDone,
    HintNames, HintsLoaded, LoadHints, ReadScopes, RunEnded, Scopes, Start, Started,
};
use hint_worker::engines::{Broken, CallError, Engine, Fork, LanguageRuntime, Runtimes};
use hint_worker::link::SharedLink;
use hint_worker::serve;
use rustix::process::Pid;

use crate::host::Link;
use crate::messages::{hint, load_request, start};

/// A language whose engine says what it was given.
#[derive(Debug)]
struct Named {
    language: &'static str,
    opened: AtomicUsize,
}

#[derive(Debug)]
struct Parrot {
    language: &'static str,
    loaded: Vec<u32>,
}

impl Named {
    fn new(language: &'static str) -> Self {
        let opened = AtomicUsize::new(0);
        Self { language, opened }
    }
}

impl LanguageRuntime for Named {
    fn language(&self) -> &'static str {
        self.language
    }

    fn preload(&self, _: &[String]) -> Result<(), Broken> {
        Ok(())
    }

    fn open(&self, start: &Start, _: SharedLink) -> Result<Box<dyn Engine>, CallError> {
        assert_eq!(start.segment_count, 2);
        self.opened.fetch_add(1, Ordering::Relaxed);
        Ok(Box::new(Parrot {
            language: self.language,
            loaded: Vec::new(),
        }))
    }
}

impl Fork for Named {
    fn fork(&self) -> std::io::Result<Option<Pid>> {
        Err(std::io::Error::other("nothing here forks"))
    }
}

impl Engine for Parrot {
    fn load_hints(&mut self, request: LoadHints) -> Result<HintsLoaded, CallError> {
        assert!(
            request
                .hints
                .iter()
                .all(|hint| hint.language == self.language)
        );
        let mut loaded = HintsLoaded::default();
        for hint in request.hints {
            match hint.code.as_str() {
                "bad" => return Err(CallError::not_compiled(hint.id, "it is bad")),
                "no" => loaded.declined.push(hint.id),
                _ => {
                    self.loaded.push(hint.id);
                    loaded.hints.push(HintNames {
                        hint_id: hint.id,
                        names: vec![self.language.to_owned()],
                    });
                }
            }
        }
        Ok(loaded)
    }

    fn execute_hint(&mut self, request: ExecuteHint) -> Result<HintDone, CallError> {
        match request.hint_id {
            8 => Err(CallError::failed("it failed", None)),
            9 => Err(CallError::Declined("not this one".to_owned())),
            id => Ok(HintDone {
                effects: Some(Effects {
                    pure_address: Some(format!("{} {id} {:?}", self.language, self.loaded)),
                    ..Effects::default()
                }),
            }),
        }
    }
}

/// A session with the languages, in the order of the runtimes, and the thread that serves it.
fn session(languages: [Named; 2]) -> (Link, JoinHandle<(String, [usize; 2])>) {
    let (ours, theirs) = UnixStream::pair().unwrap();
    let serving = std::thread::spawn(move || {
        let [first, second] = &languages;
        let runtimes = Runtimes {
            languages: vec![first, second],
            process: first,
        };
        let served = serve(theirs, &runtimes, None);
        let ended = served
            .err()
            .map_or_else(String::new, |error| error.to_string());
        (
            ended,
            languages.map(|language| language.opened.into_inner()),
        )
    });
    (Link::open(ours).unwrap(), serving)
}

fn exchange(link: &mut Link, request: Request) -> Response {
    link.send(request);
    link.receive().expect("the session ended")
}

fn in_language(id: u32, language: &str, code: &str) -> Hint {
    Hint {
        language: language.to_owned(),
        ..hint(id, code)
    }
}

fn execute(hint_id: u32, language: &str) -> Request {
    Request::ExecuteHint(ExecuteHint {
        hint_id,
        language: language.to_owned(),
        ..ExecuteHint::default()
    })
}

fn said(text: &str) -> Response {
    Response::Done(HintDone {
        effects: Some(Effects {
            pure_address: Some(text.to_owned()),
            ..Effects::default()
        }),
    })
}

#[test]
fn each_engine_gets_what_is_in_its_language() {
    let (mut link, serving) = session([Named::new("python"), Named::new("demo")]);
    let link = &mut link;
    let Response::Started(Started { languages, .. }) = exchange(link, Request::Start(start()))
    else {
        panic!("no session");
    };
    assert_eq!(languages, ["python", "demo"]);
    let hints = vec![
        in_language(0, "demo", "a"),
        in_language(1, "python", "b"),
        in_language(2, "demo", "no"),
        in_language(3, "demo", "c"),
    ];
    let names = |hint_id, name: &str| HintNames {
        hint_id,
        names: vec![name.to_owned()],
    };
    let loaded = HintsLoaded {
        hints: vec![names(0, "demo"), names(1, "python"), names(3, "demo")],
        declined: vec![2],
        ..HintsLoaded::default()
    };
    assert_eq!(
        exchange(link, load_request(hints)),
        Response::HintsLoaded(loaded)
    );
    assert_eq!(exchange(link, execute(3, "demo")), said("demo 3 [0, 3]"));
    // Python need not be named.
    assert_eq!(exchange(link, execute(1, "")), said("python 1 [1]"));
    let reason = "not this one".to_owned();
    let declined = Response::Declined(Declined { reason });
    assert_eq!(exchange(link, execute(9, "demo")), declined);
    let failed = |kind: FailureKind, hint_id, message: &str| {
        Response::Failed(Failed {
            kind: kind.into(),
            hint_id,
            message: message.to_owned(),
            ..Failed::default()
        })
    };
    let raised = failed(FailureKind::Exception, 0, "it failed");
    assert_eq!(exchange(link, execute(8, "demo")), raised);
    let bad = load_request(vec![in_language(7, "demo", "bad")]);
    assert_eq!(
        exchange(link, bad),
        failed(FailureKind::Compile, 7, "it is bad")
    );
    // An engine that uses no scopes says so, in its own language.
    let end = EndRun {
        language: "demo".to_owned(),
        scopes: None,
    };
    let ended = Response::RunEnded(RunEnded {
        scope_depth: 0,
        ..RunEnded::default()
    });
    assert_eq!(exchange(link, Request::EndRun(end)), ended);
    let read = ReadScopes {
        language: "demo".to_owned(),
        ..ReadScopes::default()
    };
    let scopes = Response::Scopes(Scopes::default());
    assert_eq!(exchange(link, Request::ReadScopes(read)), scopes);
    link.finish();
    assert_eq!(link.receive(), None);
    assert_eq!(serving.join().unwrap(), (String::new(), [1, 1]));
}

#[test]
fn an_engine_starts_with_the_first_hint_in_its_language() {
    let (mut link, serving) = session([Named::new("python"), Named::new("demo")]);
    exchange(&mut link, Request::Start(start()));
    exchange(&mut link, load_request(vec![in_language(0, "python", "a")]));
    exchange(&mut link, load_request(vec![]));
    link.finish();
    assert_eq!(link.receive(), None);
    assert_eq!(serving.join().unwrap(), (String::new(), [1, 0]));
}

#[test]
fn what_no_engine_can_answer_ends_the_session_with_a_reason() {
    let rule = Request::CallRule(CallRule {
        rule_id: 3,
        ..CallRule::default()
    });
    let unserved =
        "the host sent a request in the language `nope`, which this worker does not serve";
    for (request, message) in [
        (execute(0, "nope"), unserved),
        (load_request(vec![in_language(0, "nope", "a")]), unserved),
        (rule, "rule `3` was never registered"),
    ] {
        let (mut link, serving) = session([Named::new("python"), Named::new("demo")]);
        exchange(&mut link, Request::Start(start()));
        link.send(request);
        assert_eq!(link.receive(), None);
        assert_eq!(link.status(), message);
        assert_eq!(serving.join().unwrap().0, message);
    }
}
