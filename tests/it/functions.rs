//! Every function of the language is there, in its dialects and in no other.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule#policy-functions>,
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions>

use std::collections::BTreeSet;

use azpol::arm::expression::{Dialect, Expression, Misuse, functions};

/// Functions of rules that templates don't have.
const RULES_ONLY: &str = "addDays claims current field ipRangeContains policy requestContext";

/// Functions of templates that rules don't have: those that the documentation of rules excludes, and those around them
/// that make sense in a deployment only.
const TEMPLATES_ONLY: &str = "copyIndex dateTimeAdd dateTimeFromEpoch dateTimeToEpoch deployer deployment environment \
    extensionResourceId fail filter groupBy lambda lambdaVariables like listAccountSas listCallbackUrl listKeys listSecrets \
    listServiceSas managementGroup managementGroupResourceId map mapValues newGuid pickZones providers reduce reference \
    references resourceId resourceInfo roleDefinitions sort subscriptionResourceId tenant tenantResourceId \
    toLogicalZone toLogicalZones toObject toPhysicalZone toPhysicalZones variables buildUri parseUri";

/// Functions of both.
const BOTH: &str = "add and array base64 base64ToJson base64ToString bool cidrHost cidrSubnet coalesce concat contains \
    createArray createObject dataUri dataUriToString distinct div empty endsWith equals false first flatten float \
    format greater greaterOrEquals guid if indexFromEnd indexOf int intersection items join json last lastIndexOf \
    length less lessOrEquals max min mod mul not null objectKeys or padLeft parameters parseCidr range replace \
    resourceGroup shallowMerge skip split startsWith string sub subscription substring take toLower toUpper trim true \
    tryGet tryIndexFromEnd union uniqueString uri uriComponent uriComponentToString utcNow";

fn names(of: &[&'static str]) -> BTreeSet<&'static str> {
    of.iter().flat_map(|names| names.split_whitespace()).collect()
}

#[test]
fn each_dialect_has_its_functions_and_no_others() {
    for (dialect, wanted) in
        [(Dialect::Policy, names(&[RULES_ONLY, BOTH])), (Dialect::Template, names(&[TEMPLATES_ONLY, BOTH]))]
    {
        let has: BTreeSet<&str> = functions::names(dialect).collect();
        let lacking: Vec<_> = wanted.difference(&has).collect();
        let more: Vec<_> = has.difference(&wanted).collect();
        assert!(
            lacking.is_empty() && more.is_empty(),
            "{dialect:?} lacks {lacking:?}, has beyond them {more:?}"
        );
    }
}

#[test]
fn a_function_of_the_other_dialect_is_refused_by_name() {
    for (dialect, other) in [(Dialect::Policy, TEMPLATES_ONLY), (Dialect::Template, RULES_ONLY)] {
        for name in other.split_whitespace() {
            let expression = Expression::parse(&format!("[{name}('a', 'b')]")).expect("an expression");
            let misuses = expression.misuses(dialect, &|_| false);
            assert_eq!(misuses, [Misuse::NotAllowed { name: name.into() }], "{name} in {dialect:?}");
        }
    }
    // Any other `list…` of a resource type, and what Bicep computes before there is a template.
    for (name, wanted) in [
        ("list", Misuse::NotAllowed { name: "list".into() }),
        ("listAnything", Misuse::NotAllowed { name: "listanything".into() }),
        ("loadTextContent", Misuse::Unknown { name: "loadtextcontent".into(), nearest: None }),
    ] {
        let expression = Expression::parse(&format!("[{name}('a', 'b')]")).expect("an expression");
        assert_eq!(expression.misuses(Dialect::Policy, &|_| false), [wanted]);
    }
}
