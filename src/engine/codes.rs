//! The codes of this room: `AZP06xx`, compiling a rule.

use crate::source::codes;

codes! {
    /// The definition uses what azpol hasn't built.
    NOT_BUILT = "AZP0601" "not-built" Error;
    /// Azure refuses the definition with these parameters.
    REFUSED = "AZP0602" "refused" Error;
}
