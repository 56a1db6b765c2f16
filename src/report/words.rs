//! Verdicts in a few words.

use crate::arm::{Object, ResourceId, ResourceType, Value};
use crate::compliance::{DecidingLeaf, LookedFor, MissingFact, NearMiss, PolicyState, ReasonKind};
use crate::source::mask_value;

/// A verdict as a table shows it: a word, and what was found and wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Words {
    /// One or two words, at most 12 characters.
    pub label: &'static str,
    /// What was found and what was wanted.
    pub text: String,
}

/// Why a row has its state, in words.
pub fn reason(row: &PolicyState) -> Words {
    let words = |label, text: String| Words { label, text };
    match &row.reason {
        None => words("", String::new()),
        Some(ReasonKind::Satisfied) => words("compliant", satisfied(row)),
        Some(ReasonKind::RuleHolds) => words("rule", "the rule's condition holds".to_owned()),
        Some(ReasonKind::RuleDoesNotHold) => words("compliant", String::new()),
        Some(ReasonKind::Protects) => words("protected", "deleting it is refused".to_owned()),
        Some(ReasonKind::NotAttested) => {
            words("manual", format!("{} until somebody attests it", row.state.as_str()))
        }
        Some(ReasonKind::ResourceNotFound | ReasonKind::ResourceGroupNotFound) => absent(row),
        Some(ReasonKind::ConditionFails) => match row.evidence().failed.first() {
            Some(leaf) => words(label(leaf), format!("{}: {}", candidate(row), leaf_words(leaf))),
            None => words("condition", format!("{} doesn't meet the condition", candidate(row))),
        },
        Some(ReasonKind::Missing(facts)) => {
            words("undetermined", facts.iter().map(question).collect::<Vec<_>>().join("; "))
        }
        Some(ReasonKind::Exemption(id)) => {
            words("exemption", format!("exemptions aren't evaluated yet: {id}"))
        }
        Some(ReasonKind::Fails(why)) => words("error", why.to_string()),
    }
}

fn satisfied(row: &PolicyState) -> String {
    row.evidence().candidate.as_ref().map_or_else(String::new, place)
}

/// `name in group`
fn place(id: &ResourceId) -> String {
    match id.resource_group_name() {
        Some(group) => format!("{} in {group}", id.name()),
        None => id.name().to_owned(),
    }
}

fn candidate(row: &PolicyState) -> String {
    match (&row.evidence().candidate, &row.evidence().looked_for) {
        (Some(id), _) => id.name().to_owned(),
        (None, Some(looked_for)) => subject(looked_for),
        (None, None) => "the resource".to_owned(),
    }
}

/// What was looked for, as a subject: its name, else its type.
pub fn subject(looked_for: &LookedFor) -> String {
    match &looked_for.name {
        Some(name) => name.to_string(),
        None => looked_for.resource_type.to_string(),
    }
}

fn absent(row: &PolicyState) -> Words {
    let Some(looked_for) = &row.evidence().looked_for else {
        return Words { label: "missing", text: String::new() };
    };
    let wanted = looked_for.resource_group.as_deref();
    let near = row.evidence().near_misses.iter().find(|near| near.same_name || near.satisfies);
    if let (Some(near), Some(wanted)) = (near, wanted) {
        return Words { label: "elsewhere", text: elsewhere(near, wanted) };
    }
    let name = subject(looked_for);
    let text = match (wanted, &row.reason) {
        (Some(group), Some(ReasonKind::ResourceGroupNotFound)) => format!("no {name}: {group} doesn't exist"),
        (Some(group), _) => format!("no {name} in {group}"),
        (None, _) => format!("no {name} in the subscription"),
    };
    Words { label: "missing", text }
}

fn elsewhere(near: &NearMiss, wanted: &str) -> String {
    match near.id.resource_group_name() {
        Some(group) => format!("{} stands in {group}, wanted in {wanted}", near.id.name()),
        None => format!("{} stands elsewhere, wanted in {wanted}", near.id.name()),
    }
}

/// The word for a failing condition.
fn label(leaf: &DecidingLeaf) -> &'static str {
    let subject = leaf.subject.to_ascii_lowercase();
    if subject.ends_with("/isenabled") {
        "disabled"
    } else if subject.contains("/sources") {
        "sources"
    } else {
        "condition"
    }
}

/// `isEnabled is false, wants true`
pub fn leaf_words(leaf: &DecidingLeaf) -> String {
    if let Some(words) = counted_parameter(leaf) {
        return words;
    }
    let found = match &leaf.current {
        Some(value) => format!("is {}", short(&masked(leaf, value))),
        None => "is missing".to_owned(),
    };
    let target = match leaf.operator {
        // It stands below a `not`.
        "equals" if leaf.holds == Some(true) => "another value".to_owned(),
        "exists" if leaf.holds == Some(true) => exists(leaf, false).to_owned(),
        operator if leaf.holds == Some(true) => format!("not {operator} {}", wanted(leaf)),
        "equals" => wanted(leaf),
        "exists" => exists(leaf, true).to_owned(),
        operator => format!("{operator} {}", wanted(leaf)),
    };
    format!("{} {found}, wants {target}", short_subject(&leaf.subject))
}

/// What `exists` wants, or what it doesn't.
fn exists(leaf: &DecidingLeaf, wanted: bool) -> &'static str {
    let asked = match leaf.target.as_ref() {
        Some(Value::String(text)) => !text.eq_ignore_ascii_case("false"),
        Some(value) => value.as_bool() != Some(false),
        None => true,
    };
    if asked == wanted { "it to exist" } else { "it to be absent" }
}

fn wanted(leaf: &DecidingLeaf) -> String {
    match &leaf.target {
        Some(value) => short(&masked(leaf, value)),
        None => "a value that can't be computed".to_owned(),
    }
}

/// A value that a condition found or wants, its secrets hidden at every depth.
pub fn masked(leaf: &DecidingLeaf, value: &Value) -> Value {
    let path = leaf.path.as_deref().unwrap_or(&leaf.subject);
    let last = path.rsplit(['.', '/']).next().unwrap_or(path);
    // An expression may read a secret without a path that shows it.
    let subject = leaf.subject.to_ascii_lowercase();
    let read = ["connectionString", "uri"]
        .into_iter()
        .find(|key| subject.contains(&format!(".{}", key.to_ascii_lowercase())));
    hidden(read.unwrap_or(last), value)
}

/// A value with its secrets hidden at every depth; `key` is the name of the member that it is.
pub fn hidden(key: &str, value: &Value) -> Value {
    match value {
        Value::String(text) => Value::string(&*mask_value(key, text)),
        Value::Array(items) => items.iter().map(|item| hidden(key, item)).collect(),
        Value::Object(object) => {
            let members = object.iter().map(|(key, value)| (key.clone(), hidden(key, value)));
            Value::from(members.collect::<Object>())
        }
        other => other.clone(),
    }
}

/// `1 of 3 exportedDataTypes fit`, for a count over a parameter's items that should all fit.
fn counted_parameter(leaf: &DecidingLeaf) -> Option<String> {
    let name = leaf.subject.strip_prefix("count(parameters('")?.strip_suffix("'))")?;
    let (found, wanted) = (leaf.current.as_ref()?.as_int()?, leaf.target.as_ref()?.as_int()?);
    (leaf.operator == "equals" && found < wanted).then(|| format!("{found} of {wanted} {name} fit"))
}

/// An alias without its type; anything else as it stands.
pub fn short_subject(subject: &str) -> String {
    match subject.find("Microsoft.Security/automations/") {
        Some(_) => subject.replace("Microsoft.Security/automations/", ""),
        None => subject.to_owned(),
    }
}

/// What a condition on a resource of a type looks at, without that type.
pub fn subject_of(subject: &str, about: &ResourceType) -> String {
    // The brackets of an expression say nothing here.
    let bare = subject.strip_prefix('[').and_then(|bare| bare.strip_suffix(']'));
    let subject = bare.unwrap_or(subject);
    let plain = subject.strip_prefix("count(").unwrap_or(subject);
    let own = format!("{}/", about.folded());
    match plain.get(..own.len()).filter(|start| start.eq_ignore_ascii_case(&own)) {
        Some(_) if plain.len() < subject.len() => format!("count({}", &plain[own.len()..]),
        Some(_) => plain[own.len()..].to_owned(),
        None => short_subject(subject),
    }
}

/// Conditions that a rule's author objects to: `minimumTlsVersion is "TLS1_0", notEquals "TLS1_2"`.
pub fn met(leaves: &[DecidingLeaf], about: &ResourceType) -> String {
    // A property of the resource tells more than where it lies or what manages its group.
    let own = |leaf: &&DecidingLeaf| subject_of(&leaf.subject, about).len() < leaf.subject.len();
    let Some(first) = leaves.iter().find(own).or(leaves.first()) else {
        return "the rule's condition holds".to_owned();
    };
    let found = match &first.current {
        Some(value) => format!("is {}", short(&masked(first, value))),
        None => "is missing".to_owned(),
    };
    let than = match first.operator {
        "equals" | "exists" => String::new(),
        operator if first.holds == Some(false) => format!(", not {operator} {}", wanted(first)),
        operator => format!(", {operator} {}", wanted(first)),
    };
    let more = match leaves.len() - 1 {
        0 => String::new(),
        1 => ", and 1 more condition".to_owned(),
        more => format!(", and {more} more conditions"),
    };
    format!("{} {found}{than}{more}", subject_of(&first.subject, about))
}

/// A value in at most 40 characters.
pub fn short(value: &Value) -> String {
    let text = value.to_json();
    if text.chars().count() <= 40 {
        return text;
    }
    let mut cut: String = text.chars().take(39).collect();
    cut.push('…');
    cut
}

/// A missing fact as an assumption: `the listing is complete`.
pub fn assumption(fact: &MissingFact) -> String {
    match fact {
        MissingFact::Listing(resource_type, _) => {
            format!(
                "the listing of {} is complete",
                resource_type.as_str().rsplit('/').next().unwrap_or_default()
            )
        }
        MissingFact::Under(_, group) => format!("it lies under {group}"),
        MissingFact::Outside(_, group) => format!("it doesn't lie under {group}"),
        MissingFact::Carried(_, path) => format!("the export carries {path}"),
        MissingFact::Other(text) => text.to_string(),
    }
}

/// A missing fact as a question.
pub fn question(fact: &MissingFact) -> String {
    match fact {
        MissingFact::Listing(resource_type, scope) => format!("are these all {resource_type} of {scope}?"),
        MissingFact::Under(_, group) | MissingFact::Outside(_, group) => {
            format!("does it lie under {group}?")
        }
        MissingFact::Carried(id, path) => format!("the export of {} doesn't carry {path}", id.name()),
        MissingFact::Other(text) => text.to_string(),
    }
}
