//! What would be deployed, with which rights, in which tasks, with which hazards; the proof that it converges.
