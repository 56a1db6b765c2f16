//! What Microsoft's linter checks and a run can't, because its catalogue of aliases doesn't say enough.

use crate::arm::AliasCatalog;

/// Checks that need to know of a property whether it is read-only, required, or there for some kinds only: Bicep's types
/// of Azure say so, listings of providers don't.
const BY_PROPERTY: &[&str] = &["conditional-field-alias", "optional-field-alias", "read-only-field-alias"];

/// Checks that need the API versions of types and aliases.
const BY_VERSION: &[&str] =
    &["field-alias-unavailable-in-latest-api-version", "field-alias-unavailable-in-old-api-versions"];

/// The checks that don't run with this catalogue, by name.
pub fn unchecked(aliases: &AliasCatalog) -> Vec<&'static str> {
    let mut names = Vec::new();
    if !aliases.knows_properties() {
        names.extend(BY_PROPERTY);
    }
    let versions =
        |kind| aliases.resource_type_facts(kind).is_some_and(|f| f.api_versions().next().is_some());
    if aliases.is_built_in() || !aliases.types().any(versions) {
        names.extend(BY_VERSION);
    }
    names.sort_unstable();
    names
}
