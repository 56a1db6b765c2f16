//! The aliases that ship with azpol.

use std::sync::LazyLock;

use crate::arm::ResourceType;

use super::compact;
use super::table::Table;

/// The aliases of `Microsoft.Security/automations`, without the type; the path is `properties.` and the same
/// text unless it is given. They stand apart so that a run over the shipped policies reads no more.
const AUTOMATION: &[(&str, Option<&str>)] = &[
    ("isEnabled", None),
    ("description", None),
    ("scopes", None),
    ("scopes[*]", None),
    ("scopes[*].description", None),
    ("scopes[*].scopePath", None),
    ("sources", None),
    ("sources[*]", None),
    ("sources[*].eventSource", None),
    ("sources[*].ruleSets", None),
    ("sources[*].ruleSets[*]", None),
    ("sources[*].ruleSets[*].rules", None),
    ("sources[*].ruleSets[*].rules[*]", None),
    ("sources[*].ruleSets[*].rules[*].propertyJPath", None),
    ("sources[*].ruleSets[*].rules[*].propertyType", None),
    ("sources[*].ruleSets[*].rules[*].expectedValue", None),
    ("sources[*].ruleSets[*].rules[*].operator", None),
    ("actions", None),
    ("actions[*]", None),
    ("actions[*].actionType", None),
    ("actions[*].LogicApp", Some("actions[*]")),
    ("actions[*].LogicApp.logicAppResourceId", Some("actions[*].logicAppResourceId")),
    ("actions[*].LogicApp.uri", Some("actions[*].uri")),
    ("actions[*].EventHub", Some("actions[*]")),
    ("actions[*].EventHub.eventHubResourceId", Some("actions[*].eventHubResourceId")),
    ("actions[*].EventHub.sasPolicyName", Some("actions[*].sasPolicyName")),
    ("actions[*].EventHub.connectionString", Some("actions[*].connectionString")),
    ("actions[*].EventHub.isTrustedServiceEnabled", Some("actions[*].isTrustedServiceEnabled")),
    ("actions[*].Workspace", Some("actions[*]")),
    ("actions[*].Workspace.workspaceResourceId", Some("actions[*].workspaceResourceId")),
];

/// The public aliases, in the form of `compact`. `NOTICE` says from where and of which day.
static TEXT: &str = include_str!("built_in.txt");

/// Whether a name is one of an automation's aliases, known or not.
pub(super) fn is_of_automations(name: &str) -> bool {
    const TYPE: &str = ResourceType::AUTOMATION;
    name.get(..TYPE.len()).is_some_and(|head| head.eq_ignore_ascii_case(TYPE))
        && name.as_bytes().get(TYPE.len()) == Some(&b'/')
}

/// The aliases of automations alone.
pub(super) fn automations() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        let mut table = Table::default();
        let automations = table.add_type(ResourceType::AUTOMATION);
        for (alias, path) in AUTOMATION {
            let name = format!("{}/{alias}", ResourceType::AUTOMATION);
            table.add(automations, &name, &format!("properties.{}", path.unwrap_or(alias)), None);
        }
        table.finish()
    });
    &TABLE
}

/// All of them.
pub(super) fn all() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| compact::read(TEXT).unwrap_or_default());
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::{TEXT, all, automations};
    use crate::arm::ResourceType;
    use crate::arm::alias::compact;

    #[test]
    fn the_text_can_be_read_and_is_what_its_table_is_written_as() {
        assert!(TEXT.len() < 2_000_000, "{} bytes", TEXT.len());
        let table = compact::read(TEXT).expect("a table");
        assert_eq!(compact::write(&table), TEXT);
    }

    #[test]
    fn automations_have_the_same_aliases_in_both_tables() {
        let rows = |table: &super::Table| {
            let id = table.type_id(&ResourceType::new(ResourceType::AUTOMATION)).expect("the type");
            let rows = table.rows().iter().filter(|row| row.resource_type == id);
            let mut rows: Vec<_> = rows
                .map(|row| (table.text(row.name).to_ascii_lowercase(), table.text(row.path).to_owned()))
                .collect();
            rows.sort();
            rows
        };
        assert_eq!(rows(automations()), rows(all()));
    }
}
