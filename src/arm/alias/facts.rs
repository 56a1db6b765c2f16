//! What is known of one alias, and of one type.

use crate::arm::{ResourceType, Value};

use super::table::{Details, RawPattern, Row, Table, Text, VersionedPath};

/// An alias of a type.
///
/// <https://learn.microsoft.com/rest/api/resources/providers/list#alias>
#[derive(Debug, Clone, Copy)]
pub struct Alias<'c> {
    pub(super) table: &'c Table,
    pub(super) row: &'c Row,
}

/// The type of the value that an alias reads: `metadata.type`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ValueType {
    /// A value of any type.
    Any,
    /// A text.
    String,
    /// An object.
    Object,
    /// A list.
    Array,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// A Boolean.
    Boolean,
}

impl ValueType {
    /// The words of the service, in the order of its enumeration, behind `NotSpecified`.
    pub(super) const WORDS: &'static [(&'static str, ValueType)] = &[
        ("Any", ValueType::Any),
        ("String", ValueType::String),
        ("Object", ValueType::Object),
        ("Array", ValueType::Array),
        ("Integer", ValueType::Integer),
        ("Number", ValueType::Number),
        ("Boolean", ValueType::Boolean),
    ];

    /// Whether a value is of the type: a whole number is a number, too.
    pub fn holds(self, value: &Value) -> bool {
        matches!(
            (self, value),
            (ValueType::Any, _)
                | (ValueType::String, Value::String(_))
                | (ValueType::Object, Value::Object(_))
                | (ValueType::Array, Value::Array(_))
                | (ValueType::Integer | ValueType::Number, Value::Int(_))
                | (ValueType::Number, Value::Float(_))
                | (ValueType::Boolean, Value::Bool(_))
                | (_, Value::Null | Value::Runtime(_))
        )
    }

    /// As the service writes it.
    pub fn as_str(self) -> &'static str {
        Self::WORDS.iter().find(|(_, known)| *known == self).map_or("", |(word, _)| word)
    }
}

/// `metadata` or `defaultMetadata`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Metadata {
    pub(super) modifiable: Option<bool>,
    pub(super) value_type: Option<ValueType>,
}

/// `type` of an alias: a set of flags.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct AliasFlags {
    /// `Mask`: a secret. The service reads it as missing on a scan.
    pub mask: bool,
    /// `Deprecated`
    pub deprecated: bool,
    /// `Preview`
    pub preview: bool,
}

/// Which part of the text at the path is the value: what stands where the variable stands in the phrase.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pattern<'c> {
    /// `/Subscriptions/{subscriptionId}/Providers/Microsoft.Compute/…/Publishers/{publisher}/…`
    pub phrase: &'c str,
    /// `publisher`, without or with its braces.
    pub variable: &'c str,
}

/// An alias as some API versions have it.
#[derive(Debug, Clone, Copy)]
pub struct AliasPath<'c> {
    table: &'c Table,
    path: &'c VersionedPath,
}

impl<'c> Alias<'c> {
    /// Its name, in the catalogue's spelling.
    pub fn name(self) -> &'c str {
        self.table.text(self.row.name)
    }

    /// The type that has it.
    pub fn resource_type(self) -> &'c ResourceType {
        &self.table.types[self.row.resource_type as usize].name
    }

    /// Its default path, from the body: `properties.sources[*].eventSource`. A scan reads this one; a deployment
    /// reads that of its API version.
    pub fn path(self) -> &'c str {
        self.table.text(self.row.path)
    }

    /// Its path for an API version, where the catalogue lists it, else the default path.
    pub fn path_at(self, api_version: &str) -> &'c str {
        self.at(api_version).map_or_else(|| self.path(), AliasPath::path)
    }

    /// What the catalogue says of it for an API version.
    pub fn at(self, api_version: &str) -> Option<AliasPath<'c>> {
        self.versions().find(|path| path.api_versions().any(|known| known.eq_ignore_ascii_case(api_version)))
    }

    /// Its paths by API version, in the catalogue's order; none where it doesn't list them.
    pub fn versions(self) -> impl Iterator<Item = AliasPath<'c>> {
        let table = self.table;
        let paths = self.details().map(|details| table.paths(details)).unwrap_or_default();
        paths.iter().map(move |path| AliasPath { table, path })
    }

    /// Whether `modify` may change it, by default; `None` where the catalogue doesn't say.
    pub fn modifiable(self) -> Option<bool> {
        self.details().and_then(|details| details.metadata.modifiable)
    }

    /// Whether `modify` may change it in requests of an API version.
    pub fn modifiable_at(self, api_version: &str) -> Option<bool> {
        self.at(api_version).and_then(AliasPath::modifiable).or_else(|| self.modifiable())
    }

    /// The type of its value; `None` where the catalogue doesn't say.
    pub fn value_type(self) -> Option<ValueType> {
        self.details().and_then(|details| details.metadata.value_type)
    }

    /// Which part of the text at its default path it means; `None` for all of it.
    pub fn pattern(self) -> Option<Pattern<'c>> {
        self.details().and_then(|details| details.pattern).map(|pattern| text_of(self.table, pattern))
    }

    /// Whether it is a secret, deprecated, in preview; `None` where the catalogue doesn't say.
    pub fn flags(self) -> Option<AliasFlags> {
        self.details().and_then(|details| details.flags)
    }

    /// Whether the text at its path must be taken apart and the catalogue doesn't say how: it carries no patterns,
    /// and aliases of the type with unlike last segments, none of them the path's own, share the path.
    ///
    /// `imagePublisher` and `imageOffer` of a disk both have the path `properties.creationData.imageReference.id`.
    pub fn is_part_of_text(self) -> bool {
        if self.table.detailed || self.path().ends_with("[*]") {
            return false;
        }
        let path_end = last(self.path());
        let own = last(self.name());
        if own.eq_ignore_ascii_case(path_end) {
            return false;
        }
        self.table
            .renamed(self.row)
            .iter()
            .any(|other| !last(self.table.text(*other)).eq_ignore_ascii_case(own))
    }

    fn details(self) -> Option<&'c Details> {
        self.table.details(self.row)
    }
}

impl<'c> AliasPath<'c> {
    /// The path.
    pub fn path(self) -> &'c str {
        self.table.text(self.path.path)
    }

    /// The API versions that it holds for.
    pub fn api_versions(self) -> impl Iterator<Item = &'c str> {
        let table = self.table;
        table.list(self.path.versions).iter().map(move |version| table.text(*version))
    }

    /// Whether `modify` may change it in these versions; `None` where nothing is said for them.
    pub fn modifiable(self) -> Option<bool> {
        self.path.metadata.and_then(|metadata| metadata.modifiable)
    }

    /// The type of its value in these versions; `None` where nothing is said for them.
    pub fn value_type(self) -> Option<ValueType> {
        self.path.metadata.and_then(|metadata| metadata.value_type)
    }

    /// The pattern for these versions.
    pub fn pattern(self) -> Option<Pattern<'c>> {
        self.path.pattern.map(|pattern| text_of(self.table, pattern))
    }
}

fn text_of(table: &Table, pattern: RawPattern) -> Pattern<'_> {
    Pattern { phrase: table.text(pattern.phrase), variable: table.text(pattern.variable) }
}

/// The last segment of an alias or a path, without `[*]`.
pub(super) fn last(text: &str) -> &str {
    let text = text.strip_suffix("[*]").unwrap_or(text);
    text.rsplit(['.', '/']).next().unwrap_or(text)
}

impl<'t> Pattern<'_> {
    /// The part of a text; `None` where the text hasn't the form of the phrase. Letters compare without case; a
    /// variable stands for any text without `/`, and the one that is asked for may stand at the end of the text.
    pub fn extract(self, text: &'t str) -> Option<&'t str> {
        let wanted = self.variable.trim_start_matches('{').trim_end_matches('}');
        let (mut phrase, mut rest, mut found) = (self.phrase, text, None);
        loop {
            let Some((literal, behind)) = phrase.split_once('{') else {
                return if rest.eq_ignore_ascii_case(phrase) { found } else { None };
            };
            let head = rest.get(..literal.len())?;
            if !head.eq_ignore_ascii_case(literal) {
                return None;
            }
            rest = &rest[literal.len()..];
            let (name, after) = behind.split_once('}')?;
            let stop = after.split('{').next().unwrap_or_default();
            let end = if stop.is_empty() { rest.len() } else { position(rest, stop)? };
            if name.eq_ignore_ascii_case(wanted) {
                found = Some(&rest[..end]);
            }
            rest = &rest[end..];
            phrase = after;
        }
    }
}

/// Where a text begins in another one, letters without case.
fn position(text: &str, wanted: &str) -> Option<usize> {
    let starts =
        |at: &usize| text.get(*at..*at + wanted.len()).is_some_and(|part| part.eq_ignore_ascii_case(wanted));
    (0..=text.len().checked_sub(wanted.len())?).find(starts)
}

/// What a catalogue says of a type.
#[derive(Debug, Clone, Copy)]
pub struct TypeFacts<'c> {
    pub(super) table: &'c Table,
    pub(super) capabilities: Option<Text>,
    pub(super) versions: u32,
}

impl<'c> TypeFacts<'c> {
    /// `capabilities`, as the provider writes them: `SupportsTags, SupportsLocation`.
    pub fn capabilities(self) -> Option<&'c str> {
        self.capabilities.map(|text| self.table.text(text))
    }

    /// Whether its resources can have tags; `None` where the catalogue doesn't say.
    pub fn supports_tags(self) -> Option<bool> {
        self.can("SupportsTags")
    }

    /// Whether its resources have a location; `None` where the catalogue doesn't say.
    pub fn supports_location(self) -> Option<bool> {
        self.can("SupportsLocation")
    }

    /// Whether the mode `Indexed` admits it: both of them.
    pub fn is_indexed(self) -> Option<bool> {
        Some(self.supports_tags()? && self.supports_location()?)
    }

    /// Its API versions, in the catalogue's order (newest first); none where it doesn't list them.
    pub fn api_versions(self) -> impl Iterator<Item = &'c str> {
        let table = self.table;
        let list = self.versions.checked_sub(1).map(|id| table.list(id)).unwrap_or_default();
        list.iter().map(move |version| table.text(*version))
    }

    fn can(self, what: &str) -> Option<bool> {
        let mut all = self.capabilities()?.split(',').map(str::trim);
        Some(all.any(|capability| capability.eq_ignore_ascii_case(what)))
    }
}

#[cfg(test)]
mod tests {
    use super::Pattern;

    #[test]
    fn a_pattern_takes_its_variable_out_of_the_text() {
        let phrase = "/Subscriptions/{s}/Providers/Microsoft.Compute/Locations/{l}/Publishers/{p}/ArtifactTypes/VMImage/Offers/{o}";
        let text = "/subscriptions/1/providers/Microsoft.Compute/locations/westeurope/publishers/Canonical/artifacttypes/vmimage/offers/UbuntuServer";
        let extract = |variable| Pattern { phrase, variable }.extract(text);
        assert_eq!(extract("p"), Some("Canonical"));
        assert_eq!(extract("{o}"), Some("UbuntuServer"));
        assert_eq!(extract("x"), None);
        assert_eq!(Pattern { phrase, variable: "p" }.extract("/subscriptions/1/galleries/g"), None);
        assert_eq!(Pattern { phrase: "{a}é{b}", variable: "b" }.extract("xÉyéz"), Some("z"));
    }
}
