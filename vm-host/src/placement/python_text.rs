//! What a text that runs in Python may do to others, from its tree: which variables it may see and change, and
//! whether it reaches for more than its own names. Every doubt counts. Must not know which hints run in Rust.

use std::collections::BTreeSet;

use ruff_python_ast::visitor::{Visitor, walk_alias, walk_except_handler, walk_expr, walk_stmt};
use ruff_python_ast::{Alias, CmpOp, ExceptHandler, Expr, ExprContext, Parameters, Stmt};
use ruff_python_parser::parse_module;

use super::variables::{Variables, is_consumer};
use crate::engines::compiled::{LASTING, variable_of_globals};

/// The longest text that is looked into, in bytes.
const MAX_BYTES: usize = 256 * 1024;

/// Functions through which a text reaches every variable, and the order in which they came. As attributes they are
/// others.
const WILD_FUNCTIONS: &[&str] = &[
    "globals",
    "locals",
    "vars",
    "dir",
    "exec",
    "eval",
    "compile",
    "breakpoint",
    // It may be called by another name.
    "getattr",
];
/// Names through which it reaches what other hints are made of.
const WILD: &[&str] = &[
    "sys",
    "inspect",
    "gc",
    "pdb",
    "importlib",
    "builtins",
    "ctypes",
    "threading",
    "signal",
    "asyncio",
    "multiprocessing",
    "concurrent",
    "attrgetter",
    "methodcaller",
    "vm",
];
/// What of `sys` shows nothing of the hints and changes nothing that others see.
const QUIET_OF_SYS: &[&str] = &[
    "argv",
    "byteorder",
    "executable",
    "exit",
    "float_info",
    "getrecursionlimit",
    "getsizeof",
    "hexversion",
    "implementation",
    "int_info",
    "intern",
    "maxsize",
    "maxunicode",
    "platform",
    "prefix",
    "setrecursionlimit",
    "stderr",
    "version",
    "version_info",
];
/// Names with two underscores that reach nothing but the object itself.
const PLAIN: &[&str] = &[
    "__add__",
    "__class__",
    "__contains__",
    "__doc__",
    "__enter__",
    "__eq__",
    "__exit__",
    "__getitem__",
    "__hash__",
    "__init__",
    "__iter__",
    "__len__",
    "__lt__",
    "__mro__",
    "__name__",
    "__next__",
    "__qualname__",
    "__repr__",
    "__setitem__",
    "__str__",
];
/// Functions for which the order of what they go through makes no difference.
const UNORDERED: &[&str] = &["all", "any", "len", "set", "sorted", "sum"];
/// What the VM gives every hint: whoever changes these changes what hints mean.
const OF_THE_VM: &[&str] = &["memory", "segments", "ap", "fp", "pc"];
/// Calls that have code run again later, beside hints.
const RULES: &[&str] = &["vm_add_auto_deduction_rule", "vm_add_validation_rule"];

/// Modules whose import changes nothing that another hint could see. Any other may do anything.
const QUIET_MODULES: &[&str] = &[
    "abc",
    "base64",
    "binascii",
    "bisect",
    "collections",
    "copy",
    "csv",
    "dataclasses",
    "datetime",
    "decimal",
    "enum",
    "eth_hash",
    "fractions",
    "functools",
    "hashlib",
    "heapq",
    "hmac",
    "io",
    "itertools",
    "json",
    "math",
    "numbers",
    "operator",
    "os",
    "pathlib",
    "pprint",
    "random",
    "re",
    "secrets",
    "statistics",
    "string",
    "struct",
    "textwrap",
    "time",
    "typing",
    "zlib",
];
/// The parts of cairo-lang that do not touch the VM behind its back.
const QUIET_PACKAGES: &[&[&str]] = &[
    &["starkware", "cairo", "common"],
    &["starkware", "cairo", "lang", "vm", "relocatable"],
    &["starkware", "crypto"],
    &["starkware", "python"],
];
/// Whether the import of a module, by its dotted name, changes nothing that another hint could see.
fn is_quiet_import(module: &str) -> bool {
    let parts: Vec<&str> = module.split('.').collect();
    let first = parts.first().copied().unwrap_or_default();
    QUIET_MODULES.contains(&first)
        || QUIET_PACKAGES
            .iter()
            .any(|package| parts.starts_with(package))
}

/// What of `segments` says how large one is, or who does.
const SIZES: &[&str] = &[
    "get_segment_size",
    "_segment_sizes",
    "finalize",
    "public_memory_offsets",
];

/// What a text may do.
#[derive(Clone, Debug, Default)]
pub(super) struct PythonText {
    /// Every name that it mentions, strings that are names included.
    pub(super) names: BTreeSet<String>,
    /// Those of them that it may bind.
    pub(super) binds: BTreeSet<String>,
    /// Names that functions in it bind outside of themselves.
    pub(super) globals: BTreeSet<String>,
    /// Whether it may change what hints are made of, in a way that nobody can find out: what does.
    pub(super) wild: Option<String>,
    /// Whether it may change functions that others call, which can be found out.
    pub(super) tampers: bool,
    /// The same, but for attributes that methods give their own object.
    pub(super) replaces: bool,
    /// Whether it enters a scope, or leaves one.
    pub(super) moves: bool,
    /// Whether it leaves code behind that others run.
    pub(super) leaves_code: bool,
    /// Whether a function in it mentions registers, which a scope goes on having.
    pub(super) keeps_registers: bool,
    /// Whether it may load programs.
    pub(super) loads_programs: bool,
    /// Whether it does more with a builtin than [`OF_BUILTINS`].
    pub(super) has_builtins: bool,
    /// Whether it has code called between hints.
    pub(super) registers_rules: bool,
    /// Whether it may ask how large segments are.
    pub(super) asks_sizes: bool,
    /// Whether it sees which variables there are, whatever their names, in no order.
    pub(super) sees_all: bool,
    /// Whether code that it leaves behind does.
    pub(super) leaves_seeing_all: bool,
    /// What it does to the variables of its scope.
    pub(super) variables: Variables,
    /// Where generators start that are used up at once.
    consumed: BTreeSet<u32>,
    /// How many functions are around what is looked at.
    functions: usize,
}

impl PythonText {
    pub(super) fn of(code: &str) -> Self {
        let wild = |reason: &str| Self {
            wild: Some(reason.to_owned()),
            ..Self::default()
        };
        if code.len() > MAX_BYTES {
            return wild("a long text");
        }
        match parse_module(code) {
            Ok(parsed) => Self::of_body(parsed.suite()),
            // Of another version's grammar; or it fails before the first step anyway.
            Err(_) => wild("syntax that is not known"),
        }
    }

    /// The same of a text that is a tree already.
    pub(super) fn of_body(body: &[Stmt]) -> Self {
        let mut text = Self {
            variables: Variables::of_body(body),
            ..Self::default()
        };
        text.visit_body(body);
        text
    }

    fn mention(&mut self, name: &str) {
        self.moves |= matches!(name, "vm_enter_scope" | "vm_exit_scope");
        self.registers_rules |= RULES.contains(&name);
        self.loads_programs |= name == "vm_load_program";
        self.has_builtins |= name.ends_with("_builtin") || name == "builtin_runners";
        if !name.is_ascii() {
            // Python normalises names; which one it is would have to be found out.
            self.wild = Some("a name beyond ASCII".to_owned());
        }
        if self.functions > 0 && LASTING.contains(&name) {
            self.keeps_registers = true;
        }
        if matches!(name, "setattr" | "delattr") {
            self.tamper();
        }
        if WILD_FUNCTIONS.contains(&name) {
            self.wild.get_or_insert_with(|| format!("`{name}`"));
        }
        self.reach(name);
        self.names.insert(name.to_owned());
    }

    fn tamper(&mut self) {
        self.tampers = true;
        self.replaces = true;
    }

    fn reach(&mut self, name: &str) {
        let private = name.starts_with("__") && name.ends_with("__") && !PLAIN.contains(&name);
        if (WILD.contains(&name) || private) && self.wild.is_none() {
            self.wild = Some(format!("`{name}`"));
        }
    }

    fn bind(&mut self, name: &str) {
        self.names.insert(name.to_owned());
        self.binds.insert(name.to_owned());
    }

    fn parameters(&mut self, parameters: &Parameters) {
        self.leaves_code = true;
        for parameter in parameters {
            self.bind(parameter.name());
        }
    }
}

impl<'a> Visitor<'a> for PythonText {
    fn visit_stmt(&mut self, statement: &'a Stmt) {
        match statement {
            Stmt::FunctionDef(function) => {
                self.bind(&function.name);
                self.parameters(&function.parameters);
            }
            Stmt::ClassDef(class) => {
                self.bind(&class.name);
                self.leaves_code = true;
            }
            // What its patterns bind are no names to the walk.
            Stmt::Match(_) => self.wild = Some("`match`".to_owned()),
            Stmt::Global(global) => {
                for name in &global.names {
                    self.bind(name);
                    self.globals.insert(name.to_string());
                }
            }
            Stmt::Import(import) => {
                for alias in &import.names {
                    // Whoever mentions it then says what of it.
                    if &*alias.name != SYS || alias.asname.is_some() {
                        self.import(&alias.name);
                    }
                }
            }
            Stmt::ImportFrom(import) => {
                let module = import.module.as_ref().map_or("", |module| module.as_str());
                let quiet = |alias: &Alias| QUIET_OF_SYS.contains(&alias.name.as_str());
                if module != SYS || !import.names.iter().all(quiet) {
                    self.import(module);
                }
                for alias in &import.names {
                    self.reach(&alias.name);
                    if &*alias.name == "*" {
                        // Nobody knows which names these are.
                        self.wild = Some("`import *`".to_owned());
                    }
                }
            }
            _ => {}
        }
        let function = matches!(statement, Stmt::FunctionDef(_) | Stmt::ClassDef(_));
        self.functions += usize::from(function);
        walk_stmt(self, statement);
        self.functions -= usize::from(function);
    }

    fn visit_expr(&mut self, expression: &'a Expr) {
        if let Some(rest) = looks_at_all(expression) {
            self.sees_all |= self.functions == 0;
            self.leaves_seeing_all |= self.functions > 0;
            rest.into_iter().for_each(|rest| self.visit_expr(rest));
            return;
        }
        if let Some((name, rest)) = variable_of_globals(expression) {
            self.mention(name);
            self.bind(name);
            rest.iter().for_each(|rest| self.visit_expr(rest));
            return;
        }
        if is_plain_builtin(expression) {
            return;
        }
        if let Some(of_sys) = attribute_of_sys(expression) {
            self.names.insert(SYS.to_owned());
            if of_sys == "path" {
                // From now on imports may find other files.
                self.tamper();
            }
            return;
        }
        match expression {
            Expr::Name(name) => {
                self.mention(&name.id);
                if name.ctx != ExprContext::Load {
                    self.bind(&name.id);
                }
            }
            Expr::StringLiteral(literal) => {
                let text = literal.value.to_str();
                if text.len() < 256
                    && text
                        .bytes()
                        .all(|byte| byte == b'_' || byte.is_ascii_alphanumeric())
                {
                    self.bind(text);
                }
            }
            Expr::Lambda(lambda) => {
                self.leaves_code = true;
                if let Some(parameters) = &lambda.parameters {
                    self.parameters(parameters);
                }
            }
            Expr::Generator(generator) => {
                self.leaves_code |= !self.consumed.contains(&generator.range.start().to_u32());
            }
            Expr::Call(call) => {
                if let Expr::Name(name) = &*call.func {
                    if name.id == "getattr"
                        && let Some(Expr::StringLiteral(literal)) = call.arguments.args.get(1)
                    {
                        self.reach(literal.value.to_str());
                        self.visit_arguments(&call.arguments);
                        return;
                    }
                    if let [Expr::Generator(generator)] = &*call.arguments.args
                        && is_consumer(&name.id)
                    {
                        self.consumed.insert(generator.range.start().to_u32());
                    }
                }
            }
            Expr::Attribute(attribute) => {
                let mut root = &*attribute.value;
                loop {
                    root = match root {
                        Expr::Attribute(inner) => &inner.value,
                        Expr::Subscript(inner) => &inner.value,
                        _ => break,
                    };
                }
                let attribute_name = attribute.attr.as_str();
                self.asks_sizes |= SIZES.contains(&attribute_name);
                // The scope of Cairo.
                let of_cairo = matches!(root, Expr::Name(name) if name.id == "ids");
                if !(of_cairo && attribute.attr == *"__main__") {
                    self.reach(&attribute.attr);
                }
                if attribute.ctx != ExprContext::Load {
                    match root {
                        Expr::Name(name) if name.id == "ids" => {}
                        Expr::Name(name) if OF_THE_VM.contains(&name.id.as_str()) => {
                            self.wild
                                .get_or_insert_with(|| format!("an attribute of `{}`", name.id));
                        }
                        Expr::Name(name) if name.id == "self" && self.functions > 0 => {
                            self.tampers = true;
                        }
                        _ => self.tamper(),
                    }
                }
            }
            _ => {}
        }
        let lazy = match expression {
            Expr::Lambda(_) => true,
            Expr::Generator(generator) => {
                !self.consumed.contains(&generator.range.start().to_u32())
            }
            _ => false,
        };
        self.functions += usize::from(lazy);
        walk_expr(self, expression);
        self.functions -= usize::from(lazy);
    }

    fn visit_alias(&mut self, alias: &'a Alias) {
        let bound = alias.asname.as_ref().unwrap_or(&alias.name);
        let bound = bound.split('.').next().unwrap_or_default();
        self.bind(bound);
        walk_alias(self, alias);
    }

    fn visit_except_handler(&mut self, handler: &'a ExceptHandler) {
        let ExceptHandler::ExceptHandler(inner) = handler;
        if let Some(name) = &inner.name {
            self.bind(name);
        }
        walk_except_handler(self, handler);
    }
}

/// Attributes of builtins that show nothing but themselves and change nothing that other hints see.
const OF_BUILTINS: &[(&str, &str)] = &[
    ("range_check_builtin", "bound"),
    ("ecdsa_builtin", "add_signature"),
];

/// Whether it is one of [`OF_BUILTINS`] as a value.
fn is_plain_builtin(expression: &Expr) -> bool {
    let Expr::Attribute(attribute) = expression else {
        return false;
    };
    let Expr::Name(builtin) = &*attribute.value else {
        return false;
    };
    let known = (builtin.id.as_str(), attribute.attr.as_str());
    attribute.ctx == ExprContext::Load && OF_BUILTINS.contains(&known)
}

const SYS: &str = "sys";

/// What of `sys` it is, where that is all that is done with `sys`, and quiet or its `path`.
fn attribute_of_sys(expression: &Expr) -> Option<&str> {
    let Expr::Attribute(attribute) = expression else {
        return None;
    };
    let (name, is_read) = (attribute.attr.as_str(), attribute.ctx == ExprContext::Load);
    match &*attribute.value {
        Expr::Name(module) if module.id == SYS && is_read => {
            (name == "path" || QUIET_OF_SYS.contains(&name)).then_some(name)
        }
        // What it prints is printed there as well.
        Expr::Attribute(inner) if matches!(name, "flush" | "write") => {
            let of_sys = matches!(&*inner.value, Expr::Name(module) if module.id == SYS);
            (of_sys && inner.attr == *"stdout" && is_read).then_some("stdout")
        }
        _ => None,
    }
}

impl PythonText {
    fn import(&mut self, module: &str) {
        // A package of that name is no way to the VM that hints run in.
        for part in module.split('.').filter(|part| *part != "vm") {
            self.reach(part);
        }
        if !is_quiet_import(module) {
            self.tamper();
        }
    }
}

/// The expressions in one that looks which variables there are, in no order: `name in globals()`, `globals()[name]` and
/// `globals().get(name)` with a name that is computed, and what goes through all where their order makes no difference.
fn looks_at_all(expression: &Expr) -> Option<Vec<&Expr>> {
    if variable_of_globals(expression).is_some() {
        return None;
    }
    match expression {
        Expr::Compare(compare) => match (&*compare.ops, &*compare.comparators) {
            ([CmpOp::In | CmpOp::NotIn], [dictionary]) if is_globals(dictionary) => {
                Some(vec![&compare.left])
            }
            _ => None,
        },
        Expr::Subscript(subscript)
            if subscript.ctx == ExprContext::Load && is_globals(&subscript.value) =>
        {
            Some(vec![&subscript.slice])
        }
        Expr::Call(call) if call.arguments.keywords.is_empty() => {
            match (&*call.func, &*call.arguments.args) {
                (Expr::Attribute(get), arguments)
                    if get.attr == *"get" && is_globals(&get.value) =>
                {
                    Some(arguments.iter().collect())
                }
                (Expr::Name(function), [names]) if UNORDERED.contains(&function.id.as_str()) => {
                    goes_through_all(names)
                }
                _ => None,
            }
        }
        _ => None,
    }
}

/// The conditions of a comprehension that goes through the names of all variables and calls nothing of the hint's.
fn goes_through_all(expression: &Expr) -> Option<Vec<&Expr>> {
    let (element, generators) = match expression {
        Expr::Generator(names) => (&names.elt, &names.generators),
        Expr::ListComp(names) => (&names.elt, &names.generators),
        _ => return None,
    };
    let ([generator], Expr::Name(_)) = (&**generators, &**element) else {
        return None;
    };
    let quiet = generator.ifs.iter().all(calls_nothing);
    let plain = matches!(&generator.target, Expr::Name(_)) && is_globals(&generator.iter);
    // Its target is a variable of its own, which is looked at as any name.
    (plain && quiet).then(|| generator.ifs.iter().collect())
}

/// Whether the expression calls nothing but `startswith`.
fn calls_nothing(expression: &Expr) -> bool {
    struct Calls(bool);
    impl<'a> Visitor<'a> for Calls {
        fn visit_expr(&mut self, expression: &'a Expr) {
            if let Expr::Call(call) = expression {
                let starts =
                    matches!(&*call.func, Expr::Attribute(method) if method.attr == *"startswith");
                self.0 |= !starts;
            }
            self.0 |= matches!(expression, Expr::Named(_) | Expr::Await(_) | Expr::Yield(_));
            walk_expr(self, expression);
        }
    }
    let mut calls = Calls(false);
    calls.visit_expr(expression);
    !calls.0
}

fn is_globals(expression: &Expr) -> bool {
    matches!(expression, Expr::Call(call)
        if call.arguments.is_empty()
            && matches!(&*call.func, Expr::Name(function) if function.id == "globals"))
}
