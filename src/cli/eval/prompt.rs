//! The conversation at the prompt, whoever reads and writes the lines.

use std::io::{self, Write};
use std::sync::Arc;

use crate::arm::Value;
use crate::arm::expression::Dialect;
use crate::arm::expression::functions;
use crate::arm::nearest::nearest;
use crate::cli::propose;
use crate::report::evaluation::Evaluation;
use crate::source::{Diagnostics, RenderStyle, SourceMap, mask, printable, render};

use super::evaluate::{Form, evaluate};
use super::facts::Facts;

/// The prompt, and what stands in its place while brackets are open.
pub(super) const PROMPT: &str = "azpol> ";
const MORE: &str = "   ... ";

/// How many lines an expression may have before it is given up.
const MAX_LINES: usize = 1000;

/// What comes when a line is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Line {
    /// A line, without its end.
    Text(String),
    /// Whoever types wants to begin anew.
    Interrupted,
    /// Nothing more comes.
    End,
}

/// Where lines come from.
pub(super) trait Lines {
    /// Asks for a line.
    fn read(&mut self, prompt: &str) -> io::Result<Line>;

    /// Is told what was entered, to offer it again.
    fn remember(&mut self, _text: &str) {}

    /// Is told which dialect is spoken.
    fn speaks(&mut self, _dialect: Dialect) {}
}

const COMMANDS: &[(&str, &str)] = &[
    (":help", "this list"),
    (":type EXPRESSION", "the kind of its value"),
    (":set NAME=VALUE", "give a parameter; VALUE is JSON or a plain text"),
    (":var NAME=VALUE", "give a variable of the template"),
    (":dialect policy|template", "where expressions stand"),
    (":facts", "what is given"),
    (":functions [PART]", "the functions of the dialect"),
    (":quit", "leave; Ctrl-D does it, too"),
];

/// The words of the commands.
pub(super) fn commands() -> impl Iterator<Item = &'static str> {
    COMMANDS.iter().filter_map(|(command, _)| command.split(' ').next())
}

/// Answers expressions until nothing more comes.
pub(super) fn talk(
    facts: &mut Facts,
    lines: &mut dyn Lines,
    out: &mut dyn Write,
    style: RenderStyle,
) -> io::Result<()> {
    lines.speaks(facts.dialect);
    loop {
        let Some(text) = entered(lines)? else { return Ok(()) };
        let trimmed = text.trim();
        if trimmed.is_empty() {
            continue;
        }
        // What holds a secret isn't kept.
        if mask(trimmed) == trimmed {
            lines.remember(trimmed);
        }
        let Some(command) = trimmed.strip_prefix(':') else {
            answer(&evaluate(&text, Form::Typed, facts), out, style)?;
            continue;
        };
        let (word, rest) = command.split_once(char::is_whitespace).unwrap_or((command, ""));
        let rest = rest.trim();
        match word.to_ascii_lowercase().as_str() {
            "q" | "quit" | "exit" => return Ok(()),
            "h" | "help" | "?" => help(out)?,
            "t" | "type" => kind(&evaluate(rest, Form::Typed, facts), out, style)?,
            "set" => set("--param", rest, facts, out, style, Facts::set)?,
            "var" => set("--var", rest, facts, out, style, Facts::set_variable)?,
            "dialect" => {
                match rest.to_ascii_lowercase().as_str() {
                    "policy" => facts.dialect = Dialect::Policy,
                    "template" => facts.dialect = Dialect::Template,
                    "" => {}
                    _ => writeln!(out, "a dialect is `policy` or `template`")?,
                }
                lines.speaks(facts.dialect);
                writeln!(out, "expressions stand in {}", place(facts.dialect))?;
            }
            "facts" => given(facts, out)?,
            "functions" => list(facts.dialect, rest, out)?,
            other => {
                let names = commands().map(|command| &command[1..]);
                match nearest(other, names) {
                    Some(near) => {
                        writeln!(out, "there is no `:{}`: did you mean `:{near}`?", printable(other))?;
                    }
                    None => {
                        writeln!(out, "there is no `:{}`: `:help` lists what there is", printable(other))?;
                    }
                }
            }
        }
    }
}

/// Lines until every bracket is closed; nothing at the end.
fn entered(lines: &mut dyn Lines) -> io::Result<Option<String>> {
    let mut text = String::new();
    for number in 0..MAX_LINES {
        match lines.read(if number == 0 { PROMPT } else { MORE })? {
            Line::End if text.is_empty() => return Ok(None),
            // What is open stays open: the answer says so.
            Line::End => return Ok(Some(text)),
            Line::Interrupted => return Ok(Some(String::new())),
            Line::Text(line) => {
                if number > 0 {
                    text.push('\n');
                }
                text.push_str(&line);
            }
        }
        if text.trim_start().starts_with(':') || !is_open(&text) {
            break;
        }
    }
    Ok(Some(text))
}

/// Whether a bracket or a text is still open.
fn is_open(text: &str) -> bool {
    let (mut depth, mut quoted) = (0_i64, false);
    for c in text.chars() {
        match c {
            '\'' => quoted = !quoted,
            '(' | '[' if !quoted => depth += 1,
            ')' | ']' if !quoted => depth -= 1,
            _ => {}
        }
    }
    depth > 0
}

fn answer(answer: &Evaluation, out: &mut dyn Write, style: RenderStyle) -> io::Result<()> {
    for finding in &answer.findings {
        out.write_all(render(finding, &answer.sources, style).as_bytes())?;
    }
    out.write_all(answer.pretty(false).as_bytes())
}

fn kind(answered: &Evaluation, out: &mut dyn Write, style: RenderStyle) -> io::Result<()> {
    match &answered.value {
        Some(Value::Array(items)) => writeln!(out, "Array of {}", items.len()),
        Some(Value::String(text)) => writeln!(out, "String of {}", text.chars().count()),
        Some(Value::Object(object)) => {
            let keys: Vec<_> = object.iter().map(|(key, _)| printable(key).into_owned()).collect();
            writeln!(out, "Object: {}", keys.join(", "))
        }
        Some(value) => writeln!(out, "{}", value.kind()),
        None => answer(answered, out, style),
    }
}

fn set(
    flag: &str,
    text: &str,
    facts: &mut Facts,
    out: &mut dyn Write,
    style: RenderStyle,
    keep: fn(&mut Facts, Arc<str>, Value),
) -> io::Result<()> {
    let (mut sources, mut faults) = (SourceMap::new(), Diagnostics::new());
    if let Some((name, _, value, _)) = propose::named(flag, text, &mut sources, &mut faults) {
        // Blanks around the sign of equality are no part of the name.
        keep(facts, name.trim().into(), value);
    }
    for fault in &faults {
        out.write_all(render(fault, &sources, style).as_bytes())?;
    }
    Ok(())
}

fn place(dialect: Dialect) -> &'static str {
    match dialect {
        Dialect::Policy => "a policy rule",
        Dialect::Template => "a deployment template",
    }
}

fn help(out: &mut dyn Write) -> io::Result<()> {
    writeln!(
        out,
        "Enter an expression, with or without its brackets. What is open goes on in the next line."
    )?;
    for (command, meaning) in COMMANDS {
        writeln!(out, "  {command:<26} {meaning}")?;
    }
    Ok(())
}

fn list(dialect: Dialect, part: &str, out: &mut dyn Write) -> io::Result<()> {
    let part = part.to_ascii_lowercase();
    let names = functions::names(dialect).filter(|name| name.to_ascii_lowercase().contains(&part));
    let mut names: Vec<&str> = names.collect();
    names.sort_by_key(|name| name.to_ascii_lowercase());
    for row in names.chunks(4) {
        let row: Vec<_> = row.iter().map(|name| format!("{name:<24}")).collect();
        writeln!(out, "  {}", row.concat().trim_end())?;
    }
    Ok(())
}

fn given(facts: &Facts, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "expressions stand in {}", place(facts.dialect))?;
    for (name, text) in facts.told() {
        writeln!(out, "  {name:<18} {}", printable(&mask(&text)))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests;
