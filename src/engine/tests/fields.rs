use super::{BOX, Cause, Doubt, ShapeLoss, Truth, holds, judge, of_body, resource, undecided};

#[test]
fn accessors_read_what_every_type_has() {
    for (field, wanted) in [
        ("type", "contoso.things/BOXES"),
        ("name", "b1"),
        ("fullName", "B1"),
        ("kind", "wood"),
        ("location", "West Europe"),
        ("location", "westeurope"),
        ("identity.type", "systemassigned"),
        ("tags.env", "PROD"),
        ("tags[ENV]", "prod"),
        ("tags['env']", "prod"),
        ("tags.a.b", "dotted"),
        ("tags['it''s']", "quoted"),
    ] {
        holds(&format!(r#"{{"field": "{field}", "equals": "{wanted}"}}"#), "{}", true);
    }
    holds(r#"{"field": "id", "like": "*/resourcegroups/RG/*"}"#, "{}", true);
    holds(r#"{"field": "tags", "containsKey": "eNV"}"#, "{}", true);
    holds(r#"{"field": "location", "in": ["northeurope", "WEST europe"]}"#, "{}", true);
    holds(r#"{"field": "tags[]", "exists": false}"#, "{}", true);
}

#[test]
fn names_of_children_have_several_segments() {
    let child = of_body(
        r#"{"id": "/subscriptions/a/resourceGroups/g/providers/Microsoft.Sql/servers/s/databases/d",
            "type": "Microsoft.Sql/servers/databases"}"#,
    );
    for (field, wanted) in [("name", "d"), ("fullName", "s/d")] {
        let condition = format!(r#"{{"field": "{field}", "equals": "{wanted}"}}"#);
        assert_eq!(judge(&condition, &child).0, Truth::True, "{field}");
    }
}

#[test]
fn a_field_may_be_computed() {
    holds(r#"{"field": "[concat('tags[', 'env', ']')]", "equals": "prod"}"#, "{}", true);
    holds(r#"{"field": "[concat('tags[', field('kind'), ']')]", "exists": false}"#, "{}", true);
    holds(r#"{"field": "[if(equals(field('kind'), 'Wood'), 'name', 'type')]", "equals": "b1"}"#, "{}", true);
}

#[test]
fn an_alias_is_looked_up_by_the_type_of_the_resource() {
    holds(r#"{"field": "Contoso.Things/short", "equals": 3}"#, r#"{"size": 3, "depth": 9}"#, true);
    // An alias that only another type has is missing, not an error.
    holds(r#"{"field": "Contoso.Things/crates/depth", "exists": false}"#, r#"{"depth": 9}"#, true);
    holds(r#"{"field": "contoso.things/BOXES/Size", "equals": 3}"#, r#"{"SIZE": 3}"#, true);
}

#[test]
fn every_value_that_is_selected_has_to_meet_the_condition() {
    let red = format!(r#"{{"field": "{BOX}/list[*].color", "equals": "red"}}"#);
    let not_red = format!(r#"{{"field": "{BOX}/list[*].color", "notEquals": "red"}}"#);
    let exists = format!(r#"{{"field": "{BOX}/list[*].color", "exists": true}}"#);
    let absent = format!(r#"{{"field": "{BOX}/list[*].color", "exists": false}}"#);
    for empty in [r#"{"list": []}"#, "{}", r#"{"list": null}"#, r#"{"list": "text"}"#] {
        for condition in [&red, &not_red, &exists, &absent] {
            holds(condition, empty, true);
        }
    }
    let both = r#"{"list": [{"color": "red"}, {"color": "RED"}]}"#;
    holds(&red, both, true);
    holds(&not_red, both, false);
    let one = r#"{"list": [{"color": "red"}, {"color": "blue"}]}"#;
    holds(&red, one, false);
    holds(&not_red, one, false);
    // A member without the property contributes what is missing; it is never dropped.
    let lacking = r#"{"list": [{"color": "red"}, {}]}"#;
    holds(&red, lacking, false);
    holds(&exists, lacking, false);
    holds(&absent, lacking, false);
    holds(&not_red, r#"{"list": [{}]}"#, true);
    // Any of them: the idiom with `not`.
    holds(&format!(r#"{{"not": {not_red}}}"#), one, true);
    holds(&format!(r#"{{"not": {not_red}}}"#), r#"{"list": []}"#, false);
}

#[test]
fn nested_arrays_are_one_selection() {
    let condition = format!(r#"{{"field": "{BOX}/list[*].parts[*].n", "less": 3}}"#);
    holds(&condition, r#"{"list": [{"parts": [{"n": 1}, {"n": 2}]}, {"parts": []}, {}]}"#, true);
    holds(&condition, r#"{"list": [{"parts": [{"n": 1}]}, {"parts": [{"n": 3}]}]}"#, false);
}

#[test]
fn an_array_as_a_whole_is_one_value() {
    let field = format!("{BOX}/list");
    holds(&format!(r#"{{"field": "{field}", "exists": true}}"#), r#"{"list": []}"#, true);
    holds(&format!(r#"{{"field": "{field}", "exists": true}}"#), r#"{"list": null}"#, false);
    holds(&format!(r#"{{"field": "{field}", "contains": "A"}}"#), r#"{"list": ["a"]}"#, true);
    holds(&format!(r#"{{"field": "{field}", "equals": "a"}}"#), r#"{"list": ["a"]}"#, false);
}

#[test]
fn an_alias_that_hides_an_array_reads_one_missing_value_where_it_is_empty() {
    let enabled = format!(r#"{{"field": "{BOX}/logs.enabled", "equals": true}}"#);
    holds(&enabled, r#"{"logs": []}"#, false);
    holds(&enabled, "{}", false);
    holds(&enabled, r#"{"logs": [{"enabled": true}]}"#, true);
    holds(&enabled, r#"{"logs": [{"enabled": true}, {"enabled": false}]}"#, false);
    holds(&format!(r#"{{"field": "{BOX}/logs.enabled", "exists": false}}"#), r#"{"logs": []}"#, true);
}

#[test]
fn the_function_field_reads_texts_and_lists() {
    for (expression, wanted) in [
        ("[field('name')]", r#""b1""#),
        ("[field('Contoso.Things/boxes/label')]", r#""""#),
        ("[string(length(field('Contoso.Things/boxes/list[*].color')))]", r#""1""#),
        ("[length(field('Contoso.Things/boxes/other[*].n'))]", "0"),
        ("[field('tags').env]", r#""prod""#),
        ("[toUpper(field('location'))]", r#""WESTEUROPE""#),
        ("[subscription().displayName]", r#""app-prod""#),
        ("[subscription().tags.owner]", r#""me""#),
        ("[concat(subscription().id, 'x')]", r#""/subscriptions/11111111-1111-1111-1111-111111111111x""#),
    ] {
        let condition = format!(r#"{{"value": "{expression}", "equals": {wanted}}}"#);
        holds(&condition, r#"{"list": [{"color": "red"}, {}]}"#, true);
    }
    // A tag of the subscription that isn't set is null, and a null is no target.
    let causes =
        undecided(r#"{"field": "name", "equals": "[subscription().tags['none']]"}"#, &resource("{}"));
    assert!(matches!(causes.as_slice(), [Cause::Fails(_)]), "{causes:?}");
}

#[test]
fn absent_tags_are_null_for_the_function() {
    let bare = of_body(&format!(
        r#"{{"id": "/subscriptions/a/resourceGroups/g/providers/{BOX}/b", "type": "{BOX}"}}"#
    ));
    let (truth, _) =
        judge(r#"{"value": "[empty(coalesce(field('tags'), createObject()))]", "equals": true}"#, &bare);
    assert_eq!(truth, Truth::True);
    let causes = undecided(r#"{"value": "[contains(field('tags'), 'a')]", "equals": true}"#, &bare);
    assert!(matches!(causes.as_slice(), [Cause::Fails(_)]), "{causes:?}");
}

#[test]
fn facts_that_the_files_lack_stay_unknown() {
    let causes = undecided(r#"{"value": "[subscription().tenantId]", "equals": "x"}"#, &resource("{}"));
    assert!(matches!(causes.as_slice(), [Cause::MissingFact(text)] if text.contains("tenant")), "{causes:?}");
    let causes = undecided(r#"{"value": "[utcNow()]", "equals": "x"}"#, &resource("{}"));
    assert!(matches!(causes.as_slice(), [Cause::MissingFact(_)]), "{causes:?}");
}

#[test]
fn what_a_shape_lost_is_not_missing() {
    let mut lossy = resource("{}");
    lossy.loss = Some(ShapeLoss::NoProperties);
    let size = format!(r#"{{"field": "{BOX}/size", "exists": false}}"#);
    assert_eq!(undecided(&size, &lossy), [Cause::NotCarried("properties.size".into())]);
    let count = format!(r#"{{"count": {{"field": "{BOX}/list[*]"}}, "equals": 0}}"#);
    assert_eq!(undecided(&count, &lossy), [Cause::NotCarried("properties.list[*]".into())]);
    assert_eq!(judge(r#"{"field": "tags.env", "equals": "prod"}"#, &lossy).0, Truth::True);
    lossy.loss = Some(ShapeLoss::Projected(vec!["properties.size".into()]));
    assert_eq!(judge(&size, &lossy).0, Truth::True);
    assert_eq!(
        undecided(r#"{"field": "location", "exists": true}"#, &lossy),
        [Cause::NotCarried("location".into())]
    );
    let function = undecided(r#"{"value": "[field('tags').env]", "equals": "prod"}"#, &lossy);
    assert!(matches!(function.as_slice(), [Cause::MissingFact(_)]), "{function:?}");
}

#[test]
fn open_readings_are_told() {
    let (truth, doubts) = judge(&format!(r#"{{"field": "{BOX}/label", "equals": ""}}"#), &resource("{}"));
    assert_eq!((truth, doubts), (Truth::True, vec![Doubt::MissingEqualsEmpty]));
}

#[test]
fn of_keys_that_differ_in_case_the_exact_one_is_read() {
    let properties = r#"{"Size": 1, "size": 2, "SIZE": 3, "LABEL": "x", "Label": "y"}"#;
    holds(&format!(r#"{{"field": "{BOX}/size", "equals": 2}}"#), properties, true);
    holds(&format!(r#"{{"field": "{BOX}/SIZE", "equals": 2}}"#), properties, true);
    holds(&format!(r#"{{"value": "[field('{BOX}/size')]", "equals": 2}}"#), properties, true);
    // The alias's own path has neither case: the first one.
    holds(&format!(r#"{{"field": "{BOX}/label", "equals": "x"}}"#), properties, true);
}
