//! The door: see [`azpol::cli`].

fn main() {}
