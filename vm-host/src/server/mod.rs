//! The server: the VM service, its VMs on their threads, and its life from listening to the last VM's end.
//!
//! Reading order: [`options`] and [`listen`] (what it is told), `tenants` and `connection` (who calls),
//! `service` (the calls; `observation`, `authentication` and `calls` are around them all), `registry` and `handle`
//! (the VMs as calls see them), `task` (the VMs themselves), `metrics` and `scrape` (what is counted, and who asks).

#![allow(
    clippy::result_large_err,
    reason = "gRPC handlers answer with tonic's status"
)]

mod activity;
mod around;
mod artifact;
mod attach;
mod authentication;
mod bounds;
mod calls;
mod connection;
mod create_request;
mod deadline;
mod error;
mod handle;
mod listen;
mod metrics;
mod observation;
mod options;
mod process;
mod programs;
mod quota;
mod refusals;
mod registry;
mod runs;
mod scrape;
mod service;
mod shared;
mod task;
mod tenants;
mod upload;
mod value;
mod vm_thread;
mod watch;

pub use connection::{Tls, TlsError};
pub use listen::{ListenError, Listeners};
pub use options::ServeOptions;
pub use tenants::{NewToken, TenantLimits, Tenants, TenantsError, TokenHash};

use std::sync::Arc;
use std::time::Duration;

use hint_proto::v1::vm_service_server::VmServiceServer;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinSet;
use tokio_stream::wrappers::ReceiverStream;
use tonic::transport::Server;
use tonic_health::pb::health_server::{Health, HealthServer};
use tower::layer::util::{Identity, Stack};

use activity::Activity;
use around::Put;
use authentication::Authentication;
use calls::Calls;
use connection::{Gate, Rooms};
use metrics::Metrics;
use observation::Observation;
use registry::Registry;
use scrape::{Endpoint, Gathered};
use service::Service;
use upload::Uploads;

use crate::worker::Spawner;

/// Concurrent calls of one connection.
const MAX_STREAMS: u32 = 256;
/// Largest request.
const MAX_REQUEST_BYTES: usize = 32 << 20;
/// Largest message from an attached engine: what a hint did, as much as a worker may do.
const MAX_ATTACHED_BYTES: usize = 256 << 20;
/// Largest message to a client: a question's answer for an attached engine.
const MAX_RESPONSE_BYTES: usize = 256 << 20;
/// How long connections may take to close when everything else has ended.
const CLOSING_TIMEOUT: Duration = Duration::from_secs(2);

/// The server cannot run.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The threads or workers do not start.
    #[error("cannot start the server: {0}")]
    Start(String),
    /// The transport failed.
    #[error("the server failed: {0}")]
    Transport(#[from] tonic::transport::Error),
}

/// Serves, with workers that `spawner` makes, until `drain`, then lets VMs that are at work go on for the grace period, then ends. Ends at once
/// when `end` is done.
///
/// # Errors
/// [`ServeError`] when the server cannot start or its transport fails.
pub async fn run(
    options: ServeOptions,
    spawner: Spawner,
    mut listeners: Listeners,
    drain: impl Future<Output = ()>,
    end: impl Future<Output = ()>,
) -> Result<(), ServeError> {
    let start = |error: &dyn std::fmt::Display| ServeError::Start(error.to_string());
    let (grace, keepalive) = (options.grace, options.keepalive);
    let uploads = Arc::new(Uploads::new(&options));
    let activity = Activity::new();
    let rooms = Rooms::divide(
        options.max_connections,
        options.max_connections_per_peer,
        listeners.tcp.is_some(),
        listeners.unix.is_some(),
    );
    let tenants = options.tenants();
    let tls = options.tls.clone();
    let mut workers = spawner.health();
    let metrics = Metrics::new(tenants.are_configured());
    let metrics = Arc::new(metrics.map_err(|error| start(&error))?);
    let python = options.python_version.clone();
    let registry = Registry::new(options, spawner, activity.clone(), Arc::clone(&metrics));
    let registry = Arc::new(registry.map_err(|error| start(&error))?);

    let closing = Arc::clone(&registry);
    let gate = Gate::new(
        rooms,
        tenants.are_configured(),
        Arc::new(move |id| closing.connection_closed(id)),
    );
    let endpoint = listeners.metrics.take().map(|listeners| {
        let python = python.as_deref().unwrap_or("unknown");
        let gathered = Gathered::new(Arc::clone(&registry), gate.clone(), python);
        Endpoint::start(*listeners, gathered)
    });
    let _endpoint = endpoint.transpose().map_err(|error| start(&error))?;
    let (accepted, incoming) = mpsc::channel(16);
    let mut background = JoinSet::new();
    if let Some(tls) = tls.clone() {
        background.spawn(async move { tls.follow().await });
    }
    if let Some(listener) = listeners.tcp.take() {
        background.spawn(connection::accept_tcp(
            listener,
            tls,
            gate.clone(),
            accepted.clone(),
        ));
    }
    if let Some(listener) = listeners.unix.take() {
        background.spawn(connection::accept_unix(
            listener,
            gate.clone(),
            accepted.clone(),
        ));
    }
    drop(accepted);
    let sweeping = Arc::clone(&registry);
    background.spawn(async move { sweeping.sweep().await });
    let (followed, ending) = (tenants.clone(), Arc::clone(&registry));
    let remaining = tenants.clone();
    background.spawn(async move {
        let changed = || ending.tenants_changed(&remaining);
        followed.follow(changed).await;
    });

    let (health, health_service) = tonic_health::server::health_reporter();
    health.set_serving::<VmServiceServer<Service>>().await;
    let (reporter, following) = (health.clone(), Arc::clone(&registry));
    background.spawn(async move {
        // Not serving while no worker can be made, or no more.
        while workers.changed().await.is_ok() && !following.is_draining() {
            if *workers.borrow_and_update() {
                reporter.set_serving::<VmServiceServer<Service>>().await;
            } else {
                reporter.set_not_serving::<VmServiceServer<Service>>().await;
            }
        }
    });
    let (close, closed) = oneshot::channel::<()>();
    let service = Service {
        registry: Arc::clone(&registry),
        uploads,
    };
    let serving = router(
        service,
        tenants,
        metrics,
        activity,
        health_service,
        keepalive,
    )
    .map_err(|error| start(&error))?
    .serve_with_incoming_shutdown(ReceiverStream::new(incoming), async {
        // Dropping the sender closes too.
        let _ = closed.await;
    });
    tokio::pin!(serving);
    let draining = async {
        drain.await;
        tracing::info!(
            "ending: no new VMs, running ones have {} seconds",
            grace.as_secs()
        );
        registry.drain();
        health.set_not_serving::<VmServiceServer<Service>>().await;
        health
            .set_service_status("", tonic_health::ServingStatus::NotServing)
            .await;
        // Whoever still runs after the grace period is ended.
        let _ = tokio::time::timeout(grace, registry.idle()).await;
    };
    tokio::select! {
        result = &mut serving => result?,
        () = async {
            tokio::select! {
                () = draining => {}
                () = end => tracing::info!("ending at once"),
            }
            registry.end_all().await;
        } => {
            drop(close);
            // Connections that never got anywhere would be waited for, for ever.
            let _ = tokio::time::timeout(CLOSING_TIMEOUT, serving).await;
        }
    }
    registry.end_all().await;
    Ok(())
}

fn router(
    service: Service,
    tenants: Tenants,
    metrics: Arc<Metrics>,
    activity: Activity,
    health: HealthServer<impl Health>,
    keepalive: Option<Duration>,
) -> Result<
    tonic::transport::server::Router<Stack<Put<Authentication>, Stack<Put<Observation>, Identity>>>,
    tonic_reflection::server::Error,
> {
    let reflection = || {
        tonic_reflection::server::Builder::configure()
            .register_encoded_file_descriptor_set(hint_proto::FILE_DESCRIPTOR_SET)
            .register_encoded_file_descriptor_set(tonic_health::pb::FILE_DESCRIPTOR_SET)
    };
    let sized = |request_bytes| {
        VmServiceServer::new(service.clone())
            .max_decoding_message_size(request_bytes)
            .max_encoding_message_size(MAX_RESPONSE_BYTES)
    };
    let calls = Calls::new(
        sized(MAX_REQUEST_BYTES),
        sized(MAX_ATTACHED_BYTES),
        activity,
    );
    Ok(Server::builder()
        .max_concurrent_streams(MAX_STREAMS)
        .http2_max_local_error_reset_streams(Some(1024))
        .http2_max_pending_accept_reset_streams(Some(20))
        .http2_max_header_list_size(16 << 10)
        .http2_keepalive_interval(keepalive)
        .http2_keepalive_timeout(Some(Duration::from_secs(5)))
        .initial_stream_window_size(1 << 20)
        .initial_connection_window_size(4 << 20)
        .layer(Put(Observation::new(metrics)))
        .layer(Put(Authentication::new(tenants)))
        .add_service(health)
        .add_service(reflection().build_v1()?)
        .add_service(reflection().build_v1alpha()?)
        .add_service(calls))
}
