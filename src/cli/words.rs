//! The words of `config` as values of flags: one set of words for `azpol.yaml`, the environment and flags.

use clap::ValueEnum;
use clap::builder::PossibleValue;

use crate::arm::expression::Dialect;
use crate::config::{ColorChoice, FailOn, OutputFormat};

impl ValueEnum for FailOn {
    fn value_variants<'a>() -> &'a [FailOn] {
        FailOn::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(match self {
            FailOn::NonCompliant => "A row is NonCompliant",
            FailOn::Error => "A row's evaluation fails in Azure",
            FailOn::Hazard => "The plan has a hazard",
            FailOn::Intent => "What a row's assignment asks isn't exported",
            FailOn::NonConvergent => "A planned deployment doesn't make its row compliant",
            FailOn::Undetermined => "A row is Undetermined: exit code 3",
            FailOn::Never => "Nothing",
        }))
    }
}

impl ValueEnum for OutputFormat {
    fn value_variants<'a>() -> &'a [OutputFormat] {
        OutputFormat::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(match self {
            OutputFormat::Table => "For people",
            OutputFormat::Json => "For programs; versioned, with a schema",
        }))
    }
}

impl ValueEnum for ColorChoice {
    fn value_variants<'a>() -> &'a [ColorChoice] {
        ColorChoice::ALL
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(PossibleValue::new(self.as_str()).help(match self {
            ColorChoice::Auto => "On a terminal",
            ColorChoice::Always => "Always",
            ColorChoice::Never => "Never",
        }))
    }
}

impl ValueEnum for Dialect {
    fn value_variants<'a>() -> &'a [Dialect] {
        &[Dialect::Policy, Dialect::Template]
    }

    fn to_possible_value(&self) -> Option<PossibleValue> {
        Some(match self {
            Dialect::Policy => PossibleValue::new("policy").help("As in a policy rule"),
            Dialect::Template => PossibleValue::new("template").help("As in a deployment template"),
        })
    }
}
