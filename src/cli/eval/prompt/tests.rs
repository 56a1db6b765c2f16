use std::collections::VecDeque;
use std::io;

use clap::Parser;

use super::{Line, Lines, is_open, talk};
use crate::arm::Semantics;
use crate::arm::expression::Dialect;
use crate::cli::args::{Cli, Command};
use crate::cli::eval::facts::Facts;
use crate::source::{Diagnostics, RenderStyle, SourceMap};

/// Lines that were written down before.
#[derive(Default)]
struct Script {
    lines: VecDeque<Line>,
    prompts: Vec<String>,
    remembered: Vec<String>,
    dialects: Vec<Dialect>,
}

impl Lines for Script {
    fn read(&mut self, prompt: &str) -> io::Result<Line> {
        self.prompts.push(prompt.to_owned());
        Ok(self.lines.pop_front().unwrap_or(Line::End))
    }

    fn remember(&mut self, text: &str) {
        self.remembered.push(text.to_owned());
    }

    fn speaks(&mut self, dialect: Dialect) {
        self.dialects.push(dialect);
    }
}

fn said_to(lines: impl IntoIterator<Item = Line>) -> (Script, String) {
    let Command::Eval(args) = Cli::try_parse_from(["azpol", "eval"]).expect("good usage").command else {
        panic!("eval")
    };
    let mut facts =
        Facts::new(&args, None, Semantics::default(), &mut SourceMap::new(), &mut Diagnostics::new());
    let mut script = Script { lines: lines.into_iter().collect(), ..Script::default() };
    let mut out = Vec::new();
    let style = RenderStyle { width: 100, color: false, unicode: true };
    talk(&mut facts, &mut script, &mut out, style).expect("nothing fails");
    (script, String::from_utf8(out).expect("UTF-8"))
}

fn said(lines: &[&str]) -> (Script, String) {
    said_to(lines.iter().map(|line| Line::Text((*line).to_owned())))
}

#[test]
fn values_and_diagnostics_are_answered_line_by_line() {
    let (script, out) = said(&["add(1, 2)", "", "conact('a')", "toUpper('x')"]);
    assert!(out.starts_with("3\nAZP0203: there is no function `conact`"), "{out}");
    assert!(out.contains("did you mean `concat`?") && out.ends_with("\"X\"\n"), "{out}");
    assert_eq!(script.remembered, ["add(1, 2)", "conact('a')", "toUpper('x')"]);
}

#[test]
fn what_is_open_goes_on_in_the_next_line() {
    let (script, out) = said(&["[concat(", "  'a(',", "  'b')]", "1"]);
    assert_eq!(out, "\"a(b\"\n1\n");
    assert_eq!(script.prompts[0], "azpol> ");
    assert_eq!(script.prompts[1], "   ... ");
    assert_eq!(script.remembered[0], "[concat(\n  'a(',\n  'b')]");
    // At the end what is open is answered as it stands; an interruption drops it.
    assert!(said(&["concat('a'"]).1.contains("AZP0201"));
    let lines = [Line::Text("concat(".to_owned()), Line::Interrupted, Line::Text("7".to_owned())];
    assert_eq!(said_to(lines).1, "7\n");
    assert!(!is_open("a')("), "a bracket within a text opens nothing");
    assert!(is_open("f('('"), "the bracket of the call is open");
}

#[test]
fn parameters_and_variables_are_set_and_the_dialect_changes() {
    let (script, out) = said(&[
        "parameters('x')",
        ":set x = {\"a\": 1}",
        "parameters('X').a",
        ":type parameters('x')",
        ":dialect template",
        ":var v=text",
        "concat(variables('v'), '!')",
        ":facts",
        ":set broken",
    ]);
    assert!(out.contains("AZP1302") && out.contains("give `--param NAME=VALUE`"), "{out}");
    assert!(out.contains("\n1\nObject: a\nexpressions stand in a deployment template\n\"text!\"\n"), "{out}");
    assert!(out.contains("{\"a\":1}") && out.contains("v (variable)"), "{out}");
    assert!(out.contains("write --param NAME=VALUE"), "{out}");
    assert_eq!(script.dialects, [Dialect::Policy, Dialect::Template]);
}

#[test]
fn commands_are_helped_with_and_secrets_are_not_remembered() {
    let (script, out) = said(&[":hlep", ":xyzzy", ":help", ":functions tol", ":q", "1"]);
    assert!(out.contains("did you mean `:help`?") && out.contains("`:help` lists"), "{out}");
    assert!(out.contains(":set NAME=VALUE") && out.contains("toLower"), "{out}");
    assert!(!out.ends_with("1\n"), "{out}");
    assert_eq!(script.lines.len(), 1);
    let (script, _) = said(&[":set c=SharedAccessKey=abcdefgh"]);
    assert!(script.remembered.is_empty());
}
