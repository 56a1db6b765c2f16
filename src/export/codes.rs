//! The codes of this room: `AZP09xx`, what exports let through and where to.

use crate::source::codes;

codes! {
    /// An event source that the API doesn't have.
    UNKNOWN_EVENT_SOURCE = "AZP0901" "unknown-event-source" Warning;
    /// An operator that rules don't have.
    UNKNOWN_OPERATOR = "AZP0902" "unknown-operator" Warning;
    /// A type of property that rules don't have.
    UNKNOWN_PROPERTY_TYPE = "AZP0903" "unknown-property-type" Warning;
    /// An operator that doesn't go with the type.
    OPERATOR_MISFIT = "AZP0904" "operator-misfit" Warning;
    /// An expected value that isn't of the type.
    VALUE_MISFIT = "AZP0905" "value-misfit" Warning;
    /// A destination or a scope that is no id.
    NO_ID = "AZP0906" "no-id" Warning;
    /// Rules in no form that is read.
    UNREADABLE_RULE = "AZP0907" "unreadable-rule" Warning;
    /// Rules that contradict each other, or ask for a value that there isn't.
    EXPORTS_NOTHING = "AZP0910" "exports-nothing" Warning;
    /// A rule about a property of another kind of event.
    FOREIGN_PROPERTY = "AZP0911" "foreign-property" Warning;
    /// An action without a destination.
    NO_DESTINATION = "AZP0912" "no-destination" Warning;
    /// A rule that lets more through than its words say.
    PASSES_MORE = "AZP0913" "passes-more" Note;
    /// A rule about a property of which nothing is known.
    UNKNOWN_PATH = "AZP0914" "unknown-path" Note;
    /// Findings without the recommendations that carry them.
    FINDINGS_ALONE = "AZP0915" "findings-alone" Warning;
    /// An export that the portal doesn't show.
    NOT_IN_PORTAL = "AZP0916" "not-in-portal" Note;
}
