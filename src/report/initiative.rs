//! The members of an assigned initiative: those with something to say by their rows, the others counted.

use std::ops::Range;

use crate::compliance::{ComplianceState, PolicyState};
use crate::export::Verdict;
use crate::policy::PolicySetDefinition;
use crate::source::printable;

use super::lines::{Line, count, draw, wrap};
use super::style::{Mark, Style};
use super::table::{definition_name, short_id};
use super::view::View;
use super::{intent, rows};

/// `1f3afdf9 57.1.0`
pub(super) fn name(set: &PolicySetDefinition) -> String {
    let version = set.version.as_deref().map(|version| format!(" {version}")).unwrap_or_default();
    printable(&format!("{}{version}", short_id(&set.name))).into_owned()
}

/// The members at these indices of the run's assignments.
pub(super) fn members(view: &View<'_>, indices: Range<usize>, style: Style, out: &mut String) {
    let (loud, quiet): (Vec<usize>, Vec<usize>) = indices.partition(|index| is_loud(view, *index));
    for index in loud {
        let evaluated = &view.run.assignments[index];
        let reference = evaluated.reference_id().map(|id| printable(id).into_owned()).unwrap_or_default();
        let definition = &evaluated.definition;
        let title = printable(&definition.display_name);
        let text = style.text(&format!("{title}{}{}", style.dot(), definition_name(definition)));
        out.push_str(&format!("\n  {}\n", style.bold(&reference)));
        for row in wrap(&text, style.width.saturating_sub(2)) {
            out.push_str(&format!("  {}\n", style.dim(&row)));
        }
        draw(&rows::of_member(view, index), style, out);
        intent::lines(view, index, style, out);
    }
    draw(&counted(view, &quiet), style, out);
}

/// Whether a member has a row that isn't in order, an intent that isn't met, or a line of its own otherwise.
fn is_loud(view: &View<'_>, index: usize) -> bool {
    let (first, rows) = view.run.rows_of(index);
    let open = |row: &PolicyState| match row.state {
        ComplianceState::NonCompliant | ComplianceState::Error | ComplianceState::Undetermined => true,
        ComplianceState::Compliant | ComplianceState::Protected | ComplianceState::Unknown => false,
    };
    rows.iter().any(open)
        || (first..first + rows.len())
            .any(|at| view.intents.of(at).is_some_and(|intent| intent.verdict() != Verdict::Covered))
        || view.run.excluded.iter().any(|excluded| excluded.assignment == index)
}

/// What is said of members of which nothing is to be told.
fn counted(view: &View<'_>, quiet: &[usize]) -> Vec<Line> {
    let listed = &view.run.listed;
    let rows_of = |index: &usize| view.run.rows_of(*index).1;
    let members = |some: &[&usize]| count(some.len(), "member", "members");
    let (with, without): (Vec<&usize>, Vec<&usize>) = quiet.iter().partition(|at| !rows_of(at).is_empty());
    let mut lines = Vec::new();
    for (state, label) in [
        (ComplianceState::Compliant, "compliant"),
        (ComplianceState::Protected, "protected"),
        (ComplianceState::Unknown, "manual"),
    ] {
        let of_state = |index: &usize| rows_of(index).iter().filter(|row| row.state == state).count();
        let some: Vec<&usize> = with.iter().copied().filter(|at| of_state(at) > 0).collect();
        if !some.is_empty() {
            let rows = some.iter().map(|at| of_state(at)).sum();
            lines.push(Line::new(Mark::from(state), label, members(&some), count(rows, "row", "rows")));
        }
    }
    let open = |at: &usize| !listed.of(*at).is_empty();
    let not_all: Vec<&usize> = with.into_iter().filter(|at| open(at)).collect();
    if !not_all.is_empty() {
        let text = "what they are about isn't known to be all listed";
        lines.push(Line::new(Mark::Open, "not all", members(&not_all), text));
    }
    let (vacant, others): (Vec<&usize>, Vec<&usize>) =
        without.into_iter().partition(|at| listed.vacant.contains(at));
    let (unlisted, outside): (Vec<&usize>, Vec<&usize>) = others.into_iter().partition(|at| open(at));
    for (some, mark, text) in [
        (unlisted, Mark::Open, "what they are about isn't known to be all listed"),
        (vacant, Mark::Out, "everything is listed, and nothing of it is what they are about"),
        (outside, Mark::Out, "they cover no subscription"),
    ] {
        if !some.is_empty() {
            lines.push(Line::new(mark, "no rows", members(&some), text));
        }
    }
    lines
}
