//! Expressions whose value can be null, or that no scan can answer.

use crate::arm::Value;
use crate::arm::expression::{Expression, Term};
use crate::policy::{Operator, Subject};

use crate::lint::codes;
use crate::lint::document::{Document, expressions};
use crate::lint::report::Report;
use crate::lint::walk::{is_call, leaves};

/// Operators that take a null on their left side for the empty text.
fn takes_null_for_empty(operator: Operator) -> bool {
    use Operator as O;
    matches!(
        operator,
        O::Equals
            | O::NotEquals
            | O::In
            | O::NotIn
            | O::Like
            | O::NotLike
            | O::Contains
            | O::NotContains
            | O::Match
            | O::NotMatch
            | O::MatchInsensitively
            | O::NotMatchInsensitively
    )
}

/// `tryGet` on either side of a condition.
pub(super) fn try_get(document: &Document<'_>, report: &mut Report) {
    leaves(document.definition, &mut |leaf, _| {
        if is_call(&leaf.target, "tryGet") {
            let message = "the right side is a `tryGet`: where it gives null, the evaluation fails";
            let help = "give it a value for that case: `coalesce(tryGet(…), '')`";
            report.advise(&codes::UNGUARDED_TRYGET, leaf.target.span, message, help);
        }
        if let Subject::Value(value, _) = &leaf.subject
            && is_call(value, "tryGet")
            && takes_null_for_empty(leaf.operator)
        {
            let message = format!(
                "where this `tryGet` gives null, `{}` compares the empty text",
                leaf.operator.as_str()
            );
            report.add(&codes::TRYGET_AS_EMPTY, value.span, message);
        }
    });
}

/// Whether a term is `requestContext().identity`, or a part of it.
fn reads_identity(term: &Term) -> bool {
    match term {
        Term::Access(container, key) => {
            let identity =
                matches!(&**key, Term::Literal(Value::String(key)) if key.eq_ignore_ascii_case("identity"));
            identity && matches!(&**container, Term::Call(name, _) if &**name == "requestcontext")
                || reads_identity(container)
        }
        _ => false,
    }
}

fn mentions_identity(expression: &Expression) -> bool {
    expression.terms().any(reads_identity)
}

/// Rules about who asks: nobody asks when a scan runs.
pub(super) fn identity(document: &Document<'_>, report: &mut Report) {
    let mut first = true;
    expressions(document.rule(), &|key| key.eq_ignore_ascii_case("template"), &mut |expression, span| {
        if !mentions_identity(expression) {
            return;
        }
        if std::mem::take(&mut first) {
            let message = "the rule asks who makes the request: a compliance scan has no answer";
            let help = "such a rule works on requests only, and gives no compliance state";
            report.advise(&codes::ENFORCEMENT_ONLY, span, message, help);
        }
        if unguarded(&expression.root, false) {
            let message =
                "a claim is read by `.` or `[…]`: where the identity has none, the evaluation fails";
            report.advise(&codes::UNGUARDED_CLAIM, span, message, "read it by `tryGet`");
        }
    });
}

/// Whether something below `requestContext().identity` is read outside of a `tryGet`.
fn unguarded(term: &Term, guarded: bool) -> bool {
    match term {
        Term::Literal(_) => false,
        Term::Call(name, arguments) => {
            let guards = guarded || &**name == "tryget";
            arguments.iter().any(|argument| unguarded(argument, guards))
        }
        Term::Access(container, key) => {
            let deeper = reads_identity(container) && !guarded;
            deeper || unguarded(container, guarded) || unguarded(key, guarded)
        }
    }
}
