//! What the hints and attributes of a program have in common. Most are in one of a few functions, so that
//! their scopes and the names of their references are kept once.

use std::collections::HashMap;
use std::sync::Arc;

use super::json::Text;
use super::raw::{RawApTracking, RawFlowTracking};
use crate::program::error::{ProgramError, excerpt};
use crate::program::hint::{ApTracking, FlowTracking};
use crate::program::names::ScopedName;

/// No place of a program has more accessible scopes: every name is looked up in each.
const MAX_SCOPES: usize = 256;

/// The scopes and names so far, of a program with so many references.
pub(super) struct Shared {
    references: usize,
    scopes: HashMap<Vec<String>, Arc<[ScopedName]>>,
    names: HashMap<String, Arc<str>>,
}

impl Shared {
    pub(super) fn new(references: usize) -> Self {
        Self {
            references,
            scopes: HashMap::new(),
            names: HashMap::new(),
        }
    }

    pub(super) fn flow_tracking(
        &mut self,
        raw: RawFlowTracking<'_>,
        place: impl Fn() -> String,
    ) -> Result<FlowTracking, ProgramError> {
        let count = self.references;
        let mut reference_ids = HashMap::new();
        for (name, id) in raw.reference_ids.unwrap_or_default().0 {
            let Some(number) = usize::try_from(id).ok().filter(|number| *number < count) else {
                let name = excerpt(&name.0);
                return Err(ProgramError::ReferenceOutside {
                    place: place(),
                    name,
                    id,
                    count,
                });
            };
            let name = self.names.entry(name.0.into_owned());
            let name = name
                .or_insert_with_key(|name| Arc::from(name.as_str()))
                .clone();
            reference_ids.insert(name, number);
        }
        let ap_tracking = ap_tracking(raw.ap_tracking.as_ref());
        Ok(FlowTracking {
            ap_tracking,
            reference_ids,
        })
    }

    pub(super) fn scopes(&mut self, raw: Vec<Text<'_>>) -> Result<Arc<[ScopedName]>, ProgramError> {
        if raw.len() > MAX_SCOPES {
            let (what, count) = ("accessible scopes at one place", raw.len());
            return Err(ProgramError::TooMany {
                what,
                count,
                limit: MAX_SCOPES,
            });
        }
        let texts: Vec<String> = raw.into_iter().map(|text| text.0.into_owned()).collect();
        if let Some(scopes) = self.scopes.get(&texts) {
            return Ok(scopes.clone());
        }
        let scopes = texts
            .iter()
            .map(|text| ScopedName::of_program(text))
            .collect::<Result<Vec<_>, _>>()?;
        let scopes: Arc<[ScopedName]> = scopes.into();
        self.scopes.insert(texts, scopes.clone());
        Ok(scopes)
    }
}

pub(super) fn ap_tracking(raw: Option<&RawApTracking>) -> ApTracking {
    let (group, offset) = raw.map_or((None, None), |raw| (raw.group, raw.offset));
    ApTracking {
        group: group.unwrap_or(0),
        offset: offset.unwrap_or(0),
    }
}
