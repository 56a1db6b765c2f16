use super::*;
use crate::source::NodeValue;

const FILE: FileId = FileId(0);

/// What came out of a file: elements with their lists, lists, codes of faults with their places.
#[derive(Debug, Default, PartialEq)]
struct Parts {
    elements: Vec<(Option<u32>, Node)>,
    lists: Vec<Envelope>,
    faults: Vec<(&'static str, u64)>,
}

impl Parts {
    fn told(&mut self, faults: &Diagnostics) {
        self.faults.extend(faults.iter().map(|fault| (fault.code.id, fault.span().start)));
        self.faults.sort_by_key(|(_, at)| *at);
    }
}

fn collect(splitter: Splitter) -> Parts {
    let mut parts = Parts::default();
    for piece in splitter {
        match piece {
            Piece::Batch(batch) => {
                for element in &batch.elements {
                    let mut faults = Diagnostics::new();
                    for node in batch.parse(element, &mut faults) {
                        parts.elements.push((element.envelope, node));
                    }
                    parts.told(&faults);
                }
            }
            Piece::Nodes { nodes, envelope, .. } => {
                parts.elements.extend(nodes.into_iter().map(|node| (envelope, node)));
            }
            Piece::Envelope(envelope) => parts.lists.push(envelope),
            Piece::Faults(faults) => parts.told(&faults),
        }
    }
    parts
}

fn split(text: &[u8], lines: bool, block: usize) -> Parts {
    collect(Splitter::new(FILE, lines, Box::new(Cursor::new(text.to_vec())), block))
}

/// The same from the whole text.
fn whole(text: &str) -> Parts {
    let mut faults = Diagnostics::new();
    let mut parts = Parts::default();
    for document in json::parse_file(FILE, text, false, &mut faults) {
        match open(document, u32::try_from(parts.lists.len()).expect("few")) {
            Ok((nodes, envelope)) => {
                parts.elements.extend(nodes.into_iter().map(|node| (Some(envelope.id), node)));
                parts.lists.push(envelope);
            }
            Err(node) => parts.elements.push((None, node)),
        }
    }
    parts.told(&faults);
    parts
}

const BLOCKS: &[usize] = &[1, 2, 3, 7, 16, 61, 256, 4096, BLOCK];

#[track_caller]
fn check(text: &str) {
    let wanted = whole(text);
    assert!(wanted.faults.is_empty(), "{:?}", wanted.faults);
    for lines in [false, true] {
        if lines && text.lines().any(|line| line.contains("}{")) {
            continue;
        }
        for &block in BLOCKS {
            assert_eq!(
                split(text.as_bytes(), lines, block),
                wanted,
                "block {block}, lines {lines}, of:\n{text}"
            );
        }
    }
}

#[test]
fn every_layout_is_split_as_it_is_read() {
    check("");
    check(" \n// nothing\n");
    check("{}");
    check("[]");
    check("{\"value\": []}");
    check("{\"id\": \"a\"}\n{\"id\": \"b\"}\n{\"id\": \"c\"}");
    check("{\"id\": \"a\"}\r\n\r\n{\"id\": \"b\"}\r\n");
    check("[{\"id\": \"a\"}, {\"id\": \"b\"}, 1, \"x\", [2], null,]\n");
    check(
        "{\"count\": 2, \"data\": [{\"id\": \"a\"}, {\"id\": \"b\"}], \"skip_token\": null, \"total_records\": 2}",
    );
    check(
        "{\"value\": [{\"a\": 1}]}\n{\"value\": []}\n{\"nextLink\": \"x\", \"value\": [\n  {\"b\": 2}\n]\n}\n",
    );
    check(
        "{\n  \"value\": [\n    {\n      \"a\": [1, 2]\n    }\n  ], // why\n  \"nextLink\": \"https://x/?a=]}\"\n}\n",
    );
    check("[\n  1\n]\n[\n  2\n]\n{\n  \"a\": {}\n}\n");
    check("{\"a\":1}{\"b\":2} {\"c\":3}\n{\"d\":4}");
    check("{\"id\": \"a\", \"value\": [{\"x\": 1}]}");
    check("{\"data\": {\"columns\": [], \"rows\": [[1]]}}");
    check("1 \"two\" true null\n");
    check("/* } */ [ // ]\n {\"a\": \"//\"} /* , */ , {\"b\": \"/*\"} ]");
    check("{\"a\": [\n{\"b\": 1},\n{\"c\": 2}\n]}\n");
    check("\u{feff}{\"a\": 1}\n\u{feff}{\"b\": 2}\n");
    check("{\"é\": \"ü𝄞\"}\n{\"é\": \"\\\\\"}\n{\"é\": \"\\\"}\"}\n");
}

/// A small generator: the same documents in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).expect("31 bits") % limit
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.below(from.len())]
    }

    fn text(&mut self) -> String {
        let parts = [
            "a", "é", "𝄞", "\\\"", "\\\\", "{", "}", "[", "]", ",", ":", "//", "/*", "\\n", "\\u0041", " ",
            "value",
        ];
        let length = self.below(6);
        format!("\"{}\"", (0..length).map(|_| self.pick(&parts)).collect::<String>())
    }

    fn blank(&mut self, style: usize) -> &'static str {
        match style {
            0 => "",
            1 => self.pick(&["", " ", "\n", "\r\n", "\t", "\n  ", "\n    "]),
            _ => self.pick(&["", " ", "\n  ", "/* ]} */", "// \"x\n  ", " /**/ "]),
        }
    }

    fn value(&mut self, depth: usize, style: usize) -> String {
        match self.below(if depth == 0 { 5 } else { 9 }) {
            0 => "null".to_owned(),
            1 => self.pick(&["true", "false"]).to_owned(),
            2 => self.pick(&["0", "-1", "12.5", "1e3"]).to_owned(),
            3 | 4 => self.text(),
            5 | 6 => self.array(depth - 1, style),
            _ => self.object(depth - 1, style, &[]),
        }
    }

    fn array(&mut self, depth: usize, style: usize) -> String {
        let count = self.below(4);
        let mut text = format!("[{}", self.blank(style));
        for index in 0..count {
            text += &self.value(depth, style);
            text += self.blank(style);
            text += if index + 1 < count || self.below(4) == 0 { "," } else { "" };
            text += self.blank(style);
        }
        text + "]"
    }

    fn object(&mut self, depth: usize, style: usize, first: &[&str]) -> String {
        let count = self.below(4);
        let mut text = format!("{{{}", self.blank(style));
        for index in 0..count {
            let key = match first.get(index) {
                Some(key) => format!("\"{key}\""),
                None => format!("\"k{index}{}", &self.text()[1..]),
            };
            text += &key;
            text += self.blank(style);
            text.push(':');
            text += self.blank(style);
            text += &self.value(depth, style);
            text += self.blank(style);
            text += if index + 1 < count || self.below(4) == 0 { "," } else { "" };
            text += self.blank(style);
        }
        text + "}"
    }

    fn document(&mut self) -> String {
        let style = self.below(3);
        match self.below(6) {
            0 => self.array(3, style),
            1 => self.object(2, style, &["value", "nextLink", "count"]),
            2 => self.object(2, style, &["count", "data", "facets"]),
            3 => self.object(3, style, &["@odata.context", "Value"]),
            4 => self.object(3, 0, &["id", "value"]),
            _ => self.object(3, style, &[]),
        }
    }
}

#[test]
fn splitting_agrees_with_reading() {
    let mut random = Random(7);
    for _ in 0..4_000 {
        let count = random.below(5);
        let mut text = String::new();
        let mut lines = random.below(2) == 0;
        for _ in 0..count {
            text += &random.document();
            let between = random.pick(&["\n", "\r\n", "\n\n", "\n", "", " "]);
            // A name that promises a document a line must hold that much: several in one line stay together.
            lines &= between.contains('\n');
            text += between;
        }
        let wanted = whole(&text);
        assert!(wanted.faults.is_empty(), "{:?}\n{text}", wanted.faults);
        for block in [1 + random.below(40), BLOCK] {
            assert_eq!(
                split(text.as_bytes(), lines, block),
                wanted,
                "block {block}, lines {lines}, of:\n{text}"
            );
        }
    }
}

/// Cuts and changes of documents: nothing may panic, loop or be passed over without a fault.
#[test]
fn whatever_is_broken_is_told() {
    let mut random = Random(11);
    for _ in 0..3_000 {
        let mut text = random.document() + "\n" + &random.document();
        let mut at = random.below(text.len());
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        match random.below(3) {
            0 => text.truncate(at),
            1 => text.insert_str(at, random.pick(&["{", "}", "[", "]", "\"", ",", "x", "\n{", ":", "/*"])),
            _ => {
                text.remove(at);
            }
        }
        let faulty = !whole(&text).faults.is_empty();
        for block in [1 + random.below(40), BLOCK] {
            let parts = split(text.as_bytes(), random.below(2) == 0, block);
            assert_eq!(!parts.faults.is_empty(), faulty, "block {block} of:\n{text}\n{parts:?}");
        }
    }
}

fn ids(parts: &Parts) -> Vec<&str> {
    parts.elements.iter().map(|(_, node)| node.get("id").and_then(Node::as_str).unwrap_or("?")).collect()
}

#[test]
fn a_faulty_line_costs_only_itself() {
    let text = "{\"id\":\"a\"}\n{\"id\":\"b\",\n{\"id\":\"c\"}\n{\"id\":\"d\n{\"id\":\"e\"}\n{\"id\":[}\n{\"id\":\"f\"}\njunk\n{\"id\":\"g\"}\n{\"id\":";
    for &block in BLOCKS {
        let parts = split(text.as_bytes(), true, block);
        assert_eq!(ids(&parts), ["a", "c", "e", "f", "g"], "{block}");
        assert_eq!(parts.faults.len(), 5, "{block}: {:?}", parts.faults);
    }
}

#[test]
fn lines_may_hold_documents_of_several_lines() {
    let text = "{\"id\":\"a\"}\n{\n  \"id\": \"b\"\n}\n{\"id\":\"c\",\"x\":[\n{},\n{}\n]}\n{\"id\":\"d\"}\n";
    for &block in BLOCKS {
        let parts = split(text.as_bytes(), true, block);
        assert_eq!(ids(&parts), ["a", "b", "c", "d"], "{block}");
        assert_eq!(parts.faults, [], "{block}");
    }
}

#[test]
fn a_list_that_is_cut_off_is_not_complete() {
    for (text, count) in [
        ("[{\"id\":\"a\"},{\"id\":\"b\"", 1),
        ("[{\"id\":\"a\"},", 1),
        ("{\"count\":1,\"value\":[{\"id\":\"a\"}", 1),
        ("{\"count\":1,\"value\":[{\"id\":\"a\"}], \"nextLink\":", 1),
        ("[{\"id\":\"a\"} x, {\"id\":\"b\"}]", 1),
    ] {
        for &block in BLOCKS {
            let parts = split(text.as_bytes(), false, block);
            assert_eq!(ids(&parts), ["a"], "{text}");
            assert_eq!(parts.lists.len(), 1, "{text}");
            assert_eq!((parts.lists[0].elements, parts.lists[0].complete), (count, false), "{text}");
            assert_eq!(parts.faults.len(), 1, "{text}: {:?}", parts.faults);
        }
    }
}

#[test]
fn a_fault_in_an_indented_list_costs_no_other_document() {
    let text = "[\n  {\n    \"id\": \"a\n  }\n]\n[\n  {\n    \"id\": \"b\"\n  }\n]\n";
    for &block in &BLOCKS[3..] {
        let parts = split(text.as_bytes(), false, block);
        assert_eq!(ids(&parts), ["b"], "{block}");
        assert_eq!(parts.lists.iter().map(|list| list.complete).collect::<Vec<_>>(), [false, true]);
    }
}

#[test]
fn the_members_around_a_list_have_their_places() {
    let text = "{\"count\": 2, \"Value\": [{}], \"nextLink\": \"x\"}";
    let parts = split(text.as_bytes(), false, 5);
    let list = &parts.lists[0];
    let cut = |span: Span| &text[span.range()];
    let key = list.key.as_ref().expect("a key");
    assert_eq!((&*key.key, cut(key.key_span), cut(key.value.span)), ("Value", "\"Value\"", "[{}]"));
    assert_eq!(cut(list.span), text);
    let around: Vec<_> =
        list.members.members().iter().map(|m| (cut(m.key_span), cut(m.value.span))).collect();
    assert_eq!(around, [("\"count\"", "2"), ("\"nextLink\"", "\"x\"")]);
    assert!(matches!(list.members.get("count").map(|node| &node.value), Some(NodeValue::Int(2))));
}

#[test]
fn bytes_that_are_no_text_cost_only_their_element() {
    let text = b"{\"id\":\"a\"}\n{\"id\":\"\xE4\xF6\"}\n{\"id\":\"c\"}\n";
    for &block in BLOCKS {
        let parts = split(text, true, block);
        assert_eq!(ids(&parts), ["a", "c"], "{block}");
        assert_eq!(parts.faults, [(codes::NOT_UTF8.id, 18)], "{block}");
    }
    let many = b"{\"id\":\"\xE4\"}\n".repeat(1000);
    assert_eq!(split(&many, true, BLOCK).faults.len(), 20);
}

#[test]
fn text_that_is_no_json_is_one_fault() {
    let text = "the quick brown fox\njumps over\n".repeat(10_000);
    let parts = split(text.as_bytes(), false, BLOCK);
    assert_eq!(parts.faults, [(codes::JSON_SYNTAX.id, 0)]);
    assert_eq!(split(&b",".repeat(100_000), false, 4096).faults.len(), 1);
    let commas = format!("[{}]", ",".repeat(100_000));
    assert_eq!(split(commas.as_bytes(), false, 4096).faults.len(), 21);
}

#[test]
fn files_of_every_kind_come_out_alike() {
    let folder = tempfile::tempdir().expect("folder");
    let json = "{\"value\": [{\"id\": \"ü\"}]}";
    let utf16: Vec<u8> = [0xFEFF].into_iter().chain(json.encode_utf16()).flat_map(u16::to_le_bytes).collect();
    let files: [(&str, &[u8]); 5] = [
        ("a.json", json.as_bytes()),
        ("b.json", &[b"\xEF\xBB\xBF", json.as_bytes()].concat()),
        ("c.json", &utf16),
        ("d.txt", json.as_bytes()),
        ("e.yaml", "value:\n  - id: ü\n".as_bytes()),
    ];
    for (name, bytes) in files {
        let path = folder.path().join(name);
        std::fs::write(&path, bytes).expect("written");
        let mut sources = SourceMap::new();
        let file = sources.add_path(name, &path);
        let form = Form::of(&path).unwrap_or(Form::Unknown);
        let parts = collect(Splitter::open(&mut sources, &Input { file, form, named: true }));
        assert_eq!(ids(&parts), ["ü"], "{name}");
        assert_eq!(
            (parts.lists.len(), parts.lists[0].elements, parts.lists[0].complete),
            (1, 1, true),
            "{name}"
        );
        assert_eq!(parts.faults, [], "{name}");
        if name != "e.yaml" {
            assert_eq!(parts.elements[0].1.span.start, 11, "{name}");
        }
    }
}

#[test]
fn junk_and_missing_files_are_faults() {
    let folder = tempfile::tempdir().expect("folder");
    let path = folder.path().join("a.json");
    std::fs::write(&path, b"PK\x03\x04\0\0\0\0").expect("written");
    let mut sources = SourceMap::new();
    let junk = sources.add_path("a.json", &path);
    let gone = sources.add_path("gone.json", &folder.path().join("gone.json"));
    let open = |sources: &mut SourceMap, file| {
        collect(Splitter::open(sources, &Input { file, form: Form::Json, named: true })).faults
    };
    assert_eq!(open(&mut sources, junk), [(codes::NOT_TEXT.id, 4)]);
    assert_eq!(open(&mut sources, gone), [(codes::UNREADABLE.id, 0)]);
}

#[test]
fn a_file_in_pieces_can_go_to_another_thread() {
    fn sent<T: Send>() {}
    sent::<Splitter>();
    sent::<Piece>();
}
