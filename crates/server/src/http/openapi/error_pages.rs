//! `docs/errors.md` has a section for each error, and none besides.

use deskwire_model::{ErrorCode, Retry};

const PAGES: &str = include_str!("../../../../../docs/errors.md");

/// The sections of the page, each with its text.
fn sections() -> Vec<(&'static str, &'static str)> {
    PAGES.split("\n## ").skip(1).filter_map(|section| section.split_once('\n')).collect()
}

#[test]
fn every_error_has_its_section_in_the_same_order() {
    let names: Vec<&str> = sections().into_iter().map(|(name, _)| name).collect();
    let codes: Vec<&str> = ErrorCode::ALL.iter().map(|code| code.as_str()).collect();
    assert_eq!(names, codes);
}

#[test]
fn a_section_says_what_the_code_says() {
    for (code, (name, text)) in ErrorCode::ALL.iter().zip(sections()) {
        assert!(text.contains(&code.meaning()), "{name}: {}", code.meaning());
        let again = match code.retry() {
            Retry::Never => "no",
            Retry::Later => "later",
            Retry::Again => "yes, the same",
        };
        let cells: Vec<&str> = text
            .lines()
            .find(|line| line.ends_with(&format!("| {again} |")))
            .map_or_else(Vec::new, |row| row.split('|').map(str::trim).collect());
        assert!(cells.len() > 3, "{name}: again is {again}");
        assert!(cells[2] == "–" || cells[2] == code.http_status().to_string(), "{name}: {cells:?}");
        let advice = text.trim_end().lines().last().unwrap_or_default();
        assert!(!advice.starts_with('|') && advice.ends_with('.'), "{name}: what is one to do?");
    }
}
