//! `README.md` of a plan: what it does, what it needs, how it is run, in order.

use std::fmt::Write;

use super::deployment::Action;
use super::plan::RemediationPlan;
use super::proof::NOT_PROVEN;
use super::quote::{markdown, markdown_cell, shown};

/// The text; every name in it is code in a line.
pub(crate) fn readme(plan: &RemediationPlan) -> String {
    let mut text = String::new();
    let counts = plan.counts();
    let _ = writeln!(
        text,
        "# Remediation plan\n\n{}, {}, {}, {}. Made by azpol; `plan.json` holds all of it.\n",
        many(counts.deployments, "deployment"),
        many(counts.groups, "new resource group"),
        many(counts.others, "other resource"),
        many(counts.tasks, "remediation task")
    );
    deployments(plan, &mut text);
    hazards(plan, &mut text);
    let _ = writeln!(text, "## Proof\n\n{}.\n\nNot proven:\n", shown(&plan.proof.sentence()));
    for what in NOT_PROVEN {
        let _ = writeln!(text, "- {what}");
    }
    for finding in plan.proof.non_convergent.iter().chain(&plan.proof.worse).chain(&plan.proof.undecided) {
        let _ = writeln!(
            text,
            "- {} {}: {}",
            finding.code.id,
            markdown(plan.name(&finding.subscription)),
            markdown(&finding.reason)
        );
    }
    again(plan, &mut text);
    rights(plan, &mut text);
    run(plan, &mut text);
    left_out(plan, &mut text);
    text
}

/// What Azure finds compliant and doesn't export what is asked.
fn again(plan: &RemediationPlan, text: &mut String) {
    if plan.deploying_again.is_empty() {
        return;
    }
    text.push_str(
        "## Deploying again\n\nThese subscriptions are compliant for Azure, which starts no task for them, and don't export what is \
         asked. Deploying again overwrites their automations:\n\n```sh\n",
    );
    for template in &plan.deploying_again {
        let _ = writeln!(text, "{}", template.bash());
    }
    text.push_str("```\n\n");
}

fn many(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

fn deployments(plan: &RemediationPlan, text: &mut String) {
    if plan.deployments.is_empty() {
        return;
    }
    text.push_str("## What is deployed\n\n| subscription | assignment | what |\n|---|---|---|\n");
    for deployment in &plan.deployments {
        let sign =
            if deployment.resources.iter().any(|r| matches!(r.action, Action::Create | Action::Unknown)) {
                "+"
            } else {
                "~"
            };
        let _ = writeln!(
            text,
            "| {} | {} | {sign} {} |",
            markdown_cell(plan.name(&deployment.subscription)),
            markdown_cell(&plan.assignments[deployment.assignment].called()),
            markdown_cell(&deployment.summary())
        );
    }
    text.push('\n');
}

fn hazards(plan: &RemediationPlan, text: &mut String) {
    if plan.hazards.is_empty() && plan.not_checked.is_empty() {
        return;
    }
    text.push_str("## Hazards\n\n`azpol explain AZP0801` prints a code's page.\n\n");
    for hazard in &plan.hazards {
        let about = match &hazard.subscription {
            Some(subscription) => plan.name(subscription).to_owned(),
            None => hazard.assignments.first().map_or_else(String::new, |i| plan.assignments[*i].called()),
        };
        let _ = writeln!(
            text,
            "- {} {}, {}: {}",
            hazard.code.id,
            hazard.code.name,
            markdown(&about),
            markdown(&hazard.message)
        );
    }
    if !plan.not_checked.is_empty() {
        text.push_str(
            "\nNot checked, since the files don't say; fetch it, give it to azpol and plan again:\n\n",
        );
        for open in &plan.not_checked {
            let count = match open.subscriptions.len() {
                0 => String::new(),
                count => format!(", {}", many(count, "subscription")),
            };
            let _ = writeln!(
                text,
                "- {} {}{count}: {}\n  {}",
                open.code.id,
                open.code.name,
                markdown(&open.question),
                markdown(&open.command)
            );
        }
    }
    text.push('\n');
}

fn rights(plan: &RemediationPlan, text: &mut String) {
    if plan.rights.is_empty() {
        return;
    }
    text.push_str("\n## What it needs\n\n| who | needs | a role that has it | where | what for |\n|---|---|---|---|---|\n");
    for right in &plan.rights {
        let places = match right.scopes.as_slice() {
            [one] => markdown_cell(one),
            [first, rest @ ..] => format!("{} and {} more (`plan.json`)", markdown_cell(first), rest.len()),
            [] => String::new(),
        };
        let held = match right.held {
            Some(true) => ", held",
            Some(false) => ", **not held**",
            None => "",
        };
        let _ = writeln!(
            text,
            "| {}{held} | {} | {} | {places} | {} |",
            right.who.as_str(),
            markdown_cell(&right.needs),
            shown(&right.role),
            markdown_cell(&right.why)
        );
    }
    text.push('\n');
}

fn run(plan: &RemediationPlan, text: &mut String) {
    if plan.tasks.is_empty() {
        return;
    }
    text.push_str(
        "## Run it\n\n\
         In this folder, signed in (`az login`, `Connect-AzAccount`), one way or the other:\n\n\
         1. The recommended way. Azure deploys with the assignments' identities, and keeps the record:\n\n   \
         ```\n   bash commands.sh tasks\n   ./commands.ps1 tasks\n   ```\n\n",
    );
    for task in &plan.tasks {
        let assigned = &plan.assignments[task.assignment];
        let _ = writeln!(
            text,
            "   - {}: {} of {}",
            markdown(&task.file()),
            many(task.planned, "row"),
            markdown(&assigned.called())
        );
        for note in &task.notes {
            let _ = writeln!(text, "     - {}", shown(note));
        }
    }
    text.push_str(
        "\n2. The other way. You deploy, with your own rights, one template for each subscription:\n\n   \
         ```\n   bash commands.sh deployments\n   ./commands.ps1 deployments\n   ```\n\n   \
         `az` asks for values of secure parameters; the plan holds none.\n\n\
         Then collect the files again and run `azpol scan`: Azure shows new states only after its next evaluation.\n\n",
    );
}

fn left_out(plan: &RemediationPlan, text: &mut String) {
    if !plan.not_deployable.is_empty() {
        text.push_str("## Not deployable\n\nAzure Resource Manager would refuse these:\n\n");
        for row in &plan.not_deployable {
            for refusal in &row.refusals {
                let expression = refusal.expression.as_deref().map(|e| format!(", in {}", markdown(e)));
                let _ = writeln!(
                    text,
                    "- {}: {}{}",
                    markdown(plan.name(&row.subscription)),
                    markdown(&refusal.message),
                    expression.unwrap_or_default()
                );
            }
        }
        text.push('\n');
    }
    if !plan.not_planned.is_empty() {
        text.push_str("## Not planned\n\n");
        for row in &plan.not_planned {
            let _ = writeln!(
                text,
                "- {} {}, {}: {}",
                row.code.id,
                row.code.name,
                markdown(plan.name(&row.subscription)),
                markdown(&row.reason)
            );
        }
    }
}
