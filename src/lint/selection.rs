//! Which findings are wanted, and how bad they are.

use std::collections::BTreeMap;

use super::comments::Comments;
use crate::arm::nearest::nearest;
use crate::source::{Code, Diagnostic, Diagnostics, Node, Severity, Span};

/// Which codes are told, by id or name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Selection {
    /// Only these; all where it is empty.
    pub select: Vec<&'static Code>,
    /// Not these.
    pub ignore: Vec<&'static Code>,
    /// How bad these are here; none leaves them out.
    pub severities: BTreeMap<&'static str, Option<Severity>>,
}

/// A code by its id or its name, in any case; else the one that was probably meant.
pub fn code(text: &str) -> Result<&'static Code, Option<&'static str>> {
    let all = crate::all_codes();
    let text = text.trim();
    let found =
        all.iter().find(|code| code.id.eq_ignore_ascii_case(text) || code.name.eq_ignore_ascii_case(text));
    match found {
        Some(code) => Ok(code),
        None => Err(nearest(text, all.iter().flat_map(|code| [code.id, code.name]))),
    }
}

/// The finding that a text names no code.
pub(super) fn unknown(text: &str, span: Span, near: Option<&str>) -> Diagnostic {
    let message = format!("`{text}` is no code of azpol");
    let fault = Diagnostic::new(&super::codes::UNKNOWN_SILENCED, message).at(span, "");
    match near {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault,
    }
}

/// The severities that a configuration chooses. What names no code is an error.
pub fn severities(
    chosen: &[(String, Option<Severity>, Span)],
    faults: &mut Diagnostics,
) -> BTreeMap<&'static str, Option<Severity>> {
    let mut severities = BTreeMap::new();
    for (text, severity, span) in chosen {
        match code(text) {
            Ok(code) => {
                severities.insert(code.id, *severity);
            }
            Err(near) => {
                faults.push(unknown(text, *span, near).severity(Severity::Error));
            }
        }
    }
    severities
}

impl Selection {
    /// The findings that are wanted and that no comment silences, as bad as was chosen.
    pub fn apply(&self, found: Diagnostics, comments: &Comments) -> Diagnostics {
        let mut kept = Diagnostics::new();
        for finding in found {
            let code = finding.code;
            if !(self.select.is_empty() || self.select.contains(&code))
                || self.ignore.contains(&code)
                || comments.silence(&finding)
            {
                continue;
            }
            match self.severities.get(code.id) {
                Some(None) => {}
                Some(Some(severity)) => kept.push(finding.severity(*severity)),
                None => kept.push(finding),
            }
        }
        kept
    }
}

/// What a document silences in itself: `metadata.azpol.ignore` of the definition, or of one parameter for what is
/// said of that parameter. An entry is the id or the name of a code.
#[derive(Debug, Clone, Default)]
pub(super) struct Silenced {
    entries: Vec<(&'static Code, Option<Span>)>,
}

impl Silenced {
    /// From `properties` of a document. What names no code is a finding.
    pub(super) fn read(properties: &Node, faults: &mut Diagnostics) -> Silenced {
        let mut silenced = Silenced::default();
        silenced.take(properties, None, faults);
        for parameter in properties.get("parameters").map(Node::members).unwrap_or_default() {
            silenced.take(&parameter.value, Some(parameter.key_span.to(parameter.value.span)), faults);
        }
        silenced
    }

    fn take(&mut self, owner: &Node, within: Option<Span>, faults: &mut Diagnostics) {
        let Some(list) = owner.at(&["metadata", "azpol", "ignore"]) else { return };
        let entries = if list.is_array() { list.items() } else { std::slice::from_ref(list) };
        for entry in entries {
            match entry.as_str().map(code) {
                Some(Ok(code)) => self.entries.push((code, within)),
                other => {
                    let near = other.and_then(Result::err).flatten();
                    faults.push(unknown(entry.as_str().unwrap_or("this"), entry.span, near));
                }
            }
        }
    }

    /// Whether a finding is silenced where it stands.
    pub(super) fn silences(&self, finding: &Diagnostic) -> bool {
        let at = finding.span();
        self.entries.iter().any(|(code, within)| {
            *code == finding.code
                && within.is_none_or(|within| {
                    within.file == at.file && within.start <= at.start && at.end() <= within.end()
                })
        })
    }
}
