//! Any bytes as the text of a hint, and texts that are nested without end or compute without end: read, lowered and run in
//! bounded time and memory, on a stack as small as that of a thread, with no more than a refusal.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::grammar::Grammar;
use super::here::{self, Setting};
use crate::account::Account;
use crate::engines::compiled::parse;
use crate::program::fuzzing::fuzz;

/// What one text may take here, in a build for tests and on a machine with much to do.
const LONGEST: Duration = Duration::from_secs(20);
/// What one text may hold at a time, with the program and the VM that it runs in.
const LARGEST: usize = 256 << 20;

/// Texts that would take a lot, and statements that the grammar does not make.
const GREEDY: &[&str] = &[
    "q = 2 ** (10 ** 6)\nr = 3 ** 2 ** 40",
    "q = 1 << 10 ** 12\nr = -1 >> 10 ** 30",
    "q = 'ab' * 10 ** 9\nr = (1, 2) * 10 ** 9",
    "q = [0] * 10 ** 9\nr = [[]] * (2 ** 62)",
    "q = list(range(10 ** 8))\nr = sum(range(10 ** 12))",
    "while True:\n    x = 1",
    "for i in range(10 ** 9):\n    q = [i, q] if i else []",
    "xs = [1]\nfor i in range(10 ** 5):\n    xs += xs",
    "xs = [1]\nfor x in xs:\n    xs.append(x)",
    "s = 'a'\nfor i in range(10 ** 5):\n    s += s",
    "n = 3\nfor i in range(10 ** 5):\n    n *= n",
    "d = {}\nfor i in range(10 ** 7):\n    d[i] = d\nprint(d)",
    "xs = []\nxs.append(xs)\nprint(xs, xs == [xs])\nys = [xs, xs]",
    "print(f'{1:1000000000d}|{2:>99999999}|{3!r:^7}')",
    "print('%d' % 3, str(7 ** 9000), hex(7 ** 99999))",
    "q = pow(3, 10 ** 9, 10 ** 40)\nr = pow(3, 10 ** 7)",
    "def f(k):\n    return f(k + 1) + f(k)\nq = f(1)",
    "f = lambda k: f(f(k))\nq = f(1)",
    "p = segments.add()\nfor i in range(10 ** 7):\n    memory[p + i] = i",
    "segments.gen_arg([[[[[[[[1]]]]]]]])\nq = segments.gen_arg(list(range(10 ** 6)))",
    "try:\n    q = {}[1]\nexcept (KeyError, IndexError) as error:\n    raise\nfinally:\n    del q",
    "with open('x') as f:\n    global y\n    y = yield",
    "async def f():\n    await g\nclass A(B, metaclass=C):\n    @d\n    def e(self): return self",
    "vm_enter_scope({'q': [q for q in (1, 2)]})\nvm_exit_scope()",
    "q = x if y else z and not w or v is None\nassert q in {1: 2}, f'{q!r}'",
    "from math import gcd as g\nimport json\nq = json.loads('[1e5, {}]')\nr = g(0, 0)",
    "q = memory[ap - 1: fp:-1][0](*x, **y)\nq, (r, *s), t.u = v = w\nx @= 1\nx //= 0",
    "q = 0x_f + 0b1 + 0o7 + 1_000 + 1e999 + 1j + \"\" \"a\" + b'x'",
];

fn bounded(setting: &Setting) {
    let started = Instant::now();
    let _ = here::run(setting);
    assert!(started.elapsed() < LONGEST, "it takes long: {setting}");
}

#[test]
fn any_bytes_end_in_bounded_time_and_memory() {
    let mut grammar = Grammar::new(15);
    let mut good: Vec<Vec<u8>> = GREEDY.iter().map(|text| text.as_bytes().to_vec()).collect();
    for (open, close) in [("(", ")"), ("[", "]"), ("f(", ")"), ("not ", ""), ("-", "")] {
        good.push(format!("q = {}1{}", open.repeat(45), close.repeat(45)).into_bytes());
    }
    good.push(format!("q = {}\nr = 0x{}", "9".repeat(4000), "f".repeat(4000)).into_bytes());
    good.extend((0..300).map(|_| grammar.setting().code.into_bytes()));
    // Some are of a later Python.
    good.retain(|text| parse(&String::from_utf8_lossy(text)).is_ok());
    let account = Account::new(usize::MAX);
    let most = Arc::new(AtomicUsize::new(0));
    // It looks on for as long as there is somebody to tell.
    let (seen, looked_at) = (Arc::downgrade(&most), account.clone());
    thread::spawn(move || {
        while let Some(most) = seen.upgrade() {
            most.fetch_max(looked_at.used(), Ordering::Relaxed);
            drop(most);
            thread::sleep(Duration::from_micros(500));
        }
    });
    let _charged = account.enter();
    fuzz("hint texts", &good, |bytes| {
        let mut setting = grammar.setting();
        setting.code = match bytes.len() % 4 {
            0 => String::from_utf8_lossy(bytes).into_owned(),
            // Anything beyond ASCII is refused at once.
            _ => bytes.iter().map(|byte| char::from(byte & 0x7f)).collect(),
        };
        bounded(&setting);
        let taken = most.swap(0, Ordering::Relaxed);
        assert!(taken < LARGEST, "it takes {taken} bytes: {setting}");
        parse(&setting.code).is_ok()
    });
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
