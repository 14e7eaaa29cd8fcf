//! Calls: of functions, of methods, of the VM.

use ruff_python_ast::{Expr, ExprCall, ExprListComp};

use super::Lowering;
use super::expressions::{chain, is_literal};
use super::uses::is_quiet;
use crate::engines::compiled::ids::is_of_cairo;
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
                    "get_range_as_ints" => {
                        self.vm_call(VmCall::GetIntegers, &["addr", "size"], call)
                    }
                    // What is left out is `None`, which memory does not hold.
                    "setdefault" if call.arguments.len() == 1 => {
                        self.vm_call(VmCall::Cell, &["key"], call)
                    }
                    "setdefault" => self.vm_call(VmCall::SetDefault, &["key", "default"], call),
                    "is_frozen" if call.arguments.is_empty() => {
                        // That it is when no hint runs any more.
                        Ok(Expression::Constant(Value::FALSE))
                    }
                    "relocate_value" => self.vm_call(VmCall::Relocated, &["value"], call),
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
            Expr::List(_)
                | Expr::ListComp(_)
                | Expr::Dict(_)
                | Expr::DictComp(_)
                | Expr::Set(_)
                | Expr::SetComp(_)
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
        if self.is_call_of(call, "is_accessed") {
            return self.vm_call(VmCall::IsAccessed, &["addr"], call);
        }
        if let Some(lowered) = self.attribute_call(call)? {
            return Ok(lowered);
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
                "sum" | "list" | "tuple" | "min" | "max" | "sorted" | "dict" | "set" => {
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
        if let Some(arguments) = self.mapped(call)? {
            return Ok(match &*call.func {
                Expr::Attribute(attribute) => {
                    let value = self.boxed(&attribute.value)?;
                    Expression::Method(value, attribute.attr.as_str().into(), arguments)
                }
                function => Expression::Call(self.boxed(function)?, arguments),
            });
        }
        let arguments = |lowering: &mut Self| -> Result<Arguments, Refusal> {
            let mut arguments = Arguments {
                positional: lowering.items(&call.arguments.args)?,
                named: Vec::new(),
            };
            for keyword in &call.arguments.keywords {
                let name: Option<Box<str>> = keyword.arg.as_ref().map(|name| name.as_str().into());
                let mut known = arguments.named.iter().filter_map(|(name, _)| name.as_ref());
                if let Some(name) = &name
                    && known.any(|known| known == name)
                {
                    return lowering.refuse("two arguments of one name", keyword);
                }
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

    /// The only argument of a call that takes all values of `map` at once and does nothing in between.
    fn mapped(&mut self, call: &ExprCall) -> Result<Option<Arguments>, Refusal> {
        let ([Expr::Call(map)], []) = (&*call.arguments.args, &*call.arguments.keywords) else {
            return Ok(None);
        };
        let takes_all = match &*call.func {
            Expr::Name(name) => {
                let name = name.id.as_str();
                ["dict", "list", "max", "min", "sorted", "sum", "tuple"].contains(&name)
                    && self.local(name).is_none()
            }
            Expr::Attribute(attribute) => {
                let joins = matches!(
                    &*attribute.value,
                    Expr::StringLiteral(_) | Expr::BytesLiteral(_)
                );
                joins && attribute.attr == *"join"
            }
            _ => false,
        };
        let ([function, values], []) = (&*map.arguments.args, &*map.arguments.keywords) else {
            return Ok(None);
        };
        let starred = |part: &Expr| matches!(part, Expr::Starred(_));
        if !takes_all || !self.is_call_of(map, "map") || starred(function) || starred(values) {
            return Ok(None);
        }
        let slot = self.slot("map", map)?;
        let mapped = (self.expression(function)?, self.expression(values)?);
        Ok(Some(Arguments {
            positional: vec![Expression::Mapped(slot, Box::new(mapped))],
            named: Vec::new(),
        }))
    }

    /// `setattr` and `getattr` with a name that is written out, which is as good as an assignment or an attribute.
    fn attribute_call(&mut self, call: &ExprCall) -> Result<Option<Expression>, Refusal> {
        let given = &call.arguments;
        let (function, arguments) = match (&*call.func, &*given.args) {
            (Expr::Name(name), arguments) if given.keywords.is_empty() => (&name.id, arguments),
            _ => return Ok(None),
        };
        if self.local(function).is_some() {
            return Ok(None);
        }
        let lowered = match (function.as_str(), arguments) {
            ("setattr", [object, Expr::StringLiteral(name), value]) => {
                let name = name.value.to_str();
                let (root, names) = chain(object);
                let of_cairo = names.iter().chain([&name]).all(|name| is_of_cairo(name));
                let target = self.attribute_target(object, name, &call.func);
                let value = self.boxed(value)?;
                match target {
                    Ok(target) => Expression::Put(Box::new(target), value),
                    // Mostly it is nothing that hints can write, and Python raises.
                    Err(_) if self.is_name(root, "ids") && of_cairo => Expression::Raise,
                    Err(refusal) => return Err(refusal),
                }
            }
            ("getattr", [object, Expr::StringLiteral(name)]) => {
                let name = name.value.to_str();
                let (root, mut names) = chain(object);
                if self.is_name(root, "ids") {
                    names.push(name);
                    self.ids(&names, object)?
                } else {
                    Expression::Attribute(self.boxed(object)?, name.into())
                }
            }
            _ => return Ok(None),
        };
        let replaced = Expression::Has(self.slot(function, &*call.func)?);
        let choice = (replaced, Expression::Raise, lowered);
        Ok(Some(Expression::Choice(Box::new(choice))))
    }

    pub(super) fn segments(
        &mut self,
        method: &str,
        call: &ExprCall,
    ) -> Result<Expression, Refusal> {
        match method {
            "add" if call.arguments.len() == 1 => {
                self.lowered.sizes = true;
                self.vm_call(VmCall::AddSized, &["size"], call)
            }
            "add" => self.vm_call(VmCall::AddSegment, &[], call),
            "add_temp_segment" | "add_temporary_segment" => {
                self.vm_call(VmCall::AddTemporarySegment, &[], call)
            }
            "write_arg" => self.data_call(VmCall::WriteArg, &["ptr", "arg"], call),
            "gen_arg" => self.data_call(VmCall::GenArg, &["arg"], call),
            "load_data" => self.vm_call(VmCall::LoadData, &["ptr", "data"], call),
            _ => self.refuse(format!("`segments.{method}`"), call),
        }
    }

    /// A call that makes cells of data, which are reduced unless `apply_modulo_to_args` says otherwise.
    fn data_call(
        &mut self,
        function: VmCall,
        parameters: &[&str],
        call: &ExprCall,
    ) -> Result<Expression, Refusal> {
        const REDUCES: &str = "apply_modulo_to_args";
        let reduces = match call.arguments.keywords.last() {
            Some(last) if last.arg.as_deref() == Some(REDUCES) => match &last.value {
                Expr::BooleanLiteral(reduces) => Some(reduces.value),
                _ => return self.refuse("an unusual argument", call),
            },
            _ => None,
        };
        let mut call = call.clone();
        let places = call.arguments.args.iter_mut();
        let named = call.arguments.keywords.iter_mut();
        let given = places.chain(named.map(|named| &mut named.value));
        for data in given {
            // What it gives does not depend on the segments that are made in between.
            if let Expr::Generator(generator) = data
                && is_quiet(generator)
            {
                *data = Expr::ListComp(ExprListComp {
                    node_index: generator.node_index.clone(),
                    range: generator.range,
                    elt: generator.elt.clone(),
                    generators: generator.generators.clone(),
                });
            }
        }
        if reduces.is_some() {
            let mut keywords = call.arguments.keywords.to_vec();
            keywords.pop();
            call.arguments.keywords = keywords.into();
        }
        let lowered = self.vm_call(function, parameters, &call)?;
        match (lowered, reduces) {
            (Expression::Vm(function, arguments), Some(false)) => {
                let function = match function {
                    VmCall::WriteArg => VmCall::WriteUnreduced,
                    _ => VmCall::GenUnreduced,
                };
                Ok(Expression::Vm(function, arguments))
            }
            (lowered, _) => Ok(lowered),
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
