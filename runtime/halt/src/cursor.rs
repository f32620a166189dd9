//! Going through what a value consists of, in a fixed order and without recursion.

use crate::arena::Arena;
use crate::error::Error;
use crate::object::Kind;
use crate::scalar::Type;
use crate::word::Word;

/// How deep collections may be nested: an integer has depth 0, a list of integers depth 1.
pub const MAX_DEPTH: usize = exo_facts::limits::VALUE_DEPTH as usize;

/// The collection, and the levels of nodes below it: six of a vector, eight of a map.
const LEVELS: usize = 9;

/// A place in an object: where it starts, and how many of its parts were passed. Of a list it is the cell that is next (0 at the
/// end), and how many elements were passed.
#[derive(Clone, Copy, Default)]
struct Frame {
    at: u32,
    passed: u32,
}

/// A stack of places that has room for so many frames.
pub(crate) struct Cursor<const FRAMES: usize> {
    frames: [Frame; FRAMES],
    height: usize,
}

/// What a cursor comes to.
enum Step {
    /// An element, a key or a value.
    Part(Word),
    /// A collection ends.
    End(Type, usize),
    /// The collection that one began with has ended.
    Done,
}

impl<const FRAMES: usize> Cursor<FRAMES> {
    fn new() -> Self {
        Self {
            frames: [Frame::default(); FRAMES],
            height: 0,
        }
    }

    /// Goes into the object. The depth of values is limited, so there is a frame for each.
    fn enter(&mut self, at: usize) {
        if let Some(frame) = self.frames.get_mut(self.height) {
            *frame = Frame {
                at: at as u32,
                passed: 0,
            };
            self.height += 1;
        }
    }

    fn step(&mut self, arena: &Arena<'_>) -> Step {
        while let Some(frame) = self.height.checked_sub(1).and_then(|top| self.frames.get_mut(top)) {
            let at = frame.at as usize;
            if at == 0 {
                self.height -= 1;
                return Step::End(Type::List, frame.passed as usize);
            }
            let header = arena.header(at);
            if header.kind == Kind::List {
                let rest = arena.object(Word::from_bits(arena.read(at + 2)));
                *frame = Frame {
                    at: rest.map_or(0, |(at, _)| at as u32),
                    passed: frame.passed + 1,
                };
                return Step::Part(Word::from_bits(arena.read(at + 1)));
            }
            let (first, count) = header.references();
            let passed = frame.passed as usize;
            if passed == count {
                self.height -= 1;
                match header.kind {
                    Kind::Vector => return Step::End(Type::Vector, header.length as usize),
                    Kind::Map => return Step::End(Type::Map, header.length as usize),
                    _ => continue,
                }
            }
            frame.passed += 1;
            let part = Word::from_bits(arena.read(at + first + passed));
            match arena.object(part) {
                Some((node, inner)) if !inner.kind.is_value() => self.enter(node),
                _ => return Step::Part(part),
            }
        }
        Step::Done
    }
}

/// The parts of one collection: the elements of a list or vector, the keys of a map each with its value after it.
pub struct Parts<'a> {
    arena: &'a Arena<'a>,
    cursor: Cursor<LEVELS>,
}

impl Iterator for Parts<'_> {
    type Item = Word;

    fn next(&mut self) -> Option<Word> {
        match self.cursor.step(self.arena) {
            Step::Part(word) => Some(word),
            Step::End(..) | Step::Done => None,
        }
    }
}

impl Arena<'_> {
    /// The elements of a list or a vector in their order; of a map each key and after it its value, in the order of the hashes.
    ///
    /// # Errors
    /// [`Error::BadWord`], [`Error::TypeMismatch`].
    pub fn parts(&self, word: Word) -> Result<Parts<'_>, Error> {
        let mut cursor = Cursor::new();
        match self.type_of(word)? {
            Type::List | Type::Vector | Type::Map => {}
            _ => return Err(Error::TypeMismatch),
        }
        if let Some((at, _)) = self.object(word) {
            cursor.enter(at);
        }
        Ok(Parts { arena: self, cursor })
    }
}

/// What a walk comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Token {
    /// A value without parts: also an empty collection.
    Leaf(Word),
    /// A collection that isn't empty; its parts follow.
    Begin(Word),
    /// The end of such a one, with how many elements or entries it has.
    End(Type, usize),
}

/// All that a value consists of, from the outside in. Equal values give equal walks, because equal maps have the same shape.
pub(crate) struct Walk<'a> {
    arena: &'a Arena<'a>,
    cursor: Cursor<{ MAX_DEPTH * LEVELS }>,
    first: Option<Word>,
}

impl<'a> Walk<'a> {
    pub(crate) fn new(arena: &'a Arena<'a>, word: Word) -> Self {
        Self {
            arena,
            cursor: Cursor::new(),
            first: Some(word),
        }
    }

    /// Passes over the collection that just began.
    pub(crate) fn pass_over(&mut self) {
        self.cursor.height = self.cursor.height.saturating_sub(1);
    }
}

impl Iterator for Walk<'_> {
    type Item = Token;

    fn next(&mut self) -> Option<Token> {
        let word = match self.first.take() {
            Some(word) => word,
            None => match self.cursor.step(self.arena) {
                Step::Part(word) => word,
                Step::End(kind, count) => return Some(Token::End(kind, count)),
                Step::Done => return None,
            },
        };
        match self.arena.object(word) {
            Some((at, header)) if matches!(header.kind, Kind::List | Kind::Vector | Kind::Map) => {
                self.cursor.enter(at);
                Some(Token::Begin(word))
            }
            _ => Some(Token::Leaf(word)),
        }
    }
}
