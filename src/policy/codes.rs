//! The codes of this room: `AZP03xx`, documents of Azure Policy and the parameters of assignments.

use crate::source::codes;

codes! {
    /// A member that the document needs is missing.
    MISSING_MEMBER = "AZP0301" "missing-member" Error;
    /// A value of another kind than the member takes.
    WRONG_KIND = "AZP0302" "wrong-kind" Error;
    /// A key that this object doesn't have.
    UNKNOWN_KEY = "AZP0303" "unknown-key" Error;
    /// A condition that the rule language doesn't have.
    UNKNOWN_CONDITION = "AZP0304" "unknown-condition" Error;
    /// A condition that isn't one subject, one operator and one target.
    MALFORMED_CONDITION = "AZP0305" "malformed-condition" Error;
    /// An effect that Azure Policy doesn't have.
    UNKNOWN_EFFECT = "AZP0306" "unknown-effect" Error;
    /// A value that is none of a closed set.
    UNKNOWN_VALUE = "AZP0307" "unknown-value" Error;
    /// A target that the operator can't compare with.
    WRONG_TARGET = "AZP0308" "wrong-target" Error;
    /// A `count` that the rule language doesn't have.
    MALFORMED_COUNT = "AZP0309" "malformed-count" Error;
    /// A rule that reads a parameter which its definition doesn't declare.
    UNDECLARED_REFERENCE = "AZP0310" "undeclared-reference" Error;
    /// A placeholder where a value belongs.
    PLACEHOLDER = "AZP0311" "placeholder" Error;
    /// An assignment gives a parameter that its definition doesn't declare.
    UNDECLARED_PARAMETER = "AZP0312" "undeclared-parameter" Error;
    /// An assignment lacks a parameter that has no default.
    MISSING_PARAMETER = "AZP0313" "missing-parameter" Error;
    /// A parameter's value has another type than the definition declares.
    MISTYPED_PARAMETER = "AZP0314" "mistyped-parameter" Error;
    /// A parameter's value is none of the allowed ones.
    VALUE_NOT_ALLOWED = "AZP0315" "value-not-allowed" Error;
    /// A parameter's declaration contradicts itself.
    BAD_DECLARATION = "AZP0316" "bad-declaration" Error;
    /// A text that is no id where one belongs.
    BAD_ID = "AZP0317" "bad-id" Error;
    /// An assignment whose `scope` isn't the one of its id.
    SCOPE_MISMATCH = "AZP0318" "scope-mismatch" Warning;
    /// A field that is neither an accessor nor an alias.
    UNKNOWN_FIELD = "AZP0319" "unknown-field" Error;
    /// A part of the document that a template computes.
    COMPUTED_PART = "AZP0320" "computed-part" Error;
    /// A member of an initiative names a group that the initiative doesn't have.
    UNKNOWN_GROUP = "AZP0321" "unknown-group" Error;
    /// Two members of an initiative have one reference id.
    DUPLICATE_REFERENCE = "AZP0322" "duplicate-reference" Error;
    /// A value that doesn't fit the schema of its parameter.
    VALUE_UNFIT = "AZP0323" "value-unfit" Error;
}
