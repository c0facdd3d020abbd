//! stub
use deskwire_broker::{Assurance, Opaque};
use deskwire_model::Timestamp;
use deskwire_wire::mqtt::{MessageProperties, Publish, Will};
pub(super) fn opaque(publish: &Publish, _now: Timestamp) -> Opaque {
    Opaque::new(publish.payload.clone(), None, Vec::new()).assured(Assurance::from_level(publish.delivery.qos() as u8))
}
pub(super) fn of_will(will: &Will, _now: Timestamp) -> Opaque {
    Opaque::new(will.payload.clone(), None, Vec::new()).assured(Assurance::from_level(will.qos as u8))
}
pub(super) fn properties(_: &Opaque) -> Option<MessageProperties> {
    None
}
pub(super) fn seconds_left(_: &Opaque, _: Timestamp) -> Option<u32> {
    None
}
