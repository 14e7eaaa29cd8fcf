//! Calls: of functions, of methods, of the VM.

use ruff_python_ast::{Expr, ExprCall};

use super::Lowering;
use super::expressions::{chain, is_literal};
use crate::engines::compiled::parse::Refusal;
use crate::engines::compiled::tree::{Arguments, Expression, VmCall};
use crate::engines::compiled::value::Value;

impl Lowering<'_> {
    pub(super) fn call(&mut self, call: &ExprCall) -> Result<Expression, Refusal> {
        if let Expr::Attribute(attribute) = &*call.func {
            let method = attribute.attr.as_str();
            if self.is_name(&attribute.value, "segments") {
                return self.segments(method, call);
            }
            if self.is_name(&attribute.value, "memory") {
                return match method {
                    "get_range" => self.vm_call(VmCall::GetRange, &["addr", "size"], call),
                    "get" => self.get(call),
                    "__setitem__" => self.vm_call(VmCall::Set, &["key", "value"], call),
                    "add_relocation_rule" => {
                        self.lowered.relocates = true;
                        let parameters = ["src_ptr", "dest_ptr"];
                        self.vm_call(VmCall::AddRelocationRule, &parameters, call)
                    }
                    _ => self.refuse(format!("`memory.{method}`"), call),
                };
            }
        }
        let display = matches!(
            &*call.func,
            Expr::List(_) | Expr::ListComp(_) | Expr::Dict(_) | Expr::DictComp(_)
        );
        if display || is_literal(&call.func) {
            // Python warns of it.
            return self.refuse("a call of a literal", call);
        }
        for name in ["vm_enter_scope", "vm_exit_scope"] {
            if self.is_call_of(call, name) {
                return self.refuse(format!("the value of `{name}`"), call);
            }
        }
        let generator = match &*call.arguments.args {
            [Expr::Generator(generator)] if call.arguments.keywords.is_empty() => Some(generator),
            _ => None,
        };
        if let (Expr::Name(name), Some(generator)) = (&*call.func, generator)
            && self.local(&name.id).is_none()
        {
            let comprehension = self.comprehension(&generator.generators, |lowering| {
                lowering.expression(&generator.elt)
            })?;
            return Ok(match name.id.as_str() {
                quantifier @ ("all" | "any") => {
                    let slot = self.slot(quantifier, call)?;
                    Expression::Quantifier(slot, quantifier == "all", Box::new(comprehension))
                }
                "sum" | "list" | "tuple" | "min" | "max" | "sorted" | "dict" => {
                    let function = self.boxed(&call.func)?;
                    let arguments = Arguments {
                        positional: vec![Expression::Comprehension(Box::new(comprehension))],
                        named: Vec::new(),
                    };
                    Expression::Call(function, arguments)
                }
                other => return self.refuse(format!("a generator for `{other}`"), call),
            });
        }
        let arguments = |lowering: &mut Self| -> Result<Arguments, Refusal> {
            let mut arguments = Arguments {
                positional: lowering.items(&call.arguments.args)?,
                named: Vec::new(),
            };
            for keyword in &call.arguments.keywords {
                let name = keyword.arg.as_ref().map(|name| name.as_str().into());
                let value = lowering.expression(&keyword.value)?;
                arguments.named.push((name, value));
            }
            Ok(arguments)
        };
        if let Expr::Attribute(attribute) = &*call.func {
            let (root, _) = chain(&call.func);
            // What a name behind `ids` has as a method is one of its value.
            if !self.is_name(root, "ids") || !matches!(&*attribute.value, Expr::Name(_)) {
                let value = self.boxed(&attribute.value)?;
                let arguments = match generator {
                    // All of them before any.
                    Some(generator) if attribute.attr == *"join" => {
                        let texts = self.comprehension(&generator.generators, |lowering| {
                            lowering.expression(&generator.elt)
                        })?;
                        Arguments {
                            positional: vec![Expression::Comprehension(Box::new(texts))],
                            named: Vec::new(),
                        }
                    }
                    _ => arguments(self)?,
                };
                return Ok(Expression::Method(
                    value,
                    attribute.attr.as_str().into(),
                    arguments,
                ));
            }
        }
        let function = self.boxed(&call.func)?;
        Ok(Expression::Call(function, arguments(self)?))
    }

    pub(super) fn segments(
        &mut self,
        method: &str,
        call: &ExprCall,
    ) -> Result<Expression, Refusal> {
        match method {
            "add" => self.vm_call(VmCall::AddSegment, &[], call),
            "add_temp_segment" | "add_temporary_segment" => {
                self.vm_call(VmCall::AddTemporarySegment, &[], call)
            }
            "write_arg" => self.vm_call(VmCall::WriteArg, &["ptr", "arg"], call),
            "gen_arg" => self.vm_call(VmCall::GenArg, &["arg"], call),
            "load_data" => self.vm_call(VmCall::LoadData, &["ptr", "data"], call),
            _ => self.refuse(format!("`segments.{method}`"), call),
        }
    }

    fn get(&mut self, call: &ExprCall) -> Result<Expression, Refusal> {
        let given = &call.arguments;
        if given.len() == 1 {
            let Expression::Vm(_, mut arguments) = self.vm_call(VmCall::Get, &["addr"], call)?
            else {
                return self.refuse("an unusual argument", call);
            };
            arguments.push(Expression::Constant(Value::None));
            return Ok(Expression::Vm(VmCall::Get, arguments));
        }
        self.vm_call(VmCall::Get, &["addr", "default_value"], call)
    }

    pub(super) fn vm_call(
        &mut self,
        function: VmCall,
        parameters: &[&str],
        call: &ExprCall,
    ) -> Result<Expression, Refusal> {
        let given = &call.arguments;
        let mut arguments = self.expressions(&given.args)?;
        for keyword in &given.keywords {
            // In the order of the parameters, so that the arguments are evaluated in theirs.
            if keyword.arg.as_deref() != parameters.get(arguments.len()).copied() {
                return self.refuse("an unusual argument", keyword);
            }
            arguments.push(self.expression(&keyword.value)?);
        }
        if arguments.len() != parameters.len() {
            return self.refuse("an unusual number of arguments", call);
        }
        Ok(Expression::Vm(function, arguments))
    }
}
