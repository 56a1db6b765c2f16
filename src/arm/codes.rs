//! The codes of this room: `AZP02xx`, expressions and templates.

use crate::source::codes;

codes! {
    /// A text in brackets that is no expression.
    EXPRESSION_SYNTAX = "AZP0201" "expression-syntax" Error;
    /// An expression that is too long or too deep.
    EXPRESSION_LIMIT = "AZP0202" "expression-limit" Error;
    /// A function that doesn't exist.
    UNKNOWN_FUNCTION = "AZP0203" "unknown-function" Error;
    /// A function that exists only in the other dialect.
    FUNCTION_NOT_ALLOWED = "AZP0204" "function-not-allowed" Error;
    /// A call with too few or too many arguments.
    ARGUMENT_COUNT = "AZP0205" "argument-count" Error;
    /// A file that is given as a catalogue of aliases and holds none.
    NO_CATALOG = "AZP0206" "no-catalog" Error;
    /// An alias of a catalogue without a name or a path.
    INCOMPLETE_ALIAS = "AZP0207" "incomplete-alias" Warning;
}
