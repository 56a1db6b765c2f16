use super::templates;
use crate::arm::{Object, Value};
use crate::remediation::sample::{Tenant, automation, deployed, deployment, group};

#[test]
fn the_automation_is_put_into_the_group_that_the_template_makes() {
    let tenant = Tenant::default();
    let plan = [deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant)];
    let made = templates(&plan);
    assert_eq!(made.len(), 1);
    let made = &made[0];
    assert_eq!(made.file, "deployments/s1.json");
    let resources = made.template["resources"].as_array().expect("resources");
    assert_eq!(resources[0]["type"], "Microsoft.Resources/resourceGroups");
    assert_eq!(resources[0]["name"], "rg-export");
    let nested = &resources[1];
    assert_eq!(nested["resourceGroup"], "rg-export");
    assert_eq!(
        nested["dependsOn"][0],
        "[subscriptionResourceId('Microsoft.Resources/resourceGroups', 'rg-export')]"
    );
    assert_eq!(nested["properties"]["expressionEvaluationOptions"]["scope"], "inner");
    let inner = &nested["properties"]["template"]["resources"][0];
    assert_eq!(inner["name"], "ExportToWorkspace");
    assert_eq!(inner["properties"]["sources"][0]["eventSource"], "Alerts");
    assert_eq!(
        made.bash(),
        format!(
            "az deployment sub create --subscription 's1' --location 'westeurope' --name '{}' --template-file 'deployments/s1.json'",
            made.name
        )
    );
}

#[test]
fn one_template_a_subscription_unless_contents_disagree() {
    let tenant = Tenant::default();
    let one = deployment(0, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant);
    let other = deployment(1, "s1", vec![group("s1"), automation("s1", &["SecureScores"])], &tenant);
    let same = deployment(2, "s1", vec![group("s1"), automation("s1", &["Alerts"])], &tenant);
    let made = templates(&[one, other, same]);
    let files: Vec<_> = made.iter().map(|t| (t.file.as_str(), t.deployments.clone())).collect();
    assert_eq!(files, [("deployments/s1.json", vec![0, 2]), ("deployments/s1.2.json", vec![1])]);
    assert_eq!(made[0].template["resources"].as_array().map(Vec::len), Some(2));
    assert_ne!(made[0].name, made[1].name);
}

#[test]
fn literals_stay_literals_and_secrets_become_parameters() {
    let mut hub = automation("s1", &["Alerts"]);
    let runtime = "listkeys('/subscriptions/s/x','2017-04-01').primaryConnectionString";
    let mut action = Object::new();
    action.insert("actionType", "EventHub");
    action.insert("connectionString", Value::Runtime(runtime.into()));
    let mut literal = Object::new();
    literal.insert("actionType", "EventHub");
    literal.insert("connectionString", "Endpoint=sb://x;SharedAccessKey=abc");
    literal.insert("[note]", "[concat('a')]");
    literal.insert("open", "[a");
    let actions = Value::array([Value::from(action), Value::from(literal)]);
    hub.body = Value::object([
        ("location", Value::from("westeurope")),
        ("properties", Value::object([("actions", actions), ("nothing", Value::Null)])),
    ]);
    let plan = [deployment(0, "s1", vec![hub], &Tenant::default())];
    let made = &templates(&plan)[0];
    let text = made.template.to_string();
    assert!(!text.contains("abc"), "{text}");
    let nested = &made.template["resources"][0];
    assert!(nested.get("dependsOn").is_none(), "the group isn't made here");
    let actions = &nested["properties"]["template"]["resources"][0]["properties"]["actions"];
    assert_eq!(actions[0]["connectionString"], format!("[{runtime}]"));
    assert_eq!(actions[1]["connectionString"], "[parameters('secret1')]");
    assert_eq!(actions[1]["[[note]"], "[[concat('a')]");
    // Only a text that also ends with a bracket is taken for an expression.
    assert_eq!(actions[1]["open"], "[a");
    assert_eq!(made.template["parameters"]["secret1"]["type"], "securestring");
    assert_eq!(nested["properties"]["parameters"]["secret1"]["value"], "[parameters('secret1')]");
    assert_eq!(nested["properties"]["template"]["parameters"]["secret1"]["type"], "securestring");
    assert_eq!(made.secrets.len(), 1);
}

#[test]
fn planted_names_stay_texts() {
    let id = "/subscriptions/s1/resourceGroups/[rg']/providers/Microsoft.Security/automations/[x]";
    let group = deployed("/subscriptions/s1/resourceGroups/[rg']", r#"{"location": "westeurope"}"#);
    let plan =
        [deployment(0, "s1", vec![group, deployed(id, r#"{"location": "westeurope"}"#)], &Tenant::default())];
    let made = &templates(&plan)[0];
    let resources = &made.template["resources"];
    assert_eq!(resources[0]["name"], "[[rg']");
    assert_eq!(resources[1]["resourceGroup"], "[[rg']");
    let group = "[subscriptionResourceId('Microsoft.Resources/resourceGroups', '[rg'']')]";
    assert_eq!(resources[1]["dependsOn"][0], group);
    assert_eq!(resources[1]["properties"]["template"]["resources"][0]["name"], "[[x]");
}

#[test]
fn a_group_of_another_subscription_is_made_by_a_nested_deployment() {
    let tenant = Tenant::default();
    let plan = [deployment(0, "s1", vec![group("s2"), automation("s2", &["Alerts"])], &tenant)];
    let resources = templates(&plan)[0].template["resources"].clone();
    assert_eq!(resources[0]["type"], "Microsoft.Resources/deployments");
    assert_eq!(resources[0]["subscriptionId"], "s2");
    assert_eq!(resources[0]["location"], "westeurope");
    assert_eq!(resources[0]["properties"]["template"]["resources"][0]["name"], "rg-export");
    assert_eq!(resources[1]["subscriptionId"], "s2");
    let name = resources[0]["name"].as_str().expect("a name");
    assert_eq!(
        resources[1]["dependsOn"][0],
        format!("[subscriptionResourceId('s2', 'Microsoft.Resources/deployments', '{name}')]")
    );
}

#[test]
fn what_a_key_vault_holds_is_a_parameter_that_says_where_it_lies() {
    let mut hub = automation("s1", &["Alerts"]);
    let vault = "base64(getSecret('/subscriptions/s/v', 'key'))";
    hub.body = Value::object([("properties", Value::object([("key", Value::Runtime(vault.into()))]))]);
    let plan = [deployment(0, "s1", vec![hub], &Tenant::default())];
    let made = &templates(&plan)[0];
    let resource = &made.template["resources"][0]["properties"]["template"]["resources"][0];
    assert_eq!(resource["properties"]["key"], "[parameters('secret1')]");
    assert!(made.secrets[0].1.ends_with(vault), "{:?}", made.secrets);
}
