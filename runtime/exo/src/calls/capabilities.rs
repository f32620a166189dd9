use exo_facts::{Error, Handle, Kind, Rights};

use crate::capabilities::Description;
use crate::kernel::Kernel;
use crate::machine::Machine;
use crate::objects::ALL_LINES;
use crate::reply::{Granted, Reply};

impl<M: Machine> Kernel<M> {
    /// Does nothing.
    #[inline(always)]
    pub fn null(&mut self) -> Result<(), Error> {
        Ok(())
    }

    /// Gives a copy to another process, or to the caller.
    pub fn cap_copy(&mut self, capability: Granted, to: Option<Granted>) -> Result<Handle, Error> {
        let owner = match to {
            Some(process) if !self.processes[process.object].is_alive() => return Err(Error::BadState),
            Some(process) => process.object,
            None => self.current,
        };
        self.grant_child(capability, owner, capability.rights, capability.first, capability.count)
    }

    /// Makes a capability with fewer rights.
    pub fn cap_derive(&mut self, capability: Granted, rights: Rights) -> Result<Handle, Error> {
        if rights == Rights::NONE {
            return Err(Error::BadArgument);
        }
        self.grant_child(capability, self.current, rights, capability.first, capability.count)
    }

    /// Gives up a capability and all that came from it.
    pub fn cap_drop(&mut self, capability: Granted) -> Reply {
        self.remove_tree(capability.slot);
        self.reply_or_switch(0)
    }

    /// Takes back all that came from a capability.
    pub fn cap_revoke(&mut self, capability: Granted) -> Reply {
        let count = self.remove_descendants(capability.slot);
        self.reply_or_switch(count)
    }

    /// The rights in the low byte, the kind in the byte above, the length of the range in the high half.
    #[inline]
    pub fn cap_inspect(&mut self, capability: Granted) -> Result<u64, Error> {
        Ok(u64::from(capability.rights.bits()) | u64::from(capability.kind) << 8 | u64::from(capability.count) << 32)
    }

    /// Makes a child of a capability: the only place where authority is passed on. Rights and range are at most those of the parent, which
    /// callers have made sure of; the meet is for the reader.
    pub(crate) fn grant_child(
        &mut self,
        parent: Granted,
        owner: u32,
        rights: Rights,
        first: u32,
        count: u32,
    ) -> Result<Handle, Error> {
        let Some(kind) = self.capabilities.slot(parent.slot).kind() else {
            return Err(Error::BadHandle);
        };
        let rights = rights.meet(parent.rights);
        let new = Description {
            owner,
            kind,
            rights,
            object: parent.object,
            first,
            count,
        };
        let slot = self.capabilities.insert(parent.slot, new)?;
        self.count_reference(kind, parent.object);
        Ok(self.capabilities.handle(slot))
    }

    /// One more capability refers to an object.
    fn count_reference(&mut self, kind: Kind, object: u32) {
        match kind {
            // The original capability answers for the frames, and its descendants end before it does.
            Kind::Page | Kind::Block | Kind::Console => {}
            Kind::Space => self.spaces[object].references += 1,
            Kind::Process => self.processes[object].capabilities += 1,
            Kind::Endpoint => self.endpoints[object].references += 1,
            Kind::Timer => self.timers[object].references += 1,
            Kind::Irq if object == ALL_LINES => {}
            Kind::Irq => self.irqs[object as usize].references += 1,
            Kind::Account => self.accounts[object].references += 1,
            Kind::Atom => self.count_atom(object),
        }
    }

    /// Returns a value to the caller, unless the caller is one of those that the call has ended.
    pub(crate) fn reply_or_switch(&mut self, value: u64) -> Reply {
        let caller = self.current;
        self.settle();
        if self.current == caller {
            Reply::value(value)
        } else {
            Reply::Switched
        }
    }
}
