use raya_runtime::NativeContext;

/// What would free objects that the program still uses, or put others in their place.
#[raya_macros::native]
fn breaks(context: &mut NativeContext<'_>) {
    context.heap.collect(|_| {});
    context.heap = raya_runtime::context::Heap::default();
    context.globals.words_mut().fill(7);
    context.collect(|_| {});
}

fn main() {}
