//! What a run of a contender gives.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use crate::Contender;

/// The verdicts of a run, in a form that can be compared between contenders.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Verdicts {
    /// Number of compliant subscriptions.
    pub(crate) compliant: usize,
    /// The non-compliant subscriptions, ids in lower case.
    pub(crate) non_compliant: BTreeSet<String>,
    /// Number of subscriptions with neither state.
    pub(crate) other: usize,
}

/// What a run gives.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Its parts, one after another, with the time that each took.
    pub(crate) parts: Vec<(&'static str, Duration)>,
    /// The verdicts, where the contender finds any.
    pub(crate) verdicts: Option<Verdicts>,
}

impl Outcome {
    /// Runs a part and notes its time.
    pub(crate) fn part<T>(&mut self, name: &'static str, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let result = work();
        self.parts.push((name, start.elapsed()));
        result
    }

    /// The time of all parts.
    pub(crate) fn total(&self) -> Duration {
        self.parts.iter().map(|(_, time)| *time).sum()
    }
}

/// All runs of a contender.
#[derive(Debug)]
pub(crate) struct Measured {
    /// Which.
    pub(crate) contender: Contender,
    /// What each run gave.
    pub(crate) outcomes: Vec<Outcome>,
}

impl Measured {
    /// Before the first run.
    pub(crate) fn new(contender: Contender) -> Measured {
        Measured { contender, outcomes: Vec::new() }
    }

    /// Median and best of all runs.
    pub(crate) fn total(&self) -> Option<(Duration, Duration)> {
        middle(self.outcomes.iter().map(Outcome::total).collect())
    }

    /// The parts with their medians; none where there is one part only.
    pub(crate) fn parts(&self) -> Vec<(&'static str, Duration, Duration)> {
        let Some(first) = self.outcomes.first().filter(|outcome| outcome.parts.len() > 1) else {
            return Vec::new();
        };
        let times =
            |index: usize| self.outcomes.iter().filter_map(move |o| o.parts.get(index)).map(|part| part.1);
        first
            .parts
            .iter()
            .enumerate()
            .filter_map(|(index, (name, _))| {
                middle(times(index).collect()).map(|(median, best)| (*name, median, best))
            })
            .collect()
    }

    /// The verdicts; every run of a contender finds the same.
    pub(crate) fn verdicts(&self) -> Option<&Verdicts> {
        self.outcomes.last().and_then(|outcome| outcome.verdicts.as_ref())
    }
}

/// Median and least.
fn middle(mut times: Vec<Duration>) -> Option<(Duration, Duration)> {
    times.sort_unstable();
    Some((*times.get(times.len() / 2)?, *times.first()?))
}

#[cfg(test)]
mod tests {
    use super::{Duration, Measured, Outcome, middle};
    use crate::Contender;

    #[test]
    fn the_median_is_of_totals_and_parts_have_their_own() {
        let outcome = |reading, evaluating| Outcome {
            parts: vec![
                ("reading", Duration::from_secs(reading)),
                ("evaluating", Duration::from_secs(evaluating)),
            ],
            verdicts: None,
        };
        let mut measured = Measured::new(Contender::Regorus);
        measured.outcomes = vec![outcome(1, 9), outcome(2, 3), outcome(5, 2)];
        let seconds = Duration::from_secs;
        assert_eq!(measured.total(), Some((seconds(7), seconds(5))));
        assert_eq!(
            measured.parts(),
            [("reading", seconds(2), seconds(1)), ("evaluating", seconds(3), seconds(2))]
        );
        assert_eq!(middle(Vec::new()), None);
    }
}
