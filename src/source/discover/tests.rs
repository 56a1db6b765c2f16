use std::fs;

use super::*;

fn names(sources: &SourceMap, root: &Path, found: &[Input]) -> Vec<String> {
    let root = format!("{}/", shown(root));
    found
        .iter()
        .filter_map(|input| sources.file(input.file))
        .map(|file| file.name.strip_prefix(&root).unwrap_or(&file.name).to_owned())
        .collect()
}

fn write(root: &Path, name: &str, text: &str) {
    let path = root.join(name);
    fs::create_dir_all(path.parent().expect("folder")).expect("folder made");
    fs::write(path, text).expect("written");
}

struct Found {
    names: Vec<String>,
    inputs: Vec<Input>,
    codes: Vec<&'static str>,
    sources: SourceMap,
}

fn find(root: &Path, inputs: &[&str], stdin: &str) -> Found {
    let paths: Vec<PathBuf> = inputs
        .iter()
        .map(|name| if *name == STDIN { PathBuf::from(STDIN) } else { root.join(name) })
        .collect();
    let mut sources = SourceMap::new();
    let mut faults = Diagnostics::new();
    let inputs = discover(&paths, &mut stdin.as_bytes(), &mut sources, &mut faults);
    let codes = faults.iter().map(|fault| fault.code.id).collect();
    Found { names: names(&sources, root, &inputs), inputs, codes, sources }
}

#[test]
fn a_folder_is_walked_in_order_and_only_for_what_is_read() {
    let root = tempfile::tempdir().expect("folder");
    for name in
        ["b.json", "a.JSON", "c/z.yaml", "c/a.ndjson", "d.YML", "e.jsonl", "f.jsonc", "g.txt", "h", "i.csv"]
    {
        write(root.path(), name, "{}");
    }
    write(root.path(), ".git/config.json", "{}");
    write(root.path(), "c/.hidden/x.json", "{}");
    write(root.path(), "c/._z.yaml", "\0");
    let found = find(root.path(), &[""], "");
    assert_eq!(found.names, ["a.JSON", "b.json", "c/a.ndjson", "c/z.yaml", "d.YML", "e.jsonl", "f.jsonc"]);
    assert!(found.codes.is_empty());
    assert!(found.inputs.iter().all(|input| !input.named));
}

#[test]
fn a_named_file_is_always_read() {
    let root = tempfile::tempdir().expect("folder");
    write(root.path(), ".x/strange.txt", "{}");
    let found = find(root.path(), &[".x/strange.txt", ".x"], "");
    assert_eq!(found.names, [".x/strange.txt"]);
    assert_eq!(found.inputs[0].form, Form::Unknown);
    assert!(found.inputs[0].named);
    assert_eq!(found.codes, [codes::EMPTY_FOLDER.id]);
}

#[test]
fn a_plan_that_azpol_wrote_is_not_an_input() {
    let root = tempfile::tempdir().expect("folder");
    write(root.path(), "plan/plan.json", "{\n  \"kind\": \"azpol/plan\",\n  \"version\": 1\n}");
    write(root.path(), "plan/sub/x.json", "{}");
    write(root.path(), "other/plan.json", "{\"kind\": \"something\"}");
    let found = find(root.path(), &[""], "");
    assert_eq!(found.names, ["other/plan.json"]);
    assert!(found.codes.is_empty());
    let found = find(root.path(), &["plan", "plan/sub/x.json"], "");
    assert_eq!(found.names, ["plan/sub/x.json"]);
    assert_eq!(found.codes, [codes::OWN_OUTPUT.id]);
}

#[test]
fn everything_that_cannot_be_read_is_found_in_one_run() {
    let root = tempfile::tempdir().expect("folder");
    write(root.path(), "a.json", "{}");
    let found = find(root.path(), &["x.json", "a.json", "no/folder"], "");
    assert_eq!(found.names, ["a.json"]);
    assert_eq!(found.codes, [codes::UNREADABLE.id, codes::UNREADABLE.id]);
}

#[test]
fn one_file_is_read_once() {
    let root = tempfile::tempdir().expect("folder");
    write(root.path(), "d/a.json", "{}");
    let found = find(root.path(), &["d", "d/a.json", "d/../d/a.json"], "");
    assert_eq!(found.names, ["d/a.json"]);
    assert!(found.inputs[0].named);
    assert_eq!(found.codes, [codes::READ_ONCE.id, codes::READ_ONCE.id]);
}

#[test]
fn standard_input_is_read_once_and_held() {
    let root = tempfile::tempdir().expect("folder");
    let found = find(root.path(), &["-", "-"], "\u{feff}{\"a\": 1}");
    assert_eq!(found.names, ["-"]);
    assert_eq!(found.codes, [codes::READ_ONCE.id]);
    assert_eq!(found.sources.text(found.inputs[0].file).as_deref(), Some("{\"a\": 1}"));
}
