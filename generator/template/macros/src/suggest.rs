//! Finds the name that was probably meant.

/// The name that resembles `found` most, if one does.
pub fn closest<'n>(found: &str, names: impl IntoIterator<Item = &'n str>) -> Option<&'n str> {
    let limit = (found.chars().count() / 3).max(1);
    let candidates = names.into_iter().map(|name| (distance(found, name), name));
    // The first of equally close names is taken, so that the answer depends on the table only.
    candidates
        .filter(|(far, _)| *far <= limit)
        .min_by_key(|(far, _)| *far)
        .map(|(_, name)| name)
}

/// The number of characters to insert, delete or replace to make `b` of `a`.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut above: Vec<usize> = (0..=b.len()).collect();
    for (row, x) in a.chars().enumerate() {
        let mut current = vec![row + 1];
        for (column, y) in b.iter().enumerate() {
            let replaced = above[column] + usize::from(x != *y);
            current.push(replaced.min(above[column + 1] + 1).min(current[column] + 1));
        }
        above = current;
    }
    above.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::closest;

    #[test]
    fn the_closest_name_is_found_and_nothing_far_away() {
        let names = ["iadd", "isub", "idiv"];
        assert_eq!(closest("iad", names), Some("iadd"));
        assert_eq!(closest("idivv", names), Some("idiv"));
        assert_eq!(closest("return", names), None);
    }
}
