//! The handlers of the system calls: the methods of [`Kernel`](crate::Kernel) that the spec names.
//!
//! The gate calls them, after it has checked each capability and has taken the gas. A handler that returns an error has changed nothing.
//! One that may switch processes returns a [`Reply`](crate::Reply), because its result may be for later.

mod accounts;
mod atoms;
mod capabilities;
mod devices;
mod endpoints;
mod pages;
mod processes;
mod time;
