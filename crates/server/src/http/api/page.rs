//! Lists in pages, in the shape that Spring Data gives them (`spec/bytedesk.md` §7).

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Most elements of one page.
const MAX_SIZE: u32 = 100;

/// Which page of how many elements.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub(super) struct PageRequest {
    page_number: u32,
    page_size: u32,
}

impl Default for PageRequest {
    fn default() -> Self {
        Self::new(0, Self::DEFAULT_SIZE)
    }
}

impl PageRequest {
    /// Elements of a page if the request does not say.
    pub(super) const DEFAULT_SIZE: u32 = 20;

    /// The page `page_number`, from 0.
    pub(super) const fn new(page_number: u32, page_size: u32) -> Self {
        Self { page_number, page_size }
    }

    /// The number of the page, from 0.
    pub(super) const fn number(self) -> u32 {
        self.page_number
    }

    /// Elements of a page, between 1 and 100.
    pub(super) fn size(self) -> u32 {
        bounded_size(self.page_size)
    }

    /// Elements of the pages before it.
    pub(super) fn skipped(self) -> u64 {
        u64::from(self.page_number) * u64::from(self.size())
    }
}

/// Elements of a page if the request does not say, for deserialising.
pub(super) const fn default_size() -> u32 {
    PageRequest::DEFAULT_SIZE
}

/// Elements of a page, between 1 and 100.
pub(super) fn bounded_size(asked: u32) -> u32 {
    asked.clamp(1, MAX_SIZE)
}

/// A page.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "PageOf{T}")]
#[serde(rename_all = "camelCase")]
pub(super) struct Page<T> {
    content: Vec<T>,
    empty: bool,
    first: bool,
    last: bool,
    number: u32,
    number_of_elements: usize,
    size: u32,
    total_elements: u64,
    total_pages: u64,
}

impl<T> Page<T> {
    /// The page of `all` that is asked for, of what `row` shows of each.
    pub(super) fn of<S>(all: Vec<S>, request: PageRequest, row: impl FnMut(S) -> T) -> Self {
        let total = all.len() as u64;
        let skipped = usize::try_from(request.skipped()).unwrap_or(usize::MAX);
        let rows = all.into_iter().skip(skipped).take(request.size() as usize).map(row);
        Self::new(rows.collect(), request, total)
    }

    /// What is on the page.
    pub(super) fn content(&self) -> &[T] {
        &self.content
    }

    /// The same, to be completed.
    pub(super) fn content_mut(&mut self) -> &mut [T] {
        &mut self.content
    }

    pub(super) fn new(content: Vec<T>, request: PageRequest, total_elements: u64) -> Self {
        let (number, size) = (request.number(), request.size());
        let total_pages = total_elements.div_ceil(u64::from(size));
        Self {
            empty: content.is_empty(),
            first: number == 0,
            last: u64::from(number) + 1 >= total_pages,
            number,
            number_of_elements: content.len(),
            size,
            total_elements,
            total_pages,
            content,
        }
    }
}

impl<T> Page<T> {
    /// A page that was asked for by where it begins, of `total_elements` in all; whether it is the last in its direction.
    pub(super) fn beside(content: Vec<T>, request: PageRequest, total_elements: u64, last: bool) -> Self {
        Self { first: false, last, ..Self::new(content, request, total_elements) }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_page_has_the_shape_of_spring_data() {
        let request: PageRequest = serde_json::from_value(json!({"pageNumber": 1, "pageSize": 2})).unwrap();
        assert_eq!(
            serde_json::to_value(Page::new(vec![3], request, 3)).unwrap(),
            json!({
                "content": [3], "empty": false, "first": false, "last": true, "number": 1, "numberOfElements": 1,
                "size": 2, "totalElements": 3, "totalPages": 2,
            })
        );
        let request: PageRequest = serde_json::from_value(json!({"pageSize": 100_000})).unwrap();
        assert_eq!(request.size(), 100, "pages are bounded");
    }
}
