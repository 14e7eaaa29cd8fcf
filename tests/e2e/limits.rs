//! Long runs and large hints, the order of what is printed, and the debugger on a terminal.

use std::process::Command;
use std::time::Duration;

use hint_tests::binaries::vm_host;
use hint_tests::process::Finished;
use hint_tests::record::{self, Record};
use hint_tests::run::{finish, vm_host_placed, vm_host_run};
use serde_json::Value;

use crate::hint_program::HintProgram;

const DEADLINE: Duration = Duration::from_secs(300);

fn run_with_stats(program: &HintProgram, options: &[&str]) -> (Finished, Value) {
    let stats = program.folder().join("stats.json");
    let mut command = vm_host_run(program.path());
    let finished = finish(command.args(options).arg("--stats").arg(&stats), DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let stats = serde_json::from_slice(&std::fs::read(stats).unwrap()).unwrap();
    (finished, stats)
}

/// The corpus' program of that name.
fn corpus(name: &str) -> HintProgram {
    let path = hint_tests::record::programs_directory().join(name);
    HintProgram::of(&std::fs::read_to_string(path).unwrap())
}

#[test]
fn a_million_steps() {
    let (_, stats) = run_with_stats(&corpus("long/no_hints.json"), &[]);
    assert!(stats["steps"].as_u64().unwrap() >= 1_000_000, "{stats}");
    assert_eq!(stats["hints_executed"], 0);
}

#[test]
fn a_hundred_thousand_hints_take_one_round_trip_each() {
    let (_, stats) = run_with_stats(&corpus("long/hint_dense.json"), &[]);
    assert_eq!(stats["hints_executed"], 100_000);
    // Starting the session takes two, ending it one.
    assert!(stats["round_trips"].as_u64().unwrap() <= 100_010, "{stats}");
}

#[test]
fn a_million_cells_from_one_hint() {
    let code = "p = segments.add()\nsegments.write_arg(p, range(10**6))\nassert memory[p + 999999] == 999999";
    let (_, stats) = run_with_stats(&HintProgram::new(code), &[]);
    assert!(stats["sub_requests"].as_u64().unwrap() < 10, "{stats}");
    assert!(
        stats["bytes_from_worker"].as_u64().unwrap() > 32_000_000,
        "{stats}"
    );
}

#[test]
fn what_hints_print_keeps_its_order() {
    let code = "import sys, os\nfor i in range(3):\n    print('out', i)\n    sys.stdout.write('no line end ')\n    os.write(1, b'raw\\n')\n";
    let finished = finish(&mut vm_host_run(HintProgram::new(code).path()), DEADLINE).unwrap();
    // Python keeps an unfinished line in its buffer, as the reference VM's own stdout does on a pipe;
    // whole lines come out as they are printed.
    let stdout = finished.stdout_text();
    assert_eq!(stdout.matches("raw").count(), 3, "{stdout}");
    assert!(
        stdout.find("out 0").unwrap() < stdout.find("out 1").unwrap(),
        "{stdout}"
    );
    assert!(
        stdout.find("out 1").unwrap() < stdout.find("out 2").unwrap(),
        "{stdout}"
    );
}

/// `breakpoint()` opens pdb on the terminal; the deadline of the hint rests while it is open.
#[test]
fn a_breakpoint_opens_the_debugger_on_the_terminal() {
    let program = HintProgram::new("secret = 6 * 7\nbreakpoint()\nids.x = secret");
    let driver = r#"
import os, pty, sys, time
pid, fd = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
seen = b""
sent = False
while True:
    try:
        data = os.read(fd, 4096)
    except OSError:
        break
    if not data:
        break
    seen += data
    if not sent and b"(Pdb)" in seen:
        time.sleep(2)
        os.write(fd, b"p 'value', secret\nc\n")
        sent = True
print(seen.decode(errors="replace"))
print("exit", os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]))
"#;
    let mut command = Command::new("python3");
    command
        .args(["-c", driver])
        .arg(vm_host())
        .arg("run")
        .arg(program.path())
        .args(["--hint-timeout", "1"]);
    let finished = finish(&mut command, DEADLINE).unwrap();
    let stdout = finished.stdout_text();
    assert!(
        stdout.contains("('value', 42)"),
        "{stdout}{}",
        finished.stderr_text()
    );
    assert!(stdout.contains("exit 0"), "{stdout}");
}

/// In the steady state a hint is sent all that it needs: over the whole standard library at most one
/// execution in twenty asks a question, once it has run before.
#[test]
fn repeated_hints_of_the_standard_library_need_no_questions() {
    let mut hints = 0;
    let mut round_trips = 0;
    let mut worst = String::new();
    let mut most = 0.0;
    for name in record::names_below("stdlib") {
        let Record { run, outcome } = record::load(&name);
        if outcome.exit_code != 0 {
            continue;
        }
        let folder = tempfile::tempdir().unwrap();
        let stats = folder.path().join("stats.json");
        let mut command = vm_host_placed(&run.program, "python");
        command.args(["--layout", &run.layout, "--stats"]);
        command.arg(&stats).args(&run.options);
        if let Some(input) = &run.program_input {
            let path = folder.path().join("input.json");
            std::fs::write(&path, input.to_string()).unwrap();
            command.arg("--program_input").arg(path);
        }
        let finished = finish(&mut command, DEADLINE).unwrap();
        assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
        let stats: Value = serde_json::from_slice(&std::fs::read(stats).unwrap()).unwrap();
        let repeated = stats["repeated_hints"].as_u64().unwrap();
        let trips = stats["repeated_round_trips"].as_u64().unwrap();
        hints += repeated;
        round_trips += trips;
        if repeated > 20 && trips as f64 / repeated as f64 > most {
            most = trips as f64 / repeated as f64;
            worst = format!("{name}: {trips} round trips for {repeated} hints");
        }
    }
    println!("{round_trips} round trips for {hints} repeated hints; worst {worst}");
    assert!(hints > 1000, "{hints}");
    assert!(
        round_trips * 100 <= hints * 105,
        "{round_trips} round trips for {hints} repeated hints; {worst}"
    );
}

/// A program that is only words.
fn words(data: &[&str]) -> HintProgram {
    let mut json = crate::hint_program::json_of("");
    json["data"] = data.into();
    json["hints"] = serde_json::json!({});
    HintProgram::of(&json.to_string())
}

/// Each would take all memory of the machine.
#[test]
fn a_run_takes_as_much_memory_as_it_may() {
    let far = [
        "0x480a7fff7fff8000",
        "0x482480017fff8000",
        "0x8000000",
        "0x480680017fff8000",
        "0x1",
        "0x400080007ffe7fff",
        "0x208b7fff7fff7ffe",
    ];
    let recursion = ["0x1104800180018000", "0x0"];
    let endless = ["0x10780017fff7fff", "0x0"];
    for (data, option) in [
        (&far[..], &[][..]),
        (&recursion, &[]),
        (&endless, &["--trace_file", "trace.bin"]),
    ] {
        let program = words(data);
        let mut command = vm_host_run(program.path());
        command.current_dir(program.folder()).args(option);
        command.args(["--max-memory", "67108864"]);
        let finished = finish(&mut command, DEADLINE).unwrap();
        assert_eq!(finished.exit_code(), Some(1), "{}", finished.stderr_text());
        let text = finished.stderr_text();
        assert!(text.starts_with("error: the run was ended: `"), "{text}");
        assert!(
            text.contains(
                "bytes of host memory are needed, more than the limit of `67108864`\nhint: raise"
            ),
            "{text}"
        );
    }
}

#[test]
fn a_limit_of_memory_counts_what_is_still_there() {
    let code =
        "for _ in range(10):\n    p = segments.add()\n    segments.write_arg(p, range(10**5))";
    let program = HintProgram::new(code);
    for (limit, code) in [("1000000000", 0), ("20000000", 1)] {
        let mut command = vm_host_run(program.path());
        let finished = finish(command.args(["--max-memory", limit]), DEADLINE).unwrap();
        assert_eq!(
            finished.exit_code(),
            Some(code),
            "{}",
            finished.stderr_text()
        );
    }
}

#[test]
fn segments_of_a_run_are_limited() {
    let program = HintProgram::new("for _ in range(100): segments.add()\nids.x = 1");
    for (limit, code) in [("200", 0), ("50", 1)] {
        let mut command = vm_host_run(program.path());
        let finished = finish(command.args(["--max-segments", limit]), DEADLINE).unwrap();
        assert_eq!(
            finished.exit_code(),
            Some(code),
            "{}",
            finished.stderr_text()
        );
        let text = finished.stderr_text();
        assert_eq!(
            text.contains("segments, more than the limit of `50`\nhint: "),
            code == 1,
            "{text}"
        );
    }
}

/// The limit of the process (`ulimit -f`) is no reason to leave half of a file behind.
#[test]
fn an_output_over_the_limit_of_file_sizes_is_an_error() {
    let program = corpus("long/no_hints.json");
    let run = vm_host_run(program.path());
    let mut shell = Command::new("sh");
    shell.current_dir(program.folder());
    shell.args(["-c", "ulimit -f 8; exec \"$0\" \"$@\""]);
    shell.arg(run.get_program()).args(run.get_args());
    let finished = finish(shell.args(["--trace_file", "trace.bin"]), DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(73), "{}", finished.stderr_text());
    let text = finished.stderr_text();
    assert!(
        text.starts_with("error: cannot write --trace_file to `"),
        "{text}"
    );
    assert!(text.contains("trace.bin`: file too large"), "{text}");
    let left = std::fs::read_dir(program.folder()).unwrap();
    let left: Vec<_> = left.map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left, ["program.json"]);
}

#[test]
fn effects_that_no_message_carries_are_the_hints_fault() {
    let code = "memory.add_relocation_rule(segments.add_temp_segment(), 2**300)\nids.x = 1";
    let finished = finish(&mut vm_host_run(HintProgram::new(code).path()), DEADLINE).unwrap();
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    for code in [
        "segments.finalize(1, size=2**70)",
        "segments.finalize(1, public_memory=[(-1, 2**80)])",
    ] {
        let finished = finish(&mut vm_host_run(HintProgram::new(code).path()), DEADLINE).unwrap();
        let text = finished.stderr_text();
        assert_eq!(finished.exit_code(), Some(1), "{text}");
        assert!(!text.contains("worker died"), "{text}");
    }
}
