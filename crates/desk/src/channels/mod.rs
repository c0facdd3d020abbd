//! Channels: what a shop puts on its pages to have its visitors come here, and what administrators do with them.
//!
//! [`settings`] is how a channel is set up, [`domains`] which pages may show it, [`shown`] what its visitors see of it.

mod domains;
mod settings;
mod shown;

use std::sync::Arc;

use deskwire_model::{Principal, Role, ThreadType, Timestamp, Uid};
use deskwire_store::{ChannelSecret, Customer, StoreError, StoredChannel, Visitor, VisitorTold};
use serde_json::Value;

pub use self::{
    domains::Framing,
    settings::{ChannelService, ChannelSettings, IdentityRule, ServiceKind, Side},
    shown::{ShownChannel, ShownFaq, ShownService},
};
use crate::{Desk, DeskError, nodes::Word, visitor_info};

/// Longest uid: it stands in addresses and in what visitors' clients tell, in bytes.
const MAX_UID: usize = 64;
/// Longest name, in bytes.
const MAX_NAME: usize = 128;

/// A channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Channel {
    /// Its uid, which stands on the shop's pages.
    pub uid: Uid,
    /// The organisation it belongs to.
    pub org: Uid,
    /// What its administrators call it.
    pub name: String,
    /// How it is set up.
    pub settings: ChannelSettings,
    /// What proves who its visitors are.
    pub secret: ChannelSecret,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it was last changed.
    pub updated_at: Timestamp,
}

/// A channel that is to be made.
#[derive(Clone, Debug)]
pub struct NewChannel {
    /// Its uid: letters, digits, `-` and `_`.
    pub uid: Uid,
    /// What its administrators call it.
    pub name: String,
    /// The settings that are not as they are without being set.
    pub settings: Value,
    /// What will prove who its visitors are.
    pub secret: ChannelSecret,
    /// When it is made.
    pub created_at: Timestamp,
}

impl From<StoredChannel> for Channel {
    fn from(stored: StoredChannel) -> Self {
        let StoredChannel { uid, org, name, settings, secret, created_at, updated_at } = stored;
        let settings = serde_json::from_str(&settings).unwrap_or_else(|error| {
            tracing::error!(channel = %uid, %error, "settings cannot be read, the defaults apply");
            ChannelSettings::default()
        });
        Self { uid, org, name, settings, secret, created_at, updated_at }
    }
}

fn administers(by: &Principal) -> Result<(), DeskError> {
    if by.role == Role::Admin { Ok(()) } else { Err(DeskError::NotAllowed) }
}

fn checked_uid(uid: &Uid) -> Result<(), DeskError> {
    let text = uid.as_str();
    let is_plain = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
    if is_plain && text.len() <= MAX_UID {
        return Ok(());
    }
    Err(DeskError::Settings(format!("the uid of a channel has at most {MAX_UID} letters, digits, - and _")))
}

fn checked_name(name: &str) -> Result<(), DeskError> {
    if !name.trim().is_empty() && name.len() <= MAX_NAME {
        return Ok(());
    }
    Err(DeskError::Settings(format!("the name of a channel has 1 to {MAX_NAME} bytes")))
}

/// What administrators do.
impl Desk {
    /// The channels of the administrator's organisation, the oldest first.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for others than administrators, [`DeskError::Store`].
    pub async fn channels(&self, by: &Principal) -> Result<Vec<Channel>, DeskError> {
        administers(by)?;
        Ok(self.store.channels(&by.org).await?.into_iter().map(Channel::from).collect())
    }

    /// The channel called `uid` of the administrator's organisation.
    ///
    /// # Errors
    /// As [`Self::channels`], and [`DeskError::UnknownChannel`].
    pub async fn own_channel(&self, by: &Principal, uid: &Uid) -> Result<Channel, DeskError> {
        administers(by)?;
        let found = self.store.channel(uid).await?.filter(|found| found.org == by.org);
        found.map(Channel::from).ok_or(DeskError::UnknownChannel)
    }

    /// Makes a channel of the administrator's organisation, which has at most `limit`.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`], [`DeskError::Settings`] when they are not acceptable, [`DeskError::UnknownService`] for
    /// who cannot be asked, [`DeskError::Taken`], [`DeskError::TooMany`], [`DeskError::Store`].
    pub async fn create_channel(&self, by: &Principal, new: NewChannel, limit: usize) -> Result<Channel, DeskError> {
        administers(by)?;
        let NewChannel { uid, name, settings, secret, created_at } = new;
        checked_uid(&uid)?;
        checked_name(&name)?;
        let settings = self.checked_channel(&by.org, ChannelSettings::default().with(&settings)?).await?;
        let stored = StoredChannel {
            uid: uid.clone(),
            org: by.org.clone(),
            name,
            settings: settings.to_json()?,
            secret,
            created_at,
            updated_at: created_at,
        };
        match self.store.create_channel(&stored, limit).await {
            Ok(()) => self.own_channel(by, &uid).await,
            Err(StoreError::Full) => Err(DeskError::TooMany("channels")),
            Err(StoreError::Exists) => Err(DeskError::Taken),
            Err(error) => Err(error.into()),
        }
    }

    /// Changes the name of a channel, and those settings that `changes` names; the channel as it is then.
    ///
    /// # Errors
    /// As [`Self::own_channel`] and [`Self::create_channel`].
    pub async fn change_channel(
        &self,
        by: &Principal,
        uid: &Uid,
        (name, changes): (Option<String>, &Value),
        now: Timestamp,
    ) -> Result<Channel, DeskError> {
        let known = self.own_channel(by, uid).await?;
        let name = name.unwrap_or(known.name);
        checked_name(&name)?;
        let settings = self.checked_channel(&by.org, known.settings.with(changes)?).await?;
        self.store.change_channel(uid, &name, &settings.to_json()?, now).await?;
        self.forget_channel(uid);
        self.own_channel(by, uid).await
    }

    /// Gives a channel another secret: what its shop has signed with the one before proves nothing any more.
    ///
    /// # Errors
    /// As [`Self::own_channel`].
    pub async fn renew_channel_secret(
        &self,
        by: &Principal,
        uid: &Uid,
        secret: &ChannelSecret,
        now: Timestamp,
    ) -> Result<Channel, DeskError> {
        self.own_channel(by, uid).await?;
        self.store.set_channel_secret(uid, secret, now).await?;
        self.forget_channel(uid);
        self.own_channel(by, uid).await
    }

    /// Forgets a channel; visitors and conversations that came by it stay.
    ///
    /// # Errors
    /// As [`Self::own_channel`].
    pub async fn drop_channel(&self, by: &Principal, uid: &Uid) -> Result<(), DeskError> {
        self.own_channel(by, uid).await?;
        self.store.drop_channel(uid).await?;
        self.forget_channel(uid);
        Ok(())
    }

    /// Checks the settings of a channel of `org`, with its domains as they are kept.
    async fn checked_channel(&self, org: &Uid, settings: ChannelSettings) -> Result<ChannelSettings, DeskError> {
        let settings = settings.checked()?;
        for service in &settings.services {
            let known = self.is_service(service.kind.into(), &service.uid, org).await?;
            known.then_some(()).ok_or(DeskError::UnknownService)?;
        }
        Ok(settings)
    }
}

/// What visitors come by.
impl Desk {
    /// The channel that a visitor's client calls `name`, if there is one.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn channel(&self, name: &str) -> Result<Option<Arc<Channel>>, DeskError> {
        let Ok(uid) = Uid::new(name) else { return Ok(None) };
        if let Some(channel) = self.directory.channels.get(&uid) {
            return Ok(Some(channel));
        }
        let mark = self.directory.channels.mark();
        let Some(stored) = self.store.channel(&uid).await? else { return Ok(None) };
        let channel = Arc::new(Channel::from(stored));
        self.directory.channels.learn(mark, &uid, Arc::clone(&channel));
        Ok(Some(channel))
    }

    fn forget_channel(&self, uid: &Uid) {
        self.directory.channels.forget(uid);
        self.tell_nodes(&Word::Channel(uid.clone()));
    }

    /// Enters what the client of a proven customer tells: of the visitor that this customer has been before, or of
    /// `visitor`, who is this customer from now on.
    ///
    /// # Errors
    /// As [`Self::introduce`]; [`DeskError::Taken`] when `visitor` is another customer, [`DeskError::UnknownChannel`].
    pub async fn introduce_customer(
        &self,
        visitor: &Visitor,
        told: VisitorTold,
        customer: &Customer,
        now: Timestamp,
    ) -> Result<Visitor, DeskError> {
        let told = visitor_info::bounded(told)?;
        match self.store.introduce_customer(visitor, told, customer, now).await {
            Err(StoreError::Missing) => Err(DeskError::UnknownChannel),
            Err(StoreError::Exists) => Err(DeskError::Taken),
            introduced => Ok(introduced?),
        }
    }

    /// The visitor of `org` called `uid` whose uid alone says who it is: one that has been proven to be a customer is to
    /// be proven each time.
    ///
    /// # Errors
    /// [`DeskError::Store`].
    pub async fn anonymous_visitor(&self, uid: &Uid, org: &Uid) -> Result<Option<Visitor>, DeskError> {
        let known = self.store.visitor(uid).await?.filter(|visitor| visitor.org == *org);
        if known.is_some() && self.store.is_customer(uid).await? { Ok(None) } else { Ok(known) }
    }
}

impl From<ServiceKind> for ThreadType {
    fn from(kind: ServiceKind) -> Self {
        match kind {
            ServiceKind::Agent => Self::Agent,
            ServiceKind::Workgroup => Self::Workgroup,
        }
    }
}
