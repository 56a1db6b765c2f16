use super::*;

const FILE: FileId = FileId(0);

/// A tree in short, as JSON.
pub(in crate::source) fn show(node: &Node) -> String {
    match &node.value {
        NodeValue::Null => "null".to_owned(),
        NodeValue::Bool(value) => value.to_string(),
        NodeValue::Int(value) => value.to_string(),
        NodeValue::Float(value) => format!("{value:?}"),
        NodeValue::String(text) => format!("{text:?}"),
        NodeValue::Array(items) => format!("[{}]", items.iter().map(show).collect::<Vec<_>>().join(",")),
        NodeValue::Object(members) => {
            let members: Vec<_> = members.iter().map(|m| format!("{:?}:{}", m.key, show(&m.value))).collect();
            format!("{{{}}}", members.join(","))
        }
    }
}

fn read(text: &str, lines: bool) -> (String, Vec<(&'static str, String)>) {
    let mut faults = Diagnostics::new();
    let documents = parse_file(FILE, text, lines, &mut faults);
    let faults = faults
        .iter()
        .map(|fault| {
            let span = fault.span();
            let at = &text[span.range()];
            (fault.code.id, at.to_owned())
        })
        .collect();
    (documents.iter().map(show).collect::<Vec<_>>().join(" "), faults)
}

#[track_caller]
fn check(text: &str, wanted: &str) {
    assert_eq!(read(text, false), (wanted.to_owned(), Vec::new()));
}

#[track_caller]
fn check_fault(text: &str, documents: &str, faults: &[(&'static str, &str)]) {
    let faults = faults.iter().map(|(code, at)| (*code, (*at).to_owned())).collect();
    assert_eq!(read(text, false), (documents.to_owned(), faults), "{text}");
}

const SYNTAX: &str = "AZP0101";
const TRUNCATED: &str = "AZP0102";

#[test]
fn json_and_its_liberties_are_read() {
    check(
        r#"{"a": [1, -2.5, true, false, null, "x"], "b": {}}"#,
        r#"{"a":[1,-2.5,true,false,null,"x"],"b":{}}"#,
    );
    check("// first\n{ /* a */ \"a\" /* b */ : // c\n 1, } // end", r#"{"a":1}"#);
    check("[1, 2,]\r\n", "[1,2]");
    check("\u{feff}[]", "[]");
    check("", "");
    check(" \n// nothing\n", "");
    check("/* a */ 7 /* b */", "7");
    check("[\"//\", \"/*\"]", r#"["//","/*"]"#);
}

#[test]
fn documents_may_follow_each_other() {
    check("{}{}", "{} {}");
    check("[1]\r\n\u{feff}[2]\n\n{\"a\":1}\n", "[1] [2] {\"a\":1}");
    check("1 \"a\" null\ntrue", "1 \"a\" null true");
}

#[test]
fn every_part_knows_its_place() {
    let text = "  {\"é\": [1, \"ü\\n\"] } ";
    let mut faults = Diagnostics::new();
    let documents = parse(FILE, 100, text, &mut faults);
    let cut = |span: Span| &text[Span { start: span.start - 100, ..span }.range()];
    let root = &documents[0];
    assert_eq!(cut(root.span), "{\"é\": [1, \"ü\\n\"] }");
    assert_eq!(cut(root.members()[0].key_span), "\"é\"");
    let items = root.members()[0].value.items();
    assert_eq!((cut(items[0].span), cut(items[1].span)), ("1", "\"ü\\n\""));
}

#[test]
fn what_ends_too_early_is_told_with_what_is_open() {
    for (text, open) in [
        ("{\"a\": [1, {\"b\"", "{"),
        ("{\"a\": [1,\n", "["),
        ("{\"a\": ", ":"),
        ("{\"a\": 1,", "{"),
        ("[\"abc", "\""),
        ("[\"abc\\", "\""),
        ("[tru", "t"),
        ("[-", "-"),
        ("[1.", "1"),
        ("{} /* x", "/"),
    ] {
        let mut faults = Diagnostics::new();
        parse(FILE, 0, text, &mut faults);
        let fault = faults.iter().next().expect("a fault");
        assert_eq!(fault.code.id, TRUNCATED, "{text}");
        let cut = |span: Span| &text[span.range()];
        assert_eq!(cut(fault.labels[0].span), &text.trim_end()[text.trim_end().len() - 1..], "{text}");
        assert_eq!(cut(fault.labels[1].span), open, "{text}");
        assert_eq!(faults.len(), 1);
    }
}

#[test]
fn what_is_wrong_is_told_with_its_place() {
    check_fault("{a: 1}", "", &[(SYNTAX, "a")]);
    check_fault("{'a': 1}", "", &[(SYNTAX, "'")]);
    check_fault("{\"a\" 1}", "", &[(SYNTAX, "1")]);
    check_fault("[NaN]", "", &[(SYNTAX, "N")]);
    check_fault("[nil]", "", &[(SYNTAX, "n")]);
    check_fault("[1}", "", &[(SYNTAX, "}")]);
    check_fault("{\"a\": 1]", "", &[(SYNTAX, "]")]);
    check_fault("{} }", "{}", &[(SYNTAX, "}")]);
    check_fault("<html>", "", &[(SYNTAX, "<")]);
    check_fault("\"a\": {}", "", &[(SYNTAX, "\"a\"")]);
    check_fault("12ab", "", &[(SYNTAX, "a")]);
    check_fault("[\"a\nb\"]", "", &[(SYNTAX, "\"a")]);
    check_fault("[\"it\\'s\"]", "", &[(SYNTAX, "\\'")]);
    check_fault("[\"\\u12x4\"]", "", &[(SYNTAX, "\\u12")]);
    check_fault("[1 / 2]", "", &[(SYNTAX, "/")]);
}

#[test]
fn small_faults_are_read_past() {
    check_fault("{\"a\": 1 \"b\": 2}", r#"{"a":1,"b":2}"#, &[(SYNTAX, "\"")]);
    check_fault("[1 2,, 3]", "[1,2,3]", &[(SYNTAX, "2"), (SYNTAX, ",")]);
    check_fault("{,\"a\": 012}", r#"{"a":null}"#, &[(SYNTAX, ","), (SYNTAX, "012")]);
    check_fault("[1e999, 2]", "[null,2]", &[("AZP0116", "1e999")]);
    check_fault("[\"a\tb\"]", "[\"a\\tb\"]", &[("AZP0117", "\t")]);
    check_fault("[\"\\ud800\"]", "[\"\u{fffd}\"]", &[("AZP0118", "\\ud800")]);
}

#[test]
fn not_everything_is_read_past() {
    let text = format!("[{}1]", ",".repeat(1000));
    assert_eq!(read(&text, false).1.len(), MAX_RECOVERED + 1);
}

#[test]
fn depth_has_a_limit() {
    let fits = format!("{}{}", "[".repeat(MAX_DEPTH), "]".repeat(MAX_DEPTH));
    assert_eq!(read(&fits, false).1, []);
    let deep = "{\"a\":".repeat(200_000);
    assert_eq!(read(&deep, false).1, [("AZP0103", "{".to_owned())]);
}

#[test]
fn doubled_keys_are_found() {
    check_fault("{\"a\": 1, \"a\": 2}", r#"{"a":1}"#, &[("AZP0104", "\"a\"")]);
    check_fault("{\"a\": 1, \"A\": 2}", r#"{"a":1,"A":2}"#, &[]);
    check_fault("{\"a\": {\"b\": [1]}, \"a\": {\"b\": [1]}}", r#"{"a":{"b":[1]}}"#, &[("AZP0105", "\"a\"")]);
}

#[test]
fn a_faulty_line_costs_only_itself() {
    let text = "{\"a\":1}\n{\"b\":\n{\"c\":3}\n{\"d\":\"x\n{\"e\":5}\n\n{\"f\":[1}\n{\"g\":7}\n";
    let (documents, faults) = read(text, false);
    assert_eq!(documents, r#"{"a":1} {"c":3} {"e":5} {"g":7}"#);
    assert_eq!(faults, [(TRUNCATED, ":".to_owned()), (SYNTAX, "\"x".to_owned()), (SYNTAX, "}".to_owned())]);
    let (documents, faults) = read("{\"b\":\n{\"c\":3}\n", true);
    assert_eq!((documents.as_str(), faults.len()), (r#"{"c":3}"#, 1));
}

#[test]
fn a_faulty_document_among_indented_ones_costs_only_itself() {
    let text = "[\n  1\n]\n[\n  2,\n  {\n[\n  3\n]\n";
    let (documents, faults) = read(text, false);
    assert_eq!(documents, "[1] [3]");
    assert_eq!(faults, [(TRUNCATED, "{".to_owned())]);
}

#[test]
fn a_document_without_layout_ends_the_reading() {
    let (documents, faults) = read("[\n{\"a\":1},\n{\"b\":},\n{\"c\":3}\n]\n", false);
    assert_eq!(documents, "");
    assert_eq!(faults, [(SYNTAX, "}".to_owned())]);
}

/// Whatever stands in a file, reading ends, and every place lies within the text.
#[test]
fn broken_text_is_read_to_an_end() {
    let sound = "{\"é\": [1, -2.5e3, \"ü\\n\\u00e9\", null], // ö\n \"b\": {\"c\": true}, /* x */ \"d\": \"𝄞\"}\n{\"e\": 1}\n[\n  1\n]\n";
    let parts = [
        "[", "]", "{", "}", ":", ",", "\"", "\\", "\\u", "/", "//", "/*", "\n", "\t", "\r", "é", "\u{feff}",
        "\0", "0", "-", "e", "tru", "'",
    ];
    let mut seed = 5_u64;
    let mut next = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % limit
    };
    for _ in 0..20_000 {
        let mut text = sound.to_owned();
        for _ in 0..=next(3) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let at = places[next(places.len())];
            match next(3) {
                0 => text.insert_str(at, parts[next(parts.len())]),
                1 => {
                    text.remove(at);
                }
                _ => text.truncate(at.max(10)),
            }
        }
        let mut faults = Diagnostics::new();
        parse_file(FILE, &text, next(2) == 0, &mut faults);
        for label in faults.iter().flat_map(|fault| &fault.labels) {
            assert!(text.get(label.span.range()).is_some(), "{text:?}: {label:?}");
        }
    }
}
