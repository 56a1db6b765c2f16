//! The catalogue of aliases that lies beside the checkout, the table that ships with azpol, and the aliases that
//! Microsoft's definitions use.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::sync::OnceLock;

use azpol::arm::alias::AliasReader;
use azpol::arm::{AliasCatalog, ResourceType};
use azpol::source::{Diagnostics, FileId, Form};

use crate::definitions::files;
use crate::shared;

fn text() -> String {
    fs::read_to_string(shared().join("aliases/provider-aliases.json")).expect("aliases")
}

/// The table of `az provider list --expand resourceTypes/aliases`.
pub(crate) fn every_alias() -> AliasCatalog {
    static ALL: OnceLock<AliasCatalog> = OnceLock::new();
    ALL.get_or_init(|| {
        let (mut reader, mut faults) = (AliasReader::new(), Diagnostics::new());
        reader.read(FileId::NONE, Form::Json, &text(), &mut faults);
        assert!(faults.is_empty(), "{faults:?}");
        reader.finish().expect("a catalogue")
    })
    .clone()
}

/// The same rows, read without azpol: the first one counts for a type and a name.
fn rows() -> BTreeMap<(String, String), String> {
    let providers: serde_json::Value = serde_json::from_str(&text()).expect("JSON");
    let (mut rows, mut number) = (BTreeMap::new(), 0);
    for provider in providers.as_array().expect("providers") {
        for kind in provider["resourceTypes"].as_array().expect("types") {
            let name = format!(
                "{}/{}",
                provider["namespace"].as_str().expect("text"),
                kind["resourceType"].as_str().expect("text")
            );
            for alias in kind["aliases"].as_array().expect("aliases") {
                number += 1;
                let (alias, path) =
                    (alias["name"].as_str().expect("text"), alias["defaultPath"].as_str().expect("text"));
                let key = (ResourceType::new(&name).folded().to_owned(), alias.to_ascii_lowercase());
                rows.entry(key).or_insert_with(|| path.to_owned());
            }
        }
    }
    assert_eq!(number, 76_621);
    rows
}

#[test]
fn both_catalogues_have_every_row_and_no_other() {
    let rows = rows();
    for catalog in [every_alias(), AliasCatalog::built_in()] {
        assert_eq!((catalog.len(), catalog.types().count()), (rows.len(), 1454));
        for ((kind, alias), path) in &rows {
            let kind = ResourceType::new(kind);
            assert_eq!(catalog.path(&kind, alias), Some(path.as_str()), "{kind} {alias}");
        }
    }
    assert_eq!(rows.len(), 76_170);
}

#[test]
fn the_table_that_ships_is_made_from_the_catalogue() {
    let ships = Path::new(env!("CARGO_MANIFEST_DIR")).join("src/arm/alias/built_in.txt");
    let ships = fs::read_to_string(ships).expect("the table");
    assert!(every_alias().to_compact() == ships, "azpol generate-aliases writes another table");
}

/// The aliases that a document names: as `field`, and in the functions `field()` and `current()`.
#[derive(Default)]
struct Named {
    fields: BTreeSet<String>,
    functions: BTreeSet<String>,
}

impl Named {
    fn read(&mut self, value: &serde_json::Value) {
        match value {
            serde_json::Value::Array(items) => items.iter().for_each(|item| self.read(item)),
            serde_json::Value::Object(members) => {
                for (key, value) in members {
                    match value.as_str() {
                        Some(text) if key.eq_ignore_ascii_case("field") && !text.starts_with('[') => {
                            self.fields.extend(alias(text));
                        }
                        _ => self.read(value),
                    }
                }
            }
            serde_json::Value::String(text) if text.starts_with('[') => {
                for function in ["field('", "current('"] {
                    let calls = text.split(function).skip(1);
                    self.functions.extend(calls.filter_map(|rest| alias(rest.split('\'').next()?)));
                }
            }
            _ => {}
        }
    }
}

/// An alias of the resource manager, in lower case: data planes have their own.
fn alias(text: &str) -> Option<String> {
    let text = text.to_ascii_lowercase();
    let namespace = text.split('/').next().unwrap_or_default();
    let is_alias = text.contains('/') && !text.starts_with("tags") && !namespace.ends_with(".data");
    is_alias.then_some(text)
}

/// Used by the definitions and lacking in the catalogue, in `field` positions.
const LACKING: [&str; 22] = [
    "microsoft.aadiam/privatelinkforazuread/privateendpointconnections/privatelinkserviceconnectionstate.status",
    "microsoft.insights/alertrules/condition.datasource.metricname",
    "microsoft.insights/alertrules/condition.datasource.resourceuri",
    "microsoft.insights/alertrules/isenabled",
    "microsoft.media/mediaservices/contentkeypolicies/options[*]",
    "microsoft.media/mediaservices/contentkeypolicies/options[*].restriction.#microsoft-media-contentkeypolicytokenrestriction",
    "microsoft.media/mediaservices/contentkeypolicies/options[*].restriction.#microsoft-media-contentkeypolicytokenrestriction.audience",
    "microsoft.media/mediaservices/contentkeypolicies/options[*].restriction.#microsoft-media-contentkeypolicytokenrestriction.issuer",
    "microsoft.media/mediaservices/contentkeypolicies/options[*].restriction.#microsoft-media-contentkeypolicytokenrestriction.openidconnectdiscoverydocument",
    "microsoft.media/mediaservices/contentkeypolicies/options[*].restriction.#microsoft-media-contentkeypolicytokenrestriction.restrictiontokentype",
    "microsoft.media/mediaservices/encryption.type",
    "microsoft.media/mediaservices/privateendpointconnections/privatelinkserviceconnectionstate.status",
    "microsoft.media/mediaservices/publicnetworkaccess",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputclip.files[*]",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputhttp.baseuri",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputs.inputs[*]",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputs.inputs[*].#microsoft-media-jobinputclip.files[*]",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputs.inputs[*].#microsoft-media-jobinputhttp.baseuri",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputs.inputs[*].#microsoft-media-jobinputs.inputs[*]",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputs.inputs[*].#microsoft-media-jobinputs.inputs[*].#microsoft-media-jobinputclip.files[*]",
    "microsoft.media/mediaservices/transforms/jobs/input.#microsoft-media-jobinputs.inputs[*].#microsoft-media-jobinputs.inputs[*].#microsoft-media-jobinputhttp.baseuri",
    "microsoft.mobilenetwork/packetcorecontrolplanes/localdiagnosticsaccess.authenticationtype",
];

/// The same, in a function only.
const LACKING_IN_FUNCTION: &str = "microsoft.mobilenetwork/simgroups/encryptionkey.keyurl";

#[test]
fn what_the_definitions_use_and_the_catalogue_lacks_is_as_listed() {
    let mut named = Named::default();
    for path in files(&shared().join("azure-policy/policyDefinitions")) {
        let text = fs::read_to_string(&path).expect("text");
        let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        named.read(&document["properties"]["policyRule"]);
    }
    for catalog in [every_alias(), AliasCatalog::built_in()] {
        let lacks = |names: &BTreeSet<String>| {
            names.iter().filter(|name| catalog.types_of(name).next().is_none()).cloned().collect::<Vec<_>>()
        };
        assert_eq!(lacks(&named.fields), LACKING);
        let more: BTreeSet<_> = named.functions.difference(&named.fields).cloned().collect();
        assert_eq!(lacks(&more), [LACKING_IN_FUNCTION]);
    }
}
