//! Who of an organisation's visitors is not heard, in memory.

use std::{collections::HashMap, net::IpAddr};

use deskwire_model::{Timestamp, Uid};
use deskwire_store::Block;

/// The blocks of an organisation that are not over.
#[derive(Debug, Default)]
pub(crate) struct Blacklist {
    visitors: HashMap<Uid, Vec<Span>>,
    addresses: HashMap<IpAddr, Vec<Span>>,
}

/// From a time on until before another.
type Span = (Timestamp, Timestamp);

impl Blacklist {
    pub(crate) fn new(blocks: Vec<Block>) -> Self {
        let mut list = Self::default();
        for block in blocks.into_iter().filter(|block| block.lifted.is_none()) {
            let span = (block.starts_at, block.ends_at);
            if let Some(address) = block.address.and_then(|address| address.parse().ok()) {
                list.addresses.entry(address).or_default().push(span);
            }
            list.visitors.entry(block.visitor).or_default().push(span);
        }
        list
    }

    /// Whether `visitor`, who was last seen at `address`, is not heard at `now`.
    pub(crate) fn holds(&self, visitor: &Uid, address: Option<IpAddr>, now: Timestamp) -> bool {
        let spans = self.visitors.get(visitor).into_iter().chain(address.and_then(|a| self.addresses.get(&a)));
        spans.flatten().any(|(from, until)| *from <= now && now < *until)
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.visitors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn uid(text: &str) -> Uid {
        Uid::new(text).unwrap()
    }

    fn block(visitor: &str, address: Option<&str>, (from, until): (i64, i64)) -> Block {
        Block {
            uid: Uid::random(),
            org: uid("acme"),
            visitor: uid(visitor),
            nickname: String::new(),
            avatar: String::new(),
            address: address.map(Into::into),
            reason: String::new(),
            topic: String::new(),
            starts_at: Timestamp(from),
            ends_at: Timestamp(until),
            created_by: uid("ann"),
            created_at: Timestamp(0),
            lifted: None,
        }
    }

    #[test]
    fn a_block_holds_for_its_visitor_and_its_address_in_its_time() {
        let lifted = Block { lifted: Some((uid("ann"), Timestamp(1))), ..block("lifted", None, (0, 99)) };
        let list = Blacklist::new(vec![
            block("v", None, (10, 20)),
            block("v", None, (30, 40)),
            block("w", Some("192.0.2.9"), (10, i64::MAX)),
            lifted,
        ]);
        for (visitor, address, now, expected) in [
            ("v", None, 9, false),
            ("v", None, 10, true),
            ("v", None, 19, true),
            ("v", None, 20, false),
            ("v", None, 35, true),
            ("w", None, 11, true),
            ("x", Some("192.0.2.9"), 11, true),
            ("x", Some("192.0.2.9"), 9, false),
            ("x", Some("192.0.2.8"), 11, false),
            ("x", None, 11, false),
            ("lifted", None, 11, false),
        ] {
            let address = address.map(|address| address.parse().unwrap());
            assert_eq!(list.holds(&uid(visitor), address, Timestamp(now)), expected, "{visitor} {address:?} at {now}");
        }
        assert!(Blacklist::new(Vec::new()).is_empty());
    }
}
