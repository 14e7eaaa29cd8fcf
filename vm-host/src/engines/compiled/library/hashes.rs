//! The hash functions of cairo-lang that hints call with words, and their constants. Must not know where words come from.

use std::rc::Rc;

use cairo_vm::hint_processor::builtin_hint_processor::blake2s_hash;
use sha2::{Digest as _, Sha256};

use super::{Decline, Function, Value, Words, argument};
use crate::engines::compiled::value::{Fuel, Integer};

const SHA256_UTILS: &str = "starkware.cairo.common.cairo_sha256.sha256_utils";
const BLAKE2S: &str = "starkware.cairo.common.cairo_blake2s.blake2s_utils";
const KECCAK: &str = "starkware.cairo.common.keccak_utils.keccak_utils";

const NO_WORDS: Decline = Decline("words that are none");
/// What a function over some dozens of words costs, in about nanoseconds.
const COST: u64 = 2_000;

/// What both hash functions start from: the fractions of the square roots of the first eight primes.
const START: [u32; 8] = [
    0x6A09_E667,
    0xBB67_AE85,
    0x3C6E_F372,
    0xA54F_F53A,
    0x510E_527F,
    0x9B05_688C,
    0x1F83_D9AB,
    0x5BE0_CD19,
];

/// The fractions of the cubic roots of the first 64 primes (FIPS 180-4, 4.2.2).
const ROUNDS: [u32; 64] = [
    0x428A_2F98,
    0x7137_4491,
    0xB5C0_FBCF,
    0xE9B5_DBA5,
    0x3956_C25B,
    0x59F1_11F1,
    0x923F_82A4,
    0xAB1C_5ED5,
    0xD807_AA98,
    0x1283_5B01,
    0x2431_85BE,
    0x550C_7DC3,
    0x72BE_5D74,
    0x80DE_B1FE,
    0x9BDC_06A7,
    0xC19B_F174,
    0xE49B_69C1,
    0xEFBE_4786,
    0x0FC1_9DC6,
    0x240C_A1CC,
    0x2DE9_2C6F,
    0x4A74_84AA,
    0x5CB0_A9DC,
    0x76F9_88DA,
    0x983E_5152,
    0xA831_C66D,
    0xB003_27C8,
    0xBF59_7FC7,
    0xC6E0_0BF3,
    0xD5A7_9147,
    0x06CA_6351,
    0x1429_2967,
    0x27B7_0A85,
    0x2E1B_2138,
    0x4D2C_6DFC,
    0x5338_0D13,
    0x650A_7354,
    0x766A_0ABB,
    0x81C2_C92E,
    0x9272_2C85,
    0xA2BF_E8A1,
    0xA81A_664B,
    0xC24B_8B70,
    0xC76C_51A3,
    0xD192_E819,
    0xD699_0624,
    0xF40E_3585,
    0x106A_A070,
    0x19A4_C116,
    0x1E37_6C08,
    0x2748_774C,
    0x34B0_BCB5,
    0x391C_0CB3,
    0x4ED8_AA4A,
    0x5B9C_CA4F,
    0x682E_6FF3,
    0x748F_82EE,
    0x78A5_636F,
    0x84C8_7814,
    0x8CC7_0208,
    0x90BE_FFFA,
    0xA450_6CEB,
    0xBEF9_A3F7,
    0xC671_78F2,
];

pub(super) const SHA256_WORDS: &[Words] = &[
    Words {
        module: SHA256_UTILS,
        name: "IV",
        words: &START,
    },
    Words {
        module: SHA256_UTILS,
        name: "ROUND_CONSTANTS",
        words: &ROUNDS,
    },
];

pub(super) const BLAKE2S_WORDS: &[Words] = &[Words {
    module: BLAKE2S,
    name: "IV",
    words: &START,
}];

pub(super) static COMPUTE_MESSAGE_SCHEDULE: Function = Function::of(
    SHA256_UTILS,
    "compute_message_schedule",
    &["message"],
    |context, arguments| {
        let message: [u32; 16] = words(argument(arguments, 0)?, context.fuel)?;
        let mut schedule = message.to_vec();
        for i in 16..64 {
            let (early, late) = (schedule[i - 15], schedule[i - 2]);
            let s0 = early.rotate_right(7) ^ early.rotate_right(18) ^ (early >> 3);
            let s1 = late.rotate_right(17) ^ late.rotate_right(19) ^ (late >> 10);
            let sum = schedule[i - 16].wrapping_add(s0);
            schedule.push(sum.wrapping_add(schedule[i - 7]).wrapping_add(s1));
        }
        list(&schedule, context.fuel)
    },
);

pub(super) static SHA2_COMPRESS_FUNCTION: Function = Function::of(
    SHA256_UTILS,
    "sha2_compress_function",
    &["state", "w"],
    |context, arguments| {
        let state: [u32; 8] = words(argument(arguments, 0)?, context.fuel)?;
        let schedule: [u32; 64] = words(argument(arguments, 1)?, context.fuel)?;
        let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = state;
        for (constant, word) in ROUNDS.iter().zip(schedule) {
            let s0 = a.rotate_right(2) ^ a.rotate_right(13) ^ a.rotate_right(22);
            let s1 = e.rotate_right(6) ^ e.rotate_right(11) ^ e.rotate_right(25);
            let choice = (e & f) ^ (!e & g);
            let majority = (a & b) ^ (a & c) ^ (b & c);
            let first = [s1, choice, *constant, word]
                .iter()
                .fold(h, |sum, part| sum.wrapping_add(*part));
            let second = s0.wrapping_add(majority);
            (h, g, f, e) = (g, f, e, d.wrapping_add(first));
            (d, c, b, a) = (c, b, a, first.wrapping_add(second));
        }
        let ends = [a, b, c, d, e, f, g, h];
        let sums = state
            .iter()
            .zip(ends)
            .map(|(start, end)| start.wrapping_add(end));
        list(&sums.collect::<Vec<u32>>(), context.fuel)
    },
);

pub(super) static BLAKE2S_COMPRESS: Function = Function::of(
    BLAKE2S,
    "blake2s_compress",
    &["h", "message", "t0", "t1", "f0", "f1"],
    |context, arguments| {
        let state = argument(arguments, 0)?;
        // It is added to a list.
        if !matches!(state, Value::List(_)) {
            return Err(NO_WORDS);
        }
        let state: [u32; 8] = words(state, context.fuel)?;
        let message: [u32; 16] = words(argument(arguments, 1)?, context.fuel)?;
        let mut ends = [0; 4];
        for (end, place) in ends.iter_mut().zip(2..) {
            *end = word(argument(arguments, place)?)?;
        }
        let [t0, t1, f0, f1] = ends;
        context.fuel.spend(COST)?;
        let state = blake2s_hash::blake2s_compress(&state, &message, t0, t1, f0, f1);
        list(&state, context.fuel)
    },
);

pub(super) static KECCAK_FUNC: Function =
    Function::of(KECCAK, "keccak_func", &["values"], |context, arguments| {
        let values = items(argument(arguments, 0)?, context.fuel)?;
        let mut lanes = [0_u64; 25];
        // Those behind are not looked at.
        for (place, lane) in lanes.iter_mut().enumerate() {
            *lane = match values.get(place) {
                Some(Value::Integer(value)) => value.to_u64().ok_or(NO_WORDS)?,
                _ => return Err(NO_WORDS),
            };
        }
        context.fuel.spend(COST)?;
        keccak::f1600(&mut lanes);
        let lanes = lanes
            .iter()
            .map(|lane| Value::Integer(Integer::from(*lane)));
        Value::list(lanes.collect(), context.fuel)
    });

/// An object that only says what it made of the bytes.
pub(super) static SHA256: Function = Function::of("hashlib", "sha256", &[""], |context, given| {
    let Value::Bytes(bytes) = argument(given, 0)? else {
        return Err(Decline("a hash of no bytes"));
    };
    context.fuel.spend(COST)?;
    context.fuel.spend_items(bytes.len())?;
    Ok(Value::Digest(Rc::from(&*Sha256::digest(bytes))))
});

fn items(value: &Value, fuel: &mut Fuel) -> Result<Vec<Value>, Decline> {
    match value {
        Value::List(_) | Value::Tuple(_) => value.collect(fuel),
        _ => Err(NO_WORDS),
    }
}

fn word(value: &Value) -> Result<u32, Decline> {
    match value {
        Value::Integer(value) => value.to_u64().and_then(|word| u32::try_from(word).ok()),
        _ => None,
    }
    .ok_or(NO_WORDS)
}

fn words<const COUNT: usize>(value: &Value, fuel: &mut Fuel) -> Result<[u32; COUNT], Decline> {
    fuel.spend(COST)?;
    let words: Result<Vec<u32>, Decline> = items(value, fuel)?.iter().map(word).collect();
    words?.try_into().map_err(|_| NO_WORDS)
}

fn list(words: &[u32], fuel: &mut Fuel) -> Result<Value, Decline> {
    let words = words.iter().map(|word| Value::from(i64::from(*word)));
    Value::list(words.collect(), fuel)
}
