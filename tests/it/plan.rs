//! The plans of the example tenants: what is deployed, which hazards are named, and that the proof holds.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use azpol::arm::template::{DeploymentRequest, SubscriptionFacts, expand};
use azpol::arm::{AliasCatalog, Object, Value};
use azpol::compliance::{Compiled, Definitions, Run, Selection, Setting, evaluate, resolve};
use azpol::engine::{Language, Occasion};
use azpol::inventory::{Completeness, Inventory, InventoryBuilder, Provenance};
use azpol::policy::{self, DefinitionSource, PolicyDefinition, SHIPPED};
use azpol::remediation::hazards::Hazard;
use azpol::remediation::{Deployment, Finding, PlanFiles, RemediationPlan, plan};
use azpol::source::{self, Diagnostics, FileId, Form, SourceMap};
use sha2::{Digest, Sha256};

/// What azpol reads from these inputs, evaluated.
fn run(inputs: &[PathBuf], text: &str, complete: &[Completeness]) -> (Inventory, Run) {
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let inputs = source::discover(inputs, &mut text.as_bytes(), &mut sources, &mut faults);
    let mut builder = InventoryBuilder::new();
    for input in &inputs {
        let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
        for node in source::documents(&mut sources, input, &mut faults) {
            builder.document(node, provenance, &mut faults);
        }
    }
    let hash = |file| {
        let bytes = source::read::bytes(&sources, file)?;
        let digits =
            Sha256::digest(&bytes).iter().flat_map(|byte| [byte >> 4, byte & 15]).collect::<Vec<u8>>();
        Some(digits.into_iter().filter_map(|digit| char::from_digit(digit.into(), 16)).collect())
    };
    let (inventory, documents, found) = builder.finish(complete, &sources, &hash);
    faults.extend(found);
    let shipped = shipped(&mut sources, &mut faults);
    let given = documents
        .definitions
        .iter()
        .filter_map(|node| policy::definition(node, "own", &mut faults))
        .collect();
    let definitions = Definitions::new(given, Vec::new(), shipped, &mut faults);
    let assignments = documents
        .assignments
        .iter()
        .filter_map(|node| policy::assignment(node, &mut faults))
        .map(|assignment| (assignment, false))
        .collect();
    let aliases = AliasCatalog::built_in();
    let setting = Setting {
        definitions: &definitions,
        inventory: &inventory,
        language: Language::of(&aliases),
        selection: &Selection::default(),
        compiled: &Compiled::new(),
        given: &Occasion::default(),
    };
    let mut run = resolve(setting, assignments, &mut faults);
    assert!(!faults.has_errors(), "{faults:?}");
    (run.rows, run.excluded) = evaluate(&inventory, &run.assignments, &Selection::default(), None);
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

/// The plan of an example tenant.
fn planned(folder: &str) -> RemediationPlan {
    let (inventory, run) = run(&[Path::new(env!("CARGO_MANIFEST_DIR")).join(folder)], "", &[]);
    plan(&inventory, &run, &Selection::default(), None)
}

/// The plan of a subscription without resources, with everything listed, under assignments of shipped twins.
fn planned_for(assignments: &[(&str, &str, &str)]) -> RemediationPlan {
    planned_with("", assignments)
}

/// The same, with a definition that is given.
fn planned_with(definition: &str, assignments: &[(&str, &str, &str)]) -> RemediationPlan {
    let subscription = r#"[{"id": "11111111-2222-3333-4444-555555555555", "name": "one", "state": "Enabled",
        "tenantId": "99999999-8888-7777-6666-555555555555", "cloudName": "AzureCloud", "isDefault": true,
        "user": {"name": "a", "type": "user"}}]"#;
    let assignments: Vec<String> = assignments
        .iter()
        .map(|(name, definition, parameters)| {
            format!(
                r#"{{"type": "Microsoft.Authorization/policyAssignments", "name": "{name}",
                "id": "/subscriptions/11111111-2222-3333-4444-555555555555/providers/Microsoft.Authorization/policyAssignments/{name}",
                "identity": {{"type": "SystemAssigned", "principalId": "p"}}, "location": "westeurope",
                "properties": {{"displayName": "{name}", "scope": "/subscriptions/11111111-2222-3333-4444-555555555555",
                "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/{definition}",
                "parameters": {{{parameters}}}}}}}"#
            )
        })
        .collect();
    let complete = ["Microsoft.Security/automations", "Microsoft.Resources/subscriptions/resourceGroups"]
        .map(|listed| Completeness::parse(listed).expect("a type"));
    let text = format!("{definition}\n{subscription}\n[{}]", assignments.join(","));
    let (inventory, run) = run(&[PathBuf::from("-")], &text, &complete);
    plan(&inventory, &run, &Selection::default(), None)
}

const WORKSPACE_EXPORT: &str = "ffb6f416-7bd2-4488-8828-56585fef2be9";
const HUB_EXPORT: &str = "cdfcce10-4578-4ecd-9703-530938e4abcb";
const TRUSTED_EXPORT: &str = "af9f6c70-eb74-4189-8d15-e4f11a7ebfd4";
const REGULATORY_WORKFLOW: &str = "509122b9-ddd9-47ba-a5f1-d0dac20be63c";

/// Parameters of an export to a workspace.
fn workspace_export(more: &str) -> String {
    format!(
        r#""resourceGroupName": {{"value": "rg-export"}}, "resourceGroupLocation": {{"value": "westeurope"}},
        "workspaceResourceId": {{"value": "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law"}}{more}"#
    )
}

/// Parameters of an export to an event hub.
fn hub_export(rule: &str, more: &str) -> String {
    format!(
        r#""resourceGroupName": {{"value": "rg-export"}}, "resourceGroupLocation": {{"value": "westeurope"}},
        "eventHubDetails": {{"value": "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/rg/providers/Microsoft.EventHub/namespaces/n/eventhubs/h{rule}"}}{more}"#
    )
}

/// By code: subscription (or assignment) and message.
fn hazards(plan: &RemediationPlan) -> Vec<String> {
    let one = |hazard: &Hazard| {
        let about = match &hazard.subscription {
            Some(subscription) => plan.name(subscription),
            None => &plan.assignments[hazard.assignments[0]].assignment.name,
        };
        format!("{} {about}: {}", hazard.code.id, hazard.message)
    };
    plan.hazards.iter().map(one).collect()
}

fn deployments(plan: &RemediationPlan) -> Vec<String> {
    let one = |deployment: &Deployment| {
        let assignment = &plan.assignments[deployment.assignment].assignment.name;
        format!("{assignment} {}: {}", plan.name(&deployment.subscription), deployment.summary())
    };
    plan.deployments.iter().map(one).collect()
}

fn findings(plan: &RemediationPlan, found: &[Finding]) -> Vec<String> {
    found.iter().map(|f| format!("{}: {}", plan.name(&f.subscription), f.reason)).collect()
}

#[test]
fn contoso_converges() {
    let plan = planned("fixtures/contoso");
    assert_eq!(
        deployments(&plan),
        [
            "Deploy-Export-EH data-prod: rg-siem-export (new, westeurope), exportToEventHub → defender-export, 2 sources",
            "Deploy-Export-LA app-prod-01: rg-security-export (new, westeurope), ExportToWorkspace → law-central, 6 sources",
            "Deploy-Export-LA app-prod-02: ExportToWorkspace: isEnabled false → true, tag `owner` vanishes",
            "Deploy-Export-LA data-dev: ExportToWorkspace: source AttackPaths vanishes",
            "Deploy-Export-LA data-prod: ExportToWorkspace: + source RegulatoryComplianceAssessment",
            "Deploy-Export-LA sandbox-02: rg-security-export (new, westeurope), ExportToWorkspace → law-central, 6 sources",
            "Deploy-Export-LA-Reg payments-prod: ExportToWorkspace → law-central, 6 sources",
        ]
    );
    assert_eq!(
        hazards(&plan),
        [
            "AZP0801 app-prod-02: rg-security-export carries `cost-center`, `owner`",
            "AZP0804 sandbox-02: ExportToWorkspace in rg-monitoring stays, and sends the same data to the same place (6 sources)",
            "AZP0806 app-prod-02: ExportToWorkspace: isEnabled false → true, tag `owner` vanishes",
            "AZP0806 data-dev: ExportToWorkspace: source AttackPaths vanishes",
            "AZP0809 Deploy-Export-EH: the identity lacks Contributor at event hub defender-export",
        ]
    );
    assert!(plan.not_checked.is_empty(), "{:?}", plan.not_checked);
    assert!(plan.not_planned.is_empty() && plan.not_deployable.is_empty());
    assert_eq!(
        plan.proof.sentence(),
        "after this plan all 17 planned and compliant rows are Compliant, nothing else changes, a second plan is empty"
    );
    let tasks: Vec<_> = plan.tasks.iter().map(|task| (task.scope.id(), task.planned)).collect();
    let group = |name: &str| format!("/providers/Microsoft.Management/managementGroups/{name}");
    assert_eq!(tasks, [(group("mg-prod"), 1), (group("mg-contoso"), 5), (group("mg-regulated"), 1)]);
}

#[test]
fn fabrikam_does_not() {
    let plan = planned("fixtures/fabrikam");
    assert_eq!(
        findings(&plan, &plan.proof.non_convergent),
        [
            "retail-prod-03: rg-defender-export exists in northeurope and can't be put in westeurope",
            "lab-01: what it deploys doesn't meet its own condition: `count(parameters('exportedDataTypes'))` is 1, \
             wants 3; parameter `exportedDataTypes` names `Security alerts` twice",
            "lab-02: the resource group rg-defender-export doesn't exist, and nothing makes it",
        ]
    );
    assert_eq!(
        findings(&plan, &plan.proof.worse),
        [
            "retail-prod-01: it is NonCompliant after the plan: exportToEventHub is written by `Export to Event Hub, trusted`"
        ]
    );
    assert!(!plan.proof.holds());
    let found = hazards(&plan);
    for expected in [
        "AZP0802 retail-prod-03: rg-defender-export exists in northeurope, and is to be put in westeurope: refused",
        "AZP0803 lab-02: rg-defender-export doesn't exist, and nothing makes it: refused",
        "AZP0807 retail-prod-01: exportToEventHub makes `Export to Event Hub` compliant, and `Export to Event Hub, trusted` replaces it",
        "AZP0810 Deploy-Export-EH-Trust: nobody holds Azure Event Hubs Data Sender at hub defender",
    ] {
        assert!(found.contains(&expected.to_owned()), "{expected} in {found:#?}");
    }
    let not_planned: BTreeMap<_, _> =
        plan.not_planned.iter().map(|n| (n.code.id, n.reason.as_str())).collect();
    assert_eq!(not_planned.get("AZP0820"), Some(&"the subscription is Disabled"));
    assert!(not_planned.contains_key("AZP0822"), "{not_planned:?}");
    let asked: Vec<_> = plan.not_checked.iter().map(|open| open.code.id).collect();
    assert_eq!(asked, ["AZP0811", "AZP0812"]);
}

#[test]
fn what_the_provider_makes_of_an_empty_list_stays_open() {
    let parameters = r#""automationName": {"value": "workflow"}, "resourceGroupName": {"value": "rg"},
        "resourceGroupLocation": {"value": "westeurope"},
        "logicAppResourceId": {"value": "/subscriptions/s/resourceGroups/rg/providers/Microsoft.Logic/workflows/w"},
        "logicAppTrigger": {"value": "When an Azure Security Center regulatory compliance assessment is created or triggered"}"#;
    let plan = planned_for(&[("Workflow", REGULATORY_WORKFLOW, parameters)]);
    assert_eq!(plan.deployments.len(), 1);
    let proof = &plan.proof;
    assert!(proof.holds() && proof.non_convergent.is_empty(), "{proof:?}");
    assert_eq!(proof.undecided.len(), 1);
    assert!(proof.undecided[0].reason.contains("ruleSets"), "{proof:?}");
    assert_eq!(proof.undecided[0].code.id, "AZP0841");
}

#[test]
fn an_empty_list_that_is_needed_is_refused() {
    let export = workspace_export(r#", "alertSeverities": {"value": []}"#);
    let refused = planned_for(&[("Export", WORKSPACE_EXPORT, &export)]);
    assert!(refused.deployments.is_empty() && refused.tasks.is_empty());
    let refusal = &refused.not_deployable[0].refusals[0];
    assert!(refusal.expression.as_deref().is_some_and(|e| e.contains("alertSeverities")), "{refusal:?}");
}

#[test]
fn a_variable_that_only_eager_evaluation_needs_is_a_hazard() {
    let definition = r#"{"id": "/providers/Microsoft.Authorization/policyDefinitions/own", "name": "own",
        "type": "Microsoft.Authorization/policyDefinitions", "properties": {"displayName": "own", "mode": "All",
        "parameters": {"severities": {"type": "Array"}},
        "policyRule": {"if": {"field": "type", "equals": "Microsoft.Resources/subscriptions"}, "then": {
        "effect": "deployIfNotExists", "details": {"type": "Microsoft.Security/automations", "name": "own",
        "existenceScope": "ResourceGroup", "resourceGroupName": "rg-own", "deploymentScope": "Subscription",
        "roleDefinitionIds": ["/providers/Microsoft.Authorization/roleDefinitions/b24988ac-6180-42a0-ab88-20f7382dd24c"],
        "deployment": {"location": "westeurope", "properties": {"mode": "incremental",
            "parameters": {"severities": {"value": "[parameters('severities')]"}},
            "template": {"$schema": "https://schema.management.azure.com/schemas/2018-05-01/subscriptionDeploymentTemplate.json#",
            "contentVersion": "1.0.0.0", "parameters": {"severities": {"type": "array"}},
            "variables": {"first": "[parameters('severities')[0]]"},
            "resources": [{"type": "Microsoft.Resources/resourceGroups", "apiVersion": "2021-04-01", "name": "rg-own", "location": "westeurope"},
            {"type": "Microsoft.Resources/deployments", "apiVersion": "2021-04-01", "name": "nested", "resourceGroup": "rg-own",
            "dependsOn": ["rg-own"], "properties": {"mode": "Incremental", "template": {
            "$schema": "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#", "contentVersion": "1.0.0.0",
            "resources": [{"type": "Microsoft.Security/automations", "apiVersion": "2019-01-01-preview", "name": "own",
            "location": "westeurope", "properties": {"isEnabled": true}}]}}}]}}}}}}}}"#;
    let plan = planned_with(definition, &[("Own", "own", r#""severities": {"value": []}"#)]);
    assert_eq!(plan.deployments.len(), 1, "{:?} {:?}", plan.not_deployable, plan.not_planned);
    assert!(plan.proof.holds());
    let found = hazards(&plan);
    assert!(found.iter().any(|h| h.starts_with("AZP0813 Own: variable `first` fails")), "{found:#?}");
}

#[test]
fn two_exports_of_one_name_undo_each_other_in_either_order() {
    let hub =
        hub_export("/authorizationRules/send", r#", "exportedDataTypes": {"value": ["Security alerts"]}"#);
    let trusted = hub_export("", r#", "exportedDataTypes": {"value": ["Overall secure score"]}"#);
    let plan = planned_for(&[("Hub", HUB_EXPORT, &hub), ("Trusted", TRUSTED_EXPORT, &trusted)]);
    assert_eq!(plan.deployments.len(), 2);
    assert_eq!(plan.proof.orders, 2);
    assert_eq!(
        findings(&plan, &plan.proof.non_convergent),
        [
            "one: `Hub` and `Trusted` both write exportToEventHub and undo each other",
            "one: `Trusted` and `Hub` both write exportToEventHub and undo each other",
        ]
    );
    let found = hazards(&plan);
    assert!(
        found.contains(
            &"AZP0807 one: exportToEventHub is written by `Hub` and `Trusted`: the last one wins".to_owned()
        ),
        "{found:#?}"
    );
    assert_eq!(plan.templates.len(), 2, "one template can't put one resource twice");
}

#[test]
fn a_template_keeps_the_expression_that_reads_the_key() {
    let plan = planned_for(&[("Hub", HUB_EXPORT, &hub_export("/authorizationRules/send", ""))]);
    let template = plan.templates[0].template.to_string();
    assert!(
        template.to_lowercase().contains("[listkeys('/subscriptions/11111111-2222-3333-4444-555555555555/"),
        "{template}"
    );
    assert!(!template.contains("newGuid"), "{template}");
    assert!(plan.templates[0].secrets.is_empty());
    let again = planned_for(&[("Hub", HUB_EXPORT, &hub_export("/authorizationRules/send", ""))]);
    assert_eq!(PlanFiles::new(&plan), PlanFiles::new(&again), "the same inputs give the same bytes");
    assert_eq!(
        plan.rights.iter().find(|r| r.needs.ends_with("listKeys/action")).map(|r| r.scopes.len()),
        Some(1)
    );
}

#[test]
fn expanding_the_templates_again_gives_what_is_planned() {
    let plan = planned("fixtures/contoso");
    for template in &plan.templates {
        let text = template.template.to_string();
        let node = source::json::parse(FileId::NONE, 0, &text, &mut Diagnostics::new()).remove(0);
        let facts = SubscriptionFacts {
            id: template.subscription.clone(),
            display_name: None,
            tenant_id: None,
            state: None,
            tags: None,
        };
        let expansion = expand(&DeploymentRequest {
            template: &node,
            parameters: &Object::new(),
            name: template.name.as_str().into(),
            location: Some(template.location.as_str().into()),
            subscription: &facts,
            resource_group: None,
            management_group: None,
            guid_seed: "".into(),
            now: None,
            semantics: &azpol::arm::semantics::DEFAULT,
        })
        .expect("the template expands");
        let planned: BTreeMap<_, _> = template
            .deployments
            .iter()
            .flat_map(|index| &plan.deployments[*index].resources)
            .map(|r| (r.deployed.id.folded().to_owned(), sorted(&r.deployed.body)))
            .collect();
        let again: BTreeMap<_, _> =
            expansion.resources.iter().map(|r| (r.id.folded().to_owned(), sorted(&r.body))).collect();
        assert_eq!(again, planned, "{}", template.subscription);
    }
}

/// As JSON with sorted keys.
fn sorted(value: &Value) -> String {
    value.to_serde().to_string()
}
