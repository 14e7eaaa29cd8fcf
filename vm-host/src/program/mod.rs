//! The compiled program: code, hints, identifiers, references, debug information.
