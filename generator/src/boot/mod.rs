//! Boots the kernel in an emulated machine and judges what it says.
//!
//! [`machine`] knows the machines and QEMU's command lines, [`facts`] what the specs demand of a boot, [`library`] chooses what is
//! compiled for, [`image`] builds what is booted,
//! [`run`] lets the machine run, [`log`] reads what it printed, [`judge`] holds that against the facts, [`assembly`] counts the lines of
//! the kernel. Nothing here reports; `cli/boot.rs` does.

pub mod assembly;
pub mod facts;
pub mod image;
pub mod judge;
pub mod library;
pub mod log;
pub mod machine;
pub mod run;
