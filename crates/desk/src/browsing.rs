//! Visitors who look at pages without having a conversation: known for a while, in memory alone.

use std::{collections::VecDeque, sync::Arc, time::Duration};

use deskwire_model::{Principal, Timestamp, Uid};
use deskwire_store::Visitor;
use moka::sync::Cache;

use crate::{Desk, DeskError, visitor_info::cut};

/// Visitors that are known to browse, of all organisations; the least recently seen go first.
const MOST: u64 = 10_000;
/// How long a visitor who has not looked at another page is taken to look at its last one.
const WHILE: Duration = Duration::from_secs(5 * 60);
/// Pages of a visitor that are remembered.
pub const PAGES: usize = 10;
/// Longest address and title, in bytes.
const MAX_URL: usize = 2048;
const MAX_TITLE: usize = 256;

/// A page that a visitor has looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct PageView {
    /// Its address.
    pub url: String,
    /// Its title.
    pub title: String,
    /// Where the visitor came from.
    pub referrer: String,
    /// When it looked at it.
    pub at: Timestamp,
}

/// A visitor who browses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrowsingVisitor {
    /// Who.
    pub visitor: Visitor,
    /// What it has looked at lately, the newest first.
    pub pages: VecDeque<PageView>,
    /// Whether it is also connected.
    pub online: bool,
}

/// Who browses.
#[derive(Clone, Debug)]
pub(crate) struct Browsing(Cache<Uid, Arc<BrowsingVisitor>>);

impl Default for Browsing {
    fn default() -> Self {
        Self(Cache::builder().max_capacity(MOST).time_to_live(WHILE).build())
    }
}

/// `pages` with another one, the newest first. Who says again where it is has not gone on.
fn with_page(mut pages: VecDeque<PageView>, page: PageView) -> VecDeque<PageView> {
    if pages.front().is_some_and(|newest| newest.url == page.url) {
        pages.pop_front();
    }
    pages.push_front(page);
    pages.truncate(PAGES);
    pages
}

impl Desk {
    /// Notes that a visitor looks at a page.
    pub fn browses(&self, visitor: Visitor, mut page: PageView) {
        cut(&mut page.url, MAX_URL);
        cut(&mut page.referrer, MAX_URL);
        cut(&mut page.title, MAX_TITLE);
        let uid = visitor.uid.clone();
        let _ = self.browsing.0.entry(uid).and_upsert_with(|known| {
            let pages = known.map(|known| known.into_value().pages.clone()).unwrap_or_default();
            Arc::new(BrowsingVisitor { visitor, pages: with_page(pages, page), online: false })
        });
    }

    /// The visitors of an organisation who browse on this node, who looked at something last first. Whether they are connected
    /// is said of this node.
    #[must_use]
    pub fn browsing_here(&self, org: &Uid) -> Vec<BrowsingVisitor> {
        let own = self.browsing.0.iter().map(|(_, known)| known).filter(|known| known.visitor.org == *org);
        let mut own: Vec<BrowsingVisitor> = own
            .map(|known| BrowsingVisitor {
                online: self.presence.is_online(&known.visitor.uid),
                ..known.as_ref().clone()
            })
            .collect();
        own.sort_by_key(|known| std::cmp::Reverse(known.pages.front().map(|page| page.at)));
        own
    }

    /// As [`Self::browsing_here`], for `by`, of its organisation.
    ///
    /// # Errors
    /// [`DeskError::NotAllowed`] for visitors.
    pub fn browsing_visitors(&self, by: &Principal) -> Result<Vec<BrowsingVisitor>, DeskError> {
        if !by.role.is_staff() {
            return Err(DeskError::NotAllowed);
        }
        Ok(self.browsing_here(&by.org))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_pages_are_remembered() {
        let page = |n: usize| PageView { url: format!("/{n}"), at: Timestamp(0), ..PageView::default() };
        let mut pages = VecDeque::new();
        for n in [0, 0, 1, 1, 2] {
            pages = with_page(pages, page(n));
        }
        assert_eq!(pages.iter().map(|page| page.url.as_str()).collect::<Vec<_>>(), ["/2", "/1", "/0"]);
        for n in 0..PAGES + 5 {
            pages = with_page(pages, page(n));
        }
        assert_eq!(pages.len(), PAGES);
    }
}
