//! What continuous export means: event sources, rule sets, destinations. Is what is asked exported, whatever the
//! policy says?
//!
//! Azure's verdict on a continuous export looks at a name, a switch and the number of sources. This room compares
//! what an assignment's deployment would create (`requirement`) with what a subscription's automations let through
//! together, event by event (`implication`), and gives a second verdict (`judge`).

mod automation;
mod budget;
pub mod codes;
mod event;
mod facts;
mod implication;
mod intent;
mod judge;
mod notes;
mod place;
mod requirement;
mod rule;
mod sources;
mod text;
mod values;
mod words;

#[cfg(test)]
mod huge;
#[cfg(test)]
mod tests;

pub use automation::{Action, Destination, ExportAutomation, Kind, Reach};
pub use event::Event;
pub use facts::{EventSource, PathKnowledge, Subject};
pub use implication::{Implied, implied};
pub use intent::{Intent, Intents, intents};
pub use judge::{Duplicate, Found, Judgement, Verdict, judge};
pub use notes::Note;
pub use requirement::{Asked, Asks, ExportRequirement};
pub use rule::{Fault, Filter, Order, Passes, Rule, Test};
pub use sources::{Memo, Source, Sources};
pub use text::Pattern;
pub use words::Gap;
