//! What is known around an expression: from flags and from the files that they name.

use std::cell::OnceCell;
use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::arm::expression::Dialect;
use crate::arm::nearest::nearest;
use crate::arm::template::{PreparedTemplate, ResourceGroupFacts, SubscriptionFacts};
use crate::arm::{AliasCatalog, Object, ResourceId, Semantics, SubscriptionId, Value};
use crate::cli::args::EvalArgs;
use crate::cli::load::hash;
use crate::cli::{codes, environment, propose, settings};
use crate::engine::{BoundParameters, SubscriptionSubject, bind};
use crate::inventory::{Inventory, InventoryBuilder, Provenance, Resource};
use crate::policy::{self, EnforcementMode, PolicyAssignment, PolicyDefinition};
use crate::source::{self, Diagnostic, Diagnostics, Form, Input, Node, SourceMap, Span, json};

use super::context::management_group;

/// What is known around an expression.
#[derive(Debug)]
pub(crate) struct Facts {
    /// The dialect.
    pub(super) dialect: Dialect,
    /// Values of parameters: given ones, and those that a definition has by default.
    pub(super) parameters: Object,
    /// The names that the definition or template declares.
    pub(super) declared: Vec<Arc<str>>,
    /// Values of variables that were given.
    pub(super) variables: Object,
    /// What `subscription()` answers.
    pub(super) subscription: Option<SubscriptionFacts>,
    /// What `resourceGroup()` answers.
    pub(super) group: Option<ResourceGroupFacts>,
    /// What `managementGroup()` answers.
    pub(super) management_group: Option<Value>,
    /// The location of the deployment.
    pub(super) location: Option<Arc<str>>,
    /// The name of the deployment.
    pub(super) deployment: Option<Arc<str>>,
    /// The resource that `field()` reads.
    pub(super) resource: Option<Resource>,
    /// The template that the expression stands beside.
    pub(super) template: Option<PreparedTemplate>,
    /// The aliases that are known.
    pub(super) aliases: AliasCatalog,
    /// The id of the definition, if it has one.
    pub(super) definition: Option<Arc<str>>,
    /// How open points are read.
    pub(super) semantics: Semantics,
    /// Whether a definition was given.
    defined: bool,
    /// Secure parameters, in lower case.
    secure: BTreeSet<String>,
    /// The time, read from the clock when it is first asked for if it wasn't given.
    now: OnceCell<String>,
}

impl Facts {
    /// From flags; faults in them and in the files that they name are pushed.
    pub(crate) fn new(
        args: &EvalArgs,
        aliases: Option<AliasCatalog>,
        semantics: Semantics,
        sources: &mut SourceMap,
        faults: &mut Diagnostics,
    ) -> Facts {
        let template_wanted = args.template.is_some() || !args.var.is_empty();
        let dialect =
            args.dialect.unwrap_or(if template_wanted { Dialect::Template } else { Dialect::Policy });
        let mut facts = Facts {
            dialect,
            parameters: Object::new(),
            declared: Vec::new(),
            variables: Object::new(),
            subscription: None,
            group: None,
            management_group: args.management_group.as_deref().map(management_group),
            location: args.location.as_deref().map(Arc::from),
            deployment: args.deployment.as_deref().map(Arc::from),
            resource: None,
            template: None,
            aliases: aliases.unwrap_or_else(AliasCatalog::built_in),
            definition: None,
            semantics,
            defined: false,
            secure: BTreeSet::new(),
            now: OnceCell::new(),
        };
        if let Some(now) = args.now.as_deref().and_then(|text| settings::time("--now", text, faults)) {
            let _ = facts.now.set(now);
        }
        let mut given = Vec::new();
        for path in &args.parameters {
            if let Some(node) = document(path, sources, faults) {
                given.extend(parameter_file(&node));
            }
        }
        given.extend(args.param.iter().filter_map(|text| propose::named("--param", text, sources, faults)));
        facts.template(args.template.as_deref(), sources, faults);
        facts.define(args.definition.as_deref(), given, sources, faults);
        for text in &args.var {
            if let Some((name, _, value, _)) = propose::named("--var", text, sources, faults) {
                facts.variables.insert(name, value);
            }
        }
        facts.place(args, sources, faults);
        facts
    }

    /// The values of parameters, checked by the definition if there is one.
    fn define(
        &mut self,
        path: Option<&Path>,
        given: Vec<(Arc<str>, Span, Value, Span)>,
        sources: &mut SourceMap,
        faults: &mut Diagnostics,
    ) {
        let mut definition = path.and_then(|path| {
            let node = document(path, sources, faults)?;
            let name = path.file_stem().unwrap_or_default().to_string_lossy();
            policy::definition(&node, &name, faults)
        });
        let Some(definition) = &mut definition else {
            for (name, _, value, _) in given {
                self.parameters.insert(name, value);
            }
            return;
        };
        self.defined = true;
        self.definition = Some(definition.id.clone()).filter(|id| id.contains('/'));
        self.declared.extend(definition.parameters.iter().map(|parameter| parameter.name.clone()));
        let has = |name: &str| given.iter().any(|(given, ..)| given.eq_ignore_ascii_case(name));
        // What has no value is a fault only where it is asked for.
        definition.parameters.retain(|parameter| parameter.default.is_some() || has(&parameter.name));
        if let Some(bound) = bound(definition, given, faults) {
            for (name, value) in bound.iter() {
                self.parameters.insert(name.clone(), value.clone());
            }
        }
    }

    fn template(&mut self, path: Option<&Path>, sources: &mut SourceMap, faults: &mut Diagnostics) {
        let Some(node) = path.and_then(|path| document(path, sources, faults)) else { return };
        for member in node.get("parameters").map(Node::members).unwrap_or_default() {
            self.declared.push(member.key.clone());
            let kind = member.value.get("type").and_then(Node::as_str).unwrap_or_default();
            if kind.to_ascii_lowercase().starts_with("secure") {
                self.secure.insert(member.key.to_ascii_lowercase());
            }
        }
        match PreparedTemplate::read(&node) {
            Ok(template) => self.template = Some(template),
            Err(found) => {
                for fault in found {
                    faults.push(Diagnostic::new(&codes::BAD_TEMPLATE, fault.message).at(fault.span, ""));
                }
            }
        }
    }

    /// The resource, and where the expression stands: flags beat what the files say.
    fn place(&mut self, args: &EvalArgs, sources: &mut SourceMap, faults: &mut Diagnostics) {
        let inventory = args.resource.as_deref().map(|text| {
            let (path, wanted) = split_resource(text);
            let inventory = inventory(&path, sources, faults);
            self.resource = the_resource(&inventory, &path, wanted, faults);
            inventory
        });
        let id = self.resource.as_ref().map(|resource| resource.id.clone());
        let known = |id: &SubscriptionId| {
            let found = inventory.as_ref().and_then(|inventory| inventory.subscription(id));
            found.map_or_else(
                || bare_subscription(id),
                |found| SubscriptionSubject::new(found).facts().clone(),
            )
        };
        self.subscription = match &args.subscription {
            Some(text) => subscription(text, known, faults),
            None => id.as_ref().and_then(ResourceId::subscription_id).map(|id| known(&id)),
        };
        let own_group = id.as_ref().and_then(ResourceId::resource_group_id);
        let group = match &args.resource_group {
            Some(text) => resource_group(text, self.subscription.as_ref(), faults),
            None => own_group.map(ResourceGroupFacts::unknown),
        };
        self.group = group.map(|mut facts| {
            let read = inventory.as_ref().and_then(|inventory| inventory.resource(&facts.id));
            if let Some(read) = read {
                let location = read.location.as_ref().map(|location| location.as_str().into());
                facts.location = facts.location.or(location);
                facts.tags = facts.tags.or_else(|| read.body.get("tags").cloned());
            }
            facts.location = facts.location.or_else(|| self.location.clone());
            facts
        });
        if self.subscription.is_none() {
            self.subscription = self
                .group
                .as_ref()
                .and_then(|group| group.id.subscription_id())
                .map(|id| bare_subscription(&id));
        }
    }

    /// Whether parameters are declared by a document.
    pub(super) fn has_document(&self) -> bool {
        self.defined || self.template.is_some()
    }

    /// Whether a parameter's value is never shown.
    pub(super) fn is_secure(&self, name: &str) -> bool {
        self.secure.contains(&name.to_ascii_lowercase())
    }

    /// The texts in the values of secure parameters.
    pub(super) fn secrets(&self) -> Vec<Arc<str>> {
        let mut texts = Vec::new();
        for (_, value) in self.parameters.iter().filter(|(name, _)| self.is_secure(name)) {
            collect_texts(value, &mut texts);
        }
        texts
    }

    /// The time: the given one, else that of the clock, which is read once.
    pub(super) fn now(&self) -> String {
        self.now.get_or_init(environment::clock).clone()
    }

    /// The time, if it was given or asked for.
    pub(super) fn known_now(&self) -> Option<String> {
        self.now.get().cloned()
    }

    /// What is given, by name; the values of secure parameters aren't told.
    pub(super) fn told(&self) -> Vec<(String, String)> {
        let mut told: Vec<(String, String)> = Vec::new();
        for (name, value) in self.parameters.iter() {
            let text = if self.is_secure(name) { "***".to_owned() } else { value.to_string() };
            told.push((name.to_string(), text));
        }
        told.extend(
            self.variables.iter().map(|(name, value)| (format!("{name} (variable)"), value.to_string())),
        );
        let mut add =
            |name: &str, text: Option<String>| told.extend(text.map(|text| (name.to_owned(), text)));
        add("resource", self.resource.as_ref().map(|resource| resource.id.to_string()));
        add("subscription", self.subscription.as_ref().map(|facts| facts.id.to_string()));
        add("resource group", self.group.as_ref().map(|facts| facts.id.name().to_owned()));
        add("now", self.known_now());
        told.extend(self.semantics.changed().map(|one| (one.point.to_owned(), one.reading.to_owned())));
        told
    }

    /// Sets a parameter.
    pub(super) fn set(&mut self, name: Arc<str>, value: Value) {
        self.parameters.insert(name, value);
    }

    /// Sets a variable.
    pub(super) fn set_variable(&mut self, name: Arc<str>, value: Value) {
        self.variables.insert(name, value);
    }
}

fn collect_texts(value: &Value, texts: &mut Vec<Arc<str>>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| collect_texts(item, texts)),
        Value::Object(object) => object.iter().for_each(|(_, value)| collect_texts(value, texts)),
        _ => {}
    }
}

/// The first document of a file.
fn document(path: &Path, sources: &mut SourceMap, faults: &mut Diagnostics) -> Option<Node> {
    let file = sources.add_path(path.to_string_lossy(), path);
    let form = Form::of(path).unwrap_or(Form::Unknown);
    let mut documents = source::documents(sources, &Input { file, form, named: true }, faults).into_iter();
    let first = documents.next();
    if first.is_none() && !faults.has_errors() {
        faults.push(Diagnostic::new(&codes::BAD_FACT, format!("`{}` holds nothing", path.display())));
    }
    first
}

/// The values of a parameter file: ARM's form, an assignment's, or a plain object.
fn parameter_file(node: &Node) -> Vec<(Arc<str>, Span, Value, Span)> {
    let members = node.get("parameters").filter(|inner| inner.is_object()).unwrap_or(node).members();
    let wrapped = node.get("parameters").is_some()
        || members.iter().all(|member| match member.value.members() {
            [one] => one.key.eq_ignore_ascii_case("value") || one.key.eq_ignore_ascii_case("reference"),
            _ => false,
        });
    let value_of = |member: &source::Member| {
        if !wrapped {
            return (Value::from(&member.value), member.value.span);
        }
        match member.value.get("value") {
            Some(value) => (Value::from(value), value.span),
            // A secret of a vault: only the deployment knows it.
            None if member.value.get("reference").is_some() => {
                let name = member.key.replace('\'', "''");
                (Value::Runtime(format!("parameters('{name}')").into()), member.value.span)
            }
            None => (Value::from(&member.value), member.value.span),
        }
    };
    let told = |key: &str| !matches!(key, "$schema" | "contentVersion");
    members
        .iter()
        .filter(|member| told(&member.key))
        .map(|member| {
            let (value, span) = value_of(member);
            (member.key.clone(), member.key_span, value, span)
        })
        .collect()
}

/// The values of a definition's parameters as an assignment would bind them.
fn bound(
    definition: &PolicyDefinition,
    parameters: Vec<(Arc<str>, Span, Value, Span)>,
    faults: &mut Diagnostics,
) -> Option<BoundParameters> {
    let assignment = PolicyAssignment {
        id: "".into(),
        name: "".into(),
        display_name: "".into(),
        scope: crate::arm::Scope::Tenant,
        not_scopes: Vec::new(),
        definition_id: definition.id.clone(),
        definition_span: Span::none(),
        definition_version: None,
        parameters,
        enforcement_mode: EnforcementMode::Default,
        identity: None,
        location: None,
        unsupported: Vec::new(),
        span: Span::none(),
    };
    bind(definition, &assignment, faults)
}

/// `FILE`, `FILE:/subscriptions/…`, `FILE:name`: a colon behind a drive's letter belongs to the file.
fn split_resource(text: &str) -> (PathBuf, Option<&str>) {
    let lower = text.to_ascii_lowercase();
    let id = lower.find(":/subscriptions/").or_else(|| lower.find(":/providers/"));
    if let Some(at) = id {
        return (text[..at].into(), Some(&text[at + 1..]));
    }
    match text.rsplit_once(':') {
        Some((file, name)) if !is_drive(file) && !name.contains(['/', '\\']) && !Path::new(text).exists() => {
            (file.into(), Some(name))
        }
        _ => (text.into(), None),
    }
}

/// `C`, as it stands before a colon on Windows.
fn is_drive(text: &str) -> bool {
    matches!(text.as_bytes(), [letter] if letter.is_ascii_alphabetic())
}

/// Everything that a file or folder holds.
fn inventory(path: &Path, sources: &mut SourceMap, faults: &mut Diagnostics) -> Inventory {
    let mut builder = InventoryBuilder::new();
    let inputs = source::discover(&[path.to_owned()], &mut std::io::empty(), sources, faults);
    for input in &inputs {
        let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
        for node in source::documents(sources, input, faults) {
            builder.document(node, provenance, faults);
        }
    }
    let (inventory, _, found) = builder.finish(&[], sources, &|file| hash(sources, file));
    faults.extend(found);
    inventory
}

/// The resource that is meant: by id or name, or the only one.
fn the_resource(
    inventory: &Inventory,
    path: &Path,
    wanted: Option<&str>,
    faults: &mut Diagnostics,
) -> Option<Resource> {
    let matches = |resource: &&Resource| {
        wanted.is_none_or(|wanted| {
            resource.name().eq_ignore_ascii_case(wanted)
                || ResourceId::parse(wanted).is_some_and(|id| id == resource.id)
        })
    };
    let found: Vec<&Resource> = inventory.all_resources().filter(matches).collect();
    if let [one] = found.as_slice() {
        return Some((*one).clone());
    }
    let place = path.display();
    let fault = match (found.as_slice(), wanted) {
        ([], Some(wanted)) => {
            let names = inventory.all_resources().map(Resource::name);
            let fault = Diagnostic::new(&codes::BAD_FACT, format!("`{place}` holds no resource `{wanted}`"));
            match nearest(wanted, names) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help("give its id or its name"),
            }
        }
        ([], None) => Diagnostic::new(&codes::BAD_FACT, format!("`{place}` holds no resource"))
            .help("a resource is a JSON or YAML object with `id` and `type`"),
        (several, _) => {
            Diagnostic::new(&codes::BAD_FACT, format!("`{place}` holds {} such resources", several.len()))
                .help(format!("name one: `--resource {place}:{}`", several[0].id))
        }
    };
    faults.push(fault);
    None
}

fn bare_subscription(id: &SubscriptionId) -> SubscriptionFacts {
    SubscriptionFacts { id: id.clone(), display_name: None, tenant_id: None, state: None, tags: None }
}

/// A fact in JSON, if the text is an object.
fn object(text: &str) -> Option<Value> {
    if !text.trim_start().starts_with('{') {
        return None;
    }
    let mut faults = Diagnostics::new();
    match json::parse(source::FileId::NONE, 0, text, &mut faults).as_slice() {
        [node] if faults.is_empty() && node.is_object() => Some(Value::from(node)),
        _ => None,
    }
}

fn text_of(value: &Value, key: &str) -> Option<Arc<str>> {
    value.get(key).and_then(Value::as_str).map(Arc::from)
}

/// `--subscription`: an id, or what `subscription()` answers as JSON.
fn subscription(
    text: &str,
    known: impl Fn(&SubscriptionId) -> SubscriptionFacts,
    faults: &mut Diagnostics,
) -> Option<SubscriptionFacts> {
    let value = object(text);
    let id = match &value {
        Some(value) => text_of(value, "subscriptionId").or_else(|| text_of(value, "id")),
        None => Some(text.into()),
    };
    let bare = id.as_deref().map(|id| id.trim_matches('/')).map(|id| {
        let lower = id.to_ascii_lowercase();
        if lower.starts_with("subscriptions/") {
            id["subscriptions/".len()..].to_owned()
        } else {
            id.to_owned()
        }
    });
    let Some(bare) = bare.filter(|id| !id.is_empty() && !id.contains(['/', '{', ' '])) else {
        faults.push(
            Diagnostic::new(&codes::BAD_FACT, format!("`--subscription {text}` is no subscription")).help(
                "give its id, or a JSON object with `subscriptionId`, `displayName`, `tenantId`, `tags`",
            ),
        );
        return None;
    };
    let id = SubscriptionId::new(&bare);
    let Some(value) = value else { return Some(known(&id)) };
    Some(SubscriptionFacts {
        display_name: text_of(&value, "displayName"),
        tenant_id: text_of(&value, "tenantId"),
        state: text_of(&value, "state"),
        tags: value.get("tags").cloned(),
        id,
    })
}

/// `--resource-group`: a name, an id, or what `resourceGroup()` answers as JSON.
fn resource_group(
    text: &str,
    subscription: Option<&SubscriptionFacts>,
    faults: &mut Diagnostics,
) -> Option<ResourceGroupFacts> {
    let value = object(text);
    let id = match &value {
        Some(value) => text_of(value, "id").or_else(|| text_of(value, "name")),
        None => Some(text.into()),
    };
    let id = id.filter(|id| !id.is_empty() && !id.starts_with('{')).and_then(|id| {
        if id.contains('/') {
            ResourceId::parse(&id).and_then(|id| id.resource_group_id())
        } else {
            subscription.map(|subscription| ResourceId::resource_group(&subscription.id, &id))
        }
    });
    let Some(id) = id else {
        faults.push(
            Diagnostic::new(&codes::BAD_FACT, format!("`--resource-group {text}` is no resource group"))
                .help(
                    "give its id, or its name beside `--subscription`, or a JSON object with `id` or `name`, \
                     `location`, `tags`",
                ),
        );
        return None;
    };
    let location = value.as_ref().and_then(|value| text_of(value, "location"));
    Some(ResourceGroupFacts {
        id,
        location,
        tags: value.as_ref().and_then(|value| value.get("tags").cloned()),
        managed_by: value.as_ref().and_then(|value| value.get("managedBy").cloned()),
    })
}
