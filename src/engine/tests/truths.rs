use super::{
    BOX, Cause, Recorder, Subject, Truth, compiled, facts, holds, judge, resource, undecided, with_parameters,
};
use crate::arm::Value;
use crate::engine::{ExplanationKind, Silent};
use crate::policy::Operator;

const TRUE: &str = r#"{"field": "name", "equals": "b1"}"#;
const FALSE: &str = r#"{"field": "name", "equals": "x"}"#;
const UNKNOWN: &str = r#"{"value": "[subscription().tenantId]", "equals": "x"}"#;

fn group(kind: &str, parts: &[&str]) -> String {
    format!(r#"{{"{kind}": [{}]}}"#, parts.join(", "))
}

#[test]
fn groups_combine_as_kleene_does() {
    let boxes = resource("{}");
    let truth = |condition: &str| match judge(condition, &boxes).0 {
        Truth::True => 'T',
        Truth::False => 'F',
        Truth::Unknown(_) => '?',
    };
    let parts = [('T', TRUE), ('F', FALSE), ('?', UNKNOWN)];
    for (a, left) in parts {
        for (b, right) in parts {
            let all = if a == 'F' || b == 'F' {
                'F'
            } else if a == '?' || b == '?' {
                '?'
            } else {
                'T'
            };
            let any = if a == 'T' || b == 'T' {
                'T'
            } else if a == '?' || b == '?' {
                '?'
            } else {
                'F'
            };
            assert_eq!(truth(&group("allOf", &[left, right])), all, "{a} and {b}");
            assert_eq!(truth(&group("anyOf", &[left, right])), any, "{a} or {b}");
        }
        let not = match a {
            'T' => 'F',
            'F' => 'T',
            _ => '?',
        };
        assert_eq!(truth(&format!(r#"{{"not": {left}}}"#)), not, "not {a}");
    }
}

#[test]
fn an_expression_that_fails_decides_nothing() {
    for failing in [
        r#"{"value": "[parameters('object').none]", "equals": 1}"#,
        r#"{"value": "[div(1, 0)]", "notEquals": 1}"#,
        r#"{"field": "name", "equals": "[split(field('name'), '-')[3]]"}"#,
    ] {
        let causes = undecided(failing, &resource("{}"));
        assert!(matches!(causes.as_slice(), [Cause::Fails(_)]), "{causes:?}");
        assert!(matches!(judge(&format!(r#"{{"not": {failing}}}"#), &resource("{}")).0, Truth::Unknown(_)));
        // Behind a part that decides it isn't reached; before one it comes out.
        assert_eq!(judge(&group("allOf", &[FALSE, failing]), &resource("{}")).0, Truth::False);
        assert!(matches!(judge(&group("allOf", &[failing, FALSE]), &resource("{}")).0, Truth::Unknown(_)));
    }
}

#[test]
fn parameters_are_folded_and_lazily_so() {
    holds(r#"{"value": "[if(true(), 'a', parameters('object').none)]", "equals": "A"}"#, "{}", true);
    holds(r#"{"value": "[length(parameters('LIST'))]", "equals": "[parameters('number')]"}"#, "{}", true);
    let condition = r#"{"allOf": [{"value": "[parameters('word')]", "equals": "red"},
        {"anyOf": [{"value": "[parameters('number')]", "greater": 5}, {"value": "[div(1, 0)]", "equals": 1}]}]}"#;
    assert!(matches!(judge(condition, &resource("{}")).0, Truth::Unknown(_)));
}

#[test]
fn a_folded_part_stays_in_the_explanation() {
    let condition = format!(
        r#"{{"allOf": [{{"value": "[parameters('word')]", "equals": "blue"}},
            {{"field": "{BOX}/list[*].color", "equals": "[parameters('word')]"}},
            {{"count": {{"field": "{BOX}/list[*]", "where": {{"field": "{BOX}/list[*].color", "exists": true}}}}, "equals": 3}}]}}"#
    );
    let policy = compiled(&with_parameters(&condition), "{}").expect("compiles");
    let boxes = resource(r#"{"list": [{"color": "red"}, {"color": "green"}]}"#);
    let facts = facts();
    let subject =
        Subject { resource: &boxes, subscription: &facts, resource_group: None, now: None, occasion: None };
    let mut recorder = Recorder::new();
    assert_eq!(policy.applies_to(&subject, &mut recorder), Truth::False);
    assert_eq!(policy.applies_to(&subject, &mut Silent), Truth::False);

    let failed: Vec<_> = recorder
        .failed()
        .into_iter()
        .map(|leaf| {
            (
                leaf.subject.as_ref(),
                leaf.operator,
                leaf.path.as_deref(),
                leaf.current.clone(),
                leaf.target.clone(),
            )
        })
        .collect();
    let color = format!("{BOX}/list[*].color");
    let list = format!("count({BOX}/list[*])");
    let wanted = [
        ("[parameters('word')]", Operator::Equals, None, Some("red".into()), Some("blue".into())),
        (
            &*color,
            Operator::Equals,
            Some("properties.list[1].color"),
            Some("green".into()),
            Some("red".into()),
        ),
        (&*list, Operator::Equals, Some("properties.list[*]"), Some(Value::Int(2)), Some(Value::Int(3))),
    ];
    assert_eq!(failed, wanted);

    let whole = recorder.explanation().expect("explanation");
    let count = &whole.parts[2];
    assert_eq!(count.parts.len(), 2, "one part for each member");
    assert!(matches!(&count.parts[1].kind, ExplanationKind::Member(1, _)));
    assert_eq!(count.parts[1].truth, Truth::True);
}

#[test]
fn below_not_the_true_ones_are_those_that_fail() {
    let policy =
        compiled(&with_parameters(&format!(r#"{{"not": {}}}"#, group("anyOf", &[TRUE, FALSE]))), "{}")
            .expect("compiles");
    let boxes = resource("{}");
    let facts = facts();
    let subject =
        Subject { resource: &boxes, subscription: &facts, resource_group: None, now: None, occasion: None };
    let mut recorder = Recorder::new();
    assert_eq!(policy.applies_to(&subject, &mut recorder), Truth::False);
    let failed = recorder.failed();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].truth, Truth::True);
    assert_eq!(failed[0].target, Some("b1".into()));
}

#[test]
fn the_program_is_plain_data() {
    let text = with_parameters(&group("allOf", &[TRUE, UNKNOWN]));
    let (a, b) = (compiled(&text, "{}").expect("compiles"), compiled(&text, "{}").expect("compiles"));
    assert_eq!(a, b);
    assert!(format!("{a:?}").contains("AllOf"));
    let other = compiled(&text, r#"{"word": {"value": "green"}}"#).expect("compiles");
    assert_ne!(a, other);
}
