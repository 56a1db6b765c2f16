//! The peer: `regorus` with its `azure_policy` language.
//!
//! It compiles the definition once. What it doesn't do is done around it: reading (by `serde_json`, straight to its
//! own `Value`), choosing subscriptions and automations among the rows, and answering the existence check from the
//! rows by id. Normalising through the aliases is its own work and counts as evaluation.

use std::collections::HashMap;
use std::sync::Arc;

use regorus::languages::azure_policy::aliases::AliasRegistry;
use regorus::languages::azure_policy::{compiler, parser};
use regorus::rvm::RegoVM;
use regorus::rvm::program::Program;
use regorus::{Source, Value};
use serde_json::json;

use crate::definition::Definition;
use crate::fault::Fault;
use crate::outcome::{Outcome, Verdicts};
use crate::tenant::{Tenant, lines};

const SUBSCRIPTIONS: &str = "Microsoft.Resources/subscriptions";

/// Reads the tenant, evaluates the definition for each subscription.
pub(crate) fn run(tenant: &Tenant, definition: &Definition) -> Result<Outcome, Fault> {
    let mut outcome = Outcome::default();
    let rows = outcome.part("reading (serde_json)", || Rows::read(tenant, definition))?;
    let found =
        outcome.part("compiling and evaluating", || Evaluation::new(tenant, definition)?.all(&rows))?;
    outcome.verdicts = Some(verdicts(&rows, &found));
    Ok(outcome)
}

/// What is kept of the rows.
#[derive(Debug, Default)]
struct Rows {
    subscriptions: Vec<Value>,
    /// The resources of the type that is looked for, by id in lower case.
    candidates: HashMap<String, Value>,
}

impl Rows {
    fn read(tenant: &Tenant, definition: &Definition) -> Result<Rows, Fault> {
        let mut rows = Rows::default();
        for path in tenant.listings() {
            for line in lines(&Tenant::read(&path)?) {
                let row: Value = serde_json::from_slice(line)
                    .map_err(|error| Fault::Document("a generated line".to_owned(), error.to_string()))?;
                let resource_type = text(&row, "type");
                if resource_type.eq_ignore_ascii_case(SUBSCRIPTIONS) {
                    rows.subscriptions.push(row);
                } else if resource_type.eq_ignore_ascii_case(&definition.resource_type) {
                    rows.candidates.insert(text(&row, "id").to_ascii_lowercase(), row);
                }
            }
        }
        Ok(rows)
    }
}

/// A compiled definition with what its evaluation needs.
struct Evaluation {
    aliases: Arc<AliasRegistry>,
    program: Arc<Program>,
    parameters: Value,
    /// The id of the resource that is looked for, from behind the subscription's, in lower case.
    looked_for: String,
}

impl Evaluation {
    fn new(tenant: &Tenant, definition: &Definition) -> Result<Evaluation, Fault> {
        let mut aliases = AliasRegistry::new();
        aliases.load_from_json(&catalog().to_string()).map_err(|error| refuses(&error))?;
        let aliases = Arc::new(aliases);
        let source = Source::from_contents("definition".to_owned(), definition.json.clone())
            .map_err(|error| refuses(&error))?;
        let parsed = parser::parse_policy_definition(&source).map_err(|error| refuses(&error))?;
        let program = compiler::compile_policy_definition_with_aliases(&parsed, Arc::clone(&aliases))
            .map_err(|error| refuses(&error))?;
        let parameters = bare_parameters(&Tenant::assignment(tenant.dir())?);
        let group = parameters[definition.group_parameter.as_str()].as_str().unwrap_or_default();
        let looked_for =
            format!("/resourceGroups/{group}/providers/{}/{}", definition.resource_type, definition.name)
                .to_ascii_lowercase();
        let parameters = Value::from_json_str(&parameters.to_string()).map_err(|error| refuses(&error))?;
        Ok(Evaluation { aliases, program, parameters, looked_for })
    }

    /// Whether each subscription is found non-compliant.
    fn all(&self, rows: &Rows) -> Result<Vec<bool>, Fault> {
        let mut machine = RegoVM::new();
        machine.load_program(Arc::clone(&self.program));
        // Its default suits short rules; this one runs a loop in a loop.
        machine.set_max_instructions(10_000_000);
        rows.subscriptions.iter().map(|subscription| self.one(&mut machine, subscription, rows)).collect()
    }

    fn one(&self, machine: &mut RegoVM, subscription: &Value, rows: &Rows) -> Result<bool, Fault> {
        let mut id = text(subscription, "id").to_ascii_lowercase();
        id.push_str(&self.looked_for);
        let related = match rows.candidates.get(&id) {
            Some(row) => regorus::languages::azure_policy::aliases::normalizer::normalize(
                row,
                Some(&self.aliases),
                None,
            ),
            None => Value::Null,
        };
        let input = self.aliases.normalize_and_wrap(subscription, None, None, Some(self.parameters.clone()));
        machine.set_input(input);
        machine.set_host_await_responses([(Value::from("azure.policy.existence_check"), [related])]);
        let result = machine.execute_entry_point_by_name("main").map_err(|error| refuses(&error))?;
        Ok(result != Value::Undefined)
    }
}

fn verdicts(rows: &Rows, found: &[bool]) -> Verdicts {
    let mut verdicts = Verdicts::default();
    for (row, non_compliant) in rows.subscriptions.iter().zip(found) {
        if *non_compliant {
            verdicts.non_compliant.insert(text(row, "id").to_ascii_lowercase());
        } else {
            verdicts.compliant += 1;
        }
    }
    verdicts
}

/// `{ "name": { "value": … } }` as `{ "name": … }`.
fn bare_parameters(assignment: &serde_json::Value) -> serde_json::Value {
    let given = assignment["properties"]["parameters"].as_object();
    given.into_iter().flatten().map(|(name, given)| (name.clone(), given["value"].clone())).collect()
}

/// The aliases of automations in the form of `az provider list --expand resourceTypes/aliases`.
fn catalog() -> serde_json::Value {
    const SAME: [&str; 18] = [
        "isEnabled",
        "description",
        "scopes",
        "scopes[*]",
        "scopes[*].description",
        "scopes[*].scopePath",
        "sources",
        "sources[*]",
        "sources[*].eventSource",
        "sources[*].ruleSets",
        "sources[*].ruleSets[*]",
        "sources[*].ruleSets[*].rules",
        "sources[*].ruleSets[*].rules[*]",
        "sources[*].ruleSets[*].rules[*].propertyJPath",
        "sources[*].ruleSets[*].rules[*].propertyType",
        "sources[*].ruleSets[*].rules[*].expectedValue",
        "sources[*].ruleSets[*].rules[*].operator",
        "actions[*].actionType",
    ];
    const OTHER: [(&str, &str); 12] = [
        ("actions", "actions"),
        ("actions[*]", "actions[*]"),
        ("actions[*].LogicApp", "actions[*]"),
        ("actions[*].LogicApp.logicAppResourceId", "actions[*].logicAppResourceId"),
        ("actions[*].LogicApp.uri", "actions[*].uri"),
        ("actions[*].EventHub", "actions[*]"),
        ("actions[*].EventHub.eventHubResourceId", "actions[*].eventHubResourceId"),
        ("actions[*].EventHub.sasPolicyName", "actions[*].sasPolicyName"),
        ("actions[*].EventHub.connectionString", "actions[*].connectionString"),
        ("actions[*].EventHub.isTrustedServiceEnabled", "actions[*].isTrustedServiceEnabled"),
        ("actions[*].Workspace", "actions[*]"),
        ("actions[*].Workspace.workspaceResourceId", "actions[*].workspaceResourceId"),
    ];
    let aliases: Vec<serde_json::Value> = SAME
        .iter()
        .map(|name| (*name, *name))
        .chain(OTHER)
        .map(|(name, path)| {
            json!({
                "name": format!("Microsoft.Security/automations/{name}"),
                "defaultPath": format!("properties.{path}"),
            })
        })
        .collect();
    json!([{
        "namespace": "Microsoft.Security",
        "resourceTypes": [{ "resourceType": "automations", "aliases": aliases }],
    }])
}

fn text<'a>(row: &'a Value, member: &str) -> &'a str {
    row[member].as_string().map_or("", |text| text.as_ref())
}

fn refuses(error: &impl ToString) -> Fault {
    Fault::Peer("regorus", error.to_string())
}
