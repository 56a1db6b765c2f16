//! What `field` can name.

use std::fmt;
use std::sync::Arc;

/// A property that a condition or the function `field()` reads.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-policy-rule#fields>
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FieldName {
    /// `type`
    Type,
    /// `name`: the last segment.
    Name,
    /// `fullName`: all segments, joined by `/`.
    FullName,
    /// `kind`
    Kind,
    /// `id`
    Id,
    /// `location`, compared in normal form.
    Location,
    /// `tags`
    Tags,
    /// `tags['name']`, `tags[name]`, `tags.name`
    Tag(Arc<str>),
    /// `identity.type`, `identity.userAssignedIdentities` and the like: the path below `identity`, or empty.
    Identity(Arc<str>),
    /// `apiVersion` of the request.
    ApiVersion,
    /// An alias: its meaning depends on the type of the resource.
    Alias(Arc<str>),
}

/// Why a text names no field.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FieldFault {
    /// It is neither an accessor nor has it the form of an alias.
    Unknown,
    /// A tag's name holds a `/`, which tags can't and which the service refuses in this form.
    SlashInTag,
}

impl fmt::Display for FieldFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            FieldFault::Unknown => "is neither a field nor an alias",
            FieldFault::SlashInTag => "names a tag with `/`, which tags can't have",
        })
    }
}

impl FieldName {
    /// The accessors that have a fixed name.
    pub const ACCESSORS: &'static [&'static str] =
        &["name", "fullName", "kind", "type", "location", "id", "identity.type", "tags", "apiVersion"];

    /// From the text of `field`, in any case.
    pub fn parse(text: &str) -> Result<FieldName, FieldFault> {
        let lower = text.to_ascii_lowercase();
        Ok(match lower.as_str() {
            "type" => FieldName::Type,
            "name" => FieldName::Name,
            "fullname" => FieldName::FullName,
            "kind" => FieldName::Kind,
            "id" => FieldName::Id,
            "location" => FieldName::Location,
            "tags" => FieldName::Tags,
            "apiversion" => FieldName::ApiVersion,
            "identity" => FieldName::Identity("".into()),
            _ if lower.starts_with("identity.") => FieldName::Identity(text["identity.".len()..].into()),
            _ if lower.starts_with("tags.") || lower.starts_with("tags[") => return tag(text),
            _ if text.contains('/') => FieldName::Alias(text.into()),
            _ => return Err(FieldFault::Unknown),
        })
    }
}

/// `tags.name`, `tags[name]`, `tags['na''me']`: everything behind is one name, dots included.
fn tag(text: &str) -> Result<FieldName, FieldFault> {
    let rest = &text["tags".len()..];
    let name = if let Some(name) = rest.strip_prefix('.') {
        name.to_owned()
    } else {
        let inner =
            rest.strip_prefix('[').and_then(|inner| inner.strip_suffix(']')).ok_or(FieldFault::Unknown)?;
        match inner.strip_prefix('\'').and_then(|quoted| quoted.strip_suffix('\'')) {
            Some(quoted) => quoted.replace("''", "'"),
            None => inner.to_owned(),
        }
    };
    // Rules guard `tags[]`, which an empty parameter makes, by a condition beside it: no tag has that name.
    if name.is_empty() && rest.starts_with('.') {
        return Err(FieldFault::Unknown);
    }
    if name.contains('/') {
        return Err(FieldFault::SlashInTag);
    }
    Ok(FieldName::Tag(name.into()))
}

#[cfg(test)]
mod tests {
    use super::{FieldFault, FieldName};

    #[test]
    fn tags_have_three_spellings() {
        for text in ["tags.a.b", "tags[a.b]", "tags['a.b']", "Tags['a.b']"] {
            assert_eq!(FieldName::parse(text), Ok(FieldName::Tag("a.b".into())), "{text}");
        }
        assert_eq!(FieldName::parse("tags['it''s']"), Ok(FieldName::Tag("it's".into())));
        assert_eq!(FieldName::parse("tags.a/b"), Err(FieldFault::SlashInTag));
        assert_eq!(FieldName::parse("tags."), Err(FieldFault::Unknown));
        assert_eq!(FieldName::parse("tags[]"), Ok(FieldName::Tag("".into())));
    }

    #[test]
    fn accessors_and_aliases_are_told_apart() {
        assert_eq!(FieldName::parse("TYPE"), Ok(FieldName::Type));
        assert_eq!(FieldName::parse("Identity.Type"), Ok(FieldName::Identity("Type".into())));
        assert_eq!(FieldName::parse("tagsy"), Err(FieldFault::Unknown));
        assert_eq!(
            FieldName::parse("Microsoft.Compute/imagePublisher"),
            Ok(FieldName::Alias("Microsoft.Compute/imagePublisher".into()))
        );
    }
}
