//! What the lines of a surface assert: a macro for each kind of line. They name what the tests of a module import.

pub mod canonical;

/// Asserts what each line says, and collects the lines.
macro_rules! surface {
    ($lines:ident $($assertion:ident { $($input:tt)* })*) => {
        $(
            $assertion!($($input)*);
            $lines.push(format!("{} {}", stringify!($assertion), crate::assertions::canonical::canonical(stringify!($($input)*))));
        )*
    };
}

/// A function can be taken as a pointer of this very type.
macro_rules! function {
    ($of:ident :: $name:ident : $type:ty) => {
        const _: $type = $of::$name;
    };
}

/// A function can be called in a constant.
macro_rules! constant_call {
    ($of:ident :: $name:ident ( $($argument:expr),* ) : $type:ty) => {
        const _: $type = $of::$name($($argument),*);
    };
}

/// Whoever ignores what a function gives is warned: without the warning, the expectation of it is an error.
macro_rules! must_use {
    (( $($parameter:ident : $type:ty),* ) $of:ident :: $name:ident ( $($argument:ident),* )) => {
        const _: () = {
            #[allow(dead_code)]
            #[expect(unused_must_use)]
            fn ignores($($parameter: $type),*) {
                $of::$name($($argument),*);
            }
        };
    };
}

/// Whoever names a function is warned.
macro_rules! deprecated {
    ($of:ident :: $name:ident) => {
        const _: () = {
            #[allow(dead_code)]
            #[expect(deprecated)]
            fn names() {
                let _ = $of::$name;
            }
        };
    };
}

/// A struct has these public fields of these types, and no other field.
macro_rules! structure {
    ($name:ident { $($field:ident : $type:ty),* }) => {
        const _: fn($name) = |value| {
            let $name { $($field),* } = value;
            $( let _: $type = $field; )*
        };
    };
}

/// A struct has these public fields of these types, and may get others.
macro_rules! open_structure {
    ($name:ident { $($field:ident : $type:ty),* }) => {
        const _: fn($name) = |value| {
            let $name { $($field,)* .. } = value;
            $( let _: $type = $field; )*
        };
    };
}

/// An enum has these variants and no other.
macro_rules! enumeration {
    ($name:ident { $($variant:ident),* }) => {
        const _: fn($name) = |value| match value { $( $name::$variant => {} )* };
        const _: () = assert!($name::ALL.len() == [$( stringify!($variant) ),*].len());
    };
}

/// An enum has these variants, and may get others in a later version.
macro_rules! open_enumeration {
    ($name:ident { $($variant:ident),* }) => {
        const _: fn($name) = |value| match value { $( $name::$variant => {} )* _ => {} };
        const _: () = assert!($name::ALL.len() == [$( stringify!($variant) ),*].len());
    };
}

/// The capabilities are these, with the enums for each variant of which there is one.
macro_rules! capabilities {
    ($name:ident { $($variant:ident $( ( $per:ty ) )?),* }) => {
        const _: fn($name) = |value| match value { $( capabilities!(@pattern $name $variant $( $per )?) => {} )* };
        $( $( const _: fn($per) -> $name = $name::$variant; )? )*
    };
    (@pattern $name:ident $variant:ident $per:ty) => { $name::$variant(_) };
    (@pattern $name:ident $variant:ident) => { $name::$variant };
}

/// An alias means this type.
macro_rules! alias {
    ($name:ident = $type:ty) => {
        const _: fn($name) -> $type = |value| value;
    };
}

/// A type of which only the module knows what it is.
macro_rules! opaque {
    ($name:ident) => {
        const _: fn(u64) -> $name = $name::from_raw;
        const _: fn(&$name) -> u64 = $name::into_raw;
    };
}

/// An error has these variants with these fields, and may get other variants in a later version.
macro_rules! error {
    ($name:ident { $($variant:ident { $($field:ident : $type:ty),* }),* }) => {
        const _: fn($name) = |value| match value {
            $( $name::$variant { $($field),* } => { $( let _: $type = $field; )* } )*
            _ => {}
        };
    };
}

/// An error has this code, and may or may not pass by itself.
macro_rules! code {
    ($value:expr => $code:literal, $retry:literal) => {
        assert_eq!(($value.code(), $value.is_retryable()), ($code, $retry), "{}", stringify!($value));
    };
}

/// A type implements traits.
macro_rules! implements {
    ($type:ty : $($bound:path),+) => {
        const _: fn() = || {
            fn holds<T: $( $bound + )+>() {}
            holds::<$type>();
        };
    };
}

/// A type doesn't implement a trait: if it did, which `holds` is meant would be ambiguous.
macro_rules! lacks {
    ($type:ty : $bound:path) => {
        const _: fn() = || {
            trait Ambiguous<A> {
                fn holds() {}
            }
            impl<T: ?Sized> Ambiguous<()> for T {}
            struct Implemented;
            impl<T: ?Sized + $bound> Ambiguous<Implemented> for T {}
            let _ = <$type as Ambiguous<_>>::holds;
        };
    };
}

/// A constant has this type, and this value already at compile time.
macro_rules! number {
    ($name:ident : $type:ty = $value:expr) => {
        const _: $type = $name;
        const _: () = assert!($name == $value);
    };
}

/// A constant has this type and this value.
macro_rules! constant {
    ($name:ident : $type:ty = $value:expr) => {
        const _: $type = $name;
        assert_eq!($name, $value, "{}", stringify!($name));
    };
}

/// What a type or a field is unless stated.
macro_rules! default {
    ($name:ident = $value:expr) => {
        assert_eq!($name::default(), $value, "{}", stringify!($name));
    };
    ($name:ident . $field:ident = $value:expr) => {
        assert_eq!($name::default().$field, $value, "{}", stringify!($name.$field));
    };
}

/// A backend has this name and this Cargo feature.
macro_rules! feature {
    ($of:ident :: $backend:ident = $name:literal, $feature:literal) => {
        assert_eq!(($of::$backend.name(), $of::$backend.feature()), ($name, $feature));
    };
}
