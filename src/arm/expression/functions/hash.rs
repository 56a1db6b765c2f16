//! Names that are derived from texts.

use crate::arm::Value;
use crate::arm::expression::{ContextFunction, Failure};
use uuid::{Uuid, uuid};

use super::{ANY, Answer, FunctionEntry, text_at};

pub(super) static TABLE: &[FunctionEntry] = &[
    FunctionEntry::pure("uniqueString", (1, ANY), |arguments| Ok(unique_string(&joined(arguments)?).into())),
    FunctionEntry::pure("guid", (1, ANY), guid),
    FunctionEntry::context("newGuid", (0, 0), ContextFunction::NewGuid).in_templates(),
];

/// The namespace that the function `guid` hashes in.
const GUID_NAMESPACE: Uuid = uuid!("11fb06fb-712d-4ddd-98c7-e71bbd588830");

/// The namespace of the GUIDs that stand for `newGuid()`: azpol's own.
const DERIVED_NAMESPACE: Uuid = uuid!("6b1c6f0e-2f5d-5a39-9d1a-7a1f0c5b8e42");

fn joined(arguments: &[Value]) -> Result<String, Failure> {
    let texts: Result<Vec<&str>, Failure> =
        (0..arguments.len()).map(|index| text_at(arguments, index)).collect();
    Ok(texts?.join("-"))
}

/// A GUID of version 5 over the arguments, joined by `-`.
fn guid(arguments: &[Value]) -> Answer {
    Ok(Uuid::new_v5(&GUID_NAMESPACE, joined(arguments)?.as_bytes()).to_string().into())
}

/// A repeatable GUID in place of a new one.
pub fn derived_guid(seed: &str) -> String {
    Uuid::new_v5(&DERIVED_NAMESPACE, seed.as_bytes()).to_string()
}

/// The function `uniqueString` over arguments that are joined by `-` already: thirteen characters of base 32
/// over the 64-bit two-lane variant of Murmur3 hashing.
pub fn unique_string(text: &str) -> String {
    const LETTERS: &[u8; 32] = b"abcdefghijklmnopqrstuvwxyz234567";
    let mut hash = murmur(text.as_bytes());
    let mut name = String::with_capacity(13);
    for _ in 0..13 {
        name.push(char::from(LETTERS[usize::from((hash >> 59) as u8)]));
        hash <<= 5;
    }
    name
}

const C1: u32 = 0x239b_961b;
const C2: u32 = 0xab0e_9789;

fn first_lane(key: u32) -> u32 {
    key.wrapping_mul(C1).rotate_left(15).wrapping_mul(C2)
}

fn second_lane(key: u32) -> u32 {
    key.wrapping_mul(C2).rotate_left(17).wrapping_mul(C1)
}

fn finish(mut hash: u32) -> u32 {
    hash ^= hash >> 16;
    hash = hash.wrapping_mul(0x85eb_ca6b);
    hash ^= hash >> 13;
    hash = hash.wrapping_mul(0xc2b2_ae35);
    hash ^ (hash >> 16)
}

fn word(bytes: &[u8]) -> u32 {
    bytes.iter().rev().fold(0, |word, byte| (word << 8) | u32::from(*byte))
}

#[expect(clippy::cast_possible_truncation, reason = "the length is mixed in modulo 2^32")]
fn murmur(bytes: &[u8]) -> u64 {
    let (mut h1, mut h2) = (0_u32, 0_u32);
    let mut blocks = bytes.chunks_exact(8);
    for block in &mut blocks {
        h1 = (h1 ^ first_lane(word(&block[..4]))).rotate_left(19).wrapping_add(h2);
        h1 = h1.wrapping_mul(5).wrapping_add(0x561c_cd1b);
        h2 = (h2 ^ second_lane(word(&block[4..]))).rotate_left(13).wrapping_add(h1);
        h2 = h2.wrapping_mul(5).wrapping_add(0x0bca_a747);
    }
    let tail = blocks.remainder();
    let (low, high) = tail.split_at(tail.len().min(4));
    h1 ^= first_lane(word(low));
    h2 ^= second_lane(word(high));
    h1 ^= bytes.len() as u32;
    h2 ^= bytes.len() as u32;
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    h1 = finish(h1);
    h2 = finish(h2);
    h1 = h1.wrapping_add(h2);
    h2 = h2.wrapping_add(h1);
    (u64::from(h2) << 32) | u64::from(h1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn published_values() {
        assert_eq!(murmur(b"tyeth"), 14_461_957_094_069_383_279);
        assert_eq!(unique_string("tyeth"), "zcztcwvu6iyg6");
        assert_eq!(unique_string("hello-world"), "a7wkljktk6wne");
        assert_eq!(unique_string(""), "aaaaaaaaaaaaa");
        let group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/myRg";
        assert_eq!(unique_string(group), "js26ofeqkqeve");
    }

    #[test]
    fn derived_guids_repeat() {
        assert_eq!(derived_guid("a"), derived_guid("a"));
        assert_ne!(derived_guid("a"), derived_guid("b"));
    }
}
