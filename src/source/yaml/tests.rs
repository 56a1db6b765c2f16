use super::*;

const FILE: FileId = FileId(0);

fn read(text: &str) -> (Vec<Node>, Diagnostics) {
    let mut faults = Diagnostics::new();
    let documents = parse(FILE, text, &mut faults);
    (documents, faults)
}

/// A tree in short: what JSON would say.
fn show(node: &Node) -> String {
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

/// All spans of a tree with the text that they cover.
fn covered<'a>(node: &Node, text: &'a str, found: &mut Vec<&'a str>) {
    let cut = |span: Span| &text[span.range()];
    found.push(cut(node.span));
    for item in node.items() {
        covered(item, text, found);
    }
    for member in node.members() {
        found.push(cut(member.key_span));
        covered(&member.value, text, found);
    }
}

#[track_caller]
fn check(text: &str, wanted: &str) {
    let (documents, faults) = read(text);
    assert!(faults.is_empty(), "{faults:?}");
    assert_eq!(documents.iter().map(show).collect::<Vec<_>>().join(" "), wanted);
}

#[track_caller]
fn check_spans(text: &str, wanted: &[&str]) {
    let (documents, faults) = read(text);
    assert!(faults.is_empty(), "{faults:?}");
    let mut found = Vec::new();
    for node in &documents {
        covered(node, text, &mut found);
    }
    assert_eq!(found, wanted);
}

#[track_caller]
fn check_fault(text: &str, code: &str, at: &str) {
    let (_, faults) = read(text);
    let found: Vec<_> = faults.iter().map(|fault| (fault.code.id, &text[fault.span().range()])).collect();
    assert_eq!(found, [(code, at)], "{faults:?}");
}

#[test]
fn ordinary_documents_are_read() {
    check(
        "a: 1\nb:\n  - x\n  - 'y z'\n  - \"q\\n\"\nc: {d: true, e: [1, 2]}\n",
        r#"{"a":1,"b":["x","y z","q\n"],"c":{"d":true,"e":[1,2]}}"#,
    );
    check("a: |\n  one\n  two\nb: >-\n  one\n  two\n", r#"{"a":"one\ntwo\n","b":"one two"}"#);
    check("a:\nb: ~\n", r#"{"a":null,"b":null}"#);
    check("{\"a\": [1, {\"b\": null}]}", r#"{"a":[1,{"b":null}]}"#);
}

#[test]
fn several_documents_and_none() {
    check("a: 1\n---\n- 2\n...\n---\n\"x\"\n", r#"{"a":1} [2] "x""#);
    check("", "");
    check("# nothing\n", "");
    check("---\n---\na: 1\n", r#"{"a":1}"#);
}

#[test]
fn carriage_returns_change_nothing() {
    check(
        "a: 1\r\nb:\r\n  - x\r\n  - y z\r\nc: |\r\n  one\r\n  two\r\n",
        r#"{"a":1,"b":["x","y z"],"c":"one\ntwo\n"}"#,
    );
}

#[test]
fn keys_become_texts() {
    check("1: a\ntrue: b\n~: c\n", r#"{"1":"a","true":"b","~":"c"}"#);
}

#[test]
fn every_part_knows_its_place() {
    check_spans(
        "é: 'ü'   # why\nb:\n  - 12\n  - [a, \"b\"]\nc: {d: e}\n",
        &[
            "é: 'ü'   # why\nb:\n  - 12\n  - [a, \"b\"]\nc: {d: e}",
            "é",
            "'ü'",
            "b",
            "- 12\n  - [a, \"b\"]",
            "12",
            "[a, \"b\"]",
            "a",
            "\"b\"",
            "c",
            "{d: e}",
            "d",
            "e",
        ],
    );
    check_spans(
        "a: |\n  one\n  two\n\nb: x y  \n",
        &["a: |\n  one\n  two\n\nb: x y", "a", "one\n  two", "b", "x y"],
    );
    check_spans(
        "a: &x 'y'  # z\nb: 'it''s' #\n",
        &["a: &x 'y'  # z\nb: 'it''s'", "a", "'y'", "b", "'it''s'"],
    );
    check_spans("a:\nb: \"\\\"\" # x\n", &["a:\nb: \"\\\"\"", "a", "", "b", "\"\\\"\""]);
    check_spans("a: 1\r\nb: zwei\r\n", &["a: 1\r\nb: zwei", "a", "1", "b", "zwei"]);
}

#[test]
fn anchors_stand_before_what_they_name() {
    check_spans(
        "a: &x {b: 1} # z\nb: &y\n  c: 1\n",
        &["a: &x {b: 1} # z\nb: &y\n  c: 1", "a", "{b: 1}", "b", "1", "b", "c: 1", "c", "1"],
    );
}

#[test]
fn aliases_repeat_what_they_name() {
    check("a: &x {b: 1}\nc: *x\nd: [*x]\n", r#"{"a":{"b":1},"c":{"b":1},"d":[{"b":1}]}"#);
}

#[test]
fn aliases_have_a_budget() {
    let mut bomb = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n");
    for level in 1..8 {
        let below = level - 1;
        let items = vec![format!("*a{below}"); 10].join(", ");
        bomb += "a";
        bomb += &level.to_string();
        bomb += &[": &a", &level.to_string(), " [", &items, "]\n"].concat();
    }
    let (_, faults) = read(&bomb);
    assert_eq!(faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>(), [codes::YAML_ALIASES.id]);
    check_fault("a: &x [1, *x]\n", codes::YAML_ALIASES.id, "*x");
}

#[test]
fn an_unquoted_expression_is_named() {
    let id = codes::UNQUOTED_EXPRESSION.id;
    check_fault("a: [parameters('x')]\nb: 1\n", id, "[parameters('x')]");
    check_fault("a: [concat('a', 'b')]\nb: 1\n", id, "[concat('a', 'b')]");
    check_fault("a: [concat(parameters('x'), '-b')]\nb: 1\n", id, "[concat(parameters('x'), '-b')]");
    check_fault(
        "a: [if(equals(1, 2), variables('a')[0], 'c')]\nb: 1\n",
        id,
        "[if(equals(1, 2), variables('a')[0], 'c')]",
    );
    check_fault("- [field('name')]\n", id, "[field('name')]");
    check_fault("a: [parameters('x').b]\n", id, "[parameters('x').b]");
    let (documents, _) = read("a: [parameters('x')]\nb: 1\n");
    assert_eq!(show(&documents[0]), r#"{"a":"[parameters('x')]","b":1}"#);
    check("a: \"[parameters('x')]\"\nb: [f, g(x)]\n", r#"{"a":"[parameters('x')]","b":["f","g(x)"]}"#);
}

#[test]
fn unquoted_expressions_are_all_found_in_one_run() {
    let text = "a: [concat('a', 'b')] # why\nb: 1\nc:\n  - [concat('ü', parameters('x'))]\n  - [f('x')]\n---\nd: [if(true, variables('a')[0], 'b')]\n";
    let (documents, faults) = read(text);
    let found: Vec<_> = faults.iter().map(|fault| (fault.code.id, &text[fault.span().range()])).collect();
    let id = codes::UNQUOTED_EXPRESSION.id;
    assert_eq!(
        found,
        [
            (id, "[concat('a', 'b')]"),
            (id, "[concat('ü', parameters('x'))]"),
            (id, "[f('x')]"),
            (id, "[if(true, variables('a')[0], 'b')]"),
        ]
    );
    assert_eq!(
        documents.iter().map(show).collect::<Vec<_>>(),
        [
            r#"{"a":"[concat('a', 'b')]","b":1,"c":["[concat('ü', parameters('x'))]","[f('x')]"]}"#,
            r#"{"d":"[if(true, variables('a')[0], 'b')]"}"#,
        ]
    );
}

/// Whatever stands in a file, reading ends, and every place lies within the text.
#[test]
fn broken_text_is_read_to_an_end() {
    let sound = "a: [parameters('x')] # é\nb: &x\n  - \"q\\n\"\n  - 'it''s'\n  - |\n    one\nc: {d: *x, ? e : f}\n---\n<<: !!str 1\ng: [concat('a', 'b')]\n";
    let parts = [
        "[", "]", "{", "}", ": ", "- ", "\"", "'", "&", "*", "!", "|", ">", "#", "%", "@", "\t", "\n", "\r",
        "---\n", "...\n", "? ", "é", "\u{feff}", "\0", "\u{85}",
    ];
    let mut seed = 3_u64;
    let mut next = |limit: usize| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(seed >> 33).expect("31 bits") % limit
    };
    for _ in 0..3_000 {
        let mut text = sound.to_owned();
        for _ in 0..=next(3) {
            let places: Vec<usize> = text.char_indices().map(|(at, _)| at).collect();
            let at = places[next(places.len())];
            match next(3) {
                0 => text.insert_str(at, parts[next(parts.len())]),
                1 => {
                    text.remove(at);
                }
                _ => text.truncate(at.max(20)),
            }
        }
        let (documents, faults) = read(&text);
        let mut found = Vec::new();
        for node in &documents {
            covered(node, &text, &mut found);
        }
        for fault in &faults {
            for label in &fault.labels {
                assert!(text.get(label.span.range()).is_some(), "{text:?}: {fault:?}");
            }
        }
    }
}

#[test]
fn what_json_cannot_say_is_refused() {
    let id = codes::YAML_BEYOND_JSON.id;
    check_fault("a: .inf\n", id, ".inf");
    check_fault("a: !secret x\n", id, "!secret x");
    check_fault("a: !!str 1\n", id, "!!str 1");
    check_fault("x: &x {b: 1}\na:\n  <<: *x\n  c: 2\n", id, "<<");
    check_fault("? [a]\n: b\n", id, "[");
}

#[test]
fn a_placeholder_is_refused_once() {
    let (_, faults) = read("a: {{ name }}\n");
    assert_eq!(
        faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>(),
        [codes::YAML_BEYOND_JSON.id],
        "{faults:?}"
    );
}

#[test]
fn doubled_keys_are_found() {
    check_fault("a: 1\na: 2\n", codes::DUPLICATE_KEY.id, "a");
    let (documents, faults) = read("a: 1\nA: 2\n");
    assert!(faults.is_empty());
    assert_eq!(documents.iter().map(show).collect::<Vec<_>>(), [r#"{"a":1,"A":2}"#]);
    check_fault("a: 1\na: 1\n", codes::REPEATED_KEY.id, "a");
}

#[test]
fn depth_has_a_limit() {
    let deep = format!("{}{}", "[".repeat(MAX_DEPTH + 1), "]".repeat(MAX_DEPTH + 1));
    check_fault(&deep, codes::TOO_DEEP.id, "[");
    let block = (0..=MAX_DEPTH).map(|level| " ".repeat(level) + "a:\n").collect::<String>();
    let nested = |inner: &str| [&"[".repeat(100), inner, &"]".repeat(100)].concat();
    check_fault(&["a: &a ", &nested("1"), "\nb: ", &nested("*a"), "\n"].concat(), codes::TOO_DEEP.id, "*");
    let (_, faults) = read(&block);
    assert_eq!(faults.iter().map(|fault| fault.code.id).collect::<Vec<_>>(), [codes::TOO_DEEP.id]);
}

#[test]
fn a_fault_costs_only_its_document() {
    let (documents, faults) = read("a: 1\n---\nb: [1, 2\n---\nc: 3\n");
    assert_eq!(documents.iter().map(show).collect::<Vec<_>>(), [r#"{"a":1}"#, r#"{"c":3}"#]);
    assert_eq!(faults.len(), 1);
    assert_eq!(faults.iter().next().map(|fault| fault.code.id), Some(codes::YAML_SYNTAX.id));
}
