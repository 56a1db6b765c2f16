//! The codes of this room: `AZP10xx`, checks of definitions.

use crate::source::codes;

codes! {
    /// An alias that no resource type has.
    UNKNOWN_ALIAS = "AZP1001" "unknown-alias" Warning;
    /// An alias of another type than the one to which the rule is restricted.
    ALIAS_OF_ANOTHER_TYPE = "AZP1002" "alias-of-another-type" Warning;
    /// A type that the mode `Indexed` leaves out.
    TYPE_NOT_INDEXED = "AZP1003" "type-not-indexed" Warning;
    /// An effect whose details are missing or belong to another effect.
    EFFECT_WITHOUT_DETAILS = "AZP1004" "effect-without-details" Error;
    /// A deployment gives a parameter that its template doesn't declare.
    PARAMETER_NOT_IN_TEMPLATE = "AZP1005" "parameter-not-in-template" Error;
    /// A template needs a parameter that the deployment doesn't give.
    PARAMETER_NOT_GIVEN = "AZP1006" "parameter-not-given" Error;
    /// More than one `*` in a pattern.
    SEVERAL_WILDCARDS = "AZP1007" "several-wildcards" Warning;
    /// Beyond a limit of the service.
    SERVICE_LIMIT = "AZP1008" "service-limit" Error;
    /// Conditions that no resource meets together.
    CONTRADICTION = "AZP1009" "contradiction" Warning;
    /// A parameter that nothing reads.
    UNUSED_PARAMETER = "AZP1010" "unused-parameter" Warning;
    /// A value that doesn't fit the schema of its parameter.
    SCHEMA_MISMATCH = "AZP1011" "schema-mismatch" Error;
    /// A document silences a code that there isn't.
    UNKNOWN_SILENCED = "AZP1012" "unknown-silenced-code" Warning;
    /// A `modify` of what can't be modified.
    NOT_MODIFIABLE = "AZP1013" "not-modifiable" Error;
    /// A text that begins like an expression and doesn't end like one.
    HALF_EXPRESSION = "AZP1014" "half-expression" Warning;
    /// A parameter of a template whose type there isn't.
    TEMPLATE_PARAMETER_TYPE = "AZP1015" "template-parameter-type" Error;
    /// An expression of the deployment's template that templates don't have.
    TEMPLATE_EXPRESSION = "AZP1016" "template-expression" Error;
    /// A right side that is only a `tryGet`.
    UNGUARDED_TRYGET = "AZP1020" "unguarded-tryget-operator-value" Error;
    /// An order where there is none.
    ORDER_OF_UNORDERED = "AZP1021" "ordering-operator-on-incompatible-field-type" Error;
    /// Allowed effects that can't stand for one another.
    MIXED_EFFECTS = "AZP1022" "effect-allowed-values-should-not-mix-incompatible-effects" Error;
    /// Role assignments that nobody may write any more.
    BLOCKED_ROLE_ASSIGNMENTS = "AZP1023" "blocking-effect-on-role-assignments" Warning;
    /// Types chosen by a pattern.
    BROAD_TYPE = "AZP1024" "broad-type-matching-operator" Warning;
    /// A property that some kinds of a type have only.
    CONDITIONAL_ALIAS = "AZP1025" "conditional-field-alias" Warning;
    /// A path through the properties of another resource.
    DEEP_ALIAS = "AZP1026" "deeply-nested-field-alias" Warning;
    /// An effect parameter that allows anything.
    EFFECT_WITHOUT_ALLOWED = "AZP1027" "effect-parameter-missing-allowed-values" Warning;
    /// An effect parameter without a default.
    EFFECT_WITHOUT_DEFAULT = "AZP1028" "effect-parameter-missing-default-value" Warning;
    /// An alias that the newest version of its type lacks.
    NOT_IN_LATEST_VERSION = "AZP1029" "field-alias-unavailable-in-latest-api-version" Warning;
    /// An alias that older versions of its type lack.
    NOT_IN_OLD_VERSIONS = "AZP1030" "field-alias-unavailable-in-old-api-versions" Warning;
    /// An enforcing effect that no assignment can soften.
    HARD_CODED_EFFECT = "AZP1031" "hard-coded-policy-enforcement-effect" Warning;
    /// `like` without a wildcard.
    LIKE_WITHOUT_WILDCARD = "AZP1032" "like-notlike-without-wildcards" Warning;
    /// `match` without a wildcard.
    MATCH_WITHOUT_WILDCARD = "AZP1033" "match-without-wildcards" Warning;
    /// A property that no request can send.
    READ_ONLY_ALIAS = "AZP1034" "read-only-field-alias" Warning;
    /// A rule about who asks, which no scan can answer.
    ENFORCEMENT_ONLY = "AZP1035" "request-context-identity-is-enforcement-only" Warning;
    /// An enforcing effect by default.
    RISKY_DEFAULT = "AZP1036" "risky-effect-parameter-default-value" Warning;
    /// A claim that is read as if each identity had it.
    UNGUARDED_CLAIM = "AZP1037" "unguarded-request-context-identity-access" Warning;
    /// Numbers compared as texts.
    NUMBERS_AS_TEXTS = "AZP1038" "equality-check-on-numeric-field" Note;
    /// A quantifier directly in one of its kind.
    NESTED_QUANTIFIER = "AZP1039" "nested-same-type-quantifiers-should-be-flattened" Note;
    /// A property that a resource need not have.
    OPTIONAL_ALIAS = "AZP1040" "optional-field-alias" Note;
    /// A parameter without a description.
    NO_DESCRIPTION = "AZP1041" "parameter-missing-description" Note;
    /// A parameter without a display name.
    NO_DISPLAY_NAME = "AZP1042" "parameter-missing-display-name" Note;
    /// A rule about several types.
    SEVERAL_TYPES = "AZP1043" "policy-rule-references-multiple-resource-types" Note;
    /// Several `equals` that one `in` says.
    EQUALS_TO_IN = "AZP1044" "simplify-multiple-equals-to-in" Note;
    /// Several `notEquals` that one `notIn` says.
    NOT_EQUALS_TO_NOT_IN = "AZP1045" "simplify-multiple-notequals-to-notin" Note;
    /// A `tryGet` whose null counts as the empty text.
    TRYGET_AS_EMPTY = "AZP1046" "tryget-use-with-null-coercing-operator" Note;
    /// The type isn't asked first.
    TYPE_NOT_FIRST = "AZP1047" "type-condition-first-in-allof" Note;
    /// A quantifier over one condition.
    QUANTIFIER_OF_ONE = "AZP1048" "unnecessary-quantifier-wrapper" Note;
    /// A definition that nearly has the name of one that was given.
    UNKNOWN_DEFINITION = "AZP1050" "unknown-definition" Warning;
    /// A scope that doesn't lie where it would matter.
    SCOPE_OUTSIDE = "AZP1051" "scope-outside" Warning;
    /// An assignment whose effect writes and that has no identity.
    NO_IDENTITY = "AZP1052" "assignment-without-identity" Warning;
    /// The location of an identity that is missing or none.
    BAD_LOCATION = "AZP1053" "assignment-location" Error;
    /// An override or a selector that the service refuses.
    BAD_SELECTOR = "AZP1054" "bad-selector" Error;
    /// A reference id that the initiative doesn't have.
    UNKNOWN_REFERENCE = "AZP1055" "unknown-reference" Warning;
    /// An expiry that can't be read.
    BAD_EXPIRY = "AZP1056" "bad-expiry" Warning;
    /// The default of an initiative's parameter that a member rules out.
    REFUSED_DEFAULT = "AZP1057" "refused-default" Warning;
}
