//! What consumers have room for, of what waits here and of what other nodes may have as well.

use super::{Consumer, ConsumerId, QueueState};
use crate::{publication::Publication, queues::message::Message};

/// Takes room for a message from the first of the consumers that wants it; whether one does.
fn take_room<E>(rooms: &mut [(&Consumer<E>, usize)], publication: &Publication) -> bool {
    let wants = |(consumer, room): &&mut (&Consumer<E>, usize)| *room > 0 && consumer.wants.accepts(publication);
    rooms.iter_mut().find(wants).map(|(_, room)| *room -= 1).is_some()
}

impl<E> QueueState<E> {
    /// How many messages more the consumers can take than wait here or have a place kept.
    pub(in crate::queues) fn room(&self) -> usize {
        let all = self.rooms().into_iter().fold(0, |all: usize, (_, room)| all.saturating_add(room));
        all.saturating_sub(self.reserved)
    }

    /// Which consumers have room for how many messages, behind those that wait here.
    fn rooms(&self) -> Vec<(&Consumer<E>, usize)> {
        let open = self.consumers.iter().filter(|consumer| consumer.is_open());
        let mut rooms: Vec<_> = open.map(|consumer| (consumer, consumer.window - consumer.unsettled.len())).collect();
        for message in self.waiting.values() {
            take_room(&mut rooms, &message.publication);
        }
        rooms
    }

    /// Those of what waits elsewhere, the oldest first, for which consumers have room.
    pub(in crate::queues) fn choose_from<T>(
        &self,
        offered: Vec<T>,
        publication: impl Fn(&T) -> &Publication,
    ) -> Vec<T> {
        let mut rooms = self.rooms();
        let chosen = offered.into_iter().filter(|offered| take_room(&mut rooms, publication(offered)));
        chosen.take(self.room()).collect()
    }

    /// Whether a message that is said now can be handed out here before anything that waits elsewhere.
    pub(in crate::queues) fn takes_at_once(&self, publication: &Publication) -> bool {
        if self.beyond.is_behind || self.beyond.entering > 0 || self.room() == 0 {
            return false;
        }
        take_room(&mut self.rooms(), publication)
    }

    /// Sends back what waits here at its home and no consumer has room for; the weights of that.
    pub(in crate::queues) fn give_back(&mut self) -> Vec<usize> {
        let is_taken = |message: &Message| {
            let takes = |consumer: &Consumer<E>| consumer.is_open() && consumer.wants.accepts(&message.publication);
            message.home.is_none() || self.consumers.iter().any(takes)
        };
        let surplus: Vec<u64> =
            self.waiting.iter().filter(|(_, message)| !is_taken(message)).map(|(number, _)| *number).collect();
        let mut weights = Vec::with_capacity(surplus.len());
        for number in surplus {
            let Some(message) = self.take(number) else { continue };
            self.messages -= 1;
            self.bytes -= message.weight;
            weights.push(message.weight);
            self.beyond.returning.extend(message.returned());
            self.beyond.is_behind = true;
        }
        weights
    }

    /// Lets go of what has another home than `home`: others have it. Returns where those are who had some of it.
    pub(in crate::queues) fn abandon_but(&mut self, home: &str) -> Vec<(ConsumerId, &E)> {
        let is_lost = |message: &Message| message.home.as_deref().is_some_and(|at| at != home);
        let waiting: Vec<_> =
            self.waiting.iter().filter(|(_, message)| is_lost(message)).map(|(number, _)| *number).collect();
        let mut lost: Vec<Message> = waiting.into_iter().filter_map(|number| self.take(number)).collect();
        let mut had = Vec::new();
        for consumer in &mut self.consumers {
            let before = lost.len();
            lost.extend(consumer.unsettled.extract_if(.., |_, message| is_lost(message)).map(|(_, message)| message));
            if lost.len() > before {
                had.push(consumer.id);
            }
        }
        for message in lost {
            self.messages -= 1;
            self.bytes -= message.weight;
        }
        self.beyond.returning.retain(|(at, _)| **at == *home);
        let consumers = self.consumers.iter().filter(|consumer| had.contains(&consumer.id));
        consumers.map(|consumer| (consumer.id, &consumer.endpoint)).collect()
    }
}
