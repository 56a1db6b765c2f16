//! What every part of lowering needs: faults are counted, members are read with their kind checked.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::{Dialect, Formula, Term};
use crate::arm::nearest::nearest;
use crate::policy::codes;
use crate::source::{Code, Diagnostic, Diagnostics, Node, NodeValue, Severity, Span, doubled_keys, json};

/// What declares parameters.
#[derive(Clone, Copy)]
pub(super) enum Owner {
    Definition,
    Initiative,
}

/// One document being lowered.
pub(super) struct Lowering<'a> {
    /// Where faults go.
    faults: &'a mut Diagnostics,
    before: usize,
    /// Parameters that expressions read, with the place of the expression.
    read: Vec<(Arc<str>, Span)>,
}

impl<'a> Lowering<'a> {
    pub(super) fn new(faults: &'a mut Diagnostics) -> Lowering<'a> {
        let before = faults.len();
        Lowering { faults, before, read: Vec::new() }
    }

    /// A value in which texts in brackets are expressions. A text that is none is a fault, and nothing comes
    /// back; so is a call that Azure refuses.
    pub(super) fn formula(&mut self, node: &Node) -> Option<Formula> {
        let before = self.faults.len();
        let formula = Formula::read(node, self.faults);
        if self.faults.len() > before {
            return None;
        }
        for (expression, span) in formula.expressions() {
            for misuse in expression.misuses(Dialect::Policy, &|_| false) {
                self.faults.push(misuse.diagnostic(Dialect::Policy, span));
            }
            for term in expression.terms() {
                let Term::Call(name, arguments) = term else { continue };
                if let ("parameters", [Term::Literal(Value::String(read))]) = (&**name, arguments.as_slice())
                {
                    self.read.push((read.clone(), span));
                }
            }
        }
        Some(formula)
    }

    /// A fault for each parameter that an expression reads and the document doesn't declare.
    pub(super) fn check_reads(&mut self, declared: &[&str], owner: Owner) {
        for (name, span) in std::mem::take(&mut self.read) {
            if declared.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
                continue;
            }
            let message = match owner {
                Owner::Definition => {
                    format!("the rule reads parameter `{name}`, which the definition doesn't declare")
                }
                Owner::Initiative => {
                    format!("a member reads parameter `{name}`, which the initiative doesn't declare")
                }
            };
            let fault = Diagnostic::new(&codes::UNDECLARED_REFERENCE, message).at(span, "read here");
            self.fault(suggest(fault, &name, declared));
        }
    }

    /// Whether the document has an error so far.
    pub(super) fn failed(&self) -> bool {
        self.faults.iter().skip(self.before).any(|fault| fault.severity == Severity::Error)
    }

    pub(super) fn fault(&mut self, fault: Diagnostic) {
        self.faults.push(fault);
    }

    /// A fault of one place.
    pub(super) fn say(&mut self, code: &'static Code, span: Span, message: String, label: &str) {
        self.fault(Diagnostic::new(code, message).at(span, label));
    }

    pub(super) fn wrong_kind(&mut self, node: &Node, what: &str, wanted: &str) {
        let message = format!("`{what}` is {}, wanted {wanted}", node.kind());
        self.say(&codes::WRONG_KIND, node.span, message, &format!("wanted {wanted}"));
    }

    pub(super) fn missing(&mut self, span: Span, key: &str, owner: &str) {
        let message = format!("{owner} has no `{key}`");
        self.say(&codes::MISSING_MEMBER, span, message, &format!("`{key}` is missing here"));
    }

    /// The node if it is an object.
    pub(super) fn object<'n>(&mut self, node: &'n Node, what: &str) -> Option<&'n Node> {
        if node.is_object() {
            doubled_keys(node, self.faults);
            return Some(node);
        }
        self.wrong_kind(node, what, "an object");
        None
    }

    /// The text of a member; nothing where it is absent or null.
    pub(super) fn text(&mut self, owner: &Node, key: &str) -> Option<Arc<str>> {
        let node = owner.get(key)?;
        self.as_text(node, key)
    }

    pub(super) fn as_text(&mut self, node: &Node, what: &str) -> Option<Arc<str>> {
        match &node.value {
            NodeValue::String(text) => Some(text.clone()),
            NodeValue::Null => None,
            _ => {
                self.wrong_kind(node, what, "a string");
                None
            }
        }
    }

    /// A member that is one of a closed set.
    pub(super) fn choice<T>(
        &mut self,
        node: &Node,
        what: &str,
        known: &[&str],
        parse: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let text = self.as_text(node, what)?;
        let parsed = parse(&text);
        if parsed.is_none() {
            let fault = Diagnostic::new(&codes::UNKNOWN_VALUE, format!("`{text}` is no `{what}`"))
                .at(node.span, "not one of the values that Azure knows");
            self.fault(suggest(fault, &text, known));
        }
        parsed
    }

    /// Faults for members that this object doesn't have.
    pub(super) fn only(&mut self, node: &Node, owner: &str, known: &[&str]) {
        for member in node.members() {
            if known.iter().any(|key| key.eq_ignore_ascii_case(&member.key)) {
                continue;
            }
            let fault =
                Diagnostic::new(&codes::UNKNOWN_KEY, format!("{owner} has no member `{}`", member.key))
                    .at(member.key_span, "not a key of this object");
            self.fault(suggest(fault, &member.key, known));
        }
    }
}

/// Adds `did you mean` where a known name is near, else the known names where they are few.
pub(super) fn suggest(fault: Diagnostic, text: &str, known: &[&str]) -> Diagnostic {
    match nearest(text, known.iter().copied()) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None if known.len() <= 8 => {
            let known: Vec<_> = known.iter().map(|name| format!("`{name}`")).collect();
            fault.help(format!("known are {}", known.join(", ")))
        }
        None => fault,
    }
}

/// The object that `properties` holds, also where a tool wrote it as JSON in a string. Such a text has no
/// places of its own: every part points to the string.
pub(super) fn unwrapped(node: &Node) -> Option<Node> {
    let text = node.as_str()?;
    let mut faults = Diagnostics::new();
    let mut documents = json::parse(node.span.file, node.span.start, text, &mut faults);
    if faults.has_errors() || documents.len() != 1 {
        return None;
    }
    let mut inner = documents.pop()?;
    respan(&mut inner, node.span);
    Some(inner)
}

fn respan(node: &mut Node, span: Span) {
    node.span = span;
    match &mut node.value {
        NodeValue::Array(items) => items.iter_mut().for_each(|item| respan(item, span)),
        NodeValue::Object(members) => {
            for member in members {
                member.key_span = span;
                respan(&mut member.value, span);
            }
        }
        _ => {}
    }
}
