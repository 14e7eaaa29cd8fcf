//! Call stacks from a trace: which functions were active in each step, and at which of their lines, counted.
//! Frames are recognised by their frame pointers, which grow with every call and come back with every return.

use cairo_vm::vm::trace::trace_entry::TraceEntry;
use std::collections::{BTreeMap, HashMap};

/// Deepest stack that is told apart; deeper frames count as if their callers were not there.
const MAX_DEPTH: usize = 128;
/// Most stacks that are told apart.
const MAX_STACKS: usize = 1 << 18;

/// A function: its index in the list that was given, from 1; 0 is code outside of all functions.
pub(super) type FunctionIndex = u32;
/// A line of a function: its index in [`CodePlaces`]; 0 is code outside of all functions.
pub(super) type PlaceIndex = u32;

/// The lines of a program's functions.
#[derive(Debug)]
pub(super) struct CodePlaces {
    /// The place at each offset of the program.
    pub(super) at: Vec<PlaceIndex>,
    /// The function and the line of each place; the first is outside of all.
    pub(super) all: Vec<(FunctionIndex, u32)>,
}

impl CodePlaces {
    fn of(&self, entry: &TraceEntry) -> PlaceIndex {
        match entry.pc.segment_index {
            0 => self.at.get(entry.pc.offset).copied().unwrap_or(0),
            _ => 0,
        }
    }

    fn function(&self, place: PlaceIndex) -> FunctionIndex {
        self.all[place as usize].0
    }
}

/// Steps by call stack.
#[derive(Debug)]
pub(super) struct Stacks {
    /// The stacks as a tree; the first is empty and its own parent.
    nodes: Vec<Node>,
    children: HashMap<(u32, PlaceIndex, FunctionIndex), u32>,
    /// The steps of each stack at each place of its innermost function.
    steps: HashMap<(u32, PlaceIndex), u64>,
    /// The steps of each stack at each watched offset of the program.
    watched: BTreeMap<(usize, u32), u64>,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    /// Where the function was called.
    call: PlaceIndex,
    function: FunctionIndex,
    depth: usize,
}

/// An active call.
struct StackFrame {
    fp: usize,
    place: PlaceIndex,
    caller: u32,
    /// Where the caller is.
    call: PlaceIndex,
    stack: u32,
}

impl Stacks {
    /// Counts the steps of a trace, and those at the offsets of the program that `watched` marks apart.
    pub(super) fn count(trace: &[TraceEntry], places: &CodePlaces, watched: &[bool]) -> Self {
        let root = Node {
            parent: 0,
            call: 0,
            function: 0,
            depth: 0,
        };
        let mut stacks = Self {
            nodes: vec![root],
            children: HashMap::new(),
            steps: HashMap::new(),
            watched: BTreeMap::new(),
        };
        let mut frames: Vec<StackFrame> = Vec::new();
        for entry in trace {
            let place = places.of(entry);
            let function = places.function(place);
            while frames.last().is_some_and(|frame| frame.fp > entry.fp) {
                frames.pop();
            }
            match frames.last_mut() {
                Some(frame) if frame.fp == entry.fp => {
                    // A jump into another function stays in the frame.
                    if places.function(frame.place) != function {
                        frame.stack = stacks.child(frame.caller, frame.call, function);
                    }
                    frame.place = place;
                }
                last => {
                    let (caller, call) = last.map_or((0, 0), |frame| (frame.stack, frame.place));
                    let stack = stacks.child(caller, call, function);
                    frames.push(StackFrame {
                        fp: entry.fp,
                        place,
                        caller,
                        call,
                        stack,
                    });
                }
            }
            if let Some(frame) = frames.last() {
                *stacks.steps.entry((frame.stack, place)).or_default() += 1;
                let pc = entry.pc;
                if pc.segment_index == 0 && watched.get(pc.offset) == Some(&true) {
                    *stacks.watched.entry((pc.offset, frame.stack)).or_default() += 1;
                }
            }
        }
        stacks
    }

    /// Every stack that ran steps, the innermost place first, and its steps.
    pub(super) fn iter(&self) -> impl Iterator<Item = (Vec<PlaceIndex>, u64)> + '_ {
        let mut steps: Vec<_> = self.steps.iter().collect();
        steps.sort_unstable();
        steps
            .into_iter()
            .map(|(&(stack, place), &steps)| (self.places(stack, place), steps))
    }

    /// Every stack that ran the instruction at a watched offset, which is at `place`, and how often.
    pub(super) fn at(
        &self,
        pc: usize,
        place: PlaceIndex,
    ) -> impl Iterator<Item = (Vec<PlaceIndex>, u64)> + '_ {
        self.watched
            .range((pc, 0)..=(pc, u32::MAX))
            .map(move |(&(_, stack), &steps)| (self.places(stack, place), steps))
    }

    fn places(&self, stack: u32, innermost: PlaceIndex) -> Vec<PlaceIndex> {
        let mut node = self.nodes[stack as usize];
        let mut places = Vec::with_capacity(node.depth);
        places.push(innermost);
        while node.depth > 1 {
            places.push(node.call);
            node = self.nodes[node.parent as usize];
        }
        places
    }

    fn child(&mut self, parent: u32, call: PlaceIndex, function: FunctionIndex) -> u32 {
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
        let child = *self
            .children
            .entry((parent, call, function))
            .or_insert(next);
        if child == next {
            self.nodes.push(Node {
                parent,
                call,
                function,
                depth: self.nodes[parent as usize].depth + 1,
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

    /// Code with these functions, each in a line of its own: its number times ten.
    fn places(functions: &[FunctionIndex]) -> CodePlaces {
        let last = functions.iter().copied().max().unwrap_or(0);
        CodePlaces {
            at: functions.to_vec(),
            all: (0..=last).map(|index| (index, index * 10)).collect(),
        }
    }

    fn counted(trace: &[(usize, usize)], places: &CodePlaces) -> Vec<(Vec<u32>, u64)> {
        let trace: Vec<_> = trace.iter().map(|&(pc, fp)| entry(pc, fp)).collect();
        Stacks::count(&trace, places, &[]).iter().collect()
    }

    #[test]
    fn calls_push_and_returns_pop() {
        // Function 1 at 0..2 calls function 2 at 2..4 twice.
        let trace = [(0, 2), (2, 10), (3, 10), (1, 2), (2, 20), (3, 20), (1, 2)];
        assert_eq!(
            counted(&trace, &places(&[1, 1, 2, 2])),
            [(vec![1], 3), (vec![2, 1], 4)]
        );
    }

    #[test]
    fn lines_are_told_apart_in_the_caller_and_in_the_called() {
        // Function 1 has lines 5 and 6, and calls function 2, with lines 8 and 9, from each.
        let places = CodePlaces {
            at: vec![1, 2, 3, 4],
            all: vec![(0, 0), (1, 5), (1, 6), (2, 8), (2, 9)],
        };
        let trace = [(0, 2), (2, 10), (3, 10), (1, 2), (2, 20), (2, 20)];
        assert_eq!(
            counted(&trace, &places),
            [
                (vec![1], 1),
                (vec![2], 1),
                (vec![3, 1], 1),
                (vec![4, 1], 1),
                (vec![3, 2], 2),
            ]
        );
    }

    #[test]
    fn a_watched_instruction_has_the_stacks_that_ran_it() {
        // Functions 1 and 2 call function 3.
        let trace = [(0, 2), (2, 9), (1, 2), (1, 3), (2, 9), (2, 10)];
        let trace: Vec<_> = trace.iter().map(|&(pc, fp)| entry(pc, fp)).collect();
        let stacks = Stacks::count(&trace, &places(&[1, 2, 3]), &[false, false, true]);
        let found: Vec<_> = stacks.at(2, 3).collect();
        assert_eq!(found, [(vec![3, 1], 1), (vec![3, 2], 2)]);
        assert_eq!(stacks.at(1, 2).next(), None);
    }

    #[test]
    fn recursion_is_one_frame() {
        let trace: Vec<_> = (0..100_000).map(|depth| (0, depth)).collect();
        assert_eq!(counted(&trace, &places(&[1])), [(vec![1], 100_000)]);
    }

    #[test]
    fn mutual_recursion_has_a_bounded_depth() {
        let trace: Vec<_> = (0..100_000).map(|depth| (depth % 2, depth)).collect();
        let stacks = counted(&trace, &places(&[1, 2]));
        assert_eq!(stacks.iter().map(|(_, steps)| steps).sum::<u64>(), 100_000);
        assert!(stacks.iter().all(|(stack, _)| stack.len() <= MAX_DEPTH));
        assert!(stacks.len() <= MAX_DEPTH + 1);
    }

    #[test]
    fn code_outside_of_the_program_has_no_function() {
        let mut elsewhere = entry(0, 5);
        elsewhere.pc.segment_index = 4;
        let stacks = Stacks::count(&[elsewhere, entry(9, 5)], &places(&[1]), &[true]);
        assert_eq!(stacks.iter().collect::<Vec<_>>(), [(vec![0], 2)]);
        assert_eq!(stacks.at(0, 1).next(), None);
    }
}
