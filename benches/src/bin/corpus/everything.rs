//! All definitions over mixed resources: evaluations a second, and how time grows.
#![expect(clippy::print_stdout, reason = "a program that measures prints what it finds")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::BufWriter;

use azpol::arm::ResourceType;
use azpol::cli::Session;
use azpol::cli::generate_tenant::mixed::{MixedOptions, TOP, mixed};
use azpol::compliance::{Evaluated, evaluate};
use azpol::inventory::Inventory;
use serde_json::json;

use crate::fault::Fault;
use crate::storage::scan;
use crate::timed::{peak, timed};
use crate::{Args, assign};

pub(crate) fn run(args: &Args) -> Result<(), Fault> {
    let definitions = args.shared.join("azure-policy/policyDefinitions");
    let scope = format!("/providers/Microsoft.Management/managementGroups/{TOP}");
    let assignments: Vec<_> = assign::documents(&definitions)
        .iter()
        .enumerate()
        .map(|(number, (_, document))| assign::assignment(document, number, &scope))
        .collect();
    let (mut whole, mut alone) = (Vec::new(), Vec::new());
    for part in [4, 2, 1] {
        let folder = tempfile::tempdir()?;
        let resources = args.resources / part;
        let options = MixedOptions { seed: 1, subscriptions: args.subscriptions, resources, only: None };
        mixed(&options, |name| File::create(folder.path().join(name)).map(BufWriter::new))?;
        fs::write(folder.path().join("assignments.json"), json!(assignments).to_string())?;
        let (session, time) = timed(|| scan(&[folder.path(), &definitions], 2));
        let session = session?;
        let rows = session.run.rows.len();
        let asked = evaluations(&session.inventory, &session.run.assignments);
        whole.push(format!(
            "| {resources} | {asked} | {rows} | {:.3} | {:.0} | {} |",
            time.as_secs_f64(),
            per_second(asked, time.as_secs_f64()),
            peak().map_or_else(|| "n/a".to_owned(), |mebibytes| mebibytes.to_string()),
        ));
        shares(&session, &mut alone);
    }
    println!("From files to states, 2 threads:\n");
    println!(
        "| resources | evaluations | rows | s | evaluations/s | peak MiB |\n|---:|---:|---:|---:|---:|---:|"
    );
    for line in &whole {
        println!("{line}");
    }
    println!("\nEvaluation alone, on all threads:\n");
    println!(
        "| resources | assignments | evaluations | rows | s | evaluations/s |\n|---:|---:|---:|---:|---:|---:|"
    );
    for line in &alone {
        println!("{line}");
    }
    Ok(())
}

/// Evaluation alone, of a part of the assignments and of all: what a table of growth shows of each.
fn shares(session: &Session, lines: &mut Vec<String>) {
    let all = &session.run.assignments;
    for part in [4, 2, 1] {
        // Every so many, so that each part is as mixed as the whole.
        let some: Vec<Evaluated> = all.iter().step_by(part).cloned().collect();
        let asked = evaluations(&session.inventory, &some);
        let now = session.now.as_deref();
        let ((rows, _), time) = timed(|| evaluate(&session.inventory, &some, &session.selection, now));
        lines.push(format!(
            "| {} | {} | {asked} | {} | {:.3} | {:.0} |",
            session.inventory.resource_count(),
            some.len(),
            rows.len(),
            time.as_secs_f64(),
            per_second(asked, time.as_secs_f64())
        ));
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts far below 2^52")]
fn per_second(count: usize, seconds: f64) -> f64 {
    count as f64 / seconds
}

/// How many pairs of a resource and an assignment that can apply to its type there are.
fn evaluations(inventory: &Inventory, assignments: &[Evaluated]) -> usize {
    let mut of_type: BTreeMap<ResourceType, usize> = BTreeMap::new();
    let mut all = 0;
    for subscription in inventory.subscriptions() {
        *of_type.entry(ResourceType::new(ResourceType::SUBSCRIPTION)).or_default() += 1;
        all += 1;
        for resource in inventory.resources_in(&subscription.id) {
            *of_type.entry(resource.resource_type.clone()).or_default() += 1;
            all += 1;
        }
    }
    let of = |evaluated: &Evaluated| match evaluated.policy.target_types() {
        None => all,
        Some(types) => types.iter().filter_map(|t| of_type.get(t)).sum(),
    };
    assignments.iter().map(of).sum()
}
