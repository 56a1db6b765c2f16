//! Bytes become text: UTF-8 with or without a byte order mark, and UTF-16 as `PowerShell` 5 writes it.

use std::borrow::Cow;

use super::{Diagnostic, FileId, Span, codes};

/// How many bytes tell the encoding.
pub(super) const SNIFF: usize = 512;

/// How the bytes of a file are to be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; the text begins behind `mark` bytes.
    Utf8 {
        /// Length of the byte order mark: 0 or 3.
        mark: usize,
    },
    /// UTF-16; the text begins behind `mark` bytes.
    Utf16 {
        /// Length of the byte order mark: 0 or 2.
        mark: usize,
        /// Whether the high byte comes first.
        big: bool,
    },
}

/// Tells the encoding from the first bytes: by the byte order mark, else by where the zero bytes stand (JSON
/// and YAML begin with a character of ASCII).
pub fn encoding(start: &[u8]) -> Encoding {
    match start {
        [0xEF, 0xBB, 0xBF, ..] => Encoding::Utf8 { mark: 3 },
        [0xFF, 0xFE, ..] => Encoding::Utf16 { mark: 2, big: false },
        [0xFE, 0xFF, ..] => Encoding::Utf16 { mark: 2, big: true },
        [0, first, 0, second, ..] if *first != 0 && *second != 0 => Encoding::Utf16 { mark: 0, big: true },
        [first, 0, second, 0, ..] if *first != 0 && *second != 0 => Encoding::Utf16 { mark: 0, big: false },
        [first, 0] if *first != 0 => Encoding::Utf16 { mark: 0, big: false },
        [0, first] if *first != 0 => Encoding::Utf16 { mark: 0, big: true },
        _ => Encoding::Utf8 { mark: 0 },
    }
}

/// The text of a file, without its byte order mark; the fault where it isn't text.
pub fn decode(file: FileId, bytes: Vec<u8>) -> Result<String, Box<Diagnostic>> {
    match encoding(&bytes[..bytes.len().min(SNIFF)]) {
        Encoding::Utf8 { mark } => utf8(file, bytes, mark),
        Encoding::Utf16 { mark, big } => utf16(file, &bytes[mark..], big),
    }
}

fn utf8(file: FileId, mut bytes: Vec<u8>, mark: usize) -> Result<String, Box<Diagnostic>> {
    bytes.drain(..mark);
    if let Some(fault) = binary(file, &bytes) {
        return Err(Box::new(fault));
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Box::new(not_utf8(file, at as u64, error.as_bytes()[at]))
    })
}

/// Whether the first bytes are those of something that isn't text at all.
pub(super) fn binary(file: FileId, bytes: &[u8]) -> Option<Diagnostic> {
    let start = &bytes[..bytes.len().min(8 * SNIFF)];
    let at = memchr::memchr(0, start)?;
    Some(
        Diagnostic::new(&codes::NOT_TEXT, format!("this is no text: byte {at} is zero"))
            .at(Span::new(file, at as u64, at as u64 + 1), "a zero byte")
            .help("give JSON or YAML; an archive must be unpacked first"),
    )
}

/// The fault of a byte that UTF-8 doesn't allow.
pub(super) fn not_utf8(file: FileId, at: u64, byte: u8) -> Diagnostic {
    Diagnostic::new(&codes::NOT_UTF8, format!("byte {at} (0x{byte:02X}) is not UTF-8"))
        .at(Span::new(file, at, at + 1), "not UTF-8")
        .help("save the file as UTF-8")
}

fn utf16(file: FileId, bytes: &[u8], big: bool) -> Result<String, Box<Diagnostic>> {
    let mut text = String::with_capacity(bytes.len() / 2);
    for unit in char::decode_utf16(units(bytes, big)) {
        match unit {
            Ok(c) => text.push(c),
            Err(error) => {
                let at = text.len() as u64;
                let fault =
                    format!("the UTF-16 text holds half a character (0x{:04X})", error.unpaired_surrogate());
                return Err(Box::new(
                    Diagnostic::new(&codes::NOT_UTF8, fault)
                        .at(Span::new(file, at, at + 1), "half a character")
                        .help("save the file as UTF-8"),
                ));
            }
        }
    }
    if bytes.len() % 2 == 1 {
        let at = text.len() as u64;
        return Err(Box::new(
            Diagnostic::new(&codes::NOT_UTF8, "the UTF-16 text ends in the middle of a character")
                .at(Span::new(file, at.saturating_sub(1), at), "ends here")
                .help("was the file cut off while it was written? fetch it again"),
        ));
    }
    if let Some(fault) = binary(file, text.as_bytes()) {
        return Err(Box::new(fault));
    }
    Ok(text)
}

fn units(bytes: &[u8], big: bool) -> impl Iterator<Item = u16> + '_ {
    bytes
        .as_chunks::<2>()
        .0
        .iter()
        .map(move |pair| if big { u16::from_be_bytes(*pair) } else { u16::from_le_bytes(*pair) })
}

/// The text with what isn't text replaced: for excerpts of files that have a fault.
pub(super) fn lossy(bytes: &[u8]) -> String {
    match encoding(&bytes[..bytes.len().min(SNIFF)]) {
        Encoding::Utf8 { mark } => match String::from_utf8_lossy(&bytes[mark..]) {
            Cow::Borrowed(text) => text.to_owned(),
            Cow::Owned(text) => text,
        },
        Encoding::Utf16 { mark, big } => char::decode_utf16(units(&bytes[mark..], big))
            .map(|c| c.unwrap_or(char::REPLACEMENT_CHARACTER))
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILE: FileId = FileId(0);

    fn little(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    fn big(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_be_bytes).collect()
    }

    const TEXT: &str = "{\r\n \"name\": \"Zürich 𝄞\"}\r\n";

    #[test]
    fn every_encoding_gives_the_same_text() {
        let plain = TEXT.as_bytes().to_vec();
        for bytes in [
            plain.clone(),
            [&[0xEF, 0xBB, 0xBF], &plain[..]].concat(),
            [&[0xFF, 0xFE], &little(TEXT)[..]].concat(),
            [&[0xFE, 0xFF], &big(TEXT)[..]].concat(),
            little(TEXT),
            big(TEXT),
        ] {
            assert_eq!(decode(FILE, bytes).as_deref(), Ok(TEXT));
        }
    }

    #[test]
    fn an_empty_file_is_an_empty_text() {
        assert_eq!(decode(FILE, Vec::new()).as_deref(), Ok(""));
        assert_eq!(decode(FILE, vec![0xFF, 0xFE]).as_deref(), Ok(""));
    }

    #[test]
    fn a_fault_names_its_byte() {
        let fault = decode(FILE, b"{\"a\": \"\xE4\"}".to_vec()).unwrap_err();
        assert_eq!(fault.code.id, codes::NOT_UTF8.id);
        assert_eq!(fault.message, "byte 7 (0xE4) is not UTF-8");
        assert_eq!(fault.span(), Span::new(FILE, 7, 8));
    }

    #[test]
    fn junk_is_no_text() {
        let fault = decode(FILE, b"PK\x03\x04\x14\x00\x00\x00\x08".to_vec()).unwrap_err();
        assert_eq!(fault.code.id, codes::NOT_TEXT.id);
    }

    #[test]
    fn half_characters_of_utf16_are_faults() {
        let mut cut = [&[0xFF, 0xFE], &little("{}")[..]].concat();
        cut.pop();
        assert_eq!(decode(FILE, cut).unwrap_err().code.id, codes::NOT_UTF8.id);
        let lone = vec![0xFF, 0xFE, b'"', 0, 0x00, 0xD8, b'"', 0];
        let fault = decode(FILE, lone).unwrap_err();
        assert_eq!(fault.message, "the UTF-16 text holds half a character (0xD800)");
        assert_eq!(fault.span().start, 1);
    }
}
