//! Definitions that lie in two files: the rule in one, the parameters in another one beside it.
//!
//! Which belong together, their folder and their names say: `azurepolicy.rules.json` and
//! `azurepolicy.parameters.json`, `x_policy.json` and `x_parameters.json`, `rules.json` and `params.json`.

use crate::arm::Value;
use crate::source::{Diagnostic, Diagnostics, Member, Node, NodeValue, SourceMap};

use super::codes;

/// Words of file names that say which half a file is.
const HALVES: [&str; 10] = [
    "azurepolicy",
    "definition",
    "param",
    "parameter",
    "parameters",
    "params",
    "policy",
    "policyrule",
    "rule",
    "rules",
];

/// Where a document lies: its folder, and what its file's name says beside which half it is.
#[derive(PartialEq, Eq)]
struct Place {
    folder: String,
    name: Vec<String>,
}

impl Place {
    fn of(node: &Node, files: &SourceMap) -> Place {
        let path = files.name(node.span).replace('\\', "/").to_lowercase();
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", &path));
        let name = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        let words = name.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
        let name = words.filter(|word| !HALVES.contains(word)).map(str::to_owned).collect();
        Place { folder: folder.to_owned(), name }
    }
}

/// Puts rules and parameters together. A bare rule that stands in a whole definition of its folder, too, is that
/// definition, and is left out with its parameters. Parameters without a rule are told.
pub(super) fn joined(
    definitions: Vec<Node>,
    parameters: Vec<Node>,
    files: &SourceMap,
    faults: &mut Diagnostics,
) -> Vec<Node> {
    if !definitions.iter().any(is_bare) {
        for node in &parameters {
            faults.push(alone(node));
        }
        return definitions;
    }
    let whole: Vec<(Place, Value)> = definitions
        .iter()
        .filter(|node| !is_bare(node))
        .filter_map(|node| Some((Place::of(node, files), Value::from(rule_of(node)?))))
        .collect();
    let mut halves: Vec<(Place, Node, bool)> =
        parameters.into_iter().map(|node| (Place::of(&node, files), node, false)).collect();
    let mut found = Vec::with_capacity(definitions.len());
    for node in definitions {
        let Some(rule) = rule_of(&node).filter(|_| is_bare(&node)) else {
            found.push(node);
            continue;
        };
        let place = Place::of(&node, files);
        let half = halves.iter_mut().find(|(known, ..)| *known == place).map(|(_, given, used)| {
            *used = true;
            &*given
        });
        let value = Value::from(rule);
        if whole.iter().any(|(known, written)| known.folder == place.folder && *written == value) {
            continue;
        }
        found.push(match half {
            Some(given) => together(&node, rule, given),
            None => node,
        });
    }
    halves.iter().filter(|(.., used)| !used).for_each(|(_, node, _)| faults.push(alone(node)));
    found
}

/// A rule without anything beside it that a definition has.
fn is_bare(node: &Node) -> bool {
    let properties = node.get("properties").unwrap_or(node);
    rule_of(node).is_some() && properties.get("parameters").is_none() && node.get("id").is_none()
}

fn rule_of(node: &Node) -> Option<&Node> {
    let properties = node.get("properties").unwrap_or(node);
    properties
        .get("policyRule")
        .or_else(|| (node.get("if").is_some() && node.get("then").is_some()).then_some(node))
}

/// The parameters themselves: some files wrap them.
fn declared(parameters: &Node) -> &Node {
    parameters.get("parameters").filter(|_| parameters.members().len() == 1).unwrap_or(parameters)
}

fn together(node: &Node, rule: &Node, parameters: &Node) -> Node {
    let declared = declared(parameters);
    let mut members: Vec<Member> = if std::ptr::eq(node, rule) {
        vec![Member { key: "policyRule".into(), key_span: node.span, value: node.clone() }]
    } else {
        node.members().to_vec()
    };
    let parameters = Member { key: "parameters".into(), key_span: declared.span, value: declared.clone() };
    let inner = members.iter_mut().find(|member| member.key.eq_ignore_ascii_case("properties"));
    match inner.map(|member| &mut member.value.value) {
        Some(NodeValue::Object(inner)) => inner.push(parameters),
        _ => members.push(parameters),
    }
    Node { span: node.span, value: NodeValue::Object(members) }
}

fn alone(node: &Node) -> Diagnostic {
    Diagnostic::new(
        &codes::UNUSED_DOCUMENT,
        "these are parameters of a definition, and no rule lies beside them",
    )
    .at(node.span, "not used")
    .help("name the two files alike, such as `x.rules.json` and `x.parameters.json`")
}
