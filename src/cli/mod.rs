//! One file a subcommand; the only room that prints, exits or reads the environment.

mod aliases;
mod args;
mod begin;
pub mod codes;
mod environment;
mod eval;
mod exit;
mod explain;
mod generate_aliases;
pub mod generate_tenant;
mod help;
mod load;
mod manifest;
mod output;
mod plan;
mod progress;
mod propose;
mod scan;
mod session;
mod settings;
mod test;
mod validate;
mod words;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::Parser;

pub use args::{Cli, Command};
pub use session::Session;

/// Runs azpol with the arguments of the process.
pub fn main() -> ExitCode {
    let cli = match Cli::try_parse_from(arguments(std::env::args_os())) {
        Ok(cli) => cli,
        Err(error) => {
            // Help and version go to standard output and are no failure; anything else is wrong usage.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::CLEAN });
        }
    };
    let code = match cli.command {
        Command::Scan(args) => scan::run(&args),
        Command::Plan(args) => plan::run(&args),
        Command::Validate(args) => validate::run(&args),
        Command::Test(args) => test::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Eval(args) => eval::run(&args),
        Command::Manifest(args) => manifest::run(&args),
        Command::GenerateTenant(args) => generate_tenant::run(&args),
        Command::GenerateAliases(args) => generate_aliases::run(&args),
    };
    ExitCode::from(code)
}

/// `--complete TYPE` may be written with a blank: what follows is its value only if it has the form of a type.
fn arguments(given: impl Iterator<Item = OsString>) -> Vec<OsString> {
    let mut arguments: Vec<OsString> = Vec::new();
    let mut open = false;
    for argument in given {
        match argument.to_str() {
            Some(text) if open && is_type(text) => {
                arguments.pop();
                arguments.push(format!("--complete={text}").into());
                open = false;
            }
            other => {
                open = other == Some("--complete");
                arguments.push(argument);
            }
        }
    }
    arguments
}

/// `microsoft.security/automations`, with or without `@SCOPE`: a provider with a dot, then a slash.
fn is_type(text: &str) -> bool {
    let resource_type = text.split('@').next().unwrap_or_default();
    let mut segments = resource_type.split('/');
    let provider = segments.next().unwrap_or_default();
    let word = |text: &str| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric());
    let mut rest = segments.peekable();
    provider.contains('.') && provider.split('.').all(word) && rest.peek().is_some() && rest.all(word)
}

#[cfg(test)]
mod tests {
    use super::{Cli, arguments, is_type};
    use clap::{CommandFactory, Parser};

    #[test]
    fn the_command_line_is_well_formed() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_type_behind_complete_is_its_value_and_a_file_is_not() {
        assert!(is_type("microsoft.security/automations@/subscriptions/x"));
        assert!(is_type("Microsoft.OperationalInsights/workspaces"));
        for file in ["subs.json", "fixtures/contoso", "./a.b/c", "exports.d/x.json", "-"] {
            assert!(!is_type(file), "{file}");
        }
        let given = [
            "azpol",
            "scan",
            "--complete",
            "microsoft.security/automations",
            "a.json",
            "--complete",
            "b.json",
        ];
        let cli = Cli::try_parse_from(arguments(given.iter().map(Into::into))).expect("good usage");
        let super::Command::Scan(scan) = cli.command else { panic!("scan") };
        assert_eq!(scan.run.complete, ["microsoft.security/automations", ""]);
        assert_eq!(scan.run.inputs.len(), 2);
    }
}
