//! Base 64 and data URIs.

use crate::arm::Value;

use super::uri::{percent_decoded, text_of};
use super::{Answer, FunctionEntry, error, lenient_json, text_at};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("base64", (1, 1), |arguments| Ok(encode(text_at(arguments, 0)?.as_bytes()).into())),
    FunctionEntry::pure("base64ToString", (1, 1), |arguments| {
        Ok(decoded_text(text_at(arguments, 0)?).or_else(error)?.into())
    }),
    FunctionEntry::pure("base64ToJson", (1, 1), |arguments| {
        let text = decoded_text(text_at(arguments, 0)?).or_else(error)?;
        lenient_json::parse(&text).or_else(error)
    }),
    FunctionEntry::pure("dataUri", (1, 1), |arguments| {
        Ok(format!("data:text/plain;charset=utf8;base64,{}", encode(text_at(arguments, 0)?.as_bytes()))
            .into())
    }),
    FunctionEntry::pure("dataUriToString", (1, 1), data_uri_to_string),
];

const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

fn encode(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk.iter().fold(0_u32, |group, byte| (group << 8) | u32::from(*byte))
            << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let letter = (group >> (18 - 6 * place) & 63) as usize;
            text.push(if place > chunk.len() { '=' } else { char::from(LETTERS[letter]) });
        }
    }
    text
}

fn decode(text: &str) -> Option<Vec<u8>> {
    let letters: Vec<u8> = text.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
    if !letters.len().is_multiple_of(4) {
        return None;
    }
    let padding = letters.iter().rev().take_while(|byte| **byte == b'=').count();
    let body = &letters[..letters.len() - padding];
    if padding > 2 {
        return None;
    }
    let mut bytes = Vec::with_capacity(body.len() / 4 * 3 + 3);
    for chunk in body.chunks(4) {
        let mut group = 0_u32;
        for byte in chunk {
            let value = LETTERS.iter().position(|letter| letter == byte)?;
            group = (group << 6) | u32::try_from(value).ok()?;
        }
        group <<= 6 * (4 - chunk.len());
        bytes.extend_from_slice(&group.to_be_bytes()[1..chunk.len()]);
    }
    Some(bytes)
}

fn decoded_text(text: &str) -> Result<String, String> {
    decode(text).map(text_of).ok_or_else(|| "the text is not in base 64".to_owned())
}

fn data_uri_to_string(arguments: &[Value]) -> Answer {
    let uri = text_at(arguments, 0)?;
    let parts = uri
        .get(..5)
        .filter(|scheme| scheme.eq_ignore_ascii_case("data:"))
        .and_then(|_| uri[5..].split_once(','));
    let Some((head, data)) = parts else { return error("the text is no data URI") };
    if head.to_ascii_lowercase().ends_with(";base64") {
        return Ok(decoded_text(data).or_else(error)?.into());
    }
    Ok(percent_decoded(data).into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base_64_there_and_back() {
        for text in ["", "f", "fo", "foo", "foob", "fooba", "foobar", "é😀"] {
            assert_eq!(decoded_text(&encode(text.as_bytes())).unwrap(), text);
        }
        assert_eq!(encode(b"fooba"), "Zm9vYmE=");
        assert!(decode("a").is_none());
        assert!(decode("a===").is_none());
        assert!(decode("@@@@").is_none());
    }
}
