//! The second verdict, for people and for programs.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::Value as Json;

use crate::arm::SubscriptionId;
use crate::compliance::ComplianceState;
use crate::export::{Destination, Duplicate, EventSource, Gap, Intent, Kind, Note, Verdict};
use crate::remediation::SubscriptionTemplate;
use crate::source::{mask, printable};

use super::lines::{Line, draw};
use super::style::{Mark, Style};
use super::view::View;

/// How many lines of one assignment, and how many remarks, a table shows.
const SHOWN: usize = 60;

/// What is said of a row, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IntentJson {
    verdict: &'static str,
    text: String,
    gaps: Vec<GapJson>,
    duplicates: Vec<DuplicateJson>,
    /// Ids of what the verdict rests on.
    automations: Vec<String>,
    destinations: Vec<DestinationJson>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deploying_again_mends: Option<bool>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct GapJson {
    event_source: &'static str,
    text: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    event: Option<Json>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DuplicateJson {
    destination_id: String,
    automations: Vec<String>,
    event_sources: Vec<&'static str>,
    event: Json,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct DestinationJson {
    kind: &'static str,
    id: String,
    /// Of a workspace: which table each event source fills.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    tables: Vec<TableJson>,
}

#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct TableJson {
    event_source: &'static str,
    /// Null where it isn't documented.
    table: Option<&'static str>,
}

/// A remark on an automation, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct NoteJson {
    code: &'static str,
    name: &'static str,
    severity: &'static str,
    subscription_id: String,
    automation: String,
    #[serde(skip_serializing_if = "String::is_empty")]
    path: String,
    text: String,
}

/// A template that deploys again what is asked, for programs.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct IntentTemplate {
    subscription_id: String,
    /// Where `-o` writes it.
    file: String,
    /// For `bash`, in the plan's folder.
    command: String,
    template: Json,
}

/// A template that deploys again what is asked.
pub fn template(template: &SubscriptionTemplate) -> IntentTemplate {
    IntentTemplate {
        subscription_id: template.subscription.to_string(),
        file: template.file.clone(),
        command: template.bash(),
        template: template.template.clone(),
    }
}

/// What is said of a row.
pub fn json(intent: &Intent) -> IntentJson {
    let judgement = &intent.judgement;
    IntentJson {
        verdict: judgement.verdict.as_str(),
        text: mask(&judgement.text).into_owned(),
        gaps: judgement.gaps.iter().map(gap).collect(),
        duplicates: judgement.duplicates.iter().map(duplicate).collect(),
        automations: judgement.rests_on.iter().map(ToString::to_string).collect(),
        destinations: intent
            .destinations()
            .into_iter()
            .map(|to| destination(to, &intent.sources()))
            .collect(),
        deploying_again_mends: judgement.verdict.is_unmet().then_some(intent.mends),
    }
}

fn gap(gap: &Gap) -> GapJson {
    GapJson {
        event_source: gap.source.as_str(),
        text: mask(&gap.words).into_owned(),
        event: gap.event.as_ref().map(|event| event.to_value().to_serde()),
    }
}

fn duplicate(duplicate: &Duplicate) -> DuplicateJson {
    DuplicateJson {
        destination_id: duplicate.destination.id.to_string(),
        automations: duplicate.automations.iter().map(ToString::to_string).collect(),
        event_sources: duplicate.sources.iter().map(|source| source.as_str()).collect(),
        event: duplicate.event.to_value().to_serde(),
    }
}

fn destination(to: &Destination, sources: &[EventSource]) -> DestinationJson {
    let fills = |source: &EventSource| TableJson { event_source: source.as_str(), table: source.table() };
    DestinationJson {
        kind: to.kind.as_str(),
        id: to.id.to_string(),
        tables: if to.kind == Kind::Workspace { sources.iter().map(fills).collect() } else { Vec::new() },
    }
}

/// A remark.
pub fn note_json(note: &Note) -> NoteJson {
    NoteJson {
        code: note.code.id,
        name: note.code.name,
        severity: note.code.severity.as_str(),
        subscription_id: note.subscription.to_string(),
        automation: note.automation.to_string(),
        path: note.place.clone(),
        text: mask(&note.message).into_owned(),
    }
}

/// A verdict behind the words of a row that Azure doesn't find compliant, where it says something else than they do.
pub fn beside(intent: Option<&Intent>, label: &str) -> String {
    let word = match intent.map(Intent::verdict) {
        Some(Verdict::Covered) => "yet exported",
        Some(Verdict::Duplicated) => "exported twice",
        Some(Verdict::PartlyCovered) => "exported in part",
        Some(Verdict::WrongDestination) => "exported elsewhere",
        Some(Verdict::DestinationGone) => "exported to what is gone",
        Some(Verdict::Disabled) if label != "disabled" => "switched off",
        Some(Verdict::Missing) if label != "missing" => "not exported",
        Some(Verdict::Disabled | Verdict::Missing | Verdict::Undetermined) | None => return String::new(),
    };
    format!(", {word}")
}

/// Rows of an assignment that Azure finds compliant, and whose intent isn't met, leaves twice, or can't be decided.
pub fn lines(view: &View<'_>, assignment: usize, style: Style, out: &mut String) {
    let (first, rows) = view.run.rows_of(assignment);
    let compliant = (first..).zip(rows).filter(|(_, row)| row.state == ComplianceState::Compliant);
    let (mut unmet, mut others, mut left) = (Vec::new(), Vec::new(), 0);
    let mut number = 0;
    for (at, row) in compliant {
        let Some(intent) = view.intents.of(at) else { continue };
        let mark = match intent.verdict() {
            Verdict::Covered => continue,
            Verdict::Undetermined => Mark::Open,
            _ => Mark::Warn,
        };
        let is_unmet = intent.verdict().is_unmet();
        number += usize::from(is_unmet);
        if unmet.len() + others.len() >= SHOWN {
            left += 1;
            continue;
        }
        let name = view.subscription(&row.subscription);
        let judgement = &intent.judgement;
        let text = mask(&printable(&judgement.text)).into_owned();
        let line = Line::new(mark, judgement.label, printable(&name), text);
        if is_unmet { unmet.push(line) } else { others.push(line) }
    }
    if number > 0 {
        let mending = (first..first + rows.len())
            .filter(|at| view.intents.of(*at).is_some_and(|intent| intent.mends))
            .count();
        let mends = match mending {
            0 => "",
            all if all == number => " (deploying again would mend it: --plan-intent)",
            _ => " (deploying again would mend some: --plan-intent)",
        };
        out.push_str(&style.text(&format!("  Compliant for Azure, intent not met: {number}{mends}")));
        out.push('\n');
    }
    unmet.extend(others);
    if left > 0 {
        unmet.push(Line::new(Mark::Plain, "…", format!("{left} more"), "--format json has all of them"));
    }
    draw(&unmet, style, out);
}

/// Remarks on automations.
pub fn notes(view: &View<'_>, style: Style, out: &mut String) {
    let notes = &view.intents.notes;
    if notes.is_empty() {
        return;
    }
    out.push('\n');
    out.push_str(&style.bold("Remarks on automations"));
    out.push('\n');
    // One remark for all automations of a name.
    let mut alike: Vec<(&Note, BTreeSet<&SubscriptionId>)> = Vec::new();
    let mut at: BTreeMap<(&str, &str, &str), usize> = BTreeMap::new();
    for note in notes {
        let key = (note.code.id, note.automation.name(), &*note.message);
        let index = *at.entry(key).or_insert_with(|| {
            alike.push((note, BTreeSet::new()));
            alike.len() - 1
        });
        alike[index].1.insert(&note.subscription);
    }
    let line = |(note, subscriptions): &(&Note, BTreeSet<&SubscriptionId>)| {
        let name = match subscriptions.len() {
            1 => printable(&view.subscription(&note.subscription)).into_owned(),
            many => format!("{many} subscriptions"),
        };
        let text = format!("{}: {}", note.automation.name(), note.message);
        let label = format!("{} {}", note.code.id, note.code.name.replace('-', " "));
        Line::new(Mark::Warn, label, name, mask(&printable(&text)))
    };
    let mut lines: Vec<Line> = alike.iter().take(SHOWN).map(line).collect();
    if alike.len() > SHOWN {
        let left = alike.len() - SHOWN;
        lines.push(Line::new(Mark::Plain, "…", format!("{left} more"), "--format json has all of them"));
    }
    draw(&lines, style, out);
}
