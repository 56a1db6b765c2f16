//! Codes of diagnostics, hazards and notes.

/// How bad a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// Worth knowing; changes no state and no exit code.
    Note,
    /// Probably not what was meant; changes no exit code.
    Warning,
    /// Something could not be read or evaluated: exit code 3.
    Error,
}

impl Severity {
    /// The word that users read.
    pub fn as_str(self) -> &'static str {
        match self {
            Severity::Note => "note",
            Severity::Warning => "warning",
            Severity::Error => "error",
        }
    }
}

/// A documented kind of finding: one static entry in the table (`codes.rs`) of the room that finds it.
///
/// Ids are `AZP` and four digits, a hundred a room; each has a page `docs/codes/AZPnnnn.md`, which
/// `azpol explain AZPnnnn` prints, and a case below `tests/codes/`.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code {
    /// `AZP0101`.
    pub id: &'static str,
    /// A short name in lower case with hyphens: `truncated-json`.
    pub name: &'static str,
    /// How bad it is by default.
    pub severity: Severity,
    /// The page, in Markdown.
    pub page: &'static str,
}

/// Declares a room's table of codes: `codes! { CONST = "AZP0101" "short-name" Error; … }`.
///
/// Each entry becomes a `pub static` and a member of `ALL`; its page is `docs/codes/AZP0101.md`.
macro_rules! codes {
    ($($(#[$meta:meta])* $constant:ident = $id:literal $name:literal $severity:ident;)*) => {
        $($(#[$meta])* pub static $constant: $crate::source::Code = $crate::source::Code {
            id: $id,
            name: $name,
            severity: $crate::source::Severity::$severity,
            page: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/docs/codes/", $id, ".md")),
        };)*
        /// Every code of this room, by id.
        pub static ALL: &[&$crate::source::Code] = &[$(&$constant),*];
    };
}
pub(crate) use codes;
