//! The codes of this room: `AZP04xx`, azpol's own documents.

use crate::source::codes;

codes! {
    /// A document of azpol that doesn't fit its schema.
    SCHEMA = "AZP0401" "schema" Error;
    /// A key that azpol's documents don't have.
    UNKNOWN_KEY = "AZP0402" "unknown-key" Error;
    /// A version of a document that this azpol doesn't read.
    UNKNOWN_VERSION = "AZP0403" "unknown-version" Error;
    /// A file of a manifest that isn't among the files that were read.
    FILE_MISSING = "AZP0404" "file-missing" Warning;
    /// A file whose bytes aren't those that the manifest names.
    FILE_CHANGED = "AZP0405" "file-changed" Error;
    /// A time of collection that is none.
    BAD_TIME = "AZP0406" "bad-time" Error;
    /// A scope of a manifest that is none.
    BAD_SCOPE = "AZP0407" "bad-scope" Error;
    /// A file that stands in manifests twice.
    FILE_TWICE = "AZP0408" "file-twice" Error;
}
