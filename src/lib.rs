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

pub mod export;

pub mod remediation;

pub mod lint;

pub mod testing;

pub mod report;

pub mod cli;

/// Every code of every room, by id: what `azpol explain` knows, and what the tests compare pages and cases with.
///
/// A room that gains its first codes adds its table here.
pub fn all_codes() -> Vec<&'static source::Code> {
    let mut codes = [
        source::codes::ALL,
        arm::codes::ALL,
        config::codes::ALL,
        policy::codes::ALL,
        inventory::codes::ALL,
        engine::codes::ALL,
        compliance::codes::ALL,
        export::codes::ALL,
        remediation::codes::ALL,
        lint::codes::ALL,
        testing::codes::ALL,
        report::codes::ALL,
        cli::codes::ALL,
    ]
    .concat();
    codes.sort_by_key(|code| code.id);
    codes
}
