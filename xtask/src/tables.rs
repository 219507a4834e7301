//! Tables of our own pages, read where a page is also a rule.
//!
//! A table is known by its heading row; only the tables asked for are read.

/// One row: its line in the page, counted from 1, and its cells without surrounding space.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) line: usize,
    pub(crate) cells: Vec<String>,
}

impl Row {
    pub(crate) fn cell(&self, index: usize) -> &str {
        self.cells.get(index).map_or("", String::as_str)
    }
}

/// The rows of every table of `page` whose heading row has exactly these cells.
pub(crate) fn rows(page: &str, heading: &[&str]) -> Vec<Row> {
    let mut inside = false;
    let mut rows = Vec::new();
    for (at, line) in page.lines().enumerate() {
        let Some(cells) = cells(line) else {
            inside = false;
            continue;
        };
        if cells == heading {
            inside = true;
        } else if inside && !cells.iter().all(|c| c.chars().all(|x| x == '-' || x == ':')) {
            rows.push(Row { line: at.saturating_add(1), cells });
        }
    }
    rows
}

fn cells(line: &str) -> Option<Vec<String>> {
    let inner = line.trim().strip_prefix('|')?.strip_suffix('|')?;
    Some(inner.split('|').map(|cell| cell.trim().to_owned()).collect())
}

/// What stands between back quotes in `text`, in order.
pub(crate) fn quoted(text: &str) -> Vec<&str> {
    text.split('`').skip(1).step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two tables on a page: only the one whose heading was asked for is a rule.
    #[test]
    fn only_the_table_with_the_heading_asked_for_is_read() {
        let page = "| A | B |\n|---|---|\n| 1 | 2 |\n\ntext\n\n| C |\n|---|\n| 3 |\n";
        let read = rows(page, &["A", "B"]);
        assert_eq!(read, [Row { line: 3, cells: vec!["1".into(), "2".into()] }]);
        assert_eq!(rows(page, &["B", "A"]), []);
    }

    #[test]
    fn quoted_words_are_those_between_back_quotes() {
        assert_eq!(quoted("see `a/b.rs` and `c`"), ["a/b.rs", "c"]);
        assert_eq!(quoted("none"), Vec::<&str>::new());
    }
}
