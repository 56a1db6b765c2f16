//! `append` and `modify`.

use super::{ID, aliases, bound, compiled, facts, lowered, of_body, resource, value};
use crate::arm::semantics::{ModifyAdd, Semantics};
use crate::arm::{ResourceType, Value};
use crate::engine::{
    Cause, Changes, Doubt, Language, NotBuiltKind, Occasion, Outcome, Skipped, Subject, Truth, clashes,
    compile,
};
use crate::inventory::Resource;

/// A rule that holds for every box, with these details of `modify`.
fn modify(operations: &str) -> String {
    rule("modify", &format!(r#"{{"roleDefinitionIds": ["/r"], "operations": {operations}}}"#))
}

fn rule(effect: &str, details: &str) -> String {
    format!(
        r#"{{"mode": "All", "parameters": {{"word": {{"defaultValue": "red"}}, "conflict": {{"defaultValue": "Audit"}}}},
            "policyRule": {{"if": {{"field": "type", "equals": "Contoso.Things/boxes"}},
            "then": {{"effect": "{effect}", "details": {details}}}}}}}"#
    )
}

fn changed(text: &str, resource: &Resource, occasion: Option<&Occasion>) -> Changes {
    let policy = compiled(text, "{}").unwrap_or_else(|missing| panic!("{missing:?}"));
    let facts = facts();
    let subject = Subject { resource, subscription: &facts, resource_group: None, now: None, occasion };
    policy.changes(&subject).expect("an effect that changes")
}

/// What one operation makes of a box with these properties: the properties, and the outcome.
fn operation(operation: &str, properties: &str) -> (Value, Outcome) {
    let changes = changed(&modify(&format!("[{operation}]")), &resource(properties), None);
    let after = changes.after.get("properties").expect("properties").clone();
    (after, changes.operations[0].outcome.clone())
}

#[track_caller]
fn gives(given: &str, properties: &str, after: &str, outcome: &Outcome) {
    let found = operation(given, properties);
    assert_eq!((found.0, &found.1), (value(after), outcome), "{given} of {properties}");
}

fn on(kind: &str, field: &str, value: &str) -> String {
    format!(r#"{{"operation": "{kind}", "field": "Contoso.Things/boxes/{field}", "value": {value}}}"#)
}

#[test]
fn add_fills_and_add_or_replace_sets() {
    use Outcome::{Applied, Unchanged};
    for (kind, before, after, outcome) in [
        ("add", "{}", r#"{"size": 3}"#, &Applied),
        ("add", r#"{"size": null}"#, r#"{"size": 3}"#, &Applied),
        ("add", r#"{"size": 3}"#, r#"{"size": 3}"#, &Unchanged),
        ("add", r#"{"size": 4}"#, r#"{"size": 4}"#, &Unchanged),
        ("addOrReplace", "{}", r#"{"size": 3}"#, &Applied),
        ("addOrReplace", r#"{"size": 4}"#, r#"{"size": 3}"#, &Applied),
        ("addOrReplace", r#"{"size": 3}"#, r#"{"size": 3}"#, &Unchanged),
    ] {
        gives(&on(kind, "size", "3"), before, after, outcome);
    }
    gives(&on("addOrReplace", "size", "null"), r#"{"size": 3}"#, r#"{"size": null}"#, &Applied);
    gives(&on("addOrReplace", "size", "null"), "{}", "{}", &Unchanged);
    gives(&on("addOrReplace", "list", "[1]"), r#"{"list": [2, 3]}"#, r#"{"list": [1]}"#, &Applied);
    let name = on("addOrReplace", "label", r#""[concat(field('name'), '-', parameters('word'))]""#);
    gives(&name, "{}", r#"{"label": "b1-red"}"#, &Applied);
}

#[test]
fn a_missing_parent_skips_and_append_makes_it() {
    let skipped = Outcome::Skipped(Skipped::NoParent("properties.nested".into()));
    gives(&on("addOrReplace", "nested.deep", "1"), "{}", "{}", &skipped);
    gives(
        &on("addOrReplace", "nested.deep", "1"),
        r#"{"nested": {}}"#,
        r#"{"nested": {"deep": 1}}"#,
        &Outcome::Applied,
    );
    let details = r#"[{"field": "Contoso.Things/boxes/nested.deep", "value": 1}]"#;
    let changes = changed(&rule("append", details), &resource("{}"), None);
    assert_eq!(changes.after.get("properties"), Some(&value(r#"{"nested": {"deep": 1}}"#)));
    let conflict = Outcome::Conflict("`properties.nested` is a String, not an object".into());
    gives(&on("add", "nested.deep", "1"), r#"{"nested": "x"}"#, r#"{"nested": "x"}"#, &conflict);
}

#[test]
fn append_refuses_what_differs() {
    let details = |value: &str| {
        rule("append", &format!(r#"[{{"field": "Contoso.Things/boxes/size", "value": {value}}}]"#))
    };
    let box_of_four = resource(r#"{"size": 4}"#);
    let same = changed(&details("4"), &box_of_four, None);
    assert_eq!((same.operations[0].outcome.clone(), same.refuses()), (Outcome::Unchanged, false));
    let other = changed(&details("5"), &box_of_four, None);
    assert_eq!(other.operations[0].outcome, Outcome::Refused("properties.size".into()));
    assert!(other.refuses() && !other.any() && other.before == other.after);
}

#[test]
fn arrays_get_members_or_each_member_is_changed() {
    use Outcome::{Applied, Unchanged};
    for (kind, field, value, before, after, outcome) in [
        ("add", "list[*]", "2", "[1]", "[1, 2]", Applied),
        ("add", "list[*]", "1", "[1]", "[1]", Unchanged),
        ("addOrReplace", "list[*]", "2", "[1, 2]", "[2]", Applied),
        ("addOrReplace", "list[*]", "2", "[2]", "[2]", Unchanged),
        (
            "addOrReplace",
            "list[*].color",
            "\"red\"",
            r#"[{"color": "blue"}, {}]"#,
            r#"[{"color": "red"}, {"color": "red"}]"#,
            Applied,
        ),
        (
            "add",
            "list[*].color",
            "\"red\"",
            r#"[{"color": "blue"}, {}]"#,
            r#"[{"color": "blue"}, {"color": "red"}]"#,
            Applied,
        ),
        (
            "add",
            "list[*].parts[*].n",
            "1",
            r#"[{"parts": [{}, {"n": 2}]}]"#,
            r#"[{"parts": [{"n": 1}, {"n": 2}]}]"#,
            Applied,
        ),
        (
            "add",
            "list[*].color",
            "1",
            "[]",
            "[]",
            Outcome::Skipped(Skipped::NoMembers("properties.list".into())),
        ),
    ] {
        let wrapped = |list: &str| format!(r#"{{"list": {list}}}"#);
        gives(&on(kind, field, value), &wrapped(before), &wrapped(after), &outcome);
    }
    gives(&on("add", "list[*]", "2"), "{}", r#"{"list": [2]}"#, &Applied);
    let written = changed(
        &modify(&format!("[{}]", on("add", "list[*].color", "\"red\""))),
        &resource(r#"{"list": [{"color": "blue"}, {}]}"#),
        None,
    );
    let paths: Vec<_> = written.operations[0].writes.iter().map(|write| &*write.path).collect();
    assert_eq!(paths, ["properties.list[1].color"]);
    assert_eq!(written.doubts.iter().collect::<Vec<_>>(), [&Doubt::ModifiableUnknown, &Doubt::AddKeepsOther]);
}

#[test]
fn tags_are_set_and_taken_away() {
    use Outcome::{Applied, Unchanged};
    let tags = |operations: &str, body: &str| {
        let changes = changed(&modify(operations), &of_body(body), None);
        let outcomes: Vec<_> = changes.operations.iter().map(|change| change.outcome.clone()).collect();
        assert!(changes.doubts.is_empty());
        (changes.after.get("tags").cloned(), outcomes)
    };
    let body = |tags: &str| format!(r#"{{"id": "{ID}", "type": "Contoso.Things/boxes"{tags}}}"#);
    let set = r#"[{"operation": "add", "field": "[concat('tags[', 'Env', ']')]", "value": "[parameters('word')]"},
        {"operation": "addOrReplace", "field": "tags['a.b']", "value": "x"},
        {"operation": "remove", "field": "tags.old"}]"#;
    assert_eq!(
        tags(set, &body(r#", "tags": {"env": "prod", "OLD": "1"}"#)),
        (Some(value(r#"{"env": "prod", "a.b": "x"}"#)), vec![Unchanged, Applied, Applied])
    );
    assert_eq!(
        tags(set, &body("")),
        (Some(value(r#"{"Env": "red", "a.b": "x"}"#)), vec![Applied, Applied, Unchanged])
    );
    let removed = r#"[{"operation": "remove", "field": "tags.old"}]"#;
    assert_eq!(tags(removed, &body("")), (None, vec![Unchanged]));
    let number = r#"[{"operation": "addOrReplace", "field": "tags.n", "value": 1}]"#;
    let conflict = Outcome::Conflict("the value of a tag is a text, not `1`".into());
    assert_eq!(tags(number, &body("")), (None, vec![conflict]));
}

#[test]
fn the_identity_is_changed_on_machines_only() {
    let operations = r#"[{"operation": "addOrReplace", "field": "identity.type",
        "value": "[if(contains(field('identity.type'), 'UserAssigned'), concat(field('identity.type'), ',SystemAssigned'), 'SystemAssigned')]"}]"#;
    let machine = |identity: &str| {
        let id = "/subscriptions/a/resourceGroups/b/providers/Microsoft.Compute/virtualMachines/vm";
        of_body(&format!(r#"{{"id": "{id}", "type": "Microsoft.Compute/virtualMachines"{identity}}}"#))
    };
    let after = |resource: &Resource| {
        let changes = changed(&modify(operations), resource, None);
        (changes.after.get("identity").cloned(), changes.operations[0].outcome.clone())
    };
    let typed = |text: &str| Some(value(&format!(r#"{{"type": "{text}"}}"#)));
    assert_eq!(after(&machine("")), (typed("SystemAssigned"), Outcome::Applied));
    let user = machine(r#", "identity": {"type": "UserAssigned"}"#);
    assert_eq!(after(&user), (typed("UserAssigned,SystemAssigned"), Outcome::Applied));
    assert_eq!(after(&resource("{}")).1, Outcome::Skipped(Skipped::NotOfThisType));
}

#[test]
fn operations_are_conditional() {
    let operations = r#"[{"operation": "addOrReplace", "field": "Contoso.Things/boxes/size", "value": 3,
        "condition": "[greaterOrEquals(requestContext().apiVersion, '2021-04-01')]"}]"#;
    let outcome = |version: Option<&str>| {
        let occasion = Occasion { api_version: version.map(Into::into), ..Occasion::default() };
        let changes = changed(&modify(operations), &resource("{}"), Some(&occasion));
        changes.operations[0].outcome.clone()
    };
    assert_eq!(outcome(Some("2021-04-01")), Outcome::Applied);
    assert_eq!(outcome(Some("2020-01-01")), Outcome::Skipped(Skipped::Condition));
    let unknown = "the files don't say which API version the request has";
    assert_eq!(outcome(None), Outcome::Undecided(Cause::MissingFact(unknown.into())));
    let text =
        r#"[{"operation": "add", "field": "tags.x", "value": "y", "condition": "[parameters('word')]"}]"#;
    let changes = changed(&modify(text), &resource("{}"), None);
    assert_eq!(
        changes.undecided(),
        [&Cause::Fails("the condition of an operation comes out as `\"red\"`".into())]
    );
}

#[test]
fn what_the_export_does_not_carry_is_not_changed() {
    let mut box_without = resource("{}");
    box_without.loss = Some(crate::inventory::ShapeLoss::NoProperties);
    let changes = changed(&modify(&format!("[{}]", on("add", "size", "1"))), &box_without, None);
    assert_eq!(changes.undecided(), [&Cause::NotCarried("properties.size".into())]);
    assert!(!changes.any());
}

#[test]
fn the_conflict_effect_decides_about_the_write() {
    let with = |effect: &str| {
        let details = format!(
            r#"{{"roleDefinitionIds": [], {effect}"operations": [{{"operation": "add", "field": "tags.n", "value": 1}}]}}"#
        );
        changed(&rule("modify", &details), &resource("{}"), None).refuses()
    };
    assert!(with(""));
    assert!(with(r#""conflictEffect": "Deny", "#));
    assert!(!with(r#""conflictEffect": "audit", "#));
    assert!(!with(r#""conflictEffect": "[parameters('conflict')]", "#));
}

#[test]
fn policies_that_contradict_each_other_are_found() {
    let size = |conflict: &str, value: &str| {
        let details = format!(
            r#"{{"roleDefinitionIds": [], "conflictEffect": "{conflict}", "operations": [{}, {}]}}"#,
            on("addOrReplace", "size", value),
            on("add", "list[*]", value)
        );
        changed(&rule("modify", &details), &resource("{}"), None)
    };
    let (three, four, same) = (size("deny", "3"), size("deny", "4"), size("deny", "3"));
    assert_eq!(clashes(&[&three, &same]), []);
    let found = clashes(&[&three, &four, &same]);
    // Members of an array stand beside each other.
    assert_eq!(found.len(), 1);
    assert_eq!((&*found[0].path, &*found[0].policies), ("properties.size", &[0, 1, 2][..]));
    assert!(found[0].refused);
    let found = clashes(&[&three, &size("audit", "4")]);
    assert_eq!(found.iter().map(|clash| clash.refused).collect::<Vec<_>>(), [false]);
}

#[test]
fn what_no_policy_can_change_is_refused() {
    for operation in [
        r#"{"operation": "add", "field": "name", "value": "x"}"#,
        r#"{"operation": "add", "field": "location", "value": "x"}"#,
        r#"{"operation": "add", "field": "identity", "value": {}}"#,
        r#"{"operation": "remove", "field": "Contoso.Things/boxes/size"}"#,
        r#"{"operation": "remove", "field": "tags"}"#,
        r#"{"operation": "add", "field": "[field('name')]", "value": "x"}"#,
    ] {
        let missing = compiled(&modify(&format!("[{operation}]")), "{}").expect_err(operation);
        assert_eq!(missing[0].kind, NotBuiltKind::Refused, "{operation}");
    }
}

#[test]
fn the_bound_effect_needs_its_details() {
    let text = r#"{"mode": "All", "parameters": {"effect": {}}, "policyRule": {
        "if": {"field": "type", "equals": "Contoso.Things/boxes"}, "then": {"effect": "[parameters('effect')]",
        "details": {"roleDefinitionIds": [], "operations": []}}}}"#;
    let definition = lowered(text);
    let as_effect = |effect: &str| {
        let bound = bound(&definition, &format!(r#"{{"effect": {{"value": "{effect}"}}}}"#)).expect("bound");
        compile(&definition, &bound, Language::of(&aliases()))
    };
    for effect in ["Modify", "audit", "deny", "disabled"] {
        assert!(as_effect(effect).is_ok(), "{effect}");
    }
    for effect in ["append", "deployIfNotExists", "denyAction"] {
        let missing = as_effect(effect).expect_err(effect);
        let message = format!("the effect is `{effect}`, and the rule has no details for it");
        assert_eq!((missing[0].kind, &*missing[0].what), (NotBuiltKind::Refused, &*message));
    }
    assert!(as_effect("nonsense").is_err());
}

#[test]
fn the_type_decides_where_an_alias_lies() {
    let operations = r#"[{"operation": "add", "field": "Contoso.Things/short", "value": 1}]"#;
    let crates = of_body(
        r#"{"id": "/subscriptions/a/resourceGroups/b/providers/Contoso.Things/crates/c", "type": "Contoso.Things/crates",
            "properties": {}}"#,
    );
    assert!(crates.resource_type == ResourceType::new("contoso.things/CRATES"));
    let after =
        |resource: &Resource| changed(&modify(operations), resource, None).after.get("properties").cloned();
    assert_eq!(after(&crates), Some(value(r#"{"depth": 1}"#)));
    assert_eq!(after(&resource("{}")), Some(value(r#"{"size": 1}"#)));
    let policy = compiled(&modify(operations), "{}").expect("compiles");
    assert_eq!(policy.role_definition_ids(), ["/r".into()]);
    let facts = facts();
    let subject =
        Subject { resource: &crates, subscription: &facts, resource_group: None, now: None, occasion: None };
    assert_eq!(policy.applies_to(&subject, &mut crate::engine::Silent), Truth::False);
}

#[test]
fn what_a_change_reads_is_kept() {
    let operations = r#"[{"operation": "add", "field": "Contoso.Things/short", "value": 1},
        {"operation": "add", "field": "tags.x", "value": "[utcNow()]"}]"#;
    let policy = compiled(&modify(operations), "{}").expect("compiles");
    assert!(policy.asks_time());
    let reads = policy.reads();
    let boxes = ResourceType::new("Contoso.Things/boxes");
    assert_eq!(reads.paths(&boxes).map(ToString::to_string).as_deref(), Some("properties.size, tags"));
    assert!(!reads.wants(&ResourceType::new("Contoso.Things/crates")));
}

#[test]
fn add_to_another_value_is_read_as_chosen() {
    let definition = lowered(&modify(&format!("[{}]", on("add", "size", "3"))));
    let bound = bound(&definition, "{}").expect("bound");
    let (facts, boxes) = (facts(), resource(r#"{"size": 4}"#));
    let subject =
        Subject { resource: &boxes, subscription: &facts, resource_group: None, now: None, occasion: None };
    let outcome = |semantics: &Semantics| {
        let policy =
            compile(&definition, &bound, Language { aliases: &aliases(), semantics }).expect("compiles");
        policy.changes(&subject).expect("changes").operations[0].outcome.clone()
    };
    let conflicts = Semantics { modify_add: ModifyAdd::Conflicts, ..Semantics::DEFAULT };
    assert_eq!(outcome(&Semantics::DEFAULT), Outcome::Unchanged);
    assert!(matches!(outcome(&conflicts), Outcome::Conflict(_)));
}
