//! Catalogues as users' tools write them, read in one pass and without a tree.
//!
//! `az provider list --expand resourceTypes/aliases`, one provider of it (`az provider show`), the answer of REST
//! (`{"value": […]}`), and `Get-AzPolicyAlias | ConvertTo-Json`. Keys compare without case, and may come in any order:
//! what stands above an alias is often written behind it.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

use super::facts::{AliasFlags, Metadata, ValueType};
use super::table::{Details, RawPattern, Table, Text, VersionedPath};

/// A table that is being filled.
#[derive(Debug, Default)]
pub(super) struct Filling {
    pub(super) table: Table,
    /// Types of the provider that is open.
    blocks: Vec<Block>,
    /// Aliases without a name or a path.
    pub(super) incomplete: usize,
    /// Whether it was ever said that something is a provider or a type.
    pub(super) seen: bool,
}

/// A resource type with its aliases, before its name is known for certain.
#[derive(Debug, Default)]
struct Block {
    namespace: Option<String>,
    resource_type: Option<String>,
    aliases: Vec<Pending>,
    capabilities: Option<Text>,
    /// Counted from 1; 0 for none.
    versions: u32,
}

#[derive(Debug)]
struct Pending {
    name: Text,
    path: Text,
    details: Option<Details>,
}

impl Filling {
    /// Reads a document. The order of what is known of one alias of one type is that of the documents.
    pub(super) fn document<'de, D: Deserializer<'de>>(&mut self, document: D) -> Result<(), D::Error> {
        document.deserialize_any(Element(self))
    }

    /// Forgets what an unfinished document left open.
    pub(super) fn abandon(&mut self, incomplete: usize) {
        self.blocks.clear();
        self.incomplete = incomplete;
    }

    /// Takes over what a closed provider holds; its namespace is known now.
    fn close(&mut self, first: usize, namespace: Option<&str>) {
        for block in self.blocks.drain(first..) {
            let namespace = block.namespace.as_deref().or(namespace);
            let Some(name) = full_type(namespace, block.resource_type.as_deref()) else {
                self.incomplete += block.aliases.len();
                continue;
            };
            let id = self.table.add_type(&name);
            let entry = &mut self.table.types[id as usize];
            entry.capabilities = entry.capabilities.or(block.capabilities);
            if entry.versions == 0 {
                entry.versions = block.versions;
            }
            for alias in block.aliases {
                self.table.add_held(id, alias.name, alias.path, alias.details);
            }
        }
    }
}

/// A type's whole name; some tools write it whole already.
fn full_type(namespace: Option<&str>, resource_type: Option<&str>) -> Option<String> {
    let resource_type = resource_type.filter(|text| !text.is_empty())?;
    match namespace.filter(|text| !text.is_empty()) {
        Some(namespace) => {
            let head = resource_type.get(..namespace.len());
            let whole = head.is_some_and(|head| head.eq_ignore_ascii_case(namespace))
                && resource_type.as_bytes().get(namespace.len()) == Some(&b'/');
            Some(if whole { resource_type.to_owned() } else { format!("{namespace}/{resource_type}") })
        }
        None => resource_type.contains('/').then(|| resource_type.to_owned()),
    }
}

/// A text or a number where one is expected; anything else is passed over.
#[derive(Debug, Default)]
enum Word<'de> {
    #[default]
    Absent,
    Text(Cow<'de, str>),
    Number(u64),
}

impl<'de> Word<'de> {
    fn text(self) -> Option<Cow<'de, str>> {
        match self {
            Word::Text(text) => Some(text),
            Word::Absent | Word::Number(_) => None,
        }
    }

    /// Whether it is a word of an enumeration, by its text or by its number.
    fn is(&self, word: &str, number: u64) -> bool {
        match self {
            Word::Text(text) => text.eq_ignore_ascii_case(word),
            Word::Number(known) => *known == number,
            Word::Absent => false,
        }
    }
}

/// Implements a seed whose value may be anything: what isn't expected is passed over.
macro_rules! seed {
    ($name:ident -> $value:ty) => {
        impl<'de> DeserializeSeed<'de> for $name<'_> {
            type Value = $value;
            fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<$value, D::Error> {
                from.deserialize_any(self)
            }
        }
    };
}

/// Implements what a visitor passes over.
macro_rules! pass {
    (scalars) => {
        fn visit_bool<E: Error>(self, _: bool) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_i64<E: Error>(self, _: i64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_f64<E: Error>(self, _: f64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
        fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (number) => {
        fn visit_u64<E: Error>(self, _: u64) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (text) => {
        fn visit_str<E: Error>(self, _: &str) -> Result<Self::Value, E> {
            Ok(Self::Value::default())
        }
    };
    (list) => {
        fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Self::Value, A::Error> {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
    (object) => {
        fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Self::Value, A::Error> {
            while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
            Ok(Self::Value::default())
        }
    };
}

macro_rules! expecting {
    ($what:literal) => {
        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str($what)
        }
    };
}

/// Reads a [`Word`].
struct AWord;

impl<'de> DeserializeSeed<'de> for AWord {
    type Value = Word<'de>;
    fn deserialize<D: Deserializer<'de>>(self, from: D) -> Result<Word<'de>, D::Error> {
        from.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for AWord {
    type Value = Word<'de>;
    expecting!("a text");
    pass!(scalars);
    pass!(list);
    pass!(object);

    fn visit_u64<E: Error>(self, number: u64) -> Result<Word<'de>, E> {
        Ok(Word::Number(number))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Word<'de>, E> {
        Ok(Word::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Word<'de>, E> {
        Ok(Word::Text(Cow::Borrowed(text)))
    }
}

/// The next key, without case.
fn key<'de, A: MapAccess<'de>>(object: &mut A) -> Result<Option<Cow<'de, str>>, A::Error> {
    let Some(word) = object.next_key_seed(AWord)? else { return Ok(None) };
    let key = word.text().unwrap_or_default();
    Ok(Some(if key.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(key.to_ascii_lowercase())
    } else {
        key
    }))
}

/// A list of them, `{"value": …}`, a provider, or a type with its namespace beside it.
struct Element<'f>(&'f mut Filling);

seed!(Element -> ());

impl<'de> Visitor<'de> for Element<'_> {
    type Value = ();
    expecting!("a list of resource providers");
    pass!(scalars);
    pass!(number);
    pass!(text);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Element(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let first = self.0.blocks.len();
        let (mut namespace, mut block, mut aliases) = (Word::Absent, Block::default(), false);
        while let Some(key) = key(&mut object)? {
            match &*key {
                "value" => object.next_value_seed(Element(self.0))?,
                "namespace" => namespace = object.next_value_seed(AWord)?,
                "resourcetypes" => {
                    self.0.seen = true;
                    object.next_value_seed(Types(self.0))?;
                }
                "aliases" => aliases = true,
                _ => {}
            }
            if !matches!(&*key, "value" | "namespace" | "resourcetypes") {
                member(self.0, &mut block, &key, &mut object)?;
            }
        }
        let namespace = namespace.text();
        if aliases {
            self.0.seen = true;
            self.0.blocks.push(block);
        }
        self.0.close(first, namespace.as_deref());
        Ok(())
    }
}

/// The types of a provider.
struct Types<'f>(&'f mut Filling);

seed!(Types -> ());

impl<'de> Visitor<'de> for Types<'_> {
    type Value = ();
    expecting!("a list of resource types");
    pass!(scalars);
    pass!(number);
    pass!(text);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Types(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let mut block = Block::default();
        while let Some(key) = key(&mut object)? {
            member(self.0, &mut block, &key, &mut object)?;
        }
        self.0.blocks.push(block);
        Ok(())
    }
}

/// A member of a type.
fn member<'de, A: MapAccess<'de>>(
    filling: &mut Filling,
    block: &mut Block,
    key: &str,
    object: &mut A,
) -> Result<(), A::Error> {
    match key {
        "resourcetype" => block.resource_type = object.next_value_seed(AWord)?.text().map(Cow::into_owned),
        "capabilities" => {
            let capabilities = object.next_value_seed(AWord)?.text();
            block.capabilities = capabilities.map(|text| filling.table.intern(&text));
        }
        "apiversions" => block.versions = object.next_value_seed(Versions(filling))?.unwrap_or(0),
        "aliases" => object.next_value_seed(Aliases(filling, block))?,
        _ => drop(object.next_value::<IgnoredAny>()?),
    }
    Ok(())
}

/// A list of API versions: its number in the table, counted from 1.
struct Versions<'f>(&'f mut Filling);

seed!(Versions -> Option<u32>);

impl<'de> Visitor<'de> for Versions<'_> {
    type Value = Option<u32>;
    expecting!("a list of API versions");
    pass!(scalars);
    pass!(number);
    pass!(object);

    fn visit_str<E: Error>(self, text: &str) -> Result<Option<u32>, E> {
        Ok((!text.is_empty()).then(|| self.0.table.add_list([text]) + 1))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<Option<u32>, A::Error> {
        let mut versions = Vec::new();
        while let Some(word) = list.next_element_seed(AWord)? {
            versions.extend(word.text());
        }
        Ok((!versions.is_empty()).then(|| self.0.table.add_list(versions.iter().map(|text| &**text)) + 1))
    }
}

/// The aliases of a type; a single one may stand without a list.
struct Aliases<'f>(&'f mut Filling, &'f mut Block);

seed!(Aliases -> ());

impl<'de> Visitor<'de> for Aliases<'_> {
    type Value = ();
    expecting!("a list of aliases");
    pass!(scalars);
    pass!(number);
    pass!(text);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Aliases(self.0, self.1))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let Aliases(filling, block) = self;
        let (mut name, mut path, mut details) = (Word::Absent, Word::Absent, Details::default());
        let first = filling.table.path_count();
        while let Some(key) = key(&mut object)? {
            match &*key {
                "name" => name = object.next_value_seed(AWord)?,
                "defaultpath" => path = object.next_value_seed(AWord)?,
                "defaultpattern" => details.pattern = object.next_value_seed(APattern(filling))?,
                "defaultmetadata" => {
                    details.metadata = object.next_value_seed(AMetadata(filling))?.unwrap_or_default();
                }
                "paths" => object.next_value_seed(Paths(filling))?,
                "type" => details.flags = flags(&object.next_value_seed(AWord)?),
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        details.paths = (first, filling.table.path_count());
        let path = match path.text().filter(|path| !path.is_empty()) {
            Some(path) => Some(filling.table.intern(&path)),
            None => filling.table.newest_path(first),
        };
        match (name.text().filter(|name| name.contains('/')), path) {
            (Some(name), Some(path)) => {
                let name = filling.table.push_text(&name);
                let none = Details { paths: details.paths, ..Details::default() } == details
                    && details.paths.0 == details.paths.1;
                block.aliases.push(Pending { name, path, details: (!none).then_some(details) });
            }
            _ => filling.incomplete += 1,
        }
        Ok(())
    }
}

/// `type` of an alias: flags with commas, or the number that .NET gives them.
fn flags(word: &Word<'_>) -> Option<AliasFlags> {
    let has = |name: &str| match word {
        Word::Text(text) => text.split(',').any(|flag| flag.trim().eq_ignore_ascii_case(name)),
        _ => false,
    };
    match word {
        Word::Absent => None,
        Word::Number(_) => Some(AliasFlags { mask: word.is("Mask", 2), ..AliasFlags::default() }),
        Word::Text(_) => {
            Some(AliasFlags { mask: has("Mask"), deprecated: has("Deprecated"), preview: has("Preview") })
        }
    }
}

/// The paths of an alias by API version.
struct Paths<'f>(&'f mut Filling);

seed!(Paths -> ());

impl<'de> Visitor<'de> for Paths<'_> {
    type Value = ();
    expecting!("a list of paths");
    pass!(scalars);
    pass!(number);
    // What is left of them where the serialiser's depth was at its end.
    pass!(text);

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        while list.next_element_seed(Paths(self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<(), A::Error> {
        let filling = self.0;
        let (mut path, mut versions, mut metadata, mut pattern) = (Word::Absent, None, None, None);
        while let Some(key) = key(&mut object)? {
            match &*key {
                "path" => path = object.next_value_seed(AWord)?,
                "apiversions" => versions = object.next_value_seed(Versions(filling))?,
                "metadata" => metadata = object.next_value_seed(AMetadata(filling))?,
                "pattern" => pattern = object.next_value_seed(APattern(filling))?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        if let (Some(path), Some(versions)) = (path.text().filter(|path| !path.is_empty()), versions) {
            let path = filling.table.intern(&path);
            filling.table.detailed = true;
            filling.table.add_path(VersionedPath { path, versions: versions - 1, metadata, pattern });
        }
        Ok(())
    }
}

/// `metadata`, `defaultMetadata`.
struct AMetadata<'f>(&'f mut Filling);

seed!(AMetadata -> Option<Metadata>);

impl<'de> Visitor<'de> for AMetadata<'_> {
    type Value = Option<Metadata>;
    expecting!("the metadata of an alias");
    pass!(scalars);
    pass!(number);
    pass!(text);
    pass!(list);

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Option<Metadata>, A::Error> {
        let (mut attributes, mut value_type) = (Word::Absent, Word::Absent);
        while let Some(key) = key(&mut object)? {
            match &*key {
                "attributes" => attributes = object.next_value_seed(AWord)?,
                "type" => value_type = object.next_value_seed(AWord)?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        self.0.table.detailed = true;
        let modifiable = match attributes {
            Word::Absent => None,
            Word::Text(text) => {
                Some(text.split(',').any(|word| word.trim().eq_ignore_ascii_case("Modifiable")))
            }
            Word::Number(number) => Some(number == 1),
        };
        let found = (1..).zip(ValueType::WORDS).find(|(number, (word, _))| value_type.is(word, *number));
        Ok(Some(Metadata { modifiable, value_type: found.map(|(_, (_, value_type))| *value_type) }))
    }
}

/// `pattern`, `defaultPattern`; one that extracts nothing is none.
struct APattern<'f>(&'f mut Filling);

seed!(APattern -> Option<RawPattern>);

impl<'de> Visitor<'de> for APattern<'_> {
    type Value = Option<RawPattern>;
    expecting!("the pattern of an alias");
    pass!(scalars);
    pass!(number);
    pass!(text);
    pass!(list);

    fn visit_map<A: MapAccess<'de>>(self, mut object: A) -> Result<Option<RawPattern>, A::Error> {
        let (mut phrase, mut variable, mut kind) = (Word::Absent, Word::Absent, Word::Absent);
        while let Some(key) = key(&mut object)? {
            match &*key {
                "phrase" => phrase = object.next_value_seed(AWord)?,
                "variable" => variable = object.next_value_seed(AWord)?,
                "type" => kind = object.next_value_seed(AWord)?,
                _ => drop(object.next_value::<IgnoredAny>()?),
            }
        }
        self.0.table.detailed = true;
        Ok(match (phrase.text(), variable.text()) {
            (Some(phrase), Some(variable)) if kind.is("Extract", 1) => Some(RawPattern {
                phrase: self.0.table.intern(&phrase),
                variable: self.0.table.intern(&variable),
            }),
            _ => None,
        })
    }
}
