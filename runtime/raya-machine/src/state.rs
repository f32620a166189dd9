//! What handlers share beside code and frame, and how they fail, wait, pay and collect.

use raya_facts::types::SlotKind;
use raya_facts::{ClassId, FunctionId, TrapKind};
use raya_heap::{Any, Marker, Ref, Template};
use raya_runtime::tasks::{Raised, TaskId};
use raya_runtime::trace::{LONGEST_TRACE, TracePoint};
use raya_runtime::{Context, Stop, Trap, Value};

use crate::code::{Callee, Code, Twice};
use crate::frames::{Frames, Record, fits};
use crate::native::Known;
use crate::pc::{Fp, Pc};
use crate::table::{Internal, Table, builtin, flags};

/// Why an operation failed: a trap, or what was expected where null was found. It is one pointer wide, and the second form takes no call to
/// make, so that a handler which can fail keeps everything in registers.
#[derive(Debug)]
pub struct Fault(*const u8);

impl From<Trap> for Fault {
    #[cold]
    #[inline(never)]
    fn from(trap: Trap) -> Fault {
        Fault(Box::into_raw(Box::new(trap)).cast_const().cast())
    }
}

impl Fault {
    /// The fault for null where an object is needed.
    #[inline(always)]
    pub(crate) fn null(expected: &'static &'static str) -> Fault {
        // The address of a reference is even: 1 more tells it from that of a trap.
        Fault(core::ptr::from_ref(expected).cast::<u8>().wrapping_add(1))
    }

    /// The fault that the state's deferred function describes.
    const DEFERRED: Fault = Fault(core::ptr::without_provenance(2));

    fn is_deferred(&self) -> bool {
        self.0 == Fault::DEFERRED.0
    }

    fn into_trap(self) -> Trap {
        if self.0.addr() % 2 == 1 {
            // SAFETY: `null` made it of a reference that lives for ever.
            let expected: &str = unsafe { *self.0.wrapping_sub(1).cast::<&'static str>() };
            return Trap::new(TrapKind::NullReference, format!("expected {expected}, found null"));
        }
        // SAFETY: `from` made it of a box, and nothing copies faults.
        *unsafe { Box::from_raw(self.0.cast_mut().cast::<Trap>()) }
    }
}

/// What is to be done that handlers leave to [`State::rare`]: had they to call functions for it, they would have to save registers on the
/// way that is taken nearly always.
#[derive(Debug, Default)]
enum Rare {
    /// Nothing.
    #[default]
    Nothing,
    /// Charge this for the block at the place.
    Refuel(u32),
    /// Charge this for the block at the place, to which the branch leads that ends there.
    Branch(u16, Pc),
    /// Raise this at the place.
    Raise(Fault),
    /// Collect, and go on with the instruction at the place.
    Collect,
    /// Run this instead of the handler of the instruction at the place.
    Run(unsafe fn(Pc, Fp, &mut State) -> (Pc, Fp)),
    /// Make the call at the place, for which there is no room yet.
    Call {
        return_pc: Pc,
        frame: *mut u64,
        callee: *const Callee,
        closure: Ref,
        receiver: Ref,
        rest: u32,
    },
}

/// The slow end of an instruction, which a handler leaves to [`State::rare`]: what it gives is put where the instruction's output belongs.
pub(crate) type Slow = unsafe fn(&mut State, [u64; 3]) -> Result<Option<u64>, Fault>;

/// A slow end with its arguments.
#[derive(Debug, Clone, Copy)]
struct Deferred {
    slow: Slow,
    arguments: [u64; 3],
}

/// What stands in the state while nothing is deferred.
fn nothing(_: &mut State, _: [u64; 3]) -> Result<Option<u64>, Fault> {
    Ok(None)
}

/// Why the engine went back to who ran it.
#[derive(Debug, Default)]
pub enum Exit {
    /// It did not yet.
    #[default]
    Running,
    /// The outermost function returned.
    Done,
    /// Nothing caught this.
    Failed(Box<Raised>),
    /// The task waits, at the instruction that it will try again.
    Waiting,
    /// The program is over.
    Fatal(Box<Stop>),
}

/// The fuel that is handed out at once: so often an engine looks at the limit and at interruptions.
const SLICE: u64 = 1 << 20;

/// An instruction with this number alone.
const fn lone(number: u16) -> u64 {
    let bytes = number.to_ne_bytes();
    u64::from_ne_bytes([bytes[0], bytes[1], 0, 0, 0, 0, 0, 0])
}

/// The instruction to which handlers lead that leave the engine.
static LEAVE: [u64; 1] = [lone(builtin::LEAVE)];

/// The instruction that does what is rare.
static RARE: [u64; 1] = [lone(builtin::RARE)];

/// Where the outermost function returns to: the last word of a call that puts the result into slot 0, and the instruction behind it.
static FINISH: [u64; 2] = [0, lone(builtin::RARE)];

/// What handlers share. The context stands behind a pointer, since a hot handler needs it seldom.
#[derive(Debug)]
pub struct State {
    /// What is left of the slice of fuel.
    pub fuel: i64,
    /// Where the heap's region begins: an object's address is this plus 8 times its reference.
    pub heap_base: *mut u8,
    /// The innermost record of the task that runs.
    pub(crate) record: *mut Record,
    /// Behind the last record that may be used without asking.
    pub(crate) records_end: *mut Record,
    /// Where the words of the task's frames begin.
    pub(crate) words: *mut u64,
    /// Behind the last word that may be used without asking.
    pub(crate) words_end: *mut u64,
    /// The functions.
    pub(crate) callees: *const Callee,
    /// The functions in all vtables.
    pub(crate) methods: *const u32,
    /// Where the methods of each class begin.
    pub(crate) vtables: *const u32,
    /// The words of the variables of the module.
    pub(crate) globals: *mut u64,
    /// The words of the static fields.
    pub(crate) statics: *mut u64,
    /// What a new object of each class looks like, and behind them a closure of each function, where the heap has a fast way for it.
    pub(crate) templates: *const Option<Template>,
    /// The most elements of an array.
    pub(crate) array_limit: u32,
    all_templates: Box<[Option<Template>]>,
    /// The program, while it runs.
    pub(crate) context: *mut Context,
    pub(crate) code: Box<Code>,
    /// How many classes the module has: shapes of closures come behind theirs.
    pub(crate) classes: u32,
    /// The functions of the host that were called so far, by number.
    pub(crate) natives: Vec<Option<Known>>,
    /// How many slots of the task's frames are only there for `try`.
    pub(crate) hidden: u64,
    slice: u64,
    rare: Rare,
    /// The place that `rare` is about.
    rare_pc: Pc,
    deferred: Deferred,
    /// Whether the collector has just run for the instruction that is next.
    collected: bool,
    /// The engine's handlers, by number.
    internals: &'static [Internal],
    exit: Exit,
    saved: (Pc, Fp),
    /// Whether the task stopped before the first instruction of a block, which may have become nothing.
    at_leader: bool,
    task: TaskId,
    /// The frames of tasks, by [`TaskId`]. Those of the task that runs are reached through the pointers above.
    tasks: Vec<Frames>,
    /// The instruction for which the collector ran last because there was no room, and how much had been allocated by then.
    retried: (*const u64, u64),
}

// SAFETY: all pointers lead into what the state owns itself or into the context that is borrowed for a run; between runs nothing follows
// them, and every run begins by setting them anew.
unsafe impl Send for State {}

impl State {
    /// The state of an engine that has run nothing yet.
    pub(crate) fn new(code: Code, context: &Context, table: &'static Table) -> State {
        let classes = context.module.classes.len() as u32;
        let heap = &context.heap;
        let functions = context.module.functions.len() as u32;
        let of_classes = (0..classes).map(|class| heap.template(heap.shape_of_class(ClassId(class))));
        let of_closures = (0..functions).map(|function| heap.template(heap.shape_of_captures(FunctionId(function))));
        let templates: Box<[_]> = of_classes.chain(of_closures).collect();
        State {
            fuel: 0,
            heap_base: core::ptr::null_mut(),
            record: core::ptr::null_mut(),
            records_end: core::ptr::null_mut(),
            words: core::ptr::null_mut(),
            words_end: core::ptr::null_mut(),
            callees: code.callees.as_ptr(),
            methods: code.methods.as_ptr(),
            vtables: code.vtables.as_ptr(),
            globals: core::ptr::null_mut(),
            statics: core::ptr::null_mut(),
            templates: templates.as_ptr(),
            array_limit: 0,
            all_templates: templates,
            context: core::ptr::null_mut(),
            code: Box::new(code),
            classes,
            natives: Vec::new(),
            hidden: 0,
            slice: 0,
            rare: Rare::Nothing,
            rare_pc: Pc(RARE.as_ptr()),
            deferred: Deferred {
                slow: nothing,
                arguments: [0; 3],
            },
            collected: false,
            internals: table.internals,
            exit: Exit::Running,
            saved: (Pc(LEAVE.as_ptr()), Fp(core::ptr::null_mut())),
            at_leader: false,
            task: TaskId(0),
            tasks: Vec::new(),
            retried: (core::ptr::null(), 0),
        }
    }

    // Runs.

    /// Takes up a task of a program: where its frames are, and what it may use.
    pub(crate) fn take_up(&mut self, context: &mut Context, task: TaskId) -> (Pc, Fp) {
        self.context = context;
        self.heap_base = context.heap.base();
        self.globals = context.globals.words_mut().as_mut_ptr();
        self.statics = context.statics.words_mut().as_mut_ptr();
        self.templates = self.all_templates.as_ptr();
        self.array_limit = u32::try_from(context.limits.array).unwrap_or(u32::MAX);
        self.exit = Exit::Running;
        self.task = task;
        let index = task.0 as usize;
        if self.tasks.len() <= index {
            self.tasks.resize_with(index + 1, Frames::default);
        }
        let top = self.tasks[index].top;
        let (pc, hidden) = (self.tasks[index].pc, self.tasks[index].hidden);
        self.hidden = hidden;
        self.point(top);
        self.slice = context.fuel.left().map_or(SLICE, |left| left.min(SLICE));
        self.fuel = self.slice as i64;
        (pc, self.frame())
    }

    /// Points into the frames of the task, whose innermost record is at a position.
    fn point(&mut self, top: usize) {
        let limits = self.context().limits.clone();
        let frames = &mut self.tasks[self.task.0 as usize];
        let records = frames.records.len().min(limits.depth.saturating_add(1));
        let words = frames.words.len().min(limits.slots);
        let record = frames.records.as_mut_ptr();
        self.record = record.wrapping_add(top);
        self.records_end = record.wrapping_add(records);
        self.words = frames.words.as_mut_ptr();
        self.words_end = self.words.wrapping_add(words);
    }

    /// The position of the innermost record.
    fn top(&mut self) -> usize {
        let first = self.tasks[self.task.0 as usize].records.as_ptr();
        (self.record as usize - first as usize) / size_of::<Record>()
    }

    /// The innermost frame.
    fn frame(&self) -> Fp {
        if self.record.is_null() {
            return Fp(self.words);
        }
        // SAFETY: `record` points at the innermost record, whose base lies within the words.
        unsafe { Fp(self.words.add((*self.record).base as usize)) }
    }

    /// Gives the task back, and says how the run ended.
    pub(crate) fn give_back(&mut self) -> Exit {
        let top = self.top();
        let (pc, hidden) = (self.saved.0, self.hidden);
        let frames = &mut self.tasks[self.task.0 as usize];
        frames.top = top;
        frames.pc = pc;
        frames.hidden = hidden;
        frames.at_leader = core::mem::take(&mut self.at_leader);
        let used = self.slice as i64 - self.fuel;
        self.slice = 0;
        self.fuel = 0;
        // A slice is never larger than what is left, so that this can't fail.
        let charged = self.context().fuel.charge(u64::try_from(used).unwrap_or(0));
        debug_assert!(charged.is_ok());
        self.context = core::ptr::null_mut();
        core::mem::take(&mut self.exit)
    }

    /// What the task that was given back last returned, if it is done.
    pub(crate) fn result(&self, task: TaskId) -> u64 {
        self.tasks
            .get(task.0 as usize)
            .and_then(|frames| frames.words.first())
            .copied()
            .unwrap_or(0)
    }

    pub(crate) fn frames(&self, task: TaskId) -> Option<&Frames> {
        self.tasks.get(task.0 as usize)
    }

    pub(crate) fn frames_mut(&mut self, task: TaskId) -> &mut Frames {
        let index = task.0 as usize;
        if self.tasks.len() <= index {
            self.tasks.resize_with(index + 1, Frames::default);
        }
        &mut self.tasks[index]
    }

    /// Where the outermost function of every task returns to.
    pub(crate) fn finish() -> Pc {
        Pc(FINISH.as_ptr().wrapping_add(1))
    }

    /// The program.
    #[inline(always)]
    pub fn context(&mut self) -> &mut Context {
        // SAFETY: `take_up` was given an exclusive borrow of the context that lasts until `give_back`, and handlers run only in between.
        unsafe { &mut *self.context }
    }

    /// How many mutexes the task that runs has ever locked.
    pub(crate) fn locks(&mut self) -> u64 {
        let task = self.task;
        self.context().tasks.get(task).map_or(0, |task| task.locks)
    }

    /// The task that runs.
    pub(crate) fn task(&self) -> TaskId {
        self.task
    }

    // Leaving.

    #[cold]
    #[inline(never)]
    pub(crate) fn leave(&mut self, pc: Pc, fp: Fp, exit: Exit) -> (Pc, Fp) {
        self.exit = exit;
        self.saved = (pc, fp);
        (Pc(LEAVE.as_ptr()), fp)
    }

    /// Leaves the engine with the task waiting at this instruction.
    #[cold]
    #[inline(never)]
    pub fn wait(&mut self, pc: Pc, fp: Fp) -> (Pc, Fp) {
        self.leave(pc, fp, Exit::Waiting)
    }

    /// Ends the program at this instruction.
    #[cold]
    #[inline(never)]
    pub(crate) fn fatal(&mut self, pc: Pc, fp: Fp, stop: impl Into<Stop>) -> (Pc, Fp) {
        self.leave(pc, fp, Exit::Fatal(Box::new(stop.into())))
    }

    // Fuel.

    /// Goes on at a place that begins a block, and charges for it. Branches end so; `behind` is where the branch ends.
    #[inline(always)]
    pub fn enter(&mut self, behind: Pc, pc: Pc, fp: Fp, cost: u16) -> (Pc, Fp) {
        if cfg!(raya_uncharged) {
            // What fuel costs is measured against a build with this; see docs/raya-machine.md.
            return (pc, fp);
        }
        self.fuel -= i64::from(cost);
        if self.fuel < 0 {
            return self.later(pc, fp, Rare::Branch(cost, behind));
        }
        (pc, fp)
    }

    #[inline(always)]
    pub(crate) fn enter_block(&mut self, pc: Pc, fp: Fp, cost: u32) -> (Pc, Fp) {
        if cfg!(raya_uncharged) {
            return (pc, fp);
        }
        self.fuel -= i64::from(cost);
        if self.fuel < 0 {
            return self.later(pc, fp, Rare::Refuel(cost));
        }
        (pc, fp)
    }

    /// Has something rare done by the next instruction.
    #[inline(always)]
    fn later(&mut self, pc: Pc, fp: Fp, rare: Rare) -> (Pc, Fp) {
        // SAFETY: what was there is `Nothing`, which needs no dropping.
        unsafe { core::ptr::from_mut(&mut self.rare).write(rare) };
        self.rare_pc = pc;
        (Pc(RARE.as_ptr()), fp)
    }

    /// Does what a handler left to be done, or ends the task, whose outermost function has returned.
    #[cold]
    #[inline(never)]
    pub(crate) fn rare(&mut self, pc: Pc, fp: Fp) -> (Pc, Fp) {
        let at = self.rare_pc;
        match core::mem::take(&mut self.rare) {
            Rare::Nothing => self.leave(pc, fp, Exit::Done),
            Rare::Refuel(cost) => self.refuel(at, fp, cost, None),
            Rare::Branch(cost, behind) => {
                // SAFETY: the innermost record belongs to the function of the branch.
                let function = FunctionId(unsafe { (*self.record).function });
                let twice = self.code.twice(function, self.code.place(function, behind));
                self.refuel(at, fp, u32::from(cost), twice)
            }
            Rare::Raise(fault) => self.fail(at, fp, fault),
            // SAFETY: the handler left its own instruction and frame to a function that relies on the same as itself.
            Rare::Run(handler) => unsafe { handler(at, fp, self) },
            Rare::Collect => {
                self.collect(at, fp);
                // Only the stress mode wants another one already, and the instruction is not to ask for it again.
                self.collected = self.context().heap.wants_collection();
                (at, fp)
            }
            Rare::Call {
                return_pc,
                frame,
                callee,
                closure,
                receiver,
                rest,
            } => {
                // SAFETY: callees live as long as the code.
                let callee = unsafe { &*callee };
                self.push_frame_slowly(at, fp, return_pc, frame, callee, closure, receiver, rest)
            }
        }
    }

    /// Looks at the limit, at interruptions and at the collector when a slice of fuel is used up. The block at `pc` was charged `cost`,
    /// which the slice didn't have.
    #[cold]
    #[inline(never)]
    fn refuel(&mut self, pc: Pc, fp: Fp, cost: u32, twice: Option<Twice>) -> (Pc, Fp) {
        let used = self.slice as i64 - (self.fuel + i64::from(cost));
        self.slice = 0;
        self.fuel = 0;
        let fuel = &mut self.context().fuel;
        let mut charged = fuel.charge(u64::try_from(used).unwrap_or(0));
        // Two blocks that were to be charged at once are two all the same.
        let mut fails_at = pc;
        let mut left = cost;
        if let (Ok(()), Some(twice)) = (&charged, twice) {
            left -= u32::from(twice.cost);
            charged = fuel.charge(u64::from(twice.cost));
            if charged.is_err() {
                // SAFETY: the innermost record belongs to the function of the branch.
                let function = FunctionId(unsafe { (*self.record).function });
                fails_at = self.code.pc(function, twice.test).unwrap_or(pc);
            }
        }
        let charged = charged.and_then(|()| self.context().fuel.charge(u64::from(left)));
        if let Err(trap) = charged {
            self.at_leader = true;
            return self.fatal(fails_at, fp, trap);
        }
        self.slice = self.context().fuel.left().map_or(SLICE, |left| left.min(SLICE));
        self.fuel = self.slice as i64;
        let context = self.context();
        if context.wants_pause() {
            context.pause();
        }
        if context.wants_collection() {
            self.collect(pc, fp);
        }
        (pc, fp)
    }

    // Failing.

    /// Leaves an instruction that has had no effect yet to another handler.
    #[inline(always)]
    pub(crate) fn run_rarely(&mut self, pc: Pc, fp: Fp, handler: unsafe fn(Pc, Fp, &mut State) -> (Pc, Fp)) -> (Pc, Fp) {
        self.later(pc, fp, Rare::Run(handler))
    }

    /// Leaves the end of an instruction to a function that is too slow, or called too seldom, for the handler to call it.
    #[inline(always)]
    pub(crate) fn defer(&mut self, slow: Slow, arguments: [u64; 3]) -> Fault {
        self.deferred = Deferred { slow, arguments };
        Fault::DEFERRED
    }

    /// Raises a fault, or ends the instruction whose end was deferred.
    fn fail(&mut self, pc: Pc, fp: Fp, fault: Fault) -> (Pc, Fp) {
        if !fault.is_deferred() {
            return self.raise_trap(pc, fp, fault.into_trap());
        }
        let Deferred { slow, arguments } = self.deferred;
        // SAFETY: the handler of the instruction at `pc` deferred it, with what it had read from the frame; lowering wrote the instruction
        // with one of the table's numbers, and every output has its slot in the first field.
        unsafe {
            match slow(self, arguments) {
                Ok(output) => {
                    if let Some(word) = output {
                        fp.set_word(pc.u16(2), word);
                    }
                    let words = self.internals.get(usize::from(pc.op())).map_or(1, |internal| internal.words);
                    (pc.next(usize::from(words)), fp)
                }
                Err(fault) => self.raise_trap(pc, fp, fault.into_trap()),
            }
        }
    }

    /// Where execution goes on after a failure: at a handler, or out of the engine. A `heap_limit` is collected for first, and the
    /// instruction tried again.
    #[inline(always)]
    pub fn raise(&mut self, pc: Pc, fp: Fp, fault: impl Into<Fault>) -> (Pc, Fp) {
        self.later(pc, fp, Rare::Raise(fault.into()))
    }

    #[cold]
    #[inline(never)]
    fn raise_trap(&mut self, pc: Pc, fp: Fp, trap: Trap) -> (Pc, Fp) {
        if trap.kind == TrapKind::HeapLimit {
            let allocated = self.context().heap.statistics().allocated;
            if self.retried != (pc.0, allocated) {
                self.retried = (pc.0, allocated);
                if self.collect_with(pc, |context, frames| context.collect_for_room(frames)) {
                    return (pc, fp);
                }
            }
        }
        if trap.kind.is_catchable() && !self.context().has_room_to_raise(&trap) {
            return self.unwind_without_room(pc, fp, trap);
        }
        let task = self.task;
        let context: *mut Context = self.context;
        // SAFETY: the context is borrowed for this run, as for `context`; the trace reads only frames.
        let raised = unsafe { (*context).raise(task, trap, |points| self.trace(pc, points)) };
        match raised {
            Ok(raised) => self.unwind(pc, fp, raised),
            Err(trap) => self.fatal(pc, fp, trap),
        }
    }

    /// Raises a value that the program throws.
    #[cold]
    #[inline(never)]
    pub(crate) fn throw(&mut self, pc: Pc, fp: Fp, exception: Any, keep_trace: bool) -> (Pc, Fp) {
        let task = self.task;
        let context: *mut Context = self.context;
        // SAFETY: as in `raise_trap`.
        let raised = unsafe { (*context).throw(task, exception, keep_trace, |points| self.trace(pc, points)) };
        self.unwind(pc, fp, raised)
    }

    /// Where the task that runs is, innermost call first.
    pub(crate) fn trace(&mut self, pc: Pc, points: &mut Vec<TracePoint>) {
        let top = self.top();
        let frames = &self.tasks[self.task.0 as usize];
        trace(&self.code, frames, top, pc, false, points);
    }

    // Collecting.

    /// Whether a collection is due. An instruction that allocates asks first, while its operands are still in the frame.
    #[inline(always)]
    pub fn wants_collection(&mut self) -> bool {
        self.context().heap.wants_collection() && !core::mem::take(&mut self.collected)
    }

    /// Has the collector run before the instruction at `pc`, which has done nothing yet.
    #[inline(always)]
    pub fn collect_first(&mut self, pc: Pc, fp: Fp) -> (Pc, Fp) {
        self.later(pc, fp, Rare::Collect)
    }

    /// Collects. `pc` is the instruction that is about to execute, in the innermost frame.
    #[cold]
    #[inline(never)]
    pub fn collect(&mut self, pc: Pc, _fp: Fp) {
        self.collect_with(pc, |context, frames| context.collect(frames));
    }

    /// Has a function of the context collect, which is given what marks the frames.
    fn collect_with<R>(&mut self, pc: Pc, collect: impl FnOnce(&mut Context, &dyn Fn(&mut Marker)) -> R) -> R {
        let top = self.top();
        let context: *mut Context = self.context;
        let (tasks, code, task) = (&self.tasks, &self.code, self.task);
        let frames = |marker: &mut Marker| {
            for (index, frames) in tasks.iter().enumerate() {
                let runs = index == task.0 as usize;
                let (pc, top) = if runs { (pc, top) } else { (frames.pc, frames.top) };
                mark(code, frames, top, pc, marker);
            }
        };
        // SAFETY: as in `raise_trap`; marking reads only frames.
        collect(unsafe { &mut *context }, &frames)
    }

    /// Marks what the frames of all tasks hold. Only between runs.
    pub(crate) fn roots(&self, marker: &mut Marker) {
        for frames in &self.tasks {
            mark(&self.code, frames, frames.top, frames.pc, marker);
        }
    }

    /// Writes where a task is that doesn't run.
    pub(crate) fn trace_of(&self, task: TaskId, points: &mut Vec<TracePoint>) {
        if let Some(frames) = self.frames(task) {
            trace(&self.code, frames, frames.top, frames.pc, frames.at_leader, points);
        }
    }

    // Calls.

    /// Enters a function whose parameters lie at `frame`.
    ///
    /// # Safety
    ///
    /// The parameters lie there in the representations that the function wants, in the words of the task that runs; `pc` and `fp` are the
    /// call and its frame, `return_pc` the instruction behind it.
    #[inline(always)]
    pub(crate) unsafe fn push_frame(
        &mut self,
        pc: Pc,
        fp: Fp,
        return_pc: Pc,
        frame: *mut u64,
        callee: &Callee,
        notes: Notes,
    ) -> (Pc, Fp) {
        let record = self.record.wrapping_add(1);
        if record >= self.records_end || frame.wrapping_add(callee.words as usize) > self.words_end {
            let call = Rare::Call {
                return_pc,
                frame,
                callee,
                closure: notes.closure.unwrap_or_default(),
                receiver: notes.receiver.unwrap_or_default(),
                rest: notes.rest.unwrap_or(0),
            };
            return self.later(pc, fp, call);
        }
        // SAFETY: both lie within what was just checked.
        unsafe {
            let base = (frame as usize - self.words as usize) / size_of::<u64>();
            (*record).return_pc = return_pc;
            (*record).base = base as u32;
            (*record).function = callee.function;
            notes.write(&mut *record);
            // Not a range: at low levels of optimisation one lies in memory, and then the handler's last call stays a call.
            // Volatile, since the compiler would make a call of `memset` of it, for which the handler had to save registers.
            let mut local = frame.add(callee.params as usize);
            let end = frame.add(callee.locals as usize);
            while local < end {
                local.write_volatile(0);
                local = local.add(1);
            }
        }
        self.record = record;
        self.enter_block(Pc(callee.entry), Fp(frame), callee.cost)
    }

    /// The same where there may be no room yet, or none at all.
    #[cold]
    #[inline(never)]
    #[expect(
        clippy::too_many_arguments,
        reason = "numbers need no memory where there is room for the call"
    )]
    fn push_frame_slowly(
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
            (*record).base = base as u32;
            (*record).function = callee.function;
            (*record).closure = closure;
            (*record).receiver = receiver;
            (*record).rest = rest;
            let frame = words.add(base);
            for local in callee.params..callee.locals {
                frame.add(local as usize).write(0);
            }
            self.record = record;
            self.enter_block(Pc(callee.entry), Fp(frame), callee.cost)
        }
    }

    // Values with their kinds, for functions that are shared with the oracle.

    /// The kind of value that a field of 16 bits names.
    #[inline]
    pub fn kind(number: u16) -> SlotKind {
        match number {
            0 => SlotKind::I32,
            1 => SlotKind::F64,
            2 => SlotKind::Bool,
            3 => SlotKind::Any,
            _ => SlotKind::Ref,
        }
    }

    /// What is in a slot, with its kind.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame and holds a value of that representation.
    #[inline]
    pub unsafe fn value(&self, fp: Fp, slot: u16, kind: SlotKind) -> Value {
        // SAFETY: by the caller's word.
        Value::from_word(unsafe { fp.word(slot) }, kind)
    }

    /// The values of a list: `list` is the field that [`What::List`](crate::table::What::List) describes.
    ///
    /// # Safety
    ///
    /// The slots belong to the frame and hold values of those representations.
    #[inline(never)]
    pub unsafe fn values(&self, fp: Fp, list: u64) -> Vec<Value> {
        let (first, count, at) = (list as u16, (list >> 16) as u16, (list >> 32) as usize);
        let kinds = self.code.kinds.get(at..at + usize::from(count)).unwrap_or_default();
        let slots = (first..).zip(kinds);
        // SAFETY: by the caller's word.
        slots.map(|(slot, kind)| unsafe { self.value(fp, slot, *kind) }).collect()
    }

    /// Puts a value into a slot in the representation that lowering expects there.
    ///
    /// # Safety
    ///
    /// The slot belongs to the frame.
    #[inline]
    pub unsafe fn set_value(&self, fp: Fp, slot: u16, kind: SlotKind, value: Value) {
        // A value that fits nowhere is one that nothing reads: lowering has no kind for it.
        let value = value.fit(kind).unwrap_or_else(|_| Value::zero(kind));
        // SAFETY: by the caller's word.
        unsafe { fp.set_word(slot, value.word()) }
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

/// Writes where a task is, innermost call first. `leader` says that it is before the first instruction of a block.
fn trace(code: &Code, frames: &Frames, top: usize, pc: Pc, mut leader: bool, points: &mut Vec<TracePoint>) {
    let calls = frames.records.get(1..=top).unwrap_or_default();
    let mut behind = 0;
    let mut pc = pc;
    for record in calls.iter().rev().take(LONGEST_TRACE) {
        let function = FunctionId(record.function);
        let place = code.place(function, pc).wrapping_sub(behind);
        let at = if leader {
            code.leader(function, place)
        } else {
            code.portable(function, place)
        };
        points.push(TracePoint { function, at });
        // The instruction at which a caller is ends where it goes on.
        (pc, behind, leader) = (record.return_pc, 1, false);
    }
}

/// Marks what the frames of a task hold.
fn mark(code: &Code, frames: &Frames, top: usize, pc: Pc, marker: &mut Marker) {
    let calls = frames.records.get(1..=top).unwrap_or_default();
    let mut behind = 0;
    let mut pc = pc;
    for record in calls.iter().rev() {
        let function = FunctionId(record.function);
        let base = record.base as usize;
        let place = code.place(function, pc).wrapping_sub(behind);
        let word = |slot: usize| frames.words.get(base + slot).copied().unwrap_or(0);
        if let Some(lowered) = code.function(function) {
            for (slot, kind) in &lowered.references {
                marker.mark_word(word(usize::from(*slot)), *kind);
            }
            if let Some(kind) = lowered.rest {
                let first = base - record.rest as usize;
                for word in frames.words.get(first..base).unwrap_or_default() {
                    marker.mark_word(*word, kind);
                }
            }
        }
        let live = code.live(function, place);
        debug_assert!(live.is_some(), "no safepoint at word {place} of {function}");
        for live in live.into_iter().flatten() {
            let kind = if live.any { SlotKind::Any } else { SlotKind::Ref };
            marker.mark_word(word(usize::from(live.slot)), kind);
        }
        if code.callees.get(function.index()).is_some_and(|callee| callee.captures != 0) {
            marker.mark(record.closure);
        }
        // SAFETY: the word before the place to return to is the last one of a call.
        let call = unsafe { record.return_pc.0.cast::<u16>().sub(3).read() };
        if call & flags::KEEPS_RECEIVER != 0 {
            marker.mark(record.receiver);
        }
        (pc, behind) = (record.return_pc, 1);
    }
}
