//! What was found of one resource under one assignment, for people: reason, conditions, candidates.

use crate::arm::ResourceType;
use crate::compliance::{Considered, Explained, Reach, Search};
use crate::engine::{ExistenceCheck, Truth};
use crate::report::lines::{count, width, wrap};
use crate::report::style::Style;
use crate::report::{rows, words};
use crate::source::{SourceMap, Span, mask, position, printable};

use super::Depth;
use super::tree::{Drawing, causes, mark_of};

/// Candidates whose conditions are shown, where not everything is.
const TREES: usize = 3;

/// Candidates that are named.
const NAMED: usize = 10;

/// A text of findings as it grows.
pub(in crate::report) struct Findings<'a> {
    /// What was told so far.
    pub(in crate::report) out: String,
    sources: &'a SourceMap,
    style: Style,
    depth: Depth,
    /// The type of the resource, whose aliases are written without it.
    about: &'a ResourceType,
}

impl<'a> Findings<'a> {
    /// Nothing told yet.
    pub(in crate::report) fn new(
        sources: &'a SourceMap,
        style: Style,
        depth: Depth,
        about: &'a ResourceType,
    ) -> Findings<'a> {
        Findings { out: String::new(), sources, style, depth, about }
    }

    /// `file:line`
    pub(in crate::report) fn place(&self, span: Span) -> String {
        let sources = self.sources;
        match position(sources, span) {
            Some((line, _)) => printable(&format!("{}:{line}", sources.name(span))).into_owned(),
            None => String::new(),
        }
    }

    /// Words on lines of their own.
    pub(in crate::report) fn note(&mut self, text: &str) {
        self.indented(2, text);
    }

    fn indented(&mut self, indent: usize, text: &str) {
        let text = self.style.text(&mask(&printable(text)));
        for row in wrap(&text, self.style.width.saturating_sub(indent)) {
            self.out.push_str(&format!("{}{row}\n", " ".repeat(indent)));
        }
    }

    /// What the state comes from, in words.
    pub(in crate::report) fn why(&mut self, one: &Explained) {
        match &one.reach {
            Reach::Excluded(scope) => {
                self.note(&format!("notScopes leave it out: {scope}"));
                return;
            }
            Reach::Assumed(facts) => {
                for fact in facts {
                    self.note(&format!("not known: {}", words::question(fact)));
                }
            }
            Reach::Covered => {}
        }
        let Some(row) = &one.row else {
            let why = match &one.condition {
                None => "its mode leaves out resources of this type, so there is no row",
                Some(_) if one.search.is_none() => "the rule doesn't apply, so there is no row",
                Some(_) => "there is no row",
            };
            self.note(why);
            return;
        };
        let words = words::reason(row);
        if !words.text.is_empty() {
            self.note(&words.text);
        }
        if let Some(provisional) = &row.evidence().provisional {
            self.note(&rows::provisionally(provisional));
        }
    }

    /// The tree of `if`.
    pub(in crate::report) fn condition(&mut self, one: &Explained) {
        let Some(condition) = &one.condition else { return };
        if matches!(one.reach, Reach::Excluded(_)) {
            return;
        }
        let verdict = match &condition.truth {
            Truth::True => "holds",
            Truth::False => "doesn't hold",
            Truth::Unknown(_) => "can't be decided",
        };
        let line = format!("if {verdict}");
        self.out.push_str(&format!("\n  {}\n", self.style.bold(&line)));
        self.drawing(self.about, 4).draw(condition, &mut self.out);
    }

    /// Readings that the verdict rests on.
    pub(in crate::report) fn doubts(&mut self, one: &Explained) {
        let mut doubts: Vec<String> = one.doubts.iter().map(ToString::to_string).collect();
        if let Some(row) = &one.row {
            doubts.extend(row.doubts.iter().map(|doubt| doubt.to_string()));
        }
        doubts.sort();
        doubts.dedup();
        for doubt in doubts {
            self.note(&format!("this rests on a reading: {doubt}"));
        }
    }

    fn drawing<'d>(&self, about: &'d ResourceType, indent: usize) -> Drawing<'d>
    where
        Self: 'd,
    {
        let sources = self.sources;
        Drawing { sources, style: self.style, depth: self.depth, about, indent }
    }

    /// What was looked for, and what each candidate lacks.
    pub(in crate::report) fn search(&mut self, search: &Search) {
        self.out.push('\n');
        let check = match &search.check {
            Ok(check) => check,
            Err(why) => {
                self.note(&format!("what is looked for can't be said: {why}"));
                return;
            }
        };
        let found = match search.candidates.as_slice() {
            [] => "none found".to_owned(),
            several => {
                let meeting = several.iter().filter(|one| one.truth == Truth::True).count();
                if several.iter().any(|one| one.condition.is_some()) {
                    format!("{} found, {} the condition", several.len(), meets(meeting))
                } else {
                    format!("{} found", several.len())
                }
            }
        };
        let head = printable(&self.style.text(&format!("looked for {}", sought(check)))).into_owned();
        let bold = self.style.bold(&head);
        self.beside(2, &bold, &head, self.style.dot(), &found);
        self.considered(&search.candidates, check);
        if !search.candidates.iter().any(|one| one.truth == Truth::True) {
            self.elsewhere(&search.elsewhere, check);
        }
    }

    fn considered(&mut self, candidates: &[Considered], check: &ExistenceCheck) {
        let most = if self.depth == Depth::Full { usize::MAX } else { TREES };
        // One that meets the condition is enough.
        let satisfied = candidates.first().is_some_and(|one| one.truth == Truth::True);
        let trees = if satisfied && self.depth != Depth::Full { 1 } else { most };
        for (index, one) in candidates.iter().enumerate() {
            if index >= NAMED && self.depth != Depth::Full {
                self.indented(4, &format!("… {} more", candidates.len() - index));
                break;
            }
            self.candidate(one);
            if let Some(condition) = one.condition.as_ref().filter(|_| index < trees) {
                self.drawing(&check.resource_type, 6).draw(condition, &mut self.out);
            }
        }
    }

    fn candidate(&mut self, one: &Considered) {
        let mark = mark_of(&one.truth);
        let verdict = match &one.truth {
            Truth::True if one.failing == 0 && one.condition.is_none() => "exists".to_owned(),
            Truth::True => "meets the condition".to_owned(),
            Truth::False => format!("fails on {}", count(one.failing, "condition", "conditions")),
            Truth::Unknown(why) => format!("can't be decided: {}", causes(why)),
        };
        let name = match one.id.resource_group_name() {
            Some(group) => format!("{} in {group}", one.id.full_name()),
            None => one.id.full_name(),
        };
        let verdict = mask(&printable(&verdict)).into_owned();
        let dot = self.style.dot();
        let head = self.style.text(&format!("{} {}", self.style.symbol(mark), printable(&name)));
        let line = format!("{}{dot}{verdict}", self.style.paint(mark, &head));
        let place = self.place(one.span);
        self.beside(4, &line, &format!("{head}{dot}{verdict}"), "  ", &place);
    }

    /// A line with something behind it, which goes to the next one where there is no room; `plain` is the line as it
    /// is measured.
    pub(in crate::report) fn beside(
        &mut self,
        indent: usize,
        line: &str,
        plain: &str,
        between: &str,
        behind: &str,
    ) {
        let room = self.style.width.saturating_sub(indent + width(plain) + width(between));
        self.out.push_str(&format!("{}{line}", " ".repeat(indent)));
        let behind = self.style.text(behind);
        if behind.is_empty() {
            self.out.push('\n');
        } else if width(&behind) <= room {
            self.out.push_str(&format!("{between}{}\n", self.style.dim(&behind)));
        } else {
            self.out.push_str(&format!("\n{}{}\n", " ".repeat(indent + 2), self.style.dim(&behind)));
        }
    }

    fn elsewhere(&mut self, others: &[Considered], check: &ExistenceCheck) {
        if others.is_empty() {
            self.note("elsewhere in the subscription: none");
            return;
        }
        self.out.push_str(&format!("\n  {}\n", self.style.bold("elsewhere in the subscription")));
        for one in others.iter().take(if self.depth == Depth::Full { usize::MAX } else { NAMED }) {
            self.candidate(one);
            if self.depth == Depth::Full
                && let Some(condition) = &one.condition
            {
                self.drawing(&check.resource_type, 6).draw(condition, &mut self.out);
            }
        }
        if others.len() > NAMED && self.depth != Depth::Full {
            self.indented(4, &format!("… {} more", others.len() - NAMED));
        }
    }
}

/// `Microsoft.Security/automations ExportToWorkspace in rg-export`
fn sought(check: &ExistenceCheck) -> String {
    let mut text = check.resource_type.to_string();
    if let Some(name) = &check.name {
        text.push_str(&format!(" {name}"));
    }
    match check.resource_group().and_then(|group| group.resource_group_name()) {
        Some(group) => text.push_str(&format!(" in {group}")),
        None => text.push_str(match check.place {
            crate::engine::SearchPlace::Subscription => " in the subscription",
            crate::engine::SearchPlace::On(_) => " on the resource",
            _ => " below the resource",
        }),
    }
    text
}

fn meets(number: usize) -> String {
    match number {
        0 => "none meets".to_owned(),
        1 => "1 meets".to_owned(),
        more => format!("{more} meet"),
    }
}
