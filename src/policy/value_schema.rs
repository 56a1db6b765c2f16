//! The JSON schema that an object parameter may carry.

use std::sync::{Arc, OnceLock};

use jsonschema::Validator;

use crate::arm::Value;
use crate::source::Span;

/// `schema` of a parameter: what its values have to fit. It is compiled when a value is first checked.
///
/// <https://learn.microsoft.com/azure/governance/policy/concepts/definition-structure-parameters#parameter-properties>
#[derive(Debug)]
pub struct ValueSchema {
    text: Value,
    compiled: OnceLock<Result<Validator, Arc<str>>>,
    /// Where it stands.
    pub span: Span,
}

/// A part of a value that doesn't fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unfit {
    /// A JSON pointer to it; empty for the whole value.
    pub pointer: String,
    /// What is wrong with it.
    pub message: String,
}

impl ValueSchema {
    /// A schema as it is written.
    pub(super) fn new(text: Value, span: Span) -> ValueSchema {
        ValueSchema { text, compiled: OnceLock::new(), span }
    }

    fn compiled(&self) -> Result<&Validator, &Arc<str>> {
        let compile = || jsonschema::validator_for(&self.text.to_serde()).map_err(|e| e.to_string().into());
        self.compiled.get_or_init(compile).as_ref()
    }

    /// Everything of a value that doesn't fit; an error where the schema itself is none: why.
    pub fn unfit(&self, value: &Value) -> Result<Vec<Unfit>, Arc<str>> {
        let validator = self.compiled().map_err(Arc::clone)?;
        let json = value.to_serde();
        let unfit = |error: jsonschema::ValidationError<'_>| Unfit {
            pointer: error.instance_path().as_str().to_owned(),
            message: error.to_string(),
        };
        Ok(validator.iter_errors(&json).map(unfit).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::ValueSchema;
    use crate::arm::Value;
    use crate::source::{Diagnostics, FileId, Span, json};

    fn value(text: &str) -> Value {
        Value::from(&json::parse(FileId::NONE, 0, text, &mut Diagnostics::new()).remove(0))
    }

    fn unfit(schema: &str, given: &str) -> Result<Vec<String>, ()> {
        let schema = ValueSchema::new(value(schema), Span::none());
        let found = schema.unfit(&value(given)).map_err(|_| ())?;
        Ok(found.into_iter().map(|unfit| unfit.pointer).collect())
    }

    #[test]
    fn a_value_fits_or_says_where_it_does_not() {
        let schema = r#"{"type":"object","required":["owner"],"properties":{"days":{"type":"integer"}}}"#;
        assert_eq!(unfit(schema, r#"{"owner":"me","days":3}"#), Ok(vec![]));
        assert_eq!(unfit(schema, r#"{"days":"3"}"#), Ok(vec![String::new(), "/days".to_owned()]));
    }

    #[test]
    fn what_is_no_schema_checks_nothing() {
        assert_eq!(unfit(r#"{"type":"objekt"}"#, "{}"), Err(()));
        assert_eq!(unfit(r#"{"$ref":"https://example.com/a.json"}"#, "{}"), Err(()));
    }
}
