//! Call stacks of the steps of a run: which functions were active in each, and at which of their lines, counted.
//! Frames are recognised by their frame pointers, which grow with every call and come back with every return.
//! Must not know hints: an instruction that is watched is counted apart.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use cairo_vm::types::relocatable::Relocatable;

/// Deepest stack that is told apart; deeper frames count as if their callers were not there.
const MAX_DEPTH: usize = 128;
/// Most stacks that are told apart.
const MAX_STACKS: usize = 1 << 18;
/// Most counters of all stacks together.
const MAX_COUNTERS: usize = 1 << 22;

/// A function: its index in the list that was given, from 1; 0 is code outside of all functions.
pub(crate) type FunctionIndex = u32;
/// A line of a function, or a watched instruction: its index in [`CodePlaces`]; 0 is code outside of all functions.
pub(crate) type PlaceIndex = u32;

/// What is counted apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Place {
    /// The function.
    pub(crate) function: FunctionIndex,
    /// The line in its own file; 0 if it has none there.
    pub(crate) line: u32,
    /// The offset of the only instruction here, if that is watched.
    pub(crate) watched: Option<usize>,
}

/// The lines of a program's functions. The places of a function follow each other.
#[derive(Debug, Default)]
pub(crate) struct CodePlaces {
    /// The place at each offset of the program.
    at: Vec<PlaceIndex>,
    /// What each place is; the first is outside of all functions.
    all: Vec<Place>,
    /// The first place of each function, and the end of the last.
    first: Vec<PlaceIndex>,
}

impl CodePlaces {
    /// The places of `functions`, sorted by where they start in a program with so many cells. `lines` are the file
    /// and line of each instruction, where they are known; instructions at `watched` offsets are places of their own.
    pub(crate) fn new(
        functions: &[(usize, String)],
        size: usize,
        lines: &[Option<(Arc<str>, u32)>],
        watched: impl IntoIterator<Item = usize>,
    ) -> Self {
        let mut is_watched = vec![false; size];
        for pc in watched {
            if let Some(is_watched) = is_watched.get_mut(pc) {
                *is_watched = true;
            }
        }
        let mut places = Self {
            at: vec![0; size],
            all: vec![Place::default()],
            first: vec![0],
        };
        for (index, (start, _)) in functions.iter().enumerate() {
            let next = functions.get(index + 1);
            let end = next.map_or(size, |next| next.0).min(size);
            let line_at = |pc: usize| lines.get(pc).and_then(Option::as_ref);
            let own_file = line_at(*start).map(|(file, _)| file);
            let mut known: HashMap<u32, PlaceIndex> = HashMap::new();
            places.first.push(places.all.len() as PlaceIndex);
            for (pc, is_watched) in is_watched.iter().enumerate().take(end).skip(*start) {
                // Code that was put here from another file has no line of this one.
                let line = line_at(pc)
                    .filter(|(file, _)| Some(file) == own_file)
                    .map_or(0, |(_, line)| *line);
                let next = places.all.len() as PlaceIndex;
                let place = match is_watched {
                    true => next,
                    false => *known.entry(line).or_insert(next),
                };
                if place == next {
                    places.all.push(Place {
                        function: index as FunctionIndex + 1,
                        line,
                        watched: is_watched.then_some(pc),
                    });
                }
                places.at[pc] = place;
            }
        }
        places.first.push(places.all.len() as PlaceIndex);
        places
    }

    /// The place of an offset of the program.
    pub(crate) fn at(&self, offset: usize) -> PlaceIndex {
        self.at.get(offset).copied().unwrap_or(0)
    }

    /// What a place is.
    pub(crate) fn place(&self, place: PlaceIndex) -> Place {
        self.all.get(place as usize).copied().unwrap_or_default()
    }

    #[inline]
    fn of(&self, pc: Relocatable) -> PlaceIndex {
        match pc.segment_index {
            0 => self.at(pc.offset),
            _ => 0,
        }
    }

    /// The places of a function: the first, and how many.
    fn of_function(&self, function: FunctionIndex) -> (PlaceIndex, u32) {
        match function {
            0 => (0, 1),
            function => {
                let first = self.first[function as usize];
                (first, self.first[function as usize + 1] - first)
            }
        }
    }
}

/// Steps by call stack, counted while they are made.
#[derive(Debug)]
pub(crate) struct StepStacks {
    places: CodePlaces,
    /// The stacks as a tree; the first is empty and its own parent.
    nodes: Vec<Node>,
    children: HashMap<(u32, PlaceIndex, FunctionIndex), u32>,
    /// The steps of each stack at each place of its innermost function.
    counts: Vec<u64>,
    /// The active calls, the innermost last.
    frames: Vec<StackFrame>,
    now: Innermost,
}

#[derive(Clone, Copy, Debug)]
struct Node {
    parent: u32,
    /// Where the function was called.
    call: PlaceIndex,
    function: FunctionIndex,
    depth: usize,
    /// Where its counters are.
    counts: usize,
}

/// An active call, or several of one function that called itself.
#[derive(Debug)]
struct StackFrame {
    /// That of the outermost of them.
    fp: usize,
    place: PlaceIndex,
    caller: u32,
    /// Where the caller is.
    call: PlaceIndex,
    stack: u32,
}

/// The function of the last step, for the next one, which is mostly in the same.
#[derive(Clone, Copy, Debug)]
struct Innermost {
    /// That of the outermost of its calls.
    fp: usize,
    /// Its places.
    first: PlaceIndex,
    number: u32,
    counts: usize,
    place: PlaceIndex,
}

impl StepStacks {
    /// Before the first step of a program with these places.
    pub(crate) fn new(places: CodePlaces) -> Self {
        let root = Node {
            parent: 0,
            call: 0,
            function: 0,
            depth: 0,
            counts: 0,
        };
        Self {
            places,
            nodes: vec![root],
            children: HashMap::new(),
            counts: Vec::new(),
            frames: Vec::new(),
            now: Innermost {
                fp: usize::MAX,
                first: 0,
                number: 0,
                counts: 0,
                place: 0,
            },
        }
    }

    /// The places of the program.
    pub(crate) fn code(&self) -> &CodePlaces {
        &self.places
    }

    /// Counts a step that was made at these registers.
    #[inline]
    pub(crate) fn count(&mut self, pc: Relocatable, fp: usize) {
        let place = self.places.of(pc);
        // A deeper call of the same function is one frame with it.
        if fp < self.now.fp || place.wrapping_sub(self.now.first) >= self.now.number {
            self.turn_to(place, fp);
        }
        self.now.place = place;
        self.counts[self.now.counts + (place - self.now.first) as usize] += 1;
    }

    /// Makes the function of a place the innermost one.
    #[cold]
    fn turn_to(&mut self, place: PlaceIndex, fp: usize) {
        if let Some(frame) = self.frames.last_mut() {
            frame.place = self.now.place;
        }
        let function = self.places.place(place).function;
        while self.frames.last().is_some_and(|frame| frame.fp > fp) {
            self.frames.pop();
        }
        let last = self.frames.last().map(|frame| {
            let same = self.nodes[frame.stack as usize].function == function;
            (
                frame.fp,
                frame.caller,
                frame.call,
                frame.place,
                frame.stack,
                same,
            )
        });
        let stack = match last {
            // A function that calls itself is one frame: loops of Cairo are recursions, a million deep.
            Some((.., stack, true)) => stack,
            // A jump into another function stays in the frame.
            Some((own, caller, call, ..)) if own == fp => {
                let stack = self.child(caller, call, function);
                if let Some(frame) = self.frames.last_mut() {
                    frame.stack = stack;
                }
                stack
            }
            last => {
                let (caller, call) = last.map_or((0, 0), |(.., place, stack, _)| (stack, place));
                let stack = self.child(caller, call, function);
                self.frames.push(StackFrame {
                    fp,
                    place,
                    caller,
                    call,
                    stack,
                });
                stack
            }
        };
        let (first, number) = self.places.of_function(function);
        self.now = Innermost {
            fp: self.frames.last().map_or(fp, |frame| frame.fp),
            first,
            number,
            counts: self.nodes[stack as usize].counts,
            place,
        };
    }

    /// Every stack that ran steps, the innermost place first, and its steps.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (Vec<PlaceIndex>, u64)> + '_ {
        (1..self.nodes.len() as u32).flat_map(move |stack| {
            let node = self.nodes[stack as usize];
            let (first, number) = self.places.of_function(node.function);
            (first..first + number).filter_map(move |place| {
                let steps = self.counts[node.counts + (place - first) as usize];
                (steps > 0).then(|| (self.stack(stack, place), steps))
            })
        })
    }

    /// Every stack that ran each watched instruction, and how often.
    pub(crate) fn watched(&self) -> BTreeMap<usize, Vec<(Vec<PlaceIndex>, u64)>> {
        let mut found: BTreeMap<usize, Vec<_>> = BTreeMap::new();
        for (stack, steps) in self.iter() {
            let innermost = stack.first().copied().unwrap_or(0);
            if let Some(pc) = self.places.place(innermost).watched {
                found.entry(pc).or_default().push((stack, steps));
            }
        }
        found
    }

    fn stack(&self, stack: u32, innermost: PlaceIndex) -> Vec<PlaceIndex> {
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
        if caller.depth > 0 && caller.function == function {
            return parent;
        }
        let full = self.nodes.len() >= MAX_STACKS || self.counts.len() >= MAX_COUNTERS;
        let parent = if caller.depth >= MAX_DEPTH {
            caller.parent
        } else if full {
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
            let (_, number) = self.places.of_function(function);
            self.nodes.push(Node {
                parent,
                call,
                function,
                depth: self.nodes[parent as usize].depth + 1,
                counts: self.counts.len(),
            });
            self.counts.resize(self.counts.len() + number as usize, 0);
        }
        child
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Code with these functions, at each offset one, in these lines.
    fn places(code: &[(FunctionIndex, u32)], watched: &[usize]) -> CodePlaces {
        let file: Arc<str> = "a.cairo".into();
        let lines: Vec<_> = code
            .iter()
            .map(|(_, line)| Some((Arc::clone(&file), *line)))
            .collect();
        let mut functions: Vec<(usize, String)> = Vec::new();
        for (pc, (function, _)) in code.iter().enumerate() {
            if functions.len() < *function as usize {
                functions.push((pc, format!("f{function}")));
            }
        }
        CodePlaces::new(&functions, code.len(), &lines, watched.iter().copied())
    }

    fn counted(trace: impl IntoIterator<Item = (usize, usize)>, places: CodePlaces) -> StepStacks {
        let mut stacks = StepStacks::new(places);
        for (pc, fp) in trace {
            stacks.count(Relocatable::from((0, pc)), fp);
        }
        stacks
    }

    /// The stacks as functions and lines, in order.
    fn shown(stacks: &StepStacks) -> Vec<(Vec<(u32, u32)>, u64)> {
        let shown = stacks.iter().map(|(stack, steps)| {
            let place = |place: &PlaceIndex| {
                let place = stacks.code().place(*place);
                (place.function, place.line)
            };
            (stack.iter().map(place).collect(), steps)
        });
        let mut shown: Vec<_> = shown.collect();
        shown.sort();
        shown
    }

    #[test]
    fn calls_push_and_returns_pop() {
        // Function 1 at 0..2 calls function 2 at 2..4 twice.
        let trace = [(0, 2), (2, 10), (3, 10), (1, 2), (2, 20), (3, 20), (1, 2)];
        let code = [(1, 10), (1, 10), (2, 20), (2, 20)];
        assert_eq!(
            shown(&counted(trace, places(&code, &[]))),
            [(vec![(1, 10)], 3), (vec![(2, 20), (1, 10)], 4)]
        );
    }

    #[test]
    fn lines_are_told_apart_in_the_caller_and_in_the_called() {
        // Function 1 has lines 5 and 6, and calls function 2, with lines 8 and 9, from each.
        let code = [(1, 5), (1, 6), (2, 8), (2, 9)];
        let trace = [(0, 2), (2, 10), (3, 10), (1, 2), (2, 20), (2, 20)];
        assert_eq!(
            shown(&counted(trace, places(&code, &[]))),
            [
                (vec![(1, 5)], 1),
                (vec![(1, 6)], 1),
                (vec![(2, 8), (1, 5)], 1),
                (vec![(2, 8), (1, 6)], 2),
                (vec![(2, 9), (1, 5)], 1),
            ]
        );
    }

    #[test]
    fn a_jump_into_another_function_stays_in_the_frame() {
        let code = [(1, 5), (2, 8), (3, 9)];
        let trace = [(0, 2), (1, 10), (2, 10), (0, 2)];
        assert_eq!(
            shown(&counted(trace, places(&code, &[]))),
            [
                (vec![(1, 5)], 2),
                (vec![(2, 8), (1, 5)], 1),
                (vec![(3, 9), (1, 5)], 1),
            ]
        );
    }

    #[test]
    fn a_watched_instruction_has_the_stacks_that_ran_it() {
        // Functions 1 and 2 call function 3, of which the second instruction is watched.
        let code = [(1, 5), (2, 6), (3, 7), (3, 7)];
        let trace = [(0, 2), (3, 9), (1, 2), (1, 3), (2, 9), (3, 9), (3, 10)];
        let stacks = counted(trace, places(&code, &[3]));
        let watched = stacks.watched();
        let found: Vec<_> = watched[&3]
            .iter()
            .map(|(stack, n)| (stack[1], *n))
            .collect();
        let places = stacks.code();
        assert_eq!(found, [(places.at(0), 1), (places.at(1), 2)]);
        assert_eq!(watched.len(), 1);
        // Its line is that of the others.
        assert_eq!(places.place(places.at(3)).line, 7);
        assert_ne!(places.at(3), places.at(2));
    }

    #[test]
    fn recursion_is_one_frame() {
        let stacks = counted((0..100_000).map(|depth| (0, depth)), places(&[(1, 5)], &[]));
        assert_eq!(shown(&stacks), [(vec![(1, 5)], 100_000)]);
        assert_eq!(stacks.frames.len(), 1);
    }

    #[test]
    fn whoever_comes_back_out_of_a_recursion_calls_from_where_it_is() {
        // Function 1 calls itself in line 5, then function 2 in line 6, on each level.
        let code = [(1, 5), (1, 6), (2, 8)];
        let trace = [(0, 2), (0, 4), (1, 4), (2, 9), (1, 2), (2, 9), (1, 2)];
        assert_eq!(
            shown(&counted(trace, places(&code, &[]))),
            [
                (vec![(1, 5)], 2),
                (vec![(1, 6)], 3),
                (vec![(2, 8), (1, 6)], 2),
            ]
        );
    }

    #[test]
    fn mutual_recursion_has_a_bounded_depth() {
        let code = [(1, 5), (2, 6)];
        let trace = (0..100_000).map(|depth| (depth % 2, depth));
        let stacks = shown(&counted(trace, places(&code, &[])));
        assert_eq!(stacks.iter().map(|(_, steps)| steps).sum::<u64>(), 100_000);
        assert!(stacks.iter().all(|(stack, _)| stack.len() <= MAX_DEPTH));
        assert!(stacks.len() <= MAX_DEPTH + 1);
    }

    #[test]
    fn code_outside_of_the_program_has_no_function() {
        let mut stacks = StepStacks::new(places(&[(1, 5)], &[0]));
        stacks.count(Relocatable::from((4, 0)), 5);
        stacks.count(Relocatable::from((0, 9)), 5);
        assert_eq!(shown(&stacks), [(vec![(0, 0)], 2)]);
        assert!(stacks.watched().is_empty());
    }
}
