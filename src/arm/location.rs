//! Regions.

use std::fmt;
use std::sync::Arc;

/// A region in its normal form: lower case, without blanks (`West Europe` is `westeurope`).
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule#fields>
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Location(Arc<str>);

impl Location {
    /// The normal form of any spelling.
    pub fn new(text: &str) -> Location {
        let folded: String =
            text.chars().filter(|c| !c.is_whitespace()).map(|c| c.to_ascii_lowercase()).collect();
        Location(folded.into())
    }

    /// Whether a text is its own normal form.
    pub fn is_normal(text: &str) -> bool {
        text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
    }

    /// The normal form.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for Location {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
