//! Owns compiled modules in files, so that all workers of a user share one: a file that is mapped is in
//! memory once. Must not know what a module is for.
//!
//! To map a file is to run it. Files are taken only from a folder that nobody but the user of this process
//! can write to, and only if they are the user's own; whoever can write there can already do what this user
//! can. A file is complete before it gets its name.

#[cfg(test)]
mod tests;

use std::ffi::OsString;
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::io::Write as _;
use std::os::unix::fs::{DirBuilderExt as _, MetadataExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use rustix::fs::{FlockOperation, OFlags, flock};
use rustix::process::geteuid;
use rustix::rand::GetRandomFlags;
use sha2::{Digest as _, Sha256};
use wasmtime::{Engine, Module};

/// Names the folder; without it, it is in the user's cache. Empty for none.
const FOLDER_VARIABLE: &str = "CAIROHINTS_WASM_CACHE";
/// All files together; the oldest ones go.
const MOST_BYTES: u64 = 1 << 30;
/// What lets others than the user write.
const OTHERS: u32 = 0o022;

/// The compiled module, from its file if it has one.
///
/// # Errors
/// When it does not compile.
pub(super) fn load_or_compile(engine: &Engine, code: &[u8]) -> wasmtime::Result<Module> {
    match wanted_folder(|name| std::env::var_os(name)) {
        Some(folder) => in_folder(&folder, engine, code),
        None => Module::from_binary(engine, code),
    }
}

fn in_folder(folder: &Path, engine: &Engine, code: &[u8]) -> wasmtime::Result<Module> {
    let Some(folder) = own_folder(folder) else {
        return Module::from_binary(engine, code);
    };
    let name = name_of(engine, code);
    let path = folder.join(format!("{name}.cwasm"));
    if let Some(module) = load(engine, &path) {
        return Ok(module);
    }
    // Of workers that start at once, one compiles. Who cannot have the lock compiles for itself.
    let lock_path = folder.join(format!("{name}.lock"));
    let lock = own_file(&lock_path, OpenOptions::new().write(true).create(true));
    let lock = lock.filter(|lock| flock(lock, FlockOperation::LockExclusive).is_ok());
    if lock.is_some()
        && let Some(module) = load(engine, &path)
    {
        return Ok(module);
    }
    let module = Module::from_binary(engine, code)?;
    // Without a file everything goes on, with more memory.
    if let Ok(artifact) = module.serialize()
        && store(folder, &path, &artifact).is_ok()
    {
        make_room(folder, &path);
        return Ok(load(engine, &path).unwrap_or(module));
    }
    Ok(module)
}

/// What a module's file is called: by the module, and by all that its code depends on.
fn name_of(engine: &Engine, code: &[u8]) -> String {
    let mut surroundings = DefaultHasher::new();
    engine
        .precompile_compatibility_hash()
        .hash(&mut surroundings);
    let hash = Sha256::digest(code);
    let hash: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("{hash}-{:016x}", surroundings.finish())
}

/// Where the user wants the files, if anywhere.
fn wanted_folder(variable: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    if let Some(folder) = variable(FOLDER_VARIABLE) {
        return (!folder.is_empty()).then(|| folder.into());
    }
    let absolute = |name| {
        let path = PathBuf::from(variable(name)?);
        path.is_absolute().then_some(path)
    };
    let cache = absolute("XDG_CACHE_HOME").or_else(|| Some(absolute("HOME")?.join(".cache")))?;
    Some(cache.join("cairohints/wasm"))
}

/// The folder, if nobody else can write to it; it is made when it is not there.
fn own_folder(folder: &Path) -> Option<&Path> {
    let mut builder = DirBuilder::new();
    builder.recursive(true).mode(0o700).create(folder).ok()?;
    let status = fs::symlink_metadata(folder).ok()?;
    let ours = status.is_dir() && status.uid() == geteuid().as_raw() && status.mode() & OTHERS == 0;
    ours.then_some(folder)
}

/// A file that is the user's own.
fn own_file(path: &Path, options: &mut OpenOptions) -> Option<File> {
    let flags = OFlags::NOFOLLOW | OFlags::CLOEXEC;
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
    let file = options.open(path).ok()?;
    let status = file.metadata().ok()?;
    let ours =
        status.is_file() && status.uid() == geteuid().as_raw() && status.mode() & OTHERS == 0;
    ours.then_some(file)
}

#[expect(
    unsafe_code,
    reason = "code that was compiled before can only be trusted"
)]
fn load(engine: &Engine, path: &Path) -> Option<Module> {
    let file = own_file(path, OpenOptions::new().read(true))?;
    // What is used stays; a file that cannot say so may go earlier.
    let _ = file.set_modified(SystemTime::now());
    // SAFETY: the file is this user's own, in a folder that only this user can write to, where `store` puts
    // nothing but what `Module::serialize` returned, whole. Files are replaced, never written again.
    unsafe { Module::deserialize_open_file(engine, file) }.ok()
}

/// Puts an artifact there, all at once.
fn store(folder: &Path, path: &Path, artifact: &[u8]) -> std::io::Result<()> {
    let mut number = [0; 8];
    rustix::rand::getrandom(&mut number, GetRandomFlags::empty())?;
    let temporary = folder.join(format!("{:016x}.tmp", u64::from_ne_bytes(number)));
    let mut options = OpenOptions::new();
    options.write(true).create_new(true).mode(0o600);
    let mut file = options.open(&temporary)?;
    let stored = file
        .write_all(artifact)
        .and_then(|()| file.sync_all())
        .and_then(|()| fs::rename(&temporary, path));
    if stored.is_err() {
        let _ = fs::remove_file(&temporary);
    }
    stored
}

/// Removes the files that were not used for longest, but not `kept`. Whoever has one mapped keeps it.
fn make_room(folder: &Path, kept: &Path) {
    let Ok(entries) = fs::read_dir(folder) else {
        return;
    };
    let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
        .filter_map(|entry| {
            let path = entry.ok()?.path();
            let status = fs::symlink_metadata(&path).ok()?;
            // What a process that died did not finish goes as well, when its time comes.
            let ours = path
                .extension()
                .is_some_and(|kind| kind == "cwasm" || kind == "tmp");
            ours.then_some((status.modified().ok()?, status.len(), path))
        })
        .collect();
    files.sort();
    let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
    for (_, bytes, path) in files {
        if total <= MOST_BYTES {
            return;
        }
        if path != kept {
            // Somebody else may have done it.
            let _ = fs::remove_file(&path);
            let _ = fs::remove_file(path.with_extension("lock"));
            total -= bytes;
        }
    }
}
