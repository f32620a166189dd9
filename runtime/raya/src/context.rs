//! Holds what all functions of a program share: module, heap, variables, tasks, natives, output, limits.

use std::cell::OnceCell;
use std::sync::Arc;

use raya_facts::module::Function;
use raya_facts::{ClassId, ClassLayouts, FunctionId, Module, NativeId, TextId, TrapKind, TypeId, TypeTable};

use raya_heap::{Marker, Shape, ShapeOf};

use crate::coordinator::Registration;
use crate::fuel::Fuel;
use crate::handles::{Handle, Handles};
use crate::limits::Limits;
use crate::natives::{DirectFunction, NativeFunction, Natives};
use crate::opaque::Opaque;
use crate::output::Output;
use crate::tasks::Tasks;
use crate::trap::Trap;
use crate::trip::{Faults, Trip};
use crate::types;
use crate::value::{Ref, Slot, SlotKind, Value};
use crate::variables::Variables;

/// The objects of a program.
pub type Heap = raya_heap::Heap<Opaque>;
/// An object of a program.
pub type Object<'a> = raya_heap::Object<'a, Opaque>;
/// An object of a program, to change it.
pub type ObjectMut<'a> = raya_heap::ObjectMut<'a, Opaque>;

/// What semantics functions work on beside their frame.
pub struct Context {
    /// The program.
    pub module: Arc<Module>,
    /// Fields and methods of its classes, inherited ones included.
    pub layouts: ClassLayouts,
    /// Its types, and those that were found at run time.
    pub types: TypeTable,
    /// Its objects.
    pub heap: Heap,
    /// Its variables.
    pub globals: Variables,
    /// Its static fields.
    pub statics: Variables,
    /// Its tasks.
    pub tasks: Tasks,
    /// What the host provides. It stays as it is, so that each function is looked up once.
    natives: Natives,
    /// The functions that were looked up, by the numbers of their declarations.
    resolved: Vec<Option<NativeFunction>>,
    /// What the host allows.
    pub limits: Limits,
    /// What the program used of it, and what is left.
    pub fuel: Fuel,
    /// Where natives print to.
    pub output: Output,
    /// One string object for each text of the pool, so that a constant in a loop is one object.
    texts: Vec<Ref>,
    /// The same in ascending order, from when that is first asked for.
    ordered_texts: OnceCell<Box<[Ref]>>,
    /// The string objects of [`KIND_NAMES`].
    kind_names: [Ref; KIND_NAMES.len()],
    handles: Handles,
    /// With whom it stops, if it was registered.
    pub(crate) registration: Option<Registration>,
    /// How many collections in a row, made because there was no room, left hardly any.
    shortage: u32,
    faults: Faults,
}

/// A collection leaves hardly any room if less than the limit divided by this is free.
const LEAST_FREE: usize = 128;

/// So many collections in a row may leave hardly any room.
const MOST_SHORTAGES: u32 = 64;

/// What `typeof` can say. These texts exist from the start, so that it allocates nothing.
pub const KIND_NAMES: [&str; 7] = ["int", "float", "boolean", "null", "string", "function", "object"];

impl Context {
    /// The beginning of a program: all variables are the zero of their type, and the texts of the pool exist.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`] when the texts do not fit into the heap, or there is no address space for one of its limit.
    pub fn new(
        module: Arc<Module>,
        layouts: ClassLayouts,
        types: TypeTable,
        limits: Limits,
        natives: Natives,
        output: Output,
    ) -> Result<Context, Trap> {
        let slot = |of: &TypeId| types::slot(*of);
        let globals = Variables::new(module.globals.iter().map(|global| slot(&global.r#type)));
        let statics = Variables::new(module.statics.iter().map(|field| slot(&field.r#type)));
        let mut heap = Heap::new(limits.heap, shapes(&module, &layouts))
            .map_err(|error| Trap::new(TrapKind::HeapLimit, error.to_string()))?;
        heap.set_stress(cfg!(feature = "stress"));
        let mut texts = Vec::with_capacity(module.strings.len());
        for text in &module.strings {
            texts.push(heap.allocate_string(text)?);
        }
        let mut kind_names = [Ref::NULL; KIND_NAMES.len()];
        for (place, name) in kind_names.iter_mut().zip(KIND_NAMES) {
            *place = heap.allocate_string(name)?;
        }
        Ok(Context {
            resolved: vec![None; module.natives.len()],
            layouts,
            types,
            heap,
            globals,
            statics,
            tasks: Tasks::default(),
            natives,
            fuel: Fuel::new(limits.fuel),
            limits,
            output,
            texts,
            ordered_texts: OnceCell::new(),
            kind_names,
            handles: Handles::default(),
            registration: None,
            shortage: 0,
            faults: Faults::default(),
            module,
        })
    }

    /// Keeps an object alive until the handle and its clones are dropped. One of nothing that is alive is a handle of null.
    ///
    /// What a call returned, what a failure carries, and what the host allocated itself may be freed by the next call unless a
    /// handle keeps it, or something of the program refers to it.
    pub fn root(&mut self, reference: Ref) -> Handle {
        let alive = self.heap.is_alive(reference);
        self.handles.add(if alive { reference } else { Ref::NULL })
    }

    /// Marks what is alive apart from the frames of tasks, which an engine keeps: variables, texts, what tasks hold, and what the host holds.
    pub fn roots(&self, marker: &mut Marker) {
        self.globals.roots(marker);
        self.statics.roots(marker);
        for text in self.texts.iter().chain(&self.kind_names) {
            marker.mark(*text);
        }
        self.tasks.roots(marker);
        self.handles.roots(marker);
    }

    /// Frees every object that neither the context nor the engine needs; `frames` marks what the engine's frames hold.
    ///
    /// References that Rust code holds elsewhere may mean nothing afterwards: an engine calls this only where it holds none.
    pub fn collect(&mut self, frames: impl FnOnce(&mut Marker)) {
        let mut heap = std::mem::take(&mut self.heap);
        heap.collect(|marker| {
            self.roots(marker);
            frames(marker);
        });
        self.heap = heap;
        #[cfg(feature = "stress")]
        assert_eq!(self.heap.statistics().dangling, 0, "an earlier collection missed a root");
        self.tasks.forget_unreferenced();
    }

    /// Collects because an instruction found no room, and says whether to try it once more.
    ///
    /// In a heap that is nearly full of what is alive, every few allocations would ask for a collection of the whole. No fuel is charged for
    /// those, so that a program could take as good as for ever. One after which so little is free, so often in a row, has used its
    /// memory up, though there may be room for one object more.
    pub fn collect_for_room(&mut self, frames: impl FnOnce(&mut Marker)) -> bool {
        self.collect(frames);
        let free = self.heap.limit().saturating_sub(self.heap.used());
        self.shortage = if free < self.heap.limit() / LEAST_FREE {
            self.shortage + 1
        } else {
            0
        };
        self.shortage <= MOST_SHORTAGES
    }

    /// Forgets what [`collect_for_room`](Context::collect_for_room) counts: the program ended.
    pub(crate) fn forget_shortage(&mut self) {
        self.shortage = 0;
    }

    /// Whether the host provides every function that the module declares. Otherwise only calling one that is missing fails.
    ///
    /// # Errors
    ///
    /// The first declaration that means nothing, as [`Natives::resolve`] puts it.
    pub fn check_natives(&self) -> Result<(), Trap> {
        let mut declarations = self.module.natives.iter();
        declarations.try_for_each(|declaration| self.natives.resolve(declaration).map(drop))
    }

    /// The native function that a declaration of the module means; `None` if there is no such declaration.
    ///
    /// # Errors
    ///
    /// [`TrapKind::MissingNative`] when the host provides none that agrees with it.
    pub fn native(&mut self, id: NativeId) -> Result<Option<NativeFunction>, Trap> {
        let (Some(place), Some(declaration)) = (self.resolved.get_mut(id.index()), self.module.natives.get(id.index())) else {
            return Ok(None);
        };
        if place.is_none() {
            *place = Some(self.natives.resolve(declaration)?);
        }
        Ok(place.clone())
    }

    /// The function that a native is, if it can be called directly.
    pub fn direct_native(&self, id: NativeId) -> Option<DirectFunction> {
        self.natives.direct(self.module.natives.get(id.index())?)
    }

    /// Records a contradiction that the signature of a semantics function has no room for.
    pub fn trip(&self, trip: Trip) {
        self.faults.record(trip);
    }

    /// Takes what was recorded.
    pub fn take_trip(&self) -> Option<Trip> {
        self.faults.take()
    }

    /// Records that `index` is beyond the end of a table of the module.
    pub fn bad_index(&self, what: &'static str, index: u32, count: usize) {
        self.trip(Trip::BadIndex {
            what,
            index: u64::from(index),
            count: count as u64,
        });
    }

    /// The string object of a text of the pool; the same one each time.
    pub fn text(&self, id: TextId) -> Ref {
        match self.texts.get(id.0 as usize) {
            Some(text) => *text,
            None => {
                self.bad_index("text", id.0, self.texts.len());
                Ref::NULL
            }
        }
    }

    /// Whether a reference is to the string object of a text of the pool, which lives as long as the program.
    pub fn is_text(&self, reference: Ref) -> bool {
        let ordered = self.ordered_texts.get_or_init(|| {
            let mut ordered = self.texts.clone().into_boxed_slice();
            ordered.sort_unstable();
            ordered
        });
        ordered.binary_search(&reference).is_ok()
    }

    /// The string object of one of [`KIND_NAMES`]; null for another name.
    pub fn kind_name(&self, name: &str) -> Ref {
        let known = KIND_NAMES.iter().zip(self.kind_names).find(|(known, _)| **known == name);
        known.map_or(Ref::NULL, |(_, text)| text)
    }

    /// The object behind a reference.
    ///
    /// # Errors
    ///
    /// [`TrapKind::NullReference`] for null, naming what was expected.
    pub fn object(&self, reference: Ref, expected: &'static str) -> Result<Object<'_>, Trap> {
        match self.heap.get(reference) {
            Some(object) => Ok(object),
            None => {
                if !reference.is_null() {
                    self.trip(Trip::NoObject {
                        reference: reference.bits(),
                    });
                }
                Err(null(expected))
            }
        }
    }

    /// The same, to change it.
    ///
    /// # Errors
    ///
    /// [`TrapKind::NullReference`] for null.
    pub fn object_mut(&mut self, reference: Ref, expected: &'static str) -> Result<ObjectMut<'_>, Trap> {
        self.object(reference, expected)?;
        self.heap.get_mut(reference).ok_or_else(|| null(expected))
    }

    /// What a function returns when it met an object that no verified code could give it: a trip is recorded, and the trap is never
    /// seen, since the driver looks for trips first.
    pub fn wrong_object(&self, expected: &'static str, found: &'static str) -> Trap {
        self.trip(Trip::WrongObject { expected, found });
        Trap::new(TrapKind::TypeError, format!("expected {expected}, found {found}"))
    }

    /// Checks that a value has the representation of a declared type. Anything else trips; the zero of the type goes on.
    pub fn fit(&self, value: Value, type_id: TypeId) -> Value {
        self.fit_slot(value, types::slot(type_id))
    }

    /// Checks that a value has a representation. Anything else trips; the zero of the representation goes on.
    pub fn fit_slot(&self, value: Value, expected: SlotKind) -> Value {
        value.fit(expected).unwrap_or_else(|wrong| {
            self.trip(wrong.into());
            Value::zero(expected)
        })
    }

    /// The reference that a value of a reference type is. Anything else trips.
    pub fn reference(&self, value: Value) -> Ref {
        Ref::from_value(value).unwrap_or_else(|wrong| {
            self.trip(wrong.into());
            Ref::NULL
        })
    }

    /// Records that there are more or fewer of something than code says.
    pub fn wrong_count(&self, what: &str, expected: usize, found: usize) {
        self.trip(Trip::WrongCount {
            what: what.to_owned(),
            expected: expected as u64,
            found: found as u64,
        });
    }

    /// A function of the module; one that does not exist trips.
    ///
    /// # Errors
    ///
    /// Only together with a trip.
    pub fn function(&self, id: FunctionId) -> Result<&Function, Trap> {
        self.module.functions.get(id.0 as usize).ok_or_else(|| {
            self.bad_index("function", id.0, self.module.functions.len());
            Trap::new(TrapKind::TypeError, "no such function")
        })
    }
}

impl core::fmt::Debug for Context {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Context")
            .field("module", &self.module.name)
            .field("heap", &self.heap)
            .field("limits", &self.limits)
            .field("output", &self.output)
            .finish_non_exhaustive()
    }
}

/// The trap for null where an object is needed.
pub fn null(expected: &str) -> Trap {
    Trap::new(TrapKind::NullReference, format!("expected {expected}, found null"))
}

/// What every object of the module's classes and every closure of its functions looks like. Tuples and cells get their shapes when
/// the first one is made.
fn shapes(module: &Module, layouts: &ClassLayouts) -> Vec<Shape> {
    let classes = (0..).map(ClassId).take(module.classes.len()).map(|class| {
        let fields = layouts.get(class).map_or(&[][..], |layout| &layout.fields);
        let slots: Vec<SlotKind> = fields.iter().map(|field| types::slot(field.of)).collect();
        Shape::new(ShapeOf::Class(class), slots)
    });
    let functions = (0..).map(FunctionId).zip(&module.functions).map(|(id, function)| {
        let slots: Vec<SlotKind> = function.captures.iter().map(|capture| types::slot(capture.r#type)).collect();
        Shape::new(ShapeOf::Captures(id), slots)
    });
    classes.chain(functions).collect()
}

/// What an object is, for messages: `an array`.
pub fn kind(object: &Object<'_>) -> &'static str {
    match object {
        Object::Str(_) => "a string",
        Object::Array(_) => "an array",
        Object::Tuple(_) => "a tuple",
        Object::Instance(_) => "an object",
        Object::Closure(_) => "a function",
        Object::Cell(_) => "a cell",
        Object::Boxed(opaque) => opaque.kind(),
    }
}

/// Finds the object of one kind behind a reference: `object!(context, reference, Object::Array, "an array")` is the view of an
/// array, `Object::Boxed(Opaque::Mutex)` that of a mutex.
///
/// Null is a trap that the expression returns; another kind of object is a trip.
#[macro_export]
#[doc(hidden)]
macro_rules! object {
    ($context:expr, $reference:expr, Object::Boxed($opaque:path), $expected:literal) => {
        match $context.object($reference, $expected)? {
            $crate::context::Object::Boxed($opaque(inner)) => inner,
            other => return Err($context.wrong_object($expected, $crate::context::kind(&other))),
        }
    };
    ($context:expr, $reference:expr, Object::$variant:ident, $expected:literal) => {
        match $context.object($reference, $expected)? {
            $crate::context::Object::$variant(inner) => inner,
            other => return Err($context.wrong_object($expected, $crate::context::kind(&other))),
        }
    };
}

/// The same, to change it.
#[macro_export]
#[doc(hidden)]
macro_rules! object_mut {
    ($context:expr, $reference:expr, Object::Boxed($opaque:path), $expected:literal) => {
        match $context.object($reference, $expected)? {
            $crate::context::Object::Boxed($opaque(_)) => match $context.object_mut($reference, $expected)? {
                $crate::context::ObjectMut::Boxed($opaque(inner)) => inner,
                _ => return Err($crate::context::null($expected)),
            },
            other => return Err($context.wrong_object($expected, $crate::context::kind(&other))),
        }
    };
    ($context:expr, $reference:expr, Object::$variant:ident, $expected:literal) => {
        match $context.object($reference, $expected)? {
            $crate::context::Object::$variant(_) => match $context.object_mut($reference, $expected)? {
                $crate::context::ObjectMut::$variant(inner) => inner,
                _ => return Err($crate::context::null($expected)),
            },
            other => return Err($context.wrong_object($expected, $crate::context::kind(&other))),
        }
    };
}
