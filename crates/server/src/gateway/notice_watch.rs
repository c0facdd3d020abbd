//! The notice board hears who is connected, and who listens to its notices.

use deskwire_desk::NoticeBoard;
use deskwire_model::{Destination, Principal, Topic, TopicFilter};

use super::{SessionEvent, SessionListener, SessionView};
use crate::telemetry::metrics::Protocol;

/// Where a session of STOMP listens to the notices of its user, behind `/user/` (seed 004).
const NOTICES: &str = "topic/all";

/// Tells the notice board of sessions.
#[derive(Debug)]
pub struct NoticeWatch {
    board: NoticeBoard,
}

impl NoticeWatch {
    /// Tells `board`.
    #[must_use]
    pub const fn of(board: NoticeBoard) -> Self {
        Self { board }
    }
}

impl SessionListener for NoticeWatch {
    fn on_event(&self, session: &SessionView<'_>, event: SessionEvent<'_>) {
        match (event, session.id) {
            (SessionEvent::Connected, _) => self.board.connected(session.principal),
            (SessionEvent::Disconnected, Some(id)) => self.board.disconnected(id, session.principal),
            (SessionEvent::Subscribed(spelled), Some(id)) if listens(session.protocol, session.principal, spelled) => {
                self.board.listen(id, session.principal);
            }
            // Who still has a connection may be told of notices that it does not listen to any more: nobody hears it.
            _ => {}
        }
    }
}

/// Whether what a client of `principal` subscribed to, as it spelled it, brings its notices.
fn listens(protocol: Protocol, principal: &Principal, spelled: &str) -> bool {
    let topic = NoticeBoard::topic(&principal.uid);
    // Frames are confined to their topic.
    let brings = |filter: &TopicFilter| filter.as_str() == topic.as_str();
    match protocol {
        Protocol::Mqtt => TopicFilter::new(spelled).is_ok_and(|filter| brings(&filter)),
        Protocol::Stomp | Protocol::SockJs | Protocol::Http => match Destination::parse(spelled) {
            Ok(Destination::Own(place)) => is_notices(&place),
            Ok(Destination::Topic(filter)) => brings(&filter),
            _ => false,
        },
    }
}

/// Whether a place of a session, behind `/user/`, is where it listens to the notices of its user.
#[must_use]
pub fn is_notices(place: &Topic) -> bool {
    place.as_str() == NOTICES
}

#[cfg(test)]
mod tests {
    use deskwire_model::{Role, Uid};

    use super::*;

    #[test]
    fn a_feed_has_a_name_on_each_protocol() {
        let uid = |text| Uid::new(text).unwrap();
        let ann = Principal { org: uid("acme"), uid: uid("ann"), role: Role::Agent };
        for (protocol, spelled, expected) in [
            (Protocol::Stomp, "/user/topic/all", true),
            (Protocol::SockJs, "/user/topic/all", true),
            (Protocol::Stomp, "/topic/user.ann.notices", true),
            (Protocol::Stomp, "/topic/user/ann/#", false),
            (Protocol::Stomp, "/topic/user/bob/notices", false),
            (Protocol::Stomp, "/user/topic/all/x", false),
            (Protocol::Stomp, "/topic/all", false),
            (Protocol::Stomp, "nonsense", false),
            (Protocol::Mqtt, "user/ann/notices", true),
            (Protocol::Mqtt, "user/ann/+", false),
            (Protocol::Mqtt, "user/ann", false),
            (Protocol::Mqtt, "/user/topic/all", false),
            (Protocol::Mqtt, "user/+/notices/#x", false),
        ] {
            assert_eq!(listens(protocol, &ann, spelled), expected, "{protocol:?} {spelled}");
        }
    }
}
