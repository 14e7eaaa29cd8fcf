//! Errors of calls: a reason in UPPER_SNAKE_CASE with its gRPC code and what the caller can do about it.
//! The only place that makes a status, and the only list of reasons; `vm_service.proto` repeats it for
//! readers.

use std::collections::HashMap;
use std::fmt::Display;
use std::time::Duration;

use tonic::{Code, Status};
use tonic_types::{ErrorDetails, StatusExt as _};

/// The domain of every reason.
pub(super) const DOMAIN: &str = "cairohints";

/// Declares the reasons: name, word, code, advice.
macro_rules! reasons {
    ($($name:ident $word:literal $code:ident $advice:literal;)*) => {
        /// Why a call failed.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Reason {
            $($name,)*
        }

        impl Reason {
            /// Every reason.
            pub(super) const ALL: &[Self] = &[$(Self::$name,)*];

            /// The reason of that word.
            pub(super) fn of_word(word: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|reason| reason.as_str() == word)
            }

            /// The word that clients get.
            pub(super) fn as_str(self) -> &'static str {
                match self { $(Self::$name => $word,)* }
            }

            /// The code that goes with it.
            pub(super) fn code(self) -> Code {
                match self { $(Self::$name => Code::$code,)* }
            }

            /// What the caller can do.
            pub(super) fn advice(self) -> &'static str {
                match self { $(Self::$name => $advice,)* }
            }
        }
    };
}

reasons! {
    BadName "BAD_NAME" InvalidArgument "use the `name` that CreateVm answered, `vms/{vm_id}`";
    BadVmId "BAD_VM_ID" InvalidArgument "choose 1 to 63 of a-z, 0-9 and -, or leave it empty";
    BadRequestId "BAD_REQUEST_ID" InvalidArgument "send a UUID, or leave it empty";
    RequestIdReused "REQUEST_ID_REUSED" InvalidArgument "send a new request_id with every other request";
    BadEnum "BAD_ENUM" InvalidArgument "use a value that vm_service.proto names, or leave the field unset";
    UnknownLayout "UNKNOWN_LAYOUT" InvalidArgument "use a layout of cairo-run, for example `small` or `all_cairo`";
    BadLayoutParams "BAD_LAYOUT_PARAMS" InvalidArgument "send the JSON of `cairo-run --cairo_layout_params_file` with the layout `dynamic`, and only with it";
    BadJson "BAD_JSON" InvalidArgument "send a JSON text";
    JsonTooLarge "JSON_TOO_LARGE" InvalidArgument "have the hints read large inputs from a file";
    BadWasmModule "BAD_WASM_MODULE" InvalidArgument "send at most 64 modules in the binary format, each at most 32 MiB, named with letters, digits and `_`";
    BadDuration "BAD_DURATION" InvalidArgument "send a duration of at least 0 seconds";
    BadEntryPoint "BAD_ENTRY_POINT" InvalidArgument "name a function of the program, or a pc inside of it";
    BadArguments "BAD_ARGUMENTS" InvalidArgument "send the arguments that the function takes";
    BadPageToken "BAD_PAGE_TOKEN" InvalidArgument "use the next_page_token of the page before, or none";
    BadAddress "BAD_ADDRESS" InvalidArgument "send a segment and an offset from 0";
    BadCount "BAD_COUNT" InvalidArgument "ask for fewer, several times if need be";
    BadCells "BAD_CELLS" InvalidArgument "write cells that are empty, in segments that exist";
    UnknownLabel "UNKNOWN_LABEL" InvalidArgument "use the full name with dots, or a name of the main scope";
    BadArtifact "BAD_ARTIFACT" InvalidArgument "name the result to download";
    NoName "NO_NAME" InvalidArgument "send the VM's name in the first message, within 10 seconds";
    NoDeclaration "NO_DECLARATION" InvalidArgument "send the declaration first";
    SecondDeclaration "SECOND_DECLARATION" InvalidArgument "send one declaration, then chunks";
    EmptyPart "EMPTY_PART" InvalidArgument "send a declaration or a chunk in every message";
    ChunkTooLarge "CHUNK_TOO_LARGE" InvalidArgument "send chunks of at most 1 MiB";
    SizeMismatch "SIZE_MISMATCH" InvalidArgument "declare the number of bytes that are sent";
    BadProgram "BAD_PROGRAM" InvalidArgument "send the JSON that cairo-compile wrote";
    ProgramTooLarge "PROGRAM_TOO_LARGE" InvalidArgument "start the server with a larger --max-program-bytes";
    EngineProtocol "ENGINE_PROTOCOL" InvalidArgument "see hint_session.proto for what an engine may say, and when";
    ProgramUnfit "PROGRAM_UNFIT" InvalidArgument "create the VM with a layout, mode and entry point that fit the program";

    NoCredentials "NO_CREDENTIALS" Unauthenticated "send `authorization: Bearer TOKEN` with every call, or connect with a client certificate that the server knows";
    BadCredentials "BAD_CREDENTIALS" Unauthenticated "ask whoever runs the server for a token; it may have been replaced or have expired";

    VmNotFound "VM_NOT_FOUND" NotFound "a VM ends with the connection that created it unless it has a time_to_live; create it again";
    ProgramNotFound "PROGRAM_NOT_FOUND" NotFound "upload it with UploadProgram; the server may forget programs that nobody uses";
    VmAlreadyExists "VM_ALREADY_EXISTS" AlreadyExists "choose another vm_id, or delete that VM first";

    VmRunning "VM_RUNNING" FailedPrecondition "pause it with PauseVm, or wait";
    VmNotRunning "VM_NOT_RUNNING" FailedPrecondition "only a VM inside of RunVm can be paused";
    VmEnded "VM_ENDED" FailedPrecondition "create another VM to run the program again";
    VmStarted "VM_STARTED" FailedPrecondition "write memory between CreateVm and the first RunVm";
    VmNotSucceeded "VM_NOT_SUCCEEDED" FailedPrecondition "run the VM to its end first";
    ArtifactUnavailable "ARTIFACT_UNAVAILABLE" FailedPrecondition "create the VM with what the result needs: `trace`, `proof_mode`, the entry point `main`";
    HintNotNative "HINT_NOT_NATIVE" FailedPrecondition "set HINT_PLACEMENT_AUTO, which runs such hints in Python";
    HintEngineNotAttached "HINT_ENGINE_NOT_ATTACHED" FailedPrecondition "open AttachHints for the VM before it runs";
    HintEngineAttached "HINT_ENGINE_ATTACHED" FailedPrecondition "attach once to each VM";
    HintEngineIsWorker "HINT_ENGINE_IS_WORKER" FailedPrecondition "create the VM with HINT_ENGINE_ATTACHED";
    HintsNotLoaded "HINTS_NOT_LOADED" FailedPrecondition "correct the hint or the input that the message names, and create the VM again";
    HintEngineGone "HINT_ENGINE_GONE" FailedPrecondition "read hint variables before the VM ends or its worker dies";

    TooManyVms "TOO_MANY_VMS" ResourceExhausted "delete VMs that are not needed, or start the server with a larger --max-vms or --max-vms-per-tenant";
    TooManyConnections "TOO_MANY_CONNECTIONS" ResourceExhausted "use one connection for many calls, and close those that are not needed";
    TooManyUploads "TOO_MANY_UPLOADS" ResourceExhausted "try again when other uploads have ended";
    TooManyWatchers "TOO_MANY_WATCHERS" ResourceExhausted "end other WatchVm calls of this VM";
    TooManyCalls "TOO_MANY_CALLS" ResourceExhausted "wait for the answers of earlier calls";
    MemoryLimit "MEMORY_LIMIT" ResourceExhausted "ask for more memory in the VM's limits, or start the server with a larger --max-memory";
    TooManyCells "TOO_MANY_CELLS" ResourceExhausted "have a hint write large data";
    TooManySegments "TOO_MANY_SEGMENTS" ResourceExhausted "have a hint add more segments";
    MessageTooLarge "MESSAGE_TOO_LARGE" ResourceExhausted "send less in one message";
    NoSpace "NO_SPACE" ResourceExhausted "free space in the server's folder for temporary files (TMPDIR)";

    DeadlinePassed "DEADLINE_PASSED" DeadlineExceeded "call again with a longer deadline";
    RunDeadline "RUN_DEADLINE" DeadlineExceeded "the VM pauses before its next step; run it again to go on, with a longer deadline";
    EngineLate "ENGINE_LATE" DeadlineExceeded "answer `start` and `load_hints` within 60 seconds, and hints within the VM's limits.hint_timeout";
    UploadStalled "UPLOAD_STALLED" DeadlineExceeded "send the next chunk within 10 seconds";

    VmFailed "VM_FAILED" Aborted "ask GetVm why";
    VmDeleted "VM_DELETED" Aborted "create the VM again";
    ConnectionClosed "CONNECTION_CLOSED" Cancelled "connect again";

    ServerDraining "SERVER_DRAINING" Unavailable "connect to another server";
    ServerShutdown "SERVER_SHUTDOWN" Unavailable "connect to another server and create the VM again";
    WorkerNotStarted "WORKER_NOT_STARTED" Unavailable "try again; if it fails again, the server's Python environment or its limits do not fit (see its log)";

    UnknownCall "UNKNOWN_CALL" Unimplemented "use the calls of this server's cairohints.v1.VmService, which reflection lists";
    BadCall "BAD_CALL" Internal "use a gRPC client whose messages are those of this server's vm_service.proto";
    Internal "INTERNAL" Internal "see the server's log";
}

/// An error of a call, until it is a [`Status`].
#[derive(Debug)]
pub(super) struct Problem {
    reason: Reason,
    message: String,
    metadata: HashMap<String, String>,
    details: ErrorDetails,
}

impl Problem {
    pub(super) fn new(reason: Reason, message: impl Display) -> Self {
        let mut details = ErrorDetails::new();
        // The advice is all there is to read.
        details.add_help_link(reason.advice(), "");
        Self {
            reason,
            message: message.to_string(),
            metadata: HashMap::new(),
            details,
        }
    }

    /// Adds a fact for programs to read.
    pub(super) fn with(mut self, key: &str, value: impl Display) -> Self {
        self.metadata.insert(key.to_owned(), value.to_string());
        self
    }

    /// Names the field of the request that is wrong.
    pub(super) fn field(mut self, field: &str) -> Self {
        self.details
            .add_bad_request_violation(field, self.message.clone());
        self.with("field", field)
    }

    /// Names the resource concerned.
    pub(super) fn resource(mut self, kind: &str, name: &str) -> Self {
        self.details
            .set_resource_info(kind, name, "", self.message.clone());
        self
    }

    /// Names the VM concerned.
    pub(super) fn vm(self, name: &str) -> Self {
        self.resource("cairohints.v1.Vm", name).with("vm", name)
    }

    /// Names what must be otherwise before the call can succeed.
    pub(super) fn precondition(mut self, kind: &str, subject: &str) -> Self {
        self.details
            .add_precondition_failure_violation(kind, subject, self.message.clone());
        self
    }
}

impl From<Problem> for Status {
    fn from(problem: Problem) -> Self {
        let Problem {
            reason,
            message,
            metadata,
            mut details,
        } = problem;
        details.set_error_info(reason.as_str(), DOMAIN, metadata);
        Self::with_error_details(reason.code(), message, details)
    }
}

/// A field of the request that cannot be used.
pub(super) fn invalid(field: &str, reason: Reason, message: impl Display) -> Status {
    Problem::new(reason, message).field(field).into()
}

/// A VM in the wrong state.
pub(super) fn wrong_state(name: &str, reason: Reason, message: impl Display) -> Status {
    Problem::new(reason, message)
        .precondition("STATE", name)
        .vm(name)
        .into()
}

/// A VM that does not exist, or not for this caller.
pub(super) fn unknown_vm(name: &str) -> Status {
    // The name is the caller's; it is not repeated at any length.
    let name: String = name.chars().take(80).collect();
    Problem::new(Reason::VmNotFound, format!("there is no VM `{name}`"))
        .vm(&name)
        .into()
}

/// A fault of ours.
pub(super) fn internal(message: impl Display) -> Status {
    Problem::new(Reason::Internal, message).into()
}

/// A fault of ours, unless the disk is full.
pub(super) fn io(error: &std::io::Error) -> Status {
    match error.kind() {
        std::io::ErrorKind::StorageFull | std::io::ErrorKind::QuotaExceeded => Problem::new(
            Reason::NoSpace,
            format!("the server has no room for the result: `{error}`"),
        )
        .into(),
        _ => internal(error),
    }
}

/// A bound of one VM was reached: its name, how high it is, and what is used of it. Time alone does not help.
pub(super) fn exhausted(
    reason: Reason,
    (name, limit, used): (&'static str, u64, u64),
    message: impl Display,
) -> Status {
    let found = Over {
        name,
        limit,
        used,
        retry: None,
    };
    over(reason, &found, message)
}

/// A bound, and how much of it is used.
#[derive(Clone, Copy, Debug)]
pub(super) struct Over {
    /// Its name.
    pub(super) name: &'static str,
    /// The bound.
    pub(super) limit: u64,
    /// What is used of it.
    pub(super) used: u64,
    /// When to try again; absent when time alone does not help.
    pub(super) retry: Option<Duration>,
}

/// A bound was reached; says which, how high it is and what is used of it.
pub(super) fn over(reason: Reason, over: &Over, message: impl Display) -> Status {
    let mut problem = Problem::new(reason, message)
        .with("limit_name", over.name)
        .with("limit", over.limit)
        .with("used", over.used);
    let violation = problem.message.clone();
    problem
        .details
        .add_quota_failure_violation(over.name, violation);
    if let Some(retry) = over.retry {
        problem.details.set_retry_info(Some(retry));
    }
    problem.into()
}

/// The server is about to end.
pub(super) fn draining() -> Status {
    Problem::new(Reason::ServerDraining, "the server is about to end").into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proto_lists_every_reason_with_its_code() {
        let proto = include_str!("../../../proto/cairohints/v1/vm_service.proto");
        let mut listed: Vec<(&str, &str)> = Vec::new();
        let mut code = "";
        for line in proto.lines() {
            let Some(text) = line.strip_prefix("// - ") else {
                continue;
            };
            let Some((name, reasons)) = text.split_once(": ") else {
                continue;
            };
            code = if name.is_empty() { code } else { name };
            for reason in reasons.split([',', ' ']).filter(|word| !word.is_empty()) {
                listed.push((code, reason));
            }
        }
        let mut expected: Vec<(String, &str)> = Reason::ALL
            .iter()
            .map(|reason| {
                (
                    upper_snake(&format!("{:?}", reason.code())),
                    reason.as_str(),
                )
            })
            .collect();
        let mut listed: Vec<(String, &str)> = listed
            .into_iter()
            .map(|(code, reason)| (code.to_owned(), reason))
            .collect();
        expected.sort();
        listed.sort();
        assert_eq!(listed, expected);
    }

    #[test]
    fn a_full_disk_is_no_fault_of_ours() {
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        assert_eq!(io(&full).code(), Code::ResourceExhausted);
        let other = std::io::Error::from(std::io::ErrorKind::NotFound);
        assert_eq!(io(&other).code(), Code::Internal);
    }

    fn upper_snake(name: &str) -> String {
        name.char_indices()
            .fold(String::new(), |mut text, (at, letter)| {
                if at > 0 && letter.is_uppercase() {
                    text.push('_');
                }
                text.push(letter.to_ascii_uppercase());
                text
            })
    }
}
