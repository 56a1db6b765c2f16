//! Programs that runs share.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

use crate::engine::{BoundParameters, CompiledPolicy, Language, NotBuilt, compile};
use crate::policy::PolicyDefinition;

type Program = Result<Arc<CompiledPolicy>, Vec<NotBuilt>>;

/// Filled by whoever comes first.
type Cell = Arc<OnceLock<Program>>;

/// Programs of one language, by the definition's id and its bound parameters: each is compiled once, also where
/// several threads resolve assignments over inventories of their own.
///
/// Definitions that differ and have one id need a cache each.
#[derive(Debug, Default)]
pub struct Compiled {
    known: Mutex<BTreeMap<(String, String), Cell>>,
}

impl Compiled {
    /// None yet.
    pub fn new() -> Compiled {
        Compiled::default()
    }

    /// The program, compiled where nobody asked for it before; else what stops it.
    pub(super) fn get(
        &self,
        definition: &PolicyDefinition,
        bound: &BoundParameters,
        language: Language<'_>,
    ) -> Program {
        let key = (definition.id.to_ascii_lowercase(), bound.key());
        // A cell is whole whenever it is seen, whatever became of the thread that put it there.
        let cell = self.known.lock().unwrap_or_else(PoisonError::into_inner).entry(key).or_default().clone();
        cell.get_or_init(|| compile(definition, bound, language).map(Arc::new)).clone()
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::Compiled;
    use crate::arm::{AliasCatalog, Value};
    use crate::engine::{Language, bind};
    use crate::policy::{self, PolicyAssignment};
    use crate::source::{Diagnostics, FileId, yaml};

    #[test]
    fn what_binds_alike_shares_a_program() {
        let mut faults = Diagnostics::new();
        let text = "parameters: { effect: { type: String } }\npolicyRule: { if: { field: type, equals: a/b }, then: { effect: \"[parameters('effect')]\" } }";
        let node = yaml::parse(FileId::NONE, text, &mut faults).remove(0);
        let definition = policy::definition(&node, "d", &mut faults).expect("a definition");
        let text = r#"{ "id": "/subscriptions/s/providers/Microsoft.Authorization/policyAssignments/a",
            "properties": { "policyDefinitionId": "/providers/Microsoft.Authorization/policyDefinitions/d" } }"#;
        let node = crate::source::json::parse(FileId::NONE, 0, text, &mut faults).remove(0);
        let assignment = policy::assignment(&node, &mut faults).expect("an assignment");
        let catalog = AliasCatalog::built_in();
        let language = Language::of(&catalog);
        let programs = Compiled::new();
        let mut program = |effect: &str| {
            let value = (Arc::from("effect"), node.span, Value::from(effect), node.span);
            let assignment = PolicyAssignment { parameters: vec![value], ..assignment.clone() };
            let bound = bind(&definition, &assignment, &mut faults).expect("bound");
            programs.get(&definition, &bound, language).expect("a program")
        };
        let (one, other, again) = (program("audit"), program("deny"), program("audit"));
        assert!(Arc::ptr_eq(&one, &again));
        assert!(!Arc::ptr_eq(&one, &other));
    }
}
