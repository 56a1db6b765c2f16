//! Which versions of a definition an assignment or an initiative takes.

use std::fmt;
use std::sync::Arc;

/// `definitionVersion`: a version, or a pattern such as `1.*.*` or `3.*.*-preview`.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/assignment-structure#policy-definition-id-and-version-preview>
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionPattern(Arc<str>);

impl VersionPattern {
    /// As it is written.
    pub fn new(text: impl Into<Arc<str>>) -> VersionPattern {
        VersionPattern(text.into())
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a version is one that the pattern takes: numbers that are written have to agree, and previews come in
    /// only where the pattern ends with `-preview`.
    pub fn takes(&self, version: &str) -> bool {
        let (numbers, suffix) = self.0.split_once('-').unwrap_or((&self.0, ""));
        let (known, preview) = version.split_once('-').unwrap_or((version, ""));
        let agree = |(wanted, found): (&str, &str)| wanted == "*" || wanted == found;
        let numbers = numbers.split('.').zip(known.split('.')).all(agree);
        let preview = preview.eq_ignore_ascii_case("preview");
        numbers && (!preview || suffix.eq_ignore_ascii_case("preview"))
    }
}

impl fmt::Display for VersionPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::VersionPattern;

    #[test]
    fn versions_are_taken_by_pattern() {
        for (pattern, version, taken) in [
            ("1.*.*", "1.4.2", true),
            ("1.*.*", "2.0.0", false),
            ("1.2.*", "1.3.0", false),
            ("1.*.*", "1.0.0-preview", false),
            ("1.*.*-preview", "1.0.0-PREVIEW", true),
            ("3.*.*-preview", "3.1.1", true),
            ("1.*.*", "1.0.0-deprecated", true),
        ] {
            assert_eq!(VersionPattern::new(pattern).takes(version), taken, "{pattern} {version}");
        }
    }
}
