//! How a function is entered.

use raya_facts::TrapKind;
use raya_heap::Ref;
use raya_runtime::{Context, Trap};

use super::State;
use super::rare::Rare;
use crate::code::Callee;
use crate::frames::{Record, fits};
use crate::pc::{Fetched, Fp, Pc};

impl State {
    /// Enters a function whose parameters lie at `frame`.
    ///
    /// # Safety
    ///
    /// The parameters lie there in the representations that the function wants, in the words of the task that runs; `pc` is the
    /// call, `words` its length, `entry` finds the function's first instruction.
    #[inline(always)]
    pub(crate) unsafe fn push_frame(
        &mut self,
        pc: Fetched,
        words: u32,
        frame: *mut u64,
        callee: &Callee,
        entry: impl FnOnce() -> Pc,
        notes: Notes,
    ) -> (Pc, Fp) {
        let record = self.record.wrapping_add(1);
        if record >= self.records_end || frame.wrapping_add(callee.words as usize) > self.words_end {
            let call = Rare::Call {
                words,
                callee,
                closure: notes.closure.unwrap_or_default(),
                receiver: notes.receiver.unwrap_or_default(),
                rest: notes.rest.unwrap_or(0),
            };
            // The caller's frame is found again by its record: kept until here, it would take a register more than there are.
            return self.later(pc, Fp(frame), call);
        }
        // SAFETY: both lie within what was just checked.
        unsafe {
            (*record).return_pc = pc.next(words as usize);
            (*record).frame = frame;
            (*record).function = callee.function;
            notes.write(&mut *record);
            // Not a range: at low levels of optimisation one lies in memory, and then the handler's last call stays a call.
            // Volatile, since the compiler would make a call of `memset` of it, for which the handler had to save registers.
            if callee.zeros != 0 {
                let mut local = frame.add(usize::from(callee.params));
                let end = local.add(usize::from(callee.zeros));
                while local < end {
                    local.write_volatile(0);
                    local = local.add(1);
                }
            }
        }
        self.record = record;
        self.enter_block(entry(), Fp(frame), callee.cost)
    }

    /// Returns a word: puts it where the call says, in its last word, and goes on behind it.
    ///
    /// # Safety
    ///
    /// A function runs, and the word is what it returns, in the representation that its caller expects.
    #[inline(always)]
    pub unsafe fn return_word(&mut self, word: u64) -> (Pc, Fp) {
        // SAFETY: the record of the function that runs has another below it, that of its caller or the first of all, whose frame is there;
        // behind every call, and behind where the outermost function returns to, is an instruction, and before it the last word of the call.
        unsafe {
            let return_pc = (*self.record).return_pc;
            self.record = self.record.sub(1);
            let fp = Fp((*self.record).frame);
            let result = return_pc.0.sub(1).cast::<u16>().read();
            fp.set_word(result, word);
            (return_pc, fp)
        }
    }

    /// The same as `push_frame` where there may be no room yet, or none at all.
    #[cold]
    #[inline(never)]
    #[expect(
        clippy::too_many_arguments,
        reason = "numbers need no memory where there is room for the call"
    )]
    pub(super) fn push_frame_slowly(
        &mut self,
        pc: Pc,
        fp: Fp,
        return_pc: Pc,
        frame: *mut u64,
        callee: &Callee,
        closure: Ref,
        receiver: Ref,
        rest: u32,
    ) -> (Pc, Fp) {
        let base = (frame as usize - self.words as usize) / size_of::<u64>();
        let top = self.top();
        let hidden = self.hidden;
        if !fits(top, base, hidden, callee, &self.context().limits) {
            let trap = stack_overflow(self.context(), callee.function, top);
            return self.raise(pc, fp, trap);
        }
        let frames = &mut self.tasks[self.task.0 as usize];
        frames.grow(base + callee.words as usize, top + 2);
        let (words, record) = (frames.words.as_mut_ptr(), frames.records.as_mut_ptr());
        self.point(top);
        // SAFETY: `grow` made room for both.
        unsafe {
            let record = record.add(top + 1);
            (*record).return_pc = return_pc;
            (*record).function = callee.function;
            (*record).closure = closure;
            (*record).receiver = receiver;
            (*record).rest = rest;
            let frame = words.add(base);
            (*record).frame = frame;
            for local in usize::from(callee.params)..callee.locals() {
                frame.add(local).write(0);
            }
            self.record = record;
            self.enter_block(Pc(callee.entry), Fp(frame), callee.cost)
        }
    }

    /// The function with a number.
    ///
    /// # Safety
    ///
    /// There is one.
    #[inline(always)]
    pub(crate) unsafe fn callee(&self, function: u32) -> &'static Callee {
        // SAFETY: the verifier checked numbers of functions; the list lives as long as the code, and no handler keeps this.
        unsafe { &*self.callees.add(function as usize) }
    }
}

/// What calls other than plain ones note in their record.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Notes {
    /// As [`Record::closure`].
    pub closure: Option<Ref>,
    /// As [`Record::receiver`].
    pub receiver: Option<Ref>,
    /// As [`Record::rest`].
    pub rest: Option<u32>,
}

impl Notes {
    #[inline(always)]
    fn write(self, record: &mut Record) {
        if let Some(closure) = self.closure {
            record.closure = closure;
        }
        if let Some(receiver) = self.receiver {
            record.receiver = receiver;
        }
        if let Some(rest) = self.rest {
            record.rest = rest;
        }
    }
}

/// The trap for one call too many.
pub(crate) fn stack_overflow(context: &Context, function: u32, calls: usize) -> Trap {
    let name = context
        .module
        .functions
        .get(function as usize)
        .map_or("", |function| &function.name);
    let message = format!("`{name}` would be call {} of those that are nested", calls + 1);
    Trap::new(TrapKind::StackOverflow, message)
}
