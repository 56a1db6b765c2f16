//! The codes of this room: `AZP07xx`, assignments over the tree.

use crate::source::codes;

codes! {
    /// Two unlike definitions with one id.
    AMBIGUOUS_DEFINITION = "AZP0701" "ambiguous-definition" Error;
    /// An assignment at a scope that no input knows.
    UNKNOWN_SCOPE = "AZP0702" "unknown-scope" Error;
    /// A name on the command line that selects nothing.
    SELECTS_NOTHING = "AZP0703" "selects-nothing" Error;
    /// `--assign` names no definition.
    UNKNOWN_DEFINITION = "AZP0704" "unknown-definition" Error;
    /// A scope on the command line that is none.
    NO_SCOPE = "AZP0705" "no-scope" Error;
    /// A type that lies on other resources only, and isn't on the list of extension types.
    LOOKS_LIKE_EXTENSION = "AZP0707" "looks-like-extension" Note;
    /// A `--param` without a value.
    NO_PARAMETER = "AZP0706" "no-parameter-value" Error;
}
