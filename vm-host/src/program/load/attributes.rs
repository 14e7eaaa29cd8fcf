//! The attributes of the JSON.

use super::raw::RawAttribute;
use super::shared::Shared;
use crate::program::compiled::Attribute;
use crate::program::error::ProgramError;

pub(super) fn attribute(
    shared: &mut Shared,
    raw: RawAttribute<'_>,
) -> Result<Attribute, ProgramError> {
    let (Some(name), Some(value), Some(start_pc), Some(end_pc)) =
        (raw.name, raw.value, raw.start_pc, raw.end_pc)
    else {
        return Err(ProgramError::Malformed(
            "an attribute has no name, value, start or end".to_owned(),
        ));
    };
    let place = || format!("the attribute at pc `{start_pc}`");
    let flow_tracking = match raw.flow_tracking_data {
        Some(raw) => Some(shared.flow_tracking(raw, place)?),
        None => None,
    };
    Ok(Attribute {
        name: name.0.into_owned(),
        value: value.0.into_owned(),
        start_pc,
        end_pc,
        accessible_scopes: shared.scopes(raw.accessible_scopes.unwrap_or_default().0)?,
        flow_tracking,
    })
}
