//! An explanation for people.

use crate::arm::Scope;
use crate::compliance::{ComplianceState, Evaluated, Explained, Reach, called};
use crate::policy::{DefinitionSource, EnforcementMode};
use crate::report::lines::count;
use crate::report::readings;
use crate::report::style::{Mark, Style};
use crate::report::without_rows::why_not;
use crate::source::printable;

use super::findings::Findings;
use super::{Depth, Story};

/// What is told of a resource.
pub fn text(story: &Story<'_>, style: Style, depth: Depth) -> String {
    let told = Findings::new(story.view.sources, style, depth, story.resource_type);
    let mut teller = Teller { story, style, told };
    teller.head();
    for explained in story.explained {
        teller.explained(explained);
    }
    for not in story.not_evaluated {
        let words = why_not(not);
        let name = called(&not.assignment.display_name, not.member.as_ref());
        teller.block(Mark::Warn, "not evaluated", &name, "");
        teller.told.note(&words);
    }
    if story.explained.is_empty() && story.not_evaluated.is_empty() {
        let assignments = count(story.selected, "selected assignment reaches", "selected assignments reach");
        let none = if story.selected == 0 {
            "no assignment was selected".to_owned()
        } else {
            format!("none of {assignments} it")
        };
        teller.told.out.push('\n');
        teller.told.note(&none);
    }
    teller.told.out
}

struct Teller<'a> {
    story: &'a Story<'a>,
    style: Style,
    told: Findings<'a>,
}

impl Teller<'_> {
    /// What people call a scope.
    fn scope(&self, scope: &Scope) -> String {
        match scope {
            Scope::Tenant => "the tenant".to_owned(),
            Scope::ManagementGroup(group) => group.to_string(),
            Scope::Subscription(id) => self.story.view.subscription(id),
            Scope::ResourceGroup(id) | Scope::Resource(id) => id.full_name(),
        }
    }

    fn head(&mut self) {
        let story = self.story;
        let (name, kind) = (printable(story.name), printable(story.resource_type.as_str()));
        let line = format!("{}  {kind}", self.style.bold(&name));
        let place = self.told.place(story.span);
        self.told.beside(0, &line, &format!("{name}  {kind}"), "  ", &place);
        self.told.out.push_str(&format!("{}\n", printable(story.id.as_str())));
        self.told.out.push_str(&readings::line(&story.view.run.semantics, self.style.width));
    }

    /// The first line of what one assignment says.
    fn block(&mut self, mark: Mark, state: &str, name: &str, rest: &str) {
        let style = self.style;
        let head = style.paint(mark, &format!("{} {state}", style.symbol(mark)));
        let rest = if rest.is_empty() { String::new() } else { format!("{}{rest}", style.dot()) };
        self.told.out.push_str(&format!("\n{head}  {}{}\n", style.bold(&printable(name)), style.text(&rest)));
    }

    fn explained(&mut self, one: &Explained) {
        let evaluated = &self.story.view.run.assignments[one.assignment];
        let (mark, state) = standing(one);
        let mut rest = vec![evaluated.policy.effect().as_str().to_owned()];
        if evaluated.proposed {
            rest.push("not assigned yet".to_owned());
        } else {
            rest.push(format!("at {}", printable(&self.scope(&evaluated.assignment.scope))));
        }
        if evaluated.assignment.enforcement_mode == EnforcementMode::DoNotEnforce {
            rest.push("DoNotEnforce".to_owned());
        }
        let name = called(&evaluated.assignment.display_name, evaluated.member.as_ref());
        self.block(mark, state, &name, &rest.join(self.style.dot()));
        self.definition(evaluated);
        self.told.why(one);
        self.told.condition(one);
        if let Some(search) = &one.search {
            self.told.search(search);
        }
        self.told.doubts(one);
    }

    fn definition(&mut self, evaluated: &Evaluated) {
        let definition = &evaluated.definition;
        let shipped = match definition.source {
            DefinitionSource::Shipped => "  (ships with azpol)",
            DefinitionSource::Given => "",
        };
        let place = self.told.place(definition.rule.span);
        let name = printable(&definition.display_name).into_owned();
        let tail = format!("{place}{shipped}");
        if *definition.display_name == *evaluated.assignment.display_name {
            self.told.out.push_str(&format!("  {}\n", self.style.dim(&tail)));
        } else {
            self.told.beside(2, &name, &name, "  ", &tail);
        }
    }
}

/// Mark and word of what an assignment says.
fn standing(one: &Explained) -> (Mark, &'static str) {
    match (&one.reach, &one.row) {
        (Reach::Excluded(_), _) => (Mark::Out, "excluded"),
        (_, Some(row)) => (Mark::from(row.state), row.state.as_str()),
        (_, None) => (Mark::Out, "not applicable"),
    }
}

/// Whether anything of it can't be decided from the files.
pub fn is_undetermined(one: &Explained) -> bool {
    one.row.as_ref().is_some_and(|row| row.state == ComplianceState::Undetermined)
}
