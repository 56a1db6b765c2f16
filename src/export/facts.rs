//! What is known of the events that Microsoft Defender for Cloud exports: tables, one row a fact with its source.
//!
//! Sources: `REST` is `Microsoft.Security` in Azure/azure-rest-api-specs (automations, alerts, assessments,
//! subAssessments, regulatoryComplianceAssessments), `BI` the built-in definitions that write automations
//! (Azure/azure-policy, Security Center), `DEF` Defender for Cloud's documentation (MicrosoftDocs/defender-docs),
//! `AM` the table reference of Azure Monitor.

use std::fmt;

use super::Kind;
use super::text::Pattern;

/// What an automation listens to.
///
/// <https://learn.microsoft.com/rest/api/defenderforcloud/automations/create-or-update#eventsource>
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct EventSource(u8);

/// What the events of a source are about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// Security alerts.
    Alert,
    /// Recommendations (assessments).
    Recommendation,
    /// Findings below recommendations (sub-assessments).
    Finding,
    /// The overall secure score.
    Score,
    /// Secure score controls.
    Control,
    /// Assessments of regulatory compliance.
    Regulatory,
    /// Attack paths.
    AttackPath,
}

struct SourceRow {
    name: &'static str,
    subject: Subject,
    snapshot: bool,
    #[expect(dead_code, reason = "the source of the fact, for whoever reads the table")]
    source: &'static str,
}

const fn source(name: &'static str, subject: Subject, snapshot: bool, source: &'static str) -> SourceRow {
    SourceRow { name, subject, snapshot, source }
}

/// Event sources.
const SOURCES: &[SourceRow] = &[
    source("Alerts", Subject::Alert, false, "REST 2019-01-01-preview"),
    source("Assessments", Subject::Recommendation, false, "REST 2019-01-01-preview"),
    source("AssessmentsSnapshot", Subject::Recommendation, true, "REST 2023-12-01-preview"),
    source("SubAssessments", Subject::Finding, false, "REST 2019-01-01-preview"),
    source("SubAssessmentsSnapshot", Subject::Finding, true, "REST 2023-12-01-preview"),
    source("SecureScores", Subject::Score, false, "REST 2019-01-01-preview"),
    source("SecureScoresSnapshot", Subject::Score, true, "REST 2019-01-01-preview"),
    source("SecureScoreControls", Subject::Control, false, "REST 2019-01-01-preview"),
    source("SecureScoreControlsSnapshot", Subject::Control, true, "REST 2019-01-01-preview"),
    source("RegulatoryComplianceAssessment", Subject::Regulatory, false, "REST 2019-01-01-preview"),
    source("RegulatoryComplianceAssessmentSnapshot", Subject::Regulatory, true, "REST 2019-01-01-preview"),
    source("AttackPaths", Subject::AttackPath, false, "REST 2023-12-01-preview"),
    source("AttackPathsSnapshot", Subject::AttackPath, true, "REST 2023-12-01-preview"),
];

impl EventSource {
    /// From any spelling; `None` for one that the API's versions up to 2023-12-01-preview don't have.
    pub fn parse(text: &str) -> Option<EventSource> {
        (0u8..)
            .zip(SOURCES)
            .find(|(_, row)| row.name.eq_ignore_ascii_case(text))
            .map(|(at, _)| EventSource(at))
    }

    /// All of them.
    pub fn all() -> impl Iterator<Item = EventSource> {
        (0u8..).zip(SOURCES).map(|(at, _)| EventSource(at))
    }

    fn row(self) -> &'static SourceRow {
        &SOURCES[usize::from(self.0)]
    }

    /// As the API writes it.
    pub fn as_str(self) -> &'static str {
        self.row().name
    }

    /// What its events are about.
    pub fn subject(self) -> Subject {
        self.row().subject
    }

    /// Whether it is the weekly snapshot.
    pub fn is_snapshot(self) -> bool {
        self.row().snapshot
    }

    /// The source that carries what these events hang below: recommendations for findings.
    pub fn parent(self) -> Option<EventSource> {
        match (self.subject(), self.is_snapshot()) {
            (Subject::Finding, false) => EventSource::parse("Assessments"),
            (Subject::Finding, true) => EventSource::parse("AssessmentsSnapshot"),
            _ => None,
        }
    }

    /// The table of a workspace that these events fill, where it is documented.
    pub fn table(self) -> Option<&'static str> {
        TABLES.iter().find(|row| row.0 == self.subject()).map(|row| row.1)
    }

    /// What is known of a path of its events' bodies.
    pub fn path(self, path: &str) -> PathKnowledge {
        let subject = self.subject();
        if let Some(row) = PATHS.iter().find(|row| row.subject == subject && row.path == path) {
            return match row.values {
                [] => PathKnowledge::Text,
                values => PathKnowledge::Closed(values),
            };
        }
        match FOREIGN.iter().find(|row| row.0 == subject && row.1 == path) {
            Some(row) => PathKnowledge::Foreign(row.2),
            None => PathKnowledge::Unknown,
        }
    }

    /// What each value of a path is known to hold.
    pub(super) fn form(self, path: &str) -> Form {
        let of_source = PATHS.iter().filter(|row| row.subject == self.subject());
        of_source.filter(|row| row.path == path).map(|row| row.form).next().unwrap_or_default()
    }

    /// The path with a closed set of values by which people choose: severity or state.
    pub fn graded(self) -> Option<(&'static str, &'static [&'static str])> {
        let row = PATHS.iter().find(|row| row.subject == self.subject() && row.values.len() > 1)?;
        Some((row.path, row.values))
    }

    /// A known path that differs from this one in case only.
    pub fn nearly(self, path: &str) -> Option<&'static str> {
        let of_source = PATHS.iter().filter(|row| row.subject == self.subject());
        of_source.map(|row| row.path).find(|known| known.eq_ignore_ascii_case(path) && *known != path)
    }
}

impl fmt::Display for EventSource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What is known of a path in the events of a source.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PathKnowledge {
    /// Each event has it; its value is one of these, compared without case.
    Closed(&'static [&'static str]),
    /// Each event has it; its value is a text.
    Text,
    /// These events don't have it: it belongs to events about something else.
    Foreign(Subject),
    /// Nothing.
    Unknown,
}

/// What each value of a path is known to hold, in folded form.
pub(super) type Form = &'static [(Pattern, &'static str)];

struct PathRow {
    subject: Subject,
    path: &'static str,
    /// All values that it has; none where the set isn't closed. In the order in which they are named.
    values: &'static [&'static str],
    /// What holds of each of its values.
    form: Form,
    #[expect(dead_code, reason = "the source of the fact, for whoever reads the table")]
    source: &'static str,
}

const fn path(
    subject: Subject,
    path: &'static str,
    values: &'static [&'static str],
    source: &'static str,
) -> PathRow {
    PathRow { subject, path, values, form: &[], source }
}

const fn id(subject: Subject, form: Form, source: &'static str) -> PathRow {
    PathRow { subject, path: "id", values: &[], form, source }
}

/// Paths that every event of a kind has, with their closed sets of values.
const PATHS: &[PathRow] = &[
    path(
        Subject::Alert,
        "Severity",
        &["Informational", "Low", "Medium", "High"],
        "BI: rules of the exports; REST alerts: severity",
    ),
    path(Subject::Alert, "AlertDisplayName", &[], "BI: workflow automation for alerts"),
    path(Subject::Recommendation, "name", &[], "BI: rules of the exports (the key of the assessment)"),
    path(
        Subject::Recommendation,
        "type",
        &["Microsoft.Security/assessments"],
        "BI: the rule for all recommendations; REST assessments: type",
    ),
    path(
        Subject::Recommendation,
        "properties.metadata.severity",
        &["Low", "Medium", "High"],
        "BI: rules of the exports; REST assessmentMetadata: severity",
    ),
    path(
        Subject::Recommendation,
        "properties.status.code",
        &[],
        "BI: workflow automation for recommendations; REST assessments: status.code, which the API doesn't call closed",
    ),
    id(
        Subject::Finding,
        &[
            (Pattern::StartsWith, "/subscriptions/"),
            (Pattern::Contains, "/providers/microsoft.security/assessments/"),
            (Pattern::Contains, "/subassessments/"),
        ],
        "BI: rules of the exports (holds /assessments/<key>/); REST subAssessments: the path of one",
    ),
    path(
        Subject::Finding,
        "properties.status.severity",
        &[],
        "REST subAssessments: status.severity, which the API doesn't call closed",
    ),
    path(Subject::Control, "name", &[], "BI: rules of the exports"),
    id(
        Subject::Regulatory,
        &[
            (Pattern::StartsWith, "/subscriptions/"),
            (Pattern::Contains, "/providers/microsoft.security/regulatorycompliancestandards/"),
            (Pattern::Contains, "/regulatorycompliancecontrols/"),
            (Pattern::Contains, "/regulatorycomplianceassessments/"),
        ],
        "BI: rules of the exports (holds the standard); REST regulatoryComplianceAssessments: the path of one",
    ),
    path(
        Subject::Regulatory,
        "properties.state",
        &["Passed", "Failed", "Skipped", "Unsupported"],
        "BI: workflow automation for regulatory compliance; REST regulatoryComplianceAssessments: state",
    ),
];

/// Paths that events of a kind (first) don't have, because they belong to another kind (last): an alert's body is
/// flat and capitalised, the others are resources of the Security provider.
const FOREIGN: &[(Subject, &str, Subject, &str)] = &[
    (
        Subject::Alert,
        "properties.metadata.severity",
        Subject::Recommendation,
        "REST alerts, assessmentMetadata",
    ),
    (Subject::Alert, "properties.status.severity", Subject::Finding, "REST alerts, subAssessments"),
    (Subject::Alert, "properties.state", Subject::Regulatory, "REST alerts, regulatoryComplianceAssessments"),
    (Subject::Recommendation, "Severity", Subject::Alert, "BI: rules of the exports; REST assessments"),
    (Subject::Recommendation, "properties.status.severity", Subject::Finding, "REST assessments: status"),
    (Subject::Recommendation, "properties.state", Subject::Regulatory, "REST assessments"),
    (Subject::Finding, "Severity", Subject::Alert, "REST subAssessments"),
    (Subject::Finding, "properties.metadata.severity", Subject::Recommendation, "REST subAssessments"),
    (Subject::Finding, "properties.state", Subject::Regulatory, "REST subAssessments"),
    (Subject::Score, "Severity", Subject::Alert, "REST secureScores"),
    (Subject::Score, "properties.metadata.severity", Subject::Recommendation, "REST secureScores"),
    (Subject::Score, "properties.status.severity", Subject::Finding, "REST secureScores"),
    (Subject::Score, "properties.state", Subject::Regulatory, "REST secureScores"),
    (Subject::Control, "Severity", Subject::Alert, "REST secureScoreControls"),
    (Subject::Control, "properties.metadata.severity", Subject::Recommendation, "REST secureScoreControls"),
    (Subject::Control, "properties.status.severity", Subject::Finding, "REST secureScoreControls"),
    (Subject::Control, "properties.state", Subject::Regulatory, "REST secureScoreControls"),
    (Subject::Regulatory, "Severity", Subject::Alert, "REST regulatoryComplianceAssessments"),
    (
        Subject::Regulatory,
        "properties.metadata.severity",
        Subject::Recommendation,
        "REST regulatoryComplianceAssessments",
    ),
    (
        Subject::Regulatory,
        "properties.status.severity",
        Subject::Finding,
        "REST regulatoryComplianceAssessments",
    ),
];

/// Tables of a workspace. That of attack paths isn't documented.
const TABLES: &[(Subject, &str, &str)] = &[
    (Subject::Alert, "SecurityAlert", "DEF continuous-export-view-data"),
    (Subject::Recommendation, "SecurityRecommendation", "DEF continuous-export-view-data"),
    (Subject::Finding, "SecurityNestedRecommendation", "AM SecurityNestedRecommendation"),
    (Subject::Score, "SecureScores", "AM SecureScores"),
    (Subject::Control, "SecureScoreControls", "AM SecureScoreControls"),
    (Subject::Regulatory, "SecurityRegulatoryCompliance", "AM SecurityRegulatoryCompliance"),
];

/// Words of a status that are contained in another word of it: path, the word, the others that hold it.
/// REST assessments: `properties.status.code` is `Healthy`, `Unhealthy` or `NotApplicable`.
const CONTAINED: &[(Subject, &str, &str, &str)] =
    &[(Subject::Recommendation, "properties.status.code", "healthy", "unhealthy")];

/// What a rule with Contains also lets through that its word doesn't say.
pub(super) fn also_contained(source: EventSource, path: &str, folded: &str) -> Option<&'static str> {
    CONTAINED
        .iter()
        .find(|row| row.0 == source.subject() && row.1 == path && row.2 == folded)
        .map(|row| row.3)
}

/// The names under which the portal shows an export: one of each kind. DEF continuous-export;
/// hashicorp/terraform-provider-azurerm#9975.
pub(super) fn portal_name(kind: Kind) -> Option<&'static str> {
    match kind {
        Kind::Workspace => Some("ExportToWorkspace"),
        Kind::EventHub => Some("exportToEventHub"),
        Kind::LogicApp => None,
    }
}

impl Subject {
    /// `alerts`
    pub fn plural(self) -> &'static str {
        match self {
            Subject::Alert => "alerts",
            Subject::Recommendation => "recommendations",
            Subject::Finding => "findings",
            Subject::Score => "the overall secure score",
            Subject::Control => "secure score controls",
            Subject::Regulatory => "regulatory compliance",
            Subject::AttackPath => "attack paths",
        }
    }

    /// `an alert`
    pub fn one(self) -> &'static str {
        match self {
            Subject::Alert => "an alert",
            Subject::Recommendation => "a recommendation",
            Subject::Finding => "a finding",
            Subject::Score => "a secure score",
            Subject::Control => "a secure score control",
            Subject::Regulatory => "a regulatory compliance assessment",
            Subject::AttackPath => "an attack path",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{EventSource, FOREIGN, PATHS, PathKnowledge, Subject};

    #[test]
    fn a_path_is_known_or_foreign_and_never_both() {
        for (subject, path, owner, _) in FOREIGN {
            assert!(!PATHS.iter().any(|row| row.subject == *subject && row.path == *path), "{path}");
            assert!(PATHS.iter().any(|row| row.subject == *owner && row.path == *path), "{path}");
        }
    }

    #[test]
    fn paths_are_those_of_the_source() {
        let alerts = EventSource::parse("alerts").expect("a source");
        assert!(matches!(alerts.path("Severity"), PathKnowledge::Closed(values) if values.len() == 4));
        let foreign = PathKnowledge::Foreign(Subject::Recommendation);
        assert_eq!(alerts.path("properties.metadata.severity"), foreign);
        assert_eq!(alerts.path("severity"), PathKnowledge::Unknown);
        assert_eq!(alerts.nearly("severity"), Some("Severity"));
        assert_eq!(EventSource::parse("Alert"), None);
        assert_eq!(EventSource::all().count(), 13);
    }
}
