//! Aliases of a catalogue that says all that one can: patterns, masks, paths and metadata by API version, one name for
//! several types.

use super::{BOX, Cause, bound, facts, lowered, of_body, value};
use crate::arm::alias::AliasReader;
use crate::arm::{AliasCatalog, Semantics, Value};
use crate::engine::{
    Candidate, CompiledPolicy, Doubt, Language, Occasion, Outcome, Recorder, Silent, Subject, Truth, compile,
};
use crate::inventory::Resource;
use crate::source::{Diagnostics, FileId, Form};

/// Boxes of API versions 2020-01-01, 2022-01-01 and 2024-01-01; crates of one.
const CATALOG: &str = r#"[{"namespace": "Contoso.Things", "resourceTypes": [
    {"resourceType": "boxes", "apiVersions": ["2020-01-01", "2024-01-01", "2022-01-01"], "aliases": [
        {"name": "Contoso.Things/maker", "defaultPath": "properties.label.id", "type": "PlainText",
         "defaultPattern": {"phrase": "/makers/{maker}/lines/{line}", "variable": "{maker}", "type": "Extract"}},
        {"name": "Contoso.Things/line", "defaultPath": "properties.label.id",
         "defaultPattern": {"phrase": "/makers/{maker}/lines/{line}", "variable": "line", "type": "Extract"}},
        {"name": "Contoso.Things/boxes/label.id", "defaultPath": "properties.label.id"},
        {"name": "Contoso.Things/boxes/key", "defaultPath": "properties.key", "type": "Mask, Preview"},
        {"name": "Contoso.Things/boxes/list[*]", "defaultPath": "properties.list[*]"},
        {"name": "Contoso.Things/boxes/list[*].key", "defaultPath": "properties.list[*].key", "type": "Mask"},
        {"name": "Contoso.Things/boxes/list[*].Round.radius", "defaultPath": "properties.list[*].radius"},
        {"name": "Contoso.Things/boxes/list[*].Square.side", "defaultPath": "properties.list[*].side"},
        {"name": "Contoso.Things/boxes/size", "defaultPath": "properties.size",
         "defaultMetadata": {"type": "Integer", "attributes": "Modifiable"}, "paths": [
            {"path": "properties.dimensions.size", "apiVersions": ["2024-01-01"],
             "metadata": {"type": "Integer", "attributes": "None"}},
            {"path": "properties.measure", "apiVersions": ["2020-01-01"],
             "metadata": {"type": "String", "attributes": "Modifiable"}}]},
        {"name": "Contoso.Things/depth", "defaultPath": "properties.depth"}]},
    {"resourceType": "crates", "apiVersions": ["2021-01-01"], "aliases": [
        {"name": "Contoso.Things/depth", "defaultPath": "properties.inner.depth"}]}]}]"#;

fn catalog() -> AliasCatalog {
    let (mut reader, mut faults) = (AliasReader::new(), Diagnostics::new());
    reader.read(FileId::NONE, Form::Json, CATALOG, &mut faults);
    assert!(faults.is_empty(), "{faults:?}");
    reader.finish().expect("a catalogue")
}

fn policy(text: &str) -> CompiledPolicy {
    let definition = lowered(text);
    let bound = bound(&definition, "{}").expect("parameters");
    let language = Language { aliases: &catalog(), semantics: &Semantics::DEFAULT };
    compile(&definition, &bound, language).unwrap_or_else(|missing| panic!("{missing:?}"))
}

/// A resource of a type, with what stands beside its type.
fn thing(kind: &str, more: &str) -> Resource {
    let group = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers";
    of_body(&format!(r#"{{"id": "{group}/{kind}/b1", "name": "b1", "type": "{kind}", {more}}}"#))
}

fn boxed(properties: &str) -> Resource {
    thing(BOX, &format!(r#""properties": {properties}"#))
}

/// The truth of a condition for a resource under `if`, in a request of this API version.
fn at(condition: &str, resource: &Resource, version: Option<&str>) -> Truth {
    let policy = policy(&format!(
        r#"{{"mode": "All", "policyRule": {{"if": {condition}, "then": {{"effect": "audit"}}}}}}"#
    ));
    let (facts, occasion) =
        (facts(), Occasion { api_version: version.map(Into::into), ..Occasion::default() });
    let subject = Subject {
        resource,
        subscription: &facts,
        resource_group: None,
        now: None,
        occasion: Some(&occasion),
    };
    policy.applies_to(&subject, &mut Silent)
}

/// The truth of an existence condition for a candidate; a subscription is under `if`.
fn satisfied(condition: &str, candidate: Candidate<'_>) -> Truth {
    let related = candidate.resource.resource_type.as_str();
    let policy = policy(&format!(
        r#"{{"mode": "All", "policyRule": {{"if": {{"field": "type", "equals": "Microsoft.Resources/subscriptions"}},
            "then": {{"effect": "auditIfNotExists", "details": {{"type": "{related}", "existenceCondition": {condition}}}}}}}}}"#
    ));
    let subscription = of_body(
        r#"{"id": "/subscriptions/11111111-1111-1111-1111-111111111111", "type": "Microsoft.Resources/subscriptions"}"#,
    );
    // The request's version is that of the subscription, and says nothing of the candidate.
    let (facts, occasion) =
        (facts(), Occasion { api_version: Some("2020-01-01".into()), ..Occasion::default() });
    let subject = Subject {
        resource: &subscription,
        subscription: &facts,
        resource_group: None,
        now: None,
        occasion: Some(&occasion),
    };
    let truth = policy.satisfies(&subject, candidate, &mut Recorder::new());
    assert_eq!(policy.satisfies(&subject, candidate, &mut Silent), truth);
    truth
}

/// Under `if`, as a candidate, and as a planned body.
#[track_caller]
fn everywhere(condition: &str, resource: &Resource, wanted: bool) {
    assert_eq!(at(condition, resource, None), Truth::from(wanted), "if: {condition}");
    let existing = Candidate::existing(resource);
    assert_eq!(satisfied(condition, existing), Truth::from(wanted), "existing: {condition}");
    assert_eq!(
        satisfied(condition, Candidate::planned(resource)),
        Truth::from(wanted),
        "planned: {condition}"
    );
}

#[test]
fn a_pattern_takes_its_part_of_the_text() {
    let one = boxed(r#"{"label": {"id": "/Makers/Contoso/lines/heavy"}}"#);
    for (alias, wanted) in
        [("maker", "contoso"), ("line", "HEAVY"), ("boxes/label.id", "/makers/contoso/lines/heavy")]
    {
        everywhere(&format!(r#"{{"field": "Contoso.Things/{alias}", "equals": "{wanted}"}}"#), &one, true);
        everywhere(&format!(r#"{{"field": "Contoso.Things/{alias}", "notLike": "*x*"}}"#), &one, true);
    }
    let function = r#"{"value": "[field('Contoso.Things/maker')]", "equals": "contoso"}"#;
    assert_eq!(at(function, &one, None), Truth::True);
    // What hasn't the form of the phrase is missing.
    for properties in [r#"{"label": {"id": "/makers/contoso"}}"#, r#"{"label": {"id": ""}}"#] {
        everywhere(r#"{"field": "Contoso.Things/maker", "exists": false}"#, &boxed(properties), true);
    }
    assert_eq!(at(function, &boxed(r#"{"label": {"id": "x"}}"#), None), Truth::False);
}

#[test]
fn a_masked_alias_reads_as_missing() {
    let one = boxed(r#"{"key": "secret", "list": [{"key": "secret", "radius": 1}]}"#);
    for alias in ["key", "list[*].key"] {
        everywhere(&format!(r#"{{"field": "{BOX}/{alias}", "exists": false}}"#), &one, true);
        everywhere(&format!(r#"{{"field": "{BOX}/{alias}", "equals": "secret"}}"#), &one, false);
    }
    let function = format!(r#"{{"value": "[empty(field('{BOX}/key'))]", "equals": true}}"#);
    assert_eq!(at(&function, &one, None), Truth::True);
    let counted = format!(
        r#"{{"count": {{"field": "{BOX}/list[*]", "where": {{"field": "{BOX}/list[*].key", "exists": true}}}}, "equals": 0}}"#
    );
    everywhere(&counted, &one, true);
}

#[test]
fn the_api_version_chooses_the_path() {
    let one = boxed(r#"{"size": 1, "dimensions": {"size": 2}, "measure": 3}"#);
    let size = |number: i64| format!(r#"{{"field": "{BOX}/size", "equals": {number}}}"#);
    for (version, wanted) in [
        (None, 1),
        (Some("2022-01-01"), 1),
        (Some("2024-01-01"), 2),
        (Some("2020-01-01"), 3),
        (Some("2030-01-01"), 1),
    ] {
        assert_eq!(at(&size(wanted), &one, version), Truth::True, "{version:?}");
        let function = format!(r#"{{"value": "[field('{BOX}/size')]", "equals": {wanted}}}"#);
        assert_eq!(at(&function, &one, version), Truth::True, "{version:?}");
    }
    // A scan reads a candidate by the newest version, a planned body by that of its template.
    assert_eq!(satisfied(&size(2), Candidate::existing(&one)), Truth::True);
    for (version, wanted) in [("2022-01-01", 1), ("2024-01-01", 2), ("2020-01-01", 3)] {
        let properties = r#""properties": {"size": 1, "dimensions": {"size": 2}, "measure": 3}"#;
        let planned = thing(BOX, &format!(r#""apiVersion": "{version}", {properties}"#));
        assert_eq!(satisfied(&size(wanted), Candidate::planned(&planned)), Truth::True, "{version}");
        // In a body of Azure it is no more than a member.
        assert_eq!(satisfied(&size(2), Candidate::existing(&planned)), Truth::True, "{version}");
    }
}

#[test]
fn a_name_without_a_type_has_a_path_for_each_type() {
    let depth = |number: i64| format!(r#"{{"field": "Contoso.Things/depth", "equals": {number}}}"#);
    let properties = r#""properties": {"depth": 1, "inner": {"depth": 2}}"#;
    everywhere(&depth(1), &thing(BOX, properties), true);
    everywhere(&depth(2), &thing("Contoso.Things/crates", properties), true);
    // A type that doesn't have it.
    everywhere(
        r#"{"field": "Contoso.Things/depth", "exists": false}"#,
        &thing("Contoso.Things/lids", properties),
        true,
    );
}

#[test]
fn a_discriminator_selects_every_member() {
    let one = boxed(r#"{"list": [{"kind": "Round", "radius": 1}, {"kind": "Square", "side": 2}]}"#);
    let all = format!(r#"{{"field": "{BOX}/list[*].Round.radius", "exists": true}}"#);
    assert_eq!(at(&all, &one, None), Truth::False, "the square has no radius");
    let some = |alias: &str, number: i64| {
        format!(
            r#"{{"count": {{"field": "{BOX}/list[*]", "where": {{"field": "{BOX}/list[*].{alias}", "equals": {number}}}}}, "equals": 1}}"#
        )
    };
    for condition in [some("Round.radius", 1), some("Square.side", 2)] {
        assert_eq!(at(&condition, &one, None), Truth::True);
        assert_eq!(satisfied(&condition, Candidate::existing(&one)), Truth::True);
    }
}

/// What an operation on the size of a box comes to, in a request of this API version.
fn modified(value_text: &str, version: Option<&str>) -> (Outcome, Option<Value>, bool, Vec<Doubt>) {
    let policy = policy(&format!(
        r#"{{"mode": "All", "policyRule": {{"if": {{"field": "type", "equals": "{BOX}"}}, "then": {{"effect": "modify",
            "details": {{"roleDefinitionIds": ["/r"], "conflictEffect": "deny", "operations": [
                {{"operation": "addOrReplace", "field": "{BOX}/size", "value": {value_text}}}]}}}}}}}}"#
    ));
    let (facts, one) = (facts(), boxed(r#"{"dimensions": {}}"#));
    let occasion = Occasion { api_version: version.map(Into::into), ..Occasion::default() };
    let subject = Subject {
        resource: &one,
        subscription: &facts,
        resource_group: None,
        now: None,
        occasion: Some(&occasion),
    };
    let changes = policy.changes(&subject).expect("an effect that changes");
    let doubts = changes.doubts.iter().copied().collect();
    (
        changes.operations[0].outcome.clone(),
        changes.after.get("properties").cloned(),
        changes.refuses(),
        doubts,
    )
}

#[test]
fn modify_minds_what_the_api_version_lets_it_change() {
    let after = |text: &str| Some(value(text));
    let applied = |number: &str, version, properties: &str| {
        assert_eq!(
            modified(number, version),
            (Outcome::Applied, after(properties), false, vec![]),
            "{version:?}"
        );
    };
    applied("3", None, r#"{"dimensions": {}, "size": 3}"#);
    applied("3", Some("2022-01-01"), r#"{"dimensions": {}, "size": 3}"#);
    applied(r#""3""#, Some("2020-01-01"), r#"{"dimensions": {}, "measure": "3"}"#);
    // Not modifiable in this version, or of another type: the conflict effect decides.
    for (number, version, wanted) in [
        ("3", Some("2024-01-01"), "`Contoso.Things/boxes/size` can't be modified"),
        (r#""3""#, None, "`Contoso.Things/boxes/size` takes a value of type Integer, not `\"3\"`"),
        ("3", Some("2020-01-01"), "`Contoso.Things/boxes/size` takes a value of type String, not `3`"),
    ] {
        let found = modified(number, version);
        assert_eq!(found, (Outcome::Conflict(wanted.into()), after(r#"{"dimensions": {}}"#), true, vec![]));
    }
}

#[test]
fn an_alias_that_the_catalogue_lacks_is_unknown_for_the_type_that_may_have_it() {
    let lost = format!(r#"{{"field": "{BOX}/lost", "exists": true}}"#);
    let cause = Truth::unknown([Cause::UnknownAlias(format!("{BOX}/lost").into())]);
    let one = boxed("{}");
    assert_eq!(at(&lost, &one, None), cause);
    assert_eq!(satisfied(&lost, Candidate::existing(&one)), cause);
    assert_eq!(satisfied(&lost, Candidate::planned(&one)), cause);
    assert_eq!(at(&lost, &thing("Contoso.Things/crates", r#""properties": {}"#), None), Truth::False);
}
