//! From a text to its value.

use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::arm::expression::{Context, Dialect, Failure, Misuse, PlacedExpression, Term, TextKind, classify};
use crate::arm::template::{DeploymentRequest, PreparedTemplate, SubscriptionFacts};
use crate::arm::{Object, ResourceId, ResourceType, SubscriptionId, Value};
use crate::engine::{Alone, Language, Subject};
use crate::inventory::Resource;
use crate::report::codes;
use crate::report::evaluation::{Ending, Evaluation, shown, told};
use crate::source::{Diagnostic, Diagnostics, FileId, Node, NodeValue, SourceMap, Span};

use super::context::Asked;
use super::facts::Facts;

/// How a text is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Form {
    /// As people type it: brackets may be left out.
    Typed,
    /// As a document holds it: brackets decide.
    Document,
}

/// What a text is.
enum Reading<'a> {
    /// It stands for itself.
    Literal(&'a str),
    /// An expression, and how many bytes of it weren't written.
    Expression(String, usize),
}

/// A function that begins a text: such a text is meant as an expression, even if it can't be parsed.
fn begins_with_call(text: &str) -> bool {
    let name = text.trim_start();
    let end = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '.'))).unwrap_or(name.len());
    end > 0 && !name.starts_with(|c: char| c.is_ascii_digit()) && name[end..].trim_start().starts_with('(')
}

fn reading(text: &str, form: Form) -> Reading<'_> {
    let trimmed = if form == Form::Typed { text.trim() } else { text };
    match classify(trimmed) {
        TextKind::Expression(_) => {
            let before = text.len() - text.trim_start().len();
            let blank = if form == Form::Typed { before } else { 0 };
            // Blanks in front keep places as they are.
            let moved = format!("[{}{}", " ".repeat(blank), &trimmed[1..]);
            return Reading::Expression(moved, 0);
        }
        TextKind::Literal(literal) if form == Form::Document || literal.len() != trimmed.len() => {
            return Reading::Literal(literal);
        }
        TextKind::Literal(_) => {}
    }
    let bracketed = format!("[{text}]");
    if begins_with_call(text) || PlacedExpression::parse(&bracketed).is_ok() {
        return Reading::Expression(bracketed, 1);
    }
    Reading::Literal(text)
}

/// The value of a text, or why it has none.
pub(super) fn evaluate(text: &str, form: Form, facts: &Facts) -> Evaluation {
    let mut sources = SourceMap::new();
    let file = sources.add("expression", text);
    let mut answer = Evaluation {
        text: text.to_owned(),
        ending: Ending::Value,
        value: None,
        findings: Diagnostics::new(),
        sources,
    };
    match reading(text, form) {
        Reading::Literal(literal) => {
            answer.value = Some(shown("", &Value::string(literal), &facts.secrets(), false));
            // Two brackets in front say that the text is meant.
            if form == Form::Typed && literal == text {
                answer.findings.push(literally(text, file));
            }
        }
        Reading::Expression(bracketed, unwritten) => {
            Worker { text, file, unwritten, facts }.evaluate(&bracketed, &mut answer);
        }
    }
    answer
}

fn literally(text: &str, file: FileId) -> Diagnostic {
    let whole = Span::new(file, 0, text.len() as u64);
    let note = Diagnostic::new(&codes::TAKEN_LITERALLY, "this text is no expression: it stands for itself");
    let word = text.trim();
    note.at(whole, "").help(match word.to_ascii_lowercase().as_str() {
        "true" | "false" | "null" => format!("write `{word}()`"),
        _ if word.starts_with('[') => {
            "an expression ends with `]`, and `[[` begins a literal text".to_owned()
        }
        _ => "a function is called with parentheses: `name(…)`".to_owned(),
    })
}

struct Worker<'a> {
    text: &'a str,
    file: FileId,
    /// How many bytes in front weren't written.
    unwritten: usize,
    facts: &'a Facts,
}

impl Worker<'_> {
    fn span(&self, place: Range<usize>) -> Span {
        let last = self.text.len();
        let start = place.start.saturating_sub(self.unwritten).min(last);
        let end = place.end.saturating_sub(self.unwritten).min(last).max(start);
        Span::new(self.file, start as u64, end as u64)
    }

    fn evaluate(&self, bracketed: &str, answer: &mut Evaluation) {
        let placed = match PlacedExpression::parse(bracketed) {
            Ok(placed) => placed,
            Err(fault) => {
                let place = fault.offset..fault.offset + fault.len;
                let mut finding = fault.diagnostic(Span::none(), bracketed);
                finding.labels.clear();
                answer.findings.push(finding.at(self.span(place), ""));
                answer.ending = Ending::Error;
                return;
            }
        };
        let dialect = self.facts.dialect;
        let own = |name: &str| {
            let functions = self.facts.template.iter().flat_map(PreparedTemplate::functions);
            functions.into_iter().any(|known| known == name)
        };
        for (misuse, place) in placed.misuses(dialect, &own) {
            let help = elsewhere(&misuse, dialect);
            let mut finding = misuse.diagnostic(dialect, self.span(place));
            finding.help = finding.help.or(help);
            answer.findings.push(finding);
            answer.ending = Ending::Error;
        }
        if answer.ending == Ending::Error {
            return;
        }
        let secrets = self.facts.secrets();
        match with_context(self.facts, |context| placed.evaluate(context)) {
            Err(finding) => {
                answer.findings.extend(finding);
                answer.ending = Ending::Error;
            }
            Ok((Ok(value), secret)) => {
                if value.has_runtime() {
                    answer.ending = Ending::Remaining;
                    answer.findings.push(Diagnostic::new(
                        &codes::KNOWN_WHEN_DEPLOYED,
                        "only a running deployment knows the whole value: what is printed in brackets remains \
                         to be evaluated",
                    ));
                }
                let key = last_key(&placed.expression.root);
                answer.value = Some(shown(key, &value, &secrets, secret));
            }
            Ok((Err((failure, place)), _)) => {
                let (code, ending) = match failure {
                    Failure::Error(_) => (&codes::EXPRESSION_FAILS, Ending::Error),
                    Failure::Unknown(_) | Failure::Unsupported(_) => {
                        (&codes::EXPRESSION_UNKNOWN, Ending::Unknown)
                    }
                };
                let (message, help) = said(&failure.to_string());
                let mut finding = Diagnostic::new(code, told(&message, &secrets)).at(self.span(place), "");
                finding.help = help;
                answer.findings.push(finding);
                answer.ending = ending;
            }
        }
    }
}

/// A failure of ours says behind a colon which flag helps.
fn said(message: &str) -> (String, Option<String>) {
    match message.split_once(": give --") {
        Some((what, flag)) => (what.to_owned(), Some(format!("give `--{flag}`"))),
        None => match message.split_once(", did you mean ") {
            Some((what, meant)) => (what.to_owned(), Some(format!("did you mean {meant}"))),
            None => (message.to_owned(), None),
        },
    }
}

/// A function of the other dialect is not wrong, only elsewhere.
fn elsewhere(misuse: &Misuse, dialect: Dialect) -> Option<String> {
    let Misuse::NotAllowed { .. } = misuse else { return None };
    Some(match dialect {
        Dialect::Policy => "with `--dialect template` it exists".to_owned(),
        Dialect::Template => "with `--dialect policy` it exists".to_owned(),
    })
}

/// The name of the member that an expression gives, where it shows: by it secrets are known.
fn last_key(root: &Term) -> &str {
    let text = match root {
        Term::Access(_, key) => &**key,
        Term::Call(name, arguments) if matches!(&**name, "field" | "parameters" | "variables") => {
            match arguments.first() {
                Some(argument) => argument,
                None => return "",
            }
        }
        _ => return "",
    };
    match text {
        Term::Literal(Value::String(name)) => name.rsplit(['.', '/']).next().unwrap_or_default(),
        _ => "",
    }
}

type Evaluated = Result<Value, (Failure, Range<usize>)>;

/// Evaluates where the facts say; whether a secret was asked for comes back, too.
fn with_context(
    facts: &Facts,
    evaluate: impl FnOnce(&dyn Context) -> Evaluated,
) -> Result<(Evaluated, bool), Diagnostics> {
    let place = facts.subscription.clone().unwrap_or_else(nowhere);
    let asked = |inner: &dyn Context| {
        let context = Asked::new(facts, inner);
        let answer = evaluate(&context);
        (answer, context.saw_secret())
    };
    match facts.dialect {
        Dialect::Policy => {
            let stand_in = stand_in(&place);
            let now = facts.known_now();
            let subject = Subject {
                resource: facts.resource.as_ref().unwrap_or(&stand_in),
                subscription: &place,
                resource_group: facts.group.as_ref(),
                now: now.as_deref(),
                occasion: None,
            };
            let language = Language { aliases: &facts.aliases, semantics: &facts.semantics };
            let definition = facts.definition.clone().unwrap_or_default();
            Ok(asked(&Alone { subject, definition: &definition, language }))
        }
        Dialect::Template => {
            let none = Object::new();
            let request = DeploymentRequest {
                template: &EMPTY,
                // Without a template nothing declares them: they are answered before it is asked.
                parameters: if facts.template.is_some() { &facts.parameters } else { &none },
                name: facts.deployment.clone().unwrap_or_default(),
                location: facts.location.clone(),
                subscription: &place,
                resource_group: facts.group.as_ref(),
                management_group: None,
                guid_seed: "azpol eval".into(),
                now: facts.template.is_some().then(|| facts.now().into()),
                semantics: &facts.semantics,
            };
            let empty;
            let template = if let Some(template) = &facts.template {
                template
            } else {
                empty = PreparedTemplate::read(&EMPTY).map_err(faults)?;
                &empty
            };
            template.beside(&request, asked).map_err(faults)
        }
    }
}

fn faults(found: Vec<crate::arm::template::ExpansionFault>) -> Diagnostics {
    let mut faults = Diagnostics::new();
    for fault in found {
        faults.push(Diagnostic::new(&codes::EXPRESSION_FAILS, fault.message));
    }
    faults
}

/// A template without anything in it.
static EMPTY: LazyLock<Node> = LazyLock::new(|| {
    let node = |value| Node { span: Span::none(), value };
    let resources = crate::source::Member {
        key: "resources".into(),
        key_span: Span::none(),
        value: node(NodeValue::Array(Vec::new())),
    };
    node(NodeValue::Object(vec![resources]))
});

/// Stands where no subscription is given; it is asked for nothing.
fn nowhere() -> SubscriptionFacts {
    let id = SubscriptionId::new("none");
    SubscriptionFacts { id, display_name: None, tenant_id: None, state: None, tags: None }
}

/// Stands where no resource is given; it is asked for nothing.
fn stand_in(place: &SubscriptionFacts) -> Resource {
    let body: Arc<Object> = Arc::default();
    Resource {
        id: ResourceId::subscription(&place.id),
        resource_type: ResourceType::new(ResourceType::SUBSCRIPTION),
        location: None,
        body: Value::Object(body).into(),
        loss: None,
        span: Span::none(),
    }
}
