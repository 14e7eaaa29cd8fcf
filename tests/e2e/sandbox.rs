//! What hints try against everybody else, each with a control: outside of the sandbox the same code does what it says,
//! so that a refusal inside is the sandbox's. The attempts are made by Python's own functions and by bare system calls.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use hint_tests::binaries;
use hint_tests::process::{Finished, PATIENCE};
use hint_tests::run::{finish, vm_host_placed};

use crate::hint_program::HintProgram;

/// An attempt: its name, what is tried in Python, and what comes of it inside. Outside it must come to something else.
type Attempt = (&'static str, &'static str, &'static [&'static str]);

/// What every attempt has at hand. `attempt` prints what came of it: the name of an error, or `done`.
const AT_HAND: &str = r#"
import ctypes, errno, fcntl, os, resource, signal, socket, subprocess, sys
libc = ctypes.CDLL(None, use_errno=True)
us, host, other = os.getpid(), HOST, OTHER

def call(number, *arguments):
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(a) if isinstance(a, int) else a for a in arguments])
    if result < 0:
        raise OSError(ctypes.get_errno(), 'refused')
    return result

def forked(pid):
    if pid == 0:
        os._exit(0)
    os.waitpid(pid, 0)

def attempt(name, action):
    try:
        action()
        said = 'done'
    except OSError as error:
        said = errno.errorcode.get(error.errno, 'OSError')
    except BaseException as error:
        said = type(error).__name__
    if os.getpid() != us:
        os._exit(1)
    print(name, said, flush=True)
"#;

fn run(sandbox: &str, code: &str, more: &[&str]) -> Finished {
    let program = HintProgram::new(code);
    let mut command = vm_host_placed(program.path(), "python");
    command.args(["--sandbox", sandbox]).args(more);
    finish(&mut command, PATIENCE).unwrap()
}

/// What comes of each attempt, all in one hint. Our own process stands for the host's and another's.
fn results(sandbox: &str, attempts: &[Attempt]) -> BTreeMap<String, String> {
    let us = std::process::id().to_string();
    let mut code = AT_HAND
        .replace("HOST", "os.getppid()")
        .replace("OTHER", &us);
    for (name, action, _) in attempts {
        let _ = writeln!(code, "attempt({name:?}, lambda: {action})");
    }
    let finished = run(sandbox, &code, &[]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let text = finished.stdout_text();
    let pairs = text.lines().filter_map(|line| line.split_once(' '));
    pairs
        .map(|(name, said)| (name.to_owned(), said.to_owned()))
        .collect()
}

#[track_caller]
fn refused_inside_only(attempts: &[Attempt]) {
    let outside = results("trusted", attempts);
    let inside = results("contained", attempts);
    let mut wrong = Vec::new();
    for (name, _, expected) in attempts {
        let (control, found) = (&outside[*name], &inside[*name]);
        if !expected.contains(&found.as_str()) {
            wrong.push(format!("{name}: `{found}` inside, expected {expected:?}"));
        }
        if expected.contains(&control.as_str()) {
            wrong.push(format!("{name}: `{control}` outside, too"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

const REFUSED: &[&str] = &["EPERM"];
const CLOSED: &[&str] = &["EACCES"];
/// As on an older kernel, so that libraries look for another way.
const UNKNOWN: &[&str] = &["ENOSYS"];

#[test]
fn no_process_is_made_and_nothing_executed() {
    refused_inside_only(&[
        (
            "subprocess",
            "subprocess.run(['true'], check=True)",
            REFUSED,
        ),
        (
            "shell",
            "os.system('true') == 0 or forked(call(57))",
            REFUSED,
        ),
        (
            "spawn",
            "os.posix_spawn('/bin/true', ['true'], {})",
            REFUSED,
        ),
        ("fork", "forked(os.fork())", REFUSED),
        ("raw_fork", "forked(call(57))", REFUSED),
        (
            "raw_clone",
            "forked(call(56, signal.SIGCHLD, 0, 0, 0, 0))",
            REFUSED,
        ),
        // In a way that libraries take for an older kernel.
        (
            "raw_clone3",
            "forked(call(435, ctypes.create_string_buffer(bytes(32) + bytes([17]) + bytes(31), 64), 64))",
            UNKNOWN,
        ),
        ("memory_file", "os.memfd_create('program')", UNKNOWN),
        ("raw_memory_file", "call(319, b'program', 0)", UNKNOWN),
        (
            "loader",
            "subprocess.run(['/lib64/ld-linux-x86-64.so.2', '/bin/true'], check=True)",
            REFUSED,
        ),
        (
            "fexecve",
            "forked(os.fork() or os.execve(os.open('/bin/true', os.O_RDONLY), ['true'], {}))",
            REFUSED,
        ),
        // A name that is not there, so that the control goes on.
        ("raw_exec", "call(59, b'/nowhere', 0, 0)", REFUSED),
        (
            "raw_execveat",
            "call(322, -100, b'/nowhere', 0, 0, 0)",
            REFUSED,
        ),
    ]);
}

#[test]
fn no_library_is_loaded_from_where_hints_might_write() {
    let folder = tempfile::tempdir().unwrap();
    let library = folder.path().join("library.so");
    let found = [
        "/lib/x86_64-linux-gnu/libm.so.6",
        "/lib/aarch64-linux-gnu/libm.so.6",
        "/lib64/libm.so.6",
    ];
    let found = found
        .iter()
        .find(|path| std::path::Path::new(path).exists());
    std::fs::copy(found.expect("a library"), &library).unwrap();
    let code = format!("import ctypes\nctypes.CDLL({library:?})\nprint('loaded')");
    assert_eq!(run("trusted", &code, &[]).stdout_text(), "loaded\n");
    let inside = run("contained", &code, &[]);
    assert_eq!(inside.exit_code(), Some(1));
    assert!(
        inside.stderr_text().contains("Permission denied"),
        "{}",
        inside.stderr_text()
    );
}

#[test]
fn no_socket_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("host.sock");
    let _listener = std::os::unix::net::UnixListener::bind(&path).unwrap();
    let tcp = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let port = tcp.local_addr().unwrap().port();
    let unix = format!("socket.socket(socket.AF_UNIX).connect({path:?})");
    let inet = format!("socket.create_connection(('127.0.0.1', {port}))");
    let attempts: Vec<Attempt> = vec![
        ("unix", unix.leak(), REFUSED),
        ("tcp", inet.leak(), REFUSED),
        ("tcp6", "socket.socket(socket.AF_INET6)", REFUSED),
        (
            "udp",
            "socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('127.0.0.1', 9))",
            REFUSED,
        ),
        (
            "netlink",
            "socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)",
            REFUSED,
        ),
        ("alg", "call(41, 38, 5, 0)", REFUSED),
        ("packet", "call(41, 17, 3, 0)", REFUSED),
        ("vsock", "call(41, 40, 1, 0)", REFUSED),
        ("raw", "call(41, 2, 2, 0)", REFUSED),
        (
            "abstract",
            "socket.socket(socket.AF_UNIX).bind('\\0hint')",
            REFUSED,
        ),
        (
            "datagrams",
            "socket.socketpair(type=socket.SOCK_DGRAM)",
            REFUSED,
        ),
        ("connect", "call(42, 0, b'', 0)", REFUSED),
        (
            "to_an_address",
            "call(44, 0, b'', 0, 0, b'address', 7)",
            REFUSED,
        ),
        (
            "names",
            "socket.getaddrinfo('localhost', 80) if call(41, 2, 1, 0) else 0",
            REFUSED,
        ),
        ("ring", "call(425 - 425 + 53, 1, 2, 0, 0)", REFUSED),
    ];
    refused_inside_only(&attempts);
}

#[test]
fn files_that_no_hint_imports_are_closed() {
    let folder = tempfile::tempdir().unwrap();
    let secret = folder.path().join("secret");
    std::fs::write(&secret, "token").unwrap();
    let listing = format!("os.listdir({:?})", folder.path());
    let opening = format!("open({secret:?}).read()");
    let bare = format!("call(257, -100, {secret:?}.encode(), 0, 0)");
    let writing = format!("open({:?}, 'w')", folder.path().join("new"));
    let cutting = format!("os.truncate({secret:?}, 0)");
    let linking = format!("os.symlink('/etc', {:?})", folder.path().join("link"));
    let host = format!("open({:?}, 'rb').read(4)", binaries::vm_host());
    refused_inside_only(&[
        ("secret", opening.leak(), CLOSED),
        ("secret_by_call", bare.leak(), CLOSED),
        ("folder", listing.leak(), CLOSED),
        ("users", "open('/etc/passwd').read()", CLOSED),
        ("first_environment", "open('/proc/1/stat').read()", CLOSED),
        (
            "host_environment",
            "open(f'/proc/{other}/environ').read()",
            CLOSED,
        ),
        ("host_memory", "open(f'/proc/{other}/mem', 'rb')", CLOSED),
        ("host_maps", "open(f'/proc/{other}/maps').read()", CLOSED),
        (
            "host_descriptors",
            "os.listdir(f'/proc/{other}/fd')",
            CLOSED,
        ),
        (
            "own_environment",
            "open('/proc/self/environ').read()",
            CLOSED,
        ),
        ("own_memory", "open('/proc/self/mem', 'rb')", CLOSED),
        ("kernel", "os.listdir('/sys/kernel')", CLOSED),
        ("host_program", host.leak(), CLOSED),
        ("new", writing.leak(), CLOSED),
        (
            "here",
            "open('/dev/shm/cairohints-test', 'w').close() or os.unlink('/dev/shm/cairohints-test')",
            CLOSED,
        ),
        ("truncate", cutting.leak(), REFUSED),
        ("link", linking.leak(), REFUSED),
        (
            "folder_of_its_own",
            "os.rmdir(os.mkdir('/tmp/cairohints-test') or '/tmp/cairohints-test')",
            REFUSED,
        ),
        ("leave", "os.chdir('/usr')", REFUSED),
    ]);
}

/// What hints need of files goes on: modules beside the program, packages, libraries, and nowhere.
#[test]
fn what_hints_import_is_open() {
    let program = HintProgram::new(
        "import beside, decimal, hashlib, json, os, sqlite3, threading, zoneinfo
with open(os.devnull, 'w') as nowhere:
    print('unseen', file=nowhere)
threads = [threading.Thread(target=lambda: None) for _ in range(4)]
[thread.start() for thread in threads]
[thread.join() for thread in threads]
import asyncio
asyncio.run(asyncio.sleep(0.001))
assert hashlib.sha256(b'').hexdigest().startswith('e3b0')
try:
    raise ValueError('as usual')
except ValueError:
    import traceback
    assert 'as usual' in traceback.format_exc()
assert os.listdir(os.path.dirname(beside.__file__))
print(beside.VALUE, sqlite3.connect(':memory:').execute('select 1 + 1').fetchone()[0])",
    );
    std::fs::write(program.folder().join("beside.py"), "VALUE = 7\n").unwrap();
    for sandbox in ["trusted", "contained"] {
        let mut command = vm_host_placed(program.path(), "python");
        let finished = finish(command.args(["--sandbox", sandbox]), PATIENCE).unwrap();
        let said = (finished.stdout_text(), finished.exit_code());
        assert_eq!(
            said,
            ("7 2\n".to_owned(), Some(0)),
            "{}",
            finished.stderr_text()
        );
    }
}

#[test]
fn other_processes_are_out_of_reach() {
    refused_inside_only(&[
        ("signal_host", "os.kill(host, 0)", REFUSED),
        ("signal_other", "os.kill(other, 0)", REFUSED),
        ("signal_thread", "call(234, other, other, 0)", REFUSED),
        ("signal_by_descriptor", "call(434, other, 0)", REFUSED),
        (
            "take_descriptor",
            "call(438, call(434, other, 0), 0, 0)",
            REFUSED,
        ),
        (
            "limits",
            "resource.prlimit(other, resource.RLIMIT_NOFILE)",
            REFUSED,
        ),
        // What Python makes of EPERM there.
        (
            "own_limits",
            "resource.setrlimit(resource.RLIMIT_CORE, (0, 0))",
            &["ValueError"],
        ),
        (
            "affinity",
            "os.sched_setaffinity(other, os.sched_getaffinity(0))",
            REFUSED,
        ),
        (
            "own_affinity",
            "os.sched_setaffinity(0, os.sched_getaffinity(0))",
            REFUSED,
        ),
        (
            "priority",
            "os.setpriority(os.PRIO_PROCESS, other, os.getpriority(os.PRIO_PROCESS, other))",
            REFUSED,
        ),
        ("nice", "os.nice(0)", REFUSED),
        ("group", "os.getpgid(other)", REFUSED),
    ]);
}

/// The channels between two that read the same files and have the same user.
#[test]
fn hints_of_two_vms_share_no_lock_and_no_queue() {
    refused_inside_only(&[
        (
            "flock",
            "fcntl.flock(open(os.__file__), fcntl.LOCK_SH)",
            REFUSED,
        ),
        (
            "lock",
            "fcntl.fcntl(open(os.__file__), fcntl.F_OFD_GETLK, bytes(32)) if 0 else call(72, os.open(os.__file__, 0), 6, ctypes.create_string_buffer(b'\\0' * 32))",
            REFUSED,
        ),
        (
            "lease",
            "fcntl.fcntl(os.open(os.__file__, 0), fcntl.F_SETLEASE, fcntl.F_UNLCK) if 0 else call(72, os.open(os.__file__, 0), 1025)",
            REFUSED,
        ),
        (
            "shared_memory",
            "call(31, call(29, 0, 4096, 0o1600), 0, 0)",
            REFUSED,
        ),
        (
            "semaphores",
            "call(66, call(64, 0, 1, 0o1600), 0, 0)",
            REFUSED,
        ),
        ("queue", "call(71, call(68, 0, 0o1600), 0, 0)", REFUSED),
        ("named_queue", "call(240, b'none', 0, 0, 0)", REFUSED),
        (
            "times",
            "os.utime(os.__file__, None) if 0 else call(280, -100, os.__file__.encode(), ctypes.create_string_buffer(b'\\xff\\xff\\xff\\x3f' * 8), 0)",
            REFUSED,
        ),
        (
            "pipe_size",
            "fcntl.fcntl(os.pipe()[0], 1031, 4096)",
            REFUSED,
        ),
    ]);
}

#[test]
fn the_kernel_is_asked_for_nothing_else() {
    refused_inside_only(&[
        (
            "user_namespace",
            "forked(os.fork() or call(272, 0x10000000) * 0) if 0 else call(272, 0)",
            REFUSED,
        ),
        ("personality", "call(135, 0xffffffff)", REFUSED),
        ("dumpable", "call(157, 4, 0)", REFUSED),
        ("parent_death", "call(157, 1, 0)", REFUSED),
        (
            "seccomp",
            "call(317, 2, 0, ctypes.create_string_buffer(4))",
            REFUSED,
        ),
        (
            "terminal_input",
            "fcntl.ioctl(os.pipe()[0], 0x5412, b'x')",
            REFUSED,
        ),
        // The third way to number system calls, which has none here.
        ("x32", "call(0x40000000 + 39)", REFUSED),
    ]);
}

/// What no hint could mean ends the process, whatever the arguments are; outside it is an error at most.
#[test]
fn who_tries_the_unthinkable_is_ended() {
    let numbers = [
        ("ptrace", 101),
        ("process_vm_readv", 310),
        ("process_vm_writev", 311),
        ("mount", 165),
        ("chroot", 161),
        ("bpf", 321),
        ("perf_event_open", 298),
        ("userfaultfd", 323),
        ("keyctl", 250),
        ("io_uring_setup", 425),
        ("open_by_handle_at", 304),
        ("init_module", 175),
    ];
    for (name, number) in numbers {
        // Arguments that nothing accepts.
        let code = format!("{AT_HAND_WITHOUT_HOST}call({number}, -1, -1, -1, -1, -1, -1)");
        let control = run("trusted", &code, &[]);
        assert_eq!(
            control.exit_code(),
            Some(1),
            "{name}: {}",
            control.stderr_text()
        );
        let inside = run("contained", &code, &[]);
        assert_eq!(
            inside.exit_code(),
            Some(69),
            "{name}: {}",
            inside.stderr_text()
        );
        assert!(
            inside.stderr_text().contains("(SIGSYS)"),
            "{name}: {}",
            inside.stderr_text()
        );
    }
}

const AT_HAND_WITHOUT_HOST: &str = "import ctypes
def call(number, *arguments):
    if ctypes.CDLL(None, use_errno=True).syscall(*[ctypes.c_long(a) for a in (number, *arguments)]) < 0:
        raise OSError(ctypes.get_errno(), 'refused')
";

/// System calls by the door of 32-bit programs have other numbers: they end the process.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_door_of_older_programs_is_shut() {
    let code = "import ctypes, mmap
page = mmap.mmap(-1, 4096, prot=7)
# getpid by `int 0x80`
page.write(bytes([0xb8, 20, 0, 0, 0, 0xcd, 0x80, 0xc3]))
call = ctypes.CFUNCTYPE(ctypes.c_int)(ctypes.addressof(ctypes.c_char.from_buffer(page)))
print('called', call() != 0)";
    assert_eq!(run("trusted", code, &[]).stdout_text(), "called True\n");
    let inside = run("contained", code, &[]);
    assert_eq!(inside.exit_code(), Some(69), "{}", inside.stderr_text());
    assert_eq!(inside.stdout_text(), "");
}

/// Numbers that never come back, or end the thread, with arguments of zero; the list has them all the same.
const NOT_TRIED: &[u32] = &[15, 23, 60, 231, 270, 271];

/// Newer kernels have these two for probes that root set, and look at them before any filter, so that none can refuse
/// them. Who was not sent there by a probe is ended by SIGILL, or told that there is none.
const OF_PROBES: &[(u32, &[&str])] =
    &[(335, &["refused", "ended"]), (336, &["refused", "without"])];

/// Every number, with arguments of zero, against the list of those that are let through.
#[cfg(target_arch = "x86_64")]
#[test]
fn the_calls_that_are_let_through_are_those_of_the_list() {
    // Each with its name behind it.
    let expected: Vec<String> = include_str!("sandbox_calls.txt")
        .lines()
        .filter(|line| !line.starts_with('#'))
        .map(|line| line.rsplit_once(' ').unwrap().0.to_owned())
        .collect();
    let mut found: BTreeMap<u32, String> = BTreeMap::new();
    let mut next = 0;
    while next <= 500 {
        let code = format!(
            "import ctypes, errno, os
libc = ctypes.CDLL(None, use_errno=True)
out = os.dup(1)
for number in range({next}, 501):
    if number in {NOT_TRIED:?}:
        continue
    os.write(out, b'%d ' % number)
    ctypes.set_errno(0)
    result = libc.syscall(ctypes.c_long(number), *[ctypes.c_long(0)] * 6)
    error = ctypes.get_errno() if result == -1 else 0
    known = {{errno.EPERM: b'refused', errno.ENOSYS: b'unknown'}}
    if number == 336:
        known[errno.ENXIO] = b'without'
    os.write(out, known.get(error, b'allowed') + b'\\n')
os._exit(0)"
        );
        let finished = run("contained", &code, &[]);
        let text = finished.stdout_text();
        let mut last = 500;
        for line in text.lines() {
            let (number, said) = line.split_once(' ').unwrap();
            last = number.parse().unwrap();
            let said = if said.is_empty() { "ended" } else { said };
            if said != "refused" {
                found.insert(last, said.to_owned());
            }
        }
        assert!(last >= next, "{text}{}", finished.stderr_text());
        next = last + 1;
    }
    for number in NOT_TRIED {
        found.insert(*number, "allowed".to_owned());
    }
    for (number, outcomes) in OF_PROBES {
        let outcome = found.remove(number).unwrap_or("refused".to_owned());
        assert!(outcomes.contains(&&*outcome), "{number}: {outcome}");
    }
    let found: Vec<String> = found
        .iter()
        .map(|(number, said)| format!("{number} {said}"))
        .collect();
    assert_eq!(found, expected, "found on the left");
}

/// What the sandbox refuses is said in words that people can do something with, below Python's own.
#[test]
fn a_refusal_says_what_to_do() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("beside.py"), "VALUE = 7\n").unwrap();
    let elsewhere = folder.path().display();
    let import = format!("import sys\nsys.path.append('{elsewhere}')\nimport beside");
    let cases = [
        (
            import.as_str(),
            format!(
                "the sandbox does not open `{elsewhere}`, where modules are looked for: name it with --import-path"
            ),
        ),
        (
            "import multiprocessing\nmultiprocessing.Pool(2)",
            "the sandbox lets hints start no processes: use threads".to_owned(),
        ),
        (
            "from concurrent.futures import ProcessPoolExecutor\nProcessPoolExecutor(2).submit(abs, 1).result()",
            "the sandbox lets hints start no processes: use threads".to_owned(),
        ),
        (
            "import subprocess\nsubprocess.run(['true'])",
            "the sandbox lets hints start no processes: use threads".to_owned(),
        ),
        (
            "import urllib.request\nurllib.request.urlopen('http://127.0.0.1:1')",
            "the sandbox lets hints reach no network".to_owned(),
        ),
        (
            "open('/etc/passwd')",
            "not `/etc/passwd`, and write nothing: keep it in memory".to_owned(),
        ),
        (
            "import tempfile\ntempfile.mkdtemp()",
            "what they import and write nothing: keep it in memory".to_owned(),
        ),
        (
            "import sqlite3\nsqlite3.connect('here.db').execute('create table a(b)')",
            "what they import and write nothing: keep it in memory".to_owned(),
        ),
        (
            "import os\nos.kill(1, 0)",
            "reach no other process: do without, or trust the program with --sandbox trusted"
                .to_owned(),
        ),
    ];
    for (code, expected) in cases {
        let inside = run("contained", code, &[]);
        let text = inside.stderr_text();
        assert_eq!(inside.exit_code(), Some(1), "{text}");
        let hint = text.lines().find(|line| line.starts_with("hint: "));
        let hint = hint.unwrap_or_else(|| panic!("{code}: {text}"));
        assert!(hint.contains(&expected), "{code}: {hint}");
    }
    // What goes wrong for other reasons is not the sandbox's.
    for (code, sandbox) in [
        ("open('nothing-of-this-name', 'rb')", "contained"),
        ("raise KeyError('x')", "contained"),
        ("import os\nos.kill(os.getpid(), 4711)", "contained"),
        ("raise PermissionError(1, 'of a program')", "trusted"),
    ] {
        let text = run(sandbox, code, &[]).stderr_text();
        assert!(!text.contains("the sandbox"), "{code}: {text}");
    }
    let opened = run(
        "contained",
        "import beside\nprint(beside.VALUE)",
        &["--import-path", folder.path().to_str().unwrap()],
    );
    assert_eq!(opened.stdout_text(), "7\n", "{}", opened.stderr_text());
}

/// The lines of Cairo files in tracebacks come from the host, which can read them.
#[test]
fn tracebacks_show_the_lines_of_cairo_files() {
    let mut json = crate::hint_program::json_of(
        "def f(n):\n    raise ValueError('as it is') if n == 0 else f(n - 1)\nf(9)",
    );
    let location = serde_json::json!({
        "start_line": 3, "start_col": 5, "end_line": 6, "end_col": 7,
        "input_file": {"filename": "program.cairo"}
    });
    let inst = serde_json::json!({
        "accessible_scopes": [], "flow_tracking_data": null, "inst": location,
        "hints": [{"location": location, "n_prefix_newlines": 1}]
    });
    json["debug_info"] = serde_json::json!({
        "file_contents": {}, "instruction_locations": {"2": inst}
    });
    let program = HintProgram::of(&json.to_string());
    let source = "// a\n\n    %{\n        def f(n):\n            raise ValueError('as it is') if n == 0 else f(n - 1)\n        f(9)\n    %}\n";
    std::fs::write(program.folder().join("program.cairo"), source).unwrap();
    let said = ["trusted", "contained"].map(|sandbox| {
        let mut command = vm_host_placed(program.path(), "python");
        command
            .args(["--sandbox", sandbox])
            .current_dir(program.folder());
        let text = finish(&mut command, PATIENCE).unwrap().stderr_text();
        match text.split_once('\n') {
            Some((first, rest)) if first.starts_with("sandbox: ") => rest.to_owned(),
            _ => text,
        }
    });
    let lines = "  File \"program.cairo\", line 6, in <module>\n    f(9)\n  File \"program.cairo\", line 5, in f\n    raise ValueError('as it is') if n == 0 else f(n - 1)\n";
    assert!(said[0].contains(lines), "{}", said[0]);
    assert!(
        said[0].contains("[Previous line repeated 7 more times]"),
        "{}",
        said[0]
    );
    assert_eq!(said[1], said[0]);
}

/// The profile for servers in gVisor or a virtual machine refuses where there is neither, with and without a zygote.
#[test]
fn hostile_needs_another_kernel_around_it() {
    let program = HintProgram::new("ids.x = 1");
    let inside = in_a_machine();
    for command in ["run", "serve"] {
        let mut command = match command {
            "run" => {
                let mut run = vm_host_placed(program.path(), "python");
                run.args(["--layout", "plain"]);
                run
            }
            _ => {
                let mut serve = hint_tests::run::vm_host("serve");
                serve.arg("--unix").arg(program.folder().join("socket"));
                // It ends with the one who started it, at once.
                serve
                    .arg("--exit-with-parent")
                    .stdin(std::process::Stdio::null());
                serve
            }
        };
        let finished = finish(command.args(["--sandbox", "hostile"]), PATIENCE).unwrap();
        let text = finished.stderr_text();
        if inside {
            assert_eq!(finished.exit_code(), Some(0), "{text}");
            assert!(text.contains("sandbox: hostile ("), "{text}");
            assert!(text.contains(") inside of "), "{text}");
        } else {
            assert_eq!(finished.exit_code(), Some(78), "{text}");
            let expected = "error: the sandbox `hostile` is for a server inside of gVisor or a virtual machine, and this is neither\nhint: ";
            assert!(text.contains(expected), "{text}");
        }
    }
}

fn in_a_machine() -> bool {
    let flags = std::fs::read_to_string("/proc/cpuinfo").unwrap();
    flags.split_whitespace().any(|flag| flag == "hypervisor")
}

/// What the process looks like from outside while a hint runs, all its threads.
#[test]
fn every_thread_of_a_worker_is_confined() {
    let program = HintProgram::new(
        "import ctypes, os, threading, time
threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
print(os.getpid(), len(os.environ), flush=True)
descriptors = [number for number in range(256) if ctypes.CDLL(None).fcntl(number, 1) >= 0]
print(*descriptors, flush=True)
time.sleep(600)",
    );
    let mut command = vm_host_placed(program.path(), "python");
    command
        .args(["--sandbox", "contained"])
        .env("TOKEN", "secret")
        .stdin(std::process::Stdio::null())
        .stdout(std::process::Stdio::piped());
    let mut host = hint_tests::process::Running::start(&mut command);
    let mut lines = std::io::BufRead::lines(std::io::BufReader::new(host.stdout.take().unwrap()));
    let first = lines.next().unwrap().unwrap();
    let (pid, variables) = first.split_once(' ').unwrap();
    assert!(variables.parse::<u32>().unwrap() <= 8, "{first}");
    let descriptors = lines.next().unwrap().unwrap();
    // The standard streams, the socket, and what the runtime waits with: no file of anybody's.
    for descriptor in descriptors.split(' ') {
        let link = std::fs::read_link(format!("/proc/{pid}/fd/{descriptor}")).unwrap();
        let link = link.to_string_lossy().into_owned();
        let known = ["/dev/null", "pipe:", "socket:", "anon_inode:[event"];
        let is_stderr = descriptor == "2";
        assert!(
            is_stderr || known.iter().any(|known| link.starts_with(known)),
            "{link}"
        );
    }
    let environment = std::fs::read(format!("/proc/{pid}/environ")).unwrap();
    assert!(!String::from_utf8_lossy(&environment).contains("TOKEN"));
    let threads: Vec<_> = std::fs::read_dir(format!("/proc/{pid}/task"))
        .unwrap()
        .collect();
    assert!(threads.len() >= 2, "{threads:?}");
    for thread in threads {
        let status = std::fs::read_to_string(thread.unwrap().path().join("status")).unwrap();
        let field = |name: &str| {
            let line = status.lines().find(|line| line.starts_with(name)).unwrap();
            line[name.len()..].trim().to_owned()
        };
        assert_eq!(field("NoNewPrivs:"), "1");
        assert_eq!(field("Seccomp:"), "2");
        for set in ["CapInh:", "CapPrm:", "CapEff:", "CapBnd:", "CapAmb:"] {
            assert_eq!(field(set).trim_matches('0'), "", "{set} {status}");
        }
    }
    host.signal(rustix::process::Signal::TERM);
    host.ended();
}

/// The last look before hints come is a real one: all layers are there on this system, or the test fails.
#[test]
fn the_host_says_which_layers_hold() {
    let finished = run("contained", "ids.x = 1", &["--require-sandbox"]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let text = finished.stderr_text();
    let layers = "sandbox: contained (environment, descriptors, session, limits, ";
    assert!(text.starts_with(layers), "{text}");
    assert!(
        text.contains("privileges, ties, files, calls, self-test)"),
        "{text}"
    );
    // Without the option nothing is said.
    let silent = run("trusted", "ids.x = 1", &[]);
    assert_eq!(silent.stderr_text(), "");
}

#[test]
fn memory_beyond_the_limit_is_an_error_or_the_end() {
    let limit = ["--max-worker-memory", "200000000"];
    let at_once = "try:\n    bytearray(10 << 30)\nexcept MemoryError:\n    print('refused')";
    let finished = run("contained", at_once, &limit);
    assert_eq!(
        finished.stdout_text(),
        "refused\n",
        "{}",
        finished.stderr_text()
    );
    for slowly in [
        "import time\nkept = []\nwhile True:\n    kept.append(bytearray(b'x') * (1 << 20))\n    time.sleep(0.0005)",
        "import mmap\nkept = mmap.mmap(-1, 2 << 30)\nfor page in range(0, 2 << 30, 4096):\n    kept[page] = 1\nimport time\ntime.sleep(600)",
    ] {
        let finished = run("contained", slowly, &limit);
        let text = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(69), "{text}");
        assert!(
            text.contains("bytes of memory, the limit is `200000000`"),
            "{text}"
        );
    }
}

#[test]
fn threads_beyond_the_limit_end_the_worker() {
    let code = "import threading, time
for _ in range(200):
    threading.Thread(target=time.sleep, args=(600,), daemon=True).start()
time.sleep(600)";
    let finished = run("contained", code, &["--max-worker-threads", "20"]);
    let text = finished.stderr_text();
    assert_eq!(finished.exit_code(), Some(69), "{text}");
    assert!(text.contains("threads, the limit is `20`"), "{text}");
}

#[test]
fn processor_time_beyond_the_limit_ends_the_worker() {
    for code in [
        "while True: pass",
        "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
        "import re\nre.match('(a+)+$', 'a' * 64 + 'b')",
        "3 ** (10 ** 9)",
        "import ctypes\nctypes.CDLL(None).qsort(ctypes.create_string_buffer(1 << 26), 1 << 26, 1, ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_void_p)(lambda a, b: 0))",
    ] {
        let finished = run("contained", code, &["--max-worker-cpu", "1"]);
        let text = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(69), "{code}: {text}");
        assert!(
            text.contains("seconds of processor time, the limit is `1`"),
            "{code}: {text}"
        );
    }
}

/// Standard output is the only file that a hint can write.
#[test]
fn a_file_beyond_the_limit_is_an_error() {
    let folder = tempfile::tempdir().unwrap();
    let program = HintProgram::new(
        "import os
try:
    for _ in range(100):
        os.write(1, b'x' * (1 << 20))
except OSError as error:
    os.write(2, str(error).encode())",
    );
    let path = folder.path().join("output");
    let mut command = vm_host_placed(program.path(), "python");
    command
        .args(["--sandbox", "contained"])
        .stdout(std::fs::File::create(&path).unwrap())
        .stderr(std::process::Stdio::piped());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(text.contains("File too large"), "{text}");
    assert_eq!(std::fs::metadata(&path).unwrap().len(), 64 << 20);
}

/// A crash of native code ends the worker alone, and leaves no core.
#[test]
fn native_crashes_are_told() {
    for (code, signal) in [
        ("import ctypes\nctypes.string_at(0)", "(SIGSEGV)"),
        ("import os\nos.abort()", "(SIGABRT)"),
    ] {
        let finished = run("contained", code, &[]);
        let text = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(69), "{text}");
        assert!(text.contains(signal), "{text}");
    }
}

/// Programs whose hints write files, which none does inside.
const NEED_FILES: &[&str] = &["scope/live_objects"];

/// The corpus does inside what it does outside.
#[test]
fn the_standard_library_runs_inside() {
    let mut wrong = Vec::new();
    let mut count = 0;
    for area in ["stdlib", "scope", "segments", "rule"] {
        let mut names = hint_tests::record::names_below(area);
        names.retain(|name| !crate::deviations::NAMES.contains(&name.as_str()));
        for name in names
            .iter()
            .filter(|name| !NEED_FILES.contains(&name.as_str()))
        {
            let mut record = hint_tests::record::load(name);
            record
                .run
                .options
                .extend(["--sandbox", "contained"].map(str::to_owned));
            let mut observed = hint_tests::run::observe_placed(&record.run, "python").unwrap();
            let stderr = observed.process.stderr_text();
            // A program without hints needs no worker.
            if let Some((posture, rest)) = stderr.split_once('\n')
                && posture.starts_with("sandbox: contained (")
            {
                observed.process.stderr = rest.as_bytes().to_vec();
                count += 1;
            }
            let differences = hint_tests::compare::compare(&record.outcome, &observed);
            wrong.extend(
                differences
                    .into_iter()
                    .map(|text| format!("{name}: {text}")),
            );
        }
    }
    assert!(count > 60, "{count} with hints");
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
