//! Texts compared without case, as .NET's `OrdinalIgnoreCase` has it: each character by its simple upper case,
//! no normalisation, no language.

use std::iter::Map;
use std::str::Chars;

type Folded<'t> = Map<Chars<'t>, fn(char) -> char>;

fn fold(c: char) -> char {
    if c.is_ascii() {
        return c.to_ascii_uppercase();
    }
    let mut upper = c.to_uppercase();
    match (upper.next(), upper.next()) {
        (Some(single), None) => single,
        _ => c,
    }
}

fn folded(text: &str) -> Folded<'_> {
    text.chars().map(fold)
}

/// Whether two texts are equal without case.
pub(super) fn equal(a: &str, b: &str) -> bool {
    if a.is_ascii() || b.is_ascii() {
        // No other character's upper case is an ASCII one, but for `ı` and `ſ`, which .NET keeps apart.
        return a.eq_ignore_ascii_case(b);
    }
    folded(a).eq(folded(b))
}

/// Whether the second text stands in the first one, without case.
pub(super) fn contains(text: &str, part: &str) -> bool {
    if part.is_empty() {
        return true;
    }
    if part.is_ascii() {
        let (text, part) = (text.as_bytes(), part.as_bytes());
        return text.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part));
    }
    let part: Vec<char> = folded(part).collect();
    let text: Vec<char> = folded(text).collect();
    text.windows(part.len()).any(|window| window == part)
}

/// Whether a text has the form of a pattern in which each `*` stands for any run of characters, and `?` for any
/// single one if that is wanted; without case.
pub(super) fn like(text: &str, pattern: &str, any_character: bool) -> bool {
    let text: Vec<char> = folded(text).collect();
    let pattern: Vec<char> = folded(pattern).collect();
    let (mut t, mut p) = (0, 0);
    let mut retry: Option<(usize, usize)> = None;
    while t < text.len() {
        match pattern.get(p) {
            Some('*') => {
                retry = Some((p, t));
                p += 1;
            }
            Some(c) if *c == text[t] || (any_character && *c == '?') => {
                t += 1;
                p += 1;
            }
            _ => match retry {
                Some((star, from)) => {
                    retry = Some((star, from + 1));
                    t = from + 1;
                    p = star + 1;
                }
                None => return false,
            },
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// Whether a text has the form of a `match` pattern: `#` a digit, `?` a letter, `.` any character, others
/// themselves; of equal length.
pub(super) fn matches(text: &str, pattern: &str, with_case: bool, letter: fn(char) -> bool) -> bool {
    let mut text = text.chars();
    let all = pattern.chars().all(|wanted| {
        text.next().is_some_and(|found| match wanted {
            '#' => found.is_ascii_digit(),
            '?' => letter(found),
            '.' => true,
            _ => found == wanted || (!with_case && fold(found) == fold(wanted)),
        })
    });
    all && text.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::{contains, equal, like, matches};

    #[test]
    fn case_is_folded_character_by_character() {
        assert!(equal("Straße", "STRAßE"));
        assert!(!equal("Straße", "STRASSE"));
        assert!(equal("ÄÖ", "äö"));
        assert!(!equal("K", "\u{212A}"), "the Kelvin sign is no K");
    }

    #[test]
    fn parts_are_found() {
        assert!(contains("functionApp,linux", "FUNCTIONAPP"));
        assert!(contains("anything", ""));
        assert!(!contains("größer", "ÖSS") && !contains("größer", "ÖSSE"));
        assert!(contains("größer", "ÖßE"));
        assert!(!contains("a", "ab"));
    }

    #[test]
    fn stars_stand_for_runs() {
        for (text, pattern, holds) in [
            ("Windows2019", "windows*", true),
            ("a-b-c", "a*c", true),
            ("a-b-c", "*b*", true),
            ("abc", "abc", true),
            ("abc", "ab", false),
            ("", "*", true),
            ("aXbXc", "a*b*d", false),
            ("abab", "*ab", true),
        ] {
            assert_eq!(like(text, pattern, false), holds, "{text} like {pattern}");
        }
    }

    #[test]
    fn match_patterns_have_the_length_of_the_text() {
        assert!(matches("vm-01a", "vm-##?", true, char::is_alphabetic));
        assert!(!matches("VM-01a", "vm-##?", true, char::is_alphabetic));
        assert!(matches("VM-01a", "vm-##?", false, char::is_alphabetic));
        assert!(!matches("vm-01ab", "vm-##?", true, char::is_alphabetic));
        assert!(matches("a/c", "a.c", true, char::is_alphabetic));
        assert!(matches("", "", true, char::is_alphabetic));
        assert!(!matches("x", "", true, char::is_alphabetic));
    }
}
