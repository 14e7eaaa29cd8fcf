//! One variable of the scope, asked for by its name through `globals()`. Must not know other calls.

use ruff_python_ast::{CmpOp, Expr};

use super::{LASTING, Lowering, USED_OF_THE_VM, is_static};
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::Expression;
use crate::engines::compiled::value::{Unary, Value};

impl Lowering<'_> {
    /// What the expression is when it asks for one variable.
    pub(super) fn globals(&mut self, expression: &Expr) -> Result<Option<Expression>, Refusal> {
        const UNUSUAL: &str = "an unusual use of `globals`";
        let Some((name, rest)) = variable_of_globals(expression) else {
            return Ok(None);
        };
        if self.local("globals").is_some() {
            return Ok(None);
        }
        let of_the_vm = LASTING.contains(&name) || USED_OF_THE_VM.contains(&name);
        if name.is_empty() || of_the_vm || is_static(name) {
            return self.refuse(UNUSUAL, expression);
        }
        let slot = self.slot(name, expression)?;
        let has = Expression::Has(slot);
        let otherwise = match (expression, rest) {
            (Expr::Compare(compare), _) => {
                return Ok(Some(match compare.ops[0] {
                    CmpOp::NotIn => Expression::Unary(Unary::Not, Box::new(has)),
                    _ => has,
                }));
            }
            (Expr::Subscript(_), _) => Expression::Raise,
            (_, []) => Expression::Constant(Value::None),
            (_, [otherwise]) => match self.expression(otherwise)? {
                constant @ Expression::Constant(_) => constant,
                // It would be computed in either case.
                _ => return self.refuse(UNUSUAL, expression),
            },
            _ => return self.refuse(UNUSUAL, expression),
        };
        let choice = (has, Expression::Scope(slot), otherwise);
        Ok(Some(Expression::Choice(Box::new(choice))))
    }
}

/// The name in `'name' in globals()`, `globals()['name']` and `globals().get('name')`, where the dictionary is used for
/// one variable, and the expressions behind it.
pub(crate) fn variable_of_globals(expression: &Expr) -> Option<(&str, &[Expr])> {
    let (name, dictionary, rest) = match expression {
        Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
            ([CmpOp::In | CmpOp::NotIn], [dictionary]) => (&*compare.left, dictionary, &[][..]),
            _ => return None,
        },
        Expr::Subscript(subscript) => (&*subscript.slice, &*subscript.value, &[][..]),
        Expr::Call(call) if call.arguments.keywords.is_empty() => {
            match (&*call.func, &*call.arguments.args) {
                (Expr::Attribute(get), [name, rest @ ..]) if get.attr == *"get" => {
                    (name, &*get.value, rest)
                }
                _ => return None,
            }
        }
        _ => return None,
    };
    let (Expr::StringLiteral(name), Expr::Call(call)) = (name, dictionary) else {
        return None;
    };
    let is_globals = matches!(&*call.func, Expr::Name(function) if function.id == "globals");
    (is_globals && call.arguments.is_empty()).then(|| (name.value.to_str(), rest))
}
