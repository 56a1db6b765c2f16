//! The plans of the example tenants: what is deployed, which hazards are named, and that the proof holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use azpol::arm::AliasCatalog;
use azpol::compliance::{Definitions, Run, evaluate, resolve};
use azpol::inventory::{Inventory, InventoryBuilder, Provenance};
use azpol::policy::{self, DefinitionSource, PolicyDefinition, SHIPPED};
use azpol::remediation::{PlanFiles, RemediationPlan, plan};
use azpol::source::{self, Diagnostics, Form, SourceMap};
use sha2::{Digest, Sha256};

/// A folder of the repository, evaluated.
fn run(folder: &str) -> (Inventory, Run) {
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let inputs = source::discover(&[root], &mut std::io::empty(), &mut sources, &mut faults);
    let mut builder = InventoryBuilder::new();
    for input in &inputs {
        let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
        for node in source::documents(&mut sources, input, &mut faults) {
            builder.document(node, provenance, &mut faults);
        }
    }
    let hash = |file| {
        let bytes = source::read::bytes(&sources, file)?;
        Some(Sha256::digest(&bytes).iter().map(|byte| format!("{byte:02x}")).collect())
    };
    let (inventory, documents, _) = builder.finish(&[], &sources, &hash);
    let given = documents.definitions.iter().filter_map(|node| policy::definition(node, "x", &mut faults)).collect();
    let shipped = shipped(&mut sources, &mut faults);
    let definitions = Definitions::new(given, shipped, &mut faults);
    let assignments = documents
        .assignments
        .iter()
        .filter_map(|node| policy::assignment(node, &mut faults))
        .map(|assignment| (assignment, false))
        .collect();
    let mut run = resolve(assignments, &definitions, &AliasCatalog::built_in(), &mut faults);
    (run.rows, run.excluded) = evaluate(&inventory, &run.assignments, &|_| true, None);
    (inventory, run)
}

fn shipped(sources: &mut SourceMap, faults: &mut Diagnostics) -> Vec<PolicyDefinition> {
    let mut definitions = Vec::new();
    for shipped in SHIPPED {
        let file = sources.add(shipped.file, shipped.text);
        for node in source::yaml::parse(file, shipped.text, faults) {
            let mut definition = policy::definition(&node, shipped.guid, faults).expect("a definition");
            definition.source = DefinitionSource::Shipped;
            definitions.push(definition);
        }
    }
    definitions
}

fn planned(folder: &str) -> RemediationPlan {
    let (inventory, run) = run(folder);
    plan(&inventory, &run, &|_| true, None)
}

/// By code: subscription (or assignment) and message.
fn hazards(plan: &RemediationPlan) -> BTreeMap<&'static str, Vec<String>> {
    let mut found: BTreeMap<_, Vec<String>> = BTreeMap::new();
    for hazard in &plan.hazards {
        let about = match &hazard.subscription {
            Some(subscription) => plan.name(subscription).to_owned(),
            None => plan.assignments[hazard.assignments[0]].assignment.name.to_string(),
        };
        found.entry(hazard.code.id).or_default().push(format!("{about}: {}", hazard.message));
    }
    found
}

#[test]
fn contoso_converges() {
    let plan = planned("fixtures/contoso");
    let deployments: Vec<String> = plan
        .deployments
        .iter()
        .map(|d| {
            let assignment = &plan.assignments[d.assignment].assignment.name;
            format!("{assignment} {}: {}", plan.name(&d.subscription), d.summary())
        })
        .collect();
    println!("{deployments:#?}\n{:#?}\n{:#?}\n{:#?}\n{:#?}", hazards(&plan), plan.not_checked, plan.proof, plan.not_planned);
    println!("{:#?} {:#?}", plan.not_deployable, plan.rights);
    assert!(plan.proof.holds());
    let files = PlanFiles::new(&plan);
    println!("{}", String::from_utf8_lossy(files.get("README.md").expect("a README")));
    println!("{}", String::from_utf8_lossy(files.get("commands.sh").expect("a script")));
}

#[test]
fn fabrikam_does_not() {
    let plan = planned("fixtures/fabrikam");
    println!("{:#?}\n{:#?}\n{:#?}\n{:#?}", hazards(&plan), plan.not_checked, plan.proof, plan.not_planned);
    let deployments: Vec<String> = plan
        .deployments
        .iter()
        .map(|d| {
            let assignment = &plan.assignments[d.assignment].assignment.name;
            format!("{assignment} {}: {}", plan.name(&d.subscription), d.summary())
        })
        .collect();
    println!("{deployments:#?}");
    assert!(!plan.proof.holds());
}
