//! Text becomes an expression.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-expressions>

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;
use std::sync::Arc;

use crate::arm::Value;

use super::{Expression, Term};

/// How many characters an expression may have (in a rule; templates allow 24,576, which the service checks).
pub const MAX_LENGTH: usize = 81_920;

/// How deep calls and indexes may be nested.
pub const MAX_DEPTH: usize = 64;

/// How many members and indexes may follow one another.
const MAX_CHAIN: usize = 256;

/// What a text of a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TextKind<'a> {
    /// Itself.
    Literal(&'a str),
    /// An expression, brackets included.
    Expression(&'a str),
}

/// Whether a text is an expression; `[[…]` is the literal text with one bracket less.
pub fn classify(text: &str) -> TextKind<'_> {
    let bracketed = text.len() >= 2 && text.starts_with('[') && text.ends_with(']');
    match text.strip_prefix('[') {
        Some(rest) if bracketed && rest.starts_with('[') => TextKind::Literal(rest),
        Some(_) if bracketed => TextKind::Expression(text),
        _ => TextKind::Literal(text),
    }
}

/// A text in brackets that is no expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParseFault {
    /// What is wrong.
    pub message: String,
    /// Byte offset in the text, the opening bracket included.
    pub offset: usize,
    /// How many bytes are meant.
    pub len: usize,
    /// What to do about it.
    pub help: Option<&'static str>,
    /// Whether a limit was hit, and not the grammar broken.
    pub limit: bool,
}

type Parsed<T> = Result<T, ParseFault>;

/// Parses a text in brackets.
pub(super) fn parse(text: &str) -> Parsed<Expression> {
    placed(text).map(|(expression, _)| expression)
}

/// Parses a text in brackets; each part's place comes with it, in the order in which parts end: what a part is
/// made of stands before it.
pub(super) fn placed(text: &str) -> Parsed<(Expression, Vec<Range<usize>>)> {
    if text.len() > MAX_LENGTH && text.chars().count() > MAX_LENGTH {
        return Err(limit(format!("the expression has more than {MAX_LENGTH} characters"), 0, 1));
    }
    let TextKind::Expression(_) = classify(text) else {
        let mut fault = fault("an expression begins with `[` and ends with `]`", 0, text.len().max(1));
        fault.help = Some("write `[…]`; `[[…]` is the literal text `[…]`");
        return Err(fault);
    };
    let inner = &text[..text.len() - 1];
    let mut chars = inner.char_indices().peekable();
    chars.next();
    let mut parser = Parser { text: inner, chars, depth: 0, places: Vec::new() };
    let root = parser.term()?;
    parser.blank();
    match parser.chars.peek() {
        None => Ok((Expression { text: text.into(), root }, parser.places)),
        Some(&(at, found)) => Err(trailing(at, found)),
    }
}

fn fault(message: impl Into<String>, offset: usize, len: usize) -> ParseFault {
    ParseFault { message: message.into(), offset, len, help: None, limit: false }
}

fn limit(message: String, offset: usize, len: usize) -> ParseFault {
    ParseFault { message, offset, len, help: None, limit: true }
}

fn trailing(at: usize, found: char) -> ParseFault {
    let mut fault = fault(
        format!("expected the end of the expression, found `{}`", visible(found)),
        at,
        found.len_utf8(),
    );
    if matches!(found, '+' | '-' | '*' | '/' | '=' | '<' | '>' | '&' | '|' | '?' | '!') {
        fault.help = Some("the language has no operators: use functions such as `add`, `equals`, `and`");
    }
    fault
}

/// A character as messages show it.
fn visible(c: char) -> String {
    if c.is_control() { c.escape_default().to_string() } else { c.to_string() }
}

struct Parser<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
    depth: usize,
    /// Of every part that has ended.
    places: Vec<Range<usize>>,
}

impl Parser<'_> {
    fn blank(&mut self) {
        while self.chars.next_if(|(_, c)| c.is_whitespace()).is_some() {}
    }

    /// The next character that isn't blank.
    fn peek(&mut self) -> Option<(usize, char)> {
        self.blank();
        self.chars.peek().copied()
    }

    fn at(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |(at, _)| *at)
    }

    fn expect(&mut self, wanted: char, meaning: &str) -> Parsed<()> {
        match self.peek() {
            Some((_, found)) if found == wanted => {
                self.chars.next();
                Ok(())
            }
            other => Err(self.unexpected(meaning, other)),
        }
    }

    fn unexpected(&self, wanted: &str, found: Option<(usize, char)>) -> ParseFault {
        match found {
            Some((at, found)) => {
                fault(format!("expected {wanted}, found `{}`", visible(found)), at, found.len_utf8())
            }
            None => fault(format!("expected {wanted}, found the end of the expression"), self.text.len(), 1),
        }
    }

    fn nested<T>(&mut self, read: impl FnOnce(&mut Self) -> Parsed<T>) -> Parsed<T> {
        if self.depth == MAX_DEPTH {
            let at = self.at();
            return Err(limit(format!("functions are nested more than {MAX_DEPTH} levels deep"), at, 1));
        }
        self.depth += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    /// A literal or a call, with the members and indexes behind it.
    fn term(&mut self) -> Parsed<Term> {
        self.blank();
        let start = self.at();
        let mut term = match self.peek() {
            Some((at, '\'')) => Term::Literal(Value::string(self.string(at)?)),
            Some((at, c)) if c.is_ascii_digit() || c == '-' || c == '+' => self.number(at)?,
            Some((at, c)) if c.is_alphabetic() || c == '_' => self.call(at)?,
            Some((at, '"')) => {
                let mut fault = fault("a text stands in single quotes here", at, 1);
                fault.help = Some("write `'text'`");
                return Err(fault);
            }
            other => return Err(self.unexpected("a function, a text or an integer", other)),
        };
        self.ended(start);
        let mut chain = 0;
        loop {
            let key = match self.peek() {
                Some((_, '.')) => {
                    self.chars.next();
                    self.blank();
                    let at = self.at();
                    let name = self.word();
                    if name.is_empty() {
                        let found = self.chars.peek().copied();
                        return Err(self.unexpected("the name of a property", found));
                    }
                    if self.peek().is_some_and(|(_, c)| c == '(') {
                        return Err(fault("a function can't be called on a value", at, name.len()));
                    }
                    self.places.push(at..at + name.len());
                    Term::Literal(Value::string(name))
                }
                Some((_, '[')) => {
                    self.chars.next();
                    let key = self.nested(Self::term)?;
                    self.expect(']', "`]`")?;
                    key
                }
                _ => return Ok(term),
            };
            chain += 1;
            if chain > MAX_CHAIN {
                let at = self.at();
                return Err(limit(format!("more than {MAX_CHAIN} properties follow one another"), at, 1));
            }
            term = Term::Access(Box::new(term), Box::new(key));
            self.ended(start);
        }
    }

    /// A part that began there ends here; blanks behind it don't belong to it.
    fn ended(&mut self, start: usize) {
        let end = self.at();
        self.places.push(start..start + self.text[start..end].trim_end().len());
    }

    fn word(&mut self) -> String {
        let mut word = String::new();
        while let Some((_, c)) = self.chars.next_if(|(_, c)| c.is_alphanumeric() || matches!(c, '_' | '$')) {
            word.push(c);
        }
        word
    }

    fn string(&mut self, open: usize) -> Parsed<String> {
        self.chars.next();
        let mut text = String::new();
        loop {
            match self.chars.next() {
                Some((_, '\'')) if self.chars.next_if(|(_, c)| *c == '\'').is_some() => text.push('\''),
                Some((_, '\'')) => return Ok(text),
                Some((_, c)) => text.push(c),
                None => {
                    let mut fault = fault("this text is never closed", open, 1);
                    fault.help = Some("a single quote inside a text is written twice: `''`");
                    return Err(fault);
                }
            }
        }
    }

    fn number(&mut self, at: usize) -> Parsed<Term> {
        let mut digits = String::new();
        if let Some((_, sign)) = self.chars.next_if(|(_, c)| matches!(c, '-' | '+'))
            && sign == '-'
        {
            digits.push(sign);
        }
        while let Some((_, digit)) = self.chars.next_if(|(_, c)| c.is_ascii_digit()) {
            digits.push(digit);
        }
        let end = self.at();
        if let Some((_, '.' | 'e' | 'E')) = self.chars.peek() {
            let mut fault = fault("a number in an expression is an integer", at, end - at + 1);
            fault.help = Some("write `json('1.5')`");
            return Err(fault);
        }
        match digits.parse() {
            Ok(number) => Ok(Term::Literal(Value::Int(number))),
            Err(_) if digits.is_empty() || digits == "-" => Err(fault("expected a digit", at, end - at)),
            Err(_) => Err(fault("an integer has at most 64 bits", at, end - at)),
        }
    }

    fn call(&mut self, at: usize) -> Parsed<Term> {
        let mut name = self.word();
        while let Some((_, '.')) = self.peek() {
            self.chars.next();
            self.blank();
            name.push('.');
            name.push_str(&self.word());
        }
        if self.peek().is_none_or(|(_, c)| c != '(') {
            let mut fault = fault(format!("expected `(` after the function `{name}`"), at, name.len());
            fault.help = match name.to_ascii_lowercase().as_str() {
                "true" => Some("write `true()`"),
                "false" => Some("write `false()`"),
                "null" => Some("write `null()`"),
                _ => Some("a literal text stands in single quotes"),
            };
            return Err(fault);
        }
        self.chars.next();
        let arguments = self.nested(Self::arguments)?;
        Ok(Term::Call(Arc::from(name.to_ascii_lowercase()), arguments))
    }

    fn arguments(&mut self) -> Parsed<Vec<Term>> {
        let mut arguments = Vec::new();
        if let Some((_, ')')) = self.peek() {
            self.chars.next();
            return Ok(arguments);
        }
        loop {
            arguments.push(self.term()?);
            match self.peek() {
                Some((_, ',')) => {
                    self.chars.next();
                }
                Some((_, ')')) => {
                    self.chars.next();
                    return Ok(arguments);
                }
                other => return Err(self.unexpected("`,` or `)`", other)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(text: &str) -> Expression {
        parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"))
    }

    fn refused(text: &str) -> ParseFault {
        parse(text).expect_err(text)
    }

    #[test]
    fn brackets_decide() {
        assert_eq!(classify("[a()]"), TextKind::Expression("[a()]"));
        assert_eq!(classify("[[a]"), TextKind::Literal("[a]"));
        assert_eq!(classify("[[a"), TextKind::Literal("[[a"));
        assert_eq!(classify("[a"), TextKind::Literal("[a"));
        assert_eq!(classify(" [a()]"), TextKind::Literal(" [a()]"));
        assert_eq!(classify("["), TextKind::Literal("["));
    }

    #[test]
    fn reads_calls_members_and_indexes() {
        let text = "[ concat ( 'it''s', Parameters('a').b['c'][0], -5 ) ]";
        assert_eq!(parsed(text).to_string(), "concat('it''s', parameters('a').b.c[0], -5)");
        assert_eq!(parsed("[ns.fn(1)]").to_string(), "ns.fn(1)");
        assert_eq!(parsed("[a()\u{202f}['x y']]").to_string(), "a()['x y']");
    }

    #[test]
    fn says_where_it_breaks() {
        let fault = refused("[concat('a' 'b')]");
        assert_eq!((fault.offset, fault.message.as_str()), (12, "expected `,` or `)`, found `'`"));
        assert_eq!(
            refused("[a(]").message,
            "expected a function, a text or an integer, found the end of the expression"
        );
        assert_eq!(refused("[true]").help, Some("write `true()`"));
        assert_eq!(refused("[a('x)]").message, "this text is never closed");
        assert!(refused("[a() + b()]").help.is_some_and(|help| help.contains("operators")));
        assert_eq!(refused("[1.5]").help, Some("write `json('1.5')`"));
        assert!(refused("[99999999999999999999]").message.contains("64 bits"));
        assert!(refused("[]").message.contains("found the end"));
    }

    #[test]
    fn limits_are_named() {
        let deep = format!("[{}1{}]", "not(".repeat(65), ")".repeat(65));
        assert!(refused(&deep).limit);
        let deep = format!("[{}1{}]", "not(".repeat(64), ")".repeat(64));
        parsed(&deep);
        let long = format!("['{}']", "x".repeat(MAX_LENGTH));
        assert!(refused(&long).message.contains("81920"));
        let chain = format!("[a(){}]", ".b".repeat(300));
        assert!(refused(&chain).limit);
    }
}
