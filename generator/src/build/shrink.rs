//! Shrinks what fails to what matters of it: delta debugging.

/// Takes items away as long as the rest still fails, in pieces that get smaller and smaller. None of the items that are left can be left
/// out alone. `fails` is asked about parts of the list, in its order; what can't be tried doesn't fail.
///
/// # Errors
///
/// Those of `fails`.
pub fn shrink<T: Copy, E>(items: &[T], mut fails: impl FnMut(&[T]) -> Result<bool, E>) -> Result<Vec<T>, E> {
    if fails(&[])? {
        return Ok(Vec::new());
    }
    let mut left = items.to_vec();
    let mut pieces = 2;
    while left.len() > 1 {
        let length = left.len().div_ceil(pieces);
        let mut smaller = None;
        for piece in left.chunks(length) {
            if piece.len() < left.len() && fails(piece)? {
                smaller = Some((piece.to_vec(), 2));
                break;
            }
        }
        if smaller.is_none() {
            for start in (0..left.len()).step_by(length) {
                let rest: Vec<T> = left
                    .iter()
                    .take(start)
                    .chain(left.iter().skip(start + length))
                    .copied()
                    .collect();
                if !rest.is_empty() && fails(&rest)? {
                    smaller = Some((rest, (pieces - 1).max(2)));
                    break;
                }
            }
        }
        match smaller {
            Some((items, next)) => (left, pieces) = (items, next),
            None if length == 1 => break,
            None => pieces = (2 * pieces).min(left.len()),
        }
    }
    Ok(left)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(count: u32, fails: impl Fn(&[u32]) -> bool) -> (Vec<u32>, usize) {
        let items: Vec<u32> = (0..count).collect();
        let mut tries = 0;
        let left = shrink(&items, |part| {
            tries += 1;
            Ok::<bool, ()>(fails(part))
        });
        (left.expect("nothing goes wrong"), tries)
    }

    #[test]
    fn what_matters_is_left() {
        assert_eq!(shrunk(20, |part| part.contains(&3) && part.contains(&17)).0, [3, 17]);
        assert_eq!(shrunk(20, |part| part.contains(&19)).0, [19]);
        assert!(shrunk(20, |_| true).0.is_empty());
        assert_eq!(shrunk(1, |part| part.contains(&0)).0, [0]);
        assert_eq!(shrunk(5, |part| part.len() == 5).0, [0, 1, 2, 3, 4]);
        let (left, tries) = shrunk(64, |part| [5, 31, 60].iter().all(|item| part.contains(item)));
        assert_eq!(left, [5, 31, 60]);
        assert!(tries < 150, "{tries} tries");
    }

    #[test]
    fn what_cannot_be_tried_does_not_fail() {
        // 7 is never on without 2: what has it alone isn't tried.
        let (left, _) = shrunk(10, |part| part.contains(&7) && part.contains(&2));
        assert_eq!(left, [2, 7]);
    }

    #[test]
    fn an_error_ends_it() {
        assert_eq!(shrink(&[1, 2], |_| Err("no more")), Err("no more"));
    }
}
