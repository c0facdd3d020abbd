//! The desk over a real store: who gets which conversation, who may speak in it, and what readers are told.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod addressing;
mod amending;
mod answering;
mod assignment;
mod cards;
mod care;
mod channels;
mod closing;
mod feeds;
mod helping;
mod ingress;
mod interleavings;
mod inviting;
mod languages;
mod leaving;
mod moderating;
mod nodes;
mod notice_board;
mod office;
mod polling;
mod queue;
mod rating;
mod reading;
mod retention;
mod robots;
mod searching;
mod services;
mod streams;
mod supervising;
mod threads;
mod transfers;
