//! The rows of one assignment for people: counts, then what isn't compliant, with its reason.

use crate::arm::{ResourceId, Scope};
use crate::compliance::{ComplianceState, PolicyState, Provisional, ReasonKind, Unlisted};
use crate::source::{mask, printable};

use super::intent;
use super::lines::{Line, count};
use super::style::Mark;
use super::view::View;
use super::words;

/// How many lines of one assignment a table shows.
const SHOWN: usize = 60;

/// How many rows that aren't about subscriptions it shows of one assignment, if there are more of them.
const RESOURCES: usize = 20;

/// How many it shows of one member of an initiative; alike ones share a line, if there are more than three.
const OF_MEMBER: (usize, usize) = (8, 3);

/// The lines of an assignment.
pub(super) fn lines(view: &View<'_>, index: usize) -> Vec<Line> {
    let (first, rows) = view.run.rows_of(index);
    let mut lines = counted(rows);
    let settled = lines.len();
    let shown = if rows.iter().any(|row| !row.is_subscription()) { RESOURCES } else { SHOWN };
    let mut left: Vec<&PolicyState> = Vec::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| is_open(row.state)) {
        if lines.len() < SHOWN && lines.len() - settled < shown {
            lines.push(row_line(view, first + at, row));
        } else {
            left.push(row);
        }
    }
    finish(view, index, &left, lines)
}

/// The lines of a member of an assigned initiative.
pub(super) fn of_member(view: &View<'_>, index: usize) -> Vec<Line> {
    let (first, rows) = view.run.rows_of(index);
    let mut lines = counted(rows);
    let mut alike: Vec<(Line, Vec<&PolicyState>)> = Vec::new();
    for (at, row) in rows.iter().enumerate().filter(|(_, row)| is_open(row.state)) {
        let line = row_line(view, first + at, row);
        let same = |(known, rows): &&mut (Line, Vec<&PolicyState>)| {
            let is_subscription = rows.first().is_some_and(|first| first.is_subscription());
            (known.mark, &known.label, &known.text) == (line.mark, &line.label, &line.text) && is_subscription
        };
        match alike.iter_mut().find(same) {
            Some((_, rows)) => rows.push(row),
            None => alike.push((line, vec![row])),
        }
    }
    let (most, apart) = OF_MEMBER;
    let mut left: Vec<&PolicyState> = Vec::new();
    let mut shown = 0;
    for (line, rows) in alike {
        let new: Vec<Line> = if rows.len() > apart {
            let name = count(rows.len(), "subscription", "subscriptions");
            vec![Line { name, ..line }]
        } else {
            let name = |row: &&PolicyState| printable(&name_of(view, row)).into_owned();
            rows.iter().map(|row| Line { name: name(row), ..line.clone() }).collect()
        };
        if shown + new.len() > most {
            left.extend(rows);
        } else {
            shown += new.len();
            lines.extend(new);
        }
    }
    finish(view, index, &left, lines)
}

/// What stands below the rows.
fn finish(view: &View<'_>, index: usize, left: &[&PolicyState], mut lines: Vec<Line>) -> Vec<Line> {
    if !left.is_empty() {
        let text = match counted_states(left) {
            Some(states) => format!("{states}; --format json has all of them"),
            None => "--format json has all of them".to_owned(),
        };
        lines.push(Line::new(Mark::Plain, "…", format!("{} more", left.len()), text));
    }
    lines.extend(excluded(view, index));
    if lines.is_empty() {
        lines.push(empty(view, index));
    } else {
        lines.extend(unlisted(view, index));
    }
    lines
}

/// Whether a row has a line of its own.
fn is_open(state: ComplianceState) -> bool {
    match state {
        ComplianceState::NonCompliant | ComplianceState::Error | ComplianceState::Undetermined => true,
        ComplianceState::Compliant | ComplianceState::Protected | ComplianceState::Unknown => false,
    }
}

/// Rows that are only counted.
fn counted(rows: &[PolicyState]) -> Vec<Line> {
    let states = [
        (ComplianceState::Compliant, "compliant", ""),
        (ComplianceState::Protected, "protected", "deleting them is refused"),
        (ComplianceState::Unknown, "manual", "to be attested; Azure holds them as Unknown"),
    ];
    let line = |(state, label, text): (ComplianceState, &str, &str)| {
        let found: Vec<&PolicyState> = rows.iter().filter(|row| row.state == state).collect();
        let names = if found.iter().all(|row| row.is_subscription()) {
            ("subscription", "subscriptions")
        } else {
            ("resource", "resources")
        };
        (!found.is_empty())
            .then(|| Line::new(Mark::from(state), label, count(found.len(), names.0, names.1), text))
    };
    states.into_iter().filter_map(line).collect()
}

/// `1,200 NonCompliant, 3 Undetermined`; nothing where subscriptions are all that is left.
fn counted_states(left: &[&PolicyState]) -> Option<String> {
    if left.iter().all(|row| row.is_subscription()) {
        return None;
    }
    let states = [ComplianceState::NonCompliant, ComplianceState::Error, ComplianceState::Undetermined];
    let parts: Vec<String> = states
        .iter()
        .map(|state| (state, left.iter().filter(|row| row.state == *state).count()))
        .filter(|(_, number)| *number > 0)
        .map(|(state, number)| format!("{number} {}", state.as_str()))
        .collect();
    Some(parts.join(", "))
}

fn row_line(view: &View<'_>, at: usize, row: &PolicyState) -> Line {
    let words = words::reason(row);
    let text = match (&row.evidence().provisional, &row.reason) {
        (Some(provisional), _) => provisionally(provisional),
        (None, Some(ReasonKind::RuleHolds)) => words::met(&view.met(row), &row.resource.resource_type()),
        (None, _) => words.text,
    };
    let label = match (row.state, &row.reason) {
        (ComplianceState::Undetermined, _) => "undetermined",
        (_, Some(ReasonKind::RuleHolds)) => view.run.assignments[row.assignment].policy.effect().as_str(),
        _ => words.label,
    };
    // What rests on assumptions already says enough in its line.
    let intent = view.intents.of(at).filter(|_| row.state != ComplianceState::Undetermined);
    let place = if row.is_subscription() { String::new() } else { format!(" ({})", place(view, row)) };
    let text = format!("{text}{}{place}", intent::beside(intent, label));
    Line::new(Mark::from(row.state), label, printable(&name_of(view, row)), mask(&printable(&text)))
}

/// What people call the resource of a row.
fn name_of(view: &View<'_>, row: &PolicyState) -> String {
    if row.is_subscription() { view.subscription(&row.subscription) } else { row.resource.full_name() }
}

/// Where the resource of a row lies: what it extends, its group, its subscription.
fn place(view: &View<'_>, row: &PolicyState) -> String {
    let id = &row.resource;
    let extended = id.extended().map(|extended| extended.full_name());
    let group = id.resource_group_name().filter(|_| id.folded().contains("/providers/")).map(str::to_owned);
    let parts: Vec<String> =
        extended.into_iter().chain(group).chain([view.subscription(&row.subscription)]).collect();
    parts.join(", ")
}

/// `NonCompliant, if the listing of automations is complete and it lies under mg-contoso`
pub(super) fn provisionally(provisional: &Provisional) -> String {
    let assumptions: Vec<_> = provisional.assumptions.iter().map(words::assumption).collect();
    format!("{}, if {}", provisional.state.as_str(), assumptions.join(" and "))
}

fn excluded(view: &View<'_>, index: usize) -> Option<Line> {
    let name = |id: &ResourceId| id.name().to_owned();
    let names: Vec<(bool, String)> = view
        .run
        .excluded
        .iter()
        .filter(|excluded| excluded.assignment == index)
        .map(|excluded| match &excluded.scope {
            Scope::ResourceGroup(id) | Scope::Resource(id) => (false, name(id)),
            Scope::Tenant | Scope::ManagementGroup(_) | Scope::Subscription(_) => {
                (true, view.subscription(&excluded.subscription))
            }
        })
        .collect();
    let what = match names.as_slice() {
        [] => return None,
        [(_, one)] => printable(one).into_owned(),
        many if many.iter().all(|(whole, _)| *whole) => format!("{} subscriptions", many.len()),
        many => format!("{} scopes", many.len()),
    };
    Some(Line::new(Mark::Out, "excluded", what, "notScopes"))
}

/// Why an assignment has no row.
fn empty(view: &View<'_>, index: usize) -> Line {
    let listed = &view.run.listed;
    if listed.vacant.contains(&index) {
        return Line::new(
            Mark::Out,
            "no rows",
            "",
            "everything is listed, and nothing of it is what it is about",
        );
    }
    match unlisted(view, index) {
        Some(line) => line,
        None => Line::new(Mark::Out, "no rows", "", "it covers no subscription"),
    }
}

/// What an assignment is about and may not be listed.
fn unlisted(view: &View<'_>, index: usize) -> Option<Line> {
    let unlisted = view.run.listed.of(index);
    let first = unlisted.first()?;
    let plural = |one: &Unlisted| match &one.resource_type {
        Some(resource_type) => resource_type.as_str().rsplit('/').next().unwrap_or_default().to_owned(),
        None => "resources".to_owned(),
    };
    let more =
        if unlisted.len() > 1 { format!(" and {} more types", unlisted.len() - 1) } else { String::new() };
    let most = unlisted.iter().map(|one| one.subscriptions).max().unwrap_or_default();
    let places = count(most, "subscription", "subscriptions");
    let label = if view.run.rows_of(index).1.is_empty() { "no rows" } else { "not all" };
    let text = format!("{}{more} of {places} aren't known to be all listed", plural(first));
    Some(Line::new(Mark::Open, label, "", printable(&text)))
}
