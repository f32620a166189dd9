//! Finds what is alive: marks what roots reach, with a stack of bounded size.
//!
//! A marked object whose words were not looked at yet waits on the stack. When the stack is full, only its block is noted; the
//! blocks that were noted are gone through once the stack is empty. So however deep a structure is, marking needs a fixed amount
//! of memory.

use crate::any::{Any, AnyKind};
use crate::blocks::{Blocks, Use, block_of, first_granule};
use crate::layout::{self, Kind};
use crate::object::Raw;
use crate::reference::Ref;
use crate::region::Region;
use crate::shape::{Shape, Traced};
use crate::value::{SlotKind, Value};

/// The most objects that wait on the stack.
const MOST_WAITING: usize = 1 << 15;
/// How many elements of an array are looked at before what they refer to. Otherwise one array could fill the stack.
const CHUNK: u32 = 256;

/// How many objects are on their way from memory, a power of two. Without that, each would be waited for alone.
const FETCHED: usize = 8;

/// A marked object that is to be looked at.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Waiting {
    object: Ref,
    /// The first element to look at, in an array.
    from: u32,
}

/// Takes the references that are roots, or that a boxed Rust value holds, during a collection.
// It only borrows the state, so that no caller can exchange the states of two heaps.
#[derive(Debug)]
pub struct Marker<'a>(&'a mut Marked);

impl Marker<'_> {
    /// The object behind this reference is alive. Null is fine.
    #[inline]
    pub fn mark(&mut self, reference: Ref) {
        self.0.mark(reference);
    }

    /// What this value refers to, if anything, is alive.
    #[inline]
    pub fn mark_any(&mut self, any: Any) {
        self.0.mark_any(any);
    }

    /// The same for a value.
    #[inline]
    pub fn mark_value(&mut self, value: Value) {
        self.mark_word(value.word(), value.slot());
    }

    /// The same for a raw slot.
    #[inline]
    pub fn mark_word(&mut self, word: u64, slot: SlotKind) {
        self.0.mark_word(word, slot);
    }
}

/// The state of marking.
#[derive(Debug)]
pub(crate) struct Marking {
    pub(crate) shapes: Vec<Shape>,
    pub(crate) marked: Marked,
}

/// What is marked, and what of it waits.
#[derive(Debug)]
pub(crate) struct Marked {
    base: *mut u8,
    pub(crate) blocks: Blocks,
    waiting: Vec<Waiting>,
    most_waiting: usize,
    /// What was taken off the stack and is fetched into the cache, in a ring: from the place `next_fetched` on, `fetching` of them.
    fetched: [Waiting; FETCHED],
    next_fetched: usize,
    fetching: usize,
    /// Blocks with marked objects that were not looked at, by number.
    left_out: Vec<bool>,
    any_left_out: bool,
    /// What was alive before, to check references against.
    before: Option<Box<Blocks>>,
    /// How many references led to nothing alive.
    pub(crate) dangling: u64,
}

impl Marked {
    /// The place at a reference.
    #[inline]
    fn raw(&self, object: Ref) -> Option<Raw> {
        let room = self.blocks.room_at(object.bits())?;
        // SAFETY: the table of blocks is that of the region at `base`, which outlives the collection, and nothing else looks at
        // the objects meanwhile.
        Some(unsafe { Raw::new(self.base, object, room) })
    }

    /// The same for one that is marked: a marked object is known to start where it does.
    #[inline]
    fn raw_of_marked(&self, object: Ref) -> Option<Raw> {
        let room = self.blocks.room_of_marked(object.bits())?;
        // SAFETY: as in `raw`; only where an object starts is a mark set, and nothing but what is marked waits.
        Some(unsafe { Raw::new(self.base, object, room) })
    }

    #[inline]
    fn mark(&mut self, object: Ref) {
        if object.is_null() {
            return;
        }
        match self.blocks.mark(object.bits()) {
            Some(true) => {}
            Some(false) => self.wait(Waiting { object, from: 0 }),
            None => self.dangling += 1,
        }
    }

    #[inline]
    fn mark_any(&mut self, any: Any) {
        if let AnyKind::Ref(reference) = any.kind() {
            self.mark(reference);
        }
    }

    #[inline]
    fn mark_word(&mut self, word: u64, slot: SlotKind) {
        match slot {
            SlotKind::Ref => self.mark(Ref::from_bits(word as u32)),
            SlotKind::Any => self.mark_any(Any::from_bits(word)),
            SlotKind::I32 | SlotKind::F64 | SlotKind::Bool => {}
        }
    }

    #[inline]
    fn wait(&mut self, waiting: Waiting) {
        if self.waiting.len() < self.most_waiting {
            self.waiting.push(waiting);
        } else {
            self.leave_out(waiting);
        }
    }

    #[cold]
    fn leave_out(&mut self, waiting: Waiting) {
        let block = block_of(waiting.object.bits()) as usize;
        if self.left_out.len() <= block {
            self.left_out.resize(self.blocks.count() as usize, false);
        }
        if let Some(left_out) = self.left_out.get_mut(block) {
            *left_out = true;
            self.any_left_out = true;
        }
    }

    /// What is to be looked at next.
    #[inline]
    fn next(&mut self) -> Option<Waiting> {
        while self.fetching < FETCHED
            && let Some(waiting) = self.waiting.pop()
        {
            self.fetch(waiting.object);
            self.fetched[(self.next_fetched + self.fetching) % FETCHED] = waiting;
            self.fetching += 1;
        }
        self.fetching = self.fetching.checked_sub(1)?;
        let next = self.fetched[self.next_fetched % FETCHED];
        self.next_fetched = (self.next_fetched + 1) % FETCHED;
        Some(next)
    }

    /// Asks for a marked object to be brought into the cache.
    #[inline]
    fn fetch(&self, object: Ref) {
        #[cfg(all(target_arch = "x86_64", not(miri)))]
        {
            use core::arch::x86_64::{_MM_HINT_T0, _mm_prefetch};
            let address = self.base.wrapping_add(object.bits() as usize * layout::GRANULE);
            // SAFETY: every processor of this architecture has the instruction, and it does nothing at addresses that it can't read.
            unsafe { _mm_prefetch::<_MM_HINT_T0>(address.cast()) }
        }
        #[cfg(not(all(target_arch = "x86_64", not(miri))))]
        let _ = object;
    }

    /// What is in the place of a marked object. If nothing alive is, the mark is taken away again.
    #[inline]
    fn kind(&mut self, object: Ref, raw: Raw) -> Option<Kind> {
        let alive = match &self.before {
            Some(before) => before.may_be_alive(object.bits()),
            None => true,
        };
        let kind = raw.kind().filter(|_| alive);
        if kind.is_none() {
            self.blocks.unmark(object.bits());
            self.dangling += 1;
        }
        kind
    }

    fn look_at_array(&mut self, waiting: Waiting, raw: Raw) {
        let Some(head) = raw.array_head() else { return };
        if waiting.from == 0 {
            self.mark(head.buffer);
        }
        if !matches!(head.slot, SlotKind::Ref | SlotKind::Any) {
            return;
        }
        let Some(elements) = self.raw(head.buffer).filter(|buffer| buffer.holds(head)) else {
            return;
        };
        let end = head.length.min(waiting.from.saturating_add(CHUNK));
        if end < head.length {
            // Beyond the bound if need be: at most once for each object that is being fetched.
            self.waiting.push(Waiting {
                object: waiting.object,
                from: end,
            });
        }
        for index in waiting.from..end {
            let word = elements.u64_at(layout::BODY + index as usize * layout::WORD);
            self.mark_word(word, head.slot);
        }
    }
}

impl Marking {
    /// Starts with nothing marked. `before` says what was alive before, where references are to be checked against it.
    pub(crate) fn new(region: &Region, mut blocks: Blocks, shapes: Vec<Shape>, before: Option<Box<Blocks>>) -> Marking {
        blocks.clear_marks();
        Marking {
            shapes,
            marked: Marked {
                base: region.base(),
                blocks,
                waiting: Vec::new(),
                most_waiting: MOST_WAITING,
                fetched: [Waiting::default(); FETCHED],
                next_fetched: 0,
                fetching: 0,
                left_out: Vec::new(),
                any_left_out: false,
                before,
                dangling: 0,
            },
        }
    }

    /// Lets someone mark.
    pub(crate) fn marker(&mut self) -> Marker<'_> {
        Marker(&mut self.marked)
    }

    /// Makes the stack smaller, so that tests reach its end.
    pub(crate) fn bound(&mut self, most_waiting: usize) {
        self.marked.most_waiting = most_waiting;
    }

    /// Looks at everything that waits. `boxed` traces the Rust value that an object stands for.
    pub(crate) fn drain(&mut self, mut boxed: impl FnMut(Ref, u32, &mut Marker<'_>)) {
        self.drain_waiting(&mut boxed);
        while core::mem::take(&mut self.marked.any_left_out) {
            for block in 0..self.marked.left_out.len() {
                if core::mem::take(&mut self.marked.left_out[block]) {
                    self.look_again(block as u32, &mut boxed);
                }
            }
        }
    }

    /// Looks at all marked objects of a block. Those that were looked at before cost time and nothing else.
    fn look_again(&mut self, block: u32, boxed: &mut impl FnMut(Ref, u32, &mut Marker<'_>)) {
        let first = first_granule(block);
        let (end, step) = match self.marked.blocks.usage(block) {
            Use::Small(class) => (first + class.capacity() * class.granules(), class.granules()),
            Use::Large(_) => (first + 1, 1),
            Use::Free | Use::Rest => return,
        };
        let mut granule = first;
        while granule < end {
            granule = self.marked.blocks.next_marked(granule);
            if granule < end {
                let object = Ref::from_bits(granule);
                self.marked.waiting.push(Waiting { object, from: 0 });
                self.drain_waiting(boxed);
            }
            granule += step;
        }
    }

    fn drain_waiting(&mut self, boxed: &mut impl FnMut(Ref, u32, &mut Marker<'_>)) {
        while let Some(waiting) = self.marked.next() {
            let Some(raw) = self.marked.raw_of_marked(waiting.object) else {
                continue;
            };
            let Some(kind) = self.marked.kind(waiting.object, raw) else {
                continue;
            };
            let first = match kind {
                Kind::Tuple | Kind::Instance | Kind::Cell => layout::BODY,
                Kind::Closure => {
                    self.marked.mark(Ref::from_bits(raw.u32_at(layout::CLOSURE_RECEIVER)));
                    layout::CAPTURES
                }
                Kind::Str | Kind::Buffer => continue,
                Kind::Array => {
                    self.marked.look_at_array(waiting, raw);
                    continue;
                }
                Kind::Boxed => {
                    boxed(waiting.object, raw.aux(), &mut self.marker());
                    continue;
                }
            };
            self.look_at_words(raw, first);
        }
    }

    #[inline(always)]
    fn look_at_words(&mut self, raw: Raw, first: usize) {
        let Some(shape) = self.shapes.get(raw.aux() as usize) else {
            return;
        };
        for (index, traced) in shape.traced() {
            let word = raw.u64_at(first + *index as usize * layout::WORD);
            match traced {
                Traced::Ref => self.marked.mark(Ref::from_bits(word as u32)),
                Traced::Any => self.marked.mark_any(Any::from_bits(word)),
            }
        }
    }
}
