//! The type system: gives an expression's type and removes casts, members, subscripts and `&`.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::simplify::simplify;
use super::tree::{Argument, Arguments, Call, Expression, Node, Notes, Operator};
use super::type_cast::{CastKind, check_cast, struct_definition};
use crate::program::names::{CairoType, Identifiers, ScopedName, TupleMember};
use crate::program::places::Location;
use crate::program::raised::{Class, Raised};

/// An expression without types, and its type.
type Typed = (Expression, CairoType);

/// The expression without casts, members, subscripts, `&` and parentheses, and its type.
pub(in crate::program) fn simplify_types(
    expression: &Expression,
    identifiers: Option<&Identifiers>,
) -> Result<Typed, Raised> {
    TypeSystem { identifiers }.visit(expression)
}

struct TypeSystem<'a> {
    identifiers: Option<&'a Identifiers>,
}

fn error(message: String, location: &Option<Location>) -> Raised {
    Raised::at(Class::CairoType, message, location.clone())
}

impl TypeSystem<'_> {
    // Each kind has a function of its own, so that this one, which recurs, stays small on the stack.
    fn visit(&self, expression: &Expression) -> Result<Typed, Raised> {
        let location = &expression.location;
        match &expression.node {
            Node::Const { .. } | Node::Hint { .. } | Node::Register(_) => leaf(expression),
            Node::New { typed: false, .. } => leaf(expression),
            Node::Identifier { name } => Err(not_allowed(name, location)),
            Node::Operator { .. } => self.operator(expression),
            Node::Pow { a, b, notes } => self.pow(a, b, notes, location),
            Node::Neg(value) => self.neg(value, location),
            Node::Parentheses { inner, .. } => self.visit(inner),
            Node::Deref { address, notes } => self.deref(address, notes, location),
            Node::AddressOf(inner) => self.address_of(inner),
            Node::Subscript { inner, offset, .. } => self.subscript(inner, offset, location),
            Node::Dot { inner, member } => self.dot(inner, member, location),
            Node::Cast {
                inner, dest_type, ..
            } => self.cast(inner, dest_type, location),
            Node::Tuple(members) => self.tuple(members, location),
            Node::New { inner, typed: true } => self.new_operator(inner, location),
            Node::Call(call) => Err(unknown_function(call, location)),
        }
    }

    fn pow(
        &self,
        a: &Expression,
        b: &Expression,
        notes: &Notes,
        location: &Option<Location>,
    ) -> Result<Typed, Raised> {
        let ((a, a_type), (b, b_type)) = (self.visit(a)?, self.visit(b)?);
        if a_type != CairoType::Felt && b_type == CairoType::Felt {
            return Err(not_implemented("**", &a_type, &b_type, location));
        }
        let (a, b) = (Box::new(a), Box::new(b));
        let node = Node::Pow {
            a,
            b,
            notes: notes.clone(),
        };
        Ok((Expression::new(node, location.clone()), CairoType::Felt))
    }

    fn neg(&self, value: &Expression, location: &Option<Location>) -> Result<Typed, Raised> {
        let (value, value_type) = self.visit(value)?;
        if value_type != CairoType::Felt {
            let message = format!("Unary '-' is not supported for type '{value_type}'.");
            return Err(error(message, location));
        }
        let node = Node::Neg(Box::new(value));
        Ok((Expression::new(node, location.clone()), CairoType::Felt))
    }

    fn deref(
        &self,
        address: &Expression,
        notes: &Notes,
        location: &Option<Location>,
    ) -> Result<Typed, Raised> {
        let (address, address_type) = self.visit(address)?;
        let value_type = match address_type {
            CairoType::Felt => CairoType::Felt,
            CairoType::Pointer(pointee) => *pointee,
            other => {
                return Err(error(
                    format!("Cannot dereference type '{other}'."),
                    location,
                ));
            }
        };
        let node = Node::Deref {
            address: Box::new(address),
            notes: notes.clone(),
        };
        Ok((Expression::new(node, location.clone()), value_type))
    }

    fn address_of(&self, inner: &Expression) -> Result<Typed, Raised> {
        let (inner, inner_type) = self.visit(inner)?;
        Ok((address(inner)?, inner_type.pointer()))
    }

    fn cast(
        &self,
        inner: &Expression,
        dest: &CairoType,
        location: &Option<Location>,
    ) -> Result<Typed, Raised> {
        let (inner, source) = self.visit(inner)?;
        let (identifiers, kind) = (self.identifiers, CastKind::Explicit);
        if !check_cast(
            identifiers,
            &source,
            dest,
            kind,
            location.as_ref(),
            Some(&inner),
        )? {
            return Err(error(
                format!("Cannot cast '{source}' to '{dest}'."),
                location,
            ));
        }
        Ok((Expression::new(inner.node, location.clone()), dest.clone()))
    }

    fn new_operator(
        &self,
        inner: &Expression,
        location: &Option<Location>,
    ) -> Result<Typed, Raised> {
        let (inner, inner_type) = self.visit(inner)?;
        let node = Node::New {
            inner: Box::new(inner),
            typed: false,
        };
        Ok((
            Expression::new(node, location.clone()),
            inner_type.pointer(),
        ))
    }

    fn operator(&self, expression: &Expression) -> Result<Typed, Raised> {
        let Node::Operator {
            a,
            operator,
            b,
            notes,
        } = &expression.node
        else {
            return leaf(expression);
        };
        let (operator, location) = (*operator, &expression.location);
        let ((a, a_type), (b, b_type)) = (self.visit(a)?, self.visit(b)?);
        let sum = matches!(operator, Operator::Add | Operator::Sub);
        let result = match (&a_type, &b_type) {
            (CairoType::Felt, CairoType::Felt) => CairoType::Felt,
            (CairoType::Pointer(_), CairoType::Felt) if sum => a_type,
            (CairoType::Felt, CairoType::Pointer(_)) if operator == Operator::Add => b_type,
            (CairoType::Pointer(_) | CairoType::Codeoffset, _)
                if operator == Operator::Sub && a_type == b_type =>
            {
                CairoType::Felt
            }
            _ => {
                return Err(not_implemented(
                    operator.symbol(),
                    &a_type,
                    &b_type,
                    location,
                ));
            }
        };
        let (a, b) = (Box::new(a), Box::new(b));
        let node = Node::Operator {
            a,
            operator,
            b,
            notes: notes.clone(),
        };
        Ok((Expression::new(node, location.clone()), result))
    }

    fn subscript(
        &self,
        inner: &Expression,
        offset: &Expression,
        location: &Option<Location>,
    ) -> Result<Typed, Raised> {
        let ((inner, inner_type), (offset, offset_type)) =
            (self.visit(inner)?, self.visit(offset)?);
        let verify_offset = || match &offset_type {
            CairoType::Felt => Ok(()),
            other => Err(error(
                format!("Cannot apply subscript-operator with offset of non-felt type '{other}'."),
                &offset.location,
            )),
        };
        match inner_type {
            CairoType::Tuple(members) => {
                verify_offset()?;
                self.tuple_item(inner, &members, &simplify(&offset)?, location)
            }
            CairoType::Pointer(pointee) => {
                verify_offset()?;
                let size = self
                    .size_of(&pointee)
                    .map_err(|raised| error(raised.text(), location))?;
                let size = Expression::number(size, location.clone());
                let offset = Expression::operation(offset, Operator::Mul, size, location.clone());
                let address = Expression::operation(inner, Operator::Add, offset, location.clone());
                Ok((Expression::deref(address, location.clone()), *pointee))
            }
            other => Err(error(
                format!(
                    "Cannot apply subscript-operator to non-pointer, non-tuple type '{other}'."
                ),
                location,
            )),
        }
    }

    fn tuple_item(
        &self,
        inner: Expression,
        members: &[TupleMember],
        offset: &Expression,
        location: &Option<Location>,
    ) -> Result<Typed, Raised> {
        let Node::Const { value, .. } = &offset.node else {
            let message = format!(
                "Subscript-operator for tuples supports only constant offsets, found '{}'.",
                offset.class_name()
            );
            return Err(error(message, &offset.location));
        };
        let index = value.to_usize().filter(|index| *index < members.len());
        let Some(index) = index else {
            let message = format!(
                "Tuple index {value} is out of range [0, {}).",
                members.len()
            );
            return Err(error(message, location));
        };
        let item_type = members[index].cairo_type.clone();
        let class_name = inner.class_name();
        match inner.node {
            Node::Tuple(mut arguments) if index < arguments.items.len() => {
                let item = arguments.items.swap_remove(index).value;
                Ok((Expression::new(item.node, location.clone()), item_type))
            }
            Node::Deref { address, .. } => {
                let mut before = BigInt::ZERO;
                for member in &members[..index] {
                    before += self.size_of(&member.cairo_type)?;
                }
                let before = Expression::number(before, offset.location.clone());
                let address =
                    Expression::operation(*address, Operator::Add, before, location.clone());
                Ok((Expression::deref(address, location.clone()), item_type))
            }
            _ => {
                let message = format!(
                    "Unexpected expression typed as TypeTuple. Expected ExprTuple or ExprDeref, \
                     found '{class_name}'."
                );
                Err(error(message, location))
            }
        }
    }

    fn dot(
        &self,
        inner: &Expression,
        member: &str,
        location: &Option<Location>,
    ) -> Result<Typed, Raised> {
        if self.identifiers.is_none() {
            let message = "Identifiers must be initialized for type-simplification of dot-operator \
                           expressions.";
            return Err(error(message.to_owned(), location));
        }
        let (inner, inner_type) = self.visit(inner)?;
        let (base, container) = match inner_type {
            CairoType::Pointer(pointee) => match *pointee {
                container @ (CairoType::Struct { .. } | CairoType::Tuple(_)) => (inner, container),
                other => {
                    let message = format!(
                        "Cannot apply dot-operator to pointer-to-non-struct type '{other}*'."
                    );
                    return Err(error(message, location));
                }
            },
            container @ (CairoType::Struct { .. } | CairoType::Tuple(_)) => {
                if matches!(inner.node, Node::Tuple(_)) {
                    let message =
                        "Accessing struct/tuple members for r-value structs is not supported yet.";
                    return Err(error(message.to_owned(), location));
                }
                (address(inner)?, container)
            }
            other => {
                let message = format!("Cannot apply dot-operator to non-struct type '{other}'.");
                return Err(error(message, location));
            }
        };
        let (offset, member_type) = match &container {
            CairoType::Struct { name, .. } => self.struct_member(name, member, location)?,
            _ => self.tuple_member(&container, member, location)?,
        };
        let address = if offset == BigInt::ZERO {
            base
        } else {
            let offset = Expression::number(offset, location.clone());
            Expression::operation(base, Operator::Add, offset, location.clone())
        };
        Ok((Expression::deref(address, location.clone()), member_type))
    }

    fn struct_member(
        &self,
        name: &ScopedName,
        member: &str,
        location: &Option<Location>,
    ) -> Result<(BigInt, CairoType), Raised> {
        let found = struct_definition(self.identifiers, name);
        let (_, definition) = found.map_err(|raised| error(raised.text(), location))?;
        let Some(member) = definition.member(member) else {
            let message =
                format!("Member '{member}' does not appear in definition of struct '{name}'.");
            return Err(error(message, location));
        };
        Ok((BigInt::from(member.offset), member.cairo_type.clone()))
    }

    fn tuple_member(
        &self,
        tuple: &CairoType,
        member: &str,
        location: &Option<Location>,
    ) -> Result<(BigInt, CairoType), Raised> {
        let members = match tuple {
            CairoType::Tuple(members) => members.as_slice(),
            _ => &[],
        };
        if members.iter().any(|member| member.name.is_none()) {
            let message = format!("Cannot apply dot-operator to unnamed tuple type '{tuple}'.");
            return Err(error(message, location));
        }
        let mut offset = BigInt::ZERO;
        for candidate in members {
            if candidate.name.as_deref() == Some(member) {
                return Ok((offset, candidate.cairo_type.clone()));
            }
            offset += self.size_of(&candidate.cairo_type)?;
        }
        let message =
            format!("Member '{member}' does not appear in definition of tuple type '{tuple}'.");
        Err(error(message, location))
    }

    fn tuple(&self, members: &Arguments, location: &Option<Location>) -> Result<Typed, Raised> {
        let mut items = Vec::with_capacity(members.items.len());
        let mut types = Vec::with_capacity(members.items.len());
        for item in &members.items {
            let (value, cairo_type) = self.visit(&item.value)?;
            items.push(Argument { name: None, value });
            types.push(TupleMember {
                name: item.name.clone(),
                cairo_type,
            });
        }
        let arguments = Arguments {
            items,
            ..members.clone()
        };
        let expression = Expression::new(Node::Tuple(Box::new(arguments)), location.clone());
        Ok((expression, CairoType::Tuple(types)))
    }

    /// The size of a type in cells.
    fn size_of(&self, cairo_type: &CairoType) -> Result<BigInt, Raised> {
        match cairo_type {
            CairoType::Felt | CairoType::Codeoffset | CairoType::Pointer(_) => Ok(BigInt::from(1)),
            CairoType::Struct { name, location } => {
                match struct_definition(self.identifiers, name) {
                    Ok((_, definition)) => Ok(BigInt::from(definition.size)),
                    Err(raised) if raised.class == Class::Definition => Err(Raised::at(
                        Class::Preprocessor,
                        raised.message,
                        location.clone(),
                    )),
                    Err(raised) => Err(raised),
                }
            }
            CairoType::Tuple(members) => members
                .iter()
                .map(|member| self.size_of(&member.cairo_type))
                .sum(),
        }
    }
}

/// What the type system leaves as it is.
fn leaf(expression: &Expression) -> Result<Typed, Raised> {
    Ok((expression.clone(), CairoType::Felt))
}

fn not_allowed(name: &str, location: &Option<Location>) -> Raised {
    error(
        format!("Identifier '{name}' is not allowed in this context."),
        location,
    )
}

/// The name of a function is looked up in no scope at all, so that it is never found.
fn unknown_function(call: &Call, location: &Option<Location>) -> Raised {
    let name = match &call.name.node {
        Node::Identifier { name } => name.split('.').next().unwrap_or(""),
        _ => "",
    };
    Raised::at(
        Class::Preprocessor,
        format!("Unknown identifier '{name}'."),
        location.clone(),
    )
}

/// The address of a memory cell.
fn address(expression: Expression) -> Result<Expression, Raised> {
    match expression.node {
        Node::Deref { address, .. } => Ok(*address),
        _ => Err(error(
            "Expression has no address.".to_owned(),
            &expression.location,
        )),
    }
}

fn not_implemented(
    operator: &str,
    a: &CairoType,
    b: &CairoType,
    location: &Option<Location>,
) -> Raised {
    let message = format!("Operator '{operator}' is not implemented for types '{a}' and '{b}'.");
    error(message, location)
}
