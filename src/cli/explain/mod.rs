//! `azpol explain`: the page of a code, or why a resource has its states.

mod resource;
mod subject;

use crate::arm::nearest::nearest;
use crate::source::{Code, Diagnostic};

use super::args::ExplainArgs;
use super::output::{self, Output};
use super::{codes, exit};

/// Runs the command; the exit code comes back.
pub fn run(args: &ExplainArgs) -> u8 {
    if !(args.run.inputs.is_empty() && args.policy.is_empty()) {
        return resource::run(args);
    }
    let output = Output::plain();
    let printed = page(&args.subject).and_then(|page| output::write(None, page));
    printed.map_or_else(|fault| output.usage(fault), |()| exit::CLEAN)
}

/// The page of a code, in any case.
fn page(wanted: &str) -> Result<&'static str, Diagnostic> {
    let wanted = wanted.trim();
    let all: Vec<&Code> = crate::all_codes();
    if let Some(code) = all.iter().find(|code| code.id.eq_ignore_ascii_case(wanted)) {
        return Ok(code.page);
    }
    let fault = Diagnostic::new(&codes::UNKNOWN_CODE, format!("`{wanted}` is no code of azpol"));
    Err(match nearest(wanted, all.iter().map(|code| code.id)) {
        Some(near) => fault.help(format!("did you mean `{near}`?")),
        None => fault.help(
            "a code is `AZP` and four digits; to explain a resource, name the files that hold it: `azpol \
             explain RESOURCE INPUT…`",
        ),
    })
}
