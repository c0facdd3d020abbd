//! The desk hears whose connections come and go: an agent who comes online may get who waits.

use deskwire_desk::Desk;
use tokio::runtime::Handle;

use super::{SessionEvent, SessionListener, SessionView};
use crate::connection::timestamp;

/// Tells the desk of sessions that begin and end.
#[derive(Debug)]
pub struct SeatWatch {
    desk: Desk,
}

impl SeatWatch {
    /// Tells `desk`.
    #[must_use]
    pub const fn of(desk: Desk) -> Self {
        Self { desk }
    }
}

impl SessionListener for SeatWatch {
    fn on_event(&self, session: &SessionView<'_>, event: SessionEvent<'_>) {
        if !matches!(event, SessionEvent::Connected | SessionEvent::Disconnected) || !session.principal.role.is_staff()
        {
            return;
        }
        // The connection does not wait for it; outside a runtime everything has ended.
        let Ok(runtime) = Handle::try_current() else { return };
        let (desk, principal) = (self.desk.clone(), session.principal.clone());
        runtime.spawn(async move {
            if let Err(error) = desk.presence_changed(&principal, timestamp()).await {
                tracing::warn!(%error, "a change of presence could not be told");
            }
        });
    }
}
