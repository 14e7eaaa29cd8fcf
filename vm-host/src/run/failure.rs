//! Why a VM failed: the reference VM's text, and its parts for those who want them apart. What becomes of
//! it (an exit code, a message to a client) is decided elsewhere.

use std::sync::Arc;

use cairo_vm::types::relocatable::{MaybeRelocatable, Relocatable};
use cairo_vm::vm::vm_core::VirtualMachine;
use hint_proto::v1::{Failed, FailureKind};

use super::config::PROGRAM_BASE;
use super::core::Run;
use super::step_error::{StepCause, StepError};
use crate::account::OverLimit;
use crate::hint::HintError;
use crate::hint::dispatch::{Dispatch, NoPython, NotRun};
use crate::hint::error::text_of;
use crate::hint::limits::TooManySegments;
use crate::program::{ExceptionContext, MemoryView};
use crate::vm::error_text::{END_NOT_REACHED, END_REACHED, StepFailure, explain};
use crate::vm::{ASSERTION, RunFailure};
use crate::worker::{Death, LaunchError};

/// What the reference VM says of a hint that raised.
const HINT_RAISED: &str = "Got an exception while executing a hint.";
/// What the reference VM says of a hint that does not compile.
const HINT_DOES_NOT_COMPILE: &str = "Got an exception while compiling a hint.";

/// A failed run.
#[derive(Clone, Debug)]
pub struct Failure {
    /// In one word.
    pub reason: FailureReason,
    /// What a failed assertion of the reference VM is printed with; else nothing.
    pub prefix: &'static str,
    /// The text behind that; the reference VM's where it has one.
    pub message: String,
    /// Where.
    pub pc: Option<Relocatable>,
    /// The place of the hint at fault among the hints of that pc.
    pub hint_index: Option<usize>,
    /// The Cairo traceback.
    pub cairo_traceback: String,
    /// What the engine said of the exception.
    pub raised: Option<Box<Failed>>,
    /// Why the worker did not start that the hint needed.
    pub launch: Option<Arc<LaunchError>>,
}

/// Why a run failed, in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FailureReason {
    /// A hint raised an exception or does not compile.
    HintRaised,
    /// An instruction, or a check of the reference VM around the steps.
    CairoError,
    /// The steps were used up.
    StepsExhausted,
    /// The hint worker died.
    WorkerDied,
    /// The hint worker used more than it may.
    WorkerLimit,
    /// The client that served the hints left.
    EngineDetached,
    /// A hint ran into its deadline.
    HintTimeout,
    /// A hint called `sys.exit`.
    Exit,
    /// A hint was interrupted.
    Interrupted,
    /// What a hint did was refused.
    DiffRefused,
    /// The engine broke the protocol.
    Protocol,
    /// No engine serves the language of a hint.
    LanguageNotServed,
    /// Every engine that serves its language declined a hint.
    HintDeclined,
    /// The run did not end as it must.
    EndOfRun,
    /// The run took more of the host than it may.
    LimitExceeded,
    /// A fault of the host.
    Internal,
}

impl FailureReason {
    /// Each of them.
    pub const ALL: [Self; 16] = [
        Self::HintRaised,
        Self::CairoError,
        Self::StepsExhausted,
        Self::WorkerDied,
        Self::WorkerLimit,
        Self::EngineDetached,
        Self::HintTimeout,
        Self::Exit,
        Self::Interrupted,
        Self::DiffRefused,
        Self::Protocol,
        Self::LanguageNotServed,
        Self::HintDeclined,
        Self::EndOfRun,
        Self::LimitExceeded,
        Self::Internal,
    ];

    /// The word as clients get it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::HintRaised => "HINT_RAISED",
            Self::CairoError => "CAIRO_ERROR",
            Self::StepsExhausted => "STEPS_EXHAUSTED",
            Self::WorkerDied => "WORKER_DIED",
            Self::WorkerLimit => "WORKER_LIMIT",
            Self::EngineDetached => "ENGINE_DETACHED",
            Self::HintTimeout => "HINT_TIMEOUT",
            Self::Exit => "EXIT",
            Self::Interrupted => "INTERRUPTED",
            Self::DiffRefused => "DIFF_REFUSED",
            Self::Protocol => "PROTOCOL",
            Self::LanguageNotServed => "LANGUAGE_NOT_SERVED",
            Self::HintDeclined => "HINT_DECLINED",
            Self::EndOfRun => "END_OF_RUN",
            Self::LimitExceeded => "LIMIT_EXCEEDED",
            Self::Internal => "INTERNAL",
        }
    }
}

struct Memory<'a>(&'a VirtualMachine);

impl MemoryView for Memory<'_> {
    fn get(&self, address: Relocatable) -> Option<MaybeRelocatable> {
        self.0.get_maybe(&address)
    }
}

impl Failure {
    /// The whole text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.prefix, self.message)
    }

    /// A failure without a place.
    pub fn new(reason: FailureReason, message: impl Into<String>) -> Self {
        Self {
            reason,
            prefix: "",
            message: message.into(),
            pc: None,
            hint_index: None,
            cairo_traceback: String::new(),
            raised: None,
            launch: None,
        }
    }

    fn of_instruction(
        vm: &VirtualMachine,
        context: &ExceptionContext,
        failure: &StepFailure,
        fp: Relocatable,
    ) -> Self {
        match failure.address {
            Some(pc) => {
                let text =
                    context.vm_exception(pc, fp, &failure.text, None, true, &[], &Memory(vm));
                Self {
                    pc: Some(pc),
                    cairo_traceback: text.traceback.unwrap_or_default(),
                    ..Self::new(FailureReason::CairoError, text.text)
                }
            }
            None => Self::new(
                FailureReason::CairoError,
                format!("Error at pc={}:\n{}", failure.pc, failure.text),
            ),
        }
    }

    /// A run that took more host memory than it may.
    #[must_use]
    pub fn over_limit(over: OverLimit) -> Self {
        let hint = match over.of_all {
            true => "end other VMs, or raise the limit of the server with --max-total-memory",
            false => {
                "raise the limit with --max-memory, or with `limits.max_memory_bytes` of the VM"
            }
        };
        let text = format!("the run was ended: {over}\nhint: {hint}");
        Self::new(FailureReason::LimitExceeded, text)
    }

    /// A run with more segments than it may have.
    fn too_many_segments(error: TooManySegments) -> Self {
        Self::new(
            FailureReason::LimitExceeded,
            format!(
                "the run was ended: {error}\n\
                 hint: raise the limit with --max-segments, or with `limits.max_segments` of the VM"
            ),
        )
    }

    /// A worker that did not start when a hint needed it.
    pub(crate) fn not_launched(error: LaunchError) -> Self {
        Self {
            launch: Some(Arc::new(error)),
            ..Self::new(FailureReason::WorkerDied, "the hint worker did not start")
        }
    }

    /// A hint in a language that nobody serves.
    #[must_use]
    pub(crate) fn of_language(
        context: &ExceptionContext,
        pc: Relocatable,
        hint_index: usize,
        error: &HintError,
    ) -> Self {
        let notes = [
            "hint: check the name behind `# lang:`, or use a build or a client with that engine"
                .to_owned(),
        ];
        let text = context
            .compile_error(pc, &error.to_string(), hint_index, &notes)
            .text;
        Self {
            pc: Some(pc),
            hint_index: Some(hint_index),
            ..Self::new(FailureReason::LanguageNotServed, text)
        }
    }

    /// A hint that does not compile.
    #[must_use]
    pub fn of_compilation(
        context: &ExceptionContext,
        pc: Relocatable,
        hint_index: usize,
        failed: Box<Failed>,
    ) -> Self {
        let notes = [text_of(&failed).to_owned()];
        let text = context
            .compile_error(pc, HINT_DOES_NOT_COMPILE, hint_index, &notes)
            .text;
        Self {
            pc: Some(pc),
            hint_index: Some(hint_index),
            raised: Some(failed),
            ..Self::new(FailureReason::HintRaised, text)
        }
    }

    /// A hint that did not end by raising an exception that the reference VM wraps. `subject` says which.
    #[must_use]
    pub fn of_hint(error: HintError, subject: &str) -> Self {
        match error {
            HintError::Raised(failed) => {
                let (reason, message) = match kind(&failed) {
                    FailureKind::Exit => (FailureReason::Exit, failed.message.as_str()),
                    FailureKind::Interrupt => (FailureReason::Interrupted, text_of(&failed)),
                    _ => (FailureReason::HintRaised, text_of(&failed)),
                };
                let message = message.to_owned();
                Self {
                    raised: Some(failed),
                    ..Self::new(reason, message)
                }
            }
            HintError::Died {
                death: Death::Detached,
            } => Self::new(
                FailureReason::EngineDetached,
                format!("the client that serves the hints left while it ran {subject}"),
            ),
            HintError::Died {
                death: death @ Death::OverLimit(_),
            } => Self::new(
                FailureReason::WorkerLimit,
                format!("the hint worker was ended while it ran {subject}: {death}"),
            ),
            HintError::NotConfined(error) => Self::not_launched(error.into()),
            HintError::Died { death } => Self::new(
                FailureReason::WorkerDied,
                format!("the hint worker died while it ran {subject}: {death}"),
            ),
            HintError::Timeout { limit } => Self::new(
                FailureReason::HintTimeout,
                format!(
                    "{subject} ran longer than the limit of `{}` seconds",
                    limit.as_secs_f64()
                ),
            ),
            HintError::Protocol(what) => Self::new(
                FailureReason::Protocol,
                format!("the hint engine broke the protocol while it ran {subject}: {what}"),
            ),
            HintError::Print(error) => Self::new(
                FailureReason::HintRaised,
                format!("cannot write what {subject} prints: {error}"),
            ),
            HintError::OverLimit(over) => Self::over_limit(over),
            HintError::TooManySegments(error) => Self::too_many_segments(error),
            error @ HintError::Unserved { .. } => {
                Self::new(FailureReason::LanguageNotServed, error.to_string())
            }
            HintError::Diff(error) => Self::new(
                FailureReason::DiffRefused,
                format!("{subject} was refused: {error}"),
            ),
        }
    }
}

impl Run {
    /// Why a run stopped, in the reference VM's words.
    #[must_use]
    pub fn explain(&mut self, error: StepError) -> Failure {
        self.know_loaded_programs();
        let (vm, context) = (self.vm(), &self.context);
        let StepError { before, mut cause } = error;
        if let StepCause::Hint {
            error: NotRun::Failed(HintError::Raised(failed)),
            ..
        } = &mut cause
        {
            context.complete(failed);
        }
        let pc = before.pc;
        let fp = Relocatable {
            segment_index: 1,
            offset: before.fp,
        };
        let place = |reason, message: &str, hint_index, with_traceback, notes: &[String]| {
            let memory = Memory(vm);
            let text =
                context.vm_exception(pc, fp, message, hint_index, with_traceback, notes, &memory);
            Failure {
                pc: Some(pc),
                hint_index,
                cairo_traceback: text.traceback.unwrap_or_default(),
                ..Failure::new(reason, text.text)
            }
        };
        match cause {
            StepCause::Instruction(error) => {
                let failure = explain(vm, before, &error);
                Failure::of_instruction(vm, context, &failure, fp)
            }
            StepCause::EndNotReached => place(
                FailureReason::StepsExhausted,
                END_NOT_REACHED,
                None,
                false,
                &[],
            ),
            StepCause::TooManySegments(error) => Failure {
                pc: Some(pc),
                ..Failure::too_many_segments(error)
            },
            StepCause::OverLimit(over) => Failure {
                pc: Some(pc),
                ..Failure::over_limit(over)
            },
            StepCause::EndReached => {
                place(FailureReason::CairoError, END_REACHED, None, false, &[])
            }
            StepCause::Hint { hint_index, error } => match error {
                NotRun::Failed(HintError::Raised(failed))
                    if kind(&failed) == FailureKind::Exception =>
                {
                    let notes = [text_of(&failed).trim_end_matches('\n').to_owned() + "\n"];
                    // The reference VM says so of every syntax error, also one that the hint's own
                    // `exec` raised.
                    let syntax = matches!(
                        class_path(&failed),
                        "builtins.SyntaxError" | "builtins.IndentationError" | "builtins.TabError"
                    );
                    let message = if syntax {
                        HINT_DOES_NOT_COMPILE
                    } else {
                        HINT_RAISED
                    };
                    let reason = FailureReason::HintRaised;
                    let mut failure = place(reason, message, Some(hint_index), true, &notes);
                    failure.raised = Some(failed);
                    failure
                }
                // Hints of programs that others loaded are compiled when they first run.
                NotRun::Failed(HintError::Raised(failed))
                    if kind(&failed) == FailureKind::Compile =>
                {
                    Failure::of_compilation(context, pc, hint_index, failed)
                }
                NotRun::Failed(error) => {
                    let memory = Memory(vm);
                    let text =
                        context.vm_exception(pc, fp, "", Some(hint_index), false, &[], &memory);
                    let place = text.location.map_or_else(
                        || format!("pc={pc}"),
                        |location| location.to_string_with_message(""),
                    );
                    let mut failure = Failure::of_hint(error, &format!("the hint at {place}"));
                    failure.pc = Some(pc);
                    failure.hint_index = Some(hint_index);
                    failure
                }
                NotRun::Declined(reason) => place(
                    FailureReason::HintDeclined,
                    &format!("no engine took the hint: {reason}"),
                    Some(hint_index),
                    true,
                    &[],
                ),
                NotRun::NeedsPython => place(
                    FailureReason::HintRaised,
                    "a hint cannot go on in Rust, and the placement `native` keeps Python from saying why\n\
                     hint: place hints with `auto` for the reference VM's text",
                    None,
                    true,
                    &[],
                ),
                NotRun::NoPython(NoPython::Launch(error)) => Failure::not_launched(error),
                NotRun::NoPython(NoPython::Session(error)) => self.not_opened(error),
            },
            StepCause::Rule(HintError::Raised(failed))
                if kind(&failed) == FailureKind::Exception =>
            {
                let reason = FailureReason::HintRaised;
                let mut failure = place(reason, &failed.message, None, true, &[]);
                failure.raised = Some(failed);
                failure
            }
            StepCause::Rule(error) => {
                let mut failure = Failure::of_hint(error, &format!("a rule at pc={pc}"));
                failure.pc = Some(pc);
                failure
            }
        }
    }
}

impl Run {
    /// Programs that hints loaded explain their own instructions.
    fn know_loaded_programs(&mut self) {
        if let Some(hints) = &self.hints {
            for loaded in hints.table().programs().iter().skip(1) {
                let program = Arc::clone(&loaded.program);
                self.context.load(program, loaded.base);
            }
        }
    }

    /// Where a run was that somebody stopped, perhaps in the middle of a hint. It cannot go on.
    #[must_use]
    pub fn interrupted(&mut self) -> Failure {
        self.know_loaded_programs();
        let vm = self.vm();
        let pc = vm.get_pc();
        let mut message = "interrupted".to_owned();
        if let Some(name) = self.function_at(pc) {
            message += &format!(" in the function `{name}`");
        }
        let running = self.hints.as_ref().and_then(Dispatch::running);
        if let Some((_, hint)) = running.and_then(|(_, id)| self.hints.as_ref()?.table().hint(id)) {
            let line = hint.code.lines().find(|line| !line.trim().is_empty());
            message += &format!(", in the hint `{}`", line.unwrap_or_default().trim());
        }
        let hint_index = running.map(|(index, _)| index);
        let (context, memory) = (&self.context, Memory(vm));
        let text = context.vm_exception(pc, vm.get_fp(), &message, hint_index, true, &[], &memory);
        Failure {
            pc: Some(pc),
            hint_index,
            cairo_traceback: text.traceback.unwrap_or_default(),
            ..Failure::new(FailureReason::Interrupted, text.text)
        }
    }

    /// The full name of the function that an instruction stands in.
    fn function_at(&self, pc: Relocatable) -> Option<String> {
        let main = self.program.iter().map(|program| (program, PROGRAM_BASE));
        let loaded = self.hints.iter().flat_map(|hints| {
            let programs = hints.table().programs().iter();
            programs.map(|loaded| (&loaded.program, loaded.base))
        });
        let (program, offset) = main.chain(loaded).find_map(|(program, base)| {
            let offset = pc.offset.checked_sub(base.offset)?;
            let inside = pc.segment_index == base.segment_index && offset < program.data().len();
            inside.then_some((program, offset))
        })?;
        let functions = program.functions();
        let (_, name) = functions.into_iter().rfind(|(start, _)| *start <= offset)?;
        Some(name)
    }
}

impl From<RunFailure> for Failure {
    fn from(failure: RunFailure) -> Self {
        let reason = FailureReason::EndOfRun;
        match failure.without_name() {
            Some(text) => Self {
                prefix: ASSERTION,
                ..Self::new(reason, text)
            },
            None => Self::new(reason, failure.to_string()),
        }
    }
}

/// How a failure travels. What this host does not know, and what is not said, is one of the hint.
fn kind(failed: &Failed) -> FailureKind {
    match FailureKind::try_from(failed.kind) {
        Ok(FailureKind::Unspecified) | Err(_) => FailureKind::Exception,
        Ok(kind) => kind,
    }
}

/// The dotted class of the exception, in Python.
fn class_path(failed: &Failed) -> &str {
    let python = failed.python.as_ref();
    python.map_or("", |python| &python.class_path)
}
