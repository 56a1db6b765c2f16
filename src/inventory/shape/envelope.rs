//! Envelopes: what stands around the elements of a list, and what it says about the list's end.

use std::sync::Arc;

use crate::arm::{ResourceId, ResourceType, Scope};
use crate::source::{Diagnostic, Diagnostics, Member, Node, NodeValue, Span, split};

use super::super::codes;

/// How a document holds its elements.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Envelope {
    /// The document is one element.
    Single,
    /// A bare array (`az … list`, `Search-AzGraph`). It proves nothing about its end.
    Array,
    /// `{"value": […], "nextLink": …}`
    RestList,
    /// Resource Graph: `{"data": [{…}], "count": …, "totalRecords": …}`, `az graph query`, `{"Data": […]}`.
    Graph,
    /// Resource Graph's table form: `{"data": {"columns": […], "rows": [[…]]}}`.
    GraphTable,
}

impl Envelope {
    /// Whether the elements are rows of Resource Graph, which leaves out what a query projects away.
    pub fn is_graph(self) -> bool {
        matches!(self, Envelope::Graph | Envelope::GraphTable)
    }
}

/// A document, opened.
#[derive(Debug)]
pub(crate) struct Opened {
    /// How it held its elements.
    pub envelope: Envelope,
    /// The elements.
    pub items: Vec<Node>,
    /// What shows that the list goes on elsewhere.
    pub goes_on: Option<GoesOn>,
    /// `totalRecords` of a page of Resource Graph.
    pub total: Option<u64>,
    /// The whole document.
    pub span: Span,
}

/// What shows that a list goes on elsewhere.
#[derive(Debug, Clone)]
pub(crate) struct GoesOn {
    /// Where that stands.
    pub span: Span,
    /// In words: "`nextLink` leads to a next page".
    pub why: String,
    /// The type that the link lists, where it says so.
    pub resource_type: Option<ResourceType>,
    /// The scope that the link lists, where it says so.
    pub scope: Option<Scope>,
    /// Whether an error tells it already.
    pub told: bool,
    /// Whether a page with the rest may stand in another document: true for a skip token.
    pub may_be_given: bool,
}

/// Opens a document.
pub(crate) fn open(node: Node, faults: &mut Diagnostics) -> Opened {
    let span = node.span;
    let opened = |envelope, items| Opened { envelope, items, goes_on: None, total: None, span };
    let node = match node.value {
        NodeValue::Array(items) => return opened(Envelope::Array, items),
        value => Node { span, value },
    };
    let single = node.get("id").is_some() || node.get("type").is_some() || node.get("properties").is_some();
    if !single && is_rest_list(&node) {
        return rest(node, faults);
    }
    if !single && node.get("data").is_some() && is_graph(&node) {
        return graph(node, faults);
    }
    opened(Envelope::Single, vec![node])
}

/// Whether a node is a list, with or without an envelope.
pub(crate) fn is_list(node: &Node) -> bool {
    let single = node.get("id").is_some() || node.get("type").is_some() || node.get("properties").is_some();
    node.is_array() || (!single && (is_rest_list(node) || is_graph(node)))
}

/// Whether `value` is a list, or stands beside what only lists have.
fn is_rest_list(node: &Node) -> bool {
    node.get("value").is_some_and(|value| value.is_array() || node.get("nextLink").is_some())
}

fn is_graph(node: &Node) -> bool {
    const BESIDE: &[&str] = &[
        "count",
        "totalRecords",
        "total_records",
        "resultTruncated",
        "skip_token",
        "$skipToken",
        "skipToken",
        "facets",
    ];
    match node.get("data").map(|data| &data.value) {
        Some(NodeValue::Array(items)) => items.is_empty() || items.iter().all(Node::is_object),
        Some(NodeValue::Object(_)) => {
            node.at(&["data", "rows"]).is_some() || BESIDE.iter().any(|key| node.get(key).is_some())
        }
        _ => false,
    }
}

/// Takes a member out of an object.
pub(crate) fn take(node: &mut Node, key: &str) -> Option<Node> {
    let NodeValue::Object(members) = &mut node.value else { return None };
    let at = members
        .iter()
        .position(|m| &*m.key == key)
        .or_else(|| members.iter().position(|m| m.key.eq_ignore_ascii_case(key)))?;
    Some(members.swap_remove(at).value)
}

/// What stands around a list that was read element by element.
pub(crate) fn around(list: &split::Envelope) -> Opened {
    let node = &list.members;
    let opened =
        |envelope, goes_on, total| Opened { envelope, items: Vec::new(), goes_on, total, span: list.span };
    if list.key.is_none() {
        return opened(Envelope::Array, None, None);
    }
    if !list.is_under_data() {
        return opened(Envelope::RestList, rest_goes_on(node), None);
    }
    let total = number(node, &["totalRecords", "total_records"]).map(|(total, _)| total);
    opened(Envelope::Graph, graph_goes_on(node, list.elements), total)
}

fn rest_goes_on(node: &Node) -> Option<GoesOn> {
    ["nextLink", "@odata.nextLink"]
        .into_iter()
        .filter_map(|key| node.get(key))
        .find(|link| link.as_str().is_some_and(|text| !text.is_empty()))
        .map(|link| {
            let (resource_type, scope) = link.as_str().map_or((None, None), listed_by);
            let why = "`nextLink` leads to a next page".to_owned();
            GoesOn { span: link.span, why, resource_type, scope, may_be_given: false, told: false }
        })
}

fn rest(mut node: Node, faults: &mut Diagnostics) -> Opened {
    let span = node.span;
    let goes_on = rest_goes_on(&node);
    let (envelope, items) = match take(&mut node, "value") {
        Some(Node { value: NodeValue::Array(items), .. }) => (Envelope::RestList, items),
        Some(other) => {
            faults.push(wrong_list("value", &other));
            (Envelope::Single, Vec::new())
        }
        None => (Envelope::RestList, Vec::new()),
    };
    Opened { envelope, items, goes_on, total: None, span }
}

fn wrong_list(key: &str, found: &Node) -> Diagnostic {
    Diagnostic::new(
        &codes::WRONG_TYPE,
        format!("`{key}` of a list is an array, and this is {}", found.kind()),
    )
    .at(found.span, "expected an array")
}

fn graph(mut node: Node, faults: &mut Diagnostics) -> Opened {
    let span = node.span;
    let data = take(&mut node, "data");
    let (envelope, items) = match data {
        Some(Node { value: NodeValue::Array(items), .. }) => (Envelope::Graph, items),
        Some(data) if data.get("rows").is_some() => (Envelope::GraphTable, table(data, faults)),
        Some(other) => {
            faults.push(wrong_list("data", &other));
            (Envelope::Single, Vec::new())
        }
        None => (Envelope::Graph, Vec::new()),
    };
    let goes_on = graph_goes_on(&node, items.len() as u64);
    let total = number(&node, &["totalRecords", "total_records"]).map(|(total, _)| total);
    Opened { envelope, items, goes_on, total, span }
}

fn graph_goes_on(node: &Node, rows: u64) -> Option<GoesOn> {
    let goes_on = |span: Span, why: String, may_be_given: bool| {
        Some(GoesOn { span, why, resource_type: None, scope: None, may_be_given, told: false })
    };
    let truncated = node.get("resultTruncated").filter(|node| {
        node.as_bool() == Some(true) || node.as_str().is_some_and(|text| text.eq_ignore_ascii_case("true"))
    });
    let token = ["$skipToken", "skip_token", "skipToken"]
        .into_iter()
        .filter_map(|key| node.get(key))
        .find(|token| token.as_str().is_some_and(|text| !text.is_empty()));
    if let Some(token) = token {
        return goes_on(token.span, "a skip token leads to a next page".to_owned(), true);
    }
    if let Some(truncated) = truncated {
        return goes_on(truncated.span, "`resultTruncated` is true".to_owned(), false);
    }
    let counted = number(node, &["count"]);
    let total = number(node, &["totalRecords", "total_records"]);
    let (count, place) = match (counted, total) {
        (Some((count, place)), _) if count > rows => {
            return goes_on(place, format!("it holds {rows} of {count} rows"), false);
        }
        (Some((count, place)), Some(_)) => (count, place),
        (None, Some((_, place))) => (rows, place),
        _ => return None,
    };
    let (total, _) = total?;
    if count < total {
        return goes_on(place, format!("it holds {count} of {total} rows"), true);
    }
    None
}

fn number(node: &Node, keys: &[&str]) -> Option<(u64, Span)> {
    keys.iter().filter_map(|key| node.get(key)).find_map(|found| match &found.value {
        NodeValue::Int(value) => u64::try_from(*value).ok().map(|value| (value, found.span)),
        NodeValue::String(text) => text.parse().ok().map(|value| (value, found.span)),
        _ => None,
    })
}

/// Rows of a table as objects.
fn table(mut data: Node, faults: &mut Diagnostics) -> Vec<Node> {
    let columns: Vec<(Arc<str>, Span)> = data
        .get("columns")
        .map(Node::items)
        .unwrap_or_default()
        .iter()
        .map(|column| match column.get("name").or(Some(column)).and_then(Node::as_str) {
            Some(name) => (Arc::from(name), column.span),
            None => (Arc::from(""), column.span),
        })
        .collect();
    let rows = match take(&mut data, "rows") {
        Some(Node { value: NodeValue::Array(rows), .. }) => rows,
        Some(other) => {
            faults.push(wrong_list("rows", &other));
            return Vec::new();
        }
        None => return Vec::new(),
    };
    let mut items = Vec::with_capacity(rows.len());
    for row in rows {
        let span = row.span;
        match row.value {
            NodeValue::Array(cells) if cells.len() == columns.len() => {
                let members = columns.iter().zip(cells).map(|((key, key_span), value)| Member {
                    key: key.clone(),
                    key_span: *key_span,
                    value,
                });
                items.push(Node { span, value: NodeValue::Object(members.collect()) });
            }
            other => {
                let found = match &other {
                    NodeValue::Array(cells) => format!("{} cells", cells.len()),
                    _ => Node { span, value: other }.kind().to_owned(),
                };
                faults.push(
                    Diagnostic::new(
                        &codes::WRONG_TYPE,
                        format!("a row of this table has {} cells, and this is {found}", columns.len()),
                    )
                    .at(span, "this row isn't read"),
                );
            }
        }
    }
    items
}

/// The type and the scope that a link to a next page lists:
/// `https://management.azure.com/subscriptions/{s}/providers/Microsoft.Security/automations?…`.
fn listed_by(link: &str) -> (Option<ResourceType>, Option<Scope>) {
    let path = link.split('?').next().unwrap_or_default();
    let path =
        path.split_once("://").map_or(path, |(_, rest)| rest.split_once('/').map_or("", |(_, path)| path));
    let path = path.trim_matches('/');
    let lower = path.to_ascii_lowercase();
    let Some(at) = lower.rfind("providers/") else {
        let resource_type = match lower.rsplit('/').next() {
            Some("resourcegroups") => Some(ResourceType::new(ResourceType::RESOURCE_GROUP)),
            Some("subscriptions") => Some(ResourceType::new(ResourceType::SUBSCRIPTION)),
            _ => None,
        };
        let above = lower.rsplit_once('/').and_then(|(above, _)| Scope::parse(&path[..above.len()]));
        return (resource_type, above);
    };
    let mut segments = path[at + "providers/".len()..].split('/');
    let mut text = segments.next().unwrap_or_default().to_owned();
    for segment in segments.step_by(2) {
        text.push('/');
        text.push_str(segment);
    }
    let above = path[..at].trim_matches('/');
    let scope = if above.is_empty() {
        Some(Scope::Tenant)
    } else {
        ResourceId::parse(above).and_then(|id| Scope::parse(id.as_str()))
    };
    (text.contains('/').then(|| ResourceType::new(&text)), scope)
}

#[cfg(test)]
mod tests {
    use super::{Envelope, Opened, listed_by, open};
    use crate::arm::Scope;
    use crate::source::{Diagnostics, FileId, Node, json};

    fn opened(text: &str) -> Opened {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        let opened = open(node, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        opened
    }

    fn goes_on(text: &str) -> Option<String> {
        opened(text).goes_on.map(|goes_on| goes_on.why)
    }

    #[test]
    fn opens_every_envelope() {
        assert_eq!(opened("[{}, {}]").envelope, Envelope::Array);
        assert_eq!(opened(r#"{"value":[{}]}"#).envelope, Envelope::RestList);
        assert_eq!(opened(r#"{"data":[{"id":1}],"count":1}"#).envelope, Envelope::Graph);
        assert_eq!(opened(r#"{"Data":[{"id":1}]}"#).envelope, Envelope::Graph);
        assert_eq!(opened(r#"{"id":"/a","value":[1]}"#).envelope, Envelope::Single);
    }

    #[test]
    fn a_table_becomes_objects() {
        let text = r#"{"totalRecords":1,"count":1,"data":{"columns":[{"name":"id","type":"string"},
            {"name":"enabled","type":"boolean"}],"rows":[["/x",true]]},"resultTruncated":"false"}"#;
        let opened = opened(text);
        assert_eq!(opened.envelope, Envelope::GraphTable);
        assert_eq!(opened.items[0].get("enabled").and_then(Node::as_bool), Some(true));
        assert!(opened.goes_on.is_none());
    }

    #[test]
    fn what_goes_on_is_seen() {
        assert!(goes_on(r#"{"value":[],"nextLink":"https://x/y"}"#).is_some());
        assert!(goes_on(r#"{"value":[],"nextLink":null}"#).is_none());
        assert!(goes_on(r#"{"value":[],"nextLink":""}"#).is_none());
        assert!(goes_on(r#"{"data":[],"$skipToken":"x"}"#).is_some());
        assert!(goes_on(r#"{"data":[],"skip_token":null,"count":0,"total_records":0}"#).is_none());
        assert!(goes_on(r#"{"data":[],"resultTruncated":"true"}"#).is_some());
        assert_eq!(
            goes_on(r#"{"data":[{}],"count":1,"totalRecords":7}"#).as_deref(),
            Some("it holds 1 of 7 rows")
        );
        assert_eq!(
            goes_on(r#"{"data":[{}],"count":2,"totalRecords":2}"#).as_deref(),
            Some("it holds 1 of 2 rows")
        );
    }

    #[test]
    fn a_link_says_what_it_lists() {
        let (resource_type, scope) = listed_by(
            "https://management.azure.com/subscriptions/S/providers/Microsoft.Security/automations?a=b",
        );
        assert!(resource_type.is_some_and(|t| t.is("microsoft.security/automations")));
        assert_eq!(scope, Scope::parse("/subscriptions/s"));
        let (resource_type, scope) =
            listed_by("https://management.azure.com/subscriptions/S/resourcegroups?x");
        assert!(resource_type.is_some_and(|t| t.is("Microsoft.Resources/subscriptions/resourceGroups")));
        assert_eq!(scope, Scope::parse("/subscriptions/s"));
    }

    #[test]
    fn a_value_that_is_no_list_is_a_fault() {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, r#"{"value":5,"nextLink":null}"#, &mut faults).remove(0);
        open(node, &mut faults);
        assert!(faults.has_errors());
    }
}
