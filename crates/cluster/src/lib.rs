//! The bus between nodes, on Redis. The only Redis in the house.
//!
//! **Redis carries hints, the database holds the truth** (invariant I8). A hint says that something was committed, moved or
//! changed. It may be lost: that costs time, never a message, because losses are *told* ([`Heard::Missed`]) and whoever is
//! told looks into the database.
//!
//! ```text
//! publish ─▶ outgoing ─ batches ─▶ Redis ─ push ─▶ Shared::heard ─┬▶ inbox ─▶ next
//!            bounded              pub/sub                         ├▶ peers (beacons)
//! listen ──▶ interest ─ steps ───▶                                └▶ asks (answers)
//! ```
//!
//! - [`bus`] is what others use; [`inbox`] what they hear.
//! - [`channel`] says where a [`hint`] is published; the codec what it is as bytes.
//! - [`interest`] knows which channels are listened to, the peers by their beacons who is there.
//! - [`asks`] are questions to one other node.
//! - [`registry`] is who is connected where, as leases; [`claims`] which node has what only one may have.
//! - The link has the connections. It alone, the registry and the claims speak to Redis; the rest is memory and can be tested without.
//!
//! What is told, and how it is known:
//!
//! | loss | known by | told |
//! |---|---|---|
//! | our connection was cut, or Redis stood still | an error or no answer to PING in time | `Missed::Everything` when all channels are listened to again |
//! | our inbox was full | itself | `Missed::Everything`, once |
//! | another node could not publish | the count in its beacons | `Missed::From` |
//! | another node and we were on different sides of Redis | a gap in its beacons, or a first beacon that is late | `Missed::From` |
//! | our two connections lead to different Redis | our own beacons do not come back | as if cut |

pub mod asks;
pub mod bus;
pub mod channel;
pub mod claims;
mod codec;
mod figures;
pub mod hint;
pub mod inbox;
pub mod interest;
mod link;
pub mod node;
pub mod options;
mod outgoing;
pub mod peers;
pub mod registry;
mod shared;

pub use asks::{Answering, AskError};
pub use bus::Bus;
pub use channel::{Channel, LIVE_SHARDS, LiveShard};
pub use claims::{Claim, Claimed, Claims};
pub use hint::{Decided, Hint, Relayed, Said};
pub use inbox::{Asked, Heard, Inbox, Missed};
pub use interest::{Listened, Listening};
pub use node::{InvalidNodeName, NodeId};
pub use options::{OptionsError, RedisOptions};
pub use peers::Peer;
pub use registry::{EnterError, Online, Registry, Unreachable};
