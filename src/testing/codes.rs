//! The codes of this room: `AZP11xx`, policy unit tests.

use crate::source::codes;

codes! {
    /// A test file names a definition that isn't there.
    UNKNOWN_DEFINITION = "AZP1101" "unknown-test-definition" Error;
    /// A case that can't be evaluated.
    NOT_EVALUATED = "AZP1102" "case-not-evaluated" Error;
    /// A resource of a case that has neither an id nor a type.
    BAD_RESOURCE = "AZP1103" "bad-test-resource" Error;
    /// No test file was found.
    NO_TESTS = "AZP1104" "no-tests" Error;
    /// Two cases of a file have one name.
    SAME_NAME = "AZP1105" "same-case-name" Error;
    /// A text that is no time.
    BAD_TIME = "AZP1106" "bad-test-time" Error;
    /// No case has a name that the filter asks for.
    NOTHING_SELECTED = "AZP1107" "no-case-selected" Error;
    /// A state, or `any`, is expected, and something else is written.
    BAD_WORD = "AZP1108" "bad-test-word" Error;
    /// Something that decides about rows and that a case can't give yet.
    NOT_GIVABLE = "AZP1109" "not-in-a-case" Error;
    /// An assignment that can't be the one of the case.
    BAD_ASSIGNMENT = "AZP1110" "bad-test-assignment" Error;
}
