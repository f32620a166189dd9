//! What the host may do to a program that it doesn't run at the moment: read everything, make objects, change them by their types.
//!
//! Fast engines follow references without looking at what is there. They rely on the heap being the one that they began with, on nothing
//! being collected behind their backs, and on every value being of the type that the module declares for its place. So the host, native
//! functions included, never gets hold of a [`Context`] that it could change: it is given this.

use core::ops::Deref;
use std::io;

use raya_facts::{ClassId, TrapKind, TypeDefinition, TypeId};

use crate::any::Any;
use crate::context::{Context, Object, ObjectMut, kind, null};
use crate::handles::Handle;
use crate::trap::Trap;
use crate::value::{Ref, SlotKind, Value};
use crate::{json, types};

/// A context as the host and its native functions see it.
///
/// Everything can be read, as in a [`Context`]. What changes something checks types and references first: a wrong value is a
/// [`TrapKind::TypeError`], and nothing is changed.
#[derive(Debug)]
pub struct NativeContext<'a> {
    context: &'a mut Context,
}

impl Deref for NativeContext<'_> {
    type Target = Context;

    fn deref(&self) -> &Context {
        self.context
    }
}

impl<'a> NativeContext<'a> {
    pub(crate) fn new(context: &'a mut Context) -> NativeContext<'a> {
        NativeContext { context }
    }

    pub(crate) fn inner(&mut self) -> &mut Context {
        self.context
    }

    /// Keeps an object alive until the handle and its clones are dropped. One of nothing that is alive is a handle of null.
    ///
    /// What a call returned, what a failure carries, and what the host made itself may be freed by the next call unless a handle keeps
    /// it, or something of the program refers to it.
    pub fn root(&mut self, reference: Ref) -> Handle {
        self.context.root(reference)
    }

    // Making objects.

    /// A new text.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`].
    pub fn new_string(&mut self, text: &str) -> Result<Ref, Trap> {
        Ok(self.context.heap.allocate_string(text)?)
    }

    /// A new array of zeros.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`]; [`TrapKind::TypeError`] for a type that the module doesn't have; [`TrapKind::InvalidArgument`] for more
    /// elements than the limits allow.
    pub fn new_array(&mut self, element: TypeId, length: usize) -> Result<Ref, Trap> {
        self.known(element)?;
        if length > self.limits.array {
            let message = format!(
                "{length} elements are more than the {} that an array may have",
                self.limits.array
            );
            return Err(Trap::new(TrapKind::InvalidArgument, message));
        }
        Ok(self.context.heap.allocate_array(element, types::slot(element), length)?)
    }

    /// A new tuple of a type.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`]; [`TrapKind::TypeError`] for another type than a tuple's, and for elements that don't belong to it.
    pub fn new_tuple(&mut self, of: TypeId, elements: &[Value]) -> Result<Ref, Trap> {
        let wanted = match types::definition(self, of) {
            Some(TypeDefinition::Tuple { elements }) => elements.clone(),
            _ => return Err(wrong_type(self, "the type of a tuple", of)),
        };
        if wanted.len() != elements.len() {
            let message = format!(
                "a {} has {} elements, {} were given",
                types::name(self, of),
                wanted.len(),
                elements.len()
            );
            return Err(Trap::new(TrapKind::TypeError, message));
        }
        for (element, of) in elements.iter().zip(&wanted) {
            self.check(*element, *of)?;
        }
        let slots: Vec<SlotKind> = wanted.iter().map(|of| types::slot(*of)).collect();
        let heap = &mut self.context.heap;
        let shape = heap.shape_of_tuple(of, &slots);
        let tuple = heap.allocate_record(shape)?;
        if let Some(ObjectMut::Tuple(mut record)) = heap.get_mut(tuple) {
            for (index, element) in elements.iter().enumerate() {
                record.set(index, *element).map_err(of_slot)?;
            }
        }
        Ok(tuple)
    }

    /// A new object of a class. Its fields are the zeros of their types, and its constructor doesn't run.
    ///
    /// # Errors
    ///
    /// [`TrapKind::HeapLimit`]; [`TrapKind::TypeError`] for a class that the module doesn't have.
    pub fn new_object(&mut self, class: ClassId) -> Result<Ref, Trap> {
        if self.layouts.get(class).is_none() {
            return Err(Trap::new(TrapKind::TypeError, format!("the module has no class {}", class.0)));
        }
        let heap = &mut self.context.heap;
        let shape = heap.shape_of_class(class);
        Ok(heap.allocate_record(shape)?)
    }

    /// The value of a JSON text.
    ///
    /// # Errors
    ///
    /// As the instruction that parses one.
    pub fn parse_json(&mut self, text: &str) -> Result<Any, Trap> {
        json::parse(self.context, text)
    }

    // Changing what is there.

    /// Changes an element of an array.
    ///
    /// # Errors
    ///
    /// [`TrapKind::NullReference`], [`TrapKind::TypeError`], [`TrapKind::IndexOutOfRange`].
    pub fn set_element(&mut self, array: Ref, index: usize, value: Value) -> Result<(), Trap> {
        let (element, length) = self.array(array)?;
        self.check(value, element)?;
        if index >= length {
            return Err(Trap::new(
                TrapKind::IndexOutOfRange,
                format!("element {index} of an array of {length}"),
            ));
        }
        if let Some(ObjectMut::Array(mut array)) = self.context.heap.get_mut(array) {
            array.set(index, value).map_err(of_slot)?;
        }
        Ok(())
    }

    /// Appends an element to an array.
    ///
    /// # Errors
    ///
    /// [`TrapKind::NullReference`], [`TrapKind::TypeError`], [`TrapKind::HeapLimit`], and whatever else appending fails with.
    pub fn push_element(&mut self, array: Ref, value: Value) -> Result<(), Trap> {
        let (element, _) = self.array(array)?;
        self.check(value, element)?;
        crate::semantics::array::array_push(self.context, array, value)
    }

    /// Changes a field of an object, by its place among the fields of the class and of its parents.
    ///
    /// # Errors
    ///
    /// [`TrapKind::NullReference`]; [`TrapKind::TypeError`], also where there is no such field.
    pub fn set_field(&mut self, object: Ref, field: usize, value: Value) -> Result<(), Trap> {
        let class = match self.alive(object, "an object")? {
            Object::Instance(instance) => types::class_of_instance(&instance),
            other => return Err(wrong_kind("an object", &other)),
        };
        let declared = self.layouts.get(class).and_then(|layout| layout.fields.get(field));
        let Some(of) = declared.map(|field| field.of) else {
            return Err(Trap::new(TrapKind::TypeError, format!("the class has no field {field}")));
        };
        self.check(value, of)?;
        if let Some(ObjectMut::Instance(mut record)) = self.context.heap.get_mut(object) {
            record.set(field, value).map_err(of_slot)?;
        }
        Ok(())
    }

    /// Changes a variable of the module.
    ///
    /// # Errors
    ///
    /// [`TrapKind::TypeError`], also where there is no such variable.
    pub fn set_global(&mut self, name: &str, value: Value) -> Result<(), Trap> {
        let mut declared = self.module.globals.iter();
        let Some(place) = declared.position(|global| global.name == name) else {
            return Err(Trap::new(TrapKind::TypeError, format!("the module has no variable `{name}`")));
        };
        self.check(value, self.module.globals[place].r#type)?;
        self.context.globals.set(place, value).map_err(of_slot)?;
        Ok(())
    }

    // What is outside of the program.

    /// Writes to where programs print.
    ///
    /// # Errors
    ///
    /// Whatever the writer says.
    pub fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        self.context.output.write(bytes)
    }

    /// Whether to collect at every safepoint and to overwrite what is dead, so that a missed root shows.
    pub fn set_stress(&mut self, stress: bool) {
        self.context.heap.set_stress(stress);
    }

    // Checks.

    /// The type of an array's elements, and how many there are.
    fn array(&self, array: Ref) -> Result<(TypeId, usize), Trap> {
        match self.alive(array, "an array")? {
            Object::Array(view) => Ok((view.element(), view.len())),
            other => Err(wrong_kind("an array", &other)),
        }
    }

    fn alive(&self, reference: Ref, expected: &str) -> Result<Object<'_>, Trap> {
        if reference.is_null() {
            return Err(null(expected));
        }
        let alive = self.heap.is_alive(reference).then(|| self.heap.get(reference)).flatten();
        alive.ok_or_else(|| {
            Trap::new(
                TrapKind::TypeError,
                format!("expected {expected}, found a reference to nothing"),
            )
        })
    }

    fn known(&self, of: TypeId) -> Result<(), Trap> {
        match self.types.get(of) {
            Some(_) => Ok(()),
            None => Err(Trap::new(TrapKind::TypeError, format!("the module has no type {}", of.0))),
        }
    }

    fn check(&self, value: Value, of: TypeId) -> Result<(), Trap> {
        match types::belongs(self, value, of) {
            true => Ok(()),
            false => Err(Trap::new(
                TrapKind::TypeError,
                format!(
                    "expected a {}, found {}",
                    types::name(self, of),
                    types::describe(self, value.to_any())
                ),
            )),
        }
    }
}

fn wrong_kind(expected: &str, found: &Object<'_>) -> Trap {
    Trap::new(TrapKind::TypeError, format!("expected {expected}, found {}", kind(found)))
}

fn wrong_type(context: &Context, expected: &str, found: TypeId) -> Trap {
    let message = format!("expected {expected}, found {}", types::name(context, found));
    Trap::new(TrapKind::TypeError, message)
}

/// What was checked before can't fail; if it does, it is an error like others.
fn of_slot(wrong: raya_heap::WrongSlot) -> Trap {
    Trap::new(TrapKind::TypeError, wrong.to_string())
}
