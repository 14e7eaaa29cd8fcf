//! Around every call of every service: whose it is, and whether that tenant may make another one. Only the
//! health is for everybody.

use std::convert::Infallible;
use std::sync::Arc;

use http_body_util::BodyExt as _;
use tonic::Status;
use tonic::body::Body;
use tonic::codegen::http::header::AUTHORIZATION;
use tonic::codegen::http::{HeaderMap, Request, Response};
use tower::Service;

use super::around::{Answer, Around};
use super::calls::versioned;
use super::connection::{Caller, Peer};
use super::error::{Problem, Reason, internal};
use super::observation::Observed;
use super::quota::{too_many, too_often};
use super::refusals::Refusals;
use super::tenants::{Event, Resource, Share, Tenants, Unknown, bearer};

/// What the calls of the health service begin with.
const HEALTH: &str = "/grpc.health.v1.Health/";

/// Knows tenants by what their calls carry.
#[derive(Clone, Debug)]
pub(super) struct Authentication {
    tenants: Tenants,
    refused: Arc<Refusals>,
}

impl Around for Authentication {
    fn call<S>(&self, inner: &mut S, mut request: Request<Body>) -> Answer
    where
        S: Service<Request<Body>, Response = Response<Body>, Error = Infallible>,
        S::Future: Send + 'static,
    {
        if request.uri().path().starts_with(HEALTH) {
            return Box::pin(inner.call(request));
        }
        let admitted = self.admit(&request);
        // Nobody behind this needs the secret.
        request.headers_mut().remove(AUTHORIZATION);
        let (caller, share) = match admitted {
            Ok(admitted) => admitted,
            Err(status) => {
                let response = versioned(status.into_http());
                return Box::pin(async { Ok(response) });
            }
        };
        if let Some(observed) = request.extensions().get::<Observed>() {
            observed.tenant(&caller.tenant.name);
        }
        request.extensions_mut().insert(caller);
        let call = inner.call(request);
        Box::pin(async move {
            let response = call.await?;
            // A stream is a call until its end.
            Ok(response.map(|body| {
                Body::new(body.map_frame(move |frame| {
                    let _held = &share;
                    frame
                }))
            }))
        })
    }
}

impl Authentication {
    pub(super) fn new(tenants: Tenants) -> Self {
        let refused = Arc::default();
        Self { tenants, refused }
    }

    fn admit(&self, request: &Request<Body>) -> Result<(Caller, Share), Status> {
        let peer = request.extensions().get::<Peer>();
        let peer = peer.ok_or_else(|| internal("a call without a connection"))?;
        let token = match self.tenants.are_configured() {
            true => token(request.headers())?,
            // Nobody asks for it.
            false => None,
        };
        let found = self.tenants.find(&peer.name, token, &peer.identity);
        let tenant = found.map_err(|unknown| {
            self.refused.count(|count| {
                let peer = &*peer.name;
                tracing::warn!(peer, "refused `{count}` calls: {}", problem_of(unknown).1);
            });
            nobody(unknown)
        })?;
        peer.belongs_to(&tenant)
            .map_err(|full| too_many(&tenant, Resource::Connections, full))?;
        let counted = tenant.does(Event::Call);
        counted.map_err(|often| too_often(&tenant, Event::Call, often))?;
        let share = tenant.take(Resource::Calls);
        let share = share.map_err(|full| too_many(&tenant, Resource::Calls, full))?;
        let caller = Caller {
            peer: peer.clone(),
            tenant: Arc::clone(&tenant),
        };
        Ok((caller, share))
    }
}

/// The token that a call carries.
fn token(headers: &HeaderMap) -> Result<Option<&str>, Status> {
    let mut values = headers.get_all(AUTHORIZATION).iter();
    let Some(value) = values.next() else {
        return Ok(None);
    };
    let token = value.to_str().ok().and_then(bearer);
    match (token, values.next()) {
        (Some(token), None) => Ok(Some(token)),
        _ => Err(nobody(Unknown::BadCredentials)),
    }
}

fn problem_of(unknown: Unknown) -> (Reason, &'static str) {
    match unknown {
        Unknown::NoCredentials => (Reason::NoCredentials, "the call does not say whose it is"),
        Unknown::BadCredentials => (
            Reason::BadCredentials,
            "the token or certificate of the call is no tenant's",
        ),
    }
}

fn nobody(unknown: Unknown) -> Status {
    let (reason, text) = problem_of(unknown);
    Problem::new(reason, text).into()
}
