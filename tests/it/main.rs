//! Tests that run azpol from outside, in one binary.

mod aliases;
mod architecture;
mod assignments;
mod bad_input;
mod cli;
mod codes;
mod contoso;
mod eval;
mod existence;
mod expansion;
mod explain;
mod fabrikam;
mod first_command;
mod first_hour;
mod fixtures;
mod functions;
mod hazards;
mod indexed;
mod initiatives;
mod inputs;
mod intent;
mod intent_alike;
mod intent_property;
mod json_result;
mod merging;
mod mistakes;
mod place;
mod plan;
mod plan_resources;
mod planning;
mod policies;
mod policy_tests;
mod proving;
mod reading;
mod resources;
mod second_evaluator;
mod secrets;
mod semantics;
mod shapes;
mod templates;
mod tenant;
mod validate;
mod validate_assignments;
mod verdicts;

#[path = "../deployment/mod.rs"]
mod deployment;
#[path = "../naive/mod.rs"]
mod naive;
