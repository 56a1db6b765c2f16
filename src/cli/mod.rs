//! One file a subcommand; the only room that prints, exits or reads the environment.
