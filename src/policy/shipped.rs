//! The definitions that ship with azpol: twins of built-ins, from `policies/`.

/// A definition that ships with azpol.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Shipped {
    /// The GUID of the built-in whose twin it is.
    pub guid: &'static str,
    /// Its file, as messages name it.
    pub file: &'static str,
    /// The document, in YAML.
    pub text: &'static str,
}

macro_rules! shipped {
    ($($guid:literal $file:literal)*) => {
        &[$(Shipped {
            guid: $guid,
            file: concat!("policies/", $file),
            text: include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/policies/", $file)),
        }),*]
    };
}

/// All of them, by file.
pub static SHIPPED: &[Shipped] = shipped! {
    "af9f6c70-eb74-4189-8d15-e4f11a7ebfd4" "export-to-event-hub-as-trusted-service.yaml"
    "cdfcce10-4578-4ecd-9703-530938e4abcb" "export-to-event-hub.yaml"
    "ffb6f416-7bd2-4488-8828-56585fef2be9" "export-to-log-analytics.yaml"
    "f1525828-9a90-4fcf-be48-268cdd02361e" "workflow-automation-for-alerts.yaml"
    "73d6ab6c-2475-4850-afd6-43795f3492ef" "workflow-automation-for-recommendations.yaml"
    "509122b9-ddd9-47ba-a5f1-d0dac20be63c" "workflow-automation-for-regulatory-compliance.yaml"
};
