//! Fields: aliases become paths, seen from the counts around them.

use std::sync::Arc;

use crate::arm::semantics::OuterMember;
use crate::engine::alias::{AliasAccess, TypePath, path_at};
use crate::engine::program::{Access, Base};
use crate::engine::{alias, walk};
use crate::policy::FieldName;
use crate::source::Span;

use super::{Compiler, NotBuiltKind, Scope};

impl Compiler<'_> {
    /// How a field is read; nothing where it can't be.
    pub(super) fn access(&mut self, text: &str, span: Span) -> Option<Access> {
        let name = match FieldName::parse(text) {
            Ok(name) => name,
            Err(fault) => {
                self.not_built(NotBuiltKind::Refused, format!("`{text}` {fault}"), span);
                return None;
            }
        };
        if let Some(path) = walk::body_path(&name) {
            return Some(Access::Body(path));
        }
        Some(match name {
            FieldName::Type => Access::Type,
            FieldName::Name => Access::Name,
            FieldName::FullName => Access::FullName,
            FieldName::Id => Access::Id,
            FieldName::Location => Access::Location,
            FieldName::Alias(alias) => Access::Alias(self.alias(&alias, span)),
            FieldName::ApiVersion => Access::ApiVersion,
            // Those with a path in the body are answered above.
            FieldName::Kind | FieldName::Tags | FieldName::Tag(_) | FieldName::Identity(_) => return None,
        })
    }

    /// An alias seen from the open counts. Below `existenceCondition` only the candidates' type counts: an
    /// alias that only other types have is always missing there.
    pub(super) fn alias(&mut self, alias: &Arc<str>, span: Span) -> AliasAccess {
        let mut access = self.everywhere(alias, span);
        if let Some(related) = &self.related {
            access.paths.retain(|one| one.resource_type == *related);
        }
        for one in &mut access.paths {
            self.bind(alias, one);
        }
        access
    }

    /// An alias with its path for each type that has it, from the body. One that nobody knows is noted.
    pub(super) fn everywhere(&mut self, name: &Arc<str>, span: Span) -> AliasAccess {
        let access = alias::access(self.language.aliases, name);
        if access.unknown {
            self.unknown.push((name.clone(), span));
        }
        access
    }

    /// Lets a path begin at the member of an open count, where its alias goes on below the counted one; of a
    /// count over `a[*].b[*]`, other members of `a[*]` are read from the outer member.
    fn bind(&self, alias: &str, one: &mut TypePath) {
        let path = &mut one.path;
        let frames = || self.scopes.iter().rev().filter(|scope| !matches!(scope, Scope::Known(..)));
        let outer = self.language.semantics.outer_member == OuterMember::Current;
        for exact in [true, false].into_iter().filter(|exact| *exact || outer) {
            for (frame, scope) in frames().enumerate() {
                let Scope::Field { alias: counted, paths } = scope else { continue };
                let found = path_at(paths, &one.resource_type, one.version.as_deref());
                let Some(counted_path) = found else { continue };
                let from = walk::from_member(alias, counted, &counted_path.text, exact);
                if let Some((head, up)) = from
                    && path.begin_at(head, Base::Member { frame, up }, exact)
                {
                    return;
                }
            }
        }
    }
}
