//! What the server is asked, and its answers in words.

use std::time::Duration;

use hint_proto::v1::vm_service_client::VmServiceClient;
use hint_proto::v1::{DeleteVmRequest, ListVmsRequest, PauseVmRequest, Vm};
use tonic::metadata::{Ascii, MetadataValue};
use tonic::transport::Channel;
use tonic::{Request, Status};

use super::super::{CommandError, ExitCode};
use super::TopArgs;

/// The variable that holds a token, as for the Python client.
const TOKEN: &str = "CAIROHINTS_TOKEN";
/// How long the server may take for one answer.
const TIMEOUT: Duration = Duration::from_secs(5);
/// VMs in one answer, and how many answers are looked at.
const PAGE: u32 = 500;
const MAX_PAGES: usize = 20;

/// A connection to the server.
#[derive(Debug)]
pub(super) struct Client {
    service: VmServiceClient<Channel>,
    authorization: Option<MetadataValue<Ascii>>,
}

impl Client {
    /// Connects as the arguments say.
    ///
    /// # Errors
    /// [`CommandError`] when a file cannot be read, or the server does not answer.
    pub(super) async fn connect(arguments: &TopArgs) -> Result<Self, CommandError> {
        let identity = arguments
            .tls_cert
            .as_deref()
            .zip(arguments.tls_key.as_deref());
        let endpoint = arguments.server.endpoint_as(identity)?;
        let token = token(arguments)?;
        let address = &arguments.server.address;
        let connected = tokio::time::timeout(TIMEOUT, endpoint.timeout(TIMEOUT).connect()).await;
        let channel = connected.ok().and_then(Result::ok).ok_or_else(|| {
            let text = format!("`{address}` does not answer");
            CommandError::new(ExitCode::ProgramFailed, text)
        })?;
        let authorization = token.map(|token| {
            let value = format!("Bearer {token}").parse::<MetadataValue<Ascii>>();
            let value = value.map_err(|_| {
                // What is no token may be another secret, which is not shown.
                CommandError::new(ExitCode::Usage, "the token has characters that none has")
            });
            value.map(|mut value| {
                value.set_sensitive(true);
                value
            })
        });
        Ok(Self {
            service: VmServiceClient::new(channel).max_decoding_message_size(64 << 20),
            authorization: authorization.transpose()?,
        })
    }

    fn request<T>(&self, message: T) -> Request<T> {
        let mut request = Request::new(message);
        request.set_timeout(TIMEOUT);
        if let Some(authorization) = &self.authorization {
            let metadata = request.metadata_mut();
            metadata.insert("authorization", authorization.clone());
        }
        request
    }

    /// The caller's VMs, and what they use.
    pub(super) async fn list(&mut self) -> Result<Vec<Vm>, String> {
        let mut vms = Vec::new();
        let mut page_token = String::new();
        for _ in 0..MAX_PAGES {
            let request = self.request(ListVmsRequest {
                page_size: PAGE,
                page_token,
                usage: true,
            });
            let answer = self.service.list_vms(request).await;
            let answer = answer.map_err(|status| words(&status))?.into_inner();
            vms.extend(answer.vms);
            page_token = answer.next_page_token;
            if page_token.is_empty() {
                break;
            }
        }
        Ok(vms)
    }

    /// Pauses a VM that runs.
    pub(super) async fn pause(&mut self, name: &str) -> Result<(), String> {
        let name = name.to_owned();
        let request = self.request(PauseVmRequest { name });
        let paused = self.service.pause_vm(request).await;
        paused.map(drop).map_err(|status| words(&status))
    }

    /// Ends a VM.
    pub(super) async fn end(&mut self, name: &str) -> Result<(), String> {
        let name = name.to_owned();
        let request = self.request(DeleteVmRequest { name });
        let ended = self.service.delete_vm(request).await;
        ended.map(drop).map_err(|status| words(&status))
    }
}

/// The token of the caller, if there is one.
fn token(arguments: &TopArgs) -> Result<Option<String>, CommandError> {
    let text = match &arguments.token_file {
        Some(path) => Some(std::fs::read_to_string(path).map_err(|error| {
            let text = format!("cannot read `{}`: `{error}`", path.display());
            CommandError::new(ExitCode::NoInput, text)
        })?),
        None => std::env::var(TOKEN).ok(),
    };
    Ok(text
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty()))
}

/// What a status says, in one line for the screen.
fn words(status: &Status) -> String {
    let text: String = status.message().chars().take(200).collect();
    match text.is_empty() {
        true => format!("{:?}", status.code()),
        false => text.replace(char::is_control, " "),
    }
}
