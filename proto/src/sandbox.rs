//! Owns what both sides of a sandbox must agree on. Must not know how it is made.

/// The environment variables that a contained worker is started with, as far as they are set.
pub const VARIABLES: [&str; 8] = [
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "LD_LIBRARY_PATH",
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
    "PYTHONUTF8",
    "TZ",
];
