//! `azpol validate`: faults of policy documents, all at once.

mod own;

use std::io;

use crate::arm::AliasCatalog;
use crate::compliance::Definitions;
use crate::config::OutputFormat;
use crate::inventory::{Kept, PolicyDocuments, Unplaced};
use crate::lint;
use crate::policy::{self, PolicyAssignment};
use crate::report::validation::{self, Looked};
use crate::source::{self, Diagnostic, Diagnostics, Input, Node, Severity, SourceMap};

use super::aliases;
use super::args::{FailAt, ValidateArgs};
use super::environment::Environment;
use super::load::load;
use super::output::{self, Output};
use super::session::{document_name, shipped};
use super::settings::Shown;
use super::{codes, exit};
use crate::report::json;

/// Runs the command; the exit code comes back.
pub fn run(args: &ValidateArgs) -> u8 {
    let environment = Environment::of_process();
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let shown = Shown::new(&args.shown, &environment, &mut sources, &mut faults);
    let output = Output::new(shown.color, args.shown.look.ascii, &environment);
    let selection = lint::Selection {
        select: codes_of("--select", &args.select, &mut faults),
        ignore: codes_of("--ignore", &args.ignore, &mut faults),
        severities: lint::severities(&shown.config.severities, &mut faults),
    };
    let files = aliases::files(&args.aliases, &environment, &shown.config, &shown.folder);
    let catalog = aliases::catalog(&files, &mut io::stdin(), &mut sources, &mut faults);
    output.faults(&faults, &sources);
    let (Some(catalog), false) = (catalog, faults.has_errors()) else { return exit::USAGE };
    let mut found = Diagnostics::new();
    let inputs = source::discover(&args.inputs, &mut io::stdin(), &mut sources, &mut found);
    let policies: Vec<Input> =
        inputs.iter().filter(|input| !own::is_test(input, &sources)).cloned().collect();
    let (_, documents) = load(&policies, &Kept::default(), &[], &mut sources, &|_| (), &mut found);
    let mut looked = check(&documents, &catalog, &mut sources, &mut found);
    let mut comments = lint::Comments::default();
    for input in &inputs {
        // A file that can't be read was told of.
        if let Some(text) = source::read::text(&mut sources, input.file, &mut Diagnostics::new()) {
            comments.read(input.file, &text, &mut found);
            own::check(input, &text, &mut sources, &mut looked, &mut found);
        }
    }
    let found = aliases::beside(&catalog, found);
    let unread = found.iter().any(is_unread);
    let mut found = selection.apply(found, &comments);
    found.sort();
    let unchecked = lint::unchecked(&catalog);
    // Whoever selects asks for other checks.
    let shown_unchecked = if args.select.is_empty() { unchecked.clone() } else { Vec::new() };
    let text = match shown.format {
        OutputFormat::Table => validation::text(looked, &shown_unchecked, &found, &sources, output.results()),
        OutputFormat::Json => match json::text(&validation::json(looked, unchecked, &found, &sources)) {
            Ok(text) => text,
            Err(error) => return output::internal(&error),
        },
    };
    if let Err(fault) = output::write(None, &text) {
        return output.usage(fault);
    }
    if unread || looked == Looked::default() {
        return exit::INCOMPLETE;
    }
    let least = match args.fail_on {
        FailAt::Error => Severity::Error,
        FailAt::Warning => Severity::Warning,
        FailAt::Info => Severity::Note,
        FailAt::Never => return exit::CLEAN,
    };
    if found.iter().any(|fault| fault.severity >= least) { exit::FINDINGS } else { exit::CLEAN }
}

/// Whether a finding means that something wasn't looked at: it can't be opened, or isn't text.
fn is_unread(fault: &Diagnostic) -> bool {
    fault.severity == Severity::Error && source::codes::ALL.contains(&fault.code)
}

/// Lowers and checks every document.
fn check(
    documents: &PolicyDocuments,
    aliases: &AliasCatalog,
    sources: &mut SourceMap,
    found: &mut Diagnostics,
) -> Looked {
    let (mut definitions, mut initiatives) = (Vec::new(), Vec::new());
    for node in &documents.definitions {
        let name = document_name(sources.name(node.span));
        if let Some(definition) = policy::definition(node, &name, found) {
            found.extend(lint::check(node, &definition, aliases));
            definitions.push(definition);
        }
    }
    for node in &documents.initiatives {
        let name = document_name(sources.name(node.span));
        if let Some(set) = policy::set_definition(node, &name, found) {
            found.extend(lint::check_set(node, &set));
            initiatives.push((node, set));
        }
    }
    let assignments: Vec<(&Node, PolicyAssignment)> = documents
        .assignments
        .iter()
        .filter_map(|node| Some((node, policy::assignment(node, found)?)))
        .collect();
    let unplaced: Vec<(&Unplaced, PolicyAssignment)> = documents
        .unplaced
        .iter()
        .filter_map(|one| Some((one, policy::assignment(&one.node, found)?)))
        .collect();
    let shipped = shipped(sources, &mut Diagnostics::new());
    let sets = initiatives.iter().map(|(_, set)| set.clone()).collect();
    // Several versions of a definition may lie side by side: nothing is said of what names them.
    let known = Definitions::new(definitions, sets, shipped, &mut Diagnostics::new());
    for (node, set) in &initiatives {
        found.extend(lint::check_members(node, set, &known));
    }
    for (node, assignment) in &assignments {
        found.extend(lint::check_assignment(node, assignment, None, &known));
    }
    for (one, assignment) in &unplaced {
        found.extend(lint::check_assignment(&one.node, assignment, Some(&one.computed), &known));
    }
    let assignments: Vec<PolicyAssignment> =
        assignments.into_iter().map(|(_, assignment)| assignment).collect();
    for node in &documents.exemptions {
        found.extend(lint::check_exemption(node, &assignments, &known));
    }
    Looked {
        definitions: documents.definitions.len(),
        initiatives: documents.initiatives.len(),
        assignments: documents.assignments.len() + documents.unplaced.len(),
        exemptions: documents.exemptions.len(),
        ..Looked::default()
    }
}

/// The codes that a flag names.
fn codes_of(flag: &str, given: &[String], faults: &mut Diagnostics) -> Vec<&'static source::Code> {
    let mut found = Vec::new();
    for text in given.iter().filter(|text| !text.trim().is_empty()) {
        match lint::code(text) {
            Ok(code) => found.push(code),
            Err(near) => {
                let message = format!("`{text}` of `{flag}` is no code of azpol");
                let fault = Diagnostic::new(&codes::UNKNOWN_CODE, message);
                faults.push(match near {
                    Some(near) => fault.help(format!("did you mean `{near}`?")),
                    None => fault.help("a code is `AZP` and four digits, or its name"),
                });
            }
        }
    }
    found
}
