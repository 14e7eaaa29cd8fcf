//! The longest of any number of spans of time, in bounded memory. Must not know what they are.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

/// What took time, by when it began and how long it took, in nanoseconds since the run began.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Span {
    /// How long.
    pub(crate) nanos: u64,
    /// Since when.
    pub(crate) began: u64,
    /// Whose: the id of a hint, or nothing of meaning.
    pub(crate) id: u32,
    /// The part of it that the hint's own code took.
    pub(crate) inside: u64,
    /// Whether an engine outside of the host had it.
    pub(crate) outside: bool,
}

impl Span {
    /// Its end.
    pub(crate) fn end(&self) -> u64 {
        self.began.saturating_add(self.nanos)
    }
}

/// The longest spans, and how many there were.
#[derive(Debug)]
pub(crate) struct Longest {
    most: usize,
    /// The shortest is found at once.
    kept: BinaryHeap<Reverse<Span>>,
    count: u64,
}

impl Longest {
    /// Keeps so many.
    pub(crate) fn new(most: usize) -> Self {
        Self {
            most,
            kept: BinaryHeap::new(),
            count: 0,
        }
    }

    /// Takes one more.
    pub(crate) fn add(&mut self, span: Span) {
        self.count += 1;
        if self.kept.len() < self.most {
            self.kept.push(Reverse(span));
        } else if let Some(mut shortest) = self.kept.peek_mut()
            && span > shortest.0
        {
            *shortest = Reverse(span);
        }
    }

    /// How many there were.
    pub(crate) fn count(&self) -> u64 {
        self.count
    }

    /// How many of them were kept.
    pub(crate) fn kept(&self) -> u64 {
        self.kept.len() as u64
    }

    /// Those that were kept, in the order of time.
    pub(crate) fn in_time(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = self.kept.iter().map(|kept| kept.0).collect();
        spans.sort_unstable_by_key(|span| (span.began, span.nanos, span.id));
        spans
    }

    /// Those that were kept, the longest first.
    pub(crate) fn by_length(&self) -> Vec<Span> {
        let mut spans: Vec<Span> = self.kept.iter().map(|kept| kept.0).collect();
        spans.sort_unstable_by_key(|span| Reverse((span.nanos, Reverse(span.began))));
        spans
    }
}

/// One of nothing in particular.
#[cfg(test)]
pub(super) fn span(began: u64, nanos: u64) -> Span {
    Span {
        began,
        nanos,
        ..Span::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_are_kept() {
        let mut longest = Longest::new(3);
        for (began, nanos) in [(0, 5), (10, 1), (20, 9), (30, 7), (40, 2), (50, 9)] {
            longest.add(span(began, nanos));
        }
        assert_eq!(longest.count(), 6);
        assert_eq!(longest.in_time(), [span(20, 9), span(30, 7), span(50, 9)]);
        assert_eq!(longest.by_length(), [span(20, 9), span(50, 9), span(30, 7)]);
    }

    #[test]
    fn few_are_kept_all() {
        let mut longest = Longest::new(3);
        longest.add(span(4, 0));
        assert_eq!(longest.in_time(), [span(4, 0)]);
        assert_eq!(longest.in_time()[0].end(), 4);
    }
}
