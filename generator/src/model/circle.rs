//! Finds circles in what entries refer to, in whatever depth a spec has them.

/// The most circles that are described in full; of others only the closing reference is given.
const MOST_DESCRIBED: usize = 20;

/// A circle: nodes, each with the position of the reference by which it leads to the next one. The last one closes the circle.
pub type Circle = Vec<(usize, usize)>;

/// Every circle of a graph, given by the successors of each node. Without the closing reference of each, the graph has no circle.
pub fn circles(successors: &[Vec<usize>]) -> Vec<Circle> {
    let mut circles: Vec<Circle> = Vec::new();
    let mut finished = vec![false; successors.len()];
    // Where on the path a node stands. The path is a list of its own, so that a long one can't exhaust the stack.
    let mut on_path: Vec<Option<usize>> = vec![None; successors.len()];
    for start in 0..successors.len() {
        if finished[start] {
            continue;
        }
        // Each node with the position of the reference that is followed next.
        let mut path = vec![(start, 0)];
        on_path[start] = Some(0);
        while let Some((node, next)) = path.last().copied() {
            let Some(&successor) = successors[node].get(next) else {
                finished[node] = true;
                on_path[node] = None;
                path.pop();
                continue;
            };
            let last = path.len() - 1;
            path[last].1 = next + 1;
            if let Some(first) = on_path[successor] {
                let described = if circles.len() < MOST_DESCRIBED { first } else { last };
                circles.push(path[described..].iter().map(|(node, next)| (*node, next - 1)).collect());
            } else if !finished[successor] {
                on_path[successor] = Some(path.len());
                path.push((successor, 0));
            }
        }
    }
    circles
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_each_circle_once() {
        assert_eq!(circles(&[vec![1], vec![2], vec![]]), Vec::<Circle>::new());
        assert_eq!(circles(&[vec![0]]), [[(0, 0)]]);
        assert_eq!(circles(&[vec![1], vec![2, 0], vec![]]), [[(0, 0), (1, 1)]]);
        assert_eq!(circles(&[vec![1], vec![2], vec![1]]), [[(1, 0), (2, 0)]]);
    }

    #[test]
    fn a_long_chain_is_no_problem() {
        let count = 200_000;
        let chain: Vec<Vec<usize>> = (0..count).map(|node| vec![(node + 1) % count]).collect();
        assert_eq!(circles(&chain).len(), 1);
    }
}
