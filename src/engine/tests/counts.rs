use super::{
    BOX, Cause, Doubt, Truth, aliases, bound, compiled, facts, holds, judge, lowered, resource, undecided,
    with_parameters,
};
use crate::arm::{ResourceType, Semantics};
use crate::engine::{Language, NotBuiltKind, Silent, Subject, compile};

const BOXES: &str = r#"{"list": [
    {"color": "red", "parts": [{"n": 1}, {"n": 2}]},
    {"color": "blue", "parts": [{"n": 2}]},
    {"color": "red"}], "other": [{"n": 7}]}"#;

fn count(field: &str, filter: &str, rest: &str) -> String {
    let filter = if filter.is_empty() { String::new() } else { format!(r#", "where": {filter}"#) };
    format!(r#"{{"count": {{"field": "{BOX}/{field}"{filter}}}, {rest}}}"#)
}

fn values(list: &str, filter: &str, rest: &str) -> String {
    format!(r#"{{"count": {{"value": {list}, "name": "it", "where": {filter}}}, {rest}}}"#)
}

#[test]
fn members_are_counted() {
    holds(&count("list[*]", "", r#""equals": 3"#), BOXES, true);
    holds(&count("list[*]", "", r#""equals": 0"#), "{}", true);
    holds(&count("list[*]", "", r#""equals": 0"#), r#"{"list": null}"#, true);
    holds(&count("list[*].parts[*]", "", r#""equals": 3"#), BOXES, true);
    let red = format!(r#"{{"field": "{BOX}/list[*].color", "equals": "red"}}"#);
    holds(&count("list[*]", &red, r#""equals": 2"#), BOXES, true);
    holds(&count("list[*]", &red, r#""greater": 2"#), BOXES, false);
    holds(&count("list[*]", &red, r#""in": [1, 2]"#), BOXES, true);
}

#[test]
fn inside_a_count_its_own_members_are_seen_one_by_one_and_others_whole() {
    let has_two = format!(r#"{{"field": "{BOX}/list[*].parts[*].n", "equals": 2}}"#);
    // The second one has only n 2; the third has no parts at all, which selects nothing.
    holds(&count("list[*]", &has_two, r#""equals": 2"#), BOXES, true);
    let other = format!(r#"{{"field": "{BOX}/other[*].n", "equals": 7}}"#);
    holds(&count("list[*]", &other, r#""equals": 3"#), BOXES, true);
    let kind = r#"{"field": "kind", "equals": "wood"}"#;
    holds(&count("list[*]", kind, r#""equals": 3"#), BOXES, true);
}

#[test]
fn counts_are_nested_below_their_array() {
    let two = format!(r#"{{"field": "{BOX}/list[*].parts[*].n", "equals": 2}}"#);
    let inner = count("list[*].parts[*]", &two, r#""equals": 1"#);
    holds(&count("list[*]", &inner, r#""equals": 2"#), BOXES, true);
    // The outer member's own property, seen from the inner count.
    let both = format!(r#"{{"allOf": [{two}, {{"field": "{BOX}/list[*].color", "equals": "red"}}]}}"#);
    let inner = count("list[*].parts[*]", &both, r#""equals": 1"#);
    let (truth, doubts) = judge(&count("list[*]", &inner, r#""equals": 1"#), &resource(BOXES));
    assert_eq!((truth, doubts), (Truth::True, vec![]));
    // Without the outer count the reading is open.
    let (truth, doubts) = judge(&count("list[*].parts[*]", &both, r#""equals": 1"#), &resource(BOXES));
    assert_eq!((truth, doubts), (Truth::True, vec![Doubt::OuterMember]));
}

#[test]
fn a_counted_alias_may_go_on_behind_its_array() {
    // The third member has no parts: a member all the same.
    holds(&count("list[*].color", "", r#""equals": 3"#), BOXES, true);
    holds(&count("list[*].parts", "", r#""equals": 3"#), BOXES, true);
    holds(&count("list[*].color", "", r#""equals": 0"#), "{}", true);
    holds(&count("list[*].parts[*].n", "", r#""equals": 3"#), BOXES, true);
    let red = format!(r#"{{"field": "{BOX}/list[*].color", "equals": "red"}}"#);
    holds(&count("list[*].color", &red, r#""equals": 2"#), BOXES, true);
    holds(&count("LIST[*].Color", &red, r#""equals": 2"#), BOXES, true);
    let absent = format!(r#"{{"field": "{BOX}/list[*].parts", "exists": false}}"#);
    holds(&count("list[*].parts", &absent, r#""equals": 1"#), BOXES, true);
    for current in ["current()", "current('Contoso.Things/boxes/list[*].color')"] {
        let red = format!(r#"{{"value": "[{current}]", "equals": "red"}}"#);
        holds(&count("list[*].color", &red, r#""equals": 2"#), BOXES, true);
        let none = format!(r#"{{"value": "[empty({current})]", "equals": true}}"#);
        holds(&count("list[*].color", &none, r#""equals": 1"#), r#"{"list": [{}, {"color": "a"}]}"#, true);
    }
    // What shares the array only is an open reading, as for an outer array.
    let parts = format!(r#"{{"field": "{BOX}/list[*].parts[*].n", "equals": 2}}"#);
    let (truth, doubts) = judge(&count("list[*].color", &parts, r#""equals": 2"#), &resource(BOXES));
    assert_eq!((truth, doubts), (Truth::True, vec![Doubt::OuterMember]));
    // Nested: below the counted alias, member by member.
    let two = format!(r#"{{"field": "{BOX}/list[*].parts[*].n", "equals": 2}}"#);
    let inner = count("list[*].parts[*].n", &two, r#""equals": 1"#);
    holds(&count("list[*]", &inner, r#""equals": 2"#), BOXES, true);
    let inner = count("list[*].parts[*]", &two, r#""equals": 1"#);
    holds(&count("list[*].parts", &inner, r#""equals": 2"#), BOXES, true);
}

#[test]
fn a_counted_array_may_stand_in_the_path_only() {
    let mut catalog = aliases();
    let name = format!("{BOX}/list[*].logs.enabled");
    catalog.add(&ResourceType::new(BOX), &name, "properties.list[*].logs[*].enabled");
    let on = format!(r#"{{"field": "{name}", "equals": true}}"#);
    let count = count("list[*].logs.enabled", &on, r#""equals": 2"#);
    let definition = lowered(&with_parameters(&count));
    let bound = bound(&definition, "{}").expect("parameters");
    let language = Language { aliases: &catalog, semantics: &Semantics::DEFAULT };
    let policy = compile(&definition, &bound, language).expect("a policy");
    let resource = resource(
        r#"{"list": [{"logs": [{"enabled": true}, {"enabled": false}]}, {}, {"logs": [{"enabled": true}]}]}"#,
    );
    let facts = facts();
    let subject = Subject {
        resource: &resource,
        subscription: &facts,
        resource_group: None,
        now: None,
        occasion: None,
    };
    assert_eq!(policy.applies_to(&subject, &mut Silent), Truth::True);
}

#[test]
fn values_are_counted_with_their_name() {
    let red = format!(r#"{{"field": "{BOX}/list[*].color", "contains": "[current('it')]"}}"#);
    holds(&values(r#"["red", "e", "blue"]"#, &red, r#""equals": 1"#), BOXES, true);
    holds(
        &values(
            r#""[parameters('list')]""#,
            r#"{"value": "[current('IT')]", "equals": "b"}"#,
            r#""equals": 1"#,
        ),
        "{}",
        true,
    );
    // Known at compile time, or only for the resource: the same.
    let colors = format!(r#""[field('{BOX}/list[*].color')]""#);
    holds(
        &values(&colors, r#"{"value": "[current('it')]", "equals": "red"}"#, r#""equals": 2"#),
        BOXES,
        true,
    );
    holds(
        &values(&colors, r#"{"value": "[concat(current('it'), 'x')]", "equals": "redx"}"#, r#""equals": 2"#),
        BOXES,
        true,
    );
    holds(r#"{"count": {"value": "[parameters('list')]"}, "equals": 2}"#, "{}", true);
    holds(
        r#"{"count": {"value": [1, 2, 3], "where": {"value": "[current()]", "greater": 1}}, "equals": 2}"#,
        "{}",
        true,
    );
    holds(
        r#"{"count": {"value": [1, 2, 3], "where": {"value": "[current('default')]", "less": 2}}, "equals": 1}"#,
        "{}",
        true,
    );
}

#[test]
fn a_count_over_an_array_stands_in_one_over_values() {
    let filter = format!(
        r#"{{"allOf": [{{"field": "{BOX}/list[*].color", "equals": "[current('it')]"}},
                       {{"value": "[current('{BOX}/list[*].color')]", "equals": "[current('it')]"}}]}}"#
    );
    let inner = count("list[*]", &filter, r#""equals": 2"#);
    holds(&values(r#"["red", "blue", "green"]"#, &inner, r#""equals": 1"#), BOXES, true);
    let colors = format!(r#""[field('{BOX}/list[*].color')]""#);
    holds(&values(&colors, &inner, r#""equals": 2"#), BOXES, true);
}

#[test]
fn current_reads_members_and_field_wraps_them() {
    for (expression, wanted) in [
        (format!("[current('{BOX}/list[*].color')]"), r#""red""#),
        (format!("[current('{BOX}/list[*]').color]"), r#""red""#),
        ("[current().color]".to_owned(), r#""red""#),
        (format!("[first(field('{BOX}/list[*].color'))]"), r#""red""#),
        (format!("[string(length(field('{BOX}/list[*]')))]"), r#""1""#),
    ] {
        let filter = format!(r#"{{"value": "{expression}", "equals": {wanted}}}"#);
        let wanted = if expression.contains("length") { 3 } else { 2 };
        holds(&count("list[*]", &filter, &format!(r#""equals": {wanted}"#)), BOXES, true);
    }
    // Below another array: a list of what is there.
    let filter = format!(r#"{{"value": "[length(current('{BOX}/list[*].parts[*].n'))]", "equals": 2}}"#);
    holds(&count("list[*]", &filter, r#""equals": 1"#), BOXES, true);
}

#[test]
fn a_member_that_cannot_be_decided_leaves_a_range() {
    let size = format!(r#"{{"field": "{BOX}/list[*].color", "less": "m"}}"#);
    // The third color is missing, which has no order.
    let boxes = resource(r#"{"list": [{"color": "a"}, {"color": "z"}, {}]}"#);
    assert_eq!(judge(&count("list[*]", &size, r#""greaterOrEquals": 1"#), &boxes).0, Truth::True);
    assert_eq!(judge(&count("list[*]", &size, r#""equals": 0"#), &boxes).0, Truth::False);
    assert_eq!(judge(&count("list[*]", &size, r#""equals": 3"#), &boxes).0, Truth::False);
    let causes = undecided(&count("list[*]", &size, r#""equals": 2"#), &boxes);
    assert!(matches!(causes.as_slice(), [Cause::MissingFact(_)]), "{causes:?}");
}

#[test]
fn what_is_no_list_fails() {
    let causes = undecided(
        r#"{"count": {"value": "[field('name')]", "where": {"value": 1, "equals": 1}}, "equals": 0}"#,
        &resource("{}"),
    );
    assert!(matches!(causes.as_slice(), [Cause::Fails(text)] if text.contains("list")), "{causes:?}");
    let causes = undecided(r#"{"count": {"value": "[parameters('word')]"}, "equals": 0}"#, &resource("{}"));
    assert!(matches!(causes.as_slice(), [Cause::Fails(_)]), "{causes:?}");
}

#[test]
fn what_the_service_refuses_is_refused() {
    let refused = |condition: &str| match compiled(&with_parameters(condition), "{}") {
        Ok(policy) => panic!("{policy:?}"),
        Err(missing) => {
            assert_eq!(missing[0].kind, NotBuiltKind::Refused, "{missing:?}");
            missing[0].to_string()
        }
    };
    let nested = r#"{"count": {"value": [1], "name": "a", "where":
        {"count": {"value": [2], "name": "b", "where": {"value": "[current()]", "equals": 2}}, "equals": 1}}, "equals": 1}"#;
    assert!(refused(nested).contains("needs a name"));
    let unnamed = r#"{"count": {"value": [1], "name": "a", "where": {"value": "[current('z')]", "equals": 2}}, "equals": 1}"#;
    assert!(refused(unnamed).contains("names no count"));
    assert!(refused(r#"{"value": "[current()]", "equals": 1}"#).contains("outside"));
    let long = format!(r#"{{"count": {{"value": [{}]}}, "equals": 1}}"#, vec!["1"; 201].join(","));
    assert!(refused(&long).contains("201"));
    assert!(refused(r#"{"field": "name", "equals": "[parameters('list')]"}"#).contains("is a list"));
}

#[test]
fn texts_beyond_the_limits_of_rules_fail() {
    let causes = undecided(
        &format!(
            r#"{{"value": "[length(replace('{}', 'x', '{}'))]", "greater": 0}}"#,
            "x".repeat(1000),
            "y".repeat(200)
        ),
        &resource("{}"),
    );
    assert!(matches!(causes.as_slice(), [Cause::Fails(text)] if text.contains("131072")), "{causes:?}");
    let nodes = r#"{"value": "[length(createArray(range(0, 9000), range(0, 9000), range(0, 9000), range(0, 9000)))]", "equals": 4}"#;
    let causes = undecided(nodes, &resource("{}"));
    assert!(matches!(causes.as_slice(), [Cause::Fails(text)] if text.contains("32768")), "{causes:?}");
}
