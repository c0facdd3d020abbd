//! Each bound of `[limits]` lowered, breached from outside, and answered as documented, by the real binary that goes on
//! serving everybody else (invariant I7); uploaded files; what waits in queues or is retained, through consumers and servers that go away; who is
//! connected; and what applications around the server refuse.
//!
//! The clients here are a socket and the codec of `deskwire_wire`: they say what they are told to say, right or wrong.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod acknowledgements;
mod bucket;
mod connections;
mod durable;
mod endpoints;
mod http_requests;
mod interceptors;
mod logins;
mod mqtt_client;
mod mqtt_in_flight;
mod mqtt_sessions;
mod order;
mod pace;
mod publishing;
mod questions;
mod queue_names;
mod queues;
mod resuming;
mod retained;
mod server;
mod sessions;
mod silence;
mod sizes;
mod slow_readers;
mod sockjs;
mod stomp_client;
mod subscriptions;
mod topics;
mod transactions;
mod uploads;
mod websocket;
