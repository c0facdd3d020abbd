//! What clients send, through the public interface.

#![expect(clippy::unwrap_used, reason = "a failed step is a failed test")]

mod messages;
