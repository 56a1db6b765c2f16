//! Answers that were given before: what one policy deployed is the same in every subscription, so that most
//! candidates of an existence condition have been seen already.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use crate::arm::{ResourceType, Value};

use super::observe::LeafRecord;
use super::program::{Access, Base, Computed, Operand, Path, Step, Test, TestKind};
use super::walk::{self, Found};
use super::{Candidate, CompiledPolicy, Doubt, Doubts, Failures, Subject, Truth};

/// How many values of a candidate may decide.
const VALUES: usize = 4;

/// How many answers are kept.
const ANSWERS: usize = 1024;

/// The answers of existence conditions, by the values that decide them. Only conditions that read nothing but the
/// candidate's body have such answers; the others are evaluated each time.
#[derive(Debug, Default)]
pub struct Answers {
    /// By the address of the policy: which values of a candidate decide; nothing where others do, too.
    decisive: Vec<(usize, Option<Vec<Path>>)>,
    truths: HashMap<Key, (Held, Truth, Doubts)>,
    failures: HashMap<Key, (Held, Failing)>,
}

/// The comparisons that fail, and the readings that this rests on.
pub type Failing = Arc<(Vec<LeafRecord>, BTreeSet<Doubt>)>;

/// The address of a policy, and the values that decide.
type Key = (usize, [Identity; VALUES]);

/// INVARIANT: values stay alive as long as their addresses stand in a key.
type Held = Vec<Value>;

/// Which value it is: small ones by what they are, others by where they lie.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
enum Identity {
    #[default]
    Missing,
    Null,
    Bool(bool),
    Int(i64),
    Text(usize),
    List(usize),
    Object(usize),
}

impl Answers {
    /// None yet.
    pub fn new() -> Answers {
        Answers::default()
    }

    /// As [`CompiledPolicy::satisfies`] says, and what that rests on.
    pub fn satisfies(
        &mut self,
        policy: &CompiledPolicy,
        subject: &Subject<'_>,
        candidate: Candidate<'_>,
    ) -> (Truth, Doubts) {
        let evaluate = || {
            let mut doubts = Doubts::default();
            (policy.satisfies(subject, candidate, &mut doubts), doubts)
        };
        let Some((key, held)) = self.key(policy, candidate) else { return evaluate() };
        if let Some((_, truth, doubts)) = self.truths.get(&key) {
            return (truth.clone(), *doubts);
        }
        let (truth, doubts) = evaluate();
        if self.truths.len() == ANSWERS {
            self.truths.clear();
        }
        self.truths.insert(key, (held, truth.clone(), doubts));
        (truth, doubts)
    }

    /// Which comparisons fail for a candidate.
    pub fn failures(
        &mut self,
        policy: &CompiledPolicy,
        subject: &Subject<'_>,
        candidate: Candidate<'_>,
    ) -> Failing {
        let evaluate = || {
            let mut failures = Failures::new();
            policy.satisfies(subject, candidate, &mut failures);
            Arc::new(failures.finish())
        };
        let Some((key, held)) = self.key(policy, candidate) else { return evaluate() };
        if let Some((_, failing)) = self.failures.get(&key) {
            return failing.clone();
        }
        let failing = evaluate();
        if self.failures.len() == ANSWERS {
            self.failures.clear();
        }
        self.failures.insert(key, (held, failing.clone()));
        failing
    }

    /// The values of a candidate that decide, if nothing else does.
    fn key(&mut self, policy: &CompiledPolicy, candidate: Candidate<'_>) -> Option<(Key, Held)> {
        if candidate.planned || candidate.resource.loss.is_some() {
            return None;
        }
        let address = std::ptr::from_ref(policy).addr();
        if !self.decisive.iter().any(|(known, _)| *known == address) {
            self.decisive.push((address, decisive(policy)));
        }
        let (_, paths) = self.decisive.iter().find(|(known, _)| *known == address)?;
        let mut identities = [Identity::Missing; VALUES];
        let mut held = Vec::new();
        for (path, identity) in paths.as_ref()?.iter().zip(&mut identities) {
            if let Found::Value(value) =
                walk::single(Some(path.body_of(&candidate.resource.body)), &path.steps)
            {
                *identity = Identity::of(value)?;
                held.push(value.clone());
            }
        }
        Some(((address, identities), held))
    }
}

impl Identity {
    fn of(value: &Value) -> Option<Identity> {
        Some(match value {
            Value::Null => Identity::Null,
            Value::Bool(value) => Identity::Bool(*value),
            Value::Int(value) => Identity::Int(*value),
            Value::String(text) => Identity::Text(Arc::as_ptr(text).addr()),
            Value::Array(items) => Identity::List(Arc::as_ptr(items).addr()),
            Value::Object(object) => Identity::Object(Arc::as_ptr(object).addr()),
            Value::Float(_) | Value::Runtime(_) => return None,
        })
    }
}

/// The paths, up to their first array, of everything that a policy's existence condition reads. Nothing where it
/// reads more than a candidate's body.
fn decisive(policy: &CompiledPolicy) -> Option<Vec<Path>> {
    let details = policy.details.as_ref()?;
    let mut paths = Vec::new();
    reads(details.condition.as_ref()?, &details.resource_type, &mut paths)?;
    paths.sort_by(|a: &Path, b| a.text.cmp(&b.text));
    paths.dedup_by(|a, b| a.steps == b.steps);
    (paths.len() <= VALUES).then_some(paths)
}

fn reads(test: &Test, resource_type: &ResourceType, paths: &mut Vec<Path>) -> Option<()> {
    let leaf = match &test.kind {
        TestKind::AllOf(group) | TestKind::AnyOf(group) => {
            return group.parts.iter().try_for_each(|part| reads(part, resource_type, paths));
        }
        TestKind::Not(part) => return reads(part, resource_type, paths),
        TestKind::Compare(leaf) => leaf,
    };
    is_settled(&leaf.target)?;
    let mut add = |path: Option<&Path>| {
        if let Some(path) = path.filter(|path| path.base == Base::Body) {
            let steps = path.steps.iter().take_while(|step| **step != Step::Each).cloned().collect();
            paths.push(Path { steps, ..path.clone() });
        }
    };
    match &leaf.subject {
        Operand::Field(Access::Body(path)) => add(Some(path)),
        // The path depends on the API version.
        Operand::Field(Access::Alias(alias)) if alias.has_versions(resource_type) => return None,
        Operand::CountField(count) if count.access.has_versions(resource_type) => return None,
        Operand::Field(Access::Alias(alias)) => add(alias.path(resource_type)),
        Operand::Field(_) | Operand::ComputedField(_) => return None,
        Operand::Value(value) => is_settled(value)?,
        Operand::CountField(count) => {
            add(count.access.path(resource_type));
            count.filter.iter().try_for_each(|filter| reads(filter, resource_type, paths))?;
        }
        Operand::CountValue(count) => {
            is_settled(&count.list)?;
            count.filter.iter().try_for_each(|filter| reads(filter, resource_type, paths))?;
        }
        Operand::CountItems(items) => {
            items.iter().try_for_each(|(_, test)| reads(test, resource_type, paths))?;
        }
    }
    Some(())
}

/// Whether a value is known before there is a resource.
fn is_settled(value: &Computed) -> Option<()> {
    match value {
        Computed::Known(_) | Computed::Fails(_) | Computed::Current(_) => Some(()),
        Computed::Formula(_) => None,
    }
}
