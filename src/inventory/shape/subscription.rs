//! A subscription, in the form of `az account list`, REST, Resource Graph or `Get-AzSubscription`.

use std::sync::Arc;

use crate::arm::{ManagementGroupId, ResourceId, SubscriptionId, Value};
use crate::source::{Diagnostic, Diagnostics, Node, NodeValue, Span};

use super::super::codes;
use super::super::subscription::{Known, SubscriptionState};
use super::text::{json_in, shared, text};

/// What one source says of a subscription.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) id: SubscriptionId,
    pub(crate) display_name: Option<Arc<str>>,
    pub(crate) state: Known<SubscriptionState>,
    pub(crate) tenant: Known<Arc<str>>,
    /// The tenant that it belongs to, where that isn't the one through which it is seen.
    pub(crate) home_tenant: Option<Arc<str>>,
    pub(crate) tags: Known<Value>,
    pub(crate) chain: Option<Chain>,
    pub(crate) span: Span,
}

/// `managementGroupAncestorsChain`, nearest first.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    pub(crate) groups: Groups,
    pub(crate) span: Span,
}

/// Groups with what people call them.
pub(crate) type Groups = Arc<[(ManagementGroupId, Option<Arc<str>>)]>;

/// How `az account list` names the entry of a tenant in which the account sees no subscription.
const TENANT_LEVEL: &str = "N/A(tenant level account)";

impl Facts {
    /// A subscription of which only the id and perhaps a name are known.
    pub(crate) fn bare(id: SubscriptionId, display_name: Option<Arc<str>>, span: Span) -> Facts {
        Facts {
            id,
            display_name,
            state: Known::No,
            tenant: Known::No,
            home_tenant: None,
            tags: Known::No,
            chain: None,
            span,
        }
    }

    /// Whether it stands for a tenant and isn't a subscription.
    pub(crate) fn is_tenant_level(&self) -> bool {
        self.display_name.as_deref().is_some_and(|name| name.starts_with(TENANT_LEVEL))
    }
}

/// Reads one. What has no id gives a finding.
pub(crate) fn read(node: &Node, faults: &mut Diagnostics) -> Option<Facts> {
    let Some(id) = id(node) else {
        faults.push(
            Diagnostic::new(&codes::BAD_ID, "this subscription has no id")
                .at(node.span, "not read")
                .help("a subscription has an `id` such as `/subscriptions/{guid}`, or a `subscriptionId`"),
        );
        return None;
    };
    let properties =
        node.get("properties").map(|found| json_in(found, faults).unwrap_or_else(|| found.clone()));
    let either = |keys: &[&str]| {
        shared(node, keys).or_else(|| properties.as_ref().and_then(|properties| shared(properties, keys)))
    };
    let state = either(&["state"]).and_then(|text| SubscriptionState::parse(&text));
    let tenant: Option<Arc<str>> = either(&["tenantId"]).map(|text| text.to_ascii_lowercase().into());
    let home = either(&["homeTenantId"]).map(|text| Arc::from(text.to_ascii_lowercase()));
    let chain = node
        .get("managementGroupAncestorsChain")
        .or_else(|| {
            properties.as_ref().and_then(|properties| properties.get("managementGroupAncestorsChain"))
        })
        .and_then(|found| chain(found, faults));
    // `name` is the display name in every form, except in REST, which has `displayName`.
    let display_name = either(&["displayName"])
        .or_else(|| shared(node, &["name", "subscriptionName"]))
        .filter(|name| !name.eq_ignore_ascii_case(id.as_str()));
    Some(Facts {
        display_name,
        state: state.map_or(Known::No, Known::Yes),
        home_tenant: home.filter(|home| tenant.as_ref() != Some(home)),
        tenant: tenant.map_or(Known::No, Known::Yes),
        tags: tags(node),
        chain,
        span: node.span,
        id,
    })
}

/// The id, from any of the members that hold it.
pub(crate) fn id(node: &Node) -> Option<SubscriptionId> {
    if let Some(bare) = text(node, &["subscriptionId"]).filter(|text| !text.contains('/')) {
        return Some(SubscriptionId::new(bare));
    }
    let text = text(node, &["id", "resourceId"])?;
    if text.contains('/') {
        ResourceId::parse(text)?.subscription_id()
    } else {
        Some(SubscriptionId::new(text))
    }
}

/// Tags, where the form carries them: absent is unknown, null is none.
fn tags(node: &Node) -> Known<Value> {
    match node.get("tags").map(|tags| (&tags.value, tags)) {
        Some((NodeValue::Object(_), tags)) => Known::Yes(Value::from(tags)),
        Some((NodeValue::Null, _)) => Known::Yes(Value::object::<&str>([])),
        _ => Known::No,
    }
}

/// The chain: a list of `{name, displayName}` or of names, that list as JSON in a text, or one of its members.
pub(crate) fn chain(found: &Node, faults: &mut Diagnostics) -> Option<Chain> {
    let inner = json_in(found, faults);
    let node = inner.as_ref().unwrap_or(found);
    let entry = |node: &Node| {
        let name = node.as_str().or_else(|| text(node, &["name", "id"]))?;
        Some((ManagementGroupId::new(name), shared(node, &["displayName"])))
    };
    let groups = match &node.value {
        NodeValue::Array(items) => items.iter().map(entry).collect::<Option<Vec<_>>>(),
        NodeValue::Object(_) => entry(node).map(|entry| vec![entry]),
        NodeValue::Null => return None,
        _ => None,
    };
    let Some(groups) = groups else {
        if inner.is_some() || !found.as_str().is_some_and(|text| text.starts_with(['[', '{'])) {
            faults.push(
                Diagnostic::new(
                    &codes::WRONG_TYPE,
                    "a chain of management groups is a list of objects with a `name`",
                )
                .at(found.span, "not read"),
            );
        }
        return None;
    };
    (!groups.is_empty()).then_some(Chain { groups: groups.into(), span: found.span })
}

#[cfg(test)]
mod tests {
    use super::{Facts, read};
    use crate::inventory::{Known, SubscriptionState};
    use crate::source::{Diagnostics, FileId, json};

    fn facts(text: &str) -> Facts {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        let facts = read(&node, &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        facts.expect("a subscription")
    }

    fn chain(facts: &Facts) -> Vec<&str> {
        facts.chain.iter().flat_map(|chain| &*chain.groups).map(|(group, _)| group.as_str()).collect()
    }

    #[test]
    fn az_account_list() {
        let facts = facts(
            r#"{"cloudName":"AzureCloud","homeTenantId":"T","id":"AB","isDefault":true,"managedByTenants":[],
              "name":"Production","state":"Enabled","tenantId":"T","user":{"name":"x","type":"user"}}"#,
        );
        assert_eq!((facts.id.as_str(), facts.display_name.as_deref()), ("ab", Some("Production")));
        assert_eq!(facts.state, Known::Yes(SubscriptionState::Enabled));
        assert_eq!((facts.tags, facts.home_tenant), (Known::No, None));
    }

    #[test]
    fn rest_and_powershell() {
        let rest = facts(
            r#"{"id":"/subscriptions/AB","subscriptionId":"AB","displayName":"P","tenantId":"t","state":"PastDue","tags":{"a":"b"}}"#,
        );
        assert_eq!(rest.state, Known::Yes(SubscriptionState::PastDue));
        assert!(matches!(rest.tags, Known::Yes(_)));
        let shell = facts(
            r#"{"Id":"AB","Name":"P","State":"Warned","SubscriptionId":"AB","TenantId":"T","HomeTenantId":"H"}"#,
        );
        assert_eq!(shell.state, Known::Yes(SubscriptionState::Warned));
        assert_eq!(shell.home_tenant.as_deref(), Some("h"));
    }

    #[test]
    fn resource_graph_with_its_chain_in_every_form() {
        let row = |chain: &str| {
            format!(
                r#"{{"id":"/subscriptions/s","name":"P","type":"microsoft.resources/subscriptions","tenantId":"t",
                "subscriptionId":"s","tags":null,"properties":{{"state":"Enabled","managementGroupAncestorsChain":{chain}}}}}"#
            )
        };
        let whole = facts(&row(r#"[{"name":"a","displayName":"A"},{"name":"t","displayName":"Root"}]"#));
        assert_eq!(chain(&whole), ["a", "t"]);
        let text = facts(&row(r#""[{\"name\":\"a\"},{\"name\":\"t\"}]""#));
        assert_eq!(chain(&text), ["a", "t"]);
        let nearest = facts(&row(r#"{"name":"a","displayName":"A"}"#));
        assert_eq!(chain(&nearest), ["a"]);
        let projected = facts(
            r#"{"subscriptionId":"s","name":"P","tenantId":"t","managementGroupAncestorsChain":"[{\"name\":\"a\"}]"}"#,
        );
        assert_eq!(chain(&projected), ["a"]);
    }

    #[test]
    fn a_tenants_entry_is_no_subscription() {
        assert!(
            facts(r#"{"id":"T","name":"N/A(tenant level account)","tenantId":"T","state":"Enabled"}"#)
                .is_tenant_level()
        );
    }

    #[test]
    fn a_chain_of_another_form_is_a_finding() {
        let mut faults = Diagnostics::new();
        let text = r#"{"id":"s","tenantId":"t","managementGroupAncestorsChain":7}"#;
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        assert!(read(&node, &mut faults).expect("read").chain.is_none());
        assert_eq!(faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>(), ["AZP0507"]);
    }
}
