//! The desk over a real store: who gets which conversation, who may speak in it, and what readers are told.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod addressing;
mod assignment;
mod feeds;
mod ingress;
mod notices;
mod office;
mod reading;
mod threads;
