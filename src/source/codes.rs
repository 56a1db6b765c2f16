//! The codes of this room: `AZP01xx`, reading text.

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
    /// Bytes that are no text.
    NOT_TEXT = "AZP0106" "not-text" Error;
    /// A text in no encoding that is read.
    NOT_UTF8 = "AZP0107" "not-utf8" Error;
    /// A file or folder that can't be read.
    UNREADABLE = "AZP0108" "unreadable" Error;
    /// A folder without a file that is read.
    EMPTY_FOLDER = "AZP0109" "empty-folder" Warning;
    /// A folder that azpol wrote.
    OWN_OUTPUT = "AZP0110" "own-output" Note;
    /// One file given more than once.
    READ_ONCE = "AZP0111" "read-once" Note;
    /// A text that isn't YAML.
    YAML_SYNTAX = "AZP0112" "yaml-syntax" Error;
    /// YAML that JSON has no word for: tags, merge keys, infinities.
    YAML_BEYOND_JSON = "AZP0113" "yaml-beyond-json" Error;
    /// A template expression without quotes.
    UNQUOTED_EXPRESSION = "AZP0114" "unquoted-expression" Error;
    /// Aliases that blow a document up.
    YAML_ALIASES = "AZP0115" "yaml-aliases" Error;
    /// A number beyond the range of floats.
    NUMBER_RANGE = "AZP0116" "number-range" Error;
    /// A raw control character in a text of JSON.
    CONTROL_CHARACTER = "AZP0117" "control-character" Warning;
    /// Half a character, written as an escape.
    LONE_SURROGATE = "AZP0118" "lone-surrogate" Warning;
    /// A value larger than the limit.
    TOO_LARGE = "AZP0119" "too-large" Error;
    /// A file without a byte in it.
    EMPTY_FILE = "AZP0120" "empty-file" Warning;
}
