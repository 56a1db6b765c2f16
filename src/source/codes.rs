//! The codes of this room: AZP01xx, reading text.

use super::code::codes;

codes! {
    /// A text that isn't JSON.
    JSON_SYNTAX = "AZP0101" "json-syntax" Error;
    /// A document that ends too early.
    JSON_TRUNCATED = "AZP0102" "json-truncated" Error;
    /// Nested deeper than the limit.
    TOO_DEEP = "AZP0103" "too-deep" Error;
    /// One key twice, with unlike values.
    DUPLICATE_KEY = "AZP0104" "duplicate-key" Error;
    /// One key twice, with equal values.
    REPEATED_KEY = "AZP0105" "repeated-key" Warning;
}
