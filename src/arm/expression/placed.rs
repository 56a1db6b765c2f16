//! An expression with the place of each of its parts: for whoever points at the one that fails.

use std::ops::Range;

use crate::arm::Value;

use super::parse::{ParseFault, placed};
use super::{Context, Dialect, Expression, Failure, Misuse, Term};

/// An expression with the place of each of its parts.
#[derive(Debug, Clone, PartialEq)]
pub struct PlacedExpression {
    /// The expression.
    pub expression: Expression,
    /// Of each part, in the order in which parts end.
    places: Vec<Range<usize>>,
}

impl PlacedExpression {
    /// Parses a text in brackets.
    pub fn parse(text: &str) -> Result<PlacedExpression, ParseFault> {
        placed(text).map(|(expression, places)| PlacedExpression { expression, places })
    }

    /// Its value at a place, or the failure with where the innermost part that fails stands: bytes of the text,
    /// the opening bracket included.
    pub fn evaluate(&self, context: &dyn Context) -> Result<Value, (Failure, Range<usize>)> {
        self.expression.evaluate_part(context).map_err(|(failure, part)| (failure, self.place(part)))
    }

    /// Every call that can't be made in this dialect, with the place of its name; names for which `is_own` holds
    /// are a user's functions.
    pub fn misuses(&self, dialect: Dialect, is_own: &dyn Fn(&str) -> bool) -> Vec<(Misuse, Range<usize>)> {
        let misused = self.expression.misused(dialect, is_own);
        misused.into_iter().map(|(misuse, call)| (misuse, self.name_place(call))).collect()
    }

    /// Where a part of this expression stands; the whole for a part of another one.
    fn place(&self, part: &Term) -> Range<usize> {
        let mut passed = 0;
        let found = position(&self.expression.root, part, &mut passed);
        let place = if found { self.places.get(passed) } else { self.places.last() };
        place.cloned().unwrap_or(0..self.expression.text.len())
    }

    /// The name of a call.
    fn name_place(&self, call: &Term) -> Range<usize> {
        let place = self.place(call);
        let text = &self.expression.text[place.clone()];
        let name = text.find('(').map_or(text, |open| &text[..open]);
        place.start..place.start + name.trim_end().len()
    }
}

/// Counts the parts that end before `wanted` does; whether it is among them.
fn position(term: &Term, wanted: &Term, passed: &mut usize) -> bool {
    let within = match term {
        Term::Literal(_) => false,
        Term::Call(_, arguments) => arguments.iter().any(|argument| position(argument, wanted, passed)),
        Term::Access(container, key) => position(container, wanted, passed) || position(key, wanted, passed),
    };
    if within || std::ptr::eq(term, wanted) {
        return true;
    }
    *passed += 1;
    false
}

#[cfg(test)]
mod tests {
    use super::PlacedExpression;
    use crate::arm::Value;
    use crate::arm::expression::{Context, ContextFunction, Dialect, Failure};

    struct Nowhere;

    impl Context for Nowhere {
        fn dialect(&self) -> Dialect {
            Dialect::Policy
        }

        fn ask(&self, _: ContextFunction, _: &[Value]) -> Result<Value, Failure> {
            Err(Failure::Unknown("nobody knows".to_owned()))
        }
    }

    fn failing(text: &str) -> &str {
        let expression = PlacedExpression::parse(text).unwrap_or_else(|fault| panic!("{text}: {fault:?}"));
        let (_, place) = expression.evaluate(&Nowhere).expect_err(text);
        &text[place]
    }

    #[test]
    fn the_innermost_part_that_fails_is_pointed_at() {
        assert_eq!(failing("[concat('a', add(1, 'b') , 'c')]"), "add(1, 'b')");
        assert_eq!(failing("[add(1, 'b')]"), "add(1, 'b')");
        assert_eq!(failing("[ concat('it''s', toLower( 5 ) )]"), "toLower( 5 )");
        assert_eq!(failing("[createObject('a', 1).b.c]"), "createObject('a', 1).b");
        assert_eq!(failing("[createArray(1)[ add(1,1) ]]"), "createArray(1)[ add(1,1) ]");
        assert_eq!(failing("[concat('ü', parameters('x').y)]"), "parameters('x')");
        assert_eq!(failing("[if(false(), 1, field('a'))]"), "field('a')");
        assert_eq!(failing("[createArray(1)[int('x')]]"), "int('x')");
    }

    #[test]
    fn a_misused_name_is_pointed_at() {
        let text = "[concat(conact('a'), toLower(), listKeys('a', 'b'))]";
        let expression = PlacedExpression::parse(text).expect("an expression");
        let misuses = expression.misuses(Dialect::Policy, &|_| false);
        let names: Vec<&str> = misuses.iter().map(|(_, place)| &text[place.clone()]).collect();
        assert_eq!(names, ["conact", "toLower", "listKeys"]);
    }
}
