//! The inventory as it is gathered, document by document, in whatever order they come.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

use crate::arm::{ById, Object, ResourceId, ResourceType, Value};
use crate::config::{Manifest, manifest};
use crate::source::{Diagnostics, FileId, Node, NodeValue, Span};

use super::access::{Deployment, Exemption, ProviderRegistration, RoleAssignment};
use super::around::Around;
use super::documents::Gathering;
use super::foreign;
use super::kept::Kept;
use super::kind::Kind;
use super::merge::{self, Side};
use super::resource::{Resource, ShapeLoss};
use super::shape::envelope::{self, Envelope, GoesOn, take};
use super::shape::group::{self, Gathered};
use super::shape::resource::{Read, Shape};
use super::shape::subscription::Groups;
use super::shape::template::Unplaced;
use super::shape::{azgovviz, exemption, provider, resource, role_assignment, subscription};
use super::tell::{lost_found, tell_strange, unusable};
use super::tree::{GroupKey, TreeFacts};

/// Where a document comes from.
#[derive(Debug, Clone, Copy)]
pub struct Provenance {
    /// Its file.
    pub file: FileId,
    /// Whether the file holds one document a line (NDJSON): then its documents are a listing.
    pub lines: bool,
}

/// What a document held.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocumentSummary {
    /// Its place.
    pub span: Span,
    /// How it held its elements.
    pub envelope: Envelope,
    /// Its elements by kind.
    pub kinds: BTreeMap<Kind, usize>,
    /// How many resources carry no properties.
    pub without_properties: usize,
    /// How many resources are cut off.
    pub cut: usize,
    /// How many resources are projections.
    pub projected: usize,
    /// Whether the list goes on elsewhere.
    pub goes_on: bool,
}

/// One list or document.
#[derive(Debug)]
pub(super) struct Batch {
    pub(super) file: FileId,
    pub(super) span: Span,
    pub(super) envelope: Envelope,
    pub(super) lines: bool,
    pub(super) goes_on: Option<GoesOn>,
    pub(super) total: Option<u64>,
    pub(super) rows: u64,
    /// Whether it holds lists, which are batches of their own.
    pub(super) has_lists: bool,
    /// The types of its elements.
    pub(super) types: BTreeMap<ResourceType, Seen>,
    /// Whether it is no list, but all documents of a file that stand alone.
    pub(super) documents: bool,
    /// How many of those there were, as far as they are told apart.
    pub(super) document: u64,
    /// For findings that are told once for all elements: how many, and the first.
    lost: BTreeMap<&'static str, (usize, Span)>,
    pub(super) kinds: BTreeMap<Kind, usize>,
    strange: Option<Span>,
}

/// Where a type was seen in a list.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen {
    document: u64,
    /// In several documents.
    pub(super) several: bool,
}

impl DocumentSummary {
    /// Adds what a list within the document held.
    fn add(&mut self, other: DocumentSummary) {
        for (kind, count) in other.kinds {
            *self.kinds.entry(kind).or_default() += count;
        }
        self.without_properties += other.without_properties;
        self.cut += other.cut;
        self.projected += other.projected;
        self.goes_on |= other.goes_on;
    }
}

/// A resource as it was read, with its list.
#[derive(Debug)]
pub(super) struct Stored {
    pub(super) resource: Resource,
    pub(super) shape: Shape,
    pub(super) batch: usize,
}

/// Resources by id; contradicting ones side by side.
#[derive(Debug, Default)]
pub(super) struct Store {
    pub(super) all: Vec<Stored>,
    pub(super) first: ById<u32>,
    /// Ids under which several contents stand, with all of them.
    pub(super) contested: BTreeMap<ResourceId, Vec<usize>>,
    types: HashMap<Arc<str>, ResourceType>,
}

/// A chain that the tree has.
#[derive(Debug)]
struct KnownChain {
    /// The tenant of the subscription that brought it.
    tenant: Option<Arc<str>>,
    groups: Groups,
    nearest: GroupKey,
}

/// Gathers an inventory.
#[derive(Debug, Default)]
pub struct InventoryBuilder {
    pub(super) batches: Vec<Batch>,
    pub(super) store: Store,
    pub(super) tree: TreeFacts,
    pub(super) subscriptions: Vec<subscription::Facts>,
    pub(super) roles: Vec<RoleAssignment>,
    pub(super) exemptions: Vec<Exemption>,
    pub(super) registrations: Vec<ProviderRegistration>,
    pub(super) deployments: Vec<Deployment>,
    pub(super) definitions: Gathering,
    pub(super) initiatives: Gathering,
    pub(super) assignments: Gathering,
    pub(super) exemption_documents: Gathering,
    pub(super) unplaced: Vec<Unplaced>,
    pub(super) parameters: Vec<Node>,
    pub(super) manifests: Vec<Manifest>,
    /// `None` keeps everything.
    kept: Option<Kept>,
    /// Types of which something was dropped.
    pub(super) dropped: BTreeSet<ResourceType>,
    /// Subscriptions in which it lay.
    pub(super) around: Around,
    /// The list of each file that holds its single documents.
    singles: HashMap<FileId, usize>,
    /// Lists that come in pieces, by their number in their file; and the one of the last element.
    pub(super) lists: HashMap<(FileId, u32), usize>,
    pub(super) open_list: Option<((FileId, u32), usize)>,
    /// Chains that the tree has, each with its nearest group.
    chains: HashMap<(FileId, usize), KnownChain>,
    groups_type: Option<ResourceType>,
}

impl InventoryBuilder {
    /// Nothing gathered yet.
    pub fn new() -> InventoryBuilder {
        InventoryBuilder::default()
    }

    /// Keeps resources of these types only. The types of others still count as given.
    pub fn keeping(kept: Kept) -> InventoryBuilder {
        InventoryBuilder { kept: Some(kept), ..InventoryBuilder::default() }
    }

    /// Adds a document. What it is, it says itself; what isn't read is told.
    pub fn document(
        &mut self,
        node: Node,
        provenance: Provenance,
        faults: &mut Diagnostics,
    ) -> DocumentSummary {
        let opened = envelope::open(node, faults);
        let batch = if opened.envelope == Envelope::Single && opened.goes_on.is_none() {
            let batch = self.documents(provenance);
            self.batches[batch].begin(opened.span);
            batch
        } else {
            let batch = self.batch(provenance, opened.span, opened.envelope);
            self.batches[batch].goes_on = opened.goes_on;
            self.batches[batch].total = opened.total;
            batch
        };
        let mut inner = Vec::new();
        for item in opened.items {
            // Lists that were joined into a list, as `jq -s` does: each is a list of its own.
            if opened.envelope == Envelope::Array && envelope::is_list(&item) {
                inner.push(self.document(item, provenance, faults));
            } else {
                self.element(item, batch, faults);
            }
        }
        self.batches[batch].has_lists = !inner.is_empty();
        let mut summary = self.close(batch, faults);
        for other in inner {
            summary.add(other);
        }
        summary
    }

    /// Begins a list whose elements are added one by one.
    pub(super) fn batch(&mut self, provenance: Provenance, span: Span, envelope: Envelope) -> usize {
        self.batches.push(Batch {
            file: provenance.file,
            span,
            envelope,
            lines: provenance.lines,
            goes_on: None,
            total: None,
            rows: 0,
            types: BTreeMap::new(),
            documents: false,
            document: 0,
            has_lists: false,
            lost: BTreeMap::new(),
            kinds: BTreeMap::new(),
            strange: None,
        });
        self.batches.len() - 1
    }

    /// The list of a file's single documents: they may be many.
    pub(super) fn documents(&mut self, provenance: Provenance) -> usize {
        if let Some(known) = self.singles.get(&provenance.file) {
            return *known;
        }
        let batch = self.batch(provenance, Span::new(provenance.file, 0, 0), Envelope::Single);
        self.batches[batch].documents = true;
        self.singles.insert(provenance.file, batch);
        batch
    }

    /// Adds an element of a list.
    pub(super) fn element(&mut self, node: Node, batch: usize, faults: &mut Diagnostics) {
        let kind = Kind::of(&node);
        let span = node.span;
        if let Kind::Foreign(foreign) = kind
            && let Some(opened) = foreign::opened(foreign, &node)
        {
            faults.extend(opened.faults);
            self.unplaced.extend(opened.unplaced);
            for document in opened.documents {
                self.element(document, batch, faults);
            }
            return;
        }
        self.batches[batch].rows += 1;
        self.count(kind, batch, span);
        if let Some(name) = type_of(kind) {
            self.typed(&ResourceType::new(name), batch, 1);
        }
        match kind {
            Kind::Resource | Kind::ResourceGroup => self.resource(node, batch, faults),
            Kind::Subscription => self.subscription(node, batch, faults),
            Kind::ManagementGroup | Kind::TreeSubscription => {
                let mut gathered = self.gathered(faults);
                if kind == Kind::ManagementGroup {
                    group::read(&node, &mut gathered);
                } else {
                    group::subscription(&node, &mut gathered);
                }
            }
            Kind::AzGovVizTree => self.azgovviz(node, batch, faults),
            Kind::RoleAssignment => self.roles.extend(role_assignment::read(&node, faults)),
            Kind::Provider => {
                if provider::lists_aliases(&node) {
                    self.batches[batch].lost.entry("aliases").or_insert((0, span)).0 += 1;
                }
                self.registrations.extend(provider::registration(&node));
            }
            Kind::Deployment => self.deployments.extend(provider::deployment(&node, faults)),
            Kind::PolicyDefinition
            | Kind::PolicySetDefinition
            | Kind::PolicyAssignment
            | Kind::PolicyExemption => self.policy(kind, node, batch, faults),
            Kind::PolicyParameters => self.parameters.push(node),
            Kind::Manifest => self.manifests.extend(manifest::read(&node, faults)),
            Kind::PolicyState | Kind::Config | Kind::Own | Kind::Foreign(_) | Kind::Unknown => {}
        }
    }

    fn count(&mut self, kind: Kind, batch: usize, span: Span) {
        self.tally(kind, batch);
        let batch = &mut self.batches[batch];
        if matches!(kind, Kind::Unknown | Kind::Foreign(_) | Kind::PolicyState) {
            batch.strange.get_or_insert(span);
        }
    }

    /// Counts an element of a list.
    pub(super) fn tally(&mut self, kind: Kind, batch: usize) {
        *self.batches[batch].kinds.entry(kind).or_default() += 1;
    }

    /// Notes that so many elements of a list are of a type.
    pub(super) fn typed(&mut self, resource_type: &ResourceType, batch: usize, count: u64) {
        let batch = &mut self.batches[batch];
        let document = batch.document;
        let mut seen = Seen { document, several: count > 1 };
        if let Some((known, before)) = batch.types.get_key_value(resource_type) {
            seen.several |= before.several || before.document != document;
            seen.document = before.document;
            if resource_type.as_str() >= known.as_str() {
                batch.types.insert(resource_type.clone(), seen);
                return;
            }
            // Of several spellings one is used, whatever comes first.
            batch.types.remove(resource_type);
        }
        batch.types.insert(resource_type.clone(), seen);
    }

    fn gathered<'a>(&'a mut self, faults: &'a mut Diagnostics) -> Gathered<'a> {
        Gathered { tree: &mut self.tree, subscriptions: &mut self.subscriptions, faults }
    }

    fn resource(&mut self, mut node: Node, batch: usize, faults: &mut Diagnostics) {
        let read = resource::read(&node, self.batches[batch].envelope, faults);
        if let Some(read) = read {
            self.keep(read, batch);
        }
        self.children(&mut node, batch, faults);
    }

    /// Children that an export of `PSRule` writes below a resource: those that have ids of their own.
    fn children(&mut self, node: &mut Node, batch: usize, faults: &mut Diagnostics) {
        if node.get("resources").is_none() || node.get("resourceType").is_none() {
            return;
        }
        let Some(children) = take(node, "resources") else { return };
        if let NodeValue::Array(children) = children.value {
            for child in children {
                self.element(child, batch, faults);
            }
        }
    }

    /// Keeps a resource of a list.
    pub(super) fn keep(&mut self, read: Read, batch: usize) {
        let lost = match &read.resource.loss {
            _ if read.told => None,
            Some(ShapeLoss::NoProperties)
                if !read.resource.resource_type.is(ResourceType::RESOURCE_GROUP) =>
            {
                Some("properties")
            }
            Some(ShapeLoss::Truncated) => Some("depth"),
            Some(ShapeLoss::Projected(_)) => Some("projection"),
            _ => None,
        };
        if let Some(lost) = lost {
            self.batches[batch].lost.entry(lost).or_insert((0, read.resource.span)).0 += 1;
        }
        let mut read = read;
        self.typed(&read.resource.resource_type, batch, 1);
        if self.kept.as_ref().is_some_and(|kept| !kept.keeps(read.resource.resource_type.as_str())) {
            self.dropped.insert(read.resource.resource_type);
            if let Some(subscription) = read.resource.id.subscription_id() {
                self.around.add(subscription.as_str());
            }
            return;
        }
        read.resource.resource_type = self.store.known_type(read.resource.resource_type);
        self.store.add(read, batch);
    }

    fn subscription(&mut self, mut node: Node, batch: usize, faults: &mut Diagnostics) {
        if let Some(facts) = subscription::read(&node, faults) {
            self.subscription_facts(facts, batch);
        }
        self.children(&mut node, batch, faults);
    }

    /// Takes what a source says of a subscription.
    pub(super) fn subscription_facts(&mut self, facts: subscription::Facts, batch: usize) {
        if let Some(chain) = &facts.chain {
            let tenant = facts.tenant.as_option();
            // The subscriptions of one group share one chain: the tree is told once. The list is held, so that no
            // other one comes to lie at its address.
            let key = (chain.span.file, Arc::as_ptr(&chain.groups).addr());
            let is_same = |known: &&KnownChain| {
                known.tenant.as_ref() == tenant && Arc::ptr_eq(&known.groups, &chain.groups)
            };
            if let Some(known) = self.chains.get(&key).filter(is_same) {
                self.tree.subscription_edge(&facts.id, &known.nearest, chain.span);
            } else {
                let keys = group::name_all(chain, tenant, &mut self.tree);
                self.tree.chain(&facts.id, &keys, chain.span);
                if let Some(nearest) = keys.into_iter().next() {
                    let known = KnownChain { tenant: tenant.cloned(), groups: chain.groups.clone(), nearest };
                    self.chains.insert(key, known);
                }
            }
            let groups = self.groups_type.get_or_insert_with(|| ResourceType::new(GROUPS)).clone();
            self.typed(&groups, batch, 1);
        }
        self.subscriptions.push(facts);
    }

    fn azgovviz(&mut self, node: Node, batch: usize, faults: &mut Diagnostics) {
        let (documents, groups) = azgovviz::read(node, &mut self.gathered(faults));
        for named in groups {
            let resource_type = ResourceType::new(ResourceType::RESOURCE_GROUP);
            let body = [
                ("id", Value::from(named.id.as_str())),
                ("name", Value::from(named.id.name())),
                ("type", Value::from(resource_type.as_str())),
            ];
            let body: Object = body.into_iter().map(|(key, value)| (key.into(), value)).collect();
            let loss = ShapeLoss::Projected(vec!["id".into(), "name".into(), "type".into()]);
            let resource = Resource {
                id: named.id,
                resource_type,
                location: None,
                body: Value::from(body).into(),
                loss: Some(loss),
                span: named.span,
            };
            self.store.add(Read { resource, shape: Shape::Rest, told: true }, batch);
        }
        for document in documents {
            self.element(document, batch, faults);
        }
    }

    fn policy(&mut self, kind: Kind, mut node: Node, batch: usize, faults: &mut Diagnostics) {
        if let Some(why) = unusable(kind, &node) {
            faults.push(why);
            return;
        }
        match kind {
            Kind::PolicyDefinition => self.definitions.add(node, faults),
            Kind::PolicySetDefinition => self.initiatives.add(node, faults),
            Kind::PolicyExemption => {
                self.exemptions.extend(exemption::read(&node, faults));
                self.exemption_documents.add(node, faults);
            }
            _ => {
                // `Export-AzPolicyAssignmentData` writes the definitions into their assignment.
                let inside = if node.get("properties").is_some() {
                    take(&mut node, "policyDefinitions")
                } else {
                    None
                };
                self.assignments.add(node, faults);
                if let Some(Node { value: NodeValue::Array(definitions), .. }) = inside {
                    for definition in definitions {
                        self.element(definition, batch, faults);
                    }
                }
            }
        }
    }

    /// Ends a list: tells once what concerns many of its elements.
    pub(super) fn close(&mut self, at: usize, faults: &mut Diagnostics) -> DocumentSummary {
        let batch = &self.batches[at];
        let total: usize = batch.kinds.values().sum();
        if let Some(first) = batch.strange {
            tell_strange(batch, first, total, faults);
        }
        let of = |key: &str| batch.lost.get(key).map_or(0, |(count, _)| *count);
        for (key, (count, first)) in &batch.lost {
            faults.push(lost_found(key, *count, *first));
        }
        DocumentSummary {
            span: batch.span,
            envelope: batch.envelope,
            kinds: batch.kinds.clone(),
            without_properties: of("properties"),
            cut: of("depth"),
            projected: of("projection"),
            goes_on: batch.goes_on.is_some(),
        }
    }

    /// The types that each file holds, as a manifest names them.
    pub fn file_types(&self) -> BTreeMap<FileId, BTreeSet<ResourceType>> {
        let mut found: BTreeMap<FileId, BTreeSet<ResourceType>> = BTreeMap::new();
        for batch in &self.batches {
            found.entry(batch.file).or_default().extend(batch.types.keys().cloned());
        }
        found
    }
}

/// The type of management groups.
pub(super) const GROUPS: &str = "Microsoft.Management/managementGroups";

/// The type whose listing an element of this kind belongs to; a resource says it itself.
fn type_of(kind: Kind) -> Option<&'static str> {
    Some(match kind {
        Kind::ManagementGroup | Kind::TreeSubscription | Kind::AzGovVizTree => GROUPS,
        Kind::Subscription => ResourceType::SUBSCRIPTION,
        Kind::RoleAssignment => "Microsoft.Authorization/roleAssignments",
        Kind::PolicyDefinition => "Microsoft.Authorization/policyDefinitions",
        Kind::PolicySetDefinition => "Microsoft.Authorization/policySetDefinitions",
        Kind::PolicyAssignment => "Microsoft.Authorization/policyAssignments",
        Kind::PolicyExemption => "Microsoft.Authorization/policyExemptions",
        Kind::Provider => "Microsoft.Resources/providers",
        Kind::Deployment => "Microsoft.Resources/deployments",
        Kind::PolicyState => "Microsoft.PolicyInsights/policyStates",
        _ => return None,
    })
}

impl Batch {
    /// A document that stands alone begins: what was told of the ones before doesn't concern it.
    fn begin(&mut self, span: Span) {
        self.span = span;
        self.document += 1;
        self.kinds.clear();
        self.lost.clear();
        self.strange = None;
    }
}

impl Store {
    /// A type, shared with those that are spelled alike.
    pub(super) fn known_type(&mut self, resource_type: ResourceType) -> ResourceType {
        self.types.entry(resource_type.shared().clone()).or_insert(resource_type).clone()
    }

    /// Adds a resource: joined with one that says the same, else beside it.
    pub(super) fn add(&mut self, read: Read, batch: usize) {
        let id = read.resource.id.clone();
        let Some(first) = self.first.get(&id).map(|first| *first as usize) else {
            self.first.insert(id, u32::try_from(self.all.len()).unwrap_or(u32::MAX));
            self.all.push(Stored { resource: read.resource, shape: read.shape, batch });
            return;
        };
        let one = [first];
        let known = self.contested.get(&id).map_or(&one[..], Vec::as_slice);
        let agrees = known.iter().copied().find(|at| {
            let stored = &self.all[*at];
            let a = Side { resource: &stored.resource, shape: stored.shape };
            merge::difference(&a, &Side { resource: &read.resource, shape: read.shape }).is_none()
        });
        if let Some(at) = agrees {
            let stored = &mut self.all[at];
            let a = (stored.resource.clone(), stored.shape);
            (stored.resource, stored.shape) = merge::joined(a, (read.resource, read.shape));
        } else {
            let at = self.all.len();
            self.all.push(Stored { resource: read.resource, shape: read.shape, batch });
            self.contested.entry(id).or_insert_with(|| vec![first]).push(at);
        }
    }
}
