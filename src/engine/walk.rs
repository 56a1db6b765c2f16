//! Along a path through a body.

use std::ops::ControlFlow;

use crate::arm::Value;
use crate::inventory::Body;
use crate::policy::FieldName;

use super::alias::AliasAccess;
use super::program::{Base, FieldCount, Path, Step};

/// A member of an array on the way to a value, with those around it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Member<'m> {
    pub(super) outer: Option<&'m Member<'m>>,
    pub(super) index: usize,
    pub(super) value: &'m Value,
}

impl<'m> Member<'m> {
    /// The member so many arrays outwards.
    fn up(&'m self, levels: usize) -> Option<&'m Member<'m>> {
        (0..levels).try_fold(self, |member, _| member.outer)
    }
}

/// An open count.
#[derive(Debug, Clone, Copy)]
pub(super) struct Frame<'f> {
    pub(super) outer: Option<&'f Frame<'f>>,
    pub(super) kind: FrameKind<'f>,
}

#[derive(Debug, Clone, Copy)]
pub(super) enum FrameKind<'f> {
    /// Over an array of the resource.
    Field { count: &'f FieldCount, path: &'f Path, member: &'f Member<'f> },
    /// Over a list.
    Value { name: &'f str, value: &'f Value },
}

impl<'f> Frame<'f> {
    /// This frame and those around it, innermost first.
    pub(super) fn outwards(&'f self) -> impl Iterator<Item = &'f Frame<'f>> {
        std::iter::successors(Some(self), |frame| frame.outer)
    }
}

/// The frame so many counts outwards; the innermost is 0.
pub(super) fn frame<'f>(frames: Option<&'f Frame<'f>>, index: usize) -> Option<&'f Frame<'f>> {
    frames?.outwards().nth(index)
}

/// What stands at the end of a path.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Found<'v> {
    Value(&'v Value),
    /// A member that isn't there.
    Missing,
    /// Members of an array that isn't written in a body which a deployment would put.
    Unwritten,
    /// No array where one is asked for.
    NoArray,
}

/// What is visited where an array is asked for and there is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Absent {
    /// Nothing: it counts as empty.
    Nothing,
    /// [`Found::Unwritten`], where nothing is written.
    Unwritten,
    /// [`Found::NoArray`]
    NoArray,
}

/// Where a path begins: its value, and the member that it is.
pub(super) fn base<'f>(
    path: &Path,
    body: &'f Body,
    frames: Option<&'f Frame<'f>>,
) -> (Option<&'f Value>, Option<&'f Member<'f>>) {
    match path.base {
        Base::Body => (Some(path.body_of(body)), None),
        Base::Member { frame: index, up } => match frame(frames, index).map(|frame| frame.kind) {
            Some(FrameKind::Field { member, .. }) => {
                let member = member.up(up);
                (member.map(|member| member.value), member)
            }
            _ => (None, None),
        },
    }
}

/// Visits every value that the steps select, in order; the visitor may stop it.
pub(super) fn each<'v, F>(
    from: Option<&'v Value>,
    steps: &[Step],
    outer: Option<&Member<'_>>,
    absent: Absent,
    visit: &mut F,
) -> ControlFlow<()>
where
    F: FnMut(Found<'v>, Option<&Member<'_>>) -> ControlFlow<()>,
{
    let mut value = from;
    for (at, step) in steps.iter().enumerate() {
        match (step, value) {
            (_, Some(runtime @ Value::Runtime(_))) => return visit(Found::Value(runtime), outer),
            (Step::Key(key), Some(Value::Object(object))) => value = object.get(key),
            (Step::Key(_), _) => value = None,
            (Step::Each, Some(Value::Array(items))) => {
                for (index, value) in items.iter().enumerate() {
                    let member = Member { outer, index, value };
                    each(Some(value), &steps[at + 1..], Some(&member), absent, visit)?;
                }
                return ControlFlow::Continue(());
            }
            (Step::Each, None) if absent == Absent::Unwritten => return visit(Found::Unwritten, outer),
            (Step::Each, _) if absent == Absent::NoArray => return visit(Found::NoArray, outer),
            (Step::Each, _) => return ControlFlow::Continue(()),
        }
    }
    visit(value.map_or(Found::Missing, Found::Value), outer)
}

/// The value at the end of steps without arrays.
pub(super) fn single<'v>(from: Option<&'v Value>, steps: &[Step]) -> Found<'v> {
    let mut value = from;
    for step in steps {
        value = match (step, value) {
            (_, runtime @ Some(Value::Runtime(_))) => return runtime.map_or(Found::Missing, Found::Value),
            (Step::Key(key), Some(Value::Object(object))) => object.get(key),
            _ => None,
        };
    }
    value.map_or(Found::Missing, Found::Value)
}

/// The path with the indices of these members put in: `properties.sources[2].eventSource`.
pub(super) fn placed(path: &Path, member: Option<&Member<'_>>) -> String {
    let mut indices = Vec::new();
    let mut at = member;
    while let Some(member) = at {
        indices.push(member.index);
        at = member.outer;
    }
    let mut indices = indices.into_iter().rev();
    let mut parts = path.text.split("[*]");
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        match indices.next() {
            Some(index) => {
                text.push('[');
                text.push_str(&index.to_string());
                text.push(']');
            }
            None => text.push_str("[*]"),
        }
        text.push_str(part);
    }
    text
}

/// What an alias selects for the function `field()` or `current()`: seen from the open counts, innermost
/// first, then from the body; `outer` says whether arrays above a counted one are read from its member.
pub(super) fn select<'v>(
    alias: &AliasAccess,
    path: &Path,
    body: &'v Body,
    frames: Option<&'v Frame<'v>>,
    outer: bool,
    visit: &mut dyn FnMut(Found<'v>),
) {
    let mut visit = |found: Found<'v>, _: Option<&Member<'_>>| {
        visit(found);
        ControlFlow::Continue(())
    };
    for exact in [true, false].into_iter().filter(|exact| *exact || outer) {
        for frame in frames.into_iter().flat_map(Frame::outwards) {
            let FrameKind::Field { count, path: counted, member } = frame.kind else { continue };
            let Some((head, up)) = from_member(&alias.alias, &count.access.alias, &counted.text, exact)
            else {
                continue;
            };
            let Some(rest) = path.text.strip_prefix(head) else { continue };
            let Some(member) = member.up(up) else { continue };
            let rest = Path::parse(rest);
            let _ = each(Some(member.value), &rest.steps, Some(member), Absent::Nothing, &mut visit);
            return;
        }
    }
    let path = Path::parse(&path.text);
    let _ = each(Some(path.body_of(body)), &path.steps, None, Absent::Nothing, &mut visit);
}

/// Lets a path begin at the member of an open count, as [`select`] reads it.
pub(super) fn bind(alias: &str, path: &mut Path, frames: Option<&Frame<'_>>, outer: bool) {
    for exact in [true, false].into_iter().filter(|exact| *exact || outer) {
        for (frame, open) in frames.into_iter().flat_map(Frame::outwards).enumerate() {
            let FrameKind::Field { count, path: counted, .. } = open.kind else { continue };
            let from = from_member(alias, &count.access.alias, &counted.text, exact);
            if let Some((head, up)) = from
                && path.begin_at(head, Base::Member { frame, up }, exact)
            {
                return;
            }
        }
    }
}

/// From which member of an open count an alias is read: the path of that member, and how many arrays it lies above the
/// counted one. `exact` asks for what goes on below the counted alias; else for what shares outer arrays with it.
pub(super) fn from_member<'p>(
    alias: &str,
    counted: &str,
    path: &'p str,
    exact: bool,
) -> Option<(&'p str, usize)> {
    let depth = path.matches(EACH).count();
    let level = match (begins_with(alias, counted), exact) {
        (true, true) => depth,
        (false, false) => shared(alias, counted),
        _ => return None,
    };
    Some((head(path, level)?, depth.checked_sub(level)?))
}

/// How many arrays two aliases share, from the start.
fn shared(alias: &str, counted: &str) -> usize {
    (1..).map_while(|level| head(counted, level)).take_while(|head| begins_with(alias, head)).count()
}

/// A path up to and with its array of this level, counted from 1.
pub(super) fn head(path: &str, level: usize) -> Option<&str> {
    let (at, _) = path.match_indices(EACH).nth(level.checked_sub(1)?)?;
    Some(&path[..at + EACH.len()])
}

const EACH: &str = "[*]";

/// Whether an alias is another one, or goes on below it.
pub(super) fn begins_with(alias: &str, start: &str) -> bool {
    alias.get(..start.len()).is_some_and(|head| head.eq_ignore_ascii_case(start))
        && matches!(alias.as_bytes().get(start.len()), None | Some(b'.' | b'['))
}

/// The path of an accessor that every type has below its body; nothing for those that have no path.
pub(super) fn body_path(name: &FieldName) -> Option<Path> {
    Some(match name {
        FieldName::Kind => Path::keys(&["kind"], "kind".to_owned()),
        FieldName::Tags => Path::keys(&["tags"], "tags".to_owned()),
        FieldName::Tag(tag) => Path::keys(&["tags", tag], format!("tags['{tag}']")),
        FieldName::Identity(rest) if rest.is_empty() => Path::keys(&["identity"], "identity".to_owned()),
        FieldName::Identity(rest) => {
            let keys: Vec<&str> = std::iter::once("identity").chain(rest.split('.')).collect();
            Path::keys(&keys, format!("identity.{rest}"))
        }
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::{from_member, head, shared};

    #[test]
    fn arrays_are_shared_from_the_start() {
        assert_eq!(head("a[*].b[*].c", 2), Some("a[*].b[*]"));
        assert_eq!(head("a[*].b[*].c", 3), None);
        assert_eq!(shared("N/t/A[*].c", "N/t/a[*].b[*]"), 1);
        assert_eq!(shared("N/t/a[*].b[*].c", "N/t/a[*].b[*]"), 2);
        assert_eq!(shared("N/t/x[*]", "N/t/a[*]"), 0);
    }

    #[test]
    fn aliases_are_read_from_the_member_that_they_have_in_common() {
        let from = |alias, counted, path, exact| from_member(alias, counted, path, exact);
        assert_eq!(from("N/t/a[*].c", "N/t/a[*]", "p.a[*]", true), Some(("p.a[*]", 0)));
        assert_eq!(from("N/t/a[*].c", "N/t/a[*]", "p.a[*]", false), None);
        assert_eq!(from("N/t/a[*].c", "N/t/a[*].b[*]", "p.a[*].b[*]", false), Some(("p.a[*]", 1)));
        assert_eq!(from("N/t/x[*]", "N/t/a[*].b[*]", "p.a[*].b[*]", false), None);
        // The counted alias goes on behind its array.
        assert_eq!(from("N/t/a[*].b", "N/t/a[*].b", "p.a[*].b", true), Some(("p.a[*]", 0)));
        assert_eq!(from("N/t/a[*].c", "N/t/a[*].b", "p.a[*].b", true), None);
        assert_eq!(from("N/t/a[*].c", "N/t/a[*].b", "p.a[*].b", false), Some(("p.a[*]", 0)));
        // An array that stands in the path only.
        assert_eq!(from("N/t/a[*].l.e", "N/t/a[*].l.e", "p.a[*].l[*].e", true), Some(("p.a[*].l[*]", 0)));
    }
}
