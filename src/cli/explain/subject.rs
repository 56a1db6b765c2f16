//! Which resource is meant.

use crate::arm::nearest::nearest;
use crate::arm::{ResourceId, ResourceType};
use crate::cli::codes;
use crate::inventory::{Inventory, Kept, Resource};
use crate::source::{Diagnostic, Span};

/// How many ids of resources with one name are listed.
const LISTED: usize = 8;

/// A resource that was found.
#[derive(Debug, Clone)]
pub(super) struct Found {
    pub(super) id: ResourceId,
    pub(super) resource_type: ResourceType,
    pub(super) name: String,
    pub(super) span: Span,
}

/// The types that have to be kept so that the resource can be found.
pub(super) fn kept(wanted: &str) -> Kept {
    match id(wanted) {
        Some(id) => {
            let mut reads = crate::arm::Reads::new();
            reads.add_type(&id.resource_type());
            let mut kept = Kept::default();
            kept.add(&reads);
            kept
        }
        None => Kept::all(),
    }
}

fn id(wanted: &str) -> Option<ResourceId> {
    wanted.contains('/').then(|| ResourceId::parse(wanted)).flatten()
}

/// The resource of this id, or the only one of this name.
pub(super) fn find(inventory: &Inventory, wanted: &str) -> Result<Found, Diagnostic> {
    let wanted = wanted.trim();
    let matches = |own: &ResourceId, names: [&str; 2]| match id(wanted) {
        Some(id) => id == *own,
        None => names.iter().any(|name| name.eq_ignore_ascii_case(wanted)) || own.has_full_name(wanted),
    };
    let subscriptions = inventory.subscriptions().filter_map(|subscription| {
        let id = ResourceId::subscription(&subscription.id);
        matches(&id, [subscription.id.as_str(), &subscription.display_name]).then(|| Found {
            id,
            resource_type: ResourceType::new(ResourceType::SUBSCRIPTION),
            name: subscription.display_name.to_string(),
            span: subscription.span,
        })
    });
    let resources = inventory.all_resources().filter(|resource| matches(&resource.id, [resource.name(), ""]));
    let mut found: Vec<Found> = subscriptions
        .chain(resources.map(|resource| Found {
            id: resource.id.clone(),
            resource_type: resource.resource_type.clone(),
            name: resource.id.full_name(),
            span: resource.span,
        }))
        .collect();
    match found.len() {
        1 => Ok(found.remove(0)),
        0 => Err(nothing(inventory, wanted)),
        _ => {
            found.sort_by(|a, b| a.id.cmp(&b.id));
            Err(several(wanted, &found))
        }
    }
}

fn nothing(inventory: &Inventory, wanted: &str) -> Diagnostic {
    let fault = Diagnostic::new(&codes::NO_RESOURCE, format!("`{wanted}` is no resource of the inputs"));
    let subscriptions = inventory.subscriptions().map(|subscription| &*subscription.display_name);
    let names = subscriptions.chain(inventory.all_resources().map(Resource::name));
    match nearest(wanted, names) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help("give the id of a resource, or the name of a subscription or a resource"),
    }
}

fn several(wanted: &str, found: &[Found]) -> Diagnostic {
    let mut ids: Vec<String> = found.iter().take(LISTED).map(|one| format!("`{}`", one.id)).collect();
    if found.len() > LISTED {
        ids.push(format!("and {} more", found.len() - LISTED));
    }
    Diagnostic::new(&codes::SEVERAL_RESOURCES, format!("`{wanted}` is the name of {} resources", found.len()))
        .help(format!("give one of the ids: {}", ids.join(", ")))
}
