//! A compiled program as it is written, before anything is checked.
//!
//! Every member is optional and unknown members are skipped, so that what is missing can be named and
//! files of older compilers load.

use std::fmt;

use serde::de::{Deserialize, Deserializer, IgnoredAny, MapAccess, Visitor};

use super::json::{Entries, List, OneOrMany, Text};

/// Defines structs whose members may be missing, null, repeated or accompanied by unknown ones.
macro_rules! lenient {
    ($($(#[$meta:meta])* struct $name:ident $(<$lifetime:lifetime>)? {
        $($field:ident = $key:literal: $type:ty,)*
    })*) => {$(
        $(#[$meta])*
        #[derive(Debug, Default)]
        pub(in crate::program::load) struct $name $(<$lifetime>)? {
            $(pub(in crate::program::load) $field: Option<$type>,)*
        }

        impl<'de> Deserialize<'de> for $name $(<$lifetime>)? {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                struct Members;
                impl<'de> Visitor<'de> for Members {
                    type Value = $name $(<$lifetime>)?;

                    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                        formatter.write_str("an object")
                    }

                    fn visit_map<A: MapAccess<'de>>(
                        self,
                        mut map: A,
                    ) -> Result<Self::Value, A::Error> {
                        let mut value = <$name>::default();
                        while let Some(key) = map.next_key::<Text<'de>>()? {
                            match &*key.0 {
                                $($key => value.$field = map.next_value()?,)*
                                _ => {
                                    map.next_value::<IgnoredAny>()?;
                                }
                            }
                        }
                        Ok(value)
                    }
                }
                deserializer.deserialize_map(Members)
            }
        }
    )*};
}

lenient! {
    struct RawProgram<'de> {
        prime = "prime": Text<'de>,
        builtins = "builtins": List<Text<'de>>,
        data = "data": List<Text<'de>>,
        main_scope = "main_scope": Text<'de>,
        compiler_version = "compiler_version": Text<'de>,
        identifiers = "identifiers": Entries<'de, RawIdentifier<'de>>,
        hints = "hints": Entries<'de, OneOrMany<RawHint<'de>>>,
        reference_manager = "reference_manager": RawReferenceManager<'de>,
        attributes = "attributes": List<RawAttribute<'de>>,
        debug_info = "debug_info": RawDebugInfo<'de>,
    }

    struct RawHint<'de> {
        code = "code": Text<'de>,
        accessible_scopes = "accessible_scopes": List<Text<'de>>,
        flow_tracking_data = "flow_tracking_data": RawFlowTracking<'de>,
    }

    struct RawFlowTracking<'de> {
        ap_tracking = "ap_tracking": RawApTracking,
        reference_ids = "reference_ids": Entries<'de, i64>,
    }

    /// What is known about ap.
    struct RawApTracking {
        group = "group": i64,
        offset = "offset": i64,
    }

    struct RawReferenceManager<'de> {
        references = "references": List<RawReference<'de>>,
    }

    struct RawReference<'de> {
        value = "value": Text<'de>,
        ap_tracking_data = "ap_tracking_data": RawApTracking,
    }

    /// An identifier of any kind.
    struct RawIdentifier<'de> {
        kind = "type": Text<'de>,
        value = "value": serde_json::Number,
        pc = "pc": i64,
        destination = "destination": Text<'de>,
        full_name = "full_name": Text<'de>,
        size = "size": i64,
        members = "members": Entries<'de, RawMember<'de>>,
        cairo_type = "cairo_type": Text<'de>,
    }

    struct RawMember<'de> {
        cairo_type = "cairo_type": Text<'de>,
        offset = "offset": i64,
    }

    /// An attribute of a range of code.
    struct RawAttribute<'de> {
        name = "name": Text<'de>,
        value = "value": Text<'de>,
        start_pc = "start_pc": i64,
        end_pc = "end_pc": i64,
        accessible_scopes = "accessible_scopes": List<Text<'de>>,
        flow_tracking_data = "flow_tracking_data": RawFlowTracking<'de>,
    }

    struct RawDebugInfo<'de> {
        file_contents = "file_contents": Entries<'de, Text<'de>>,
        instruction_locations = "instruction_locations": Entries<'de, RawInstruction<'de>>,
    }

    struct RawInstruction<'de> {
        inst = "inst": RawLocation<'de>,
        hints = "hints": List<Option<RawHintLocation<'de>>>,
    }

    struct RawHintLocation<'de> {
        location = "location": RawLocation<'de>,
        n_prefix_newlines = "n_prefix_newlines": u32,
    }

    struct RawLocation<'de> {
        start_line = "start_line": u32,
        start_col = "start_col": u32,
        end_line = "end_line": u32,
        end_col = "end_col": u32,
        input_file = "input_file": RawInputFile<'de>,
        parent_location = "parent_location": Box<(RawLocation<'de>, Text<'de>)>,
    }

    struct RawInputFile<'de> {
        filename = "filename": Text<'de>,
        content = "content": Text<'de>,
    }
}
