//! `/user/topic/all`: the notices of a user (seed 004).
//!
//! What back ends push to this place of the session and the feed of the user come on one subscription. A page says there
//! too what its user has read.

use deskwire_desk::NoticeBoard;
use deskwire_model::{Role, Topic, dialect};
use deskwire_wire::stomp::event::{Send, Subscribe};

use super::{Stomp, Subscribed};
use crate::gateway::{Refused, unheard};

impl Stomp {
    /// Listens to the notices of the user. The notice board tells how they stand as soon as it hears of it.
    pub(super) fn open_notices(&mut self, subscribe: &Subscribe, place: &Topic) -> Result<(), Refused> {
        self.listen(subscribe, place)?;
        let Some(client) = &self.client else { return Ok(()) };
        if client.identity.principal.role != Role::Service {
            let feed = NoticeBoard::topic(&client.identity.principal.uid);
            self.listen_to((&feed).into(), Subscribed::to(subscribe))?;
        }
        Ok(())
    }

    /// Notes what the user has read. Whatever else a page says here is for nobody: it keeps its connection.
    pub(super) async fn read_notices(&self, send: &Send) -> Result<(), Refused> {
        let Some(client) = &self.client else { return Ok(()) };
        match dialect::parse_reading(send.frame.body()) {
            Ok(which) => drop(self.gateway.notices.read(&client.identity.principal, which).await?),
            Err(_) => unheard(),
        }
        Ok(())
    }
}
