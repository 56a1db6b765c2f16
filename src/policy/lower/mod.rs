//! From spanned trees to the documents of Azure Policy.
//!
//! Every fault of a document is found at once and has a place. What azpol doesn't evaluate yet is no fault
//! here as long as Azure takes it: the room `engine` names it when the definition is compiled.

mod assignment;
mod condition;
mod definition;
mod details;
mod existence;
mod parameters;
mod placeholder;
mod reading;
mod rule;
mod set;

#[cfg(test)]
mod tests;

pub use assignment::assignment;
pub use definition::definition;
pub use set::set_definition;
