//! Resource types that can't have tags.
//!
//! From [Tag support for Azure resources](https://learn.microsoft.com/azure/azure-resource-manager/management/tag-support),
//! in the file that the page offers: the types with "No" in the column "Supports tags". `NOTICE` names the file and its
//! date.

use std::sync::LazyLock;

use crate::arm::ResourceType;

/// In lower case, sorted; one a line.
static TYPES: LazyLock<Vec<&str>> =
    LazyLock::new(|| include_str!("types_without_tags.txt").lines().collect());

/// Types that the page doesn't list, whose resources show a location and can't have tags.
const OBSERVED: &[&str] = &["microsoft.sql/servers/firewallrules", "microsoft.web/sites/config"];

/// Whether resources of this type can't have tags, as far as is known: of a type that isn't listed, nothing is.
pub fn has_no_tags(resource_type: &ResourceType) -> bool {
    let folded = resource_type.folded();
    TYPES.binary_search(&folded).is_ok() || OBSERVED.contains(&folded)
}

#[cfg(test)]
mod tests {
    use super::{TYPES, has_no_tags};
    use crate::arm::ResourceType;

    #[test]
    fn the_list_is_sorted_and_in_lower_case() {
        assert!(TYPES.is_sorted_by(|a, b| a < b), "sorted, each type once");
        let plain = |one: &&str| one.contains('/') && **one == one.to_ascii_lowercase() && one.trim() == *one;
        assert!(TYPES.iter().all(plain));
        assert_eq!(TYPES.len(), 1_423);
    }

    #[test]
    fn types_are_asked_without_case() {
        let none = |text: &str| has_no_tags(&ResourceType::new(text));
        for text in [
            "Microsoft.EventHub/namespaces/eventhubs",
            "Microsoft.Network/virtualNetworks/Subnets",
            "microsoft.authorization/locks",
            "Microsoft.Web/sites/config",
        ] {
            assert!(none(text), "{text}");
        }
        for text in [
            "Microsoft.EventHub/namespaces",
            "Microsoft.Sql/servers/databases",
            "Microsoft.Security/automations",
            "Contoso.Things/notes",
        ] {
            assert!(!none(text), "{text}");
        }
    }
}
