//! Texts as .NET counts them: in UTF-16 units, compared without case by ordinal.

/// A character in upper case, where that is one character.
pub(super) fn upper(c: char) -> char {
    let mut mapped = c.to_uppercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// A character in lower case, where that is one character.
pub(super) fn lower(c: char) -> char {
    let mut mapped = c.to_lowercase();
    match (mapped.next(), mapped.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

/// Whether two texts are one without case.
pub(super) fn same(a: &str, b: &str) -> bool {
    a.chars().map(upper).eq(b.chars().map(upper))
}

/// How many units.
pub(super) fn length(text: &str) -> usize {
    if text.is_ascii() { text.len() } else { text.encode_utf16().count() }
}

/// The units from `start`, at most `count` of them; both clamp.
pub(super) fn slice(text: &str, start: usize, count: usize) -> String {
    if text.is_ascii() {
        let start = start.min(text.len());
        let end = start.saturating_add(count).min(text.len());
        return text[start..end].to_owned();
    }
    let units: Vec<u16> = text.encode_utf16().skip(start).take(count).collect();
    String::from_utf16_lossy(&units)
}

/// Where the first (or the last) occurrence begins, without case, in units.
pub(super) fn index_of(text: &str, part: &str, last: bool) -> Option<usize> {
    let folded: Vec<char> = text.chars().map(upper).collect();
    let wanted: Vec<char> = part.chars().map(upper).collect();
    if wanted.is_empty() {
        return Some(if last { length(text) } else { 0 });
    }
    let mut windows = folded.windows(wanted.len());
    let at = if last { windows.rposition(|w| w == wanted) } else { windows.position(|w| w == wanted) }?;
    Some(text.chars().take(at).map(char::len_utf16).sum())
}

/// Whether a text has the form of a pattern in which each `*` stands for any run of characters; without case.
pub(super) fn like(text: &str, pattern: &str) -> bool {
    let text: Vec<char> = text.chars().map(upper).collect();
    let pattern: Vec<char> = pattern.chars().map(upper).collect();
    let mut parts = pattern.split(|c| *c == '*');
    let first = parts.next().unwrap_or_default();
    let Some(mut rest) = text.strip_prefix(first) else { return false };
    let Some(last) = parts.next_back() else { return rest.is_empty() };
    for part in parts.filter(|part| !part.is_empty()) {
        let Some(at) = rest.windows(part.len()).position(|window| window == part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

/// All occurrences replaced, found without case.
pub(super) fn replace_without_case(text: &str, old: &str, new: &str) -> String {
    let letters: Vec<char> = text.chars().collect();
    let folded: Vec<char> = letters.iter().copied().map(upper).collect();
    let wanted: Vec<char> = old.chars().map(upper).collect();
    let mut replaced = String::with_capacity(text.len());
    let mut at = 0;
    while at < letters.len() {
        if folded[at..].starts_with(&wanted) {
            replaced.push_str(new);
            at += wanted.len();
        } else {
            replaced.push(letters[at]);
            at += 1;
        }
    }
    replaced
}
