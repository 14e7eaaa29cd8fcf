//! The file of `--debug_info_file`: the debug information of the program, by the addresses that its
//! instructions have in the relocated memory, written as the reference VM writes it.

use std::io::{self, Write};

use cairo_vm::types::relocatable::Relocatable;
use serde::{Deserialize, Serialize};
use serde_json::ser::{CharEscape, Formatter, Serializer};

use super::Relocation;
use crate::program::{Entries, Text};
use crate::vm::RunFailure;

#[derive(Deserialize)]
#[serde(bound(deserialize = "'a: 'de"))]
struct Program<'a> {
    #[serde(borrow)]
    debug_info: Option<DebugInfo<'a>>,
}

/// The members of these are in the order in which the reference VM writes them.
#[derive(Default, Deserialize, Serialize)]
#[serde(bound(deserialize = "'a: 'de"))]
struct DebugInfo<'a> {
    #[serde(borrow)]
    instruction_locations: Entries<'a, Instruction<'a>>,
    #[serde(borrow, default)]
    file_contents: Entries<'a, Text<'a>>,
}

#[derive(Deserialize, Serialize)]
#[serde(bound(deserialize = "'a: 'de"))]
struct Instruction<'a> {
    #[serde(borrow)]
    inst: Location<'a>,
    hints: Vec<Option<Hint<'a>>>,
    accessible_scopes: Vec<Text<'a>>,
    flow_tracking_data: Option<FlowTracking<'a>>,
}

#[derive(Deserialize, Serialize)]
#[serde(bound(deserialize = "'a: 'de"))]
struct Hint<'a> {
    #[serde(borrow)]
    location: Location<'a>,
    n_prefix_newlines: i64,
}

#[derive(Deserialize, Serialize)]
#[serde(bound(deserialize = "'a: 'de"))]
struct Location<'a> {
    start_line: i64,
    start_col: i64,
    end_line: i64,
    end_col: i64,
    #[serde(borrow)]
    input_file: InputFile<'a>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    parent_location: Option<Box<(Location<'a>, Text<'a>)>>,
}

#[derive(Deserialize, Serialize)]
#[serde(bound(deserialize = "'a: 'de"))]
struct InputFile<'a> {
    #[serde(borrow)]
    filename: Option<Text<'a>>,
}

#[derive(Deserialize, Serialize)]
#[serde(bound(deserialize = "'a: 'de"))]
struct FlowTracking<'a> {
    ap_tracking: ApTracking,
    #[serde(borrow, default)]
    reference_ids: Entries<'a, i64>,
}

#[derive(Deserialize, Serialize)]
struct ApTracking {
    group: i64,
    offset: i64,
}

/// `json.dump` without options.
struct PythonFormat;

impl Formatter for PythonFormat {
    fn begin_array_value<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_key<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        first: bool,
    ) -> io::Result<()> {
        writer.write_all(if first { b"" } else { b", " })
    }

    fn begin_object_value<W: ?Sized + Write>(&mut self, writer: &mut W) -> io::Result<()> {
        writer.write_all(b": ")
    }

    fn write_string_fragment<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        text: &str,
    ) -> io::Result<()> {
        for character in text.chars() {
            if (' '..='~').contains(&character) {
                writer.write_all(&[character as u8])?;
                continue;
            }
            for unit in character.encode_utf16(&mut [0; 2]) {
                write!(writer, "\\u{unit:04x}")?;
            }
        }
        Ok(())
    }

    fn write_char_escape<W: ?Sized + Write>(
        &mut self,
        writer: &mut W,
        escape: CharEscape,
    ) -> io::Result<()> {
        match escape {
            // Python leaves it as it is.
            CharEscape::Solidus => writer.write_all(b"/"),
            escape => serde_json::ser::CompactFormatter.write_char_escape(writer, escape),
        }
    }
}

/// Writes the debug information of the program with this compiled JSON, whose code starts at `base`. A program
/// without any gives an empty file of the same form, and so does a run of no program.
///
/// # Errors
/// [`RunFailure`] when the code was not relocated; else when the file cannot be written.
pub(crate) fn write_debug_info(
    writer: &mut dyn Write,
    program_json: Option<&[u8]>,
    base: Relocatable,
    relocation: &Relocation,
) -> io::Result<Result<(), RunFailure>> {
    let start = match relocation.address(base) {
        Ok(start) => start,
        Err(failure) => return Ok(Err(failure)),
    };
    // What the reference VM cannot read either has nothing to show.
    let program = program_json.and_then(|json| serde_json::from_slice(json).ok());
    let found = program.and_then(|program: Program<'_>| program.debug_info);
    let mut found = found.unwrap_or_default();
    for (pc, _) in &mut found.instruction_locations.0 {
        if let Ok(offset) = pc.0.parse::<u64>() {
            pc.0 = (start + offset).to_string().into();
        }
    }
    found.serialize(&mut Serializer::with_formatter(writer, PythonFormat))?;
    Ok(Ok(()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(debug_info: &str) -> String {
        let found: DebugInfo<'_> = serde_json::from_str(debug_info).unwrap();
        let mut bytes = Vec::new();
        let mut serializer = Serializer::with_formatter(&mut bytes, PythonFormat);
        found.serialize(&mut serializer).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    /// The expected text is what `json.dump(DebugInfo.load(...).dump(), ...)` of cairo-lang writes.
    #[test]
    fn it_is_written_as_the_reference_vm_does() {
        let read = r#"{"file_contents":{"z":"1/2","a":"2"},"instruction_locations":{"10":{"flow_tracking_data":null,
            "accessible_scopes":[],"hints":[null,{"n_prefix_newlines":0,"location":{"start_line":1,"end_line":3,
            "start_col":2,"end_col":4,"input_file":{"filename":null,"content":"x"}}}],"inst":{"start_line":1,
            "start_col":2,"end_line":3,"end_col":4,"input_file":{"filename":"p"},"parent_location":[{"start_line":1,
            "start_col":2,"end_line":3,"end_col":4,"input_file":{"filename":"é"},"parent_location":null},
            "While \"é\"\u007f\n😀"]}},
            "2":{"inst":{"start_line":1,"start_col":2,"end_line":3,"end_col":4,"input_file":{"filename":"p"}},
            "hints":[],"accessible_scopes":["a.b"],"flow_tracking_data":{"reference_ids":{"z":1,"a":2},
            "ap_tracking":{"offset":1,"group":2}}}}}"#;
        let expected = concat!(
            r#"{"instruction_locations": {"10": {"inst": {"start_line": 1, "start_col": 2, "end_line": 3, "#,
            r#""end_col": 4, "input_file": {"filename": "p"}, "parent_location": [{"start_line": 1, "#,
            r#""start_col": 2, "end_line": 3, "end_col": 4, "input_file": {"filename": "\u00e9"}}, "#,
            r#""While \"\u00e9\"\u007f\n\ud83d\ude00"]}, "#,
            r#""hints": [null, {"location": {"start_line": 1, "start_col": 2, "end_line": 3, "end_col": 4, "#,
            r#""input_file": {"filename": null}}, "n_prefix_newlines": 0}], "accessible_scopes": [], "#,
            r#""flow_tracking_data": null}, "2": {"inst": {"start_line": 1, "start_col": 2, "end_line": 3, "#,
            r#""end_col": 4, "input_file": {"filename": "p"}}, "hints": [], "accessible_scopes": ["a.b"], "#,
            r#""flow_tracking_data": {"ap_tracking": {"group": 2, "offset": 1}, "#,
            r#""reference_ids": {"z": 1, "a": 2}}}}, "file_contents": {"z": "1/2", "a": "2"}}"#,
        );
        assert_eq!(written(read), expected);
    }
}
