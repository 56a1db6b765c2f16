use super::*;

#[track_caller]
fn check(text: &str, wanted: &str) {
    assert_eq!(mask(text), wanted);
}

#[test]
fn a_connection_string_is_hidden_by_its_key() {
    check(
        r#"{"connectionString": "Endpoint=sb://x/;Key=abc", "a": 1}"#,
        r#"{"connectionString": "***", "a": 1}"#,
    );
    check(r#"{"eventHubConnectionString":"abc\"def"}"#, r#"{"eventHubConnectionString":"***"}"#);
    check("\"ConnectionString\" :\n   \"abc\"", "\"ConnectionString\" :\n   \"***\"");
}

#[test]
fn a_connection_string_is_hidden_by_its_form() {
    check(
        "Endpoint=sb://h/;SharedAccessKeyName=send;SharedAccessKey=aGk/+x==;EntityPath=e",
        "Endpoint=sb://h/;SharedAccessKeyName=send;SharedAccessKey=***;EntityPath=e",
    );
    check("'AccountKey=abc=='", "'AccountKey=***'");
}

#[test]
fn escapes_of_json_do_not_end_a_secret() {
    check(r#""SharedAccessKey=a\/b\u002Bc==""#, r#""SharedAccessKey=***""#);
    check(r#""x?a=1\u0026sig=abc\u0026b=2""#, r#""x?a=1\u0026sig=***\u0026b=2""#);
}

#[test]
fn a_signature_is_hidden_wherever_it_stands() {
    check("see https://h/p?sv=1&sig=abc%2Fdef&x=1 now", "see https://h/p?sv=1&sig=***&x=1 now");
    check("u=https%3A%2F%2Fh%3Fa%26sig%3Dabc%26b", "u=https%3A%2F%2Fh%3Fa%26sig%3D***%26b");
}

#[test]
fn a_callback_is_hidden_as_a_whole_and_another_address_is_not() {
    check(r#"{"uri": "https://prod-1.westeurope.logic.azure.com/workflows/a?sig=abc"}"#, r#"{"uri": "***"}"#);
    check(r#"{"uri": "https://example.com/a"}"#, r#"{"uri": "https://example.com/a"}"#);
}

#[test]
fn an_expression_names_a_secret_and_holds_none() {
    let text =
        r#""connectionString": "[listKeys(parameters('rule'), '2017-04-01').primaryConnectionString]""#;
    assert!(matches!(mask(text), Cow::Borrowed(_)));
    check(r#""connectionString": "[[abc""#, r#""connectionString": "***""#);
}

#[test]
fn json_within_a_text_is_seen() {
    check(r#""{\"connectionString\":\"abc\",\"b\":1}""#, r#""{\"connectionString\":\"***\",\"b\":1}""#);
}

#[test]
fn the_value_of_a_parameter_is_seen() {
    check(
        r#""connectionString": { "type": "string", "defaultValue": "abc" }, "n": "x""#,
        r#""connectionString": { "type": "string", "defaultValue": "***" }, "n": "x""#,
    );
}

#[test]
fn yaml_is_seen() {
    check("  connectionString: abc def # why\n  b: 1", "  connectionString: *** # why\n  b: 1");
    check("- connectionString: 'it''s'\n", "- connectionString: '***'\n");
    check("a: {connectionString: abc, b: 1}", "a: {connectionString: ***, b: 1}");
    check("connectionString: >-\n    abc\n    def\nb: 1\n", "connectionString: >-\n    ***\nb: 1\n");
    check("connectionString: null\n", "connectionString: null\n");
}

#[test]
fn ordinary_text_is_borrowed() {
    for text in [
        "",
        "design=3",
        "a: b",
        "the member connectionString: expected a string",
        "\"connectionString\": null",
    ] {
        assert!(matches!(mask(text), Cow::Borrowed(_)), "{text}");
    }
}

#[test]
fn a_value_is_hidden_by_its_key() {
    assert_eq!(mask_value("primaryConnectionString", "abc"), "***");
    assert_eq!(mask_value("uri", "https://h/?sig=abc"), "***");
    assert_eq!(mask_value("name", "a;SharedAccessKey=abc"), "a;SharedAccessKey=***");
    assert_eq!(mask_value("connectionString", "[parameters('x')]"), "[parameters('x')]");
}
