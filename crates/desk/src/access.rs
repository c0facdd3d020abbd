//! Who takes part in a conversation (invariant I9).

use deskwire_model::{Conversation, Principal, Role, ThreadType};

/// Whether `principal` reads and writes in `conversation`: the visitor whose it is, the agent who owns it and the
/// agent who was addressed by name, within one organisation.
#[must_use]
pub fn takes_part(principal: &Principal, conversation: &Conversation) -> bool {
    if principal.org != conversation.org {
        return false;
    }
    match principal.role {
        Role::Visitor => conversation.visitor == principal.uid,
        Role::Agent => {
            let addressed = conversation.kind == ThreadType::Agent && conversation.service == principal.uid;
            addressed || conversation.agent.as_ref() == Some(&principal.uid)
        }
        Role::Service => false,
    }
}

#[cfg(test)]
mod tests {
    use deskwire_model::{LogId, Profile, ThreadStatus, Timestamp, Uid};

    use super::*;

    fn uid(text: &str) -> Uid {
        Uid::new(text).unwrap()
    }

    fn conversation(kind: ThreadType, service: &str, agent: Option<&str>) -> Conversation {
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
        }
    }

    #[test]
    fn only_the_visitor_and_its_agents_take_part() {
        let direct = conversation(ThreadType::Agent, "a", None);
        let group = conversation(ThreadType::Workgroup, "wg", Some("a"));
        for (org, name, role, in_direct, in_group) in [
            ("org", "v", Role::Visitor, true, true),
            ("org", "w", Role::Visitor, false, false),
            ("org", "a", Role::Agent, true, true),
            ("org", "b", Role::Agent, false, false),
            ("org", "wg", Role::Agent, false, false),
            ("org", "v", Role::Agent, false, false),
            ("org", "a", Role::Visitor, false, false),
            ("org", "a", Role::Service, false, false),
            ("other", "v", Role::Visitor, false, false),
            ("other", "a", Role::Agent, false, false),
        ] {
            let principal = Principal { org: uid(org), uid: uid(name), role };
            assert_eq!(takes_part(&principal, &direct), in_direct, "{principal:?} in a direct conversation");
            assert_eq!(takes_part(&principal, &group), in_group, "{principal:?} in a workgroup's conversation");
        }
    }
}
