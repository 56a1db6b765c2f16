//! What holds for a run: a flag beats the environment, which beats `azpol.yaml`.

use std::path::{Path, PathBuf};

use crate::arm::Semantics;
use crate::arm::nearest::nearest;
use crate::config::{ColorChoice, Config, FailOn, OutputFormat};
use crate::source::{self, Diagnostic, Diagnostics, Form, Input, SourceMap};

use super::aliases;
use super::args::{LanguageArgs, RunArgs, ShownArgs};
use super::codes;
use super::environment::{self, Environment};

/// The file that is looked for upward from the working directory.
const FILE: &str = "azpol.yaml";

/// What holds for a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// What makes the exit code 1; `None` leaves it to the command.
    pub fail_on: Option<Vec<FailOn>>,
    /// The form of the result.
    pub format: OutputFormat,
    /// When to colour.
    pub color: ColorChoice,
    /// What `utcNow()` answers, where `--now` says it.
    pub now: Option<String>,
    /// How open points of the language are read.
    pub semantics: Semantics,
    /// Catalogues of aliases; none for azpol's own.
    pub aliases: Vec<PathBuf>,
}

impl Settings {
    /// From flags, environment and file. Every fault in them is pushed; with one, there is to be no run.
    pub fn new(
        args: &RunArgs,
        environment: &Environment,
        sources: &mut SourceMap,
        faults: &mut Diagnostics,
    ) -> Settings {
        let shown = Shown::new(&args.shown, environment, sources, faults);
        let semantics = shown.semantics(&args.language);
        let Shown { config, folder, format, color } = shown;
        let listed = environment.fail_on.as_deref().and_then(|text| {
            let words = text.split(',').map(|text| word("AZPOL_FAIL_ON", text, FailOn::ALL, faults));
            words.collect::<Vec<_>>().into_iter().collect::<Option<Vec<FailOn>>>()
        });
        let now = args.now.as_deref().and_then(|text| time("--now", text, faults));
        let aliases = aliases::files(&args.language.aliases, environment, &config, &folder);
        Settings {
            fail_on: args.fail_on.clone().or(listed).or(config.fail_on).map(without_never),
            format,
            color,
            now,
            semantics,
            aliases,
        }
    }
}

/// How a result is shown, and the configuration that is in force.
#[derive(Debug, Clone)]
pub struct Shown {
    /// What `azpol.yaml` chooses.
    pub config: Config,
    /// The folder of `azpol.yaml`, or the working one.
    pub folder: PathBuf,
    /// The form of the result.
    pub format: OutputFormat,
    /// When to colour.
    pub color: ColorChoice,
}

impl Shown {
    /// From flags, environment and file. Every fault in them is pushed.
    pub fn new(
        args: &ShownArgs,
        environment: &Environment,
        sources: &mut SourceMap,
        faults: &mut Diagnostics,
    ) -> Shown {
        let file = match args.look.config.as_deref().or(environment.config.as_deref()) {
            Some(path) => Some(path.to_owned()),
            None => environment.folder.as_deref().and_then(found_upward),
        };
        let folder = file.as_deref().and_then(Path::parent).unwrap_or(Path::new("")).to_owned();
        let config = file.map(|path| config(&path, environment, sources, faults)).unwrap_or_default();
        let format = environment
            .format
            .as_deref()
            .and_then(|text| word("AZPOL_FORMAT", text, OutputFormat::ALL, faults));
        let color = environment
            .color
            .as_deref()
            .and_then(|text| word("AZPOL_COLOR", text, ColorChoice::ALL, faults))
            .or(environment.no_color.then_some(ColorChoice::Never));
        Shown {
            format: args.format.or(format).or(config.format).unwrap_or(OutputFormat::Table),
            color: args.look.color.or(color).or(config.color).unwrap_or(ColorChoice::Auto),
            config,
            folder,
        }
    }

    /// How open points are read: as `azpol.yaml` chooses, and strictly where that is asked for.
    pub fn semantics(&self, args: &LanguageArgs) -> Semantics {
        let mut semantics = self.config.semantics.clone().unwrap_or_default();
        if args.strict {
            semantics.make_strict();
        }
        semantics
    }
}

/// `never` beside other words says nothing.
fn without_never(mut words: Vec<FailOn>) -> Vec<FailOn> {
    if words.iter().any(|word| *word != FailOn::Never) {
        words.retain(|word| *word != FailOn::Never);
    }
    words
}

/// A time on the command line, in the form of [`environment::instant`].
pub(super) fn time(flag: &str, text: &str, faults: &mut Diagnostics) -> Option<String> {
    let time = environment::instant(text);
    if time.is_none() {
        faults.push(
            Diagnostic::new(&codes::BAD_TIME, format!("`{text}` of `{flag}` is no time"))
                .help("write it in ISO 8601, such as `2025-03-01T06:00:00Z`"),
        );
    }
    time
}

/// One of the words of a closed set.
trait Word: Copy + 'static {
    fn as_str(self) -> &'static str;
}

impl Word for FailOn {
    fn as_str(self) -> &'static str {
        FailOn::as_str(self)
    }
}

impl Word for OutputFormat {
    fn as_str(self) -> &'static str {
        OutputFormat::as_str(self)
    }
}

impl Word for ColorChoice {
    fn as_str(self) -> &'static str {
        ColorChoice::as_str(self)
    }
}

/// The word that a variable holds.
fn word<W: Word>(variable: &str, text: &str, all: &'static [W], faults: &mut Diagnostics) -> Option<W> {
    let text = text.trim();
    let found = all.iter().copied().find(|word| word.as_str().eq_ignore_ascii_case(text));
    if found.is_none() {
        let known: Vec<&str> = all.iter().map(|word| word.as_str()).collect();
        let help = match nearest(text, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("it takes `{}`", known.join("`, `")),
        };
        faults.push(
            Diagnostic::new(
                &codes::BAD_VARIABLE,
                format!("`{text}` of the variable `{variable}` is none of its words"),
            )
            .help(help),
        );
    }
    found
}

/// The nearest `azpol.yaml`, from a folder upward.
fn found_upward(folder: &Path) -> Option<PathBuf> {
    folder.ancestors().map(|folder| folder.join(FILE)).find(|path| path.is_file())
}

/// Reads a configuration; what is wrong with it is pushed.
fn config(
    path: &Path,
    environment: &Environment,
    sources: &mut SourceMap,
    faults: &mut Diagnostics,
) -> Config {
    let shown = environment.folder.as_deref().and_then(|folder| path.strip_prefix(folder).ok());
    let name = shown.unwrap_or(path).to_string_lossy().into_owned();
    let file = sources.add_path(name, path);
    let form = Form::of(path).unwrap_or(Form::Yaml);
    let documents = source::documents(sources, &Input { file, form, named: true }, faults);
    if let [_, second, ..] = documents.as_slice() {
        faults.push(
            Diagnostic::new(&codes::SEVERAL_DOCUMENTS, "a configuration is one document")
                .at(second.span, "the second one")
                .help("put everything into the first document"),
        );
        return Config::default();
    }
    documents.first().and_then(|node| Config::read(node, faults)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::Settings;
    use crate::cli::args::{Cli, Command};
    use crate::cli::environment::Environment;
    use crate::config::{ColorChoice, FailOn, OutputFormat};
    use crate::source::{Diagnostics, SourceMap};

    fn settings(
        flags: &[&str],
        environment: &Environment,
    ) -> (Settings, Vec<(&'static str, Option<String>)>) {
        let given = ["azpol", "scan", "x.json"].iter().chain(flags);
        let Command::Scan(scan) = Cli::try_parse_from(given).expect("good usage").command else {
            panic!("scan")
        };
        let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
        let settings = Settings::new(&scan.run, environment, &mut sources, &mut faults);
        (settings, faults.into_iter().map(|fault| (fault.code.id, fault.help)).collect())
    }

    #[test]
    fn a_flag_beats_the_environment_which_beats_the_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let below = folder.path().join("a/b");
        std::fs::create_dir_all(&below).expect("folders");
        std::fs::write(folder.path().join("azpol.yaml"), "format: json\ncolor: always\nfail-on: hazard\n")
            .expect("written");
        let mut environment = Environment { folder: Some(below), ..Environment::default() };
        let (found, faults) = settings(&[], &environment);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!((found.format, found.color), (OutputFormat::Json, ColorChoice::Always));
        assert_eq!(found.fail_on, Some(vec![FailOn::Hazard]));
        environment.format = Some("Table".to_owned());
        environment.fail_on = Some("error, never".to_owned());
        environment.no_color = true;
        let (found, faults) = settings(&[], &environment);
        assert!(faults.is_empty(), "{faults:?}");
        assert_eq!((found.format, found.color), (OutputFormat::Table, ColorChoice::Never));
        assert_eq!(found.fail_on, Some(vec![FailOn::Error]));
        let (found, _) = settings(&["--format=json", "--color=auto", "--fail-on=NEVER"], &environment);
        assert_eq!((found.format, found.color), (OutputFormat::Json, ColorChoice::Auto));
        assert_eq!(found.fail_on, Some(vec![FailOn::Never]));
    }

    #[test]
    fn a_variable_or_time_that_is_none_is_a_fault_each() {
        let environment = Environment {
            format: Some("jsn".to_owned()),
            color: Some("purple".to_owned()),
            fail_on: Some("hazard,,x".to_owned()),
            ..Environment::default()
        };
        let (_, faults) = settings(&["--now", "tomorrow"], &environment);
        let codes: Vec<_> = faults.iter().map(|(code, _)| *code).collect();
        assert_eq!(codes, ["AZP1402", "AZP1402", "AZP1402", "AZP1402", "AZP1404"]);
        assert!(faults.iter().any(|(_, help)| help.as_deref() == Some("did you mean `json`?")), "{faults:?}");
    }
}
