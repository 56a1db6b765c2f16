use super::{BOX, compiled, facts, resource};
use crate::engine::{Answers, Candidate, CompiledPolicy, Recorder, Silent, Subject};
use crate::inventory::{Resource, ShapeLoss};

fn policy(condition: &str) -> CompiledPolicy {
    let text = format!(
        r#"{{"mode": "All", "parameters": {{"list": {{"type": "Array", "defaultValue": ["a", "b"]}}}},
            "policyRule": {{"if": {{"field": "name", "exists": true}}, "then": {{"effect": "auditIfNotExists",
            "details": {{"type": "{BOX}", "existenceCondition": {condition}}}}}}}}}"#
    );
    compiled(&text, "{}").unwrap_or_else(|missing| panic!("{missing:?}"))
}

/// Boxes that differ in one thing or another, each twice: once with values of its own, once with shared ones.
fn boxes() -> Vec<Resource> {
    let mut boxes = Vec::new();
    for properties in [
        "{}",
        r#"{"size": 1}"#,
        r#"{"size": 2, "flag": true}"#,
        r#"{"size": 2.5, "flag": null}"#,
        r#"{"size": 1, "label": "x", "list": [{"color": "a"}, {"color": "c"}]}"#,
        r#"{"size": 1, "label": "y", "list": [{"color": "a"}]}"#,
        r#"{"size": 1, "label": "X", "list": []}"#,
        r#"{"size": 1, "label": "x", "list": [{"color": "b", "parts": [{"n": 1}]}]}"#,
        r#"{"size": 1, "label": "", "list": [{"color": "A"}, {"color": "b"}]}"#,
    ] {
        let one = resource(properties);
        let mut lossy = one.clone();
        lossy.loss = Some(ShapeLoss::Projected(vec!["id".into(), "properties.size".into()]));
        boxes.extend([one.clone(), resource(properties), one, lossy]);
    }
    boxes
}

#[test]
fn answers_are_those_of_the_policy() {
    let facts = facts();
    let subject_of = resource("{}");
    let subject = Subject {
        resource: &subject_of,
        subscription: &facts,
        resource_group: None,
        now: Some("2026"),
        occasion: None,
    };
    let boxes = boxes();
    let conditions = [
        format!(r#"{{"field": "{BOX}/size", "equals": 1}}"#),
        format!(r#"{{"not": {{"field": "{BOX}/label", "equals": "x"}}}}"#),
        format!(
            r#"{{"allOf": [{{"field": "{BOX}/size", "equals": 1}}, {{"anyOf": [{{"field": "{BOX}/flag", "equals": true}},
            {{"count": {{"field": "{BOX}/list[*]", "where": {{"field": "{BOX}/list[*].color", "in": ["a", "b"]}}}}, "greater": 1}}]}}]}}"#
        ),
        format!(
            r#"{{"count": {{"value": "[parameters('list')]", "name": "n", "where": {{"count": {{"field": "{BOX}/list[*]",
            "where": {{"field": "{BOX}/list[*].color", "equals": "[current('n')]"}}}}, "equals": 1}}}}, "equals": 2}}"#
        ),
        // These read more than the body.
        r#"{"field": "name", "like": "b*"}"#.to_owned(),
        format!(r#"{{"field": "{BOX}/label", "equals": "[field('name')]"}}"#),
        format!(
            r#"{{"allOf": [{{"value": "[utcNow()]", "equals": "2026"}}, {{"field": "{BOX}/size", "exists": true}}]}}"#
        ),
    ];
    let mut answers = Answers::new();
    let policies: Vec<CompiledPolicy> = conditions.iter().map(|text| policy(text)).collect();
    for (policy, condition) in policies.iter().zip(&conditions) {
        for round in 0..2 {
            for one in &boxes {
                for candidate in [Candidate::existing(one), Candidate::planned(one)] {
                    let wanted = policy.satisfies(&subject, candidate, &mut Silent);
                    let place = format!("round {round}, {condition}, {}", one.body);
                    assert_eq!(answers.satisfies(policy, &subject, candidate).0, wanted, "{place}");
                    let mut recorder = Recorder::new();
                    policy.satisfies(&subject, candidate, &mut recorder);
                    let failing = answers.failures(policy, &subject, candidate);
                    assert_eq!(failing.0.iter().collect::<Vec<_>>(), recorder.failed(), "{place}");
                    assert_eq!(
                        failing.1.iter().copied().collect::<Vec<_>>(),
                        recorder.doubts().collect::<Vec<_>>()
                    );
                }
            }
        }
    }
}
