//! The house holds its order: a room uses only rooms above it, and a file is read in one sitting.

use std::fs;
use std::path::{Path, PathBuf};

/// The rooms from the top; data flows down.
const ROOMS: &[&str] = &[
    "source",
    "arm",
    "config",
    "policy",
    "inventory",
    "engine",
    "compliance",
    "export",
    "remediation",
    "lint",
    "testing",
    "report",
    "cli",
];

/// Lines that a file of the product may have.
const LONGEST: usize = 700;

fn files(below: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(below).expect("readable folder") {
        let path = entry.expect("entry").path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn a_room_uses_only_rooms_above_it() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (index, room) in ROOMS.iter().enumerate() {
        let mut found = Vec::new();
        files(&root.join(room), &mut found);
        for path in found {
            let text = fs::read_to_string(&path).expect("text");
            for (number, line) in text.lines().enumerate() {
                let mut rest = line;
                while let Some(at) = rest.find("crate::") {
                    rest = &rest[at + "crate::".len()..];
                    let used: String =
                        rest.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                    if let Some(other) = ROOMS.iter().position(|room| *room == used) {
                        seen += 1;
                        if other > index {
                            wrong.push(format!("{}:{} uses {used}", path.display(), number + 1));
                        }
                    }
                }
            }
        }
    }
    assert!(seen > 0, "no use of any room was found: the test reads the wrong thing");
    assert!(wrong.is_empty(), "rooms used against the order:\n{}", wrong.join("\n"));
}

#[test]
fn every_file_is_read_in_one_sitting() {
    let mut found = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut found);
    let long: Vec<_> = found
        .iter()
        .filter_map(|path| {
            let lines = fs::read_to_string(path).expect("text").lines().count();
            (lines > LONGEST).then(|| format!("{} has {lines} lines", path.display()))
        })
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}
