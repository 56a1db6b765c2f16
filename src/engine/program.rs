//! The compiled form of conditions: plain data that can be printed and compared.
//!
//! Parameters are folded in. A part whose truth is known keeps it beside itself and is skipped by the fast
//! path; it stays in the tree with its place, so that an explanation can show it.

use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::Formula;
use crate::inventory::Body;
use crate::policy::Operator;
use crate::source::Span;

use super::alias::{AliasAccess, Meant};
use super::{Cause, Doubt, Truth};

/// A condition.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Test {
    pub(super) kind: TestKind,
    /// Its truth, where parameters decide it.
    pub(super) known: Option<Truth>,
    pub(super) span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub(super) enum TestKind {
    AllOf(Group),
    AnyOf(Group),
    Not(Box<Test>),
    Compare(Box<Comparison>),
}

/// The parts of `allOf` or `anyOf`.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Group {
    pub(super) parts: Vec<Test>,
    /// Indices of those that can change the truth of the group; parameters decide the others.
    pub(super) live: Vec<usize>,
}

/// A leaf.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Comparison {
    pub(super) subject: Operand,
    pub(super) operator: Operator,
    pub(super) target: Computed,
    /// What is looked at, as the rule writes it: an alias, `value`, `count(…)`.
    pub(super) text: Arc<str>,
}

/// What a leaf looks at.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Operand {
    Field(Access),
    /// A field whose name is computed for each resource.
    ComputedField(Formula),
    Value(Computed),
    CountField(Box<FieldCount>),
    CountValue(Box<ValueCount>),
    /// A count over a list that parameters decide: one condition for each item.
    CountItems(Vec<(Value, Test)>),
}

/// A value.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Computed {
    Known(Value),
    /// An expression that fails whatever the resource is.
    Fails(Cause),
    /// `current(name)` of the count over values so many frames outwards.
    Current(usize),
    Formula(Formula),
}

/// A count over the members of an array.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct FieldCount {
    pub(super) access: AliasAccess,
    pub(super) filter: Option<Test>,
}

/// A count over a list that has to be computed for each resource.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct ValueCount {
    pub(super) list: Computed,
    pub(super) name: Arc<str>,
    pub(super) filter: Option<Test>,
}

/// How a field is read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Access {
    Type,
    Name,
    FullName,
    Id,
    Location,
    /// `apiVersion` of the request.
    ApiVersion,
    /// `tags`, `tags[x]`, `kind`, `identity.…`: a path that every type has.
    Body(Path),
    Alias(AliasAccess),
}

/// A path into a resource's body, or into a member of an array that a count goes through.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Path {
    pub(super) base: Base,
    /// Below the base.
    pub(super) steps: Vec<Step>,
    /// The whole path from the body: `properties.sources[*].eventSource`.
    pub(super) text: Arc<str>,
    /// The path has a `[*]` that the alias doesn't have: an empty selection is a missing value then.
    pub(super) hidden_array: bool,
    pub(super) doubt: Option<Doubt>,
    pub(super) meant: Meant,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Base {
    /// The body of the resource.
    Body,
    /// The member of the count so many frames outwards, and so many `[*]` above the counted one.
    Member { frame: usize, up: usize },
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(Arc<str>),
    Each,
}

impl Path {
    /// From a path as the alias table writes it: `properties.sources[*].eventSource`.
    pub(super) fn parse(text: &str) -> Path {
        Path {
            base: Base::Body,
            steps: steps(text),
            text: text.into(),
            hidden_array: false,
            doubt: None,
            meant: Meant::Whole,
        }
    }

    /// A path of keys that may hold any character.
    pub(super) fn keys(keys: &[&str], text: String) -> Path {
        Path {
            base: Base::Body,
            steps: keys.iter().map(|key| Step::Key((*key).into())).collect(),
            text: text.into(),
            hidden_array: false,
            doubt: None,
            meant: Meant::Whole,
        }
    }

    /// A body, as far as this path looks into it.
    pub(super) fn body_of<'b>(&self, body: &'b Body) -> &'b Value {
        let key = |at: usize| match self.steps.get(at) {
            Some(Step::Key(key)) => Some(&**key),
            Some(Step::Each) | None => None,
        };
        key(0).map_or_else(|| body.value(), |first| body.along(first, key(1)))
    }

    /// Lets it begin at a member whose own path is this one; `false` where it isn't below it. What is only near the
    /// counted member, not exactly below it, is an open reading.
    pub(super) fn begin_at(&mut self, head: &str, base: Base, exact: bool) -> bool {
        let Some(rest) = self.text.strip_prefix(head) else { return false };
        self.steps = steps(rest);
        self.base = base;
        self.doubt = (!exact).then_some(Doubt::OuterMember);
        true
    }

    /// Whether it selects any number of values.
    pub(super) fn selects(&self) -> bool {
        self.steps.contains(&Step::Each)
    }
}

/// The steps of a path; a key that holds a dot stands in `['…']`.
fn steps(text: &str) -> Vec<Step> {
    let mut steps = Vec::new();
    let mut rest = text;
    while !rest.is_empty() {
        if let Some(behind) = rest.strip_prefix("[*]") {
            steps.push(Step::Each);
            rest = behind;
        } else if let Some((key, behind)) = rest.strip_prefix("['").and_then(|quoted| quoted.split_once("']"))
        {
            steps.push(Step::Key(key.into()));
            rest = behind;
        } else {
            let start = usize::from(rest.starts_with('.'));
            let end = rest[start..].find(['.', '[']).map_or(rest.len(), |at| at + start);
            if end > start {
                steps.push(Step::Key(rest[start..end].into()));
            }
            // A bracket that is none of the known forms ends the path's steps as a key of its own.
            rest = if end == start { "" } else { &rest[end..] };
        }
    }
    steps
}

#[cfg(test)]
mod tests {
    use super::{Path, Step};

    #[test]
    fn paths_are_split_into_keys_and_arrays() {
        let path = Path::parse("properties.sources[*].ruleSets[*]");
        let keys: Vec<_> = path
            .steps
            .iter()
            .map(|step| match step {
                Step::Key(key) => &**key,
                Step::Each => "*",
            })
            .collect();
        assert_eq!(keys, ["properties", "sources", "*", "ruleSets", "*"]);
        assert!(path.selects());
        assert_eq!(Path::parse("properties['a.b'].c").steps.len(), 3);
    }
}
