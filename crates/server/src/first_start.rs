//! The demo organisation of a new data folder.

use deskwire_desk::{ChannelService, ChannelSettings, ServiceKind, Wording};
use deskwire_model::{AgentProfile, AgentStatus, InvalidUid, Profile, Role, Uid};
use deskwire_store::{Store, StoreError, StoredChannel};

use crate::{
    auth::password::{PasswordError, Passwords},
    connection::timestamp,
    http::api::random_secret,
};

/// Environment variable that sets the password of the demo agent, at any start.
const PASSWORD_VARIABLE: &str = "DESKWIRE_AGENT_PASSWORD";
/// Environment variable that makes the administrator of the demo organisation, or sets its password, at any start.
const ADMIN_PASSWORD_VARIABLE: &str = "DESKWIRE_ADMIN_PASSWORD";
/// The administrator's user name, and its uid.
const ADMIN_USERNAME: &str = "admin";
const ADMIN: &str = "df_admin_uid";
/// The demo agent's user name.
pub(crate) const USERNAME: &str = "agent";
/// Random bytes of a generated password.
const PASSWORD_BYTES: usize = 12;

/// Bytedesk's default uids (`spec/bytedesk.md` §2.6).
const ORGANISATION: &str = "df_org_uid";
const AGENT: &str = "df_ag_uid";
const WORKGROUP: &str = "df_wg_uid";
/// The channel of the demo shop.
const CHANNEL: &str = "demo";

/// Why the demo organisation cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FirstStartError {
    /// The store does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password cannot be used.
    #[error("the password of the demo agent: {0}")]
    Password(#[from] PasswordError),
    /// No random numbers.
    #[error("no random numbers for a password or a secret: {0}")]
    Random(getrandom::Error),
    /// The settings of the demo channel cannot be written.
    #[error(transparent)]
    Settings(#[from] serde_json::Error),
    /// A default uid is none.
    #[error(transparent)]
    Uid(#[from] InvalidUid),
}

/// The organisation that service accounts and the demo belong to.
pub(crate) fn organisation() -> Result<Uid, InvalidUid> {
    Uid::new(ORGANISATION)
}

/// Makes what is missing of the demo organisation; returns the password that was generated, to be shown once. An agent
/// that is there already only gets a new password if the environment asks for one: the way back in for who lost it.
pub(crate) async fn prepare(
    store: &Store,
    passwords: &Passwords,
    capacity: u32,
) -> Result<Option<String>, FirstStartError> {
    let chosen = std::env::var(PASSWORD_VARIABLE).ok().filter(|password| !password.is_empty());
    let (org, agent, workgroup) = (organisation()?, Uid::new(AGENT)?, Uid::new(WORKGROUP)?);
    if !store.organisation_exists(&org).await? {
        store.create_organisation(&org, "Deskwire Demo").await?;
    }
    let mut generated = None;
    if store.agent(&agent).await?.is_some() {
        if let Some(password) = chosen {
            store.set_agent_password(&agent, &passwords.hash(password).await?).await?;
        }
    } else {
        let password = match chosen {
            Some(password) => password,
            None => generated.insert(random_password()?).clone(),
        };
        let profile = AgentProfile {
            uid: agent.clone(),
            org: org.clone(),
            username: USERNAME.to_owned(),
            profile: Profile { nickname: "客服小D".to_owned(), avatar: String::new() },
            status: AgentStatus::Available,
            capacity,
            role: Role::Agent,
        };
        store.create_agent(&profile, &passwords.hash(password).await?).await?;
    }
    if let Some(password) = std::env::var(ADMIN_PASSWORD_VARIABLE).ok().filter(|password| !password.is_empty()) {
        admit_administrator(store, &org, &passwords.hash(password).await?, capacity).await?;
    }
    if store.workgroup(&workgroup).await?.is_none() {
        store.create_workgroup(&workgroup, &org, "Demo", &[agent]).await?;
    }
    match store.create_channel(&demo_channel(org, workgroup)?, 1).await {
        // It has one, perhaps another than this.
        Ok(()) | Err(StoreError::Full | StoreError::Exists) => Ok(generated),
        Err(error) => Err(error.into()),
    }
}

/// The channel of the demo shop, which leads to the demo workgroup.
fn demo_channel(org: Uid, workgroup: Uid) -> Result<StoredChannel, FirstStartError> {
    let both = |chinese: &str, english: &str| Wording { chinese: chinese.to_owned(), english: english.to_owned() };
    let service = ChannelService {
        kind: ServiceKind::Workgroup,
        uid: workgroup,
        name: both("在线客服", "Customer service"),
        description: Wording::default(),
    };
    let settings = ChannelSettings {
        services: vec![service],
        title: both("玉石茶具", "Jade & Stone"),
        ..ChannelSettings::default()
    };
    let now = timestamp();
    Ok(StoredChannel {
        uid: Uid::new(CHANNEL)?,
        org,
        name: "Demo".to_owned(),
        settings: serde_json::to_string(&settings)?,
        secret: random_secret().map_err(FirstStartError::Random)?,
        created_at: now,
        updated_at: now,
    })
}

/// Makes the administrator, or sets its password.
async fn admit_administrator(
    store: &Store,
    org: &Uid,
    password_hash: &str,
    capacity: u32,
) -> Result<(), FirstStartError> {
    let uid = Uid::new(ADMIN)?;
    if store.agent(&uid).await?.is_some() {
        return Ok(store.set_agent_password(&uid, password_hash).await?);
    }
    let administrator = AgentProfile {
        uid,
        org: org.clone(),
        username: ADMIN_USERNAME.to_owned(),
        profile: Profile { nickname: "管理员".to_owned(), avatar: String::new() },
        status: AgentStatus::Offline,
        capacity,
        role: Role::Admin,
    };
    Ok(store.create_agent(&administrator, password_hash).await?)
}

fn random_password() -> Result<String, FirstStartError> {
    use base64::Engine as _;
    let mut bytes = [0; PASSWORD_BYTES];
    getrandom::fill(&mut bytes).map_err(FirstStartError::Random)?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
