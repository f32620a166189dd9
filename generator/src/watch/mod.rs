//! Follows the files that are read: [`events`] says that something changed, [`news`] what.

pub mod events;
pub mod news;
