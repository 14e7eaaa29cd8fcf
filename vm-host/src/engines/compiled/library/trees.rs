//! The trees of updates that hints of `starkware.cairo.common.patricia` go through. Must not know how they are made.

use super::{Decline, Function, Value, argument};

pub(super) static DECODE_NODE: Function = Function::of(
    "starkware.python.merkle_tree",
    "decode_node",
    &["node"],
    |context, arguments| {
        let children = argument(arguments, 0)?.collect(context.fuel)?;
        let [left, right] = children.as_slice() else {
            return Err(Decline("a node without two children"));
        };
        let case = match (left, right) {
            (Value::None, Value::None) => return Err(Decline("a node without children")),
            (Value::None, _) => "right",
            (_, Value::None) => "left",
            _ => "both",
        };
        let parts = vec![left.clone(), right.clone(), Value::text(case)];
        Value::tuple(parts, context.fuel)
    },
);
