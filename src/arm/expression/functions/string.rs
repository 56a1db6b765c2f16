//! Functions of texts.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-string>

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::{Dialect, Failure};
use crate::arm::semantics::ReplaceCase;

use super::{ANY, Answer, FunctionEntry, Setting, error, format, int_at, text, text_at, wrong};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("endsWith", (2, 2), ends_with),
    FunctionEntry::pure("format", (1, ANY), format::format),
    FunctionEntry::pure("join", (2, 2), join),
    FunctionEntry::pure("like", (2, 2), like).in_templates(),
    FunctionEntry::pure("padLeft", (2, 3), pad_left),
    FunctionEntry::placed("replace", (3, 3), replace),
    FunctionEntry::pure("split", (2, 2), split),
    FunctionEntry::pure("startsWith", (2, 2), starts_with),
    FunctionEntry::pure("substring", (2, 3), substring),
    FunctionEntry::pure("toLower", (1, 1), to_lower),
    FunctionEntry::pure("toUpper", (1, 1), to_upper),
    FunctionEntry::pure("trim", (1, 1), trim),
];

fn to_lower(arguments: &[Value]) -> Answer {
    Ok(text_at(arguments, 0)?.chars().map(text::lower).collect::<String>().into())
}

fn to_upper(arguments: &[Value]) -> Answer {
    Ok(text_at(arguments, 0)?.chars().map(text::upper).collect::<String>().into())
}

fn trim(arguments: &[Value]) -> Answer {
    Ok(text_at(arguments, 0)?.trim().into())
}

/// Without case, in both dialects.
fn starts_with(arguments: &[Value]) -> Answer {
    let (text, part) = (text_at(arguments, 0)?, text_at(arguments, 1)?);
    let head: String = text.chars().take(part.chars().count()).collect();
    Ok(text::same(&head, part).into())
}

/// Without case, in both dialects.
fn ends_with(arguments: &[Value]) -> Answer {
    let (text, part) = (text_at(arguments, 0)?, text_at(arguments, 1)?);
    let before = text.chars().count().saturating_sub(part.chars().count());
    let tail: String = text.chars().skip(before).collect();
    Ok(text::same(&tail, part).into())
}

fn join(arguments: &[Value]) -> Answer {
    let Some(Value::Array(items)) = arguments.first() else { return wrong(arguments, 0, "an Array") };
    let separator = text_at(arguments, 1)?;
    let mut joined = String::new();
    for (index, item) in items.iter().enumerate() {
        if index > 0 {
            joined.push_str(separator);
        }
        let Value::String(item) = item else {
            return error(format!("item {index} has to be a String, not {}", super::a_kind(item)));
        };
        joined.push_str(item);
    }
    Ok(joined.into())
}

/// Whether a text has the form of a pattern in which `*` stands for any run of characters; without case.
///
/// As Bicep describes it (`SystemNamespaceType`); the pages about template functions don't have it.
fn like(arguments: &[Value]) -> Answer {
    Ok(text::like(text_at(arguments, 0)?, text_at(arguments, 1)?).into())
}

/// To a width of 1 to 16; a longer text stays as it is.
fn pad_left(arguments: &[Value]) -> Answer {
    let text = match &arguments[0] {
        Value::String(text) => text.to_string(),
        Value::Int(number) => number.to_string(),
        _ => return wrong(arguments, 0, "a String or an Integer"),
    };
    let width = int_at(arguments, 1)?;
    let width = usize::try_from(width).ok().filter(|width| (1..=16).contains(width));
    let Some(width) = width else { return error("the total length has to be between 1 and 16") };
    let padding = match arguments.get(2) {
        None => ' ',
        Some(Value::String(padding)) if text::length(padding) == 1 => padding.chars().next().unwrap_or(' '),
        Some(_) => return error("the padding has to be a single character"),
    };
    let missing = width.saturating_sub(text::length(&text));
    let mut padded: String = std::iter::repeat_n(padding, missing).collect();
    padded.push_str(&text);
    Ok(padded.into())
}

/// Rules search without case, templates with case.
fn replace(setting: Setting<'_>, arguments: &[Value]) -> Answer {
    let (text, old, new) = (text_at(arguments, 0)?, text_at(arguments, 1)?, text_at(arguments, 2)?);
    if old.is_empty() {
        return error("the text to be replaced can't be empty");
    }
    Ok(match (setting.dialect, setting.semantics.replace_case) {
        (Dialect::Policy, ReplaceCase::Ignored) => text::replace_without_case(text, old, new).into(),
        (Dialect::Policy, ReplaceCase::Minded) | (Dialect::Template, _) => text.replace(old, new).into(),
    })
}

fn split(arguments: &[Value]) -> Answer {
    let delimiters: Vec<Arc<str>> = match &arguments[1] {
        Value::String(delimiter) => vec![delimiter.clone()],
        Value::Array(items) => {
            let texts = items.iter().map(|item| match item {
                Value::String(text) => Ok(text.clone()),
                _ => wrong(arguments, 1, "a String or an array of Strings"),
            });
            texts.collect::<Result<_, Failure>>()?
        }
        _ => return wrong(arguments, 1, "a String or an array of Strings"),
    };
    if arguments[0].is_null() {
        return Ok(Value::array([]));
    }
    let text = text_at(arguments, 0)?;
    let (mut parts, mut from, mut at) = (Vec::new(), 0, 0);
    while at < text.len() {
        let rest = &text[at..];
        match delimiters.iter().find(|delimiter| !delimiter.is_empty() && rest.starts_with(&***delimiter)) {
            Some(delimiter) => {
                parts.push(Value::from(&text[from..at]));
                at += delimiter.len();
                from = at;
            }
            None => at += rest.chars().next().map_or(1, char::len_utf8),
        }
    }
    parts.push(Value::from(&text[from..]));
    Ok(Value::array(parts))
}

fn substring(arguments: &[Value]) -> Answer {
    let text = text_at(arguments, 0)?;
    let all = text::length(text);
    let outside = || "index and length must refer to a location within the string";
    let Ok(start) = usize::try_from(int_at(arguments, 1)?) else { return error(outside()) };
    let count = match arguments.get(2) {
        Some(_) => usize::try_from(int_at(arguments, 2)?).ok(),
        None => all.checked_sub(start),
    };
    match count {
        Some(count) if start.saturating_add(count) <= all => Ok(text::slice(text, start, count).into()),
        _ => error(outside()),
    }
}

#[cfg(test)]
mod tests {
    use super::like;
    use crate::arm::Value;

    #[test]
    fn stars_stand_for_runs_without_case() {
        let holds = |text: &str, pattern: &str| like(&[text.into(), pattern.into()]).unwrap() == true.into();
        assert!(holds("Windows2019", "windows*") && holds("a-b-c", "*B*") && holds("", "*"));
        assert!(holds("abab", "*ab") && holds("same", "SAME") && holds("", ""));
        assert!(!holds("abc", "ab") && !holds("aXbXc", "a*b*d") && !holds("a.c", "a?c"));
        assert!(like(&[Value::Null, "*".into()]).is_err());
    }
}
