//! What a compiled policy reads of the inventory.

use crate::arm::{Reads, ResourceType, Value};
use crate::policy::{Effect, Operator};
use crate::source::Node;

use super::alias::TypePath;
use super::change::TargetField;
use super::policy::CompiledPolicy;
use super::program::{Access, Computed, Operand, Test, TestKind};

/// The types that `if` can hold for, with what it reads of them, and the related type with what its condition
/// reads.
pub(super) fn of(policy: &CompiledPolicy) -> Reads {
    let mut reads = Reads::new();
    if policy.effect == Effect::Disabled {
        return reads;
    }
    let subjects = admitted(&policy.condition);
    match &subjects {
        Some(types) => types.iter().for_each(|admitted| reads.add_type(admitted)),
        None => reads.add_every_type(),
    }
    paths(&policy.condition, &mut |known, path| match (known, &subjects) {
        (Some(known), _) => reads.add_path(known, path),
        (None, Some(types)) => types.iter().for_each(|admitted| reads.add_path(admitted, path)),
        (None, None) => reads.add_path_everywhere(path),
    });
    for target in policy.change().iter().flat_map(|change| &change.operations).map(|change| &change.target) {
        match (target, &subjects) {
            (TargetField::Alias(access), _) => {
                for TypePath { resource_type, path, .. } in &access.paths {
                    if reads.wants(resource_type) {
                        reads.add_path(resource_type, &path.text);
                    }
                }
            }
            (TargetField::Tags | TargetField::Tag(_), Some(types)) => {
                for admitted in types {
                    reads.add_path(admitted, "tags");
                }
            }
            (TargetField::Identity(_), Some(types)) => {
                for admitted in types {
                    reads.add_path(admitted, "identity");
                }
            }
            (TargetField::Tags | TargetField::Tag(_), None) => reads.add_path_everywhere("tags"),
            (TargetField::Identity(_), None) => reads.add_path_everywhere("identity"),
        }
    }
    for access in policy.lookups.values() {
        for TypePath { resource_type, path, .. } in &access.paths {
            if reads.wants(resource_type) {
                reads.add_path(resource_type, &path.text);
            }
        }
    }
    if let Some(details) = &policy.details {
        reads.add_type(&details.resource_type);
        if let Some(condition) = &details.condition {
            paths(condition, &mut |_, path| reads.add_path(&details.resource_type, path));
        }
        if let Some(deployment) = &details.deployment {
            deployed(&deployment.template, None, &mut reads);
        }
    }
    reads
}

/// The types that a template can put: what stands under such an id is compared with what would be put.
fn deployed(node: &Node, parent: Option<&ResourceType>, reads: &mut Reads) {
    let declared = node.get("type").and_then(Node::as_str);
    let mut own = None;
    match (declared, parent) {
        (Some(text), _) if text.starts_with('[') && node.get("name").is_some() => reads.add_every_type(),
        (Some(text), _) if text.contains('/') => own = Some(ResourceType::new(text)),
        (Some(text), Some(parent)) => own = Some(ResourceType::new(&format!("{parent}/{text}"))),
        _ => {}
    }
    if let Some(own) = &own {
        reads.add_whole(own);
    }
    for member in node.members() {
        let parent = if member.key.eq_ignore_ascii_case("resources") { own.as_ref() } else { None };
        deployed(&member.value, parent, reads);
    }
    for item in node.items() {
        deployed(item, parent, reads);
    }
}

/// The types for which a condition can hold; `None` where any type can.
pub(super) fn admitted(test: &Test) -> Option<Vec<ResourceType>> {
    match &test.kind {
        TestKind::AllOf(group) => group.parts.iter().find_map(admitted),
        TestKind::AnyOf(group) => {
            let parts: Option<Vec<_>> = group.parts.iter().map(admitted).collect();
            parts.map(|parts| parts.into_iter().flatten().collect())
        }
        TestKind::Not(_) => None,
        TestKind::Compare(leaf) => match (&leaf.subject, leaf.operator, &leaf.target) {
            (Operand::Field(Access::Type), Operator::Equals, Computed::Known(Value::String(text))) => {
                Some(vec![ResourceType::new(text)])
            }
            (Operand::Field(Access::Type), Operator::In, Computed::Known(Value::Array(items))) => {
                items.iter().map(|item| item.as_str().map(ResourceType::new)).collect()
            }
            _ => None,
        },
    }
}

/// Every path that a condition reads, with its type where it has one.
fn paths(test: &Test, each: &mut dyn FnMut(Option<&ResourceType>, &str)) {
    let leaf = match &test.kind {
        TestKind::AllOf(group) | TestKind::AnyOf(group) => {
            for part in &group.parts {
                paths(part, each);
            }
            return;
        }
        TestKind::Not(part) => return paths(part, each),
        TestKind::Compare(leaf) => leaf,
    };
    let mut aliases = |known: &[TypePath]| {
        for one in known {
            each(Some(&one.resource_type), &one.path.text);
        }
    };
    match &leaf.subject {
        Operand::Field(Access::Body(path)) => each(None, &path.text),
        Operand::Field(Access::Alias(access)) => aliases(&access.paths),
        Operand::Field(_) | Operand::ComputedField(_) | Operand::Value(_) => {}
        Operand::CountField(count) => {
            aliases(&count.access.paths);
            count.filter.iter().for_each(|filter| paths(filter, each));
        }
        Operand::CountValue(count) => count.filter.iter().for_each(|filter| paths(filter, each)),
        Operand::CountItems(items) => items.iter().for_each(|(_, test)| paths(test, each)),
    }
}
