//! JSON as the service's own reader takes it: single quotes, keys without quotes, comments and trailing
//! commas are accepted.

use crate::arm::{Object, Value};

/// How deep arrays and objects may be nested.
const MAX_DEPTH: usize = 64;

/// Reads one value; the message says what is wrong.
pub(super) fn parse(text: &str) -> Result<Value, String> {
    let mut reader = Reader { text, at: 0, depth: 0 };
    let value = reader.value()?;
    reader.blank();
    if reader.at < text.len() {
        return Err(reader.unexpected("the end of the JSON text"));
    }
    Ok(value)
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    depth: usize,
}

impl Reader<'_> {
    fn rest(&self) -> &str {
        &self.text[self.at..]
    }

    fn blank(&mut self) {
        loop {
            let rest = self.rest();
            let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace() || c == '\u{feff}');
            let comment = if trimmed.starts_with("//") {
                trimmed.find('\n').unwrap_or(trimmed.len())
            } else if trimmed.starts_with("/*") {
                trimmed.find("*/").map_or(trimmed.len(), |end| end + 2)
            } else {
                0
            };
            let skipped = rest.len() - trimmed.len() + comment;
            self.at += skipped;
            if comment == 0 {
                return;
            }
        }
    }

    fn peek(&mut self) -> Option<char> {
        self.blank();
        self.rest().chars().next()
    }

    fn unexpected(&self, wanted: &str) -> String {
        match self.rest().chars().next() {
            Some(found) => {
                format!("expected {wanted}, found `{}` at character {}", found.escape_debug(), self.at)
            }
            None => format!("expected {wanted}, found the end of the text"),
        }
    }

    fn value(&mut self) -> Result<Value, String> {
        match self.peek() {
            Some('{') => self.nested(Self::object),
            Some('[') => self.nested(Self::array),
            Some(quote @ ('"' | '\'')) => Ok(self.string(quote)?.into()),
            Some(c) if c.is_ascii_digit() || matches!(c, '-' | '+' | '.') => self.number(),
            Some(c) if c.is_ascii_alphabetic() => self.word(),
            _ => Err(self.unexpected("a JSON value")),
        }
    }

    fn nested(&mut self, read: fn(&mut Self) -> Result<Value, String>) -> Result<Value, String> {
        if self.depth == MAX_DEPTH {
            return Err(format!("the JSON text is nested more than {MAX_DEPTH} levels deep"));
        }
        self.depth += 1;
        self.at += 1;
        let value = read(self);
        self.depth -= 1;
        value
    }

    fn array(&mut self) -> Result<Value, String> {
        let mut items = Vec::new();
        loop {
            if self.peek() == Some(']') {
                self.at += 1;
                return Ok(Value::array(items));
            }
            items.push(self.value()?);
            match self.peek() {
                Some(',') => self.at += 1,
                Some(']') => {}
                _ => return Err(self.unexpected("`,` or `]`")),
            }
        }
    }

    fn object(&mut self) -> Result<Value, String> {
        let mut object = Object::new();
        loop {
            let key = match self.peek() {
                Some('}') => {
                    self.at += 1;
                    return Ok(object.into());
                }
                Some(quote @ ('"' | '\'')) => self.string(quote)?,
                Some(c) if c.is_alphabetic() || matches!(c, '_' | '$') => {
                    let rest = self.rest();
                    let end = rest.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '$')));
                    let key = rest[..end.unwrap_or(rest.len())].to_owned();
                    self.at += key.len();
                    key
                }
                _ => return Err(self.unexpected("a key or `}`")),
            };
            if self.peek() != Some(':') {
                return Err(self.unexpected("`:`"));
            }
            self.at += 1;
            let value = self.value()?;
            object.set(key, value);
            match self.peek() {
                Some(',') => self.at += 1,
                Some('}') => {}
                _ => return Err(self.unexpected("`,` or `}`")),
            }
        }
    }

    fn string(&mut self, quote: char) -> Result<String, String> {
        let mut text = String::new();
        let mut units: Vec<u16> = Vec::new();
        let mut chars = self.text[self.at + 1..].char_indices();
        while let Some((offset, c)) = chars.next() {
            if c == '\\' {
                let (_, escape) = chars.next().ok_or("a text in the JSON text is never closed")?;
                if escape == 'u' {
                    let digits: String = chars.by_ref().take(4).map(|(_, c)| c).collect();
                    let unit = u16::from_str_radix(&digits, 16)
                        .map_err(|_| "`\\u` needs four hexadecimal digits")?;
                    units.push(unit);
                    continue;
                }
                flush(&mut text, &mut units);
                text.push(match escape {
                    'b' => '\u{8}',
                    'f' => '\u{c}',
                    'n' => '\n',
                    'r' => '\r',
                    't' => '\t',
                    '"' | '\'' | '\\' | '/' => escape,
                    other => return Err(format!("`\\{other}` is no escape of JSON")),
                });
                continue;
            }
            flush(&mut text, &mut units);
            if c == quote {
                self.at += 1 + offset + c.len_utf8();
                return Ok(text);
            }
            text.push(c);
        }
        Err("a text in the JSON text is never closed".to_owned())
    }

    fn number(&mut self) -> Result<Value, String> {
        let rest = self.rest();
        let end = rest.find(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '+' | '.')));
        let digits = &rest[..end.unwrap_or(rest.len())];
        let value = match digits.parse::<i64>() {
            Ok(number) => Value::Int(number),
            Err(_) => match digits.parse::<f64>() {
                Ok(number) if number.is_finite() => Value::Float(number),
                _ => return Err(self.unexpected("a number")),
            },
        };
        self.at += digits.len();
        Ok(value)
    }

    fn word(&mut self) -> Result<Value, String> {
        let words = [
            ("true", Value::Bool(true)),
            ("false", Value::Bool(false)),
            ("null", Value::Null),
            ("undefined", Value::Null),
        ];
        let rest = self.rest();
        let end = rest.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(rest.len());
        let found = words.into_iter().find(|(word, _)| *word == &rest[..end]);
        match found {
            Some((word, value)) => {
                self.at += word.len();
                Ok(value)
            }
            None => Err(self.unexpected("a JSON value")),
        }
    }
}

fn flush(text: &mut String, units: &mut Vec<u16>) {
    if !units.is_empty() {
        text.push_str(&String::from_utf16_lossy(units));
        units.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::parse;

    #[test]
    fn is_lenient() {
        let read = |text: &str| parse(text).map(|value| value.to_json());
        assert_eq!(
            read("{'a': 'b', c: [1, 2.5,], /* x */ \"d\": null,}").unwrap(),
            r#"{"a":"b","c":[1,2.5],"d":null}"#
        );
        assert_eq!(read(r#""\u00e9\ud83d\ude00""#).unwrap(), r#""é😀""#);
        assert!(read("").unwrap_err().contains("end of the text"));
        assert!(read("{").unwrap_err().contains("`}`"));
        assert!(read("[1] 2").unwrap_err().contains("the end of the JSON text"));
        assert!(read(&"[".repeat(100)).unwrap_err().contains("64"));
        assert!(read("truth").is_err());
    }
}
