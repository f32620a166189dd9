//! The table of capabilities: one for the whole kernel, with epochs and the tree of derivations.

use exo_facts::{Error, Handle, Kind, Rights, limits};

use crate::carve::Carver;
use crate::reply::Granted;
use crate::rows::Rows;

/// The number of a row. Row 0 is null.
pub type SlotId = u32;

// The sum in [`Slot::identity`] doesn't carry into the epoch.
const _: () = assert!((limits::PROCESSES << 8) + limits::CAPABILITIES < 1 << 32);

/// A row.
#[repr(C)]
pub struct Slot {
    /// The sum of the handle, the holder's [key] and the kind, which is 0 in a free row: one comparison with this word checks all that a
    /// handle has to be.
    pub identity: u64,
    /// What the capability gives access to.
    pub object: u32,
    /// The rights.
    pub rights: Rights,
    kind: u8,
    owner: u32,
    /// The first frame or block.
    pub first: u32,
    /// The length of the range.
    pub count: u32,
    /// The capability that this one came from.
    pub parent: SlotId,
    /// The first of those that came from this one; they are a list.
    pub first_child: SlotId,
    next_sibling: SlotId,
    previous_sibling: SlotId,
    /// The list of what a process owns; the list of free rows.
    next_owned: SlotId,
    previous_owned: SlotId,
    /// The first mapping made through this capability; they are a list.
    pub mappings: u32,
}

impl Slot {
    const FREE: Slot = Slot {
        identity: limits::FIRST_EPOCH << 32,
        object: 0,
        rights: Rights::NONE,
        kind: 0,
        owner: 0,
        first: 0,
        count: 0,
        parent: 0,
        first_child: 0,
        next_sibling: 0,
        previous_sibling: 0,
        next_owned: 0,
        previous_owned: 0,
        mappings: 0,
    };

    /// The process that holds the capability.
    pub fn owner(&self) -> u32 {
        self.owner
    }

    /// The kind of the object; `None` in a free row.
    pub fn kind(&self) -> Option<Kind> {
        Kind::from_code(self.kind)
    }

    fn epoch(&self) -> u32 {
        (self.identity >> 32) as u32
    }

    /// Says whose the capability in row `id` is, or in a free row nobody's, and of which kind.
    fn identify(&mut self, id: SlotId, epoch: u32, owner: u32, kind: u8) {
        self.owner = owner;
        self.kind = kind;
        self.identity = Handle::new(id, epoch).0 + key(owner) + u64::from(kind);
    }
}

/// What a new capability is.
#[derive(Clone, Copy, Debug)]
pub struct Description {
    /// The process that will hold it.
    pub owner: u32,
    /// The kind of the object.
    pub kind: Kind,
    /// The rights.
    pub rights: Rights,
    /// The object.
    pub object: u32,
    /// The first frame or block.
    pub first: u32,
    /// The length of the range.
    pub count: u32,
}

/// The table.
pub struct Capabilities {
    slots: Rows<Slot>,
    /// The first capability that each process owns.
    owned: Rows<SlotId>,
    free: SlotId,
    available: u32,
}

/// A process as [`Capabilities::check`] takes it: its number, shifted to where it stands in the identity of a row.
#[inline(always)]
pub const fn key(owner: u32) -> u64 {
    (owner as u64) << 8
}

impl Capabilities {
    /// A table of `count` rows for `processes` processes, both with their row 0.
    pub fn carve(carver: &mut Carver, count: usize, processes: usize) -> Option<Capabilities> {
        let slots = carver.rows(count, |index| Slot {
            identity: Slot::FREE.identity + index as u64,
            next_owned: if index + 1 < count && index > 0 { index as u32 + 1 } else { 0 },
            ..Slot::FREE
        })?;
        let owned = carver.rows(processes, |_| 0)?;
        Some(Capabilities {
            slots,
            owned,
            free: u32::from(count > 1),
            available: count.saturating_sub(1) as u32,
        })
    }

    /// Checks a handle: in the table; kind, epoch and owner at once; rights.
    #[inline(always)]
    pub fn check(&self, handle: Handle, key: u64, kind: Kind, rights: Rights) -> Result<Granted, Error> {
        let index = handle.index();
        let Some(slot) = self.slots.get(index as usize) else {
            return Err(Error::BadHandle);
        };
        // Sums, not bits put together: nothing can carry, and it takes fewer instructions.
        if slot.identity != handle.0.wrapping_add(key + kind as u64) {
            return Err(Self::mismatch(slot, handle, key));
        }
        if !slot.rights.contains(rights) {
            return Err(Error::Denied);
        }
        Ok(Granted {
            slot: index,
            kind: kind as u8,
            object: slot.object,
            rights: slot.rights,
            first: slot.first,
            count: slot.count,
        })
    }

    /// The same for any kind.
    #[inline(always)]
    pub fn check_any(&self, handle: Handle, key: u64, rights: Rights) -> Result<Granted, Error> {
        let index = handle.index();
        let Some(slot) = self.slots.get(index as usize) else {
            return Err(Error::BadHandle);
        };
        // What is left of the identity is the kind, where epoch and owner are the same. A free row has no owner, and so fits nobody.
        let kind = slot.identity.wrapping_sub(handle.0.wrapping_add(key));
        if kind > 0xff {
            return Err(Error::BadHandle);
        }
        if !slot.rights.contains(rights) {
            return Err(Error::Denied);
        }
        Ok(Granted {
            slot: index,
            kind: kind as u8,
            object: slot.object,
            rights: slot.rights,
            first: slot.first,
            count: slot.count,
        })
    }

    /// Which error it is. Of a capability that isn't the caller's, not even the kind is told.
    #[cold]
    fn mismatch(slot: &Slot, handle: Handle, key: u64) -> Error {
        // What is left of the identity is the kind, where epoch and owner are the same, and there 0 is that of a free row.
        let kind = slot.identity.wrapping_sub(handle.0.wrapping_add(key));
        if kind.wrapping_sub(1) < 0xff {
            Error::WrongKind
        } else {
            Error::BadHandle
        }
    }

    /// Whether a handle is that of a live capability, whoever holds it.
    pub fn is_live(&self, handle: Handle) -> bool {
        self.slots
            .get(handle.index() as usize)
            .is_some_and(|slot| slot.kind().is_some() && slot.epoch() == handle.epoch())
    }

    /// The row of a capability.
    #[inline(always)]
    pub fn slot(&self, slot: SlotId) -> &Slot {
        &self.slots[slot as usize]
    }

    /// The row of a capability, to be changed.
    #[inline(always)]
    pub fn slot_mut(&mut self, slot: SlotId) -> &mut Slot {
        &mut self.slots[slot as usize]
    }

    /// The handle that a capability has now.
    pub fn handle(&self, slot: SlotId) -> Handle {
        Handle::new(slot, self.slots[slot as usize].epoch())
    }

    /// Where the rows are, and how many.
    pub fn rows(&mut self) -> (*mut Slot, u64) {
        (self.slots.as_mut_ptr(), self.slots.len() as u64)
    }

    /// Rows, the null row included.
    pub fn row_count(&self) -> u32 {
        self.slots.len() as u32
    }

    /// Free rows.
    pub fn available(&self) -> u32 {
        self.available
    }

    /// The first capability that a process owns, or 0.
    pub fn first_owned(&self, owner: u32) -> SlotId {
        self.owned[owner as usize]
    }

    /// Makes a capability: a child of `parent`, or a root of its own if that is 0.
    pub fn insert(&mut self, parent: SlotId, new: Description) -> Result<SlotId, Error> {
        let id = self.free;
        if id == 0 {
            return Err(Error::TableFull);
        }
        let sibling = if parent == 0 {
            0
        } else {
            self.slots[parent as usize].first_child
        };
        let slot = &mut self.slots[id as usize];
        self.free = slot.next_owned;
        self.available -= 1;
        slot.identify(id, slot.epoch(), new.owner, new.kind as u8);
        slot.object = new.object;
        slot.rights = new.rights;
        slot.first = new.first;
        slot.count = new.count;
        slot.parent = parent;
        slot.first_child = 0;
        slot.next_sibling = sibling;
        slot.previous_sibling = 0;
        slot.mappings = 0;
        if sibling != 0 {
            self.slots[sibling as usize].previous_sibling = id;
        }
        if parent != 0 {
            self.slots[parent as usize].first_child = id;
        }
        self.link_owned(id, new.owner);
        Ok(id)
    }

    /// Gives a capability to another owner. It keeps its place in the tree; the old handle is stale from now on. `None` if its epoch is
    /// used up, so that the handle can't be made stale: then nothing has happened.
    pub fn pass_on(&mut self, id: SlotId, owner: u32) -> Option<Handle> {
        let slot = &self.slots[id as usize];
        let (epoch, from) = (slot.epoch().checked_add(1)?, slot.owner());
        self.unlink_owned(id, from);
        let slot = &mut self.slots[id as usize];
        slot.identify(id, epoch, owner, slot.kind);
        self.link_owned(id, owner);
        Some(Handle::new(id, epoch))
    }

    /// The descendant to be removed first: one that has no children.
    pub fn first_leaf(&self, mut id: SlotId) -> SlotId {
        loop {
            let child = self.slots[id as usize].first_child;
            if child == 0 {
                return id;
            }
            id = child;
        }
    }

    /// Empties the row of a capability that has no children. Its epoch rises; a row whose epoch would overflow is never filled again.
    pub fn remove(&mut self, id: SlotId) {
        let Slot {
            parent,
            next_sibling,
            previous_sibling,
            ..
        } = self.slots[id as usize];
        if next_sibling != 0 {
            self.slots[next_sibling as usize].previous_sibling = previous_sibling;
        }
        if previous_sibling != 0 {
            self.slots[previous_sibling as usize].next_sibling = next_sibling;
        } else if parent != 0 {
            self.slots[parent as usize].first_child = next_sibling;
        }
        self.unlink_owned(id, self.slots[id as usize].owner());
        let epoch = self.slots[id as usize].epoch();
        let slot = &mut self.slots[id as usize];
        *slot = Slot::FREE;
        match epoch.checked_add(1) {
            Some(epoch) => {
                slot.identify(id, epoch, 0, 0);
                slot.next_owned = self.free;
                self.free = id;
                self.available += 1;
            }
            None => slot.identify(id, u32::MAX, 0, 0),
        }
    }

    fn link_owned(&mut self, id: SlotId, owner: u32) {
        let head = core::mem::replace(&mut self.owned[owner as usize], id);
        if head != 0 {
            self.slots[head as usize].previous_owned = id;
        }
        let slot = &mut self.slots[id as usize];
        slot.next_owned = head;
        slot.previous_owned = 0;
    }

    fn unlink_owned(&mut self, id: SlotId, owner: u32) {
        let Slot {
            next_owned,
            previous_owned,
            ..
        } = self.slots[id as usize];
        if next_owned != 0 {
            self.slots[next_owned as usize].previous_owned = previous_owned;
        }
        if previous_owned != 0 {
            self.slots[previous_owned as usize].next_owned = next_owned;
        } else {
            self.owned[owner as usize] = next_owned;
        }
    }

    /// Sets the epoch of a free row, so that tests see the last ones.
    #[cfg(any(test, feature = "hosted"))]
    pub fn age(&mut self, id: SlotId, epoch: u32) {
        let slot = &mut self.slots[id as usize];
        slot.identify(id, epoch, slot.owner, slot.kind);
    }

    /// Checks the tree, the lists of owners and the list of free rows.
    pub fn check_table(&self) -> Result<(), &'static str> {
        if self.slots[0].kind().is_some() {
            return Err("the null row is filled");
        }
        let (mut filled, mut owned, mut children, mut nested) = (0u32, 0u32, 0u32, 0u32);
        for id in 1..self.row_count() {
            let slot = self.slot(id);
            if slot.kind().is_none() {
                continue;
            }
            filled += 1;
            nested += u32::from(slot.parent != 0);
            let (mut child, mut previous) = (slot.first_child, 0);
            while child != 0 {
                let row = self.slot(child);
                if row.kind() != slot.kind() || row.parent != id || row.previous_sibling != previous {
                    return Err("a child doesn't fit its parent");
                }
                if !slot.rights.contains(row.rights) {
                    return Err("a child has more rights than its parent");
                }
                let inside = row.first >= slot.first && row.first - slot.first + row.count <= slot.count;
                if !inside || row.object != slot.object {
                    return Err("a child reaches beyond its parent");
                }
                children += 1;
                if children > self.row_count() {
                    return Err("the tree has a cycle");
                }
                (previous, child) = (child, row.next_sibling);
            }
        }
        if children != nested {
            return Err("a capability is missing among the children of its parent");
        }
        for owner in 0..self.owned.len() as u32 {
            let (mut id, mut previous) = (self.first_owned(owner), 0);
            while id != 0 {
                let slot = self.slot(id);
                if slot.kind().is_none() || slot.owner() != owner || slot.previous_owned != previous {
                    return Err("a list of what a process owns is broken");
                }
                owned += 1;
                if owned > filled {
                    return Err("a list of what a process owns has a cycle");
                }
                (previous, id) = (id, slot.next_owned);
            }
        }
        let (mut free, mut id) = (0, self.free);
        while id != 0 {
            if self.slot(id).kind().is_some() || free > self.available {
                return Err("the list of free rows is broken");
            }
            free += 1;
            id = self.slot(id).next_owned;
        }
        if owned != filled || free != self.available {
            Err("rows of capabilities are lost")
        } else {
            Ok(())
        }
    }
}
