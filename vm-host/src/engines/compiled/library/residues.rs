//! The integer functions of `starkware.python.math_utils` and of `math`: division, roots and residues. Must not
//! know curves.

use super::super::value::Fuel;
use super::{Context, Decline, Function, Value, argument};
use crate::engines::compiled::value::{Integer, float};

const MODULE: &str = "starkware.python.math_utils";

const ASSERTION: Decline = Decline("an assertion of a library");

pub(super) static IGCDEX: Function = Function::of(MODULE, "igcdex", &["a", "b"], igcdex);
pub(super) static SAFE_DIV: Function = Function::of(MODULE, "safe_div", &["x", "y"], safe_div);
pub(super) static DIV_CEIL: Function =
    Function::of(MODULE, "div_ceil", &["x", "y"], |context, arguments| {
        let (x, y) = (integer(arguments, 0)?, integer(arguments, 1)?);
        let quotient = x.neg(context.fuel)?.floor_div(&y, context.fuel)?;
        Ok(quotient.neg(context.fuel)?.into())
    });
pub(super) static DIV_MOD: Function =
    Function::of(MODULE, "div_mod", &["n", "m", "p"], |context, arguments| {
        let (n, m, p) = (
            integer(arguments, 0)?,
            strict(arguments, 1)?,
            strict(arguments, 2)?,
        );
        Ok(div_mod(&n, &m, &p, context.fuel)?.into())
    });
pub(super) static NEXT_POWER_OF_2: Function =
    Function::of(MODULE, "next_power_of_2", &["x"], |context, arguments| {
        next_power_of_2(&integer(arguments, 0)?, context.fuel).map(Value::from)
    });
pub(super) static IS_POWER_OF_2: Function =
    Function::of(MODULE, "is_power_of_2", &["x"], |context, arguments| {
        let Some(x) = argument(arguments, 0)?.as_integer() else {
            return Ok(Value::FALSE);
        };
        if x <= Integer::ZERO {
            return Ok(Value::FALSE);
        }
        let before = x.sub(&Integer::ONE, context.fuel)?;
        Ok(x.and(&before, context.fuel)?.is_zero().into())
    });
pub(super) static PREV_POWER_OF_2: Function =
    Function::of(MODULE, "prev_power_of_2", &["x"], |context, arguments| {
        let x = integer(arguments, 0)?;
        if x <= Integer::ZERO {
            return Err(ASSERTION);
        }
        let above = next_power_of_2(&x.add(&Integer::ONE, context.fuel)?, context.fuel)?;
        Ok(above.floor_div(&2.into(), context.fuel)?.into())
    });
pub(super) static LOG2_CEIL: Function =
    Function::of(MODULE, "log2_ceil", &["x"], |context, arguments| {
        let x = integer(arguments, 0)?;
        if x <= Integer::ZERO {
            return Err(ASSERTION);
        }
        Ok(Integer::from(x.sub(&Integer::ONE, context.fuel)?.bits()).into())
    });
pub(super) static IS_QUAD_RESIDUE: Function = Function::of(
    MODULE,
    "is_quad_residue",
    &["n", "p"],
    |context, arguments| {
        let (n, p) = (strict(arguments, 0)?, strict(arguments, 1)?);
        Ok(is_quad_residue(&n, &p, context.fuel)?.into())
    },
);
pub(super) static SQRT: Function =
    Function::of(MODULE, "sqrt", &["n", "p"], |context, arguments| {
        let (n, p) = (strict(arguments, 0)?, strict(arguments, 1)?);
        Ok(sqrt(&n, &p, context.fuel)?.into())
    });
pub(super) static ISQRT: Function = Function::of(MODULE, "isqrt", &["n"], |context, arguments| {
    // Of a boolean it gives the boolean.
    Ok(strict(arguments, 0)?.isqrt(context.fuel)?.into())
});
pub(super) static HORNER_EVAL: Function = Function::of(
    MODULE,
    "horner_eval",
    &["coefs", "point", "prime"],
    horner_eval,
);

pub(super) static MATH_ISQRT: Function = Function {
    module: "math",
    name: "isqrt",
    parameters: &[""],
    required: 1,
    variadic: false,
    is_type: false,
    run: |context, arguments| Ok(integer(arguments, 0)?.isqrt(context.fuel)?.into()),
};

pub(super) static CEIL: Function = Function::of("math", "ceil", &[""], |_, arguments| {
    rounded(argument(arguments, 0)?, f64::ceil)
});

pub(super) static FLOOR: Function = Function::of("math", "floor", &[""], |_, arguments| {
    rounded(argument(arguments, 0)?, f64::floor)
});

fn rounded(value: &Value, round: fn(f64) -> f64) -> Result<Value, Decline> {
    match value {
        Value::Float(number) => Ok(float::whole(round(*number))?.into()),
        value => Ok(value.integer()?.into()),
    }
}

pub(super) static GCD: Function = Function {
    module: "math",
    name: "gcd",
    parameters: &[],
    required: 0,
    variadic: true,
    is_type: false,
    run: |context, arguments| {
        let mut divisor = Integer::ZERO;
        for place in 0..arguments.len() {
            divisor = divisor.gcd(&integer(arguments, place)?, context.fuel)?;
        }
        Ok(divisor.into())
    },
};

/// Primes that programs compute with, in hexadecimal: those of the field and of its curve, of secp256k1,
/// secp256r1 and ed25519, and of the curves BN254 and BLS12-381. Of another large number it is not known here
/// whether it is one.
const PRIMES: &[&str] = &[
    "800000000000011000000000000000000000000000000000000000000000001",
    "800000000000010ffffffffffffffffb781126dcae7b2321e66a241adc64d2f",
    "fffffffffffffffffffffffffffffffffffffffffffffffffffffffefffffc2f",
    "fffffffffffffffffffffffffffffffebaaedce6af48a03bbfd25e8cd0364141",
    "ffffffff00000001000000000000000000000000ffffffffffffffffffffffff",
    "ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551",
    "7fffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffed",
    "1000000000000000000000000000000014def9dea2f79cd65812631a5cf5d3ed",
    "30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47",
    "30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001",
    "1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaab",
    "73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001",
];

/// The number that gives `n` when multiplied with `m`, modulo `p`.
pub(super) fn div_mod(
    n: &Integer,
    m: &Integer,
    p: &Integer,
    fuel: &mut Fuel,
) -> Result<Integer, Decline> {
    n.mul(&m.inverse(p, fuel)?, fuel)?.modulo(p, fuel)
}

/// Whether `n` is a square modulo a prime.
pub(super) fn is_quad_residue(n: &Integer, p: &Integer, fuel: &mut Fuel) -> Result<bool, Decline> {
    check_prime(p, fuel)?;
    let n = n.modulo(p, fuel)?;
    if n < 2.into() || *p < 3.into() {
        return Ok(true);
    }
    let half = p.shr(&Integer::ONE, fuel)?;
    Ok(n.pow(&half, Some(p), fuel)? == Integer::ONE)
}

/// The smallest number whose square is `n`, modulo a prime.
pub(super) fn sqrt(n: &Integer, p: &Integer, fuel: &mut Fuel) -> Result<Integer, Decline> {
    check_prime(p, fuel)?;
    let n = n.modulo(p, fuel)?;
    if n < 2.into() {
        return Ok(n);
    }
    if !is_quad_residue(&n, p, fuel)? {
        return Err(Decline("a number without a root"));
    }
    let root = match field_root(&n, p, fuel)? {
        Some(root) => root,
        None => tonelli_shanks(&n, p, fuel)?,
    };
    let other = p.sub(&root, fuel)?;
    Ok(root.min(other))
}

/// A root of a square in the field of felts, which has a way of its own: Tonelli's and Shanks' takes its longest
/// there.
fn field_root(n: &Integer, p: &Integer, fuel: &mut Fuel) -> Result<Option<Integer>, Decline> {
    if Some(p) != Integer::from_hexadecimal(PRIMES[0]).as_ref() {
        return Ok(None);
    }
    fuel.spend(250_000)?;
    let root = n.to_felt().and_then(|felt| felt.sqrt());
    Ok(root.map(|root| Integer::from(&root)))
}

/// A root of a square modulo an odd prime.
fn tonelli_shanks(n: &Integer, p: &Integer, fuel: &mut Fuel) -> Result<Integer, Decline> {
    let one = Integer::ONE;
    // The odd part of `p - 1`, and how often two is in the rest.
    let mut odd = p.sub(&one, fuel)?;
    let mut twos = 0_u32;
    while !odd.is_odd() {
        odd = odd.shr(&one, fuel)?;
        twos += 1;
    }
    let half = odd.add(&one, fuel)?.shr(&one, fuel)?;
    let mut root = n.pow(&half, Some(p), fuel)?;
    let mut rest = n.pow(&odd, Some(p), fuel)?;
    if rest == one {
        return Ok(root);
    }
    let mut factor = Integer::from(2);
    while is_quad_residue(&factor, p, fuel)? {
        factor = factor.add(&one, fuel)?;
    }
    factor = factor.pow(&odd, Some(p), fuel)?;
    while rest != one {
        let mut order = 0;
        let mut power = rest.clone();
        while power != one {
            power = power.mul(&power, fuel)?.modulo(p, fuel)?;
            order += 1;
        }
        if order >= twos {
            return Err(Decline("a number without a root"));
        }
        let squarings = one.shl(&i64::from(twos - order - 1).into(), fuel)?;
        let step = factor.pow(&squarings, Some(p), fuel)?;
        factor = step.mul(&step, fuel)?.modulo(p, fuel)?;
        root = root.mul(&step, fuel)?.modulo(p, fuel)?;
        rest = rest.mul(&factor, fuel)?.modulo(p, fuel)?;
        twos = order;
    }
    Ok(root)
}

/// That a number is known to be prime: of another one Python looks for the factors.
fn check_prime(number: &Integer, fuel: &mut Fuel) -> Result<(), Decline> {
    const NO_PRIME: Decline = Decline("a modulus that may be no prime");
    if number.bits() > 63 {
        fuel.spend(200)?;
        let is_known = PRIMES
            .iter()
            .any(|prime| Integer::from_hexadecimal(prime).as_ref() == Some(number));
        return if is_known { Ok(()) } else { Err(NO_PRIME) };
    }
    let number = number.to_u64().ok_or(NO_PRIME)?;
    fuel.spend(20_000)?;
    if is_prime(number) {
        Ok(())
    } else {
        Err(NO_PRIME)
    }
}

/// Miller's and Rabin's test with the bases that decide it for all numbers of 64 bits.
fn is_prime(number: u64) -> bool {
    const BASES: [u64; 12] = [2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37];
    if number < 2 || BASES.iter().any(|base| number.is_multiple_of(*base)) {
        return BASES.contains(&number);
    }
    let product = |left: u64, right: u64| -> u64 {
        let product = u128::from(left) * u128::from(right) % u128::from(number);
        u64::try_from(product).unwrap_or(0)
    };
    let twos = (number - 1).trailing_zeros();
    let odd = (number - 1) >> twos;
    BASES.iter().all(|base| {
        let (mut power, mut square, mut exponent) = (1, *base, odd);
        while exponent > 0 {
            if exponent & 1 == 1 {
                power = product(power, square);
            }
            square = product(square, square);
            exponent >>= 1;
        }
        if power == 1 || power == number - 1 {
            return true;
        }
        (1..twos).any(|_| {
            power = product(power, power);
            power == number - 1
        })
    })
}

/// `x`, `y` and the greatest common divisor that `a * x + b * y` is, as the usual division finds them.
fn igcdex(context: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    let (first, second) = (strict(arguments, 0)?, strict(arguments, 1)?);
    if first.is_zero() || second.is_zero() {
        // Which is another in other versions.
        return Err(Decline("a divisor of zero"));
    }
    let fuel = &mut *context.fuel;
    let (mut a, mut b) = (first.abs(fuel)?, second.abs(fuel)?);
    let (mut x, mut next_x) = (Integer::ONE, Integer::ZERO);
    let (mut y, mut next_y) = (Integer::ZERO, Integer::ONE);
    while !b.is_zero() {
        let (quotient, rest) = a.divmod(&b, fuel)?;
        (a, b) = (b, rest);
        let following = x.sub(&quotient.mul(&next_x, fuel)?, fuel)?;
        (x, next_x) = (next_x, following);
        let following = y.sub(&quotient.mul(&next_y, fuel)?, fuel)?;
        (y, next_y) = (next_y, following);
    }
    if first.is_negative() {
        x = x.neg(fuel)?;
    }
    if second.is_negative() {
        y = y.neg(fuel)?;
    }
    Value::tuple(vec![x.into(), y.into(), a.into()], fuel)
}

fn safe_div(context: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    let (quotient, rest) = integer(arguments, 0)?.divmod(&integer(arguments, 1)?, context.fuel)?;
    if rest.is_zero() {
        Ok(quotient.into())
    } else {
        Err(ASSERTION)
    }
}

fn next_power_of_2(x: &Integer, fuel: &mut Fuel) -> Result<Integer, Decline> {
    if *x <= Integer::ZERO {
        return Err(ASSERTION);
    }
    Integer::ONE.shl(&x.sub(&Integer::ONE, fuel)?.bits().into(), fuel)
}

fn horner_eval(context: &mut Context<'_>, arguments: &[Option<Value>]) -> Result<Value, Decline> {
    let (Value::List(_) | Value::Tuple(_)) = argument(arguments, 0)? else {
        return Err(Decline("coefficients that are no list"));
    };
    let coefficients = argument(arguments, 0)?.collect(context.fuel)?;
    if coefficients.is_empty() {
        return Ok(Value::from(0));
    }
    let (point, prime) = (integer(arguments, 1)?, integer(arguments, 2)?);
    let mut sum = Integer::ZERO;
    for coefficient in coefficients.iter().rev() {
        let product = sum.mul(&point, context.fuel)?;
        sum = product
            .add(&coefficient.integer()?, context.fuel)?
            .modulo(&prime, context.fuel)?;
    }
    Ok(sum.into())
}

fn integer(arguments: &[Option<Value>], place: usize) -> Result<Integer, Decline> {
    argument(arguments, place)?.integer()
}

/// An integer that is no boolean, where sympy or Python tells them apart.
fn strict(arguments: &[Option<Value>], place: usize) -> Result<Integer, Decline> {
    match argument(arguments, place)? {
        Value::Integer(integer) => Ok(integer.clone()),
        _ => Err(Decline("an argument that is no integer")),
    }
}
