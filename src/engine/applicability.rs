//! For which resources a policy has a row at all.
//!
//! <https://learn.microsoft.com/azure/governance/policy/concepts/policy-applicability>

use crate::arm::ResourceType;
use crate::arm::Value;
use crate::arm::expression::Term;

use super::evaluate::Run;
use super::indexed::where_admitted;
use super::observe::Silent;
use super::policy::{CompiledDetails, CompiledPolicy};
use super::program::{Access, Computed, Operand, Path, Test, TestKind};
use super::{Candidate, Cause, Subject, Truth, reads};

impl CompiledPolicy {
    /// Whether the policy has a row for the resource.
    ///
    /// For "if not exists" that is where the whole `if` holds. For other effects only the conditions on type,
    /// name and kind count; the row is then non-compliant where the whole `if` holds, else compliant.
    pub fn applicable(&self, subject: &Subject<'_>) -> Truth {
        if self.looks_for_related() {
            return self.applies_to(subject, &mut Silent);
        }
        if let Some(reason) = self.elsewhere() {
            return Truth::unknown([Cause::MissingFact(reason.to_string().into())]);
        }
        let admitted = self.admits(subject.resource, &mut Silent);
        if admitted == Truth::False {
            return admitted;
        }
        let mut silent = Silent;
        let mut run = self.run(subject, Candidate::existing(subject.resource), true, &mut silent);
        where_admitted(admitted, reduced(&mut run, &self.condition, self.asks_more, true))
    }

    /// The types for which `if` can hold; nothing where any type can.
    pub fn target_types(&self) -> Option<Vec<ResourceType>> {
        let mut types = reads::admitted(&self.condition)?;
        types.sort();
        types.dedup();
        Some(types)
    }

    /// Whether `if` can hold for resources of a type at all.
    pub fn may_apply_to(&self, resource_type: &ResourceType) -> bool {
        reads::admitted(&self.condition).is_none_or(|types| types.contains(resource_type))
    }
}

/// Types that the service never evaluates: of `Microsoft.Resources` all but subscriptions and resource groups, and
/// what lies outside of subscriptions' resources.
///
/// <https://github.com/Azure/azure-policy#known-issues>
pub(super) fn is_never_evaluated(resource_type: &ResourceType) -> bool {
    let folded = resource_type.folded();
    let below = |start: &str| folded.starts_with(start);
    match folded.strip_prefix("microsoft.") {
        Some(_) if below("microsoft.resources/") => {
            !resource_type.is(ResourceType::SUBSCRIPTION) && !resource_type.is(ResourceType::RESOURCE_GROUP)
        }
        Some(_) => {
            below("microsoft.billing/")
                || below("microsoft.capacity/reservationorders/")
                || below("microsoft.help/")
                || below("microsoft.diagnostics/")
        }
        None => false,
    }
}

/// Whether a rule asks for more than type, name and kind. One that doesn't applies to all of the type: conditions on
/// name and kind then decide between compliant and not, and not whether there is a row.
pub(super) fn asks_more(test: &Test) -> bool {
    let mut others = false;
    leaves(test, &mut |operand| others |= subject_of(operand) == About::Other);
    others
}

/// What a condition is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum About {
    Type,
    Name,
    Kind,
    Other,
}

fn subject_of(operand: &Operand) -> About {
    match operand {
        Operand::Field(Access::Type) => About::Type,
        Operand::Field(Access::Name) => About::Name,
        Operand::Field(Access::Body(Path { text, .. })) if &**text == "kind" => About::Kind,
        _ => About::Other,
    }
}

/// Every comparison's subject, those inside counts left out.
fn leaves(test: &Test, each: &mut dyn FnMut(&Operand)) {
    match &test.kind {
        TestKind::AllOf(group) | TestKind::AnyOf(group) => {
            for part in &group.parts {
                leaves(part, each);
            }
        }
        TestKind::Not(part) => leaves(part, each),
        TestKind::Compare(leaf) => each(&leaf.subject),
    }
}

/// The condition with every part that doesn't count made to hold; `positive` is false below a `not`.
fn reduced(run: &mut Run<'_, Silent>, test: &Test, asks_more: bool, positive: bool) -> Truth {
    let order = run.semantics.short_circuit;
    match &test.kind {
        TestKind::AllOf(group) => group
            .parts
            .iter()
            .fold(Truth::True, |truth, part| truth.and(reduced(run, part, asks_more, positive), order)),
        TestKind::AnyOf(group) => group
            .parts
            .iter()
            .fold(Truth::False, |truth, part| truth.or(reduced(run, part, asks_more, positive), order)),
        TestKind::Not(part) => reduced(run, part, asks_more, !positive).negate(),
        TestKind::Compare(leaf) => match subject_of(&leaf.subject) {
            About::Type => run.test(test, None),
            About::Name | About::Kind if asks_more => run.test(test, None),
            _ if foreign(&leaf.subject, &run.view.resource.resource_type) => Truth::from(!positive),
            _ => Truth::from(positive),
        },
    }
}

/// Whether a condition reads an alias that this type doesn't have.
fn foreign(operand: &Operand, resource_type: &ResourceType) -> bool {
    match operand {
        Operand::Field(Access::Alias(access)) => access.is_foreign_to(resource_type),
        Operand::CountField(count) => count.access.is_foreign_to(resource_type),
        _ => false,
    }
}

/// Whether a rule or its deployment's parameters read the location: such a policy has no row for a subscription.
pub(super) fn reads_location(condition: &Test, details: Option<&CompiledDetails>) -> bool {
    let mut found = false;
    leaves(condition, &mut |operand| found |= matches!(operand, Operand::Field(Access::Location)));
    let deployment = details.and_then(|details| details.deployment.as_ref());
    let parameters = deployment.map_or(&[][..], |deployment| &deployment.parameters);
    found || parameters.iter().any(|(_, computed, _)| asks_location(computed))
}

fn asks_location(computed: &Computed) -> bool {
    let Computed::Formula(formula) = computed else { return false };
    formula.expressions().any(|(expression, _)| {
        expression.terms().any(|term| match term {
            Term::Call(name, arguments) if &**name == "field" => matches!(
                arguments.as_slice(),
                [Term::Literal(Value::String(read))] if read.eq_ignore_ascii_case("location")
            ),
            _ => false,
        })
    })
}
