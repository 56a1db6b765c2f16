//! Dates.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-date>

use jiff::civil::DateTime;
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp};

use crate::arm::Value;
use crate::arm::expression::{ContextFunction, Failure};

use super::{Answer, FunctionEntry, error, int_at, text_at};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("addDays", (2, 2), add_days).in_rules(),
    FunctionEntry::pure("dateTimeAdd", (2, 3), date_time_add).in_templates(),
    FunctionEntry::pure("dateTimeFromEpoch", (1, 1), from_epoch).in_templates(),
    FunctionEntry::pure("dateTimeToEpoch", (1, 1), to_epoch).in_templates(),
    FunctionEntry::context("utcNow", (0, 1), ContextFunction::UtcNow).at_most_in_rules(0),
];

/// The form that a date has where none is asked for: ISO 8601 without fractions.
const DEFAULT_STYLE: &str = "yyyy-MM-dd'T'HH:mm:ss'Z'";

/// ISO 8601, with or without an offset (then UTC), with or without a time.
fn parse(text: &str) -> Result<Timestamp, Failure> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp);
    }
    let civil = text.parse::<DateTime>();
    let compact = || {
        // `20260304T050607Z`, the default form of `utcNow`.
        let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
        let digits =
            |text: &str, length: usize| text.len() == length && text.bytes().all(|b| b.is_ascii_digit());
        (digits(date, 8) && digits(time, 6)).then_some(())?;
        let part = |text: &str, from: usize, to: usize| text[from..to].parse::<i8>().ok();
        let year = date[..4].parse::<i16>().ok()?;
        let (month, day) = (part(date, 4, 6)?, part(date, 6, 8)?);
        DateTime::new(year, month, day, part(time, 0, 2)?, part(time, 2, 4)?, part(time, 4, 6)?, 0).ok()
    };
    match civil.ok().or_else(compact).map(|civil| Offset::UTC.to_timestamp(civil)) {
        Some(Ok(timestamp)) => Ok(timestamp),
        _ => error(format!("'{text}' is no date and time in ISO 8601")),
    }
}

fn from_epoch(arguments: &[Value]) -> Answer {
    match Timestamp::from_second(int_at(arguments, 0)?) {
        Ok(timestamp) => styled(timestamp, DEFAULT_STYLE).map(Value::from),
        Err(_) => error("the number of seconds is out of range"),
    }
}

fn to_epoch(arguments: &[Value]) -> Answer {
    Ok(Value::Int(parse(text_at(arguments, 0)?)?.as_second()))
}

/// A day is 24 hours; the answer has the round-trip form.
fn add_days(arguments: &[Value]) -> Answer {
    let (base, days) = (parse(text_at(arguments, 0)?)?, int_at(arguments, 1)?);
    let later =
        days.checked_mul(24).and_then(|hours| base.checked_add(SignedDuration::from_hours(hours)).ok());
    match later {
        Some(later) => styled(later, "o").map(Value::from),
        None => error("the date is out of range"),
    }
}

fn date_time_add(arguments: &[Value]) -> Answer {
    let base = parse(text_at(arguments, 0)?)?;
    let duration = duration(text_at(arguments, 1)?)?;
    let style = if arguments.len() > 2 { text_at(arguments, 2)? } else { DEFAULT_STYLE };
    match base.checked_add(duration) {
        Ok(later) => styled(later, style).map(Value::from),
        Err(_) => error("the date is out of range"),
    }
}

/// An ISO 8601 duration, with a sign in front of it; a year is 365 days, a month 30.
fn duration(text: &str) -> Result<SignedDuration, Failure> {
    let wrong = || Failure::Error(format!("'{text}' is no duration in ISO 8601"));
    let (negative, rest) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let rest = rest.strip_prefix('P').ok_or_else(wrong)?;
    let (date, time) = rest.split_once('T').map_or((rest, None), |(date, time)| (date, Some(time)));
    if time == Some("") || (date.is_empty() && time.is_none()) {
        return Err(wrong());
    }
    let mut seconds = 0_i64;
    let days = |letter: char| match letter {
        'Y' => Some(365 * 86_400),
        'M' => Some(30 * 86_400),
        'W' => Some(7 * 86_400),
        'D' => Some(86_400),
        _ => None,
    };
    let hours = |letter: char| match letter {
        'H' => Some(3_600),
        'M' => Some(60),
        'S' => Some(1),
        _ => None,
    };
    let mut add = |part: &str, unit: &dyn Fn(char) -> Option<i64>| -> Option<()> {
        let mut digits = String::new();
        for letter in part.chars() {
            if letter.is_ascii_digit() {
                digits.push(letter);
                continue;
            }
            let count: i64 = digits.parse().ok()?;
            seconds = seconds.checked_add(count.checked_mul(unit(letter)?)?)?;
            digits.clear();
        }
        digits.is_empty().then_some(())
    };
    add(date, &days).ok_or_else(wrong)?;
    add(time.unwrap_or_default(), &hours).ok_or_else(wrong)?;
    Ok(SignedDuration::from_secs(if negative { -seconds } else { seconds }))
}

/// A time in ISO 8601 in one of .NET's formats (in UTC, invariant culture).
///
/// <https://learn.microsoft.com/dotnet/standard/base-types/custom-date-and-time-format-strings>
pub fn format_time(time: &str, style: &str) -> Result<String, Failure> {
    styled(parse(time)?, style)
}

fn styled(timestamp: Timestamp, style: &str) -> Result<String, Failure> {
    let style = match style {
        "u" => "yyyy-MM-dd HH:mm:ss'Z'",
        "s" => "yyyy-MM-dd'T'HH:mm:ss",
        "o" | "O" => "yyyy-MM-dd'T'HH:mm:ss.fffffff'Z'",
        "r" | "R" => "ddd, dd MMM yyyy HH:mm:ss 'GMT'",
        "d" => "MM/dd/yyyy",
        "D" => "dddd, dd MMMM yyyy",
        "t" => "HH:mm",
        "T" => "HH:mm:ss",
        "g" => "MM/dd/yyyy HH:mm",
        "G" => "MM/dd/yyyy HH:mm:ss",
        "f" => "dddd, dd MMMM yyyy HH:mm",
        "F" | "U" => "dddd, dd MMMM yyyy HH:mm:ss",
        "m" | "M" => "MMMM dd",
        "y" | "Y" => "yyyy MMMM",
        single if single.chars().count() == 1 => return error(format!("`{single}` is no date format")),
        custom => custom,
    };
    let at = Offset::UTC.to_datetime(timestamp);
    let mut shown = String::new();
    let mut chars = style.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' | '"' => shown.extend(chars.by_ref().take_while(|other| *other != c)),
            '\\' => shown.extend(chars.next()),
            '%' => {}
            c if c.is_ascii_alphabetic() => {
                let mut width = 1;
                while chars.next_if_eq(&c).is_some() {
                    width += 1;
                }
                shown.push_str(&part(at, c, width)?);
            }
            c => shown.push(c),
        }
    }
    Ok(shown)
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];
const DAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

fn repeated(letter: char, count: usize) -> String {
    std::iter::repeat_n(letter, count).collect()
}

fn part(at: DateTime, letter: char, width: usize) -> Result<String, Failure> {
    let padded = |number: i64| if width == 1 { number.to_string() } else { format!("{number:02}") };
    let named = |names: &[&str], index: i8| -> String {
        let name =
            usize::try_from(index - 1).ok().and_then(|index| names.get(index)).copied().unwrap_or_default();
        if width == 3 { name[..3].to_owned() } else { name.to_owned() }
    };
    let half = if at.hour() % 12 == 0 { 12 } else { at.hour() % 12 };
    Ok(match (letter, width) {
        ('y', 1 | 2) => padded(i64::from(at.year()) % 100),
        ('y', _) => format!("{:0width$}", at.year()),
        ('M', 1 | 2) => padded(at.month().into()),
        ('M', _) => named(&MONTHS, at.month()),
        ('d', 1 | 2) => padded(at.day().into()),
        ('d', _) => named(&DAYS, at.weekday().to_monday_one_offset()),
        ('H', _) => padded(at.hour().into()),
        ('h', _) => padded(half.into()),
        ('m', _) => padded(at.minute().into()),
        ('s', _) => padded(at.second().into()),
        ('f', 1..=7) => format!("{:09}", at.subsec_nanosecond())[..width].to_owned(),
        ('F', 1..=7) => format!("{:09}", at.subsec_nanosecond())[..width].trim_end_matches('0').to_owned(),
        ('t', 1) => if at.hour() < 12 { "A" } else { "P" }.to_owned(),
        ('t', _) => if at.hour() < 12 { "AM" } else { "PM" }.to_owned(),
        ('z', 1) => "+0".to_owned(),
        ('z', 2) => "+00".to_owned(),
        ('z', _) => "+00:00".to_owned(),
        ('K', _) => "Z".repeat(width),
        ('g', _) => "A.D.".to_owned(),
        ('f' | 'F', _) => {
            return error(format!("`{}` is no date format: seconds have 7 digits", repeated(letter, width)));
        }
        // Any other letter stands for itself, as the `T` between date and time.
        (letter, width) => repeated(letter, width),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn forms() {
        let shown = |style: &str| format_time("2026-03-04T05:06:07.5Z", style).unwrap();
        assert_eq!(shown("yyyy-MM-dd"), "2026-03-04");
        assert_eq!(shown("u"), "2026-03-04 05:06:07Z");
        assert_eq!(shown("R"), "Wed, 04 Mar 2026 05:06:07 GMT");
        assert_eq!(shown("o"), "2026-03-04T05:06:07.5000000Z");
        assert_eq!(shown("d MMM yy 'at' h tt"), "4 Mar 26 at 5 AM");
        assert_eq!(shown("U"), "Wednesday, 04 March 2026 05:06:07");
        assert_eq!(shown("f|M"), "5|3");
        assert_eq!(shown("M"), "March 04");
        assert_eq!(shown("yyyyMMddTHHmmssZ"), "20260304T050607Z");
        assert_eq!(shown("yyyy-MM-ddTHH:mm:ssK gg"), "2026-03-04T05:06:07Z A.D.");
        assert!(matches!(format_time("2026-03-04", "q"), Err(Failure::Error(_))));
        assert!(matches!(format_time("2026-03-04", "ffffffff"), Err(Failure::Error(_))));
        assert!(format_time("yesterday", "u").is_err());
    }

    #[test]
    fn durations() {
        let add = |base: &str, duration: &str| {
            date_time_add(&[base.into(), duration.into()]).map(|value| value.as_str().unwrap().to_owned())
        };
        assert_eq!(add("2026-01-01T00:00:00Z", "P1M").unwrap(), "2026-01-31T00:00:00Z");
        assert_eq!(add("2026-01-01T00:00:00Z", "-PT1H30M").unwrap(), "2025-12-31T22:30:00Z");
        assert_eq!(add("20260101T000000Z", "P1Y2D").unwrap(), "2027-01-03T00:00:00Z");
        assert!(add("2026-01-01", "P").is_err());
        assert!(add("2026-01-01", "PT").is_err());
        assert!(add("2026-01-01", "P1").is_err());
    }

    #[test]
    fn days_are_added_in_rules() {
        let answer = add_days(&["2026-03-04T05:06:07Z".into(), Value::Int(-4)]);
        assert_eq!(answer.unwrap().as_str(), Some("2026-02-28T05:06:07.0000000Z"));
    }
}
