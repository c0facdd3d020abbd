//! What is looked up in the database because the bus may not have told it.

use std::collections::HashMap;

use deskwire_desk::DeskError;
use deskwire_model::{Seq, Topic};

use super::Neighbourhood;

/// Conversations that are asked for at a time.
const PAGE: usize = 1000;

/// How far logs had grown when somebody looked last.
#[derive(Debug, Default)]
pub(super) struct Looked(HashMap<Topic, Seq>);

impl Neighbourhood {
    /// Something may have been lost that came by the bus: everybody reads again what it was about.
    pub(super) async fn catch_up(&mut self, doubted: bool) {
        self.gateway.desk.missed(doubted);
        self.gateway.hub.missed_everything();
        self.gateway.desk.tell_staff();
        if let Err(error) = self.catch_up_with_people().await {
            error.note("what was missed could not be looked up");
        }
    }

    async fn catch_up_with_people(&self) -> Result<(), DeskError> {
        self.gateway.desk.rejoin_staff().await?;
        self.gateway.hear_all_tokens_ended().await?;
        self.gateway.hear_keys_changed().await
    }

    /// Looks what has changed while nothing is heard.
    pub(super) async fn look_around(&mut self) {
        self.gateway.desk.missed(true);
        self.look_at_logs().await;
        if let Err(error) = self.catch_up_with_people().await {
            tracing::debug!(%error, "what users take part in could not be looked up");
        }
    }

    /// Looks which logs have grown, and has their readers read them.
    pub(super) async fn look_at_logs(&mut self) {
        if let Err(error) = self.look_at_heads().await {
            tracing::debug!(%error, "the heads of logs could not be looked up");
        }
    }

    async fn look_at_heads(&mut self) -> Result<(), DeskError> {
        let followed = self.gateway.hub.followed();
        let mut looked = HashMap::with_capacity(followed.len());
        for topics in followed.chunks(PAGE) {
            for (topic, head) in self.gateway.desk.heads(topics).await? {
                // What has grown since it was first followed its reader knows.
                if self.looked.0.get(&topic) != Some(&head) {
                    self.gateway.hub.missed(topic.as_str());
                }
                looked.insert(topic, head);
            }
        }
        self.looked.0 = looked;
        Ok(())
    }
}
