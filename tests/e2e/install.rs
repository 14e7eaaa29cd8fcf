//! What whoever installs the binaries meets first: workers of several Pythons, versions, completions, man pages.

use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use hint_tests::binaries;
use hint_tests::process::Finished;
use hint_tests::run::{finish, vm_host};
use tempfile::TempDir;

use crate::hint_program::HintProgram;

const DEADLINE: Duration = Duration::from_secs(60);
/// Needs Python, and nothing from an environment.
const HINT: &str = "import sys; print('ran in %d.%d' % sys.version_info[:2])";

fn environment(folder: &Path, version: &str) -> PathBuf {
    let environment = folder.join("environment");
    std::fs::create_dir(&environment).unwrap();
    let settings = format!("home = /usr/bin\nversion = {version}.1\n");
    std::fs::write(environment.join("pyvenv.cfg"), settings).unwrap();
    environment
}

/// A `vm-host` in that folder, with workers that run a line of shell and refuse their environment.
fn vm_host_with(folder: &Path, workers: &[(&str, &str)]) -> PathBuf {
    let vm_host = folder.join("vm-host");
    // A process knows a hard link by the name that it was started with.
    if std::fs::hard_link(binaries::vm_host(), &vm_host).is_err() {
        std::fs::copy(binaries::vm_host(), &vm_host).unwrap();
    }
    for (name, line) in workers {
        let path = folder.join(name);
        std::fs::write(&path, format!("#!/bin/sh\n{line}\nexit 78\n")).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).unwrap();
    }
    vm_host
}

/// `vm-host run` of [`HINT`], by the `vm-host` at that path.
fn run(vm_host: &Path, arguments: &[&Path], active: Option<&Path>) -> Finished {
    let program = HintProgram::new(HINT);
    let mut command = Command::new(vm_host);
    command.arg("run").arg(program.path()).args(arguments);
    command
        .env_remove("VIRTUAL_ENV")
        .env_remove("LD_LIBRARY_PATH")
        .envs(active.map(|folder| ("VIRTUAL_ENV", folder)));
    finish(&mut command, DEADLINE).unwrap()
}

#[test]
fn an_active_environment_of_another_python_is_left_out_with_a_warning() {
    let folder = TempDir::new().unwrap();
    let environment = environment(folder.path(), "3.2");
    let finished = run(&binaries::vm_host(), &[], Some(&environment));
    let stderr = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(0), "{stderr}");
    assert!(
        finished.stdout_text().starts_with("ran in 3."),
        "{}",
        finished.stdout_text()
    );
    assert!(
        stderr.starts_with("warning: hints run in Python `3.")
            && stderr.contains("there is no hint worker for its Python `3.2`\nhint: "),
        "{stderr}"
    );
    // What is not imported from is not named.
    let missing = HintProgram::new("import nowhere_to_be_found");
    let mut command = vm_host("run");
    command.arg(missing.path()).env("VIRTUAL_ENV", &environment);
    let stderr = finish(&mut command, DEADLINE).unwrap().stderr_text();
    assert!(
        stderr.contains("hint: hints import from the hint worker's own Python"),
        "{stderr}"
    );
    // Whoever asks for it gets it, or nothing.
    let named = [Path::new("--python-env"), &environment];
    let finished = run(&binaries::vm_host(), &named, Some(&environment));
    assert_eq!(finished.exit_code(), Some(78));
    assert!(!finished.stderr_text().contains("warning"));
}

#[test]
fn a_program_without_python_is_not_warned() {
    let folder = TempDir::new().unwrap();
    let environment = environment(folder.path(), "3.2");
    let mut command = vm_host("run");
    command
        .args(["stdlib/memcpy.json", "--layout", "small"])
        .env("VIRTUAL_ENV", &environment);
    let finished = finish(&mut command, DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    assert_eq!(finished.stderr_text(), "");
}

#[test]
fn an_environment_gets_the_worker_of_its_python() {
    let folder = TempDir::new().unwrap();
    let environment = environment(folder.path(), "3.2");
    let vm_host = vm_host_with(
        folder.path(),
        &[
            ("hint-worker", "echo the plain one >&2"),
            ("hint-worker-3.2", "echo the one of 3.2 >&2"),
        ],
    );
    let named = [Path::new("--python-env"), &environment];
    for (arguments, active, says) in [
        (&named[..], None, "the one of 3.2\n"),
        (&[], Some(environment.as_path()), "the one of 3.2\n"),
        (&[], None, "the plain one\n"),
    ] {
        let finished = run(&vm_host, arguments, active);
        assert_eq!(finished.exit_code(), Some(78));
        assert_eq!(finished.stderr_text(), says);
    }
}

/// Where it was built, its libpython lay in a folder that is not here. The loader fails it as this script fails.
#[test]
fn a_worker_that_was_built_elsewhere_gets_the_libpython_of_the_environment() {
    let folder = TempDir::new().unwrap();
    let installation = folder.path().join("installation");
    std::fs::create_dir_all(installation.join("lib")).unwrap();
    std::fs::write(installation.join("lib/libpython3.2.so.1.0"), "").unwrap();
    let environment = environment(folder.path(), "3.2");
    let home = installation.join("bin");
    let settings = format!("home = {}\nversion = 3.2.1\n", home.display());
    std::fs::write(environment.join("pyvenv.cfg"), settings).unwrap();
    let vm_host = vm_host_with(
        folder.path(),
        &[(
            "hint-worker-3.2",
            "[ -n \"$LD_LIBRARY_PATH\" ] || exit 127; echo \"$LD_LIBRARY_PATH\" >&2",
        )],
    );
    let named = [Path::new("--python-env"), &environment];
    let finished = run(&vm_host, &named, None);
    assert_eq!(finished.exit_code(), Some(78));
    let library = installation.join("lib");
    assert_eq!(finished.stderr_text(), format!("{}\n", library.display()));
}

#[test]
fn both_binaries_say_what_they_are_made_of() {
    for (binary, python) in [
        (binaries::vm_host(), false),
        (binaries::hint_worker(), true),
    ] {
        let finished = finish(Command::new(&binary).arg("--version"), DEADLINE).unwrap();
        let said = finished.stdout_text();
        let name = binary.file_name().unwrap().to_str().unwrap();
        let start = format!("{name} {} (", env!("CARGO_PKG_VERSION"));
        let parts = said.trim_end().strip_prefix(&start).unwrap();
        let parts: Vec<_> = parts.trim_end_matches(')').split(", ").collect();
        assert!(
            parts[0] == "debug build" || parts[0].starts_with("commit "),
            "{said}"
        );
        assert!(parts[1].starts_with("protocol "), "{said}");
        assert_eq!(parts.len(), 2 + usize::from(python), "{said}");
        if python {
            assert!(parts[2].starts_with("Python 3."), "{said}");
        }
    }
}

#[test]
fn shells_complete_the_options() {
    for (shell, parts) in [
        ("bash", ["complete -F _vm-host", "--trace_file"]),
        ("zsh", ["#compdef vm-host", "--trace_file="]),
        ("fish", ["complete -c vm-host", "-l trace_file"]),
    ] {
        let finished = finish(vm_host("completions").arg(shell), DEADLINE).unwrap();
        assert_eq!(finished.exit_code(), Some(0));
        for part in parts {
            assert!(finished.stdout_text().contains(part), "{shell}: {part}");
        }
    }
    // The script of the shell that is always here completes, too.
    let script = "eval \"$(\"$0\" completions bash)\"
        COMP_WORDS=(vm-host run --trace_) COMP_CWORD=2
        _vm-host vm-host --trace_ run
        echo \"${COMPREPLY[@]}\"";
    let mut bash = Command::new("bash");
    bash.args(["-c", script]).arg(binaries::vm_host());
    let finished = finish(&mut bash, DEADLINE).unwrap();
    assert_eq!(
        finished.stdout_text(),
        "--trace_file\n",
        "{}",
        finished.stderr_text()
    );
}

#[test]
fn every_command_has_a_man_page() {
    let page = |arguments: &[&str]| {
        let finished = finish(vm_host("man").args(arguments), DEADLINE).unwrap();
        assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
        finished.stdout_text()
    };
    for command in [
        "run",
        "hints",
        "contract",
        "serve",
        "health",
        "completions",
        "man",
    ] {
        assert!(page(&[]).contains(&format!("vm\\-host\\-{command}(1)")));
        assert!(page(&[command]).contains(&format!(".TH vm-host-{command} 1")));
    }
    assert!(page(&["run"]).contains("\\-\\-trace_file"));
    let finished = finish(vm_host("man").arg("nothing"), DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(2));
    assert!(finished.stderr_text().contains("\nhint: "));
}
