//! Secrets are hidden in everything that azpol writes.
//!
//! The inventory of a tenant may hold connection strings and callback addresses. They are found by form
//! (`SharedAccessKey=…`, `AccountKey=…`, `sig=…`) and by name (`connectionString`, keys of hubs and accounts,
//! a Logic App's `uri`), in values, in messages and in excerpts of JSON and YAML.
//!
//! Template expressions (`[listKeys(…)]`) stay: they name a secret and hold none.

use std::borrow::Cow;
use std::ops::Range;

/// What stands in place of a secret.
pub(super) const MASKED: &str = "***";

/// Words before `=` whose value is a secret.
const ASSIGNED: &[&str] = &["sharedaccesskey", "accountkey", "sig"];

/// Members whose text is a secret, in lower case; any name that ends in one of them counts.
const SECRET_KEYS: &[&str] = &[
    "connectionstring",
    "primarykey",
    "secondarykey",
    "sharedaccesskey",
    "accountkey",
    "sharedaccesssignature",
    "clientsecret",
];

/// Members that hold an address, which is a secret when it carries a signature.
const ADDRESS_KEYS: &[&str] = &["uri", "callbackurl", "url"];

/// Members that hold the value of a parameter.
const WRAPPERS: &[&str] = &["value", "defaultvalue"];

/// Hides the secrets of a text; borrowed when there are none.
pub fn mask(text: &str) -> Cow<'_, str> {
    let secrets = secrets(text);
    if secrets.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut masked = String::with_capacity(text.len());
    let mut from = 0;
    for secret in secrets {
        masked.push_str(&text[from..secret.start]);
        masked.push_str(MASKED);
        from = secret.end;
    }
    masked.push_str(&text[from..]);
    Cow::Owned(masked)
}

/// Hides a member's text where the member's name or the text's form says that it is a secret.
pub fn mask_value<'a>(key: &str, text: &'a str) -> Cow<'a, str> {
    if is_secret(key, text) { Cow::Borrowed(MASKED) } else { mask(text) }
}

/// Whether a member of this name with this text is a secret as a whole.
pub fn is_secret(key: &str, text: &str) -> bool {
    if text.is_empty() || is_expression(text) {
        return false;
    }
    let key = key.to_ascii_lowercase();
    SECRET_KEYS.iter().any(|name| key.ends_with(name))
        || (ADDRESS_KEYS.contains(&key.as_str()) && is_callback(text))
}

fn is_expression(text: &str) -> bool {
    text.starts_with('[') && !text.starts_with("[[")
}

/// An address that carries its own permission: a signature, or the address of a Logic App's trigger.
fn is_callback(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["sig=", "sig%3d", ".logic.azure.", "/triggers/"].iter().any(|part| text.contains(part))
}

/// The secrets of a text as byte ranges, in order, not touching each other.
pub(super) fn secrets(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    for at in memchr::memchr3_iter(b'=', b'%', b':', bytes) {
        match bytes[at] {
            b'=' => assigned(bytes, at, at + 1, &mut found),
            b'%' if bytes[at + 1..].get(..2).is_some_and(|code| code.eq_ignore_ascii_case(b"3d")) => {
                assigned(bytes, at, at + 3, &mut found);
            }
            b':' => member(text, at, &mut found),
            _ => {}
        }
    }
    found.retain(|range| !range.is_empty());
    found.sort_by_key(|range| (range.start, range.end));
    let mut merged: Vec<Range<usize>> = Vec::with_capacity(found.len());
    for range in found {
        match merged.last_mut() {
            Some(last) if range.start <= last.end => last.end = last.end.max(range.end),
            _ => merged.push(range),
        }
    }
    merged
}

/// `word=secret`: the word ends at `word_end`, the secret begins at `start`.
fn assigned(bytes: &[u8], word_end: usize, start: usize, found: &mut Vec<Range<usize>>) {
    let before = &bytes[..word_end];
    let known = ASSIGNED.iter().any(|word| {
        ends_with_word(before, word) && {
            let letter = before.len().checked_sub(word.len() + 1).map(|index| before[index]);
            // `sig` is short: `design=` isn't meant, `\u0026sig=` and `%26sig%3D` are.
            *word != "sig" || !letter.is_some_and(|b| b.is_ascii_alphabetic() || b == b'_')
        }
    });
    if known {
        found.push(start..start + secret_length(&bytes[start..]));
    }
}

fn ends_with_word(bytes: &[u8], word: &str) -> bool {
    bytes.len() >= word.len() && bytes[bytes.len() - word.len()..].eq_ignore_ascii_case(word.as_bytes())
}

/// How far a secret reaches that nothing encloses: to the next delimiter of a connection string, of a query
/// or of the text around it. JSON's escapes of `/` and `+` belong to it, those of `&` and `"` end it.
fn secret_length(bytes: &[u8]) -> usize {
    let mut at = 0;
    while let Some(&byte) = bytes.get(at) {
        match byte {
            b'\\' => match bytes.get(at + 1) {
                Some(b'/') => at += 2,
                Some(b'u') if !matches!(bytes.get(at + 2..at + 6), Some(b"0026" | b"0022" | b"0027")) => {
                    at += 2;
                }
                _ => break,
            },
            b'%' if bytes[at..].starts_with(b"%26") || bytes[at..].starts_with(b"%3B") => break,
            b'"' | b'\'' | b'`' | b'&' | b';' | b',' | b'<' | b'>' | b'(' | b')' | b'{' | b'}' | b'['
            | b']' | b'|' => break,
            byte if byte <= b' ' || byte == 0x7F => break,
            _ => at += 1,
        }
    }
    at
}

/// `key: value`, in JSON (also escaped within a text) and YAML: the colon stands at `colon`.
fn member(text: &str, colon: usize, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    let Some(key) = key_before(bytes, colon) else { return };
    let name = text[key.clone()].to_ascii_lowercase();
    let secret = SECRET_KEYS.iter().any(|word| name.ends_with(word));
    if !secret && !ADDRESS_KEYS.contains(&name.as_str()) {
        return;
    }
    let Some(value) = value_after(text, key.start, colon + 1) else { return };
    match value {
        Found::Text(range) => {
            if is_secret(&name, &text[range.clone()]) {
                found.push(range);
            }
        }
        Found::Object(range) => wrapped(text, &range, &name, found),
    }
}

/// The word that ends before a colon, quotes left out.
fn key_before(bytes: &[u8], colon: usize) -> Option<Range<usize>> {
    let mut end = colon;
    while end > 0 && matches!(bytes[end - 1], b' ' | b'\t') {
        end -= 1;
    }
    while end > 0 && matches!(bytes[end - 1], b'"' | b'\'' | b'\\') {
        end -= 1;
    }
    let mut start = end;
    while start > 0 && (bytes[start - 1].is_ascii_alphanumeric() || bytes[start - 1] == b'_') {
        start -= 1;
    }
    (start < end).then_some(start..end)
}

enum Found {
    Text(Range<usize>),
    Object(Range<usize>),
}

fn value_after(text: &str, key: usize, from: usize) -> Option<Found> {
    let bytes = text.as_bytes();
    let start = from + bytes[from..].iter().position(|b| !matches!(b, b' ' | b'\t'))?;
    let start = match bytes[start] {
        b'\r' | b'\n' => {
            let next = start + bytes[start..].iter().position(|b| !b.is_ascii_whitespace())?;
            if !matches!(bytes[next], b'"' | b'\'' | b'{') {
                return None;
            }
            next
        }
        _ => start,
    };
    match bytes[start] {
        b'{' => {
            let end = memchr::memchr(b'}', &bytes[start..]).map_or(bytes.len(), |length| start + length);
            Some(Found::Object(start..end))
        }
        b'"' | b'\\' => quoted(bytes, start).map(Found::Text),
        b'\'' => Some(Found::Text(single_quoted(bytes, start + 1))),
        b'|' | b'>' => Some(Found::Text(block(bytes, key, start))),
        _ => plain(bytes, key, start).map(Found::Text),
    }
}

/// Between double quotes, which may carry backslashes where JSON stands within a text.
fn quoted(bytes: &[u8], start: usize) -> Option<Range<usize>> {
    let slashes = bytes[start..].iter().take_while(|b| **b == b'\\').count();
    let open = start + slashes;
    if bytes.get(open) != Some(&b'"') {
        return None;
    }
    let from = open + 1;
    for length in memchr::memchr_iter(b'"', &bytes[from..]) {
        let run = bytes[from..from + length].iter().rev().take_while(|b| **b == b'\\').count();
        if run == slashes || (slashes == 0 && run % 2 == 0) {
            return Some(from..from + length - if slashes == 0 { 0 } else { run });
        }
    }
    Some(from..bytes.len())
}

fn single_quoted(bytes: &[u8], from: usize) -> Range<usize> {
    let mut at = from;
    while let Some(length) = memchr::memchr(b'\'', &bytes[at..]) {
        if bytes.get(at + length + 1) != Some(&b'\'') {
            return from..at + length;
        }
        at += length + 2;
    }
    from..bytes.len()
}

/// A block scalar of YAML: the lines below that are indented more than their key.
fn block(bytes: &[u8], key: usize, start: usize) -> Range<usize> {
    let line = memchr::memrchr(b'\n', &bytes[..key]).map_or(0, |at| at + 1);
    let indent = key - line;
    let Some(first) = memchr::memchr(b'\n', &bytes[start..]).map(|length| start + length + 1) else {
        return start..start;
    };
    let mut end = first;
    while end < bytes.len() {
        let next = memchr::memchr(b'\n', &bytes[end..]).map_or(bytes.len(), |length| end + length + 1);
        let content = bytes[end..next].iter().position(|b| !b.is_ascii_whitespace());
        if content.is_some_and(|column| column <= indent) {
            break;
        }
        end = next;
    }
    let shown = bytes[first..end].iter().position(|b| !b.is_ascii_whitespace()).unwrap_or(0);
    let trailing = bytes[first..end].iter().rev().take_while(|b| b.is_ascii_whitespace()).count();
    first + shown..(end - trailing).max(first + shown)
}

/// A plain scalar of YAML: only where the key opens a line or stands in a flow mapping, so that a colon in a
/// message hides nothing.
fn plain(bytes: &[u8], key: usize, start: usize) -> Option<Range<usize>> {
    let before = &bytes[..key];
    let line = memchr::memrchr(b'\n', before).map_or(0, |at| at + 1);
    let flow = before.iter().rev().find(|b| **b != b' ').is_some_and(|b| matches!(b, b'{' | b','));
    let opens = before[line..].iter().all(|b| matches!(b, b' ' | b'\t' | b'-' | b'"' | b'\''));
    if !flow && !opens {
        return None;
    }
    let mut end = start;
    while let Some(&byte) = bytes.get(end) {
        let comment = byte == b'#' && end > start && bytes[end - 1] == b' ';
        if matches!(byte, b'\r' | b'\n') || comment || (flow && matches!(byte, b',' | b'}')) {
            break;
        }
        end += 1;
    }
    while end > start && matches!(bytes[end - 1], b' ' | b'\t') {
        end -= 1;
    }
    let text = &bytes[start..end];
    (text != b"null" && text != b"~").then_some(start..end)
}

/// `"connectionString": { "value": "…" }`.
fn wrapped(text: &str, object: &Range<usize>, name: &str, found: &mut Vec<Range<usize>>) {
    let bytes = text.as_bytes();
    for colon in memchr::memchr_iter(b':', &bytes[object.clone()]).map(|at| object.start + at) {
        let Some(key) = key_before(bytes, colon) else { continue };
        if !WRAPPERS.iter().any(|word| word.eq_ignore_ascii_case(&text[key.clone()])) {
            continue;
        }
        if let Some(Found::Text(range)) = value_after(text, key.start, colon + 1)
            && is_secret(name, &text[range.clone()])
        {
            found.push(range);
        }
    }
}

#[cfg(test)]
mod tests;
