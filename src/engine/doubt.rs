//! Where a verdict rests on a reading that the documentation leaves open.

use std::fmt;

use super::observe::Observer;

/// A reason for low confidence in a verdict; the verdict stays.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Doubt {
    /// A missing value is read as equal to `""`.
    MissingEqualsEmpty,
    /// A missing value is read as one of a list that holds `""`.
    ListHoldsEmpty,
    /// A missing value is read as of the form of an empty pattern.
    PatternMatchesMissing,
    /// `contains` over an array is read as membership.
    ContainsInArray,
    /// `contains` over an object is read as having a key.
    ContainsInObject,
    /// A number and a text are compared whose spellings differ.
    NumberAndText,
    /// In a count over `a[*].b[*]`, another member of `a[*]` is read from the current outer member.
    OuterMember,
    /// Several `*` in a pattern of `like`.
    ManyStars,
    /// The resource is a subscription, and neither a group nor a scope for the search is given.
    SubscriptionSearch,
    /// The related type is nested, isn't below the resource, and no name is given.
    NestedWithoutName,
    /// `existenceScope` is the subscription, and a group is named too.
    ScopeAndGroup,
    /// Whether a type has tags and a location is judged by the resource's own location.
    IndexedByLocation,
    /// Whether an alias can be modified isn't known.
    ModifiableUnknown,
    /// `add` finds another value and leaves it.
    AddKeepsOther,
}

impl Doubt {
    /// All, in order.
    const ALL: [Doubt; 14] = [
        Doubt::MissingEqualsEmpty,
        Doubt::ListHoldsEmpty,
        Doubt::PatternMatchesMissing,
        Doubt::ContainsInArray,
        Doubt::ContainsInObject,
        Doubt::NumberAndText,
        Doubt::OuterMember,
        Doubt::ManyStars,
        Doubt::SubscriptionSearch,
        Doubt::NestedWithoutName,
        Doubt::ScopeAndGroup,
        Doubt::IndexedByLocation,
        Doubt::ModifiableUnknown,
        Doubt::AddKeepsOther,
    ];

    fn bit(self) -> u16 {
        1 << self as u16
    }

    /// A sentence, without a full stop.
    pub fn as_str(self) -> &'static str {
        match self {
            Doubt::MissingEqualsEmpty => "a missing value is taken as equal to the empty text",
            Doubt::ListHoldsEmpty => "a missing value is taken as one of a list that holds the empty text",
            Doubt::PatternMatchesMissing => "a missing value is taken to match the empty pattern",
            Doubt::ContainsInArray => "`contains` over an array is taken as membership",
            Doubt::ContainsInObject => "`contains` over an object is taken as having the key",
            Doubt::NumberAndText => "a number is compared with a text that spells it otherwise",
            Doubt::OuterMember => "an outer array inside a count is taken as its current member",
            Doubt::ManyStars => "a pattern of `like` with several `*` is taken as it looks",
            Doubt::SubscriptionSearch => {
                "nothing says where to search for a resource related to a subscription: all of it is searched"
            }
            Doubt::NestedWithoutName => "a nested type without a name is searched like a sibling",
            Doubt::ScopeAndGroup => "`existenceScope` and `resourceGroupName` are given together",
            Doubt::IndexedByLocation => "a type counts as indexed because this resource has a location",
            Doubt::ModifiableUnknown => "an alias is taken as modifiable: its metadata isn't known",
            Doubt::AddKeepsOther => "`add` is taken to leave another value as it is",
        }
    }
}

impl fmt::Display for Doubt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A set of doubts. As an observer it notices them and nothing else, for next to nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Doubts(u16);

impl Doubts {
    /// Them, in order.
    pub fn iter(self) -> impl Iterator<Item = Doubt> {
        Doubt::ALL.into_iter().filter(move |doubt| self.0 & doubt.bit() != 0)
    }
}

impl Extend<Doubt> for Doubts {
    fn extend<I: IntoIterator<Item = Doubt>>(&mut self, doubts: I) {
        doubts.into_iter().for_each(|doubt| self.doubt(doubt));
    }
}

impl Observer for Doubts {
    const RECORDS: bool = false;
    const NOTICES: bool = true;

    fn doubt(&mut self, doubt: Doubt) {
        self.0 |= doubt.bit();
    }
}

#[cfg(test)]
mod tests {
    use super::{Doubt, Doubts};

    #[test]
    fn each_doubt_has_a_bit_of_its_own() {
        for one in Doubt::ALL {
            let mut doubts = Doubts::default();
            doubts.extend([one, one]);
            assert_eq!(doubts.iter().collect::<Vec<_>>(), [one]);
        }
        let mut all = Doubts::default();
        all.extend(Doubt::ALL);
        assert_eq!(all.iter().count(), Doubt::ALL.len());
    }
}
