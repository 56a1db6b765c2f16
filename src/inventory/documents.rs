//! Policy documents that stand among the inputs, each once, for the room that lowers them.

use std::collections::HashMap;

use crate::source::{Diagnostic, Diagnostics, Node};

use super::collected::Collected;
use super::shape::policy::{normal, opened};
use super::shape::template::Unplaced;
use super::{codes, kind, merge};

/// The policy documents of a run, in the order in which they came, as spanned trees: full resources, bare
/// `properties` or a bare `policyRule`, flattened by `az` or not.
#[derive(Debug, Default)]
pub struct PolicyDocuments {
    /// Definitions.
    pub definitions: Vec<Node>,
    /// Initiatives.
    pub initiatives: Vec<Node>,
    /// Assignments.
    pub assignments: Vec<Node>,
    /// Exemptions.
    pub exemptions: Vec<Node>,
    /// Assignments of templates that only the deployment completes.
    pub unplaced: Vec<Unplaced>,
}

impl PolicyDocuments {
    /// For a run that evaluates assignments: those that only a deployment completes.
    pub fn not_placed(&self) -> impl Iterator<Item = Diagnostic> {
        self.unplaced.iter().map(|Unplaced { node, .. }| {
            let place = node.get("name").unwrap_or(node).span;
            let message = "its template's deployment completes this assignment, which isn't evaluated";
            let label = "its scope, a parameter or its condition isn't written out";
            Diagnostic::new(&codes::UNPLACED_ASSIGNMENT, message).at(place, label).help(
                "give the deployed assignments: `az policy assignment list --disable-scope-strict-match`",
            )
        })
    }
}

/// The documents of one kind as they are gathered.
#[derive(Debug, Default)]
pub(crate) struct Gathering {
    nodes: Vec<Node>,
    /// By id in lower case: the indices of documents that say different things.
    by_id: HashMap<String, Vec<usize>>,
}

impl Gathering {
    /// Adds one; one that says the same as a document of its id before it is dropped.
    pub(crate) fn add(&mut self, node: Node, faults: &mut Diagnostics) {
        let node = opened(node, faults);
        let Some(id) = kind::id_of(&node) else {
            self.nodes.push(node);
            return;
        };
        let known = self.by_id.entry(id.trim_matches('/').to_ascii_lowercase()).or_default();
        if !known.is_empty() {
            let said = normal(&node);
            if known.iter().any(|index| merge::same(&normal(&self.nodes[*index]), &said)) {
                return;
            }
        }
        known.push(self.nodes.len());
        self.nodes.push(node);
    }

    /// The documents, each id once: of those that differ the newest, where the times of collection are known.
    pub(crate) fn finish(self, collected: &Collected, faults: &mut Diagnostics) -> Vec<Node> {
        let mut dropped = vec![false; self.nodes.len()];
        let mut contested: Vec<&Vec<usize>> = self.by_id.values().filter(|known| known.len() > 1).collect();
        contested.sort();
        for known in contested {
            let nodes: Vec<&Node> = known.iter().map(|index| &self.nodes[*index]).collect();
            let kept = settle(&nodes, collected, faults);
            for (at, index) in known.iter().enumerate() {
                dropped[*index] = at != kept;
            }
        }
        self.nodes.into_iter().zip(dropped).filter(|(_, dropped)| !dropped).map(|(node, _)| node).collect()
    }
}

/// Which of several documents of one id is used; says why.
fn settle(nodes: &[&Node], collected: &Collected, faults: &mut Diagnostics) -> usize {
    let time = |node: &Node| collected.of(node.span.file);
    let id = kind::id_of(nodes[0]).unwrap_or_default();
    let newest = (0..nodes.len()).max_by_key(|at| time(nodes[*at])).unwrap_or(0);
    let sure = nodes
        .iter()
        .enumerate()
        .all(|(at, node)| at == newest || (time(node).is_some() && time(node) < time(nodes[newest])));
    let other = nodes[usize::from(newest == 0)];
    if sure {
        faults.push(
            Diagnostic::new(&codes::NEWER_USED, format!("`{id}` is used as the newer file has it"))
                .at(nodes[newest].span, "newer")
                .at(other.span, "older"),
        );
        return newest;
    }
    let differs = merge::first_difference(&normal(nodes[0]), &normal(nodes[1]));
    let differs = differs.map_or_else(String::new, |path| format!(": they differ in `{path}`"));
    faults.push(
        Diagnostic::new(&codes::SOURCES_DIFFER, format!("`{id}` stands here with two contents{differs}"))
            .at(nodes[1].span, "this one isn't used")
            .at(nodes[0].span, "this one is used")
            .help("remove the outdated file, or give the files a manifest with their times of collection"),
    );
    0
}
