//! Owns reading a source file: which items there are, and which are refused. Must not know bodies.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use syn::spanned::Spanned as _;
use syn::{Attribute, Fields, Generics, Item, TraitItem, UnOp, Visibility};

use super::expressions::literal;
use super::methods::{Owner, method, named, shared};
use super::place::{Place, Refused};
use super::tree::{Constant, Crate, Literal, Struct, Trait};
use super::types::{Name, Names, Type, type_of};

/// The framework's own structs.
const FRAMEWORK: &[(&str, &[(&str, Type)])] = &[
    (
        "EsdtTokenPayment",
        &[
            ("token_identifier", Type::TokenIdentifier),
            ("token_nonce", Type::Int(super::types::IntType::U64)),
            ("amount", Type::BigUint),
        ],
    ),
    (
        "EgldOrEsdtTokenPayment",
        &[
            ("token_identifier", Type::EgldOrEsdtTokenIdentifier),
            ("token_nonce", Type::Int(super::types::IntType::U64)),
            ("amount", Type::BigUint),
        ],
    ),
];

/// What is known before types are read.
struct Declared {
    structs: BTreeSet<String>,
    lengths: BTreeMap<String, usize>,
}

impl Names for Declared {
    fn is_struct(&self, name: &str) -> bool {
        self.structs.contains(name)
    }

    fn length(&self, name: &str) -> Option<usize> {
        self.lengths.get(name).copied()
    }
}

/// The items of a file with those of its modules, each with its module.
fn flatten<'a>(
    items: &'a [Item],
    module: Option<&Name>,
    found: &mut Vec<(&'a Item, Option<Name>)>,
) -> Result<(), Refused> {
    for item in items {
        match item {
            Item::Mod(inner) => {
                visibility(&inner.vis)?;
                if is_test(&inner.attrs) {
                    continue;
                }
                let name: Name = inner.ident.to_string().into();
                match &inner.content {
                    Some((_, items)) => flatten(items, Some(&name), found)?,
                    None => {
                        let reason = format!(
                            "the module `{name}` is in another file: a contract is one file"
                        );
                        return Err(Refused::at(item.span(), reason));
                    }
                }
            }
            item => found.push((item, module.cloned())),
        }
    }
    Ok(())
}

/// `#[cfg(test)]`
fn is_test(attributes: &[Attribute]) -> bool {
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg")
            && attribute
                .parse_args::<syn::Ident>()
                .is_ok_and(|word| word == "test")
    })
}

/// Reads a file's items.
pub(super) fn items(file: &Arc<str>, written: &syn::File) -> Result<Crate, Refused> {
    let mut found = Vec::new();
    flatten(&written.items, None, &mut found)?;
    let declared = declared(&found)?;
    let mut constants = BTreeMap::new();
    let mut structs = framework();
    let mut functions = BTreeMap::new();
    let mut contract: Option<Trait> = None;
    let mut proxies = BTreeMap::new();
    for (item, module) in &found {
        let refused = |reason: &str| Err(Refused::at(item.span(), reason));
        match item {
            Item::Use(_) | Item::Macro(_) => {}
            Item::Const(inner) => {
                let name = Name::from(inner.ident.to_string());
                if let Some(constant) = constant(inner, &declared)? {
                    constants.insert(name, constant);
                }
            }
            Item::Struct(inner) => {
                let read = structure(inner, &declared)?;
                structs.insert(read.name.clone(), Arc::new(read));
            }
            Item::Trait(inner) => match (trait_kind(&inner.attrs), module) {
                (Some(Owner::Contract), _) if contract.is_some() => {
                    return refused("there is more than one contract in the file");
                }
                (Some(Owner::Contract), _) => {
                    contract = Some(read_trait(inner, Owner::Contract, &declared)?);
                }
                (Some(Owner::Proxy), Some(module)) if !proxies.contains_key(module) => {
                    let read = read_trait(inner, Owner::Proxy, &declared)?;
                    proxies.insert(module.clone(), read);
                }
                (Some(Owner::Proxy), Some(_)) => {
                    return refused("there is more than one proxy in the module");
                }
                (Some(Owner::Proxy), None) => {
                    return refused("a proxy stands in a module of its own");
                }
                _ => {
                    return refused(
                        "a trait is a contract (`#[multiversx_sc::contract]`) or a proxy \
                         (`#[multiversx_sc::proxy]`); others are not handled",
                    );
                }
            },
            Item::Fn(inner) => {
                visibility(&inner.vis)?;
                let body = Some(&*inner.block);
                let read = method(&inner.attrs, &inner.sig, body, Owner::Nobody, &declared)?;
                let (name, read) = shared(read);
                functions.insert(name, read);
            }
            Item::Enum(_) => return refused("enumerations are not handled"),
            Item::Union(_) => return refused("unions are not handled"),
            Item::Static(_) => return refused("statics are not handled: use a constant"),
            Item::Type(_) => return refused("type aliases are not handled"),
            Item::ForeignMod(_) | Item::ExternCrate(_) => {
                return refused("`extern` is not handled");
            }
            Item::Impl(_) => return refused("implementations are not handled"),
            _ => return refused("this item is not handled"),
        }
    }
    let contract = contract.ok_or_else(|| Refused {
        place: Place { line: 1, column: 1 },
        reason: "there is no contract: a trait with `#[multiversx_sc::contract]`".to_owned(),
    })?;
    Ok(Crate {
        file: Arc::clone(file),
        constants,
        structs,
        functions,
        contract,
        proxies,
    })
}

fn framework() -> BTreeMap<Name, Arc<Struct>> {
    let structs = FRAMEWORK.iter().map(|(name, fields)| {
        let name = Name::from(*name);
        let fields = fields
            .iter()
            .map(|(field, kind)| ((*field).into(), kind.clone()));
        let fields = fields.collect();
        (name.clone(), Arc::new(Struct { name, fields }))
    });
    structs.collect()
}

fn declared(found: &[(&Item, Option<Name>)]) -> Result<Declared, Refused> {
    let mut declared = Declared {
        structs: FRAMEWORK
            .iter()
            .map(|(name, _)| (*name).to_owned())
            .collect(),
        lengths: BTreeMap::new(),
    };
    for (item, _) in found {
        match item {
            Item::Struct(inner) => {
                declared.structs.insert(inner.ident.to_string());
            }
            Item::Const(inner) => {
                if let syn::Expr::Lit(found) = &*inner.expr
                    && let Literal::Int(value, _) = literal(&found.lit)?
                    && let Ok(length) = usize::try_from(value)
                {
                    declared.lengths.insert(inner.ident.to_string(), length);
                }
            }
            _ => {}
        }
    }
    Ok(declared)
}

/// A name needs no visibility in a crate of one file; `pub` is what Rust wants of some.
fn visibility(written: &Visibility) -> Result<(), Refused> {
    match written {
        Visibility::Restricted(_) => Err(Refused::at(written.span(), "visibility is not handled")),
        Visibility::Public(_) | Visibility::Inherited => Ok(()),
    }
}

fn constant(inner: &syn::ItemConst, names: &dyn Names) -> Result<Option<Constant>, Refused> {
    visibility(&inner.vis)?;
    if inner.ident == "_" {
        return Err(Refused::at(inner.ident.span(), "a constant needs a name"));
    }
    let (written, negative) = match &*inner.expr {
        syn::Expr::Unary(unary) if matches!(unary.op, UnOp::Neg(_)) => (&*unary.expr, true),
        syn::Expr::Reference(reference) => (&*reference.expr, false),
        other => (other, false),
    };
    let syn::Expr::Lit(found) = written else {
        return Err(Refused::at(
            inner.expr.span(),
            "the value of a constant is a literal",
        ));
    };
    Ok(Some(Constant {
        declared: type_of(&inner.ty, names)?,
        value: literal(&found.lit)?,
        negative,
    }))
}

/// What the framework gives structs instead of `Self::Api`.
fn is_api_parameter(generics: &Generics) -> bool {
    generics.where_clause.is_none()
        && generics.params.iter().all(|parameter| match parameter {
            syn::GenericParam::Type(parameter) => parameter.bounds.iter().any(|bound| {
                matches!(bound, syn::TypeParamBound::Trait(bound)
                    if bound.path.segments.last().is_some_and(|last| last.ident == "ManagedTypeApi"))
            }),
            _ => false,
        })
}

fn structure(inner: &syn::ItemStruct, names: &dyn Names) -> Result<Struct, Refused> {
    visibility(&inner.vis)?;
    if !is_api_parameter(&inner.generics) {
        return Err(Refused::at(
            inner.generics.span(),
            "generics are not handled",
        ));
    }
    let Fields::Named(fields) = &inner.fields else {
        return Err(Refused::at(
            inner.span(),
            "a struct needs fields with names",
        ));
    };
    let fields = fields.named.iter().map(|field| {
        visibility(&field.vis)?;
        let name = field.ident.as_ref().map(ToString::to_string);
        Ok((name.unwrap_or_default().into(), type_of(&field.ty, names)?))
    });
    Ok(Struct {
        name: inner.ident.to_string().into(),
        fields: fields.collect::<Result<_, Refused>>()?,
    })
}

fn trait_kind(attributes: &[Attribute]) -> Option<Owner> {
    attributes.iter().find_map(|attribute| {
        // The second is the framework's earlier name.
        let framework = attribute.path().segments.first()?.ident.to_string();
        if !matches!(framework.as_str(), "multiversx_sc" | "elrond_wasm") {
            return None;
        }
        if named(attribute, &["contract"]) {
            Some(Owner::Contract)
        } else if named(attribute, &["proxy"]) {
            Some(Owner::Proxy)
        } else {
            None
        }
    })
}

fn read_trait(inner: &syn::ItemTrait, owner: Owner, names: &dyn Names) -> Result<Trait, Refused> {
    visibility(&inner.vis)?;
    let refused = |span: proc_macro2::Span, reason: &str| Err(Refused::at(span, reason));
    if !inner.generics.params.is_empty() || inner.generics.where_clause.is_some() {
        return refused(inner.generics.span(), "generics are not handled");
    }
    if !inner.supertraits.is_empty() {
        return refused(inner.supertraits.span(), "supertraits are not handled");
    }
    let mut methods = BTreeMap::new();
    for item in &inner.items {
        match item {
            TraitItem::Fn(found) => {
                let read = method(
                    &found.attrs,
                    &found.sig,
                    found.default.as_ref(),
                    owner,
                    names,
                )?;
                if methods.contains_key(&read.name) {
                    let reason = format!("the method `{}` is there twice", read.name);
                    return refused(found.sig.ident.span(), &reason);
                }
                let (name, read) = shared(read);
                methods.insert(name, read);
            }
            TraitItem::Const(_) => {
                return refused(item.span(), "associated constants are not handled");
            }
            TraitItem::Type(_) => return refused(item.span(), "associated types are not handled"),
            TraitItem::Macro(_) => {}
            // What `syn` leaves as it is, such as a method with `pub`.
            _ => return refused(item.span(), "visibility is not handled on methods"),
        }
    }
    Ok(Trait {
        name: inner.ident.to_string().into(),
        methods,
    })
}
