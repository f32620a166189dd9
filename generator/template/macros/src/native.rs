//! The attribute `native`.

use proc_macro2::{Span, TokenStream};
use quote::{format_ident, quote, quote_spanned};
use syn::ext::IdentExt;
use syn::spanned::Spanned;
use syn::{FnArg, GenericParam, Ident, ItemFn, LitStr, ReturnType, Safety, Type};

/// The attribute `#[native]`, or `#[native("math.add")]` for a function that modules declare under another name.
///
/// The function comes out as it went in. Beside it stands a function with `_native` behind its name, which gives the declaration that a
/// host registers. `runtime` is the name of the crate with the registry: `raya_runtime`.
pub fn native(runtime: &str, arguments: TokenStream, item: TokenStream) -> TokenStream {
    match declare(runtime, arguments, item.clone()) {
        Ok(declaration) => quote! { #item #declaration },
        Err(errors) => {
            let errors = errors.iter().map(syn::Error::to_compile_error);
            quote! { #item #( #errors )* }
        }
    }
}

fn declare(runtime: &str, arguments: TokenStream, item: TokenStream) -> Result<TokenStream, Vec<syn::Error>> {
    let span = item.span();
    let function: ItemFn =
        syn::parse2(item).map_err(|error| vec![syn::Error::new(span, format!("`native` belongs before a function: {error}"))])?;
    let mut errors = Vec::new();
    let name = name(arguments, &function.sig.ident).unwrap_or_else(|error| {
        errors.push(error);
        String::new()
    });
    refuse(&function, &mut errors);
    if !errors.is_empty() {
        return Err(errors);
    }
    let runtime = Ident::new(runtime, Span::call_site());
    let parameters = parameters(&function);
    let taken = parameters.iter().filter_map(Parameter::taken);
    let wanted = taken.map(|of| quote_spanned! { of.span()=> <#of as ::#runtime::FromValue>::WANTED });
    let read = parameters.iter().zip(0..).filter_map(|(parameter, index)| {
        let (of, value) = (parameter.taken()?, format_ident!("value_{index}"));
        Some(quote_spanned! { of.span()=>
            let #value = <#of as ::#runtime::FromValue>::from_value(context, values.next()?)?;
        })
    });
    let passed = parameters.iter().zip(0..).map(|(parameter, index)| {
        let value = format_ident!("value_{index}");
        match parameter {
            Parameter::Context => quote! { context },
            Parameter::Text(_) => quote! { &#value },
            Parameter::Owned(_) => quote! { #value },
        }
    });
    let result = match &function.sig.output {
        ReturnType::Default => quote! { () },
        ReturnType::Type(_, result) => quote! { #result },
    };
    let result_wanted = quote_spanned! { result.span()=> <#result as ::#runtime::natives::NativeResult>::WANTED };
    let finish = quote_spanned! { result.span()=> ::#runtime::natives::NativeResult::finish };
    let (own, visibility) = (&function.sig.ident, &function.vis);
    let declaration = format_ident!("{}_native", own.unraw());
    let doc = format!("The declaration of the native function `{name}`, for `Natives::register`.");
    Ok(quote! {
        #[doc = #doc]
        #visibility fn #declaration() -> ::#runtime::natives::NativeDeclaration {
            ::#runtime::natives::NativeDeclaration::new(
                #name,
                &[ #( #wanted ),* ],
                #result_wanted,
                |context, values| {
                    #[allow(unused_mut, unused_variables)]
                    let mut values = ::#runtime::natives::Given::new(#name, values);
                    #( #read )*
                    #finish(#own( #( #passed ),* ), context)
                },
            )
        }
    })
}

/// The name under which modules declare the function.
fn name(arguments: TokenStream, function: &Ident) -> syn::Result<String> {
    if arguments.is_empty() {
        return Ok(function.unraw().to_string());
    }
    let span = arguments.span();
    let hint = |_| {
        syn::Error::new(
            span,
            "expected the name under which modules declare the function, as in `#[native(\"math.add\")]`",
        )
    };
    Ok(syn::parse2::<LitStr>(arguments).map_err(hint)?.value())
}

/// Reports what no native function can be.
fn refuse(function: &ItemFn, errors: &mut Vec<syn::Error>) {
    let mut report = |tokens: &dyn quote::ToTokens, message: &str| {
        errors.push(syn::Error::new_spanned(tokens.to_token_stream(), message));
    };
    let signature = &function.sig;
    if let Some(token) = &signature.asyncness {
        report(
            token,
            "a native function isn't `async`: one that has to wait is added with `Natives::add_suspending`",
        );
    }
    if let Safety::Unsafe(token) = &signature.safety {
        report(
            token,
            "a native function isn't `unsafe`: programs call it with any values of its types",
        );
    }
    for parameter in &signature.generics.params {
        if !matches!(parameter, GenericParam::Lifetime(_)) {
            report(
                parameter,
                "a native function has no type parameters: modules declare it with one type",
            );
        }
    }
    for (index, input) in signature.inputs.iter().enumerate() {
        match input {
            FnArg::Receiver(receiver) => report(receiver, "a native function has no `self`"),
            FnArg::Typed(parameter) if index > 0 && is_context(&parameter.ty) => {
                report(&parameter.ty, "the context comes first");
            }
            FnArg::Typed(_) => {}
        }
    }
}

/// What a parameter is given.
enum Parameter {
    /// The context.
    Context,
    /// A text that lives as long as the call: the type that keeps it.
    Text(Type),
    /// A value.
    Owned(Type),
}

impl Parameter {
    /// The type that is read from the value of the program.
    fn taken(&self) -> Option<&Type> {
        match self {
            Parameter::Context => None,
            Parameter::Text(of) | Parameter::Owned(of) => Some(of),
        }
    }
}

fn parameters(function: &ItemFn) -> Vec<Parameter> {
    let typed = function.sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(parameter) => Some(&*parameter.ty),
        FnArg::Receiver(_) => None,
    });
    typed
        .map(|of| match of {
            of if is_context(of) => Parameter::Context,
            Type::Reference(reference) if reference.mutability.is_none() && is_named(&reference.elem, "str") => {
                let span = of.span();
                let text = syn::parse2(quote_spanned! { span=> ::std::string::String });
                Parameter::Text(text.unwrap_or_else(|_| of.clone()))
            }
            of => Parameter::Owned(of.clone()),
        })
        .collect()
}

/// Whether it is the context, or what a runtime shows of it to natives.
fn is_context(of: &Type) -> bool {
    matches!(of, Type::Reference(reference)
        if is_named(&reference.elem, "Context") || is_named(&reference.elem, "NativeContext"))
}

fn is_named(of: &Type, name: &str) -> bool {
    match of {
        Type::Path(path) => path.path.segments.last().is_some_and(|segment| segment.ident == name),
        _ => false,
    }
}
