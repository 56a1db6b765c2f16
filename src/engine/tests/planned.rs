use super::{BOX, Candidate, Cause, Recorder, Silent, Subject, Truth, compiled, facts, of_body, resource};

const SUBSCRIPTION: &str = r#"{"id": "/subscriptions/11111111-1111-1111-1111-111111111111",
    "type": "Microsoft.Resources/subscriptions"}"#;

/// The truth of an existence condition for a body that a deployment would put.
fn planned(condition: &str, properties: &str) -> Truth {
    let text = format!(
        r#"{{"mode": "All", "policyRule": {{"if": {{"field": "type", "equals": "Microsoft.Resources/subscriptions"}},
            "then": {{"effect": "auditIfNotExists", "details": {{"type": "{BOX}", "existenceCondition": {condition}}}}}}}}}"#
    );
    let policy = compiled(&text, "{}").expect("compiles");
    let (facts, subscription, boxes) = (facts(), of_body(SUBSCRIPTION), resource(properties));
    let subject = Subject {
        resource: &subscription,
        subscription: &facts,
        resource_group: None,
        now: None,
        occasion: None,
    };
    let mut recorder = Recorder::new();
    let truth = policy.satisfies(&subject, Candidate::planned(&boxes), &mut recorder);
    assert_eq!(policy.satisfies(&subject, Candidate::planned(&boxes), &mut Silent), truth);
    truth
}

fn leaf(field: &str, rest: &str) -> String {
    format!(r#"{{"field": "{BOX}/{field}", {rest}}}"#)
}

fn provider(path: &str) -> Truth {
    Truth::unknown([Cause::ProviderDecides(path.into())])
}

#[test]
fn whether_a_provider_keeps_an_empty_array_is_not_known() {
    let path = provider("properties.list[*].parts");
    let boxes = r#"{"list": [{"parts": []}]}"#;
    assert_eq!(planned(&leaf("list[*].parts", r#""exists": false"#), boxes), path);
    assert_eq!(planned(&leaf("list[*].parts", r#""exists": true"#), boxes), path);
    assert_eq!(planned(&leaf("list[*].parts", r#""exists": false"#), r#"{"list": [{"parts": null}]}"#), path);
    // Whatever it makes of it, these have one answer.
    assert_eq!(planned(&leaf("list[*].parts", r#""contains": "x""#), boxes), Truth::False);
    assert_eq!(planned(&leaf("list[*].parts[*].n", r#""equals": 1"#), boxes), Truth::True);
    assert_eq!(
        planned(&leaf("list[*].parts[*].n", r#""equals": 1"#), r#"{"list": [{"parts": null}]}"#),
        Truth::True
    );
    // What is written is what will be there.
    assert_eq!(
        planned(&leaf("list[*].parts", r#""exists": false"#), r#"{"list": [{"parts": [{"n": 1}]}]}"#),
        Truth::False
    );
}

#[test]
fn what_a_provider_fills_in_is_not_known() {
    assert_eq!(planned(&leaf("size", r#""equals": 1"#), "{}"), provider("properties.size"));
    assert_eq!(planned(&leaf("size", r#""exists": false"#), "{}"), provider("properties.size"));
    assert_eq!(planned(&leaf("size", r#""equals": 1"#), r#"{"size": 1}"#), Truth::True);
    let count = format!(r#"{{"count": {{"field": "{BOX}/list[*]"}}, "equals": 0}}"#);
    assert_eq!(planned(&count, "{}"), provider("properties.list[*]"));
    assert_eq!(planned(&count, r#"{"list": []}"#), Truth::True);
    assert_eq!(planned(&leaf("list[*].color", r#""equals": 1"#), "{}"), provider("properties.list[*].color"));
    // Tags belong to whoever writes the resource.
    assert_eq!(planned(r#"{"field": "tags.none", "exists": false}"#, "{}"), Truth::True);
}

#[test]
fn one_undecided_part_is_outweighed_by_a_decided_one() {
    let parts = leaf("list[*].parts", r#""exists": false"#);
    let size = leaf("size", r#""equals": 2"#);
    let both = format!(r#"{{"allOf": [{parts}, {size}]}}"#);
    assert_eq!(planned(&both, r#"{"size": 1, "list": [{"parts": []}]}"#), Truth::False);
    assert_eq!(
        planned(&both, r#"{"size": 2, "list": [{"parts": []}]}"#),
        provider("properties.list[*].parts")
    );
}
