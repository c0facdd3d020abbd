//! Organisations, agents, workgroups and visitors.

use std::collections::HashMap;

use deskwire_model::{AgentProfile, AgentStatus, Profile, Role, Uid};

use super::columns::{self, select_agent};
use crate::{
    Member, Store, StoreError, Visitor, Workgroup,
    engine::{OptionalExtension as _, Result, params},
};

/// Organisations, agents, workgroups, visitors.
impl Store {
    /// Whether there is an organisation called `uid`.
    pub async fn organisation_exists(&self, uid: &Uid) -> Result<bool, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT 1 FROM organisation WHERE uid = ?1")?.exists(params![uid.as_str()])
        })
        .await
    }

    /// Creates an organisation.
    ///
    /// # Errors
    /// [`StoreError::Exists`].
    pub async fn create_organisation(&self, uid: &Uid, name: &str) -> Result<(), StoreError> {
        let (uid, name) = (uid.clone(), name.to_owned());
        self.write(move |db| {
            db.prepare_cached("INSERT INTO organisation (uid, name) VALUES (?1, ?2)")?
                .execute(params![uid.as_str(), name])?;
            Ok(())
        })
        .await
    }

    /// The agent called `uid`.
    pub async fn agent(&self, uid: &Uid) -> Result<Option<AgentProfile>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached(select_agent!("FROM agent a WHERE a.uid = ?1"))?
                .query_row(params![uid.as_str()], columns::agent)
                .optional()
        })
        .await
    }

    /// The agent who logs in as `username`, with its password hash, unless it may not sign in. Without an organisation, a
    /// name that several organisations know names nobody.
    pub async fn agent_by_username(
        &self,
        org: Option<&Uid>,
        username: &str,
    ) -> Result<Option<(AgentProfile, String)>, StoreError> {
        let (org, username) = (org.cloned(), username.to_owned());
        self.read(move |db| {
            let mut found = db
                .prepare_cached(select_agent!(
                    ", a.password_hash FROM agent a WHERE a.username = ?1 AND a.enabled = 1 AND (CAST(?2 AS TEXT) IS NULL OR a.org = ?2)
                     LIMIT 2"
                ))?
                .query_map(params![username, org.as_ref().map(Uid::as_str)], |row| {
                    Ok((columns::agent(row)?, row.get(8)?))
                })?
                .collect::<Result<Vec<_>, _>>()?;
            // Two organisations know the name: it names nobody until one of them is named too.
            Ok(if found.len() == 1 { found.pop() } else { None })
        })
        .await
    }

    /// Creates an agent.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for a uid that is known or a username that its organisation knows,
    /// [`StoreError::Missing`] for an unknown organisation.
    pub async fn create_agent(&self, agent: &AgentProfile, password_hash: &str) -> Result<(), StoreError> {
        let (agent, password_hash) = (agent.clone(), password_hash.to_owned());
        self.write(move |db| {
            db.prepare_cached(
                "INSERT INTO agent (uid, org, username, password_hash, nickname, avatar, status, capacity, role)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                agent.uid.as_str(),
                agent.org.as_str(),
                agent.username,
                password_hash,
                agent.profile.nickname,
                agent.profile.avatar,
                agent.status.as_str(),
                agent.capacity,
                agent.role.as_str(),
            ])?;
            Ok(())
        })
        .await
    }

    /// Sets an agent's availability.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_status(&self, uid: &Uid, status: AgentStatus) -> Result<(), StoreError> {
        let uid = uid.clone();
        self.write(move |db| {
            let changed = db
                .prepare_cached("UPDATE agent SET status = ?2 WHERE uid = ?1")?
                .execute(params![uid.as_str(), status.as_str()])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
        })
        .await
    }

    /// Sets an agent's role and how many conversations it takes at a time.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_duty(&self, uid: &Uid, role: Role, capacity: u32) -> Result<(), StoreError> {
        let uid = uid.clone();
        self.write(move |db| {
            let changed = db
                .prepare_cached("UPDATE agent SET role = ?2, capacity = ?3 WHERE uid = ?1")?
                .execute(params![uid.as_str(), role.as_str(), capacity])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
        })
        .await
    }

    /// Sets the share of an agent in a workgroup.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when it is not of the workgroup.
    pub async fn set_weight(&self, workgroup: &Uid, agent: &Uid, weight: u32) -> Result<(), StoreError> {
        let (workgroup, agent) = (workgroup.clone(), agent.clone());
        self.write(move |db| {
            let changed = db
                .prepare_cached("UPDATE workgroup_agent SET weight = ?3 WHERE workgroup = ?1 AND agent = ?2")?
                .execute(params![workgroup.as_str(), agent.as_str(), weight])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
        })
        .await
    }

    /// The workgroups that an agent is of.
    pub async fn workgroups_of(&self, agent: &Uid) -> Result<Vec<Uid>, StoreError> {
        let agent = agent.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT workgroup FROM workgroup_agent WHERE agent = ?1 ORDER BY workgroup")?
                .query_map(params![agent.as_str()], |row| columns::uid(row, 0))?
                .collect()
        })
        .await
    }

    /// The agents of an organisation, by uid.
    pub async fn agents_of(&self, org: &Uid) -> Result<Vec<AgentProfile>, StoreError> {
        let org = org.clone();
        self.read(move |db| {
            db.prepare_cached(select_agent!("FROM agent a WHERE a.org = ?1 ORDER BY a.uid"))?
                .query_map(params![org.as_str()], columns::agent)?
                .collect()
        })
        .await
    }

    /// The workgroup called `uid`, with its agents.
    pub async fn workgroup(&self, uid: &Uid) -> Result<Option<Workgroup>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            let found = db
                .prepare_cached("SELECT org, name FROM workgroup WHERE uid = ?1")?
                .query_row(params![uid.as_str()], |row| Ok((columns::uid(row, 0)?, row.get(1)?)))
                .optional()?;
            let Some((org, name)) = found else { return Ok(None) };
            let members = db
                .prepare_cached(select_agent!(
                    ", w.weight FROM workgroup_agent w JOIN agent a ON a.uid = w.agent
                       WHERE w.workgroup = ?1 ORDER BY w.position"
                ))?
                .query_map(params![uid.as_str()], |row| {
                    Ok(Member { agent: columns::agent(row)?, weight: row.get(8)? })
                })?
                .collect::<Result<_, _>>()?;
            Ok(Some(Workgroup { uid: uid.clone(), org, name, members }))
        })
        .await
    }

    /// Creates a workgroup of `agents`, in their order.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for a uid that is known or an agent named twice, [`StoreError::Missing`] for an unknown
    /// organisation or an agent that is not of it.
    pub async fn create_workgroup(&self, uid: &Uid, org: &Uid, name: &str, agents: &[Uid]) -> Result<(), StoreError> {
        let (uid, org, name, agents) = (uid.clone(), org.clone(), name.to_owned(), agents.to_vec());
        self.write(move |db| {
            let mut create = db.prepare_cached("INSERT INTO workgroup (uid, org, name) VALUES (?1, ?2, ?3)")?;
            create.execute(params![uid.as_str(), org.as_str(), name])?;
            let mut add = db.prepare_cached(
                "INSERT INTO workgroup_agent (workgroup, position, agent, org) VALUES (?1, ?2, ?3, ?4)",
            )?;
            for (position, agent) in (0_i64..).zip(&agents) {
                add.execute(params![uid.as_str(), position, agent.as_str(), org.as_str()])?;
            }
            Ok(())
        })
        .await
    }

    /// Sets how an agent shows itself.
    ///
    /// # Errors
    /// [`StoreError::Missing`].
    pub async fn set_agent_profile(&self, uid: &Uid, profile: &Profile) -> Result<(), StoreError> {
        let (uid, profile) = (uid.clone(), profile.clone());
        self.write(move |db| {
            let changed = db
                .prepare_cached("UPDATE agent SET nickname = ?2, avatar = ?3 WHERE uid = ?1")?
                .execute(params![uid.as_str(), profile.nickname, profile.avatar])?;
            if changed == 1 { Ok(()) } else { Err(StoreError::Missing) }
        })
        .await
    }

    /// The workgroups of an organisation, by uid.
    pub async fn workgroups_of_organisation(&self, org: &Uid) -> Result<Vec<Uid>, StoreError> {
        let org = org.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT uid FROM workgroup WHERE org = ?1 ORDER BY uid")?
                .query_map(params![org.as_str()], |row| columns::uid(row, 0))?
                .collect()
        })
        .await
    }

    /// Sets the name of a workgroup and, if there are some, all of its agents in their order; who stays keeps its share.
    ///
    /// # Errors
    /// [`StoreError::Exists`] for an agent named twice, [`StoreError::Missing`] for an unknown workgroup or an agent that is
    /// not of its organisation.
    pub async fn change_workgroup(&self, uid: &Uid, name: &str, agents: Option<&[Uid]>) -> Result<(), StoreError> {
        let (uid, name, agents) = (uid.clone(), name.to_owned(), agents.map(<[Uid]>::to_vec));
        self.write(move |db| {
            let org: Option<String> = db
                .prepare_cached("UPDATE workgroup SET name = ?2 WHERE uid = ?1 RETURNING org")?
                .query_row(params![uid.as_str(), name], |row| row.get(0))
                .optional()?;
            let (org, Some(agents)) = (org.ok_or(StoreError::Missing)?, &agents) else { return Ok(()) };
            let weights: HashMap<String, u32> = db
                .prepare_cached("SELECT agent, weight FROM workgroup_agent WHERE workgroup = ?1")?
                .query_map(params![uid.as_str()], |row| Ok((row.get(0)?, row.get(1)?)))?
                .collect::<Result<_>>()?;
            db.prepare_cached("DELETE FROM workgroup_agent WHERE workgroup = ?1")?.execute(params![uid.as_str()])?;
            let mut add = db.prepare_cached(
                "INSERT INTO workgroup_agent (workgroup, position, agent, org, weight) VALUES (?1, ?2, ?3, ?4, ?5)",
            )?;
            for (position, agent) in (0_i64..).zip(agents) {
                let weight = weights.get(agent.as_str()).copied().unwrap_or(1);
                add.execute(params![uid.as_str(), position, agent.as_str(), org, weight])?;
            }
            Ok(())
        })
        .await
    }

    /// The visitor called `uid`.
    pub async fn visitor(&self, uid: &Uid) -> Result<Option<Visitor>, StoreError> {
        let uid = uid.clone();
        self.read(move |db| {
            db.prepare_cached("SELECT org, nickname, avatar, channel FROM visitor WHERE uid = ?1")?
                .query_row(params![uid.as_str()], |row| {
                    let profile = Profile { nickname: row.get(1)?, avatar: row.get(2)? };
                    Ok(Visitor { uid: uid.clone(), org: columns::uid(row, 0)?, profile, channel: row.get(3)? })
                })
                .optional()
        })
        .await
    }
}
