use exo_facts::{Error, Handle, Kind, Rights, limits};

use super::devices::{frame_of, part_of};
use crate::kernel::Kernel;
use crate::machine::{FRAME_BYTES, Frame, Machine};
use crate::objects::Space;
use crate::paging;
use crate::reply::{Granted, Reply};
use crate::user_memory::in_user_half;

impl<M: Machine> Kernel<M> {
    /// Allocates frames in a row, filled with zeros.
    pub fn page_allocate(&mut self, count: u64) -> Result<Handle, Error> {
        if count == 0 {
            return Err(Error::BadArgument);
        }
        if self.capabilities.available() == 0 {
            return Err(Error::TableFull);
        }
        let first = self.frames.take(count).ok_or(Error::NoMemory)?;
        for frame in first.0..first.0 + count {
            self.machine.frame(Frame(frame)).fill(0);
        }
        self.grant_new(Kind::Page, Kind::Page.rights(), 0, first.0 as u32, count as u32)
    }

    /// Maps a page into a space.
    pub fn page_map(&mut self, space: Granted, page: Granted, index: u64, at: u64, permissions: Rights) -> Result<(), Error> {
        check_page_address(at)?;
        let leaf = M::PAGE_FORMAT.leaf[usize::from(permissions.bits() & Rights::MAPPING.bits())];
        if leaf == 0 || !Rights::MAPPING.contains(permissions) || !permissions.contains(Rights::READ) {
            return Err(Error::BadArgument);
        }
        let frame = frame_of(page, index)?;
        let root = self.spaces[space.object].root;
        if paging::lookup(&mut self.machine, root, at).is_some() {
            return Err(Error::Overlap);
        }
        self.mappings
            .insert(&mut self.capabilities, page.slot, space.object, at)
            .ok_or(Error::TableFull)?;
        if paging::map(&mut self.machine, &mut self.frames, root, at, frame.address() | leaf).is_err() {
            self.mappings.remove(&mut self.capabilities, space.object, at);
            return Err(Error::NoMemory);
        }
        if permissions.contains(Rights::EXECUTE) {
            self.machine.publish_code(frame);
        }
        Ok(())
    }

    /// Takes away what is mapped at an address.
    pub fn page_unmap(&mut self, space: Granted, at: u64) -> Result<(), Error> {
        check_page_address(at)?;
        self.remove_mapping(space.object, at).ok_or(Error::BadAddress)
    }

    /// Makes a capability to a part of a range.
    pub fn page_derive(&mut self, page: Granted, first: u64, count: u64, rights: Rights) -> Result<Handle, Error> {
        let (first, count) = part_of(page, first, count, rights)?;
        self.grant_child(page, self.current, rights, first, count)
    }

    /// Takes back all that came from a page capability, and its own mappings.
    pub fn page_revoke(&mut self, page: Granted) -> Reply {
        let count = self.remove_descendants(page.slot);
        self.remove_mappings(page.slot);
        self.reply_or_switch(count)
    }

    /// Makes a space.
    pub fn space_create(&mut self) -> Result<Handle, Error> {
        if self.capabilities.available() == 0 {
            return Err(Error::TableFull);
        }
        let id = self.spaces.take().ok_or(Error::TableFull)?;
        let Some(root) = self.frames.take(1) else {
            self.spaces.give(id);
            return Err(Error::NoMemory);
        };
        self.machine.frame(root).fill(0);
        self.machine.prepare_root(root);
        self.spaces[id] = Space { references: 1, root };
        self.grant_new(Kind::Space, Kind::Space.rights(), id, 0, 0)
    }
}

/// Refuses an address that no page of users can begin at.
fn check_page_address(at: u64) -> Result<(), Error> {
    if !at.is_multiple_of(limits::PAGE_BYTES) {
        return Err(Error::Misaligned);
    }
    if in_user_half(at, FRAME_BYTES) {
        Ok(())
    } else {
        Err(Error::BadAddress)
    }
}
