//! One file a format.

mod lines;
mod style;
pub mod table;
mod view;
mod words;

pub use style::{Mark, Style};
pub use view::View;
