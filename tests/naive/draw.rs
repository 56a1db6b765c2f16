//! Rules and resources drawn from bytes. Where the bytes end, the simplest choice is taken: fewer and smaller bytes
//! are simpler cases, so that whoever shrinks bytes shrinks cases.

use serde_json::{Map, Value as Json, json};

use super::place::{BOX, CRATE, Resource};

/// What is open around a condition.
#[derive(Debug, Clone)]
enum Open {
    Array(&'static str),
    List(String),
}

/// Draws from bytes.
#[derive(Debug)]
pub struct Draw<'b> {
    bytes: std::slice::Iter<'b, u8>,
    open: Vec<Open>,
    /// Whether conditions read a crate.
    crates: bool,
}

const TEXTS: &[&str] = &[
    "red",
    "",
    "Red",
    "blue",
    "5",
    "05",
    "5.0",
    "true",
    "a-b",
    "x1",
    "é",
    "2026-01-01T00:00:00Z",
    "2026-01-02",
    "pröd",
    "a*c",
];
const TIMES: &[&str] = &["2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "red"];
const BOX_ONE: &[&str] = &[
    "boxes/label",
    "boxes/size",
    "boxes/flag",
    "boxes/extra",
    "boxes/nested.deep",
    "boxes/list",
    "boxes/logs.enabled",
    "short",
    "crates/depth",
    "BOXES/Label",
];
const BOX_MANY: &[&str] = &[
    "boxes/list[*]",
    "boxes/list[*].color",
    "boxes/list[*].kind",
    "boxes/list[*].parts",
    "boxes/list[*].parts[*]",
    "boxes/list[*].parts[*].n",
    "boxes/list[*].parts[*].marks[*]",
    "boxes/other[*]",
    "boxes/other[*].n",
    "crates/items[*]",
    "boxes/LIST[*].color",
];
const BOX_COUNTED: &[&str] = &[
    "boxes/list[*]",
    "boxes/list[*].parts[*]",
    "boxes/other[*]",
    "boxes/list[*].parts[*].marks[*]",
    "boxes/list[*].color",
    "boxes/list[*].parts",
    "boxes/list[*].parts[*].n",
    "crates/items[*]",
];
const CRATE_ONE: &[&str] = &["crates/depth", "short", "crates/items", "boxes/size"];
const CRATE_MANY: &[&str] = &["crates/items[*]", "crates/items[*].n", "boxes/list[*].color"];
const CRATE_COUNTED: &[&str] = &["crates/items[*]", "crates/items[*].n"];
const ACCESSORS: &[&str] = &[
    "name",
    "type",
    "kind",
    "location",
    "tags",
    "tags['Env']",
    "tags[a.b]",
    "tags.env",
    "tags['it''s']",
    "identity.type",
    "id",
    "fullName",
    "tags.none",
];

impl<'b> Draw<'b> {
    pub fn new(bytes: &'b [u8]) -> Draw<'b> {
        Draw { bytes: bytes.iter(), open: Vec::new(), crates: false }
    }

    /// A number below this one; 0 where nothing is left.
    pub fn below(&mut self, end: usize) -> usize {
        self.bytes.next().map_or(0, |byte| usize::from(*byte) % end)
    }

    fn one<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }

    fn chance(&mut self, of_ten: usize) -> bool {
        self.below(10) >= 10 - of_ten
    }

    fn text(&mut self) -> Json {
        self.one(TEXTS).into()
    }

    fn scalar(&mut self) -> Json {
        match self.below(8) {
            0..=3 => self.text(),
            4 | 5 => self.one(&[5, 0, 1, 2, -3]).into(),
            6 => self.chance(5).into(),
            _ => self.one(&[5.0, 0.5]).into(),
        }
    }

    /// A value of a property, of any type.
    fn property(&mut self, depth: usize) -> Json {
        match self.below(if depth == 0 { 9 } else { 12 }) {
            0..=6 => self.scalar(),
            7 | 8 => Json::Null,
            9 | 10 => (0..self.below(3)).map(|_| self.property(depth - 1)).collect(),
            _ => {
                let count = self.below(3);
                let mut members = Map::new();
                for _ in 0..count {
                    let key = self.one(&["red", "Env", "n", "N"]);
                    let value = self.property(depth - 1);
                    members.insert(key.to_owned(), value);
                }
                members.into()
            }
        }
    }

    /// A member that is there, null, odd, or not there.
    fn put(&mut self, into: &mut Json, key: &str, usual: impl FnOnce(&mut Self) -> Json) {
        let value = match self.below(10) {
            0..=5 => usual(self),
            6 => Json::Null,
            7 => self.property(1),
            _ => return,
        };
        into[key] = value;
    }

    fn list(&mut self, each: impl Fn(&mut Self) -> Json) -> Json {
        (0..self.below(4)).map(|_| if self.chance(1) { self.property(1) } else { each(self) }).collect()
    }

    /// A box.
    pub fn resource(&mut self) -> Resource {
        let mut properties = json!({});
        self.put(&mut properties, "label", Self::text);
        self.put(&mut properties, "size", Self::scalar);
        self.put(&mut properties, "Flag", |draw| draw.chance(5).into());
        self.put(&mut properties, "list", |draw| draw.list(Self::list_member));
        self.put(&mut properties, "other", |draw| {
            draw.list(|draw| {
                let mut one = json!({});
                draw.put(&mut one, "n", Self::scalar);
                one
            })
        });
        self.put(&mut properties, "logs", |draw| {
            draw.list(|draw| {
                let mut one = json!({});
                draw.put(&mut one, "enabled", |draw| draw.chance(5).into());
                one
            })
        });
        self.put(&mut properties, "nested", |draw| json!({"deep": draw.scalar()}));
        self.put(&mut properties, "extra", |draw| draw.property(2));
        let id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Contoso.Things/boxes/b1";
        self.around(BOX, id, &properties)
    }

    fn list_member(&mut self) -> Json {
        let mut one = json!({});
        self.put(&mut one, "color", Self::scalar);
        self.put(&mut one, "inner", |draw| json!({"kind": draw.scalar()}));
        self.put(&mut one, "parts", |draw| {
            draw.list(|draw| {
                let mut part = json!({});
                draw.put(&mut part, "n", Self::scalar);
                draw.put(&mut part, "marks", |draw| draw.list(Self::scalar));
                part
            })
        });
        one
    }

    /// A crate: a candidate of the existence condition.
    pub fn candidate(&mut self) -> Resource {
        let mut properties = json!({});
        self.put(&mut properties, "depth", Self::scalar);
        self.put(&mut properties, "items", |draw| {
            draw.list(|draw| {
                let mut one = json!({});
                draw.put(&mut one, "n", Self::scalar);
                one
            })
        });
        let id = "/subscriptions/11111111-1111-1111-1111-111111111111/resourceGroups/rg/providers/Contoso.Things/crates/c1";
        self.around(CRATE, id, &properties)
    }

    fn around(&mut self, of: &str, id: &str, properties: &Json) -> Resource {
        let mut body = json!({"id": id, "name": id.rsplit('/').next(), "type": of, "properties": properties});
        if self.chance(7) {
            body["location"] = self.one(&["West Europe", "northeurope"]).into();
        }
        self.put(&mut body, "kind", |draw| draw.one(&["wood", "Red"]).into());
        self.put(&mut body, "identity", |_| json!({"type": "SystemAssigned"}));
        if self.chance(6) {
            let mut tags = json!({});
            for key in ["Env", "a.b", "it's"] {
                if self.chance(5) {
                    tags[key] = self.one(TEXTS).into();
                }
            }
            body["tags"] = tags;
        } else if self.chance(2) {
            body["tags"] = Json::Null;
        }
        let carried = (self.below(16) == 15).then(|| {
            let mut carried = vec!["id", "name", "type"];
            for key in ["location", "kind", "tags", "identity", "properties"] {
                if self.chance(5) {
                    carried.push(key);
                }
            }
            carried
        });
        Resource { body, carried }
    }

    /// Values of the parameters that rules name.
    pub fn parameters(&mut self) -> Json {
        let list: Json = (0..self.below(4)).map(|_| self.scalar()).collect();
        json!({"word": self.text(), "number": self.one(&[2, 0, 5]), "list": list, "tag": self.one(&["Env", "none"]),
            "object": {"k": self.text(), "n": self.property(1)}})
    }

    /// A condition; `crates` says which type it reads.
    pub fn condition(&mut self, crates: bool) -> Json {
        self.crates = crates;
        self.open.clear();
        self.part(4)
    }

    fn part(&mut self, depth: usize) -> Json {
        match if depth == 0 { 0 } else { self.below(10) } {
            0..=5 => self.leaf(depth),
            6 | 7 => {
                let parts: Json = (0..=self.below(3)).map(|_| self.part(depth - 1)).collect();
                json!({"allOf": parts})
            }
            8 => {
                let parts: Json = (0..=self.below(3)).map(|_| self.part(depth - 1)).collect();
                json!({"anyOf": parts})
            }
            _ => json!({"not": self.part(depth - 1)}),
        }
    }

    fn alias(&mut self, one: bool) -> String {
        let of = match (self.crates, one) {
            (false, true) => BOX_ONE,
            (false, false) => BOX_MANY,
            (true, true) => CRATE_ONE,
            (true, false) => CRATE_MANY,
        };
        format!("Contoso.Things/{}", self.one(of))
    }

    fn leaf(&mut self, depth: usize) -> Json {
        let mut leaf = Map::new();
        let mut number = false;
        match self.below(10) {
            0 | 1 => leaf.insert("field".into(), self.alias(true).into()),
            2..=4 => leaf.insert("field".into(), self.alias(false).into()),
            5 => leaf.insert("field".into(), self.one(ACCESSORS).into()),
            6 | 7 => leaf.insert("value".into(), self.side(2)),
            8 if depth > 0 => {
                number = true;
                leaf.insert("count".into(), self.count(depth - 1))
            }
            8 => leaf.insert("value".into(), self.side(1)),
            _ => {
                let name = self.one(&[
                    "[concat('tags[', parameters('tag'), ']')]",
                    "[if(equals(parameters('tag'), 'Env'), 'kind', 'name')]",
                    "[if(equals(field('kind'), 'wood'), 'kind', 'name')]",
                ]);
                leaf.insert("field".into(), name.into())
            }
        };
        let (operator, target) = self.comparison(number);
        leaf.insert(operator, target);
        leaf.into()
    }

    fn comparison(&mut self, number: bool) -> (String, Json) {
        let (operator, target) = match self.below(if number { 4 } else { 14 }) {
            0 => {
                let operator = self.one(&["equals", "notEquals"]);
                (operator, if number { self.below(3).into() } else { self.target() })
            }
            1..=3 => {
                let operator = self.one(&["greater", "less", "greaterOrEquals", "lessOrEquals"]);
                let target = match self.below(if number { 1 } else { 4 }) {
                    0 => self.below(3).into(),
                    1 => self.one(&[0.5, 5.0]).into(),
                    2 => self.one(TIMES).into(),
                    _ => format!("[{}]", self.expression(1)).into(),
                };
                (operator, target)
            }
            4 | 5 => {
                let operator = self.one(&["exists", "Exists"]);
                let wanted = [json!(true), json!(false), json!("True"), json!("false")];
                (operator, wanted[self.below(4)].clone())
            }
            6 | 7 => {
                let operator = self.one(&["in", "notIn"]);
                let target = match self.below(4) {
                    0 => json!("[parameters('list')]"),
                    1 => json!(format!("[{}]", self.expression(1))),
                    _ => (0..self.below(4)).map(|_| self.scalar()).collect(),
                };
                (operator, target)
            }
            8 | 9 => {
                let operator = self.one(&["like", "notLike"]);
                (operator, self.one(&["r*", "*", "*e*", "red", "", "a*c", "R*D", "r?d"]).into())
            }
            10 => {
                let operator =
                    self.one(&["match", "notMatch", "matchInsensitively", "notMatchInsensitively"]);
                (operator, self.one(&["???", "r.d", "#", "", "R??", "x#", "?"]).into())
            }
            11 => (self.one(&["contains", "notContains"]), self.target()),
            // Keys of objects, too.
            12 => (self.one(&["contains", "notContains"]), self.one(&["red", "Env", "ENV", "n"]).into()),
            _ => (self.one(&["containsKey", "notContainsKey"]), self.one(&["red", "Env", "env", "k"]).into()),
        };
        (operator.to_owned(), target)
    }

    /// What `equals` and its like are compared with; never a literal list.
    fn target(&mut self) -> Json {
        if self.chance(3) { format!("[{}]", self.expression(1)).into() } else { self.scalar() }
    }

    /// One side of a comparison that may be anything.
    fn side(&mut self, depth: usize) -> Json {
        if self.chance(9) { format!("[{}]", self.expression(depth)).into() } else { self.scalar() }
    }

    fn count(&mut self, depth: usize) -> Json {
        let mut count = Map::new();
        let nested = self.open.iter().rev().find_map(|open| match open {
            Open::Array(alias) => Some(*alias),
            Open::List(_) => None,
        });
        let open = if self.chance(4) {
            let name = format!("{}{}", self.one(&["item", "Entry"]), self.open.len());
            let list = match self.below(4) {
                0 => "[parameters('list')]".into(),
                1 => format!("[field('{}')]", self.alias(false)).into(),
                2 => self.side(1),
                _ => (0..self.below(4)).map(|_| self.scalar()).collect::<Json>(),
            };
            // A literal that is no list is refused when the definition is written.
            let list = if list.is_array() || list.is_string() { list } else { json!([list]) };
            let list = match list.as_str() {
                Some(text) if !text.starts_with('[') => json!([text]),
                _ => list,
            };
            count.insert("value".into(), list);
            count.insert("name".into(), name.clone().into());
            Open::List(name)
        } else {
            let of = if self.crates { CRATE_COUNTED } else { BOX_COUNTED };
            // Within a count over an array, one over an array below it.
            let below: Vec<&'static str> = of
                .iter()
                .copied()
                .filter(|alias| {
                    let rest = |outer| alias.strip_prefix(outer).filter(|rest| rest.starts_with(['.', '[']));
                    nested.is_none_or(|outer| rest(outer).is_some_and(|rest| rest.contains("[*]")))
                })
                .collect();
            if below.is_empty() {
                count.insert("value".into(), json!([1, "red"]));
                count.insert("name".into(), "plain".into());
                Open::List("plain".to_owned())
            } else {
                let alias = self.one(&below);
                count.insert("field".into(), format!("Contoso.Things/{alias}").into());
                Open::Array(alias)
            }
        };
        if self.chance(8) {
            self.open.push(open);
            count.insert("where".into(), self.part(depth));
            self.open.pop();
        }
        count.into()
    }

    fn current(&mut self) -> Option<String> {
        let at = self.open.len().checked_sub(1)?;
        let at = at - self.below(at + 1).min(at);
        if self.chance(3) {
            return Some("current()".to_owned());
        }
        Some(match self.open[at].clone() {
            Open::List(name) => format!("current('{name}')"),
            Open::Array(alias) => {
                let alias = format!("Contoso.Things/{alias}");
                let known = super::ALIASES.iter().map(|(_, name, _)| *name);
                let below: Vec<&str> = known.filter(|name| name.starts_with(&alias)).collect();
                format!("current('{}')", self.one(&below))
            }
        })
    }

    fn expression(&mut self, depth: usize) -> String {
        if !self.open.is_empty()
            && self.chance(4)
            && let Some(current) = self.current()
        {
            return current;
        }
        let choice = self.below(if depth == 0 { 12 } else { 31 });
        let inner = |draw: &mut Self| draw.expression(depth.saturating_sub(1));
        match choice {
            0 | 1 => format!("'{}'", self.one(TEXTS).replace('\'', "''")),
            2 => self.one(&["1", "0", "5"]).to_owned(),
            3 => self.one(&["parameters('word')", "Parameters('LIST')", "parameters('number')"]).to_owned(),
            4 | 5 => format!("field('{}')", self.alias(true)),
            6 => format!("field('{}')", self.alias(false)),
            7 => format!("field('{}')", self.one(ACCESSORS).replace('\'', "''")),
            8 => self
                .one(&["parameters('object').k", "parameters('object').none", "parameters('object')['K']"])
                .to_owned(),
            9 => self
                .one(&["subscription().displayName", "subscription().tenantId", "subscription().tags['x']"])
                .to_owned(),
            10 => self
                .one(&["resourceGroup().name", "resourceGroup().tags['Env']", "resourceGroup().managedBy"])
                .to_owned(),
            11 => self.one(&["null()", "true()", "false()"]).to_owned(),
            12 => format!("concat({}, {})", inner(self), inner(self)),
            13 => format!("toLower({})", inner(self)),
            14 => format!("if({}, {}, {})", self.truth(depth - 1), inner(self), inner(self)),
            15 => format!("length({})", inner(self)),
            16 => format!("string({})", inner(self)),
            17 => format!("createArray({}, {})", inner(self), inner(self)),
            18 => format!("{}({})", self.one(&["first", "last"]), inner(self)),
            19 => format!(
                "{}({}, {})",
                self.one(&["add", "sub", "div", "mod"]),
                inner(self),
                self.one(&["1", "0", "2"])
            ),
            20 => format!("contains({}, {})", inner(self), inner(self)),
            21 => format!("coalesce({}, {})", inner(self), inner(self)),
            22 => format!("empty({})", inner(self)),
            23 => format!("tryGet(parameters('object'), {})", inner(self)),
            24 => format!("split({}, '-')", inner(self)),
            25 => format!("join({}, '-')", inner(self)),
            26 => format!("{}[{}]", inner(self), self.one(&["0", "1", "'k'"])),
            27 => format!("toUpper({})", inner(self)),
            28 if self.chance(3) => format!("replace({}, '5', 'é')", inner(self)),
            28 => format!("replace('{}', '{}', 'q')", self.one(&["red", "Red"]), self.one(&["R", "r", "x"])),
            _ => self.truth(depth - 1),
        }
    }

    fn truth(&mut self, depth: usize) -> String {
        let inner = |draw: &mut Self| draw.expression(depth.saturating_sub(1));
        match self.below(if depth == 0 { 4 } else { 8 }) {
            0 => "true()".to_owned(),
            1 => format!("equals({}, {})", inner(self), inner(self)),
            2 => format!("empty({})", inner(self)),
            // Of two texts that are drawn, few differ in case only.
            3 => format!(
                "contains('{}', '{}')",
                self.one(&["red", "Red", "a-b"]),
                self.one(&["RED", "red", "B"])
            ),
            4 => format!("not({})", self.truth(depth - 1)),
            5 => format!("and({}, {})", self.truth(depth - 1), self.truth(depth - 1)),
            6 => format!("or({}, {})", self.truth(depth - 1), self.truth(depth - 1)),
            _ => format!("{}({}, {})", self.one(&["less", "greater"]), inner(self), inner(self)),
        }
    }

    /// The details of a search, without an existence condition.
    pub fn details(&mut self) -> Json {
        let mut details = json!({"type": self.one(&["Contoso.Things/crates", "Contoso.Things/boxes/lids",
            "microsoft.Insights/diagnosticSettings", "Contoso.Others/racks/shelves", "Contoso.Things/boxes"])});
        if self.chance(7) {
            details["name"] =
                self.one(&["c1", "b1/l1", "b1/?", "L1", "r1/s1", "r1/?", "a/b/c", "s1", "d1", ""]).into();
        }
        if self.chance(5) {
            details["resourceGroupName"] = self.one(&["rg", "RG-other", "", "nowhere"]).into();
        }
        if self.chance(5) {
            details["existenceScope"] = self.one(&["subscription", "ResourceGroup", "resourcegroup"]).into();
        }
        details
    }

    /// What a search starts from: a box, or the subscription.
    pub fn start(&mut self) -> Resource {
        let subscription = "/subscriptions/11111111-1111-1111-1111-111111111111";
        if self.chance(5) {
            let body = json!({"id": subscription, "name": "11111111-1111-1111-1111-111111111111",
                "type": "Microsoft.Resources/subscriptions"});
            return Resource { body, carried: None };
        }
        placed(&format!("{subscription}/resourceGroups/rg/providers/Contoso.Things/boxes/b1"), BOX)
    }

    /// Resources all over the subscription.
    pub fn candidates() -> Vec<Resource> {
        let subscription = "/subscriptions/11111111-1111-1111-1111-111111111111";
        let settings = "Microsoft.Insights/diagnosticSettings";
        let mut all = Vec::new();
        for group in ["rg", "rg-other"] {
            let here = format!("{subscription}/resourceGroups/{group}/providers");
            for (path, of) in [
                ("Contoso.Things/boxes/b1", BOX),
                ("Contoso.Things/boxes/b2", BOX),
                ("Contoso.Things/boxes/B1/lids/l1", "Contoso.Things/boxes/lids"),
                ("Contoso.Things/boxes/b1/lids/l2", "Contoso.Things/boxes/lids"),
                ("Contoso.Things/boxes/b2/lids/l1", "Contoso.Things/boxes/lids"),
                ("Contoso.Things/crates/C1", CRATE),
                ("Contoso.Things/crates/c2", CRATE),
                ("Contoso.Others/racks/r1/shelves/s1", "Contoso.Others/racks/shelves"),
                ("Contoso.Others/racks/r2/shelves/s1", "Contoso.Others/racks/shelves"),
                ("Contoso.Things/boxes/b1/providers/Microsoft.Insights/diagnosticSettings/d1", settings),
                ("Contoso.Things/boxes/b2/providers/Microsoft.Insights/diagnosticSettings/d1", settings),
            ] {
                all.push(placed(&format!("{here}/{path}"), of));
            }
        }
        all.push(placed(&format!("{subscription}/providers/{settings}/d1"), settings));
        all.push(placed(&format!("{subscription}/providers/Contoso.Things/crates/c1"), CRATE));
        all
    }
}

fn placed(id: &str, of: &str) -> Resource {
    let name = id.rsplit('/').next();
    Resource { body: json!({"id": id, "name": name, "type": of, "properties": {}}), carried: None }
}
