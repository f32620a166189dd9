//! What handlers share beside code and frame, and how they fail, wait, pay and collect.

mod call;
mod collect;
mod fault;
mod fuel;
mod places;
mod raise;
mod rare;
mod values;

use raya_facts::{ClassId, FunctionId};
use raya_heap::Template;
use raya_runtime::tasks::TaskId;
use raya_runtime::trap::Raised;
use raya_runtime::{Context, Stop};

pub(crate) use call::{Notes, stack_overflow};
pub use fault::Fault;
pub(crate) use fault::Slow;
use fault::{Deferred, nothing};
pub(crate) use places::Places;
use rare::Rare;

use crate::code::{Callee, Code};
use crate::frames::{Frames, Record};
use crate::known::Known;
use crate::pc::{Fetched, Fp, Pc};
use crate::table::{Internal, Table, builtin};
use crate::unwind::Guard;

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
///
/// What handlers use all the time comes first: offsets below 128 take a byte of an instruction, others four.
#[derive(Debug)]
#[repr(C)]
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
    /// What a new object of each class looks like, and behind them a closure of each function.
    pub(crate) templates: *const Template,
    /// The program, while it runs.
    pub(crate) context: *mut Context,
    /// The most elements of an array.
    pub(crate) array_limit: u32,
    /// How many classes the module has: shapes of closures come behind theirs.
    pub(crate) classes: u32,
    /// Whether the collector has just run for the instruction that is next.
    collected: bool,
    /// Whether the task stopped before the first instruction of a block, which may have become nothing.
    at_leader: bool,
    rare: Rare,
    /// The place that `rare` is about.
    rare_pc: Pc,
    deferred: Deferred,
    /// How many slots of the task's frames are only there for `try`.
    pub(crate) hidden: u64,
    all_templates: Box<[Template]>,
    pub(crate) code: Box<Code>,
    /// The functions of the host that were called so far, by number.
    pub(crate) natives: Vec<Option<Known>>,
    slice: u64,
    /// The engine's handlers, by number.
    internals: &'static [Internal],
    exit: Exit,
    saved: (Pc, Fp),
    task: TaskId,
    /// The frames of tasks, by [`TaskId`]. Those of the task that runs are reached through the pointers above.
    tasks: Vec<Frames>,
    /// The instruction for which the collector ran last because there was no room, and how much had been allocated by then.
    retried: (*const u64, u64),
    /// Where instructions come from that traces named before.
    places: Places<u32>,
    /// What exceptions found before at the places that they came by.
    pub(crate) guards: Places<Guard>,
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
        let of_classes = (0..classes).map(|class| heap.shape_of_class(ClassId(class)));
        let of_closures = (0..functions).map(|function| heap.shape_of_captures(FunctionId(function)));
        let shapes = of_classes.chain(of_closures);
        let templates = shapes.map(|shape| heap.template(shape).unwrap_or(Template::unfit(shape)));
        let templates: Box<[_]> = templates.collect();
        // Pointers into it are taken once it has its place: moving it would make them stale.
        let code = Box::new(code);
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
            code,
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
            places: Places::default(),
            guards: Places::default(),
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
        // SAFETY: `record` points at the innermost record, whose frame lies within the words.
        unsafe { Fp((*self.record).frame) }
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
    pub fn wait(&mut self, pc: Fetched, fp: Fp) -> (Pc, Fp) {
        self.leave(pc.place(), fp, Exit::Waiting)
    }

    /// Ends the program at this instruction.
    #[cold]
    #[inline(never)]
    pub(crate) fn fatal(&mut self, pc: Pc, fp: Fp, stop: impl Into<Stop>) -> (Pc, Fp) {
        self.leave(pc, fp, Exit::Fatal(Box::new(stop.into())))
    }
}
