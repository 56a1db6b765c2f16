//! `azpol.yaml` (choices) and the inventory manifest (facts about files).
