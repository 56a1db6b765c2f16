//! Parsing alone: every line of the same files to a tree, which is dropped at once. The bytes are in memory before
//! the time starts.

use std::hint::black_box;

use crate::fault::Fault;
use crate::outcome::Outcome;
use crate::tenant::{Tenant, lines};

/// Every line to the `Value` of `sonic-rs`.
pub(crate) fn sonic_rs(tenant: &Tenant) -> Result<Outcome, Fault> {
    each_line(tenant, |line| {
        sonic_rs::from_slice::<sonic_rs::Value>(line)
            .map(|value| drop(black_box(value)))
            .map_err(|error| error.to_string())
    })
}

/// Every line to the `Value` of `serde_json`.
pub(crate) fn serde_json(tenant: &Tenant) -> Result<Outcome, Fault> {
    each_line(tenant, |line| {
        serde_json::from_slice::<serde_json::Value>(line)
            .map(|value| drop(black_box(value)))
            .map_err(|error| error.to_string())
    })
}

/// The bytes from the file system, nothing done with them.
pub(crate) fn reading(tenant: &Tenant) -> Result<Outcome, Fault> {
    let mut outcome = Outcome::default();
    outcome.part("reading", || {
        tenant.listings().iter().try_for_each(|path| Tenant::read(path).map(|bytes| drop(black_box(bytes))))
    })?;
    Ok(outcome)
}

fn each_line(tenant: &Tenant, parse: impl Fn(&[u8]) -> Result<(), String>) -> Result<Outcome, Fault> {
    let mut texts = Vec::new();
    for path in tenant.listings() {
        texts.push(Tenant::read(&path)?);
    }
    let mut outcome = Outcome::default();
    outcome
        .part("parsing", || texts.iter().flat_map(|text| lines(text)).try_for_each(parse))
        .map_err(|error| Fault::Document("a generated line".to_owned(), error))?;
    Ok(outcome)
}
