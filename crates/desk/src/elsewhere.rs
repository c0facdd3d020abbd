//! Who of the staff is there on other nodes.

use std::{
    collections::{HashMap, HashSet},
    sync::{PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard},
};

use deskwire_cluster::NodeId;
use deskwire_model::Uid;

/// The staff by node, as each node tells it: when somebody comes or goes, and as a whole now and then.
#[derive(Debug, Default)]
pub(crate) struct Elsewhere {
    by_node: RwLock<HashMap<NodeId, HashSet<Uid>>>,
}

impl Elsewhere {
    fn read(&self) -> RwLockReadGuard<'_, HashMap<NodeId, HashSet<Uid>>> {
        self.by_node.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, HashMap<NodeId, HashSet<Uid>>> {
        self.by_node.write().unwrap_or_else(PoisonError::into_inner)
    }

    /// On how many of them `user` is.
    pub(crate) fn nodes_of(&self, user: &Uid) -> usize {
        self.read().values().filter(|there| there.contains(user)).count()
    }

    /// Those who are on `node` are these alone.
    pub(crate) fn are_on(&self, node: &NodeId, users: impl IntoIterator<Item = Uid>) {
        self.write().insert(node.clone(), users.into_iter().collect());
    }

    /// `user` has come to `node`, or has gone from there.
    pub(crate) fn is_on(&self, node: &NodeId, user: Uid, is_there: bool) {
        let mut by_node = self.write();
        if is_there {
            by_node.entry(node.clone()).or_default().insert(user);
        } else if let Some(there) = by_node.get_mut(node) {
            there.remove(&user);
        }
    }

    /// Nobody is on `node` any more; who was there.
    pub(crate) fn lost(&self, node: &NodeId) -> HashSet<Uid> {
        self.write().remove(node).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_is_on_two_nodes_stays_when_one_is_lost() {
        let elsewhere = Elsewhere::default();
        let [one, two] = [(); 2].map(|()| NodeId::starting("n").unwrap());
        let [ann, bob] = ["ann", "bob"].map(|uid| Uid::new(uid).unwrap());
        elsewhere.are_on(&one, [ann.clone(), bob.clone()]);
        elsewhere.is_on(&two, ann.clone(), true);
        elsewhere.is_on(&one, bob.clone(), false);
        assert_eq!((elsewhere.nodes_of(&ann), elsewhere.nodes_of(&bob)), (2, 0));
        assert_eq!(elsewhere.lost(&one), HashSet::from([ann.clone()]));
        assert_eq!(elsewhere.nodes_of(&ann), 1, "she is on the other too");
        elsewhere.are_on(&two, []);
        assert_eq!(elsewhere.nodes_of(&ann), 0);
    }
}
