//! Policy documents within an ARM template: those whose resources are written out.
//!
//! A template evaluates every text in brackets when it is deployed, so that a rule's own expressions are escaped there:
//! `[[parameters('effect')]`. What is opened has one bracket less, as the service gets it, and the places of the
//! template. What the deployment computes (copy loops, rules from functions) is named and left.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions#escape-characters>

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::{Expression, Term, TextKind, classify};
use crate::source::{Diagnostic, Diagnostics, Member, Node, NodeValue, Span};

use super::super::codes;
use super::super::foreign::is_placeholder;
use super::super::kind::Kind;

/// How deep deployments within deployments, and variables within variables, are followed.
const DEPTH: usize = 16;

/// How many values are looked at for one resource: variables that name one another may stand for very many.
const STEPS: usize = 1 << 20;

/// Functions that rules have and templates lack.
const OF_RULES: [&str; 7] =
    ["adddays", "claims", "current", "field", "iprangecontains", "policy", "requestcontext"];

/// What a template holds of Azure Policy.
#[derive(Debug, Default)]
pub(crate) struct Opened {
    /// Documents as they would be deployed.
    pub(crate) documents: Vec<Node>,
    /// Assignments that only the deployment completes.
    pub(crate) unplaced: Vec<Unplaced>,
    /// What isn't opened, and what is wrong.
    pub(crate) faults: Diagnostics,
}

/// An assignment of a template, of which the deployment decides whether it is made, where it lies or what it gives.
#[derive(Debug, Clone)]
pub struct Unplaced {
    /// What is written of it; its id lies at the tenant.
    pub node: Node,
    /// Parameters whose values the deployment computes, with the places of their names.
    pub computed: Vec<(Arc<str>, Span)>,
}

/// Opens a template; `None` where it holds nothing of Azure Policy.
pub(crate) fn open(template: &Node) -> Option<Opened> {
    let mut opened = Opened::default();
    let names = Names { variables: template.get("variables"), parameters: template.get("parameters") };
    let found = resources(template, names, true, 0, &mut opened);
    found.then_some(opened)
}

/// Opens a resource that stands alone, as a template declares it; `None` where it isn't of Azure Policy.
///
/// Libraries keep such files escaped or not: an escaped one says so by its first double bracket.
pub(crate) fn open_resource(resource: &Node) -> Option<Opened> {
    let kind = kind_of(resource)?;
    let mut opened = Opened::default();
    if is_escaped(resource) {
        let names = Names { variables: None, parameters: None };
        one(resource, kind, names, true, &mut opened);
    } else {
        let kept = resource.members().iter().filter(|member| !added(&member.key)).cloned().collect();
        let mut document = Node { span: resource.span, value: NodeValue::Object(kept) };
        let filled_in = if kind == Kind::PolicyAssignment { filled_in(&mut document) } else { Vec::new() };
        place(document, kind, filled_in, is_deployed(resource) == Some(true), &mut opened);
    }
    Some(opened)
}

/// Takes out the parameters whose values a library's tool fills in.
fn filled_in(document: &mut Node) -> Vec<(Arc<str>, Span)> {
    let members = |node: &mut Node, key: &str| match &mut node.value {
        NodeValue::Object(members) => members.iter().position(|member| is(member, key)),
        _ => None,
    };
    let mut found = Vec::new();
    let Some(at) = members(document, "properties") else { return found };
    let NodeValue::Object(top) = &mut document.value else { return found };
    let Some(given) = members(&mut top[at].value, "parameters") else { return found };
    if let NodeValue::Object(inner) = &mut top[at].value.value
        && let NodeValue::Object(parameters) = &mut inner[given].value.value
    {
        parameters.retain(|parameter| {
            let value = parameter.value.get("value").and_then(Node::as_str);
            let open = value.is_some_and(is_placeholder);
            if open {
                found.push((parameter.key.clone(), parameter.key_span));
            }
            !open
        });
    }
    found
}

/// Members of a template's resource that aren't the resource's own.
fn added(key: &str) -> bool {
    ["apiVersion", "comments", "condition", "copy", "dependsOn", "existing"]
        .iter()
        .any(|known| known.eq_ignore_ascii_case(key))
}

fn is_escaped(node: &Node) -> bool {
    match &node.value {
        NodeValue::String(text) => text.starts_with("[[") && matches!(classify(text), TextKind::Literal(_)),
        NodeValue::Array(items) => items.iter().any(is_escaped),
        NodeValue::Object(members) => members.iter().any(|member| is_escaped(&member.value)),
        _ => false,
    }
}

/// What the expressions of a template can name.
#[derive(Clone, Copy)]
struct Names<'t> {
    variables: Option<&'t Node>,
    parameters: Option<&'t Node>,
}

/// Which kind of policy document a resource is.
fn kind_of(resource: &Node) -> Option<Kind> {
    let kind = Kind::of_type(resource.get("type").and_then(Node::as_str)?)?;
    let policy = matches!(
        kind,
        Kind::PolicyDefinition | Kind::PolicySetDefinition | Kind::PolicyAssignment | Kind::PolicyExemption
    );
    policy.then_some(kind)
}

/// Opens the resources of a template and of those within it; whether there are any of Azure Policy.
fn resources(template: &Node, names: Names<'_>, sure: bool, depth: usize, opened: &mut Opened) -> bool {
    let Some(list) = template.get("resources") else { return false };
    if depth == DEPTH {
        let message = format!("deployments more than {DEPTH} deep aren't opened");
        opened.faults.push(left(message, template.span));
        return true;
    }
    let mut any = false;
    // An object has symbolic names for its resources.
    for resource in list.items().iter().chain(list.members().iter().map(|member| &member.value)) {
        if let Some(kind) = kind_of(resource) {
            any = true;
            one(resource, kind, names, sure, opened);
        } else if let Some(inner) = resource.at(&["properties", "template"]).filter(|inner| inner.is_object())
        {
            let scope = resource.at(&["properties", "expressionEvaluationOptions", "scope"]);
            let own = scope.and_then(Node::as_str).is_some_and(|scope| scope.eq_ignore_ascii_case("inner"));
            let inner_names =
                Names { variables: inner.get("variables"), parameters: inner.get("parameters") };
            let names = if own { inner_names } else { names };
            if let Some(deployed) = is_deployed(resource) {
                any |= resources(inner, names, sure && deployed, depth + 1, opened);
            }
        }
    }
    any
}

/// Opens one resource.
///
/// `sure` says that the deployment it stands in is made whatever the parameters are.
fn one(resource: &Node, kind: Kind, names: Names<'_>, sure: bool, opened: &mut Opened) {
    let existing = resource.get("existing").and_then(Node::as_bool) == Some(true);
    let Some(own) = is_deployed(resource).filter(|_| !existing) else { return };
    let sure = sure && own;
    let subject = resource.get("name").unwrap_or(resource).span;
    let what = kind.as_str();
    if let Some(copy) = resource.member("copy") {
        let message = format!("{what} is made by a copy loop of a template and isn't opened");
        opened.faults.push(left(message, subject).at(copy.key_span, "as many as the deployment says"));
        return;
    }
    let mut opening = Opening::new(names);
    let document = opening.document(resource, kind);
    for (span, text) in opening.unescaped {
        let message = format!("`{text}` is evaluated by the template, not by the rule");
        opened.faults.push(
            Diagnostic::new(&codes::UNESCAPED_EXPRESSION, message)
                .at(span, "a template has no such name")
                .help(format!("in a template, write `[{text}`")),
        );
    }
    if let Some((span, text)) = opening.computed.first() {
        let message = format!("{what} is computed when its template is deployed and isn't opened");
        opened.faults.push(left(message, subject).at(*span, format!("only the deployment knows `{text}`")));
        return;
    }
    place(document, kind, opening.open, sure, opened);
}

/// Whether a resource is surely deployed, as far as its own condition says; `None` where it surely isn't.
fn is_deployed(resource: &Node) -> Option<bool> {
    match resource.get("condition").map(Node::as_bool) {
        None | Some(Some(true)) => Some(true),
        Some(Some(false)) => None,
        Some(None) => Some(false),
    }
}

fn left(message: String, span: Span) -> Diagnostic {
    Diagnostic::new(&codes::COMPUTED_DOCUMENT, message)
        .at(span, "not opened")
        .help("give it as it is deployed (`az policy definition list`), or write it out in the template")
}

/// Keeps a document; an assignment that the deployment completes gets an id of its own.
/// So does one of which the deployment decides whether it is made at all.
fn place(document: Node, kind: Kind, computed: Vec<(Arc<str>, Span)>, sure: bool, opened: &mut Opened) {
    let scope =
        document.get("scope").or_else(|| document.at(&["properties", "scope"])).and_then(Node::as_str);
    // Libraries write a scope that their tool fills in.
    let placed = document.get("id").is_some() || scope.is_some_and(|scope| !is_placeholder(scope));
    let whole = placed && computed.is_empty() && sure;
    if whole || !matches!(kind, Kind::PolicyAssignment | Kind::PolicyExemption) {
        opened.documents.push(document);
        return;
    }
    let span = document.get("name").unwrap_or(&document).span;
    if kind == Kind::PolicyExemption {
        let message = "an exemption lies where its template is deployed, and isn't opened".to_owned();
        opened.faults.push(left(message, span));
        return;
    }
    let name = document.get("name").and_then(Node::as_str).unwrap_or("assignment");
    let id = format!("/providers/Microsoft.Authorization/policyAssignments/{name}");
    let mut members = vec![text_member("id", id.into(), span)];
    for member in document.members().iter().filter(|member| !is(member, "id") && !is(member, "scope")) {
        let mut member = member.clone();
        if let NodeValue::Object(inner) = &mut member.value.value {
            inner.retain(|member| !is(member, "scope"));
        }
        let filled_in = is(&member, "location") && member.value.as_str().is_some_and(is_placeholder);
        if filled_in {
            member.value.value = NodeValue::Null;
        }
        members.push(member);
    }
    let node = Node { span: document.span, value: NodeValue::Object(members) };
    opened.unplaced.push(Unplaced { node, computed });
}

fn is(member: &Member, key: &str) -> bool {
    member.key.eq_ignore_ascii_case(key)
}

fn text_member(key: &str, text: Arc<str>, span: Span) -> Member {
    Member { key: key.into(), key_span: span, value: Node { span, value: NodeValue::String(text) } }
}

/// One resource as it is opened.
struct Opening<'t> {
    names: Names<'t>,
    /// Expressions whose values decide and that only the deployment knows.
    computed: Vec<(Span, String)>,
    /// Expressions of the rule that aren't escaped.
    unescaped: Vec<(Span, String)>,
    /// Parameters of an assignment that the deployment computes.
    open: Vec<(Arc<str>, Span)>,
    /// How many values were looked at.
    steps: usize,
}

/// Members that decide what a document means: none of them may be computed. Of others, what is computed is left out.
const DECIDING: [&str; 7] = [
    "mode",
    "parameters",
    "policyRule",
    "policyDefinitions",
    "policyDefinitionGroups",
    "policyDefinitionId",
    "policyAssignmentId",
];

impl<'t> Opening<'t> {
    fn new(names: Names<'t>) -> Opening<'t> {
        Opening { names, computed: Vec::new(), unescaped: Vec::new(), open: Vec::new(), steps: 0 }
    }

    /// The resource as the service gets it.
    fn document(&mut self, resource: &Node, kind: Kind) -> Node {
        let mut kept = Vec::new();
        for member in resource.members().iter().filter(|member| !added(&member.key)) {
            let value = if member.key.eq_ignore_ascii_case("properties") {
                self.properties(&member.value, kind)
            } else {
                Some(self.beside(&member.value)).filter(|value| !is(member, "name") || !value.is_null())
            };
            kept.extend(value.map(|value| Member { value, ..member.clone() }));
        }
        Node { span: resource.span, value: NodeValue::Object(kept) }
    }

    fn properties(&mut self, node: &Node, kind: Kind) -> Option<Node> {
        let found = match &node.value {
            NodeValue::String(text) => self.names.named(text).filter(|found| found.is_object()),
            _ => Some(node),
        };
        let Some(node) = found else {
            self.computed.push((node.span, node.as_str().unwrap_or_default().to_owned()));
            return None;
        };
        let mut kept = Vec::new();
        for member in node.members() {
            let decides = DECIDING.iter().any(|key| key.eq_ignore_ascii_case(&member.key));
            let given = kind == Kind::PolicyAssignment && is(member, "parameters");
            let value = match (decides, given && member.value.is_object()) {
                (_, true) => Some(self.given(&member.value)),
                (true, false) => Some(self.evaluated(&member.value, 0)),
                (false, false) => Some(self.beside(&member.value)),
            };
            kept.extend(value.map(|value| Member { value, ..member.clone() }));
        }
        Some(Node { span: node.span, value: NodeValue::Object(kept) })
    }

    /// The parameters of an assignment: those that are computed are noted, the others stay.
    fn given(&mut self, node: &Node) -> Node {
        let mut kept = Vec::new();
        for member in node.members() {
            let mut apart = Opening::new(self.names);
            let value = apart.evaluated(&member.value, 0);
            if apart.computed.is_empty() && apart.unescaped.is_empty() {
                kept.push(Member { value, ..member.clone() });
            } else {
                self.open.push((member.key.clone(), member.key_span));
            }
        }
        Node { span: node.span, value: NodeValue::Object(kept) }
    }

    /// A part that decides nothing: null where it is computed.
    fn beside(&self, node: &Node) -> Node {
        let mut apart = Opening::new(self.names);
        let value = apart.evaluated(node, 0);
        if apart.computed.is_empty() && apart.unescaped.is_empty() {
            return value;
        }
        Node { span: node.span, value: NodeValue::Null }
    }

    /// A value as the template evaluates it.
    fn evaluated(&mut self, node: &Node, depth: usize) -> Node {
        self.steps += 1;
        let value = match &node.value {
            NodeValue::String(text) => match classify(text) {
                TextKind::Literal(text) => NodeValue::String(text.into()),
                TextKind::Expression(_) => return self.expression(node, text, depth),
            },
            NodeValue::Array(items) => {
                NodeValue::Array(items.iter().map(|item| self.evaluated(item, depth)).collect())
            }
            NodeValue::Object(members) => {
                let member = |member: &Member| Member {
                    value: self.evaluated(&member.value, depth),
                    ..member.clone()
                };
                NodeValue::Object(members.iter().map(member).collect())
            }
            other => other.clone(),
        };
        Node { span: node.span, value }
    }

    fn expression(&mut self, node: &Node, text: &str, depth: usize) -> Node {
        if let Some(found) = self.names.named(text).filter(|_| depth < DEPTH && self.steps < STEPS) {
            return self.evaluated(found, depth + 1);
        }
        let expression = Expression::parse(text).ok();
        if let Some(id) = expression.as_ref().and_then(|found| self.names.definition_id(&found.root)) {
            return Node { span: node.span, value: NodeValue::String(id.into()) };
        }
        let of_rule = expression.is_some_and(|expression| self.names.is_of_rule(&expression));
        let found = if of_rule { &mut self.unescaped } else { &mut self.computed };
        found.push((node.span, text.to_owned()));
        node.clone()
    }
}

/// The part of an id of a definition that stands below its scope.
fn below_scope(text: &str) -> Option<String> {
    let lower = text.to_ascii_lowercase();
    let mut kinds = ["policydefinitions/", "policysetdefinitions/"].into_iter();
    let at = kinds.find_map(|kind| lower.rfind(&format!("/providers/microsoft.authorization/{kind}")))?;
    Some(text[at..].to_owned())
}

impl<'t> Names<'t> {
    /// The part of the template that an expression names by variables and literal keys alone.
    fn named(self, text: &str) -> Option<&'t Node> {
        let TextKind::Expression(text) = classify(text) else { return None };
        self.of_term(&Expression::parse(text).ok()?.root)
    }

    fn of_term(self, term: &Term) -> Option<&'t Node> {
        match term {
            Term::Call(name, arguments) if &**name == "variables" => match arguments.as_slice() {
                [Term::Literal(Value::String(name))] => self.variables?.get(name),
                _ => None,
            },
            Term::Access(of, key) => match (self.of_term(of)?, &**key) {
                (of, Term::Literal(Value::String(key))) => of.get(key),
                (of, Term::Literal(Value::Int(index))) => of.items().get(usize::try_from(*index).ok()?),
                _ => None,
            },
            _ => None,
        }
    }

    /// A text that is written out, here or in a variable.
    fn text(self, term: &Term) -> Option<String> {
        match term {
            Term::Literal(Value::String(text)) => Some(text.to_string()),
            term => match classify(self.of_term(term)?.as_str()?) {
                TextKind::Literal(text) => Some(text.to_owned()),
                TextKind::Expression(_) => None,
            },
        }
    }

    /// The id of a definition that a function makes of its type and its name. Where a definition of the template lies
    /// is decided by the deployment: it is found by its name.
    fn definition_id(self, term: &Term) -> Option<String> {
        let Term::Call(function, arguments) = term else { return None };
        match &**function {
            "concat" => {
                let parts: Option<Vec<String>> = arguments.iter().map(|part| self.text(part)).collect();
                parts.map(|parts| parts.concat()).or_else(|| below_scope(&self.text(arguments.last()?)?))
            }
            "resourceid"
            | "subscriptionresourceid"
            | "tenantresourceid"
            | "extensionresourceid"
            | "managementgroupresourceid" => {
                let [.., resource_type, name] = arguments.as_slice() else { return None };
                let (resource_type, name) = (self.text(resource_type)?, self.text(name)?);
                let wanted = matches!(
                    Kind::of_type(&resource_type),
                    Some(Kind::PolicyDefinition | Kind::PolicySetDefinition)
                );
                wanted.then(|| format!("/providers/{resource_type}/{name}"))
            }
            _ => None,
        }
    }

    /// Whether an expression is one of the rule: what it names the template doesn't have.
    fn is_of_rule(self, expression: &Expression) -> bool {
        expression.terms().any(|term| match term {
            Term::Call(name, arguments) if &**name == "parameters" => match arguments.as_slice() {
                [Term::Literal(Value::String(name))] => {
                    self.parameters.is_none_or(|declared| declared.get(name).is_none())
                }
                _ => false,
            },
            Term::Call(name, _) => OF_RULES.contains(&&**name),
            _ => false,
        })
    }
}
