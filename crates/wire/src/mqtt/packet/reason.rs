//! Reason codes: one type for each packet that carries them, because a code is valid in some packets only (MQTT 5.0, 2.4).

use super::QoS;

/// An enum of the codes one packet may carry, each with its number and the standard's name.
macro_rules! reason_codes {
    ($(#[$doc:meta])* $code:ident { $first:ident = $first_byte:literal $first_name:literal,
        $($variant:ident = $byte:literal $name:literal,)* }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
        #[non_exhaustive]
        #[repr(u8)]
        pub enum $code {
            #[doc = concat!("`", stringify!($first_byte), "` ", $first_name, ".")]
            #[default]
            $first = $first_byte,
            $(
                #[doc = concat!("`", stringify!($byte), "` ", $name, ".")]
                $variant = $byte,
            )*
        }

        impl $code {
            /// The code with the number `byte`, if this packet has it.
            #[must_use]
            pub const fn from_byte(byte: u8) -> Option<Self> {
                match byte {
                    $first_byte => Some(Self::$first),
                    $($byte => Some(Self::$variant),)*
                    _ => None,
                }
            }

            /// The code's number.
            #[must_use]
            pub const fn to_byte(self) -> u8 {
                self as u8
            }

            /// The standard's name for the code.
            #[must_use]
            pub const fn name(self) -> &'static str {
                match self {
                    Self::$first => $first_name,
                    $(Self::$variant => $name,)*
                }
            }
        }
    };
}

reason_codes! {
    /// What CONNACK says (MQTT 5.0, table 3-1). The [return codes](Self::return_code) of earlier versions are six of these.
    ConnackCode {
        Success = 0x00 "Success",
        UnspecifiedError = 0x80 "Unspecified error",
        MalformedPacket = 0x81 "Malformed Packet",
        ProtocolError = 0x82 "Protocol Error",
        ImplementationSpecificError = 0x83 "Implementation specific error",
        UnsupportedProtocolVersion = 0x84 "Unsupported Protocol Version",
        ClientIdentifierNotValid = 0x85 "Client Identifier not valid",
        BadUserNameOrPassword = 0x86 "Bad User Name or Password",
        NotAuthorized = 0x87 "Not authorized",
        ServerUnavailable = 0x88 "Server unavailable",
        ServerBusy = 0x89 "Server busy",
        Banned = 0x8A "Banned",
        BadAuthenticationMethod = 0x8C "Bad authentication method",
        TopicNameInvalid = 0x90 "Topic Name invalid",
        PacketTooLarge = 0x95 "Packet too large",
        QuotaExceeded = 0x97 "Quota exceeded",
        PayloadFormatInvalid = 0x99 "Payload format invalid",
        RetainNotSupported = 0x9A "Retain not supported",
        QosNotSupported = 0x9B "QoS not supported",
        UseAnotherServer = 0x9C "Use another server",
        ServerMoved = 0x9D "Server moved",
        ConnectionRateExceeded = 0x9F "Connection rate exceeded",
    }
}

reason_codes! {
    /// What PUBACK and PUBREC say (MQTT 5.0, tables 3-4 and 3-5). Earlier versions have no codes: whatever is said is heard
    /// as [`Self::Success`].
    PubackCode {
        Success = 0x00 "Success",
        NoMatchingSubscribers = 0x10 "No matching subscribers",
        UnspecifiedError = 0x80 "Unspecified error",
        ImplementationSpecificError = 0x83 "Implementation specific error",
        NotAuthorized = 0x87 "Not authorized",
        TopicNameInvalid = 0x90 "Topic Name invalid",
        PacketIdentifierInUse = 0x91 "Packet identifier in use",
        QuotaExceeded = 0x97 "Quota exceeded",
        PayloadFormatInvalid = 0x99 "Payload format invalid",
    }
}

reason_codes! {
    /// What PUBREL and PUBCOMP say (MQTT 5.0, tables 3-6 and 3-7).
    PubrelCode {
        Success = 0x00 "Success",
        PacketIdentifierNotFound = 0x92 "Packet Identifier not found",
    }
}

reason_codes! {
    /// What UNSUBACK says about one filter (MQTT 5.0, table 3-9). Earlier versions have no codes.
    UnsubackCode {
        Success = 0x00 "Success",
        NoSubscriptionExisted = 0x11 "No subscription existed",
        UnspecifiedError = 0x80 "Unspecified error",
        ImplementationSpecificError = 0x83 "Implementation specific error",
        NotAuthorized = 0x87 "Not authorized",
        TopicFilterInvalid = 0x8F "Topic Filter invalid",
        PacketIdentifierInUse = 0x91 "Packet identifier in use",
    }
}

reason_codes! {
    /// What DISCONNECT says (MQTT 5.0, table 3-10, and 0x8C from table 2-6).
    DisconnectCode {
        Normal = 0x00 "Normal disconnection",
        WithWill = 0x04 "Disconnect with Will Message",
        UnspecifiedError = 0x80 "Unspecified error",
        MalformedPacket = 0x81 "Malformed Packet",
        ProtocolError = 0x82 "Protocol Error",
        ImplementationSpecificError = 0x83 "Implementation specific error",
        NotAuthorized = 0x87 "Not authorized",
        ServerBusy = 0x89 "Server busy",
        ServerShuttingDown = 0x8B "Server shutting down",
        BadAuthenticationMethod = 0x8C "Bad authentication method",
        KeepAliveTimeout = 0x8D "Keep Alive timeout",
        SessionTakenOver = 0x8E "Session taken over",
        TopicFilterInvalid = 0x8F "Topic Filter invalid",
        TopicNameInvalid = 0x90 "Topic Name invalid",
        ReceiveMaximumExceeded = 0x93 "Receive Maximum exceeded",
        TopicAliasInvalid = 0x94 "Topic Alias invalid",
        PacketTooLarge = 0x95 "Packet too large",
        MessageRateTooHigh = 0x96 "Message rate too high",
        QuotaExceeded = 0x97 "Quota exceeded",
        AdministrativeAction = 0x98 "Administrative action",
        PayloadFormatInvalid = 0x99 "Payload format invalid",
        RetainNotSupported = 0x9A "Retain not supported",
        QosNotSupported = 0x9B "QoS not supported",
        UseAnotherServer = 0x9C "Use another server",
        ServerMoved = 0x9D "Server moved",
        SharedSubscriptionsNotSupported = 0x9E "Shared Subscriptions not supported",
        ConnectionRateExceeded = 0x9F "Connection rate exceeded",
        MaximumConnectTime = 0xA0 "Maximum connect time",
        SubscriptionIdentifiersNotSupported = 0xA1 "Subscription Identifiers not supported",
        WildcardSubscriptionsNotSupported = 0xA2 "Wildcard Subscriptions not supported",
    }
}

reason_codes! {
    /// What AUTH says (MQTT 5.0, table 3-11).
    AuthCode {
        Success = 0x00 "Success",
        ContinueAuthentication = 0x18 "Continue authentication",
        Reauthenticate = 0x19 "Re-authenticate",
    }
}

/// The answer to one filter of a SUBSCRIBE (MQTT 5.0, table 3-8; MQTT 3.1.1, 3.9.3).
///
/// Of the refusals, MQTT 3.1.1 knows [`Self::Failure`] only and is told that instead of the others. MQTT 3.1 has not even
/// that, but its clients have nothing better to be told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum SubackCode {
    /// `0x00` to `0x02` Granted, with this QoS at most.
    Granted(QoS),
    /// `0x80` Unspecified error; the failure of MQTT 3.1.1.
    Failure,
    /// `0x83` Implementation specific error.
    ImplementationSpecificError,
    /// `0x87` Not authorized.
    NotAuthorized,
    /// `0x8F` Topic Filter invalid: well-formed, but not allowed.
    TopicFilterInvalid,
    /// `0x91` Packet Identifier in use.
    PacketIdentifierInUse,
    /// `0x97` Quota exceeded.
    QuotaExceeded,
    /// `0x9E` Shared Subscriptions not supported.
    SharedSubscriptionsNotSupported,
    /// `0xA1` Subscription Identifiers not supported.
    SubscriptionIdentifiersNotSupported,
    /// `0xA2` Wildcard Subscriptions not supported.
    WildcardSubscriptionsNotSupported,
}

impl ConnackCode {
    /// The code as the return code of MQTT 3.1.1 (table 3.1) that comes closest.
    #[must_use]
    pub const fn return_code(self) -> u8 {
        match self {
            Self::Success => 0,
            Self::UnsupportedProtocolVersion => 1,
            Self::ClientIdentifierNotValid => 2,
            Self::BadUserNameOrPassword | Self::BadAuthenticationMethod => 4,
            Self::NotAuthorized | Self::Banned => 5,
            _ => 3,
        }
    }

    /// The code that the return code `byte` of MQTT 3.1.1 stands for; 6 to 255 are reserved.
    #[must_use]
    pub const fn from_return_code(byte: u8) -> Option<Self> {
        Some(match byte {
            0 => Self::Success,
            1 => Self::UnsupportedProtocolVersion,
            2 => Self::ClientIdentifierNotValid,
            3 => Self::ServerUnavailable,
            4 => Self::BadUserNameOrPassword,
            5 => Self::NotAuthorized,
            _ => return None,
        })
    }
}

impl PubackCode {
    /// Whether the message has been refused.
    #[must_use]
    pub const fn is_refusal(self) -> bool {
        self.to_byte() >= 0x80
    }
}

impl SubackCode {
    /// The code with the number `byte`; others are reserved [MQTT-3.9.3-2 of 3.1.1].
    #[must_use]
    pub const fn from_byte(byte: u8) -> Option<Self> {
        Some(match byte {
            0x80 => Self::Failure,
            0x83 => Self::ImplementationSpecificError,
            0x87 => Self::NotAuthorized,
            0x8F => Self::TopicFilterInvalid,
            0x91 => Self::PacketIdentifierInUse,
            0x97 => Self::QuotaExceeded,
            0x9E => Self::SharedSubscriptionsNotSupported,
            0xA1 => Self::SubscriptionIdentifiersNotSupported,
            0xA2 => Self::WildcardSubscriptionsNotSupported,
            _ => match QoS::from_byte(byte) {
                Some(qos) => Self::Granted(qos),
                None => return None,
            },
        })
    }

    /// The code's number.
    #[must_use]
    pub const fn to_byte(self) -> u8 {
        match self {
            Self::Granted(qos) => qos as u8,
            Self::Failure => 0x80,
            Self::ImplementationSpecificError => 0x83,
            Self::NotAuthorized => 0x87,
            Self::TopicFilterInvalid => 0x8F,
            Self::PacketIdentifierInUse => 0x91,
            Self::QuotaExceeded => 0x97,
            Self::SharedSubscriptionsNotSupported => 0x9E,
            Self::SubscriptionIdentifiersNotSupported => 0xA1,
            Self::WildcardSubscriptionsNotSupported => 0xA2,
        }
    }
}
