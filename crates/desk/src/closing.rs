//! The end of a conversation by hand; `timers` knows the one that comes by itself.

use deskwire_model::{Draft, LogId, Principal, Role};
use deskwire_store::Closer;

use crate::{
    Desk, DeskError,
    access::directs,
    deciding::{Decided, Plan},
    state::Event,
    texts::Text,
};

impl Desk {
    /// Ends a conversation, for its visitor or for whoever directs it at the desk.
    pub(crate) async fn close_conversation(
        &self,
        by: &Principal,
        log: LogId,
        draft: Draft,
    ) -> Result<Decided, DeskError> {
        let closer = if by.role == Role::Visitor { Closer::Visitor } else { Closer::Agent };
        let language = self.language(log).await?;
        self.change(log, |snapshot| {
            let conversation = &snapshot.conversation;
            if closer == Closer::Agent && !directs(by, conversation) {
                return Err(DeskError::NotAllowed);
            }
            let mut draft = draft.clone();
            if draft.content.is_empty() {
                let text = snapshot.settings.agent_closed.as_deref().filter(|_| closer == Closer::Agent);
                text.unwrap_or(Text::Closed.in_language(language)).clone_into(&mut draft.content);
            }
            let plan = Plan::moving(conversation, Event::Close(closer), None)?;
            Ok(snapshot.asking_for_rating(plan.telling(by.clone(), draft, "closed by hand"), language))
        })
        .await
    }
}
