//! The bus on a real Redis, that dies, stands still, forgets and cuts connections.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod asking;
mod chaos;
mod claims;
mod clusters;
mod hearing;
mod losses;
mod node;
mod online;
mod secure;
mod server;
