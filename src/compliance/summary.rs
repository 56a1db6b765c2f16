//! Counts.

use super::run::Run;
use super::state::{ComplianceState, PolicyState};

/// How many rows have which state.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// `Compliant`
    pub compliant: usize,
    /// `NonCompliant`
    pub non_compliant: usize,
    /// `Error`
    pub error: usize,
    /// `Protected`: in no percentage, as in Azure's formula.
    pub protected: usize,
    /// Azure's `Unknown` (`manual`): counted as compliant in the percentage, as Azure does.
    pub unknown: usize,
    /// `Undetermined`: on neither side of the percentage.
    pub undetermined: usize,
}

impl Summary {
    /// Of these rows.
    pub fn of<'a>(rows: impl IntoIterator<Item = &'a PolicyState>) -> Summary {
        let mut summary = Summary::default();
        for row in rows {
            match row.state {
                ComplianceState::Compliant => summary.compliant += 1,
                ComplianceState::NonCompliant => summary.non_compliant += 1,
                ComplianceState::Error => summary.error += 1,
                ComplianceState::Protected => summary.protected += 1,
                ComplianceState::Unknown => summary.unknown += 1,
                ComplianceState::Undetermined => summary.undetermined += 1,
            }
        }
        summary
    }

    /// Of a whole run.
    pub fn of_run(run: &Run) -> Summary {
        Summary::of(&run.rows)
    }

    /// All rows.
    pub fn rows(self) -> usize {
        self.decided() + self.protected + self.undetermined
    }

    /// Rows with a state of Azure's that its percentage counts.
    pub fn decided(self) -> usize {
        self.compliant + self.unknown + self.non_compliant + self.error
    }

    /// Rows on the good side (compliant, or nobody's to attest) of the decided ones, in tenths of a percent, rounded down so that only a clean run is
    /// 100 %; `None` where nothing is decided.
    pub fn per_mille(self) -> Option<usize> {
        (self.decided() > 0).then(|| (self.compliant + self.unknown) * 1000 / self.decided())
    }
}
