//! The code of `nondet %{ ... %}` inside an expression.

use crate::program::raised::trim_end;

/// The code between the brackets, without empty first lines and common indentation.
pub(super) fn code(token: &str) -> String {
    let inner = &token[2..token.len() - 2];
    let mut code = inner;
    while let Some((line, rest)) = code.split_once('\n') {
        if !line.chars().all(|c| matches!(c, ' ' | '\t')) {
            break;
        }
        code = rest;
    }
    let code = trim_end(code);
    let indent = |line: &str| line.len() - line.trim_start_matches(' ').len();
    let common = code
        .split('\n')
        .filter(|line| !line.is_empty())
        .map(indent)
        .min()
        .unwrap_or(0);
    let lines: Vec<&str> = code
        .split('\n')
        .map(|line| line.get(common..).unwrap_or(""))
        .collect();
    lines.join("\n")
}
