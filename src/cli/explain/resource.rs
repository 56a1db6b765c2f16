//! Why a resource has its states.

use std::path::Path;

use crate::cli::args::{ExplainArgs, RunArgs};
use crate::cli::begin::{Begun, begin_reading};
use crate::cli::output;
use crate::cli::{environment, exit};
use crate::compliance::{NotEvaluated, Within, explain, within};
use crate::config::OutputFormat;
use crate::inventory::{Inventory, Subscription};
use crate::policy;
use crate::report::explain::{Depth, Story, json, text};
use crate::source::{self, Diagnostics, Form, Input, SourceMap};

use super::subject::{find, kept};

/// Runs the command for a resource.
pub(super) fn run(args: &ExplainArgs) -> u8 {
    let run = with_policies(args);
    let begun = match begin_reading(&run, &kept(&args.subject)) {
        Ok(begun) => begun,
        Err(code) => return code,
    };
    let Begun { settings, output, mut session, .. } = begun;
    let found = match find(&session.inventory, &args.subject) {
        Ok(found) => found,
        Err(fault) => return output.usage(fault),
    };
    if !args.policy.is_empty() && args.run.assignment.is_empty() && args.run.definition.is_empty() {
        session.run.assignments.retain(|evaluated| evaluated.proposed);
        session.run.not_evaluated.retain(is_proposed);
    }
    let asks = session.run.assignments.iter().any(|evaluated| evaluated.policy.asks_time());
    session.now = session.now.take().or_else(|| asks.then(environment::clock));
    let explained = explain(&session.inventory, &session.run, &found.id, session.now.as_deref());
    let subscription = found.id.subscription_id().and_then(|id| session.inventory.subscription(&id));
    let not_evaluated: Vec<&NotEvaluated> = session
        .run
        .not_evaluated
        .iter()
        .filter(|not| reaches(&session.inventory, not, subscription, &found.id))
        .collect();
    let story = Story {
        view: session.view(),
        id: &found.id,
        resource_type: &found.resource_type,
        name: &found.name,
        span: found.span,
        explained: &explained,
        not_evaluated: &not_evaluated,
        selected: session.run.assignments.len() + session.run.not_evaluated.len(),
    };
    let depth = if args.full { Depth::Full } else { Depth::Deciding };
    let told = match settings.format {
        OutputFormat::Table => text::text(&story, output.style, depth),
        OutputFormat::Json => match json::text(&story) {
            Ok(text) => text,
            Err(error) => return output::internal(&error),
        },
    };
    if let Err(fault) = output::write(args.output.as_deref(), &told) {
        return output.usage(fault);
    }
    let open = explained.iter().any(text::is_undetermined)
        || not_evaluated.iter().any(|not| !not.reason.is_by_kind());
    if session.faults.has_errors() || open { exit::INCOMPLETE } else { exit::CLEAN }
}

fn is_proposed(not: &NotEvaluated) -> bool {
    !not.assignment.span.is_some()
}

/// Whether an assignment that can't be evaluated would reach the resource.
fn reaches(
    _: &Inventory,
    not: &NotEvaluated,
    subscription: Option<&Subscription>,
    id: &crate::arm::ResourceId,
) -> bool {
    let Some(subscription) = subscription else { return true };
    match within(&not.assignment, subscription) {
        Within::Outside | Within::Excluded(_) => false,
        Within::Inside(inside) => inside.holds(id) == Ok(true),
    }
}

/// `--policy` proposes assignments at the tenant, and adds its files to the inputs.
fn with_policies(args: &ExplainArgs) -> RunArgs {
    let mut run = args.run.clone();
    for wanted in &args.policy {
        let path = Path::new(wanted);
        if path.is_file() {
            run.inputs.push(path.to_owned());
            run.assign.push(name_in(path).unwrap_or_else(|| wanted.clone()));
        } else {
            run.assign.push(wanted.clone());
        }
        if run.at.len() + 1 == run.assign.len() || run.at.is_empty() {
            run.at.push("/".to_owned());
        }
    }
    run
}

/// The id of the definition in a file, or its name.
fn name_in(path: &Path) -> Option<String> {
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let file = sources.add_path(path.to_string_lossy(), path);
    let form = Form::of(path).unwrap_or(Form::Unknown);
    let nodes = source::documents(&mut sources, &Input { file, form, named: true }, &mut faults);
    let stem = path.file_name()?.to_string_lossy();
    let stem = stem.split('.').next().unwrap_or(&stem);
    let definition = policy::definition(nodes.first()?, stem, &mut faults)?;
    Some(definition.id.to_string())
}
