//! What of the inputs is evaluated: `--assignment`, `--definition`, `--category`, `--scope`, `--subscription`.

use crate::arm::nearest::nearest;
use crate::arm::{ResourceId, Scope, SubscriptionId};
use crate::inventory::{Inventory, Placement, Subscription};
use crate::policy::{PolicyAssignment, PolicyDefinition, PolicyMember, PolicySetDefinition};
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

/// What a definition, an initiative or a member of one can be selected by.
#[derive(Debug)]
struct Handle<'a> {
    /// Id, last segment of the id, display name, reference id.
    names: Vec<&'a str>,
    category: Category<'a>,
}

#[derive(Debug, Clone, Copy)]
enum Category<'a> {
    /// Empty where the document has none.
    Known(&'a str),
    /// The document wasn't given.
    Unknown,
}

impl<'a> Handle<'a> {
    fn new(id: &'a str, known: Option<(&'a str, Option<&'a str>)>) -> Handle<'a> {
        let name = id.rsplit('/').next().unwrap_or_default();
        let category =
            known.map_or(Category::Unknown, |(_, category)| Category::Known(category.unwrap_or_default()));
        Handle { names: [id, name].into_iter().chain(known.map(|(display, _)| display)).collect(), category }
    }

    fn of_definition(id: &'a str, known: Option<&'a PolicyDefinition>) -> Handle<'a> {
        Handle::new(id, known.map(|d| (&*d.display_name, d.category.as_deref())))
    }

    fn of_set(set: &'a PolicySetDefinition) -> Handle<'a> {
        Handle::new(&set.id, Some((&*set.display_name, set.category.as_deref())))
    }

    fn of_member(member: &'a PolicyMember, known: Option<&'a PolicyDefinition>) -> Handle<'a> {
        let mut handle = Handle::of_definition(&member.definition_id, known);
        handle.names.push(&member.reference_id);
        handle
    }
}

/// What an assignment names.
#[derive(Debug)]
enum Handles<'a> {
    One(Handle<'a>),
    Initiative(Handle<'a>, Vec<Handle<'a>>),
}

impl<'a> Handles<'a> {
    fn of(id: &'a str, definitions: &'a Definitions) -> Handles<'a> {
        if let Found::One(set) = definitions.find_initiative(id) {
            let of = |member: &'a PolicyMember| {
                let known = definitions.find(&member.definition_id).one();
                Handle::of_member(member, known.map(|definition| &**definition))
            };
            return Handles::Initiative(Handle::of_set(set), set.members.iter().map(of).collect());
        }
        Handles::One(Handle::of_definition(id, definitions.find(id).one().map(|definition| &**definition)))
    }

    fn iter(&self) -> impl Iterator<Item = &Handle<'a>> {
        let (first, members) = match self {
            Handles::One(one) => (one, &[][..]),
            Handles::Initiative(set, members) => (set, members.as_slice()),
        };
        std::iter::once(first).chain(members)
    }
}

impl Selection {
    /// Whether an assignment is evaluated: one that is named, and of whose definitions at least one is wanted.
    fn keeps(&self, assignment: &PolicyAssignment, handles: &Handles<'_>) -> bool {
        let names: [&str; 3] = [&assignment.id, &assignment.name, &assignment.display_name];
        let wanted = match handles {
            Handles::One(one) => self.wants(&[one]),
            Handles::Initiative(set, members) => members.iter().any(|member| self.wants(&[set, member])),
        };
        is_one_of(&self.assignments, &names) && wanted && self.reaches(&assignment.scope)
    }

    /// Whether a member of an assigned initiative is evaluated: it is wanted, or the whole initiative is.
    pub(super) fn keeps_member(
        &self,
        set: &PolicySetDefinition,
        member: &PolicyMember,
        definition: Option<&PolicyDefinition>,
    ) -> bool {
        self.wants(&[&Handle::of_set(set), &Handle::of_member(member, definition)])
    }

    /// Whether what has these handles is wanted. What isn't known can't be told by its category: it is kept, and
    /// reported as not evaluated.
    fn wants(&self, handles: &[&Handle<'_>]) -> bool {
        let by_definition = handles.iter().any(|handle| self.by_definition(handle));
        let by_category = handles.iter().any(|handle| match handle.category {
            Category::Unknown => true,
            Category::Known(category) => is_one_of(&self.categories, &[category]),
        });
        by_definition && by_category
    }

    fn by_definition(&self, handle: &Handle<'_>) -> bool {
        let begins = |wanted: &String| {
            wanted.len() >= 8
                && handle.names.iter().any(|name| name.to_lowercase().starts_with(&wanted.to_lowercase()))
        };
        is_one_of(&self.definitions, &handle.names) || self.definitions.iter().any(begins)
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
        let all: Vec<_> = assignments
            .iter()
            .map(|(assignment, _)| (assignment, Handles::of(&assignment.definition_id, definitions)))
            .collect();
        self.check(&all, inventory, faults);
        let kept: Vec<bool> =
            all.iter().map(|(assignment, handles)| self.keeps(assignment, handles)).collect();
        assignments.into_iter().zip(kept).filter(|(_, kept)| *kept).map(|(one, _)| one).collect()
    }

    /// Names that match nothing: a gate that looks at nothing by a typing mistake must not pass.
    fn check(
        &self,
        assignments: &[(&PolicyAssignment, Handles<'_>)],
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
        let handles = || assignments.iter().flat_map(|(_, handles)| handles.iter());
        names.extend(handles().flat_map(|handle| handle.names.iter().map(ToString::to_string)));
        report("--definition", &self.definitions, &names, faults);
        names.clear();
        names.extend(handles().filter_map(|handle| match handle.category {
            Category::Known(category) => Some(category.to_owned()),
            Category::Unknown => None,
        }));
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
