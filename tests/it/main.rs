//! Tests that run azpol from outside, in one binary.

mod architecture;
mod codes;
mod fixtures;
mod policies;

#[path = "../deployment/mod.rs"]
mod deployment;
