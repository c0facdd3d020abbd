//! The names of errors, the same on every protocol.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};

/// Whether a request that failed may be sent again as it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Retry {
    /// It fails again.
    Never,
    /// It may succeed later, or once what stands in its way is gone.
    Later,
    /// It should be sent again under the same name: perhaps it was done.
    Again,
}

impl Retry {
    /// Its name in the documentation.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Later => "later",
            Self::Again => "again",
        }
    }
}

macro_rules! error_codes {
    ($($(#[doc = $meaning:literal])+ $variant:ident = $name:literal, $status:literal, $retry:ident;)+) => {
        /// Why something is refused or has failed. The names are stable: programs may compare them; texts beside them are
        /// for people. `docs/errors.md` has a section for each.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        pub enum ErrorCode {
            $($(#[doc = $meaning])+ $variant,)+
        }

        impl ErrorCode {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant),+];

            /// Its stable name.
            #[must_use]
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $name,)+ }
            }

            /// The status of an HTTP answer that says it. What the domain refuses is told under 200, as clients of
            /// Bytedesk expect (`spec/bytedesk.md` §7).
            #[must_use]
            pub const fn http_status(self) -> u16 {
                match self { $(Self::$variant => $status,)+ }
            }

            /// Whether to try again.
            #[must_use]
            pub const fn retry(self) -> Retry {
                match self { $(Self::$variant => Retry::$retry,)+ }
            }

            /// What it means, in a sentence.
            #[must_use]
            pub fn meaning(self) -> String {
                match self { $(Self::$variant => [$($meaning.trim()),+].join(" "),)+ }
            }
        }
    };
}

error_codes! {
    /// The request is malformed: a member is missing, has the wrong kind or is not acceptable.
    InvalidRequest = "invalid_request", 200, Never;
    /// No valid token or credentials were shown.
    NotSignedIn = "not_signed_in", 401, Never;
    /// The access token was good once; a new login gives another.
    TokenExpired = "token_expired", 401, Never;
    /// The access token has ended before its time: its user has signed out, has another password or may not sign in any more.
    TokenRevoked = "token_revoked", 401, Never;
    /// The user name or password is wrong.
    WrongPassword = "wrong_password", 401, Never;
    /// The caller is known and may not do this.
    Forbidden = "forbidden", 403, Never;
    /// So many logins failed that even right credentials are not looked at for a while.
    Locked = "locked", 429, Later;
    /// There is nothing at this path.
    NotFound = "not_found", 404, Never;
    /// The path has other methods.
    MethodNotAllowed = "method_not_allowed", 405, Never;
    /// The request is over its bound.
    TooLarge = "too_large", 413, Never;
    /// More requests than the pace allows.
    TooFast = "too_fast", 429, Later;
    /// The idempotency key came with another request before.
    KeyReused = "key_reused", 422, Never;
    /// The first request under this idempotency key has not been answered yet.
    KeyInUse = "key_in_use", 409, Again;
    /// The server is overloaded or stopping, or could not store it.
    Busy = "busy", 503, Again;
    /// The server is at fault; its log says why.
    Internal = "internal", 500, Again;
    /// The file is of a kind that is not taken, or is damaged.
    UnacceptableFile = "unacceptable_file", 200, Never;
    /// There is no room for more files, or too many are under way.
    NoRoom = "no_room", 200, Later;
    /// The message cannot be understood.
    MalformedMessage = "malformed_message", 200, Never;
    /// The content of a message is not what its type asks for.
    UnfitContent = "unfit_content", 200, Never;
    /// There is no such conversation, or the caller takes no part in it.
    NotYours = "not_yours", 200, Never;
    /// The organisation has no such agent or workgroup.
    UnknownService = "unknown_service", 200, Never;
    /// There is no such organisation, or it is not the caller's.
    UnknownOrganisation = "unknown_organisation", 200, Never;
    /// The organisation has nobody with this uid.
    UnknownUser = "unknown_user", 200, Never;
    /// The organisation has no such webhook.
    UnknownWebhook = "unknown_webhook", 200, Never;
    /// The organisation has no such service key; perhaps it was revoked.
    UnknownServiceKey = "unknown_service_key", 200, Never;
    /// There is no such channel, or it is another organisation's.
    UnknownChannel = "unknown_channel", 200, Never;
    /// There is no such visitor.
    UnknownVisitor = "unknown_visitor", 200, Never;
    /// The channel lets in only visitors of whom its shop says who they are.
    IdentityRequired = "identity_required", 200, Never;
    /// What is said of who the visitor is was not signed with the secret of the channel, or is too old.
    IdentityRefused = "identity_refused", 200, Never;
    /// The caller's role does not allow it.
    NotAllowed = "not_allowed", 200, Never;
    /// It does not fit the status of the conversation.
    NotNow = "not_now", 200, Later;
    /// There is no such transfer or invitation, it is for somebody else, or it has been answered.
    NotPending = "not_pending", 200, Never;
    /// The conversation is being passed on already.
    AlreadyPending = "already_pending", 200, Later;
    /// The colleague is not connected or takes nothing.
    NobodyThere = "nobody_there", 200, Later;
    /// More colleagues than the settings allow.
    TooManyHelpers = "too_many_helpers", 200, Later;
    /// Messages of this type come from the server only.
    ServersOwn = "servers_own", 200, Never;
    /// What a message asks for is not said as it should be.
    Unclear = "unclear", 200, Never;
    /// There is no such order card, or it is another's.
    UnknownCard = "unknown_card", 200, Never;
    /// Something else has become of the order card.
    CardSettled = "card_settled", 200, Never;
    /// There is no such left message, or it does not concern the caller.
    UnknownLeaveMessage = "unknown_leave_message", 200, Never;
    /// The status of the left message does not allow it.
    LeaveMessageIs = "leave_message_is", 200, Later;
    /// There is no such canned reply or question, or it is not the caller's.
    UnknownReply = "unknown_reply", 200, Never;
    /// One owner has as many canned replies or questions as it may.
    TooManyReplies = "too_many_replies", 200, Later;
    /// The visitor is blocked, itself or its address.
    Blacklisted = "blacklisted", 200, Never;
    /// The message says a word for which messages are refused.
    Taboo = "taboo", 200, Never;
    /// The organisation's list has no such word.
    UnknownWord = "unknown_word", 200, Never;
    /// There is no such block, or it is another agent's.
    UnknownBlock = "unknown_block", 200, Never;
    /// The organisation has as many of something as it may.
    ListFull = "list_full", 200, Later;
    /// The message was said too long ago to be recalled.
    RecallTooLate = "recall_too_late", 200, Never;
    /// The service does not let anybody change what was said.
    EditsOff = "edits_off", 200, Never;
    /// The message was said too long ago to be changed.
    EditTooLate = "edit_too_late", 200, Never;
    /// What is quoted is no message of the conversation, or was recalled.
    NotQuotable = "not_quotable", 200, Never;
    /// The service was rated too long ago to change it.
    RatedAlready = "rated_already", 200, Never;
    /// Somebody has this uid or name already, perhaps in another organisation.
    Taken = "taken", 200, Never;
    /// The settings are not acceptable.
    UnacceptableSettings = "unacceptable_settings", 200, Never;
    /// There is no such conversation.
    UnknownConversation = "unknown_conversation", 200, Never;
    /// The conversation has no such message.
    UnknownMessage = "unknown_message", 200, Never;
    /// Only the sender of a message may do this to it.
    NotTheSender = "not_the_sender", 200, Never;
    /// The message has been recalled.
    Recalled = "recalled", 200, Never;
    /// Messages of this type cannot be changed in this way.
    NotAmendable = "not_amendable", 200, Never;
    /// The message has as many different reactions as one may have.
    TooManyReactions = "too_many_reactions", 200, Never;
    /// The agent has all the conversations it can take.
    AtCapacity = "at_capacity", 200, Later;
    /// Somebody else changed the conversation at the same time.
    ChangedMeanwhile = "changed_meanwhile", 200, Later;
    /// It has been decided already, by somebody else or by time.
    DecidedAlready = "decided_already", 200, Never;
    /// Another order card of the organisation has this number.
    CardTaken = "card_taken", 200, Never;
    /// A different conversation has this uid.
    UidTaken = "uid_taken", 200, Never;
    /// That belongs to another organisation.
    ForeignOrganisation = "foreign_organisation", 200, Never;
    /// The organisation has nobody whom the notice is for.
    NobodyMeant = "nobody_meant", 200, Never;
    /// The notice is for more users than one may be for.
    TooManyRecipients = "too_many_recipients", 200, Never;
    /// The notice would have expired already.
    ExpiredAlready = "expired_already", 200, Never;
    /// The caller has posted no such notice.
    UnknownNotice = "unknown_notice", 200, Never;
    /// There is no such connection.
    UnknownSession = "unknown_session", 200, Never;
    /// The name of a topic or destination is malformed.
    InvalidTopic = "invalid_topic", 200, Never;
    /// No right to the topic or destination.
    NoRight = "no_right", 200, Never;
    /// More of something than one connection or account may have.
    TooMany = "too_many", 200, Later;
    /// The message names no conversation.
    NotAddressed = "not_addressed", 200, Never;
    /// The id of the subscription is missing or not acceptable.
    SubscriptionId = "subscription_id", 200, Never;
    /// An extension of this server says no.
    Vetoed = "vetoed", 200, Never;
    /// The selector is not understood, or has no place there.
    InvalidSelector = "invalid_selector", 200, Never;
    /// The queue, or the room for retained messages, is full.
    Full = "full", 200, Later;
    /// The frames or their order are not what the protocol says.
    ProtocolError = "protocol_error", 200, Never;
    /// The connection was told to stop: a reader that is too slow, or a server that ends.
    ConnectionEnded = "connection_ended", 200, Again;
    /// Whoever runs the server has ended the session.
    Dismissed = "dismissed", 200, Later;
    /// The MQTT client id is not `uid/channel/device` with the uid of the token.
    InvalidClientId = "invalid_client_id", 200, Never;
}

impl Serialize for ErrorCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl JsonSchema for ErrorCode {
    fn schema_name() -> Cow<'static, str> {
        "ErrorCode".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> Schema {
        let names: Vec<&str> = Self::ALL.iter().map(|code| code.as_str()).collect();
        json_schema!({"type": "string", "enum": names, "description": "The stable name of an error."})
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_can_be_headings() {
        let names: BTreeSet<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
        assert_eq!(names.len(), ErrorCode::ALL.len());
        assert!(names.iter().all(|name| name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_')));
        assert!(ErrorCode::ALL.iter().all(|code| code.meaning().ends_with('.')));
    }
}
