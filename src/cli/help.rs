//! What stands below the flags in `--help`: examples, and what exit codes mean. At most 98 columns wide.

macro_rules! scan_examples {
    () => {
        "\
Examples:
  azpol scan subscriptions.json automations.json assignments.json
  azpol scan exports/ --complete --fail-on noncompliant,error
  azpol scan exports/ --assign ffb6f416-7bd2-4488-8828-56585fef2be9 --at mg-contoso \\
        --param resourceGroupName=rg-export --param resourceGroupLocation=westeurope \\
        --param workspaceResourceId=/subscriptions/…/workspaces/law
  az graph query -q \"resources\" --first 1000 | azpol scan - exports/ --format json -o result.json"
    };
}

macro_rules! plan_examples {
    () => {
        "\
Examples:
  azpol plan exports/
  azpol plan exports/ -o plan/
  azpol plan exports/ --subscription app-prod-01 --format json
  azpol plan exports/ --fail-on hazard --detailed-exitcode"
    };
}

macro_rules! eval_examples {
    () => {
        "\
Examples:
  azpol eval \"concat('a', toLower('B'))\"
  azpol eval \"[padLeft(parameters('n'), 4, '0')]\" --param n=7
  azpol eval \"field('tags')\" --resource exports/:vm-01
  azpol eval \"variables('names')\" --template main.json --param prefix=x
  azpol eval --stdin < expressions.txt
  azpol eval                                 a prompt"
    };
}

macro_rules! test_examples {
    () => {
        "\
Examples:
  azpol test policies/
  azpol test policies/ --filter \"switched off\"
  azpol test policies/ --coverage --min-coverage 80
  azpol test policies/ --junit results.xml"
    };
}

/// Below `azpol test -h`.
pub const TEST: &str = test_examples!();

/// Below `azpol test --help`.
pub const TEST_LONG: &str = concat!(
    test_examples!(),
    "

Exit codes, the first that holds:
  2    wrong usage
  3    a file could not be read, or a case not be evaluated
  1    a case fails, or less was seen than --min-coverage asks
  0    every case passes"
);

/// Below `azpol eval -h`.
pub const EVAL: &str = eval_examples!();

/// Below `azpol eval --help`.
pub const EVAL_LONG: &str = concat!(
    eval_examples!(),
    "

A text without brackets is taken as an expression if it is one; any other text stands for itself.

Exit codes, the first that holds:
  2    wrong usage
  3    a file could not be read, or the value isn't known: something wasn't given, or only a
       running deployment knows it (what remains of the expression is printed)
  1    the expression is wrong: the service would refuse it, too
  0    a value"
);

/// Below `azpol --help`.
pub const AZPOL: &str = "\
Examples:
  azpol scan exports/                        which subscriptions are non-compliant, and why
  azpol plan exports/                        and what a remediation would deploy
  azpol plan exports/ -o plan/               the same as files, ready to run
  azpol validate policies/                   faults of definitions, all at once
  azpol eval \"toLower('A')\"                  the value of an expression
  azpol explain app-prod-02 exports/         why a resource has its states
  azpol explain AZP0312                      what a code means

`azpol scan --help` and `azpol plan --help` list the exit codes.";

/// Below `azpol scan -h`.
pub const SCAN: &str = scan_examples!();

/// Below `azpol scan --help`.
pub const SCAN_LONG: &str = concat!(
    scan_examples!(),
    "

Exit codes, the first that holds:
  4    an internal error or a limit
  2    wrong usage or configuration, or the result can't be written
  3    an input could not be read, an assignment could not be evaluated, or a row is Undetermined;
       also where nothing was found to evaluate (without --allow-empty)
  1    findings that --fail-on names: without it NonCompliant and Error
  0    nothing to object to
  130  interrupted

Undetermined rows give 3 unless a given --fail-on leaves `undetermined` out."
);

/// Below `azpol plan -h`.
pub const PLAN: &str = plan_examples!();

/// Below `azpol plan --help`.
pub const PLAN_LONG: &str = concat!(
    plan_examples!(),
    "

Exit codes, the first that holds:
  4    an internal error or a limit
  2    wrong usage or configuration, or the plan can't be written
  3    an input could not be read, an assignment could not be evaluated, or a row is Undetermined;
       also where nothing was found to evaluate (without --allow-empty)
  1    a deployment doesn't converge or would be refused, or what --fail-on names
  5    something would be deployed (only with --detailed-exitcode)
  0    a plan that holds, with or without changes
  130  interrupted

Undetermined rows give 3 unless a given --fail-on leaves `undetermined` out."
);

/// Below `azpol explain --help`.
pub const EXPLAIN: &str = "\
Examples:
  azpol explain app-prod-02 exports/
  azpol explain app-prod-02 exports/ --definition ffb6f416 --full
  azpol explain stcontoso01 exports/ --policy my-policy.json --param effect=Audit
  azpol explain /subscriptions/… exports/ --format json
  azpol explain AZP0312                      the page of a code

Exit codes: 0 explained; 2 wrong usage; 3 an input could not be read, an assignment could not be
evaluated, or a state is Undetermined.";

/// Below `azpol manifest --help`.
pub const MANIFEST: &str = "\
Examples:
  azpol manifest exports/ --scope / --collected 2025-03-01T06:00:00Z
  azpol manifest exports/ --scope / --scope automations.json=/subscriptions/{id}
  azpol manifest exports/ --scope / --type empty.json=Microsoft.Security/automations --print

A value for one file stands there instead of the value for all. Without --scope the manifest
says nothing about completeness. A single document is no listing, and gets a scope only by name.

Exit codes: 0 written; 2 wrong usage; 3 a file could not be read (then nothing is written), or
contradicts another.";

/// Below `azpol validate --help`.
pub const VALIDATE: &str = "\
Examples:
  azpol validate policies/
  azpol validate definition.json --fail-on warning --ignore AZP1041,AZP1042
  azpol validate policies/ --select contradiction --format json

Exit codes: 2 wrong usage, 3 an input could not be read, 1 findings that --fail-on names, 0 none.";
