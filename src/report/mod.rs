//! One file a format.

pub mod codes;
pub mod evaluation;
pub mod explain;
mod initiative;
mod intent;
pub mod json;
mod lines;
pub mod plan_table;
mod readings;
mod rows;
mod style;
pub mod table;
pub mod tests_data;
pub mod tests_table;
pub mod validation;
mod view;
mod without_rows;
mod words;

pub use style::{Mark, Style};
pub use view::View;
