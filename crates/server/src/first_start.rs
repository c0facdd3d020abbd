//! The demo organisation of a new data folder.

use deskwire_model::{AgentProfile, AgentStatus, InvalidUid, Profile, Role, Uid};
use deskwire_store::{Store, StoreError};

use crate::auth::password::{PasswordError, Passwords};

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
    #[error("no random numbers for a password: {0}")]
    Random(getrandom::Error),
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
    Ok(generated)
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
