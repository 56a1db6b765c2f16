//! What the flags of `azpol manifest` say: of all files, or of one (`FILE=VALUE`).

use std::collections::BTreeMap;
use std::path::Path;

use jiff::Timestamp;

use crate::arm::nearest::nearest;
use crate::arm::{ResourceType, Scope, SubscriptionId};
use crate::cli::args::ManifestArgs;
use crate::cli::codes;
use crate::source::{Diagnostic, Diagnostics, Form};

/// What the flags say.
#[derive(Debug, Default)]
pub(super) struct Said {
    pub(super) scopes: Values<Scope>,
    pub(super) commands: Values<String>,
    pub(super) collected: Values<Timestamp>,
    pub(super) types: Values<ResourceType>,
}

/// The values of one flag.
#[derive(Debug)]
pub(super) struct Values<T> {
    /// Of all files.
    pub(super) all: Vec<T>,
    /// Of one file, by its path; there they stand instead of those of all.
    files: BTreeMap<String, Vec<T>>,
}

impl<T> Default for Values<T> {
    fn default() -> Values<T> {
        Values { all: Vec::new(), files: BTreeMap::new() }
    }
}

impl<T> Values<T> {
    /// What was said of this very file.
    pub(super) fn own(&self, file: &str) -> Option<&[T]> {
        self.files.get(file).map(Vec::as_slice)
    }

    /// What holds for a file.
    pub(super) fn of(&self, file: &str) -> &[T] {
        self.own(file).unwrap_or(&self.all)
    }
}

/// A flag whose value may begin with a file.
struct Flag<'a> {
    name: &'static str,
    /// The files that may be named, by their paths.
    files: &'a [String],
    /// The folder, which may stand before them.
    folder: &'a Path,
    /// Whether a text that names no file can be a value as a whole.
    whole: fn(&str) -> bool,
    /// Whether one file has one value only.
    once: bool,
}

impl Said {
    /// Reads the flags; what is wrong with them is pushed.
    pub(super) fn new(args: &ManifestArgs, files: &[String], faults: &mut Diagnostics) -> Said {
        let flag = |name, whole, once| Flag { name, files, folder: &args.dir, whole, once };
        let whole_scope = |text: &str| !text.contains('=') || text.starts_with('/');
        Said {
            scopes: flag("--scope", whole_scope, false).read(&args.scope, &scope, faults),
            commands: flag("--command", is_command, true).read(
                &args.command,
                &|text| Ok(text.to_owned()),
                faults,
            ),
            collected: flag("--collected", |text| !text.contains('='), true).read(
                &args.collected,
                &time,
                faults,
            ),
            types: flag("--type", |_| false, false).read(&args.types, &resource_type, faults),
        }
    }
}

/// A command may hold `=`; what stands before it is a file only if it has the name of one.
fn is_command(text: &str) -> bool {
    text.split_once('=')
        .is_none_or(|(file, _)| file.contains(char::is_whitespace) || Form::of(Path::new(file)).is_none())
}

impl Flag<'_> {
    fn read<T: PartialEq>(
        &self,
        given: &[String],
        parse: &dyn Fn(&str) -> Result<T, Diagnostic>,
        faults: &mut Diagnostics,
    ) -> Values<T> {
        let mut values = Values::default();
        for text in given {
            let read = self.split(text).and_then(|(file, value)| Ok((file, parse(value)?)));
            let (file, value) = match read {
                Ok(read) => read,
                Err(fault) => {
                    faults.push(fault);
                    continue;
                }
            };
            let known = match &file {
                Some(file) => values.files.entry(file.clone()).or_default(),
                None => &mut values.all,
            };
            if self.once && known.first().is_some_and(|first| *first != value) {
                faults.push(self.twice(file.as_deref()));
            } else if !known.contains(&value) {
                known.push(value);
            }
        }
        values
    }

    /// The file, if one is named, and the value.
    fn split<'t>(&self, text: &'t str) -> Result<(Option<String>, &'t str), Diagnostic> {
        let folder = self.folder.to_string_lossy();
        let folder = format!("{}/", folder.trim_end_matches(['/', '\\']));
        let mut best: Option<(&String, &str)> = None;
        for start in ["", "./", &folder] {
            let Some(rest) = text.strip_prefix(start) else { continue };
            for file in self.files {
                let value = rest.strip_prefix(file.as_str()).and_then(|rest| rest.strip_prefix('='));
                if let Some(value) = value
                    && best.is_none_or(|(_, shortest)| value.len() < shortest.len())
                {
                    best = Some((file, value));
                }
            }
        }
        if let Some((file, value)) = best {
            return Ok((Some(file.clone()), value));
        }
        if (self.whole)(text) {
            return Ok((None, text));
        }
        let Some((file, _)) = text.split_once('=') else {
            return Err(Diagnostic::new(
                &codes::UNKNOWN_FILE,
                format!("`{text}` of `{}` names no file", self.name),
            )
            .help(format!("write `{} FILE=VALUE`", self.name)));
        };
        let fault = Diagnostic::new(
            &codes::UNKNOWN_FILE,
            format!("`{file}` of `{}` is none of the folder's files of an inventory", self.name),
        );
        Err(match nearest(file, self.files.iter().map(String::as_str)) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("name a file by its path within the folder"),
        })
    }

    fn twice(&self, file: Option<&str>) -> Diagnostic {
        let of = file.map_or_else(|| "every file".to_owned(), |file| format!("`{file}`"));
        Diagnostic::new(&codes::SAID_TWICE, format!("`{}` says two things of {of}", self.name))
            .help(format!("write `{} FILE=VALUE` for each file", self.name))
    }
}

fn scope(text: &str) -> Result<Scope, Diagnostic> {
    let text = text.trim();
    let bare = || uuid::Uuid::parse_str(text).ok().map(|_| Scope::Subscription(SubscriptionId::new(text)));
    let scope = if text.starts_with('/') { Scope::parse(text) } else { bare() };
    scope.ok_or_else(|| {
        Diagnostic::new(&codes::BAD_SCOPE, format!("`{text}` of `--scope` is no scope")).help(
            "write `/` for the tenant, the id of a management group, subscription or resource group, or the \
             GUID of a subscription",
        )
    })
}

fn time(text: &str) -> Result<Timestamp, Diagnostic> {
    text.trim().parse().map_err(|_| {
        Diagnostic::new(&codes::BAD_TIME, format!("`{text}` of `--collected` is no time"))
            .help("write it in ISO 8601 with a zone, such as `2025-03-01T06:00:00Z`")
    })
}

fn resource_type(text: &str) -> Result<ResourceType, Diagnostic> {
    let segments: Vec<&str> = text.trim().split('/').collect();
    if segments.len() > 1 && segments.iter().all(|segment| !segment.is_empty()) {
        return Ok(ResourceType::new(text.trim()));
    }
    Err(Diagnostic::new(&codes::BAD_TYPE, format!("`{text}` of `--type` is no resource type"))
        .help("write the provider and the type, such as `Microsoft.Security/automations`"))
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Said;
    use crate::cli::args::{Cli, Command};
    use crate::source::Diagnostics;

    fn said(flags: &[&str]) -> (Said, Vec<String>) {
        let given = ["azpol", "manifest", "exports/"].iter().chain(flags);
        let Command::Manifest(args) = Cli::try_parse_from(given).expect("good usage").command else {
            panic!("manifest")
        };
        let files = ["automations.json", "a=b.json", "a", "deep/subs.json"].map(str::to_owned);
        let mut faults = Diagnostics::new();
        let said = Said::new(&args, &files, &mut faults);
        let told = faults.iter().map(|f| format!("{} {}", f.code.id, f.help.as_deref().unwrap_or("")));
        (said, told.collect())
    }

    #[test]
    fn a_value_is_for_all_files_or_for_one() {
        let (said, faults) = said(&[
            "--scope=/",
            "--scope=deep/subs.json=/providers/Microsoft.Management/managementGroups/x=y",
            "--scope=./automations.json=11111111-2222-3333-4444-555555555555",
            "--scope=exports/a=b.json=/subscriptions/1",
            "--command=az graph query -q \"where a == 'b'\"",
            "--command=a=az account list",
        ]);
        assert!(faults.is_empty(), "{faults:?}");
        let scopes = |file| said.scopes.of(file).iter().map(ToString::to_string).collect::<Vec<_>>();
        assert_eq!(scopes("other.json"), ["/"]);
        assert_eq!(scopes("deep/subs.json"), ["/providers/Microsoft.Management/managementGroups/x=y"]);
        assert_eq!(scopes("automations.json"), ["/subscriptions/11111111-2222-3333-4444-555555555555"]);
        assert_eq!(scopes("a=b.json"), ["/subscriptions/1"]);
        assert_eq!(said.commands.of("a"), ["az account list"]);
        assert_eq!(said.commands.of("automations.json"), ["az graph query -q \"where a == 'b'\""]);
    }

    #[test]
    fn what_is_wrong_is_told() {
        let (_, faults) = said(&[
            "--scope=mg-contoso",
            "--scope=/nowhere/x",
            "--scope=automation.json=/",
            "--collected=yesterday",
            "--collected=subs.json=2025-03-01T06:00:00Z",
            "--command=auto.json=az x",
            "--command=one",
            "--command=two",
            "--type=Microsoft.Security/automations",
            "--type=a=automations",
        ]);
        let codes: Vec<_> = faults.iter().map(|fault| &fault[..7]).collect();
        assert_eq!(
            codes,
            [
                "AZP1408", "AZP1408", "AZP1407", "AZP1407", "AZP1411", "AZP1404", "AZP1407", "AZP1407",
                "AZP1412"
            ]
        );
        assert_eq!(faults[2], "AZP1407 did you mean `automations.json`?");
    }
}
