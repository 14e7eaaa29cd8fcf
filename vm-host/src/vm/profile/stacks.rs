//! Call stacks from a trace: which functions were active in each step, counted. Frames are recognised by
//! their frame pointers, which grow with every call and come back with every return.

use cairo_vm::vm::trace::trace_entry::TraceEntry;
use std::collections::HashMap;

/// Deepest stack that is told apart; deeper frames count as if their callers were not there.
const MAX_DEPTH: usize = 128;
/// Most stacks that are told apart.
const MAX_STACKS: usize = 1 << 18;

/// A function: its index in the list that was given, from 1; 0 is code outside of all functions.
pub(super) type FunctionIndex = u32;

/// Steps by call stack.
#[derive(Debug)]
pub(super) struct Stacks {
    /// The stacks as a tree; the first is empty and its own parent.
    nodes: Vec<Node>,
    children: HashMap<(u32, FunctionIndex), u32>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    function: FunctionIndex,
    depth: usize,
    steps: u64,
}

/// An active call.
struct Frame {
    fp: usize,
    function: FunctionIndex,
    caller: u32,
    stack: u32,
}

impl Stacks {
    /// Counts the steps of a trace. `function_at` gives the function at an offset of the program.
    pub(super) fn count(trace: &[TraceEntry], function_at: &[FunctionIndex]) -> Self {
        let root = Node {
            parent: 0,
            function: 0,
            depth: 0,
            steps: 0,
        };
        let mut stacks = Self {
            nodes: vec![root],
            children: HashMap::new(),
        };
        let mut frames: Vec<Frame> = Vec::new();
        for entry in trace {
            let function = match entry.pc.segment_index {
                0 => function_at.get(entry.pc.offset).copied().unwrap_or(0),
                _ => 0,
            };
            while frames.last().is_some_and(|frame| frame.fp > entry.fp) {
                frames.pop();
            }
            match frames.last_mut() {
                Some(frame) if frame.fp == entry.fp => {
                    // A jump into another function stays in the frame.
                    if frame.function != function {
                        frame.function = function;
                        frame.stack = stacks.child(frame.caller, function);
                    }
                }
                last => {
                    let caller = last.map_or(0, |frame| frame.stack);
                    let stack = stacks.child(caller, function);
                    frames.push(Frame {
                        fp: entry.fp,
                        function,
                        caller,
                        stack,
                    });
                }
            }
            if let Some(frame) = frames.last() {
                stacks.nodes[frame.stack as usize].steps += 1;
            }
        }
        stacks
    }

    /// Every stack that ran steps, the innermost function first, and its steps.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Vec<FunctionIndex>, u64)> + '_ {
        self.nodes
            .iter()
            .filter(|node| node.steps > 0)
            .map(|node| (self.functions(node), node.steps))
    }

    fn functions(&self, node: &Node) -> Vec<FunctionIndex> {
        let mut functions = Vec::with_capacity(node.depth);
        let mut node = *node;
        while node.depth > 0 {
            functions.push(node.function);
            node = self.nodes[node.parent as usize];
        }
        functions
    }

    fn child(&mut self, parent: u32, function: FunctionIndex) -> u32 {
        let caller = self.nodes[parent as usize];
        // A function that calls itself is one frame: loops of Cairo are recursions, a million deep.
        if caller.depth > 0 && caller.function == function {
            return parent;
        }
        let parent = if caller.depth >= MAX_DEPTH {
            caller.parent
        } else if self.nodes.len() >= MAX_STACKS {
            0
        } else {
            parent
        };
        let next = self.nodes.len() as u32;
        let child = *self.children.entry((parent, function)).or_insert(next);
        if child == next {
            self.nodes.push(Node {
                parent,
                function,
                depth: self.nodes[parent as usize].depth + 1,
                steps: 0,
            });
        }
        child
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cairo_vm::types::relocatable::Relocatable;

    fn entry(pc: usize, fp: usize) -> TraceEntry {
        TraceEntry {
            pc: Relocatable::from((0, pc)),
            ap: fp,
            fp,
        }
    }

    fn counted(trace: &[(usize, usize)], functions: &[FunctionIndex]) -> Vec<(Vec<u32>, u64)> {
        let trace: Vec<_> = trace.iter().map(|&(pc, fp)| entry(pc, fp)).collect();
        Stacks::count(&trace, functions).iter().collect()
    }

    #[test]
    fn calls_push_and_returns_pop() {
        // Function 1 at 0..2 calls function 2 at 2..4 twice.
        let trace = [(0, 2), (2, 10), (3, 10), (1, 2), (2, 20), (3, 20), (1, 2)];
        assert_eq!(
            counted(&trace, &[1, 1, 2, 2]),
            [(vec![1], 3), (vec![2, 1], 4)]
        );
    }

    #[test]
    fn recursion_is_one_frame() {
        let trace: Vec<_> = (0..100_000).map(|depth| (0, depth)).collect();
        assert_eq!(counted(&trace, &[1]), [(vec![1], 100_000)]);
    }

    #[test]
    fn mutual_recursion_has_a_bounded_depth() {
        let trace: Vec<_> = (0..100_000).map(|depth| (depth % 2, depth)).collect();
        let stacks = counted(&trace, &[1, 2]);
        assert_eq!(stacks.iter().map(|(_, steps)| steps).sum::<u64>(), 100_000);
        assert!(stacks.iter().all(|(stack, _)| stack.len() <= MAX_DEPTH));
        assert!(stacks.len() <= MAX_DEPTH + 1);
    }

    #[test]
    fn code_outside_of_the_program_has_no_function() {
        let mut elsewhere = entry(0, 5);
        elsewhere.pc.segment_index = 4;
        let stacks = Stacks::count(&[elsewhere, entry(9, 5)], &[1]);
        assert_eq!(stacks.iter().collect::<Vec<_>>(), [(vec![0], 2)]);
    }
}
