//! Owns reading one method of a trait: its attributes, parameters, result and body. Must not know the other items.

use std::sync::Arc;

use syn::punctuated::Punctuated;
use syn::spanned::Spanned as _;
use syn::{Attribute, FnArg, Ident, LitStr, Pat, ReturnType, Signature, Token};

use super::expressions::block;
use super::place::Refused;
use super::tree::{Action, Export, ExportKind, Method, Parameter, Payable, StorageAccess};
use super::types::{Name, Names, Type, type_of};

/// Which trait a method stands in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    Contract,
    Proxy,
    /// None: a function.
    Nobody,
}

/// Reads a method or a function.
pub(super) fn method(
    attributes: &[Attribute],
    signature: &Signature,
    body: Option<&syn::Block>,
    owner: Owner,
    names: &dyn Names,
) -> Result<Method, Refused> {
    let refused = |span: proc_macro2::Span, reason: &str| Err(Refused::at(span, reason));
    if signature.asyncness.is_some() {
        return refused(
            signature.span(),
            "`async` is not handled: there is one thread",
        );
    }
    if signature.unsafety.is_some() || signature.abi.is_some() || signature.variadic.is_some() {
        return refused(
            signature.span(),
            "`unsafe` and `extern` functions are not handled",
        );
    }
    if let Some(generic) = signature
        .generics
        .params
        .iter()
        .find(|generic| !matches!(generic, syn::GenericParam::Lifetime(_)))
    {
        return refused(generic.span(), "generics are not handled");
    }
    if let Some(clause) = &signature.generics.where_clause {
        return refused(clause.span(), "generics are not handled");
    }
    let has_self = matches!(signature.inputs.first(), Some(FnArg::Receiver(_)));
    if owner != Owner::Nobody && !has_self {
        return refused(signature.span(), "a method needs `&self`");
    }
    let mut parameters = Vec::new();
    for input in &signature.inputs {
        let FnArg::Typed(typed) = input else { continue };
        let Pat::Ident(pattern) = &*typed.pat else {
            return refused(typed.pat.span(), "patterns as parameters are not handled");
        };
        if pattern.subpat.is_some() {
            return refused(typed.pat.span(), "patterns as parameters are not handled");
        }
        if let Some(payment) = typed.attrs.iter().find(|found| {
            named(
                found,
                &[
                    "payment",
                    "payment_token",
                    "payment_amount",
                    "payment_nonce",
                    "payment_multi",
                    "payments",
                    "call_result",
                    "var_args",
                ],
            )
        }) {
            return refused(
                payment.span(),
                "this attribute of a parameter is not handled: use `self.call_value()`",
            );
        }
        parameters.push(Parameter {
            name: pattern.ident.to_string().into(),
            declared: type_of(&typed.ty, names)?,
            indexed: typed.attrs.iter().any(|found| named(found, &["indexed"])),
        });
    }
    let result = match &signature.output {
        ReturnType::Default => Type::Unit,
        ReturnType::Type(_, written) => type_of(written, names)?,
    };
    let name = Name::from(signature.ident.to_string());
    let export = export(attributes, &name)?;
    let action = match (special(attributes, &result)?, body, owner) {
        (_, None, Owner::Proxy) => Action::Remote,
        (_, Some(body), Owner::Proxy) => {
            return refused(body.span(), "a method of a proxy has no body");
        }
        (None, Some(body), _) => Action::Body(block(body, names)?),
        (Some(_), Some(body), _) => {
            return refused(
                body.span(),
                "the framework makes this method: it has no body",
            );
        }
        (Some(action), None, _) => action,
        (None, None, _) => {
            let reason =
                "a method without a body needs `#[storage_mapper]`, `#[event]` or `#[proxy]`";
            return refused(signature.span(), reason);
        }
    };
    check_special(&action, &parameters, &result, signature)?;
    Ok(Method {
        place: signature.ident.span().into(),
        name,
        parameters,
        result,
        export,
        action,
    })
}

fn check_special(
    action: &Action,
    parameters: &[Parameter],
    result: &Type,
    signature: &Signature,
) -> Result<(), Refused> {
    let refused = |reason: &str| Err(Refused::at(signature.span(), reason));
    match action {
        Action::Storage(StorageAccess::Mapper, _) if !matches!(result, Type::Mapper(..)) => {
            refused(
                "a storage mapper is one of `SingleValueMapper`, `VecMapper`, `UnorderedSetMapper`",
            )
        }
        Action::Storage(StorageAccess::Set, _) if parameters.is_empty() => {
            refused("a storage setter needs the value as its last parameter")
        }
        Action::Event(_) if parameters.iter().filter(|found| !found.indexed).count() > 1 => {
            refused("an event has at most one parameter without `#[indexed]`")
        }
        Action::Proxy(_) if parameters.len() > 1 => {
            refused("a proxy takes at most the address of the contract")
        }
        _ => Ok(()),
    }
}

pub(super) fn named(attribute: &Attribute, names: &[&str]) -> bool {
    let last = attribute.path().segments.last();
    last.is_some_and(|last| names.iter().any(|name| last.ident == name))
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes
        .iter()
        .find(|attribute| named(attribute, &[name]))
}

/// What stands in the brackets of an attribute: a word or a text.
fn argument(attribute: &Attribute) -> Result<Option<String>, Refused> {
    if matches!(attribute.meta, syn::Meta::Path(_)) {
        return Ok(None);
    }
    attribute
        .parse_args_with(|input: syn::parse::ParseStream<'_>| {
            if input.is_empty() {
                return Ok(None);
            }
            if input.peek(LitStr) {
                return Ok(Some(input.parse::<LitStr>()?.value()));
            }
            let words = Punctuated::<Ident, Token![,]>::parse_separated_nonempty(input)?;
            Ok(words.first().map(ToString::to_string))
        })
        .map_err(Refused::from)
}

fn export(attributes: &[Attribute], name: &Name) -> Result<Option<Export>, Refused> {
    let kind = if find(attributes, "init").is_some() {
        ExportKind::Init
    } else if find(attributes, "upgrade").is_some() {
        ExportKind::Upgrade
    } else {
        let found = ["endpoint", "view", "external_view"]
            .iter()
            .find_map(|kind| find(attributes, kind));
        match found {
            Some(attribute) => ExportKind::Endpoint(match argument(attribute)? {
                Some(given) => given.into(),
                None => name.clone(),
            }),
            None => return Ok(None),
        }
    };
    let payable = match find(attributes, "payable") {
        None => Payable::No,
        Some(attribute) => match argument(attribute)?.as_deref() {
            None | Some("*") => Payable::Any,
            Some("EGLD") => Payable::Egld,
            Some(token) => Payable::Token(token.into()),
        },
    };
    Ok(Some(Export {
        kind,
        payable,
        only_owner: find(attributes, "only_owner").is_some(),
    }))
}

/// What the framework makes of a method without a body.
fn special(attributes: &[Attribute], result: &Type) -> Result<Option<Action>, Refused> {
    for (word, access) in [
        ("storage_mapper", StorageAccess::Mapper),
        ("storage_get", StorageAccess::Get),
        ("storage_set", StorageAccess::Set),
        ("storage_is_empty", StorageAccess::IsEmpty),
        ("storage_clear", StorageAccess::Clear),
    ] {
        if let Some(attribute) = find(attributes, word) {
            return match argument(attribute)? {
                Some(key) => Ok(Some(Action::Storage(access, key.into()))),
                None => Err(Refused::at(attribute.span(), "the key is missing")),
            };
        }
    }
    if let Some(attribute) = find(attributes, "event") {
        return match argument(attribute)? {
            Some(name) => Ok(Some(Action::Event(name.into()))),
            None => Err(Refused::at(
                attribute.span(),
                "the name of the event is missing",
            )),
        };
    }
    if let Some(attribute) = find(attributes, "proxy") {
        return match result {
            Type::Proxy(module) => Ok(Some(Action::Proxy(module.clone()))),
            _ => Err(Refused::at(
                attribute.span(),
                "a proxy returns `module::Proxy<Self::Api>`",
            )),
        };
    }
    Ok(None)
}

/// Shares a method.
pub(super) fn shared(method: Method) -> (Name, Arc<Method>) {
    (method.name.clone(), Arc::new(method))
}
