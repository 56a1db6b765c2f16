//! Rows as REST and Resource Graph write them, straight from text: nearly all of a large inventory. Whatever has
//! another form, an odd member, or a fault in what is read of it, is left to the full readers, which have the same
//! result for the rows that are read here.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;
use std::sync::{Arc, LazyLock};

use crate::arm::{Location, Object, ResourceId, ResourceType, Value, ValueReader};
use crate::source::Span;
use crate::source::json::strict::{Build, Look, Strict};

use super::super::around::Around;
use super::super::body::{Body, Members};
use super::super::kept::{Kept, Parts};
use super::super::resource::Resource;
use super::resource::{Read, Shape};
use super::subscription::Facts;
use super::{automation, text};
use memo::{Memo, Met};
use types::{Class, Types};

mod memo;
mod subscription;
pub(crate) mod types;

/// A plain element.
#[derive(Debug)]
pub(crate) enum Plain {
    /// A resource that is kept: the number of its type among those that were met.
    Resource(Read, usize),
    /// A resource that nothing reads: the number of its type.
    Dropped(usize),
    /// A subscription.
    Subscription(Facts),
}

/// What is shared between the elements that one thread reads.
#[derive(Debug)]
pub(crate) struct Tools<'a> {
    pub(crate) types: Types<'a>,
    /// The subscriptions in which resources lie that were dropped, as far as they were met here.
    pub(crate) around: Around,
    known: Known,
}

/// What was read and is likely to come again.
#[derive(Debug, Default)]
pub(crate) struct Known {
    values: ValueReader,
    parts: Memo,
    chains: subscription::Chains,
    places: Vec<(String, Location)>,
    /// Room for the members of `properties` of the row that is read.
    made: Vec<(Arc<str>, Value)>,
}

impl<'a> Tools<'a> {
    /// For an inventory that keeps these types.
    pub(crate) fn new(kept: &'a Kept, parts: &'a Parts, known: Known) -> Tools<'a> {
        Tools { types: Types::new(kept, parts), around: Around::default(), known }
    }

    /// The types that were met, by number; the subscriptions of what was dropped; what is likely to come again.
    pub(crate) fn finish(self) -> (Vec<ResourceType>, Around, Known) {
        (self.types.into_met(), self.around, self.known)
    }

    fn location(&mut self, text: &str) -> Location {
        if let Some((_, known)) = self.known.places.iter().find(|(known, _)| known == text) {
            return known.clone();
        }
        let location = Location::new(text);
        if self.known.places.len() < 100 {
            self.known.places.push((text.to_owned(), location.clone()));
        }
        location
    }
}

/// Reads an element; `graph` says that it stands in an answer of Resource Graph. `None` leaves it to the full
/// readers.
pub(crate) fn read(text: &str, span: Span, graph: bool, tools: &mut Tools<'_>) -> Option<Plain> {
    let row = Row::read(text, tools, None)?;
    let place = row.place.as_ref()?;
    let shape = if graph || row.is_graph_row() { Shape::Graph } else { Shape::Rest };
    if let Class::Subscription = place.class {
        return subscription::facts(row, span).map(Plain::Subscription);
    }
    if shape == Shape::Graph && !row.is_whole_graph_row() || !row.has_properties {
        return None;
    }
    match place.class {
        Class::Kept { number, .. } => {
            let (id, location) = (place.id.clone()?, row.location.clone());
            let resource_type = tools.types.get(number).clone();
            let body = match row.reading {
                Reading::Look => Body::unread(text),
                _ if row.wanted.left_out => {
                    let members = row.wanted.members.clone()?;
                    Body::partly(text, row.part()?, members)
                }
                _ => row.body(&resource_type)?.into(),
            };
            let resource = Resource { id, resource_type, location, body, loss: None, span };
            Some(Plain::Resource(Read { resource, shape, told: false }, number))
        }
        Class::Dropped { number } => Some(Plain::Dropped(number)),
        Class::Subscription | Class::Other => None,
    }
}

thread_local! {
    /// What this thread met in bodies that it read late.
    static LATE: Cell<Option<Known>> = const { Cell::new(None) };
}

/// The body of an element that was found to be plain.
pub(crate) fn body(text: &str) -> Value {
    static EVERYTHING: LazyLock<(Kept, Parts)> = LazyLock::new(|| (Kept::all(), Parts::new()));
    let (kept, parts) = &*EVERYTHING;
    let mut tools = Tools::new(kept, parts, LATE.take().unwrap_or_default());
    let body = Row::read(text, &mut tools, Some(Reading::Build)).and_then(|row| {
        let Class::Kept { number, .. } = row.place.as_ref()?.class else { return None };
        let resource_type = tools.types.get(number).clone();
        row.body(&resource_type)
    });
    LATE.set(Some(tools.finish().2));
    debug_assert!(body.is_some(), "a text that is no plain element: {text}");
    body.unwrap_or(Value::Null)
}

/// What is done with the values of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// They are made.
    Build,
    /// They are read, and nothing is made of them.
    Look,
    /// They are passed by.
    Pass,
}

/// Where an element belongs, as its id says.
#[derive(Debug)]
struct Place {
    /// Nothing for what is dropped.
    id: Option<ResourceId>,
    class: Class,
}

/// Which members of a row are made.
#[derive(Debug, Default)]
struct Wanted {
    /// Nothing: all of them.
    members: Option<Arc<Members>>,
    /// Whether one was read and not made.
    left_out: bool,
}

impl Wanted {
    /// Whether a member is made; one that isn't is noted.
    fn wants(&mut self, holds: impl FnOnce(&Members) -> bool) -> bool {
        let wanted = self.members.as_deref().is_none_or(holds);
        self.left_out |= !wanted;
        wanted
    }
}

/// The members of a row.
#[derive(Debug)]
struct Row<'a> {
    place: Option<Place>,
    reading: Reading,
    wanted: Wanted,
    name: Option<Cow<'a, str>>,
    type_text: Option<Cow<'a, str>>,
    tenant: Option<Cow<'a, str>>,
    subscription: Option<Cow<'a, str>>,
    group: Option<Cow<'a, str>>,
    has_location: bool,
    location: Option<Location>,
    has_tags: bool,
    has_properties: bool,
    top: [Option<Value>; TOP.len()],
    properties: Option<Value>,
    details: Option<subscription::Details>,
}

/// Members at the top, in the order in which a body has them.
const TOP: [&str; 11] = [
    "location",
    "kind",
    "etag",
    "tags",
    "sku",
    "identity",
    "plan",
    "zones",
    "managedBy",
    "extendedLocation",
    "systemData",
];

impl<'a> Row<'a> {
    fn read(text: &'a str, tools: &mut Tools<'_>, reading: Option<Reading>) -> Option<Row<'a>> {
        let mut row = Row {
            place: None,
            reading: reading.unwrap_or(Reading::Build),
            wanted: Wanted::default(),
            name: None,
            type_text: None,
            tenant: None,
            subscription: None,
            group: None,
            has_location: false,
            location: None,
            has_tags: false,
            has_properties: false,
            top: Default::default(),
            properties: None,
            details: None,
        };
        let mut strict = Strict::new(text);
        let mut late: Option<usize> = None;
        strict.members(|strict, key| match key {
            "id" => {
                let id = strict.text()?;
                row.at(&id, tools, reading)
            }
            "properties" if row.place.is_none() => {
                strict.peek()?;
                late = Some(strict.at());
                strict.pass()
            }
            "properties" => row.read_properties(strict, tools),
            _ => row.member(strict, key, tools),
        })?;
        if !strict.is_at_end() {
            return None;
        }
        if let Some(at) = late {
            row.read_properties(&mut Strict::starting(text, at), tools)?;
        }
        let declared = row.type_text.as_deref()?;
        (row.place.is_some() && tools.types.is_type_of(declared)).then_some(row)
    }

    /// Takes the id, which says what is done with the rest.
    fn at(&mut self, id: &str, tools: &mut Tools<'_>, reading: Option<Reading>) -> Option<()> {
        let checked = ResourceId::checked(id)?;
        let class = tools.types.class(checked);
        self.reading = match class {
            Class::Kept { lazy: true, .. } => Reading::Look,
            Class::Kept { .. } | Class::Subscription => Reading::Build,
            Class::Dropped { .. } => Reading::Pass,
            Class::Other => return None,
        };
        if let (None, Class::Kept { number, lazy: false }) = (reading, class) {
            self.wanted.members = tools.types.members(number).cloned();
        }
        self.reading = reading.unwrap_or(self.reading);
        let id = if let Class::Dropped { .. } = class {
            tools.note(checked)?;
            None
        } else {
            ResourceId::parse(id)
        };
        self.place = Some(Place { id, class });
        Some(())
    }

    fn member(&mut self, strict: &mut Strict<'a>, key: &str, tools: &mut Tools<'_>) -> Option<()> {
        match key {
            "name" => self.name = Some(strict.text()?),
            "type" => self.type_text = Some(strict.text()?),
            "tenantId" => self.tenant = Some(strict.text()?),
            "subscriptionId" => self.subscription = Some(strict.text()?),
            "resourceGroup" => self.group = Some(strict.text()?),
            _ => {
                let at = TOP.iter().position(|name| *name == key)?;
                return self.top(strict, at, tools);
            }
        }
        Some(())
    }

    /// A member that stands at the top of a body, if its value is of the wanted kind.
    fn top(&mut self, strict: &mut Strict<'a>, at: usize, tools: &mut Tools<'_>) -> Option<()> {
        let key = TOP[at];
        self.has_location |= key == "location";
        self.has_tags |= key == "tags";
        let first = strict.peek()?;
        if first == b'n' {
            return strict.value(&mut Look);
        }
        let held = self.wanted.wants(|members| members.hold_top(key));
        match key {
            "location" | "kind" | "etag" | "managedBy" => {
                let text = strict.text()?;
                if key == "location" {
                    self.location = Some(tools.location(&text));
                }
                if held && self.reading == Reading::Build && !(key == "managedBy" && text.is_empty()) {
                    self.top[at] = Some(tools.known.values.share(&text).into());
                }
                Some(())
            }
            "tags" if first != b'{' => None,
            "sku" | "identity" if first == b'"' => None,
            _ => match self.reading {
                Reading::Build if held => {
                    self.top[at] = Some(tools.known.values.read(strict)?);
                    Some(())
                }
                Reading::Build | Reading::Look => strict.value(&mut Look),
                Reading::Pass => strict.pass(),
            },
        }
    }

    fn read_properties(&mut self, strict: &mut Strict<'_>, tools: &mut Tools<'_>) -> Option<()> {
        if strict.peek()? != b'{' {
            return None;
        }
        self.has_properties = true;
        if let Some(Place { class: Class::Subscription, .. }) = self.place {
            self.details = Some(subscription::Details::read(strict, &mut tools.known.chains)?);
            return Some(());
        }
        match self.reading {
            Reading::Pass => strict.pass(),
            Reading::Look => look(strict),
            Reading::Build => {
                let mut made = std::mem::take(&mut tools.known.made);
                made.clear();
                strict.members(|strict, key| {
                    if !self.wanted.wants(|members| members.hold_property(key)) {
                        return look(strict);
                    }
                    let value = part(strict, tools)?;
                    made.push((tools.known.values.share(key), value));
                    Some(())
                })?;
                self.properties = Some(made.drain(..).collect::<Object>().into());
                tools.known.made = made;
                Some(())
            }
        }
    }

    fn is_graph_row(&self) -> bool {
        self.subscription.is_some() && (self.tenant.is_some() || self.group.is_some())
    }

    /// Whether nothing was projected away.
    fn is_whole_graph_row(&self) -> bool {
        self.name.is_some() && self.has_location && self.has_tags
    }

    /// The members that were made, each in its place.
    fn part(self) -> Option<Value> {
        let keys = &*KEYS;
        let mut members = Vec::with_capacity(1 + self.top.iter().flatten().count());
        for (key, value) in keys.top.iter().zip(self.top) {
            if let Some(value) = value {
                members.push((key.clone(), value));
            }
        }
        members.push((keys.properties.clone(), self.properties?));
        Some(members.into_iter().collect::<Object>().into())
    }

    /// The body, put together as the full reader does it.
    fn body(self, resource_type: &ResourceType) -> Option<Value> {
        let id = self.place?.id?;
        let keys = &*KEYS;
        let mut members = Vec::with_capacity(4 + self.top.iter().flatten().count());
        members.push((keys.id.clone(), id.as_str().into()));
        members.push((keys.name.clone(), id.name().into()));
        members.push((keys.resource_type.clone(), Value::String(resource_type.shared().clone())));
        for (key, value) in keys.top.iter().zip(self.top) {
            if let Some(value) = value {
                members.push((key.clone(), value));
            }
        }
        let mut properties = self.properties?;
        if resource_type.is(ResourceType::AUTOMATION) {
            properties = automation::straighten(properties);
        }
        members.push((keys.properties.clone(), properties));
        Some(members.into_iter().collect::<Object>().into())
    }
}

/// The keys of bodies, shared by all of them.
struct Keys {
    id: Arc<str>,
    name: Arc<str>,
    resource_type: Arc<str>,
    top: [Arc<str>; TOP.len()],
    properties: Arc<str>,
}

static KEYS: LazyLock<Keys> = LazyLock::new(|| Keys {
    id: "id".into(),
    name: "name".into(),
    resource_type: "type".into(),
    top: TOP.map(Arc::from),
    properties: "properties".into(),
});

impl Tools<'_> {
    /// Notes the subscription in which a resource lies that is dropped.
    fn note(&mut self, id: &str) -> Option<()> {
        let mut segments = id.split('/');
        if segments.next()?.eq_ignore_ascii_case("subscriptions") {
            self.around.add(segments.next()?);
        }
        Some(())
    }
}

/// A part of `properties`: a list item by item, everything else as a whole.
fn part(strict: &mut Strict<'_>, tools: &mut Tools<'_>) -> Option<Value> {
    let first = strict.peek()?;
    if !matches!(first, b'{' | b'[') {
        return whole(strict, tools);
    }
    let mut ahead = strict.fork();
    ahead.pass()?;
    let text = strict.between(&ahead);
    let again = match tools.known.parts.meet(text) {
        Met::Known(value) => {
            strict.go_to(&ahead);
            return Some(value);
        }
        Met::Again(mark) => Some(mark),
        Met::New => None,
    };
    let value = if first == b'[' && again.is_none() && text.len() > 2 {
        let mut items = Vec::new();
        strict.items(|strict| {
            items.push(part(strict, tools)?);
            Some(())
        })?;
        items.into_iter().collect()
    } else {
        whole(strict, tools)?
    };
    if let Some(mark) = again {
        tools.known.parts.keep(mark, text, &value);
    }
    Some(value)
}

/// Reads a value that nothing is made of.
fn look(strict: &mut Strict<'_>) -> Option<()> {
    let mut cuts = Cuts { inner: &mut Look, found: false };
    strict.value(&mut cuts)?;
    (!cuts.found).then_some(())
}

fn whole(strict: &mut Strict<'_>, tools: &mut Tools<'_>) -> Option<Value> {
    let mut cuts = Cuts { inner: &mut tools.known.values, found: false };
    let value = strict.value(&mut cuts);
    let found = cuts.found;
    tools.known.values.clear();
    value.filter(|_| !found)
}

/// Looks for texts that a depth limit left.
struct Cuts<'b, B> {
    inner: &'b mut B,
    found: bool,
}

impl<B: Build> Build for Cuts<'_, B> {
    type Value = B::Value;
    type Open = B::Open;

    fn null(&mut self) -> B::Value {
        self.inner.null()
    }

    fn bool(&mut self, value: bool) -> B::Value {
        self.inner.bool(value)
    }

    fn int(&mut self, value: i64) -> B::Value {
        self.inner.int(value)
    }

    fn float(&mut self, value: f64) -> B::Value {
        self.inner.float(value)
    }

    fn text(&mut self, text: &str) -> B::Value {
        self.found |= text::is_cut(text);
        self.inner.text(text)
    }

    fn open(&mut self) -> B::Open {
        self.inner.open()
    }

    fn item(&mut self, open: &mut B::Open, value: B::Value) {
        self.inner.item(open, value);
    }

    fn array(&mut self, open: B::Open) -> B::Value {
        self.inner.array(open)
    }

    fn member(&mut self, open: &mut B::Open, key: &str, place: Range<usize>, value: B::Value) {
        self.inner.member(open, key, place, value);
    }

    fn object(&mut self, open: B::Open) -> B::Value {
        self.inner.object(open)
    }
}
