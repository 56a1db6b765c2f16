//! A table as a short text, for the aliases that ship with azpol: what is alike to the line before isn't repeated,
//! and a path is written only where a rule of thumb doesn't give it.
//!
//! ```text
//! azpol aliases 1
//!  Microsoft.Storage/storageAccounts   a type behind a blank, then its capabilities where they are known
//! !accessTier                          how much of the name before stays (`!` is nothing, `"` one character,
//! .sku                                 and so on), and the rest
//! ```
//! A name stands without its type; one that doesn't begin with it begins with `/`. Behind a tab:
//! - nothing: the path is that of the nearest alias above (`a[*]` is above `a[*].b`) with the rest of the name, or
//!   `properties.` with the name where there is none above;
//! - `+`: with `.properties` between the two; `=`: the path of the alias above, the last segments being the name of
//!   a kind of object; `>`: how much of the thumb's path stays, and the rest;
//! - `*` or `-`: whether `modify` may change it, where that is known; `~`: the phrase of a pattern, a tab, and
//!   its variable.

use std::fmt::Write;

use memchr::memmem;

use super::facts::Metadata;
use super::table::{Details, RawPattern, Row, Table};

const HEADER: &str = "azpol aliases 1";

/// The header of a table that knows which aliases can be modified and which have patterns.
const DETAILED: &str = "azpol aliases 1 detailed";

/// The character for 0; the last one is `~`.
const ZERO: u8 = b'!';

/// The most that one character counts.
const MOST: usize = (b'~' - ZERO) as usize;

/// The texts of aliases that may stand above the next one, with their paths: each begins with the one before.
#[derive(Default)]
struct Above {
    open: Vec<(String, String)>,
}

/// The rule of thumb for one name.
struct Thumb<'a> {
    /// The path of the nearest alias above.
    above: Option<&'a str>,
    /// The rest of the name, with its dot or `[*]`.
    rest: &'a str,
}

impl Thumb<'_> {
    fn path(&self) -> String {
        match self.above {
            Some(above) => format!("{above}{}", self.rest),
            None => format!("properties.{}", self.rest),
        }
    }

    fn nested(&self) -> Option<String> {
        Some(format!("{}.properties{}", self.above?, self.rest))
    }
}

impl Above {
    /// What the rule says of a name. Names come in the order of `write`.
    fn thumb<'a>(&'a mut self, name: &'a str) -> Thumb<'a> {
        while self.open.last().is_some_and(|(open, _)| !name.starts_with(open.as_str())) {
            self.open.pop();
        }
        let at_boundary = |(open, _): &&(String, String)| {
            name.len() > open.len() && matches!(name.as_bytes()[open.len()], b'.' | b'[')
        };
        match self.open.iter().rev().find(at_boundary) {
            Some((open, path)) => Thumb { above: Some(path), rest: &name[open.len()..] },
            None => Thumb { above: None, rest: name },
        }
    }

    fn push(&mut self, name: &str, path: &str) {
        self.open.push((name.to_owned(), path.to_owned()));
    }
}

/// Writes a table. What it was read from doesn't matter: equal facts give equal texts.
pub(super) fn write(table: &Table) -> String {
    let mut text = String::from(if table.detailed { DETAILED } else { HEADER });
    text.push('\n');
    let mut rows: Vec<Vec<&Row>> = vec![Vec::new(); table.types.len()];
    for row in table.rows() {
        rows[row.resource_type as usize].push(row);
    }
    let mut types: Vec<usize> = (0..rows.len()).collect();
    types.sort_by_key(|id| table.types[*id].name.folded());
    for id in types {
        let mut names: Vec<(String, &Row)> = rows[id].iter().map(|row| (short(table, row), *row)).collect();
        names.sort_by(|(a, _), (b, _)| (a.to_ascii_lowercase(), a).cmp(&(b.to_ascii_lowercase(), b)));
        let spelled = spelling(table, id, &rows[id]);
        let _ = write!(text, " {spelled}");
        if let Some(capabilities) = table.types[id].capabilities {
            let _ = write!(text, "\t{}", table.text(capabilities));
        }
        text.push('\n');
        write_rows(table, &names, &mut text);
    }
    text
}

/// The spelling of a type that most of its aliases use.
fn spelling(table: &Table, id: usize, rows: &[&Row]) -> String {
    let declared = table.types[id].name.as_str();
    let mut spellings = std::collections::BTreeMap::<&str, usize>::new();
    for row in rows {
        let head =
            table.text(row.name).get(..declared.len()).filter(|head| head.eq_ignore_ascii_case(declared));
        *spellings.entry(head.unwrap_or(declared)).or_default() += 1;
    }
    let most = spellings.iter().max_by_key(|(spelling, count)| (**count, std::cmp::Reverse(**spelling)));
    most.map_or(declared, |(spelling, _)| spelling).to_owned()
}

/// A name without its type, or with a slash before it.
fn short(table: &Table, row: &Row) -> String {
    let (name, resource_type) = (table.text(row.name), &table.types[row.resource_type as usize].name);
    let folded = resource_type.folded();
    match name.get(..folded.len()) {
        Some(head)
            if head.eq_ignore_ascii_case(folded) && name.as_bytes().get(folded.len()) == Some(&b'/') =>
        {
            name[folded.len() + 1..].to_owned()
        }
        _ => format!("/{name}"),
    }
}

fn write_rows(table: &Table, names: &[(String, &Row)], text: &mut String) {
    let (mut above, mut before) = (Above::default(), "");
    for (name, row) in names {
        let same = shared(before, name);
        text.push(counted(same));
        text.push_str(&name[same..]);
        let path = table.text(row.path);
        let thumb = above.thumb(name);
        let guess = thumb.path();
        if guess != path {
            text.push('\t');
            if thumb.nested().as_deref() == Some(path) {
                text.push('+');
            } else if thumb.above == Some(path) {
                text.push('=');
            } else {
                let same = shared(&guess, path);
                text.push('>');
                text.push(counted(same));
                text.push_str(&path[same..]);
            }
        }
        if let Some(details) = table.details(row) {
            write_details(table, details, text);
        }
        text.push('\n');
        above.push(name, path);
        before = name;
    }
}

fn write_details(table: &Table, details: &Details, text: &mut String) {
    if let Some(modifiable) = details.metadata.modifiable {
        text.push_str(if modifiable { "\t*" } else { "\t-" });
    }
    if let Some(pattern) = details.pattern {
        let _ = write!(text, "\t~{}\t{}", table.text(pattern.phrase), table.text(pattern.variable));
    }
}

/// How much two texts share from the start, as far as one character counts.
fn shared(a: &str, b: &str) -> usize {
    let same = a.bytes().zip(b.bytes()).take(MOST).take_while(|(a, b)| a == b).count();
    (0..=same).rev().find(|at| b.is_char_boundary(*at)).unwrap_or_default()
}

fn counted(number: usize) -> char {
    char::from(ZERO + u8::try_from(number.min(MOST)).unwrap_or_default())
}

/// Takes the count off a text.
fn count(text: &str) -> Option<(usize, &str)> {
    let first = *text.as_bytes().first()?;
    Some((usize::from(first.checked_sub(ZERO)?), text.get(1..)?))
}

/// Reads what [`write`] wrote; `None` for any other text.
pub(super) fn read(text: &str) -> Option<Table> {
    let (header, rows) = text.split_once('\n')?;
    let detailed = match header {
        HEADER => false,
        DETAILED => true,
        _ => return None,
    };
    read_rows(rows, detailed)
}

/// Whether a text that [`write`] wrote knows which aliases can be modified and which have patterns.
pub(super) fn is_detailed(text: &str) -> bool {
    text.starts_with(DETAILED)
}

/// Takes a text that [`write`] wrote apart: the namespace of each provider, with the rows of its types.
pub(super) fn providers(text: &str) -> impl Iterator<Item = (&str, &str)> {
    // A type begins its line with a blank, and types are in order.
    let heading = |at: usize| text[at + 2..].split('/').next().unwrap_or_default();
    let mut starts = memmem::find_iter(text.as_bytes(), "\n ").peekable();
    std::iter::from_fn(move || {
        let first = starts.next()?;
        let namespace = heading(first);
        while starts.next_if(|at| heading(*at).eq_ignore_ascii_case(namespace)).is_some() {}
        let end = starts.peek().copied().unwrap_or(text.len());
        Some((namespace, &text[first + 1..end]))
    })
}

/// Reads types with their rows, without the header.
pub(super) fn read_rows(text: &str, detailed: bool) -> Option<Table> {
    let mut table = Table::with_room(text.len());
    table.detailed = detailed;
    let (mut id, mut prefix, mut name, mut full) = (0, String::new(), String::new(), String::new());
    let mut above = Above::default();
    for line in text.lines() {
        if let Some(heading) = line.strip_prefix(' ') {
            let (spelled, capabilities) =
                heading.split_once('\t').map_or((heading, None), |(a, b)| (a, Some(b)));
            id = table.add_type(spelled);
            let capabilities = capabilities.map(|text| table.intern(text));
            table.types[id as usize].capabilities = capabilities;
            prefix = format!("{spelled}/");
            name.clear();
            above.open.clear();
            continue;
        }
        let (head, marks) = line.split_once('\t').map_or((line, None), |(head, marks)| (head, Some(marks)));
        let (same, rest) = count(head)?;
        name.get(..same)?;
        name.truncate(same);
        name.push_str(rest);
        let (path, details) = read_marks(&mut table, &above.thumb(&name), marks)?;
        full.clear();
        if let Some(whole) = name.strip_prefix('/') {
            full.push_str(whole);
        } else {
            full.push_str(&prefix);
            full.push_str(&name);
        }
        table.add(id, &full, &path, details);
        above.push(&name, &path);
    }
    Some(table.finish())
}

/// The path of a name and what else stands behind it.
fn read_marks(
    table: &mut Table,
    thumb: &Thumb<'_>,
    marks: Option<&str>,
) -> Option<(String, Option<Details>)> {
    let (mut path, mut details) = (None, Details::default());
    let mut marks = marks.into_iter().flat_map(|marks| marks.split('\t'));
    while let Some(mark) = marks.next() {
        match mark {
            "+" => path = Some(thumb.nested()?),
            "=" => path = Some(thumb.above?.to_owned()),
            "*" | "-" => details.metadata = Metadata { modifiable: Some(mark == "*"), value_type: None },
            _ if mark.starts_with('~') => {
                let (phrase, variable) = (table.intern(&mark[1..]), table.intern(marks.next()?));
                details.pattern = Some(RawPattern { phrase, variable });
            }
            _ => {
                let (same, rest) = count(mark.strip_prefix('>')?)?;
                path = Some(format!("{}{rest}", thumb.path().get(..same)?));
            }
        }
    }
    let path = path.unwrap_or_else(|| thumb.path());
    Some((path, (details != Details::default()).then_some(details)))
}

#[cfg(test)]
mod tests {
    use super::{read, write};
    use crate::arm::alias::facts::Metadata;
    use crate::arm::alias::table::{Details, RawPattern, Table};

    /// Every form of path and of name.
    fn sample() -> Table {
        let mut table = Table::default();
        let group = table.add_type("microsoft.network/networksecuritygroups");
        for (name, path) in [
            ("Microsoft.Network/networkSecurityGroups/securityRules", "properties.securityRules"),
            ("Microsoft.Network/networkSecurityGroups/securityRules[*]", "properties.securityRules[*]"),
            (
                "Microsoft.Network/networkSecurityGroups/securityRules[*].access",
                "properties.securityRules[*].properties.access",
            ),
            ("Microsoft.Network/networkSecurityGroups/kind.Azure", "kind"),
            ("Microsoft.Network/networkSecurityGroups/securityRules[*].Deny", "properties.securityRules[*]"),
            ("Microsoft.Network/networkSecurityGroups/sku.name", "sku.name"),
            ("Microsoft.Network/short", "properties.é"),
            ("microsoft.network/networkSecurityGroups/Other", "properties.other"),
        ] {
            table.add(group, name, path, None);
        }
        let other = table.add_type("A.B/c");
        table.types[other as usize].capabilities = Some(table.intern("SupportsTags, SupportsLocation"));
        let (phrase, variable) = (table.intern("/x/{y}"), table.intern("{y}"));
        let details = Details {
            metadata: Metadata { modifiable: Some(true), value_type: None },
            pattern: Some(RawPattern { phrase, variable }),
            ..Details::default()
        };
        table.add(other, "A.B/c/d", "properties.d", Some(details));
        table.detailed = true;
        table
    }

    #[test]
    fn what_is_written_is_read_again() {
        let table = sample();
        let text = write(&table);
        let again = read(&text).expect("a table");
        assert_eq!(write(&again), text);
        assert!(again.detailed);
        for row in table.rows() {
            let id = again.type_id(&table.types[row.resource_type as usize].name).expect("the type");
            let found = again.row(id, table.text(row.name)).expect("the alias");
            assert_eq!(again.text(found.path), table.text(row.path));
        }
        assert!(text.contains("\tSupportsTags, SupportsLocation\n"), "{text}");
        assert!(
            text.contains("\t=\n") && text.contains("\t+\n") && text.contains("!/Microsoft.Network/short")
        );
    }

    #[test]
    fn another_text_is_none() {
        for text in ["", "azpol aliases 2\n", "azpol aliases 1\nx", "azpol aliases 1\n A.B/c\n!d\t?"] {
            assert!(read(text).is_none(), "{text}");
        }
    }
}
