use super::{Current, compare};
use crate::arm::Value;
use crate::arm::semantics::DEFAULT;
use crate::engine::{Cause, Doubt, Truth};
use crate::policy::Operator;

fn json(text: &str) -> Value {
    let mut faults = crate::source::Diagnostics::new();
    let nodes = crate::source::json::parse(crate::source::FileId::NONE, 0, text, &mut faults);
    assert!(faults.is_empty(), "{text}");
    Value::from(&nodes[0])
}

/// `true`, `false`, or `fails`; the left side `-` is a missing one.
fn answer(left: &str, operator: Operator, target: &str) -> &'static str {
    let value = (left != "-").then(|| json(left));
    let current = value.as_ref().map_or(Current::Missing, Current::Value);
    match compare(&DEFAULT, operator, current, &json(target)).truth {
        Truth::True => "true",
        Truth::False => "false",
        Truth::Unknown(causes) if matches!(causes.as_slice(), [Cause::Fails(_)]) => "fails",
        Truth::Unknown(_) => "unknown",
    }
}

#[track_caller]
fn table(operator: &str, rows: &[(&str, &str, &str)]) {
    let operator = Operator::parse(operator).expect("operator");
    for (left, target, wanted) in rows {
        assert_eq!(answer(left, operator, target), *wanted, "{left} {} {target}", operator.as_str());
    }
}

/// The rows with `true` and `false` exchanged: negated operators are the exact complement.
#[track_caller]
fn complement(operator: &str, rows: &[(&str, &str, &str)]) {
    let flipped: Vec<_> = rows
        .iter()
        .map(|(left, target, wanted)| {
            let wanted = match *wanted {
                "true" => "false",
                "false" => "true",
                other => other,
            };
            (*left, *target, wanted)
        })
        .collect();
    table(operator, &flipped);
}

#[test]
fn equals_compares_without_case_and_by_the_text_of_scalars() {
    let rows = [
        (r#""Low""#, r#""lOW""#, "true"),
        (r#""Low""#, r#""High""#, "false"),
        ("true", "true", "true"),
        ("true", r#""true""#, "true"),
        (r#""TRUE""#, "true", "true"),
        ("true", "false", "false"),
        ("true", "1", "false"),
        ("5", "5", "true"),
        ("5", "5.0", "true"),
        ("5", r#""5""#, "true"),
        (r#""5""#, "5", "true"),
        (r#""05""#, "5", "false"),
        ("0", r#""""#, "false"),
        ("-", r#""""#, "true"),
        ("null", r#""""#, "true"),
        (r#""""#, r#""""#, "true"),
        ("-", r#""x""#, "false"),
        ("-", "false", "false"),
        ("-", "0", "false"),
        ("[]", r#""""#, "false"),
        (r#"["a"]"#, r#""a""#, "false"),
        (r#""a""#, r#"["a"]"#, "false"),
        ("{}", r#""{}""#, "false"),
        (r#""a""#, "null", "fails"),
    ];
    table("equals", &rows);
    complement("notEquals", &rows);
}

#[test]
fn in_is_equals_with_one_of_them() {
    let rows = [
        (r#""b""#, r#"["A","B"]"#, "true"),
        (r#""c""#, r#"["A","B"]"#, "false"),
        ("2", "[2,3]", "true"),
        (r#""2""#, "[2,3]", "true"),
        ("-", r#"["a",""]"#, "true"),
        ("-", r#"["a"]"#, "false"),
        ("null", r#"[""]"#, "true"),
        ("-", "[]", "false"),
        (r#""a""#, "[]", "false"),
        (r#""a""#, r#""a""#, "fails"),
        (r#""a""#, "{}", "fails"),
    ];
    table("in", &rows);
    complement("notIn", &rows);
}

#[test]
fn like_takes_stars_and_a_missing_value_matches_no_star() {
    let rows = [
        (r#""Windows2019""#, r#""windows*""#, "true"),
        (r#""Linux""#, r#""windows*""#, "false"),
        (r#""abc""#, r#""ABC""#, "true"),
        ("-", r#""*""#, "false"),
        ("null", r#""*x""#, "false"),
        ("-", r#""""#, "true"),
        ("-", r#""x""#, "false"),
        (r#""""#, r#""*""#, "true"),
        ("15", r#""1*""#, "true"),
        (r#"["a"]"#, r#""*""#, "false"),
    ];
    table("like", &rows);
    complement("notLike", &rows);
}

#[test]
fn match_patterns_compare_with_case_unless_told_otherwise() {
    let rows = [
        (r#""vm-01""#, r#""vm-##""#, "true"),
        (r#""VM-01""#, r#""vm-##""#, "false"),
        (r#""vm-1""#, r#""vm-##""#, "false"),
        ("-", r#""""#, "true"),
        ("-", r#""?""#, "false"),
    ];
    table("match", &rows);
    complement("notMatch", &rows);
    let rows = [(r#""VM-01""#, r#""vm-##""#, "true"), ("-", r##""#""##, "false"), ("null", r#""""#, "true")];
    table("matchInsensitively", &rows);
    complement("notMatchInsensitively", &rows);
}

#[test]
fn contains_looks_into_texts_lists_and_objects() {
    let rows = [
        (r#""functionApp,linux""#, r#""functionapp""#, "true"),
        (r#""web""#, r#""functionapp""#, "false"),
        (r#"["A","b"]"#, r#""a""#, "true"),
        (r#"["ab"]"#, r#""a""#, "false"),
        (r#"{"Key":1}"#, r#""key""#, "true"),
        (r#"{"Key":1}"#, r#""other""#, "false"),
        ("-", r#""x""#, "false"),
        ("-", r#""""#, "true"),
        (r"[null]", r#""""#, "false"),
        (r#""a""#, r#"["a"]"#, "false"),
    ];
    table("contains", &rows);
    complement("notContains", &rows);
}

#[test]
fn contains_key_asks_objects_only() {
    let rows = [
        (r#"{"Env":null}"#, r#""env""#, "true"),
        (r#"{"a":1}"#, r#""b""#, "false"),
        ("-", r#""a""#, "false"),
        (r#"["a"]"#, r#""a""#, "false"),
        (r#""a""#, r#""a""#, "false"),
    ];
    table("containsKey", &rows);
    complement("notContainsKey", &rows);
}

#[test]
fn exists_takes_everything_but_null_as_present() {
    table(
        "exists",
        &[
            (r#""""#, "true", "true"),
            ("[]", "true", "true"),
            ("{}", r#""True""#, "true"),
            ("0", "true", "true"),
            ("false", "true", "true"),
            ("null", "true", "false"),
            ("-", "true", "false"),
            ("-", r#""false""#, "true"),
            ("null", "false", "true"),
            ("1", "false", "false"),
            ("1", r#""maybe""#, "fails"),
        ],
    );
}

#[test]
fn order_is_decided_by_the_type_of_the_target() {
    table(
        "less",
        &[
            ("3", "4", "true"),
            ("4", "4", "false"),
            ("3.5", "4", "true"),
            (r#""3""#, "4", "fails"),
            ("3", r#""4""#, "fails"),
            ("true", "4", "fails"),
            ("[]", "4", "fails"),
            ("-", "4", "unknown"),
            ("null", "4", "unknown"),
            (r#""a""#, r#""B""#, "true"),
            (r#""2026-01-01T00:00:00Z""#, r#""2026-01-02T00:00:00.0000000Z""#, "true"),
            (r#""2026-03-04""#, r#""2026-01-02T00:00:00Z""#, "fails"),
        ],
    );
    table("lessOrEquals", &[("4", "4", "true"), ("5", "4", "false"), (r#""A""#, r#""a""#, "true")]);
    table("greater", &[("5", "4", "true"), ("4", "4", "false"), ("-", "0", "unknown")]);
    table("greaterOrEquals", &[("4", "4", "true"), ("3", "4", "false"), (r#""b""#, r#""A""#, "true")]);
}

#[test]
fn what_only_a_deployment_knows_stays_unknown() {
    let runtime = Value::Runtime("reference('x').y".into());
    let unknown = Truth::unknown([Cause::Runtime("reference('x').y".into())]);
    for operator in [Operator::Equals, Operator::NotEquals, Operator::Exists, Operator::Like] {
        let target = if operator == Operator::Exists { Value::Bool(true) } else { "a".into() };
        assert_eq!(
            compare(&DEFAULT, operator, Current::Value(&runtime), &target).truth,
            unknown,
            "{operator:?}"
        );
    }
    let list = Value::array([runtime, "a".into()]);
    assert_eq!(compare(&DEFAULT, Operator::In, Current::Text("a"), &list).truth, Truth::True);
    assert_eq!(compare(&DEFAULT, Operator::In, Current::Text("b"), &list).truth, unknown);
    assert_eq!(compare(&DEFAULT, Operator::Contains, Current::Value(&list), &"b".into()).truth, unknown);
    assert_eq!(
        compare(&DEFAULT, Operator::Exists, Current::Value(&list), &Value::Bool(true)).truth,
        Truth::True
    );
}

#[test]
fn open_readings_are_flagged() {
    let doubt = |left: &str, operator: Operator, target: &str| {
        let value = (left != "-").then(|| json(left));
        compare(&DEFAULT, operator, value.as_ref().map_or(Current::Missing, Current::Value), &json(target))
            .doubt
    };
    assert_eq!(doubt("-", Operator::NotEquals, r#""""#), Some(Doubt::MissingEqualsEmpty));
    assert_eq!(doubt("-", Operator::In, r#"[""]"#), Some(Doubt::ListHoldsEmpty));
    assert_eq!(doubt("[1]", Operator::Contains, "1"), Some(Doubt::ContainsInArray));
    assert_eq!(doubt(r#""05""#, Operator::Equals, "5"), Some(Doubt::NumberAndText));
    assert_eq!(doubt(r#""x""#, Operator::Like, r#""*x*""#), Some(Doubt::ManyStars));
    assert_eq!(doubt(r#""x""#, Operator::Equals, r#""x""#), None);
}
