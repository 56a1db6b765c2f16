//! What of the inputs is evaluated: `--assignment`, `--definition`, `--category`, `--scope`, `--subscription`.

use crate::arm::nearest::nearest;
use crate::arm::{ResourceId, Scope, SubscriptionId};
use crate::inventory::{Inventory, Placement, Subscription};
use crate::policy::{PolicyAssignment, PolicyDefinition};
use crate::source::{Diagnostic, Diagnostics};

use super::codes;
use super::definitions::{Definitions, Found};

/// Names and ids that select; an empty list selects everything. All compare without case.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Ids, names or display names of assignments.
    pub assignments: Vec<String>,
    /// Ids, names or display names of definitions.
    pub definitions: Vec<String>,
    /// Categories of definitions.
    pub categories: Vec<String>,
    /// Scopes: what lies under one of them.
    pub scopes: Vec<Scope>,
    /// Ids or names of subscriptions.
    pub subscriptions: Vec<String>,
}

/// What of a subscription is evaluated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Nothing.
    Nothing,
    /// The subscription and everything in it.
    Whole,
    /// What lies in these groups and resources, and they themselves.
    Parts(Vec<ResourceId>),
}

impl Wanted {
    /// Whether a resource of the subscription is wanted.
    pub fn holds(&self, id: &ResourceId) -> bool {
        match self {
            Wanted::Nothing => false,
            Wanted::Whole => true,
            Wanted::Parts(parts) => parts.iter().any(|part| id.is_within(part)),
        }
    }
}

fn is_one_of(wanted: &[String], names: &[&str]) -> bool {
    let trim = |text: &str| text.trim_matches('/').to_lowercase();
    wanted.is_empty() || wanted.iter().any(|w| names.iter().any(|name| trim(w) == trim(name)))
}

impl Selection {
    /// Whether an assignment is evaluated. A definition that isn't known can't be told by its category, so
    /// its assignment is kept, and reported as not evaluated.
    pub fn keeps(&self, assignment: &PolicyAssignment, definition: Option<&PolicyDefinition>) -> bool {
        let by_name =
            is_one_of(&self.assignments, &[&assignment.id, &assignment.name, &assignment.display_name]);
        let guid = assignment.definition_id.rsplit('/').next().unwrap_or_default();
        let display = definition.map_or("", |d| &d.display_name);
        let by_definition = is_one_of(&self.definitions, &[&assignment.definition_id, guid, display])
            || self
                .definitions
                .iter()
                .any(|w| w.len() >= 8 && guid.to_lowercase().starts_with(&w.to_lowercase()));
        let category = definition.and_then(|d| d.category.as_deref());
        let by_category =
            definition.is_none() || is_one_of(&self.categories, &[category.unwrap_or_default()]);
        by_name && by_definition && by_category && self.reaches(&assignment.scope)
    }

    /// Whether an assignment at this scope can have wanted rows: one at a subscription that isn't selected has none.
    fn reaches(&self, scope: &Scope) -> bool {
        let Some(subscription) = scope.subscription() else { return true };
        let one_of = |scope: &Scope| scope.subscription().is_none_or(|id| id == subscription);
        let named = |wanted: &String| {
            // A name may be any subscription's; an id is only its own.
            let id = SubscriptionId::new(wanted.rsplit('/').next().unwrap_or_default());
            uuid::Uuid::parse_str(id.as_str()).is_err() || id == subscription
        };
        (self.scopes.is_empty() || self.scopes.iter().any(one_of))
            && (self.subscriptions.is_empty() || self.subscriptions.iter().any(named))
    }

    /// Whether a subscription's rows, or some of them, are wanted. One whose place isn't known is kept: its rows say
    /// so.
    pub fn keeps_subscription(&self, subscription: &Subscription) -> bool {
        self.wanted(subscription) != Wanted::Nothing
    }

    /// What of a subscription is wanted.
    pub fn wanted(&self, subscription: &Subscription) -> Wanted {
        if !is_one_of(&self.subscriptions, &[subscription.id.as_str(), &subscription.display_name]) {
            return Wanted::Nothing;
        }
        let above = |scope: &Scope| match scope {
            Scope::Tenant => true,
            Scope::ManagementGroup(group) => subscription.placement(group) != Placement::Outside,
            Scope::Subscription(id) => *id == subscription.id,
            Scope::ResourceGroup(_) | Scope::Resource(_) => false,
        };
        if self.scopes.is_empty() || self.scopes.iter().any(above) {
            return Wanted::Whole;
        }
        let parts: Vec<ResourceId> = self
            .scopes
            .iter()
            .filter_map(|scope| match scope {
                Scope::ResourceGroup(id) | Scope::Resource(id) => Some(id.clone()),
                Scope::Tenant | Scope::ManagementGroup(_) | Scope::Subscription(_) => None,
            })
            .filter(|id| id.subscription_id().as_ref() == Some(&subscription.id))
            .collect();
        if parts.is_empty() { Wanted::Nothing } else { Wanted::Parts(parts) }
    }

    /// The selected ones of a run's assignments (with whether each is proposed). Names that match nothing are
    /// findings.
    pub fn select(
        &self,
        assignments: Vec<(PolicyAssignment, bool)>,
        definitions: &Definitions,
        inventory: &Inventory,
        faults: &mut Diagnostics,
    ) -> Vec<(PolicyAssignment, bool)> {
        let definition = |assignment: &PolicyAssignment| match definitions.find(&assignment.definition_id) {
            Found::One(definition) => Some(definition.as_ref()),
            Found::Ambiguous | Found::None => None,
        };
        let all: Vec<_> =
            assignments.iter().map(|(assignment, _)| (assignment, definition(assignment))).collect();
        self.check(&all, inventory, faults);
        let kept: Vec<bool> =
            all.into_iter().map(|(assignment, definition)| self.keeps(assignment, definition)).collect();
        assignments.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(one, _)| one).collect()
    }

    /// Names that match nothing: a gate that looks at nothing by a typing mistake must not pass.
    fn check(
        &self,
        assignments: &[(&PolicyAssignment, Option<&PolicyDefinition>)],
        inventory: &Inventory,
        faults: &mut Diagnostics,
    ) {
        let mut names: Vec<String> = Vec::new();
        for (assignment, _) in assignments {
            names.extend([
                assignment.id.to_string(),
                assignment.name.to_string(),
                assignment.display_name.to_string(),
            ]);
        }
        report("--assignment", &self.assignments, &names, faults);
        names.clear();
        for (assignment, definition) in assignments {
            names.push(assignment.definition_id.to_string());
            names.push(assignment.definition_id.rsplit('/').next().unwrap_or_default().to_owned());
            names.extend(definition.map(|d| d.display_name.to_string()));
        }
        report("--definition", &self.definitions, &names, faults);
        names.clear();
        names.extend(
            assignments.iter().filter_map(|(_, d)| d.and_then(|d| d.category.as_deref()).map(str::to_owned)),
        );
        report("--category", &self.categories, &names, faults);
        names.clear();
        let subscriptions = inventory.subscriptions().filter(|_| !self.subscriptions.is_empty());
        for subscription in subscriptions {
            names.extend([subscription.id.to_string(), subscription.display_name.to_string()]);
        }
        report("--subscription", &self.subscriptions, &names, faults);
    }
}

fn report(flag: &str, wanted: &[String], names: &[String], faults: &mut Diagnostics) {
    for text in wanted {
        let plain = text.trim_matches('/').to_lowercase();
        let found = names.iter().any(|name| {
            let name = name.trim_matches('/').to_lowercase();
            name == plain || (flag == "--definition" && plain.len() >= 8 && name.starts_with(&plain))
        });
        if found {
            continue;
        }
        let mut diagnostic =
            Diagnostic::new(&codes::SELECTS_NOTHING, format!("`{flag} {text}` selects nothing"));
        if let Some(near) = nearest(text, names.iter().map(String::as_str)) {
            diagnostic = diagnostic.help(format!("did you mean `{near}`?"));
        }
        faults.push(diagnostic);
    }
}
