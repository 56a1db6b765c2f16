//! The documents: a test file with its cases.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;

use crate::arm::nearest::nearest;
use crate::arm::{Scope, Value};
use crate::compliance::ComplianceState;
use crate::config::Schema;
use crate::engine::Occasion;
use crate::source::{Diagnostic, Diagnostics, Node, NodeValue, Span};

use super::codes;

/// The schema of a test file, as text.
pub const SCHEMA: &str = include_str!("../../schemas/test.schema.json");

static CHECKED: LazyLock<Schema> = LazyLock::new(|| Schema::new(SCHEMA, "a policy test"));

/// What the names of test files end with; in a folder, only such files are read.
const ENDINGS: [&str; 4] = [".azpol-test.yaml", ".azpol-test.yml", ".azpol-test.json", ".azpol-test.jsonc"];

/// Whether a file in a folder is a test file, by its name.
pub fn is_test_file(name: &str) -> bool {
    let lower = name.to_ascii_lowercase();
    ENDINGS.iter().any(|ending| lower.ends_with(ending))
}

/// A test file.
#[derive(Debug, Clone)]
pub struct TestFile {
    /// What it names as its definition.
    pub definition: Arc<str>,
    /// Where it names it.
    pub definition_span: Span,
    /// The cases, in order.
    pub cases: Vec<TestCase>,
}

/// A case.
#[derive(Debug, Clone)]
pub struct TestCase {
    /// Its name.
    pub name: Arc<str>,
    /// Where the name stands.
    pub span: Span,
    /// The resource under `if`: an object, or `subscription` or `resourceGroup`.
    pub resource: Node,
    /// What else exists.
    pub related: Vec<Node>,
    /// Values of parameters: name, place of the name, value, place of the value.
    pub parameters: Vec<(Arc<str>, Span, Value, Span)>,
    /// What surrounds it.
    pub context: Context,
    /// What is expected.
    pub expect: Expectation,
}

/// What surrounds the resource of a case.
#[derive(Debug, Clone)]
pub struct Context {
    /// The subscription.
    pub subscription: Option<Node>,
    /// The resource group: a name or an object.
    pub group: Option<Node>,
    /// What `utcNow()` answers.
    pub now: Option<String>,
    /// Whether the case names all resources there are.
    pub complete: bool,
    /// The management groups above the subscription, nearest first.
    pub groups_above: Vec<Arc<str>>,
    /// The assignment on whose behalf the rule is evaluated; one at the subscription where none is written.
    pub assignment: Option<Assigned>,
    /// What `requestContext()`, `claims()` and `policy()` answer, as far as it is written.
    pub occasion: Occasion,
}

/// The assignment that a case names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assigned {
    /// Its id.
    pub id: Arc<str>,
    /// Where it is assigned.
    pub scope: Scope,
    /// Where the id is written.
    pub span: Span,
}

/// What is expected of a case.
#[derive(Debug, Clone)]
pub struct Expectation {
    /// The state; `None` where no row is expected.
    pub state: Option<ComplianceState>,
    /// Where it is written.
    pub span: Span,
    /// The effect.
    pub effect: Option<(Arc<str>, Span)>,
    /// The reason.
    pub reason: Option<(Arc<str>, Span)>,
    /// A part of what is said.
    pub message: Option<(Arc<str>, Span)>,
    /// The resource after a change.
    pub modified: Looked,
    /// What would be deployed.
    pub deployed: Looked,
    /// Whether the two name parts of objects only.
    pub partial: bool,
}

/// Whether and how something is looked at.
#[derive(Debug, Clone, PartialEq)]
pub enum Looked {
    /// There is to be nothing: it isn't written.
    Nothing,
    /// Whatever it is: `any`.
    Any,
    /// This, written here.
    This(Value, Span),
}

/// Reads a test file. `None` if it doesn't fit its schema; cases with a fault of their own are left out.
pub fn read(node: &Node, faults: &mut Diagnostics) -> Option<TestFile> {
    // What is known and can't be given is no misspelling.
    let (node, refused) = &without_unsupported(node, faults);
    if !CHECKED.check(node, faults)
        || refused.iter().any(|span| Some(*span) == node.get("given").map(|g| g.span))
    {
        return None;
    }
    let definition = node.get("definition")?;
    let given = node.get("given");
    let mut cases: Vec<TestCase> = Vec::new();
    for item in node.get("cases").map(Node::items).unwrap_or_default() {
        if refused.contains(&item.span) {
            continue;
        }
        let Some(case) = case(item, given, faults) else { continue };
        append(&mut cases, vec![case], faults);
    }
    Some(TestFile { definition: definition.as_str()?.into(), definition_span: definition.span, cases })
}

/// Adds cases to others of their file; one whose name stands there already is told and left out.
pub fn append(cases: &mut Vec<TestCase>, more: Vec<TestCase>, faults: &mut Diagnostics) {
    for case in more {
        if let Some(first) = cases.iter().find(|known| known.name == case.name) {
            faults.push(
                Diagnostic::new(&codes::SAME_NAME, format!("two cases are called `{}`", case.name))
                    .at(case.span, "again here")
                    .at(first.span, "first here")
                    .help("give each case a name of its own, so that reports can tell them apart"),
            );
        } else {
            cases.push(case);
        }
    }
}

fn case(node: &Node, given: Option<&Node>, faults: &mut Diagnostics) -> Option<TestCase> {
    let name = node.get("name")?;
    let either = |key: &str| node.get(key).or_else(|| given.and_then(|given| given.get(key)));
    let both = |key: &str| [given.and_then(|given| given.get(key)), node.get(key)];
    let Some(resource) = either("resource") else {
        faults.push(
            Diagnostic::new(&codes::BAD_RESOURCE, "this case has no resource")
                .at(name.span, "")
                .help("write `resource:` in the case or below `given`"),
        );
        return None;
    };
    let mut parameters: Vec<(Arc<str>, Span, Value, Span)> = Vec::new();
    for member in both("parameters").into_iter().flatten().flat_map(Node::members) {
        parameters.retain(|(known, ..)| !known.eq_ignore_ascii_case(&member.key));
        let value = &member.value;
        parameters.push((member.key.clone(), member.key_span, Value::from(value), value.span));
    }
    let policy = either("policy");
    let now = match either("now") {
        None => None,
        Some(node) => Some(time(node, faults)?),
    };
    Some(TestCase {
        name: name.as_str()?.into(),
        span: name.span,
        resource: resource.clone(),
        related: both("related").into_iter().flatten().flat_map(Node::items).cloned().collect(),
        parameters,
        context: Context {
            subscription: either("subscription").cloned(),
            group: either("resourceGroup").cloned(),
            now,
            complete: either("complete").and_then(Node::as_bool).unwrap_or(true),
            groups_above: either("managementGroups")
                .map(Node::items)
                .unwrap_or_default()
                .iter()
                .filter_map(group)
                .collect(),
            assignment: match policy.and_then(|policy| policy.get("assignmentId")) {
                None => None,
                Some(node) => Some(assigned(node, faults)?),
            },
            occasion: occasion(policy, either("requestContext"), either("claims")),
        },
        expect: expectation(node.get("expect")?, faults)?,
    })
}

/// Parts of a tenant that decide about rows and that a case can't give yet.
const UNSUPPORTED: [&str; 6] =
    ["exemptions", "notScopes", "overrides", "resourceSelectors", "enforcementMode", "definitionVersion"];

/// A test file without what a case can't give, and where that stood; each is told.
fn without_unsupported(node: &Node, faults: &mut Diagnostics) -> (Node, Vec<Span>) {
    let (mut node, mut refused) = (node.clone(), Vec::new());
    let NodeValue::Object(members) = &mut node.value else { return (node, refused) };
    for member in members {
        match (member.key.to_ascii_lowercase().as_str(), &mut member.value) {
            ("given", given) => refuse(given, &mut refused, faults),
            ("cases", Node { value: NodeValue::Array(cases), .. }) => {
                for case in cases {
                    refuse(case, &mut refused, faults);
                }
            }
            _ => {}
        }
    }
    (node, refused)
}

fn refuse(node: &mut Node, refused: &mut Vec<Span>, faults: &mut Diagnostics) {
    let NodeValue::Object(members) = &mut node.value else { return };
    members.retain(|member| {
        let kept = !UNSUPPORTED.contains(&&*member.key);
        if !kept {
            let message = format!("a case can't give `{}` yet", member.key);
            let help =
                "leave it out: a case is evaluated as one assignment without exclusions and exemptions";
            faults.push(
                Diagnostic::new(&codes::NOT_GIVABLE, message).at(member.key_span, "not evaluated").help(help),
            );
            refused.push(node.span);
        }
        kept
    });
}

/// The name of a management group, from its name or its id.
fn group(node: &Node) -> Option<Arc<str>> {
    node.as_str().and_then(|text| text.trim_matches('/').rsplit('/').next()).map(Arc::from)
}

/// The assignment of an id.
fn assigned(node: &Node, faults: &mut Diagnostics) -> Option<Assigned> {
    const BELOW: &str = "/providers/microsoft.authorization/policyassignments/";
    let text = node.as_str().unwrap_or_default();
    let at = text.to_ascii_lowercase().rfind(BELOW);
    let scope = at.and_then(|at| if at == 0 { Some(Scope::Tenant) } else { Scope::parse(&text[..at]) });
    if scope.is_none() {
        faults.push(
            Diagnostic::new(&codes::BAD_ASSIGNMENT, format!("`{text}` is no id of an assignment"))
                .at(node.span, "")
                .help("it ends with `/providers/Microsoft.Authorization/policyAssignments/{name}`"),
        );
    }
    Some(Assigned { id: text.into(), scope: scope?, span: node.span })
}

/// What the functions of a rule answer about the occasion.
fn occasion(policy: Option<&Node>, request: Option<&Node>, claims: Option<&Node>) -> Occasion {
    let text = |of: Option<&Node>, key: &str| of?.get(key)?.as_str().map(Arc::from);
    Occasion {
        request: true,
        assignment_id: None,
        set_definition_id: text(policy, "setDefinitionId"),
        definition_reference_id: text(policy, "definitionReferenceId"),
        api_version: text(request, "apiVersion"),
        identity: request.and_then(|request| request.get("identity")).map(Value::from),
        claims: claims.map(Value::from),
    }
}

/// A time in the form in which `utcNow()` gives it.
fn time(node: &Node, faults: &mut Diagnostics) -> Option<String> {
    let text = node.as_str().unwrap_or_default();
    let Ok(time) = text.parse::<Timestamp>() else {
        faults.push(
            Diagnostic::new(&codes::BAD_TIME, format!("`{text}` is no time"))
                .at(node.span, "not a time")
                .help("write it in ISO 8601 with a zone, such as `2025-03-01T06:00:00Z`"),
        );
        return None;
    };
    Some(time.strftime("%Y-%m-%dT%H:%M:%S%.7fZ").to_string())
}

const STATES: [ComplianceState; 6] = [
    ComplianceState::Compliant,
    ComplianceState::NonCompliant,
    ComplianceState::Error,
    ComplianceState::Protected,
    ComplianceState::Unknown,
    ComplianceState::Undetermined,
];

/// The word for a state, or for no row.
pub(super) fn state_word(state: Option<ComplianceState>) -> &'static str {
    state.map_or("NotApplicable", ComplianceState::as_str)
}

fn expectation(node: &Node, faults: &mut Diagnostics) -> Option<Expectation> {
    let state_node = if node.is_object() { node.get("state")? } else { node };
    let text = |key: &str| node.get(key).and_then(|node| Some((Arc::from(node.as_str()?), node.span)));
    let state = state(state_node, faults)?;
    Some(Expectation {
        state,
        span: state_node.span,
        effect: text("effect"),
        reason: text("reason"),
        message: text("message"),
        modified: looked(node.get("modified"), faults)?,
        deployed: looked(node.get("deployed"), faults)?,
        partial: node.get("partial").and_then(Node::as_bool).unwrap_or(false),
    })
}

#[expect(clippy::option_option, reason = "no state at all is a fault, and no row is an expectation")]
fn state(node: &Node, faults: &mut Diagnostics) -> Option<Option<ComplianceState>> {
    let text = node.as_str().unwrap_or_default();
    if text == state_word(None) {
        return Some(None);
    }
    if let Some(state) = STATES.into_iter().find(|state| state.as_str() == text) {
        return Some(Some(state));
    }
    let names = STATES.iter().map(|state| state.as_str()).chain([state_word(None)]);
    let help = match nearest(text, names.clone()) {
        Some(near) => format!("did you mean `{near}`?"),
        None => format!("the states are `{}`", names.collect::<Vec<_>>().join("`, `")),
    };
    faults.push(
        Diagnostic::new(&codes::BAD_WORD, format!("`{text}` is no state")).at(node.span, "").help(help),
    );
    None
}

fn looked(node: Option<&Node>, faults: &mut Diagnostics) -> Option<Looked> {
    let Some(node) = node else { return Some(Looked::Nothing) };
    match node.as_str() {
        None => Some(Looked::This(Value::from(node), node.span)),
        Some("any") => Some(Looked::Any),
        Some(text) => {
            let message = format!("`{text}` stands where a resource or `any` is expected");
            faults.push(Diagnostic::new(&codes::BAD_WORD, message).at(node.span, ""));
            None
        }
    }
}
