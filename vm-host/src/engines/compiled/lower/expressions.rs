//! Expressions. Must not know calls.

use std::collections::BTreeSet;

use ruff_python_ast::{
    BoolOp, CmpOp, Comprehension as Generator, ConversionFlag, Expr, ExprFString, FStringPart,
    InterpolatedStringElement, Number, UnaryOp,
};

use super::functions::target_names;
use super::operators::{binary, comparison};
use super::uses::has_named;
use super::{Lowering, MAX_DEPTH, USED_OF_THE_VM};
use crate::engines::compiled::ids::{Reached, is_of_cairo, reach};
use crate::engines::compiled::library::{self};
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::{
    Comprehension, Expression, Loop, Piece, Register, Target, VmCall,
};
use crate::engines::compiled::value::{Comparison, Integer, Unary, Value};

impl Lowering<'_> {
    pub(super) fn expression(&mut self, expression: &Expr) -> Result<Expression, Refusal> {
        self.depth += 1;
        if self.depth > MAX_DEPTH {
            return self.refuse("deep nesting", expression);
        }
        let lowered = self.shallow(expression)?;
        self.depth -= 1;
        Ok(lowered)
    }

    pub(super) fn boxed(&mut self, expression: &Expr) -> Result<Box<Expression>, Refusal> {
        Ok(Box::new(self.expression(expression)?))
    }

    pub(super) fn shallow(&mut self, expression: &Expr) -> Result<Expression, Refusal> {
        if let Some(variable) = self.globals(expression)? {
            return Ok(variable);
        }
        Ok(match expression {
            Expr::NumberLiteral(literal) => match &literal.value {
                Number::Int(number) => match integer(&number.to_string()) {
                    Some(number) => Expression::Constant(Value::Integer(number)),
                    None => return self.refuse("an unusual number", expression),
                },
                Number::Float(number) if number.is_finite() => {
                    Expression::Constant(Value::Float(*number))
                }
                _ => return self.refuse("an unusual number", expression),
            },
            Expr::BooleanLiteral(literal) => Expression::Constant(Value::Boolean(literal.value)),
            Expr::NoneLiteral(_) => Expression::Constant(Value::None),
            Expr::StringLiteral(literal) => {
                Expression::Constant(Value::Text(literal.value.to_str().into()))
            }
            Expr::BytesLiteral(literal) => {
                let bytes: Vec<u8> = literal.value.bytes().collect();
                Expression::Constant(Value::Bytes(bytes.into()))
            }
            Expr::FString(text) => self.formatted(text)?,
            Expr::Name(name) => self.name(&name.id, expression)?,
            Expr::Tuple(tuple) => Expression::Tuple(self.items(&tuple.elts)?),
            Expr::List(list) => Expression::List(self.items(&list.elts)?),
            Expr::Set(set) => Expression::Set(self.items(&set.elts)?),
            Expr::SetComp(set) => {
                let comprehension =
                    self.comprehension(&set.generators, |lowering| lowering.expression(&set.elt))?;
                let all = Expression::Comprehension(Box::new(comprehension));
                Expression::Set(vec![Expression::Spread(Box::new(all))])
            }
            Expr::Dict(dict) => {
                let mut entries = Vec::with_capacity(dict.items.len());
                for item in &dict.items {
                    let key = match &item.key {
                        Some(key) => Some(self.expression(key)?),
                        None => None,
                    };
                    entries.push((key, self.expression(&item.value)?));
                }
                Expression::Dict(entries)
            }
            Expr::DictComp(dict) => {
                let Some(key) = &dict.key else {
                    return self.refuse("an unusual comprehension", expression);
                };
                let comprehension = self.comprehension(&dict.generators, |lowering| {
                    let pair = [key, &dict.value];
                    let pair: Result<Vec<_>, _> = pair
                        .into_iter()
                        .map(|part| lowering.expression(part))
                        .collect();
                    Ok(Expression::Tuple(pair?))
                })?;
                Expression::DictComprehension(Box::new(comprehension))
            }
            Expr::Named(named) => {
                let Expr::Name(name) = &*named.target else {
                    return self.refuse("an unusual target", expression);
                };
                if !self.frame().function && self.local(&name.id).is_some() {
                    return self.refuse("`:=` of a variable of a comprehension", expression);
                }
                let value = self.boxed(&named.value)?;
                let target = match self.local(&name.id) {
                    Some(number) => Target::Local(number),
                    None => Target::Scope(self.bound(&name.id, name)?),
                };
                Expression::Bind(Box::new(target), value)
            }
            Expr::UnaryOp(operation) => {
                let operator = match operation.op {
                    UnaryOp::Not => Unary::Not,
                    UnaryOp::USub => Unary::Negate,
                    UnaryOp::UAdd => Unary::Plus,
                    UnaryOp::Invert => Unary::Invert,
                };
                Expression::Unary(operator, self.boxed(&operation.operand)?)
            }
            Expr::BinOp(operation) => {
                let Some(operator) = binary(operation.op) else {
                    return self.refuse("the operator `@`", expression);
                };
                let left = self.expression(&operation.left)?;
                let right = self.expression(&operation.right)?;
                Expression::Binary(operator, Box::new((left, right)))
            }
            Expr::BoolOp(operation) => {
                let values = self.expressions(&operation.values)?;
                match operation.op {
                    BoolOp::And => Expression::And(values),
                    BoolOp::Or => Expression::Or(values),
                }
            }
            Expr::Compare(compare)
                if matches!(&*compare.ops, [CmpOp::In | CmpOp::NotIn])
                    && self.is_name(&compare.comparators[0], "memory") =>
            {
                let has = Expression::Vm(VmCall::Has, vec![self.expression(&compare.left)?]);
                match compare.ops[0] {
                    CmpOp::NotIn => Expression::Unary(Unary::Not, Box::new(has)),
                    _ => has,
                }
            }
            Expr::Compare(compare) => {
                let first = self.boxed(&compare.left)?;
                let mut rest = Vec::with_capacity(compare.ops.len());
                let mut left = &*compare.left;
                for (operator, right) in compare.ops.iter().zip(&compare.comparators) {
                    let operator = comparison(*operator);
                    let identity = matches!(operator, Comparison::Is | Comparison::IsNot);
                    if identity && (is_literal(left) || is_literal(right)) {
                        return self.refuse("`is` with a literal", expression);
                    }
                    rest.push((operator, self.expression(right)?));
                    left = right;
                }
                Expression::Compare(first, rest)
            }
            Expr::If(choice) => {
                let test = self.expression(&choice.test)?;
                let body = self.expression(&choice.body)?;
                let otherwise = self.expression(&choice.orelse)?;
                Expression::Choice(Box::new((test, body, otherwise)))
            }
            Expr::Lambda(lambda) => self.lambda(lambda)?,
            Expr::ListComp(list) => {
                let comprehension = self
                    .comprehension(&list.generators, |lowering| lowering.expression(&list.elt))?;
                Expression::Comprehension(Box::new(comprehension))
            }
            Expr::Attribute(attribute) => {
                let (root, names) = chain(expression);
                if self.is_name(root, "ids") {
                    return self.ids(&names, expression);
                }
                if self.is_name(&attribute.value, "segments") {
                    return Ok(match attribute.attr.as_str() {
                        "n_segments" => Expression::Vm(VmCall::SegmentCount, Vec::new()),
                        "n_temp_segments" => {
                            Expression::Vm(VmCall::TemporarySegmentCount, Vec::new())
                        }
                        "prime" => Expression::Constant(Value::Integer(Integer::prime())),
                        name => return self.refuse(format!("`segments.{name}`"), expression),
                    });
                }
                if self.is_name(&attribute.value, "memory") {
                    let name = attribute.attr.as_str();
                    return self.refuse(format!("`memory.{name}`"), expression);
                }
                if names == ["bound"] && self.is_name(root, "range_check_builtin") {
                    self.lowered.sees_builtins = true;
                    return Ok(Expression::RangeCheckBound);
                }
                let value = self.boxed(&attribute.value)?;
                Expression::Attribute(value, attribute.attr.as_str().into())
            }
            Expr::Subscript(subscript) => {
                if let Expr::Slice(slice) = &*subscript.slice {
                    let value = self.boxed(&subscript.value)?;
                    let mut bound = |bound: &Option<Box<Expr>>| match bound {
                        Some(bound) => self.boxed(bound).map(Some),
                        None => Ok(None),
                    };
                    let bounds = [
                        bound(&slice.lower)?,
                        bound(&slice.upper)?,
                        bound(&slice.step)?,
                    ];
                    return Ok(Expression::Slice(value, bounds));
                }
                if self.is_name(&subscript.value, "memory") {
                    return Ok(Expression::Memory(self.boxed(&subscript.slice)?));
                }
                let value = self.boxed(&subscript.value)?;
                Expression::Subscript(value, self.boxed(&subscript.slice)?)
            }
            Expr::Call(call) => self.call(call)?,
            other => return self.refuse(describe_expression(other), other),
        })
    }

    pub(super) fn name(&mut self, name: &str, node: &Expr) -> Result<Expression, Refusal> {
        if let Some(number) = self.local(name) {
            return Ok(Expression::Local(number));
        }
        Ok(match name {
            "ap" => Expression::Register(Register::Ap),
            "fp" => Expression::Register(Register::Fp),
            "pc" => Expression::Register(Register::Pc),
            "current_step" => Expression::Register(Register::Step),
            "PRIME" => Expression::Constant(Value::Integer(Integer::prime())),
            _ if USED_OF_THE_VM.contains(&name) => {
                return self.refuse(format!("`{name}` as a value"), node);
            }
            _ if let Some(function) = library::of_every_scope(name) => {
                Expression::Constant(Value::Function(function))
            }
            _ => Expression::Scope(self.slot(name, node)?),
        })
    }

    pub(super) fn ids(&mut self, names: &[&str], node: &Expr) -> Result<Expression, Refusal> {
        let Some(reached) = reach(self.program, self.hint, self.layouts, names) else {
            if names.iter().all(|name| is_of_cairo(name)) {
                // Mostly it is nothing that hints can read, and Python raises.
                return Ok(Expression::Raise);
            }
            return self.refuse(format!("`ids.{}`", names.join(".")), node);
        };
        Ok(match reached {
            Reached::Struct(layout, path) => Expression::Struct(layout, path),
            Reached::Value(value, taken) => names[taken..].iter().fold(value, |value, name| {
                Expression::Attribute(Box::new(value), Box::from(*name))
            }),
        })
    }

    pub(super) fn formatted(&mut self, text: &ExprFString) -> Result<Expression, Refusal> {
        let mut pieces = Vec::new();
        for part in &text.value {
            let elements = match part {
                FStringPart::Literal(literal) => {
                    pieces.push(Piece::Literal(literal.value.clone()));
                    continue;
                }
                FStringPart::FString(part) => &part.elements,
            };
            for element in elements {
                match element {
                    InterpolatedStringElement::Literal(literal) => {
                        pieces.push(Piece::Literal(literal.value.clone()));
                    }
                    InterpolatedStringElement::Interpolation(value) => {
                        let repr = match value.conversion {
                            ConversionFlag::None | ConversionFlag::Str => false,
                            ConversionFlag::Repr => true,
                            ConversionFlag::Ascii => return self.refuse("`!a`", element),
                        };
                        if value.debug_text.is_some() || value.conversion == ConversionFlag::Str {
                            return self.refuse("an unusual f-string", element);
                        }
                        let mut format = String::new();
                        for part in value.format_spec.iter().flat_map(|spec| &spec.elements) {
                            match part {
                                InterpolatedStringElement::Literal(part) => format += &part.value,
                                other => return self.refuse("a format that is computed", other),
                            }
                        }
                        let value = self.expression(&value.expression)?;
                        pieces.push(Piece::Value(value, repr, format.into()));
                    }
                }
            }
        }
        Ok(Expression::Text(pieces))
    }

    pub(super) fn comprehension(
        &mut self,
        generators: &[Generator],
        element: impl FnOnce(&mut Self) -> Result<Expression, Refusal>,
    ) -> Result<Comprehension, Refusal> {
        let before = self.frame().locals.len();
        let mut loops = Vec::with_capacity(generators.len());
        // The first one is evaluated outside; in the others, all of its variables are its own.
        let mut first = match generators {
            [generator, ..] => Some(self.expression(&generator.iter)?),
            [] => None,
        };
        let mut names = BTreeSet::new();
        for generator in generators {
            if has_named(&generator.iter) {
                return self.refuse("`:=` in what a comprehension goes through", generator);
            }
            target_names(&generator.target, &mut names);
        }
        for name in names {
            self.add_local(&name);
        }
        for generator in generators {
            if generator.is_async {
                return self.refuse("`async`", generator);
            }
            let iterable = match first.take() {
                Some(iterable) => iterable,
                None => self.expression(&generator.iter)?,
            };
            let target = self.target(&generator.target)?;
            let conditions = self.expressions(&generator.ifs)?;
            loops.push(Loop {
                target,
                iterable,
                conditions,
            });
        }
        let element = element(self)?;
        self.frame().locals.truncate(before);
        Ok(Comprehension { element, loops })
    }
}

/// The root of a chain of attributes, and their names.
pub(super) fn chain(expression: &Expr) -> (&Expr, Vec<&str>) {
    let mut names = Vec::new();
    let mut root = expression;
    while let Expr::Attribute(attribute) = root {
        names.push(attribute.attr.as_str());
        root = &attribute.value;
    }
    names.reverse();
    (root, names)
}

pub(super) fn integer(text: &str) -> Option<Integer> {
    let text = text.replace('_', "").to_ascii_lowercase();
    for (prefix, base) in [("0x", 16), ("0o", 8), ("0b", 2)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return Integer::from_digits(digits, base);
        }
    }
    Integer::from_decimal(&text)
}

/// Whether Python warns of an identity with it.
pub(super) fn is_literal(expression: &Expr) -> bool {
    matches!(
        expression,
        Expr::NumberLiteral(_)
            | Expr::StringLiteral(_)
            | Expr::BytesLiteral(_)
            | Expr::Tuple(_)
            | Expr::FString(_)
    )
}

pub(super) fn describe_expression(expression: &Expr) -> &'static str {
    match expression {
        Expr::Named(_) => "`:=`",
        Expr::Dict(_) => "a dictionary",
        Expr::DictComp(_) => "a comprehension of a dictionary",
        Expr::Generator(_) => "a generator",
        Expr::Await(_) | Expr::Yield(_) | Expr::YieldFrom(_) => "a coroutine",
        Expr::TString(_) => "a template",
        Expr::EllipsisLiteral(_) => "`...`",
        Expr::Starred(_) => "`*`",
        _ => "an unusual expression",
    }
}
