//! Who blocks whom, and for how long.

use std::{net::IpAddr, sync::Arc};

use deskwire_broker::Announce;
use deskwire_model::{Conversation, MessageType, MessageUid, Principal, Role, Timestamp, Uid, dialect};
use deskwire_store::{Block, BlockFilter, Entered, Write, Written};
use serde_json::json;

use crate::{Desk, DeskError, access::speaks, ingress::Speaker};

/// Longest reason, in bytes.
const MAX_REASON: usize = 512;
/// Conversations of an agent with one visitor that are looked at.
const BETWEEN_TWO: usize = 1;

/// A visitor who is not to be heard.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlockRequest {
    /// The uid of the block: the same uid blocks once.
    pub uid: Uid,
    /// The visitor.
    pub visitor: Uid,
    /// The address whose visitors are not to be heard either.
    pub address: Option<BlockedAddress>,
    /// Why.
    pub reason: String,
    /// From when on; none for from now on.
    pub starts_at: Option<Timestamp>,
    /// Until when; none for ever.
    pub ends_at: Option<Timestamp>,
    /// The topic of the conversation that it is done in; none for the open one with the newest message.
    pub topic: Option<String>,
}

/// An address that is to be blocked with a visitor.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BlockedAddress {
    /// Where the visitor was seen last.
    Last,
    /// This one; it stands for its network.
    Named(IpAddr),
}

/// What the notes of a conversation say of a block.
#[derive(Clone, Copy)]
enum Told {
    Blocked,
    Lifted,
}

impl Desk {
    /// Blocks a visitor: what it says is refused from then on, also on connections that are open. Agents block visitors of
    /// conversations in which they speak, supervisors all of their organisation. The notes of the conversation tell it, so
    /// that the desk knows and the visitor is not shouted at.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::UnknownVisitor`]; [`DeskError::Settings`] when the request makes no sense,
    /// [`DeskError::Taken`] when another block has this uid, [`DeskError::TooMany`]; [`DeskError::Commit`],
    /// [`DeskError::Store`].
    pub async fn block_visitor(
        &self,
        by: &Principal,
        request: BlockRequest,
        now: Timestamp,
    ) -> Result<Block, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let visitor = self.visitor(&request.visitor).await?;
        if visitor.org != by.org {
            return Err(DeskError::UnknownVisitor);
        }
        let conversation = self.where_blocked(by, &request).await?;
        let address = match request.address {
            None => None,
            Some(BlockedAddress::Named(address)) => Some(address),
            Some(BlockedAddress::Last) => {
                let unknown = || DeskError::Settings("nobody knows where the visitor is: name the address".to_owned());
                Some(self.moderation.addresses.get(&request.visitor).ok_or_else(unknown)?)
            }
        };
        let (starts_at, ends_at) = (request.starts_at.unwrap_or(now), request.ends_at.unwrap_or(Block::NEVER));
        if ends_at <= starts_at || ends_at <= now {
            return Err(DeskError::Settings("it would be over before it begins".to_owned()));
        }
        if request.reason.len() > MAX_REASON {
            return Err(DeskError::Settings(format!("a reason has at most {MAX_REASON} bytes")));
        }
        let block = Block {
            uid: request.uid,
            org: by.org.clone(),
            visitor: visitor.uid,
            nickname: visitor.profile.nickname,
            avatar: visitor.profile.avatar,
            address: address.map(|address| address.to_string().into()),
            reason: request.reason,
            topic: conversation.as_ref().map(|conversation| conversation.topic.to_string()).unwrap_or_default(),
            starts_at,
            ends_at,
            created_by: by.uid.clone(),
            created_at: now,
            lifted: None,
        };
        match self.enter_block(&block).await? {
            Entered::New => {}
            Entered::Full => return Err(Self::too_many("blocks")),
            Entered::Known => {
                let first = self.store.block(&by.org, &block.uid).await?;
                return first.filter(|first| first.visitor == block.visitor).ok_or(DeskError::Taken);
            }
        }
        if let Some(conversation) = conversation {
            self.note_block(by, &conversation, &block, Told::Blocked).await?;
        }
        Ok(block)
    }

    /// Ends a block before its time. Agents end those that they made, supervisors all of their organisation.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::UnknownBlock`]; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn lift_block(&self, by: &Principal, uid: &Uid, now: Timestamp) -> Result<Block, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let block = self.store.block(&by.org, uid).await?;
        let block = block.filter(|block| may_see(by, block)).ok_or(DeskError::UnknownBlock)?;
        self.lift(by, std::slice::from_ref(&block), now).await?;
        self.store.block(&by.org, uid).await?.ok_or(DeskError::UnknownBlock)
    }

    /// Ends all blocks of a visitor that `by` may end; how many there were.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`]; [`DeskError::Commit`], [`DeskError::Store`].
    pub async fn unblock_visitor(&self, by: &Principal, visitor: &Uid, now: Timestamp) -> Result<usize, DeskError> {
        let filter = BlockFilter { visitor: Some(visitor.clone()), not_over: Some(now), ..own_blocks(by)? };
        let blocks = self.store.blocks(&by.org, &filter, 0, self.config.moderation.blocks).await?;
        self.lift(by, &blocks, now).await
    }

    /// The blocks that `by` may see, the newest first, in pages of `size` numbered from 0, and how many there are: an agent
    /// those that it made, a supervisor all; perhaps of one visitor, and only those that are not over at a time.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::Store`].
    pub async fn blocks(
        &self,
        by: &Principal,
        (visitor, not_over): (Option<Uid>, Option<Timestamp>),
        (page, size): (u32, u32),
    ) -> Result<(Vec<Block>, u64), DeskError> {
        let filter = BlockFilter { visitor, not_over, ..own_blocks(by)? };
        let skip = u64::from(page) * u64::from(size);
        let blocks = self.store.blocks(&by.org, &filter, skip, size as usize).await?;
        Ok((blocks, self.store.count_blocks(&by.org, &filter).await?))
    }

    /// Whether a visitor of the organisation is blocked, by name or by where it was seen last.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::Store`].
    pub async fn is_blocked(&self, by: &Principal, visitor: &Uid, now: Timestamp) -> Result<bool, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        let address = self.moderation.addresses.get(visitor);
        Ok(self.blacklist(&by.org).await?.holds(visitor, address, now))
    }

    /// The conversation in which `by` blocks, if there is one; agents need one of theirs.
    async fn where_blocked(
        &self,
        by: &Principal,
        request: &BlockRequest,
    ) -> Result<Option<Arc<Conversation>>, DeskError> {
        let found = match &request.topic {
            Some(topic) => Some(self.own_conversation(by, topic).await?),
            None => {
                let found = if by.role.supervises() {
                    self.store.conversations_of(&request.visitor, BETWEEN_TWO).await?
                } else {
                    self.store.conversations_between(&by.uid, &request.visitor, BETWEEN_TWO).await?
                };
                found.into_iter().next().map(|found| self.remember(found))
            }
        };
        let is_its = |found: &Arc<Conversation>| found.visitor == request.visitor && found.notes_of.is_none();
        if request.topic.is_some() && !found.as_ref().is_some_and(is_its) {
            return Err(DeskError::NotYours);
        }
        let found = found.filter(|found| is_its(found) && (by.role != Role::Agent || speaks(by, found)));
        if by.role == Role::Agent && found.is_none() { Err(DeskError::NotAllowed) } else { Ok(found) }
    }

    async fn enter_block(&self, block: &Block) -> Result<Entered, DeskError> {
        let _changing = self.moderation.changing.lock().await;
        let entered = self.store.enter_block(block, self.config.moderation.blocks).await?;
        if entered == Entered::New {
            self.blacklist_changed(&block.org).await?;
        }
        Ok(entered)
    }

    async fn lift(&self, by: &Principal, blocks: &[Block], now: Timestamp) -> Result<usize, DeskError> {
        let over = |block: &&Block| block.lifted.is_none() && block.ends_at > now;
        let current: Vec<&Block> = blocks.iter().filter(over).collect();
        let uids: Vec<Uid> = current.iter().map(|block| block.uid.clone()).collect();
        let lifted = {
            let _changing = self.moderation.changing.lock().await;
            let lifted = self.store.lift_blocks(&by.org, &uids, (&by.uid, now)).await?;
            self.blacklist_changed(&by.org).await?;
            lifted
        };
        for block in current.into_iter().filter(|block| !block.topic.is_empty()) {
            // Whoever ends it may have lost the conversation meanwhile; the list says who did.
            if let Ok(conversation) = self.own_conversation(by, &block.topic).await {
                self.note_block(by, &conversation, block, Told::Lifted).await?;
            }
        }
        Ok(lifted)
    }

    /// Writes into the notes of a conversation what has become of its visitor.
    async fn note_block(
        &self,
        by: &Principal,
        conversation: &Conversation,
        block: &Block,
        told: Told,
    ) -> Result<(), DeskError> {
        let notes = self.own_conversation(by, conversation.notes_topic().as_str()).await?;
        let (name, words) = match told {
            Told::Blocked => ("BLOCKED", "已将访客加入黑名单"),
            Told::Lifted => ("UNBLOCKED", "已将访客移出黑名单"),
        };
        let content = match block.reason.as_str() {
            reason if !reason.is_empty() && matches!(told, Told::Blocked) => format!("{words}：{reason}"),
            _ => words.to_owned(),
        };
        let event = json!({
            "name": name,
            "by": by.uid.as_str(),
            "visitor": block.visitor.as_str(),
            "reason": block.reason,
            "endTime": (block.ends_at != Block::NEVER).then_some(block.ends_at.0),
        });
        let uid = MessageUid::random();
        let draft = dialect::compose(uid, MessageType::of("SYSTEM"), content);
        let draft = dialect::with_extra(draft, json!({ "orgUid": by.org.as_str(), "event": event }));
        let profile = self.profile(by, &notes).await?;
        let entry = Speaker { principal: by, profile: &profile, conversation: &notes }.entry(&draft, None);
        match self.log.commit(Write::Append(entry), Announce::Entry(notes.topic.clone())).await? {
            Written::Refused(refusal) => Err(refusal.into()),
            _ => Ok(()),
        }
    }
}

/// Whether `by` may see and end a block.
fn may_see(by: &Principal, block: &Block) -> bool {
    by.role.supervises() || block.created_by == by.uid
}

/// The blocks that `by` may see and end.
fn own_blocks(by: &Principal) -> Result<BlockFilter, DeskError> {
    match by.role {
        Role::Supervisor | Role::Admin => Ok(BlockFilter::default()),
        Role::Agent => Ok(BlockFilter { by: Some(by.uid.clone()), ..BlockFilter::default() }),
        Role::Visitor | Role::Service => Err(DeskError::NotAllowed),
    }
}
