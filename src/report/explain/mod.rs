//! Why a resource has its states: for people ([`text`]) and for programs ([`json`]).

mod findings;
pub mod json;
pub mod text;
mod tree;

use crate::arm::{ResourceId, ResourceType};
use crate::compliance::{Explained, NotEvaluated};
use crate::source::Span;

use super::view::View;

pub(super) use findings::Findings;

/// Everything that is told of one resource.
#[derive(Debug, Clone, Copy)]
pub struct Story<'a> {
    /// The run; its rows aren't looked at.
    pub view: View<'a>,
    /// The resource.
    pub id: &'a ResourceId,
    /// Its type.
    pub resource_type: &'a ResourceType,
    /// What people call it.
    pub name: &'a str,
    /// Where it stands.
    pub span: Span,
    /// What each assignment that reaches it says of it.
    pub explained: &'a [Explained],
    /// Assignments that reach it, or may, and can't be evaluated.
    pub not_evaluated: &'a [&'a NotEvaluated],
    /// How many assignments were selected.
    pub selected: usize,
}

/// How much of a tree people see.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Depth {
    /// What bears on the verdict; the rest in a line each.
    Deciding,
    /// Everything.
    Full,
}
