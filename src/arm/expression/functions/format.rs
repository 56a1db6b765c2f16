//! The function `format`: .NET's composite formatting in the invariant culture.
//!
//! <https://learn.microsoft.com/dotnet/standard/base-types/composite-formatting>

use crate::arm::Value;
use crate::arm::expression::Failure;

use super::{Answer, conversion, error, text, text_at};

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
        Value::Int(number) => integer(*number, style),
        Value::Float(number) => float(*number, style),
        Value::Array(_) | Value::Object(_) => Ok(value.to_json().replace('"', "'")),
        // Texts, Booleans and null have no formats: .NET ignores one.
        other => Ok(conversion::string(other)),
    }
}

/// The letter of a standard format and its precision: `N2`.
fn standard(style: &str) -> Option<(char, Option<usize>)> {
    let mut chars = style.chars();
    let letter = chars.next().filter(char::is_ascii_alphabetic)?;
    let digits = chars.as_str();
    if digits.is_empty() {
        return Some((letter, None));
    }
    digits.parse().ok().filter(|precision| *precision <= 99).map(|precision| (letter, Some(precision)))
}

fn unsupported<T>(style: &str) -> Result<T, Failure> {
    Err(Failure::Unsupported(format!("the number format `{style}` of the function `format`")))
}

fn integer(number: i64, style: &str) -> Result<String, Failure> {
    let Some((letter, precision)) = standard(style) else {
        return if style.is_empty() { Ok(number.to_string()) } else { custom(number, style) };
    };
    let sign = if number < 0 { "-" } else { "" };
    let digits = number.unsigned_abs().to_string();
    Ok(match letter {
        'D' | 'd' => format!("{sign}{digits:0>width$}", width = precision.unwrap_or(0)),
        'N' | 'n' => format!("{sign}{}{}", grouped(&digits), fraction(precision.unwrap_or(2))),
        'F' | 'f' => format!("{sign}{digits}{}", fraction(precision.unwrap_or(2))),
        'X' => format!("{number:0>width$X}", width = precision.unwrap_or(0)),
        'x' => format!("{number:0>width$x}", width = precision.unwrap_or(0)),
        'G' | 'g' if precision.is_none_or(|precision| precision == 0 || precision >= digits.len()) => {
            number.to_string()
        }
        _ => return unsupported(style),
    })
}

/// Zeros only: the least number of digits.
fn custom(number: i64, style: &str) -> Result<String, Failure> {
    if !style.bytes().all(|b| b == b'0') {
        return unsupported(style);
    }
    let sign = if number < 0 { "-" } else { "" };
    Ok(format!("{sign}{:0>width$}", number.unsigned_abs(), width = style.len()))
}

fn float(number: f64, style: &str) -> Result<String, Failure> {
    if style.is_empty() {
        return Ok(number.to_string());
    }
    let Some((letter, precision)) = standard(style) else { return unsupported(style) };
    let fixed = format!("{:.*}", precision.unwrap_or(2), number.abs());
    let (whole, rest) = fixed.split_once('.').map_or((fixed.as_str(), ""), |(whole, rest)| (whole, rest));
    let rest = if rest.is_empty() { String::new() } else { format!(".{rest}") };
    let zero = fixed.bytes().all(|b| matches!(b, b'0' | b'.'));
    let sign = if number < 0.0 && !zero { "-" } else { "" };
    match letter {
        'N' | 'n' => Ok(format!("{sign}{}{rest}", grouped(whole))),
        'F' | 'f' => Ok(format!("{sign}{whole}{rest}")),
        _ => unsupported(style),
    }
}

fn fraction(precision: usize) -> String {
    if precision == 0 { String::new() } else { format!(".{}", "0".repeat(precision)) }
}

fn grouped(digits: &str) -> String {
    let mut grouped = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
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
        assert!(matches!(formatted("{0:P}", &[Value::Int(1)]), Err(Failure::Unsupported(_))));
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
