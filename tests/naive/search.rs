//! Where "if not exists" looks for a related resource, and under which name.

use serde_json::Value as Json;

use super::Readings;
use super::place::Resource;

/// Why nothing is searched: the service fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused;

/// Types that lie on other resources, among those that are drawn.
const EXTENSIONS: [&str; 2] = ["microsoft.insights/diagnosticsettings", "microsoft.authorization/locks"];

/// Which of the candidates fit. `details` holds literals only.
pub fn candidates(
    details: &Json,
    resource: &Resource,
    of: &[Resource],
    readings: &Readings,
) -> Result<Vec<usize>, Refused> {
    let wanted = details["type"].as_str().expect("a type").to_lowercase();
    let name = details.get("name").and_then(Json::as_str).filter(|name| !name.is_empty());
    let given = details.get("resourceGroupName").and_then(Json::as_str);
    let scope = details.get("existenceScope").and_then(Json::as_str).map(str::to_lowercase);
    let own = resource.text("id").to_lowercase();
    let placed = scope.is_some() || given.is_some_and(|group| !group.is_empty());
    let extends = EXTENSIONS.contains(&&*wanted) && !(placed && readings.is("extension-search", "given"));
    let below = wanted.starts_with(&format!("{}/", resource.text("type").to_lowercase()));
    let segments = wanted.split('/').count() - 1;
    let refused = name.is_none() && readings.is("nested-without-name", "error");
    if segments > 1 && !below && !extends && refused {
        return Err(Refused);
    }
    let fits_name: Box<dyn Fn(&Resource) -> bool> = match name.map(str::to_lowercase) {
        None => Box::new(|_| true),
        Some(name) if name.ends_with("/?") => {
            let parent = name[..name.len() - 2].to_owned();
            Box::new(move |one| {
                let full = one.full_name().to_lowercase();
                full.rsplit_once('/').is_some_and(|(above, _)| above == parent)
            })
        }
        Some(name) if !name.contains('/') && (below || extends) => {
            Box::new(move |one| one.name().to_lowercase() == name)
        }
        Some(name) if name.split('/').count() == segments => {
            Box::new(move |one| one.full_name().to_lowercase() == name)
        }
        Some(name) if !name.contains('/') => Box::new(move |one| one.name().to_lowercase() == name),
        Some(_) => return Err(Refused),
    };
    let own_group = own.split('/').nth(4).filter(|_| own.contains("/resourcegroups/")).map(str::to_owned);
    let lies: Box<dyn Fn(&str) -> bool> = if extends {
        let start = format!("{own}/providers/{wanted}/");
        Box::new(move |id| id.strip_prefix(&start).is_some_and(|rest| !rest.contains('/')))
    } else if below {
        let start = format!("{own}/");
        Box::new(move |id| id.starts_with(&start))
    } else {
        let group = given.filter(|group| !group.is_empty()).map(str::to_lowercase);
        match (scope.as_deref(), group) {
            (Some("subscription"), None) => Box::new(|_| true),
            (Some("subscription"), Some(_)) if readings.is("scope-and-group", "subscription") => {
                Box::new(|_| true)
            }
            // A group that is named counts, whatever the scope is.
            (_, Some(group)) => Box::new(move |id| id.split('/').nth(4) == Some(&group)),
            (scope, None) => match own_group {
                Some(group) => Box::new(move |id| id.split('/').nth(4) == Some(&group)),
                None if given.is_some() || scope.is_some() => return Err(Refused),
                None if readings.is("subscription-search", "error") => return Err(Refused),
                None => Box::new(|_| true),
            },
        }
    };
    let fits = |one: &Resource| {
        one.text("type").to_lowercase() == wanted && fits_name(one) && lies(&one.text("id").to_lowercase())
    };
    Ok(of.iter().enumerate().filter(|(_, one)| fits(one)).map(|(index, _)| index).collect())
}
