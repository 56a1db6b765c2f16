//! Codes are unique, each room has a hundred of its own, each has a page, and each is shown by a case.
//!
//! A case is a folder `tests/codes/AZPnnnn/` with
//! - `cmd`: the arguments of azpol in one line, words between blanks, double quotes around words with blanks;
//! - the files that they name; azpol runs in a copy of the folder, so that cases may write;
//! - `stdin`, if standard input is read;
//! - `env`, if a variable of azpol's is set: `NAME=VALUE`, one a line;
//! - `expected`: standard error and `--- exit N`. Where the code isn't found on standard error, `--- stdout` and
//!   standard output stand between them.
//!
//! `AZPOL_BLESS=1 cargo test --test it codes` writes every `expected` anew.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use azpol::source::Severity;

/// Whether every code must have a case.
const EVERY_CODE_HAS_A_CASE: bool = true;

/// Codes whose pages are still to be written.
const PAGES_TO_WRITE: &[&str] = &[];

/// Codes that no case of reasonable size can show, and why.
const WITHOUT_CASE: &[(&str, &str)] = &[("AZP0119", "needs a value of half a GiB")];

/// The rooms and the two digits that their codes begin with.
const ROOMS: &[(&str, &str)] = &[
    ("source", "01"),
    ("arm", "02"),
    ("policy", "03"),
    ("config", "04"),
    ("inventory", "05"),
    ("engine", "06"),
    ("compliance", "07"),
    ("remediation", "08"),
    ("export", "09"),
    ("lint", "10"),
    ("testing", "11"),
    ("report", "13"),
    ("cli", "14"),
];

const SECTIONS: &[&str] = &["## What", "## Why", "## Example", "## Fix"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn names_below(folder: &Path) -> BTreeSet<String> {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    entries.map(|entry| entry.expect("entry").file_name().into_string().expect("a name in UTF-8")).collect()
}

/// The ids that stand in the tables of the rooms, by room.
fn tables() -> BTreeMap<&'static str, Vec<String>> {
    let mut tables = BTreeMap::new();
    for (room, _) in ROOMS {
        let Ok(text) = fs::read_to_string(root().join("src").join(room).join("codes.rs")) else { continue };
        let ids = text
            .lines()
            .filter_map(|line| line.trim().split_once("= \"AZP"))
            .filter_map(|(_, rest)| rest.get(..4))
            .map(|digits| format!("AZP{digits}"))
            .collect();
        tables.insert(*room, ids);
    }
    tables
}

#[test]
fn codes_are_unique_and_each_room_has_its_hundred() {
    let all = azpol::all_codes();
    let ids: BTreeSet<&str> = all.iter().map(|code| code.id).collect();
    assert_eq!(ids.len(), all.len(), "an id stands twice");
    let mut written = BTreeSet::new();
    for (room, ids) in tables() {
        let digits = ROOMS.iter().find(|(name, _)| *name == room).map_or("", |(_, digits)| digits);
        for id in ids {
            assert_eq!(&id[3..5], digits, "{id} stands in the room {room}");
            written.insert(id);
        }
    }
    let known: BTreeSet<String> = ids.iter().map(|id| (*id).to_owned()).collect();
    assert_eq!(known, written, "`all_codes` and the tables differ");
}

#[test]
fn names_are_short_and_unique_within_a_room() {
    let mut seen = BTreeSet::new();
    for code in azpol::all_codes() {
        let fits = code.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(fits && !code.name.is_empty() && code.name.len() <= 64, "{}: {}", code.id, code.name);
        assert!(
            seen.insert((&code.id[..5], code.name)),
            "{}: {} stands twice in its room",
            code.id,
            code.name
        );
    }
}

#[test]
fn every_code_has_a_page_with_its_four_sections() {
    let mut wrong = Vec::new();
    let codes = azpol::all_codes();
    for code in codes.iter().filter(|code| !PAGES_TO_WRITE.iter().any(|start| code.id.starts_with(start))) {
        let title = format!("# {}: {}", code.id, code.name);
        let lines: Vec<&str> = code.page.lines().collect();
        if lines.first() != Some(&title.as_str()) {
            wrong.push(format!("{} begins with {:?}, not with {title:?}", code.id, lines.first()));
        }
        let headings: Vec<&str> = lines.iter().copied().filter(|line| line.starts_with("## ")).collect();
        if headings != SECTIONS {
            wrong.push(format!("{} has the sections {headings:?}", code.id));
            continue;
        }
        for pair in code.page.split("\n## ").skip(1) {
            let (heading, body) = pair.split_once('\n').unwrap_or((pair, ""));
            if body.trim().len() < 10 {
                wrong.push(format!("{} says nothing under {heading}", code.id));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn every_page_belongs_to_a_code() {
    let pages = names_below(&root().join("docs/codes"));
    let known: BTreeSet<String> = azpol::all_codes().iter().map(|code| format!("{}.md", code.id)).collect();
    let stray: Vec<_> =
        pages.iter().filter(|page| page.starts_with("AZP") && !known.contains(*page)).collect();
    assert!(stray.is_empty(), "pages without a code: {stray:?}");
}

#[test]
fn every_code_has_a_case_and_every_case_a_code() {
    let cases = names_below(&root().join("tests/codes"));
    let known: BTreeSet<String> = azpol::all_codes().iter().map(|code| code.id.to_owned()).collect();
    let stray: Vec<_> = cases.difference(&known).collect();
    assert!(stray.is_empty(), "cases without a code: {stray:?}");
    for (id, _) in WITHOUT_CASE {
        assert!(known.contains(*id) && !cases.contains(*id), "{id} can't be shown by a case, and is");
    }
    let missing: Vec<_> = known
        .difference(&cases)
        .filter(|id| !WITHOUT_CASE.iter().any(|(without, _)| without == id))
        .collect();
    assert!(!EVERY_CODE_HAS_A_CASE || missing.is_empty(), "codes without a case: {missing:?}");
}

#[test]
fn every_case_gives_what_it_says() {
    let bless = std::env::var_os("AZPOL_BLESS").is_some_and(|value| value == "1");
    let mut wrong = Vec::new();
    for id in names_below(&root().join("tests/codes")) {
        let case = root().join("tests/codes").join(&id);
        let arguments = words(&fs::read_to_string(case.join("cmd")).expect("a file `cmd`"));
        assert!(!arguments.is_empty(), "{id}: `cmd` is empty");
        let found = run(&case, &id, &arguments);
        let path = case.join("expected");
        if !shows(&found, &id) {
            wrong.push(format!("{id} doesn't show its own code:\n{found}"));
        } else if bless {
            fs::write(&path, &found).expect("written");
        } else {
            let expected = fs::read_to_string(&path).unwrap_or_default();
            if expected != found {
                wrong.push(format!("{id} differs; expected:\n{expected}\nfound:\n{found}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Whether an output has a finding with this code, and not only its name in a help.
fn shows(output: &str, id: &str) -> bool {
    let severity = azpol::all_codes().into_iter().find(|code| code.id == id).map(|code| code.severity);
    let begins = |line: &str| {
        line.split(id).nth(1).is_some_and(|rest| {
            rest.starts_with(':')
                || rest.starts_with(' ')
                || severity != Some(Severity::Error) && rest.is_empty()
        })
    };
    output.lines().any(|line| !line.contains(&format!("azpol explain {id}")) && begins(line))
}

/// Runs azpol in a copy of a case, apart from the environment of whoever runs the test.
fn run(case: &Path, id: &str, arguments: &[String]) -> String {
    let folder = tempfile::tempdir().expect("a folder");
    copy(case, folder.path());
    let mut command = Command::new(env!("CARGO_BIN_EXE_azpol"));
    command.args(arguments).current_dir(folder.path()).env("NO_COLOR", "1").env("COLUMNS", "100");
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AZPOL_") {
            command.env_remove(name);
        }
    }
    let variables = fs::read_to_string(case.join("env")).unwrap_or_default();
    command.envs(variables.lines().filter_map(|line| line.split_once('=')));
    command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut child = command.spawn().expect("azpol runs");
    let input = fs::read(case.join("stdin")).unwrap_or_default();
    // A run that doesn't read its input closes it early, which is its right.
    let _ = child.stdin.take().expect("a pipe").write_all(&input);
    let output = child.wait_with_output().expect("azpol ends");
    let code = output.status.code().expect("an exit code: azpol was killed");
    let mut text = String::from_utf8(output.stderr).expect("standard error is UTF-8");
    if !shows(&text, id) && !output.stdout.is_empty() {
        text.push_str("--- stdout\n");
        text.push_str(&String::from_utf8(output.stdout).expect("standard output is UTF-8"));
    }
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    text + &format!("--- exit {code}\n")
}

/// Copies what a case gives to azpol: not what is expected.
fn copy(from: &Path, to: &Path) {
    for name in names_below(from) {
        let (source, target): (PathBuf, PathBuf) = (from.join(&name), to.join(&name));
        if source.is_dir() {
            fs::create_dir(&target).expect("a folder");
            copy(&source, &target);
        } else if !matches!(name.as_str(), "cmd" | "env" | "expected" | "stdin") {
            fs::copy(&source, &target).expect("copied");
        }
    }
}

/// The words of a line.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut quoted = false;
    for c in line.trim().chars() {
        match c {
            '"' => {
                quoted = !quoted;
                word.get_or_insert_default();
            }
            c if c.is_whitespace() && !quoted => words.extend(word.take()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    words
}

#[test]
fn a_line_is_cut_into_words() {
    assert_eq!(
        words("scan  a.json \"b c.json\" --x=\"y z\" \"\"\n"),
        ["scan", "a.json", "b c.json", "--x=y z", ""]
    );
}
