//! Initiatives.

use std::collections::BTreeSet;

use crate::policy::PolicySetDefinition;
use crate::source::Node;

use crate::lint::codes;
use crate::lint::document::{expressions, parameter_term, properties};
use crate::lint::report::Report;

use super::parameters::{is_kept, misfits, undescribed};

const PARAMETERS: usize = 400;
const MEMBERS: usize = 1_000;

/// Parameters that no member reads or that nobody knows, and limits.
pub(in crate::lint) fn of_set(node: &Node, set: &PolicySetDefinition, report: &mut Report) {
    let properties = properties(node);
    let mut read: BTreeSet<String> = BTreeSet::new();
    if let Some(members) = properties.get("policyDefinitions") {
        expressions(members, &|_| false, &mut |expression, _| {
            read.extend(expression.terms().filter_map(parameter_term).map(str::to_ascii_lowercase));
        });
    }
    for parameter in &set.parameters {
        let member = properties.get("parameters").and_then(|all| all.member(&parameter.name));
        let span = member.map_or(parameter.span, |member| member.key_span);
        let kept = is_kept(member.map(|member| &member.value));
        if !kept && !read.contains(&parameter.name.to_ascii_lowercase()) {
            let message = format!("no member reads the parameter `{}`", parameter.name);
            report.add(&codes::UNUSED_PARAMETER, span, message);
        }
        misfits(parameter, member.map(|member| &member.value), report);
        undescribed(&parameter.name, member.map(|member| &member.value), span, report);
    }
    let limits = [("parameters", set.parameters.len(), PARAMETERS), ("members", set.members.len(), MEMBERS)];
    for (what, number, most) in limits.into_iter().filter(|(_, number, most)| number > most) {
        report.add(&codes::SERVICE_LIMIT, set.span, format!("{number} {what}, the service takes {most}"));
    }
}
