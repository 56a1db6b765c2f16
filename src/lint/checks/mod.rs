//! The checks, by what they are about.

mod aliases;
mod applicability;
mod contradiction;
mod deployment;
mod effects;
mod expressions;
mod limits;
mod operators;
mod parameters;
mod set;
mod structure;

pub(super) use set::of_set;

use super::document::Document;
use super::report::Report;

/// Every check; each tells its findings apart by their codes.
pub(super) const CHECKS: &[fn(&Document<'_>, &mut Report)] = &[
    aliases::known,
    aliases::deep,
    aliases::versions,
    aliases::properties,
    aliases::written,
    aliases::modifiable,
    applicability::indexed,
    applicability::several_types,
    contradiction::contradictions,
    deployment::parameters,
    deployment::types,
    deployment::template_expressions,
    effects::without_details,
    effects::mixed,
    effects::parameter,
    effects::hard_coded,
    effects::role_assignments,
    expressions::try_get,
    expressions::identity,
    limits::limits,
    operators::half_expressions,
    operators::patterns,
    operators::broad_types,
    operators::numbers,
    operators::orders,
    parameters::unused,
    parameters::described,
    parameters::schemas,
    structure::groups,
    structure::type_first,
];
