//! The definition that all contenders evaluate.

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::fault::Fault;

/// The twin that ships.
const SHIPPED: (&str, &str) =
    ("policies/export-to-log-analytics.yaml", include_str!("../../policies/export-to-log-analytics.yaml"));

/// A definition of the "if not exists" kind, as a peer that reads JSON takes it.
#[derive(Debug)]
pub(crate) struct Definition {
    /// The file that was named, if one was.
    pub(crate) file: Option<PathBuf>,
    /// The document as JSON, one member a line.
    pub(crate) json: String,
    /// The type that is looked for.
    pub(crate) resource_type: String,
    /// Its name.
    pub(crate) name: String,
    /// The parameter that names the group.
    pub(crate) group_parameter: String,
}

impl Definition {
    /// Reads a definition; the shipped twin without a file.
    pub(crate) fn read(file: Option<&Path>) -> Result<Definition, Fault> {
        let (title, text) = match file {
            Some(path) => (path.display().to_string(), fs::read_to_string(path).map_err(Fault::file(path))?),
            None => (SHIPPED.0.to_owned(), SHIPPED.1.to_owned()),
        };
        let unlike = |what: String| Fault::Document(title.clone(), what);
        let text = text.trim_start_matches('\u{feff}');
        let document: Value = match serde_json::from_str(text) {
            Ok(document) => document,
            Err(_) => serde_yaml::from_str(text).map_err(|error| unlike(error.to_string()))?,
        };
        let details = &document["properties"]["policyRule"]["then"]["details"];
        let member = |name: &str| {
            let members = details.as_object().into_iter().flatten();
            let found = members
                .filter(|(key, _)| key.eq_ignore_ascii_case(name))
                .find_map(|(_, value)| value.as_str());
            found.map(str::to_owned).ok_or_else(|| unlike(format!("no `{name}` in `then.details`")))
        };
        let group = member("resourceGroupName")?;
        let group_parameter =
            group
                .strip_prefix("[parameters('")
                .and_then(|rest| rest.strip_suffix("')]"))
                .ok_or_else(|| unlike(format!("`resourceGroupName` isn't a parameter: `{group}`")))?;
        Ok(Definition {
            file: file.map(Path::to_owned),
            json: format!("{document:#}"),
            resource_type: member("type")?,
            name: member("name")?,
            group_parameter: group_parameter.to_owned(),
        })
    }

    /// What the report calls it.
    pub(crate) fn title(&self) -> String {
        self.file.as_ref().map_or_else(|| "the shipped twin".to_owned(), |file| file.display().to_string())
    }
}
