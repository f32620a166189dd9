//! The functions by which programs use maps and sets.

use raya_facts::{TrapKind, TypeId};

use crate::any::Any;
use crate::collections::{Found, Map, Ordered, Set};
use crate::context::{Context, null};
use crate::natives::{DirectFunction, NativeType, Natives, ReceiverFunction};
use crate::opaque::Opaque;
use crate::trap::Trap;
use crate::value::{Ref, Value};

/// A kind of collection.
trait Collection: Sized {
    const KIND: &'static str;

    fn of(object: &Opaque) -> Option<&Self>;
    fn of_mut(object: &mut Opaque) -> Option<&mut Self>;
}

impl Collection for Map {
    const KIND: &'static str = "a map";

    fn of(object: &Opaque) -> Option<&Map> {
        match object {
            Opaque::Map(map) => Some(map),
            _ => None,
        }
    }

    fn of_mut(object: &mut Opaque) -> Option<&mut Map> {
        match object {
            Opaque::Map(map) => Some(map),
            _ => None,
        }
    }
}

impl Collection for Set {
    const KIND: &'static str = "a set";

    fn of(object: &Opaque) -> Option<&Set> {
        match object {
            Opaque::Set(set) => Some(set),
            _ => None,
        }
    }

    fn of_mut(object: &mut Opaque) -> Option<&mut Set> {
        match object {
            Opaque::Set(set) => Some(set),
            _ => None,
        }
    }
}

/// The collection that is the first argument.
fn get<C: Collection>(context: &Context, reference: Ref) -> Result<&C, Trap> {
    match context.heap.boxed(reference).and_then(C::of) {
        Some(found) => Ok(found),
        None => Err(no_collection::<C>(context, reference)),
    }
}

fn get_mut<C: Collection>(context: &mut Context, reference: Ref) -> Result<&mut C, Trap> {
    if get::<C>(context, reference).is_err() {
        return Err(no_collection::<C>(context, reference));
    }
    match context.heap.boxed_mut(reference).and_then(C::of_mut) {
        Some(found) => Ok(found),
        None => Err(null(C::KIND)),
    }
}

/// The trap for a reference that doesn't lead to a collection of this kind.
#[cold]
fn no_collection<C: Collection>(context: &Context, reference: Ref) -> Trap {
    match context.heap.get(reference) {
        Some(_) => Trap::new(TrapKind::TypeError, format!("expected {}", C::KIND)),
        None => null(C::KIND),
    }
}

/// A collection and where a key is in it.
fn find<V: Copy>(context: &Context, reference: Ref, key: Any) -> Result<Found, Trap>
where
    Ordered<V>: Collection,
{
    Ok(get::<Ordered<V>>(context, reference)?.find(context.heap.texts(), key))
}

/// Puts an entry in. Its memory is accounted first, so that a refusal has no effect.
fn put<V: Copy>(context: &mut Context, reference: Ref, key: Any, value: V) -> Result<bool, Trap>
where
    Ordered<V>: Collection,
{
    let found = context.heap.boxed_beside_texts(reference);
    let Some((collection, texts)) = found.and_then(|(object, texts)| Some((Ordered::<V>::of_mut(object)?, texts))) else {
        return Err(no_collection::<Ordered<V>>(context, reference));
    };
    let found = collection.find(texts, key);
    let growth = collection.growth(found);
    if growth > 0 {
        context.heap.reserve(growth)?;
        get_mut::<Ordered<V>>(context, reference)?.put(found, key, value);
    } else {
        collection.put(found, key, value);
    }
    Ok(!found.exists())
}

fn remove<V: Copy>(context: &mut Context, reference: Ref, key: Any) -> Result<bool, Trap>
where
    Ordered<V>: Collection,
{
    let found = find::<V>(context, reference, key)?;
    Ok(get_mut::<Ordered<V>>(context, reference)?.remove(found))
}

fn clear<V: Copy + Default>(context: &mut Context, reference: Ref) -> Result<(), Trap>
where
    Ordered<V>: Collection,
{
    let collection = get_mut::<Ordered<V>>(context, reference)?;
    let before = collection.bytes();
    *collection = Ordered::default();
    let freed = before - collection.bytes();
    context.heap.release(freed);
    Ok(())
}

/// A new array of values of any kind.
fn array(context: &mut Context, items: &[Any]) -> Result<u64, Box<Trap>> {
    let array = crate::semantics::array::allocate(context, TypeId::ANY, items.len())?;
    if let Some(raya_heap::ObjectMut::Array(mut elements)) = context.heap.get_mut(array) {
        for (index, item) in items.iter().enumerate() {
            if let Err(wrong) = elements.set(index, Value::Any(*item)) {
                context.trip(wrong.into());
                break;
            }
        }
    }
    Ok(Value::Ref(array).word())
}

fn count(length: usize) -> u64 {
    Value::I32(i32::try_from(length).unwrap_or(i32::MAX)).word()
}

/// A Rust value becomes an object.
fn object(context: &mut Context, object: Opaque) -> Result<u64, Box<Trap>> {
    let reference = context.heap.allocate_boxed(object).map_err(Trap::from)?;
    Ok(Value::Ref(reference).word())
}

/// The word of null.
const NOTHING: u64 = 0;
const ANY: Option<TypeId> = Some(TypeId::ANY);
const MAP: Option<TypeId> = Some(TypeId::MAP);
const SET: Option<TypeId> = Some(TypeId::SET);

/// Adds all of them.
pub(crate) fn add(natives: &mut Natives) {
    let mut add = |name: &'static str, params: &'static [Option<TypeId>], result: TypeId, function: ReceiverFunction| {
        let signature = NativeType {
            params,
            rest: false,
            result,
        };
        natives.add_direct(name, signature, DirectFunction::Receiver(function));
    };
    add("map_new", &[], TypeId::MAP, |context, _, _, _| {
        object(context, Opaque::Map(Map::default()))
    });
    add("map_get", &[MAP, ANY], TypeId::ANY, |context, map, key, _| {
        let map = get::<Map>(context, map)?;
        let value = map.value(map.find(context.heap.texts(), key));
        Ok(value.unwrap_or(Any::NULL).bits())
    });
    add("map_set", &[MAP, ANY, ANY], TypeId::NULL, |context, map, key, value| {
        put(context, map, key, value)?;
        Ok(NOTHING)
    });
    add("map_has", &[MAP, ANY], TypeId::BOOL, |context, map, key, _| {
        Ok(Value::Bool(find::<Any>(context, map, key)?.exists()).word())
    });
    add("map_delete", &[MAP, ANY], TypeId::BOOL, |context, map, key, _| {
        Ok(Value::Bool(remove::<Any>(context, map, key)?).word())
    });
    add("map_size", &[MAP], TypeId::I32, |context, map, _, _| {
        Ok(count(get::<Map>(context, map)?.len()))
    });
    add("map_clear", &[MAP], TypeId::NULL, |context, map, _, _| {
        clear::<Any>(context, map)?;
        Ok(NOTHING)
    });
    // The result is an array, whose type is that of the declaration: `array(any)`.
    add("map_keys", &[MAP], TypeId::REF, |context, map, _, _| {
        let keys: Vec<Any> = get::<Map>(context, map)?.keys().collect();
        array(context, &keys)
    });
    add("map_values", &[MAP], TypeId::REF, |context, map, _, _| {
        let values: Vec<Any> = get::<Map>(context, map)?.values().collect();
        array(context, &values)
    });
    add("set_new", &[], TypeId::SET, |context, _, _, _| {
        object(context, Opaque::Set(Set::default()))
    });
    add("set_add", &[SET, ANY], TypeId::BOOL, |context, set, value, _| {
        Ok(Value::Bool(put(context, set, value, ())?).word())
    });
    add("set_has", &[SET, ANY], TypeId::BOOL, |context, set, value, _| {
        Ok(Value::Bool(find::<()>(context, set, value)?.exists()).word())
    });
    add("set_delete", &[SET, ANY], TypeId::BOOL, |context, set, value, _| {
        Ok(Value::Bool(remove::<()>(context, set, value)?).word())
    });
    add("set_size", &[SET], TypeId::I32, |context, set, _, _| {
        Ok(count(get::<Set>(context, set)?.len()))
    });
    add("set_clear", &[SET], TypeId::NULL, |context, set, _, _| {
        clear::<()>(context, set)?;
        Ok(NOTHING)
    });
    add("set_values", &[SET], TypeId::REF, |context, set, _, _| {
        let values: Vec<Any> = get::<Set>(context, set)?.keys().collect();
        array(context, &values)
    });
}
