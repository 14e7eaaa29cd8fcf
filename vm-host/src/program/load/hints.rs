//! The hints of the JSON, in the order of the file, which numbers them.

use std::collections::HashMap;
use std::ops::Range;

use super::json::{Entries, OneOrMany};
use super::raw::RawHint;
use super::shared::Shared;
use crate::account;
use crate::program::error::{ProgramError, excerpt};
use crate::program::hint::Hint;
use crate::program::places::DebugInfo;

/// No program has more hints: their ids have 32 bits on the wire, and each costs a message.
const MAX_HINTS: usize = 1 << 22;

/// All hints, and which of them stand at each pc. The program has `length` words.
pub(super) fn hints<'de>(
    raw: Entries<'de, OneOrMany<RawHint<'de>>>,
    length: usize,
    debug_info: Option<&DebugInfo>,
    shared: &mut Shared,
) -> Result<(Vec<Hint>, HashMap<usize, Range<usize>>), ProgramError> {
    let mut hints = Vec::new();
    let mut by_pc = HashMap::new();
    for (pc, list) in hints_in_order(raw, length)? {
        let first = hints.len();
        for raw in list {
            account::check()?;
            let place = (pc, hints.len() - first);
            hints.push(hint(shared, raw, hints.len(), place, debug_info)?);
        }
        by_pc.insert(pc, first..hints.len());
    }
    Ok((hints, by_pc))
}

fn hint(
    shared: &mut Shared,
    raw: RawHint<'_>,
    number: usize,
    (pc, index): (usize, usize),
    debug_info: Option<&DebugInfo>,
) -> Result<Hint, ProgramError> {
    if number >= MAX_HINTS {
        return Err(ProgramError::TooMany {
            what: "hints",
            count: number + 1,
            limit: MAX_HINTS,
        });
    }
    let id = u32::try_from(number).expect("the number of hints is limited");
    let place = || format!("the hint at pc `{pc}`");
    let code = raw
        .code
        .ok_or_else(|| ProgramError::Malformed(format!("{} has no code", place())))?;
    let flow_tracking = raw.flow_tracking_data.unwrap_or_default();
    Ok(Hint {
        id,
        pc,
        index,
        code: code.0.into_owned(),
        accessible_scopes: shared.scopes(raw.accessible_scopes.unwrap_or_default().0)?,
        flow_tracking: shared.flow_tracking(flow_tracking, place)?,
        location: debug_info
            .and_then(|info| info.hint_location(pc, index))
            .cloned(),
    })
}

/// The hints by pc; of a pc that is named twice the last ones count, at the first place.
fn hints_in_order<'de>(
    raw: Entries<'de, OneOrMany<RawHint<'de>>>,
    length: usize,
) -> Result<Vec<(usize, Vec<RawHint<'de>>)>, ProgramError> {
    let mut places: HashMap<usize, usize> = HashMap::new();
    let mut hints: Vec<(usize, Vec<RawHint<'de>>)> = Vec::new();
    for (text, list) in raw.0 {
        let outside = || ProgramError::HintOutside {
            pc: excerpt(&text.0),
            length,
        };
        let pc = text
            .0
            .parse()
            .ok()
            .filter(|pc| *pc < length)
            .ok_or_else(outside)?;
        match places.get(&pc) {
            Some(&place) => hints[place].1 = list.0,
            None => {
                places.insert(pc, hints.len());
                hints.push((pc, list.0));
            }
        }
    }
    Ok(hints)
}
