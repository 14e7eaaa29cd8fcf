//! What hints log, as the command shows it: on stderr, a line for each record, with its level, its fields, the
//! hint and its pc.

use std::io::Read as _;
use std::process::Stdio;

use hint_tests::process::{Finished, PATIENCE};
use hint_tests::run::{finish, vm_host_run};

use crate::hint_program::HintProgram;

fn run(code: &str, options: &[&str]) -> Finished {
    let program = HintProgram::new(code);
    finish(vm_host_run(program.path()).args(options), PATIENCE).unwrap()
}

#[track_caller]
fn says(code: &str, options: &[&str], stderr: &str) {
    let finished = run(code, options);
    assert_eq!(finished.stderr_text(), stderr);
    assert_eq!(finished.exit_code(), Some(0));
    assert_eq!(finished.stdout_text(), "");
}

const EVERY_LEVEL: &str = "log.debug('d')\nlog.info('i')\nlog('plain')\nlog.warning('w')\nlog.error('e')\nlog.critical('c')";

#[test]
fn a_record_is_a_line_with_level_fields_hint_and_pc() {
    says(
        "log.warning('paid', account=7, name='al\"ice', big=2**70, rate=1.5, none=None, yes=True, cells=[1, 'a'], text='t', address=ap)",
        &[],
        "warning: paid account=7 name=\"al\\\"ice\" big=1180591620717411303424 rate=1.5 none=null yes=true \
         cells=[1, \"a\"] text=\"t\" address=\"1:3\" (hint 0, pc 0:2)\n",
    );
}

#[test]
fn records_are_shown_from_a_level_on() {
    let lines = [
        ("debug", "debug: d"),
        ("info", "info: i"),
        ("info", "info: plain"),
        ("warning", "warning: w"),
        ("error", "error: e"),
        ("critical", "critical: c"),
    ];
    let levels = ["debug", "info", "warning", "error", "critical", "off"];
    let place = |level: &str| levels.iter().position(|other| *other == level).unwrap();
    for lowest in levels {
        let shown = lines
            .iter()
            .filter(|(level, _)| place(level) >= place(lowest));
        let shown: String = shown
            .map(|(_, line)| format!("{line} (hint 0, pc 0:2)\n"))
            .collect();
        says(EVERY_LEVEL, &["--log-level", lowest], &shown);
        if lowest == "info" {
            says(EVERY_LEVEL, &[], &shown);
        }
    }
}

#[test]
fn a_level_that_there_is_not_is_refused() {
    let finished = run("pass", &["--log-level", "loud"]);
    assert_eq!(finished.exit_code(), Some(2));
    let stderr = finished.stderr_text();
    assert!(
        stderr.contains("'loud'") && stderr.contains("warning"),
        "{stderr}"
    );
}

#[test]
fn what_is_no_text_is_a_type_error_of_the_hint() {
    let finished = run("log.error(b'bytes', account=7)", &[]);
    assert_eq!(finished.exit_code(), Some(1));
    let stderr = finished.stderr_text();
    let error = "TypeError: the text of a log must be a str, not `bytes`";
    assert!(stderr.contains(error), "{stderr}");
}

#[test]
fn the_hints_own_variables_come_first() {
    says(
        "assert 'log' not in dir() and 'log' not in globals()\n\
         log('ours')\n\
         log = 7\n\
         assert log == 7 and eval('log') == 7\n\
         del log\n\
         eval('log')('ours again')",
        &[],
        "info: ours (hint 0, pc 0:2)\ninfo: ours again (hint 0, pc 0:2)\n",
    );
}

#[test]
fn modules_of_hints_log_too() {
    let program = HintProgram::new("import helper\nhelper.help()");
    std::fs::write(
        program.folder().join("helper.py"),
        "def help():\n    log.info('helped', by=__name__)\n",
    )
    .unwrap();
    let finished = finish(&mut vm_host_run(program.path()), PATIENCE).unwrap();
    let line = "info: helped by=\"helper\" (hint 0, pc 0:2)\n";
    assert_eq!(finished.stderr_text(), line);
}

#[test]
fn a_record_is_one_line_whatever_its_text() {
    says(
        "log('two\\nlines\\x1b[2J\\ttab\\n')\nlog('ü', wide='\\u2028')",
        &[],
        "info: two\\nlines\\u{1b}[2J\ttab (hint 0, pc 0:2)\ninfo: ü wide=\"\u{2028}\" (hint 0, pc 0:2)\n",
    );
}

#[test]
fn what_is_too_long_is_cut() {
    let code = "log('x' * 10**6, value='y' * 10**6, half='\\ud800')\nlog('fields', **{f'n{i}': i for i in range(100)})";
    let finished = run(code, &[]);
    assert_eq!(finished.exit_code(), Some(0));
    let stderr = finished.stderr_text();
    let lines: Vec<&str> = stderr.lines().collect();
    assert_eq!(lines.len(), 2);
    let text = format!("info: {}… value=\"yyy", "x".repeat(64 << 10));
    assert!(lines[0].starts_with(&text), "{}", &lines[0][..100]);
    assert!(lines[0].len() < (64 << 10) + (5 << 10));
    assert!(
        lines[0].contains("\u{fffd}\" (hint 0, pc 0:2)"),
        "{}",
        &lines[0][lines[0].len() - 60..]
    );
    assert!(
        lines[1].contains(" n63=63 (hint") && !lines[1].contains("n64"),
        "{}",
        lines[1]
    );
}

#[test]
fn what_was_logged_before_the_worker_died_is_there() {
    let code = "import os, signal\nfor n in range(1000):\n    log('record', n=n)\nos.kill(os.getpid(), signal.SIGKILL)";
    let finished = run(code, &[]);
    assert_eq!(finished.exit_code(), Some(69));
    let stderr = finished.stderr_text();
    let lines: Vec<&str> = stderr.lines().collect();
    for (n, line) in lines[..1000].iter().enumerate() {
        assert_eq!(*line, format!("info: record n={n} (hint 0, pc 0:2)"));
    }
    assert!(
        lines[1000].contains("the hint worker died"),
        "{}",
        lines[1000]
    );
}

#[test]
fn records_of_threads_are_whole() {
    let code = "import threading\n\
                def work(name):\n\
                \x20   for n in range(500):\n\
                \x20       log('x' * 5000, name=name)\n\
                threads = [threading.Thread(target=work, args=(name,)) for name in range(8)]\n\
                [thread.start() for thread in threads]\n\
                [thread.join() for thread in threads]";
    let finished = run(code, &[]);
    assert_eq!(finished.exit_code(), Some(0), "{}", finished.stderr_text());
    let stderr = finished.stderr_text();
    let mut counts = [0; 8];
    for line in stderr.lines() {
        let rest = line.strip_prefix(&format!("info: {} name=", "x".repeat(5000)));
        let name = rest.and_then(|rest| rest.strip_suffix(" (hint 0, pc 0:2)"));
        counts[name.unwrap().parse::<usize>().unwrap()] += 1;
    }
    assert_eq!(counts, [500; 8]);
}

#[test]
fn records_stand_in_order_with_what_is_printed_there() {
    says(
        "import sys\nfor n in range(50):\n    print('printed', n, file=sys.stderr)\n    log('logged', n=n)",
        &[],
        &(0..50)
            .map(|n| format!("printed {n}\ninfo: logged n={n} (hint 0, pc 0:2)\n"))
            .collect::<String>(),
    );
}

/// What `logging` writes is what it writes without us, as often.
#[test]
fn pythons_logging_is_as_it_was() {
    says(
        "import logging\nlogging.warning('one')",
        &[],
        "WARNING:root:one\n",
    );
    says(
        "import logging, sys\n\
         logging.getLogger('a').error('bare')\n\
         assert logging.getLogger().handlers == []\n\
         logging.basicConfig(level=logging.DEBUG, format='%(name)s %(funcName)s %(message)s')\n\
         logging.getLogger('a.b').debug('configured %d', 7)",
        &[],
        "bare\na.b <module> configured 7\n",
    );
}

#[test]
fn a_slow_reader_gets_every_line() {
    let program = HintProgram::new("for n in range(20_000):\n    log('x' * 100, n=n)");
    let mut child = vm_host_run(program.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stderr = child.stderr.take().unwrap();
    let (mut lines, mut piece) = (Vec::new(), [0; 97]);
    loop {
        match stderr.read(&mut piece).unwrap() {
            0 => break,
            count => lines.extend_from_slice(&piece[..count]),
        }
    }
    let lines = String::from_utf8(lines).unwrap();
    assert_eq!(lines.lines().count(), 20_000);
    for (n, line) in lines.lines().enumerate() {
        assert!(
            line.ends_with(&format!(" n={n} (hint 0, pc 0:2)")),
            "{line}"
        );
    }
    let status = hint_tests::process::wait(&mut child, PATIENCE).unwrap();
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

#[test]
fn a_closed_stderr_is_no_failure() {
    let program = HintProgram::new("for n in range(1000):\n    log('x' * 1000)\nids.x = 1");
    let mut child = vm_host_run(program.path())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stderr.take());
    let status = hint_tests::process::wait(&mut child, PATIENCE).unwrap();
    assert_eq!(status.and_then(|status| status.code()), Some(0));
}

/// Each crossing from Python into Rust and back takes and gives what it took: 10^6 of them leave the counts of
/// references and the memory where they were.
#[test]
fn a_million_crossings_leave_nothing() {
    let code = r#"
import gc, os, sys
from cairohints import Logger

def resident():
    with open('/proc/self/statm') as statm:
        return int(statm.read().split()[1]) * os.sysconf('SC_PAGE_SIZE')

class Value:
    def __str__(self):
        return 'value'

calls = 0
def callback():
    global calls
    calls += 1

text, alarm, name, value = 'text-%d' % id(log), 'ERROR-%d' % id(log), 'name-%d' % id(log), Value()
logger = Logger(callback)
objects = [text, alarm, name, value, callback, log, logger, Logger]

def cross(times):
    for _ in range(times):
        log.debug(text, name=name, value=value)
        logger.log(text)
        logger.log(alarm)
        try:
            log(value)
        except TypeError:
            pass
        Logger(callback)

def counted():
    gc.collect()
    return [sys.getrefcount(each) for each in objects]

cross(5_000)
before, start = counted(), resident()
# Five crossings each time, and two more for the callback and the value.
cross(150_000)
after, end = counted(), resident()
assert after == before, (before, after)
assert calls == 155_000, calls
assert end - start < 8 << 20, (start, end)
"#;
    let program = HintProgram::new(code);
    let mut command = vm_host_run(program.path());
    let finished = finish(command.args(["--log-level", "debug"]), PATIENCE * 5).unwrap();
    let stderr = finished.stderr_text();
    let end = &stderr[stderr.len().saturating_sub(2000)..];
    assert_eq!(finished.exit_code(), Some(0), "{end}");
    assert_eq!(stderr.matches("debug: text-").count(), 155_000);
    let printed = finished.stdout_text();
    assert_eq!(printed.matches("ERROR-").count(), 155_000);
    assert_eq!(printed.matches("text-").count(), 155_000);
}
