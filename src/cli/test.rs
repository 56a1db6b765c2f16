//! `azpol test`: policy unit tests.

use std::collections::BTreeMap;
use std::io;
use std::path::{Path, PathBuf};

use crate::arm::nearest::nearest;
use crate::config::OutputFormat;
use crate::engine::Language;
use crate::policy::{self, PolicyDefinition, SHIPPED};
use crate::report::{tests_data, tests_table};
use crate::source::{self, Diagnostic, Diagnostics, Form, Input, SourceMap, printable};
use crate::testing::{self, Coverage, Selected, TestFile, codes};

use super::aliases;
use super::args::{ShownArgs, TestArgs, TestFormat};
use super::environment::Environment;
use super::exit;
use super::output::{self, Output};
use super::session::document_name;
use super::settings::Shown;

/// Runs the command; the exit code comes back.
pub fn run(args: &TestArgs) -> u8 {
    let environment = Environment::of_process();
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let chosen = ShownArgs { format: None, look: args.look.clone() };
    let shown = Shown::new(&chosen, &environment, &mut sources, &mut faults);
    let output = Output::new(shown.color, args.look.ascii, &environment);
    let files = aliases::files(&args.language.aliases, &environment, &shown.config, &shown.folder);
    let catalog = aliases::catalog(&files, &mut io::stdin(), &mut sources, &mut faults);
    let (Some(catalog), false) = (catalog, faults.has_errors()) else {
        output.faults(&faults, &sources);
        return exit::USAGE;
    };
    let semantics = shown.semantics(&args.language);
    let mut tests = Tests::default();
    tests.read(args, &mut sources, &mut faults);
    if tests.is_unselected(args, &mut faults) {
        output.faults(&faults, &sources);
        return exit::USAGE;
    }
    if args.list {
        output.faults(&faults, &sources);
        return list(&tests, output).unwrap_or(if faults.has_errors() {
            exit::INCOMPLETE
        } else {
            exit::CLEAN
        });
    }
    let language = Language { aliases: &catalog, semantics: &semantics };
    let Tests { files, definitions, .. } = &tests;
    let results = testing::run(files, definitions, language, args.fail_fast, &mut faults);
    let coverage = if args.coverage || args.min_coverage.is_some() {
        covered(files, definitions, &results)
    } else {
        Vec::new()
    };
    let tested = tests_table::Tested {
        files,
        definitions,
        results: &results,
        language,
        coverage: &coverage,
        least: args.min_coverage,
        gaps: args.coverage,
        sources: &sources,
    };
    faults.sort();
    output.faults(&faults, &sources);
    let form = args.format.unwrap_or(match shown.format {
        OutputFormat::Table => TestFormat::Table,
        OutputFormat::Json => TestFormat::Json,
    });
    let targets =
        [(None, Some(form)), (args.junit.as_deref(), args.junit.as_ref().map(|_| TestFormat::Junit))];
    for (file, form) in targets {
        let Some(form) = form else { continue };
        let text = match form {
            TestFormat::Table => tests_table::text(&tested, output.style),
            TestFormat::Json => format!("{:#}\n", tests_data::json(&tested)),
            TestFormat::Junit => match tests_data::junit(&tested) {
                Ok(text) => text,
                Err(error) => return output::internal(&error),
            },
        };
        if let Err(fault) = output::write(file, &text) {
            return output.usage(fault);
        }
    }
    let totals = tested.totals();
    if faults.has_errors() || totals.not_evaluated > 0 {
        exit::INCOMPLETE
    } else if totals.failed > 0 || !tested.below().is_empty() {
        exit::FINDINGS
    } else {
        exit::CLEAN
    }
}

fn covered(
    files: &[Selected],
    definitions: &[PolicyDefinition],
    results: &[Vec<testing::CaseResult>],
) -> Vec<Coverage> {
    let of = |(index, definition): (usize, &PolicyDefinition)| {
        let own = files.iter().zip(results).filter(|(file, _)| file.definition == index);
        Coverage::new(
            definition,
            own.flat_map(|(_, results)| results).filter_map(|case| case.actual.as_ref()),
        )
    };
    definitions.iter().enumerate().map(of).collect()
}

/// The names of the cases, one a line behind their files.
fn list(tests: &Tests, output: Output) -> Option<u8> {
    let mut text = String::new();
    for file in &tests.files {
        for case in &file.cases {
            text.push_str(&format!("{}: {}\n", printable(&file.file), printable(&case.name)));
        }
    }
    output::write(None, &text).err().map(|fault| output.usage(fault))
}

/// What is to run.
#[derive(Default)]
pub(super) struct Tests {
    files: Vec<Selected>,
    definitions: Vec<PolicyDefinition>,
    /// Definitions that were read, by their paths or the names of their twins.
    known: BTreeMap<PathBuf, usize>,
    /// The names of all cases, selected or not.
    names: Vec<String>,
}

impl Tests {
    fn read(&mut self, args: &TestArgs, sources: &mut SourceMap, faults: &mut Diagnostics) {
        let inputs = source::discover(&args.inputs, &mut io::stdin(), sources, faults);
        let is_test = |input: &&Input| {
            let name = sources.file(input.file).map(|file| file.name.clone()).unwrap_or_default();
            input.named || testing::is_test_file(&name)
        };
        let inputs: Vec<Input> = inputs.iter().filter(is_test).cloned().collect();
        if inputs.is_empty() && !faults.has_errors() {
            faults.push(Diagnostic::new(&codes::NO_TESTS, "no test file was found").help(
                "in a folder, files are read whose names end with `.azpol-test.yaml` or `.azpol-test.json`",
            ));
        }
        for input in &inputs {
            for node in source::documents(sources, input, faults) {
                if let Some(file) = testing::read(&node, faults) {
                    self.add(file, input, args, sources, faults);
                }
            }
        }
        if self.names.is_empty() && !inputs.is_empty() && !faults.has_errors() {
            faults.push(Diagnostic::new(&codes::NO_TESTS, "the test files hold no case"));
        }
    }

    fn add(
        &mut self,
        mut file: TestFile,
        input: &Input,
        args: &TestArgs,
        sources: &mut SourceMap,
        faults: &mut Diagnostics,
    ) {
        let (name, path) = sources
            .file(input.file)
            .map(|source| (source.name.clone(), source.path.clone()))
            .unwrap_or_default();
        let Some(definition) = self.definition(&file, path.as_deref(), sources, faults) else { return };
        self.names.extend(file.cases.iter().map(|case| case.name.to_string()));
        file.cases.retain(|case| args.filter.as_deref().is_none_or(|filter| matches(filter, &case.name)));
        // Several documents of a file are one list of cases, where they are about one definition.
        let before = self.files.iter_mut().find(|known| known.file == name && known.definition == definition);
        match before {
            Some(known) => testing::append(&mut known.cases, file.cases, faults),
            None if file.cases.is_empty() => {}
            None => self.files.push(Selected { file: name, definition, cases: file.cases }),
        }
    }

    /// The definition that a test file names: a file beside it, or one that ships.
    pub(super) fn definition(
        &mut self,
        file: &TestFile,
        test: Option<&Path>,
        sources: &mut SourceMap,
        faults: &mut Diagnostics,
    ) -> Option<usize> {
        let folder = test.and_then(Path::parent).unwrap_or(Path::new(""));
        let path = folder.join(&*file.definition);
        if path.is_file() {
            let key = path.canonicalize().unwrap_or_else(|_| path.clone());
            if let Some(index) = self.known.get(&key) {
                return Some(*index);
            }
            let shown = path.to_string_lossy().replace('\\', "/");
            let id = sources.add_path(shown.clone(), &path);
            let form = Form::of(&path).unwrap_or(Form::Unknown);
            let nodes = source::documents(sources, &Input { file: id, form, named: true }, faults);
            let definition = policy::definition(nodes.first()?, &document_name(&shown), faults)?;
            return Some(self.keep(key, definition));
        }
        let wanted = file.definition.rsplit('/').next().unwrap_or_default();
        let stem = |file: &'static str| {
            file.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml")).unwrap_or(file)
        };
        let found = SHIPPED.iter().find(|shipped| {
            shipped.guid.eq_ignore_ascii_case(wanted) || stem(shipped.file).eq_ignore_ascii_case(wanted)
        });
        let Some(shipped) = found else {
            let names = SHIPPED.iter().flat_map(|shipped| [shipped.guid, stem(shipped.file)]);
            let names: Vec<String> = neighbours(folder).into_iter().chain(names.map(str::to_owned)).collect();
            let message = format!("there is no definition `{}`", file.definition);
            let fault = Diagnostic::new(&codes::UNKNOWN_DEFINITION, message).at(
                file.definition_span,
                format!("neither a file in `{}` nor one that ships with azpol", shown_folder(folder)),
            );
            faults.push(match nearest(&file.definition, names.iter().map(String::as_str)) {
                Some(near) => fault.help(format!("did you mean `{near}`?")),
                None => fault.help("name a file, relative to the test file"),
            });
            return None;
        };
        let key = PathBuf::from(format!("\0{}", shipped.guid));
        if let Some(index) = self.known.get(&key) {
            return Some(*index);
        }
        let id = sources.add(shipped.file, shipped.text);
        let nodes = source::yaml::parse(id, shipped.text, faults);
        let definition = policy::definition(nodes.first()?, shipped.guid, faults)?;
        Some(self.keep(key, definition))
    }

    fn keep(&mut self, key: PathBuf, definition: PolicyDefinition) -> usize {
        self.definitions.push(definition);
        self.known.insert(key, self.definitions.len() - 1);
        self.definitions.len() - 1
    }

    /// Whether there are cases, and the filter leaves none.
    fn is_unselected(&self, args: &TestArgs, faults: &mut Diagnostics) -> bool {
        let Some(filter) = args.filter.as_deref().filter(|_| self.files.is_empty() && !self.names.is_empty())
        else {
            return false;
        };
        let message = format!("no case has a name with `{filter}`");
        let fault = Diagnostic::new(&codes::NOTHING_SELECTED, message);
        let words = self.names.iter().flat_map(|name| name.split_whitespace().chain([name.as_str()]));
        faults.push(match nearest(filter, words) {
            Some(near) => fault.help(format!("did you mean `{near}`?")),
            None => fault.help("`--list` prints the names"),
        });
        true
    }
}

fn shown_folder(folder: &Path) -> String {
    let text = folder.to_string_lossy().replace('\\', "/");
    if text.is_empty() { ".".to_owned() } else { text }
}

/// The names of the files in a folder, sorted.
fn neighbours(folder: &Path) -> Vec<String> {
    let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.retain(|name| !testing::is_test_file(name));
    names.sort();
    names
}

/// Whether a name has this text in it, without case; `*` stands for any text.
fn matches(filter: &str, name: &str) -> bool {
    let (filter, name) = (filter.to_lowercase(), name.to_lowercase());
    if !filter.contains('*') {
        return name.contains(&filter);
    }
    let parts: Vec<&str> = filter.split('*').collect();
    let (first, last) = (parts[0], parts[parts.len() - 1]);
    let Some(mut rest) = name.strip_prefix(first).and_then(|rest| rest.strip_suffix(last)) else {
        return false;
    };
    for part in &parts[1..parts.len() - 1] {
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    true
}

#[cfg(test)]
mod tests {
    use super::matches;

    #[test]
    fn a_filter_is_a_part_of_a_name_or_a_pattern_for_all_of_it() {
        let yes = [("off", "switched OFF"), ("*off", "switched off"), ("s*ed*", "switched off"), ("", "x")];
        for (filter, name) in yes {
            assert!(matches(filter, name), "{filter} {name}");
        }
        for (filter, name) in [("of f", "off"), ("off*", "switched off"), ("a*a", "a"), ("*x*", "abc")] {
            assert!(!matches(filter, name), "{filter} {name}");
        }
    }
}
