//! The door: see [`azpol::cli`].

use std::process::ExitCode;

fn main() -> ExitCode {
    azpol::cli::main()
}
