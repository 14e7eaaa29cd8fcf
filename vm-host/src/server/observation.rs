//! Around every call of every service: its id, for the log and the caller; its span; and that it is counted, with how
//! it ended, whoever ended it.

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::sync::{Arc, LazyLock};
use std::time::Instant;

use http_body_util::BodyExt as _;
use prost::Message as _;
use prost_types::FileDescriptorSet;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, HeaderName, HeaderValue, Request, Response};
use tonic::{Code, Status};
use tonic_types::StatusExt as _;
use tower::Service;
use tracing::{Instrument as _, Span};

use super::around::{Answer, Around};
use super::error::Reason;
use super::metrics::{Metrics, OTHER};
use crate::hexadecimal::hexadecimal;
use crate::spans;

/// The header with which callers name their calls, and are told the names of others.
const CALL_ID: HeaderName = HeaderName::from_static("x-request-id");
/// Longest name that a caller may choose.
const MAX_ID: usize = 128;
/// What the calls of the health service are counted as.
const HEALTH: &str = "Health";

/// The methods of our service, by their paths.
static METHODS: LazyLock<BTreeMap<String, String>> = LazyLock::new(|| {
    // It is our own, and a test reads it.
    let set = FileDescriptorSet::decode(hint_proto::FILE_DESCRIPTOR_SET).unwrap_or_default();
    let services = set.file.iter().flat_map(|file| {
        let package = file.package();
        file.service.iter().map(move |service| (package, service))
    });
    let paths = services.flat_map(|(package, service)| {
        service.method.iter().map(move |method| {
            let name = method.name().to_owned();
            (format!("/{package}.{}/{name}", service.name()), name)
        })
    });
    paths.collect()
});

/// The name that a call is counted by: strangers' words are none.
fn method(path: &str) -> &'static str {
    match METHODS.get(path) {
        Some(method) => method,
        None if path.starts_with("/grpc.health.v1.Health/") => HEALTH,
        None => OTHER,
    }
}

/// A call as its log and its trace see it. Clones are the same.
#[derive(Clone, Debug)]
pub(super) struct Observed {
    /// Its id.
    pub(super) id: Arc<str>,
    log: Span,
    /// Its span of OpenTelemetry.
    pub(super) span: Span,
}

impl Observed {
    /// Notes whose call it is.
    pub(super) fn tenant(&self, name: &str) {
        self.log.record("tenant", name);
        self.span.record("tenant", name);
    }

    /// Notes which VM it is about.
    pub(super) fn vm(&self, name: &str) {
        self.log.record("vm", name);
        self.span.record("vm", name);
    }
}

/// Notes calls where those who operate the server look.
#[derive(Clone, Debug)]
pub(super) struct Observation(Arc<Metrics>);

impl Observation {
    pub(super) fn new(metrics: Arc<Metrics>) -> Self {
        Self(metrics)
    }
}

impl Around for Observation {
    fn call<S>(&self, inner: &mut S, mut request: Request<Body>) -> Answer
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S::Future: Send + 'static,
    {
        let method = method(request.uri().path());
        let id = call_id(request.headers());
        let observed = observe(&id, method, request.headers());
        let mut counted = Counted::new(&self.0, method, &observed);
        request.extensions_mut().insert(observed.clone());
        let call = inner.call(request);
        // The inner one is the current one for whoever follows from this call on another thread.
        let call = call.instrument(observed.span).instrument(observed.log);
        Box::pin(async move {
            let mut response = call.await?;
            counted.sees(response.headers());
            if let Ok(id) = HeaderValue::from_str(&id) {
                response.headers_mut().insert(CALL_ID, id);
            }
            // A stream is a call until its end.
            Ok(response.map(|body| {
                Body::new(body.map_frame(move |frame| {
                    if let Some(trailers) = frame.trailers_ref() {
                        counted.sees(trailers);
                    }
                    frame
                }))
            }))
        })
    }
}

/// The spans of a call.
fn observe(id: &Arc<str>, method: &'static str, headers: &HeaderMap) -> Observed {
    use tracing::field::Empty;
    let log = tracing::info_span!("call", method, call_id = &**id, tenant = Empty, vm = Empty);
    let span = tracing::info_span!(
        target: spans::TARGET,
        parent: None,
        "call",
        otel.name = method,
        otel.kind = "server",
        rpc.system = "grpc",
        rpc.service = "cairohints.v1.VmService",
        rpc.method = method,
        rpc.grpc.status_code = Empty,
        otel.status_code = Empty,
        call_id = &**id,
        tenant = Empty,
        vm = Empty,
        reason = Empty,
    );
    spans::continue_trace(&span, headers);
    Observed {
        id: Arc::clone(id),
        log,
        span,
    }
}

/// The id that the caller gave, if it can be one, else a new one.
fn call_id(headers: &HeaderMap) -> Arc<str> {
    let mut given = headers.get_all(CALL_ID).iter();
    let first = given.next().and_then(|id| id.to_str().ok());
    match (first, given.next()) {
        (Some(id), None) if is_id(id) => id.into(),
        _ => {
            let mut bytes = [0; 16];
            // Without random numbers all are the same, which only logs notice.
            let _ = rustix::rand::getrandom(&mut bytes, rustix::rand::GetRandomFlags::NONBLOCK);
            hexadecimal(&bytes).into()
        }
    }
}

/// Whether a caller may name its call so: it is written into logs.
fn is_id(text: &str) -> bool {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.:/+=".contains(&byte);
    (1..=MAX_ID).contains(&text.len()) && text.bytes().all(allowed)
}

/// A call that is counted once: when its end is seen, or when nobody waits for it any more.
#[derive(Debug)]
struct Counted {
    metrics: Arc<Metrics>,
    method: &'static str,
    began: Instant,
    log: Span,
    span: Span,
    is_done: bool,
}

impl Counted {
    fn new(metrics: &Arc<Metrics>, method: &'static str, observed: &Observed) -> Self {
        metrics.calls_in_flight.inc();
        Self {
            metrics: Arc::clone(metrics),
            method,
            began: Instant::now(),
            log: observed.log.clone(),
            span: observed.span.clone(),
            is_done: false,
        }
    }

    /// Looks whether these headers, or trailers, say how the call ended.
    fn sees(&mut self, headers: &HeaderMap) {
        let Some(status) = Status::from_header_map(headers) else {
            return;
        };
        let reason = match status.code() {
            Code::Ok => None,
            _ => status
                .get_details_error_info()
                .and_then(|info| Reason::of_word(&info.reason)),
        };
        self.done(status.code(), reason);
    }

    fn done(&mut self, code: Code, reason: Option<Reason>) {
        if std::mem::replace(&mut self.is_done, true) {
            return;
        }
        let took = self.began.elapsed();
        self.metrics.calls_in_flight.dec();
        let name = code_name(code);
        self.metrics.answered(self.method, name, reason, took);
        self.span.record("rpc.grpc.status_code", code as i64);
        if code != Code::Ok {
            self.span.record("otel.status_code", "error");
        }
        let reason = reason.map(Reason::as_str);
        if let Some(reason) = reason {
            self.span.record("reason", reason);
        }
        let milliseconds = took.as_secs_f64() * 1e3;
        self.log
            .in_scope(|| tracing::debug!(code = name, reason, milliseconds, "answered"));
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        self.done(Code::Cancelled, None);
    }
}

/// A code as the specification of gRPC writes it.
fn code_name(code: Code) -> &'static str {
    match code {
        Code::Ok => "OK",
        Code::Cancelled => "CANCELLED",
        Code::Unknown => "UNKNOWN",
        Code::InvalidArgument => "INVALID_ARGUMENT",
        Code::DeadlineExceeded => "DEADLINE_EXCEEDED",
        Code::NotFound => "NOT_FOUND",
        Code::AlreadyExists => "ALREADY_EXISTS",
        Code::PermissionDenied => "PERMISSION_DENIED",
        Code::ResourceExhausted => "RESOURCE_EXHAUSTED",
        Code::FailedPrecondition => "FAILED_PRECONDITION",
        Code::Aborted => "ABORTED",
        Code::OutOfRange => "OUT_OF_RANGE",
        Code::Unimplemented => "UNIMPLEMENTED",
        Code::Internal => "INTERNAL",
        Code::Unavailable => "UNAVAILABLE",
        Code::DataLoss => "DATA_LOSS",
        Code::Unauthenticated => "UNAUTHENTICATED",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_have_their_names_and_strangers_none() {
        assert_eq!(method("/cairohints.v1.VmService/RunVm"), "RunVm");
        assert_eq!(method("/grpc.health.v1.Health/Check"), HEALTH);
        for path in ["/cairohints.v1.VmService/RunVmX", "/x", "", "/RunVm"] {
            assert_eq!(method(path), OTHER, "{path}");
        }
    }

    #[test]
    fn an_id_is_taken_over_only_if_it_can_stand_in_a_log() {
        let with = |ids: &[&str]| {
            let mut headers = HeaderMap::new();
            for id in ids {
                headers.append(CALL_ID, HeaderValue::from_str(id).expect("a header"));
            }
            call_id(&headers).to_string()
        };
        assert_eq!(with(&["7d1f-a.b:c/d+e=_"]), "7d1f-a.b:c/d+e=_");
        let long = "x".repeat(MAX_ID + 1);
        for refused in [&[][..], &[""], &["two words"], &["a", "b"], &[&long]] {
            let made = with(refused);
            assert!(made.len() == 32 && is_id(&made), "{refused:?}: {made}");
        }
    }
}
