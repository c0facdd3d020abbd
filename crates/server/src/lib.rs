//! The Deskwire server as a library; the binary only calls [`cli::run`].
//!
//! [`cli`] reads the command line, [`config`] the configuration, [`data_folder`] holds the data. [`listener`] brings
//! connections to the routes of [`http`], some of which become a [`connection`] that speaks STOMP or MQTT. All of them
//! ask the [`gateway`] who may do what; [`auth`] says who is there. [`sockjs`] brings the same where there are no
//! WebSockets. [`files`] takes files and gives them to who may read them. [`shutdown`] ends it all; [`telemetry`] tells how it goes. [`webhooks`] tells other servers of it.
//! `cluster` makes the server one of several nodes.
//! [`address`] says who counts as one client,
//! [`conformance`] is for test suites only.

mod address;
pub mod auth;
pub mod cli;
mod cluster;
pub mod config;
mod conformance;
pub mod connection;
pub mod data_folder;
pub mod files;
mod first_start;
pub mod gateway;
pub mod http;
pub mod listener;
mod ops;
pub mod shutdown;
pub mod sockjs;
pub mod telemetry;
pub mod webhooks;
