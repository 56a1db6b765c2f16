//! Parameters of definitions.

use std::collections::BTreeSet;

use crate::arm::Value;
use crate::policy::ParameterDefinition;
use crate::source::{Node, Span};

use crate::lint::codes;
use crate::lint::document::{Document, expressions, parameter_term};
use crate::lint::report::Report;

/// Parameters that nothing reads.
pub(super) fn unused(document: &Document<'_>, report: &mut Report) {
    let mut read: BTreeSet<String> = BTreeSet::new();
    let mut computed = false;
    expressions(document.rule(), &|key| key.eq_ignore_ascii_case("template"), &mut |expression, _| {
        for term in expression.terms() {
            match parameter_term(term) {
                Some(name) => {
                    read.insert(name.to_ascii_lowercase());
                }
                None => {
                    computed |= matches!(term, crate::arm::expression::Term::Call(name, _) if &**name == "parameters");
                }
            }
        }
    });
    if computed {
        return;
    }
    for parameter in &document.definition.parameters {
        if is_kept(document.parameter(&parameter.name)) {
            continue;
        }
        if !read.contains(&parameter.name.to_ascii_lowercase()) {
            let message = format!("nothing reads the parameter `{}`", parameter.name);
            let help = "an assignment has to give it, or thinks that it matters: take it away";
            report.advise(&codes::UNUSED_PARAMETER, document.parameter_name(parameter), message, help);
        }
    }
}

/// Whether a parameter stays for assignments that give it: `metadata.deprecated`.
pub(super) fn is_kept(written: Option<&Node>) -> bool {
    let deprecated = written.and_then(|node| node.at(&["metadata", "deprecated"]));
    deprecated.is_some_and(|flag| {
        flag.as_bool() == Some(true) || flag.as_str().is_some_and(|t| t.eq_ignore_ascii_case("true"))
    })
}

/// Parameters that say in the portal what they are.
pub(super) fn described(document: &Document<'_>, report: &mut Report) {
    for parameter in &document.definition.parameters {
        let written = document.parameter(&parameter.name);
        undescribed(&parameter.name, written, document.parameter_name(parameter), report);
    }
}

/// What a parameter lacks by which people know it.
pub(super) fn undescribed(name: &str, written: Option<&Node>, span: Span, report: &mut Report) {
    let metadata = written.and_then(|node| node.get("metadata"));
    let has = |key: &str| {
        let text = metadata.and_then(|metadata| metadata.get(key)).and_then(Node::as_str);
        text.is_some_and(|text| !text.trim().is_empty())
    };
    if !has("description") {
        report.add(&codes::NO_DESCRIPTION, span, format!("the parameter `{name}` has no description"));
    }
    if !has("displayName") {
        report.add(&codes::NO_DISPLAY_NAME, span, format!("the parameter `{name}` has no display name"));
    }
}

/// Defaults and allowed values of parameters against the schema that the parameter carries.
pub(super) fn schemas(document: &Document<'_>, report: &mut Report) {
    for parameter in &document.definition.parameters {
        misfits(parameter, document.parameter(&parameter.name), report);
    }
}

/// Default and allowed values of one parameter that don't fit its schema.
pub(super) fn misfits(parameter: &ParameterDefinition, written: Option<&Node>, report: &mut Report) {
    let (Some(schema), Some(written)) = (&parameter.schema, written) else { return };
    if let Err(why) = schema.unfit(&Value::Null) {
        let message = format!("the schema of `{}` is none: {why}", parameter.name);
        report.add(&codes::SCHEMA_MISMATCH, schema.span, message);
        return;
    }
    let default = written.get("defaultValue").into_iter();
    let allowed = written.get("allowedValues").map(Node::items).unwrap_or_default();
    for value in default.chain(allowed) {
        for unfit in schema.unfit(&Value::from(value)).unwrap_or_default() {
            let message = format!("`{}` doesn't fit its schema: {}", parameter.name, unfit.message);
            report.add(&codes::SCHEMA_MISMATCH, place(value, &unfit.pointer), message);
        }
    }
}

/// The place of a JSON pointer in a value.
fn place(value: &Node, pointer: &str) -> Span {
    let mut at = value;
    for step in pointer.split('/').skip(1) {
        let key = step.replace("~1", "/").replace("~0", "~");
        let next = at.get(&key).or_else(|| at.items().get(key.parse::<usize>().ok()?));
        match next {
            Some(next) => at = next,
            None => break,
        }
    }
    at.span
}
