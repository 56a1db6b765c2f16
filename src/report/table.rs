//! States for people.

use std::sync::Arc;

use crate::compliance::{Evaluated, Summary};
use crate::policy::{DefinitionSource, PolicyDefinition};
use crate::source::printable;

use super::lines::{count, draw, width, wrap};
use super::style::{Mark, Style};
use super::view::View;
use super::{initiative, intent, readings, rows, without_rows};

/// How many facts for which no row waits a table shows.
const FACTS: usize = 12;

/// The states of a run.
pub fn scan(view: &View<'_>, style: Style) -> String {
    let mut out = head(view, style);
    blocks(view, style, &mut out);
    intent::notes(view, style, &mut out);
    summary(view, style, &mut out);
    out
}

/// The first lines: what was asserted, and what was read.
pub fn head(view: &View<'_>, style: Style) -> String {
    let mut out = String::new();
    if let Some(what) = empty(view) {
        out.push_str(&style.paint(Mark::Warn, &format!("! {what}")));
        out.push('\n');
    }
    if !view.asserted.is_empty() {
        for row in wrap(&printable(&format!("asserted: {}", view.asserted.join("; "))), style.width) {
            out.push_str(&row);
            out.push('\n');
        }
    }
    out.push_str(&readings::line(&view.run.semantics, style.width));
    let inventory = view.inventory;
    let mut parts = Vec::new();
    match inventory.tenants().as_slice() {
        [] => {}
        [one] => parts.push(format!("tenant {}", short_id(one))),
        many => parts.push(count(many.len(), "tenant", "tenants")),
    }
    let mut number = count(inventory.subscriptions().len(), "subscription", "subscriptions");
    let groups = inventory.management_groups().len();
    if groups > 0 {
        number.push_str(&format!(" in {}", count(groups, "management group", "management groups")));
    }
    parts.push(number);
    parts.push(match inventory.collected() {
        Some(time) => format!("collected {}", time.strftime("%Y-%m-%d %H:%M UTC")),
        None => "collected: not known".to_owned(),
    });
    parts.extend(view.now.map(|now| format!("evaluated as of {now}")));
    for row in wrap(&parts.join(style.dot()), style.width) {
        out.push_str(&style.text(&row));
        out.push('\n');
    }
    let aside = inventory.set_aside();
    if !aside.is_empty() {
        let names: Vec<_> =
            aside.iter().take(3).map(|aside| printable(&aside.display_name).into_owned()).collect();
        let more = if aside.len() > 3 { format!(" and {} more", aside.len() - 3) } else { String::new() };
        out.push_str(&format!("set aside, not of this tenant: {}{more}\n", names.join(", ")));
    }
    out
}

/// A GUID by its first eight digits; anything else as it is.
pub(super) fn short_id(text: &str) -> String {
    let short = if uuid::Uuid::parse_str(text).is_ok() { &text[..8] } else { text };
    printable(short).into_owned()
}

/// What a run lacks to say anything.
fn empty(view: &View<'_>) -> Option<&'static str> {
    let nothing_assigned =
        view.run.assignments.is_empty() && view.run.disabled.is_empty() && view.run.not_evaluated.is_empty();
    if nothing_assigned {
        Some("no policy assignment was found: give one, or propose one with --assign DEFINITION --at SCOPE")
    } else if view.inventory.subscriptions().len() == 0 {
        Some("no subscription was found: az account list --all > subscriptions.json")
    } else if !view.run.rows.is_empty() {
        None
    } else if !view.run.listed.unseen.is_empty() {
        Some("the files hold nothing of what the assignments are about: there is no row")
    } else if view.run.listed.vacant.is_empty() {
        Some("no assignment covers any subscription: there is no row")
    } else {
        None
    }
}

/// Whether a run has nothing to say.
pub fn is_empty(view: &View<'_>) -> bool {
    empty(view).is_some()
}

/// One block an assignment, then what has no rows.
pub fn blocks(view: &View<'_>, style: Style, out: &mut String) {
    let all = &view.run.assignments;
    let mut index = 0;
    while let Some(evaluated) = all.get(index) {
        out.push('\n');
        let assignment = &evaluated.assignment;
        let of_it = |other: &&Evaluated| Arc::ptr_eq(&other.assignment, assignment);
        let end = index + all[index..].iter().take_while(of_it).count();
        match &evaluated.member {
            None => {
                out.push_str(&title(view, evaluated, &definition_name(&evaluated.definition), style));
                draw(&rows::lines(view, index), style, out);
                intent::lines(view, index, style, out);
            }
            Some(member) => {
                out.push_str(&title(view, evaluated, &initiative::name(&member.set), style));
                initiative::members(view, index..end, style, out);
            }
        }
        index = end;
    }
    without_rows::section(view, style, out);
}

fn title(view: &View<'_>, evaluated: &Evaluated, definition: &str, style: Style) -> String {
    let assignment = &evaluated.assignment;
    let scope = scope_name(view, &assignment.scope);
    let proposed = if evaluated.proposed { " (proposed)" } else { "" };
    let name = printable(&assignment.display_name).into_owned();
    let place = format!("{} at {scope}{proposed}", printable(&assignment.name));
    let text = style.text(&format!("{place}{}{definition}", style.dot()));
    let gap = if width(&name) + 4 + width(&text) > style.width { "\n  " } else { "    " };
    format!("{}{gap}{}\n", style.bold(&name), style.dim(&text))
}

fn scope_name(view: &View<'_>, scope: &crate::arm::Scope) -> String {
    use crate::arm::Scope;
    let text = match scope {
        Scope::ManagementGroup(group) => group.to_string(),
        Scope::Subscription(id) => view.subscription(id),
        other => other.id(),
    };
    printable(&text).into_owned()
}

/// `ffb6f416 4.1.0 (shipped twin)`
pub fn definition_name(definition: &PolicyDefinition) -> String {
    let name = short_id(&definition.name);
    let version = definition.version.as_deref().map(|v| format!(" {v}")).unwrap_or_default();
    let source = match definition.source {
        DefinitionSource::Shipped => " (shipped twin)",
        DefinitionSource::Given => "",
    };
    printable(&format!("{name}{version}{source}")).into_owned()
}

/// The counts, and what the files don't say.
pub fn summary(view: &View<'_>, style: Style, out: &mut String) {
    facts(view, style, out);
    let summary = Summary::of_run(view.run);
    if summary.rows() == 0 {
        return;
    }
    let mut parts = vec![
        count(summary.rows(), "row", "rows"),
        format!("{} compliant", summary.compliant),
        format!("{} non-compliant", summary.non_compliant),
    ];
    if summary.error > 0 {
        parts.push(format!("{} error", summary.error));
    }
    if summary.unknown > 0 {
        parts.push(format!("{} to be attested", summary.unknown));
    }
    if summary.protected > 0 {
        parts.push(format!("{} protected", summary.protected));
    }
    if let Some(per_mille) = summary.per_mille() {
        parts.push(format!("{}.{} %", per_mille / 10, per_mille % 10));
    }
    if summary.undetermined > 0 {
        parts.push(format!("{} undetermined, not counted", summary.undetermined));
    }
    out.push_str(&format!("\n{}\n", style.text(&parts.join(style.dot()))));
    let unmet = view.intents.compliant_and_unmet(&view.run.rows).count();
    if unmet > 0 {
        out.push_str(&style.text(&format!("Compliant for Azure, intent not met: {unmet}\n")));
    }
}

/// What the files don't say, with the ways to settle it.
pub fn facts(view: &View<'_>, style: Style, out: &mut String) {
    if view.facts.is_empty() {
        return;
    }
    let waiting = view.facts.iter().filter(|fact| fact.rows > 0).count();
    out.push('\n');
    out.push_str(&style.bold(&match waiting {
        0 => "No state waits for these".to_owned(),
        1 => "One fact would settle rows".to_owned(),
        more => format!("{more} facts would settle rows"),
    }));
    out.push('\n');
    let questions = view.facts.iter().map(|fact| width(&fact.question)).max().unwrap_or(0).min(46);
    // Those for which rows wait come first, and are all shown.
    let shown = (waiting + FACTS).min(view.facts.len());
    for fact in &view.facts[..shown] {
        let rows = if fact.rows > 0 { count(fact.rows, "row", "rows") } else { "–".to_owned() };
        let question = printable(&fact.question);
        let (first, second) = match (&fact.flag, &fact.command) {
            // What no state waits for takes one line.
            (_, Some(command)) if fact.rows == 0 => (Some(command), None),
            (Some(flag), command) => (Some(flag), command.as_ref()),
            (None, command) => (None, command.as_ref()),
        };
        let first = first.map_or_else(String::new, |way| printable(way).into_owned());
        let line = format!("  {rows:<8} {question:<questions$}  {first}");
        out.push_str(style.text(line.trim_end()).as_str());
        out.push('\n');
        if let Some(way) = second {
            out.push_str(&format!("           {}\n", printable(way)));
        }
    }
    if shown < view.facts.len() {
        let line = format!("  … and {} more (--format json lists all)\n", view.facts.len() - shown);
        out.push_str(&style.text(&line));
    }
}
