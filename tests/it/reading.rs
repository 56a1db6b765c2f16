//! Files read in pieces give what files read whole give; what nothing reads isn't kept, and is known to be listed.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use azpol::arm::{Reads, ResourceType, Scope, SubscriptionId};
use azpol::cli::{Cli, Command, Session};
use azpol::inventory::{Completeness, Inventory, InventoryBuilder, Kept, Listing, PieceReader, Provenance};
use azpol::source::split::Splitter;
use azpol::source::{self, Diagnostics, Form, Input, RenderStyle, SourceMap, render};
use clap::Parser;

const TYPES: [&str; 6] = [
    "Microsoft.Security/automations",
    "microsoft.security/automations",
    "Microsoft.OperationalInsights/workspaces",
    "Microsoft.Storage/storageAccounts",
    "Microsoft.Sql/servers/databases",
    "Microsoft.PolicyInsights/remediations",
];

struct Read {
    inventory: Inventory,
    faults: Diagnostics,
    sources: SourceMap,
}

/// `kept` streams the files; without it they are read whole.
fn read(folder: &Path, kept: Option<&Kept>, block: usize) -> Read {
    let mut sources = SourceMap::new();
    let mut faults = Diagnostics::new();
    let inputs = source::discover(&[folder.to_owned()], &mut std::io::empty(), &mut sources, &mut faults);
    let mut builder = kept.map_or_else(InventoryBuilder::new, |kept| InventoryBuilder::keeping(kept.clone()));
    for input in &inputs {
        let provenance = Provenance { file: input.file, lines: input.form == Form::Lines };
        match kept {
            None => {
                for node in source::documents(&mut sources, input, &mut faults) {
                    builder.document(node, provenance, &mut faults);
                }
            }
            Some(kept) => {
                let reader = PieceReader::new(kept.clone());
                for piece in splitter(&mut sources, input, block) {
                    builder.take(reader.read(piece), provenance, &mut faults);
                }
            }
        }
    }
    let (inventory, _, found) = builder.finish(&[], &sources, &|_| None);
    faults.extend(found);
    faults.sort();
    Read { inventory, faults, sources }
}

fn splitter(sources: &mut SourceMap, input: &Input, block: usize) -> Splitter {
    let path = sources.file(input.file).and_then(|file| file.path.clone()).expect("a path");
    if input.form == Form::Yaml {
        return Splitter::open(sources, input);
    }
    let file = fs::File::open(path).expect("opened");
    Splitter::new(input.file, input.form == Form::Lines, Box::new(file), block)
}

/// Everything that an inventory answers, as text.
fn answers(read: &Read) -> String {
    let Read { inventory, faults, .. } = read;
    let mut text = String::new();
    let mut types: Vec<ResourceType> = TYPES.iter().map(|text| ResourceType::new(text)).collect();
    types.push(ResourceType::new(ResourceType::RESOURCE_GROUP));
    let mut subscriptions: Vec<SubscriptionId> = inventory.subscriptions().map(|s| s.id.clone()).collect();
    subscriptions.extend(inventory.unlisted_subscriptions());
    for subscription in inventory.subscriptions() {
        let _ = writeln!(text, "{subscription:?}");
    }
    for group in inventory.management_groups() {
        let _ = writeln!(text, "{group:?}");
    }
    for subscription in &subscriptions {
        let scope = Scope::Subscription(subscription.clone());
        for resource_type in &types {
            for resource in inventory.resources(subscription, resource_type) {
                let _ = writeln!(text, "{resource:?}");
            }
            let _ = writeln!(text, "{:?}", inventory.listing(resource_type, &scope));
        }
    }
    let _ = writeln!(text, "{:?} {}", inventory.given().collect::<Vec<_>>(), inventory.resource_count());
    for fault in faults {
        let _ = writeln!(text, "{fault:?}");
    }
    text
}

/// A generator of numbers (splitmix64).
struct Random(u64);

impl Random {
    fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % bound
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[usize::try_from(self.below(from.len() as u64)).expect("small")]
    }

    fn id(&mut self) -> String {
        let start = self.pick(&["/subscriptions/", "/subscriptions/", "/Subscriptions/", "//subscriptions/"]);
        format!("{start}{}", self.subscription())
    }

    fn subscription(&mut self) -> String {
        let last = self.below(4);
        match self.below(6) {
            0 => format!("s{last}"),
            1 => format!("ABCDEF00-1111-1111-1111-11111111111{last}"),
            _ => format!("abcdef00-1111-1111-1111-11111111111{last}"),
        }
    }

    /// `properties`, plain or not.
    fn properties(&mut self) -> String {
        match self.below(12) {
            0 => "null".to_owned(),
            1 => "\"\"".to_owned(),
            2 => r#""{\"isEnabled\":true,\"sources\":[]}""#.to_owned(),
            3 => "7".to_owned(),
            4 => r#"{"isEnabled":true,"sources":"System.Object[]","x":[{"a":"@{b=1}"}]}"#.to_owned(),
            5 => r#"{"isEnabled":true,"IsEnabled":false}"#.to_owned(),
            6 => "{ \"isEnabled\" : true , \"a\": [ 1, -2.5e1, null, false, \"\\u00fc \\\"x\\\"\" ] }"
                .to_owned(),
            7 => r#"{"policyDefinitionId":"/d","policyAssignmentId":"/a","scope":"/s"}"#.to_owned(),
            8 => r#"{"scopes":["/subscriptions/s1"],"sources":[{"eventSource":"Alerts"}]}"#.to_owned(),
            _ => {
                let sources = self.pick(&[
                    r#"[{"eventSource":"Alerts","ruleSets":[{"rules":[{"propertyJPath":"Severity","propertyType":"String","expectedValue":"high","operator":"Equals"}]}]}]"#,
                    r#"[{"eventSource":"Assessments","ruleSets":[]},{"eventSource":"SecureScores"}]"#,
                    "[]",
                ]);
                let enabled = self.pick(&["true", "false"]);
                format!(
                    r#"{{"isEnabled":{enabled},"scopes":[{{"scopePath":"{}"}}],"sources":{sources},"actions":[{{"actionType":"Workspace","workspaceResourceId":"/w"}}]}}"#,
                    self.id()
                )
            }
        }
    }

    fn resource(&mut self) -> String {
        let resource_type = self.pick(&TYPES);
        let (namespace, rest) = resource_type.split_once('/').expect("a type");
        let path = rest.split('/').fold(String::new(), |mut path, part| {
            let _ = write!(path, "/{part}/n{}", self.below(3));
            path
        });
        let id = format!("{}/resourceGroups/G{}/providers/{namespace}{path}", self.id(), self.below(2));
        let declared = match self.below(10) {
            0 => "Microsoft.Security/SecurityAutomations".to_owned(),
            1 => "x".to_owned(),
            2 => "A.B/c".to_owned(),
            3..6 => resource_type.to_ascii_lowercase(),
            _ => resource_type.to_owned(),
        };
        let properties = self.properties();
        self.row(&id, &declared, &properties)
    }

    /// A row with most of the members that a row has, in one order or another.
    fn row(&mut self, id: &str, declared: &str, properties: &str) -> String {
        let mut members = vec![
            format!("\"id\":\"{id}\""),
            format!("\"name\":\"{}\"", id.rsplit('/').next().unwrap_or_default()),
            format!("\"type\":\"{declared}\""),
            format!(
                "\"location\":{}",
                self.pick(&["\"westeurope\"", "\"West Europe\"", "\"\"", "null", "5"])
            ),
            format!(
                "\"tags\":{}",
                self.pick(&["{}", "null", "{\"a\":\"b\",\"System.Object\":\"x\"}", "\"\"", "[1]"])
            ),
            format!("\"properties\":{properties}"),
        ];
        if self.below(3) > 0 {
            members.extend([
                format!("\"subscriptionId\":\"{}\"", self.subscription()),
                format!("\"resourceGroup\":\"g{}\"", self.below(2)),
                "\"tenantId\":\"T\"".to_owned(),
            ]);
        }
        for (chance, member) in [
            (2, "\"kind\":\"\""),
            (3, "\"sku\":{\"name\":\"x\"}"),
            (9, "\"sku\":\"{\\\"name\\\":\\\"x\\\"}\""),
            (4, "\"managedBy\":\"\""),
            (5, "\"identity\":{\"type\":\"None\",\"principalId\":null}"),
            (5, "\"zones\":[\"1\"]"),
            (6, "\"etag\":\"W/1\""),
            (9, "\"etag\":3"),
            (6, "\"systemData\":{\"createdAt\":\"2026-01-01T00:00:00Z\"}"),
            (9, "\"apiVersion\":\"2019-01-01\""),
            (12, "\"Id\":\"/x/y\""),
            (12, "\"resourceId\":\"/x/y\""),
            (12, "\"isEnabled\":true"),
            (12, "\"$x\":[{}]"),
            (12, "\"azpol\":\"x\""),
        ] {
            if self.below(chance * 2) == 0 {
                members.push(member.to_owned());
            }
        }
        for at in (1..members.len()).rev() {
            if self.below(3) == 0 {
                let other = usize::try_from(self.below(at as u64 + 1)).expect("small");
                members.swap(at, other);
            }
        }
        // Members get lost.
        if self.below(4) == 0 {
            let lost = usize::try_from(self.below(members.len() as u64)).expect("small");
            members.remove(lost);
        }
        format!("{{{}}}", members.join(self.pick(&[",", ", ", ",\t"])))
    }

    fn element(&mut self) -> String {
        match self.below(12) {
            0 | 1 => {
                let id = format!("{}/resourceGroups/G{}", self.id(), self.below(2));
                let declared = self.pick(&[
                    "microsoft.resources/subscriptions/resourcegroups",
                    "Microsoft.Resources/resourceGroups",
                    "Microsoft.Resources/subscriptions/resourceGroups",
                ]);
                self.row(&id, declared, "{\"provisioningState\":\"Succeeded\"}")
            }
            2 | 3 => {
                let subscription = self.subscription();
                let chain = self.pick(&[
                    r#"[{"name":"low","displayName":"Low"},{"name":"T","displayName":"Root"}]"#,
                    r#"[{"displayName":"","name":"T"}]"#,
                    r#""[{\"name\":\"low\"},{\"name\":\"T\"}]""#,
                    "[]",
                    "null",
                ]);
                let state = self.pick(&["\"Enabled\"", "\"disabled\"", "\"odd\"", "\"\""]);
                let properties = format!(
                    r#"{{"state":{state},"tenantId":"T","managedByTenants":[],"managementGroupAncestorsChain":{chain}}}"#
                );
                let id = format!("/subscriptions/{subscription}");
                self.row(&id, "microsoft.resources/subscriptions", &properties)
            }
            4 => {
                r#"{"id":"/providers/Microsoft.Management/managementGroups/low","name":"low","type":"microsoft.management/managementgroups","properties":{"displayName":"Low","details":{"parent":{"id":"/providers/Microsoft.Management/managementGroups/T"}}}}"#.to_owned()
            }
            5 => format!(r#"{{"id":"9","name":"n{}","tenantId":"T","state":"Enabled","isDefault":false}}"#, self.below(3)),
            6 => self.pick(&["{\"hello\":1}", "{}", "{\"namespace\":\"A.B\",\"registrationState\":\"Registered\"}"]).to_owned(),
            _ => self.resource(),
        }
    }

    fn file(&mut self) -> (&'static str, String) {
        let elements: Vec<String> = (0..self.below(30)).map(|_| self.element()).collect();
        let list = |elements: &[String]| format!("[{}]", elements.join(",\n"));
        match self.below(6) {
            0 => ("json", list(&elements)),
            1 => {
                let link = self.pick(&["null", "\"https://management.azure.com/x\""]);
                ("json", format!("{{\"value\":{},\"nextLink\":{link}}}", list(&elements)))
            }
            2 => {
                let total = elements.len() as u64 + self.below(2);
                ("json", format!("{{\"totalRecords\":{total},\"data\":{}}}", list(&elements)))
            }
            3 => ("json", elements.join("\n\n")),
            _ => ("ndjson", elements.join("\n")),
        }
    }
}

/// Everything is kept, and policies look into some members of some types.
fn looked_into() -> Kept {
    let mut reads = Reads::new();
    let types: Vec<ResourceType> = TYPES.iter().skip(2).map(|text| ResourceType::new(text)).collect();
    for path in ["properties.isEnabled", "properties.sources[*].eventSource", "sku.name", "properties.x"] {
        for resource_type in &types {
            reads.add_path(resource_type, path);
        }
    }
    let mut kept = Kept::all();
    kept.add(&reads);
    kept.look_into(types);
    kept
}

/// Along every path that begins with two of these keys a body says the same, whether the path was named or not.
fn parts_say_what_the_whole_says(inventory: &Inventory) {
    const INNER: [&str; 7] = ["isEnabled", "ISENABLED", "sources", "x", "scopes", "name", "none"];
    for resource in inventory.all_resources() {
        // A copy, so that the body stays as it is: the whole of it is read where a part doesn't do.
        let body = resource.body.clone();
        let seen: Vec<_> =
            ["properties", "Properties", "sku", "SKU", "tags", "kind", "id", "identity", "none"]
                .iter()
                .flat_map(|first| INNER.map(|second| (*first, second)))
                .map(|(first, second)| {
                    let along = body.along(first, Some(second)).at(&[first, second]).cloned();
                    (first, second, along, body.along(first, None).get(first).cloned())
                })
                .collect();
        for (first, second, along, member) in seen {
            assert_eq!(along.as_ref(), body.value().at(&[first, second]), "{first} {second} of {body}");
            assert_eq!(member.as_ref(), body.value().get(first), "{first} of {body}");
        }
    }
}

#[test]
fn pieces_give_what_the_whole_gives() {
    let mut random = Random(41);
    let mut kept_resources = 0;
    for round in 0..150 {
        let folder = tempfile::tempdir().expect("a folder");
        for number in 0..=random.below(3) {
            let (form, text) = random.file();
            fs::write(folder.path().join(format!("{number}.{form}")), text).expect("written");
        }
        let whole = read(folder.path(), None, 0);
        kept_resources += whole.inventory.resource_count();
        let wanted = answers(&whole);
        for (block, kept) in [(200, Kept::all()), (1 << 20, Kept::all()), (1 << 20, looked_into())] {
            let pieces = read(folder.path(), Some(&kept), block);
            parts_say_what_the_whole_says(&pieces.inventory);
            let found = answers(&pieces);
            if found != wanted {
                let pair = wanted.lines().zip(found.lines()).find(|(a, b)| a != b);
                panic!("round {round}, block {block}: {pair:#?}\n{}", folder.keep().display());
            }
        }
    }
    assert!(kept_resources > 1000, "{kept_resources}");
}

fn row(subscription: u32, resource_type: &str, name: &str, properties: &str) -> String {
    format!(
        r#"{{"id":"/subscriptions/s{subscription}/resourceGroups/g/providers/{resource_type}/{name}","name":"{name}","type":"{}","tenantId":"t","location":"westeurope","resourceGroup":"g","subscriptionId":"s{subscription}","tags":null,"properties":{properties}}}"#,
        resource_type.to_ascii_lowercase()
    )
}

#[test]
fn what_nothing_reads_is_listed_and_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows: Vec<String> = (0..20)
        .flat_map(|number| {
            [
                row(number, "Microsoft.Storage/storageAccounts", "store", r#"{"a":[1]}"#),
                row(number, "Microsoft.Security/automations", "export", r#"{"isEnabled":true}"#),
                // Not plain: it goes through the other reader.
                row(number, "Microsoft.Storage/storageAccounts", "odd", "null"),
            ]
        })
        .collect();
    fs::write(folder.path().join("rows.ndjson"), rows.join("\n")).expect("written");
    let default = read(folder.path(), Some(&Kept::default()), 1 << 20).inventory;
    assert_eq!(default.resource_count(), 20);
    let storage = ResourceType::new("Microsoft.Storage/storageAccounts");
    assert!(default.given().any(|given| *given == storage));
    assert_eq!(default.dropped().collect::<Vec<_>>(), [&storage]);
    assert_eq!(default.unlisted_subscriptions().len(), 20);
    let everything = read(folder.path(), Some(&Kept::all()), 1 << 20).inventory;
    assert_eq!(everything.given().collect::<Vec<_>>(), default.given().collect::<Vec<_>>());
    assert_eq!((everything.resource_count(), everything.dropped().count()), (60, 0));
    let mut reads = Reads::new();
    reads.add_type(&storage);
    let mut kept = Kept::default();
    kept.add(&reads);
    let more = read(folder.path(), Some(&kept), 1 << 20).inventory;
    assert_eq!((more.resource_count(), more.dropped().count()), (60, 0));
}

#[test]
fn a_listing_of_what_was_dropped_tells_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let text = row(1, "Microsoft.Storage/storageAccounts", "store", "{}");
    fs::write(folder.path().join("rows.ndjson"), text).expect("written");
    let mut sources = SourceMap::new();
    let mut faults = Diagnostics::new();
    let inputs =
        source::discover(&[folder.path().to_owned()], &mut std::io::empty(), &mut sources, &mut faults);
    let asserted = [Completeness::parse("Microsoft.Storage/storageAccounts").expect("a flag")];
    for (kept, wanted) in [(Kept::default(), Listing::Unknown), (Kept::all(), Listing::Asserted)] {
        let mut builder = InventoryBuilder::keeping(kept.clone());
        let reader = PieceReader::new(kept);
        for piece in Splitter::open(&mut sources, &inputs[0]) {
            let provenance = Provenance { file: inputs[0].file, lines: true };
            builder.take(reader.read(piece), provenance, &mut faults);
        }
        let (inventory, _, _) = builder.finish(&asserted, &sources, &|_| None);
        let scope = Scope::Subscription(SubscriptionId::new("s1"));
        assert_eq!(
            inventory.listing(&ResourceType::new("microsoft.storage/storageaccounts"), &scope),
            wanted
        );
    }
}

#[test]
fn the_order_of_files_does_not_matter() {
    let mut random = Random(5);
    let files: Vec<(&str, String)> = (0..4).map(|_| random.file()).collect();
    let mut seen = Vec::new();
    for turn in 0..4 {
        let folder = tempfile::tempdir().expect("a folder");
        for (at, (form, text)) in files.iter().enumerate() {
            let name = format!("{}.{form}", (at + turn) % 4);
            fs::write(folder.path().join(name), text).expect("written");
        }
        let inventory = read(folder.path(), Some(&Kept::default()), 1 << 16).inventory;
        let mut text = String::new();
        for subscription in inventory.subscriptions() {
            let _ = writeln!(text, "{} {:?}", subscription.id, subscription.chain);
            for resource_type in TYPES {
                for resource in inventory.resources(&subscription.id, &ResourceType::new(resource_type)) {
                    let _ = writeln!(text, "{}", resource.id.folded());
                }
            }
        }
        let given: Vec<&str> = inventory.given().map(ResourceType::folded).collect();
        seen.push(format!("{text}{given:?} {}", inventory.resource_count()));
    }
    assert!(seen.iter().all(|text| *text == seen[0]), "{seen:#?}");
    assert!(seen[0].lines().count() > 5, "{}", seen[0]);
}

/// A list of rows that is larger than what is read at once, with a fault in one of them.
#[test]
fn a_fault_within_a_large_list_has_its_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let filler = "x".repeat(2000);
    let mut text = "[\n".to_owned();
    for number in 0..2000 {
        let properties = match number {
            1500 => "{\"isEnabled\" true}".to_owned(),
            _ => format!("{{\"isEnabled\":true,\"description\":\"{filler}\"}}"),
        };
        let comma = if number == 1999 { "" } else { "," };
        let _ = writeln!(
            text,
            "  {}{comma}",
            row(number, "Microsoft.Security/automations", "export", &properties)
        );
    }
    text.push_str("]\n");
    let line = text.lines().nth(1501).expect("the faulty line");
    let column = line.find("true}").expect("the fault") + 1;
    fs::write(folder.path().join("rows.json"), &text).expect("written");
    let read = read(folder.path(), Some(&Kept::default()), 1 << 20);
    assert_eq!(read.inventory.resource_count(), 1999);
    assert_eq!(read.faults.len(), 1, "{:?}", read.faults);
    let style = RenderStyle { width: 100, color: false, unicode: false };
    let fault = read.faults.iter().next().expect("a fault");
    let shown = render(fault, &read.sources, style);
    assert!(shown.contains(&format!(":1502:{column}]")), "{column}: {shown}");
    let automations = ResourceType::new(ResourceType::AUTOMATION);
    let scope = Scope::Subscription(SubscriptionId::new("s1"));
    assert!(matches!(read.inventory.listing(&automations, &scope), Listing::Disproved(..)));
}

/// The inputs are read again if a policy turns out to read a type that nothing else reads.
#[test]
fn what_a_policy_reads_is_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut rows = String::new();
    for number in 0..3 {
        let _ = writeln!(
            rows,
            r#"{{"id":"/subscriptions/s{number}","name":"sub-{number}","type":"microsoft.resources/subscriptions","tenantId":"t","subscriptionId":"s{number}","tags":{{}},"properties":{{"state":"Enabled"}}}}"#
        );
        let https = number != 1;
        let properties = format!("{{\"supportsHttpsTrafficOnly\":{https}}}");
        if number < 2 {
            rows.push_str(&row(number, "Microsoft.Storage/storageAccounts", "store", &properties));
            rows.push('\n');
        }
        rows.push_str(&row(number, "Microsoft.Sql/servers", "unread", "{}"));
        rows.push('\n');
    }
    let assignments: Vec<String> = (0..3)
        .map(|number| {
            format!(
                r#"{{"id":"/subscriptions/s{number}/providers/Microsoft.Authorization/policyAssignments/a","type":"Microsoft.Authorization/policyAssignments",
                "properties":{{"scope":"/subscriptions/s{number}","policyDefinitionId":"/providers/Microsoft.Authorization/policyDefinitions/own"}}}}"#
            )
        })
        .collect();
    let definition = r#"{"id":"/providers/Microsoft.Authorization/policyDefinitions/own","type":"Microsoft.Authorization/policyDefinitions",
        "properties":{"displayName":"Own","mode":"All","policyRule":{"if":{"field":"type","equals":"Microsoft.Resources/subscriptions"},
        "then":{"effect":"auditIfNotExists","details":{"type":"Microsoft.Storage/storageAccounts","existenceScope":"subscription"}}}}}"#;
    // Policies come first or last: all the same.
    for names in [["a.json", "b.json", "c.ndjson"], ["c.json", "b.json", "a.ndjson"]] {
        let folder = folder.path().join(names[0]);
        fs::create_dir_all(&folder).expect("a folder");
        fs::write(folder.join(names[0]), definition).expect("written");
        fs::write(folder.join(names[1]), format!("[{}]", assignments.join(","))).expect("written");
        fs::write(folder.join(names[2]), &rows).expect("written");
        let words = ["azpol".into(), "scan".into(), "--complete".into(), folder.into_os_string()];
        let Command::Scan(args) = Cli::try_parse_from(words).expect("words").command else { panic!("scan") };
        let session = Session::start(&args.run, &mut std::io::empty());
        let states: Vec<_> = session.run.rows.iter().map(|row| row.state.as_str()).collect();
        assert_eq!(states, ["Compliant", "Compliant", "NonCompliant"], "{:?}", session.faults);
        let dropped: Vec<&str> = session.inventory.dropped().map(ResourceType::as_str).collect();
        assert_eq!(dropped, ["Microsoft.Sql/servers"]);
    }
}
