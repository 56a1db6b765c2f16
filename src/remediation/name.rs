//! Derived names: the same for the same plan, and made of harmless characters only.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The first characters of the hash of these parts, in lower-case hexadecimal.
pub(crate) fn hash<'a>(parts: impl IntoIterator<Item = &'a str>, length: usize) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update(part.as_bytes());
        hasher.update([0]);
    }
    let mut text = String::new();
    for byte in hasher.finalize() {
        let _ = write!(text, "{byte:02x}");
    }
    text.truncate(length);
    text
}

/// What is left of a text in `a-z`, `0-9` and `-`, at most `length` characters; may be empty.
pub(crate) fn slug(text: &str, length: usize) -> String {
    let mut out = String::new();
    for c in text.chars() {
        if c.is_ascii_alphanumeric() {
            out.push(c.to_ascii_lowercase());
        } else if !out.is_empty() && !out.ends_with('-') {
            out.push('-');
        }
    }
    out.truncate(length);
    out.trim_end_matches('-').to_owned()
}

/// `prefix-slug-hash`: readable, and unlike for unlike parts.
pub(crate) fn derived<'a>(prefix: &str, text: &str, parts: impl IntoIterator<Item = &'a str>) -> String {
    let hash = hash(parts, 10);
    match slug(text, 32) {
        slug if slug.is_empty() => format!("{prefix}-{hash}"),
        slug => format!("{prefix}-{slug}-{hash}"),
    }
}

/// A file's name for an id: the id itself where it is a plain word (as a GUID is), else slug and hash.
pub(crate) fn file_stem(id: &str) -> String {
    let plain = !id.is_empty()
        && id.len() <= 64
        && id.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && !is_device(id);
    if plain { id.to_owned() } else { derived("id", id, [id]) }
}

/// Names that Windows keeps for itself.
fn is_device(name: &str) -> bool {
    let numbered = |prefix: &str| {
        name.strip_prefix(prefix).is_some_and(|n| n.len() == 1 && n.bytes().all(|b| b.is_ascii_digit()))
    };
    ["con", "prn", "aux", "nul"].contains(&name) || numbered("com") || numbered("lpt")
}

#[cfg(test)]
mod tests {
    use super::{derived, file_stem, slug};

    #[test]
    fn a_name_is_harmless_whatever_it_comes_from() {
        for text in ["$(x)", "../..", "a\nb", "'\"", "##vso[x]", "[concat()]", "ÄÖÜ", "", "Deploy Export LA"]
        {
            let name = derived("azpol", text, [text]);
            assert!(name.len() <= 64, "{name}");
            assert!(name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-'), "{name}");
        }
        assert_ne!(derived("a", "..", [".."]), derived("a", "//", ["//"]));
        assert_eq!(slug("Deploy Export/LA!", 32), "deploy-export-la");
    }

    #[test]
    fn files_are_called_by_plain_ids() {
        let guid = "11111111-2222-3333-4444-555555555555";
        assert_eq!(file_stem(guid), guid);
        assert!(file_stem("../etc").starts_with("id-etc-"));
        assert!(file_stem("con").starts_with("id-con-"));
    }
}
