//! Address ranges.
//!
//! <https://learn.microsoft.com/azure/azure-resource-manager/templates/template-functions-cidr>

use std::net::IpAddr;

use crate::arm::Value;
use crate::arm::expression::Failure;
use crate::arm::semantics::AddressFamilies;

use super::{Answer, FunctionEntry, Setting, error, int_at, text_at};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("parseCidr", (1, 1), parse_cidr),
    FunctionEntry::pure("cidrSubnet", (3, 3), cidr_subnet),
    FunctionEntry::pure("cidrHost", (2, 2), cidr_host),
    FunctionEntry::placed("ipRangeContains", (2, 2), ip_range_contains).in_rules(),
];

/// Addresses from the first to the last one; those of version 4 in the low bits.
#[derive(Debug, Clone, Copy)]
struct Range {
    first: u128,
    last: u128,
    /// 32 or 128.
    bits: u32,
    /// The length of the prefix, where it was given as one.
    prefix: u32,
}

fn number(address: IpAddr) -> (u128, u32) {
    match address {
        IpAddr::V4(address) => (u128::from(u32::from(address)), 32),
        IpAddr::V6(address) => (u128::from(address), 128),
    }
}

fn address(number: u128, bits: u32) -> Value {
    match u32::try_from(number) {
        Ok(number) if bits == 32 => std::net::Ipv4Addr::from(number).to_string().into(),
        _ => std::net::Ipv6Addr::from(number).to_string().into(),
    }
}

/// The bits that an address of a range may set.
fn hosts(bits: u32, prefix: u32) -> u128 {
    let free = bits - prefix;
    if free == 128 { u128::MAX } else { (1 << free) - 1 }
}

fn range(text: &str) -> Result<Range, Failure> {
    let wrong = || Failure::Error(format!("'{text}' is no range of addresses with the length of its prefix"));
    let (network, prefix) = text.trim().split_once('/').ok_or_else(wrong)?;
    let (network, bits) = number(network.parse().map_err(|_| wrong())?);
    let prefix: u32 = prefix.parse().ok().filter(|prefix| *prefix <= bits).ok_or_else(wrong)?;
    let first = network & !hosts(bits, prefix);
    Ok(Range { first, last: first | hosts(bits, prefix), bits, prefix })
}

fn parse_cidr(arguments: &[Value]) -> Answer {
    let Range { first, last, bits, prefix } = range(text_at(arguments, 0)?)?;
    let whole = if bits == 32 { u128::from(u32::MAX) } else { u128::MAX };
    let mut members =
        vec![("network", address(first, bits)), ("netmask", address(whole & !hosts(bits, prefix), bits))];
    let (mut lowest, mut highest) = (first, last);
    if bits == 32 {
        members.push(("broadcast", address(last, bits)));
        if prefix < 31 {
            highest -= 1;
        }
    }
    if prefix + 1 < bits {
        lowest += 1;
    }
    members.push(("firstUsable", address(lowest, bits)));
    members.push(("lastUsable", address(highest, bits)));
    members.push(("cidr", Value::Int(prefix.into())));
    Ok(Value::object(members))
}

fn cidr_subnet(arguments: &[Value]) -> Answer {
    let range = range(text_at(arguments, 0)?)?;
    let prefix =
        u32::try_from(int_at(arguments, 1)?).ok().filter(|new| (range.prefix..=range.bits).contains(new));
    let Some(prefix) = prefix else {
        return error(format!(
            "the length of the prefix has to be between {} and {}",
            range.prefix, range.bits
        ));
    };
    let steps = prefix - range.prefix;
    let most = if steps == 128 { u128::MAX } else { (1 << steps) - 1 };
    let Some(index) = u128::try_from(int_at(arguments, 2)?).ok().filter(|index| *index <= most) else {
        return error(format!("the index of the subnet has to be between 0 and {most}"));
    };
    let free = range.bits - prefix;
    let offset = if free == 128 { 0 } else { index << free };
    match address(range.first + offset, range.bits) {
        Value::String(network) => Ok(format!("{network}/{prefix}").into()),
        other => Ok(other),
    }
}

/// The host of an index, counted from the first usable address.
fn cidr_host(arguments: &[Value]) -> Answer {
    let range = range(text_at(arguments, 0)?)?;
    let index = u128::try_from(int_at(arguments, 1)?).ok();
    let skipped = u128::from(range.prefix + 1 < range.bits);
    let host = index.and_then(|index| range.first.checked_add(index)?.checked_add(skipped));
    match host.filter(|host| *host <= range.last) {
        Some(host) => Ok(address(host, range.bits)),
        None => error("the index of the host lies outside of the range"),
    }
}

/// A single address, a range with a prefix, or `start-end`.
fn any_range(text: &str) -> Result<Range, Failure> {
    let wrong = || Failure::Error(format!("'{text}' is neither an address nor a range of addresses"));
    let single = |text: &str| text.trim().parse().map(number).map_err(|_| wrong());
    if text.contains('/') {
        return range(text);
    }
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let ((first, bits), (last, other)) = (single(start)?, single(end)?);
    if bits != other || last < first {
        return Err(wrong());
    }
    Ok(Range { first, last, bits, prefix: bits })
}

/// Whether the whole second range lies in the first one.
fn ip_range_contains(setting: Setting<'_>, arguments: &[Value]) -> Answer {
    let (outer, inner) = (any_range(text_at(arguments, 0)?)?, any_range(text_at(arguments, 1)?)?);
    if outer.bits != inner.bits {
        if setting.semantics.address_families == AddressFamilies::False {
            return Ok(false.into());
        }
        return error("an address of version 4 can't be compared with one of version 6");
    }
    Ok((outer.first <= inner.first && inner.last <= outer.last).into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arm::expression::Dialect;
    use crate::arm::semantics::DEFAULT;

    fn contains(outer: &str, inner: &str) -> Result<bool, Failure> {
        let setting = Setting { dialect: Dialect::Policy, semantics: &DEFAULT };
        ip_range_contains(setting, &[outer.into(), inner.into()]).map(|value| value.as_bool().unwrap())
    }

    #[test]
    fn ranges_contain() {
        assert_eq!(contains("10.0.0.0/8", "10.1.2.3"), Ok(true));
        assert_eq!(contains("10.0.0.0/8", "10.0.0.0-11.0.0.0"), Ok(false));
        assert_eq!(contains("10.0.0.1-10.0.0.9", "10.0.0.2-10.0.0.9"), Ok(true));
        assert_eq!(contains("::/0", "ffff::/16"), Ok(true));
        assert!(contains("10.0.0.0/8", "::1").is_err());
        assert!(contains("10.0.0.9-10.0.0.1", "10.0.0.2").is_err());
        assert!(contains("0.0.0.0/33", "10.0.0.2").is_err());
    }

    #[test]
    fn the_whole_space() {
        let parsed = parse_cidr(&["0.0.0.0/0".into()]).unwrap();
        assert_eq!(parsed.get("lastUsable").and_then(Value::as_str), Some("255.255.255.254"));
        let subnet = cidr_subnet(&["::/0".into(), Value::Int(128), Value::Int(7)]).unwrap();
        assert_eq!(subnet.as_str(), Some("::7/128"));
    }
}
