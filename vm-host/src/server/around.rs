//! The frame that tower asks of what stands around every call of every service. Must not know what is done there.

use std::convert::Infallible;
use std::task::{Context, Poll};

use futures_util::future::BoxFuture;
use tonic::body::Body;
use tonic::codegen::http::{Request, Response};
use tower::{Layer, Service};

/// The answer to a call, when it is there.
pub(super) type Answer = BoxFuture<'static, Result<Response<Body>, Infallible>>;

/// What is done around calls.
pub(super) trait Around: Clone {
    /// Answers a call, by `inner` or without it.
    fn call<S>(&self, inner: &mut S, request: Request<Body>) -> Answer
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S::Future: Send + 'static;
}

/// Puts it around services.
#[derive(Clone, Debug)]
pub(super) struct Put<A>(pub(super) A);

impl<S, A: Around> Layer<S> for Put<A> {
    type Service = Surrounded<S, A>;

    fn layer(&self, inner: S) -> Surrounded<S, A> {
        Surrounded {
            inner,
            around: self.0.clone(),
        }
    }
}

/// Services with something around each of their calls.
#[derive(Clone, Debug)]
pub(super) struct Surrounded<S, A> {
    inner: S,
    around: A,
}

impl<S, A> Service<Request<Body>> for Surrounded<S, A>
where
    S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
    S::Future: Send + 'static,
    A: Around,
{
    type Response = Response<Body>;
    type Error = Infallible;
    type Future = Answer;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.inner.poll_ready(cx)
    }

    fn call(&mut self, request: Request<Body>) -> Answer {
        self.around.call(&mut self.inner, request)
    }
}
