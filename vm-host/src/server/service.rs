//! The calls of the VM service: finding the VM, checking the request, asking the VM's thread.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use futures_util::{FutureExt as _, Stream};
use hint_proto::v1::attach_hints_request::Message as Attaching;
use hint_proto::v1::run_vm_request::Until as WireUntil;
use hint_proto::v1::vm_service_server::VmService;
use hint_proto::v1::watch_vm_response::Event;
use hint_proto::v1::{
    AddSegmentRequest, AddSegmentResponse, AttachHintsRequest, AttachHintsResponse,
    CreateVmRequest, CreateVmResponse, DeleteProgramRequest, DeleteProgramResponse,
    DeleteVmRequest, DeleteVmResponse, Failure, GetProgramRequest, GetProgramResponse,
    GetVmRequest, GetVmResponse, ListHintsRequest, ListHintsResponse, ListProgramsRequest,
    ListProgramsResponse, ListSegmentsRequest, ListSegmentsResponse, ListVmsRequest,
    ListVmsResponse, PauseVmRequest, PauseVmResponse, ReadArtifactRequest, ReadArtifactResponse,
    ReadHintScopesRequest, ReadHintScopesResponse, ReadMemoryRequest, ReadMemoryResponse,
    ReadReturnValuesRequest, ReadReturnValuesResponse, RecordLevel, RunVmRequest, RunVmResponse,
    UploadProgramRequest, UploadProgramResponse, Vm, VmState, VmUsage, WatchVmRequest,
    WatchVmResponse, WriteMemoryRequest, WriteMemoryResponse,
};
use tonic::{Request, Response, Status, Streaming};

use super::connection::Caller;
use super::create_request::VmRequest;
use super::error::{Problem, Reason, exhausted, internal, invalid, wrong_state};
use super::handle::VmHandle;
use super::observation::Observed;
use super::registry::Registry;
use super::shared::End;
use super::task::VmTask;
use super::upload::Uploads;
use super::{artifact, attach, process};
use crate::run::Goal;
use crate::vm::wire;

/// How long RunVm waits for a client that serves the hints.
const ATTACH_WAIT: Duration = Duration::from_secs(5);
/// VMs of a page, when the caller does not say, and at most.
const PAGE: (u32, u32) = (100, 1000);
/// The same of segments and of hints, which are smaller.
const SEGMENTS_PAGE: (u32, u32) = (10_000, 50_000);
const HINTS_PAGE: (u32, u32) = (1_000, 10_000);
/// Bytes of each text of a failure in a list of VMs.
const LISTED_TEXT: usize = 1024;
/// Bytes of a hint variable's text, when the caller does not say, and at most.
const TEXT_BYTES: (u32, u32) = (4096, 1 << 20);

/// The service.
#[derive(Clone, Debug)]
pub(super) struct Service {
    pub(super) registry: Arc<Registry>,
    pub(super) uploads: Arc<Uploads>,
}

type Answer<T> = Result<Response<T>, Status>;
type Answers<T> = Pin<Box<dyn Stream<Item = Result<T, Status>> + Send>>;

impl Service {
    async fn find<T>(&self, request: &Request<T>, name: &str) -> Result<Arc<VmHandle>, Status> {
        let handle = self.registry.find(caller(request)?, name).await?;
        if let Some(observed) = observed(request) {
            observed.vm(&handle.shared.name);
        }
        Ok(handle)
    }
}

/// The call as its log and its trace see it.
fn observed<T>(request: &Request<T>) -> Option<&Observed> {
    request.extensions().get()
}

fn caller<T>(request: &Request<T>) -> Result<&Caller, Status> {
    request
        .extensions()
        .get()
        .ok_or_else(|| internal("a call without a caller"))
}

#[tonic::async_trait]
impl VmService for Service {
    type WatchVmStream = Answers<WatchVmResponse>;
    type ReadArtifactStream = Answers<ReadArtifactResponse>;
    type AttachHintsStream = Answers<AttachHintsResponse>;

    async fn upload_program(
        &self,
        request: Request<Streaming<UploadProgramRequest>>,
    ) -> Answer<UploadProgramResponse> {
        if self.registry.is_draining() {
            return Err(super::error::draining());
        }
        let caller = caller(&request)?.clone();
        let (tenant, peer) = (&*caller.tenant.name, &*caller.peer.name);
        let uploaded = self.uploads.receive(&caller.tenant, request.into_inner());
        let program = uploaded.await.inspect_err(|error| {
            tracing::warn!(tenant, peer, error = ?error.message(), "upload refused");
        })?;
        let bytes = program.text.json.len();
        tracing::info!(tenant, peer, program = program.hash, bytes, "uploaded");
        let answer = UploadProgramResponse {
            program_hash: program.hash.clone(),
            summary: Some(program.summary()),
        };
        self.registry.programs.add(program, &caller.tenant);
        Ok(Response::new(answer))
    }

    async fn get_program(&self, request: Request<GetProgramRequest>) -> Answer<GetProgramResponse> {
        let tenant = &caller(&request)?.tenant.name;
        let program = self.registry.programs.of(tenant, &request.get_ref().name)?;
        Ok(Response::new(GetProgramResponse {
            program: Some(program.to_wire()),
        }))
    }

    async fn list_programs(
        &self,
        request: Request<ListProgramsRequest>,
    ) -> Answer<ListProgramsResponse> {
        let message = request.get_ref();
        let size = match message.page_size {
            0 => PAGE.0,
            size => size.min(PAGE.1),
        };
        let tenant = &caller(&request)?.tenant.name;
        let programs = self.registry.programs.list(tenant, &message.page_token)?;
        let next_page_token = match programs.get(size as usize) {
            Some(program) => program.hash.clone(),
            None => String::new(),
        };
        let page = programs.iter().take(size as usize);
        Ok(Response::new(ListProgramsResponse {
            programs: page.map(|program| program.to_wire()).collect(),
            next_page_token,
        }))
    }

    async fn delete_program(
        &self,
        request: Request<DeleteProgramRequest>,
    ) -> Answer<DeleteProgramResponse> {
        let tenant = &caller(&request)?.tenant.name;
        self.registry
            .programs
            .forget(tenant, &request.get_ref().name)?;
        Ok(Response::new(DeleteProgramResponse {}))
    }

    async fn create_vm(&self, request: Request<CreateVmRequest>) -> Answer<CreateVmResponse> {
        let caller = caller(&request)?.clone();
        let registry = &self.registry;
        let request = request.into_inner();
        // Not checked yet, so they may be anything.
        let logged = |text: &str| text.chars().take(64).collect::<String>();
        let (request_id, vm) = (logged(&request.request_id), logged(&request.vm_id));
        let create = async {
            let request = VmRequest::check(
                request,
                &registry.options,
                &caller.tenant,
                &registry.programs,
            )?;
            registry.create(&caller, request).await
        };
        let handle = create.await.inspect_err(|error| {
            let (tenant, peer) = (&*caller.tenant.name, &*caller.peer.name);
            let error = error.message();
            tracing::warn!(tenant, peer, vm, request_id, error = ?error, "vm refused");
        })?;
        Ok(Response::new(CreateVmResponse {
            vm: Some(handle.vm()),
        }))
    }

    async fn get_vm(&self, request: Request<GetVmRequest>) -> Answer<GetVmResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        Ok(Response::new(GetVmResponse {
            vm: Some(handle.vm()),
        }))
    }

    async fn list_vms(&self, request: Request<ListVmsRequest>) -> Answer<ListVmsResponse> {
        let message = request.get_ref();
        let (first, size) = page(&message.page_token, message.page_size, PAGE)?;
        let handles = self.registry.list(caller(&request)?, first);
        let next = handles.get(size);
        let next_page_token = next
            .map(|handle| handle.order.to_string())
            .unwrap_or_default();
        let wants_usage = message.usage;
        let describe = move || {
            let page = handles.iter().take(size).map(|handle| {
                let vm = handle.vm();
                Vm {
                    // A thousand of them could be more than a message holds.
                    output: Vec::new(),
                    failure: vm.failure.map(shortened),
                    usage: wants_usage.then(|| usage(handle, vm.worker_process_id)),
                    ..vm
                }
            });
            page.collect()
        };
        let vms = match wants_usage {
            // The system is asked for each, while other calls go on.
            true => tokio::task::spawn_blocking(describe)
                .await
                .map_err(internal)?,
            false => describe(),
        };
        Ok(Response::new(ListVmsResponse {
            vms,
            next_page_token,
        }))
    }

    async fn delete_vm(&self, request: Request<DeleteVmRequest>) -> Answer<DeleteVmResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let caller = caller(&request)?;
        let (tenant, peer) = (&*caller.tenant.name, &*caller.peer.name);
        tracing::info!(tenant, peer, vm = handle.shared.name, "delete asked for");
        handle.end(End::Deleted);
        handle.gone().await;
        Ok(Response::new(DeleteVmResponse {}))
    }

    async fn run_vm(&self, request: Request<RunVmRequest>) -> Answer<RunVmResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let call = observed(&request).cloned();
        let request = request.into_inner();
        let repeatable = super::runs::Repeatable::of(&request)?;
        if let Some(reason) = handle
            .shared
            .runs
            .earlier(&repeatable, handle.shared.gone.subscribe())
            .await?
        {
            return Ok(Response::new(RunVmResponse {
                vm: Some(handle.vm()),
                stop_reason: reason.into(),
            }));
        }
        let until = until(&handle, request.until)?;
        let mut ready = handle.shared.engine_ready.subscribe();
        let attached = tokio::time::timeout(ATTACH_WAIT, ready.wait_for(|ready| *ready));
        if attached.await.is_err() {
            let name = &handle.shared.name;
            let problem = Problem::new(
                Reason::HintEngineNotAttached,
                format!("nobody serves the hints of VM `{name}`"),
            );
            return Err(problem.precondition("HINT_ENGINE", name).vm(name).into());
        }
        let run = handle.run(repeatable, move |task| task.run(until, call).boxed_local());
        let reason = run.await?;
        handle.touch();
        Ok(Response::new(RunVmResponse {
            vm: Some(handle.vm()),
            stop_reason: reason.into(),
        }))
    }

    async fn pause_vm(&self, request: Request<PauseVmRequest>) -> Answer<PauseVmResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let shared = &handle.shared;
        match shared.vm().state() {
            VmState::Running => {
                shared.ask_to_pause();
                shared.stopped().await;
            }
            VmState::Paused => {}
            _ => {
                let text = format!("VM `{}` is not running", shared.name);
                return Err(wrong_state(&shared.name, Reason::VmNotRunning, text));
            }
        }
        Ok(Response::new(PauseVmResponse {
            vm: Some(handle.vm()),
        }))
    }

    async fn watch_vm(&self, request: Request<WatchVmRequest>) -> Answer<Self::WatchVmStream> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let records = request.get_ref().records;
        let records = RecordLevel::try_from(records).map_err(|_| {
            let text = format!("there is no level `{records}` of records");
            invalid("records", Reason::BadEnum, text)
        })?;
        let first = Event::State(handle.shared.vm());
        let events = handle.shared.watchers.add(first, records).ok_or_else(|| {
            let text = format!("VM `{}` has too many watchers", handle.shared.name);
            let most = super::watch::MAX_WATCHERS as u64;
            exhausted(Reason::TooManyWatchers, ("watchers", most, most), text)
        })?;
        Ok(Response::new(Box::pin(events)))
    }

    async fn read_memory(&self, request: Request<ReadMemoryRequest>) -> Answer<ReadMemoryResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let ReadMemoryRequest {
            address,
            count,
            accesses,
            ..
        } = request.into_inner();
        let first = address.as_ref().and_then(wire::address);
        let first = first.filter(|address| address.offset < 1 << 60);
        let first = first.ok_or_else(|| {
            invalid(
                "address",
                Reason::BadAddress,
                "an address is a segment and an offset from 0",
            )
        })?;
        if count > super::task::MAX_CELLS {
            let text = format!(
                "at most `{}` cells are read at once",
                super::task::MAX_CELLS
            );
            return Err(invalid("count", Reason::BadCount, text));
        }
        let read = move |task: &mut VmTask| {
            let cells = Some(task.read_memory(first, count));
            let accessed = match accesses {
                true => task.accesses(first, count),
                false => Vec::new(),
            };
            Ok(ReadMemoryResponse { cells, accessed })
        };
        let response = handle
            .call(move |task| async move { read(task) }.boxed_local())
            .await?;
        Ok(Response::new(response))
    }

    async fn write_memory(
        &self,
        request: Request<WriteMemoryRequest>,
    ) -> Answer<WriteMemoryResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let cells = request.into_inner().cells;
        let cells = cells
            .ok_or_else(|| invalid("cells", Reason::BadCells, "there are no cells to write"))?;
        handle
            .call(move |task| async move { task.write_memory(cells) }.boxed_local())
            .await?;
        Ok(Response::new(WriteMemoryResponse {}))
    }

    async fn add_segment(&self, request: Request<AddSegmentRequest>) -> Answer<AddSegmentResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let base = handle
            .call(|task| async move { task.add_segment() }.boxed_local())
            .await?;
        Ok(Response::new(AddSegmentResponse {
            base: Some(wire::relocatable(base)),
        }))
    }

    async fn list_segments(
        &self,
        request: Request<ListSegmentsRequest>,
    ) -> Answer<ListSegmentsResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let message = request.get_ref();
        let (first, size) = page(&message.page_token, message.page_size, SEGMENTS_PAGE)?;
        let segments = handle
            .call(|task| async move { Ok(task.segments()) }.boxed_local())
            .await?;
        let (segments, next_page_token) = cut(segments, first, size);
        Ok(Response::new(ListSegmentsResponse {
            segments,
            next_page_token,
        }))
    }

    async fn read_return_values(
        &self,
        request: Request<ReadReturnValuesRequest>,
    ) -> Answer<ReadReturnValuesResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let count = request.get_ref().count;
        let values = handle
            .call(move |task| async move { task.return_values(count) }.boxed_local())
            .await?;
        Ok(Response::new(ReadReturnValuesResponse {
            values: Some(values),
        }))
    }

    async fn read_hint_scopes(
        &self,
        request: Request<ReadHintScopesRequest>,
    ) -> Answer<ReadHintScopesResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let bytes = match request.get_ref().max_text_bytes {
            0 => TEXT_BYTES.0,
            bytes => bytes.min(TEXT_BYTES.1),
        };
        let scopes = handle
            .call(move |task| task.read_scopes(bytes).boxed_local())
            .await?;
        Ok(Response::new(ReadHintScopesResponse { scopes }))
    }

    async fn list_hints(&self, request: Request<ListHintsRequest>) -> Answer<ListHintsResponse> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let message = request.get_ref();
        let (first, size) = page(&message.page_token, message.page_size, HINTS_PAGE)?;
        let hints = handle
            .call(|task| async move { Ok(task.hints()) }.boxed_local())
            .await?;
        let (hints, next_page_token) = cut(hints, first, size);
        Ok(Response::new(ListHintsResponse {
            hints,
            next_page_token,
        }))
    }

    async fn read_artifact(
        &self,
        request: Request<ReadArtifactRequest>,
    ) -> Answer<Self::ReadArtifactStream> {
        let handle = self.find(&request, &request.get_ref().name).await?;
        let at_work = self.registry.activity.enter();
        let request = request.into_inner();
        let opened = handle
            .call(move |task| task.open_artifact(request).boxed_local())
            .await?;
        let chunks = artifact::chunks(handle, opened, at_work);
        Ok(Response::new(Box::pin(chunks)))
    }

    async fn attach_hints(
        &self,
        request: Request<Streaming<AttachHintsRequest>>,
    ) -> Answer<Self::AttachHintsStream> {
        let caller = caller(&request)?.clone();
        let mut incoming = request.into_inner();
        let first = tokio::time::timeout(Duration::from_secs(10), incoming.message()).await;
        let name = match first {
            Ok(Ok(Some(AttachHintsRequest {
                message: Some(Attaching::Name(name)),
            }))) => name,
            Ok(Err(status)) => return Err(super::calls::explain(&status)),
            _ => {
                let text = "the first message must name the VM";
                return Err(invalid("name", Reason::NoName, text));
            }
        };
        let handle = self.registry.find(&caller, &name).await?;
        if !handle.attached {
            let text = format!("the hints of VM `{name}` run in a worker of the server");
            return Err(wrong_state(&name, Reason::HintEngineIsWorker, text));
        }
        if handle.attaching.swap(true, Ordering::AcqRel) {
            let text = format!("somebody already serves the hints of VM `{name}`");
            return Err(wrong_state(&name, Reason::HintEngineAttached, text));
        }
        Ok(Response::new(Box::pin(attach::attach(handle, incoming))))
    }
}

/// What a VM uses at this moment.
fn usage(handle: &VmHandle, worker: u32) -> VmUsage {
    let account = handle.shared.account.get();
    let time = || process::cpu_time(worker).try_into().ok();
    VmUsage {
        worker_cpu_time: (worker > 0).then(time).flatten(),
        worker_memory_bytes: process::resident(worker),
        memory_bytes: account.map_or(0, |account| account.used() as u64),
    }
}

/// A failure with the beginnings of its texts, of which GetVm has the whole.
fn shortened(mut failure: Failure) -> Failure {
    for text in [
        &mut failure.message,
        &mut failure.cairo_traceback,
        &mut failure.python_traceback,
        &mut failure.exception_class,
        &mut failure.exception_message,
    ] {
        let end = LISTED_TEXT.min(text.len());
        let end = (0..=end).rev().find(|at| text.is_char_boundary(*at));
        text.truncate(end.unwrap_or_default());
    }
    failure
}

/// Where a page begins, and how long it is.
fn page(token: &str, size: u32, (default, most): (u32, u32)) -> Result<(u64, usize), Status> {
    let first = match token {
        "" => 0,
        token => token.parse().map_err(|_| {
            let text = "the page_token is none of this server's";
            invalid("page_token", Reason::BadPageToken, text)
        })?,
    };
    let size = if size == 0 { default } else { size.min(most) };
    Ok((first, size as usize))
}

/// One page of a list, and the token of the next one.
fn cut<T>(mut list: Vec<T>, first: u64, size: usize) -> (Vec<T>, String) {
    let first = usize::try_from(first).unwrap_or(usize::MAX).min(list.len());
    let mut page = list.split_off(first);
    let next = match page.len() > size {
        true => (first + size).to_string(),
        false => String::new(),
    };
    page.truncate(size);
    (page, next)
}

/// The condition of a RunVmRequest.
fn until(handle: &VmHandle, until: Option<WireUntil>) -> Result<Goal, Status> {
    let in_program = |offset: u64| {
        usize::try_from(offset).map(|offset| {
            Goal::Address(cairo_vm::types::relocatable::Relocatable {
                segment_index: 0,
                offset,
            })
        })
    };
    Ok(match until {
        None => Goal::End,
        Some(WireUntil::Steps(steps)) => Goal::Steps(steps),
        Some(WireUntil::TotalSteps(steps)) => Goal::Exactly(steps),
        Some(WireUntil::Pc(pc)) => in_program(pc)
            .map_err(|_| invalid("pc", Reason::BadAddress, "that pc is out of range"))?,
        Some(WireUntil::Address(address)) => {
            let address = wire::address(&address).ok_or_else(|| {
                invalid(
                    "address",
                    Reason::BadAddress,
                    "an address is a segment and an offset from 0",
                )
            })?;
            Goal::Address(address)
        }
        Some(WireUntil::Label(label)) => match handle.program.text.program.label(&label) {
            Some(offset) => Goal::Address((0, offset).into()),
            None => {
                let text = format!("the program has no label or function `{label}`");
                return Err(invalid("label", Reason::UnknownLabel, text));
            }
        },
    })
}
