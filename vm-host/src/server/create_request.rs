//! A CreateVmRequest, checked: everything that can be refused before a VM exists is refused here.

use std::sync::Arc;
use std::time::Duration;

use cairo_vm::types::builtin_name::BuiltinName;
use cairo_vm::types::layout::CairoLayoutParams;
use cairo_vm::types::layout_name::LayoutName;
use clap::ValueEnum as _;
use hint_proto::v1::argument::Kind;
use hint_proto::v1::entry_point::Function;
use hint_proto::v1::{
    Argument, CreateVmRequest, EntryPoint, HintEngine, HintPlacement, Vm, VmLimits,
};
use prost::Message as _;
use sha2::{Digest as _, Sha256};
use tonic::Status;

use super::bounds::Bounds;
use super::error::{Reason, exhausted, invalid};
use super::options::ServeOptions;
use super::programs::{Programs, StoredProgram, unknown_program};
use super::tenants::{Tenant, bounded};
use super::value;
use crate::run::{self, CallSetup, Entry, Limits, RunConfig, SessionInputs, wasm};
use crate::vm::wire;
use crate::vm::{VmConfig, start};

/// Longest JSON text of a request.
const MAX_JSON_BYTES: usize = 16 << 20;
/// Most arguments of a call, those in lists included.
const MAX_ARGUMENTS: usize = 1 << 20;
/// Deepest nesting of lists.
const MAX_DEPTH: usize = 32;

/// A VM to make.
#[derive(Debug)]
pub(super) struct VmRequest {
    pub(super) id: String,
    pub(super) request_id: String,
    /// Of the whole request.
    pub(super) digest: [u8; 32],
    pub(super) program: Arc<StoredProgram>,
    pub(super) entry: Entry,
    pub(super) config: RunConfig,
    /// Whether the client serves the hints itself.
    pub(super) attached: bool,
    pub(super) time_to_live: Option<Duration>,
    /// Whose VM it will be.
    pub(super) tenant: Arc<str>,
    /// What it may use up.
    pub(super) bounds: Bounds,
    /// Bytes of memory.
    pub(super) max_memory: usize,
    /// What was asked for, as callers see it of the VM.
    pub(super) shown: Vm,
}

impl VmRequest {
    /// Checks a request.
    pub(super) fn check(
        request: CreateVmRequest,
        server: &ServeOptions,
        tenant: &Tenant,
        programs: &Programs,
    ) -> Result<Self, Status> {
        let digest = Sha256::digest(request.encode_to_vec()).into();
        check_id(&request.vm_id)?;
        if HintPlacement::try_from(request.hint_placement).is_err() {
            let text = format!("`{}` is no HintPlacement", request.hint_placement);
            return Err(invalid("hint_placement", Reason::BadEnum, text));
        }
        if request.request_id.len() > super::runs::MAX_ID {
            return Err(invalid(
                "request_id",
                Reason::BadRequestId,
                "a request_id is a UUID",
            ));
        }
        let hash = &request.program_hash;
        let program = programs.get(&tenant.name, hash);
        let program = program.ok_or_else(|| unknown_program(hash))?;
        let layout = match request.layout.as_str() {
            "" => LayoutName::plain,
            name => LayoutName::from_str(name, false).map_err(|_| {
                // It may be anything.
                let name: String = name.chars().take(80).collect();
                invalid(
                    "layout",
                    Reason::UnknownLayout,
                    format!("there is no layout `{name}`"),
                )
            })?,
        };
        let layout_params = layout_params(layout, &request.dynamic_layout_params_json)?;
        let placement = match request.hint_placement() {
            HintPlacement::Unspecified | HintPlacement::Auto => run::HintPlacement::Auto,
            HintPlacement::Python => run::HintPlacement::Python,
            HintPlacement::Native => run::HintPlacement::Native,
            HintPlacement::Apart => {
                let text = "`HINT_PLACEMENT_APART` is for answers only";
                return Err(invalid("hint_placement", Reason::BadEnum, text));
            }
        };
        let entry = entry(&request, &program, server.max_segments)?;
        for (field, text) in [
            ("program_input_json", &request.program_input_json),
            ("hint_locals_json", &request.hint_locals_json),
            ("static_locals_json", &request.static_locals_json),
        ] {
            check_json(field, text)?;
        }
        let wasm = request.wasm.clone().unwrap_or_default();
        wasm::check(&wasm).map_err(|error| {
            // The advice goes with the reason.
            let text = error.to_string();
            let text = text.lines().next().unwrap_or_default();
            invalid("wasm.modules", Reason::BadWasmModule, text)
        })?;
        let limits = request.limits.unwrap_or_default();
        let most = &tenant.limits;
        let hint_timeout = duration("limits.hint_timeout", limits.hint_timeout)?
            .map_or(most.hint_time, |limit| limit.min(most.hint_time));
        let time_to_live = duration("limits.time_to_live", limits.time_to_live)?
            .map(|limit| limit.min(most.time_to_live).min(most.lifetime));
        let max_steps = at_most(limits.max_steps, most.max_steps);
        let run_time = duration("limits.run_time", limits.run_time)?;
        let cpu_time = duration("limits.cpu_time", limits.cpu_time)?;
        let output_bytes = Some(limits.max_output_bytes).filter(|bytes| *bytes > 0);
        let bounds = Bounds {
            run_time: bounded(run_time, most.run_time),
            cpu_time: bounded(cpu_time, most.cpu_time),
            output_bytes: bounded(output_bytes, most.max_output_bytes),
        };
        let max_memory = at_most(limits.max_memory_bytes, most.max_memory_bytes);
        let allowed = &server.limits;
        let hint_limits = Limits {
            cells_per_hint: at_most(limits.max_hint_cells, allowed.cells_per_hint),
            gap: at_most(limits.max_memory_gap, allowed.gap),
            segments: at_most(limits.max_segments, most.max_segments),
            error_text: at_most(limits.max_error_text_bytes, allowed.error_text as u64) as usize,
            ..*allowed
        };
        let engine = HintEngine::try_from(request.hint_engine).map_err(|_| {
            let text = format!("`{}` is no HintEngine", request.hint_engine);
            invalid("hint_engine", Reason::BadEnum, text)
        })?;
        let attached = engine == HintEngine::Attached;
        let limit = |limit: Duration| prost_types::Duration::try_from(limit).ok();
        let entry_point = request.entry_point.as_ref();
        let shown = Vm {
            hint_engine: match attached {
                true => HintEngine::Attached.into(),
                false => HintEngine::Worker.into(),
            },
            hint_placement: match request.hint_placement() {
                HintPlacement::Unspecified => HintPlacement::Auto.into(),
                placement => placement.into(),
            },
            limits: Some(VmLimits {
                max_steps,
                hint_timeout: limit(hint_timeout),
                time_to_live: time_to_live.and_then(limit),
                run_time: bounds.run_time.and_then(limit),
                cpu_time: bounds.cpu_time.and_then(limit),
                max_output_bytes: bounds.output_bytes.unwrap_or_default(),
                max_memory_bytes: max_memory,
                max_segments: hint_limits.segments,
                max_memory_gap: hint_limits.gap,
                max_hint_cells: hint_limits.cells_per_hint,
                max_error_text_bytes: hint_limits.error_text as u64,
            }),
            entry_point: Some(EntryPoint {
                function: match entry_point.and_then(|entry| entry.function.clone()) {
                    None => Some(Function::Name("main".to_owned())),
                    function => function,
                },
                ..EntryPoint::default()
            }),
            ..Vm::default()
        };
        let inputs = SessionInputs {
            program_input_json: request.program_input_json,
            hint_locals_json: request.hint_locals_json,
            static_locals_json: request.static_locals_json,
            syscall_handler: request.syscall_handler,
            hint_locals_callable: request.hint_locals_callable,
            import_paths: [server.import_paths.as_slice(), &request.import_paths].concat(),
            python_env: server.python_env.clone(),
            relied_on: Vec::new(),
            wasm,
            // Workers of a server have no terminal.
            hint_timeout: Some(hint_timeout),
            limits: hint_limits,
        };
        let config = RunConfig {
            vm: VmConfig {
                layout,
                layout_params,
                proof_mode: request.proof_mode,
                allow_missing_builtins: request.allow_missing_builtins || request.proof_mode,
                trace: request.trace,
            },
            secure_run: request.verify_secure.unwrap_or(!request.proof_mode),
            no_end: false,
            counts_steps: request.report,
            max_steps,
            program_segment_size: usize::try_from(request.program_segment_size)
                .unwrap_or(usize::MAX),
            placement,
            debug_info: false,
            foreign_objects: attached,
            hints: inputs,
        };
        Ok(Self {
            id: request.vm_id,
            request_id: request.request_id,
            digest,
            program,
            entry,
            config,
            attached,
            time_to_live,
            tenant: Arc::clone(&tenant.name),
            bounds,
            max_memory: max_memory as usize,
            shown,
        })
    }
}

/// What is asked for, as far as it is allowed; 0 asks for all of that.
fn at_most(asked: u64, allowed: u64) -> u64 {
    match asked {
        0 => allowed,
        asked => asked.min(allowed),
    }
}

fn check_id(id: &str) -> Result<(), Status> {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    // `vms/-` stands for VMs of any name, by the conventions of resource names.
    if id.len() > 63 || id == "-" || !id.bytes().all(allowed) {
        let text = "a vm_id is 1 to 63 of a-z, 0-9 and -, and not `-` alone";
        return Err(invalid("vm_id", Reason::BadVmId, text));
    }
    Ok(())
}

fn layout_params(layout: LayoutName, json: &str) -> Result<Option<CairoLayoutParams>, Status> {
    const FIELD: &str = "dynamic_layout_params_json";
    match (layout == LayoutName::dynamic, json.is_empty()) {
        (false, true) => Ok(None),
        (false, false) => {
            let text = "only the layout `dynamic` has parameters";
            Err(invalid(FIELD, Reason::BadLayoutParams, text))
        }
        (true, true) => {
            let text = "the layout `dynamic` needs its parameters";
            Err(invalid(FIELD, Reason::BadLayoutParams, text))
        }
        (true, false) => start::layout_params(json.as_bytes())
            .map(Some)
            .map_err(|error| {
                let text = format!("these are no layout parameters: {error}");
                invalid(FIELD, Reason::BadLayoutParams, text)
            }),
    }
}

fn check_json(field: &str, text: &str) -> Result<(), Status> {
    if text.len() > MAX_JSON_BYTES {
        let message = format!("{field} is larger than the limit of `{MAX_JSON_BYTES}` bytes");
        return Err(invalid(field, Reason::JsonTooLarge, message));
    }
    if text.is_empty() {
        return Ok(());
    }
    // Python's parser is the judge; NaN and the infinities are its extensions.
    match serde_json::from_str::<serde::de::IgnoredAny>(text) {
        Err(error)
            if !text.contains("NaN")
                && !text.contains("Infinity")
                && !error.to_string().contains("recursion limit") =>
        {
            Err(invalid(
                field,
                Reason::BadJson,
                format!("{field} is not JSON: `{error}`"),
            ))
        }
        _ => Ok(()),
    }
}

fn duration(field: &str, value: Option<prost_types::Duration>) -> Result<Option<Duration>, Status> {
    match value {
        None => Ok(None),
        Some(value) => match Duration::try_from(value) {
            Ok(Duration::ZERO) => Ok(None),
            Ok(duration) => Ok(Some(duration)),
            Err(_) => Err(invalid(
                field,
                Reason::BadDuration,
                format!("{field} is no positive duration"),
            )),
        },
    }
}

fn entry(
    request: &CreateVmRequest,
    program: &StoredProgram,
    max_segments: usize,
) -> Result<Entry, Status> {
    let entry_point = request.entry_point.clone().unwrap_or_default();
    let setup = call_setup(&entry_point, max_segments)?;
    let EntryPoint {
        function,
        arguments,
        ..
    } = entry_point;
    let mut count = 0;
    let arguments = arguments
        .iter()
        .map(|argument| read_argument(argument, 0, &mut count))
        .collect::<Result<Vec<_>, _>>()?;
    let name = match function {
        None => "main".to_owned(),
        Some(Function::Name(name)) => name,
        Some(Function::Pc(pc)) => {
            let pc = usize::try_from(pc)
                .ok()
                .filter(|pc| *pc < program.text.program.data().len());
            let pc = pc.ok_or_else(|| {
                invalid(
                    "entry_point.pc",
                    Reason::BadEntryPoint,
                    "that pc is outside of the program",
                )
            })?;
            return not_in_proof_mode(
                request,
                Entry::Function {
                    pc,
                    name: None,
                    arguments,
                    setup,
                },
            );
        }
    };
    if matches!(name.as_str(), "" | "main" | "__main__.main") {
        if !arguments.is_empty() {
            let text = "`main` has no arguments";
            return Err(invalid("entry_point.arguments", Reason::BadArguments, text));
        }
        return Ok(Entry::main());
    }
    match program.text.program.label(&name) {
        Some(pc) => not_in_proof_mode(
            request,
            Entry::Function {
                pc,
                name: Some(name),
                arguments,
                setup,
            },
        ),
        None => {
            let text = format!("the program has no function `{name}`");
            Err(invalid("entry_point.name", Reason::BadEntryPoint, text))
        }
    }
}

fn call_setup(entry_point: &EntryPoint, max_segments: usize) -> Result<CallSetup, Status> {
    let builtin = |name: &String| {
        BuiltinName::from_str(name).ok_or_else(|| {
            let text: String = name.chars().take(80).collect();
            let text = format!("there is no builtin `{text}`");
            invalid("entry_point.builtins", Reason::BadEntryPoint, text)
        })
    };
    let builtins: Vec<_> = entry_point
        .builtins
        .iter()
        .map(builtin)
        .collect::<Result<_, _>>()?;
    for (index, name) in builtins.iter().enumerate() {
        if builtins[..index].contains(name) {
            let text = format!("the builtin `{name}` is named twice");
            return Err(invalid("entry_point.builtins", Reason::BadEntryPoint, text));
        }
    }
    let asked = u64::from(entry_point.segments) + u64::from(entry_point.temporary_segments);
    if asked > max_segments as u64 {
        let text = format!("more than `{max_segments}` segments are asked for");
        let found = ("max_segments", max_segments as u64, asked);
        return Err(exhausted(Reason::TooManySegments, found, text));
    }
    Ok(CallSetup {
        builtins,
        segments: entry_point.segments,
        temporary_segments: entry_point.temporary_segments,
        keep_temporary_segments: entry_point.keep_temporary_segments,
    })
}

fn not_in_proof_mode(request: &CreateVmRequest, entry: Entry) -> Result<Entry, Status> {
    if request.proof_mode {
        let text = "a proof starts at `__start__`";
        return Err(invalid("entry_point", Reason::BadEntryPoint, text));
    }
    Ok(entry)
}

fn read_argument(
    argument: &Argument,
    depth: usize,
    count: &mut usize,
) -> Result<run::Argument, Status> {
    let bad = |text: String| invalid("entry_point.arguments", Reason::BadArguments, text);
    *count += 1;
    if depth > MAX_DEPTH || *count > MAX_ARGUMENTS {
        return Err(bad(format!(
            "arguments are nested deeper than `{MAX_DEPTH}` or are more than `{MAX_ARGUMENTS}`"
        )));
    }
    match &argument.kind {
        None => Err(bad("an argument is empty".to_owned())),
        Some(Kind::Felt(text)) => match value::felt(text) {
            Some(felt) => Ok(run::Argument::Felt(felt)),
            None => {
                let text: String = text.chars().take(80).collect();
                Err(bad(format!("`{text}` is no felt")))
            }
        },
        Some(Kind::Address(address)) => match wire::address(address) {
            Some(address) => Ok(run::Argument::Address(address)),
            None => Err(bad("an address has a negative offset".to_owned())),
        },
        Some(Kind::List(list)) => {
            let elements = list.elements.iter();
            let elements = elements.map(|element| read_argument(element, depth + 1, count));
            Ok(run::Argument::List(elements.collect::<Result<_, _>>()?))
        }
    }
}

#[cfg(test)]
mod tests {
    use hint_proto::v1::{ArgumentList, VmLimits, WasmInputs, WasmModule};

    use super::*;
    use crate::program::fuzzing::fuzz;

    #[test]
    fn damaged_requests_are_taken_or_refused() {
        let json = r#"{"prime":"0x800000000000011000000000000000000000000000000000000000000000001",
            "builtins":[],"data":["0x208b7fff7fff7ffe"],"hints":{},"reference_manager":{"references":[]},
            "identifiers":{"__main__.main":{"type":"function","pc":0},"__main__.f":{"type":"function","pc":0}}}"#;
        let stored = StoredProgram::parse(json.as_bytes().to_vec(), usize::MAX).unwrap();
        let hash = stored.hash.clone();
        let programs = Programs::new(u64::MAX);
        let server = ServeOptions::new(Default::default());
        let tenant = Tenant::new("somebody".into(), server.tenant_limits(), Arc::default());
        programs.add(Arc::new(stored), &tenant);
        let list = ArgumentList {
            elements: vec![Argument {
                kind: Some(Kind::Felt("-7".to_owned())),
            }],
        };
        let request = CreateVmRequest {
            program_hash: hash,
            vm_id: "one".to_owned(),
            layout: "small".to_owned(),
            program_input_json: "{\"a\": [1]}".to_owned(),
            entry_point: Some(EntryPoint {
                function: Some(Function::Name("f".to_owned())),
                arguments: vec![Argument {
                    kind: Some(Kind::List(list)),
                }],
                builtins: vec!["output".to_owned()],
                segments: 2,
                ..EntryPoint::default()
            }),
            limits: Some(VmLimits {
                max_memory_bytes: 1 << 20,
                hint_timeout: Some(prost_types::Duration {
                    seconds: 1,
                    nanos: 5,
                }),
                ..VmLimits::default()
            }),
            wasm: Some(WasmInputs {
                modules: vec![WasmModule {
                    name: "m".to_owned(),
                    code: b"\0asm\x01\0\0\0".to_vec().into(),
                }],
                limits: None,
            }),
            ..CreateVmRequest::default()
        };
        fuzz("create request", &[request.encode_to_vec()], |bytes| {
            let request = CreateVmRequest::decode(bytes);
            request
                .is_ok_and(|request| VmRequest::check(request, &server, &tenant, &programs).is_ok())
        });
    }
}
