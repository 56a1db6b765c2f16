//! Numbers in .NET's formats, in the invariant culture.
//!
//! <https://learn.microsoft.com/dotnet/standard/base-types/standard-numeric-format-strings>,
//! <https://learn.microsoft.com/dotnet/standard/base-types/custom-numeric-format-strings>

use crate::arm::expression::Failure;

use super::error;

/// A number's digits without its sign, exact.
struct Decimal {
    negative: bool,
    /// Without leading zeros: empty below one.
    whole: String,
    fraction: String,
}

pub(super) fn integer(number: i64, style: &str) -> Result<String, Failure> {
    let decimal = Decimal::new(number < 0, &number.unsigned_abs().to_string(), "");
    let Some((letter, precision)) = standard(style) else {
        return Ok(if style.is_empty() { number.to_string() } else { custom(&decimal, style) });
    };
    match letter {
        'D' | 'd' => {
            let (sign, digits) = (decimal.sign(), number.unsigned_abs().to_string());
            Ok(format!("{sign}{digits:0>width$}", width = precision.unwrap_or(0)))
        }
        'X' => Ok(format!("{number:0>width$X}", width = precision.unwrap_or(0))),
        'x' => Ok(format!("{number:0>width$x}", width = precision.unwrap_or(0))),
        'G' | 'g' if precision.is_none_or(|digits| digits == 0 || digits >= decimal.whole.len()) => {
            Ok(number.to_string())
        }
        'R' | 'r' => error(format!("`{style}` is no format of an integer")),
        _ => common(&decimal, letter, precision, style),
    }
}

pub(super) fn float(number: f64, style: &str) -> Result<String, Failure> {
    // The exact expansion of a double has no more digits behind the point.
    let exact = format!("{:.1074}", number.abs());
    let (whole, fraction) = exact.split_once('.').unwrap_or((&exact, ""));
    let decimal = Decimal::new(number < 0.0, whole, fraction);
    let Some((letter, precision)) = standard(style) else {
        return Ok(if style.is_empty() { number.to_string() } else { custom(&decimal, style) });
    };
    match (letter, precision) {
        ('G' | 'g', None | Some(0)) | ('R' | 'r', _) => Ok(number.to_string()),
        ('D' | 'd' | 'X' | 'x', _) => error(format!("`{style}` is a format of integers")),
        _ => common(&decimal, letter, precision, style),
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

/// The formats that integers and other numbers share.
fn common(number: &Decimal, letter: char, precision: Option<usize>, style: &str) -> Result<String, Failure> {
    let fixed = |number: &Decimal, groups: bool| {
        let rounded = number.rounded(precision.unwrap_or(2));
        let (whole, point) = (rounded.shown_whole(), if rounded.fraction.is_empty() { "" } else { "." });
        let whole = if groups { grouped(&whole) } else { whole };
        (rounded.sign(), format!("{whole}{point}{}", rounded.fraction))
    };
    Ok(match letter {
        'N' | 'n' | 'F' | 'f' => {
            let (sign, shown) = fixed(number, letter.eq_ignore_ascii_case(&'n'));
            format!("{sign}{shown}")
        }
        'C' | 'c' => match fixed(number, true) {
            ("", shown) => format!("¤{shown}"),
            (_, shown) => format!("(¤{shown})"),
        },
        'P' | 'p' => {
            let (sign, shown) = fixed(&number.shifted(2), true);
            format!("{sign}{shown} %")
        }
        'E' | 'e' => {
            let (digits, exponent) = number.scientific(precision.unwrap_or(6) + 1);
            scientific(number.sign(), &digits, exponent, letter, 3)
        }
        'G' | 'g' => general(number, letter, precision.unwrap_or(15)),
        'B' | 'b' => {
            return Err(Failure::Unsupported(format!(
                "the number format `{style}` of the function `format`"
            )));
        }
        _ => return error(format!("`{style}` is no number format")),
    })
}

fn scientific(sign: &str, digits: &str, exponent: i64, letter: char, width: usize) -> String {
    let (first, rest) = digits.split_at(1);
    let point = if rest.is_empty() { "" } else { "." };
    let direction = if exponent < 0 { '-' } else { '+' };
    format!("{sign}{first}{point}{rest}{letter}{direction}{:0>width$}", exponent.unsigned_abs())
}

/// So many significant digits, in whichever form is shorter.
fn general(number: &Decimal, letter: char, precision: usize) -> String {
    let (digits, exponent) = number.scientific(precision);
    let significant = digits.trim_end_matches('0');
    let significant = if significant.is_empty() { "0" } else { significant };
    if exponent < -4 || usize::try_from(exponent).is_ok_and(|exponent| exponent >= precision) {
        let letter = if letter == 'G' { 'E' } else { 'e' };
        return scientific(number.sign(), significant, exponent, letter, 2);
    }
    let behind = i64::try_from(precision).unwrap_or(i64::MAX) - 1 - exponent;
    let rounded = number.rounded(usize::try_from(behind).unwrap_or(0));
    let fraction = rounded.fraction.trim_end_matches('0');
    let point = if fraction.is_empty() { "" } else { "." };
    format!("{}{}{point}{fraction}", rounded.sign(), rounded.shown_whole())
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

impl Decimal {
    fn new(negative: bool, whole: &str, fraction: &str) -> Decimal {
        Decimal { negative, whole: whole.trim_start_matches('0').to_owned(), fraction: fraction.to_owned() }
    }

    fn is_zero(&self) -> bool {
        self.whole.is_empty() && self.fraction.bytes().all(|digit| digit == b'0')
    }

    /// What is rounded to zero has no sign.
    fn sign(&self) -> &'static str {
        if self.negative && !self.is_zero() { "-" } else { "" }
    }

    fn shown_whole(&self) -> String {
        if self.whole.is_empty() { "0".to_owned() } else { self.whole.clone() }
    }

    /// With so many digits behind the point; half is rounded away from zero.
    fn rounded(&self, places: usize) -> Decimal {
        let padded = format!("{:0<width$}", self.fraction, width = places + 1);
        let mut digits: Vec<u8> = self.whole.bytes().chain(padded.bytes().take(places)).collect();
        if padded.as_bytes()[places] >= b'5' {
            if let Some(at) = digits.iter().rposition(|digit| *digit != b'9') {
                digits[at] += 1;
                digits[at + 1..].fill(b'0');
            } else {
                digits.fill(b'0');
                digits.insert(0, b'1');
            }
        }
        let text = String::from_utf8(digits).unwrap_or_default();
        let (whole, fraction) = text.split_at(text.len() - places);
        Decimal::new(self.negative, whole, fraction)
    }

    /// Times ten to this power.
    fn shifted(&self, power: i32) -> Decimal {
        let by = usize::try_from(power.unsigned_abs()).unwrap_or(0);
        let (whole, fraction) = if power >= 0 {
            let padded = format!("{:0<by$}", self.fraction);
            let (moved, rest) = padded.split_at(by);
            (format!("{}{moved}", self.whole), rest.to_owned())
        } else {
            let padded = format!("{:0>width$}", self.whole, width = by);
            let (rest, moved) = padded.split_at(padded.len() - by);
            (rest.to_owned(), format!("{moved}{}", self.fraction))
        };
        Decimal::new(self.negative, &whole, &fraction)
    }

    /// So many significant digits, and the power of ten of the first one.
    fn scientific(&self, count: usize) -> (String, i64) {
        let all = format!("{}{}", self.whole, self.fraction);
        let Some(first) = all.find(|digit| digit != '0') else { return ("0".repeat(count.max(1)), 0) };
        let signed = |number: usize| i64::try_from(number).unwrap_or(i64::MAX);
        let exponent = signed(self.whole.len()) - 1 - signed(first);
        let one = Decimal::new(false, &all[first..=first], &all[first + 1..]).rounded(count.max(1) - 1);
        let digits = format!("{}{}", one.whole, one.fraction);
        // 9.99 may have become 10.0.
        let carried = one.whole.len() > 1;
        (digits[..count.max(1)].to_owned(), exponent + i64::from(carried))
    }
}

/// A piece of a custom format.
enum Piece {
    /// `0` or `#`
    Digit {
        zero: bool,
    },
    Point,
    Text(char),
    /// `E+00`: its letter, whether a plus is written, and how many digits at least.
    Exponent(char, bool, usize),
}

/// One section of a custom format.
#[derive(Default)]
struct Section {
    pieces: Vec<Piece>,
    groups: bool,
    power: i32,
}

/// `#,##0.00;(#)`: digits, a point, groups, scale, percent, texts; a section each for positive and negative numbers and
/// for zero.
fn custom(number: &Decimal, style: &str) -> String {
    let sections = sections(style);
    let usable = |at: usize| sections.get(at).filter(|section| !section.pieces.is_empty());
    let mut own_sign = false;
    let mut section = &sections[0];
    if number.negative
        && !number.is_zero()
        && let Some(negative) = usable(1)
    {
        (section, own_sign) = (negative, true);
    }
    let mut rounded = section.rounded(number);
    if rounded.0.is_zero()
        && let Some(zero) = usable(2)
    {
        section = zero;
        rounded = section.rounded(number);
    }
    let (rounded, exponent) = rounded;
    let sign = if own_sign { "" } else { rounded.sign() };
    format!("{sign}{}", section.filled(&rounded, exponent))
}

fn sections(style: &str) -> Vec<Section> {
    let mut sections = vec![Section::default()];
    let mut chars = style.chars();
    let mut commas = 0;
    while let Some(c) = chars.next() {
        let last = sections.len() - 1;
        let section = &mut sections[last];
        let in_whole = !section.pieces.iter().any(|piece| matches!(piece, Piece::Point));
        let begun = section.pieces.iter().any(|piece| matches!(piece, Piece::Digit { .. }));
        match c {
            '0' | '#' => {
                section.groups |= std::mem::take(&mut commas) > 0;
                section.pieces.push(Piece::Digit { zero: c == '0' });
            }
            ',' if in_whole && begun => commas += 1,
            '.' if in_whole => {
                section.power -= 3 * std::mem::take(&mut commas);
                section.pieces.push(Piece::Point);
            }
            ',' | '.' => {}
            ';' => {
                section.power -= 3 * std::mem::take(&mut commas);
                sections.push(Section::default());
            }
            '%' => {
                section.power += 2;
                section.pieces.push(Piece::Text('%'));
            }
            '‰' => {
                section.power += 3;
                section.pieces.push(Piece::Text('‰'));
            }
            'E' | 'e' if !section.is_scientific() && exponent(chars.as_str()).is_some() => {
                let (sign, zeros) = exponent(chars.as_str()).unwrap_or_default();
                chars.by_ref().take(usize::from(sign.is_some()) + zeros).for_each(drop);
                section.pieces.push(Piece::Exponent(c, sign == Some('+'), zeros.min(10)));
            }
            '\'' | '"' => {
                section.pieces.extend(chars.by_ref().take_while(|other| *other != c).map(Piece::Text));
            }
            '\\' => section.pieces.extend(chars.next().map(Piece::Text)),
            c => section.pieces.push(Piece::Text(c)),
        }
    }
    if let Some(section) = sections.last_mut() {
        section.power -= 3 * commas;
    }
    sections
}

/// The sign and the number of zeros of an exponent behind its letter.
fn exponent(text: &str) -> Option<(Option<char>, usize)> {
    let sign = text.chars().next().filter(|c| matches!(c, '+' | '-'));
    let digits = &text[sign.map_or(0, char::len_utf8)..];
    let zeros = digits.len() - digits.trim_start_matches('0').len();
    (zeros > 0).then_some((sign, zeros))
}

impl Section {
    fn is_scientific(&self) -> bool {
        self.pieces.iter().any(|piece| matches!(piece, Piece::Exponent(..)))
    }

    /// Which digits the pieces ask for, before and behind the point.
    fn digits(&self) -> (Vec<bool>, Vec<bool>) {
        let point = self.pieces.iter().position(|piece| matches!(piece, Piece::Point));
        let (before, behind) = self.pieces.split_at(point.unwrap_or(self.pieces.len()));
        let zeros = |pieces: &[Piece]| -> Vec<bool> {
            let zero = |piece: &Piece| match piece {
                Piece::Digit { zero } => Some(*zero),
                Piece::Point | Piece::Text(_) | Piece::Exponent(..) => None,
            };
            pieces.iter().filter_map(zero).collect()
        };
        (zeros(before), zeros(behind))
    }

    /// The digits to show, and the power of ten that an exponent shows of them.
    fn rounded(&self, number: &Decimal) -> (Decimal, i64) {
        let (before, behind) = self.digits();
        let scaled = number.shifted(self.power);
        if !self.is_scientific() {
            return (scaled.rounded(behind.len()), 0);
        }
        let (digits, power) = scaled.scientific(before.len() + behind.len());
        let (whole, fraction) = digits.split_at(before.len().min(digits.len()));
        let mantissa = Decimal::new(number.negative, whole, fraction);
        let moved = i64::try_from(before.len()).unwrap_or(i64::MAX) - 1;
        let exponent = if mantissa.is_zero() { 0 } else { power - moved };
        (mantissa, exponent)
    }

    fn filled(&self, number: &Decimal, exponent: i64) -> String {
        let (before, behind) = self.digits();
        let least = before.iter().position(|zero| *zero).map_or(0, |first| before.len() - first);
        let whole = format!("{:0>least$}", number.whole);
        let shown = behind.iter().rposition(|zero| *zero).map_or(0, |last| last + 1);
        let fraction = number.fraction.trim_end_matches('0');
        let fraction = &number.fraction[..fraction.len().max(shown)];
        let (mut text, mut at, mut in_whole) = (String::new(), 0, true);
        for piece in &self.pieces {
            match piece {
                Piece::Text(c) => text.push(*c),
                Piece::Exponent(letter, plus, width) => {
                    let sign = if exponent < 0 {
                        "-"
                    } else if *plus {
                        "+"
                    } else {
                        ""
                    };
                    text.push_str(&format!("{letter}{sign}{:0>width$}", exponent.unsigned_abs()));
                }
                Piece::Point => {
                    (at, in_whole) = (0, false);
                    text.push_str(if fraction.is_empty() { "" } else { "." });
                }
                Piece::Digit { .. } if in_whole => {
                    // The first one takes all digits for which there is no place.
                    let from = if at == 0 { before.len().max(whole.len()) } else { before.len() - at };
                    for rest in (before.len() - at - 1..from).rev().filter(|rest| *rest < whole.len()) {
                        text.push_str(&whole[whole.len() - rest - 1..whole.len() - rest]);
                        if self.groups && rest > 0 && rest.is_multiple_of(3) {
                            text.push(',');
                        }
                    }
                    at += 1;
                }
                Piece::Digit { .. } => {
                    text.push_str(fraction.get(at..=at).unwrap_or_default());
                    at += 1;
                }
            }
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::{float, integer};
    use crate::arm::expression::Failure;

    #[test]
    fn standard_formats() {
        for (number, style, wanted) in [
            (8_175_133, "N0", "8,175,133"),
            (8_175_133, "N2", "8,175,133.00"),
            (7, "d3", "007"),
            (-7, "D3", "-007"),
            (255, "X2", "FF"),
            (255, "x4", "00ff"),
            (-1, "X", "FFFFFFFFFFFFFFFF"),
            (1234, "C", "¤1,234.00"),
            (-1234, "c0", "(¤1,234)"),
            (1, "P", "100.00 %"),
            (-3, "p0", "-300 %"),
            (1234, "E", "1.234000E+003"),
            (-1234, "e2", "-1.23e+003"),
            (0, "E1", "0.0E+000"),
            (1234, "G", "1234"),
            (1234, "G2", "1.2E+03"),
            (999, "g2", "1e+03"),
            (12, "F1", "12.0"),
        ] {
            assert_eq!(integer(number, style).as_deref(), Ok(wanted), "{number} {style}");
        }
        for (number, style, wanted) in [
            (-1234.56, "N1", "-1,234.6"),
            (2.5, "F0", "3"),
            (0.125, "F2", "0.13"),
            (0.1234, "P1", "12.3 %"),
            (1234.5678, "E2", "1.23E+003"),
            (0.000_012, "G2", "1.2E-05"),
            (0.012, "G3", "0.012"),
            (123.456, "G4", "123.5"),
            (99.99, "G3", "100"),
            (2.5, "R", "2.5"),
        ] {
            assert_eq!(float(number, style).as_deref(), Ok(wanted), "{number} {style}");
        }
    }

    #[test]
    fn custom_formats() {
        for (number, style, wanted) in [
            (7, "000", "007"),
            (1_234_567, "#,##0", "1,234,567"),
            (0, "#", ""),
            (0, "#,##0.##", "0"),
            (5, "0.00", "5.00"),
            (1_234_567, "0,,.0", "1.2"),
            (1_234_567, "#,", "1235"),
            (12, "0%", "1200%"),
            (-12, "0", "-12"),
            (-12, "0;(0)", "(12)"),
            (0, "0;(0);'none'", "none"),
            (1_234_567_890, "(###) ###-####", "(123) 456-7890"),
            (5, "v0' of '0", "v0 of 5"),
            (123, "0.0 \\x", "123.0 x"),
            (86_000, "0.###E+0", "8.6E+4"),
            (86_000, "0.###E+000", "8.6E+004"),
            (86_000, "0.###E-000", "8.6E004"),
            (86_000, "00.0e0", "86.0e3"),
            (99_996, "0.00E0", "1.00E5"),
            (0, "0.0E+0", "0.0E+0"),
            (-5, "0.0E+0", "-5.0E+0"),
            (12, "0 E", "12 E"),
            (12, "0Ex", "12Ex"),
        ] {
            assert_eq!(integer(number, style).as_deref(), Ok(wanted), "{number} {style}");
        }
        assert_eq!(float(1234.5678, "#,##0.0#").as_deref(), Ok("1,234.57"));
        assert_eq!(float(0.4, "0;-0;zero").as_deref(), Ok("zero"));
        assert_eq!(float(0.5, "#.##").as_deref(), Ok(".5"));
        assert_eq!(float(0.000_123, "0.0E+0").as_deref(), Ok("1.2E-4"));
    }

    #[test]
    fn what_is_no_format_fails_and_what_is_not_built_says_so() {
        assert!(matches!(integer(1, "Q"), Err(Failure::Error(_))));
        assert!(matches!(float(1.5, "D"), Err(Failure::Error(_))));
        assert!(matches!(integer(1, "R"), Err(Failure::Error(_))));
        assert!(matches!(integer(1, "B"), Err(Failure::Unsupported(_))));
    }
}
