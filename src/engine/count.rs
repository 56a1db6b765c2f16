//! Counts.

use std::ops::ControlFlow;

use crate::arm::Value;
use crate::arm::semantics::CountOfNull;
use crate::policy::Operator;
use crate::source::Span;

use super::evaluate::{Judged, Run};
use super::observe::{Observer, Part};
use super::program::{FieldCount, ValueCount};
use super::tally::Tally;
use super::walk::{self, Absent, Found, Frame, FrameKind};
use super::{Cause, Truth};

/// How many items a count over a list may have; the service refuses more.
pub(super) const MAX_ITEMS: usize = 200;

impl<O: Observer> Run<'_, O> {
    pub(super) fn count_field(
        &mut self,
        count: &FieldCount,
        span: Span,
        frames: Option<&Frame<'_>>,
    ) -> Tally {
        let mut tally = Tally::default();
        let resource = self.view.resource;
        let Some(path) = self.alias_path(&count.access) else {
            if count.access.is_unknown_of(&resource.resource_type) {
                tally.lost(Cause::UnknownAlias(count.access.alias.clone()));
            }
            return tally;
        };
        if !resource.carries(&path.text) {
            tally.lost(Cause::NotCarried(path.text.clone()));
            return tally;
        }
        if O::RECORDS {
            tally.path = Some(path.text.clone());
        }
        let (from, outer) = walk::base(path, &resource.body, frames);
        let mut index = 0;
        let absent = if self.written(path) { Absent::Unwritten } else { Absent::Nothing };
        let _ = walk::each(from, &path.steps, outer, absent, &mut |found, member| {
            match (found, member) {
                (Found::Value(Value::Runtime(expression)), _) => {
                    tally.lost(Cause::Runtime(expression.clone()));
                }
                (Found::Unwritten, _) => tally.lost(Cause::ProviderDecides(path.text.clone())),
                // An alias may go on behind its array: a member without that property is one all the same.
                (Found::Value(_) | Found::Missing, Some(member)) => {
                    let value = if let Found::Value(value) = found { value } else { &Value::Null };
                    self.open(Part::Member(index, value), span);
                    let truth = match &count.filter {
                        None => Truth::True,
                        Some(filter) => {
                            let kind = FrameKind::Field { count, path, member };
                            self.test(filter, Some(&Frame { outer: frames, kind }))
                        }
                    };
                    self.close(&truth, None);
                    tally.add(truth);
                    index += 1;
                }
                _ => {}
            }
            ControlFlow::Continue(())
        });
        tally
    }

    pub(super) fn count_value(
        &mut self,
        count: &ValueCount,
        span: Span,
        frames: Option<&Frame<'_>>,
    ) -> Result<Tally, Cause> {
        let list = self.computed(&count.list, frames)?;
        let items = match &*list {
            Value::Array(items) => items,
            Value::Runtime(expression) => return Err(Cause::Runtime(expression.clone())),
            Value::Null if self.semantics.count_of_null == CountOfNull::Zero => return Ok(Tally::default()),
            other => {
                let message = format!("a count goes over a list, not over `{other}`");
                return Err(Cause::Fails(message.into()));
            }
        };
        if items.len() > MAX_ITEMS {
            let message = format!("a count goes over {} items, {MAX_ITEMS} are allowed", items.len());
            return Err(Cause::Fails(message.into()));
        }
        let mut tally = Tally::default();
        for (index, value) in items.iter().enumerate() {
            self.open(Part::Member(index, value), span);
            let truth = match &count.filter {
                None => Truth::True,
                Some(filter) => {
                    let kind = FrameKind::Value { name: &count.name, value };
                    self.test(filter, Some(&Frame { outer: frames, kind }))
                }
            };
            self.close(&truth, None);
            tally.add(truth);
        }
        Ok(tally)
    }

    /// The number against the target. While members are undecided, it may be any of a range.
    pub(super) fn counted(&mut self, tally: &Tally, operator: Operator, target: &Value) -> Judged {
        let path = if self.looks() { tally.path.as_deref().map(str::to_owned) } else { None };
        let truth = self.note(tally.decide(self.semantics, operator, target));
        let current = if self.looks() { tally.number() } else { None };
        Judged { truth, path, current }
    }
}
