//! A rule bound to its parameters becomes a program; the program runs against a resource; what a deployment
//! would create for it.

mod truth;

pub use truth::{Cause, Truth};
