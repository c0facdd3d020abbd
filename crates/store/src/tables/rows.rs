//! Many rows in one statement, for an engine that is a network away.

/// Rows per statement, the largest first: few enough numbers for all statements to stay prepared.
const SIZES: [usize; 4] = [64, 16, 4, 1];

/// `rows` in parts that one statement each takes, in their order.
pub(crate) fn parts<T>(mut rows: &[T]) -> impl Iterator<Item = &[T]> {
    std::iter::from_fn(move || {
        let size = SIZES.into_iter().find(|size| *size <= rows.len())?;
        let (part, rest) = rows.split_at(size);
        rows = rest;
        Some(part)
    })
}

/// The parameters of so many rows of `columns`, in parentheses each: `(?1, ?2), (?3, ?4)`.
pub(crate) fn parameters(rows: usize, columns: &[&str]) -> String {
    let mut text = String::new();
    let mut number = 0;
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for (place, kind) in columns.iter().enumerate() {
            number += 1;
            let comma = if place == 0 { "" } else { ", " };
            text.push_str(&format!("{comma}CAST(?{number} AS {kind})"));
        }
        text.push(')');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_is_in_one_part() {
        for count in [0, 1, 3, 4, 5, 64, 65, 200] {
            let rows: Vec<usize> = (0..count).collect();
            let parts: Vec<_> = parts(&rows).collect();
            assert!(parts.iter().all(|part| SIZES.contains(&part.len())), "{count}");
            assert_eq!(parts.concat(), rows);
        }
    }

    #[test]
    fn rows_are_numbered_through() {
        assert_eq!(
            parameters(2, &["BIGINT", "TEXT"]),
            "(CAST(?1 AS BIGINT), CAST(?2 AS TEXT)), (CAST(?3 AS BIGINT), CAST(?4 AS TEXT))"
        );
        assert_eq!(parameters(0, &["TEXT"]), "");
    }
}
