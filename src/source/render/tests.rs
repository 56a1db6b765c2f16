use super::*;
use crate::source::{FileId, codes};

const PLAIN: RenderStyle = RenderStyle { width: 100, color: false, unicode: true };

fn at(file: FileId, text: &str, part: &str) -> Span {
    let start = text.find(part).expect("part of the text") as u64;
    Span::new(file, start, start + part.len() as u64)
}

#[track_caller]
fn check(drawn: &str, wanted: &str) {
    assert_eq!(drawn.trim_end(), wanted.trim_matches('\n').trim_end(), "\n{drawn}");
}

#[test]
fn a_place_is_shown_with_its_lines() {
    let text = "{\n  \"a\": 1,\n  \"b\": [\"Security alerts\"]\n}\n";
    let mut sources = SourceMap::new();
    let file = sources.add("assignments.json", text);
    let diagnostic = Diagnostic::new(&codes::JSON_SYNTAX, "parameter `b` is not declared")
        .at(at(file, text, "\"b\""), "not a parameter of this definition")
        .help("did you mean `B`?");
    check(
        &render(&diagnostic, &sources, PLAIN),
        r#"
AZP0101: parameter `b` is not declared
   ╭─[assignments.json:3:3]
 2 │   "a": 1,
 3 │   "b": ["Security alerts"]
   ·   ─┬─
   ·    ╰── not a parameter of this definition
 4 │ }
   ╰────
  help: did you mean `B`?  azpol explain AZP0101
"#,
    );
}

#[test]
fn a_finding_without_a_place_has_no_excerpt() {
    let diagnostic = Diagnostic::new(&codes::READ_ONCE, "`a.json` is given more than once");
    check(
        &render(&diagnostic, &SourceMap::new(), PLAIN),
        "
AZP0111 note: `a.json` is given more than once
  help: azpol explain AZP0111
",
    );
}

#[test]
fn places_near_each_other_share_an_excerpt_and_others_do_not() {
    let lines: Vec<String> = (1..=30).map(|line| format!("line-{line:02}\r\n")).collect();
    let text = lines.concat();
    let mut sources = SourceMap::new();
    let first = sources.add("a.yaml", text.as_str());
    let second = sources.add("b.yaml", text.as_str());
    let diagnostic = Diagnostic::new(&codes::DUPLICATE_KEY, "twice")
        .at(at(first, &text, "line-20"), "again")
        .at(at(first, &text, "line-18"), "first here")
        .at(at(second, &text, "line-01"), "")
        .at(at(first, &text, "line-30"), "and here");
    check(
        &render(&diagnostic, &sources, PLAIN),
        r"
AZP0104: twice
    ╭─[a.yaml:20:1]
 17 │ line-17
 18 │ line-18
    · ───┬───
    ·    ╰── first here
 19 │ line-19
 20 │ line-20
    · ───┬───
    ·    ╰── again
 21 │ line-21
    ╰────
   ╭─[b.yaml:1:1]
 1 │ line-01
   · ───────
 2 │ line-02
   ╰────
    ╭─[a.yaml:30:1]
 29 │ line-29
 30 │ line-30
    · ───┬───
    ·    ╰── and here
    ╰────
  help: azpol explain AZP0104
",
    );
}

#[test]
fn a_long_line_is_shown_around_its_place() {
    let text = format!("{{\"a\":[{}],\"é\":\"here\",\"b\":[{}]}}", "1,".repeat(40_000), "2,".repeat(40_000));
    let mut sources = SourceMap::new();
    let file = sources.add("min.json", text.as_str());
    let diagnostic = Diagnostic::new(&codes::JSON_SYNTAX, "x").at(at(file, &text, "\"here\""), "this");
    let narrow = RenderStyle { width: 60, ..PLAIN };
    check(
        &render(&diagnostic, &sources, narrow),
        r#"
AZP0101: x
   ╭─[min.json:1:80013]
 1 │ …1,1,1,1,1,],"é":"here","b":[2,2,2,2,2,2,2,2,2,2,2,…
   ·                  ───┬──
   ·                     ╰── this
   ╰────
  help: azpol explain AZP0101
"#,
    );
}

#[test]
fn secrets_are_hidden_and_places_hold() {
    let text = "{\"connectionString\": \"Endpoint=sb://x/;SharedAccessKey=abc=\", \"name\": 7}\n";
    let mut sources = SourceMap::new();
    let file = sources.add("a.json", text);
    let diagnostic = Diagnostic::new(&codes::JSON_SYNTAX, "`https://h/?sig=abc` is bad")
        .at(at(file, text, "7"), "SharedAccessKey=abc")
        .at(at(file, text, "sb://"), "within")
        .help("remove sig=abc");
    let drawn = render(&diagnostic, &sources, PLAIN);
    assert!(!drawn.contains("abc"));
    check(
        &drawn,
        r#"
AZP0101: `https://h/?sig=***` is bad
   ╭─[a.json:1:71]
 1 │ {"connectionString": "***", "name": 7}
   ·                       ─┬─           ┬
   ·                        │            ╰── SharedAccessKey=***
   ·                        ╰── within
   ╰────
  help: remove sig=***  azpol explain AZP0101
"#,
    );
}

#[test]
fn what_steers_a_terminal_is_drawn_as_pictures() {
    let text = "a: \u{1b}[31m\tb\u{202e}\r\nc: 1\r\n";
    let mut sources = SourceMap::new();
    let file = sources.add("a\u{1b}.yaml", text);
    let diagnostic = Diagnostic::new(&codes::YAML_SYNTAX, "bad \u{1b}[2J\nname")
        .at(at(file, text, "b"), "here\u{7}")
        .help("no \u{1b}");
    let drawn = render(&diagnostic, &sources, PLAIN);
    assert!(!drawn.contains('\u{1b}'));
    check(
        &drawn,
        r"
AZP0112: bad \u{1b}[2J\nname
   ╭─[a\u{1b}.yaml:1:10]
 1 │ a: ␛[31m    b�
   ·             ┬
   ·             ╰── here\u{7}
 2 │ c: 1
   ╰────
  help: no \u{1b}  azpol explain AZP0112
",
    );
}

#[test]
fn ascii_is_enough_where_asked_for() {
    let text = "a: 1\n";
    let mut sources = SourceMap::new();
    let file = sources.add("a.yaml", text);
    let diagnostic = Diagnostic::new(&codes::YAML_SYNTAX, "bad").at(at(file, text, "1"), "here");
    check(
        &render(&diagnostic, &sources, RenderStyle { unicode: false, ..PLAIN }),
        r"
AZP0112: bad
   ,-[a.yaml:1:4]
 1 | a: 1
   :    |
   :    `-- here
   `----
  help: azpol explain AZP0112
",
    );
}

#[test]
fn a_place_at_the_end_and_one_of_many_lines() {
    let text = "{\n  \"a\": {\n    \"b\": 1\n";
    let mut sources = SourceMap::new();
    let file = sources.add("a.json", text);
    let end = text.len() as u64;
    let diagnostic = Diagnostic::new(&codes::JSON_TRUNCATED, "the end")
        .at(Span::new(file, end, end), "ends here")
        .at(Span::new(file, 0, end), "all of this");
    check(
        &render(&diagnostic, &sources, PLAIN),
        r#"
AZP0102: the end
   ╭─[a.json:4:1]
 1 │ {
   · ┬
   · ╰── all of this
 2 │   "a": {
 3 │     "b": 1
 4 │
   · ┬
   · ╰── ends here
   ╰────
  help: azpol explain AZP0102
"#,
    );
}

#[test]
fn long_messages_are_broken_between_words() {
    let diagnostic = Diagnostic::new(&codes::JSON_SYNTAX, "one two three four five six seven eight nine ten")
        .help("one two three four five six seven eight");
    check(
        &render(&diagnostic, &SourceMap::new(), RenderStyle { width: 30, ..PLAIN }),
        r"
AZP0101: one two three four
  five six seven eight nine
  ten
  help: one two three four
        five six seven eight
        azpol explain AZP0101
",
    );
}

#[test]
fn a_file_that_is_not_held_is_read_again() {
    use std::fs;

    let folder = tempfile::tempdir().expect("folder");
    let row = "{\"name\": \"ü\"}\n";
    let text = row.repeat(200_000);
    let mark = [0xEF, 0xBB, 0xBF];
    let path = folder.path().join("big.ndjson");
    fs::write(&path, [&mark, text.as_bytes()].concat()).expect("written");
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let wide = folder.path().join("wide.json");
    fs::write(&wide, utf16).expect("written");
    let mut sources = SourceMap::new();
    for file in [sources.add_path("big.ndjson", &path), sources.add_path("wide.json", &wide)] {
        for line in [1, 2, 70_000, 140_001, 199_999, 3] {
            let start = (line - 1) * row.len() as u64 + 12;
            assert_eq!(position(&sources, Span::new(file, start, start + 1)), Some((line, 12)));
        }
    }
    let start = 149_999 * row.len() as u64 + 9;
    let file = FileId(0);
    let diagnostic = Diagnostic::new(&codes::JSON_SYNTAX, "x").at(Span::new(file, start, start + 4), "this");
    check(
        &render(&diagnostic, &sources, PLAIN),
        r#"
AZP0101: x
        ╭─[big.ndjson:150000:10]
 149999 │ {"name": "ü"}
 150000 │ {"name": "ü"}
        ·          ─┬─
        ·           ╰── this
 150001 │ {"name": "ü"}
        ╰────
  help: azpol explain AZP0101
"#,
    );
}

#[test]
fn a_file_that_is_gone_is_named() {
    let mut sources = SourceMap::new();
    let file = sources.add_path("gone.json", std::path::Path::new("/no/such/folder/gone.json"));
    let diagnostic = Diagnostic::new(&codes::JSON_SYNTAX, "x").at(Span::new(file, 5, 6), "this");
    check(
        &render(&diagnostic, &sources, PLAIN),
        "
AZP0101: x
  at gone.json
  help: azpol explain AZP0101
",
    );
    assert_eq!(position(&sources, diagnostic.span()), None);
}
