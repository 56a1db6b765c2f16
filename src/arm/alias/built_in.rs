//! The aliases that ship with azpol: each provider's are read when one of them is first asked for.

use std::sync::{LazyLock, OnceLock};

use super::compact;
use super::table::Table;

/// The public aliases, in the form of `compact`. `NOTICE` says from where and of which day.
static TEXT: &str = include_str!("built_in.txt");

/// The rows of a provider.
struct Provider {
    namespace: &'static str,
    rows: &'static str,
    table: OnceLock<Table>,
}

/// By namespace, without case.
static PROVIDERS: LazyLock<Vec<Provider>> = LazyLock::new(|| {
    let provider = |(namespace, rows)| Provider { namespace, rows, table: OnceLock::new() };
    compact::providers(TEXT).map(provider).collect()
});

/// The aliases whose names begin with the namespace of this one, or of this type: a type has no others.
pub(super) fn of(name: &str) -> &'static Table {
    static NONE: LazyLock<Table> = LazyLock::new(Table::default);
    let namespace = name.split('/').next().unwrap_or_default();
    let found = PROVIDERS.iter().find(|provider| provider.namespace.eq_ignore_ascii_case(namespace));
    found.map_or(&NONE, |provider| {
        let read = || compact::read_rows(provider.rows, compact::is_detailed(TEXT)).unwrap_or_default();
        provider.table.get_or_init(read)
    })
}

/// All of them.
pub(super) fn all() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| compact::read(TEXT).unwrap_or_default());
    &TABLE
}

#[cfg(test)]
mod tests {
    use super::{PROVIDERS, TEXT, all, of};
    use crate::arm::alias::compact;

    #[test]
    fn the_text_can_be_read_and_is_what_its_table_is_written_as() {
        assert!(TEXT.len() < 2_000_000, "{} bytes", TEXT.len());
        let table = compact::read(TEXT).expect("a table");
        assert_eq!(compact::write(&table), TEXT);
    }

    #[test]
    fn the_tables_of_the_providers_hold_what_the_whole_holds() {
        let mut rows = 0;
        for provider in PROVIDERS.iter() {
            rows += compact::read_rows(provider.rows, false).expect(provider.namespace).rows().len();
        }
        assert_eq!(rows, all().rows().len());
        for row in all().rows() {
            let (name, resource_type) = (all().text(row.name), &all().types[row.resource_type as usize].name);
            let table = of(name);
            assert!(std::ptr::eq(table, of(resource_type.as_str())), "{name} of {resource_type}");
            let found = table.row(table.type_id(resource_type).expect("the type"), name).expect("the alias");
            assert_eq!(table.text(found.path), all().text(row.path));
        }
    }
}
