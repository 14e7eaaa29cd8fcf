//! Owns what the binary carries with it: the Python half of the engine, which interpreter it was built with,
//! and where its libpython is, so that it runs without `LD_LIBRARY_PATH`. Must not know the environments of
//! users.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Command;

#[path = "../proto/build/commit.rs"]
mod commit;

/// Where the Python half of the engine lives.
const ENGINE: &str = "../python-client/src/cairohints/engine";
/// Compiles modules, given as pairs of name and file; the result is what the magic number says it is, and a
/// marshalled dictionary.
const COMPILER: &str = "
import importlib.util, marshal, sys
out, *pairs = sys.argv[1:]
modules = {
    name: compile(open(file, 'rb').read(), '<' + name + '>', 'exec', dont_inherit=True, optimize=0)
    for name, file in zip(pairs[::2], pairs[1::2])
}
open(out, 'wb').write(importlib.util.MAGIC_NUMBER + marshal.dumps(modules))
";

fn main() {
    let config = pyo3_build_config::get();
    embed_engine(config.executable());
    if let Some(folder) = config.lib_dir() {
        println!("cargo:rustc-link-arg=-Wl,-rpath,{folder}");
    }
    // A virtual environment's interpreter stands for that environment; the worker wants the one
    // behind it and gets its environment at run time.
    let base = config.executable().and_then(|python| {
        let output = Command::new(python)
            .args([
                "-c",
                "import sys; print(sys._base_executable, sys.base_prefix, sep='\\n')",
            ])
            .output()
            .ok()?;
        String::from_utf8(output.stdout).ok()
    });
    let base = base.unwrap_or_default();
    let mut lines = base.lines();
    println!(
        "cargo:rustc-env=HINT_WORKER_PYTHON={}",
        lines.next().unwrap_or_default()
    );
    println!(
        "cargo:rustc-env=HINT_WORKER_PYTHON_HOME={}",
        lines.next().unwrap_or_default()
    );
    let version = config.version();
    println!(
        "cargo:rustc-env=HINT_WORKER_PYTHON_VERSION={}.{}",
        version.major, version.minor
    );
    println!("cargo:rustc-env=HINT_WORKER_COMMIT={}", commit::commit());
    println!("cargo:rerun-if-changed=../proto/build/commit.rs");
    println!("cargo:rerun-if-env-changed=PYO3_PYTHON");
    println!("cargo:rerun-if-changed=build.rs");
}

/// Writes the list of the engine's modules with their sources, and their bytecode: compiling them takes longer than
/// to start Python. Without it, or under another Python, the sources are compiled at every start.
fn embed_engine(python: Option<&str>) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(ENGINE);
    println!("cargo:rerun-if-changed={}", folder.display());
    let mut files: Vec<PathBuf> = std::fs::read_dir(&folder)
        .expect("the Python half of the engine is part of the repository")
        .filter_map(|entry| Some(entry.ok()?.path()))
        .filter(|path| path.extension().is_some_and(|extension| extension == "py"))
        .collect();
    files.sort();
    let mut list = String::from("[");
    let mut pairs = Vec::new();
    for file in files {
        println!("cargo:rerun-if-changed={}", file.display());
        let stem = file
            .file_stem()
            .and_then(|stem| stem.to_str())
            .expect("a module name");
        let module = match stem {
            "__init__" => "_cairo_hint_engine".to_owned(),
            stem => format!("_cairo_hint_engine.{stem}"),
        };
        writeln!(
            list,
            "({module:?}, include_str!({:?})),",
            file.display().to_string()
        )
        .expect("writing to a string");
        pairs.extend([module, file.display().to_string()]);
    }
    list.push(']');
    let out = PathBuf::from(std::env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    std::fs::write(out.join("engine_modules.rs"), list).expect("OUT_DIR is writable");
    let bytecode = out.join("engine_modules.bin");
    std::fs::write(&bytecode, []).expect("OUT_DIR is writable");
    let compiled = python.is_some_and(|python| {
        Command::new(python)
            .args(["-c", COMPILER])
            .arg(&bytecode)
            .args(&pairs)
            .status()
            .is_ok_and(|status| status.success())
    });
    if !compiled {
        println!("cargo:warning=the engine's modules are compiled at every start: no Python ran");
    }
}
