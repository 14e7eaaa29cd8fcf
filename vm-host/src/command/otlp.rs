//! Sends the spans of a server to a collector of OpenTelemetry, over OTLP with gRPC.

use std::thread::JoinHandle;
use std::time::Duration;

use hyper::Uri;
use opentelemetry::trace::TracerProvider as _;
use opentelemetry_otlp::{SpanExporter, WithExportConfig as _, WithTonicConfig as _};
use opentelemetry_sdk::Resource;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::sync::oneshot;
use tonic::transport::{Certificate, ClientTlsConfig};
use tracing::Subscriber;
use tracing_subscriber::Layer;
use tracing_subscriber::filter::filter_fn;
use tracing_subscriber::registry::LookupSpan;

use super::{CommandError, ExitCode};
use crate::spans;

/// The variables that OpenTelemetry defines: who answers for an `https` endpoint, and what the server is called.
const CERTIFICATE: &str = "OTEL_EXPORTER_OTLP_CERTIFICATE";
const SERVICE_NAME: &str = "OTEL_SERVICE_NAME";
/// What it is called otherwise.
const NAME: &str = "cairohints";
/// How long the last spans may take when the server ends.
const TIMEOUT: Duration = Duration::from_secs(3);

/// The way to a collector. Dropping it sends what is left, for a moment.
#[derive(Debug)]
pub(super) struct Exporter {
    provider: SdkTracerProvider,
    /// The connection has a loop of its own: the exporter's thread waits for it also while the server's loop is busy,
    /// or has ended.
    close: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Exporter {
    /// Opens the way to `endpoint`, `http://host:4317`. Whether somebody is there is known when spans are sent.
    ///
    /// # Errors
    /// [`CommandError`] when that is no endpoint, or the system gives no thread.
    pub(super) fn start(endpoint: &str) -> Result<Self, CommandError> {
        let uri = endpoint.parse::<Uri>().ok();
        let scheme = uri
            .as_ref()
            .and_then(|uri| uri.authority().and(uri.scheme_str()));
        let mut exporter = SpanExporter::builder().with_tonic().with_endpoint(endpoint);
        match scheme {
            Some("http") => {}
            Some("https") => exporter = exporter.with_tls_config(trusted()?),
            _ => {
                let text = format!(
                    "`{endpoint}` is no endpoint of OTLP\nhint: use http://HOST:4317 or https://HOST:4317"
                );
                return Err(CommandError::new(ExitCode::Usage, text));
            }
        }
        let internal = |error: &dyn std::fmt::Display| {
            let text = format!("cannot export spans: `{error}`");
            CommandError::new(ExitCode::Internal, text)
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| internal(&error))?;
        let exporter = {
            // The connection lives in that loop.
            let _entered = runtime.enter();
            exporter.build().map_err(|error| internal(&error))?
        };
        let (close, closed) = oneshot::channel::<()>();
        let thread = std::thread::Builder::new()
            .name("otlp".to_owned())
            .spawn(move || {
                // Dropping the sender ends it, too.
                let _ = runtime.block_on(closed);
            })
            .map_err(|error| internal(&error))?;
        let mut resource = Resource::builder();
        if std::env::var_os(SERVICE_NAME).is_none_or(|name| name.is_empty()) {
            resource = resource.with_service_name(NAME);
        }
        let provider = SdkTracerProvider::builder()
            .with_batch_exporter(exporter)
            .with_resource(resource.build())
            .build();
        Ok(Self {
            provider,
            close: Some(close),
            thread: Some(thread),
        })
    }

    /// What takes the spans.
    pub(super) fn layer<S>(&self) -> impl Layer<S> + use<S>
    where
        S: Subscriber + for<'span> LookupSpan<'span>,
    {
        tracing_opentelemetry::layer()
            .with_tracer(self.provider.tracer(NAME))
            .with_location(false)
            .with_threads(false)
            .with_target(false)
            .with_filter(filter_fn(|metadata| metadata.target() == spans::TARGET))
    }
}

impl Drop for Exporter {
    fn drop(&mut self) {
        if let Err(error) = self.provider.shutdown_with_timeout(TIMEOUT) {
            tracing::warn!("the last spans were not exported: `{error}`");
        }
        self.close = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

/// Who may answer for an encrypted endpoint.
fn trusted() -> Result<ClientTlsConfig, CommandError> {
    let Some(path) = std::env::var_os(CERTIFICATE).filter(|path| !path.is_empty()) else {
        let text = format!(
            "nothing says who may answer at an `https` endpoint of OTLP\n\
             hint: set {CERTIFICATE} to the certificate of its authority, PEM"
        );
        return Err(CommandError::new(ExitCode::Usage, text));
    };
    let authority = std::fs::read(&path).map_err(|error| {
        let text = format!("cannot read `{}`: `{error}`", path.display());
        CommandError::new(ExitCode::NoInput, text)
    })?;
    Ok(ClientTlsConfig::new().ca_certificate(Certificate::from_pem(authority)))
}
