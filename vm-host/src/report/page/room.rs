//! How much of a page the texts of a program may take, all together: whoever wrote them may have wanted a page that no
//! browser opens. Must not know whose text it is.

use std::cell::Cell;

use crate::report::text::cut;

/// Bytes of all texts, as they stand in the page.
const BYTES: usize = 800 << 10;
/// Characters of a text when there is no room left.
const LEAST: usize = 12;
/// What a character takes that has to be escaped.
const ESCAPED: usize = 6;

/// What is left of the room.
#[derive(Debug)]
pub(super) struct Room(Cell<usize>);

impl Default for Room {
    fn default() -> Self {
        Self(Cell::new(BYTES))
    }
}

impl Room {
    /// As much of a text as there is room for, at most so many characters.
    pub(super) fn fit(&self, text: &str, most: usize) -> String {
        let text = cut(text, most);
        let size = size(&text);
        match self.0.get().checked_sub(size) {
            Some(left) => {
                self.0.set(left);
                text
            }
            None => cut(&text, LEAST),
        }
    }
}

/// What a text takes in HTML or in JSON, at most.
fn size(text: &str) -> usize {
    let size = |character: char| match character {
        '<' | '>' | '&' | '"' | '\'' | '\\' | '\0'..'\u{20}' | '\u{2028}' | '\u{2029}' => ESCAPED,
        character => character.len_utf8(),
    };
    text.chars().map(size).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_get_short_when_the_room_is_used() {
        let room = Room::default();
        let text = "<".repeat(10_000);
        let lengths: Vec<usize> = (0..20)
            .map(|_| room.fit(&text, 10_000).chars().count())
            .collect();
        assert_eq!(lengths[..13], [10_000; 13]);
        assert_eq!(lengths[13..], [LEAST + 1; 7]);
    }
}
