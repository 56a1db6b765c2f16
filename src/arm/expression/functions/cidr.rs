//! Address ranges.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr>

use super::FunctionEntry;

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::unbuilt("parseCidr", (1, 1)).in_templates(),
    FunctionEntry::unbuilt("cidrSubnet", (3, 3)).in_templates(),
    FunctionEntry::unbuilt("cidrHost", (2, 2)).in_templates(),
    FunctionEntry::unbuilt("ipRangeContains", (2, 2)).in_rules(),
];
