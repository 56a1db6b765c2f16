//! `azpol.yaml`: choices, never facts.

use std::sync::LazyLock;

use crate::arm::semantics::POINTS;
use crate::arm::{ResourceType, Semantics};
use crate::source::{Diagnostics, Node, Severity, Span};

use super::schema::Schema;

/// The schema of `azpol.yaml`, as text.
pub(super) const SCHEMA: &str = include_str!("../../schemas/config.schema.json");

static CHECKED: LazyLock<Schema> = LazyLock::new(|| Schema::new(SCHEMA, "`azpol.yaml`"));

/// What `azpol.yaml` chooses; a flag or the environment beats it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// `fail-on`: which findings make the exit code 1.
    pub fail_on: Option<Vec<FailOn>>,
    /// `format`: the form of the result.
    pub format: Option<OutputFormat>,
    /// `color`: when to colour.
    pub color: Option<ColorChoice>,
    /// `severities`: how bad findings are here, by the id or the name of their code; none leaves them out.
    pub severities: Vec<(String, Option<Severity>, Span)>,
    /// `aliases`: catalogues of aliases, relative to the folder of `azpol.yaml`.
    pub aliases: Vec<String>,
    /// `semantics`: how points are read that the documentation leaves open.
    pub semantics: Option<Semantics>,
}

/// Declares a closed set of words with their spelling.
macro_rules! words {
    ($(#[$meta:meta])* $name:ident { $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)* }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[$variant_meta])* $variant,)* }

        impl $name {
            /// Every word.
            pub const ALL: &[$name] = &[$($name::$variant),*];

            /// As it is written.
            pub fn as_str(self) -> &'static str {
                match self { $($name::$variant => $text,)* }
            }

            /// From any spelling.
            pub fn parse(text: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|word| word.as_str().eq_ignore_ascii_case(text))
            }
        }
    };
}

words! {
    /// A kind of finding that makes the exit code 1.
    FailOn {
        /// A row is `NonCompliant`.
        NonCompliant = "noncompliant",
        /// A row's evaluation fails in the service.
        Error = "error",
        /// A hazard of the plan.
        Hazard = "hazard",
        /// What is asked surely isn't exported.
        Intent = "intent",
        /// A deployment that doesn't converge.
        NonConvergent = "nonconvergent",
        /// A row is `Undetermined`; left out of a given list, those rows don't give exit code 3.
        Undetermined = "undetermined",
        /// Nothing.
        Never = "never",
    }
}

words! {
    /// The form of the result on standard output.
    OutputFormat {
        /// For people.
        Table = "table",
        /// For programs.
        Json = "json",
    }
}

words! {
    /// When to colour.
    ColorChoice {
        /// On a terminal.
        Auto = "auto",
        /// Always.
        Always = "always",
        /// Never.
        Never = "never",
    }
}

impl Config {
    /// Reads `azpol.yaml`. What doesn't fit the schema gives findings and no configuration.
    pub fn read(node: &Node, faults: &mut Diagnostics) -> Option<Config> {
        // An empty file chooses nothing.
        if node.is_null() {
            return Some(Config::default());
        }
        if !CHECKED.check(node, faults) {
            return None;
        }
        let text = |key: &str| node.get(key).and_then(Node::as_str);
        let fail_on = node.get("fail-on").map(|found| {
            let one = std::slice::from_ref(found);
            let list = if found.is_array() { found.items() } else { one };
            list.iter().filter_map(Node::as_str).filter_map(FailOn::parse).collect()
        });
        let aliases = node.get("aliases").map(|found| {
            let one = std::slice::from_ref(found);
            let list = if found.is_array() { found.items() } else { one };
            list.iter().filter_map(Node::as_str).map(str::to_owned).collect()
        });
        Some(Config {
            fail_on,
            aliases: aliases.unwrap_or_default(),
            format: text("format").and_then(OutputFormat::parse),
            color: text("color").and_then(ColorChoice::parse),
            severities: node.get("severities").map(severities).unwrap_or_default(),
            semantics: node.get("semantics").map(semantics),
        })
    }
}

/// The severities of `severities:`; the schema has checked its words.
fn severities(node: &Node) -> Vec<(String, Option<Severity>, Span)> {
    let severity = |text: &str| match text {
        "error" => Some(Severity::Error),
        "warning" => Some(Severity::Warning),
        "note" => Some(Severity::Note),
        _ => None,
    };
    let members = node.members().iter();
    members.filter_map(|m| Some((m.key.to_string(), severity(m.value.as_str()?), m.key_span))).collect()
}

/// The readings that `semantics:` chooses; the schema has checked its keys and words.
fn semantics(node: &Node) -> Semantics {
    let mut semantics = Semantics::default();
    for point in POINTS {
        if let Some(reading) = node.get(point.id).and_then(Node::as_str) {
            (point.choose)(&mut semantics, reading);
        }
    }
    let types = |key: &str| {
        let list = node.get(key).map(Node::items).unwrap_or_default();
        list.iter().filter_map(Node::as_str).map(ResourceType::new).collect()
    };
    semantics.extension_types = types("extension-types");
    semantics.types_without_tags = types("types-without-tags");
    semantics
}

#[cfg(test)]
mod tests {
    use super::{ColorChoice, Config, FailOn, OutputFormat, SCHEMA};
    use crate::source::{Diagnostics, FileId, json};

    fn config(text: &str) -> (Option<Config>, Diagnostics) {
        let mut faults = Diagnostics::new();
        let node = json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        (Config::read(&node, &mut faults), faults)
    }

    #[test]
    fn choices_are_read() {
        let (read, faults) =
            config(r#"{"fail-on":["noncompliant","hazard"],"format":"json","color":"never"}"#);
        assert!(faults.is_empty());
        let wanted = Config {
            fail_on: Some(vec![FailOn::NonCompliant, FailOn::Hazard]),
            format: Some(OutputFormat::Json),
            color: Some(ColorChoice::Never),
            severities: Vec::new(),
            aliases: Vec::new(),
            semantics: None,
        };
        assert_eq!(read, Some(wanted));
        assert_eq!(config(r#"{"fail-on":"never"}"#).0.and_then(|c| c.fail_on), Some(vec![FailOn::Never]));
        assert_eq!(config("null").0, Some(Config::default()));
    }

    #[test]
    fn a_fact_is_no_choice() {
        let (read, faults) = config(r#"{"complete":true,"fromat":"json"}"#);
        assert_eq!(read, None);
        let helps: Vec<_> = faults.iter().map(|fault| (fault.code.id, fault.help.as_deref())).collect();
        assert!(helps.contains(&("AZP0402", Some("did you mean `format`?"))), "{helps:?}");
        assert_eq!(helps.len(), 2);
    }

    #[test]
    fn words_and_schema_name_the_same() {
        for word in FailOn::ALL.iter().map(|w| w.as_str()).chain(ColorChoice::ALL.iter().map(|w| w.as_str()))
        {
            assert!(SCHEMA.contains(&format!("\"{word}\"")), "{word}");
        }
        assert_eq!(
            config(r#"{"format":"xml"}"#).1.iter().map(|f| f.code.id).collect::<Vec<_>>(),
            ["AZP0401"]
        );
    }
}
