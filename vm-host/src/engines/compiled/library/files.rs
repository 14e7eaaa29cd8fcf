//! Whether the modules that a hint's Python would import are those that the functions here were compared with:
//! by their files, where Python would find them. Must not know what is in them.

use std::collections::BTreeSet;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use super::modules::{File, MODULES, Module};
use crate::hexadecimal::hexadecimal;

/// The largest file that is read.
const MAX_SIZE: u64 = 1 << 20;

/// Of the modules that are `wanted` those whose functions and constants may be used where Python imports from these
/// folders, in order.
pub(crate) fn modules_that_fit(
    wanted: &BTreeSet<&'static str>,
    folders: &[PathBuf],
) -> BTreeSet<&'static str> {
    MODULES
        .iter()
        .filter(|module| wanted.contains(module.name) && fits(module, folders))
        .map(|module| module.name)
        .collect()
}

fn fits(module: &Module, folders: &[PathBuf]) -> bool {
    let anywhere = |path: &str| folders.iter().any(|folder| folder.join(path).exists());
    let in_machine_code = || {
        let plain = module.files.is_empty();
        plain
            && folders
                .iter()
                .any(|folder| has_extension_module(&folder.join(module.name)))
    };
    !module.absent.iter().any(|path| anywhere(path))
        && !in_machine_code()
        && module.present.iter().all(|path| anywhere(path))
        && module.files.iter().all(|file| is_same(file, folders))
}

/// Whether the file is one of those compared, in the folder that Python finds its package in.
pub(super) fn is_same(file: &File, folders: &[PathBuf]) -> bool {
    let Some(folder) = package_folder(file.path, folders) else {
        return false;
    };
    let path = folder.join(file.path);
    // A compiled module or a package of the same name would come before it.
    let stem = path.with_extension("");
    if file.path.ends_with(".py") && (stem.is_dir() || has_extension_module(&stem)) {
        return false;
    }
    hash(&path).is_some_and(|hash| file.hashes.contains(&hash.as_str()))
}

/// The first folder that has anything of the name of the file's package.
fn package_folder<'a>(path: &str, folders: &'a [PathBuf]) -> Option<&'a Path> {
    let package = path.split('/').next()?;
    let module = format!("{package}.py");
    folders.iter().map(PathBuf::as_path).find(|folder| {
        let stem = folder.join(package);
        stem.exists() || folder.join(&module).exists() || has_extension_module(&stem)
    })
}

/// Whether there is a module in machine code beside where a module's file would be.
fn has_extension_module(stem: &Path) -> bool {
    let (Some(folder), Some(name)) = (
        stem.parent(),
        stem.file_name().and_then(|name| name.to_str()),
    ) else {
        return true;
    };
    let Ok(entries) = fs::read_dir(folder) else {
        return false;
    };
    let start = format!("{name}.");
    entries.flatten().any(|entry| {
        let entry = entry.file_name();
        let entry = entry.to_string_lossy();
        entry.starts_with(&start) && (entry.ends_with(".so") || entry.ends_with(".pyd"))
    })
}

fn hash(path: &Path) -> Option<String> {
    let mut content = Vec::new();
    let file = fs::File::open(path).ok()?;
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    file.take(MAX_SIZE + 1).read_to_end(&mut content).ok()?;
    if content.len() as u64 > MAX_SIZE {
        return None;
    }
    Some(hexadecimal(&Sha256::digest(&content)))
}
