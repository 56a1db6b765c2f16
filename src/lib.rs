//! azpol: `terraform plan` for Azure Policy.
//!
//! It says, offline and in seconds, which subscriptions a set of policy assignments finds non-compliant, why,
//! and exactly what a remediation would deploy.
//!
//! The tour of the house: data flows down this list of rooms, and a room uses only rooms above it (a test
//! holds that order).

pub mod source;

pub mod arm;

pub mod config;

pub mod policy;

pub mod inventory;

pub mod engine;

pub mod compliance;

pub mod remediation;

pub mod report;

pub mod cli;
