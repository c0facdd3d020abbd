//! Load generator for Deskwire and for the servers it is compared with.
//!
//! One thread, and one task per connection: the server under test shares the machine, so the generator takes as little
//! of it as it can. A task reads what is there, answers all of it and writes once. What every delivery carries (a
//! [`stamp`]) makes loss, repetition and disorder countable ([`ledger`]) and latency measurable.
//!
//! Each run prints one line of JSON to standard output ([`report`]); progress goes to standard error.

mod cli;
mod client;
mod http;
mod ledger;
mod measure;
mod pace;
mod report;
mod run;
mod scenario;
mod stamp;

use std::process::ExitCode;

use clap::Parser as _;
use tokio::{runtime, task::LocalSet};

fn main() -> ExitCode {
    let command = cli::Cli::parse().command;
    let runtime = match runtime::Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return fail(&error),
    };
    let outcome = LocalSet::new().block_on(&runtime, scenario::run(command));
    match outcome.map(|report| serde_json::to_string(&report)) {
        Ok(Ok(line)) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Ok(Err(error)) => fail(&error),
        Err(error) => fail(&error),
    }
}

fn fail(error: &dyn std::error::Error) -> ExitCode {
    eprintln!("error: {error}");
    ExitCode::FAILURE
}
