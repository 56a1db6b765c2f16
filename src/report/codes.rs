//! The codes of this room: `AZP13xx`, what is said of one expression or one resource.

use crate::source::codes;

codes! {
    /// An expression that the service can't evaluate either.
    EXPRESSION_FAILS = "AZP1301" "expression-fails" Error;
    /// An expression that needs what wasn't given, or what azpol hasn't built.
    EXPRESSION_UNKNOWN = "AZP1302" "expression-unknown" Warning;
    /// An expression of which something is known only while it is deployed.
    KNOWN_WHEN_DEPLOYED = "AZP1303" "known-when-deployed" Note;
    /// A text that is no expression, and stands for itself.
    TAKEN_LITERALLY = "AZP1304" "taken-literally" Note;
}
