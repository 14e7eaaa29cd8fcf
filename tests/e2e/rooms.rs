//! The code map of ARCHITECTURE.md is true: who must not know whom does not import it, imports go one way
//! between the folders of a crate, and no two modules of a folder import each other in a circle.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use hint_tests::record::tests_directory;
use hint_tests::rust_source::{self, Reference, Source};

const HOST: &str = "vm-host/src";
const WORKER: &str = "hint-worker/src";

/// The top folders and files of each crate. Each may import what stands after it, and nothing before it.
const ORDERS: &[(&str, &[&str])] = &[
    (
        HOST,
        &[
            "command",
            "server",
            "processor",
            "report",
            "run",
            "hint",
            "placement",
            "engines",
            "vm",
            "worker",
            "program",
            "account",
            "counts",
            "spans",
            "hexadecimal",
        ],
    ),
    (
        WORKER,
        &[
            "cli",
            "keeper",
            "zygote",
            "serve",
            "engines",
            "log",
            "link",
            "sandbox",
            "parent_death",
        ],
    ),
];

/// What the words of the column "must not know" forbid.
enum Rule {
    /// No module of `vm-host/src` below this one imports anything below that one.
    Import(&'static str, &'static str),
    /// No file of this folder has that word outside of its comments; the folder is below the repository.
    Word(&'static str, &'static str),
    /// The same of the lines that import, in Python.
    PythonImport(&'static str, &'static str),
}
use Rule::{Import, PythonImport, Word};

/// Each row of the code map that says what must not be known: the path as it stands there, the words, and
/// what follows from them for imports.
const MUST_NOT_KNOW: &[(&str, &str, &[Rule])] = &[
    (
        "proto/",
        "cairo-vm, Python",
        &[Word("proto/src", "cairo_vm"), Word("proto/src", "pyo3")],
    ),
    (
        "vm-host/src/program/",
        "sessions, the loop",
        &[
            Import("program", "hint"),
            Import("program", "run"),
            Import("program", "vm"),
            Import("program", "worker"),
        ],
    ),
    (
        "vm-host/src/vm/",
        "workers, hints",
        &[
            Import("vm", "worker"),
            Import("vm", "hint"),
            Import("vm", "engines"),
        ],
    ),
    (
        "vm-host/src/run/",
        "who calls for it",
        &[Import("run", "command"), Import("run", "server")],
    ),
    (
        "vm-host/src/report/",
        "who asked for it",
        &[Import("report", "command"), Import("report", "server")],
    ),
    (
        "vm-host/src/account/",
        "what the memory is for",
        &[Word("vm-host/src/account", "cairo_vm")],
    ),
    (
        "vm-host/src/engines/",
        "workers, sessions",
        &[Import("engines", "worker"), Import("engines", "hint")],
    ),
    ("vm-host/src/hint/", "the loop", &[Import("hint", "run")]),
    (
        "vm-host/src/worker/",
        "what is said on it",
        &[Import("worker", "hint"), Import("worker", "program")],
    ),
    (
        "vm-host/src/placement/",
        "workers",
        &[Import("placement", "worker"), Import("placement", "hint")],
    ),
    (
        "vm-host/src/processor.rs",
        "the loop",
        &[
            Import("processor", "run::Run"),
            Import("processor", "run::Goal"),
        ],
    ),
    (
        "vm-host/src/server/",
        "what a hint is",
        &[Import("server", "hint"), Import("server", "engines")],
    ),
    (
        "vm-host/src/server/metrics/",
        "who asks for it",
        &[Import("server::metrics", "server::scrape")],
    ),
    (
        "vm-host/src/counts/",
        "who reads them",
        &[Word("vm-host/src/counts", "prometheus")],
    ),
    (
        "vm-host/src/spans.rs",
        "who exports them",
        &[Word("vm-host/src/spans.rs", "otlp")],
    ),
    (
        "vm-host/src/server/tenants/",
        "VMs, programs",
        &[
            Import("server::tenants", "server::registry"),
            Import("server::tenants", "server::handle"),
            Import("server::tenants", "server::task"),
            Import("server::tenants", "server::programs"),
        ],
    ),
    (
        "hint-worker/src/link/",
        "engines",
        &[Word("hint-worker/src/link", "engines")],
    ),
    (
        "hint-worker/src/log/",
        "engines, the host",
        &[
            Word("hint-worker/src/log", "engines"),
            Word("hint-worker/src/log", "pyo3"),
            Word("hint-worker/src/log", "SharedLink"),
        ],
    ),
    (
        "hint-worker/src/serve.rs",
        "Python",
        &[
            Word("hint-worker/src/serve.rs", "python"),
            Word("hint-worker/src/serve.rs", "pyo3"),
            Word("hint-worker/src/zygote.rs", "pyo3"),
            Word("hint-worker/src/zygote.rs", "python"),
        ],
    ),
    (
        "hint-worker/src/sandbox/",
        "what runs inside",
        &[
            Word("hint-worker/src/sandbox", "engines"),
            Word("hint-worker/src/sandbox", "pyo3"),
        ],
    ),
    (
        "hint-worker/src/engines/",
        "the VM",
        &[
            Word("hint-worker/src", "cairo_vm"),
            Word("hint-worker/src", "vm_host"),
        ],
    ),
    (
        "hint-worker/src/engines/view/",
        "hint languages",
        &[
            Word("hint-worker/src/engines/view", "wasm"),
            Word("hint-worker/src/engines/view", "contract"),
            Word("hint-worker/src/engines/view", "pyo3"),
        ],
    ),
    (
        "hint-worker/src/engines/wasm/",
        "other engines",
        &[
            Word("hint-worker/src/engines/wasm", "contract"),
            Word("hint-worker/src/engines/wasm", "pyo3"),
        ],
    ),
    (
        "hint-worker/src/engines/contract/",
        "other engines",
        &[
            Word("hint-worker/src/engines/contract", "wasmtime"),
            Word("hint-worker/src/engines/contract", "pyo3"),
        ],
    ),
    (
        "python-client/src/cairohints/engine/",
        "transport",
        &[
            PythonImport("python-client/src/cairohints/engine", "grpc"),
            PythonImport("python-client/src/cairohints/engine", "protobuf"),
            PythonImport("python-client/src/cairohints/engine", "socket"),
        ],
    ),
    (
        "python-client/src/cairohints/",
        "Cairo, the engine's insides",
        &[
            PythonImport("python-client/src/cairohints/vm.py", "engine"),
            PythonImport("python-client/src/cairohints/async_vm.py", "engine"),
            PythonImport("python-client/src/cairohints/client.py", "engine"),
        ],
    ),
    (
        "python-client/src/cairohints/attached/",
        "how a worker does it",
        &[PythonImport(
            "python-client/src/cairohints/attached",
            "subprocess",
        )],
    ),
];

fn root() -> &'static Path {
    tests_directory().parent().unwrap()
}

fn of_crate(folder: &str) -> Source {
    rust_source::read(&root().join(folder))
}

/// The references that leave the folder of their module, each with the two folders.
fn between_folders(source: &Source) -> Vec<(&str, &str, &Reference)> {
    let folders: BTreeSet<&str> = source.modules.iter().filter_map(|m| first(m)).collect();
    let pairs = source.references.iter().filter_map(|reference| {
        let (from, to) = (first(&reference.from)?, first(&reference.to)?);
        // An item of the crate's root is in no folder.
        (from != to && folders.contains(to)).then_some((from, to, reference))
    });
    pairs.collect()
}

fn first(path: &[String]) -> Option<&str> {
    path.first().map(String::as_str)
}

fn place(reference: &Reference) -> String {
    let file = reference.file.strip_prefix(root()).unwrap();
    format!("{}:{}", file.display(), reference.line)
}

/// What imports against the order.
fn upward(source: &Source, order: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let rank = |name: &str| order.iter().position(|room| *room == name);
    let names: BTreeSet<&str> = source.modules.iter().filter_map(|m| first(m)).collect();
    // The binary is no part of the library.
    for name in names.iter().filter(|name| **name != "main") {
        if rank(name).is_none() {
            wrong.push(format!("`{name}` has no place in the order"));
        }
    }
    for room in order.iter().filter(|room| !names.contains(*room)) {
        wrong.push(format!("`{room}` of the order does not exist"));
    }
    for (from, to, reference) in between_folders(source) {
        if rank(to) < rank(from) {
            wrong.push(format!("{}: `{from}` imports `{to}`", place(reference)));
        }
    }
    wrong
}

/// What the rule finds.
fn broken(rule: &Rule, host: &Source) -> Vec<String> {
    match rule {
        Import(from, to) => host
            .references
            .iter()
            .filter(|reference| is_below(&reference.from, from) && is_below(&reference.to, to))
            .map(|reference| format!("{}: `{from}` imports `{to}`", place(reference)))
            .collect(),
        Word(path, word) => lines_with(path, word, |_| true),
        PythonImport(path, word) => lines_with(path, word, |line| {
            let line = line.trim_start();
            line.starts_with("import ") || line.starts_with("from ")
        }),
    }
}

fn is_below(path: &[String], module: &str) -> bool {
    let mut segments = path.iter();
    module
        .split("::")
        .all(|name| segments.next().is_some_and(|segment| segment == name))
}

/// Lines of code below a path of the repository that have a word and are `wanted`.
fn lines_with(path: &str, word: &str, wanted: impl Fn(&str) -> bool) -> Vec<String> {
    let mut files = Vec::new();
    files_below(&root().join(path), &mut files);
    let mut found = Vec::new();
    if files.is_empty() {
        found.push(format!("there is no code in `{path}`"));
    }
    let is_part = |c: char| c.is_alphanumeric() || c == '_';
    for (file, comment) in files {
        let text = fs::read_to_string(&file).unwrap();
        for (number, line) in text.lines().enumerate() {
            let code = line.split(comment).next().unwrap_or_default();
            if wanted(code) && code.split(|c| !is_part(c)).any(|part| part == word) {
                let file = file.strip_prefix(root()).unwrap().display();
                found.push(format!("{file}:{}: `{word}`", number + 1));
            }
        }
    }
    found
}

/// The files of code below a path, each with what begins a comment there.
fn files_below(path: &Path, files: &mut Vec<(PathBuf, &'static str)>) {
    if path.is_dir() {
        for entry in fs::read_dir(path).unwrap() {
            files_below(&entry.unwrap().path(), files);
        }
    } else if path.is_file() {
        match path.extension().and_then(|extension| extension.to_str()) {
            Some("rs") => files.push((path.to_owned(), "//")),
            Some("py") => files.push((path.to_owned(), "#")),
            _ => {}
        }
    }
}

/// The rows of the code map: path and what must not be known.
fn code_map(text: &str) -> Vec<(&str, &str)> {
    let (_, section) = text.split_once("\n## Code map\n").unwrap();
    let rows = section.lines().skip_while(|line| !line.starts_with('|'));
    rows.take_while(|line| line.starts_with('|'))
        .skip(2)
        .map(|row| {
            let columns: Vec<&str> = row.trim_matches('|').split('|').map(str::trim).collect();
            (columns[0], columns[2])
        })
        .collect()
}

#[test]
fn imports_go_one_way() {
    for (folder, order) in ORDERS {
        let wrong = upward(&of_crate(folder), order);
        assert!(wrong.is_empty(), "{folder}:\n{}", wrong.join("\n"));
    }
}

#[test]
fn the_code_map_is_what_is_checked() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let rows = code_map(&text);
    let mut checked = BTreeSet::new();
    for (paths, unknown) in &rows {
        for path in paths.split('`').skip(1).step_by(2) {
            // Paths after the first of a row are beside it.
            let first = paths.split('`').nth(1).unwrap();
            let beside = Path::new(first.trim_end_matches('/')).parent().unwrap();
            let there = root().join(path).exists() || root().join(beside).join(path).exists();
            assert!(there, "the code map has `{path}`, which does not exist");
        }
        if !unknown.is_empty() {
            let path = paths.split('`').nth(1).unwrap();
            checked.insert((path, *unknown));
        }
    }
    let table: BTreeSet<_> = MUST_NOT_KNOW
        .iter()
        .map(|(path, unknown, _)| (*path, *unknown))
        .collect();
    assert_eq!(
        checked, table,
        "the code map on the left, this test on the right"
    );
}

#[test]
fn nobody_knows_what_the_code_map_forbids() {
    let host = of_crate(HOST);
    let mut wrong = Vec::new();
    for (path, unknown, rules) in MUST_NOT_KNOW {
        for found in rules.iter().flat_map(|rule| broken(rule, &host)) {
            wrong.push(format!("`{path}` must not know {unknown}: {found}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// The modules directly below `folder` that import each other, each with those that it imports.
fn imports_among_children<'a>(
    source: &'a Source,
    folder: &[String],
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let depth = folder.len();
    let child = |path: &'a [String]| {
        path.starts_with(folder)
            .then(|| path.get(depth))
            .flatten()
            .map(String::as_str)
    };
    let children: BTreeSet<&str> = source.modules.iter().filter_map(|m| child(m)).collect();
    let mut imports: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for reference in &source.references {
        if let (Some(from), Some(to)) = (child(&reference.from), child(&reference.to))
            && from != to
            && children.contains(to)
        {
            imports.entry(from).or_default().insert(to);
        }
    }
    imports
}

/// Those of a graph that lie on a circle, with the others of it.
fn circles<'a>(imports: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<BTreeSet<&'a str>> {
    let reach = |start: &'a str| {
        let mut found = BTreeSet::new();
        let mut open = vec![start];
        while let Some(name) = open.pop() {
            for next in imports.get(name).into_iter().flatten() {
                if found.insert(*next) {
                    open.push(next);
                }
            }
        }
        found
    };
    let reachable: BTreeMap<&str, BTreeSet<&str>> =
        imports.keys().map(|name| (*name, reach(name))).collect();
    let mutual = |a: &str, b: &str| {
        let reaches = |from: &str, to: &str| reachable.get(from).is_some_and(|r| r.contains(to));
        reaches(a, b) && reaches(b, a)
    };
    let on_circles = imports.keys().filter(|name| mutual(name, name));
    on_circles
        .map(|name| {
            imports
                .keys()
                .filter(|other| mutual(name, other))
                .copied()
                .collect()
        })
        .collect()
}

/// Also inside of the folders: two files that import each other are one file in two halves.
#[test]
fn there_are_no_circles() {
    let mut wrong = Vec::new();
    for (root, _) in ORDERS {
        let source = of_crate(root);
        let folders: BTreeSet<&[String]> = source
            .modules
            .iter()
            .flat_map(|module| (0..module.len()).map(|depth| &module[..depth]))
            .collect();
        for folder in folders {
            for circle in circles(&imports_among_children(&source, folder)) {
                let names: Vec<&str> = circle.into_iter().collect();
                wrong.push(format!("{root}/{}: {}", folder.join("/"), names.join(", ")));
            }
        }
    }
    assert!(
        wrong.is_empty(),
        "circles of imports:\n{}",
        wrong.join("\n")
    );
}

#[test]
fn what_is_forbidden_is_found() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    };
    write("lib.rs", "mod a; mod b; mod c;");
    write("a/mod.rs", "mod one; mod two;");
    write("a/one.rs", "use super::two::Two; use crate::{b::B, c};");
    write("a/two.rs", "fn f() -> crate::a::one::One { todo!() }");
    write("b.rs", "#[cfg(test)] mod tests { use crate::a::one::One; }");
    write("c.rs", "use crate::a::one::One;");
    let source = rust_source::read(folder.path());
    let pairs = between_folders(&source);
    let pairs: Vec<_> = pairs.iter().map(|(from, to, _)| (*from, *to)).collect();
    assert_eq!(pairs, [("a", "b"), ("a", "c"), ("c", "a")]);
    let top = circles(&imports_among_children(&source, &[]));
    assert_eq!(top, BTreeSet::from([BTreeSet::from(["a", "c"])]));
    let inner = circles(&imports_among_children(&source, &["a".to_owned()]));
    assert_eq!(inner, BTreeSet::from([BTreeSet::from(["one", "two"])]));
}

/// Where the clock that people set may be asked: for the times of records and events, the end of a token, the age of
/// files. Limits and deadlines go by the other one.
const WALL_CLOCK: &[&str] = &[
    "hint-worker/src/engines/wasm/artifacts/",
    "hint-worker/src/log/record.rs",
    "vm-host/src/report/recorder.rs",
    "vm-host/src/server/handle.rs",
    "vm-host/src/server/registry.rs",
    "vm-host/src/server/tenants/",
    "vm-host/src/server/watch.rs",
];

#[test]
fn no_limit_asks_the_clock_of_the_wall() {
    let of_crate = |path: &str| lines_with(path, "SystemTime", |_| true);
    let found = [of_crate("vm-host/src"), of_crate("hint-worker/src")].concat();
    assert!(found.len() >= WALL_CLOCK.len(), "{found:?}");
    let is_known = |line: &String| WALL_CLOCK.iter().any(|known| line.starts_with(known));
    let unknown: Vec<_> = found.iter().filter(|line| !is_known(line)).collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}
