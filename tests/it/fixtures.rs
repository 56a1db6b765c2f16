//! The example tenants are what their manifests say.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use azpol::source::{Diagnostics, FileId, Node, json, yaml};
use sha2::{Digest, Sha256};

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(name)
}

fn json_files(folder: &Path) -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(folder)
        .expect("a folder")
        .map(|entry| entry.expect("entry").path())
        .filter(|path| path.extension().is_some_and(|e| e == "json"))
        .collect();
    files.sort();
    files
}

#[test]
fn manifests_name_every_file_with_its_hash() {
    for name in ["contoso", "fabrikam", "wishes"] {
        let folder = folder(name);
        let text = fs::read_to_string(folder.join("manifest.yaml")).expect("a manifest");
        let mut faults = Diagnostics::new();
        let manifest = yaml::parse(FileId::NONE, &text, &mut faults).remove(0);
        assert!(faults.is_empty(), "{faults:?}");
        let stated: BTreeMap<String, String> = manifest
            .get("files")
            .expect("files")
            .items()
            .iter()
            .map(|entry| {
                let text = |key| entry.get(key).and_then(Node::as_str).unwrap_or_default().to_owned();
                assert!(!entry.get("types").expect("types").items().is_empty());
                (text("path"), text("sha256"))
            })
            .collect();
        let found: BTreeMap<String, String> = json_files(&folder)
            .iter()
            .map(|path| {
                let hash = Sha256::digest(fs::read(path).expect("bytes"));
                let hash = hash.iter().fold(String::new(), |text, byte| text + &format!("{byte:02x}"));
                (path.file_name().expect("a name").to_string_lossy().into_owned(), hash)
            })
            .collect();
        assert_eq!(stated, found, "{name}");
    }
}

#[test]
fn every_document_is_read_without_a_fault() {
    for name in ["contoso", "fabrikam", "first-hour", "wishes"] {
        for path in json_files(&folder(name)) {
            let text = fs::read_to_string(&path).expect("text");
            let mut faults = Diagnostics::new();
            let documents = json::parse(FileId::NONE, 0, &text, &mut faults);
            assert!(faults.is_empty(), "{}: {faults:?}", path.display());
            assert!(!documents.is_empty(), "{}", path.display());
        }
    }
}

#[test]
fn each_folder_says_what_it_shows() {
    for name in ["contoso", "fabrikam", "first-hour", "wishes"] {
        assert!(folder(name).join("README.md").is_file(), "{name}");
    }
}
