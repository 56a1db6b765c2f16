//! What has no rows: assignments, and members of assigned initiatives, that aren't evaluated or are switched off.

use std::collections::BTreeMap;

use crate::compliance::{Disabled, NotEvaluated, WhyNot, called};
use crate::policy::Selective;
use crate::source::{mask, printable};

use super::lines::{Line, draw};
use super::style::{Mark, Style};
use super::table::short_id;
use super::view::View;

/// Where the ids of Microsoft's definitions begin, in lower case.
const BUILT_IN: [&str; 2] = [
    "/providers/microsoft.authorization/policydefinitions/",
    "/providers/microsoft.authorization/policysetdefinitions/",
];

/// How many members of an initiative are named in a line that is about several.
const NAMED: usize = 3;

/// The section of a table.
pub(super) fn section(view: &View<'_>, style: Style, out: &mut String) {
    let run = view.run;
    if run.not_evaluated.is_empty() && run.disabled.is_empty() {
        return;
    }
    out.push('\n');
    out.push_str(&style.bold("Without rows"));
    out.push('\n');
    let mut lines = not_evaluated(&run.not_evaluated);
    lines.extend(disabled(&run.disabled));
    draw(&lines, style, out);
}

/// One line each; members of one assignment that have the same reason share theirs.
fn not_evaluated(all: &[NotEvaluated]) -> Vec<Line> {
    let mut alike: Vec<Vec<&NotEvaluated>> = Vec::new();
    let mut known: BTreeMap<(&str, String), usize> = BTreeMap::new();
    for not in all {
        let same = match (&not.member, &not.reason) {
            (None, _) => None,
            (Some(_), WhyNot::UnknownDefinition) => Some(String::new()),
            (Some(_), _) => Some(why_not(not)),
        };
        match same.map(|reason| known.entry((&not.assignment.id, reason))) {
            None => alike.push(vec![not]),
            Some(entry) => {
                let at = *entry.or_insert_with(|| {
                    alike.push(Vec::new());
                    alike.len() - 1
                });
                alike[at].push(not);
            }
        }
    }
    alike.iter().map(|some| line(some)).collect()
}

/// The line of what has one reason.
fn line(alike: &[&NotEvaluated]) -> Line {
    let not = alike[0];
    let mark = if not.reason.is_by_kind() { Mark::Out } else { Mark::Warn };
    let text = match (alike.len(), &not.reason) {
        (1, _) => why_not(not),
        (number, WhyNot::UnknownDefinition) => {
            let ids =
                alike.iter().map(|not| short_id(not.definition_id().rsplit('/').next().unwrap_or_default()));
            let names: Vec<String> = ids.take(NAMED).collect();
            let more = if number > NAMED { format!(" and {} more", number - NAMED) } else { String::new() };
            format!("the definitions of {number} members weren't given: {}{more}", names.join(", "))
        }
        (number, _) => format!("{number} members: {}", why_not(not)),
    };
    let name = match alike {
        [one] => called(&one.assignment.name, one.member.as_ref()),
        _ => called(&not.assignment.name, None),
    };
    Line::new(mark, "not evaluated", printable(&name), mask(&printable(&text)))
}

/// One line an assignment.
fn disabled(all: &[Disabled]) -> Vec<Line> {
    let of_one = all.chunk_by(|a, b| a.member.is_some() && a.assignment.id == b.assignment.id);
    let line = |disabled: &[Disabled]| match disabled {
        [one] => Line::new(
            Mark::Out,
            "disabled",
            printable(&called(&one.assignment.name, one.member.as_ref())),
            "its effect is disabled",
        ),
        many => {
            let text = format!("the effect of {} members is disabled", many.len());
            Line::new(Mark::Out, "disabled", printable(&called(&many[0].assignment.name, None)), text)
        }
    };
    of_one.map(line).collect()
}

/// Why something wasn't evaluated, in words.
pub(super) fn why_not(not: &NotEvaluated) -> String {
    match &not.reason {
        WhyNot::UnknownDefinition => {
            let id = not.definition_id();
            let folded = id.to_ascii_lowercase();
            let kind = if folded.contains("/policysetdefinitions/") { "initiative" } else { "definition" };
            match BUILT_IN.iter().find_map(|start| folded.strip_prefix(start)) {
                Some(guid) => format!("its built-in {kind} {guid} wasn't given"),
                None => format!("its {kind} {id} wasn't given"),
            }
        }
        WhyNot::AmbiguousDefinition => "two unlike documents of its definition were given".to_owned(),
        WhyNot::Version { wanted, given } => {
            let whose = if not.member.is_some() { "the initiative" } else { "the assignment" };
            format!("{whose} wants version {wanted} of it, and {given} was given")
        }
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
        Selective::Enroll => "enforcementMode Enroll",
    }
}
