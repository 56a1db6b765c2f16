//! What could go wrong, or cost, when the plan is carried out. One file a hazard.

mod automation_elsewhere;
mod deployment_elsewhere;
mod eager_variable;
mod group_absent;
mod group_elsewhere;
mod no_identity;
mod not_registered;
mod overwritten;
mod paid_twice;
mod role_missing;
mod sender_missing;
mod tags_reset;
mod written_twice;

use std::collections::{BTreeMap, BTreeSet};

use crate::arm::{Location, ResourceId, SubscriptionId};
use crate::compliance::PolicyState;
use crate::source::Code;

use super::assigned::Assigned;
use super::deployment::Deployment;
use super::estate::Estate;
use super::quote::{bash, shown};
use super::roles::NeededRole;

/// What a plan may do beside what it is for.
#[derive(Debug, Clone, PartialEq)]
pub struct Hazard {
    /// Its kind, with its page.
    pub code: &'static Code,
    /// The assignments concerned.
    pub assignments: Vec<usize>,
    /// The subscription concerned; none where it concerns the assignment as a whole.
    pub subscription: Option<SubscriptionId>,
    /// The resource concerned.
    pub resource: Option<ResourceId>,
    /// One short sentence; nothing of the inventory's can break its line.
    pub message: String,
    /// More lines, such as a difference.
    pub details: Vec<String>,
}

impl Hazard {
    /// Something stands in another region than the one that it would be put into.
    fn elsewhere(
        code: &'static Code,
        deployment: &Deployment,
        id: &ResourceId,
        there: &Location,
        wanted: &Location,
    ) -> Hazard {
        Hazard {
            code,
            assignments: vec![deployment.assignment],
            subscription: Some(deployment.subscription.clone()),
            resource: Some(id.clone()),
            message: format!(
                "{} exists in {}, and is to be put in {}: refused",
                shown(id.name()),
                shown(there.as_str()),
                shown(wanted.as_str())
            ),
            details: Vec::new(),
        }
    }
}

/// A hazard that the inputs can't decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotChecked {
    /// The hazard's kind.
    pub code: &'static Code,
    /// What isn't known.
    pub question: String,
    /// The subscriptions concerned.
    pub subscriptions: Vec<SubscriptionId>,
    /// The command (`bash`) that fetches the missing fact.
    pub command: String,
}

/// What the hazards look at.
pub(crate) struct Survey<'a> {
    pub(crate) assignments: &'a [Assigned],
    pub(crate) rows: &'a [PolicyState],
    pub(crate) deployments: &'a [Deployment],
    pub(crate) roles: &'a [NeededRole],
    pub(crate) estate: &'a dyn Estate,
}

/// What they find.
#[derive(Default)]
pub(crate) struct Findings {
    hazards: Vec<Hazard>,
    not_checked: BTreeMap<(&'static Code, String, String), BTreeSet<SubscriptionId>>,
}

/// All hazards, by code, subscription and resource; and what couldn't be checked, by code.
pub(crate) fn survey(survey: &Survey<'_>) -> (Vec<Hazard>, Vec<NotChecked>) {
    let checks: &[fn(&Survey<'_>, &mut Findings)] = &[
        tags_reset::check,
        group_elsewhere::check,
        group_absent::check,
        paid_twice::check,
        automation_elsewhere::check,
        overwritten::check,
        written_twice::check,
        no_identity::check,
        role_missing::check,
        sender_missing::check,
        not_registered::check,
        deployment_elsewhere::check,
        eager_variable::check,
    ];
    let mut findings = Findings::default();
    for check in checks {
        check(survey, &mut findings);
    }
    findings.finish()
}

impl Findings {
    fn add(&mut self, hazard: Hazard) {
        self.hazards.push(hazard);
    }

    /// Notes what couldn't be checked. `command` has `{}` where a subscription's id goes.
    fn ask(
        &mut self,
        code: &'static Code,
        question: impl Into<String>,
        command: impl Into<String>,
        subscription: Option<&SubscriptionId>,
    ) {
        let about = self.not_checked.entry((code, question.into(), command.into())).or_default();
        about.extend(subscription.cloned());
    }

    fn finish(mut self) -> (Vec<Hazard>, Vec<NotChecked>) {
        self.hazards.sort_by(|a, b| {
            (a.code.id, &a.subscription, &a.resource, &a.assignments, &a.message).cmp(&(
                b.code.id,
                &b.subscription,
                &b.resource,
                &b.assignments,
                &b.message,
            ))
        });
        self.hazards.dedup();
        let not_checked = self.not_checked.into_iter().map(|((code, question, command), subscriptions)| {
            let subscriptions: Vec<_> = subscriptions.into_iter().collect();
            NotChecked { code, question, command: for_each(&command, &subscriptions), subscriptions }
        });
        (self.hazards, not_checked.collect())
    }
}

/// The command for one subscription, or the loop that runs it for each enabled one.
fn for_each(command: &str, subscriptions: &[SubscriptionId]) -> String {
    match subscriptions {
        [] => command.to_owned(),
        [one] => command.replace("{}", &bash(one.as_str())),
        _ if !command.contains("{}") => command.to_owned(),
        _ => {
            let (run, file) = command.split_once(" > ").unwrap_or((command, "listing.json"));
            format!(
                "az account list --query '[].id' -o tsv | while read -r id; do {}; done > {file}",
                run.replace("{}", "\"$id\"")
            )
        }
    }
}

#[cfg(test)]
mod tests;
