//! What every call of the service gets, whatever it does: its deadline, the server's version in its answer,
//! and an error with a reason also when the transport refused it before the call's own code ran.

use std::convert::Infallible;
use std::panic::AssertUnwindSafe;
use std::task::{Context, Poll};
use std::time::Duration;

use futures_util::FutureExt as _;
use tonic::body::Body;
use tonic::codegen::http::{HeaderMap, HeaderValue, Request, Response};
use tonic::server::NamedService;
use tonic::{Code, Status};
use tower::Service;

use super::activity::Activity;
use super::around::Answer;
use super::deadline;
use super::error::{Problem, Reason, internal};

/// The header that tells clients what they talk to.
const VERSION: &str = "cairohints-version";

/// The service, with this around every call.
#[derive(Clone, Debug)]
pub(super) struct Calls<S> {
    inner: S,
    /// The same with room for the messages of an attached engine.
    attaching: S,
    activity: Activity,
}

impl<S> Calls<S> {
    pub(super) fn new(inner: S, attaching: S, activity: Activity) -> Self {
        Self {
            inner,
            attaching,
            activity,
        }
    }
}

impl<S: NamedService> NamedService for Calls<S> {
    const NAME: &'static str = S::NAME;
}

impl<S> Service<Request<Body>> for Calls<S>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        match self.inner.poll_ready(cx) {
            Poll::Ready(Ok(())) => self.attaching.poll_ready(cx),
            other => other,
        }
    }

    fn call(&mut self, request: Request<Body>) -> Self::Future {
        let limit = deadline::of(request.headers());
        let path = request.uri().path();
        let running = path.ends_with("/RunVm");
        let service = match path.ends_with("/AttachHints") {
            true => &mut self.attaching,
            false => &mut self.inner,
        };
        let at_work = self.activity.enter();
        let call = AssertUnwindSafe(service.call(request)).catch_unwind();
        Box::pin(async move {
            let _at_work = at_work;
            let answered = match limit {
                None => Ok(call.await),
                Some(limit) => tokio::time::timeout(limit, call).await,
            };
            let response = match answered {
                Ok(Ok(Ok(response))) => explained(response),
                Ok(Ok(Err(never))) => match never {},
                Ok(Err(_)) => internal("a fault of the server ended the call").into_http(),
                Err(_) => late(running, limit.unwrap_or_default()).into_http(),
            };
            Ok(versioned(response))
        })
    }
}

/// The answer with the server's version.
pub(super) fn versioned(mut response: Response<Body>) -> Response<Body> {
    let version = HeaderValue::from_static(env!("CARGO_PKG_VERSION"));
    response.headers_mut().insert(VERSION, version);
    response
}

/// What a call that was not answered in time says.
fn late(running: bool, limit: Duration) -> Status {
    let problem = match running {
        true => {
            let text = "the deadline passed while the VM was running; it pauses";
            Problem::new(Reason::RunDeadline, text)
        }
        false => {
            let text = "the deadline passed before the call was done";
            Problem::new(Reason::DeadlinePassed, text)
        }
    };
    problem.with("limit", format!("{limit:.3?}")).into()
}

/// The response; an error without a reason gets one.
fn explained(response: Response<Body>) -> Response<Body> {
    match without_reason(response.headers()) {
        Some(status) => explain(&status).into_http(),
        None => response,
    }
}

fn without_reason(headers: &HeaderMap) -> Option<Status> {
    let status = Status::from_header_map(headers)?;
    (status.code() != Code::Ok && status.details().is_empty()).then_some(status)
}

/// What tonic itself says, in our words.
pub(super) fn explain(status: &Status) -> Status {
    let text = match status.message() {
        "" => "the service has no such call",
        text => text,
    };
    let problem = match status.code() {
        Code::OutOfRange | Code::ResourceExhausted if text.contains("message length too large") => {
            let problem = Problem::new(Reason::MessageTooLarge, text);
            match text
                .rsplit(" limit is: ")
                .next()
                .and_then(|rest| rest.split(' ').next())
            {
                Some(limit) => problem.with("limit", limit),
                None => problem,
            }
        }
        Code::Unimplemented => Problem::new(Reason::UnknownCall, text),
        Code::Cancelled => Problem::new(Reason::ConnectionClosed, text),
        Code::DeadlineExceeded => Problem::new(Reason::DeadlinePassed, text),
        // It cannot read the request.
        Code::Internal | Code::InvalidArgument => Problem::new(Reason::BadCall, text),
        _ => Problem::new(Reason::Internal, text),
    };
    problem.into()
}
