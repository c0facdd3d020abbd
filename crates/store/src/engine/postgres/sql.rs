//! SQL as the tables write it, in PostgreSQL's spelling.

/// Puts `$1` for `?1`, `JOIN` for `CROSS JOIN … ON`, and nothing for `INDEXED BY name`. What stands in quotes is left alone.
pub(super) fn spelled(sql: &str) -> String {
    let mut spelled = String::with_capacity(sql.len() + 16);
    let mut rest = sql;
    while let Some(next) = rest.chars().next() {
        let taken = match next {
            '\'' | '"' => {
                let end = rest[1..].find(next).map_or(rest.len(), |end| end + 2);
                spelled.push_str(&rest[..end]);
                end
            }
            '?' => {
                spelled.push('$');
                1
            }
            'A'..='Z' | 'a'..='z' | '_' => word(rest, &mut spelled),
            _ => {
                spelled.push(next);
                next.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    spelled
}

/// Spells what `text` begins with, a word, and returns how much of it that was.
fn word(text: &str, spelled: &mut String) -> usize {
    let end = end_of_word(text);
    let begins = |wanted: &[&str]| {
        let mut at = 0;
        for wanted in wanted {
            let found = text[at..].trim_start();
            let start = text.len() - found.len();
            let end = start + end_of_word(found);
            if !text[start..end].eq_ignore_ascii_case(wanted) {
                return None;
            }
            at = end;
        }
        Some(at)
    };
    if let Some(hint) = begins(&["INDEXED", "BY"]) {
        let name = text[hint..].trim_start();
        return text.len() - name.len() + end_of_word(name);
    }
    if let Some(hint) = begins(&["CROSS", "JOIN"]).filter(|hint| has_condition(&text[*hint..])) {
        spelled.push_str("JOIN");
        return hint;
    }
    spelled.push_str(&text[..end]);
    end
}

fn end_of_word(text: &str) -> usize {
    text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(text.len())
}

/// Whether the table that a join names is followed by `ON`, before the next join or clause.
fn has_condition(joined: &str) -> bool {
    const ENDS: [&str; 12] = [
        "JOIN",
        "CROSS",
        "LEFT",
        "INNER",
        "WHERE",
        "GROUP",
        "ORDER",
        "LIMIT",
        "UNION",
        "SELECT",
        "HAVING",
        "RETURNING",
    ];
    let mut depth = 0;
    for word in joined.split_inclusive(|c: char| !c.is_ascii_alphanumeric() && c != '_') {
        let name = word.trim_end_matches(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        if depth == 0 && name.eq_ignore_ascii_case("ON") {
            return true;
        }
        if depth == 0 && ENDS.iter().any(|end| name.eq_ignore_ascii_case(end)) {
            return false;
        }
        match word.chars().last() {
            Some('(') => depth += 1,
            Some(')') => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return false;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sql_is_spelled_for_postgresql() {
        for (ours, theirs) in [
            ("SELECT a FROM t WHERE b = ?1 AND c > ?12", "SELECT a FROM t WHERE b = $1 AND c > $12"),
            ("SELECT '?1', \"?2\", 'it''s ?3', ?4", "SELECT '?1', \"?2\", 'it''s ?3', $4"),
            ("SELECT '猫' || ?1", "SELECT '猫' || $1"),
            ("FROM entry e INDEXED BY entry_by_uid WHERE e.uid = ?1", "FROM entry e  WHERE e.uid = $1"),
            ("FROM a CROSS JOIN b ON b.x = a.x", "FROM a JOIN b ON b.x = a.x"),
            ("FROM a\n  CROSS JOIN b WHERE b.x = a.x", "FROM a\n  CROSS JOIN b WHERE b.x = a.x"),
            (
                "FROM a CROSS JOIN (SELECT x FROM c JOIN d ON d.x = c.x) b WHERE 1 = 1",
                "FROM a CROSS JOIN (SELECT x FROM c JOIN d ON d.x = c.x) b WHERE 1 = 1",
            ),
            ("FROM a CROSS JOIN b CROSS JOIN c ON c.x = b.x", "FROM a CROSS JOIN b JOIN c ON c.x = b.x"),
            ("(SELECT 1 FROM a CROSS JOIN b) ON", "(SELECT 1 FROM a CROSS JOIN b) ON"),
            ("SELECT 'open ?1", "SELECT 'open ?1"),
        ] {
            assert_eq!(spelled(ours), theirs);
        }
    }
}
