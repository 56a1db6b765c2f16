//! The codes of this room: `AZP06xx`, compiling a rule.

use crate::source::codes;

codes! {
    /// The definition uses what azpol hasn't built.
    NOT_BUILT = "AZP0601" "not-built" Error;
    /// Azure refuses the definition with these parameters.
    REFUSED = "AZP0602" "refused" Error;
    /// Definitions of the service use aliases that the catalogue lacks.
    UNLISTED_ALIASES = "AZP0603" "unlisted-aliases" Warning;
    /// A user's own definition uses an alias that no type has.
    UNKNOWN_ALIAS = "AZP0604" "unknown-alias" Error;
}
