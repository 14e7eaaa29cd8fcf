//! Random values, the edges among them more often than chance has it.

use std::rc::Rc;

use cairo_vm::types::relocatable::Relocatable;

use crate::engines::compiled::value::{Fuel, Integer, Value};

/// Numbers that look random, the same ones for the same seed.
pub(crate) struct Random(u64);

const EDGES: &[&str] = &[
    "0",
    "1",
    "2",
    "3",
    "7",
    "a",
    "3f",
    "40",
    "41",
    "7f",
    "80",
    "100",
    "ffff",
    "7fffffff",
    "80000000",
    "ffffffff",
    "3fffffffffffffff",
    "4000000000000000",
    "7fffffffffffffff",
    "8000000000000000",
    "8000000000000001",
    "ffffffffffffffff",
    "10000000000000000",
    "4000000000000000000000",
    "100000000000000000000000000000000",
    "400000000000008800000000000000000000000000000000000000000000000",
    "400000000000008800000000000000000000000000000000000000000000001",
    "800000000000011000000000000000000000000000000000000000000000000",
    "800000000000011000000000000000000000000000000000000000000000001",
    "800000000000011000000000000000000000000000000000000000000000002",
    "800000000000000000000000000000000000000000000000000000000000000",
    "10000000000000000000000000000000000000000000000000000000000000000",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
];

impl Random {
    /// Those of a test, or others where the environment says so.
    pub(crate) fn new(seed: u64) -> Self {
        let other = std::env::var("CAIROHINTS_FUZZ_SEED").ok();
        let other: u64 = other.map_or(0, |seed| seed.parse().expect("a seed"));
        Self((seed ^ other << 8).wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let number = self.next() >> 16;
        usize::try_from(number % bound as u64).expect("below the bound")
    }

    pub(crate) fn one_of<'a, T>(&mut self, values: &'a [T]) -> &'a T {
        &values[self.below(values.len())]
    }

    /// An integer of any size that programs have.
    pub(crate) fn integer(&mut self) -> Integer {
        let digits = match self.below(10) {
            0..=3 => (*self.one_of(EDGES)).to_owned(),
            4..=6 => format!("{:x}", self.below(20)),
            _ => {
                let length = 1 + self.below(70);
                (0..length)
                    .map(|_| format!("{:x}", self.below(16)))
                    .collect()
            }
        };
        self.signed(&digits)
    }

    /// A small integer, as an index or a count is.
    pub(crate) fn small(&mut self) -> Integer {
        let digits = format!("{:x}", self.below(8));
        self.signed(&digits)
    }

    /// An integer of up to the longest.
    pub(crate) fn long(&mut self) -> Integer {
        let most = 1 + self.below(4096);
        let length = 1 + self.below(most);
        let digits: String = (0..length)
            .map(|_| format!("{:x}", self.below(16)))
            .collect();
        self.signed(&digits)
    }

    pub(crate) fn text(&mut self) -> String {
        const PIECES: [&str; 14] = [
            "a", "b", "B", "ab", "0", "12", " ", "'", "\"", "\\", "\n", "é", "-", "0x",
        ];
        (0..self.below(5)).map(|_| *self.one_of(&PIECES)).collect()
    }

    pub(crate) fn address(&mut self) -> Relocatable {
        let segment_index = [0, 0, 1, 2, -1, -2][self.below(6)];
        Relocatable {
            segment_index,
            offset: self.below(6),
        }
    }

    /// Any value that a variable has, in others as deep as this.
    pub(crate) fn value(&mut self, depth: usize) -> Value {
        match self.below(if depth > 0 { 12 } else { 9 }) {
            0 => Value::None,
            1 => Value::Boolean(self.below(2) == 1),
            2..=5 => Value::Integer(if self.below(2) == 0 {
                self.small()
            } else {
                self.integer()
            }),
            6 => Value::Text(self.text().into()),
            7..=8 => Value::Address(self.address()),
            _ => self.container(depth - 1),
        }
    }

    /// A list or a tuple, often of values alike.
    pub(crate) fn container(&mut self, depth: usize) -> Value {
        let items: Vec<Value> = match self.below(4) {
            0 => (0..self.below(6)).map(|_| self.value(depth)).collect(),
            1 => (0..self.below(6))
                .map(|_| Value::Address(self.address()))
                .collect(),
            2 => (0..self.below(6))
                .map(|_| Value::Text(self.text().into()))
                .collect(),
            _ => (0..self.below(6))
                .map(|_| Value::Integer(self.small()))
                .collect(),
        };
        if self.below(2) == 0 {
            Value::Tuple(Rc::from(items))
        } else {
            Value::list(items, &mut Fuel::new(u64::MAX)).expect("a list")
        }
    }

    fn signed(&mut self, digits: &str) -> Integer {
        let sign = if self.below(3) == 0 { "-" } else { "" };
        Integer::from_hexadecimal(&format!("{sign}{digits}")).expect("digits")
    }
}
