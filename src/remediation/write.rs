//! A plan's folder on disk: written whole or not at all. The only file of this room that touches the file system.

use std::ffi::OsString;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use crate::source::{Diagnostic, printable};

use super::codes;
use super::files::{PLAN_FILE, PlanFiles};

/// Why a plan isn't written. Paths are as they were given, or as they stand in the folder.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// Something else than a folder has the name.
    #[error("`{}` is not a folder", .0.display())]
    NotAFolder(PathBuf),
    /// The folder holds what azpol didn't write: this file.
    #[error("`{}` holds `{}`, which azpol didn't write", folder.display(), file.display())]
    Foreign {
        /// The folder.
        folder: PathBuf,
        /// What stands in it.
        file: PathBuf,
    },
    /// The file system refuses; what was there before is still there.
    #[error("`{}` can't be written: {error}", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// Why.
        #[source]
        error: io::Error,
    },
}

impl WriteError {
    /// As a finding, for what whoever runs azpol can mend by another name.
    pub fn diagnostic(&self) -> Option<Diagnostic> {
        match self {
            WriteError::NotAFolder(_) | WriteError::Foreign { .. } => {
                let finding = Diagnostic::new(&codes::FOREIGN_FOLDER, printable(&self.to_string()));
                Some(finding.help("name a new folder, or move what isn't azpol's out of this one"))
            }
            WriteError::Io { .. } => None,
        }
    }
}

/// Writes the files into `folder`: made if it doesn't exist, replaced if it holds nothing but a plan that azpol wrote, refused
/// otherwise. Everything is written beside it first and then takes its name, so that a reader sees the
/// old plan or the new one, and after a failure the old one is still there.
pub fn write_whole(folder: &Path, files: &PlanFiles) -> Result<(), WriteError> {
    let refused = |error| WriteError::Io { path: folder.to_owned(), error };
    // A link is followed, and `.` gets a name.
    let real = fs::canonicalize(folder).or_else(|_| std::path::absolute(folder)).map_err(refused)?;
    let replaced = match found(&real).map_err(refused)? {
        Found::Nothing => false,
        Found::Plan => true,
        Found::File => return Err(WriteError::NotAFolder(folder.to_owned())),
        Found::Foreign(file) => return Err(WriteError::Foreign { folder: folder.to_owned(), file }),
    };
    let parent = real.parent().ok_or_else(|| WriteError::NotAFolder(folder.to_owned()))?;
    fs::create_dir_all(parent).map_err(refused)?;
    let new = sibling(&real, "new");
    let old = sibling(&real, "old");
    let written = write_all(&new, files).and_then(|()| take_place(&real, &new, &old, replaced));
    if written.is_err() {
        // The first fault counts.
        let _ = fs::remove_dir_all(&new);
    }
    written.map_err(refused)
}

/// A folder beside the plan's, of this process only.
fn sibling(folder: &Path, what: &str) -> PathBuf {
    let mut name = OsString::from(".");
    name.push(folder.file_name().unwrap_or_default());
    name.push(format!(".azpol-{what}-{}", std::process::id()));
    folder.with_file_name(name)
}

/// What stands where the plan is to be.
enum Found {
    Nothing,
    /// A folder with nothing in it but a plan of azpol's, if anything.
    Plan,
    File,
    /// A folder with this file in it.
    Foreign(PathBuf),
}

fn found(folder: &Path) -> io::Result<Found> {
    match fs::symlink_metadata(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Found::Nothing),
        Err(error) => return Err(error),
        Ok(found) if !found.is_dir() => return Ok(Found::File),
        Ok(_) => {}
    }
    let mut present = Vec::new();
    list(folder, Path::new(""), &mut present)?;
    present.sort();
    let ours = plan_files(folder);
    let foreign = present.into_iter().find(|file| !ours.iter().any(|name| Path::new(name) == file));
    Ok(foreign.map_or(Found::Plan, Found::Foreign))
}

/// Every file below the folder, by its path in it; a folder that holds nothing counts as a file, a link too.
fn list(folder: &Path, below: &Path, found: &mut Vec<PathBuf>) -> io::Result<()> {
    let mut empty = true;
    for entry in fs::read_dir(folder.join(below))? {
        let entry = entry?;
        let path = below.join(entry.file_name());
        empty = false;
        if entry.file_type()?.is_dir() {
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

fn write_all(folder: &Path, files: &PlanFiles) -> io::Result<()> {
    fs::create_dir(folder)?;
    for (path, bytes) in files.iter() {
        let path = path.split('/').fold(folder.to_owned(), |folder, part| folder.join(part));
        if let Some(parent) = path.parent() {
            fs::create_dir_all(parent)?;
        }
        fs::write(&path, bytes)?;
    }
    Ok(())
}

/// Gives the new folder the name of the old one. Windows renames no folder over another, so the old one steps
/// aside first, and comes back if the new one can't take its place.
fn take_place(folder: &Path, new: &Path, old: &Path, replaced: bool) -> io::Result<()> {
    if replaced {
        fs::rename(folder, old)?;
    }
    if let Err(error) = fs::rename(new, folder) {
        if replaced {
            fs::rename(old, folder)?;
        }
        return Err(error);
    }
    if replaced {
        fs::remove_dir_all(old)?;
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
