//! Stage 6: the only code that writes outputs, and specs where they are fixed, formatted or blessed.
//!
//! [`compare`] sets the virtual tree against the disk, both ways, and touches nothing. [`apply`] carries a comparison out: everything
//! new is staged beside the tree, a journal is committed, and only then is the tree changed; a run that was killed leaves the old
//! tree, the new one, or a journal that [`recover`] completes. A file without the ownership marker is never touched unless `--force`
//! was given, and then only at a path that lathe emits.

mod commit;
mod compare;
mod disk;
mod journal;
mod lock;
mod manifest;
mod page_table;
mod spec;

pub use commit::{Aborted, Failure, Recovery, Step, apply, apply_observed, recover, recover_observed};
pub use compare::{Comparison, Output, Status, compare};
pub use disk::{is_replaceable, replace};
pub use lock::{Lock, lock_for_reading, lock_for_writing};
pub use manifest::{MANIFEST_PATH, Manifest};
pub use page_table::PAGES;
pub use spec::{add_spec, remove_spec, replace_spec};

/// The folder that lathe owns. Outputs live here and nowhere else.
pub const FOLDER: &str = "generated";

/// Where new contents wait until the journal is committed.
pub const STAGING: &str = "generated/.lathe-staging";
