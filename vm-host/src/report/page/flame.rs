//! Flame graphs: what was counted by call stack as a tree of functions, cut to as many frames as can be seen. Must not
//! know how a frame looks.

use std::collections::{BinaryHeap, HashMap};

use serde::ser::SerializeSeq as _;
use serde::{Serialize, Serializer};

use super::room::Room;

/// Most characters of a name.
const NAME: usize = 200;
/// Most frames of one graph.
const FRAMES: usize = 4000;

/// The number of a name.
pub(super) type Name = u32;

/// Names, each once.
#[derive(Debug, Default)]
pub(super) struct Names {
    all: Vec<String>,
    known: HashMap<String, Name>,
}

impl Names {
    /// The number of a name.
    pub(super) fn number(&mut self, name: String) -> Name {
        if let Some(number) = self.known.get(&name) {
            return *number;
        }
        let number = self.all.len() as Name;
        self.all.push(name.clone());
        self.known.insert(name, number);
        number
    }

    /// All of them, by their numbers; those that no frame has and that are not in `more` are empty, and the others as long as there
    /// is room for.
    pub(super) fn within<'a>(
        &self,
        room: &Room,
        frames: impl Iterator<Item = &'a Frame>,
        more: impl Iterator<Item = Name>,
    ) -> Vec<String> {
        let mut shown = vec![false; self.all.len()];
        let mut open: Vec<&Frame> = frames.collect();
        while let Some(frame) = open.pop() {
            shown[frame.name as usize] = true;
            open.extend(&frame.children);
        }
        for name in more {
            shown[name as usize] = true;
        }
        let names = self.all.iter().zip(shown);
        names
            .map(|(name, shown)| {
                if shown {
                    room.fit(name, NAME)
                } else {
                    String::new()
                }
            })
            .collect()
    }

    /// All of them, by their numbers.
    pub(super) fn all(&self) -> &[String] {
        &self.all
    }
}

/// What one name has in all stacks together.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) struct Totals {
    /// Where it is innermost.
    pub(super) own: u64,
    /// With what it called.
    pub(super) total: u64,
}

/// A tree of stacks.
#[derive(Debug)]
pub(super) struct Tree {
    nodes: Vec<Node>,
    totals: HashMap<Name, Totals>,
    /// Room for the names of one stack.
    seen: Vec<Name>,
}

#[derive(Debug, Default)]
struct Node {
    name: Name,
    total: u64,
    children: HashMap<Name, usize>,
}

impl Tree {
    /// Without stacks; `root` is what all is below.
    pub(super) fn new(root: Name) -> Self {
        let root = Node {
            name: root,
            ..Node::default()
        };
        Self {
            nodes: vec![root],
            totals: HashMap::new(),
            seen: Vec::new(),
        }
    }

    /// Adds what a stack has; the outermost name comes first.
    pub(super) fn add(&mut self, stack: impl IntoIterator<Item = Name>, value: u64) {
        self.seen.clear();
        self.nodes[0].total += value;
        let (mut at, mut last) = (0, None);
        for name in stack {
            // A function of which two places follow each other is one frame.
            if last == Some(name) {
                continue;
            }
            let next = self.nodes.len();
            let child = *self.nodes[at].children.entry(name).or_insert(next);
            if child == next {
                self.nodes.push(Node {
                    name,
                    ..Node::default()
                });
            }
            self.nodes[child].total += value;
            if !self.seen.contains(&name) {
                self.seen.push(name);
                self.totals.entry(name).or_default().total += value;
            }
            (at, last) = (child, Some(name));
        }
        if let Some(name) = last {
            self.totals.entry(name).or_default().own += value;
        }
    }

    /// What all stacks have together.
    pub(super) fn total(&self) -> u64 {
        self.nodes[0].total
    }

    /// What each name has, the largest total first.
    pub(super) fn by_name(&self) -> Vec<(Name, Totals)> {
        let mut totals: Vec<_> = self
            .totals
            .iter()
            .map(|(name, totals)| (*name, *totals))
            .collect();
        totals.sort_unstable_by_key(|(name, totals)| (std::cmp::Reverse(totals.total), *name));
        totals
    }

    /// The frames that can be seen: the largest, each with what it is below.
    pub(super) fn frames(&self) -> Frame {
        let mut kept = vec![false; self.nodes.len()];
        let mut open = BinaryHeap::from([(self.nodes[0].total, 0)]);
        let mut left = FRAMES;
        while let Some((_, index)) = open.pop()
            && left > 0
        {
            kept[index] = true;
            left -= 1;
            let children = self.nodes[index].children.values();
            open.extend(children.map(|child| (self.nodes[*child].total, *child)));
        }
        self.frame(0, &kept)
    }

    /// Not deeper than stacks are.
    fn frame(&self, index: usize, kept: &[bool]) -> Frame {
        let node = &self.nodes[index];
        let mut children: Vec<_> = node
            .children
            .values()
            .filter(|child| kept[**child])
            .collect();
        children
            .sort_unstable_by_key(|child| (std::cmp::Reverse(self.nodes[**child].total), **child));
        Frame {
            name: node.name,
            total: node.total,
            children: children
                .into_iter()
                .map(|child| self.frame(*child, kept))
                .collect(),
        }
    }
}

/// A frame with those that it is below; in JSON `[name, total, child, ...]`.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Frame {
    name: Name,
    total: u64,
    children: Vec<Frame>,
}

impl Serialize for Frame {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(2 + self.children.len()))?;
        list.serialize_element(&self.name)?;
        list.serialize_element(&self.total)?;
        for child in &self.children {
            list.serialize_element(child)?;
        }
        list.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stacks_become_a_tree() {
        let mut tree = Tree::new(0);
        tree.add([1, 2], 5);
        tree.add([1], 3);
        tree.add([1, 2, 2, 1], 4);
        tree.add([3], 1);
        let json = serde_json::to_string(&tree.frames()).unwrap();
        assert_eq!(json, "[0,13,[1,12,[2,9,[1,4]]],[3,1]]");
        assert_eq!(tree.total(), 13);
        let totals = |own, total| Totals { own, total };
        assert_eq!(
            tree.by_name(),
            [(1, totals(7, 12)), (2, totals(5, 9)), (3, totals(1, 1))]
        );
    }

    #[test]
    fn as_many_frames_are_kept_as_can_be_seen() {
        let mut tree = Tree::new(0);
        for name in 1..20_000 {
            tree.add([name, name + 1], u64::from(name));
        }
        let frames = tree.frames();
        let count = |frames: &Frame| {
            let mut count = 0;
            let mut open = vec![frames];
            while let Some(frame) = open.pop() {
                count += 1;
                open.extend(&frame.children);
            }
            count
        };
        assert_eq!(count(&frames), FRAMES);
        assert_eq!(frames.total, 199_990_000);
    }
}
