//! The codes of this room: `AZP11xx`, policy unit tests.

use crate::source::codes;

codes! {}
