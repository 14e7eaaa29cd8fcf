//! Python's traps, each by name, with what a compiled hint has to make of them.

use super::compare;
use super::here::{Cell, Setting, Variable};

/// A hint in a usual setting.
fn setting(code: &str) -> Setting {
    let number = |digits: &str| Variable::Integer(digits.to_owned());
    Setting {
        code: code.to_owned(),
        variables: vec![
            ("n", number("7")),
            ("m", number("-7")),
            (
                "xs",
                Variable::List(vec![number("3"), number("1"), number("2")]),
            ),
            ("ys", Variable::Same("xs")),
            ("range", number("5")),
            ("flag", Variable::Boolean(true)),
        ],
        frame: vec![
            (0, Cell::Felt("5".to_owned())),
            (
                1,
                Cell::Felt(
                    "800000000000011000000000000000000000000000000000000000000000000".to_owned(),
                ),
            ),
            (5, Cell::Felt("1".to_owned())),
            (6, Cell::Felt("2".to_owned())),
            (10, Cell::Address(4, 2)),
            (11, Cell::Address(4, 0)),
        ],
        data: (0..8)
            .map(|offset| (offset, Cell::Felt(format!("{:x}", offset * 11))))
            .collect(),
    }
}

/// That the hints do here what they do in Python, and are compiled.
#[track_caller]
fn compiled(texts: &[&str]) {
    let settings: Vec<Setting> = texts.iter().map(|text| setting(text)).collect();
    let (ended, declined) = compare(&settings);
    assert_eq!(ended, settings.len(), "all end in python");
    assert!(declined.is_empty(), "{declined:?}");
}

/// That the hints do here what they do in Python, or are left to it.
#[track_caller]
fn left_or_right(texts: &[&str]) {
    let settings: Vec<Setting> = texts.iter().map(|text| setting(text)).collect();
    compare(&settings);
}

#[test]
fn division_and_shifts_of_negative_numbers() {
    compiled(&[
        "q = (n // 2, m // 2, n // -2, m // -2, n % 3, m % 3, n % -3, m % -3)",
        "q = (m >> 1, m >> 100, -1 >> 1, (2**100 + 1) >> 3, -(2**100 + 1) >> 3, -(2**100) // 7, -(2**100) % 7)",
        "q = divmod(-(10**40), 2**64), divmod(10**40, -(2**64))",
        "q = ~n, ~m, -m ** 2, (-7) ** 2, 2 ** 3 ** 2, n & m, n | m, n ^ m, -1 & 2**70",
    ]);
    left_or_right(&[
        "q = n // 0",
        "q = n % 0",
        "q = n >> -1",
        "q = n << m",
        "q = 1 << 2**70",
        "q = n / 2",
    ]);
}

#[test]
fn powers() {
    compiled(&[
        "q = pow(3, -1, 7), pow(3, -2, 7), pow(n, 5, -3), pow(2, 10), pow(n, 0, 1), 0 ** 0, pow(2, 5, PRIME)",
        "q = pow(2, 200) % PRIME, (-2) ** 3, pow(-5, 3, 7), pow(m, -1, 10)",
    ]);
    left_or_right(&[
        "q = 2 ** -1",
        "q = pow(2, -1)",
        "q = pow(2, -1, 4)",
        "q = pow(2, 3, 0)",
        "q = 7 ** 10**6",
    ]);
}

#[test]
fn integers_near_bounds() {
    compiled(&[
        "q = [2**63 - 1 + 1, -2**63 - 1, 2**251 + 1, 2**256 - 1, PRIME - 1, (2**63) * (2**63), -(-2**63)]",
        "q = (2**64 - 1) * (2**64 - 1) - 2**128, abs(-2**63), (-2**63) // -1, (-2**63) % -1",
        "q = ids.b + 1, ids.b - PRIME, (ids.b + 1) % PRIME, ids.b * 2 > PRIME",
    ]);
    left_or_right(&[
        "q = str(10**4299)",
        "q = str(10**4300)",
        "q = 10**4300 > 0",
        "q = f'{10**5000}'",
    ]);
}

#[test]
fn comparisons_and_truth() {
    compiled(&[
        "q = 1 < n < 10, 1 < n > 10, 1 == True, n < 10 > m, 3 > 2 > 1, not n == 7",
        "q = n and m, n or m, 0 or [] or None, [] and n, None or 0, not [], n and not m",
        "q = True + True, flag * 3, flag == 1, sum([flag, flag]), -flag, flag & flag, flag + 0, int(flag)",
        "q = n is None, None is None, flag is True, xs is ys, xs is not ys, [] is xs",
        "q = ap < 5, 5 < ap, ap == 5, ap <= fp, ap - fp, ap != None, max([ap, fp + 1]), sorted([fp + 1, ap, 3])",
        "q = (1, 2) < (1, 3), [1] < [1, 0], 'abc' < 'abd', (1, None) == (1, None), [1] == (1,)",
    ]);
    left_or_right(&[
        "q = [] < 3",
        "q = None < 1",
        "q = (1, None) < (1, None)",
        "q = 'a' < 1",
        "q = n is 7",
    ]);
}

#[test]
fn shadowed_names() {
    compiled(&[
        "len = 3\nq = len + 1",
        "sum = n\nq = sum * 2\ndel sum",
        "max = min = 4\nq = max + min",
        "q = range + 1",
    ]);
    left_or_right(&[
        "len = 3\nq = len(xs)",
        "for i in range(3): q = i",
        "q = [i for i in range(2)]",
        "del range\nq = list(range(3))",
        "def len(x): return 42\nq = len(xs)",
        "def f(n): return n * 2\nq = f(4) + n",
        "del len",
        "q = unknown",
    ]);
}

#[test]
fn augmented_assignments() {
    compiled(&[
        "xs += [4]\nq = ys[-1]",
        "xs = xs + [4]\nq = len(ys)",
        "xs *= 2\nq = len(ys)",
        "xs[0] += 10\nq = ys[0]",
        "zs = xs\nzs += (5, 6)\nq = len(ys)",
        "n += n * 2\nn -= 1\nn //= 2\nn %= 7\nn <<= 3\nn ^= 1\nn **= 2",
        "xs[-1] = xs[0] = 9",
        "t = (1,)\nu = t\nt += (2,)\nq = u",
    ]);
    left_or_right(&[
        "def f():\n    xs.append(100)\n    return 1\nn += f()\nq = xs[3]",
        "def f():\n    n = 100\n    return n\nn += f()",
        "xs.append(xs)",
        "xs.append(1)\nq = 1 // 0",
        "xs.sort()\nassert False",
        "xs += 1",
        "xs[7] = 1",
    ]);
}

#[test]
fn slices_and_indexes() {
    compiled(&[
        "q = xs[-1], xs[-3], xs[1:], xs[:-1], xs[::-1], xs[5:], xs[-10:2], xs[::2], xs[2:0:-1], xs[True]",
        "q = 'abc'[-1], 'abc'[::-1], 'abc'[1:9], (1, 2, 3)[1:], (1, 2, 3)[-1], [][:1]",
        "zs = xs[:]\nzs.append(1)\nq = zs is xs, len(xs)",
    ]);
    left_or_right(&[
        "q = xs[3]",
        "q = xs[-4]",
        "q = xs[::0]",
        "q = xs[None]",
        "q = ()[0]",
        "xs[1:2] = [5]",
    ]);
}

#[test]
fn closures_and_comprehensions() {
    compiled(&[
        "i = 10\nq = [i for i in xs]\nr = i",
        "q = [[a * b for a in xs] for b in xs]",
        "q = sum(a for a in xs if a > 1), all(a for a in xs), any(a > 2 for a in ys), max(a for a in xs)",
        "def f(a, b=2): return a * b\nq = f(1), f(1, 3), f(b=4, a=2)",
    ]);
    left_or_right(&[
        "k = 1\ndef f(): return k\nk = 2\nq = f()",
        "fs = [lambda: i for i in xs]\nq = [f() for f in fs]",
        "def f(a, seen=[]):\n    seen.append(a)\n    return len(seen)\nq = f(1) + f(2)",
        "def f(): return g()\ndef g(): return 3\nq = f()",
        "def f():\n    y = x\n    return y\nx = 3\nq = f()",
        "def f(k):\n    if k == 0: return 0\n    return k + f(k - 1)\nq = f(5)",
        "def f(): return f\nq = f() is f",
        "q = [n for n in xs if n > m]",
        "q = [a for a in xs if xs.append(a) is None and len(xs) < 6]",
    ]);
}

#[test]
fn loops() {
    compiled(&[
        "for i in xs: pass\nq = i",
        "for i in []: q = 1\nelse: q = 2",
        "for i in xs:\n    if i == 1: break\nelse: q = 2\nr = i",
        "k = 0\nwhile k < 3:\n    k += 1\n    if k == 2: continue\n    xs.append(k)\nelse: q = k",
        "for i, (a, b) in enumerate(zip(xs, ys)): q = i + a * b",
        "for i in xs:\n    if len(xs) < 6: xs.append(i)",
        "a, b = b, a = 1, 2",
        "a = b = []\na.append(1)\nq = b",
    ]);
    left_or_right(&[
        "for i in xs: xs.append(i)",
        "while True: pass",
        "a, b = xs",
        "a, b, c, d = xs",
        "for i in n: pass",
        "q = 0\nfor i in [1] * 10**6:\n    for j in [1] * 10**6: q += 1",
    ]);
}

#[test]
fn texts() {
    compiled(&[
        "q = f'{n}', f'{m:5d}', f'{n:x}', f'{ap}', f'{xs}', f'{flag}', f'{n!r}', f'{None}', f'a{{b}}', f'{n:>4}|'",
        "assert n == 7, f'{unknown} is not evaluated'",
        "q = str(ap), repr('it\\'s'), str([ap]), hex(m), ', '.join([str(a) for a in xs]), 'ab' * 2 + 'c'",
    ]);
    left_or_right(&[
        "assert n == 8, f'{n}'",
        "q = '%d' % n",
        "q = '{}'.format(n)",
        "q = f'{xs:5}'",
        "q = 'é'",
    ]);
}

#[test]
fn cells() {
    compiled(&[
        "ids.out = ids.a * 2",
        "ids.out = ids.ptr.x + ids.pt.y + memory[ids.arr + 1] + memory.get_range(ids.arr, 2)[1]",
        "memory[ap + 30] = fp\nq = memory[ap + 30] - fp",
        "ids.out = 1\nids.out = 1\nq = ids.out",
        "ids.a = 5",
        "p = segments.add()\nmemory[p] = 4\nt = segments.add_temp_segment()\nids.out = t\nmemory[t + 1] = p",
        "q = ids.arr - 0, ids.arr + 1, (ids.arr + 3) - ids.arr, ids.ptr.address_, ids.pt.address_ - fp, ids.SOME",
        "p = segments.gen_arg([1, [2, 3], 4])\nq = memory[p + 2]",
    ]);
    left_or_right(&[
        "q = memory[ap + 40]",
        "ids.a = 6",
        "memory[5] = 5",
        "q = ap + fp",
        "q = 3 - ap",
        "q = ap * 2",
        "q = ids.nothing",
        "q = ids.arr.x",
        "ids.out = None",
        "ids.out = 1\nids.out = 2",
        "q = fp - 5",
        "memory[fp - 5] = 1",
        "q = ap - segments.add()",
    ]);
}

#[test]
fn names_that_ids_have_as_well() {
    compiled(&["a = 3\nq = a + ids.a", "pt = n\nq = pt + ids.pt.x"]);
    left_or_right(&[
        "ids = 3",
        "memory = []",
        "ap = 5\nq = ap",
        "PRIME = 7\nq = PRIME",
        "segments = 1",
        "del ids",
    ]);
}

#[test]
fn order_of_assignments() {
    compiled(&[
        "n, xs[n % 3] = 1, 5",
        "xs[0], xs[1] = xs[1], xs[0]",
        "xs[len(xs) - 1], n = n, xs[0]",
        "n = xs = 4",
        "for n in xs: n += 1",
        "for xs[0] in (7, 8): n += xs[0]",
        "while xs: xs.pop()",
        "del n, m",
    ]);
    left_or_right(&[
        "a = [1, 2]\na[0], a = 5, 6",
        "a, a[0] = [1, 2], 3",
        "q = a = a",
        "del n\nq = n",
        "del n\ndel n",
        "n = n if True else 1 // 0",
        "[a, b], c = xs",
    ]);
}

#[test]
fn what_is_not_evaluated() {
    compiled(&[
        "q = 1 if flag else 1 // 0",
        "q = flag or 1 // 0, not flag and 1 // 0",
        "q = 1 < 0 < 1 // 0",
        "q = any(a < 3 or 1 // 0 for a in (1, 2))",
        "assert xs, 1 // 0",
    ]);
    left_or_right(&[
        "q = flag or unknown",
        "if flag: pass\nelse: q = unknown",
        "q = [1 // 0 for a in []]",
    ]);
}

#[test]
fn names_of_functions() {
    left_or_right(&[
        "from math import gcd as g\nq = g(4, 6)",
        "from math import gcd\ngcd = 3\nq = gcd + 1",
        "from math import gcd\ndef gcd(a, b): return 7\nq = gcd(1, 2)",
        "def gcd(a, b): return 7\nfrom math import gcd\nq = gcd(4, 6)",
        "from math import nothing",
        "from math import *\nq = gcd(4, 6)",
        "import math\nq = math.gcd(4, 6)",
        "f = len\nq = f(xs)\ndel f",
        "q = sum",
        "def f(): return 1\nq = (f, 1)",
        "def f(): return 1\ng = f\nq = g()",
        "def f(): return 1\nxs.append(f)",
        "q = [[b for b in ([a] if b == 9 else [])] for a in xs]",
        "q = [b for a in xs if a == 3 or b for b in [a]]",
        "sum = sum\nq = sum(xs)",
        "max = len\nq = max(xs)",
        "q = type(n) == int, type(flag) is bool, type(n) is type(m), type(ap) == type(fp)",
        "q = xs.append",
        "def f():\n    n += 1\n    return n\nq = f()",
        "def f():\n    if False: n = 1\n    return n\nq = f()",
        "def f(x):\n    for n in x: pass\n    return n\nq = f(xs), n",
        "def f():\n    xs = xs + [1]\n    return xs\nq = f()",
        "def f():\n    global n\n    n = 3\nf()",
        "def f(a):\n    a.append(9)\nq = f(xs), xs",
        "def f(a, b): return a - b\nq = f(b=1, a=2), f(3, b=1)",
        "def f(a): return a\nq = f()",
        "def f(a): return a\nq = f(1, a=2)",
        "def f(a=n): return a\nn = 100\nq = f()",
        "def f(): pass\nq = f()",
        "def f():\n    def g(): return n\n    return g()\nq = f()",
        "if n == 8:\n    def f(): return 1\nq = f()",
        "def f(a): return [a + b for b in xs]\nq = f(n)",
        "def f():\n    n = 1\n    return [n + a for a in xs]\nq = f(), n",
        "q = [n for m in xs for n in (m, n)]",
        "q = [m for m in m]",
        "q = [[n for n in range] for xs in xs]",
        "q = [a for a in xs for a in [a, a + 1]]",
    ]);
}

#[test]
fn spellings() {
    left_or_right(&[
        "a = 1; b = 2",
        "a = (1 +\n     2)  # three",
        "a = 1 + \\\n  2",
        "if n:\n\ta = 1\n\tb = 2",
        "'''text'''\na = 'a' \"b\"",
        "q = 1_000, 0xff, 0o17, 0b11, 0x_ff",
        "q = 1e3",
        "q = 1.0",
        "q = 1j",
        "q = 010",
        "q = -2 ** 2, not 1 == 2, 1 - -1, ~-1, 2 ** -0",
        "q = b'a'",
        "q = 'a\\x41'",
        "q = 'a\\n', '\\\\', '\\''",
        "q = f'{n=}', f'{n!s:>5}'",
        "q = f\"{'a'}{n:{m}}\"",
        "q = f'{n}' f'{m}' 'x{n}'",
        "q = {1, 2}, {**{}}, [*xs]",
        "q = max(*xs)",
        "if (w := 3): q = w",
        "q = ...",
        "q = lambda: 1",
        "pass",
        "",
        "# nothing",
        "n",
        "n: int = 3",
        "n @ m",
        "return 3",
        "break",
        "yield 1",
        "try: q = 1\nfinally: pass",
        "with n: pass",
        "class C: pass",
        "assert (n, 'always true')",
        "assert ()",
        "q = xs[0:2] is xs[0:2], xs[:] == xs",
        "q = () is ()",
    ]);
}

#[test]
fn structs() {
    left_or_right(&[
        "q = ids.pt",
        "q = ids.ptr.x.y",
        "pt = ids.pt\nq = pt.x\ndel pt",
        "pt = ids.pt\nq = pt.x",
        "def f(p): return p.x + p.y * 2\nq = f(ids.pt), f(p=ids.ptr)",
        "q = ids.pt == ids.pt",
        "q = ids.pt is None",
        "q = bool(ids.pt)",
        "xs.append(ids.pt)",
        "q = [p.x for p in (ids.pt, ids.ptr)]",
        "for p in (ids.pt, ids.ptr): q = p.x",
        "q = str(ids.pt)",
        "q = memory",
        "q = memory[ids.arr:2]",
        "q = ap.offset, ap.segment_index",
        "q = ap.foo",
        "q = n.real",
        "ids.pt.x = 1",
        "ids.pt.x = 2",
        "memory[ap + 30] = True\nq = memory[ap + 30]",
        "ids.out = flag\nq = ids.out",
        "ids.pt.z = 1",
        "ids.out += 1",
        "ids.out = 1\nids.out += 0",
        "memory[ids.arr] += 0",
        "for ids.out in (3, 3): q = 1",
        "ids.out, q = 4, ids.out",
        "memory[segments.add()] = 1",
        "q = segments.add() + segments.add().offset",
        "q = memory.get_range(ids.arr, 0), memory.get_range(ids.arr, -1)",
        "q = memory.get_range(ids.arr, 100)",
        "q = segments.write_arg(segments.add(), 5)",
        "q = segments.gen_arg(n), segments.gen_arg(-1), segments.gen_arg(ap)",
        "q = segments.gen_arg([])",
        "q = segments.gen_arg([n, (m, ap), []])",
        "q = segments.load_data(segments.add(), [1, ap, 3])",
        "q = segments.load_data(segments.add(), (a for a in xs))",
    ]);
}

#[test]
fn prints() {
    compiled(&[
        "print()\nprint(1, 'two', None, True, [1, 'a'], (1,), ap, {'k': ap}, {})",
        "print(n, m, sep='-', end='!')\nprint('a', end='')\nprint(xs, flush=True)",
        "print(*xs)\nprint(*xs, sep=', ')\nprint(*[n], *(m, flag))",
        "print('it\\'s', ['it\\'s', '\"', '\\\\', '\\n'], repr('\\t'), '\\x00\\x7f'.join(['a', 'b']))",
        "for x in xs: print(x, end=' ')\nprint(f'{n:>5}|{m:<5}|{n!r}')",
        "q = print(n)",
        "def say(a, b=2): print(a, b)\nsay(1)\nsay(n, b=m)",
        "print('x' * 1000)",
    ]);
    left_or_right(&[
        "print(n, file=None)",
        "print(1, sep=2)",
        "print(print)",
        "print('\\xe9')",
        "print('x' * 100000)",
        "print(1)\nq = 1 // 0",
        "print = 4",
        "for i in xs: print(i, unknown)",
        "print(x for x in xs)",
        "print(lambda: 1)",
    ]);
}

#[test]
fn raises_and_handlers() {
    compiled(&[
        "if n > 100: raise ValueError('no')\nq = 1",
        "try:\n    q = n // 7\nexcept ZeroDivisionError as error:\n    q = str(error)\nelse:\n    r = 2\nfinally:\n    s = 3",
        "try:\n    q = 1\nfinally:\n    q = 2",
        "def f():\n    try:\n        return 1\n    finally:\n        xs.append(5)\nq = f()",
        "def f():\n    try:\n        return 1\n    finally:\n        return 2\nq = f()",
        "for i in xs:\n    try:\n        if i == 1: break\n        continue\n    finally:\n        q = i",
        "for i in xs:\n    try:\n        q = i\n    except Exception:\n        continue\n    else:\n        break",
        "def f(k):\n    if k < 0: raise ValueError(k)\n    return k\nq = f(3)",
    ]);
    left_or_right(&[
        "raise ValueError",
        "try:\n    q = 1 // 0\nexcept ZeroDivisionError:\n    q = 'caught'",
        "try:\n    xs.append(4)\n    raise KeyError(1)\nexcept KeyError as error:\n    q = len(xs)",
        "try:\n    q = unknown\nexcept NameError:\n    q = 5",
        "def f():\n    try:\n        k = 1 // 0\n    except ZeroDivisionError:\n        k = 2\n    return k\nq = f()",
        "def f():\n    try:\n        pass\n    except ValueError as late:\n        early = 1\n    return early\nq = f()",
        "def f():\n    try:\n        return g()\n    finally:\n        pass\ndef g(): raise ValueError\nq = f()",
    ]);
}

#[test]
fn dictionaries() {
    compiled(&[
        "d = {1: 'a', 'b': [n], (1, 2): None, ap: fp}\nq = d[1], d['b'], d[1, 2], d[ap], len(d), list(d), True in d, 2 in d",
        "d = {1: 'a', True: 'b', 1 + 0: 'c'}\nq = d, list(d.keys()), type(list(d)[0]) is bool",
        "d = {}\nfor x in xs: d[x] = d.get(x, 0) + x\nq = sorted(d), list(d.items()), list(d.values())",
        "d = dict(a=1, b=xs)\ne = d\ne['c'] = 3\nq = d is e, d == dict(e), d['b'] is xs, dict([(1, 2), [3, 4]]), dict({'k': 1}, z=2)",
        "d = {x: x * x for x in xs if x > 1}\nd.update({9: 1})\nd.update([(8, 2)])\nq = d.pop(9), d.pop(100, None), d.setdefault(8, 5), d.setdefault(7), d",
        "d = {1: 2, 3: 4}\ndel d[1]\nd[1] = 5\nq = d, list(reversed(list(d)))",
        "d = {'a': 1}\nq = {**d, 'b': 2, **{'a': 3}}, f'{d}', str({1: {2: 'x'}}), bool({}), bool(d), 5 in d.values(), 'a' in d.keys()",
        "def f(a, b=2, c=3): return a, b, c\nd = {'b': 5}\nq = f(1, **d), f(*[1, 2], **{'c': 4})",
        "d = {1: [n]}\ne = d.copy()\ne[1].append(m)\ne[2] = 0\nq = d, e, d == {1: [n, m]}, d != e, {1: 2, 3: 4} == {3: 4, 1: 2}",
        "d = {}\nd.clear()\nd['x'] = d2 = {'y': 1}\nd['x']['y'] += 4\nq = d, d2",
        "for k, v in {'a': 1, 'b': 2}.items(): q = k * v",
        "d = {2**70: 1, -1: 2, None: 3}\nq = d[2**70], d[-1], d[None], max(d.values()), sum(d.values()), {0: 'zero'}[False]",
    ]);
    left_or_right(&[
        "d = {}\nd['d'] = d\nq = len(d)",
        "d = {1: 2}\nfor k in d: d[k + 1] = 1",
        "d = {1: 2, 3: 4}\nfor k in d: d[k] = 0\nq = d",
        "d = {1: 2}\nfor k in d: del d[k]",
        "q = {}[1]",
        "q = {[]: 1}",
        "q = {(1, []): 1}",
        "d = {}\ndel d[3]",
        "d = {}\nd.pop(3)",
        "d = {1: 2}\nk = d.keys()\nd[3] = 4\nq = list(k)",
        "q = {1: 2}.keys()",
        "d = dict(a=1, **{'a': 2})",
        "d = {}\nd['a'] = 1\nxs.append(d)\nq = 1 // 0",
        "d = {1: 2}\nd[5] = 6\nd.clear()\nd[7] = 8\ndel d[7]\nq = 1 // 0",
        "q = {1: 2} < {1: 3}",
        "q = hash({})",
        "q = {n: 1 for n in xs}\nr = n",
    ]);
}

#[test]
fn stars_and_named_expressions() {
    compiled(&[
        "a, *b = xs\n*c, d = xs\ne, *f, g = 1, 2\nq = a, b, c, d, e, f, g",
        "[a, *b], c = (1, 2, 3), 4",
        "*a, = xs\nq = a is xs, [*xs, *xs], (*xs, 1), [*'ab']",
        "for a, *b in [(1, 2, 3), (4,)]: q = a, b",
        "if (k := len(xs)) > 1: q = k",
        "q = [y := n, y + 1]\nr = y",
        "q = [last := x for x in xs]\nr = last",
        "def f(x):\n    if (y := x * 2) > 3: return y\n    return -y\nq = f(1), f(2)",
    ]);
    left_or_right(&[
        "a, *b, c = [1]",
        "a, *b = 5",
        "q = [x := x for x in xs]",
        "q = *xs",
        "q = xs[*xs]",
        "q = [i for i in (j := xs)]",
        "q = [i for i in xs if [k for k in (j := xs)]]",
        "try:\n    q = 1\nexcept:\n    q = 2\nexcept ValueError:\n    q = 3",
        "def f(a, a): return a",
        "q = dict(a=1, a=2)",
        "def f():\n    x = 1\n    global x\nq = 1",
        "q = [1, 2](3)",
        "for *a in [xs]: q = a",
        "*a = xs",
        "f(**{}, *[])",
    ]);
}

#[test]
fn text_methods() {
    compiled(&[
        "q = 'a b  c'.split(), ' a\\t'.strip(), 'a,b,,'.split(','), 'abc'.replace('b', 'xx'), 'abc'.find('c'), 'abc'.find('z')",
        "q = '12'.isdigit(), ''.isdigit(), '1a'.isdigit(), 'ab'.ljust(5), 'ab'.rjust(5), 'ab'.rjust(1), '  x '.lstrip(), '  x '.rstrip()",
        "q = ', '.join(str(x) for x in xs), ''.join([]), '\\r\\x0b\\x1c a '.split()",
        "q = type(n).__name__, type(ap).__name__, type(xs).__name__, type({}).__name__, type('').__name__, type(True).__name__",
    ]);
    left_or_right(&[
        "q = 'a'.split('')",
        "q = 'abc'.replace('', '-')",
        "q = 'a'.nothing()",
        "q = ','.join(xs)",
        "q = 'abc'.find('b', 1)",
        "q = '\\xa0a'.strip()",
    ]);
}

#[test]
fn memory_and_segments() {
    compiled(&[
        "q = memory.get(fp), memory.get(fp + 1000), memory.get(fp + 1000, 5), memory.get(addr=fp + 1000, default_value=n)",
        "memory[ap + 30] = 7\nq = ap + 30 in memory, ap + 31 in memory, ap + 31 not in memory, memory.get(ap + 30)",
        "k = segments.n_segments\ns = segments.add()\nt = segments.add_temp_segment()\nq = segments.n_segments - k, segments.n_temp_segments, s.segment_index == k",
        "q = fadd(n, PRIME - 1), fsub(1, 2), fmul(PRIME - 1, 2), fdiv(6, 3), fpow(2, 10), safe_div(12, 4), fadd(5, 6, 7), fpow(3, 4, p=11)",
    ]);
    left_or_right(&[
        "q = 7 in memory",
        "q = memory.get(7)",
        "q = safe_div(13, 4)",
        "q = fdiv(1, 0)",
        "q = fadd",
        "q = [fadd]",
        "fadd = 3\nq = fadd",
        "q = fadd(ap, 1)",
        "q = fpow(2, -1)",
        "q = fsub(1, None)",
    ]);
}
