//! Policy unit tests.

pub mod codes;
