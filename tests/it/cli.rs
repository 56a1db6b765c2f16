//! The command line from outside: what is typed, what is printed where, and what the process answers.

use std::fs;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use tempfile::TempDir;

const CONTOSO: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/fixtures/contoso");
const EXPORT: &str = "ffb6f416-7bd2-4488-8828-56585fef2be9";
const S: &str = "11111111-2222-3333-4444-555555555555";

/// What a run came to.
#[derive(Debug)]
struct Ran {
    code: i32,
    out: String,
    err: String,
}

impl Ran {
    /// Asserts the exit code; what was printed stands in the failure.
    #[track_caller]
    fn exits(self, code: i32) -> Ran {
        assert_eq!(self.code, code, "{}\n{}", self.out, self.err);
        self
    }
}

/// A call of azpol in a folder, apart from the environment of whoever runs the test.
fn azpol(folder: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_azpol"));
    command.current_dir(folder).stdin(Stdio::null());
    let ours = ["NO_COLOR", "TERM"];
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("AZPOL_") || ours.iter().any(|ours| name == *ours) {
            command.env_remove(name);
        }
    }
    command.env("COLUMNS", "100");
    command
}

fn ran(command: &mut Command) -> Ran {
    let output = command.output().expect("azpol runs");
    Ran {
        code: output.status.code().expect("an exit code"),
        out: String::from_utf8(output.stdout).expect("text"),
        err: String::from_utf8(output.stderr).expect("text"),
    }
}

fn run(folder: &Path, arguments: &[&str]) -> Ran {
    ran(azpol(folder).args(arguments))
}

fn folder(files: &[(&str, &str)]) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    for (name, text) in files {
        let path = folder.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        fs::write(path, text).expect("written");
    }
    folder
}

fn subscriptions() -> String {
    format!(
        r#"[{{"id": "{S}", "name": "one", "state": "Enabled", "isDefault": true,
            "tenantId": "99999999-8888-7777-6666-555555555555"}}]"#
    )
}

fn automations() -> String {
    format!(
        r#"[{{"id": "/subscriptions/{S}/resourceGroups/rg/providers/microsoft.security/automations/other",
            "name": "other", "type": "microsoft.security/automations", "location": "westeurope",
            "properties": {{"isEnabled": true, "sources": [], "actions": [], "scopes": []}}}}]"#
    )
}

fn groups() -> String {
    format!(
        r#"[{{"id": "/subscriptions/{S}/resourceGroups/rg", "name": "rg", "location": "westeurope",
            "type": "Microsoft.Resources/resourceGroups", "properties": {{}}}}]"#
    )
}

/// Plain files that say nothing about completeness, and the flags of a proposed export.
fn first_hour() -> (TempDir, Vec<String>) {
    let folder = folder(&[
        ("in/subscriptions.json", &subscriptions()),
        ("in/automations.json", &automations()),
        ("in/groups.json", &groups()),
    ]);
    let target = format!(
        "workspaceResourceId=/subscriptions/{S}/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law"
    );
    let at = format!("/subscriptions/{S}");
    let flags = [
        "--assign",
        EXPORT,
        "--at",
        &at,
        "--param",
        "resourceGroupName=rg",
        "--param",
        "resourceGroupLocation=westeurope",
        "--param",
        &target,
    ];
    (folder, flags.map(str::to_owned).to_vec())
}

// --- explain ---------------------------------------------------------------------------------------

#[test]
fn a_page_is_printed_whatever_the_case() {
    let here = folder(&[]);
    let page = run(here.path(), &["explain", "AZP0102"]).exits(0);
    assert_eq!(page.out, fs::read_to_string(root("docs/codes/AZP0102.md")).expect("a page"));
    assert_eq!(run(here.path(), &["explain", "azp0102"]).exits(0).out, page.out);
    let unknown = run(here.path(), &["explain", "AZP0199"]).exits(2);
    assert!(unknown.out.is_empty() && unknown.err.contains("did you mean `AZP0"), "{unknown:?}");
}

fn root(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

// --- manifest --------------------------------------------------------------------------------------

#[test]
fn a_manifest_makes_listings_complete() {
    let (here, flags) = first_hour();
    let scan = || {
        let mut command = azpol(here.path());
        ran(command.args(["scan", "in", "--format", "json"]).args(&flags))
    };
    let state = |ran: &Ran| {
        let json: serde_json::Value = serde_json::from_str(&ran.out).expect("json");
        json["rows"][0]["state"].as_str().expect("a state").to_owned()
    };
    assert_eq!(state(&scan().exits(3)), "Undetermined");
    let written = run(
        here.path(),
        &[
            "manifest",
            "in",
            "--scope",
            "/",
            "--collected",
            "2025-03-01T06:00:00Z",
            "--command=groups.json=az group list",
        ],
    )
    .exits(0);
    assert!(written.out.is_empty() && written.err.contains("in/manifest.yaml"), "{written:?}");
    let text = fs::read_to_string(here.path().join("in/manifest.yaml")).expect("a manifest");
    for line in [
        "- path: automations.json\n  types:\n  - Microsoft.Security/automations\n  scopes:\n  - /\n  collected: 2025-03-01T06:00:00Z\n  sha256: ",
        "- path: groups.json\n  types:\n  - Microsoft.Resources/subscriptions/resourceGroups\n  scopes:\n  - /\n  command: az group list\n",
    ] {
        assert!(text.contains(line), "{line} in {text}");
    }
    let decided = scan().exits(1);
    assert_eq!(state(&decided), "NonCompliant");
    assert!(decided.err.is_empty(), "the manifest gives no findings: {}", decided.err);
    assert!(decided.out.contains("2025-03-01T06:00:00Z"));
}

#[test]
fn a_manifest_without_scopes_says_that_it_proves_nothing() {
    let (here, flags) = first_hour();
    let written = run(here.path(), &["manifest", "in"]).exits(0);
    assert!(written.err.contains("no listing is said to be complete"), "{}", written.err);
    let scan = ran(azpol(here.path()).args(["scan", "in"]).args(&flags)).exits(3);
    assert!(scan.err.is_empty() && scan.out.contains("undetermined"), "{scan:?}");
}

#[test]
fn a_manifest_is_not_written_over_and_a_flag_may_look_at_it() {
    let (here, _) = first_hour();
    run(here.path(), &["manifest", "in"]).exits(0);
    let path = here.path().join("in/manifest.yaml");
    let first = fs::read_to_string(&path).expect("a manifest");
    let refused = run(here.path(), &["manifest", "in", "--scope", "/"]).exits(2);
    assert!(refused.err.starts_with("AZP1406"), "{}", refused.err);
    let printed = run(here.path(), &["manifest", "in", "--scope", "/", "--print"]).exits(0);
    assert_eq!(fs::read_to_string(&path).expect("a manifest"), first);
    run(here.path(), &["manifest", "in", "--scope", "/", "--force"]).exits(0);
    assert_eq!(fs::read_to_string(&path).expect("a manifest"), printed.out);
    assert_ne!(printed.out, first);
    fs::create_dir(here.path().join("in/deep")).expect("a folder");
    fs::copy(&path, here.path().join("in/deep/facts.yaml")).expect("copied");
    let second = run(here.path(), &["manifest", "in", "--force"]).exits(2);
    assert!(second.err.contains("`deep/facts.yaml` is a manifest too"), "{}", second.err);
}

#[test]
fn what_is_no_listing_or_is_empty_is_said() {
    let definition = r#"{"properties": {"mode": "All", "policyRule":
        {"if": {"field": "type", "equals": "x/y"}, "then": {"effect": "audit"}}}}"#;
    let here = folder(&[
        ("in/subscriptions.json", &subscriptions()),
        ("in/automations.json", "[]"),
        ("in/definition.json", definition),
        ("in/package.json", r#"{"name": "x", "dependencies": {}}"#),
        ("in/azpol.yaml", "format: json\n"),
    ]);
    let written = run(here.path(), &["manifest", "in", "--scope=/", "--print"]).exits(0);
    assert!(written.err.contains("automations.json is empty"), "{}", written.err);
    assert!(written.err.contains("definition.json holds a single document"), "{}", written.err);
    assert!(!written.out.contains("package.json") && !written.out.contains("azpol.yaml"), "{}", written.out);
    let named = run(
        here.path(),
        &[
            "manifest",
            "in",
            "--scope=/",
            "--scope=definition.json=/",
            "--type=automations.json=Microsoft.Security/automations",
            "--print",
        ],
    )
    .exits(0);
    assert_eq!(named.out.matches("  - /\n").count(), 3, "{}", named.out);
    assert!(!named.err.contains("is empty") && !named.err.contains("single document"), "{}", named.err);
}

#[test]
fn a_file_that_cannot_be_read_gets_no_manifest() {
    let here = folder(&[("in/subscriptions.json", &subscriptions()), ("in/cut.json", "[{\"id\": ")]);
    let refused = run(here.path(), &["manifest", "in", "--scope", "/"]).exits(3);
    assert!(refused.err.starts_with("AZP0102"), "{}", refused.err);
    assert!(!here.path().join("in/manifest.yaml").exists());
    let empty = folder(&[("in/notes.txt", "")]);
    assert!(run(empty.path(), &["manifest", "in"]).exits(3).err.contains("nothing is written"));
    assert!(run(empty.path(), &["manifest", "-"]).exits(2).err.starts_with("AZP1405"));
}

// --- generate-tenant -------------------------------------------------------------------------------

#[test]
fn a_generated_tenant_can_be_scanned_and_is_not_mixed_with_other_files() {
    let here = folder(&[("full/x.json", "[]")]);
    run(here.path(), &["generate-tenant", "a/tenant", "--subscriptions", "40", "--foreign", "2"]).exits(0);
    run(here.path(), &["generate-tenant", "b", "--subscriptions", "40", "--foreign", "2"]).exits(0);
    let file = |folder: &str| fs::read(here.path().join(folder).join("resources.ndjson")).expect("a file");
    assert_eq!(file("a/tenant"), file("b"));
    let scan = run(here.path(), &["scan", "b"]).exits(1);
    assert!(scan.err.is_empty() && scan.out.contains("40 subscriptions"), "{scan:?}");
    let refused = run(here.path(), &["generate-tenant", "full"]).exits(2);
    assert!(refused.err.starts_with("AZP1409"), "{}", refused.err);
    assert!(!run(here.path(), &["--help"]).exits(0).out.contains("generate-tenant"));
}

// --- configuration ---------------------------------------------------------------------------------

#[test]
fn choices_come_from_flags_then_variables_then_the_nearest_file() {
    let here = folder(&[
        ("azpol.yaml", "format: json\nfail-on: never\n"),
        ("deep/er/x.txt", ""),
        ("other.yaml", "fail-on: [noncompliant]\n"),
    ]);
    let below = here.path().join("deep/er");
    let is_json = |ran: &Ran| ran.out.starts_with('{');
    let found = run(&below, &["scan", CONTOSO]).exits(0);
    assert!(is_json(&found));
    let variable = ran(azpol(&below).args(["scan", CONTOSO]).env("AZPOL_FORMAT", "table")).exits(0);
    assert!(!is_json(&variable));
    let empty = ran(azpol(&below).args(["scan", CONTOSO]).env("AZPOL_FORMAT", "")).exits(0);
    assert!(is_json(&empty));
    let flag =
        ran(azpol(&below).args(["scan", CONTOSO, "--format=json"]).env("AZPOL_FORMAT", "table")).exits(0);
    assert!(is_json(&flag));
    ran(azpol(&below).args(["scan", CONTOSO]).env("AZPOL_FAIL_ON", "noncompliant")).exits(1);
    run(&below, &["scan", CONTOSO, "--config", "../../other.yaml"]).exits(1);
    ran(azpol(&below).args(["scan", CONTOSO]).env("AZPOL_CONFIG", "../../other.yaml")).exits(1);
}

#[test]
fn faults_of_the_configuration_stop_the_run() {
    let here = folder(&[("azpol.yaml", "fail-on: [nonsense]\nfromat: json\n")]);
    let refused = run(here.path(), &["scan", CONTOSO]).exits(2);
    assert!(refused.out.is_empty(), "{}", refused.out);
    for part in ["AZP0401", "AZP0402", "azpol.yaml:2:1", "did you mean `format`?"] {
        assert!(refused.err.contains(part), "{part} in {}", refused.err);
    }
    let missing = run(here.path(), &["scan", CONTOSO, "--config", "missing.yaml"]).exits(2);
    assert!(missing.err.starts_with("AZP0108: `missing.yaml`"), "{}", missing.err);
    fs::write(here.path().join("azpol.yaml"), "format: [json\n").expect("written");
    assert!(run(here.path(), &["scan", CONTOSO]).exits(2).err.starts_with("AZP0112"));
}

#[test]
fn a_configuration_among_the_inputs_is_no_unknown_document() {
    let here = folder(&[("azpol.yaml", "color: never\n"), ("subscriptions.json", &subscriptions())]);
    let scan = run(here.path(), &["scan", ".", "--allow-empty"]).exits(0);
    assert!(scan.err.is_empty(), "{}", scan.err);
}

// --- wrong usage and unreadable inputs -------------------------------------------------------------

#[test]
fn wrong_usage_exits_with_2_and_without_a_result() {
    let here = folder(&[]);
    let wrong: &[(&[&str], &str)] = &[
        (&["--complete=nonsense"], "AZP0520"),
        (&["--subscription", "app-prd-01"], "AZP0703"),
        (&["--scope", "mg-nowhere"], "AZP0705"),
        (&["--assign", "nothing", "--at", "mg-contoso"], "AZP0704"),
        (&["--assign", EXPORT, "--at", "mg-nowhere"], "AZP0705"),
        (&["--assign", EXPORT, "--at", "mg-contoso", "--at", "mg-prod"], "AZP0705"),
        (&["--assign", EXPORT, "--at", "mg-contoso", "--param", "x"], "AZP0706"),
        (&["--assign", EXPORT, "--at", "mg-contoso", "--param", "exportedDataType=5"], "AZP03"),
        (&["--now", "yesterday"], "AZP1404"),
        (&["--jobs", "0"], "error: invalid value '0'"),
        (&["--format", "xml"], "error: invalid value 'xml'"),
        (&["--fail-on="], "error: a value is required"),
        (&["--at", "mg-contoso"], "error: the following required arguments"),
    ];
    for (flags, begins) in wrong {
        for command in ["scan", "plan"] {
            let refused = ran(azpol(here.path()).args([command, CONTOSO]).args(*flags));
            let Ran { code, out, err } = &refused;
            assert_eq!((*code, out.as_str()), (2, ""), "{flags:?}: {err}");
            assert!(err.contains(begins), "{flags:?}: {err}");
        }
    }
    run(here.path(), &[]).exits(2);
    run(here.path(), &["scan"]).exits(2);
}

#[test]
fn an_input_that_cannot_be_read_exits_with_3() {
    let here = folder(&[("junk/a.json", "{"), ("junk/b.json", "hello\0"), ("empty/x.txt", "")]);
    let missing = run(here.path(), &["scan", CONTOSO, "missing.json"]).exits(3);
    assert!(missing.err.starts_with("AZP0108") && missing.out.contains("12 subscriptions"), "{missing:?}");
    let junk = run(here.path(), &["scan", "junk"]).exits(3);
    assert!(junk.err.contains("AZP0102") && junk.err.contains("AZP0106"), "{}", junk.err);
    let empty = run(here.path(), &["scan", "empty"]).exits(3);
    assert!(empty.out.starts_with("! no policy assignment was found"), "{}", empty.out);
    run(here.path(), &["scan", "empty", "--allow-empty"]).exits(0);
}

#[test]
fn standard_input_is_read_once() {
    let here = folder(&[]);
    let mut child = azpol(here.path())
        .args(["scan", "-", "-", "--allow-empty"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("azpol runs");
    child.stdin.take().expect("a pipe").write_all(subscriptions().as_bytes()).expect("written");
    let output = child.wait_with_output().expect("azpol ends");
    assert_eq!(output.status.code(), Some(0));
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 subscription"));
    assert!(String::from_utf8_lossy(&output.stderr).contains("AZP0111 note: `-` is given more than once"));
}

// --- the time --------------------------------------------------------------------------------------

const OLD: &str = r#"{"id": "/providers/Microsoft.Authorization/policyDefinitions/old", "name": "old",
    "type": "Microsoft.Authorization/policyDefinitions", "properties": {"mode": "All", "policyRule": {
    "if": {"allOf": [{"field": "type", "equals": "Microsoft.Resources/subscriptions"},
        {"value": "[utcNow()]", "less": "2030-01-01T00:00:00Z"}]},
    "then": {"effect": "auditIfNotExists", "details": {"type": "Microsoft.Security/automations"}}}}}"#;

#[test]
fn the_time_is_asked_for_only_where_a_policy_does() {
    let here = folder(&[("subscriptions.json", &subscriptions()), ("old.json", OLD)]);
    let at = format!("/subscriptions/{S}");
    let scan = |definition: &str, flags: &[&str]| {
        let mut command = azpol(here.path());
        let given =
            ["scan", "subscriptions.json", "old.json", "--format=json", "--complete", "--allow-empty"];
        let ran = ran(command.args(given).args(["--assign", definition, "--at", &at]).args(flags));
        serde_json::from_str::<serde_json::Value>(&ran.out).expect("json")
    };
    let rows = |result: &serde_json::Value| result["rows"].as_array().map(Vec::len);
    let early = scan("old", &["--now", "2025-03-01T06:00:00+02:00"]);
    assert_eq!((early["now"].as_str(), rows(&early)), (Some("2025-03-01T04:00:00.0000000Z"), Some(1)));
    let late = scan("old", &["--now=2031-01-01"]);
    assert_eq!((late["now"].as_str(), rows(&late)), (Some("2031-01-01T00:00:00.0000000Z"), Some(0)));
    assert!(scan("old", &[])["now"].as_str().is_some_and(|now| now.ends_with('Z') && now.len() == 28));
    let export = scan(
        EXPORT,
        &[
            "--param",
            "resourceGroupName=rg",
            "--param",
            "resourceGroupLocation=x",
            "--param",
            "workspaceResourceId=/subscriptions/s/resourceGroups/rg/providers/Microsoft.OperationalInsights/workspaces/law",
        ],
    );
    assert_eq!((export["now"].as_str(), rows(&export)), (None, Some(1)));
}

// --- what is printed -------------------------------------------------------------------------------

#[test]
fn colours_and_symbols_are_chosen() {
    let here = folder(&[]);
    let escape = '\u{1b}';
    assert!(!run(here.path(), &["scan", CONTOSO]).exits(1).out.contains(escape));
    assert!(run(here.path(), &["scan", CONTOSO, "--color=always"]).exits(1).out.contains(escape));
    let variable = |value| ran(azpol(here.path()).args(["scan", CONTOSO]).env("AZPOL_COLOR", value));
    assert!(variable("always").exits(1).out.contains(escape));
    assert!(!variable("never").exits(1).out.contains(escape));
    for command in ["scan", "plan"] {
        let ascii = run(here.path(), &[command, CONTOSO, "missing.json", "--ascii"]).exits(3);
        let strange: Vec<char> =
            ascii.out.chars().chain(ascii.err.chars()).filter(|c| !c.is_ascii()).collect();
        assert!(strange.is_empty(), "{strange:?}");
    }
}

#[test]
fn any_width_is_survived() {
    let here = folder(&[]);
    for columns in ["0", "1", "-5", "wide", "99999999999999999999999", "4294967295", ""] {
        let scan = ran(azpol(here.path()).args(["plan", CONTOSO]).env("COLUMNS", columns)).exits(0);
        assert!(scan.out.contains("app-prod-01"), "{columns}");
    }
}

#[test]
fn threads_change_nothing() {
    let here = folder(&[]);
    let of = |jobs: &str| run(here.path(), &["scan", CONTOSO, "--format=json", "--jobs", jobs]).exits(1).out;
    assert_eq!(of("1"), of("3"));
}

#[test]
fn a_result_goes_to_a_file_and_a_file_that_cannot_be_written_is_told() {
    let here = folder(&[]);
    let written = run(here.path(), &["scan", CONTOSO, "-o", "result.txt"]).exits(1);
    assert!(written.out.is_empty());
    let printed = run(here.path(), &["scan", CONTOSO]).exits(1);
    assert_eq!(fs::read_to_string(here.path().join("result.txt")).expect("a result"), printed.out);
    let refused = run(here.path(), &["scan", CONTOSO, "-o", "missing/result.txt"]).exits(2);
    assert!(refused.err.starts_with("AZP1410"), "{}", refused.err);
    let foreign = folder(&[("plan/mine.txt", "")]);
    let refused = run(foreign.path(), &["plan", CONTOSO, "-o", "plan"]).exits(2);
    assert!(refused.err.contains("AZP0850") && refused.err.contains("mine.txt"), "{}", refused.err);
}

#[test]
fn help_names_exit_codes_and_examples() {
    let here = folder(&[]);
    for command in ["scan", "plan"] {
        let long = run(here.path(), &[command, "--help"]).exits(0).out;
        assert!(long.contains("Examples:") && long.contains("Exit codes"), "{long}");
        let short = run(here.path(), &[command, "-h"]).exits(0).out;
        assert!(short.contains("Examples:") && !short.contains("Exit codes"), "{short}");
        let wide: Vec<&str> = long.lines().filter(|line| line.chars().count() > 100).collect();
        assert!(wide.is_empty(), "{wide:?}");
    }
}

#[cfg(unix)]
mod unix {
    use std::ffi::OsStr;
    use std::io::Read as _;
    use std::os::unix::ffi::OsStrExt as _;
    use std::os::unix::process::ExitStatusExt as _;
    use std::process::{Command, Stdio};
    use std::{fs, thread, time};

    use super::{CONTOSO, azpol, folder, ran, subscriptions};

    #[test]
    fn names_that_are_no_text_are_read() {
        let here = folder(&[]);
        let name = OsStr::from_bytes(b"bad\xff.json");
        fs::write(here.path().join(name), subscriptions()).expect("written");
        let scan = ran(azpol(here.path()).arg("scan").arg(name).arg("--allow-empty")).exits(0);
        assert!(scan.out.contains("1 subscription"), "{scan:?}");
        let manifest = ran(azpol(here.path()).args(["manifest", "."])).exits(3);
        assert!(manifest.err.contains("not in UTF-8"), "{}", manifest.err);
        let plan = OsStr::from_bytes(b"plan\xff");
        ran(azpol(here.path()).args(["plan", CONTOSO, "-o"]).arg(plan)).exits(0);
        assert!(here.path().join(plan).join("plan.json").exists());
    }

    #[test]
    fn a_reader_that_goes_away_is_no_fault() {
        let here = folder(&[]);
        let mut child = azpol(here.path())
            .args(["plan", CONTOSO, "--format=json"])
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("azpol runs");
        drop(child.stdout.take());
        let mut told = String::new();
        child.stderr.take().expect("a pipe").read_to_string(&mut told).expect("text");
        assert_eq!((child.wait().expect("azpol ends").code(), told.as_str()), (Some(0), ""));
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_full_disk_is_a_fault() {
        let here = folder(&[]);
        let full = fs::File::options().write(true).open("/dev/full").expect("the device");
        let output = azpol(here.path()).args(["scan", CONTOSO]).stdout(full).output().expect("azpol runs");
        assert_eq!(output.status.code(), Some(2));
        assert!(String::from_utf8_lossy(&output.stderr).starts_with("AZP1410: standard output"));
    }

    #[test]
    fn an_interrupt_ends_the_process() {
        let here = folder(&[]);
        let mut child =
            azpol(here.path()).args(["scan", "-"]).stdin(Stdio::piped()).spawn().expect("azpol runs");
        // It waits for the end of standard input.
        thread::sleep(time::Duration::from_millis(200));
        let killed = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(killed.is_ok_and(|status| status.success()));
        // A shell shows this signal as 130.
        assert_eq!(child.wait().expect("azpol ends").signal(), Some(2));
    }
}
