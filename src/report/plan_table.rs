//! A plan for people: states, what would be created, hazards, proof, on one screen where it fits.

use crate::arm::{ResourceId, SubscriptionId};
use crate::remediation::codes;
use crate::remediation::hazards::{Hazard, NotChecked};
use crate::remediation::{Deployment, NOT_PROVEN, RemediationPlan, SubscriptionTemplate};
use crate::source::{mask, printable};

use super::lines::{Line, count, draw, wrap};
use super::style::{Mark, Style};
use super::table;
use super::view::View;

/// How many lines of one list a table shows.
const SHOWN: usize = 60;

/// The states of a run and its plan. `command` is how the plan is written to a folder.
pub fn plan(view: &View<'_>, plan: &RemediationPlan, style: Style, command: &str) -> String {
    let mut out = table::head(view, style);
    table::blocks(view, style, &mut out);
    table::facts(view, style, &mut out);
    deployments(plan, style, &mut out);
    again(view, plan, style, &mut out);
    not_deployable(plan, style, &mut out);
    not_planned(plan, style, &mut out);
    hazards(plan, style, &mut out);
    not_checked(plan, style, &mut out);
    proof(plan, style, &mut out);
    out.push('\n');
    out.push_str(&format!("{command} -o plan/ writes it{}--format json has everything\n", style.dot()));
    out
}

fn name(plan: &RemediationPlan, id: &SubscriptionId) -> String {
    let name = plan.names.get(id).map_or_else(|| id.to_string(), ToString::to_string);
    printable(&name).into_owned()
}

/// What people call what a row is about: the subscription, or a resource in it.
fn about(plan: &RemediationPlan, subscription: &SubscriptionId, resource: &ResourceId) -> String {
    if *resource == ResourceId::subscription(subscription) {
        name(plan, subscription)
    } else {
        printable(&resource.full_name()).into_owned()
    }
}

fn safe(text: &str) -> String {
    mask(&printable(text)).into_owned()
}

fn title(style: Style, text: &str, out: &mut String) {
    out.push('\n');
    out.push_str(&style.bold(&style.text(text)));
    out.push('\n');
}

/// Draws the first lines, and says how many more there are.
fn draw_some(mut lines: Vec<Line>, style: Style, out: &mut String) {
    let left = lines.len().saturating_sub(SHOWN);
    lines.truncate(SHOWN);
    if left > 0 {
        lines.push(Line::new(Mark::Plain, "…", format!("{left} more"), "--format json has all of them"));
    }
    draw(&lines, style, out);
}

fn deployments(plan: &RemediationPlan, style: Style, out: &mut String) {
    let counts = plan.counts();
    let mut puts = plan.deployments.iter().flat_map(|deployment| &deployment.resources);
    let only_automations = puts.all(|put| put.is_group() || put.is_automation());
    let other =
        if only_automations { ("automation", "automations") } else { ("other resource", "other resources") };
    let mut parts = vec![count(plan.deployments.len(), "deployment", "deployments")];
    for (number, one, many) in [
        (counts.groups, "new resource group", "new resource groups"),
        (counts.others, other.0, other.1),
        (plan.tasks.len(), "remediation task", "remediation tasks"),
    ] {
        if number > 0 {
            parts.push(count(number, one, many));
        }
    }
    if plan.deployments.is_empty() {
        title(style, "Plan: nothing to deploy", out);
        return;
    }
    title(style, &format!("Plan: {}", parts.join(", ")), out);
    draw_some(
        plan.deployments.iter().map(|deployment| deployment_line(plan, deployment)).collect(),
        style,
        out,
    );
}

fn deployment_line(plan: &RemediationPlan, deployment: &Deployment) -> Line {
    let mark = if deployment.changes_something() { Mark::Change } else { Mark::Create };
    Line::new(
        mark,
        about(plan, &deployment.subscription, &deployment.resource),
        "",
        safe(&deployment.summary()),
    )
}

/// What deploys again what Azure wouldn't remediate.
fn again(view: &View<'_>, plan: &RemediationPlan, style: Style, out: &mut String) {
    if plan.deploying_again.is_empty() {
        return;
    }
    title(style, "Deploying again: compliant for Azure, intent not met (-o writes the templates)", out);
    let line = |template: &SubscriptionTemplate| {
        let name = printable(&view.subscription(&template.subscription)).into_owned();
        Line::new(Mark::Change, name, "", safe(&template.bash()))
    };
    draw_some(plan.deploying_again.iter().map(line).collect(), style, out);
}

fn not_deployable(plan: &RemediationPlan, style: Style, out: &mut String) {
    if plan.not_deployable.is_empty() {
        return;
    }
    title(style, "Not deployable: Azure Resource Manager would refuse", out);
    let lines = plan.not_deployable.iter().map(|not| {
        let refusals: Vec<String> = not
            .refusals
            .iter()
            .map(|refusal| match &refusal.expression {
                Some(expression) => format!("{} in {expression}", refusal.message),
                None => refusal.message.clone(),
            })
            .collect();
        Line::new(
            Mark::Bad,
            codes::NOT_DEPLOYABLE.id,
            about(plan, &not.subscription, &not.resource),
            safe(&refusals.join("; ")),
        )
    });
    draw_some(lines.collect(), style, out);
}

fn not_planned(plan: &RemediationPlan, style: Style, out: &mut String) {
    if plan.not_planned.is_empty() {
        return;
    }
    title(style, "Not planned", out);
    let lines = plan.not_planned.iter().map(|not| {
        let about = about(plan, &not.subscription, &not.resource);
        Line::new(Mark::Out, not.code.id, about, safe(&not.reason))
    });
    draw_some(lines.collect(), style, out);
}

fn hazards(plan: &RemediationPlan, style: Style, out: &mut String) {
    if plan.hazards.is_empty() {
        return;
    }
    title(style, "Hazards", out);
    // What is overwritten stands with each deployment already.
    let is_said = |hazard: &&Hazard| hazard.code == &codes::OVERWRITTEN;
    let said = plan.hazards.iter().filter(is_said).count();
    let mut lines = Vec::new();
    for hazard in &plan.hazards {
        if said < 2 || !is_said(&hazard) {
            lines.push(hazard_line(plan, hazard));
        } else if !lines.iter().any(|line: &Line| line.label.starts_with(codes::OVERWRITTEN.id)) {
            let label = format!("{} {}", codes::OVERWRITTEN.id, words(codes::OVERWRITTEN.name));
            let text = "what vanishes stands with each deployment above";
            lines.push(Line::new(Mark::Warn, label, count(said, "automation", "automations"), text));
        }
    }
    draw_some(lines, style, out);
}

fn hazard_line(plan: &RemediationPlan, hazard: &Hazard) -> Line {
    let where_ = match (&hazard.subscription, hazard.assignments.first()) {
        (Some(subscription), _) => name(plan, subscription),
        (None, Some(index)) => safe(&plan.assignments[*index].assignment.name),
        (None, None) => String::new(),
    };
    Line::new(
        Mark::Warn,
        format!("{} {}", hazard.code.id, words(hazard.code.name)),
        where_,
        safe(&hazard.message),
    )
}

/// A code's name as words: `tags-reset` is `tags reset`.
fn words(name: &str) -> String {
    name.replace('-', " ")
}

fn not_checked(plan: &RemediationPlan, style: Style, out: &mut String) {
    if plan.not_checked.is_empty() {
        return;
    }
    title(style, "Not checked", out);
    let lines = plan.not_checked.iter().map(|open: &NotChecked| {
        let about = match open.subscriptions.len() {
            0 => String::new(),
            many => count(many, "subscription", "subscriptions"),
        };
        Line::new(
            Mark::Open,
            open.code.id,
            about,
            format!("{}  {}", safe(&open.question), safe(&open.command)),
        )
    });
    draw_some(lines.collect(), style, out);
}

fn proof(plan: &RemediationPlan, style: Style, out: &mut String) {
    let proof = &plan.proof;
    out.push('\n');
    let mark = if proof.holds() { Mark::Good } else { Mark::Bad };
    for (index, row) in wrap(&proof.sentence(), style.width.saturating_sub(7)).iter().enumerate() {
        let head = if index == 0 { style.paint(mark, "Proof:") } else { "      ".to_owned() };
        out.push_str(&format!("{head} {}\n", style.text(row)));
    }
    let findings = [
        (&proof.non_convergent, Mark::Bad),
        (&proof.worse, Mark::Bad),
        (&proof.planned_next, Mark::Bad),
        (&proof.undecided, Mark::Open),
    ];
    let lines: Vec<Line> = findings
        .into_iter()
        .flat_map(|(found, mark)| found.iter().map(move |finding| (finding, mark)))
        .map(|(finding, mark)| {
            let label = format!("{} {}", finding.code.id, words(finding.code.name));
            let about = about(plan, &finding.subscription, &finding.resource);
            Line::new(mark, label, about, safe(&finding.reason))
        })
        .collect();
    draw_some(lines, style, out);
    if proof.planned > 0 {
        let open: Vec<&str> = NOT_PROVEN.iter().map(|open| open.trim_start_matches("that ")).collect();
        for row in wrap(&format!("Not proven: {}.", open.join(", ")), style.width.saturating_sub(7)) {
            out.push_str(&format!("       {row}\n"));
        }
    }
}
