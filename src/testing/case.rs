//! The documents: a test file with its cases.

use std::sync::{Arc, LazyLock};

use jiff::Timestamp;

use crate::arm::Value;
use crate::arm::nearest::nearest;
use crate::compliance::ComplianceState;
use crate::config::Schema;
use crate::source::{Diagnostic, Diagnostics, Node, Span};

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
    if !CHECKED.check(node, faults) {
        return None;
    }
    let definition = node.get("definition")?;
    let given = node.get("given");
    let mut cases: Vec<TestCase> = Vec::new();
    for item in node.get("cases").map(Node::items).unwrap_or_default() {
        let Some(case) = case(item, given, faults) else { continue };
        if let Some(first) = cases.iter().find(|known| known.name == case.name) {
            faults.push(
                Diagnostic::new(&codes::SAME_NAME, format!("two cases are called `{}`", case.name))
                    .at(case.span, "again here")
                    .at(first.span, "first here")
                    .help("give each case a name of its own, so that reports can tell them apart"),
            );
            continue;
        }
        cases.push(case);
    }
    Some(TestFile { definition: definition.as_str()?.into(), definition_span: definition.span, cases })
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
        },
        expect: expectation(node.get("expect")?, faults)?,
    })
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
