//! The codes of this room: 0801 to 0819 are hazards, 0820 to 0829 say why a row isn't planned, 0830 to 0839 what
//! can't be deployed, 0840 to 0849 what the proof found, 0850 to 0859 faults of the plan's folder.

use crate::source::codes;

codes! {
    /// A resource group whose tags would be reset.
    TAGS_RESET = "AZP0801" "tags-reset" Warning;
    /// A resource group that exists in another region.
    GROUP_ELSEWHERE = "AZP0802" "group-elsewhere" Warning;
    /// A resource group that doesn't exist and isn't created.
    GROUP_ABSENT = "AZP0803" "group-absent" Warning;
    /// A second export beside an existing one.
    PAID_TWICE = "AZP0804" "paid-twice" Warning;
    /// An automation of that name in another region.
    AUTOMATION_ELSEWHERE = "AZP0805" "automation-elsewhere" Warning;
    /// An existing automation that would be overwritten.
    OVERWRITTEN = "AZP0806" "overwritten" Warning;
    /// Two deployments that write one resource with unlike contents.
    WRITTEN_TWICE = "AZP0807" "written-twice" Warning;
    /// An assignment without an identity, or without its location.
    NO_IDENTITY = "AZP0808" "no-identity" Warning;
    /// A role that the assignment's identity lacks.
    ROLE_MISSING = "AZP0809" "role-missing" Warning;
    /// The role that lets Defender for Cloud send to a hub as a trusted service.
    SENDER_MISSING = "AZP0810" "sender-missing" Warning;
    /// `Microsoft.Security` isn't registered.
    NOT_REGISTERED = "AZP0811" "not-registered" Warning;
    /// An older deployment of that name in another location.
    DEPLOYMENT_ELSEWHERE = "AZP0812" "deployment-elsewhere" Warning;
    /// Variables that fail if they are evaluated eagerly.
    EAGER_VARIABLE = "AZP0813" "eager-variable" Warning;
    /// A row of a subscription that isn't enabled.
    SUBSCRIPTION_DISABLED = "AZP0820" "subscription-disabled" Note;
    /// A row of another tenant's subscription.
    OTHER_TENANT = "AZP0821" "other-tenant" Note;
    /// An Undetermined row.
    UNDETERMINED = "AZP0822" "undetermined" Note;
    /// A row that an exemption touches.
    EXEMPT = "AZP0823" "exempt" Note;
    /// A row whose effect deploys nothing.
    NOT_REMEDIABLE = "AZP0824" "not-remediable" Note;
    /// A row whose evaluation fails in the service.
    EVALUATION_FAILS = "AZP0825" "evaluation-fails" Note;
    /// What would be deployed can't be said.
    DEPLOYMENT_UNKNOWN = "AZP0826" "deployment-unknown" Error;
    /// A row that `modify` would change: deployments are planned only.
    CHANGE_NOT_PLANNED = "AZP0827" "change-not-planned" Note;
    /// ARM would refuse the deployment.
    NOT_DEPLOYABLE = "AZP0830" "not-deployable" Error;
    /// A planned row that the plan doesn't make compliant.
    NON_CONVERGENT = "AZP0840" "non-convergent" Error;
    /// A planned row of which the proof can't say whether the plan makes it compliant.
    PROOF_UNDECIDED = "AZP0841" "proof-undecided" Warning;
    /// A row that the plan makes worse.
    MADE_WORSE = "AZP0842" "made-worse" Error;
    /// A folder that azpol didn't write.
    FOREIGN_FOLDER = "AZP0850" "foreign-folder" Error;
}
