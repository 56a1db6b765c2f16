//! Expansion of templates, rule by rule.

use azpol::arm::template::{
    DeploymentRequest, Expansion, ExpansionFault, FaultKind, ResourceGroupFacts, SubscriptionFacts, expand,
};
use azpol::arm::{Object, ResourceId, SubscriptionId, Value};
use azpol::source::{Diagnostics, FileId, Node, json};

mod deployments;

fn node(text: &str) -> Node {
    let mut faults = Diagnostics::new();
    let mut documents = json::parse(FileId::NONE, 0, text, &mut faults);
    assert!(faults.is_empty() && documents.len() == 1, "{text}");
    documents.remove(0)
}

/// A deployment to try: a template, parameters, and where it runs.
struct Trial {
    template: Node,
    parameters: Object,
    in_group: bool,
    now: Option<&'static str>,
}

impl Trial {
    fn subscription() -> SubscriptionFacts {
        SubscriptionFacts {
            id: SubscriptionId::new("11111111-1111-1111-1111-111111111111"),
            display_name: Some("Web".into()),
            tenant_id: Some("22222222-2222-2222-2222-222222222222".into()),
            state: None,
            tags: Some(Value::object([("team", Value::from("red"))])),
        }
    }

    fn run(&self) -> Result<Expansion, Vec<ExpansionFault>> {
        let subscription = Trial::subscription();
        let group = ResourceGroupFacts {
            id: ResourceId::resource_group(&subscription.id, "rg"),
            location: Some("westeurope".into()),
            tags: None,
            managed_by: None,
        };
        expand(&DeploymentRequest {
            template: &self.template,
            parameters: &self.parameters,
            name: "dep".into(),
            location: (!self.in_group).then(|| "westeurope".into()),
            subscription: &subscription,
            resource_group: self.in_group.then_some(&group),
            management_group: None,
            guid_seed: "seed".into(),
            now: self.now.map(Into::into),
            semantics: &azpol::arm::semantics::DEFAULT,
        })
    }

    fn faults(&self) -> Vec<ExpansionFault> {
        self.run().expect_err("a refusal")
    }

    /// The only fault's kind and message.
    fn fault(&self) -> (FaultKind, String) {
        let mut faults = self.faults();
        assert_eq!(faults.len(), 1, "{faults:#?}");
        let fault = faults.remove(0);
        (fault.kind, fault.message)
    }

    fn refusal(&self) -> String {
        let (kind, message) = self.fault();
        assert_eq!(kind, FaultKind::Refused, "{message}");
        message
    }

    /// Names and properties of what is deployed.
    fn resources(&self) -> Vec<(String, String)> {
        let expansion = self.run().unwrap_or_else(|faults| panic!("{faults:#?}"));
        let shown = |resource: &azpol::arm::template::DeployedResource| {
            let properties = resource.body.get("properties").map_or_else(String::new, Value::to_json);
            (resource.id.full_name(), properties)
        };
        expansion.resources.iter().map(shown).collect()
    }

    fn names(&self) -> Vec<String> {
        self.resources().into_iter().map(|(name, _)| name).collect()
    }

    fn parameter(mut self, name: &str, value: impl Into<Value>) -> Trial {
        self.parameters.insert(name, value);
        self
    }

    fn at_subscription(mut self) -> Trial {
        self.in_group = false;
        self
    }
}

fn template(text: &str) -> Trial {
    Trial { template: node(text), parameters: Object::new(), in_group: true, now: None }
}

/// A template of parameters, variables and one resource with these properties.
fn one(parameters: &str, variables: &str, properties: &str) -> Trial {
    template(&format!(
        r#"{{"parameters": {parameters}, "variables": {variables}, "resources": [
            {{"type": "A.B/c", "apiVersion": "1", "name": "x", "properties": {properties}}}]}}"#
    ))
}

fn properties(trial: &Trial) -> String {
    trial.resources().remove(0).1
}

/// A template of these resources.
fn resources(text: &str) -> Trial {
    template(&format!(r#"{{"resources": {text}}}"#))
}

#[test]
fn parameters_are_bound() {
    let declared =
        r#"{"a": {"type": "string"}, "b": {"type": "int", "defaultValue": "[length(parameters('a'))]"}}"#;
    let trial = one(declared, "{}", r#"{"a": "[parameters('A')]", "b": "[parameters('b')]"}"#);
    assert_eq!(properties(&trial.parameter("a", "xyz")), r#"{"a":"xyz","b":3}"#);
    // What is passed is a literal, whatever it looks like.
    let trial = one(r#"{"a": {"type": "string"}}"#, "{}", r#"{"a": "[parameters('a')]"}"#);
    assert_eq!(properties(&trial.parameter("a", "[concat('x')]")), r#"{"a":"[concat('x')]"}"#);
    // Null asks for the default.
    let trial = one(r#"{"a": {"type": "int", "defaultValue": 7}}"#, "{}", r#"{"a": "[parameters('a')]"}"#);
    assert_eq!(properties(&trial.parameter("a", Value::Null)), r#"{"a":7}"#);
}

#[test]
fn parameters_are_checked() {
    let with = |declared: &str, value: Value| one(declared, "{}", "{}").parameter("a", value).refusal();
    let missing = one(r#"{"a": {"type": "string"}}"#, "{}", "{}").refusal();
    assert_eq!(missing, "the parameter `a` has no value and no default");
    let unknown = one(r#"{"severities": {"type": "array", "defaultValue": []}}"#, "{}", "{}")
        .parameter("severites", Value::array([]))
        .refusal();
    assert_eq!(unknown, "the template has no parameter `severites`, did you mean `severities`?");
    let mistyped = with(r#"{"a": {"type": "securestring"}}"#, Value::Int(1));
    assert_eq!(mistyped, "the parameter `a` is refused: the value has to be a String, not an Integer");
    let allowed = r#"{"a": {"type": "string", "allowedValues": ["x", "y"]}}"#;
    assert!(with(allowed, "X".into()).contains("allowed values: \"x\", \"y\""));
    assert!(
        with(r#"{"a": {"type": "int", "minValue": 2, "maxValue": 3}}"#, Value::Int(4))
            .contains("between 2 and 3")
    );
    assert!(with(r#"{"a": {"type": "array", "minLength": 1}}"#, Value::array([])).contains("at least 1"));
    assert!(with(r#"{"a": {"type": "text"}}"#, "x".into()).contains("`text` is no type"));
    let circle = r#"{"a": {"type": "int", "defaultValue": "[parameters('b')]"}, "b": {"type": "int", "defaultValue": "[parameters('a')]"}}"#;
    let faults = one(circle, "{}", "{}").faults();
    assert!(faults.iter().all(|fault| fault.message.contains("depends on itself")), "{faults:#?}");
}

#[test]
fn new_guids_are_derived_and_stand_in_defaults_only() {
    let declared = r#"{"a": {"type": "string", "defaultValue": "[newGuid()]"}, "b": {"type": "string", "defaultValue": "[newGuid()]"}}"#;
    let trial = one(declared, "{}", r#"["[parameters('a')]", "[parameters('b')]"]"#);
    let first = properties(&trial);
    assert_eq!(first, properties(&trial));
    let guids: Vec<&str> = first.trim_matches(['[', ']', '"']).split("\",\"").collect();
    assert!(guids.len() == 2 && guids[0] != guids[1] && guids[0].len() == 36, "{first}");
    let message = one("{}", "{}", r#"{"a": "[newGuid()]"}"#).refusal();
    assert!(message.contains("only in the default value"), "{message}");
}

#[test]
fn the_time_is_given_or_left_open() {
    let declared = r#"{"a": {"type": "string", "defaultValue": "[utcNow('yyyy-MM-dd')]"}}"#;
    let mut trial = one(declared, "{}", r#"{"a": "[concat(parameters('a'), '!')]"}"#);
    assert_eq!(properties(&trial), r#"{"a":"[concat(utcNow('yyyy-MM-dd'), '!')]"}"#);
    trial.now = Some("2026-03-04T05:06:07Z");
    assert_eq!(properties(&trial), r#"{"a":"2026-03-04!"}"#);
}

#[test]
fn variables_are_lazy_and_their_faults_are_listed() {
    let variables = r#"{
        "list": [],
        "first": "[variables('list')[0]]",
        "second": "[variables('first')]",
        "third": "[div(1, 0)]",
        "fine": "[length(variables('list'))]"
    }"#;
    let trial = one("{}", variables, r#"{"a": "[if(true(), variables('fine'), variables('first'))]"}"#);
    assert_eq!(properties(&trial), r#"{"a":0}"#);
    let expansion = trial.run().unwrap();
    let names: Vec<&str> = expansion.eager_faults.iter().map(|(name, _)| &**name).collect();
    // `second` fails only because `first` does.
    assert_eq!(names, ["first", "third"]);
    assert!(expansion.eager_faults[0].1.contains("array index '0' is out of bounds"));
}

#[test]
fn a_member_of_a_variable_stands_for_itself() {
    let variables =
        r#"{"none": [], "map": {"alerts": "[variables('none')[0]]", "scores": null, "names": ["x"]}}"#;
    let trial =
        one("{}", variables, r#"{"a": "[variables('map')['scores']]", "b": "[variables('map').names[0]]"}"#);
    assert_eq!(properties(&trial), r#"{"a":null,"b":"x"}"#);
    let names: Vec<_> = trial.run().unwrap().eager_faults.into_iter().map(|(name, _)| name).collect();
    assert_eq!(names, ["map".into()]);
    let refusal = one("{}", variables, r#"{"a": "[variables('map').alerts]"}"#).refusal();
    assert!(refusal.contains("index '0' is out of bounds"), "{refusal}");
}

#[test]
fn the_innermost_expression_that_fails_is_named() {
    let variables =
        r#"{"list": [], "first": "[variables('list')[0]]", "second": "[toLower(variables('first'))]"}"#;
    let faults = one("{}", variables, r#"{"a": "[variables('second')]"}"#).faults();
    assert_eq!(faults.len(), 1);
    assert_eq!(faults[0].expression.as_deref(), Some("[variables('list')[0]]"));
    assert_eq!(faults[0].message, "the language expression property array index '0' is out of bounds");
    let circle =
        one("{}", r#"{"a": "[variables('b')]", "b": "[variables('a')]"}"#, r#"{"a": "[variables('a')]"}"#);
    assert_eq!(circle.refusal(), "the variable 'a' depends on itself");
}

#[test]
fn variables_and_properties_are_copied() {
    let variables = r#"{
        "copy": [{"name": "top", "count": 2, "input": "[copyIndex('top', 1)]"}],
        "object": {"kept": true, "copy": [
            {"name": "inner", "count": "[length(variables('top'))]", "input": {"n": "[variables('top')[copyIndex('inner')]]"}},
            {"name": "none", "count": 0, "input": 1}
        ]}
    }"#;
    let body =
        r#"{"v": "[variables('object')]", "copy": [{"name": "p", "count": 2, "input": "[copyIndex('p')]"}]}"#;
    let trial = one("{}", variables, body);
    assert_eq!(properties(&trial), r#"{"v":{"kept":true,"inner":[{"n":1},{"n":2}],"none":[]},"p":[0,1]}"#);
    let many = one("{}", "{}", r#"{"copy": [{"name": "p", "count": 801, "input": 1}]}"#);
    assert!(many.refusal().contains("between 0 and 800, not 801"));
    let unnamed = one("{}", "{}", r#"{"copy": [{"name": "p", "count": 1, "input": "[copyIndex()]"}]}"#);
    assert!(unnamed.refusal().contains("without a name"));
    let incomplete = one("{}", "{}", r#"{"copy": [{"name": "p", "count": 1}]}"#);
    assert!(incomplete.refusal().contains("`input`"));
}

#[test]
fn keys_are_evaluated() {
    let trial = one("{}", r#"{"k": "key"}"#, r#"{"[variables('k')]": 1, "[[literal]": 2}"#);
    assert_eq!(properties(&trial), r#"{"key":1,"[literal]":2}"#);
    let twice = one("{}", r#"{"k": "key"}"#, r#"{"key": 0, "[variables('k')]": 1}"#);
    assert!(twice.refusal().contains("stands in the object twice"));
}

#[test]
fn resources_are_copied() {
    let trial = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "[concat('x', copyIndex(1))]",
            "copy": {"name": "loop", "count": 2}, "properties": {
                "copy": [{"name": "p", "count": 2, "input": "[add(mul(copyIndex(), 10), copyIndex('p'))]"}]}},
           {"type": "A.B/c", "apiVersion": "1", "name": "a", "dependsOn": ["loop", "nothing"]},
           {"type": "A.B/c", "apiVersion": "1", "name": "[copyIndex()]", "copy": {"name": "nothing", "count": 0}}]"#,
    );
    let found = trial.resources();
    assert_eq!(found[0], ("x1".to_owned(), r#"{"p":[0,1]}"#.to_owned()));
    assert_eq!(found[1], ("x2".to_owned(), r#"{"p":[10,11]}"#.to_owned()));
    assert_eq!(found[2].0, "a");
    assert_eq!(found.len(), 3);
    let batches = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "x", "copy": {"name": "l", "count": 1, "batchSize": 2}}]"#,
    );
    assert!(batches.refusal().contains("batch size 2"));
}

#[test]
fn conditions_drop_resources_and_the_edges_to_them() {
    let trial = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "[div(1, 0)]", "condition": false},
           {"type": "A.B/c", "apiVersion": "1", "name": "skipped", "condition": "[not(true())]",
            "properties": {"a": "[createArray()[0]]"}},
           {"type": "A.B/c", "apiVersion": "1", "name": "kept", "dependsOn": ["[resourceId('A.B/c/', 'skipped')]"]}]"#,
    );
    assert_eq!(trial.names(), ["kept"]);
    let text = resources(r#"[{"type": "A.B/c", "apiVersion": "1", "name": "x", "condition": "true"}]"#);
    assert_eq!(text.refusal(), "the condition of a resource has to be a Boolean, not String");
    let runtime = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "x", "condition": "[equals(reference('y').a, 1)]"}]"#,
    );
    assert_eq!(runtime.fault().0, FaultKind::MissingFact);
}

#[test]
fn the_order_follows_dependencies_then_ids() {
    let trial = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "a", "dependsOn": ["[resourceId('A.B/c', 'z')]", "A.B/c/y"]},
           {"type": "A.B/c", "apiVersion": "1", "name": "b"},
           {"type": "A.B/c", "apiVersion": "1", "name": "z", "properties": {"v": "[reference('w').v]"}},
           {"type": "A.B/c", "apiVersion": "1", "name": "y"},
           {"type": "A.B/c", "apiVersion": "1", "name": "w"}]"#,
    );
    assert_eq!(trial.names(), ["b", "w", "y", "z", "a"]);
    let missing = resources(r#"[{"type": "A.B/c", "apiVersion": "1", "name": "a", "dependsOn": ["q"]}]"#);
    assert_eq!(missing.refusal(), "`dependsOn` names `q`, which isn't defined in the template");
    let circle = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "a", "dependsOn": ["b"]},
           {"type": "A.B/c", "apiVersion": "1", "name": "b", "properties": {"v": "[reference('a').v]"}}]"#,
    );
    assert!(circle.refusal().contains("circle of dependencies"));
    let twice = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "a"}, {"type": "a.b/C", "apiVersion": "1", "name": "A"}]"#,
    );
    assert!(twice.refusal().contains("twice"));
}

#[test]
fn runtime_values_stay_as_expressions() {
    let body = r#"{
        "key": "[listKeys(resourceId('E.H/n', 'hub'), '2017-04-01').primaryConnectionString]",
        "mixed": "[concat('it''s ', reference('y').a[0], createArray(1, true())[0])]",
        "choice": "[if(equals(reference('y').a, 1), parameters('p'), null())]",
        "list": "[createArray(reference('y').b, 'known')]",
        "count": "[length(createArray(reference('y').b))]"
    }"#;
    let trial = one(r#"{"p": {"type": "object", "defaultValue": {"x": [1, "a'b"]}}}"#, "{}", body);
    let expansion = trial.run().unwrap();
    let found = expansion.resources[0].body.get("properties").unwrap().clone();
    let runtime = |text: &str| Value::Runtime(text.into());
    let id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/E.H/n/hub";
    let key = format!("listKeys('{id}', '2017-04-01').primaryConnectionString");
    assert_eq!(found.get("key"), Some(&runtime(&key)));
    assert_eq!(found.get("mixed"), Some(&runtime("concat('it''s ', reference('y').a[0], 1)")));
    let choice = "if(equals(reference('y').a, 1), createObject('x', createArray(1, 'a''b')), null())";
    assert_eq!(found.get("choice"), Some(&runtime(choice)));
    assert_eq!(found.get("list").map(|list| list.items().len()), Some(2));
    assert_eq!(found.get("count"), Some(&Value::Int(1)));
    let name = resources(r#"[{"type": "A.B/c", "apiVersion": "1", "name": "[reference('y').n]"}]"#);
    assert_eq!(name.fault().0, FaultKind::MissingFact);
    let variable = one("{}", r#"{"v": "[reference('y')]"}"#, "{}");
    assert!(variable.refusal().contains("can't be called here"));
}

#[test]
fn children_and_extensions_have_whole_ids() {
    let trial = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "x", "resources": [
                {"type": "d", "apiVersion": "1", "name": "y", "dependsOn": ["x"]},
                {"type": "providers/e", "apiVersion": "1", "name": "E.F/z", "condition": false}]},
           {"type": "E.F/lock", "apiVersion": "1", "name": "l", "scope": "A.B/c/x", "dependsOn": ["x/y"]},
           {"type": "A.B/c/providers/lock", "apiVersion": "1", "name": "x/E.F/m"}]"#,
    );
    let expansion = trial.run().unwrap_or_else(|faults| panic!("{faults:#?}"));
    let ids: Vec<&str> = expansion
        .resources
        .iter()
        .map(|resource| resource.id.as_str().split_once("/resourceGroups/rg/providers/").unwrap().1)
        .collect();
    assert_eq!(
        ids,
        ["A.B/c/x", "A.B/c/x/d/y", "A.B/c/x/providers/E.F/lock/l", "A.B/c/x/providers/E.F/lock/m"]
    );
    assert_eq!(expansion.resources[1].body.get("type").and_then(Value::as_str), Some("A.B/c/d"));
    assert!(expansion.resources[3].resource_type.is("E.F/lock"));
    let segments = resources(r#"[{"type": "A.B/c", "apiVersion": "1", "name": "x/y"}]"#);
    assert!(segments.refusal().contains("1 segment(s)"));
    let version = resources(r#"[{"type": "A.B/c", "name": "x"}]"#);
    assert!(version.refusal().contains("no `apiVersion`"));
}

#[test]
fn bodies_hold_what_is_put() {
    let trial = resources(
        r#"[{"type": "A.B/c", "apiVersion": "1", "name": "x", "comments": "c", "kind": "[null()]", "tags": {"t": null},
            "dependsOn": [], "properties": {"n": null, "b": "[json('null')]", "l": []}}]"#,
    );
    let body = trial.run().unwrap().resources[0].body.to_json();
    assert_eq!(
        body,
        r#"{"name":"x","type":"A.B/c","tags":{"t":null},"properties":{"n":null,"b":null,"l":[]}}"#
    );
}

#[test]
fn symbolic_names() {
    let trial = template(
        r#"{"languageVersion": "2.0", "resources": {
            "second": {"type": "A.B/c", "apiVersion": "1", "name": "a", "dependsOn": ["loop", "seen"]},
            "loop": {"type": "A.B/c", "apiVersion": "1", "name": "[concat('z', copyIndex())]",
                     "copy": {"name": "l", "count": 2}},
            "seen": {"existing": true, "type": "A.B/c", "apiVersion": "1", "name": "old"}}}"#,
    );
    assert_eq!(trial.names(), ["z0", "z1", "a"]);
    let typed = template(
        r##"{"languageVersion": "2.0", "definitions": {"t": {"type": "object", "properties": {"n": {"type": "int"},
                "o": {"type": "string", "nullable": true}}}},
            "parameters": {"a": {"$ref": "#/definitions/t"}, "b": {"type": "string", "nullable": true}}, "resources": {}}"##,
    );
    assert!(typed.parameter("a", Value::object([("n", Value::Int(1))])).names().is_empty());
    let newer = template(r#"{"languageVersion": "3.0", "resources": {}}"#);
    assert_eq!(newer.fault().0, FaultKind::Unsupported);
}

#[test]
fn types_of_parameters_are_checked_inside() {
    let with = |declared: &str, value: Value| {
        template(&format!(
            r#"{{"languageVersion": "2.0", "parameters": {{"a": {declared}}}, "resources": {{}}}}"#
        ))
        .parameter("a", value)
    };
    let pair = r#"{"type": "array", "prefixItems": [{"type": "string"}, {"type": "int"}], "items": false}"#;
    assert!(with(pair, Value::array(["x".into(), Value::Int(1)])).names().is_empty());
    assert!(with(pair, Value::array(["x".into()])).refusal().contains("2 items, not 1"));
    assert!(
        with(pair, Value::array([Value::Int(1), Value::Int(1)]))
            .refusal()
            .contains("a String, not an Integer")
    );
    let choice = r#"{"type": "object", "discriminator": {"propertyName": "kind", "mapping": {
        "a": {"type": "object", "properties": {"n": {"type": "int"}}}}}}"#;
    let object = |kind: &str| Value::object([("kind", Value::from(kind)), ("n", "x".into())]);
    assert!(with(choice, object("a")).refusal().contains("an Integer, not a String"));
    assert!(with(choice, object("b")).refusal().contains("chooses no type"));
    let sealed = r#"{"type": "object", "properties": {}, "additionalProperties": false}"#;
    assert!(with(sealed, object("a")).refusal().contains("can't have the member 'kind'"));
}

#[test]
fn a_key_that_only_the_deployment_knows_leaves_the_object_open() {
    let trial = one("{}", "{}", r#"{"ids": {"[reference('x').id]": {}, "known": 1}, "other": 2}"#);
    assert_eq!(
        properties(&trial),
        r#"{"ids":"[createObject('known', 1, reference('x').id, createObject())]","other":2}"#
    );
}

#[test]
fn users_functions() {
    let functions = r#"[{"namespace": "my", "members": {"twice": {"parameters": [{"name": "s", "type": "string"}],
        "output": {"type": "string", "value": "[concat(parameters('s'), parameters('s'))]"}}}}]"#;
    let trial = template(&format!(
        r#"{{"functions": {functions}, "resources": [{{"type": "A.B/c", "apiVersion": "1", "name": "[My.Twice('x')]"}}]}}"#
    ));
    assert_eq!(trial.names(), ["xx"]);
    let reading = |version: &str| {
        template(&format!(
            r#"{{{version} "variables": {{"v": "q"}}, "functions": [{{"namespace": "my", "members": {{"f": {{
                "output": {{"type": "string", "value": "[variables('v')]"}}}}}}}}],
                "resources": [{{"type": "A.B/c", "apiVersion": "1", "name": "[my.f()]"}}]}}"#
        ))
    };
    assert_eq!(reading(r#""languageVersion": "2.0","#).names(), ["q"]);
    assert!(reading("").refusal().contains("can't read variables"));
    let unknown = resources(r#"[{"type": "A.B/c", "apiVersion": "1", "name": "[my.thrice('x')]"}]"#);
    assert_eq!(unknown.refusal(), "there is no function `my.thrice`");
}

#[test]
fn faults_of_reading_come_together() {
    let faults = template(
        r#"{"variables": {"a": "[concat('x'"}, "resources": [
            {"type": "A.B/c", "apiVersion": "1", "name": "[conact('a')]"},
            {"type": "A.B/c", "apiVersion": "1", "name": "[field('name')]"},
            {"apiVersion": "1"}]}"#,
    );
    let messages = faults.faults().into_iter().map(|fault| fault.message).collect::<Vec<_>>();
    // A text that isn't closed by a bracket is no expression.
    assert_eq!(
        messages,
        [
            "there is no function `conact`",
            "the function `field` doesn't exist in a deployment template",
            "a resource needs the members `type` and `name`"
        ]
    );
    let syntax = one("{}", r#"{"a": "[concat('x']"}"#, "{}").refusal();
    assert_eq!(syntax, "expected `,` or `)`, found the end of the expression");
    assert_eq!(template("[]").faults().len(), 2);
    // What outputs hold doesn't matter.
    assert!(template(r#"{"resources": [], "outputs": {"o": {"value": "[nonsense"}}}"#).names().is_empty());
}

#[test]
fn a_template_that_never_ends_is_stopped() {
    let doubled: Vec<String> = (1..40)
        .map(|n| format!(r#""v{n}": "[concat(variables('v{}'), variables('v{}'))]""#, n - 1, n - 1))
        .collect();
    let variables = format!(r#"{{"v0": "x", {}}}"#, doubled.join(", "));
    assert_eq!(one("{}", &variables, r#"{"a": "[variables('v39')]"}"#).fault().0, FaultKind::Unsupported);
    let loops = r#"{"copy": [{"name": "a", "count": 800, "input": {"copy": [{"name": "b", "count": 800, "input": {
        "copy": [{"name": "c", "count": 800, "input": 1}]}}]}}]}"#;
    assert_eq!(one("{}", "{}", loops).fault().0, FaultKind::Unsupported);
    let chain = |length: usize| {
        let links = (1..length).map(|n| format!(r#""v{n}": "[variables('v{}')]""#, n - 1));
        let variables = format!(r#"{{"v0": 1, {}}}"#, links.collect::<Vec<_>>().join(", "));
        one("{}", &variables, &format!(r#"{{"a": "[variables('v{}')]"}}"#, length - 1))
    };
    assert_eq!(properties(&chain(200)), r#"{"a":1}"#);
    let (kind, message) = chain(202).fault();
    assert_eq!(kind, FaultKind::Unsupported);
    assert!(message.contains("200 levels"), "{message}");
}

#[test]
fn keys_that_differ_in_case_are_two_and_the_exact_case_is_read() {
    let trial = one(
        r#"{"map": {"type": "object", "defaultValue": {"key": 1, "Key": 2, "KEY": "[add(1, 2)]"}}}"#,
        r#"{"list": {"one": "[string(1)]", "One": 2}}"#,
        r#"{"a": "[parameters('map').key]", "A": "[parameters('map').Key]", "b": "[parameters('map')['KEY']]",
            "c": "[variables('list').One]", "d": "[parameters('map').kEy]", "e": "[json('{\"x\": 1, \"X\": 2}')]"}"#,
    );
    assert_eq!(properties(&trial), r#"{"a":1,"A":2,"b":3,"c":2,"d":1,"e":{"x":1,"X":2}}"#);
    // Names and the language's own keys are read without case.
    for (doubled, name) in [
        (r#"{"parameters": {"a": {"type": "int"}, "A": {"type": "string"}}, "resources": []}"#, "`A`"),
        (r#"{"variables": {"a": 1, "A": 2}, "resources": []}"#, "`A`"),
        (r#"{"resources": [], "Resources": {}}"#, "`Resources`"),
        (r#"{"resources": [{"type": "A.B/c", "apiVersion": "1", "name": "x", "Name": "y"}]}"#, "`Name`"),
    ] {
        let message = template(doubled).refusal();
        assert!(message.contains(name) && message.contains("compare without case"), "{message}");
    }
}
