//! The codes of this room: `AZP05xx`, what a tenant holds.

use crate::source::codes;

codes! {
    /// A document that azpol knows nothing about.
    UNKNOWN_DOCUMENT = "AZP0501" "unknown-document" Note;
    /// A file of the trade whose form isn't read yet.
    UNREAD_FORM = "AZP0502" "unread-form" Warning;
    /// A document whose kind is known and that no command uses yet.
    UNUSED_DOCUMENT = "AZP0503" "unused-document" Note;
    /// A placeholder stands where a value belongs.
    PLACEHOLDER = "AZP0504" "placeholder" Error;
    /// A resource without an id has no place in a tenant.
    NO_ID = "AZP0505" "no-id" Warning;
    /// What stands in the place of an id is none.
    BAD_ID = "AZP0506" "bad-id" Error;
    /// A member has the wrong JSON type.
    WRONG_TYPE = "AZP0507" "wrong-type" Error;
    /// A shape that carries no properties.
    NO_PROPERTIES = "AZP0508" "no-properties" Warning;
    /// A serialiser's depth limit cut the document.
    TRUNCATED = "AZP0509" "cut-off" Warning;
    /// A projection that carries a part of each resource.
    PROJECTED = "AZP0510" "projected" Note;
    /// A text that should hold JSON doesn't.
    JSON_IN_TEXT = "AZP0511" "json-in-text" Error;
    /// An empty list whose type isn't known.
    EMPTY_LIST = "AZP0512" "empty-list" Note;
    /// A list that goes on elsewhere.
    LIST_GOES_ON = "AZP0513" "list-goes-on" Warning;
    /// One id with two contents in one list.
    TWO_CONTENTS = "AZP0514" "two-contents" Error;
    /// One id with two contents in two sources, and nothing says which is newer.
    SOURCES_DIFFER = "AZP0515" "sources-differ" Error;
    /// One id with two contents in two sources: the newer one is used.
    NEWER_USED = "AZP0516" "newer-used" Note;
    /// Management groups that are each other's parents.
    GROUP_CYCLE = "AZP0517" "group-cycle" Error;
    /// Two parents for one group or subscription.
    TWO_PARENTS = "AZP0518" "two-parents" Error;
    /// A chain of names that contradicts the parent beside it.
    CHAIN_CONTRADICTS = "AZP0519" "chain-contradicts" Warning;
    /// A value of `--complete` that can't be read.
    BAD_COMPLETE = "AZP0520" "bad-complete" Error;
    /// What is asserted or stated to be complete is shown not to be.
    COMPLETE_DISPROVED = "AZP0521" "complete-disproved" Warning;
    /// `--complete` names a type of which nothing was given.
    NOTHING_GIVEN = "AZP0522" "nothing-given" Note;
    /// A manifest's scope `/` in a run over several tenants.
    WHICH_TENANT = "AZP0523" "which-tenant" Warning;
    /// A subscription's facts differ from source to source.
    SUBSCRIPTION_DIFFERS = "AZP0524" "subscription-differs" Error;
    /// A policy document of a template that only the deployment computes.
    COMPUTED_DOCUMENT = "AZP0525" "computed-document" Warning;
    /// An expression of a rule that its template would evaluate.
    UNESCAPED_EXPRESSION = "AZP0526" "unescaped-expression" Error;
    /// An assignment in a template, which lies where the template is deployed.
    UNPLACED_ASSIGNMENT = "AZP0527" "unplaced-assignment" Warning;
    /// A catalogue of aliases lies among the inputs, and none is given.
    CATALOGUE_UNUSED = "AZP0528" "catalogue-unused" Note;
}
