use super::{Context, ContextFunction, Dialect, Expression, Failure};
use crate::arm::Value;

/// A place of either dialect, with a few answers.
struct Place(Dialect);

impl Context for Place {
    fn dialect(&self) -> Dialect {
        self.0
    }

    fn ask(&self, function: ContextFunction, arguments: &[Value]) -> Result<Value, Failure> {
        match function {
            ContextFunction::Parameters if arguments[0].as_str() == Some("list") => {
                Ok(Value::array([Value::Int(0), "b".into()]))
            }
            ContextFunction::Parameters if arguments[0].as_str() == Some("object") => {
                Ok(Value::object([("Key", Value::Int(1)), ("key", Value::Int(2)), ("nothing", Value::Null)]))
            }
            ContextFunction::ResourceGroup => {
                Ok(Value::object([("tags", Value::object([("a", Value::Int(1))]))]))
            }
            ContextFunction::Subscription => Err(Failure::Unknown("not known".to_owned())),
            other => Err(Failure::Error(format!("no {other:?}"))),
        }
    }

    fn ask_member(
        &self,
        function: ContextFunction,
        _arguments: &[Value],
        member: &str,
    ) -> Option<Result<Value, Failure>> {
        (function == ContextFunction::Subscription && member == "id").then(|| Ok("/subscriptions/s".into()))
    }
}

fn run(dialect: Dialect, text: &str) -> Result<String, Failure> {
    let expression = Expression::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
    expression.evaluate(&Place(dialect)).map(|value| value.to_json())
}

fn template(text: &str) -> String {
    run(Dialect::Template, text).unwrap_or_else(|failure| panic!("{text}: {failure}"))
}

fn error(text: &str) -> String {
    match run(Dialect::Template, text) {
        Err(Failure::Error(message)) => message,
        other => panic!("{text}: {other:?}"),
    }
}

#[test]
fn branches_that_arent_taken_arent_evaluated() {
    assert_eq!(template("[if(true(), 1, div(1, 0))]"), "1");
    assert_eq!(template("[and(false(), equals(div(1, 0), 1))]"), "false");
    assert_eq!(template("[or(true(), equals(div(1, 0), 1))]"), "true");
    assert_eq!(template("[coalesce(null(), 2, div(1, 0))]"), "2");
    assert!(error("[if('true', 1, 2)]").contains("has to be a Boolean, not a String"));
    assert!(error("[if(false(), 1, div(1, 0))]").contains("division by zero"));
}

#[test]
fn members_are_found_without_case_but_exactly_first() {
    assert_eq!(template("[parameters('object').key]"), "2");
    assert_eq!(template("[parameters('object').Key]"), "1");
    assert_eq!(template("[parameters('object')['KEY']]"), "1");
    assert_eq!(template("[parameters('list')[1]]"), "\"b\"");
    assert_eq!(
        error("[parameters('object').x]"),
        "the language expression property 'x' doesn't exist, available properties are 'Key, key, nothing'"
    );
    assert_eq!(
        error("[parameters('list')[2]]"),
        "the language expression property array index '2' is out of bounds"
    );
    assert!(error("[parameters('list').x]").contains("read from an Array"));
    assert!(error("[parameters('object').nothing.x]").contains("read from null"));
    assert!(error("[parameters('list')[true()]]").contains("has to be a String or an Integer"));
}

#[test]
fn deep_keys_are_evaluated_once() {
    let text = format!("[{}0{}]", "parameters('list')[".repeat(60), "]".repeat(60));
    assert_eq!(template(&text), "0");
}

#[test]
fn a_member_may_be_known_where_the_whole_is_not() {
    assert_eq!(template("[subscription().id]"), "\"/subscriptions/s\"");
    assert_eq!(
        run(Dialect::Template, "[string(subscription())]"),
        Err(Failure::Unknown("not known".to_owned()))
    );
}

#[test]
fn a_tag_that_isnt_set_is_null_in_rules_only() {
    assert_eq!(run(Dialect::Policy, "[resourceGroup().tags['b']]"), Ok("null".to_owned()));
    assert_eq!(run(Dialect::Policy, "[resourceGroup().tags[toLower('A')]]"), Ok("1".to_owned()));
    assert!(run(Dialect::Policy, "[resourceGroup().tags.a.x]").is_err());
    assert!(run(Dialect::Template, "[resourceGroup().tags['b']]").is_err());
}

#[test]
fn dialects_differ() {
    assert_eq!(template("[contains('ABC', 'b')]"), "false");
    assert_eq!(run(Dialect::Policy, "[contains('ABC', 'b')]"), Ok("true".to_owned()));
    assert_eq!(template("[replace('ABC', 'b', 'x')]"), "\"ABC\"");
    assert_eq!(run(Dialect::Policy, "[replace('ABC', 'b', 'x')]"), Ok("\"AxC\"".to_owned()));
    assert!(error("[field('name')]").contains("doesn't exist in a deployment template"));
    let failure = run(Dialect::Policy, "[reference('x')]").expect_err("no such function in rules");
    assert_eq!(failure.to_string(), "the function 'reference' doesn't exist in a policy rule");
}

#[test]
fn calls_are_checked_without_a_value() {
    let misuses = |text: &str| {
        let expression = Expression::parse(text).unwrap();
        let found = expression.misuses(Dialect::Policy, &|name| name == "my.own");
        found.iter().map(|misuse| misuse.message(Dialect::Policy)).collect::<Vec<_>>()
    };
    assert_eq!(
        misuses("[concat(lenght('x'), variables('y'), toLower(), my.own(claims(), utcNow('u')))]"),
        [
            "there is no function `lenght`",
            "the function `variables` doesn't exist in a policy rule",
            "the function `toLower` takes 1 argument, 0 were given",
            "the function `utcNow` takes no arguments, 1 were given"
        ]
    );
    let expression = Expression::parse("[if(field('a').b[current()], 1, concat(utcNow()))]").unwrap();
    assert_eq!(expression.calls().collect::<Vec<_>>(), ["if", "field", "current", "concat", "utcnow"]);
    assert!(expression.mentions(&[ContextFunction::UtcNow]));
    assert!(!expression.mentions(&[ContextFunction::Parameters]));
}

#[test]
fn lambdas() {
    assert_eq!(template("[map(range(1, 3), lambda('i', mul(lambdaVariables('i'), 2)))]"), "[2,4,6]");
    assert_eq!(
        template(
            "[reduce(range(1, 4), 0, lambda('a', 'b', add(lambdaVariables('a'), lambdaVariables('b'))))]"
        ),
        "10"
    );
    assert_eq!(
        template(
            "[sort(createArray(3, 1, 2), lambda('a', 'b', less(lambdaVariables('a'), lambdaVariables('b'))))]"
        ),
        "[1,2,3]"
    );
    assert_eq!(
        template("[toObject(createArray('a', 'b'), lambda('x', lambdaVariables('x')), lambda('x', 1))]"),
        r#"{"a":1,"b":1}"#
    );
    assert_eq!(
        template("[mapValues(parameters('object'), lambda('v', 0))]"),
        r#"{"Key":0,"key":0,"nothing":0}"#
    );
    let open = "[map(range(0, 2), lambda('i', filter(reference('a').x, lambda('y', equals(lambdaVariables('y').k, add(lambdaVariables('i'), 1))))))]";
    assert_eq!(
        template(open),
        "[\"[filter(reference('a').x, lambda('y', equals(lambdaVariables('y').k, add(0, 1))))]\",\
         \"[filter(reference('a').x, lambda('y', equals(lambdaVariables('y').k, add(1, 1))))]\"]"
    );
    assert!(error("[map(range(1, 3), 'x')]").contains("a lambda is expected"));
    assert!(error("[lambdaVariables('x')]").contains("no lambda around it"));
    assert!(error("[lambda('x', 1)]").contains("only as an argument"));
    let endless = "[map(range(0, 10000), lambda('a', map(range(0, 10000), lambda('b', 1))))]";
    assert!(matches!(run(Dialect::Template, endless), Err(Failure::Unsupported(_))));
}

#[test]
fn open_conditions_keep_what_they_need() {
    assert_eq!(template("[and(reference('a').b, true())]"), "\"[reference('a').b]\"");
    assert_eq!(template("[and(reference('a').b, false())]"), "false");
    assert_eq!(template("[or(reference('a'), reference('b'))]"), "\"[or(reference('a'), reference('b'))]\"");
    assert_eq!(template("[coalesce(null(), reference('a'), 1, 2)]"), "\"[coalesce(reference('a'), 1)]\"");
    assert_eq!(template("[createObject(reference('a').n, 1)]"), "\"[createObject(reference('a').n, 1)]\"");
    assert_eq!(
        template("[equals(json('1.5'), reference('a'))]"),
        "\"[equals(json('1.5'), reference('a'))]\""
    );
}
