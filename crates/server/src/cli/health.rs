//! `deskwire health`: whether the server of this machine is ready.

use std::{io::Write, process::ExitCode};

use reqwest::StatusCode;

use super::{
    RunningArgs,
    ask_running::{AskError, RunningServer},
    failure,
};

pub(super) fn run(args: RunningArgs) -> ExitCode {
    match readiness(args) {
        Ok((StatusCode::OK, text)) => {
            // Nobody reading does not make it unwell.
            let _unread = std::io::stdout().write_all(text.as_bytes());
            ExitCode::SUCCESS
        }
        Ok((status, _)) => failure(&format!("not ready: /readyz is {status}")),
        Err(error) => failure(&error),
    }
}

fn readiness(args: RunningArgs) -> Result<(StatusCode, String), AskError> {
    RunningServer::find(args.config.path.as_deref(), args.data)?.get("/readyz")
}
