//! What is assigned to.

use ruff_python_ast::Expr;

use super::Lowering;
use super::expressions::chain;
use crate::engines::compiled::ids::reach_cell;
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::Target;

impl Lowering<'_> {
    /// The attribute of this name of an object.
    pub(super) fn attribute_target(
        &mut self,
        object: &Expr,
        name: &str,
        node: &Expr,
    ) -> Result<Target, Refusal> {
        let (root, mut names) = chain(object);
        if !self.is_name(root, "ids") {
            return Ok(Target::Member(self.expression(object)?, name.into()));
        }
        names.push(name);
        match reach_cell(self.program, self.hint, self.layouts, &names) {
            Some(target) => Ok(target),
            None => self.refuse(format!("a write of `ids.{}`", names.join(".")), node),
        }
    }

    pub(super) fn target(&mut self, target: &Expr) -> Result<Target, Refusal> {
        match target {
            Expr::Name(name) => {
                if let Some(number) = self.local(&name.id) {
                    return Ok(Target::Local(number));
                }
                Ok(Target::Scope(self.bound(&name.id, name)?))
            }
            Expr::Tuple(tuple) => self.targets(&tuple.elts),
            Expr::List(list) => self.targets(&list.elts),
            Expr::Attribute(attribute) => {
                self.attribute_target(&attribute.value, &attribute.attr, target)
            }
            Expr::Subscript(subscript) => {
                if matches!(&*subscript.slice, Expr::Slice(_)) {
                    return self.refuse("an assignment to a slice", target);
                }
                let is_memory = self.is_name(&subscript.value, "memory");
                if is_memory {
                    return Ok(Target::Memory(self.expression(&subscript.slice)?));
                }
                let value = self.expression(&subscript.value)?;
                Ok(Target::Subscript(value, self.expression(&subscript.slice)?))
            }
            other => self.refuse("an unusual target", other),
        }
    }

    pub(super) fn targets(&mut self, targets: &[Expr]) -> Result<Target, Refusal> {
        let mut lowered = Vec::with_capacity(targets.len());
        let mut rest = None;
        for target in targets {
            let Expr::Starred(starred) = target else {
                lowered.push(self.target(target)?);
                continue;
            };
            let starred = self.target(&starred.value)?;
            if rest
                .replace((Box::new(starred), std::mem::take(&mut lowered)))
                .is_some()
            {
                return self.refuse("two `*` in an assignment", target);
            }
        }
        Ok(match rest {
            None => Target::Sequence(lowered),
            Some((rest, before)) => Target::Rest(before, rest, lowered),
        })
    }
}
