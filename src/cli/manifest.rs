//! `azpol manifest`: what each file of a folder of exports holds, how and when it was collected.
//!
//! Types and hashes come from the files, everything else from flags. What is written is read back at once, so
//! that whatever a scan would object to is told now.

mod said;

use std::path::{Path, PathBuf};

use crate::arm::ResourceType;
use crate::config::manifest::write;
use crate::config::{Manifest, ManifestEntry};
use crate::inventory::{DocumentSummary, Envelope, InventoryBuilder, Kind, Provenance};
use crate::source::{self, Diagnostic, Diagnostics, FileId, Form, Input, SourceMap, Span};

use super::args::ManifestArgs;
use super::generate_tenant::MANIFEST;
use super::load::hash;
use super::output::{self, Output};
use super::{codes, exit};

use said::Said;

/// Types in the spelling that Azure documents; Resource Graph writes them in lower case.
const SPELLED: &[&str] = &[
    ResourceType::AUTOMATION,
    ResourceType::RESOURCE_GROUP,
    ResourceType::SUBSCRIPTION,
    "Microsoft.Authorization/policyAssignments",
    "Microsoft.Authorization/policyDefinitions",
    "Microsoft.Authorization/policyExemptions",
    "Microsoft.Authorization/policySetDefinitions",
    "Microsoft.Authorization/roleAssignments",
    "Microsoft.EventHub/namespaces",
    "Microsoft.EventHub/namespaces/authorizationRules",
    "Microsoft.EventHub/namespaces/eventhubs",
    "Microsoft.EventHub/namespaces/eventhubs/authorizationRules",
    "Microsoft.Logic/workflows",
    "Microsoft.Management/managementGroups",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Resources/deployments",
    "Microsoft.Resources/providers",
];

/// Runs the command; the exit code comes back.
pub fn run(args: &ManifestArgs) -> u8 {
    let output = Output::plain();
    let target = args.dir.join(MANIFEST);
    if let Err(fault) = writable(args, &target) {
        return output.usage(fault);
    }
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    let mut exports = Exports::read(&args.dir, &target, &mut sources, &mut faults);
    // A file that can't be read whole can't be said to hold everything.
    let unread = faults.has_errors();
    let names: Vec<String> = exports.files.iter().map(|export| export.name.clone()).collect();
    let said = Said::new(args, &names, &mut faults);
    if unread || faults.has_errors() {
        output.faults(&faults, &sources);
        return if exit::any_usage(&faults, &sources) { exit::USAGE } else { exit::INCOMPLETE };
    }
    if exports.files.is_empty() {
        output.faults(&faults, &sources);
        output::say("nothing is written: no file of the folder belongs to an inventory");
        return exit::INCOMPLETE;
    }
    let manifest = exports.manifest(&said, args.tenant.clone(), &sources);
    let text = match write(&manifest) {
        Ok(text) => text,
        Err(error) => return output::internal(&error),
    };
    exports.read_back(&target, &text, &mut sources, &mut faults);
    output.faults(&faults, &sources);
    if let Err(fault) = output::write((!args.print).then_some(target.as_path()), &text) {
        return output.usage(fault);
    }
    if !args.print {
        output::say(format_args!("manifest written to {}", target.display()));
    }
    exports.say_what_is_open(&manifest, &said);
    if faults.has_errors() { exit::INCOMPLETE } else { exit::CLEAN }
}

/// Whether the manifest may be written there.
fn writable(args: &ManifestArgs, target: &Path) -> Result<(), Diagnostic> {
    if !args.dir.is_dir() {
        let why = if args.dir.exists() { "is a file, and a folder is wanted" } else { "is no folder" };
        return Err(Diagnostic::new(&codes::NOT_A_FOLDER, format!("`{}` {why}", args.dir.display()))
            .help("name the folder with the exports"));
    }
    if !args.print && !args.force && target.exists() {
        return Err(Diagnostic::new(
            &codes::MANIFEST_EXISTS,
            format!("`{}` is there already", target.display()),
        )
        .help("write over it with `--force`, or look at the new one with `--print`"));
    }
    Ok(())
}

/// A file of an inventory.
struct Export {
    file: FileId,
    /// Its path within the folder, with `/` between folders.
    name: String,
    /// Whether it holds a listing, rather than a single document.
    listing: bool,
}

/// The files of a folder.
struct Exports {
    files: Vec<Export>,
    builder: InventoryBuilder,
}

impl Exports {
    fn read(dir: &Path, target: &Path, sources: &mut SourceMap, faults: &mut Diagnostics) -> Exports {
        let mut exports = Exports { files: Vec::new(), builder: InventoryBuilder::new() };
        // With a slash at its end it is a folder, also if it is called `-`.
        let folder: PathBuf = dir.join("");
        let inputs = source::discover(&[folder], &mut std::io::empty(), sources, faults);
        for input in &inputs {
            let path = sources.file(input.file).and_then(|file| file.path.clone());
            if path.as_deref() == Some(target) {
                continue;
            }
            let Some(name) = path.as_deref().and_then(|path| name_within(dir, path)) else {
                output::say(format_args!(
                    "`{}` is left out: its name is not in UTF-8",
                    path.unwrap_or_default().display()
                ));
                continue;
            };
            exports.file(input, name, sources, faults);
        }
        exports
    }

    fn file(&mut self, input: &Input, name: String, sources: &mut SourceMap, faults: &mut Diagnostics) {
        let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
        let documents = source::documents(sources, input, faults);
        let read: Vec<DocumentSummary> =
            documents.into_iter().map(|node| self.builder.document(node, provenance, faults)).collect();
        if let Some(other) = read.iter().find(|document| document.kinds.contains_key(&Kind::Manifest)) {
            faults.push(
                Diagnostic::new(&codes::MANIFEST_EXISTS, format!("`{name}` is a manifest too"))
                    .at(other.span, "")
                    .help("a file stands in one manifest: remove this one, or run azpol on its folder"),
            );
        } else if read.iter().any(is_inventory) {
            let listing = provenance.lines || read.len() > 1 || read.iter().any(is_listing);
            self.files.push(Export { file: input.file, name, listing });
        }
    }

    fn manifest(&self, said: &Said, tenant: Option<String>, sources: &SourceMap) -> Manifest {
        let types = self.builder.file_types();
        let entry = |export: &Export| {
            let name = export.name.as_str();
            let found = types.get(&export.file).into_iter().flatten();
            let mut types: Vec<ResourceType> =
                found.chain(said.types.own(name).unwrap_or_default()).map(spelled).collect();
            types.sort();
            types.dedup();
            let scopes =
                if export.listing { said.scopes.of(name) } else { said.scopes.own(name).unwrap_or(&[]) };
            ManifestEntry {
                path: name.to_owned(),
                types,
                scopes: scopes.to_vec(),
                command: said.commands.of(name).first().cloned(),
                collected: said.collected.of(name).first().copied(),
                sha256: hash(sources, export.file),
                span: Span::none(),
            }
        };
        Manifest { tenant, files: self.files.iter().map(entry).collect(), span: Span::none() }
    }

    /// What a scan of the folder would say with this manifest.
    fn read_back(&mut self, target: &Path, text: &str, sources: &mut SourceMap, faults: &mut Diagnostics) {
        let file = sources.add(target.to_string_lossy(), text);
        for node in source::yaml::parse(file, text, faults) {
            self.builder.document(node, Provenance { file, lines: false }, faults);
        }
        let builder = std::mem::take(&mut self.builder);
        let (_, _, found) = builder.finish(&[], sources, &|file| hash(sources, file));
        faults.extend(found);
        faults.sort();
    }

    /// What the manifest doesn't say, and how to say it.
    fn say_what_is_open(&self, manifest: &Manifest, said: &Said) {
        if manifest.files.iter().all(|entry| entry.scopes.is_empty()) {
            output::say(
                "no listing is said to be complete, so what isn't in the files may still exist: say what they \
                 cover with --scope SCOPE (`/` is the tenant) or --scope FILE=SCOPE",
            );
            return;
        }
        for (export, entry) in self.files.iter().zip(&manifest.files) {
            let name = &export.name;
            if entry.types.is_empty() {
                output::say(format_args!(
                    "{name} is empty: say of which type it is the listing with --type {name}=TYPE"
                ));
            } else if entry.scopes.is_empty() && said.scopes.own(name).is_none() {
                output::say(format_args!(
                    "{name} holds a single document and isn't said to be complete: \
                     --scope {name}=SCOPE says that it is"
                ));
            }
        }
    }
}

/// The path of a file within a folder; `None` if it isn't text.
fn name_within(dir: &Path, path: &Path) -> Option<String> {
    let parts = path.strip_prefix(dir).ok()?.components();
    let parts: Option<Vec<&str>> = parts.map(|part| part.as_os_str().to_str()).collect();
    Some(parts?.join("/"))
}

/// Whether a document belongs to an inventory: an empty list may.
fn is_inventory(document: &DocumentSummary) -> bool {
    let known = |kind: &Kind| {
        !matches!(kind, Kind::Config | Kind::Own | Kind::Manifest | Kind::Foreign(_) | Kind::Unknown)
    };
    document.kinds.is_empty() || document.kinds.keys().any(known)
}

/// Whether a document is a listing: a tree of management groups is one, too.
fn is_listing(document: &DocumentSummary) -> bool {
    let tree = |kind: &Kind| matches!(kind, Kind::ManagementGroup | Kind::AzGovVizTree);
    document.envelope != Envelope::Single || document.kinds.keys().any(tree)
}

/// A type in the spelling that Azure documents, where it is known.
fn spelled(resource_type: &ResourceType) -> ResourceType {
    let known = SPELLED.iter().find(|known| resource_type.is(known));
    known.map_or_else(|| resource_type.clone(), |known| ResourceType::new(known))
}
