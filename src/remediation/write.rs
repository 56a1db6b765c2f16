//! A plan's folder on disk: written whole or not at all. The only file of this room that touches the file system.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::files::{PLAN_FILE, PlanFiles};

/// Why a plan isn't written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Something else than a folder has the name.
    #[error("`{0}` is not a folder")]
    NotAFolder(PathBuf),
    /// The folder holds what azpol didn't write: this file.
    #[error("`{folder}` holds `{file}`, which azpol didn't write")]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What stands in it.
        file: PathBuf,
    },
    /// The file system refuses; what was there before is still there.
    #[error("`{path}` can't be written: {error}")]
    Io {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
}

/// Writes the files into `folder`: made if it doesn't exist, replaced if it holds nothing but a plan that azpol wrote, refused
/// otherwise. Everything is written beside it first and then takes its name, so that a reader sees the
/// old plan or the new one, and after a failure the old one is still there.
pub fn write_whole(folder: &Path, files: &PlanFiles) -> Result<(), WriteError> {
    // A link is followed, and `.` gets a name.
    let folder = match fs::canonicalize(folder) {
        Ok(real) => real,
        Err(_) => std::path::absolute(folder).map_err(at(folder))?,
    };
    let replaced = may_be_written(&folder)?;
    let parent = folder.parent().ok_or_else(|| WriteError::NotAFolder(folder.clone()))?;
    fs::create_dir_all(parent).map_err(at(parent))?;
    let new = sibling(&folder, "new");
    let old = sibling(&folder, "old");
    let written = write_all(&new, files).and_then(|()| take_place(&folder, &new, &old, replaced));
    if written.is_err() {
        // The first fault counts; a leftover is named so that it can be told.
        let _ = fs::remove_dir_all(&new);
    }
    written
}

fn at(path: &Path) -> impl FnOnce(io::Error) -> WriteError + '_ {
    move |error| WriteError::Io { path: path.to_owned(), error }
}

/// A folder beside the plan's, of this process only.
fn sibling(folder: &Path, what: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(format!(".azpol-{what}-{}", std::process::id()));
    folder.with_file_name(name)
}

/// Whether a folder is there that may be replaced.
fn may_be_written(folder: &Path) -> Result<bool, WriteError> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(at(folder)(error)),
        Ok(found) if !found.is_dir() => return Err(WriteError::NotAFolder(folder.to_owned())),
        Ok(_) => {}
    }
    let mut present = Vec::new();
    list(folder, Path::new(""), &mut present)?;
    present.sort();
    let ours = plan_files(folder);
    let foreign = present.into_iter().find(|file| !ours.iter().any(|name| Path::new(name) == file));
    match foreign {
        Some(file) => Err(WriteError::Foreign { folder: folder.to_owned(), file }),
        None => Ok(true),
    }
}

/// Every file below the folder, by its path in it; a folder that holds nothing counts as a file, a link too.
fn list(folder: &Path, below: &Path, found: &mut Vec<PathBuf>) -> Result<(), WriteError> {
    let here = folder.join(below);
    let mut empty = true;
    for entry in fs::read_dir(&here).map_err(at(&here))? {
        let entry = entry.map_err(at(&here))?;
        let path = below.join(entry.file_name());
        empty = false;
        if entry.file_type().map_err(at(&here))?.is_dir() {
            list(folder, &path, found)?;
        } else {
            found.push(path);
        }
    }
    if empty && below != Path::new("") {
        found.push(below.to_owned());
    }
    Ok(())
}

/// What the plan in a folder says that it consists of; nothing where azpol didn't write one.
fn plan_files(folder: &Path) -> Vec<String> {
    let Ok(text) = fs::read(folder.join(PLAN_FILE)) else { return Vec::new() };
    let Ok(plan) = serde_json::from_slice::<serde_json::Value>(&text) else { return Vec::new() };
    if plan.get("azpol").is_none() || plan["kind"] != "azpol/plan" {
        return Vec::new();
    }
    let names = plan["files"].as_array().map_or(&[][..], Vec::as_slice);
    names.iter().filter_map(|name| name.as_str()).map(str::to_owned).collect()
}

fn write_all(folder: &Path, files: &PlanFiles) -> Result<(), WriteError> {
    fs::create_dir(folder).map_err(at(folder))?;
    for (path, bytes) in files.iter() {
        let path = path.split('/').fold(folder.to_owned(), |folder, part| folder.join(part));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent).map_err(at(parent))?;
        }
        fs::write(&path, bytes).map_err(at(&path))?;
    }
    Ok(())
}

/// Gives the new folder the name of the old one. Windows renames no folder over another, so the old one steps
/// aside first, and comes back if the new one can't take its place.
fn take_place(folder: &Path, new: &Path, old: &Path, replaced: bool) -> Result<(), WriteError> {
    if replaced {
        fs::rename(folder, old).map_err(at(folder))?;
    }
    if let Err(error) = fs::rename(new, folder) {
        if replaced {
            fs::rename(old, folder).map_err(at(old))?;
        }
        return Err(at(folder)(error));
    }
    if replaced {
        fs::remove_dir_all(old).map_err(at(old))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::fs;

    use super::{WriteError, write_whole};
    use crate::remediation::files::PlanFiles;
    use crate::remediation::files::tests::planned;

    fn names(folder: &std::path::Path) -> Vec<String> {
        let mut names: Vec<_> = fs::read_dir(folder)
            .expect("a folder")
            .map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_plan_is_written_and_replaced() {
        let dir = tempfile::tempdir().expect("a folder");
        let folder = dir.path().join("deep/plan");
        let two = PlanFiles::new(&planned(&["s1", "s2"]));
        write_whole(&folder, &two).expect("written");
        assert_eq!(
            names(&folder),
            ["README.md", "commands.ps1", "commands.sh", "deployments", "plan.json", "tasks"]
        );
        assert_eq!(names(&folder.join("deployments")), ["s1.json", "s2.json"]);
        for (path, bytes) in two.iter() {
            assert_eq!(fs::read(folder.join(path)).expect(path), bytes);
        }
        write_whole(&folder, &PlanFiles::new(&planned(&["s3"]))).expect("replaced");
        assert_eq!(names(&folder.join("deployments")), ["s3.json"]);
        assert_eq!(names(folder.parent().expect("a parent")), ["plan"], "nothing is left beside it");
    }

    #[test]
    fn what_azpol_did_not_write_stays() {
        let dir = tempfile::tempdir().expect("a folder");
        let files = PlanFiles::new(&planned(&["s1"]));
        fs::write(dir.path().join("mine.txt"), "x").expect("written");
        let refused = write_whole(dir.path(), &files).expect_err("foreign");
        assert!(matches!(refused, WriteError::Foreign { .. }), "{refused}");
        assert_eq!(names(dir.path()), ["mine.txt"]);

        let folder = dir.path().join("plan");
        fs::create_dir(&folder).expect("made");
        write_whole(&folder, &files).expect("an empty folder is filled");
        fs::write(folder.join("tasks/notes.md"), "x").expect("written");
        let refused = write_whole(&folder, &files).expect_err("somebody's notes");
        assert!(refused.to_string().contains("notes.md"), "{refused}");
        fs::remove_file(folder.join("tasks/notes.md")).expect("removed");
        fs::write(folder.join("plan.json"), r#"{"files": ["README.md"]}"#).expect("written");
        assert!(
            matches!(write_whole(&folder, &files), Err(WriteError::Foreign { .. })),
            "not azpol's plan.json"
        );
        let file = dir.path().join("mine.txt");
        assert!(matches!(write_whole(&file, &files), Err(WriteError::NotAFolder(_))));
        assert_eq!(fs::read_to_string(file).expect("read"), "x");
    }
}
