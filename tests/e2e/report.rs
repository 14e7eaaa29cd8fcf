//! The page of a run, its timeline and its profile: what they say is what `--stats` says, whatever the program is, and
//! nothing else changes when they are asked for.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

use hint_tests::process::{Finished, PATIENCE, Running};
use hint_tests::run::{finish, vm_host_placed};
use rustix::process::Signal;
use serde_json::Value;
use tempfile::TempDir;

use crate::hint_program::{HintProgram, json_of};

/// How large a page may be.
const PAGE_BYTES: usize = 2_000_000;
/// How large a timeline may be.
const TIMELINE_BYTES: usize = 64 << 20;

/// What a run left that was asked for everything.
struct Reported {
    finished: Finished,
    page: String,
    timeline: Vec<Value>,
    /// Absent when the run failed.
    stats: Option<Value>,
    folder: TempDir,
}

fn report(program: impl AsRef<Path>, placement: &str, options: &[&str]) -> Reported {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let mut command = vm_host_placed(program.as_ref(), placement);
    command.args(options).args(["--layout", "small"]);
    command.arg("--report").arg(file("page.html"));
    command.arg("--timeline").arg(file("timeline.json"));
    command.arg("--profile_output").arg(file("profile"));
    command.arg("--stats").arg(file("stats.json"));
    let finished = finish(&mut command, PATIENCE).unwrap();
    let text = |name: &str| fs::read_to_string(file(name));
    let timeline = text("timeline.json").unwrap();
    assert!(timeline.len() < TIMELINE_BYTES, "{}", timeline.len());
    let page = text("page.html").unwrap();
    assert!(page.len() < PAGE_BYTES, "{}", page.len());
    Reported {
        finished,
        page,
        timeline: serde_json::from_str(&timeline).unwrap(),
        stats: text("stats.json")
            .ok()
            .map(|text| serde_json::from_str(&text).unwrap()),
        folder,
    }
}

/// The values of an attribute, in order.
fn attributes<'a>(page: &'a str, name: &str) -> Vec<&'a str> {
    let start = format!(" {name}=\"");
    let values = page.split(start.as_str()).skip(1);
    values.map(|rest| rest.split('"').next().unwrap()).collect()
}

/// The figures of the page, by their names.
fn figures(page: &str) -> BTreeMap<&str, &str> {
    let cells = page.split("<td").skip(1);
    let figures = cells.filter_map(|cell| {
        let tag = cell.split('>').next().unwrap();
        let name = *attributes(tag, "data-stat").first()?;
        Some((name, attributes(tag, "data-value")[0]))
    });
    figures.collect()
}

/// The row of a hint in the table of hints.
fn row_of<'a>(page: &'a str, line: &str) -> &'a str {
    let (_, hints) = page.split_once("<section id=\"hints\">").unwrap();
    let row = hints.split("<tr>").find(|row| row.contains(line));
    row.expect("no row of it")
}

/// What the script of the page draws.
fn drawn(page: &str) -> Value {
    let (_, rest) = page
        .split_once("<script id=\"data\" type=\"application/json\">")
        .unwrap();
    serde_json::from_str(rest.split("</script>").next().unwrap()).unwrap()
}

/// A flame graph as sums: what each frame has is at least what those below it have together.
fn checked_total(frame: &Value) -> u64 {
    let frame = frame.as_array().unwrap();
    let below: u64 = frame[2..].iter().map(checked_total).sum();
    let total = frame[1].as_u64().unwrap();
    assert!(below <= total, "{below} in {total}");
    total
}

fn sum(values: &Value) -> u64 {
    let values = values.as_array().unwrap().iter();
    values.map(|value| value.as_u64().unwrap()).sum()
}

/// That the page says what the stats say.
#[track_caller]
fn page_agrees(page: &str, stats: &Value) {
    let figures = figures(page);
    for (name, value) in stats.as_object().unwrap() {
        if value.is_object() {
            continue;
        }
        let shown = figures[name.as_str()];
        if value.is_null() {
            assert_eq!(shown, "", "{name}");
            continue;
        }
        let shown: f64 = shown.parse().unwrap();
        assert_eq!(shown, value.as_f64().unwrap(), "{name}");
    }
    let number = |name: &str| stats[name].as_u64().unwrap();
    let counts = attributes(page, "data-count");
    let executions: u64 = counts
        .iter()
        .map(|count| count.parse::<u64>().unwrap())
        .sum();
    assert_eq!(executions, number("hints_executed"));
    let drawn = drawn(page);
    assert_eq!(
        checked_total(&drawn["flames"]["steps"]["root"]),
        number("steps")
    );
    let buckets = &drawn["timeline"]["buckets"];
    assert_eq!(sum(&buckets["steps"]), number("steps"));
    assert_eq!(sum(&buckets["host"]), number("hints_native"));
    assert_eq!(sum(&buckets["host"]) + sum(&buckets["outside"]), executions);
    assert_eq!(sum(&buckets["questions"]), number("sub_requests"));
}

/// That the page, the stats and the timeline say the same.
#[track_caller]
fn agrees(reported: &Reported) {
    let stats = reported.stats.as_ref().unwrap();
    page_agrees(&reported.page, stats);
    let steps = stats["steps"].as_u64().unwrap();
    let executions = stats["hints_executed"].as_u64().unwrap();
    let counted = |argument: &str, track: u64| -> u64 {
        let events = reported
            .timeline
            .iter()
            .filter(|event| event["tid"] == track);
        events
            .filter_map(|event| event["args"][argument].as_u64())
            .sum()
    };
    assert_eq!(counted("steps", 1) + counted("steps", 2), steps);
    let single = reported.timeline.iter();
    let single = single.filter(|event| event["tid"] == 2 && !event["args"]["hint"].is_null());
    assert_eq!(single.count() as u64 + counted("hints", 2), executions);
    nests(&reported.timeline);
}

/// That no two slices of a track overlap without one being inside of the other, and none is before the run.
#[track_caller]
fn nests(timeline: &[Value]) {
    let mut tracks: BTreeMap<u64, Vec<(f64, f64)>> = BTreeMap::new();
    for event in timeline.iter().filter(|event| event["ph"] == "X") {
        let began = event["ts"].as_f64().unwrap();
        let slice = (began, began + event["dur"].as_f64().unwrap());
        assert!(began >= 0.0, "{event}");
        tracks
            .entry(event["tid"].as_u64().unwrap())
            .or_default()
            .push(slice);
    }
    assert!(!tracks.is_empty());
    for (track, mut slices) in tracks {
        slices.sort_by(|a, b| a.0.total_cmp(&b.0).then(b.1.total_cmp(&a.1)));
        let mut open: Vec<f64> = Vec::new();
        for (began, ended) in slices {
            // Rounding to what a double holds.
            while open.last().is_some_and(|end| *end <= began + 0.002) {
                open.pop();
            }
            if let Some(end) = open.last() {
                assert!(ended <= end + 0.002, "track {track}: {ended} after {end}");
            }
            open.push(ended);
        }
    }
}

#[test]
fn the_page_says_what_stats_says() {
    for (program, placement) in [
        ("example/quick_start.json", "auto"),
        ("example/quick_start.json", "python"),
        ("stdlib/squash_dict.json", "auto"),
        ("stdlib/default_dict.json", "python"),
        ("rule/auto_deduction.json", "auto"),
        ("memory/get_range.json", "python"),
    ] {
        let reported = report(program, placement, &[]);
        assert_eq!(reported.finished.exit_code(), Some(0), "{program}");
        agrees(&reported);
        assert!(
            fs::metadata(reported.folder.path().join("profile"))
                .unwrap()
                .len()
                > 0
        );
    }
}

/// What is kept is full with these as it is with a million, for which ARCHITECTURE.md has the figures.
#[test]
fn a_hundred_thousand_hints_make_a_small_page() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let mut command = vm_host_placed("long/hint_dense.json", "auto");
    command.arg("--report").arg(file("page.html"));
    command.arg("--stats").arg(file("stats.json"));
    let finished = finish(&mut command, PATIENCE).unwrap();
    assert_eq!(finished.exit_code(), Some(0));
    let page = fs::read_to_string(file("page.html")).unwrap();
    let stats = fs::read_to_string(file("stats.json")).unwrap();
    let stats: Value = serde_json::from_str(&stats).unwrap();
    page_agrees(&page, &stats);
    assert_eq!(stats["hints_native"], 100_000);
    // A timeline would have all of them timed.
    assert!(page.contains("one execution in 61 was timed"));
    assert!(page.len() < 200_000, "{}", page.len());
}

#[test]
fn asking_for_a_report_changes_nothing_else() {
    let code = "print('printed')\nlog.warning('logged', n=1)\nlog.debug('not shown')\nimport sys\n\
                print('to stderr', file=sys.stderr)\nids.x = 5";
    let program = HintProgram::new(code);
    for placement in ["auto", "python"] {
        let plain = finish(
            vm_host_placed(program.path(), placement).args(["--layout", "small", "--print_info"]),
            PATIENCE,
        );
        let plain = plain.unwrap();
        let reported = report(program.path(), placement, &["--print_info"]);
        assert_eq!(reported.finished.stdout_text(), plain.stdout_text());
        assert_eq!(reported.finished.stderr_text(), plain.stderr_text());
        assert!(
            reported
                .finished
                .stderr_text()
                .contains("warning: logged n=1")
        );
        // What was logged is in the page and in the timeline, what was not is not.
        let logged = reported.page.matches("<td>logged n=1</td>").count();
        assert_eq!(logged, 1, "{placement}");
        assert!(!reported.page.contains("not shown</td>"));
        let records = reported
            .timeline
            .iter()
            .filter(|event| event["cat"] == "log");
        let records: Vec<_> = records
            .map(|event| event["name"].as_str().unwrap())
            .collect();
        assert_eq!(records, ["logged n=1"]);
    }
}

#[test]
fn a_failed_run_leaves_its_page_and_its_timeline() {
    let plain = finish(
        vm_host_placed("error/raise.json", "python").args(["--layout", "small"]),
        PATIENCE,
    );
    let reported = report("error/raise.json", "python", &[]);
    assert_eq!(reported.finished.exit_code(), Some(1));
    assert_eq!(
        reported.finished.stderr_text(),
        plain.unwrap().stderr_text()
    );
    assert!(reported.stats.is_none(), "only the page is left");
    let text = reported
        .page
        .replace("&quot;", "\"")
        .replace("&gt;", ">")
        .replace("&lt;", "<");
    for part in [
        "HINT_RAISED",
        "error/raise.cairo:",
        "^",
        "Traceback (most recent call last):",
        "ValueError: from line nine",
    ] {
        assert!(text.contains(part), "{part}");
    }
    let failed = reported
        .timeline
        .iter()
        .filter(|event| event["args"]["failed"] == true);
    assert_eq!(failed.count(), 1);
    assert_eq!(reported.timeline.last().unwrap()["name"], "end of the run");
}

#[test]
fn a_run_that_does_not_start_leaves_a_page() {
    let program = HintProgram::new("ids.x = = 5");
    let reported = report(program.path(), "auto", &[]);
    assert_eq!(reported.finished.exit_code(), Some(1));
    assert!(
        reported
            .page
            .contains("Got an exception while compiling a hint.")
    );
    assert!(reported.page.contains("SyntaxError"));
    // A program that cannot be used is no run.
    let folder = TempDir::new().unwrap();
    let page = folder.path().join("page.html");
    let none = HintProgram::of("{}");
    let mut command = vm_host_placed(none.path(), "auto");
    let finished = finish(command.arg("--report").arg(&page), PATIENCE).unwrap();
    assert_eq!(finished.exit_code(), Some(65));
    assert!(!page.exists());
}

#[test]
fn hostile_texts_stay_texts() {
    let hostile = "</script><script>alert(1)</script><img src=x onerror=alert(2)>\u{2028}&amp;\"'";
    let code = format!("text = {hostile:?}\nlog.warning(text, field=text)\nraise ValueError(text)");
    let code = code.replace("\\u{2028}", "\\u2028");
    let mut json = json_of(&code);
    let name = "__main__.<img src=x onerror=alert(3)>";
    json["identifiers"][name] = serde_json::json!({"decorators": [], "pc": 0, "type": "function"});
    let program = HintProgram::of(&json.to_string());
    let reported = report(program.path(), "python", &[]);
    assert_eq!(reported.finished.exit_code(), Some(1));
    let page = &reported.page;
    assert_eq!(page.matches("<script").count(), 2, "its own");
    assert_eq!(page.matches("</script").count(), 2);
    assert!(!page.contains("<img"));
    assert!(
        page.contains("&lt;img src=x onerror=alert(2)&gt;"),
        "it is shown"
    );
    assert!(page.contains("Content-Security-Policy"));
    let drawn = drawn(page);
    let names = drawn["names"].as_array().unwrap();
    assert!(
        names
            .iter()
            .any(|name| name.as_str().unwrap().contains("<script>"))
    );
    // Nothing of the document is a handler or an address elsewhere.
    let (markup, _) = page.split_once("<script id=").unwrap();
    for tag in markup
        .split('<')
        .skip(1)
        .map(|rest| rest.split('>').next().unwrap())
    {
        let name = tag
            .split([' ', '/'])
            .find(|part| !part.is_empty())
            .unwrap_or("");
        assert!(
            !["img", "link", "iframe", "object", "base", "form"].contains(&name),
            "{tag}"
        );
    }
}

#[test]
fn a_huge_program_makes_a_small_page() {
    // Two thousand hints at one place, each with a long hostile text, which log as much.
    let text = "<&>".repeat(5000);
    let codes: Vec<String> = (0..2000)
        .map(|index| format!("# {index} {text}\nlog.warning('{index} {text}')"))
        .collect();
    let codes: Vec<&str> = codes.iter().map(String::as_str).collect();
    let program = HintProgram::of_hints(&codes);
    let reported = report(program.path(), "python", &["--log-level", "warning"]);
    assert_eq!(reported.finished.exit_code(), Some(0));
    agrees(&reported);
    assert!(
        reported
            .page
            .contains("of which the 500 that took longest are shown")
    );
    assert!(reported.page.contains("in the middle are left out"));
}

#[test]
fn a_killed_run_leaves_a_timeline_that_lacks_its_end() {
    let program = HintProgram::of_hints(&[
        "ids.x = 5",
        "import time\nwhile True: time.sleep(0.05); memory.get(ap)",
    ]);
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("timeline.json");
    let mut command = vm_host_placed(program.path(), "python");
    command
        .arg("--timeline")
        .arg(&path)
        .args(["--layout", "small"]);
    let mut child = command
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let begun = Instant::now();
    let text = loop {
        let text = fs::read_to_string(&path).unwrap_or_default();
        if text.contains("ids.x = 5") {
            break text;
        }
        assert!(begun.elapsed() < Duration::from_secs(60), "{text}");
        std::thread::sleep(Duration::from_millis(20));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    let mut stderr = String::new();
    child
        .stderr
        .take()
        .unwrap()
        .read_to_string(&mut stderr)
        .unwrap();
    let left = fs::read_to_string(&path).unwrap();
    assert!(left.len() >= text.len());
    let events: Vec<Value> = serde_json::from_str(&(left + "\n]")).unwrap();
    nests(&events);
}

#[test]
fn a_hint_that_was_interrupted_is_on_the_page() {
    let folder = TempDir::new().unwrap();
    let file = |name: &str| folder.path().join(name);
    let waits = format!(
        "import time\nmemory.get(ap)\nopen('{}', 'w').close()\ntime.sleep(600)",
        file("running").display()
    );
    let program = HintProgram::of_hints(&["ids.x = 5", &waits]);
    let mut command = vm_host_placed(program.path(), "python");
    command.args(["--layout", "small"]);
    command.arg("--report").arg(file("page.html"));
    command.arg("--timeline").arg(file("timeline.json"));
    let command = command.stdout(Stdio::null()).stderr(Stdio::null());
    let mut host = Running::start(command);
    let begun = Instant::now();
    while !file("running").exists() {
        assert!(begun.elapsed() < PATIENCE, "it never ran");
        std::thread::sleep(Duration::from_millis(20));
    }
    let waited = Duration::from_millis(300);
    std::thread::sleep(waited);
    host.signal(Signal::INT);
    assert_eq!(host.ended().code(), Some(130));
    let page = fs::read_to_string(file("page.html")).unwrap();
    let row = row_of(&page, "import time");
    assert!(row.contains("running when the run ended"), "{row}");
    assert_eq!(attributes(row, "data-count"), ["1"]);
    // Its count, then its time.
    let nanos: u128 = attributes(row, "data-value")[1].parse().unwrap();
    assert!(nanos >= waited.as_nanos(), "{row}");
    assert_eq!(page.matches("running when the run ended").count(), 1);
    let drawn = drawn(&page);
    let buckets = &drawn["timeline"]["buckets"];
    assert_eq!(sum(&buckets["outside"]), 2);
    assert!(u128::from(sum(&buckets["waiting"])) >= waited.as_nanos());
    let timeline = fs::read_to_string(file("timeline.json")).unwrap();
    let timeline: Vec<Value> = serde_json::from_str(&timeline).unwrap();
    let unfinished: Vec<_> = timeline
        .iter()
        .filter(|event| event["args"]["unfinished"] == true)
        .collect();
    assert_eq!(unfinished.len(), 1);
    assert_eq!(unfinished[0]["name"], "import time");
    nests(&timeline);
}

#[test]
fn a_page_that_cannot_be_written_is_refused_before_the_run() {
    let program = HintProgram::new("print('ran')");
    for option in ["--report", "--timeline"] {
        let mut command = vm_host_placed(program.path(), "auto");
        let finished = finish(command.args([option, "/proc/nowhere/page.html"]), PATIENCE).unwrap();
        assert_eq!(finished.exit_code(), Some(73), "{option}");
        assert_eq!(finished.stdout_text(), "");
        assert!(
            finished.stderr_text().contains(option),
            "{}",
            finished.stderr_text()
        );
    }
}
