//! Where a part of a value stands, found again in the text: values that a run keeps carry only the place of the whole.

use super::position::Text;
use super::{Diagnostics, Node, SourceMap, Span, json};

/// How much text is read again for one place.
const MOST: u32 = 4 << 20;

/// The place of a part: `properties.sources[0].ruleSets[1]`, keys without case.
///
/// `None` where the text can't be read again, isn't JSON, or has no such part.
pub fn inside(sources: &SourceMap, whole: Span, path: &str) -> Option<Span> {
    if whole.len > MOST {
        return None;
    }
    let mut text = Text::open(sources.file(whole.file)?).ok()?;
    let bytes = text.read(whole.start..whole.end()).ok()?;
    let text = str::from_utf8(&bytes).ok()?;
    let documents = json::parse(whole.file, whole.start, text, &mut Diagnostics::new());
    let [document] = documents.as_slice() else { return None };
    part(document, path).map(|part| part.span)
}

fn part<'a>(whole: &'a Node, path: &str) -> Option<&'a Node> {
    path.split('.').filter(|step| !step.is_empty()).try_fold(whole, |node, step| {
        let (key, indices) = step.split_at(step.find('[').unwrap_or(step.len()));
        let own = if key.is_empty() { node } else { node.get(key)? };
        indices
            .split(['[', ']'])
            .filter(|index| !index.is_empty())
            .try_fold(own, |node, index| node.items().get(index.parse::<usize>().ok()?))
    })
}

#[cfg(test)]
mod tests {
    use super::inside;
    use crate::source::{SourceMap, Span};

    #[test]
    fn a_part_is_found_by_keys_and_indices() {
        let text = r#"[0, {"Properties": {"rules": [[1], [2, "here"]]}}]"#;
        let mut sources = SourceMap::new();
        let file = sources.add("a.json", text);
        let start = text.find('{').map(|at| at as u64).unwrap();
        let whole = Span::new(file, start, text.len() as u64 - 1);
        let found = inside(&sources, whole, "properties.rules[1][1]").map(|span| &text[span.range()]);
        assert_eq!(found, Some("\"here\""));
        assert_eq!(inside(&sources, whole, ""), Some(whole));
        for none in ["properties.rules[2]", "properties.rule", "properties[0]", "properties.rules[x]"] {
            assert_eq!(inside(&sources, whole, none), None, "{none}");
        }
        assert_eq!(inside(&sources, Span::none(), "properties"), None);
    }
}
