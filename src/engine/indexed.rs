//! Which resources the mode `Indexed` admits: those of types that have tags and a location.

use crate::arm::{AliasCatalog, ResourceType};
use crate::inventory::Resource;
use crate::policy::Effect;

use super::applicability::is_never_evaluated;
use super::observe::Observer;
use super::types_without_tags::has_no_tags;
use super::{Cause, CompiledPolicy, Doubt, Truth};

impl CompiledPolicy {
    /// Whether there may be a row for the resource, whatever the rule says of it. There is none where the service looks
    /// at no resource of its type, where the policy is disabled, where its mode is `Indexed` and the resource a
    /// subscription, a resource group or of a type without tags or location, or where the rule reads a location and the
    /// resource is a subscription.
    ///
    /// Of the mode `Indexed`, the first of these that says something decides: `types-without-tags`, the capabilities in
    /// a catalogue, Microsoft's list of types without tags, the resource's own location.
    pub(super) fn admits<O: Observer>(&self, resource: &Resource, observer: &mut O) -> Truth {
        let resource_type = &resource.resource_type;
        let subscription = resource_type.is(ResourceType::SUBSCRIPTION);
        if self.effect == Effect::Disabled
            || (subscription && self.located)
            || is_never_evaluated(resource_type)
        {
            return Truth::False;
        }
        if !self.indexed {
            return Truth::True;
        }
        if subscription || resource_type.is(ResourceType::RESOURCE_GROUP) {
            return Truth::False;
        }
        if self.semantics.types_without_tags.contains(resource_type) {
            return Truth::False;
        }
        if let Some(indexed) = by_capabilities(&self.aliases, resource_type) {
            return indexed.into();
        }
        if has_no_tags(resource_type) {
            return Truth::False;
        }
        if O::NOTICES {
            observer.doubt(Doubt::IndexedByLocation);
        }
        if resource.location.is_none() && !resource.carries("location") {
            return Truth::unknown([Cause::NotCarried("location".into())]);
        }
        resource.location.is_some().into()
    }
}

/// A truth of a resource that may be left out: what doesn't hold anyway needs no more facts.
pub(super) fn where_admitted(admitted: Truth, truth: Truth) -> Truth {
    if admitted == Truth::True || truth == Truth::False { truth } else { admitted }
}

/// What the catalogue says.
fn by_capabilities(aliases: &AliasCatalog, resource_type: &ResourceType) -> Option<bool> {
    aliases.resource_type_facts(resource_type)?.is_indexed()
}

#[cfg(test)]
mod tests {
    use crate::arm::alias::AliasReader;
    use crate::arm::{Location, ResourceId, ResourceType, Value};
    use crate::engine::observe::Silent;
    use crate::engine::tests::lowered;
    use crate::engine::{BoundParameters, CompiledPolicy, Language, Truth, compile};
    use crate::inventory::{Resource, ShapeLoss};
    use crate::source::{Diagnostics, FileId, Form, Span};

    fn indexed(capabilities: Option<&str>) -> CompiledPolicy {
        let text = r#"{"name": "test", "properties": {"mode": "Indexed", "policyRule": {
            "if": {"field": "name", "exists": true}, "then": {"effect": "audit"}}}}"#;
        let definition = lowered(text);
        let mut reader = AliasReader::new();
        let capabilities = capabilities.map_or_else(|| "null".to_owned(), |text| format!("{text:?}"));
        let catalog = format!(
            r#"{{"namespace": "A.B", "resourceTypes": [{{"resourceType": "c", "capabilities": {capabilities},
                "aliases": [{{"name": "A.B/c/d", "defaultPath": "properties.d"}}]}}]}}"#
        );
        reader.read(FileId::NONE, Form::Json, &catalog, &mut Diagnostics::new());
        let catalog = reader.finish().expect("a catalogue");
        compile(&definition, &BoundParameters::default(), Language::of(&catalog)).expect("compiles")
    }

    fn resource(kind: &str, location: Option<&str>, loss: Option<ShapeLoss>) -> Resource {
        let id = format!("/subscriptions/s/resourceGroups/g/providers/{kind}/x");
        Resource {
            id: ResourceId::parse(&id).expect("an id"),
            resource_type: ResourceType::new(kind),
            location: location.map(Location::new),
            body: Value::Null.into(),
            loss,
            span: Span::none(),
        }
    }

    #[test]
    fn capabilities_decide_before_the_location_does() {
        let admits = |capabilities, kind, location| {
            let resource = resource(kind, location, None);
            indexed(capabilities).admits(&resource, &mut Silent)
        };
        let both = Some("SupportsTags, SupportsLocation");
        assert_eq!(admits(both, "A.B/c", None), Truth::True);
        assert_eq!(admits(Some("SupportsLocation"), "A.B/c", Some("westeurope")), Truth::False);
        assert_eq!(admits(None, "A.B/c", Some("westeurope")), Truth::True);
        assert_eq!(admits(None, "A.B/c", None), Truth::False);
        assert_eq!(admits(None, "Microsoft.EventHub/namespaces", Some("westeurope")), Truth::True);
        assert_eq!(admits(None, "Microsoft.Web/sites/config", Some("westeurope")), Truth::False);
    }

    #[test]
    fn a_location_that_the_export_lacks_is_no_missing_one() {
        let loss = ShapeLoss::Projected(vec!["id".into(), "properties".into()]);
        let resource = resource("A.B/c", None, Some(loss));
        assert!(matches!(indexed(None).admits(&resource, &mut Silent), Truth::Unknown(_)));
    }
}
