//! Any bytes as the text of a hint, and texts that are nested without end: read, lowered and run in bounded time, on a
//! stack as small as that of a thread, with no more than a refusal.

use std::time::{Duration, Instant};

use super::executions;
use super::grammar::Grammar;
use super::here::{self, Setting};
use crate::engines::compiled::library::tests::random::Random;

/// What one text may take here, in a build for tests and on a machine with much to do.
const LONGEST: Duration = Duration::from_secs(20);

fn bounded(setting: &Setting) {
    let started = Instant::now();
    let _ = here::run(setting);
    assert!(started.elapsed() < LONGEST, "it takes long: {setting}");
}

/// Bytes of a text changed, taken away, doubled or moved.
fn damaged(text: &str, random: &mut Random) -> String {
    const SPICE: &[&str] = &[
        "(",
        ")",
        "[",
        "]",
        "{",
        "}",
        ":",
        "=",
        "*",
        "**",
        "lambda: ",
        "f'{",
        "}'",
        "\\",
        "\n",
        "    ",
        "\t",
        ".",
        ",",
        "for x in ",
        "def f():",
        "try:\n",
        "finally:\n",
        "yield ",
        "await ",
        "global x\n",
        "not ",
        "-",
        "~",
        "'",
        "\"\"\"",
        "0x",
        "1e9",
        ":=",
        "import math\n",
        "return ",
        "print(",
        "ids.",
        "memory[",
        "\u{0}",
        "\u{e9}",
    ];
    let mut characters: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(6) {
        let place = random.below(characters.len() + 1);
        match random.below(4) {
            0 if place < characters.len() => drop(characters.remove(place)),
            1 => {
                let end = (place + random.below(12)).min(characters.len());
                let part: Vec<char> = characters[place..end].to_vec();
                let to = random.below(characters.len() + 1);
                characters.splice(to..to, part);
            }
            2 => {
                let byte = u8::try_from(random.below(128)).unwrap_or(b' ');
                characters.insert(place, char::from(byte));
            }
            _ => {
                let spice = *random.one_of(SPICE);
                characters.splice(place..place, spice.chars());
            }
        }
    }
    characters.into_iter().collect()
}

#[test]
fn any_text_ends_in_bounded_time() {
    let mut grammar = Grammar::new(15);
    let mut random = Random::new(16);
    for _ in 0..executions(600) {
        let mut setting = grammar.setting();
        setting.code = damaged(&setting.code, &mut random);
        bounded(&setting);
    }
}

#[test]
fn nesting_does_not_overflow_the_stack() {
    let deep = |open: &str, inner: &str, close: &str, times: usize| {
        format!("q = {}{inner}{}", open.repeat(times), close.repeat(times))
    };
    let mut texts = vec![
        deep("a.", "b", "", 5000),
        deep("1 < ", "1", "", 4000),
        deep("1 + ", "1", "", 4000),
        deep("f'{", "1", "}'", 100),
        deep("x if y else ", "1", "", 1000),
        deep("x and y or ", "1", "", 1000),
    ];
    for (open, close) in [
        ("(", ")"),
        ("[", "]"),
        ("{1:", "}"),
        ("f(", ")"),
        ("-", ""),
        ("not ", ""),
        ("*", ""),
    ] {
        for times in [40, 60, 200, 1000, 5000] {
            texts.push(deep(open, "1", close, times));
        }
    }
    let lines = (0..200).map(|depth| format!("{}if 1:\n", " ".repeat(depth)));
    texts.push(lines.collect::<String>() + &" ".repeat(200) + "pass");
    let tries = (0..100).map(|depth| format!("{}try:\n", " ".repeat(depth)));
    texts.push(tries.collect());
    // Values that are deep in each other.
    texts.push("q = []\nfor i in range(20000): q = [q]\nr = {1: q}".to_owned());
    texts.push("q = {}\nfor i in range(20000): q = {1: q}\nr = q == q, [q]".to_owned());
    texts.push("q = ()\nfor i in range(20000): q = (q,)".to_owned());
    texts.push("def f(x): return f(x)\nf(1)".to_owned());
    texts.push("f = lambda x: f(f)\nf(f)".to_owned());
    let thread = std::thread::Builder::new().stack_size(2 << 20);
    let ran = thread.spawn(move || {
        for code in texts {
            bounded(&Setting {
                code,
                variables: Vec::new(),
                frame: Vec::new(),
                data: Vec::new(),
            });
        }
    });
    ran.expect("a thread").join().expect("no panic");
}
