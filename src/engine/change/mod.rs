//! What `append` and `modify` make of a resource.

mod clash;
mod edit;

use std::collections::BTreeSet;
use std::sync::Arc;

use crate::arm::alias::ValueType;
use crate::arm::semantics::ModifyAdd;
use crate::arm::{ResourceType, Value};
use crate::policy::{ConflictEffect, Effect};
use crate::source::Span;

use super::alias::{AliasAccess, Meant};
use super::context::cause;
use super::policy::CompiledPolicy;
use super::program::{Computed, Path};
use super::{Cause, Doubt, Subject};

pub use clash::{Clash, clashes};
use edit::{Edit, Stop};

/// The types on which `identity` can be changed by a policy.
const WITH_IDENTITY: [&str; 2] =
    ["Microsoft.Compute/virtualMachines", "Microsoft.Compute/virtualMachineScaleSets"];

/// The details of `append` or `modify`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CompiledChange {
    pub(super) conflict_effect: ConflictEffect,
    pub(super) role_definition_ids: Vec<Arc<str>>,
    pub(super) operations: Vec<CompiledOperation>,
}

/// One operation.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct CompiledOperation {
    pub(super) kind: ChangeKind,
    /// The field as the rule writes it.
    pub(super) field: Arc<str>,
    pub(super) target: TargetField,
    pub(super) value: Option<Computed>,
    pub(super) condition: Option<Computed>,
    pub(super) span: Span,
}

/// Where an operation writes.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum TargetField {
    Tags,
    Tag(Arc<str>),
    /// The path below `identity`.
    Identity(Arc<str>),
    Alias(Box<AliasAccess>),
}

/// What an operation does.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeKind {
    /// Of `append`: fills what is absent, and refuses what differs.
    Append,
    /// `add`: fills what is absent.
    Add,
    /// `addOrReplace`: sets.
    AddOrReplace,
    /// `remove`: takes a tag away.
    Remove,
}

impl ChangeKind {
    /// As Azure's documentation writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            ChangeKind::Append => "append",
            ChangeKind::Add => "add",
            ChangeKind::AddOrReplace => "addOrReplace",
            ChangeKind::Remove => "remove",
        }
    }
}

/// What a policy makes of one resource.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/effect-modify>
#[derive(Debug, Clone, PartialEq)]
pub struct Changes {
    /// The resource's body as it is.
    pub before: Value,
    /// The body that results.
    pub after: Value,
    /// Each operation, in order.
    pub operations: Vec<Change>,
    /// What happens to a write where an operation conflicts.
    pub conflict_effect: ConflictEffect,
    /// Readings that the result rests on and that the documentation leaves open.
    pub doubts: BTreeSet<Doubt>,
}

/// One operation with what came of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// What it does.
    pub kind: ChangeKind,
    /// The field, as the rule writes it once parameters are known.
    pub field: Arc<str>,
    /// The path in the body, where the resource's type has one.
    pub path: Option<Arc<str>>,
    /// What came of it.
    pub outcome: Outcome,
    /// What it writes, where it changes something: one for each member of an array.
    pub writes: Vec<Write>,
    /// Where the operation stands.
    pub span: Span,
}

/// One place of a body that an operation writes.
#[derive(Debug, Clone, PartialEq)]
pub struct Write {
    /// The path with indices: `properties.rules[2].action`; `properties.rules[*]` for the members of an array.
    pub path: String,
    /// The value; `None` where something is taken away.
    pub value: Option<Value>,
    /// A member is added to an array, beside whatever others add.
    pub adds_member: bool,
}

/// What came of an operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// It changes the body.
    Applied,
    /// Nothing is to be changed.
    Unchanged,
    /// It isn't carried out.
    Skipped(Skipped),
    /// It can't be carried out, for this reason: the policy's `conflictEffect` decides what becomes of a write.
    Conflict(Arc<str>),
    /// `append` finds another value (of this path): a write is refused.
    Refused(Arc<str>),
    /// It can't be said.
    Undecided(Cause),
}

/// Why an operation isn't carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skipped {
    /// Its `condition` is false.
    Condition,
    /// The object at this path, which should hold the field, isn't there.
    NoParent(Arc<str>),
    /// The array at this path has no members to change.
    NoMembers(Arc<str>),
    /// The resource's type doesn't have the field.
    NotOfThisType,
}

impl Changes {
    /// Whether the body changes.
    pub fn any(&self) -> bool {
        self.operations.iter().any(|change| change.outcome == Outcome::Applied)
    }

    /// Whether a write of this resource is refused: `append` finds another value, or an operation conflicts and
    /// `conflictEffect` is `deny`.
    pub fn refuses(&self) -> bool {
        self.operations.iter().any(|change| match change.outcome {
            Outcome::Refused(_) => true,
            Outcome::Conflict(_) => self.conflict_effect == ConflictEffect::Deny,
            _ => false,
        })
    }

    /// Why the result can't be told, sorted; empty where it can.
    pub fn undecided(&self) -> Vec<&Cause> {
        let causes: BTreeSet<_> = self
            .operations
            .iter()
            .filter_map(|change| match &change.outcome {
                Outcome::Undecided(cause) => Some(cause),
                _ => None,
            })
            .collect();
        causes.into_iter().collect()
    }
}

impl CompiledPolicy {
    /// What `append` or `modify` makes of a resource, to be asked where [`applies_to`](Self::applies_to) holds; `None`
    /// for any other effect. Operations are carried out one after the other; the values that they compute see the
    /// resource as it is.
    pub fn changes(&self, subject: &Subject<'_>) -> Option<Changes> {
        let change = self.change()?;
        let before = subject.resource.body.value().clone();
        let mut after = before.clone();
        let mut doubts = BTreeSet::new();
        let operations = change
            .operations
            .iter()
            .map(|operation| self.carry_out(operation, subject, &mut after, &mut doubts))
            .collect();
        Some(Changes { before, after, operations, conflict_effect: change.conflict_effect, doubts })
    }

    fn carry_out(
        &self,
        operation: &CompiledOperation,
        subject: &Subject<'_>,
        body: &mut Value,
        doubts: &mut BTreeSet<Doubt>,
    ) -> Change {
        let path = operation.target.path(subject);
        let mut writes = Vec::new();
        let outcome = match &path {
            None => operation.target.absent(&subject.resource.resource_type),
            Some(path) => match self.written(operation, path, subject, body, doubts) {
                Ok(done) => {
                    writes = done;
                    if writes.is_empty() { Outcome::Unchanged } else { Outcome::Applied }
                }
                Err(outcome) => outcome,
            },
        };
        Change {
            kind: operation.kind,
            field: operation.field.clone(),
            path: path.map(|path| path.text),
            outcome,
            writes,
            span: operation.span,
        }
    }

    /// Writes; the outcome where nothing is written for a reason.
    fn written(
        &self,
        operation: &CompiledOperation,
        path: &Path,
        subject: &Subject<'_>,
        body: &mut Value,
        doubts: &mut BTreeSet<Doubt>,
    ) -> Result<Vec<Write>, Outcome> {
        let undecided = |failure| Outcome::Undecided(cause(&failure));
        if let Some(condition) = &operation.condition {
            match self.value(condition, subject).map_err(undecided)? {
                Value::Bool(true) => {}
                Value::Bool(false) => return Err(Outcome::Skipped(Skipped::Condition)),
                other => {
                    let message = format!("the condition of an operation comes out as `{other}`");
                    return Err(Outcome::Undecided(Cause::Fails(message.into())));
                }
            }
        }
        if !subject.resource.carries(&path.text) {
            return Err(Outcome::Undecided(Cause::NotCarried(path.text.clone())));
        }
        let value = operation.value.as_ref().map(|value| self.value(value, subject)).transpose();
        let value = value.map_err(undecided)?;
        operation.target.check(value.as_ref()).map_err(Outcome::Conflict)?;
        let is_alias = matches!(operation.target, TargetField::Alias(_));
        if path.meant != Meant::Whole {
            let message = format!("how a part of `{}` is written", path.text);
            return Err(Outcome::Undecided(Cause::MissingFact(message.into())));
        }
        let modifiable = operation.target.modifiable(subject);
        if let (Effect::Modify, Some(false)) = (self.effect, modifiable) {
            let message = format!("`{}` can't be modified", operation.field);
            return Err(Outcome::Conflict(message.into()));
        }
        if let (Effect::Modify, Some(wanted), Some(value)) =
            (self.effect, operation.target.value_type(subject), &value)
            && !wanted.holds(value)
        {
            let (field, kind) = (&operation.field, wanted.as_str());
            let message = format!("`{field}` takes a value of type {kind}, not `{value}`");
            return Err(Outcome::Conflict(message.into()));
        }
        let mut edit = Edit::new(operation.kind, value, !is_alias || operation.kind == ChangeKind::Append);
        let after = match edit.apply(body, path) {
            Ok(edited) => edited,
            Err(Stop::NoParent(path)) => return Err(Outcome::Skipped(Skipped::NoParent(path.into()))),
            Err(Stop::NoMembers(path)) => return Err(Outcome::Skipped(Skipped::NoMembers(path.into()))),
            Err(Stop::Differs(path)) => return Err(Outcome::Refused(path.into())),
            Err(Stop::WrongKind(message)) => return Err(Outcome::Conflict(message.into())),
            Err(Stop::Runtime(text)) => return Err(Outcome::Undecided(Cause::Runtime(text))),
        };
        if is_alias && edit.kept {
            if self.semantics.modify_add == ModifyAdd::Conflicts {
                let message = format!("`{}` has another value, which `add` can't change", operation.field);
                return Err(Outcome::Conflict(message.into()));
            }
            doubts.insert(Doubt::AddKeepsOther);
        }
        if is_alias && self.effect == Effect::Modify && modifiable.is_none() && !edit.writes.is_empty() {
            doubts.insert(Doubt::ModifiableUnknown);
        }
        *body = after;
        Ok(edit.writes)
    }
}

impl TargetField {
    /// The path for a type; nothing where it doesn't have the field.
    fn path(&self, subject: &Subject<'_>) -> Option<Path> {
        let resource_type = &subject.resource.resource_type;
        match self {
            TargetField::Tags => Some(Path::keys(&["tags"], "tags".to_owned())),
            TargetField::Tag(name) => Some(Path::keys(&["tags", name], format!("tags['{name}']"))),
            TargetField::Identity(rest) => {
                let keys: Vec<&str> = std::iter::once("identity").chain(rest.split('.')).collect();
                let has = WITH_IDENTITY.iter().any(|known| resource_type.is(known));
                has.then(|| Path::keys(&keys, format!("identity.{rest}")))
            }
            TargetField::Alias(access) => access.path_at(resource_type, subject.api_version()).cloned(),
        }
    }

    /// What comes of an operation on a field that the type doesn't have, or isn't known to have.
    fn absent(&self, resource_type: &ResourceType) -> Outcome {
        match self {
            TargetField::Alias(access) if access.is_unknown_of(resource_type) => {
                Outcome::Undecided(Cause::UnknownAlias(access.alias.clone()))
            }
            _ => Outcome::Skipped(Skipped::NotOfThisType),
        }
    }

    /// Whether `modify` may change it, where that is known: tags and the identity always.
    fn modifiable(&self, subject: &Subject<'_>) -> Option<bool> {
        let TargetField::Alias(access) = self else { return Some(true) };
        access.modifiable(&subject.resource.resource_type, subject.api_version())
    }

    /// The type of the value that the catalogue gives for the request's API version.
    fn value_type(&self, subject: &Subject<'_>) -> Option<ValueType> {
        let TargetField::Alias(access) = self else { return None };
        access.value_type(&subject.resource.resource_type, subject.api_version())
    }

    /// Whether a value may stand there: tags are texts.
    fn check(&self, value: Option<&Value>) -> Result<(), Arc<str>> {
        let Some(value) = value else { return Ok(()) };
        let good = match self {
            TargetField::Tag(_) => matches!(value, Value::String(_)),
            TargetField::Tags => value
                .as_object()
                .is_some_and(|tags| tags.iter().all(|(_, tag)| matches!(tag, Value::String(_)))),
            TargetField::Identity(_) | TargetField::Alias(_) => true,
        };
        if good { Ok(()) } else { Err(format!("the value of a tag is a text, not `{value}`").into()) }
    }
}
