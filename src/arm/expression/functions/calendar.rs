//! Dates.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date>

use crate::arm::expression::ContextFunction;

use super::FunctionEntry;

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::unbuilt("addDays", (2, 2)).in_rules(),
    FunctionEntry::unbuilt("dateTimeAdd", (2, 3)).in_templates(),
    FunctionEntry::unbuilt("dateTimeFromEpoch", (1, 1)).in_templates(),
    FunctionEntry::unbuilt("dateTimeToEpoch", (1, 1)).in_templates(),
    FunctionEntry::context("utcNow", (0, 1), ContextFunction::UtcNow),
];
