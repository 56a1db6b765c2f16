//! URIs.

use std::fmt::Write;

use crate::arm::Value;

use super::{Answer, FunctionEntry, error, text_at, wrong};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("buildUri", (1, 1), build).in_templates(),
    FunctionEntry::pure("parseUri", (1, 1), parse).in_templates(),
    FunctionEntry::pure("uri", (2, 2), combine),
    FunctionEntry::pure("uriComponent", (1, 1), |arguments| {
        Ok(percent_encoded(text_at(arguments, 0)?).into())
    }),
    FunctionEntry::pure("uriComponentToString", (1, 1), |arguments| {
        Ok(percent_decoded(text_at(arguments, 0)?).into())
    }),
];

/// Bytes as UTF-8, what isn't becomes the replacement character.
pub(super) fn text_of(bytes: Vec<u8>) -> String {
    String::from_utf8(bytes).unwrap_or_else(|fault| String::from_utf8_lossy(fault.as_bytes()).into_owned())
}

/// Everything but the unreserved characters of RFC 3986 is encoded.
fn percent_encoded(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

pub(super) fn percent_decoded(text: &str) -> String {
    let bytes = text.as_bytes();
    let (mut decoded, mut at) = (Vec::with_capacity(bytes.len()), 0);
    while at < bytes.len() {
        let digits = text.get(at + 1..at + 3).filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match digits.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(byte) if bytes[at] == b'%' => {
                decoded.push(byte);
                at += 3;
            }
            _ => {
                decoded.push(bytes[at]);
                at += 1;
            }
        }
    }
    text_of(decoded)
}

/// The scheme, the authority (with `//`), and the rest of an absolute URI.
fn parts(uri: &str) -> Option<(&str, &str, &str)> {
    let (scheme, rest) = uri.split_once("://")?;
    let fits = scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        && scheme.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    fits.then(|| (scheme, &rest[..end], &rest[end..]))
}

/// Resolves the second URI against the first one.
fn combine(arguments: &[Value]) -> Answer {
    let (base, relative) = (text_at(arguments, 0)?, text_at(arguments, 1)?);
    let Some((scheme, authority, rest)) = parts(base) else { return error("the first URI isn't absolute") };
    if parts(relative).is_some() {
        return Ok(relative.into());
    }
    let root = format!("{scheme}://{authority}");
    if relative.starts_with("//") {
        return Ok(format!("{scheme}:{relative}").into());
    }
    let path = rest.split(['?', '#']).next().unwrap_or_default();
    let folder = path.rfind('/').map_or("/", |end| &path[..=end]);
    let joined = match relative.starts_with('/') {
        true => relative.to_owned(),
        false if relative.is_empty() => path.to_owned(),
        false => format!("{folder}{relative}"),
    };
    let (path, suffix) = joined.split_at(joined.find(['?', '#']).unwrap_or(joined.len()));
    Ok(format!("{root}{}{suffix}", without_dots(path)).into())
}

fn without_dots(path: &str) -> String {
    let mut kept: Vec<&str> = Vec::new();
    let segments: Vec<&str> = path.split('/').collect();
    for (index, segment) in segments.iter().enumerate() {
        let last = index + 1 == segments.len();
        match *segment {
            "." if last => kept.push(""),
            "." => {}
            ".." => {
                if kept.len() > 1 {
                    kept.pop();
                }
                if last {
                    kept.push("");
                }
            }
            segment => kept.push(segment),
        }
    }
    kept.join("/")
}

fn build(arguments: &[Value]) -> Answer {
    let Value::Object(wanted) = &arguments[0] else { return wrong(arguments, 0, "an Object") };
    let text = |key: &str| match wanted.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text.to_string())),
        Some(Value::Int(number)) => Ok(Some(number.to_string())),
        Some(other) => error(format!("'{key}' has to be a String, not {}", super::a_kind(other))),
    };
    let (Some(scheme), Some(host)) = (text("scheme")?, text("host")?) else {
        return error("'scheme' and 'host' are needed");
    };
    let mut uri = format!("{scheme}://{host}");
    if let Some(port) = text("port")? {
        uri = format!("{uri}:{port}");
    }
    let path = text("path")?.unwrap_or_default();
    uri.push_str(if path.starts_with('/') { "" } else { "/" });
    uri.push_str(&path);
    if let Some(query) = text("query")?.filter(|query| !query.is_empty()) {
        uri.push_str(if query.starts_with('?') { "" } else { "?" });
        uri.push_str(&query);
    }
    Ok(uri.into())
}

fn parse(arguments: &[Value]) -> Answer {
    let uri = text_at(arguments, 0)?;
    let Some((scheme, authority, rest)) = parts(uri) else { return error("the text is no absolute URI") };
    let place = authority.rsplit('@').next().unwrap_or_default();
    let (host, port) = match place.rsplit_once(':') {
        Some((host, port)) if !port.is_empty() && port.bytes().all(|b| b.is_ascii_digit()) => {
            (host, port.parse().ok())
        }
        _ => (place, None),
    };
    let rest = rest.split('#').next().unwrap_or_default();
    let (path, query) = rest.split_at(rest.find('?').unwrap_or(rest.len()));
    let path = if path.is_empty() { "/" } else { path };
    let mut members = vec![("scheme", Value::from(scheme)), ("host", host.into())];
    members.extend(port.map(|port: i64| ("port", Value::Int(port))));
    members.extend([("path", path.into()), ("query", query.into())]);
    Ok(Value::object(members))
}
