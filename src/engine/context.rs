//! What the expressions of a rule can ask of the place where they stand.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use crate::arm::expression::{Context, ContextFunction, Dialect, Failure};
use crate::arm::semantics::{AbsentTags, OuterMember, Semantics, UnnamedCurrent};
use crate::arm::{AliasCatalog, Object, Value};
use crate::inventory::Resource;
use crate::policy::FieldName;

use super::alias::{self, AliasAccess};
use super::walk::{self, Found, Frame, FrameKind};
use super::{BoundParameters, Candidate, Cause, Occasion, Subject};

/// The aliases that the functions `field()` and `current()` name in a rule, by their names in lower case.
pub(super) type Lookups = BTreeMap<String, AliasAccess>;

const SUBSCRIPTION: [&str; 6] = ["id", "subscriptionId", "displayName", "tenantId", "state", "tags"];
const GROUP: [&str; 7] = ["id", "name", "type", "location", "managedBy", "tags", "properties"];
const POLICY: [&str; 4] = ["assignmentId", "definitionId", "setDefinitionId", "definitionReferenceId"];
const REQUEST: [&str; 2] = ["apiVersion", "identity"];

/// The place of an expression while a resource is evaluated.
#[derive(Debug, Clone, Copy)]
pub(super) struct RuleContext<'r> {
    pub(super) subject: &'r Subject<'r>,
    /// What `current()` reads: the subject below `if`, the candidate below `existenceCondition`.
    pub(super) view: Candidate<'r>,
    /// By which API version `current()` reads it.
    pub(super) version: Option<&'r str>,
    /// Whether `field()` reads the resource that the counts go through: not below `existenceCondition`.
    pub(super) own: bool,
    pub(super) frames: Option<&'r Frame<'r>>,
    /// The definition's id.
    pub(super) definition: &'r Arc<str>,
    pub(super) parameters: &'r BoundParameters,
    pub(super) lookups: &'r Lookups,
    pub(super) semantics: &'r Semantics,
    pub(super) aliases: &'r AliasCatalog,
}

/// Why a truth can't be decided where an expression has no value.
pub(super) fn cause(failure: &Failure) -> Cause {
    match failure {
        Failure::Error(text) => Cause::Fails(text.as_str().into()),
        Failure::Unknown(text) => Cause::MissingFact(text.as_str().into()),
        Failure::Unsupported(_) => Cause::MissingFact(failure.to_string().into()),
    }
}

fn name_of<'a>(function: &str, arguments: &'a [Value]) -> Result<&'a str, Failure> {
    match arguments.first() {
        Some(Value::String(name)) => Ok(name),
        _ => Err(Failure::Error(format!("the function '{function}' takes the name of something"))),
    }
}

impl Context for RuleContext<'_> {
    fn dialect(&self) -> Dialect {
        Dialect::Policy
    }

    fn semantics(&self) -> &Semantics {
        self.semantics
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        match function {
            ContextFunction::Parameters => parameter(self.parameters, arguments),
            ContextFunction::Field => self.field(name_of("field", arguments)?),
            ContextFunction::Current if arguments.is_empty() => self.only(),
            ContextFunction::Current => self.current(name_of("current", arguments)?),
            ContextFunction::Subscription => self.whole(&SUBSCRIPTION, RuleContext::of_subscription),
            ContextFunction::ResourceGroup => self.whole(&GROUP, RuleContext::of_resource_group),
            ContextFunction::UtcNow => match self.subject.now {
                Some(now) => Ok(now.into()),
                None => Err(Failure::Unknown("the time of the evaluation isn't given".into())),
            },
            ContextFunction::Policy => self.whole(&POLICY, RuleContext::of_policy),
            ContextFunction::RequestContext => self.whole(&REQUEST, RuleContext::of_request),
            ContextFunction::Claims => match self.subject.occasion.and_then(|o| o.claims.clone()) {
                Some(claims) => Ok(claims),
                None => Err(unknown("what an external evaluation claims")),
            },
            other => Err(Failure::Error(format!("the function '{other:?}' doesn't exist in a policy rule"))),
        }
    }

    fn ask_member(
        &self,
        function: ContextFunction,
        _arguments: &[Value],
        member: &str,
    ) -> Option<Result<Value, Failure>> {
        match function {
            ContextFunction::Subscription => self.of_subscription(member),
            ContextFunction::ResourceGroup => self.of_resource_group(member),
            ContextFunction::Policy => self.of_policy(member),
            ContextFunction::RequestContext => self.of_request(member),
            _ => None,
        }
    }
}

/// The value of a parameter.
pub(super) fn parameter(parameters: &BoundParameters, arguments: &[Value]) -> Result<Value, Failure> {
    let name = name_of("parameters", arguments)?;
    match parameters.get(name) {
        Some(value) => Ok(value.clone()),
        None => Err(Failure::Error(format!("the definition has no parameter '{name}'"))),
    }
}

/// A failure where the export that a resource came in doesn't carry a path.
fn carries(resource: &Resource, path: &str) -> Result<(), Failure> {
    if resource.carries(path) {
        return Ok(());
    }
    Err(Failure::Unknown(Cause::NotCarried(path.into()).to_string()))
}

fn unknown(what: &str) -> Failure {
    Failure::Unknown(["the files don't say ", what].concat())
}

impl RuleContext<'_> {
    /// `field(name)`: what is missing is `""`, a selection is a list of the values that are there.
    fn field(&self, name: &str) -> Result<Value, Failure> {
        let resource = self.subject.resource;
        let parsed = FieldName::parse(name).map_err(|fault| {
            Failure::Error(format!("the function 'field' can't read '{name}': it {fault}"))
        })?;
        if let Some(path) = walk::body_path(&parsed) {
            carries(resource, &path.text)?;
            let tags = parsed == FieldName::Tags;
            return Ok(match walk::single(Some(path.body_of(&resource.body)), &path.steps) {
                Found::Value(value) if tags || !value.is_null() => value.clone(),
                _ if tags && self.semantics.absent_tags == AbsentTags::Null => Value::Null,
                _ => "".into(),
            });
        }
        Ok(match &parsed {
            FieldName::Type => resource.resource_type.as_str().into(),
            FieldName::Name => resource.name().into(),
            FieldName::FullName => resource.id.full_name().into(),
            FieldName::Id => resource.id.as_str().into(),
            FieldName::Location => {
                carries(resource, "location")?;
                resource.location.as_ref().map_or_else(|| "".into(), |location| location.as_str().into())
            }
            FieldName::Alias(alias) => {
                let frames = if self.own { self.frames } else { None };
                return self.alias(alias, Candidate { resource, planned: false }, frames);
            }
            FieldName::ApiVersion => {
                return self.of_request("apiVersion").unwrap_or_else(|| Err(unknown("the API version")));
            }
            // Those with a path in the body are answered above.
            FieldName::Kind | FieldName::Tags | FieldName::Tag(_) | FieldName::Identity(_) => "".into(),
        })
    }

    fn alias(&self, name: &str, view: Candidate<'_>, frames: Option<&Frame<'_>>) -> Result<Value, Failure> {
        let known = self.lookups.get(&name.to_ascii_lowercase());
        // Where nothing is known its name is computed for each resource.
        let access =
            &*known.map_or_else(|| Cow::Owned(alias::access(self.aliases, &name.into())), Cow::Borrowed);
        let resource = view.resource;
        let own = std::ptr::eq(resource, self.subject.resource);
        let version = if own { self.subject.api_version() } else { self.version };
        let (mut found, mut failure) = (Vec::new(), None);
        match access.path_at(&resource.resource_type, version) {
            Some(path) => {
                carries(resource, &path.text)?;
                let outer = self.semantics.outer_member == OuterMember::Current;
                walk::select(access, path, &resource.body, frames, outer, &mut |one| {
                    let Found::Value(value) = one else { return };
                    match path.meant.of(&path.text, value) {
                        Ok(current) => found.extend(current.to_value().filter(|value| !value.is_null())),
                        Err(cause) => failure = Some(cause),
                    }
                });
            }
            None if access.is_unknown_of(&resource.resource_type) => {
                failure = Some(Cause::UnknownAlias(access.alias.clone()));
            }
            None => {}
        }
        if let Some(cause) = failure {
            return Err(Failure::Unknown(cause.to_string()));
        }
        let list = name.contains("[*]");
        Ok(if list { Value::array(found) } else { found.into_iter().next().unwrap_or_else(|| "".into()) })
    }

    /// `current()`: the member of the only open count.
    fn only(&self) -> Result<Value, Failure> {
        match self.frames {
            Some(Frame { outer: None, kind }) => match kind {
                FrameKind::Field { count, .. } => self.current(&count.access.alias),
                FrameKind::Value { value, .. } => Ok((*value).clone()),
            },
            Some(frame) if self.semantics.unnamed_current == UnnamedCurrent::Innermost => {
                RuleContext { frames: Some(&Frame { outer: None, kind: frame.kind }), ..*self }.only()
            }
            Some(_) => Err(Failure::Error("the function 'current' needs a name in nested counts".into())),
            None => Err(Failure::Error("the function 'current' stands outside of a count".into())),
        }
    }

    /// `current(name)`: the member of the innermost count of that name or over an array that the name begins
    /// with.
    fn current(&self, name: &str) -> Result<Value, Failure> {
        for frame in self.frames.into_iter().flat_map(Frame::outwards) {
            match frame.kind {
                FrameKind::Value { name: known, value } if known.eq_ignore_ascii_case(name) => {
                    return Ok(value.clone());
                }
                FrameKind::Field { count, member, .. }
                    if name.ends_with("[*]") && count.access.alias.eq_ignore_ascii_case(name) =>
                {
                    return Ok(member.value.clone());
                }
                FrameKind::Field { count, .. } if walk::begins_with(name, &count.access.alias) => {
                    let rest = &name[count.access.alias.len()..];
                    let value = self.alias(name, self.view, Some(frame))?;
                    let one = !rest.contains("[*]");
                    return Ok(match value {
                        Value::Array(items) if one => items.first().cloned().unwrap_or_else(|| "".into()),
                        value => value,
                    });
                }
                _ => {}
            }
        }
        Err(Failure::Error(format!("the function 'current' names no open count: '{name}'")))
    }

    /// A whole answer, of which every member has to be known.
    fn whole(
        &self,
        members: &[&'static str],
        one: impl Fn(&Self, &str) -> Option<Result<Value, Failure>>,
    ) -> Result<Value, Failure> {
        let mut answer = Object::new();
        for member in members {
            if let Some(value) = one(self, member) {
                answer.push(*member, value?);
            }
        }
        Ok(answer.into())
    }

    fn of_policy(&self, member: &str) -> Option<Result<Value, Failure>> {
        let given = |of: fn(&Occasion) -> &Option<Arc<str>>, what: &str| match self
            .subject
            .occasion
            .and_then(|occasion| of(occasion).clone())
        {
            Some(text) => Ok(text.into()),
            None => Err(unknown(what)),
        };
        Some(match member.to_ascii_lowercase().as_str() {
            "assignmentid" => given(|o| &o.assignment_id, "on behalf of which assignment this is evaluated"),
            "definitionid" => Ok(self.definition.clone().into()),
            "setdefinitionid" => given(|o| &o.set_definition_id, "which initiative is assigned, if any"),
            "definitionreferenceid" => {
                given(|o| &o.definition_reference_id, "which member of an initiative this is, if any")
            }
            _ => return None,
        })
    }

    fn of_request(&self, member: &str) -> Option<Result<Value, Failure>> {
        let occasion = self.subject.occasion;
        Some(match member.to_ascii_lowercase().as_str() {
            "apiversion" => match occasion.and_then(|occasion| occasion.api_version.clone()) {
                Some(version) => Ok(version.into()),
                None => Err(unknown("which API version the request has")),
            },
            "identity" => match occasion.and_then(|occasion| occasion.identity.clone()) {
                Some(identity) => Ok(identity),
                None => Err(unknown("who makes the request")),
            },
            _ => return None,
        })
    }

    fn of_subscription(&self, member: &str) -> Option<Result<Value, Failure>> {
        let facts = self.subject.subscription;
        let text = |fact: &Option<Arc<str>>, what: &str| match fact {
            Some(text) => Ok(text.clone().into()),
            None => Err(unknown(&format!("{what} of the subscription"))),
        };
        Some(match member.to_ascii_lowercase().as_str() {
            "id" => Ok(format!("/subscriptions/{}", facts.id).into()),
            "subscriptionid" => Ok(facts.id.as_str().into()),
            "displayname" => text(&facts.display_name, "the name"),
            "tenantid" => text(&facts.tenant_id, "the tenant"),
            "state" => text(&facts.state, "the state"),
            "tags" => facts.tags.clone().ok_or_else(|| unknown("the tags of the subscription")),
            _ => return None,
        })
    }

    fn of_resource_group(&self, member: &str) -> Option<Result<Value, Failure>> {
        let Some(facts) = self.subject.resource_group else {
            let message = match self.subject.resource.id.resource_group_name() {
                Some(_) => return Some(Err(unknown("anything of the resource group"))),
                None => "the function 'resourceGroup' is called for what lies in no resource group",
            };
            return Some(Err(Failure::Error(message.into())));
        };
        Some(match member.to_ascii_lowercase().as_str() {
            "id" => Ok(facts.id.as_str().into()),
            "name" => Ok(facts.id.name().into()),
            "type" => Ok("Microsoft.Resources/resourceGroups".into()),
            "location" => match &facts.location {
                Some(location) => Ok(location.clone().into()),
                None => Err(unknown("the location of the resource group")),
            },
            "tags" => facts.tags.clone().ok_or_else(|| unknown("the tags of the resource group")),
            "managedby" => facts.managed_by.clone().ok_or_else(|| unknown("who manages the resource group")),
            "properties" => Err(unknown("the state of the resource group")),
            _ => return None,
        })
    }
}
