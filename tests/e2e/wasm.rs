//! Hints in WebAssembly, from the command: a bank and a module that reaches the VM by itself, both compiled from
//! Rust by Debian's compiler, the only one on the test machines that has the target.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use hint_tests::process::{Finished, PATIENCE};
use hint_tests::run::{finish, vm_host_placed, vm_host_run};
use tempfile::TempDir;

use crate::hint_program::HintProgram;

/// The compiler of Debian's package `rustc`, with `libstd-rust-dev-wasm32` and `lld`. Another one may be first on
/// the PATH, without the target.
const RUSTC: &str = "/usr/bin/rustc";

/// What the bank says, and what a hint in Python prints of it.
const BANK_SAYS: &str = "\
[bank] account 101 of Alice at branch 1: 1000.00
[bank] account 102 of Bob at branch 1: 1500.00
[bank] account 103 of Charlie at branch 2: 500.00
[bank] allocated 27 bytes
[bank] freed 27 bytes
Welcome to the bank, Alice
[bank] allocated 43 bytes
[bank] freed 43 bytes
Alice has 1250.00 now, +250.00 at branch 1
[bank] allocated 40 bytes
[bank] freed 40 bytes
Bob has 750.00 now, -750.00 at branch 1
[bank] allocated 18 bytes
[bank] freed 18 bytes
Alice has 1250.00
[bank] allocated 15 bytes
[bank] freed 15 bytes
Bob has 750.00
[bank] allocated 19 bytes
[bank] freed 19 bytes
Charlie has 500.00
[bank] allocated 24 bytes
[bank] freed 24 bytes
there is no account 104
";

fn source(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("wasm")
        .join(name)
}

/// The modules, compiled once for all tests.
fn modules() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    let folder = FOLDER.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        for name in ["bank", "squares"] {
            let output = Command::new(RUSTC)
                .args([
                    "--edition",
                    "2021",
                    "--target",
                    "wasm32-wasi",
                    "--crate-type",
                    "cdylib",
                ])
                .args(["-O", "-C", "strip=symbols", "-o"])
                .arg(folder.path().join(format!("{name}.wasm")))
                .arg(source(&format!("{name}.rs")))
                .output();
            let advice =
                "hint: install the Debian packages `rustc`, `libstd-rust-dev-wasm32` and `lld-14`";
            let output =
                output.unwrap_or_else(|error| panic!("cannot start `{RUSTC}`: {error}\n{advice}"));
            let said = String::from_utf8_lossy(&output.stderr);
            assert!(
                output.status.success(),
                "`{name}.rs` does not compile: {said}\n{advice}"
            );
        }
        folder
    });
    folder.path()
}

/// `NAME=FILE` of a module.
fn module(name: &str) -> String {
    format!(
        "{name}={}",
        modules().join(format!("{name}.wasm")).display()
    )
}

/// Runs a program with modules.
#[track_caller]
fn run(program: &Path, modules: &[&str], options: &[&str]) -> Finished {
    run_command(vm_host_run(program), modules, options)
}

#[track_caller]
fn run_command(mut command: Command, modules: &[&str], options: &[&str]) -> Finished {
    for name in modules {
        command.args(["--wasm", &module(name)]);
    }
    command.args(options);
    command.env("CAIROHINTS_WASM_CACHE", cache());
    finish(&mut command, PATIENCE).unwrap()
}

/// Where compiled modules are, for all tests: nothing that a user has.
fn cache() -> &'static Path {
    static FOLDER: OnceLock<TempDir> = OnceLock::new();
    FOLDER.get_or_init(|| tempfile::tempdir().unwrap()).path()
}

#[track_caller]
fn succeeds(finished: &Finished) -> String {
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    finished.stdout_text()
}

#[test]
fn the_bank_does_what_its_hints_say() {
    for placement in ["python", "auto"] {
        let command = vm_host_placed(source("bank.json"), placement);
        let options = ["--layout", "small", "--print_output"];
        let stdout = succeeds(&run_command(command, &["bank"], &options));
        assert_eq!(
            stdout,
            format!("{BANK_SAYS}Program output:\n  8\n  -2\n\n"),
            "{placement}"
        );
    }
}

#[test]
fn a_module_reaches_the_vm_by_itself() {
    let options = ["--layout", "small", "--print_output"];
    let finished = run(&source("squares.json"), &["squares"], &options);
    assert_eq!(succeeds(&finished), "Program output:\n  9\n\n");
    assert_eq!(
        finished.stderr_text(),
        "info: squares: squared 4 felts (hint 0, pc 0:23)\n"
    );
}

#[test]
fn what_a_hint_lacks_is_said_before_the_first_step() {
    let finished = run(&source("bank.json"), &[], &["--layout", "small"]);
    assert_eq!(finished.exit_code(), Some(1));
    assert_eq!(finished.stdout_text(), "");
    let stderr = finished.stderr_text();
    let expected = "CallError: line 2: `bank.add_account(101, \"Alice\", 1.0, 1000.0)`: there is no module `bank`: none was given";
    assert!(stderr.contains(expected), "{stderr}");
    let program = HintProgram::new("# lang: wasm\nids.x = bank.plus(1, 2");
    let finished = run(&program.path(), &["bank"], &[]);
    let stderr = finished.stderr_text();
    let expected =
        "SyntaxError: line 2: `ids.x = bank.plus(1, 2`: `,` or `)` is expected at the end";
    assert_eq!(finished.exit_code(), Some(1));
    assert!(stderr.contains(expected), "{stderr}");
}

#[test]
fn a_hint_that_reaches_a_limit_fails_the_run_by_its_name() {
    let cases = [
        (
            "ids.x = squares.count_to(1000000000000)",
            "fuel=1000000",
            "FuelLimitError: line 2: `ids.x = squares.count_to(1000000000000)`: the fuel limit of `1000000` was reached",
        ),
        (
            "ids.x = squares.count_to(1000000000000)",
            "time=0.1",
            "TimeLimitError: line 2: `ids.x = squares.count_to(1000000000000)`: the time limit of `0.1` seconds was reached",
        ),
        (
            "ids.x = squares.count_to(1)",
            "memory=65536",
            "MemoryLimitError: line 2: `ids.x = squares.count_to(1)`: the memory limit of `65536` bytes was reached",
        ),
    ];
    for (line, limits, expected) in cases {
        let program = HintProgram::new(&format!("# lang: wasm\n{line}"));
        let finished = run(&program.path(), &["squares"], &["--wasm-limits", limits]);
        assert_eq!(finished.exit_code(), Some(1), "{}", finished.stderr_text());
        assert!(
            finished.stderr_text().contains(expected),
            "{}",
            finished.stderr_text()
        );
    }
}

#[test]
fn modules_and_limits_that_cannot_be_used_are_refused() {
    let folder = tempfile::tempdir().unwrap();
    let text = folder.path().join("text.wasm");
    std::fs::write(&text, "(module)").unwrap();
    let text = format!("m={}", text.display());
    let cases = [
        (vec!["--wasm", "bank"], "expected `NAME=FILE`"),
        (
            vec!["--wasm", "m=/nothing"],
            "cannot read the WebAssembly module `/nothing`",
        ),
        (
            vec!["--wasm", text.as_str()],
            "the WebAssembly module `m` does not begin with `\\0asm`",
        ),
        (
            vec!["--wasm", "a-b=/dev/null"],
            "`a-b` is no name of a WebAssembly module",
        ),
        (
            vec!["--wasm-limits", "gas=3"],
            "`gas=3` is no limit of WebAssembly modules",
        ),
    ];
    for (options, expected) in cases {
        let finished = run(&source("bank.json"), &[], &options);
        assert!(
            !matches!(finished.exit_code(), Some(0) | None),
            "{options:?}"
        );
        assert!(
            finished.stderr_text().contains(expected),
            "{}",
            finished.stderr_text()
        );
    }
}

#[test]
fn one_compiled_module_is_shared_by_runs() {
    let cache = tempfile::tempdir().unwrap();
    let mut inodes = Vec::new();
    for _ in 0..2 {
        let mut command = vm_host_run(source("calls.json"));
        command.args(["--wasm", &module("bank")]);
        command.env("CAIROHINTS_WASM_CACHE", cache.path());
        succeeds(&finish(&mut command, PATIENCE).unwrap());
        let mut entries = std::fs::read_dir(cache.path()).unwrap().map(Result::unwrap);
        let artifact =
            entries.find(|entry| entry.file_name().to_string_lossy().ends_with(".cwasm"));
        inodes.push(std::os::unix::fs::DirEntryExt::ino(&artifact.unwrap()));
    }
    assert_eq!(inodes[0], inodes[1]);
}

/// Compiled by a compiler, with data and all: they do the same inside of the sandbox.
#[test]
fn modules_do_inside_of_the_sandbox_what_they_do_outside() {
    let contained = [
        "--sandbox",
        "contained",
        "--require-sandbox",
        "--layout",
        "small",
        "--print_output",
    ];
    let bank = succeeds(&run(&source("bank.json"), &["bank"], &contained));
    assert_eq!(bank, format!("{BANK_SAYS}Program output:\n  8\n  -2\n\n"));
    let squares = succeeds(&run(&source("squares.json"), &["squares"], &contained));
    assert_eq!(squares, "Program output:\n  9\n\n");
}

/// What a module can ask for by itself: files, sockets, memory, time. `path_open` begins at each descriptor that
/// could be a folder.
const ATTACKS: &str = r#"(module
    (import "wasi_snapshot_preview1" "path_open"
        (func $path_open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_read" (func $fd_read (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "fd_write" (func $fd_write (param i32 i32 i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "environ_sizes_get" (func $environ (param i32 i32) (result i32)))
    (import "wasi_snapshot_preview1" "sock_send"
        (func $sock_send (param i32 i32 i32 i32 i32) (result i32)))
    (memory (export "memory") 1)
    (data (i32.const 64) "etc/passwd")
    (func (export "opened") (param $fd i64) (result i64)
        (i64.extend_i32_u (call $path_open (i32.wrap_i64 (local.get $fd)) (i32.const 0) (i32.const 64)
            (i32.const 10) (i32.const 0) (i64.const 2) (i64.const 2) (i32.const 0) (i32.const 32))))
    (func (export "wrote") (param $fd i64) (result i64)
        (i32.store (i32.const 0) (i32.const 64))
        (i32.store (i32.const 4) (i32.const 10))
        (i64.extend_i32_u (call $fd_write (i32.wrap_i64 (local.get $fd)) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "was_read") (param $fd i64) (result i64)
        (i32.store (i32.const 0) (i32.const 64))
        (i32.store (i32.const 4) (i32.const 10))
        (i64.extend_i32_u (call $fd_read (i32.wrap_i64 (local.get $fd)) (i32.const 0) (i32.const 1) (i32.const 8))))
    (func (export "sent") (param $fd i64) (result i64)
        (i64.extend_i32_u (call $sock_send (i32.wrap_i64 (local.get $fd)) (i32.const 0) (i32.const 1)
            (i32.const 0) (i32.const 8))))
    (func (export "variables") (result i64)
        (drop (call $environ (i32.const 0) (i32.const 4)))
        (i64.extend_i32_u (i32.load (i32.const 0))))
    (func (export "outside") (result i64) (i64.load (i32.const -8)))
    (func (export "hang") (loop (br 0))))"#;

#[test]
fn a_module_that_attacks_gets_nowhere() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("attacks.wasm");
    std::fs::write(&file, wat::parse_str(ATTACKS).unwrap()).unwrap();
    let module = format!("attacks={}", file.display());
    for sandbox in ["trusted", "contained"] {
        let run = |line: &str, more: &[&str]| {
            let program = HintProgram::of_hints(&[
                &format!("# lang: wasm\nids.x = {line}"),
                "import sys; print(ids.x, flush=True)",
            ]);
            let mut command = vm_host_placed(program.path(), "python");
            command
                .args(["--wasm", &module, "--sandbox", sandbox])
                .args(more);
            command
                .env("TOKEN", "secret")
                .env("CAIROHINTS_WASM_CACHE", cache());
            finish(&mut command, PATIENCE).unwrap()
        };
        // Every descriptor that the worker may have: no folder, and no socket of the session.
        for call in ["opened", "was_read", "sent"] {
            for descriptor in 0..8 {
                let finished = run(&format!("attacks.{call}({descriptor})"), &[]);
                let text = finished.stdout_text();
                // `stdin` is there, and has ended.
                if (call, descriptor) == ("was_read", 0) {
                    continue;
                }
                match finished.exit_code() {
                    Some(0) => assert_ne!(text, "0\n", "{sandbox}: {call}({descriptor})"),
                    code => assert_eq!(code, Some(1), "{call}: {}", finished.stderr_text()),
                }
            }
        }
        for descriptor in 3..8 {
            let finished = run(&format!("attacks.wrote({descriptor})"), &[]);
            assert_ne!(
                finished.stdout_text(),
                "0\n",
                "{sandbox}: wrote({descriptor})"
            );
        }
        assert_eq!(
            succeeds(&run("attacks.variables()", &[])),
            "0\n",
            "{sandbox}"
        );
        let finished = run("attacks.outside()", &[]);
        assert_eq!(finished.exit_code(), Some(1));
        assert!(
            finished.stderr_text().contains("TrapError: line 2"),
            "{}",
            finished.stderr_text()
        );
    }
    let program = HintProgram::new("# lang: wasm\nattacks.hang()");
    let mut command = vm_host_placed(program.path(), "python");
    command.args([
        "--wasm",
        &module,
        "--sandbox",
        "contained",
        "--max-worker-cpu",
        "1",
    ]);
    let finished = finish(&mut command, PATIENCE).unwrap();
    let text = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(69), "{text}");
    assert!(
        text.contains("seconds of processor time, the limit is `1`"),
        "{text}"
    );
}
