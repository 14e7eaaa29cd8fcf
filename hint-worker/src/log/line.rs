//! Owns how a record looks as a line of text. Must not know where the line goes.

use std::io::Write as _;

use hint_proto::v1::HintRecord;

/// Adds the line to `out`, with its end: level, who logged it, text, fields, hint and pc. A record is one line,
/// whatever its text holds.
pub(super) fn write_line(record: &HintRecord, out: &mut Vec<u8>) {
    // Writing into memory does not fail.
    let _ = try_write(record, out);
}

fn try_write(record: &HintRecord, out: &mut Vec<u8>) -> std::io::Result<()> {
    let level = record.level().as_str_name();
    let level = level.strip_prefix("RECORD_LEVEL_").unwrap_or(level);
    out.extend(level.bytes().map(|byte| byte.to_ascii_lowercase()));
    out.extend_from_slice(b": ");
    if !record.logger.is_empty() {
        escape(&record.logger, out);
        out.extend_from_slice(b": ");
    }
    escape(record.text.strip_suffix('\n').unwrap_or(&record.text), out);
    if record.cut {
        out.extend_from_slice("…".as_bytes());
    }
    for field in &record.fields {
        out.push(b' ');
        escape(&field.name, out);
        out.push(b'=');
        escape(&field.json, out);
    }
    if let (Some(id), Some(pc)) = (record.hint_id, &record.pc) {
        write!(out, " (hint {id}, pc {}:{})", pc.segment, pc.offset)?;
    }
    out.push(b'\n');
    Ok(())
}

/// Adds a text without its control characters, which would end the line or play with the terminal.
fn escape(text: &str, out: &mut Vec<u8>) {
    // Most texts are plain, which is quickly seen.
    if text.bytes().all(|byte| matches!(byte, b' '..=b'~')) {
        return out.extend_from_slice(text.as_bytes());
    }
    for character in text.chars() {
        if character.is_control() && character != '\t' {
            out.extend(character.escape_default().to_string().bytes());
        } else {
            out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
        }
    }
}
