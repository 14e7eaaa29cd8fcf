//! What is refused, with file, line, column and reason.

use super::harness::deep;
use crate::engines::contract::source::read;

#[track_caller]
fn refused(text: &str, place: &str, reason: &str) {
    let owned = text.to_owned();
    let error = deep(move || {
        read("test.rs", &owned)
            .expect_err("it is refused")
            .to_string()
    });
    assert_eq!(error, format!("test.rs:{place}: {reason}"), "{text}");
}

/// A contract with one more item in its trait, in line 3.
fn in_trait(item: &str) -> String {
    format!("#[multiversx_sc::contract]\npub trait T {{\n{item}\n}}")
}

/// A contract with a method of this body, in line 3.
fn in_body(body: &str) -> String {
    in_trait(&format!("fn f(&self) {{ {body} }}"))
}

#[test]
fn items() {
    let contract = "#[multiversx_sc::contract]\ntrait T {}\n";
    for (item, reason) in [
        ("enum E { A }", "enumerations are not handled"),
        ("union U { a: u8 }", "unions are not handled"),
        (
            "static S: u8 = 1;",
            "statics are not handled: use a constant",
        ),
        ("type A = u8;", "type aliases are not handled"),
        ("extern \"C\" { fn f(); }", "`extern` is not handled"),
        ("extern crate core;", "`extern` is not handled"),
        ("impl S {}", "implementations are not handled"),
    ] {
        refused(&format!("{contract}{item}"), "3:1", reason);
    }
    refused(
        &format!("{contract}mod other;"),
        "3:1",
        "the module `other` is in another file: a contract is one file",
    );
    refused(
        &format!("{contract}pub(crate) const A: u8 = 1;"),
        "3:1",
        "visibility is not handled",
    );
    refused(
        &format!("{contract}const _: u8 = 1;"),
        "3:7",
        "a constant needs a name",
    );
    refused(
        &format!("{contract}const A: u8 = 1 + 1;"),
        "3:15",
        "the value of a constant is a literal",
    );
    refused(
        &format!("{contract}struct P(u8);"),
        "3:1",
        "a struct needs fields with names",
    );
    refused(
        &format!("{contract}struct P<T> {{ a: T }}"),
        "3:9",
        "generics are not handled",
    );
    refused(
        &format!("{contract}fn f<T>(a: T) {{}}"),
        "3:6",
        "generics are not handled",
    );
    refused(
        &format!("{contract}#[multiversx_sc::contract]\ntrait U {{}}"),
        "3:1",
        "there is more than one contract in the file",
    );
    refused(
        &format!("{contract}#[multiversx_sc::proxy]\ntrait P {{}}"),
        "3:1",
        "a proxy stands in a module of its own",
    );
    let proxies =
        "mod p { #[multiversx_sc::proxy] trait A {}\n#[multiversx_sc::proxy] trait B {} }";
    refused(
        &format!("{contract}{proxies}"),
        "4:1",
        "there is more than one proxy in the module",
    );
    refused(
        "const A: u8 = 1;",
        "1:1",
        "there is no contract: a trait with `#[multiversx_sc::contract]`",
    );
}

#[test]
fn traits_and_methods() {
    for (item, place, reason) in [
        (
            "const A: u8 = 1;",
            "3:1",
            "associated constants are not handled",
        ),
        ("type A;", "3:1", "associated types are not handled"),
        ("fn f();", "3:1", "a method needs `&self`"),
        (
            "async fn f(&self) {}",
            "3:1",
            "`async` is not handled: there is one thread",
        ),
        (
            "unsafe fn f(&self) {}",
            "3:1",
            "`unsafe` and `extern` functions are not handled",
        ),
        ("fn f<T>(&self, a: T) {}", "3:6", "generics are not handled"),
        (
            "fn f(&self, (a, b): (u8, u8)) {}",
            "3:13",
            "patterns as parameters are not handled",
        ),
        (
            "fn f(&self, _: u8) {}",
            "3:13",
            "patterns as parameters are not handled",
        ),
        (
            "fn f(&self, a: HashMap<u8, u8>) {}",
            "3:16",
            "the type `HashMap` is not handled",
        ),
        (
            "fn f(&self) -> Self;",
            "3:16",
            "`Self` as a type or value is not handled",
        ),
        (
            "fn f(&self);",
            "3:1",
            "a method without a body needs `#[storage_mapper]`, `#[event]` or `#[proxy]`",
        ),
        (
            "#[event(\"e\")] fn f(&self, a: u8, b: u8);",
            "3:15",
            "an event has at most one parameter without `#[indexed]`",
        ),
        (
            "#[storage_mapper(\"s\")] fn f(&self) -> u8;",
            "3:24",
            "a storage mapper is one of `SingleValueMapper`, `VecMapper`, `UnorderedSetMapper`",
        ),
        (
            "#[storage_mapper] fn f(&self) -> SingleValueMapper<u8>;",
            "3:1",
            "the key is missing",
        ),
        (
            "#[proxy] fn f(&self) -> u8;",
            "3:1",
            "a proxy returns `module::Proxy<Self::Api>`",
        ),
        (
            "pub fn f(&self) {}",
            "3:1",
            "visibility is not handled on methods",
        ),
        (
            "#[endpoint] fn f(&self, #[payment] a: BigUint) {}",
            "3:25",
            "this attribute of a parameter is not handled: use `self.call_value()`",
        ),
    ] {
        refused(&in_trait(item), place, reason);
    }
    refused(
        "#[multiversx_sc::contract]\ntrait T: U {}",
        "2:10",
        "supertraits are not handled",
    );
    refused(
        "#[multiversx_sc::contract]\ntrait T<A> {}",
        "2:8",
        "generics are not handled",
    );
    let twice = in_trait("fn f(&self) {}\nfn f(&self) {}");
    refused(&twice, "4:4", "the method `f` is there twice");
}

#[test]
fn bodies() {
    for (body, place, reason) in [
        (
            "Self::g()",
            "3:15",
            "`Self` as a type or value is not handled: call methods with `self.`",
        ),
        (
            "Self::A",
            "3:15",
            "`Self` as a type or value is not handled",
        ),
        (
            "async { 1 }",
            "3:15",
            "`async` is not handled: there is one thread",
        ),
        ("unsafe { 1 }", "3:15", "`unsafe` is not handled"),
        (
            "a()?",
            "3:15",
            "`?` is not handled: use `sc_panic!` or `require!`",
        ),
        ("'a: loop {}", "3:15", "labels are not handled"),
        ("struct A {}", "3:15", "items in bodies are not handled"),
        (
            "vec![1]",
            "3:15",
            "the macro `vec!` is not handled in a body",
        ),
        (
            "require!(true, \"{}\")",
            "3:15",
            "a value of the message is missing",
        ),
        (
            "require!(true, \"{\")",
            "3:15",
            "a `{` of the message has no `}`",
        ),
        ("require!(true)", "3:15", "a message is missing"),
        ("let a = 1.5;", "3:23", "this literal is not handled"),
        ("let A { a } = b;", "3:19", "this pattern is not handled"),
        ("B { a: 1 }", "3:15", "there is no struct `B` here"),
    ] {
        refused(&in_body(body), place, reason);
    }
}

#[test]
fn what_is_not_rust() {
    refused(
        "#[multiversx_sc::contract]\ntrait T { fn f(&self) { let = 1; } }",
        "2:29",
        "syntax error: expected one of: identifier, `::`, `<`, `_`, literal, `const`, `ref`, `mut`, `&`, \
         parentheses, square brackets, `..`, `const`",
    );
}

#[test]
fn what_is_ignored() {
    let text = "#![no_std]\nuse a::b;\nmacro_rules! m { () => {}; }\na::imports!();\n\
                #[derive(Clone)] pub struct S<M: ManagedTypeApi> { pub a: BigUint<M> }\n\
                #[cfg(test)] mod tests { enum E {} }\n\
                pub mod p { #[multiversx_sc::proxy] pub trait P { #[endpoint(x)] fn y(&self); } }\n\
                pub const A: &[u8] = b\"a\"; pub const B: i8 = -3;\n\
                #[multiversx_sc::contract] #[other(1)] pub trait T {\n\
                #[inline] #[label(\"x\")] fn f<'a>(&'a self, mut a: &'a u8) {} m!(); }";
    let read = deep(move || read("test.rs", text));
    let read = read.expect("it is read");
    assert_eq!(&*read.contract.name, "T");
    assert_eq!(read.constants.len(), 2);
    assert_eq!(&*read.proxies["p"].name, "P");
    assert!(read.structs.contains_key("S"));
}
