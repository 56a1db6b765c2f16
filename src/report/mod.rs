//! One file a format.

mod intent;
pub mod json;
mod lines;
pub mod plan_table;
mod style;
pub mod table;
pub mod validation;
mod view;
mod words;

pub use style::{Mark, Style};
pub use view::View;
