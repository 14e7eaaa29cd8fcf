//! Owns which hint runs now, for the records that it logs. Must not know what it does.

use std::sync::{Mutex, PoisonError};

use hint_proto::PYTHON;
use hint_proto::v1::Relocatable;

static PLACE: Mutex<Place> = Mutex::new(Place {
    hint: None,
    language: "",
});

#[derive(Clone, Copy, Debug)]
struct Place {
    hint: Option<(u32, Relocatable)>,
    language: &'static str,
}

/// A hint in `language` runs from now on. What its threads log later counts as the next one's.
pub fn begin_hint(id: u32, pc: Option<Relocatable>, language: &'static str) {
    let language = if language == PYTHON { "" } else { language };
    let hint = Some((id, pc.unwrap_or_default()));
    set(Place { hint, language });
}

/// Something runs that is no hint, such as a rule.
pub fn no_hint(language: &'static str) {
    let language = if language == PYTHON { "" } else { language };
    let hint = None;
    set(Place { hint, language });
}

/// The hint and its pc, and the language as the wire has it.
pub(super) fn now() -> (Option<(u32, Relocatable)>, &'static str) {
    let place = *PLACE.lock().unwrap_or_else(PoisonError::into_inner);
    (place.hint, place.language)
}

fn set(place: Place) {
    *PLACE.lock().unwrap_or_else(PoisonError::into_inner) = place;
}
