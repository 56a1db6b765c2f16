//! The codes of this room: `AZP10xx`, checks of definitions.

use crate::source::codes;

codes! {}
