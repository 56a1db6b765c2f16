//! From what was typed to rows: reading, lowering, binding, evaluating. `scan` and `plan` begin here.

use std::io::Read;

use crate::arm::AliasCatalog;
use crate::compliance::{
    Compiled, Definitions, Listed, OpenFact, Run, Selection, Setting, evaluate, open_facts, resolve,
};
use crate::engine::{Language, Occasion};
use crate::export::{Intents, intents};
use crate::inventory::{Completeness, Inventory, Kept, PolicyDocuments};
use crate::policy::{self, PolicyAssignment, PolicyDefinition, PolicySetDefinition, SHIPPED};
use crate::report::View;
use crate::source::{self, Diagnostics, SourceMap};

use super::aliases;
use super::args::RunArgs;
use super::load::{load, small};
use super::progress::{Phase, Progress};
use super::{environment, propose};

/// A run, from its inputs to its rows.
#[derive(Debug)]
pub struct Session {
    /// The files.
    pub sources: SourceMap,
    /// All findings, sorted by place.
    pub faults: Diagnostics,
    /// What was read.
    pub inventory: Inventory,
    /// What was evaluated.
    pub run: Run,
    /// Whether what is asked is exported, beside each row.
    pub intents: Intents,
    /// What was asserted, in words.
    pub asserted: Vec<String>,
    /// What the files don't say.
    pub facts: Vec<OpenFact>,
    /// What is evaluated.
    pub selection: Selection,
    /// What `utcNow()` answers, where it was said or something asks.
    pub now: Option<String>,
}

impl Session {
    /// Reads and evaluates, and shows nothing meanwhile.
    pub fn start(args: &RunArgs, stdin: &mut dyn Read) -> Session {
        let now = args.now.as_deref().and_then(environment::instant);
        let aliases = AliasCatalog::built_in();
        Session::shown(args, now, Language::of(&aliases), &Progress::silent(), stdin)
    }

    /// Reads and evaluates. Without `now` the clock is read once, and only if a policy asks for the time.
    ///
    /// What is read decides which types of resource are kept, and that is known only when everything is read. The
    /// inputs are read again if they hold resources that were dropped and that a policy turns out to read.
    pub fn shown(
        args: &RunArgs,
        now: Option<String>,
        language: Language<'_>,
        progress: &Progress,
        stdin: &mut dyn Read,
    ) -> Session {
        let mut session = Session::read(args, now, language, Kept::default(), progress, stdin);
        progress.phase(Phase::Evaluating);
        session.evaluate();
        session
    }

    /// Reads, keeping at least these types of resource, and binds the assignments; nothing is evaluated.
    pub fn read(
        args: &RunArgs,
        now: Option<String>,
        language: Language<'_>,
        mut kept: Kept,
        progress: &Progress,
        stdin: &mut dyn Read,
    ) -> Session {
        progress.phase(Phase::Reading);
        let mut sources = SourceMap::new();
        let mut faults = Diagnostics::new();
        let inputs = source::discover(&args.inputs, stdin, &mut sources, &mut faults);
        let shipped = shipped(&mut sources, &mut faults);
        let assertions: Vec<Completeness> = args
            .complete
            .iter()
            .filter_map(|text| Completeness::parse(text).map_err(|fault| faults.push(fault)).ok())
            .collect();
        let before = (sources.clone(), faults.clone());
        let reads = |run: &Run, kept: &mut Kept| {
            for evaluated in &run.assignments {
                kept.add(&evaluated.policy.reads());
                kept.look_into(evaluated.policy.target_types().into_iter().flatten());
            }
        };
        // Policies stand in small files, nearly always: what they read is known before a large one is read.
        let small = small(&inputs, &sources);
        if small.len() < inputs.len() {
            let (inventory, documents) = load(&small, &kept, &assertions, &mut sources, &|_| (), &mut faults);
            let (run, _) =
                bound(args, language, &documents, shipped.clone(), &inventory, &mut sources, &mut faults);
            reads(&run, &mut kept);
            (sources, faults) = before.clone();
        }
        let (inventory, run, selection) = loop {
            let (inventory, documents) =
                load(&inputs, &kept, &assertions, &mut sources, &|bytes| progress.read(bytes), &mut faults);
            let (run, selection) =
                bound(args, language, &documents, shipped.clone(), &inventory, &mut sources, &mut faults);
            reads(&run, &mut kept);
            if !inventory.dropped().any(|dropped| kept.keeps(dropped.as_str())) {
                break (inventory, run, selection);
            }
            (sources, faults) = before.clone();
        };
        let asks = || run.assignments.iter().any(|evaluated| evaluated.policy.asks_time());
        let now = now.or_else(|| asks().then(environment::clock));
        let mut faults = aliases::beside(language.aliases, faults);
        faults.sort();
        let asserted = asserted(&inventory);
        Session {
            sources,
            faults,
            inventory,
            run,
            intents: Intents::default(),
            asserted,
            facts: Vec::new(),
            selection,
            now,
        }
    }

    /// Evaluates what was read.
    fn evaluate(&mut self) {
        let Session { inventory, run, selection, .. } = self;
        let now = self.now.as_deref();
        (run.rows, run.excluded) = evaluate(inventory, &run.assignments, selection, now);
        run.listed = Listed::new(inventory, &run.assignments, selection, &run.rows);
        self.intents = intents(inventory, run, now);
        self.faults.extend(self.intents.findings(&self.sources));
        self.facts = open_facts(run, inventory);
        self.faults.sort();
    }

    /// Leaves everything to the end of the process, which frees it at once: piece by piece takes a tenth of a large
    /// run.
    pub fn leave(self) {
        std::mem::forget(self);
    }

    /// What reports are made from.
    pub fn view(&self) -> View<'_> {
        View {
            inventory: &self.inventory,
            run: &self.run,
            intents: &self.intents,
            sources: &self.sources,
            asserted: &self.asserted,
            facts: &self.facts,
            now: self.now.as_deref(),
        }
    }
}

fn definitions(
    documents: &PolicyDocuments,
    sources: &SourceMap,
    faults: &mut Diagnostics,
) -> Vec<PolicyDefinition> {
    documents
        .definitions
        .iter()
        .filter_map(|node| policy::definition(node, &document_name(sources.name(node.span)), faults))
        .collect()
}

fn initiatives(
    documents: &PolicyDocuments,
    sources: &SourceMap,
    faults: &mut Diagnostics,
) -> Vec<PolicySetDefinition> {
    documents
        .initiatives
        .iter()
        .filter_map(|node| policy::set_definition(node, &document_name(sources.name(node.span)), faults))
        .collect()
}

/// What a document is called that has neither id nor name: its file without the ending.
pub fn document_name(file: &str) -> String {
    let last = file.rsplit('/').next().unwrap_or(file);
    last.split('.').next().unwrap_or(last).to_owned()
}

/// The twins that ship with azpol.
pub(super) fn shipped(sources: &mut SourceMap, faults: &mut Diagnostics) -> Vec<PolicyDefinition> {
    let mut definitions = Vec::new();
    for shipped in SHIPPED {
        let file = sources.add(shipped.file, shipped.text);
        for node in source::yaml::parse(file, shipped.text, faults) {
            if let Some(mut definition) = policy::definition(&node, shipped.guid, faults) {
                definition.source = policy::DefinitionSource::Shipped;
                definitions.push(definition);
            }
        }
    }
    definitions
}

/// The assignments that are evaluated, with their programs.
fn bound(
    args: &RunArgs,
    language: Language<'_>,
    documents: &PolicyDocuments,
    shipped: Vec<PolicyDefinition>,
    inventory: &Inventory,
    sources: &mut SourceMap,
    faults: &mut Diagnostics,
) -> (Run, Selection) {
    let given = definitions(documents, sources, faults);
    let initiatives = initiatives(documents, sources, faults);
    let definitions = Definitions::new(given, initiatives, shipped, faults);
    documents.not_placed().for_each(|fault| faults.push(fault));
    let mut assignments: Vec<(PolicyAssignment, bool)> = documents
        .assignments
        .iter()
        .filter_map(|node| policy::assignment(node, faults))
        .map(|assignment| (assignment, false))
        .collect();
    let proposed = propose::proposals(args, &definitions, inventory, sources, faults);
    assignments.extend(proposed.into_iter().map(|assignment| (assignment, true)));
    let selection = propose::selection(args, inventory, faults);
    let assignments = selection.select(assignments, &definitions, inventory, faults);
    let setting = Setting {
        definitions: &definitions,
        inventory,
        language,
        selection: &selection,
        compiled: &Compiled::new(),
        given: &Occasion::default(),
    };
    (resolve(setting, assignments, faults), selection)
}

/// What `--complete` asserted, in words.
fn asserted(inventory: &Inventory) -> Vec<String> {
    inventory
        .assertions()
        .iter()
        .map(|assertion| match &assertion.scope {
            Some(scope) => format!("all {} of {scope} are listed", assertion.resource_type),
            None => format!("all {} are listed", assertion.resource_type),
        })
        .collect()
}
