//! The files of a plan, in memory.

use std::collections::BTreeMap;

use super::plan::RemediationPlan;
use super::{json, quote, readme, scripts};

/// The file by which a plan's folder is known.
pub const PLAN_FILE: &str = "plan.json";

/// Relative paths (with `/` between folders, made of harmless characters only) and contents.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PlanFiles {
    files: BTreeMap<String, Vec<u8>>,
}

impl PlanFiles {
    /// Everything that `azpol plan -o` writes.
    pub fn new(plan: &RemediationPlan) -> PlanFiles {
        let mut files = PlanFiles::default();
        for task in &plan.tasks {
            files.add(task.file(), quote::json(&task.body));
        }
        for template in plan.templates.iter().chain(&plan.deploying_again) {
            files.add(template.file.clone(), quote::json(&template.template));
        }
        files.add("README.md", readme::readme(plan));
        files.add("commands.sh", scripts::bash(plan));
        files.add("commands.ps1", scripts::powershell(plan));
        let mut names: Vec<&str> = files.files.keys().map(String::as_str).collect();
        names.push(PLAN_FILE);
        names.sort_unstable();
        let whole = json::file(plan, names);
        files.add(PLAN_FILE, whole);
        files
    }

    fn add(&mut self, path: impl Into<String>, text: impl Into<Vec<u8>>) {
        let path = path.into();
        debug_assert!(
            path.bytes().all(|b| b.is_ascii_alphanumeric() || b"/-.".contains(&b)) && !path.contains(".."),
            "{path}"
        );
        self.files.insert(path, text.into());
    }

    /// In order of their paths.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[u8])> {
        self.files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice()))
    }

    /// One of them.
    pub fn get(&self, path: &str) -> Option<&[u8]> {
        self.files.get(path).map(Vec::as_slice)
    }
}

#[cfg(test)]
pub(crate) mod tests;
