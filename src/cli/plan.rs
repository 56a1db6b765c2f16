//! `azpol plan`: states, and what remediation would deploy.

use crate::config::OutputFormat;
use crate::remediation::{self, PlanFiles, RemediationPlan, write_whole};
use crate::report::{json, plan_table};
use crate::source::Diagnostic;

use super::args::PlanArgs;
use super::begin::{Begun, begin};
use super::codes;
use super::exit::{self, Asks, Outcome};
use super::output;
use super::progress::{Phase, Progress};
use super::scan;
use super::session::Session;

/// Runs the command; the exit code comes back.
pub fn run(args: &PlanArgs) -> u8 {
    let Begun { settings, output, session, progress } = match begin(&args.run) {
        Ok(begun) => begun,
        Err(code) => return code,
    };
    let mut progress = Progress::start(progress, output.style.width);
    progress.phase(Phase::Planning);
    let mut plan =
        remediation::plan(&session.inventory, &session.run, &session.selection, session.now.as_deref());
    if args.plan_intent {
        let rows: Vec<usize> = session.intents.mending().collect();
        plan.deploying_again =
            remediation::deploying_again(&session.inventory, &session.run, &rows, session.now.as_deref());
    }
    progress.end();
    let text = match settings.format {
        OutputFormat::Table => {
            let typed = output.style.text(&command(args));
            plan_table::plan(&session.view(), &plan, output.style, &typed)
        }
        OutputFormat::Json => match json::text(&json::planned(&session.view(), &session.faults, &plan)) {
            Ok(text) => text,
            Err(error) => return output::internal(&error),
        },
    };
    if let Err(fault) = output::write(None, &text) {
        return output.usage(fault);
    }
    if let Some(folder) = &args.output {
        if let Err(error) = write_whole(folder, &PlanFiles::new(&plan)) {
            let finding = error.diagnostic();
            return output
                .usage(finding.unwrap_or_else(|| Diagnostic::new(&codes::NOT_WRITTEN, error.to_string())));
        }
        output::say(format_args!("plan written to {}", folder.display()));
    }
    let outcome = outcome(&session, &plan, args.run.allow_empty);
    session.leave();
    exit::code(&outcome, Asks::Plan(settings.fail_on.as_deref(), args.detailed_exitcode))
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
