//! A template is read: structure and expressions are checked, nothing is evaluated.

use std::sync::Arc;

use crate::arm::expression::{
    ContextFunction, Dialect, Expression, Formula, FormulaKind, TextKind, classify,
};
use crate::arm::{ResourceType, Value};
use crate::source::{Diagnostics, Member, Node, NodeValue, Span, doubled_keys};

use super::body::{Body, Entry};
use super::model::{
    Argument, ArgumentValue, CopyTemplate, FunctionTemplate, LoopTemplate, NestedTemplate, ParameterTemplate,
    ResourceTemplate, Template, VariableTemplate, VariableValue,
};
use super::request::{ExpansionFault, FaultKind};
use super::shape::read_shape;

/// How deep deployments may be nested in one another.
const MAX_NESTED: usize = 16;

/// How many characters an expression may have in a template.
const MAX_EXPRESSION: usize = 24_576;

/// How many parameters and variables a template may have.
const MAX_PARAMETERS: usize = 256;
const MAX_VARIABLES: usize = 512;

/// The functions that stand only in defaults of parameters.
const DEFAULTS_ONLY: &[ContextFunction] = &[ContextFunction::NewGuid, ContextFunction::UtcNow];

/// What an expression may call where it stands.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Site {
    Default,
    Variable,
    Function,
    Resource,
}

pub(super) struct Reader {
    pub(super) faults: Vec<ExpansionFault>,
    /// The users' functions of the template whose expressions are read, in lower case.
    own: Vec<Arc<str>>,
    depth: usize,
    /// Whether the template that is read has symbolic names.
    symbolic: bool,
}

impl Template {
    /// Reads a template; every fault of its structure and of its expressions is reported.
    pub(super) fn read(node: &Node) -> Result<Template, Vec<ExpansionFault>> {
        let mut reader = Reader { faults: Vec::new(), own: Vec::new(), depth: 0, symbolic: false };
        let template = reader.template(node);
        if reader.faults.is_empty() { Ok(template) } else { Err(reader.faults) }
    }
}

impl Reader {
    pub(super) fn refuse(&mut self, message: impl Into<String>, span: Span) {
        let fault =
            ExpansionFault { message: message.into(), expression: None, span, kind: FaultKind::Refused };
        self.faults.push(fault);
    }

    pub(super) fn unsupported(&mut self, message: impl Into<String>, span: Span) {
        let fault =
            ExpansionFault { message: message.into(), expression: None, span, kind: FaultKind::Unsupported };
        self.faults.push(fault);
    }

    /// Refuses keys that differ in case only, where the template language reads keys without case.
    fn once(&mut self, node: &Node) {
        let mut faults = Diagnostics::new();
        doubled_keys(node, &mut faults);
        for fault in &faults {
            let span = fault.labels.first().map_or(node.span, |label| label.span);
            self.refuse(format!("{} (keys compare without case)", fault.message), span);
        }
    }

    fn template(&mut self, node: &Node) -> Template {
        self.once(node);
        if !node.is_object() {
            self.refuse(format!("a template has to be an object, not {}", node.kind()), node.span);
        }
        let symbolic = match node.get("languageVersion").map(|version| (version, version.as_str())) {
            None | Some((_, Some("1.0"))) => false,
            // The experimental versions are those from which 2.0 was made.
            Some((_, Some("2.0" | "1.9-experimental" | "1.10-experimental"))) => true,
            Some((version, text)) => {
                let shown = text.unwrap_or("of another type");
                self.unsupported(
                    format!("the language version `{shown}` is not supported yet"),
                    version.span,
                );
                true
            }
        };
        self.symbolic = symbolic;
        let functions = self.functions(node.get("functions"));
        let parameters = self.parameters(node.get("parameters"));
        let definitions = node.get("definitions").map(Node::members).unwrap_or_default();
        let definitions =
            definitions.iter().map(|member| (member.key.clone(), read_shape(&member.value, self))).collect();
        let variables = self.variables(node.get("variables"));
        let resources = if let Some(resources) = node.get("resources") {
            self.resources(resources, false)
        } else {
            self.refuse("a template needs the member `resources`", node.span);
            Vec::new()
        };
        for (what, count, most) in
            [("parameters", parameters.len(), MAX_PARAMETERS), ("variables", variables.len(), MAX_VARIABLES)]
        {
            if count > most {
                self.refuse(format!("a template has at most {most} {what}, this one has {count}"), node.span);
            }
        }
        Template { parameters, definitions, functions, variables, resources, symbolic, span: node.span }
    }

    fn members<'n>(&mut self, node: Option<&'n Node>, what: &str) -> &'n [Member] {
        match node {
            None => &[],
            Some(node) if node.is_object() => {
                self.once(node);
                node.members()
            }
            Some(node) => {
                self.refuse(format!("`{what}` has to be an object, not {}", node.kind()), node.span);
                &[]
            }
        }
    }

    fn parameters(&mut self, node: Option<&Node>) -> Vec<ParameterTemplate> {
        let mut parameters = Vec::new();
        for member in self.members(node, "parameters") {
            let shape = read_shape(&member.value, self);
            let default = member.value.get("defaultValue").map(|default| self.body(default, Site::Default));
            let (name, span) = (member.key.clone(), member.key_span);
            parameters.push(ParameterTemplate { name, shape, default, span });
        }
        parameters
    }

    fn functions(&mut self, node: Option<&Node>) -> Vec<FunctionTemplate> {
        let mut functions = Vec::new();
        let namespaces = node.map(Node::items).unwrap_or_default();
        let mut found = Vec::new();
        for namespace in namespaces {
            let Some(prefix) = namespace.get("namespace").and_then(Node::as_str) else {
                self.refuse("a group of functions needs the member `namespace`", namespace.span);
                continue;
            };
            for member in self.members(namespace.get("members"), "members") {
                let name: Arc<str> = format!("{prefix}.{}", member.key).to_ascii_lowercase().into();
                found.push((name, member));
            }
        }
        self.own = found.iter().map(|(name, _)| name.clone()).collect();
        for (name, member) in found {
            let parameters = member.value.get("parameters").map(Node::items).unwrap_or_default();
            let parameters = parameters
                .iter()
                .filter_map(|p| p.get("name").and_then(Node::as_str))
                .map(Arc::from)
                .collect();
            match member.value.at(&["output", "value"]) {
                Some(output) => {
                    let output = self.formula(output, Site::Function);
                    functions.push(FunctionTemplate { name, parameters, output });
                }
                None => self.refuse(format!("the function `{name}` has no output"), member.key_span),
            }
        }
        functions
    }

    fn variables(&mut self, node: Option<&Node>) -> Vec<VariableTemplate> {
        let mut variables = Vec::new();
        for member in self.members(node, "variables") {
            if member.key.eq_ignore_ascii_case("copy") && member.value.is_array() {
                for element in member.value.items() {
                    if let Some(copy) = self.copy(element, Site::Variable) {
                        let (name, value) = (copy.name.clone(), VariableValue::Loop(copy));
                        variables.push(VariableTemplate { name, value });
                    }
                }
            } else {
                let value = VariableValue::One(self.body(&member.value, Site::Variable));
                variables.push(VariableTemplate { name: member.key.clone(), value });
            }
        }
        variables
    }

    fn copy(&mut self, node: &Node, site: Site) -> Option<CopyTemplate> {
        let name = node.get("name").and_then(Node::as_str);
        let (Some(name), Some(count), Some(input)) = (name, node.get("count"), node.get("input")) else {
            self.refuse("an element of `copy` needs the members `name`, `count` and `input`", node.span);
            return None;
        };
        if matches!(classify(name), TextKind::Expression(_)) {
            self.unsupported("the name of a copy loop as an expression is not supported yet", node.span);
            return None;
        }
        let (count, input) = (self.formula(count, site), self.body(input, site));
        Some(CopyTemplate { name: name.into(), count, input })
    }

    /// Expressions at any depth, checked for what may be called where they stand.
    pub(super) fn formula(&mut self, node: &Node, site: Site) -> Formula {
        let mut found = Diagnostics::new();
        let formula = Formula::read(node, &mut found);
        for diagnostic in found {
            self.refuse(diagnostic.message.clone(), diagnostic.span());
        }
        for (expression, span) in formula.expressions() {
            self.check(expression, span, site);
        }
        formula
    }

    fn check(&mut self, expression: &Expression, span: Span, site: Site) {
        let mut faults = Vec::new();
        if expression.text.len() > MAX_EXPRESSION && expression.text.chars().count() > MAX_EXPRESSION {
            faults.push(format!("an expression in a template has at most {MAX_EXPRESSION} characters"));
        }
        for misuse in expression.misuses(Dialect::Template, &|name| self.own.iter().any(|own| **own == *name))
        {
            faults.push(misuse.message(Dialect::Template));
        }
        if site != Site::Default && expression.mentions(DEFAULTS_ONLY) {
            faults.push(
                "`newGuid` and `utcNow` can be called only in the default value of a parameter".to_owned(),
            );
        }
        if matches!(site, Site::Variable | Site::Function | Site::Default) && expression.mentions_runtime() {
            faults.push("`reference` and the `list` functions can't be called here".to_owned());
        }
        if site == Site::Function && !self.symbolic && expression.mentions(&[ContextFunction::Variables]) {
            faults.push("a user's own function can't read variables".to_owned());
        }
        for message in faults {
            let (expression, kind) = (Some(expression.text.clone()), FaultKind::Refused);
            self.faults.push(ExpansionFault { message, expression, span, kind });
        }
    }

    /// A value with `copy` in its objects.
    pub(super) fn body(&mut self, node: &Node, site: Site) -> Body {
        if is_plain(node) {
            return Body::Plain(self.formula(node, site));
        }
        match &node.value {
            NodeValue::Array(items) => Body::Array(items.iter().map(|item| self.body(item, site)).collect()),
            NodeValue::Object(members) => {
                let mut entries = Vec::new();
                for member in members {
                    if is_copy(member) {
                        let copies = member.value.items().iter();
                        entries
                            .extend(copies.filter_map(|element| self.copy(element, site)).map(Entry::Copy));
                        continue;
                    }
                    let value = self.body(&member.value, site);
                    entries.push(match classify(&member.key) {
                        TextKind::Literal(key) if key.len() == member.key.len() => {
                            Entry::Member(member.key.clone(), value)
                        }
                        TextKind::Literal(key) => Entry::Member(key.into(), value),
                        TextKind::Expression(_) => {
                            let key = NodeValue::String(member.key.clone());
                            let key = Node { span: member.key_span, value: key };
                            Entry::Keyed(self.formula(&key, site), value)
                        }
                    });
                }
                Body::Object(entries)
            }
            _ => Body::Plain(self.formula(node, site)),
        }
    }

    fn resources(&mut self, node: &Node, in_outer: bool) -> Vec<ResourceTemplate> {
        match &node.value {
            NodeValue::Array(items) => {
                items.iter().filter_map(|item| self.resource(item, None, in_outer)).collect()
            }
            NodeValue::Object(members) => {
                self.once(node);
                members
                    .iter()
                    .filter_map(|member| self.resource(&member.value, Some(member.key.clone()), in_outer))
                    .collect()
            }
            _ => {
                self.refuse(
                    format!("`resources` has to be an array or an object, not {}", node.kind()),
                    node.span,
                );
                Vec::new()
            }
        }
    }

    fn optional(&mut self, node: &Node, key: &str) -> Option<Formula> {
        let value = node.get(key).filter(|value| !value.is_null())?;
        Some(self.formula(value, Site::Resource))
    }

    fn resource(
        &mut self,
        node: &Node,
        symbol: Option<Arc<str>>,
        in_outer: bool,
    ) -> Option<ResourceTemplate> {
        self.once(node);
        let (Some(resource_type), Some(name)) = (node.get("type"), node.get("name")) else {
            self.refuse("a resource needs the members `type` and `name`", node.span);
            return None;
        };
        let is_deployment = resource_type
            .as_str()
            .is_some_and(|text| ResourceType::new(text).is("Microsoft.Resources/deployments"));
        let repeat = node.get("copy").and_then(|copy| self.repeat(copy));
        if in_outer && repeat.is_some() {
            let message =
                "a copy loop inside a nested template needs the inner scope of `expressionEvaluationOptions`";
            self.refuse(message, node.span);
        }
        let resolved: &[&str] = if is_deployment { DEPLOYMENT_MEMBERS } else { &[] };
        let body = node
            .members()
            .iter()
            .filter(|member| {
                let mut taken = TAKEN_MEMBERS.iter().chain(resolved);
                !taken.any(|key| member.key.eq_ignore_ascii_case(key))
            })
            .map(|member| (member.key.clone(), self.body(&member.value, Site::Resource)))
            .collect();
        let children =
            node.get("resources").map(|children| self.resources(children, in_outer)).unwrap_or_default();
        for child in children.iter().filter(|child| child.repeat.is_some()) {
            self.refuse("a child resource that stands in its parent can't have a copy loop", child.span);
        }
        Some(ResourceTemplate {
            symbol,
            existing: node.get("existing").and_then(Node::as_bool) == Some(true),
            condition: self.optional(node, "condition"),
            repeat,
            resource_type: self.formula(resource_type, Site::Resource),
            name: self.formula(name, Site::Resource),
            api_version: self.optional(node, "apiVersion"),
            scope: self.optional(node, "scope"),
            depends_on: self.optional(node, "dependsOn"),
            body,
            children,
            nested: is_deployment.then(|| self.nested(node)),
            span: node.span,
        })
    }

    fn repeat(&mut self, node: &Node) -> Option<LoopTemplate> {
        let (Some(name), Some(count)) = (node.get("name"), node.get("count")) else {
            self.refuse("the copy loop of a resource needs the members `name` and `count`", node.span);
            return None;
        };
        Some(LoopTemplate {
            name: self.formula(name, Site::Resource),
            count: self.formula(count, Site::Resource),
            batch_size: self.optional(node, "batchSize"),
        })
    }

    fn nested(&mut self, node: &Node) -> NestedTemplate {
        let nothing = Node { span: node.span, value: NodeValue::Object(Vec::new()) };
        let properties = node.get("properties").unwrap_or(&nothing);
        let scope = properties.at(&["expressionEvaluationOptions", "scope"]).and_then(Node::as_str);
        let inner = scope.is_some_and(|scope| scope.eq_ignore_ascii_case("inner"));
        let template = match (properties.get("template"), properties.get("templateLink")) {
            (Some(template), _) => self.inner_template(template, inner),
            (None, Some(link)) => {
                self.unsupported("a linked template (`templateLink`) is not supported yet", link.span);
                None
            }
            (None, None) if node.get("existing").and_then(Node::as_bool) == Some(true) => None,
            (None, None) => {
                self.refuse("a nested deployment needs the member `properties.template`", node.span);
                None
            }
        };
        let mut parameters = Vec::new();
        for member in self.members(properties.get("parameters"), "parameters") {
            let text = member.value.as_str().map(classify);
            let value = if let Some(value) = member.value.get("value") {
                ArgumentValue::Value(self.body(value, Site::Resource))
            } else if let Some(reference) = member.value.get("reference") {
                ArgumentValue::Secret(self.body(reference, Site::Resource))
            } else if matches!(text, Some(TextKind::Expression(_))) || member.value.get("copy").is_some() {
                ArgumentValue::Wrapped(self.body(&member.value, Site::Resource))
            } else {
                self.refuse(format!("the parameter `{}` has no `value`", member.key), member.key_span);
                continue;
            };
            parameters.push(Argument { name: member.key.clone(), value, span: member.key_span });
        }
        NestedTemplate {
            subscription: self.optional(node, "subscriptionId"),
            group: self.optional(node, "resourceGroup"),
            location: self.optional(node, "location"),
            mode: self.optional(properties, "mode"),
            inner,
            parameters,
            template,
        }
    }

    fn inner_template(&mut self, node: &Node, inner: bool) -> Option<Template> {
        if self.depth == MAX_NESTED {
            self.unsupported(format!("deployments nested more than {MAX_NESTED} levels deep"), node.span);
            return None;
        }
        self.depth += 1;
        let template = if inner {
            let (own, symbolic) = (std::mem::take(&mut self.own), self.symbolic);
            let template = self.template(node);
            (self.own, self.symbolic) = (own, symbolic);
            template
        } else {
            // Its own parameters, variables and functions count for nothing.
            let resources = match node.get("resources") {
                Some(resources) => self.resources(resources, true),
                None => Vec::new(),
            };
            Template {
                parameters: Vec::new(),
                definitions: Vec::new(),
                functions: Vec::new(),
                variables: Vec::new(),
                resources,
                symbolic: node.get("languageVersion").is_some(),
                span: node.span,
            }
        };
        self.depth -= 1;
        Some(template)
    }
}

/// Members of a resource that aren't put.
const TAKEN_MEMBERS: &[&str] = &[
    "type",
    "name",
    "apiVersion",
    "dependsOn",
    "condition",
    "copy",
    "scope",
    "comments",
    "resources",
    "existing",
    "metadata",
];

/// Those of a deployment besides: its body is resolved away, so that nothing of it is read twice.
const DEPLOYMENT_MEMBERS: &[&str] = &["properties", "subscriptionId", "resourceGroup", "location", "tags"];

/// The member `copy` of an object: a list of loops.
fn is_copy(member: &Member) -> bool {
    member.key.eq_ignore_ascii_case("copy")
        && member.value.is_array()
        && member.value.items().iter().all(Node::is_object)
        && !member.value.items().is_empty()
}

/// Whether it has neither `copy` nor a key in brackets, at any depth.
fn is_plain(node: &Node) -> bool {
    match &node.value {
        NodeValue::Array(items) => items.iter().all(is_plain),
        NodeValue::Object(members) => members
            .iter()
            .all(|member| !is_copy(member) && !member.key.starts_with('[') && is_plain(&member.value)),
        _ => true,
    }
}

/// The value of a node in which nothing is evaluated.
pub(super) fn literal(node: &Node) -> Value {
    match Formula::read(node, &mut Diagnostics::new()).kind {
        FormulaKind::Literal(value) => value,
        _ => Value::from(node),
    }
}
