/// A host that expects certain calls, in order. Its clones share what happened, so that a test can look at it afterwards.
#[derive(Debug, Clone, Default)]
pub struct Script(Rc<RefCell<Progress>>);

#[derive(Debug, Default)]
struct Progress {
    expected: &'static [Call],
    faults: Vec<String>,
}

impl Script {
    /// A host that expects these calls.
    pub fn new(expected: &'static [Call]) -> Script {
        let faults = Vec::new();
        Script(Rc::new(RefCell::new(Progress { expected, faults })))
    }

    /// What was asked though it wasn't expected, and what was expected and not asked.
    pub fn faults(&self) -> Vec<String> {
        let progress = self.0.borrow();
        let missing = |call: &Call| format!("the host wasn't asked for {}", call.asked());
        let missing = progress.expected.iter().map(missing);
        progress.faults.iter().cloned().chain(missing).collect()
    }

    /// Takes the next call that is expected, if it is what was asked.
    fn next(&mut self, asked: String) -> Option<Call> {
        let mut progress = self.0.borrow_mut();
        if let Some((first, rest)) = progress.expected.split_first()
            && first.asked() == asked
        {
            progress.expected = rest;
            return Some(*first);
        }
        let fault = format!("the host was asked for {asked}, which the example doesn't expect here");
        progress.faults.push(fault);
        None
    }
}

/// A host that answers with numbers that look random and are the same in every run.
#[derive(Debug, Clone)]
pub struct Anything(u64);

impl Anything {
    /// A host whose answers follow from a number.
    pub fn new(seed: u64) -> Anything {
        Anything(seed | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }
}
