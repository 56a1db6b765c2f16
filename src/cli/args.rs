//! What can be typed.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::arm::expression::Dialect;
use crate::config::{ColorChoice, FailOn, OutputFormat};

use super::help;

/// terraform plan for Azure Policy: which subscriptions a set of assignments finds non-compliant, why, and
/// exactly what a remediation would deploy. Offline, on files.
#[derive(Debug, Parser)]
#[command(
    name = "azpol",
    version,
    max_term_width = 100,
    disable_help_subcommand = true,
    after_help = help::AZPOL
)]
pub struct Cli {
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The subcommands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Evaluate every assignment and report states: the gate for pipelines
    #[command(after_help = help::SCAN, after_long_help = help::SCAN_LONG)]
    Scan(ScanArgs),
    /// States, and what remediation would deploy, with its hazards and its proof
    #[command(after_help = help::PLAN, after_long_help = help::PLAN_LONG)]
    Plan(PlanArgs),
    /// Find faults in definitions, initiatives and assignments, and what practice advises against
    #[command(after_help = help::VALIDATE)]
    Validate(ValidateArgs),
    /// Run policy unit tests: what definitions say of resources, against what is expected
    #[command(after_help = help::TEST, after_long_help = help::TEST_LONG)]
    Test(TestArgs),
    /// Why a resource has its states, condition by condition; or the page of a code, such as AZP0312
    #[command(
        after_help = help::EXPLAIN,
        mut_arg("inputs", |inputs| inputs.required(false)),
        mut_arg("param", |_| ExplainArgs::parameter()),
        mut_arg("fail_on", |flag| flag.hide(true)),
        mut_arg("allow_empty", |flag| flag.hide(true)),
    )]
    Explain(Box<ExplainArgs>),
    /// Evaluate an expression of a policy rule or a template; without one, on a terminal, ask for them
    #[command(
        after_help = help::EVAL,
        after_long_help = help::EVAL_LONG,
        mut_arg("format", |flag| flag.hide(true)),
    )]
    Eval(Box<EvalArgs>),
    /// Write the manifest of a folder of exports: what each file holds, how and when it was collected
    #[command(after_help = help::MANIFEST)]
    Manifest(ManifestArgs),
    /// Make a tenant of any size, to try azpol at one's own scale
    #[command(hide = true, name = "generate-tenant")]
    GenerateTenant(GenerateTenantArgs),
    /// Make the table of aliases that ships with azpol from a catalogue
    #[command(hide = true, name = "generate-aliases")]
    GenerateAliases(GenerateAliasesArgs),
}

/// Which aliases are known; the same for every command that reads definitions.
#[derive(Debug, Clone, Default, Args)]
pub struct AliasArgs {
    /// Catalogue of aliases, instead of azpol's own (repeatable): az provider list --expand resourceTypes/aliases; also
    /// Bicep's types of Azure (types.json), which say what properties are like; without it `AZPOL_ALIASES` or `azpol.yaml`
    #[arg(long = "aliases", value_name = "FILE")]
    pub files: Vec<PathBuf>,
}

/// How the language is read; the same for every command that evaluates.
#[derive(Debug, Clone, Default, Args)]
pub struct LanguageArgs {
    /// Which aliases are known.
    #[command(flatten)]
    pub aliases: AliasArgs,
    /// Evaluate every branch of a condition and every argument: an error in one that doesn't decide comes out, too
    #[arg(long)]
    pub strict: bool,
}

/// What a run reads and evaluates; the same for `scan` and `plan`.
#[derive(Debug, Clone, Args)]
pub struct RunArgs {
    /// Files and folders, in any mix; `-` is standard input
    #[arg(required = true, value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,

    /// Assert that a listing is complete: TYPE, TYPE@SCOPE, or nothing for every listing that was given
    #[arg(long, value_name = "TYPE[@SCOPE]", num_args = 0..=1, default_missing_value = "", require_equals = true)]
    pub complete: Vec<String>,

    /// Evaluate an assignment that doesn't exist yet: the id or name of a definition (repeatable)
    #[arg(long, value_name = "DEFINITION", requires = "at")]
    pub assign: Vec<String>,
    /// The scope of `--assign`: an id, or the name of a management group; once, or once for each
    #[arg(long, value_name = "SCOPE", requires = "assign")]
    pub at: Vec<String>,
    /// A parameter of `--assign`, where the definition declares it; VALUE is JSON or a plain text (repeatable)
    #[arg(long, value_name = "NAME=VALUE", requires = "assign")]
    pub param: Vec<String>,

    /// Only these assignments (ids or names)
    #[arg(long, value_name = "ASSIGNMENT", help_heading = "Selection")]
    pub assignment: Vec<String>,
    /// Only assignments of these definitions (ids, names or display names)
    #[arg(long, value_name = "DEFINITION", help_heading = "Selection")]
    pub definition: Vec<String>,
    /// Only assignments of definitions in these categories
    #[arg(long, value_name = "CATEGORY", help_heading = "Selection")]
    pub category: Vec<String>,
    /// Only what lies under these scopes (ids, or names of management groups)
    #[arg(long, value_name = "SCOPE", help_heading = "Selection")]
    pub scope: Vec<String>,
    /// Only these subscriptions (ids or names)
    #[arg(long, value_name = "SUBSCRIPTION", help_heading = "Selection")]
    pub subscription: Vec<String>,

    /// How the language is read.
    #[command(flatten)]
    pub language: LanguageArgs,

    /// What makes the exit code 1 (undetermined: 3), with commas; without it `AZPOL_FAIL_ON` or `azpol.yaml`
    #[arg(
        long,
        value_name = "LIST",
        value_delimiter = ',',
        value_enum,
        ignore_case = true,
        help_heading = "Outcome"
    )]
    pub fail_on: Option<Vec<FailOn>>,
    /// Don't mind a run without an assignment, a subscription or a row
    #[arg(long, help_heading = "Outcome")]
    pub allow_empty: bool,

    /// How the result is shown
    #[command(flatten)]
    pub shown: ShownArgs,
    /// No progress on standard error
    #[arg(long, help_heading = "Output")]
    pub no_progress: bool,

    /// The time to reckon with, in ISO 8601; without it the clock is read once, and only if something asks
    #[arg(long, value_name = "TIME")]
    pub now: Option<String>,
    /// How many threads; without it, one for each core
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1024))]
    pub jobs: Option<u16>,
}

/// `azpol scan`
#[derive(Debug, Args)]
pub struct ScanArgs {
    /// What is read and evaluated.
    #[command(flatten)]
    pub run: RunArgs,
    /// Write the result to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

/// `azpol plan`
#[derive(Debug, Args)]
pub struct PlanArgs {
    /// What is read and evaluated.
    #[command(flatten)]
    pub run: RunArgs,
    /// Write the plan into this folder, ready to run; without it no file is written
    #[arg(short, long, value_name = "DIR", help_heading = "Output")]
    pub output: Option<PathBuf>,
    /// Give templates that deploy again what is asked where Azure finds a subscription compliant and the intent isn't met
    #[arg(long, help_heading = "Output")]
    pub plan_intent: bool,
    /// Exit with 5 where something would be deployed
    #[arg(long, help_heading = "Outcome")]
    pub detailed_exitcode: bool,
}

/// `azpol validate`
#[derive(Debug, Args)]
pub struct ValidateArgs {
    /// Files and folders, in any mix; `-` is standard input
    #[arg(required = true, value_name = "PATH")]
    pub inputs: Vec<PathBuf>,
    /// Only these findings: ids or names of codes, with commas
    #[arg(long, value_name = "CODES", value_delimiter = ',', help_heading = "Selection")]
    pub select: Vec<String>,
    /// Not these findings
    #[arg(long, value_name = "CODES", value_delimiter = ',', help_heading = "Selection")]
    pub ignore: Vec<String>,
    /// What makes the exit code 1: findings as bad as this
    #[arg(long, value_name = "SEVERITY", value_enum, default_value_t = FailAt::Error, ignore_case = true, help_heading = "Outcome")]
    pub fail_on: FailAt,
    /// Which aliases are known
    #[command(flatten)]
    pub aliases: AliasArgs,
    /// How findings are told
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// `azpol test`
#[derive(Debug, Args)]
pub struct TestArgs {
    /// Test files, and folders with files whose names end with `.azpol-test.yaml` or `.azpol-test.json`
    #[arg(required = true, value_name = "PATH")]
    pub inputs: Vec<PathBuf>,
    /// Only cases with this text in their names; with `*` in it, a pattern for the whole name
    #[arg(long, value_name = "TEXT", help_heading = "Selection")]
    pub filter: Option<String>,
    /// Print the names of the cases and run none
    #[arg(long, help_heading = "Selection")]
    pub list: bool,
    /// Skip what comes behind the first case that doesn't pass
    #[arg(long, help_heading = "Outcome")]
    pub fail_fast: bool,
    /// Report how many outcomes of conditions and effects the cases have seen, and list the others
    #[arg(long, help_heading = "Outcome")]
    pub coverage: bool,
    /// Exit with 1 where the cases have seen less of a definition
    #[arg(long, value_name = "PERCENT", value_parser = clap::value_parser!(u8).range(0..=100), help_heading = "Outcome")]
    pub min_coverage: Option<u8>,
    /// How the language is read
    #[command(flatten)]
    pub language: LanguageArgs,
    /// The form of the result; without it `AZPOL_FORMAT` or `azpol.yaml`, else `table`
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true, help_heading = "Output")]
    pub format: Option<TestFormat>,
    /// Write the result in the form of `JUnit` to this file, too
    #[arg(long, value_name = "FILE", help_heading = "Output")]
    pub junit: Option<PathBuf>,
    /// How it is shown.
    #[command(flatten)]
    pub look: LookArgs,
}

/// The forms of the result of tests.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum TestFormat {
    /// For people
    Table,
    /// For programs
    Json,
    /// For CI systems
    Junit,
}

/// How bad a finding has to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum FailAt {
    /// Errors
    Error,
    /// Warnings, too
    Warning,
    /// Any finding
    #[value(alias = "note")]
    Info,
    /// Nothing
    Never,
}

/// How a result is shown.
#[derive(Debug, Clone, Args)]
pub struct ShownArgs {
    /// The form of the result; without it `AZPOL_FORMAT` or `azpol.yaml`, else `table`
    #[arg(long, value_name = "FORMAT", value_enum, ignore_case = true, help_heading = "Output")]
    pub format: Option<OutputFormat>,
    /// How it is shown, whatever its form.
    #[command(flatten)]
    pub look: LookArgs,
}

/// How a result is shown, whatever its form, and the configuration.
#[derive(Debug, Clone, Args)]
pub struct LookArgs {
    /// When to use colours; without it `AZPOL_COLOR`, `NO_COLOR` or `azpol.yaml`, else `auto`
    #[arg(long, value_name = "WHEN", value_enum, ignore_case = true, help_heading = "Output")]
    pub color: Option<ColorChoice>,
    /// No symbols beyond ASCII
    #[arg(long, help_heading = "Output")]
    pub ascii: bool,
    /// The configuration; without it `AZPOL_CONFIG`, else `azpol.yaml` in the working directory or above it
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// `azpol explain`
#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// A code such as AZP0312, or a resource: its id, or a name that only one has
    #[arg(value_name = "CODE|RESOURCE")]
    pub subject: String,
    /// Explain this definition as if it were assigned: its id or name, or its file (repeatable)
    #[arg(long, value_name = "DEFINITION", help_heading = "Selection")]
    pub policy: Vec<String>,
    /// Every condition, member and candidate, also those that don't bear on the verdict
    #[arg(long, help_heading = "Output")]
    pub full: bool,
    /// What is read and evaluated.
    #[command(flatten)]
    pub run: RunArgs,
    /// Write the result to a file instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Output")]
    pub output: Option<PathBuf>,
}

impl ExplainArgs {
    /// `--param`, which serves `--policy`, too.
    fn parameter() -> clap::Arg {
        clap::Arg::new("param")
            .long("param")
            .value_name("NAME=VALUE")
            .action(clap::ArgAction::Append)
            .help("A parameter of `--policy` or `--assign`; VALUE is JSON or a plain text (repeatable)")
    }
}

/// `azpol eval`
#[derive(Debug, Args)]
pub struct EvalArgs {
    /// The expression, with or without its brackets
    pub expression: Option<String>,
    /// How the language is read.
    #[command(flatten)]
    pub language: LanguageArgs,
    /// Where it stands; without it a rule, or a template if `--template` or `--var` is given
    #[arg(long, value_name = "DIALECT", value_enum, ignore_case = true)]
    pub dialect: Option<Dialect>,
    /// Evaluate standard input, one expression a line; one JSON a line comes back
    #[arg(long, conflicts_with = "expression")]
    pub stdin: bool,

    /// A parameter; VALUE is JSON or a plain text (repeatable)
    #[arg(long, value_name = "NAME=VALUE", help_heading = "What is known")]
    pub param: Vec<String>,
    /// Parameters: a parameter file of ARM, or an object of names and values (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "What is known")]
    pub parameters: Vec<PathBuf>,
    /// A variable of the template; VALUE is JSON or a plain text (repeatable)
    #[arg(long, value_name = "NAME=VALUE", help_heading = "What is known")]
    pub var: Vec<String>,
    /// A policy definition: its parameters' defaults, types and allowed values
    #[arg(long, value_name = "FILE", conflicts_with = "template", help_heading = "What is known")]
    pub definition: Option<PathBuf>,
    /// A template: its parameters, variables and functions
    #[arg(long, value_name = "FILE", help_heading = "What is known")]
    pub template: Option<PathBuf>,
    /// The resource that `field()` reads: the only one of a file or folder, or the one of this id or name
    #[arg(long, value_name = "FILE[:ID]", help_heading = "What is known")]
    pub resource: Option<String>,
    /// The subscription: its id, or what `subscription()` answers as JSON
    #[arg(long, value_name = "ID", help_heading = "What is known")]
    pub subscription: Option<String>,
    /// The resource group: its name or id, or what `resourceGroup()` answers as JSON
    #[arg(long, value_name = "NAME", help_heading = "What is known")]
    pub resource_group: Option<String>,
    /// The management group: its name or id
    #[arg(long, value_name = "NAME", help_heading = "What is known")]
    pub management_group: Option<String>,
    /// The location of the deployment, and of the resource group if nothing else says it
    #[arg(long, value_name = "LOCATION", help_heading = "What is known")]
    pub location: Option<String>,
    /// The name of the deployment
    #[arg(long, value_name = "NAME", help_heading = "What is known")]
    pub deployment: Option<String>,
    /// The time that `utcNow()` answers, in ISO 8601; without it the clock's, if something asks
    #[arg(long, value_name = "TIME", help_heading = "What is known")]
    pub now: Option<String>,

    /// Write a text without quotes and escapes
    #[arg(short, long, help_heading = "Output")]
    pub raw: bool,
    /// Keep no history of what is typed at the prompt
    #[arg(long, help_heading = "Output")]
    pub no_history: bool,
    /// How it is shown, and the configuration.
    #[command(flatten)]
    pub shown: ShownArgs,
}

/// `azpol manifest`
#[derive(Debug, Args)]
pub struct ManifestArgs {
    /// The folder with the exports
    pub dir: PathBuf,
    /// The scope that the exports cover, one or several; for one file: FILE=SCOPE
    #[arg(long, value_name = "[FILE=]SCOPE")]
    pub scope: Vec<String>,
    /// The command that fetched them; for one file: FILE=COMMAND
    #[arg(long, value_name = "[FILE=]COMMAND")]
    pub command: Vec<String>,
    /// When they were fetched, in ISO 8601; for one file: FILE=TIME
    #[arg(long, value_name = "[FILE=]TIME")]
    pub collected: Vec<String>,
    /// A type of which a file is the listing, beside those that it holds: needed where it is empty
    #[arg(long = "type", value_name = "FILE=TYPE")]
    pub types: Vec<String>,
    /// The tenant that the scope `/` means: needed where several tenants are read in one run
    #[arg(long, value_name = "ID")]
    pub tenant: Option<String>,
    /// Write over a manifest that is there
    #[arg(long)]
    pub force: bool,
    /// Print it instead of writing `manifest.yaml` into the folder
    #[arg(long)]
    pub print: bool,
}

/// `azpol generate-tenant`
#[derive(Debug, Args)]
pub struct GenerateTenantArgs {
    /// The folder to write
    pub dir: PathBuf,
    /// How many subscriptions
    #[arg(long, default_value_t = 1000)]
    pub subscriptions: u64,
    /// What the tenant is drawn from
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Resources of types that nothing reads, for each subscription
    #[arg(long, default_value_t = 0)]
    pub foreign: u64,
    /// A mixed inventory in place of exports: so many resources of the types that built-in definitions name most often
    #[arg(long, value_name = "COUNT", conflicts_with = "foreign")]
    pub mixed: Option<u64>,
}

/// `azpol generate-aliases`
#[derive(Debug, Args)]
pub struct GenerateAliasesArgs {
    /// The catalogues; what comes first for an alias of a type stays
    #[arg(required = true, value_name = "CATALOG")]
    pub catalogs: Vec<PathBuf>,
    /// Write the table to a file instead of standard output
    #[arg(short, long, value_name = "FILE")]
    pub output: Option<PathBuf>,
}
