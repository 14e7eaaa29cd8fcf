//! The functions, compared with those of Python.
