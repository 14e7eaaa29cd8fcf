//! The exceptions of the reference VM that the host raises in its name: dotted class and text.

use hint_proto::v1;

use super::places::{Location, SourceFiles};

/// A Python exception, possibly with the place in a reference's own text that it is about.
#[derive(Clone, Debug)]
pub(super) struct Raised {
    pub(super) class: Class,
    /// Its message without the place.
    pub(super) message: String,
    pub(super) location: Option<Location>,
}

/// The classes that resolving and evaluating `ids` can raise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Class {
    Assertion,
    Type,
    Recursion,
    NotImplemented,
    Identifier,
    MissingIdentifier,
    NotAScope,
    NotAnIdentifier,
    Definition,
    FlowTracking,
    CairoType,
    Preprocessor,
    Evaluator,
    Simplifier,
    Formatting,
}

impl Class {
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Assertion => "builtins.AssertionError",
            Self::Type => "builtins.TypeError",
            Self::Recursion => "builtins.RecursionError",
            Self::NotImplemented => "builtins.NotImplementedError",
            Self::Identifier => "starkware.cairo.lang.compiler.identifier_manager.IdentifierError",
            Self::MissingIdentifier => {
                "starkware.cairo.lang.compiler.identifier_manager.MissingIdentifierError"
            }
            Self::NotAScope => "starkware.cairo.lang.compiler.identifier_manager.NotAScopeError",
            Self::NotAnIdentifier => {
                "starkware.cairo.lang.compiler.identifier_manager.NotAnIdentifierError"
            }
            Self::Definition => {
                "starkware.cairo.lang.compiler.identifier_definition.DefinitionError"
            }
            Self::FlowTracking => "starkware.cairo.lang.compiler.references.FlowTrackingError",
            Self::CairoType => "starkware.cairo.lang.compiler.type_casts.CairoTypeError",
            Self::Preprocessor => {
                "starkware.cairo.lang.compiler.preprocessor.preprocessor_error.PreprocessorError"
            }
            Self::Evaluator => {
                "starkware.cairo.lang.compiler.expression_evaluator.ExpressionEvaluatorError"
            }
            Self::Simplifier => {
                "starkware.cairo.lang.compiler.expression_simplifier.SimplifierError"
            }
            Self::Formatting => {
                "starkware.cairo.lang.compiler.ast.formatting_utils.FormattingError"
            }
        }
    }
}

impl Raised {
    /// An exception without a place.
    pub(super) fn new(class: Class, message: impl Into<String>) -> Self {
        Self {
            class,
            message: message.into(),
            location: None,
        }
    }

    /// An exception at a place.
    pub(super) fn at(class: Class, message: impl Into<String>, location: Option<Location>) -> Self {
        Self {
            class,
            message: message.into(),
            location,
        }
    }

    /// What `str()` of the exception gives.
    pub(super) fn text(&self) -> String {
        match &self.location {
            None if self.has_location() => trim_end(&self.message).to_owned(),
            None => self.message.clone(),
            Some(location) => {
                let text = location.to_string_with_content(&self.message, SourceFiles::Ignored);
                trim_end(&text).to_owned()
            }
        }
    }

    /// The message for the engine.
    pub(super) fn to_wire(&self) -> v1::Raised {
        v1::Raised {
            class_path: self.class.path().to_owned(),
            message: self.text(),
        }
    }

    /// Whether the class is one of those whose `str()` strips trailing white space.
    fn has_location(&self) -> bool {
        matches!(
            self.class,
            Class::CairoType
                | Class::Preprocessor
                | Class::Evaluator
                | Class::Simplifier
                | Class::Formatting
        )
    }
}

/// Python's `str.rstrip()`.
pub(super) fn trim_end(text: &str) -> &str {
    text.trim_end_matches(|c: char| c.is_whitespace() || ('\x1c'..='\x1f').contains(&c))
}
