//! Owns which files a scenario means: those that it names, and the sources of the contracts whose compiled code it
//! names. Must not know what is in them.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Component, Path, PathBuf};

/// Most bytes of a file.
const MOST_BYTES: u64 = 64 << 20;
/// How far above compiled code its crate may be.
const MOST_FOLDERS: usize = 4;
/// What compiled contracts end with.
const COMPILED: [&str; 3] = [".mxsc.json", ".wasm", ".wat"];

/// Where the sources of contracts are that are not where they are looked for.
#[derive(Clone, Debug, Default)]
pub struct SourceFiles(pub BTreeMap<String, PathBuf>);

/// A file cannot be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum FileError {
    #[error("cannot read `{}`: {source}{}", .path.display(), advice(source))]
    Read {
        path: PathBuf,
        source: std::io::Error,
    },
    #[error("`{}` has more than `{MOST_BYTES}` bytes", .0.display())]
    TooBig(PathBuf),
    #[error(
        "there is no source of the contract `{name}`; looked for {looked}\n\
         hint: name it with --source {name}=FILE.rs"
    )]
    NoSource { name: String, looked: String },
}

/// What to do about a file that is there, and closed.
fn advice(error: &std::io::Error) -> &'static str {
    match error.kind() {
        std::io::ErrorKind::PermissionDenied => {
            "\nhint: a sandbox opens the folders of --import-path and of the program, and no others"
        }
        _ => "",
    }
}

/// Reads a file.
pub(super) fn read(path: &Path) -> Result<Vec<u8>, FileError> {
    let failed = |source| FileError::Read {
        path: path.to_owned(),
        source,
    };
    let size = fs::metadata(path).map_err(failed)?.len();
    if size > MOST_BYTES {
        return Err(FileError::TooBig(path.to_owned()));
    }
    fs::read(path).map_err(failed)
}

/// A path that a file in `folder` names, without `..` as far as that can be said.
pub(super) fn beside(folder: &Path, named: &str) -> PathBuf {
    let mut path = PathBuf::new();
    for part in folder.join(named).components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir
                if matches!(path.components().next_back(), Some(Component::Normal(_))) =>
            {
                path.pop();
            }
            part => path.push(part),
        }
    }
    path
}

impl SourceFiles {
    /// The file of a contract's source, if the path is one of a contract.
    pub(super) fn source(&self, folder: &Path, named: &str) -> Result<Option<PathBuf>, FileError> {
        let path = beside(folder, named);
        if named.ends_with(".rs") {
            return Ok(Some(path));
        }
        let file = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let Some(name) = COMPILED.iter().find_map(|end| file.strip_suffix(end)) else {
            return Ok(None);
        };
        if let Some(given) = self.0.get(name) {
            return Ok(Some(given.clone()));
        }
        let module = name.replace('-', "_");
        let mut looked = Vec::new();
        for folder in path.ancestors().skip(1).take(MOST_FOLDERS) {
            let places = [
                folder.join("src").join(format!("{module}.rs")),
                folder.join("src").join("lib.rs"),
                folder.join(format!("{module}.rs")),
                folder.join(format!("{name}.rs")),
            ];
            for place in places {
                if place.is_file() {
                    return Ok(Some(place));
                }
                looked.push(format!("`{}`", place.display()));
            }
        }
        looked.dedup();
        Err(FileError::NoSource {
            name: name.to_owned(),
            looked: looked.join(", "),
        })
    }
}
