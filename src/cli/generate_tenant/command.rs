//! `azpol generate-tenant`: writes a generated tenant into a folder.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::Path;

use crate::cli::args::GenerateTenantArgs;
use crate::cli::output::{self, Output};
use crate::cli::{codes, exit};
use crate::source::Diagnostic;

use super::mixed::{MixedOptions, mixed};
use super::{TenantOptions, tenant};

/// Runs the command; the exit code comes back.
pub(in crate::cli) fn run(args: &GenerateTenantArgs) -> u8 {
    let options = TenantOptions { seed: args.seed, subscriptions: args.subscriptions, foreign: args.foreign };
    let open = |name: &str| File::create(args.dir.join(name)).map(BufWriter::new);
    let written = empty(&args.dir).and_then(|()| {
        match args.mixed {
            None => tenant(&options, open),
            Some(resources) => {
                let (seed, subscriptions) = (args.seed, args.subscriptions);
                mixed(&MixedOptions { seed, subscriptions, resources, only: None }, open)
            }
        }
        .map_err(|error| not_written(&args.dir, &error))
    });
    match written {
        Ok(()) => {
            output::say(format_args!(
                "a tenant of {} subscriptions is written to {}",
                args.subscriptions,
                args.dir.display()
            ));
            exit::CLEAN
        }
        Err(fault) => Output::plain().usage(fault),
    }
}

/// Makes the folder, if it isn't there; whatever it holds would be mixed with the tenant.
fn empty(dir: &Path) -> Result<(), Diagnostic> {
    match fs::read_dir(dir) {
        Ok(mut entries) => match entries.next() {
            None => Ok(()),
            Some(_) => Err(Diagnostic::new(
                &codes::NOT_EMPTY,
                format!("`{}` is not empty, and the tenant is to be alone in its folder", dir.display()),
            )
            .help("name a folder that is empty or doesn't exist")),
        },
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            fs::create_dir_all(dir).map_err(|error| not_written(dir, &error))
        }
        Err(error) if error.kind() == io::ErrorKind::NotADirectory => Err(Diagnostic::new(
            &codes::NOT_A_FOLDER,
            format!("`{}` is a file, and a folder is wanted", dir.display()),
        )),
        Err(error) => Err(not_written(dir, &error)),
    }
}

fn not_written(dir: &Path, error: &io::Error) -> Diagnostic {
    output::not_written(&format!("`{}`", dir.display()), error)
}
