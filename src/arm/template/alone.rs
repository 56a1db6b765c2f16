//! An expression beside a template: it sees the template's parameters, variables and functions as if it stood
//! there, and nothing is expanded.

use std::cell::{Cell, RefCell};

use crate::arm::expression::Context;

use super::deployment::{Deployment, DeploymentScope};
use super::expand::{PreparedTemplate, faults_of};
use super::place::{Place, Run};
use super::request::{DeploymentRequest, ExpansionFault};

impl PreparedTemplate {
    /// The template's own functions, `namespace.name` in lower case.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.template.functions.iter().map(|function| &*function.name)
    }

    /// The names of its variables.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.template.variables.iter().map(|variable| &*variable.name)
    }

    /// Answers what an expression in the default value of a parameter would be answered there, where every function
    /// of the dialect may be called. A parameter that has no value is unknown when it is asked for; values that
    /// don't fit their parameters are faults.
    pub fn beside<T>(
        &self,
        request: &DeploymentRequest<'_>,
        evaluate: impl FnOnce(&dyn Context) -> T,
    ) -> Result<T, Vec<ExpansionFault>> {
        let run = Run::new(request);
        let scope = DeploymentScope::of(request);
        let (name, location) = (request.name.clone(), request.location.clone());
        let unbound = Deployment::unbound(&self.template, name, location, scope, String::new());
        let deployment =
            Deployment::bind_partly(&self.template, request.parameters, unbound).map_err(faults_of)?;
        let (counter, observed) = (Cell::new(0), RefCell::default());
        Ok(evaluate(&Place {
            run: &run,
            deployment: &deployment,
            loops: Vec::new(),
            default_of: Some(("".into(), &counter)),
            arguments: None,
            observed: &observed,
        }))
    }
}
