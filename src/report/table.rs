//! States for people.

use crate::compliance::{Evaluated, NotEvaluated, Summary, WhyNot};
use crate::policy::{DefinitionSource, PolicyDefinition, Selective};
use crate::source::{mask, printable};

use super::intent;
use super::lines::{Line, count, draw, width, wrap};
use super::readings;
use super::rows;
use super::style::{Mark, Style};
use super::view::View;

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
fn short_id(text: &str) -> String {
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

/// One block an assignment, then what wasn't evaluated.
pub fn blocks(view: &View<'_>, style: Style, out: &mut String) {
    for (index, evaluated) in view.run.assignments.iter().enumerate() {
        out.push('\n');
        out.push_str(&title(view, evaluated, style));
        draw(&rows::lines(view, index), style, out);
        intent::lines(view, index, style, out);
    }
    not_evaluated(view, style, out);
}

fn title(view: &View<'_>, evaluated: &Evaluated, style: Style) -> String {
    let assignment = &evaluated.assignment;
    let scope = scope_name(view, &assignment.scope);
    let proposed = if evaluated.proposed { " (proposed)" } else { "" };
    let name = printable(&assignment.display_name).into_owned();
    let place = format!("{} at {scope}{proposed}", printable(&assignment.name));
    let text = style.text(&format!("{place}{}{}", style.dot(), definition_name(&evaluated.definition)));
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

fn not_evaluated(view: &View<'_>, style: Style, out: &mut String) {
    let run = view.run;
    if run.not_evaluated.is_empty() && run.disabled.is_empty() {
        return;
    }
    out.push('\n');
    out.push_str(&style.bold("Without rows"));
    out.push('\n');
    let mut lines: Vec<Line> = run
        .not_evaluated
        .iter()
        .map(|not| {
            let mark = if not.reason.is_by_kind() { Mark::Out } else { Mark::Warn };
            Line::new(mark, "not evaluated", printable(&not.assignment.name), mask(&printable(&why_not(not))))
        })
        .collect();
    lines.extend(run.disabled.iter().map(|disabled| {
        Line::new(Mark::Out, "disabled", printable(&disabled.assignment.name), "its effect is disabled")
    }));
    draw(&lines, style, out);
}

/// Why an assignment wasn't evaluated, in words.
pub fn why_not(not: &NotEvaluated) -> String {
    match &not.reason {
        WhyNot::UnknownDefinition => {
            let id = &*not.assignment.definition_id;
            match id
                .to_ascii_lowercase()
                .strip_prefix("/providers/microsoft.authorization/policydefinitions/")
            {
                Some(guid) => format!("its built-in definition {guid} wasn't given"),
                None => format!("its definition {id} wasn't given"),
            }
        }
        WhyNot::AmbiguousDefinition => "two unlike documents of its definition were given".to_owned(),
        WhyNot::Initiative => "it assigns an initiative; initiatives aren't evaluated yet".to_owned(),
        WhyNot::Selective(parts) => {
            let names: Vec<_> = parts.iter().map(|part| selective(*part)).collect();
            format!("it uses {}, which isn't evaluated yet", names.join(", "))
        }
        WhyNot::UnknownScope(scope) => format!("its scope {scope} isn't among the inputs"),
        WhyNot::Parameters => "its parameters don't fit the definition".to_owned(),
        WhyNot::NotBuilt(parts) => {
            let mut names: Vec<_> = parts.iter().map(|(what, _)| what.as_str()).collect();
            names.dedup();
            let more = if names.len() > 2 { format!(" and {} more", names.len() - 2) } else { String::new() };
            names.truncate(2);
            format!("{}{more}", names.join(", "))
        }
        WhyNot::NotEvaluable(why) => why.clone(),
    }
}

fn selective(part: Selective) -> &'static str {
    match part {
        Selective::Overrides => "overrides",
        Selective::ResourceSelectors => "resourceSelectors",
        Selective::DefinitionVersion => "definitionVersion",
        Selective::Enroll => "enforcementMode Enroll",
    }
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
