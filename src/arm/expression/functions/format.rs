//! The function `format`: .NET's composite formatting in the invariant culture.
//!
//! <https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting>

use crate::arm::Value;
use crate::arm::expression::Failure;

use super::{Answer, conversion, error, number_format, text, text_at};

pub(super) fn format(arguments: &[Value]) -> Answer {
    let pattern = text_at(arguments, 0)?;
    let mut formatted = String::new();
    let mut chars = pattern.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '{' if chars.next_if_eq(&'{').is_some() => formatted.push('{'),
            '}' if chars.next_if_eq(&'}').is_some() => formatted.push('}'),
            '}' => return error("a `}` in the format string has no `{` before it"),
            '{' => {
                let mut item = String::new();
                loop {
                    match chars.next() {
                        Some('}') => break,
                        Some('{') | None => return error("a `{` in the format string is never closed"),
                        Some(c) => item.push(c),
                    }
                }
                formatted.push_str(&placed(&item, &arguments[1..])?);
            }
            c => formatted.push(c),
        }
    }
    Ok(formatted.into())
}

/// `index[,alignment][:format]`
fn placed(item: &str, values: &[Value]) -> Result<String, Failure> {
    let (head, style) = item.split_once(':').map_or((item, ""), |(head, style)| (head, style));
    let (index, alignment) = head.split_once(',').map_or((head, None), |(index, width)| (index, Some(width)));
    let Ok(index) = index.trim().parse::<usize>() else {
        return error(format!("`{{{item}}}` names no argument: an index is needed"));
    };
    let Some(value) = values.get(index) else {
        return error(format!("the index {index} is outside of the list of arguments"));
    };
    let shown = shown(value, style)?;
    let Some(alignment) = alignment else { return Ok(shown) };
    let Ok(width) = alignment.trim().parse::<i32>() else {
        return error(format!("`{}` is no alignment", alignment.trim()));
    };
    let wanted = usize::try_from(width.unsigned_abs()).unwrap_or(0);
    if wanted > 10_000 {
        return error("the alignment is too wide");
    }
    let padding = " ".repeat(wanted.saturating_sub(text::length(&shown)));
    Ok(if width < 0 { shown + &padding } else { padding + &shown })
}

fn shown(value: &Value, style: &str) -> Result<String, Failure> {
    match value {
        Value::Int(number) => number_format::integer(*number, style),
        Value::Float(number) => number_format::float(*number, style),
        Value::Array(_) | Value::Object(_) => Ok(value.to_json().replace('"', "'")),
        // Texts, Booleans and null have no formats: .NET ignores one.
        other => Ok(conversion::string(other)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn formatted(pattern: &str, values: &[Value]) -> Result<String, Failure> {
        let arguments: Vec<Value> = std::iter::once(pattern.into()).chain(values.iter().cloned()).collect();
        format(&arguments).map(|value| value.as_str().unwrap_or_default().to_owned())
    }

    #[test]
    fn numbers() {
        let shown = |pattern: &str, number: i64| formatted(pattern, &[Value::Int(number)]).unwrap();
        assert_eq!(shown("{0:N0}|{0:N2}", 8_175_133), "8,175,133|8,175,133.00");
        assert_eq!(shown("{0:d3}|{0:D3}|{0:000}", 7), "007|007|007");
        assert_eq!(shown("{0:X2}|{0:x}", 255), "FF|ff");
        assert_eq!(shown("{0,5}|{0,-5}|", 12), "   12|12   |");
        assert_eq!(formatted("{0:N1}", &[Value::Float(-1234.56)]).unwrap(), "-1,234.6");
        assert_eq!(shown("{0:P0}|{0:#,##0.0}", 1234), "123,400 %|1,234.0");
    }

    #[test]
    fn braces() {
        assert_eq!(formatted("{{{0}}}", &["a".into()]).unwrap(), "{a}");
        assert!(formatted("{", &[]).is_err());
        assert!(formatted("}", &[]).is_err());
        assert!(formatted("{0}", &[]).is_err());
        assert!(formatted("{x}", &[Value::Null]).is_err());
    }
}
