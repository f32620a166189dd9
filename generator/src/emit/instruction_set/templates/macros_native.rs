/// Makes a function that programs can call: `#[__CRATE__::native]` before `fn add(a: i32, b: f64) -> Result<String, NativeError>`.
///
/// The function stays as it is. Beside it stands `add_native()`, the declaration that a host gives to `Natives::register`; a module that
/// declares `add` with other types is refused. Parameters are what `__RUNTIME__::FromValue` lists, or `&str`; the first may be what the
/// runtime gives natives to work on, `&mut Context` or `&mut NativeContext`. `#[__CRATE__::native("math.add")]` gives it another name for modules.
#[proc_macro_attribute]
pub fn native(arguments: TokenStream, function: TokenStream) -> TokenStream {
    lathe_macros::native("__RUNTIME__", arguments.into(), function.into()).into()
}

