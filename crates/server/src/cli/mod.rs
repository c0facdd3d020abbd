//! The command line.

mod ask_running;
mod cluster_status;
mod config;
mod greeting;
mod health;
mod migrate_store;
mod serve;
mod upkeep;

use std::{path::PathBuf, process::ExitCode};

use clap::{Args, Parser, Subcommand};

use crate::{config::ListenUrl, gateway::Extensions};

/// Self-hosted real-time customer-service messaging.
#[derive(Debug, Parser)]
#[command(name = "deskwire", version, about)]
struct CommandLine {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the server.
    Serve(ServeArgs),
    /// Look at the configuration without running the server.
    #[command(subcommand)]
    Config(ConfigCommand),
    /// Say whether the server that runs on this machine is ready; the exit code tells.
    Health(RunningArgs),
    /// Look at the cluster that the server of this machine belongs to.
    #[command(subcommand)]
    Cluster(ClusterCommand),
    /// Copy the database from a file to PostgreSQL; the server is stopped meanwhile.
    ///
    /// All of it arrives, compared row by row, or nothing: the exit code tells. The file stays as it is.
    MigrateStore(MigrateStoreArgs),
}

#[derive(Debug, Args)]
struct MigrateStoreArgs {
    /// The file of SQLite, as data/deskwire.db.
    #[arg(long, value_name = "FILE")]
    from: PathBuf,
    /// An empty database, as postgres://user:password@host/database. The environment keeps the password out of sight.
    #[arg(long, value_name = "URL", env = "DESKWIRE__STORE__URL", hide_env_values = true)]
    to: String,
    /// Certificates (PEM) of who vouches for the server.
    #[arg(long, value_name = "FILE", env = "DESKWIRE__STORE__CA_FILE")]
    ca_file: Option<PathBuf>,
}

#[derive(Debug, Args)]
struct ConfigFile {
    /// Configuration file (TOML).
    #[arg(long = "config", value_name = "FILE", env = "DESKWIRE_CONFIG")]
    path: Option<PathBuf>,
}

/// Which of the servers of this machine is meant.
#[derive(Debug, Args)]
struct RunningArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Its data folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

#[derive(Debug, Subcommand)]
enum ClusterCommand {
    /// List the nodes and how they are; fails if one is missing or unwell.
    ///
    /// Asks the server of this machine, in whose data folder is what lets it in: no password is needed.
    Status(ClusterStatusArgs),
}

#[derive(Debug, Args)]
struct ClusterStatusArgs {
    #[command(flatten)]
    running: RunningArgs,
    /// Print JSON for programs.
    #[arg(long)]
    json: bool,
    /// How many nodes there have to be: a server that was started lately does not know whom it misses.
    #[arg(long, value_name = "NODES")]
    expect: Option<usize>,
}

#[derive(Debug, Args)]
struct ServeArgs {
    #[command(flatten)]
    config: ConfigFile,
    /// Data folder.
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
    /// Where to listen, as http://127.0.0.1:9003; may be repeated, and replaces the configured listeners.
    #[arg(long, value_name = "URL")]
    listen: Vec<ListenUrl>,
    /// Serve what the public conformance suites ask for, and let anyone in as guest; only on the loopback address.
    #[arg(long)]
    conformance_services: bool,
}

#[derive(Debug, Subcommand)]
enum ConfigCommand {
    /// Check the configuration; fails with every mistake it finds.
    Check(ConfigFile),
    /// Print the effective configuration with its secrets masked.
    Print(ConfigFile),
}

/// Runs the command that the process was started with. A server has the hooks of `extensions`.
#[must_use]
pub fn run(extensions: Extensions) -> ExitCode {
    match CommandLine::parse().command {
        Command::Serve(args) => serve::run(args, extensions),
        Command::Config(ConfigCommand::Check(file)) => exit_code(config::check(file.path.as_deref())),
        Command::Config(ConfigCommand::Print(file)) => exit_code(config::print(file.path.as_deref())),
        Command::Health(args) => health::run(args),
        Command::Cluster(ClusterCommand::Status(args)) => cluster_status::run(args),
        Command::MigrateStore(args) => exit_code(migrate_store::run(&args)),
    }
}

fn exit_code<E: std::fmt::Display>(outcome: Result<(), E>) -> ExitCode {
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => failure(&error),
    }
}

fn failure(error: &dyn std::fmt::Display) -> ExitCode {
    eprintln!("deskwire: {error}");
    ExitCode::FAILURE
}
