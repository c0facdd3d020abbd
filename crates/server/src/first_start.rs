//! The demo organisation of a new data folder.

use deskwire_desk::{ChannelService, ChannelSettings, ServiceKind, Wording};
use deskwire_model::{AgentProfile, AgentStatus, InvalidUid, Profile, Role, Uid};
use deskwire_store::{Store, StoreError, StoredChannel, TokensFrom};

use crate::{
    auth::password::{PasswordError, Passwords},
    connection::timestamp,
    http::api::random_secret,
};

/// Random bytes of a generated password.
const PASSWORD_BYTES: usize = 12;

/// Bytedesk's default uids (`spec/bytedesk.md` §2.6).
const ORGANISATION: &str = "df_org_uid";
const WORKGROUP: &str = "df_wg_uid";
/// The channel of the demo shop.
const CHANNEL: &str = "demo";

/// Somebody whom the demo organisation has from its first start on.
struct Person {
    uid: &'static str,
    username: &'static str,
    nickname: &'static str,
    status: AgentStatus,
    role: Role,
    /// The environment variable that sets the password, at any start: the way back in for who lost it.
    password_variable: &'static str,
}

const AGENT: Person = Person {
    uid: "df_ag_uid",
    username: "agent",
    nickname: "客服小D",
    status: AgentStatus::Available,
    role: Role::Agent,
    password_variable: "DESKWIRE_AGENT_PASSWORD",
};

/// Is there to set things up, not to serve visitors.
const ADMINISTRATOR: Person = Person {
    uid: "df_admin_uid",
    username: "admin",
    nickname: "管理员",
    status: AgentStatus::Offline,
    role: Role::Admin,
    password_variable: "DESKWIRE_ADMIN_PASSWORD",
};

/// A login with the password that was made up for it. Only its hash is stored: this is the one time it can be shown.
pub(crate) struct NewLogin {
    /// The user name.
    pub(crate) username: &'static str,
    /// The generated password.
    pub(crate) password: String,
}

/// Why the demo organisation cannot be made.
#[derive(Debug, thiserror::Error)]
pub(crate) enum FirstStartError {
    /// The store does not take it.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The password cannot be used.
    #[error("a password of the demo organisation: {0}")]
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

/// Makes what is missing of the demo organisation; returns the logins whose passwords were generated.
pub(crate) async fn prepare(
    store: &Store,
    passwords: &Passwords,
    capacity: u32,
) -> Result<Vec<NewLogin>, FirstStartError> {
    let (org, workgroup) = (organisation()?, Uid::new(WORKGROUP)?);
    if !store.organisation_exists(&org).await? {
        store.create_organisation(&org, "Deskwire Demo").await?;
    }
    let mut logins = Vec::new();
    for person in [ADMINISTRATOR, AGENT] {
        logins.extend(admit(store, passwords, &org, capacity, &person).await?);
    }
    if store.workgroup(&workgroup).await?.is_none() {
        store.create_workgroup(&workgroup, &org, "Demo", &[Uid::new(AGENT.uid)?]).await?;
    }
    match store.create_channel(&demo_channel(org, workgroup)?, 1).await {
        // It has one, perhaps another than this.
        Ok(()) | Err(StoreError::Full | StoreError::Exists) => Ok(logins),
        Err(error) => Err(error.into()),
    }
}

/// Makes `person` if it is missing, with a generated password (which is returned) unless the environment names one. Who
/// is there already only gets another password if the environment names one; its tokens end with the old one.
async fn admit(
    store: &Store,
    passwords: &Passwords,
    org: &Uid,
    capacity: u32,
    person: &Person,
) -> Result<Option<NewLogin>, FirstStartError> {
    let uid = Uid::new(person.uid)?;
    let chosen = std::env::var(person.password_variable).ok().filter(|password| !password.is_empty());
    if store.agent(&uid).await?.is_some() {
        let Some(password) = chosen else { return Ok(None) };
        let stored = store.agent_by_username(Some(org), person.username).await?.map(|(_, hash)| hash);
        // A variable that is always set is not to sign everybody out at each start.
        if !passwords.verify(password.clone(), stored).await? {
            let before = TokensFrom { user: uid, from: timestamp(), kept: None };
            store.change_agent_password(&before, &passwords.hash(password).await?).await?;
        }
        return Ok(None);
    }
    let (password, login) = match chosen {
        Some(password) => (password, None),
        None => {
            let password = random_password()?;
            (password.clone(), Some(NewLogin { username: person.username, password }))
        }
    };
    let profile = AgentProfile {
        uid,
        org: org.clone(),
        username: person.username.to_owned(),
        profile: Profile { nickname: person.nickname.to_owned(), avatar: String::new() },
        status: person.status,
        capacity,
        role: person.role,
    };
    store.create_agent(&profile, &passwords.hash(password).await?).await?;
    Ok(login)
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

fn random_password() -> Result<String, FirstStartError> {
    use base64::Engine as _;
    let mut bytes = [0; PASSWORD_BYTES];
    getrandom::fill(&mut bytes).map_err(FirstStartError::Random)?;
    Ok(base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes))
}
