//! Checks of definitions beyond syntax, one file a check.

pub mod codes;
