//! Owns WASI, preview 1, as modules get it: output, a monotonic clock, random numbers, no arguments, no
//! environment, no files and no network. Must not know what modules are for.

use wasmtime::{Caller, FuncType, Linker, ValType};

use super::error::WasmError;
use super::guest::{Guest, cross};
use super::limits::TEXT_BYTES;
use super::output;

/// The module that has the functions.
pub(super) const MODULE: &str = "wasi_snapshot_preview1";

const SUCCESS: i32 = 0;
const BAD_DESCRIPTOR: i32 = 8;
const INVALID: i32 = 28;
const IO: i32 = 29;
const NO_SUCH_FUNCTION: i32 = 52;
const BROKEN_PIPE: i32 = 64;
const NOT_SEEKABLE: i32 = 70;

const MONOTONIC: i32 = 1;
/// Bytes that one call of `random_get` may ask for.
const RANDOM_BYTES: u32 = 1 << 20;
/// Parts of one write.
const MOST_PARTS: u32 = 1024;
const CHARACTER_DEVICE: u8 = 2;
/// `fd_write` and nothing else.
const RIGHTS: u64 = 1 << 6;

/// Functions that do nothing but say so.
const ABSENT: &[&str] = &[
    "fd_advise",
    "fd_allocate",
    "fd_datasync",
    "fd_fdstat_set_flags",
    "fd_fdstat_set_rights",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_pread",
    "fd_pwrite",
    "fd_readdir",
    "fd_renumber",
    "fd_sync",
    "fd_tell",
    "path_create_directory",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_link",
    "path_open",
    "path_readlink",
    "path_remove_directory",
    "path_rename",
    "path_symlink",
    "path_unlink_file",
    "poll_oneoff",
    "proc_raise",
    "sock_accept",
    "sock_recv",
    "sock_send",
    "sock_shutdown",
];

/// Whether a function does nothing, whatever its arguments.
pub(super) fn is_absent(function: &str) -> bool {
    ABSENT.contains(&function)
}

/// Gives the `index`-th module a function that only says that it is not there.
///
/// # Errors
/// As the linker has it.
pub(super) fn define_absent(
    linker: &mut Linker<Guest>,
    function: &str,
    kind: FuncType,
) -> wasmtime::Result<()> {
    let is_error_number =
        kind.results().len() == 1 && kind.results().all(|result| matches!(result, ValType::I32));
    if !is_error_number {
        return Err(wasmtime::Error::msg(format!(
            "`{MODULE}.{function}` does not answer an error number"
        )));
    }
    linker.func_new(MODULE, function, kind, |_, _, results| {
        results[0] = wasmtime::Val::I32(NO_SUCH_FUNCTION);
        Ok(())
    })?;
    Ok(())
}

/// Gives the `index`-th module the functions that do something.
///
/// # Errors
/// As the linker has it.
pub(super) fn define(linker: &mut Linker<Guest>, index: usize) -> wasmtime::Result<()> {
    let sizes = move |function: &'static str| {
        move |mut caller: Caller<'_, Guest>, count: u32, bytes: u32| -> wasmtime::Result<i32> {
            let mut crossing = cross(&mut caller, index, function)?;
            crossing.put(count, &0_u32.to_le_bytes())?;
            crossing.put(bytes, &0_u32.to_le_bytes())?;
            Ok(SUCCESS)
        }
    };
    linker.func_wrap(MODULE, "args_sizes_get", sizes("args_sizes_get"))?;
    linker.func_wrap(MODULE, "environ_sizes_get", sizes("environ_sizes_get"))?;
    linker.func_wrap(MODULE, "args_get", |_: u32, _: u32| SUCCESS)?;
    linker.func_wrap(MODULE, "environ_get", |_: u32, _: u32| SUCCESS)?;
    linker.func_wrap(MODULE, "sched_yield", || SUCCESS)?;
    linker.func_wrap(MODULE, "fd_close", |_: u32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_prestat_get", |_: u32, _: u32| BAD_DESCRIPTOR)?;
    linker.func_wrap(MODULE, "fd_prestat_dir_name", |_: u32, _: u32, _: u32| {
        BAD_DESCRIPTOR
    })?;
    linker.func_wrap(MODULE, "fd_seek", |_: u32, _: u64, _: u32, _: u32| {
        NOT_SEEKABLE
    })?;
    linker.func_wrap(
        MODULE,
        "fd_read",
        move |mut caller: Caller<'_, Guest>, descriptor: u32, _: u32, _: u32, read: u32| {
            if descriptor != 0 {
                return Ok(BAD_DESCRIPTOR);
            }
            // Nothing comes.
            cross(&mut caller, index, "fd_read")?.put(read, &0_u32.to_le_bytes())?;
            Ok::<_, wasmtime::Error>(SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_fdstat_get",
        move |mut caller: Caller<'_, Guest>, descriptor: u32, status: u32| {
            if descriptor > 2 {
                return Ok(BAD_DESCRIPTOR);
            }
            let mut bytes = [0; 24];
            bytes[0] = CHARACTER_DEVICE;
            if descriptor > 0 {
                bytes[8..16].copy_from_slice(&RIGHTS.to_le_bytes());
            }
            cross(&mut caller, index, "fd_fdstat_get")?.put(status, &bytes)?;
            Ok::<_, wasmtime::Error>(SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_write",
        move |mut caller: Caller<'_, Guest>,
              descriptor: u32,
              parts: u32,
              count: u32,
              written: u32| {
            Ok(fd_write(
                &mut caller,
                index,
                descriptor,
                (parts, count),
                written,
            )?)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "clock_time_get",
        move |mut caller: Caller<'_, Guest>, clock: i32, _precision: u64, time: u32| {
            if clock != MONOTONIC {
                return Ok(INVALID);
            }
            let nanos = caller.data().epoch.elapsed().as_nanos();
            let nanos = u64::try_from(nanos).unwrap_or(u64::MAX);
            cross(&mut caller, index, "clock_time_get")?.put(time, &nanos.to_le_bytes())?;
            Ok::<_, wasmtime::Error>(SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "clock_res_get",
        move |mut caller: Caller<'_, Guest>, clock: i32, resolution: u32| {
            if clock != MONOTONIC {
                return Ok(INVALID);
            }
            cross(&mut caller, index, "clock_res_get")?.put(resolution, &1_u64.to_le_bytes())?;
            Ok::<_, wasmtime::Error>(SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "random_get",
        move |mut caller: Caller<'_, Guest>, pointer: u32, length: u32| {
            if length > RANDOM_BYTES {
                return Ok(INVALID);
            }
            let mut crossing = cross(&mut caller, index, "random_get")?;
            let mut rest = crossing.range_mut(pointer, length.into())?;
            while !rest.is_empty() {
                match rustix::rand::getrandom(&mut *rest, rustix::rand::GetRandomFlags::empty()) {
                    Ok(filled) => rest = &mut rest[filled..],
                    Err(rustix::io::Errno::INTR) => {}
                    Err(_) => return Ok(IO),
                }
            }
            Ok::<_, wasmtime::Error>(SUCCESS)
        },
    )?;
    linker.func_wrap(MODULE, "proc_exit", |code: i32| -> wasmtime::Result<()> {
        Err(WasmError::Exit(code).into())
    })?;
    Ok(())
}

fn fd_write(
    caller: &mut Caller<'_, Guest>,
    index: usize,
    descriptor: u32,
    (parts, count): (u32, u32),
    written: u32,
) -> Result<i32, WasmError> {
    let print = match descriptor {
        1 => output::stdout,
        2 => output::stderr,
        _ => return Ok(BAD_DESCRIPTOR),
    };
    let mut crossing = cross(caller, index, "fd_write")?;
    if count > MOST_PARTS {
        return Ok(INVALID);
    }
    // In one piece, so that a line is not torn apart by another thread's.
    let mut text = Vec::new();
    let vectors = crossing.range(parts, u64::from(count) * 8)?;
    for vector in vectors.as_chunks::<8>().0 {
        let [a, b, c, d, e, f, g, h] = *vector;
        let pointer = u32::from_le_bytes([a, b, c, d]);
        let length = u32::from_le_bytes([e, f, g, h]);
        let bytes = crossing.range(pointer, length.into())?;
        // A part of it was written then: the module goes on with the rest.
        let room = TEXT_BYTES - text.len();
        text.extend_from_slice(&bytes[..bytes.len().min(room)]);
    }
    let length = text.len() as u32;
    match print(&text) {
        Ok(()) => {
            crossing.put(written, &length.to_le_bytes())?;
            Ok(SUCCESS)
        }
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(BROKEN_PIPE),
        Err(_) => Ok(IO),
    }
}
