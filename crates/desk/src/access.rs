//! Who takes part in a conversation, and who speaks in it (invariant I9).

use deskwire_model::{Conversation, Part, Principal, Role, ThreadType};

/// Whether `principal` hears what is said in `conversation`: the visitor whose it is; at the desk the agent who owns it,
/// the agent who serves it by name, who attends it in any part, and supervisors. All within one organisation. Notes are
/// for the desk alone.
#[must_use]
pub fn takes_part(principal: &Principal, conversation: &Conversation) -> bool {
    if principal.org != conversation.org {
        return false;
    }
    match principal.role {
        Role::Visitor => conversation.visitor == principal.uid && conversation.notes_of.is_none(),
        Role::Supervisor | Role::Admin => true,
        Role::Agent => serves(principal, conversation) || conversation.part_of(&principal.uid).is_some(),
        Role::Service => false,
    }
}

/// Whether `principal` may say something in `conversation`: as [`takes_part`], but who looks on or has not come yet only
/// hears, but for notes, which all write who read them.
#[must_use]
pub fn speaks(principal: &Principal, conversation: &Conversation) -> bool {
    if !takes_part(principal, conversation) {
        return false;
    }
    let helps = conversation.part_of(&principal.uid) == Some(Part::Helper);
    principal.role == Role::Visitor || conversation.notes_of.is_some() || serves(principal, conversation) || helps
}

/// Whether `principal` may close the conversation, pass it on and invite others: its owner, the agent who serves it by
/// name, and supervisors.
#[must_use]
pub fn directs(principal: &Principal, conversation: &Conversation) -> bool {
    let same = principal.org == conversation.org && conversation.notes_of.is_none();
    same && principal.role.is_staff() && (principal.role.supervises() || serves(principal, conversation))
}

/// Whether it is the conversation of `principal` at the desk.
fn serves(principal: &Principal, conversation: &Conversation) -> bool {
    let addressed = conversation.kind == ThreadType::Agent && conversation.service == principal.uid;
    principal.role.is_staff() && (addressed || conversation.agent.as_ref() == Some(&principal.uid))
}

#[cfg(test)]
mod tests {
    use deskwire_model::{Attendant, LogId, Profile, ThreadStatus, Timestamp, Uid};

    use super::*;

    fn uid(text: &str) -> Uid {
        Uid::new(text).unwrap()
    }

    fn conversation(kind: ThreadType, service: &str, agent: Option<&str>) -> Conversation {
        let attendant = |user, part| Attendant { user: uid(user), part };
        Conversation {
            id: LogId(1),
            uid: uid("t"),
            session_no: "S1".to_owned(),
            org: uid("org"),
            topic: kind.topic(&uid(service), &uid("v")),
            kind,
            service: uid(service),
            visitor: uid("v"),
            visitor_profile: Profile::default(),
            status: ThreadStatus::New,
            agent: agent.map(uid),
            fence: 0,
            channel: String::new(),
            created_at: Timestamp(0),
            attendants: vec![
                attendant("helper", Part::Helper),
                attendant("invited", Part::Invited),
                attendant("offered", Part::Offered),
                attendant("watcher", Part::Watcher),
            ],
            notes_of: None,
        }
    }

    /// What one may do: nothing, hear (h), speak (s), direct (d).
    fn rights(principal: &Principal, conversation: &Conversation) -> String {
        [(takes_part as fn(&_, &_) -> bool, 'h'), (speaks, 's'), (directs, 'd')]
            .into_iter()
            .filter(|(right, _)| right(principal, conversation))
            .map(|(_, letter)| letter)
            .collect()
    }

    #[test]
    fn everybody_has_the_rights_of_the_table() {
        let direct = conversation(ThreadType::Agent, "a", None);
        let group = conversation(ThreadType::Workgroup, "wg", Some("a"));
        let notes = Conversation { notes_of: Some(LogId(9)), ..group.clone() };
        for (org, name, role, in_direct, in_group, in_notes) in [
            ("org", "v", Role::Visitor, "hs", "hs", ""),
            ("org", "w", Role::Visitor, "", "", ""),
            ("org", "a", Role::Agent, "hsd", "hsd", "hs"),
            ("org", "b", Role::Agent, "", "", ""),
            ("org", "wg", Role::Agent, "", "", ""),
            ("org", "v", Role::Agent, "", "", ""),
            ("org", "a", Role::Visitor, "", "", ""),
            ("org", "a", Role::Service, "", "", ""),
            ("org", "helper", Role::Agent, "hs", "hs", "hs"),
            ("org", "helper", Role::Visitor, "", "", ""),
            ("org", "invited", Role::Agent, "h", "h", "hs"),
            ("org", "offered", Role::Agent, "h", "h", "hs"),
            ("org", "watcher", Role::Agent, "h", "h", "hs"),
            ("org", "boss", Role::Supervisor, "hd", "hd", "hs"),
            ("org", "boss", Role::Admin, "hd", "hd", "hs"),
            ("org", "a", Role::Supervisor, "hsd", "hsd", "hs"),
            ("other", "v", Role::Visitor, "", "", ""),
            ("other", "a", Role::Agent, "", "", ""),
            ("other", "helper", Role::Agent, "", "", ""),
            ("other", "boss", Role::Supervisor, "", "", ""),
            ("other", "boss", Role::Admin, "", "", ""),
        ] {
            let principal = Principal { org: uid(org), uid: uid(name), role };
            assert_eq!(rights(&principal, &direct), in_direct, "{principal:?} in a direct conversation");
            assert_eq!(rights(&principal, &group), in_group, "{principal:?} in a workgroup's conversation");
            assert_eq!(rights(&principal, &notes), in_notes, "{principal:?} in notes");
        }
    }
}
