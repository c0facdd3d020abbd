//! SockJS over a real listener, from both ends: HTTP requests here, the session's server end there.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod client;
mod nodes;
mod nodes_lost;
mod paths;
mod redis;
mod sending;
mod server;
mod server_end;
mod sessions;
mod transports;
