//! The evaluator: one, generic over who looks on.

use std::borrow::Cow;
use std::ops::ControlFlow;
use std::sync::Arc;

use crate::arm::expression::Formula;
use crate::arm::semantics::{FailingValue, HiddenArray, MissingArray, OuterMember, Semantics, ShortCircuit};
use crate::arm::{AliasCatalog, Location, Value};
use crate::policy::{FieldName, Operator};
use crate::source::Span;

use super::alias::{self, AliasAccess};
use super::compare::{Answer, Current, compare};
use super::context::{Lookups, RuleContext, cause};
use super::observe::{Looked, Observer, Part};
use super::program::{Access, Comparison, Computed, Group, Operand, Path, Test, TestKind};
use super::tally::Tally;
use super::walk::{self, Absent, Found, Frame, FrameKind, Member};
use super::{BoundParameters, Candidate, Cause, Subject, Truth};

/// One evaluation of one condition.
pub(super) struct Run<'r, O> {
    pub(super) subject: &'r Subject<'r>,
    /// The resource that `field` reads.
    pub(super) view: Candidate<'r>,
    /// By which API version it is read, where that is known.
    pub(super) version: Option<&'r str>,
    /// Whether this is the `if` block, where the function `field()` reads the same resource.
    pub(super) own: bool,
    /// The definition's id.
    pub(super) definition: &'r Arc<str>,
    pub(super) parameters: &'r BoundParameters,
    pub(super) lookups: &'r Lookups,
    pub(super) semantics: &'r Semantics,
    pub(super) aliases: &'r AliasCatalog,
    pub(super) observer: &'r mut O,
}

/// What a comparison came to, for the observer.
pub(super) struct Judged {
    pub(super) truth: Truth,
    pub(super) path: Option<String>,
    pub(super) current: Option<Value>,
}

impl Judged {
    fn bare(truth: Truth) -> Judged {
        Judged { truth, path: None, current: None }
    }

    fn unknown(cause: Cause) -> Judged {
        Judged::bare(Truth::unknown([cause]))
    }

    /// Of one found value; what it was is kept for an observer that records.
    fn at(looks: bool, truth: Truth, path: &Path, member: Option<&Member<'_>>, found: Found<'_>) -> Judged {
        if !looks {
            return Judged::bare(truth);
        }
        let current = match found {
            Found::Value(value) if !value.is_null() => {
                path.meant.of(&path.text, value).ok().and_then(Current::to_value)
            }
            _ => None,
        };
        Judged { truth, path: Some(walk::placed(path, member)), current }
    }
}

impl<O: Observer> Run<'_, O> {
    /// The truth of a condition inside these counts.
    pub(super) fn test(&mut self, test: &Test, frames: Option<&Frame<'_>>) -> Truth {
        if !O::RECORDS
            && let Some(known) = &test.known
        {
            return known.clone();
        }
        match &test.kind {
            TestKind::AllOf(parts) => self.group(Part::AllOf, parts, frames, test.span),
            TestKind::AnyOf(parts) => self.group(Part::AnyOf, parts, frames, test.span),
            TestKind::Not(part) => {
                self.open(Part::Not, test.span);
                let truth = self.test(part, frames).negate();
                self.close(&truth, None);
                truth
            }
            TestKind::Compare(comparison) => self.comparison(comparison, test.span, frames),
        }
    }

    /// The parts from left to right; the fast path skips those that parameters decide, and stops where the rest
    /// can't change the verdict.
    fn group(&mut self, part: Part<'_>, group: &Group, frames: Option<&Frame<'_>>, span: Span) -> Truth {
        let order = self.semantics.short_circuit;
        let (mut truth, stop, join): (_, _, fn(Truth, Truth, ShortCircuit) -> Truth) = match part {
            Part::AnyOf => (Truth::False, Truth::True, Truth::or),
            _ => (Truth::True, Truth::False, Truth::and),
        };
        if !O::RECORDS {
            for index in &group.live {
                truth = join(truth, self.test(&group.parts[*index], frames), order);
                if truth.settles(&stop, order) {
                    break;
                }
            }
            return truth;
        }
        self.open(part, span);
        for part in &group.parts {
            truth = join(truth, self.test(part, frames), order);
        }
        self.close(&truth, None);
        truth
    }

    /// Whether somebody wants to know what is found.
    pub(super) fn looks(&self) -> bool {
        O::RECORDS && self.observer.looks()
    }

    pub(super) fn open(&mut self, part: Part<'_>, span: Span) {
        if O::RECORDS {
            self.observer.open(part, span);
        }
    }

    pub(super) fn close(&mut self, truth: &Truth, looked: Option<Looked>) {
        if O::RECORDS {
            self.observer.close(truth, looked);
        }
    }

    /// The truth of an answer; its doubt is told.
    pub(super) fn note(&mut self, answer: Answer) -> Truth {
        if O::NOTICES
            && let Some(doubt) = answer.doubt
        {
            self.observer.doubt(doubt);
        }
        answer.truth
    }

    fn comparison(&mut self, leaf: &Comparison, span: Span, frames: Option<&Frame<'_>>) -> Truth {
        self.open(Part::Leaf(&leaf.text, leaf.operator), span);
        let target = self.computed(&leaf.target, frames);
        let judged = match &target {
            Err(cause) => self.without_target(cause, &leaf.subject, frames),
            Ok(target) => self.judge(leaf, target, span, frames),
        };
        if self.looks() {
            let path = judged.path.map(Arc::from);
            let target = target.ok().map(Cow::into_owned);
            self.close(&judged.truth, Some(Looked { path, current: judged.current, target }));
        } else {
            self.close(&judged.truth, None);
        }
        judged.truth
    }

    /// What a comparison says whose target isn't known: where its other side fails, what a failure says.
    fn without_target(&self, cause: &Cause, subject: &Operand, frames: Option<&Frame<'_>>) -> Judged {
        let other = match subject {
            _ if cause.is_failure() => None,
            Operand::Value(computed) => self.computed(computed, frames).err(),
            Operand::ComputedField(formula) => self.field_name(formula, frames).err(),
            _ => None,
        };
        match (subject, other.filter(Cause::is_failure)) {
            (Operand::Value(_), Some(failure)) => Judged::bare(failed_value(self.semantics, failure)),
            (_, Some(failure)) => Judged::unknown(failure),
            (_, None) => Judged::unknown(cause.clone()),
        }
    }

    /// The name of a field that is computed for this resource.
    fn field_name(&self, formula: &Formula, frames: Option<&Frame<'_>>) -> Result<Arc<str>, Cause> {
        match formula.evaluate(&self.context(frames)) {
            Ok(Value::String(name)) => Ok(name),
            Ok(other) => {
                let message = format!("the name of a field is {}, not a text", other.kind());
                Err(Cause::Fails(message.into()))
            }
            Err(failure) => Err(cause(&failure)),
        }
    }

    pub(super) fn computed<'c>(
        &self,
        computed: &'c Computed,
        frames: Option<&Frame<'c>>,
    ) -> Result<Cow<'c, Value>, Cause> {
        match computed {
            Computed::Known(value) => Ok(Cow::Borrowed(value)),
            Computed::Fails(cause) => Err(cause.clone()),
            Computed::Current(index) => match walk::frame(frames, *index).map(|frame| frame.kind) {
                Some(FrameKind::Value { value, .. }) => Ok(Cow::Owned(value.clone())),
                _ => Err(Cause::Fails("the function 'current' stands outside of its count".into())),
            },
            Computed::Formula(formula) => {
                formula.evaluate(&self.context(frames)).map(Cow::Owned).map_err(|failure| cause(&failure))
            }
        }
    }

    fn context<'c>(&'c self, frames: Option<&'c Frame<'c>>) -> RuleContext<'c> {
        RuleContext {
            subject: self.subject,
            view: self.view,
            version: self.version,
            own: self.own,
            frames,
            definition: self.definition,
            parameters: self.parameters,
            lookups: self.lookups,
            semantics: self.semantics,
            aliases: self.aliases,
        }
    }

    fn judge(&mut self, leaf: &Comparison, target: &Value, span: Span, frames: Option<&Frame<'_>>) -> Judged {
        match &leaf.subject {
            Operand::Field(access) => self.field(access, leaf.operator, target, frames),
            Operand::ComputedField(formula) => {
                let name = match self.field_name(formula, frames) {
                    Ok(name) => name,
                    Err(cause) => return Judged::unknown(cause),
                };
                match computed_access(&name, self.aliases, frames, self.semantics) {
                    Ok(access) => self.field(&access, leaf.operator, target, frames),
                    Err(cause) => Judged::unknown(cause),
                }
            }
            Operand::Value(computed) => match self.computed(computed, frames) {
                Ok(value) => self.value(leaf.operator, Current::of_value(&value), target, None),
                Err(cause) => Judged::bare(failed_value(self.semantics, cause)),
            },
            Operand::CountField(count) => {
                let tally = self.count_field(count, span, frames);
                self.counted(&tally, leaf.operator, target)
            }
            Operand::CountItems(items) => {
                let mut tally = Tally::default();
                for (index, (item, test)) in items.iter().enumerate() {
                    self.open(Part::Member(index, item), span);
                    let truth = self.test(test, frames);
                    self.close(&truth, None);
                    tally.add(truth);
                }
                self.counted(&tally, leaf.operator, target)
            }
            Operand::CountValue(count) => match self.count_value(count, span, frames) {
                Ok(tally) => self.counted(&tally, leaf.operator, target),
                Err(cause) => Judged::unknown(cause),
            },
        }
    }

    /// One value against the target.
    fn value(
        &mut self,
        operator: Operator,
        current: Current<'_>,
        target: &Value,
        path: Option<&str>,
    ) -> Judged {
        let truth = self.note(compare(self.semantics, operator, current, target));
        if !self.looks() {
            return Judged::bare(truth);
        }
        Judged { truth, path: path.map(str::to_owned), current: current.to_value() }
    }

    fn field(
        &mut self,
        access: &Access,
        operator: Operator,
        target: &Value,
        frames: Option<&Frame<'_>>,
    ) -> Judged {
        let resource = self.view.resource;
        match access {
            Access::Type => {
                self.value(operator, Current::Text(resource.resource_type.as_str()), target, Some("type"))
            }
            Access::Name => self.value(operator, Current::Text(resource.name()), target, Some("name")),
            Access::FullName => {
                self.value(operator, Current::Text(&resource.id.full_name()), target, Some("name"))
            }
            Access::Id => self.value(operator, Current::Text(resource.id.as_str()), target, Some("id")),
            Access::Location => {
                if !resource.carries("location") {
                    return Judged::unknown(Cause::NotCarried("location".into()));
                }
                let current = match &resource.location {
                    Some(location) => Current::Text(location.as_str()),
                    None => Current::Missing,
                };
                self.value(operator, current, &located(target), Some("location"))
            }
            Access::ApiVersion => {
                let Some(version) = self.subject.occasion.and_then(|o| o.api_version.as_deref()) else {
                    let message = "the files don't say which API version the request has";
                    return Judged::unknown(Cause::MissingFact(message.into()));
                };
                self.value(operator, Current::Text(version), target, Some("apiVersion"))
            }
            Access::Body(path) => self.path(path, operator, target, frames),
            Access::Alias(access) => match self.alias_path(access) {
                Some(path) => self.path(path, operator, target, frames),
                None if access.is_unknown_of(&resource.resource_type) => {
                    Judged::unknown(Cause::UnknownAlias(access.alias.clone()))
                }
                // Another type's alias: its value is missing here.
                None => self.value(operator, Current::Missing, target, None),
            },
        }
    }

    /// The path of an alias for the resource that is looked at.
    pub(super) fn alias_path<'a>(&self, access: &'a AliasAccess) -> Option<&'a Path> {
        access.path_at(&self.view.resource.resource_type, self.version)
    }

    /// The values at a path; of several, all have to meet the condition.
    fn path(
        &mut self,
        path: &Path,
        operator: Operator,
        target: &Value,
        frames: Option<&Frame<'_>>,
    ) -> Judged {
        let resource = self.view.resource;
        if !resource.carries(&path.text) {
            return Judged::unknown(Cause::NotCarried(path.text.clone()));
        }
        if O::NOTICES
            && let Some(doubt) = path.doubt
        {
            self.observer.doubt(doubt);
        }
        let (from, outer) = walk::base(path, &resource.body, frames);
        if !path.selects() {
            let found = walk::single(from, &path.steps);
            let truth = self.one(path, operator, found, target);
            return Judged::at(self.looks(), truth, path, outer, found);
        }
        self.selection(path, operator, target, (from, outer))
    }

    fn selection(
        &mut self,
        path: &Path,
        operator: Operator,
        target: &Value,
        (from, outer): (Option<&Value>, Option<&Member<'_>>),
    ) -> Judged {
        let order = self.semantics.short_circuit;
        let (mut whole, mut selected) = (Truth::True, 0_usize);
        let mut decisive: Option<Judged> = None;
        let mut seen = Vec::new();
        let _ = walk::each(from, &path.steps, outer, self.absent(path), &mut |found, member| {
            selected += 1;
            let truth = self.one(path, operator, found, target);
            if self.looks() {
                if truth != Truth::True && decisive.is_none() {
                    decisive = Some(Judged::at(self.looks(), truth.clone(), path, member, found));
                }
                if let Found::Value(value) = found {
                    seen.push(value.clone());
                }
            }
            whole = std::mem::replace(&mut whole, Truth::True).and(truth, order);
            if !O::RECORDS && whole.settles(&Truth::False, order) {
                ControlFlow::Break(())
            } else {
                ControlFlow::Continue(())
            }
        });
        if selected == 0 && self.reads_one(path) {
            let truth = self.one(path, operator, Found::Missing, target);
            return Judged::at(self.looks(), truth, path, outer, Found::Missing);
        }
        if !self.looks() {
            return Judged::bare(whole);
        }
        if let Some(judged) = decisive {
            Judged { truth: whole, ..judged }
        } else {
            let path = walk::placed(path, outer);
            Judged { truth: whole, path: Some(path), current: Some(Value::array(seen)) }
        }
    }

    /// What an array stands for that isn't there.
    fn absent(&self, path: &Path) -> Absent {
        if self.written(path) {
            return Absent::Unwritten;
        }
        match self.semantics.missing_array {
            MissingArray::Fails if !self.reads_one(path) => Absent::NoArray,
            MissingArray::Holds | MissingArray::Fails => Absent::Nothing,
        }
    }

    /// Whether an empty selection is one missing value: the alias names no array, its path goes through one.
    fn reads_one(&self, path: &Path) -> bool {
        path.hidden_array && self.semantics.hidden_array == HiddenArray::Missing
    }

    /// Whether the provider may add to what stands at this path: it is below `properties` of a planned body.
    pub(super) fn written(&self, path: &Path) -> bool {
        self.view.planned && path.text.len() > 10 && path.text[..10].eq_ignore_ascii_case("properties")
    }

    /// One found value against the target. In a planned body, what the provider makes of an empty array, a
    /// null or an unwritten member isn't known: the answer counts only where it doesn't turn on that.
    fn one(&mut self, path: &Path, operator: Operator, found: Found<'_>, target: &Value) -> Truth {
        let current = match found {
            Found::NoArray => return Truth::False,
            Found::Value(value) => match path.meant.of(&path.text, value) {
                Ok(current) => current,
                Err(cause) => return Truth::unknown([cause]),
            },
            Found::Missing | Found::Unwritten => Current::Missing,
        };
        if !self.written(path) {
            return self.note(compare(self.semantics, operator, current, target));
        }
        let undecided = || Truth::unknown([Cause::ProviderDecides(path.text.clone())]);
        let other = match found {
            Found::Missing | Found::Unwritten | Found::NoArray => return undecided(),
            Found::Value(Value::Null) => Current::Value(&EMPTY),
            Found::Value(Value::Array(items)) if items.is_empty() => Current::Missing,
            Found::Value(_) => return self.note(compare(self.semantics, operator, current, target)),
        };
        let (kept, made) = (
            compare(self.semantics, operator, current, target),
            compare(self.semantics, operator, other, target),
        );
        if kept.truth == made.truth { self.note(kept) } else { undecided() }
    }
}

static EMPTY: std::sync::LazyLock<Value> = std::sync::LazyLock::new(|| Value::array([]));

/// The truth of a comparison whose `value` has none.
pub(super) fn failed_value(semantics: &Semantics, cause: Cause) -> Truth {
    match semantics.failing_value {
        FailingValue::False if cause.is_failure() => Truth::False,
        FailingValue::Error | FailingValue::False => Truth::unknown([cause]),
    }
}

/// A target of `location`: texts in normal form, in which nearly all of them stand.
fn located(target: &Value) -> Cow<'_, Value> {
    let is_normal = |value: &Value| value.as_str().is_some_and(Location::is_normal);
    match target {
        Value::String(text) if Location::is_normal(text) => Cow::Borrowed(target),
        Value::Array(items) if items.iter().all(is_normal) => Cow::Borrowed(target),
        Value::String(text) => Cow::Owned(Location::new(text).as_str().into()),
        Value::Array(items) => Cow::Owned(items.iter().map(|item| located(item).into_owned()).collect()),
        other => Cow::Borrowed(other),
    }
}

/// The access that a name asks for which was computed for this resource.
fn computed_access(
    name: &str,
    aliases: &AliasCatalog,
    frames: Option<&Frame<'_>>,
    semantics: &Semantics,
) -> Result<Access, Cause> {
    let parsed = FieldName::parse(name).map_err(|fault| Cause::Fails(format!("`{name}` {fault}").into()))?;
    if let Some(path) = walk::body_path(&parsed) {
        return Ok(Access::Body(path));
    }
    Ok(match parsed {
        FieldName::Type => Access::Type,
        FieldName::Name => Access::Name,
        FieldName::FullName => Access::FullName,
        FieldName::Id => Access::Id,
        FieldName::Location => Access::Location,
        FieldName::Alias(name) => {
            let mut access = alias::access(aliases, &name);
            let outer = semantics.outer_member == OuterMember::Current;
            access.paths.iter_mut().for_each(|one| walk::bind(&name, &mut one.path, frames, outer));
            Access::Alias(access)
        }
        FieldName::ApiVersion => Access::ApiVersion,
        // Those with a path in the body are answered above.
        FieldName::Kind | FieldName::Tags | FieldName::Tag(_) | FieldName::Identity(_) => {
            return Err(Cause::Fails(format!("`{name}` is no field").into()));
        }
    })
}
