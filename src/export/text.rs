//! Texts that meet conditions: is there one that contains this and doesn't end with that?
//!
//! Decided exactly, by walking the automaton of all conditions: its alphabet is the characters that they hold and
//! one more, which stands for every other.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::budget::Budget;

/// How a text is compared; both sides in folded form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pattern {
    /// The whole text.
    Equals,
    /// A part of it.
    Contains,
    /// Its beginning.
    StartsWith,
    /// Its end.
    EndsWith,
}

impl Pattern {
    /// Whether a text fits.
    pub fn fits(self, text: &str, constant: &str) -> bool {
        match self {
            Pattern::Equals => text == constant,
            Pattern::Contains => text.contains(constant),
            Pattern::StartsWith => text.starts_with(constant),
            Pattern::EndsWith => text.ends_with(constant),
        }
    }
}

/// A text without case: how the service compares.
pub fn fold(text: &str) -> Arc<str> {
    let one = |c: char| {
        let mut lower = c.to_lowercase();
        match (lower.next(), lower.next()) {
            (Some(single), None) => single,
            _ => c,
        }
    };
    text.chars().map(one).collect::<String>().into()
}

/// A condition that is to hold, or not to.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Condition {
    /// How.
    pub pattern: Pattern,
    /// With what, folded.
    pub constant: Arc<str>,
    /// Whether it is to hold.
    pub holds: bool,
}

impl Condition {
    fn met(&self, text: &str) -> bool {
        self.pattern.fits(text, &self.constant) == self.holds
    }
}

/// What a search found.
#[derive(Debug, Clone, PartialEq)]
pub enum Solved<T> {
    /// This meets all conditions.
    Some(T),
    /// Nothing does.
    None,
    /// The search was given up.
    GivenUp,
}

/// How many states are looked at.
const MOST_STATES: usize = 40_000;

/// How many texts may have to be contained.
const MOST_CONTAINED: usize = 20;

/// A text (in folded form) that meets all conditions.
pub(super) fn solve(conditions: &[Condition], budget: &Budget) -> Solved<String> {
    let all = |text: &str| conditions.iter().all(|condition| condition.met(text));
    let wanted =
        |pattern| conditions.iter().filter(move |c| c.holds && c.pattern == pattern).map(|c| &*c.constant);
    let (held, denied): (Vec<&Condition>, Vec<&Condition>) = conditions.iter().partition(|c| c.holds);
    if let Some(only) = wanted(Pattern::Equals).next() {
        return if all(only) { Solved::Some(only.to_owned()) } else { Solved::None };
    }
    let begin = wanted(Pattern::StartsWith).max_by_key(|text| text.len()).unwrap_or_default();
    let end = wanted(Pattern::EndsWith).max_by_key(|text| text.len()).unwrap_or_default();
    if wanted(Pattern::StartsWith).any(|text| !begin.starts_with(text))
        || wanted(Pattern::EndsWith).any(|text| !end.ends_with(text))
        || denied.iter().any(|condition| implied(&held, condition))
    {
        return Solved::None;
    }
    let middle: Vec<&str> = wanted(Pattern::Contains).collect();
    for joined in
        [middle.concat(), middle.join("-"), format!("{}-other", middle.concat()), "other".to_owned()]
    {
        for text in [format!("{begin}{joined}{end}"), format!("{begin}{joined}")] {
            if !text.is_empty() && all(&text) {
                return Solved::Some(text);
            }
        }
    }
    Walk::new(conditions, begin).run(budget)
}

/// Whether a condition that must not hold follows from one that must.
fn implied(held: &[&Condition], denied: &Condition) -> bool {
    held.iter().any(|c| match denied.pattern {
        Pattern::Equals => false,
        Pattern::Contains => c.constant.contains(&*denied.constant),
        Pattern::StartsWith => {
            c.pattern == Pattern::StartsWith && c.constant.starts_with(&*denied.constant)
                || denied.constant.is_empty()
        }
        Pattern::EndsWith => {
            c.pattern == Pattern::EndsWith && c.constant.ends_with(&*denied.constant)
                || denied.constant.is_empty()
        }
    })
}

/// Where the walk is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct State {
    /// The longest end of the text so far that begins a constant.
    suffix: usize,
    /// The text so far as a beginning of a constant; none once it left them all.
    prefix: Option<usize>,
    /// Which of the texts that have to be contained were seen.
    seen: u32,
}

/// A tree of texts.
#[derive(Debug)]
struct Tree {
    next: Vec<BTreeMap<char, usize>>,
}

impl Tree {
    fn new() -> Tree {
        Tree { next: vec![BTreeMap::new()] }
    }

    fn add(&mut self, text: &str) -> usize {
        text.chars().fold(0, |at, c| {
            if let Some(next) = self.next[at].get(&c) {
                return *next;
            }
            self.next.push(BTreeMap::new());
            let new = self.next.len() - 1;
            self.next[at].insert(c, new);
            new
        })
    }
}

struct Walk<'a> {
    conditions: &'a [Condition],
    begin: &'a str,
    parts: Tree,
    /// For each node of `parts` the node of its longest proper end.
    fail: Vec<usize>,
    /// For each node the ends that are constants: nodes of constants.
    ends: Vec<BTreeSet<usize>>,
    heads: Tree,
    /// Nodes of constants, by condition.
    node: Vec<usize>,
    contained: Vec<usize>,
    alphabet: Vec<char>,
}

impl<'a> Walk<'a> {
    fn new(conditions: &'a [Condition], begin: &'a str) -> Walk<'a> {
        let (mut parts, mut heads) = (Tree::new(), Tree::new());
        let mut node = Vec::with_capacity(conditions.len());
        let mut contained = Vec::new();
        for (at, condition) in conditions.iter().enumerate() {
            node.push(match condition.pattern {
                Pattern::Contains | Pattern::EndsWith => parts.add(&condition.constant),
                Pattern::StartsWith | Pattern::Equals => heads.add(&condition.constant),
            });
            if condition.holds && condition.pattern == Pattern::Contains {
                contained.push(at);
            }
        }
        let (fail, ends) = links(&parts, conditions, &node);
        let mut alphabet: BTreeSet<char> = conditions.iter().flat_map(|c| c.constant.chars()).collect();
        // What follows from the beginning is walked as well.
        alphabet.extend(begin.chars());
        let other = ['x', 'y', 'z', '_', '~']
            .into_iter()
            .chain('\u{4e00}'..='\u{9fff}')
            .find(|c| !alphabet.contains(c));
        let alphabet = other.into_iter().chain(alphabet.iter().copied()).collect();
        Walk { conditions, begin, parts, fail, ends, heads, node, contained, alphabet }
    }

    fn run(&self, budget: &Budget) -> Solved<String> {
        if self.contained.len() > MOST_CONTAINED {
            return Solved::GivenUp;
        }
        let mut state = State { suffix: 0, prefix: Some(0), seen: 0 };
        state = match self.enter(state) {
            Some(state) => state,
            None => return Solved::None,
        };
        for c in self.begin.chars() {
            match self.step(&state, c) {
                Some(next) => state = next,
                None => return Solved::None,
            }
        }
        let mut came: BTreeMap<State, Option<(State, char)>> = BTreeMap::from([(state.clone(), None)]);
        let mut queue = VecDeque::from([state]);
        while let Some(state) = queue.pop_front() {
            if self.accepts(&state) {
                return Solved::Some(self.text(&came, state));
            }
            if !budget.spend(self.alphabet.len() * self.conditions.len()) {
                return Solved::GivenUp;
            }
            for c in &self.alphabet {
                let Some(next) = self.step(&state, *c) else { continue };
                if came.contains_key(&next) {
                    continue;
                }
                if came.len() >= MOST_STATES {
                    return Solved::GivenUp;
                }
                came.insert(next.clone(), Some((state.clone(), *c)));
                queue.push_back(next);
            }
        }
        Solved::None
    }

    fn text(&self, came: &BTreeMap<State, Option<(State, char)>>, state: State) -> String {
        let mut behind = Vec::new();
        let mut at = state;
        while let Some(Some((before, c))) = came.get(&at) {
            behind.push(*c);
            at = before.clone();
        }
        self.begin.chars().chain(behind.into_iter().rev()).collect()
    }

    fn step(&self, state: &State, c: char) -> Option<State> {
        let mut suffix = state.suffix;
        let suffix = loop {
            match self.parts.next[suffix].get(&c) {
                Some(next) => break *next,
                None if suffix == 0 => break 0,
                None => suffix = self.fail[suffix],
            }
        };
        let prefix = state.prefix.and_then(|at| self.heads.next[at].get(&c).copied());
        self.enter(State { suffix, prefix, seen: state.seen })
    }

    /// The state with what is seen in it; `None` where it can't lead anywhere.
    fn enter(&self, mut state: State) -> Option<State> {
        for (at, condition) in self.conditions.iter().enumerate() {
            let here = match condition.pattern {
                Pattern::Contains => self.ends[state.suffix].contains(&self.node[at]),
                Pattern::StartsWith => state.prefix == Some(self.node[at]),
                Pattern::Equals | Pattern::EndsWith => false,
            };
            if here && !condition.holds {
                return None;
            }
        }
        for (bit, at) in self.contained.iter().enumerate() {
            if self.ends[state.suffix].contains(&self.node[*at]) {
                state.seen |= 1 << bit;
            }
        }
        Some(state)
    }

    fn accepts(&self, state: &State) -> bool {
        state.seen.count_ones() as usize == self.contained.len()
            && self.conditions.iter().enumerate().all(|(at, condition)| match condition.pattern {
                Pattern::EndsWith => self.ends[state.suffix].contains(&self.node[at]) == condition.holds,
                Pattern::Equals => (state.prefix == Some(self.node[at])) == condition.holds,
                Pattern::Contains | Pattern::StartsWith => true,
            })
    }
}

/// For each node its longest proper end that is a node, and the constants that it ends with.
fn links(parts: &Tree, conditions: &[Condition], node: &[usize]) -> (Vec<usize>, Vec<BTreeSet<usize>>) {
    let mut fail = vec![0; parts.next.len()];
    let mut ends = vec![BTreeSet::new(); parts.next.len()];
    for (at, condition) in conditions.iter().enumerate() {
        if matches!(condition.pattern, Pattern::Contains | Pattern::EndsWith) {
            ends[node[at]].insert(node[at]);
        }
    }
    let mut queue = VecDeque::from([0]);
    while let Some(at) = queue.pop_front() {
        for (c, next) in &parts.next[at] {
            if at != 0 {
                let mut back = fail[at];
                fail[*next] = loop {
                    match parts.next[back].get(c) {
                        Some(found) => break *found,
                        None if back == 0 => break 0,
                        None => back = fail[back],
                    }
                };
            }
            let inherited = ends[fail[*next]].clone();
            ends[*next].extend(inherited);
            queue.push_back(*next);
        }
        if at != 0 && ends[0].contains(&0) {
            ends[at].insert(0);
        }
    }
    (fail, ends)
}

#[cfg(test)]
mod tests {
    use super::super::budget::Budget;
    use super::{Condition, Pattern, Solved, fold, solve};

    fn conditions(texts: &[(&str, &str)]) -> Vec<Condition> {
        texts
            .iter()
            .map(|(operator, constant)| {
                let (holds, name) =
                    operator.strip_prefix('!').map_or((true, *operator), |name| (false, name));
                let pattern = match name {
                    "eq" => Pattern::Equals,
                    "has" => Pattern::Contains,
                    "begins" => Pattern::StartsWith,
                    _ => Pattern::EndsWith,
                };
                Condition { pattern, constant: fold(constant), holds }
            })
            .collect()
    }

    fn met(texts: &[(&str, &str)]) -> bool {
        let conditions = conditions(texts);
        match solve(&conditions, &Budget::default()) {
            Solved::Some(text) => {
                assert!(conditions.iter().all(|c| c.met(&text)), "{texts:?}: {text}");
                true
            }
            Solved::None => false,
            Solved::GivenUp => panic!("{texts:?}: given up"),
        }
    }

    #[test]
    fn what_follows_is_seen() {
        assert!(!met(&[("has", "abc"), ("!has", "b")]));
        assert!(!met(&[("begins", "ab"), ("!begins", "a")]));
        assert!(!met(&[("ends", "ab"), ("!ends", "b")]));
        assert!(!met(&[("eq", "Ab"), ("!has", "aB")]));
        assert!(!met(&[("has", ""), ("!has", "")]));
        assert!(!met(&[("!begins", "")]));
        assert!(!met(&[("!ends", "")]));
        assert!(met(&[("has", "abc"), ("!eq", "abc")]));
        assert!(met(&[("begins", "ab"), ("ends", "bc"), ("!has", "abbc")]));
        assert!(!met(&[("begins", "ab"), ("ends", "bc"), ("!begins", "ab")]));
    }

    #[test]
    fn overlaps_are_found() {
        // `aba` twice without `abaaba`: they overlap, or something stands between them.
        assert!(met(&[("begins", "aba"), ("ends", "ba"), ("!has", "abaaba"), ("!eq", "aba")]));
        assert!(met(&[("has", "ab"), ("has", "ba"), ("!has", "abba"), ("!has", "baab"), ("!has", "-")]));
        assert!(met(&[("!eq", ""), ("!has", "other")]));
    }

    #[test]
    fn a_text_of_one_character_has_few_forms() {
        // Begins with a, has no second a and no b, ends with b: nothing.
        assert!(!met(&[("begins", "a"), ("ends", "b"), ("!has", "b")]));
        assert!(met(&[("begins", "a"), ("ends", "a"), ("!has", "aa"), ("!eq", "a")]));
    }

    #[test]
    fn brute_force_agrees() {
        // All texts up to five characters over three letters against the walk.
        let letters = ["a", "b", "x"];
        let mut texts = vec![String::new()];
        for length in 1..=5usize {
            let longer: Vec<String> = texts
                .iter()
                .filter(|text| text.len() == length - 1)
                .flat_map(|text| letters.iter().map(move |l| format!("{text}{l}")))
                .collect();
            texts.extend(longer);
        }
        let operators = ["eq", "has", "begins", "ends", "!eq", "!has", "!begins", "!ends"];
        let constants = ["a", "ab", "ba", "b"];
        let all: Vec<(&str, &str)> =
            operators.iter().flat_map(|o| constants.iter().map(move |c| (*o, *c))).collect();
        for first in &all {
            for second in &all {
                for third in &all {
                    let chosen = [*first, *second, *third];
                    let wanted = conditions(&chosen);
                    let exists = texts.iter().any(|text| wanted.iter().all(|c| c.met(text)));
                    assert_eq!(met(&chosen), exists, "{chosen:?}");
                }
            }
        }
    }
}
