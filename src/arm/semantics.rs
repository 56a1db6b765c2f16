//! What the documentation leaves open: each point is one choice, with a default and another reading.
//!
//! `docs/semantics.md` has a section for each point; `semantics:` in `azpol.yaml` chooses. Code that depends on a
//! point asks the value here, in one place.

use serde::Serialize;

use super::ResourceType;

/// A point that the documentation leaves open.
#[derive(Debug, Clone, Copy)]
pub struct Point {
    /// Its key in `semantics:` and its heading in `docs/semantics.md`.
    pub id: &'static str,
    /// The readings that can be chosen; the first one is the default.
    pub readings: &'static [&'static str],
    /// Chooses a reading by its name, in any case; false if there is none of that name.
    pub choose: fn(&mut Semantics, &str) -> bool,
    /// The name of the reading that is chosen.
    pub chosen: fn(&Semantics) -> &'static str,
}

/// What was chosen for a point, as results name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Reading<'s> {
    /// The key in `semantics:`.
    pub point: &'static str,
    /// The reading that was chosen; for a list, one type of it.
    pub reading: &'s str,
}

/// Declares the points: a closed set of readings for each, the first of them the default.
macro_rules! points {
    ($(
        $(#[$doc:meta])*
        $field:ident: $name:ident = $id:literal {
            $($(#[$reading_doc:meta])* $reading:ident = $text:literal,)+
        }
    )*) => {
        $(
            $(#[$doc])*
            #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
            pub enum $name { $($(#[$reading_doc])* $reading,)+ }

            impl $name {
                const ALL: &[$name] = &[$($name::$reading),+];
                const DEFAULT: $name = $name::ALL[0];

                fn as_str(self) -> &'static str {
                    match self { $($name::$reading => $text,)+ }
                }
            }
        )*

        /// How each open point is read.
        #[derive(Debug, Clone, PartialEq, Eq)]
        pub struct Semantics {
            $($(#[$doc])* pub $field: $name,)*
            /// Types that extend other resources, beside those that azpol knows.
            pub extension_types: Vec<ResourceType>,
            /// Types that can't have tags or have no location, which the mode `Indexed` leaves out.
            pub types_without_tags: Vec<ResourceType>,
        }

        impl Semantics {
            /// Every point in its default reading.
            pub const DEFAULT: Semantics = Semantics {
                $($field: $name::DEFAULT,)*
                extension_types: Vec::new(),
                types_without_tags: Vec::new(),
            };
        }

        /// Every point, in the order of `docs/semantics.md`.
        pub static POINTS: &[Point] = &[$(Point {
            id: $id,
            readings: &[$($text),+],
            choose: |semantics, text| {
                let found = $name::ALL.iter().find(|known| known.as_str().eq_ignore_ascii_case(text));
                if let Some(found) = found {
                    semantics.$field = *found;
                }
                found.is_some()
            },
            chosen: |semantics| semantics.$field.as_str(),
        },)*];
    };
}

points! {
    /// In which order the parts of `allOf` and `anyOf` are evaluated, and whether an error in one that doesn't
    /// decide comes out.
    short_circuit: ShortCircuit = "short-circuit" {
        /// From left to right, until one decides or fails.
        LeftToRight = "left-to-right",
        /// A part that decides wins over one that fails, wherever it stands.
        AnyOrder = "any-order",
        /// All are evaluated; an error in any of them comes out.
        EveryBranch = "every-branch",
    }
    /// Whether a missing value equals the empty text.
    missing_equals_empty: MissingEqualsEmpty = "missing-equals-empty" {
        /// It does.
        Equal = "equal",
        /// It doesn't.
        Unlike = "unlike",
    }
    /// Whether a missing value is in a list that holds the empty text.
    missing_in_list: MissingInList = "missing-in-list" {
        /// It is.
        Found = "found",
        /// It isn't.
        NotFound = "not-found",
    }
    /// Whether a missing value has the form of the empty `match` pattern.
    missing_matches_empty: MissingMatchesEmpty = "missing-matches-empty" {
        /// It has.
        Matches = "matches",
        /// It hasn't.
        Differs = "differs",
    }
    /// Whether a missing value has the form of a `like` pattern of stars alone.
    missing_like_star: MissingLikeStar = "missing-like-star" {
        /// It hasn't.
        Differs = "differs",
        /// It has.
        Matches = "matches",
    }
    /// What `less`, `greater` and their like say of a missing value.
    missing_ordered: MissingOrdered = "missing-ordered" {
        /// It can't be said.
        Unknown = "unknown",
        /// False.
        False = "unmet",
        /// The evaluation fails.
        Error = "error",
    }
    /// What `less`, `greater` and their like say of two values of unlike types.
    unlike_ordered: UnlikeOrdered = "unlike-ordered" {
        /// The evaluation fails.
        Error = "error",
        /// False.
        False = "unmet",
    }
    /// What they say of a `value` that is null.
    null_ordered: NullOrdered = "null-ordered" {
        /// It can't be said.
        Unknown = "unknown",
        /// False.
        False = "unmet",
        /// The evaluation fails.
        Error = "error",
    }
    /// What a condition says whose target comes out null.
    null_target: NullTarget = "null-target" {
        /// The evaluation fails.
        Error = "error",
        /// It is the empty text.
        EmptyText = "empty-text",
    }
    /// Whether a date without a time is compared with a time.
    date_without_time: DateWithoutTime = "date-without-time" {
        /// The evaluation fails.
        Error = "error",
        /// It is the start of that day.
        Midnight = "midnight",
    }
    /// How `equals` compares a number with a text.
    number_and_text: NumberAndText = "number-and-text" {
        /// By how the number is written.
        Spelling = "spelling",
        /// By the number that the text spells.
        Value = "value",
    }
    /// What `contains` says of an array.
    contains_in_array: ContainsInArray = "contains-in-array" {
        /// Whether one of its members equals the target.
        Membership = "membership",
        /// False.
        False = "unmet",
    }
    /// What `contains` says of an object.
    contains_in_object: ContainsInObject = "contains-in-object" {
        /// Whether it has the target as a key.
        Key = "key",
        /// False.
        False = "unmet",
    }
    /// What `like` makes of a pattern with several stars.
    like_stars: LikeStars = "like-stars" {
        /// Each stands for any run of characters.
        AnyNumber = "any-number",
        /// The evaluation fails.
        Error = "error",
    }
    /// What a `?` in a pattern of `like` stands for.
    like_question_mark: LikeQuestionMark = "like-question-mark" {
        /// Itself.
        Itself = "itself",
        /// Any single character.
        OneCharacter = "one-character",
    }
    /// Which characters a `?` in a pattern of `match` stands for.
    match_letter: MatchLetter = "match-letter" {
        /// Any letter of Unicode.
        Unicode = "unicode",
        /// `a` to `z` in either case.
        Ascii = "ascii",
    }
    /// What a comparison says whose `value` fails.
    failing_value: FailingValue = "failing-value" {
        /// The evaluation fails.
        Error = "error",
        /// False, for every operator.
        False = "unmet",
    }
    /// What a condition says of `[*]` where the array is missing.
    missing_array: MissingArray = "missing-array" {
        /// It holds, as of an empty one.
        Holds = "holds",
        /// It doesn't hold.
        Fails = "fails",
    }
    /// What an alias without `[*]` selects whose path goes through an array, where that is empty.
    hidden_array: HiddenArray = "hidden-array" {
        /// One missing value.
        Missing = "missing",
        /// Nothing, so that every condition holds.
        Nothing = "nothing",
    }
    /// What the function `field('tags')` gives where there are none.
    absent_tags: AbsentTags = "absent-tags" {
        /// Null.
        Null = "null-value",
        /// The empty text, as for other fields.
        EmptyText = "empty-text",
    }
    /// What `current()` without a name means in nested counts.
    unnamed_current: UnnamedCurrent = "unnamed-current" {
        /// The definition is refused.
        Refused = "refused",
        /// The member of the innermost count.
        Innermost = "innermost",
    }
    /// What a count over a value says of null.
    count_of_null: CountOfNull = "count-of-null" {
        /// The evaluation fails.
        Error = "error",
        /// Zero.
        Zero = "zero",
    }
    /// What `a[*].c` reads in a count over `a[*].b[*]`.
    outer_member: OuterMember = "outer-member" {
        /// The member of `a[*]` that the count is in.
        Current = "current",
        /// Every member of `a[*]`.
        Every = "every",
    }
    /// Whether the function `contains` minds case in the texts of a rule.
    contains_case: ContainsCase = "contains-case" {
        /// It doesn't.
        Ignored = "ignored",
        /// It does, as in templates.
        Minded = "minded",
    }
    /// Whether the function `replace` minds case in a rule.
    replace_case: ReplaceCase = "replace-case" {
        /// It doesn't.
        Ignored = "ignored",
        /// It does, as in templates.
        Minded = "minded",
    }
    /// Whether the functions `and` and `or` evaluate arguments that no longer decide.
    logical_functions: LogicalFunctions = "logical-functions" {
        /// They stop at the first one that decides.
        Lazy = "lazy",
        /// They evaluate all.
        Eager = "eager",
    }
    /// Whether the function `coalesce` evaluates arguments behind the first one that isn't null.
    coalesce: Coalesce = "coalesce" {
        /// It stops there.
        Lazy = "lazy",
        /// It evaluates all.
        Eager = "eager",
    }
    /// What `ipRangeContains` says of an address of version 4 and one of version 6.
    address_families: AddressFamilies = "address-families" {
        /// The evaluation fails.
        Error = "error",
        /// False.
        False = "not-contained",
    }
    /// What `json('')` gives.
    empty_json: EmptyJson = "empty-json" {
        /// The evaluation fails.
        Error = "error",
        /// Null.
        Null = "null-value",
    }
    /// What `length(null())` gives in a template.
    length_of_null: LengthOfNull = "length-of-null" {
        /// Zero, as in rules.
        Zero = "zero",
        /// The evaluation fails.
        Error = "error",
    }
    /// What `int` makes of a number with a fraction.
    int_of_fraction: IntOfFraction = "int-of-fraction" {
        /// It can't be said.
        Unknown = "unknown",
        /// The number without its fraction.
        Truncated = "truncated",
        /// The evaluation fails.
        Error = "error",
    }
    /// Whose case a key has that `union` finds in several objects.
    union_keys: UnionKeys = "union-keys" {
        /// That of the first.
        First = "first",
        /// That of the last.
        Last = "last",
    }
    /// Whether a deployment fails by a variable that nothing needs.
    template_variables: TemplateVariables = "template-variables" {
        /// It doesn't; the plan warns.
        Lazy = "lazy",
        /// It does.
        Eager = "eager",
    }
    /// Where an existence check searches whose scope is the subscription and which names a group.
    scope_and_group: ScopeAndGroup = "scope-and-group" {
        /// In the group.
        Group = "group",
        /// In the subscription.
        Subscription = "subscription",
    }
    /// Where an existence check of a subscription searches that says no place.
    subscription_search: SubscriptionSearch = "subscription-search" {
        /// In the whole subscription.
        Subscription = "subscription",
        /// Nowhere: the evaluation fails.
        Error = "error",
    }
    /// How a nested type that isn't below the resource is searched without a name.
    nested_without_name: NestedWithoutName = "nested-without-name" {
        /// As a sibling.
        Sibling = "sibling",
        /// It isn't: the evaluation fails.
        Error = "error",
    }
    /// Where an extension type is searched.
    extension_search: ExtensionSearch = "extension-search" {
        /// On the resource itself, whatever scope and group are given.
        Resource = "resource",
        /// As a sibling where a scope or a group is given.
        Given = "given",
    }
    /// What `add` of the effect `modify` does to an existing unlike value behind an alias.
    modify_add: ModifyAdd = "modify-add" {
        /// Nothing.
        Keeps = "keeps",
        /// It conflicts, as `append` does.
        Conflicts = "conflicts",
    }
}

impl Semantics {
    /// What isn't read by default: the points, then each type of the two lists.
    pub fn changed(&self) -> impl Iterator<Item = Reading<'_>> {
        let points = POINTS.iter().filter_map(|point| {
            let reading = (point.chosen)(self);
            (reading != point.readings[0]).then_some(Reading { point: point.id, reading })
        });
        let lists =
            [("extension-types", &self.extension_types), ("types-without-tags", &self.types_without_tags)];
        let types = lists
            .into_iter()
            .flat_map(|(point, types)| types.iter().map(move |one| Reading { point, reading: one.as_str() }));
        points.chain(types)
    }

    /// Everything that a strict run asks for: all branches, all arguments.
    pub fn make_strict(&mut self) {
        self.short_circuit = ShortCircuit::EveryBranch;
        self.logical_functions = LogicalFunctions::Eager;
        self.coalesce = Coalesce::Eager;
    }
}

impl Default for Semantics {
    fn default() -> Semantics {
        Semantics::DEFAULT
    }
}

/// The default readings, to refer to.
pub static DEFAULT: Semantics = Semantics::DEFAULT;

#[cfg(test)]
mod tests {
    use super::{POINTS, Reading, Semantics, ShortCircuit};
    use crate::arm::ResourceType;

    #[test]
    fn each_reading_can_be_chosen() {
        for point in POINTS {
            assert!(point.readings.len() > 1, "{}", point.id);
            for reading in point.readings {
                let mut semantics = Semantics::default();
                assert!((point.choose)(&mut semantics, &reading.to_uppercase()));
                assert_eq!((point.chosen)(&semantics), *reading);
                let changed: Vec<_> = semantics.changed().collect();
                let wanted = if *reading == point.readings[0] {
                    vec![]
                } else {
                    vec![Reading { point: point.id, reading }]
                };
                assert_eq!(changed, wanted);
            }
            assert!(!(point.choose)(&mut Semantics::default(), "neither"));
        }
    }

    #[test]
    fn a_list_is_named_type_by_type() {
        let types_without_tags = vec![ResourceType::new("A.B/c"), ResourceType::new("A.B/d")];
        let semantics = Semantics { types_without_tags, ..Semantics::DEFAULT };
        let named: Vec<_> = semantics.changed().map(|one| (one.point, one.reading)).collect();
        assert_eq!(named, [("types-without-tags", "A.B/c"), ("types-without-tags", "A.B/d")]);
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> = POINTS.iter().map(|point| point.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), POINTS.len());
    }

    #[test]
    fn strict_changes_three_points() {
        let mut semantics = Semantics::default();
        semantics.make_strict();
        assert_eq!(semantics.short_circuit, ShortCircuit::EveryBranch);
        assert_eq!(semantics.changed().count(), 3);
    }
}
