//! Tests that run azpol from outside, in one binary.

mod architecture;
mod cli;
mod codes;
mod expansion;
mod fixtures;
mod inputs;
mod plan;
mod policies;
mod reading;

#[path = "../deployment/mod.rs"]
mod deployment;
