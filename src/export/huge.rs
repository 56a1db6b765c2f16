//! Rules in any number: what is judged stays exact as far as the budget reaches, and ends.

use super::judge::judge_within;
use super::tests::{judged, requirement, source, to_law};
use super::{Found, Memo, Verdict};

fn keys(numbers: std::ops::Range<usize>) -> Vec<String> {
    numbers.map(|n| format!("name Contains key-{n:05}, properties.metadata.severity Equals High")).collect()
}

fn texts(sets: &[String]) -> Vec<&str> {
    sets.iter().map(String::as_str).collect()
}

#[test]
fn one_of_many_sets_is_missed() {
    let all = keys(0..2_000);
    let mut found = texts(&all);
    found.reverse();
    let asked = source("Assessments", &texts(&all));
    assert_eq!(judged(&asked, &to_law(&source("Assessments", &found))).verdict, Verdict::Covered);
    found.remove(700);
    let judgement = judged(&asked, &to_law(&source("Assessments", &found)));
    assert_eq!(judgement.verdict, Verdict::PartlyCovered);
    assert_eq!(judgement.text, "recommendation key-01299 (high) doesn't leave");
}

#[test]
fn ten_thousand_rules_in_one_set() {
    let rules: Vec<String> = (0..10_000).map(|n| format!("name NotEquals key-{n:05}")).collect();
    let judgement = judged(&source("Assessments", &[]), &to_law(&source("Assessments", &[&rules.join(",")])));
    assert_eq!(judgement.verdict, Verdict::PartlyCovered);
}

#[test]
fn what_would_take_too_long_is_undetermined() {
    // Each automaton of texts is large, and none of the short cuts finds anything.
    let hard = |n: usize| {
        let parts: Vec<String> =
            (0..14).map(|at| format!("name Contains {}", "ab".repeat(at % 5 + 1 + n % 3) + "c")).collect();
        format!("{}, name NotEquals {n}, name EndsWith b", parts.join(", "))
    };
    let sets: Vec<String> = (0..200).map(hard).collect();
    let judgement = judged(
        &source("Assessments", &["name StartsWith zz"]),
        &to_law(&source("Assessments", &texts(&sets))),
    );
    assert!(matches!(judgement.verdict, Verdict::Undetermined | Verdict::PartlyCovered), "{judgement:?}");
}

#[test]
fn what_is_remembered_leaves_as_much_to_look_at_as_what_is_not() {
    // What leaves and what doesn't takes looking at each pair of sets.
    let (asked, found) = (keys(0..12), keys(10_000..10_012));
    let required = requirement(&source("Assessments", &texts(&asked)));
    let automations = to_law(&source("Assessments", &texts(&found)));
    let mut verdicts = std::collections::BTreeSet::new();
    for units in (0..20_000).step_by(50) {
        let memo = Memo::default();
        let judged = || {
            let found = Found { automations: &automations, complete: true, gone: &|_| false, memo: &memo };
            judge_within(units, &required, &found)
        };
        let first = judged();
        assert_eq!(judged(), first, "{units} units");
        verdicts.insert(first.verdict);
    }
    assert_eq!(Vec::from_iter(verdicts), [Verdict::Undetermined, Verdict::PartlyCovered], "some are too few");
}
