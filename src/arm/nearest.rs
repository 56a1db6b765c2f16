//! The name that was probably meant.

/// The candidate that is nearest to a misspelt name, compared without case; `None` if all are far.
///
/// Near means at most a third of the letters changed, added, left out or swapped with their neighbour.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted: Vec<char> = name.to_lowercase().chars().collect();
    let far = (wanted.len() / 3).clamp(1, 4) + 1;
    candidates
        .into_iter()
        .map(|candidate| {
            let letters: Vec<char> = candidate.to_lowercase().chars().collect();
            (distance(&wanted, &letters), candidate)
        })
        .filter(|(distance, _)| *distance < far)
        .min()
        .map(|(_, candidate)| candidate)
}

/// Changes, insertions, deletions and swaps of neighbours that make one text out of the other.
fn distance(from: &[char], to: &[char]) -> usize {
    let width = to.len() + 1;
    if from.len().abs_diff(to.len()) > 4 {
        return usize::MAX;
    }
    let mut rows = vec![0; (from.len() + 1) * width];
    for i in 0..=from.len() {
        for j in 0..=to.len() {
            let at = i * width + j;
            rows[at] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = rows[at - width - 1] + usize::from(from[i - 1] != to[j - 1]);
                let mut best = changed.min(rows[at - width] + 1).min(rows[at - 1] + 1);
                if i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1] {
                    best = best.min(rows[at - 2 * width - 2] + 1);
                }
                best
            };
        }
    }
    rows[from.len() * width + to.len()]
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn finds_what_was_meant() {
        let names = ["concat", "contains", "toLower", "uniqueString"];
        assert_eq!(nearest("conact", names), Some("concat"));
        assert_eq!(nearest("tolowr", names), Some("toLower"));
        assert_eq!(nearest("uniqueStrng", names), Some("uniqueString"));
        assert_eq!(nearest("frobnicate", names), None);
    }
}
