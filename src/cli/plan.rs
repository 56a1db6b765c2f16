//! `azpol plan`: states, and what remediation would deploy.

use std::io;

use crate::remediation::{self, PlanFiles, RemediationPlan, write_whole};
use crate::report::{json, plan_table};
use crate::source::Diagnostics;

use super::args::{Format, PlanArgs};
use super::exit::{self, Asks, Outcome};
use super::output::{self, Output, to_stderr, to_stdout};
use super::scan;
use super::session::Session;

/// Runs the command; the exit code comes back.
pub fn run(args: &PlanArgs) -> u8 {
    let output = Output::new(&args.run);
    let session = Session::start(&args.run, &mut io::stdin());
    output.faults(&session.faults, &session.sources);
    let selected = |subscription: &_| session.selection.keeps_subscription(subscription);
    let plan = remediation::plan(&session.inventory, &session.run, &selected, session.now.as_deref());
    let text = match args.run.format {
        Format::Table => plan_table::plan(&session.view(), &plan, output.style, &command(args)),
        Format::Json => match json::text(&json::planned(&session.view(), &session.faults, &plan)) {
            Ok(text) => text,
            Err(error) => return output::internal(&error),
        },
    };
    to_stdout(&text);
    if let Some(folder) = &args.output {
        if let Err(error) = write_whole(folder, &PlanFiles::new(&plan)) {
            let Some(finding) = error.diagnostic() else { return output::usage(&error) };
            let mut faults = Diagnostics::new();
            faults.push(finding);
            output.faults(&faults, &session.sources);
            return exit::USAGE;
        }
        to_stderr(&format!("plan written to {}\n", folder.display()));
    }
    let outcome = outcome(&session, &plan, args.run.allow_empty);
    exit::code(&outcome, Asks::Plan(args.run.fail_on.as_deref(), args.detailed_exitcode))
}

fn outcome(session: &Session, plan: &RemediationPlan, allow_empty: bool) -> Outcome {
    let base = scan::outcome(session, allow_empty);
    Outcome {
        // What a deployment would do that azpol can't expand isn't known either.
        not_evaluated: base.not_evaluated + plan.not_expanded(),
        hazards: plan.hazards.len(),
        nonconvergent: usize::from(!plan.proof.holds()),
        undeployable: plan.not_deployable.len(),
        planned: plan.deployments.len(),
        ..base
    }
}

/// The command that was typed, to name the next one; long lists of inputs are cut.
fn command(args: &PlanArgs) -> String {
    match args.run.inputs.as_slice() {
        [one] => format!("azpol plan {}", crate::source::printable(&one.display().to_string())),
        _ => "azpol plan …".to_owned(),
    }
}
